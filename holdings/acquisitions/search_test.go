package acquisitions_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/ent"
	"autoholdings/holdings/acquisitions"
	"autoholdings/internal/keyset"
)

// searchLines are the numbers of the PO lines that a search finds, page by page.
func (b *testBundle) searchLines(f acquisitions.POLineFilter) (numbers []string) {
	b.T.Helper()
	for row, err := range keyset.All(2, func(w keyset.Window) (keyset.Page[*ent.POLine], error) {
		return b.Acquisitions.POLines(b.T.Context(), f, w)
	}, func(row *ent.POLine) keyset.Position { return keyset.Position{ID: row.ID} }) {
		b.Must(err)
		numbers = append(numbers, row.Number)
	}
	n, err := b.Acquisitions.CountPOLines(b.T.Context(), f)
	if b.Must(err); n != len(numbers) {
		b.T.Errorf("%q: %d are counted, %d listed", f.Search, n, len(numbers))
	}
	return numbers
}

// TestSearchPOLines: PO lines are found by what they say and by the titles that they order, as they are after each change.
func TestSearchPOLines(t *testing.T) {
	t.Parallel()
	b := setupOrders(t)
	add := func(number, title string, texts acquisitions.POLineTexts) int64 {
		texts.Number = &number
		in := acquisitions.POLineInput{POLineTexts: texts}
		if title != "" {
			in.PortfolioID = new(b.PortfolioID(title))
		}
		row, err := b.Acquisitions.CreatePOLine(t.Context(), in)
		b.Must(err)
		return row.ID
	}
	var many []string
	for n := range 40 { // more than a first look at the listing comes to
		many = append(many, fmt.Sprintf("X-%02d", n))
		add(many[n], "", acquisitions.POLineTexts{Vendor: new("Çokça"), Fund: new(fmt.Sprintf("F%d", n%2))})
	}
	add("POL-1/A", "j007", acquisitions.POLineTexts{Vendor: new("Müller & Söhne"), Note: new("ask\nWalther")})
	last := add("POL-2", "j008", acquisitions.POLineTexts{ProcessType: new("Subscription"), Type: new("Journal")})
	for text, want := range map[string][]string{
		"cokca":            many,
		"ÇOKÇA f1":         slices.DeleteFunc(slices.Clone(many), func(number string) bool { return (number[3]-'0')%2 == 0 }),
		"muller sohne":     {"POL-1/A"},
		"walther ask":      {"POL-1/A"},
		"pol-1":            {"POL-1/A"},
		"pol1a":            {"POL-1/A"},
		"journal 007":      {"POL-1/A"},
		"journal":          {"POL-1/A", "POL-2"},
		"subscription POL": {"POL-2"},
		"j008":             {"POL-2"},
		"nothing":          nil,
		"- \"":             nil,
	} {
		if diff := cmp.Diff(want, b.searchLines(acquisitions.POLineFilter{Search: text})); diff != "" {
			t.Errorf("%q:\n%s", text, diff)
		}
	}
	no := false
	if numbers := b.searchLines(acquisitions.POLineFilter{Search: "journal", Attached: &no}); numbers != nil {
		t.Errorf("with another filter: %v", numbers)
	}
	_, err := b.Acquisitions.UpdatePOLine(t.Context(), last, nil, acquisitions.POLineInput{POLineTexts: acquisitions.POLineTexts{Type: new("Book")}})
	b.Must(err)
	if diff := cmp.Diff([]string{"POL-2"}, b.searchLines(acquisitions.POLineFilter{Search: "book subscr"})); diff != "" {
		t.Error(diff)
	}
	_, err = b.Acquisitions.ImportPOLines(t.Context(), strings.NewReader("number,vendor\nPOL-2,Nächster\n"), false)
	b.Must(err)
	if diff := cmp.Diff([]string{"POL-2"}, b.searchLines(acquisitions.POLineFilter{Search: "nachster"})); diff != "" {
		t.Error(diff)
	}
	b.Must(b.Acquisitions.DeletePOLine(t.Context(), last))
	if numbers := b.searchLines(acquisitions.POLineFilter{Search: "nachster"}); numbers != nil {
		t.Errorf("what was deleted: %v", numbers)
	}
}

// TestSearchLicenses: licenses are found by what they say.
func TestSearchLicenses(t *testing.T) {
	t.Parallel()
	b := setup(t)
	found := func(text string) (codes []string) {
		page, err := b.Acquisitions.Licenses(t.Context(), acquisitions.LicenseFilter{Search: text}, keyset.Window{First: 2})
		b.Must(err)
		n, err := b.Acquisitions.CountLicenses(t.Context(), acquisitions.LicenseFilter{Search: text})
		b.Must(err)
		for _, row := range page.Items {
			codes = append(codes, row.Code)
		}
		if n != len(codes) && !page.More {
			t.Errorf("%q: %v of %d", text, codes, n)
		}
		return codes
	}
	var list strings.Builder
	list.WriteString("code,name,vendor\n")
	for n := range 40 {
		fmt.Fprintf(&list, "L-%02d,Großer Vertrag,Agent %d\n", n, n%2)
	}
	_, err := b.Acquisitions.ImportLicenses(t.Context(), strings.NewReader(list.String()), false)
	b.Must(err)
	row, err := b.Acquisitions.CreateLicense(t.Context(), acquisitions.LicenseTexts{Code: new("OUP-2026"), Name: new("Big deal"), Note: new("Œuvre")})
	b.Must(err)
	for text, want := range map[string][]string{
		"grosser": {"L-00", "L-01"}, "VERTRAG 1": {"L-01", "L-03"}, "deal oup": {"OUP-2026"}, "oeuvre": {"OUP-2026"}, "2026-oup": {"OUP-2026"},
	} {
		if diff := cmp.Diff(want, found(text)); diff != "" {
			t.Errorf("%q:\n%s", text, diff)
		}
	}
	_, err = b.Acquisitions.UpdateLicense(t.Context(), row.ID, nil, acquisitions.LicenseTexts{Name: new("")})
	b.Must(err)
	if codes := found("deal"); codes != nil {
		t.Errorf("a former name finds %v", codes)
	}
}
