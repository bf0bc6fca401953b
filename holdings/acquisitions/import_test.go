package acquisitions_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"autoholdings/ent/license"
	"autoholdings/ent/poline"
	"autoholdings/ent/portfolio"
	"autoholdings/holdings/acquisitions"
	"autoholdings/internal/holdingstest"
	"autoholdings/internal/opaque"
	"autoholdings/internal/store"
	"autoholdings/internal/storetest"
)

// imported is what an import of PO lines reports, a line each. Before it, a dry run must report the same and write
// nothing.
func (b *testBundle) imported(csv string) (report acquisitions.ImportReport, lines []string) {
	b.T.Helper()
	before := b.acquisitionsText()
	dry, err := b.Acquisitions.ImportPOLines(b.T.Context(), strings.NewReader(csv), true)
	b.Must(err)
	if diff := cmp.Diff(before, b.acquisitionsText()); diff != "" {
		b.T.Errorf("the dry run wrote:\n%s", diff)
	}
	report, err = b.Acquisitions.ImportPOLines(b.T.Context(), strings.NewReader(csv), false)
	b.Must(err)
	dry.DryRun = false
	if diff := cmp.Diff(dry, report); diff != "" {
		b.T.Errorf("the dry run reported otherwise:\n%s", diff)
	}
	for _, l := range report.Lines {
		lines = append(lines, fmt.Sprintf("%d %s %s", l.Line, l.Action, l.Number))
	}
	return report, lines
}

func (b *testBundle) wantImported(csv string, want ...string) acquisitions.ImportReport {
	b.T.Helper()
	report, got := b.imported(csv)
	if diff := cmp.Diff(want, got); diff != "" {
		b.T.Errorf("%s\n%+v", diff, report.Lines)
	}
	return report
}

// wantLine checks what is told of a line.
func wantLine(t *testing.T, report acquisitions.ImportReport, line int, parts ...string) {
	t.Helper()
	for _, l := range report.Lines {
		if l.Line != line {
			continue
		}
		for _, part := range parts {
			if !strings.Contains(l.Message, part) {
				t.Errorf("line %d: %q does not say %q", line, l.Message, part)
			}
		}
		return
	}
	t.Errorf("no line %d in %+v", line, report.Lines)
}

func TestImportPOLines(t *testing.T) {
	t.Parallel()
	b := setupOrders(t)
	journal := holdingstest.Numbered(3, 4)[0]
	csv := "Number,Vendor,Ordered on,NOTE,main,portfolio_id,collection,title_id,identifier,budget\n" +
		`P1,"Oxford, UP",2024-01-31,"says ""yes"", twice` + "\nin two lines\",,,,,,x\n" + // lines 2 and 3
		"P2,OUP,,,," + opaque.ID("Portfolio", b.PortfolioID("j001")) + ",,,,\n" +
		"P3,OUP,,,yes," + fmt.Sprint(b.PortfolioID("j001")) + ",,,,\n" +
		"P4,OUP,,,,,Journals,j002,,\n" +
		"P5,OUP,,,no,,JOURNALS!,," + strings.ReplaceAll(journal.Print, "-", "") + ",\n" +
		"P6,OUP,,,0,,journals,j003," + journal.Online + ",\n" +
		",,,,,,,,,\n"
	report := b.wantImported(csv, "2 CREATED P1", "4 CREATED P2", "5 CREATED P3", "6 CREATED P4", "7 CREATED P5", "8 CREATED P6")
	if len(report.Warnings) != 1 || !strings.Contains(report.Warnings[0], `"budget"`) || report.Created != 6 {
		t.Errorf("%+v", report)
	}
	wantLine(t, report, 5, `attached to "Journal 001"`, `"P2"`, "additional")
	wantLine(t, report, 7, "main PO line", "until another")
	for titleID, want := range map[string]string{"j001": "P3* P2", "j002": "P4*", "j003": "P5* P6"} {
		if got := b.ranks(titleID); got != want {
			t.Errorf("%s has %q, want %q", titleID, got, want)
		}
	}
	one := b.Store.Read.POLine.Query().Where(poline.Number("P1")).OnlyX(t.Context())
	if one.Vendor != "Oxford, UP" || one.Note != "says \"yes\", twice\nin two lines" || one.OrderedOn != "2024-01-31" ||
		one.PortfolioID != nil || one.Version != 1 {
		t.Errorf("%v", one)
	}

	before := b.acquisitionsText()
	report = b.wantImported(csv, "2 UNCHANGED P1", "4 UNCHANGED P2", "5 UNCHANGED P3", "6 UNCHANGED P4", "7 UNCHANGED P5", "8 UNCHANGED P6")
	if diff := cmp.Diff(before, b.acquisitionsText()); diff != "" || report.Unchanged != 6 {
		t.Errorf("the same file again:\n%s", diff)
	}
}

