package holdings_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"autoholdings/ent"
	"autoholdings/ent/portfolio"
	"autoholdings/holdings"
	"autoholdings/holdings/collections"
	"autoholdings/holdings/plan"
	"autoholdings/internal/holdingstest"
	"autoholdings/internal/keyset"
)

// searchedFor are words as titles have them, and as they are folded: what a naive reader would take them for.
var searchedFor = map[string][]string{
	"Journal": {"journal"}, "Journals": {"journals"}, "of": {"of"}, "the": {"the"}, "Brain": {"brain"}, "BRAINS": {"brains"},
	"Straße": {"strasse"}, "Müller": {"muller"}, "études": {"etudes"}, "Œuvres": {"oeuvres"}, "Łódź": {"lodz"}, "İzmir": {"izmir"},
	"ﬁction": {"fiction"}, "日本": {"日", "本"}, "本": {"本"}, "E-Journal": {"e", "journal", "ejournal"}, "AND": {"and"}, "OR": {"or"},
	"NEAR": {"near"}, "Not": {"not"}, "1914-1918": {"1914", "1918", "19141918"}, "Alzheimer's": {"alzheimer", "s", "alzheimers"},
	"☃": nil, "(\"*": nil,
}

// searchModel is the titles of a list and what staff call them.
type searchModel struct {
	b      *testBundle
	titles map[string][]string // words by title_id
	local  map[string][]string
}

// TestSearchProperty: pages of a search, walked to their end by cursors, and its count are what a naive reader finds, in the
// order of the list, while jobs insert, change and remove titles, and staff put titles of their own on them.
func TestSearchProperty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		m := &searchModel{&testBundle{holdingstest.New(t)}, map[string][]string{}, map[string][]string{}}
		rt.Repeat(map[string]func(*rapid.T){"sync": m.sync, "localize": m.localize, "": m.check})
	})
}

var searchedWord = rapid.SampledFrom(slices.Sorted(func(yield func(string) bool) {
	for word := range searchedFor {
		if !yield(word) {
			return
		}
	}
}))

func (m *searchModel) sync(t *rapid.T) {
	m.b.T.Helper()
	var list []holdingstest.Journal
	for n := range 40 {
		id := fmt.Sprintf("j%03d", n)
		switch what := rapid.IntRange(0, 9).Draw(t, "what"); {
		case what == 0:
			delete(m.titles, id)
		case what < 4 || m.titles[id] == nil:
			m.titles[id] = rapid.SliceOfN(searchedWord, 1, 4).Draw(t, "title")
		}
		if words, ok := m.titles[id]; ok {
			list = append(list, holdingstest.Journal{
				Title: "x " + strings.Join(words, " "), ID: id, URL: "https://academic.oup.com/" + id, First: "1996",
			})
		}
	}
	jobID := m.b.NewJob(1)
	_, _, _, err := m.b.Apply(holdingstest.Attempt{Profile: 1, List: holdingstest.ListOf(list...), JobID: jobID})
	if err != nil {
		t.Fatal(err)
	}
}

func (m *searchModel) localize(t *rapid.T) {
	rows := m.all(t)
	if len(rows) == 0 {
		t.Skip("no titles yet")
	}
	row := rapid.SampledFrom(rows).Draw(t, "portfolio")
	words := rapid.SliceOfN(searchedWord, 0, 3).Draw(t, "words")
	value := new(strings.Join(words, " "))
	if len(words) == 0 {
		value = nil
	}
	_, err := m.b.Holdings.UpdatePortfolio(t.Context(), holdings.PortfolioChange{
		ID: row.ID, Staff: holdings.StaffChange{"publication_title": value},
	})
	if err != nil {
		t.Fatal(err)
	}
	m.local[row.TitleID] = words
}