// TestImportChangesPOLines: only the columns of the file, and PO lines stay where they are unless a portfolio is named.
func TestImportChangesPOLines(t *testing.T) {
	t.Parallel()
	b := setupOrders(t)
	b.wantImported("number,vendor,note,collection,title_id\nP1,OUP,old,journals,j001\nP2,OUP,old,journals,j001\nP3,OUP,old,,\n",
		"2 CREATED P1", "3 CREATED P2", "4 CREATED P3")
	b.wantImported("note,number\nnew,P1\n,P2\nold,P3\n", "2 UPDATED P1", "3 UPDATED P2", "4 UNCHANGED P3")
	report := b.wantImported("number,collection,title_id,note\nP1,journals,j002,new\nP2,,,\nP3,journals,j003,newer\n", "2 MOVED P1",
		"3 UNCHANGED P2", "4 ATTACHED P3")
	wantLine(t, report, 2, `from "Journal 001" to "Journal 002"`)
	wantLine(t, report, 4, `attached to "Journal 003"`)
	for titleID, want := range map[string]string{"j001": "P2*", "j002": "P1*", "j003": "P3*"} {
		if got := b.ranks(titleID); got != want {
			t.Errorf("%s has %q, want %q", titleID, got, want)
		}
	}
	for number, want := range map[string]string{"P1": "OUP new", "P2": "OUP ", "P3": "OUP newer"} {
		if row := b.Store.Read.POLine.Query().Where(poline.Number(number)).OnlyX(t.Context()); row.Vendor+" "+row.Note != want {
			t.Errorf("%s: %v", number, row)
		}
	}
	// In one file: one leaves as main, another comes to be main.
	b.wantImported("number,main,collection,title_id\nP2,,journals,j002\nP3,yes,journals,j002\nP4,no,journals,j002\n", "2 MOVED P2",
		"3 MOVED P3", "4 CREATED P4")
	if got := b.ranks("j002"); got != "P3* P1 P2 P4" {
		t.Errorf("j002 has %q", got)
	}
}

// TestImportForms: separators, a byte order mark, line ends.
func TestImportForms(t *testing.T) {
	t.Parallel()
	for name, csv := range map[string]string{
		"comma":     "number,vendor\nP1,\"A;B\"\n",
		"semicolon": "number;vendor\nP1;A;B\nP2;\"A;B\"\n",
		"TAB":       "number\tvendor\nP2\tA;B\n",
		"mark":      "\ufeffnumber,vendor\r\nP2,A;B\r\n",
		"no end":    "\n\nvendor,number\nA;B,P2",
		"CR":        "number,vendor\rP2,A;B\r",
		"CR, blank": "\ufeffnumber;vendor\r\rP2;\"A;B\"",
		"quoted":    "\ufeff\"number\";\"vendor\"\r\n\"P2\";\"A;B\"\r\n",
	} {
		b := setup(t)
		report, _ := b.imported(csv)
		want := strings.Count(csv, "P")
		if report.Created+report.Refused != want || len(report.Lines) != want {
			t.Errorf("%s: %+v", name, report)
		}
		if row := b.Store.Read.POLine.Query().OnlyX(t.Context()); row.Vendor != "A;B" {
			t.Errorf("%s: %v", name, row)
		}
	}
}

// TestImportRefusesLines: each line for its reason, which it says, and the others are done.
func TestImportRefusesLines(t *testing.T) {
	t.Parallel()
	b := setupOrders(t)
	b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(1, 30)...)) // j000 is hidden
	b.Write(func(ctx context.Context, tx *store.Tx) error {         // a second of the same title_id, and two collections of one name
		for id := range int64(2) {
			tx.Collection.Create().SetID(20 + id).SetCreatedAt(1).SetUpdatedAt(1).SetName("Twins").SetNameKey("twins").SaveX(ctx)
		}
		p := tx.Portfolio.Query().Where(portfolio.TitleID("j001")).OnlyX(ctx)
		return tx.Portfolio.Create().SetID(77).SetCreatedAt(1).SetUpdatedAt(1).SetCollectionID(holdingstest.CollectionID).SetAvailable(true).SetListed(true).
			SetPublicationTitle("Journal 001 again").SetTitleKey("journal 001 again").SetTitleID("j001").SetPrintKey(p.PrintKey).SetValuesHash(0).
			Exec(ctx)
	})
	issn1 := holdingstest.Numbered(1, 2)[0].Print
	report := b.wantImported(strings.Join([]string{
		"number,ordered_on,main,portfolio_id,collection,title_id,identifier",
		"P2,2024-02-30,maybe,,,,",
		"P3,,,4711,,,",
		"P4,,," + opaque.ID("License", 1) + ",,,",
		"P5,,,,nowhere,j002,",
		"P6,,,,journals,j999,",
		"P7,,,,journals,j001,",
		"P8,,,,journals,j001," + issn1,
		"P9,,,,journals,j000,",
		"P10,,,,journals,,",
		"P11,,,,,j002,",
		"P12,,,,journals,,9.78E+12",
		"P13,,,,twins,j002,",
		"P14,,,,,,",
		"P14,,,,,,",
		",2024-01-01,,,,,",
		"P17,,,,,,,x",
		"P18,,,",
		`P19,,,,,,say "so"`,
		"P20,,," + fmt.Sprint(b.PortfolioID("j002")) + ",journals,j003,",
		"P21,,yes,,journals,j002,",
		"P22,,yes,,journals,j002,",
		"P23,,yes,,,,",
		strings.Repeat("x", 201) + ",,,,,,",
		"P25,\xff,,,,,",
		"P26,,,,,,",
		`P27,,,,,,"never ends`,
		"P28,,,,,,",
	}, "\n"),
		"2 REFUSED P2", "3 REFUSED P3", "4 REFUSED P4", "5 REFUSED P5", "6 REFUSED P6", "7 REFUSED P7", "8 REFUSED P8", "9 REFUSED P9",
		"10 REFUSED P10",
		"11 REFUSED P11", "12 REFUSED P12", "13 REFUSED P13", "14 CREATED P14", "15 REFUSED P14", "16 REFUSED ", "17 REFUSED P17",
		"18 REFUSED P18", "19 REFUSED ",
		"20 REFUSED P20", "21 CREATED P21", "22 REFUSED P22", "23 CREATED P23", "24 REFUSED "+strings.Repeat("x", 201), "25 REFUSED P25",
		"26 CREATED P26", "27 REFUSED ")
	for line, parts := range map[int][]string{
		2: {"2024-02-30", "YYYY-MM-DD", `"maybe"`, "yes or no"}, 3: {"no portfolio 4711"}, 4: {"a License, not of a Portfolio"},
		5: {`no collection "nowhere"`},
		6: {"no such portfolio"}, 7: {"one of 2 portfolios", opaque.ID("Portfolio", 77), "portfolio_id"}, 8: {"one of 2 portfolios"},
		9: {"out of the holdings", "undone"}, 10: {"collection alone"}, 11: {"which collection"}, 12: {"9.78E+12", "ISBN"}, 13: {"2 collections"},
		15: {"line 14"}, 16: {"no number"}, 17: {"8 cells", "header has 7"}, 18: {"4 cells"}, 19: {"quotation marks"}, 20: {`"Journal 002"`},
		22: {"line 21"},
		23: {"cannot be a main PO line"}, 24: {"201 characters"}, 25: {"UTF-8"}, 27: {"Lines 27 to 28"},
	} {
		wantLine(t, report, line, parts...)
	}
	if report.Refused != 22 || report.Created != 4 {
		t.Errorf("%+v", report)
	}
	if n := b.Store.Read.POLine.Query().CountX(t.Context()); n != 4 {
		t.Errorf("%d PO lines", n)
	}
}