// all are all portfolios, in the order of the listing.
func (m *searchModel) all(t *rapid.T) []*ent.Portfolio {
	rows, err := m.b.Store.Read.Portfolio.Query().Order(portfolio.ByTitleKey(), portfolio.ByID()).All(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// folded are the words of a title, as a naive reader has them.
func folded(words []string) (all []string) {
	for _, word := range words {
		all = append(all, searchedFor[word]...)
	}
	return all
}

func (m *searchModel) check(t *rapid.T) {
	words := rapid.SliceOfN(searchedWord, 1, 3).Draw(t, "asked")
	var texts, asked []string
	for _, word := range words {
		plain := searchedFor[word]
		if len(plain) != 1 {
			texts = append(texts, word)
			if len(plain) > 1 { // all but the last are whole
				asked = append(asked, plain[0]+" ", plain[1])
			}
			continue
		}
		begins := []rune(plain[0])
		begins = begins[:rapid.IntRange(1, len(begins)).Draw(t, "letters")]
		texts, asked = append(texts, string(begins)), append(asked, string(begins))
	}
	f := holdings.PortfolioFilter{Search: strings.Join(texts, " "), Removed: rapid.Bool().Draw(t, "removed")}
	if rapid.Bool().Draw(t, "in the collection") {
		f.CollectionID = holdingstest.CollectionID
	}
	var want, got []string
	w := m.window(t)
	for _, row := range m.sorted(t, w) {
		has := append(folded(strings.Fields(strings.TrimPrefix(row.PublicationTitle, "x "))), "x", row.TitleID)
		has = append(has, folded(m.local[row.TitleID])...)
		if (row.RemovedAt != nil) == f.Removed && len(asked) > 0 && hasAll(has, asked) {
			want = append(want, row.TitleID)
		}
	}
	for _, row := range m.walk(t, f, w) {
		got = append(got, row.TitleID)
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Fatalf("%q by %+v (-naive +found):\n%s", f.Search, w, diff)
	}
	if n, err := m.b.Holdings.CountPortfolios(t.Context(), f); err != nil || n != len(want) {
		t.Fatalf("%q: counted %d of %d: %v", f.Search, n, len(want), err)
	}
}

// window is the first page of a walk, from either end and in any order.
func (m *searchModel) window(t *rapid.T) keyset.Window {
	w := keyset.Window{First: rapid.IntRange(1, 3).Draw(t, "first"), Backwards: rapid.Bool().Draw(t, "backwards")}
	order := rapid.SampledFrom(holdings.PortfolioListing.Names()).Draw(t, "order")
	return holdings.PortfolioListing.Toward(w, order, rapid.Bool().Draw(t, "descending"))
}

// sorted are all portfolios in the order of a window.
func (m *searchModel) sorted(t *rapid.T, w keyset.Window) []*ent.Portfolio {
	rows := m.all(t)
	slices.SortFunc(rows, func(a, b *ent.Portfolio) int {
		p, q := holdings.PortfolioListing.Position(w, a), holdings.PortfolioListing.Position(w, b)
		return cmp.Or(slices.Compare(p.Keys, q.Keys), cmp.Compare(p.ID, q.ID)) // moments have the same number of digits
	})
	if w.Turned { // the orders of portfolios are all lowest first
		slices.Reverse(rows)
	}
	return rows
}

// walk reads a search to its end.
func (m *searchModel) walk(t *rapid.T, f holdings.PortfolioFilter, w keyset.Window) (all []*ent.Portfolio) {
	for {
		page, err := m.b.Holdings.Portfolios(t.Context(), f, w)
		if err != nil {
			t.Fatal(err)
		}
		if w.Backwards {
			all = append(slices.Clone(page.Items), all...)
		} else {
			all = append(all, page.Items...)
		}
		if !page.More {
			return all
		}
		end := page.Items[len(page.Items)-1]
		if w.Backwards {
			end = page.Items[0]
		}
		at := holdings.PortfolioListing.Position(w, end)
		w.After = &at
	}
}

// hasAll says whether each of the beginnings is one of a word. One that ends in a blank is a whole word.
func hasAll(words, beginnings []string) bool {
	return !slices.ContainsFunc(beginnings, func(b string) bool {
		return !slices.ContainsFunc(words, func(word string) bool { return strings.HasPrefix(word+" ", b) })
	})
}

// searched are the title_ids that a search finds, counted and listed.
func (b *testBundle) searched(f holdings.PortfolioFilter) (ids []string) {
	b.T.Helper()
	page, err := b.Holdings.Portfolios(b.T.Context(), f, keyset.Window{First: 50})
	b.Must(err)
	n, err := b.Holdings.CountPortfolios(b.T.Context(), f)
	b.Must(err)
	for _, row := range page.Items {
		ids = append(ids, row.TitleID)
	}
	if n != len(ids) {
		b.T.Errorf("%q: %d are listed, %d counted", f.Search, len(ids), n)
	}
	return ids
}

// TestSearchSpellings: how titles, identifiers, title_ids and URLs are found, and how not.
func TestSearchSpellings(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Sync(1, holdingstest.ListOf(
		holdingstest.Journal{
			Title: "Brain: A Journal of Neurology", Print: "0006-8950", Online: "1460-2156", ID: "brain", URL: "https://academic.oup.com/brain",
			First: "1996",
		},
		holdingstest.Journal{Title: "Müller's Straße & Œuvres", ID: "10.1093/acprof:oso/42", URL: "http://www.example.org/a/b?c=D", First: "1996"},
		holdingstest.Journal{Title: "Academic Medicine", Print: "978-0-19-853453-2", ID: "med", First: "1996"},
		holdingstest.Journal{Title: "İstanbul ﬁne 日本語", ID: "tr_1", First: "1996"},
	))
	for text, want := range map[string][]string{
		"neurology BRAIN":                {"brain"},
		"neuro journ":                    {"brain"},
		"neurolog of a":                  {"brain"},
		"eurology":                       nil,
		"muller strasse":                 {"10.1093/acprof:oso/42"},
		"MÜLLERS oeuvres":                {"10.1093/acprof:oso/42"},
		"mu\u0308ller":                   {"10.1093/acprof:oso/42"},
		"0006-8950":                      {"brain"},
		"00068950":                       {"brain"},
		"0006 8950":                      {"brain"},
		"ISSN 1460–2156":                 {"brain"},
		"eISSN: 1460-2156":               {"brain"},
		"brain 1460-2156":                {"brain"},
		"9780198534532":                  {"med"},
		"978 0 19 853453 2":              {"med"},
		"0-19-853453-1":                  {"med"},
		"0198534531":                     {"med"},
		"97801985":                       {"med"},
		"isbn 0 19 853453 1 medicine":    {"med"},
		"10.1093/acprof:oso/42":          {"10.1093/acprof:oso/42"},
		"10.1093/acprof":                 {"10.1093/acprof:oso/42"},
		"https://academic.oup.com/brain": {"brain"},
		"academic.oup.com/bra":           {"brain"},
		"HTTP://ACADEMIC.oup.com":        {"brain"},
		"http://example.org/a/b?c=d":     {"10.1093/acprof:oso/42"},
		"a/b?c":                          {"10.1093/acprof:oso/42"},
		"academic":                       {"med"},
		"istanbul":                       {"tr_1"},
		"ISTANBUL":                       {"tr_1"},
		"fine":                           {"tr_1"},
		"日本":                             {"tr_1"},
		"語 日":                            {"tr_1"},
		"tr_1":                           {"tr_1"},
		"x":                              nil,
		"brain medicine":                 nil,
		"brain OR medicine":              nil,
		"brain -neurology":               {"brain"},
		"\"brain neurology\"":            {"brain"},
		"neurology* brain*":              {"brain"},
	} {
		if diff := gocmp.Diff(want, b.searched(holdings.PortfolioFilter{Search: text})); diff != "" {
			t.Errorf("%q (-want +found):\n%s", text, diff)
		}
	}
	if n := len(b.searched(holdings.PortfolioFilter{Search: " \t"})); n != 4 {
		t.Errorf("a blank search lists %d titles", n)
	}
	both := holdings.PortfolioFilter{Search: "brain", TitlePrefix: "academic"}
	if ids := b.searched(both); ids != nil {
		t.Errorf("with another filter: %v", ids)
	}
}

// TestSearchOddTexts: no text makes a search fail, or finds what a word of it does not.
func TestSearchOddTexts(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(1, 40)...))
	for _, text := range []string{
		`"`, `'`, `"" OR ""`, `*`, `(`, `)`, `-`, `NOT`, `words:journal`, `^journal`, `NEAR/2`, `a NEAR/2 b`, `'':*`, `!`, `& |`, `<->`, `\`, `%`, `_`,
		"\U0001F600", "\ue000", "\ue000academic", "' OR 1=1 --", "?", "??", "$1", "journal\x01", strings.Repeat("(", 10_000),
		strings.Repeat("x", 10_000), strings.Repeat("日", 10_000), strings.Repeat("a ", 5_000) + "q", strings.Repeat("a.", 5_000) + "q",
		strings.Repeat("ä", 3_000), strings.Repeat("a/", 5_000) + "q", strings.Repeat("journal qq-rr/ss ", 500), "00000000 qq",
	} {
		if ids := b.searched(holdings.PortfolioFilter{Search: text}); ids != nil && text != "journal\x01" && text != "^journal" {
			t.Errorf("%.20q finds %v", text, ids)
		}
	}
	all := b.searched(holdings.PortfolioFilter{Search: strings.Repeat("journal ", 1250)})
	if len(all) != 39 {
		t.Errorf("a word said 1,250 times finds %d", len(all))
	}
}

// TestSearchLocalValues: what staff put beside the provider's values is found, until it is taken back, and so are notes.
func TestSearchLocalValues(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(1, 4)...))
	change := holdings.StaffChange{"publication_title": new("Our Cerebrum"), plan.InternalNote: new("ask Ångström"), "online_identifier": new("0006-8950")}
	_, err := b.Holdings.UpdatePortfolio(t.Context(), holdings.PortfolioChange{ID: b.PortfolioID("j002"), Staff: change})
	b.Must(err)
	for _, text := range []string{"cerebrum", "cerebrum journal 002", "angstrom", "00068950"} {
		if diff := gocmp.Diff([]string{"j002"}, b.searched(holdings.PortfolioFilter{Search: text})); diff != "" {
			t.Errorf("%q:\n%s", text, diff)
		}
	}
	back := holdings.StaffChange{"publication_title": nil, plan.InternalNote: nil, "online_identifier": nil}
	_, err = b.Holdings.UpdatePortfolio(t.Context(), holdings.PortfolioChange{ID: b.PortfolioID("j002"), Staff: back})
	b.Must(err)
	if ids := b.searched(holdings.PortfolioFilter{Search: "cerebrum"}); ids != nil {
		t.Errorf("what was taken back finds %v", ids)
	}
}

// TestSearchZone: titles of the Community Zone are found as they are after each update.
func TestSearchZone(t *testing.T) {
	t.Parallel()
	b := setupZoneTitles(t)
	found := func(f collections.CommunityZoneTitleFilter) (ids []string) {
		page, err := b.Collections.CommunityZoneTitles(t.Context(), f, keyset.Window{First: 2})
		b.Must(err)
		n, err := b.Collections.CountCommunityZoneTitles(t.Context(), f)
		b.Must(err)
		for _, row := range page.Items {
			ids = append(ids, row.TitleID)
		}
		if len(ids) != min(n, 2) || page.More != (n > 2) {
			t.Errorf("%q: %v of %d", f.Search, ids, n)
		}
		return ids
	}
	journals := holdingstest.Numbered(1, 60)
	b.importZone(holdingstest.ListOf(journals...))
	for _, zone := range []string{"", "1"} {
		if diff := gocmp.Diff([]string{"j001", "j002"}, found(collections.CommunityZoneTitleFilter{Search: "jour", CommunityZoneID: zone})); diff != "" {
			t.Error(diff)
		}
		if diff := gocmp.Diff([]string{"j059"}, found(collections.CommunityZoneTitleFilter{Search: "059 JOURNAL", CommunityZoneID: zone})); diff != "" {
			t.Error(diff)
		}
	}
	if ids := found(collections.CommunityZoneTitleFilter{Search: "journal", CommunityZoneID: "2"}); ids != nil {
		t.Errorf("another collection has %v", ids)
	}
	journals[58].Title = "Études"
	b.importZone(holdingstest.ListOf(journals[1:]...))
	for text, want := range map[string][]string{"etudes": {"j059"}, "journal 059": nil, "journal 001": nil, "journal 01": {"j010", "j011"}} {
		if diff := gocmp.Diff(want, found(collections.CommunityZoneTitleFilter{Search: text})); diff != "" {
			t.Errorf("%q:\n%s", text, diff)
		}
	}
}