// TestImportRefusesFiles: as a whole, where the header tells nothing; and a failure while reading is a fault.
func TestImportRefusesFiles(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for csv, want := range map[string]string{
		"": "empty", " \n\n": "empty", "\ufeff": "empty", "vendor,note\nx,y\n": `no column "number"`, "number,Number\n1,2\n": "twice",
		"\xff\xfen\x00u\x00": `no column "number"`, "number,n\xffte\n": "UTF-8", "number,\"vendor\n1,2\n": "header",
	} {
		_, err := b.Acquisitions.ImportPOLines(t.Context(), strings.NewReader(csv), false)
		holdingstest.WantProblems(t, err, "BAD_USER_INPUT")
		holdingstest.WantMessage(t, err, want)
	}
	_, err := b.Acquisitions.ImportLicenses(t.Context(), strings.NewReader("number\n1\n"), false)
	holdingstest.WantMessage(t, err, `"code"`)
	for _, in := range []io.Reader{
		iotest.ErrReader(errors.New("unplugged")),
		io.MultiReader(strings.NewReader("number\n1\n"+strings.Repeat("x\n", 70_000)), iotest.ErrReader(errors.New("unplugged"))),
	} {
		if _, err := b.Acquisitions.ImportPOLines(t.Context(), in, true); err == nil || !strings.Contains(err.Error(), "unplugged") {
			t.Errorf("%v", err)
		}
	}
}

func TestImportLicenses(t *testing.T) {
	t.Parallel()
	b := setup(t)
	run := func(csv string, want ...string) acquisitions.ImportReport {
		t.Helper()
		dry, err := b.Acquisitions.ImportLicenses(t.Context(), strings.NewReader(csv), true)
		b.Must(err)
		before := b.acquisitionsText()
		report, err := b.Acquisitions.ImportLicenses(t.Context(), strings.NewReader(csv), false)
		b.Must(err)
		changed := report.Created+report.Updated > 0
		if dry.DryRun = false; cmp.Diff(dry, report) != "" || (before != b.acquisitionsText()) != changed {
			t.Errorf("dry run: %+v\n%+v", dry, report)
		}
		var got []string
		for _, l := range report.Lines {
			got = append(got, fmt.Sprintf("%d %s %s", l.Line, l.Action, l.Number))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s\n%+v", diff, report)
		}
		return report
	}
	file := "code;name;starts_on;ends_on\nL1;First;2026-01-01;2026-12-31\nL2;;2026-01-01;2025-01-01\nL3;Third;;\nL1;Again;;\n"
	report := run(file, "2 CREATED L1", "3 REFUSED L2", "4 CREATED L3", "5 REFUSED L1")
	wantLine(t, report, 3, "before")
	wantLine(t, report, 5, "line 2")
	run(file, "2 UNCHANGED L1", "3 REFUSED L2", "4 UNCHANGED L3", "5 REFUSED L1")
	run("code,vendor,note\nL1,OUP,n\nL3,,\n", "2 UPDATED L1", "3 UNCHANGED L3")
	report = run("code,ends_on\nL1,2025-12-31\n", "2 REFUSED L1") // with the day that is stored
	wantLine(t, report, 2, "2026-01-01")
	if row := b.Store.Read.License.Query().Where(license.Code("L1")).OnlyX(t.Context()); row.Name != "First" || row.Vendor != "OUP" ||
		row.Version != 2 {
		t.Errorf("%v", row)
	}
}

// many is a file of n PO lines, of which every third is attached to one of 200 portfolios.
func many(n int) string {
	var csv strings.Builder
	csv.WriteString("number,vendor,status,ordered_on,note,collection,title_id\n")
	for i := range n {
		if i%3 == 0 {
			fmt.Fprintf(&csv, "POL-%05d,OUP,Sent,2024-01-31,a note,journals,j%03d\n", i, i%200)
		} else {
			fmt.Fprintf(&csv, "POL-%05d,OUP,Sent,2024-01-31,a note,,\n", i)
		}
	}
	return csv.String()
}

// TestImportOfThousands is quick, and the dry run says the same across batches.
func TestImportOfThousands(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(0, 200)...))
	file := many(10_000)
	begun := time.Now()
	report, err := b.Acquisitions.ImportPOLines(t.Context(), strings.NewReader(file), false)
	b.Must(err)
	t.Logf("10,000 PO lines in %v", time.Since(begun))
	if report.Created != 10_000 {
		t.Errorf("%d created, %d refused", report.Created, report.Refused)
	}
	moved := strings.ReplaceAll(file, "journals,j0", "journals,j1")
	begun = time.Now()
	again, _ := b.imported(moved)
	t.Logf("a dry run and the run in %v", time.Since(begun))
	if again.Moved < 1000 || again.Refused != 0 {
		t.Errorf("%d moved, %d refused", again.Moved, again.Refused)
	}
	for _, p := range b.Store.Read.Portfolio.Query().Where(portfolio.HasPoLines()).WithPoLines().AllX(t.Context()) {
		mains := 0
		for _, l := range p.Edges.PoLines {
			if l.Main {
				mains++
			}
		}
		if mains != 1 {
			t.Errorf("%s has %d main PO lines", p.TitleID, mains)
		}
	}
}

// TestImportGoesOn: what a failure left undone is done by importing the same file again.
func TestImportGoesOn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(0, 200)...))
	mend := storetest.Trigger{On: "BEFORE INSERT ON po_lines", When: "NEW.number = 'POL-01234'", Fail: "the disk is full"}.Install(t, b.Store)
	file := many(2000)
	report, err := b.Acquisitions.ImportPOLines(t.Context(), strings.NewReader(file), false)
	if err == nil || report.Created != 1000 || b.Store.Read.POLine.Query().CountX(t.Context()) != 1000 {
		t.Fatalf("%v, %d created", err, report.Created)
	}
	mend()
	report, err = b.Acquisitions.ImportPOLines(t.Context(), strings.NewReader(file), false)
	if b.Must(err); report.Created != 1000 || report.Unchanged != 1000 {
		t.Errorf("%d created, %d unchanged, %d refused", report.Created, report.Unchanged, report.Refused)
	}
}

// TestImportRefusesUnstorableCells: a line with a cell that not every database can hold is refused before anything is
// looked up, and the others are imported.
func TestImportRefusesUnstorableCells(t *testing.T) {
	t.Parallel()
	b := setup(t)
	report := b.wantImported("number,note,title_id\nA\x00,,\nB,c\x00d,\nC,,t\x00\nD,Universit\xe4t,\nE,fine,\n",
		"2 REFUSED ", "3 REFUSED B", "4 REFUSED C", "5 REFUSED D", "6 CREATED E")
	wantLine(t, report, 2, "cell 1", "NUL")
	wantLine(t, report, 4, "cell 3", "NUL")
	wantLine(t, report, 5, "cell 2", "UTF-8")
	licenses, err := b.Acquisitions.ImportLicenses(t.Context(), strings.NewReader("code,name\nL\x001,x\nL2,y\xff\nL3,z\n"), false)
	b.Must(err)
	if licenses.Created != 1 || licenses.Refused != 2 {
		t.Errorf("%+v", licenses)
	}
}
