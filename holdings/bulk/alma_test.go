package bulk_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/holdings"
	"autoholdings/holdings/acquisitions"
	"autoholdings/holdings/bulk"
	"autoholdings/holdings/plan"
	"autoholdings/holdings/profiles"
	"autoholdings/internal/holdingstest"
	"autoholdings/internal/opaque"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
)

// alma is the file of a test: a header, and lines with a tab between the cells.
func alma(header string, lines ...string) string {
	return header + "\n" + strings.Join(lines, "\n") + "\n"
}

func (b *testBundle) readAlma(file string, collectionID int64) *bulk.Lines {
	b.T.Helper()
	lines, err := b.bulk.ReadAlma(b.T.Context(), strings.NewReader(file), collectionID)
	b.Must(err)
	return lines
}

func (b *testBundle) license(code string) {
	b.T.Helper()
	_, err := b.Acquisitions.CreateLicense(b.T.Context(), acquisitions.LicenseTexts{Code: &code})
	b.Must(err)
}

func unusedOf(lines *bulk.Lines) string {
	var all []string
	for _, l := range lines.Unused {
		all = append(all, fmt.Sprintf("%d %s %s: %s", l.Line, l.Column, l.Value, l.Why))
	}
	return strings.Join(all, "\n")
}

// wantIn compares a text line by line: each line contains what is wanted of it.
func wantIn(t *testing.T, what, text string, want ...string) {
	t.Helper()
	got := strings.Split(text, "\n")
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || !strings.Contains(got[i], want[i]) {
			t.Errorf("%s: line %d\n%s\nwant\n%s", what, i+1, text, strings.Join(want, "\n"))
			return
		}
	}
}

// TestAlmaTakesOver: what portfolios do not have is taken over, what they have otherwise stays and is listed; the preview says what
// is then done, the same file again changes nothing, and an undo gives back what there was.
func TestAlmaTakesOver(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(0, 8)...))
	b.UpdateSettings(profiles.SettingsChange{MultiCampus: new(true)})
	law := b.CreateGroup("Law")
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		return tx.Profile.UpdateOneID(1).AddGroupIDs(law).Exec(ctx)
	})
	b.license("OUP-1")
	b.license("OUP-2")
	b.AddPOLine("POL-7", "j007")
	b.AddPOLine("POL-FREE", "")
	b.AddPOLine("POL-OLD", "j002")
	_, err := b.Holdings.UpdatePortfolio(t.Context(), holdings.PortfolioChange{ID: b.PortfolioID("j001"), Staff: holdings.StaffChange{
		plan.PublicNote: of("Ours"), holdings.FieldAvailable: of("false"), plan.InternalNote: of("Same"),
		holdings.FieldLicense: holdings.LicenseText(b.Store.Read.License.Query().FirstIDX(t.Context())),
	}})
	b.Must(err)
	n := holdingstest.ISSN
	file := alma("Portfolio PID\tMMS ID\tTitle\tISSN\tISBN\tCoverage in Use\tFrom Year\tFrom Month\tUntil Year\tEmbargo Years\tPublic note\t"+
		"Internal description\tAuthentication note\tProxy enabled\tAvailability\tPO Line\tLicense code\tAvailable for group\tMaterial Type\tLibrary",
		"531\t99\tJournal 0\t"+n(1)+"\t\tOnly local\t1996;2005\t\t1999;\t;1\tAsk\tFor staff\tVia VPN\tYes\tNot available\tPOL-1; POL-2\tOUP-1\tLaw\tJournal\tMain",
		"532\t99\tJournal 1\t"+n(2)+"; "+n(900)+"\t\tGlobal\t1990\t\t\t\tTheirs\tSame\t\tNo\tAvailable\tPOL-7\tOUP-2\tMedicine\tJournal\tMain",
		"533\t99\tJournal 2\t\""+n(4)+", "+n(5)+"\"\t\tGlobal and local\t1990\t3\t\t\t\t\t\t\t\tPOL-FREE\tNOBODY\tlaw\tJournal\tMain",
		"534\t99\tJournal 3\t"+n(6)+"\t\tGlobal or local\t1990\t13\t\t\t\t\t\tperhaps\tsoon\tPOL-3\t\tLaw\tJournal\tMain",
		"535\t99\tJournal 4\t"+n(8)+"\t\tGlobal or local\t\t\t\t\t\t\t\t\t\tPOL-3\t\tLaw\tJournal\tMain",
	)
	before := b.dump()
	lines := b.readAlma(file, holdingstest.CollectionID)
	wantIn(t, "not used", unusedOf(lines), "MMS ID, Material Type, Library: these columns are not used",
		"1 license NOBODY: there are no licenses with these codes")
	order := &bulk.Order{Action: bulk.Change, Lines: lines}
	shown, preview := b.run(order, attempt{show: true})
	if b.dump() != before {
		t.Error("the preview wrote something")
	}
	digest, err := b.bulk.Digest(t.Context(), order, holdingstest.CollectionID)
	b.Must(err)
	if reported, err := b.bulk.ReportDigest(t.Context(), preview+1); err != nil || reported != digest || digest == 0 {
		t.Errorf("%d, the preview's %d, %v", digest, reported, err)
	}
	done, job := b.run(order, attempt{})
	if diff := cmp.Diff(shown, done) + cmp.Diff(b.report(preview), b.report(job)); diff != "" {
		t.Error(diff)
	}
	if done.Updated != 3 || done.Unchanged != 2 || done.Bulk.NotTaken != 12 || done.Bulk.Refused != 0 {
		t.Errorf("%+v %+v", done, done.Bulk)
	}
	wantIn(t, "report", b.report(job),
		`REFUSED Journal 001 available: false > the file says "true": what is there is kept`,
		`REFUSED Journal 001 groups: Law > the file says "Medicine"`,
		`REFUSED Journal 001 license: OUP-1 > the file says "OUP-2"`,
		`REFUSED Journal 001 po_line:  > the file says "POL-7": it is a PO line of "Journal 007"`,
		`REFUSED Journal 001 public_note: Ours > the file says "Theirs"`,
		`REFUSED Journal 002 coverage:  > the file says "from_year 1990 from_month 3": the local and the global coverage are both in use`,
		`REFUSED Journal 002 license:  > the file says "NOBODY": there is no license with this code`,
		`REFUSED Journal 003 available:  > the file says "soon"`,
		`REFUSED Journal 003 coverage:  > the file says "from_year 1990 from_month 13": "1990-13" is no date`,
		`REFUSED Journal 003 po_line:  > the file says "POL-3": line 6 gives it to another portfolio`,
		`REFUSED Journal 003 proxy:  > the file says "perhaps"`,
		`REFUSED Journal 004 po_line:  > the file says "POL-3": line 5 gives it to another portfolio`,
		`UPDATE Journal 000 authentication_note:  > Via VPN (line 2)`,
		`UPDATE Journal 000 available: true > false (line 2)`,
		`UPDATE Journal 000 coverage:  > instead of the provider's: 1996 – 1999; 2005 – present, embargo P1Y (line 2)`,
		`UPDATE Journal 000 internal_note:  > For staff`,
		`UPDATE Journal 000 license:  > OUP-1 (line 2)`,
		`UPDATE Journal 000 po_line:  > POL-1, main (line 2)`,
		`UPDATE Journal 000 po_line:  > POL-2 (line 2)`,
		`UPDATE Journal 000 proxy:  > on`,
		`UPDATE Journal 000 public_note:  > Ask`,
		`UPDATE Journal 001 proxy:  > off (line 3)`,
		`UPDATE Journal 002 po_line: POL-FREE, of no portfolio > POL-FREE (line 4)`,
	)
	after := b.dump()
	again := &bulk.Order{Action: bulk.Change, Lines: b.readAlma(file, holdingstest.CollectionID)}
	if counts, _ := b.run(again, attempt{}); counts.Changed() || counts.Updated != 0 || b.dump() != after {
		t.Errorf("again: %+v", counts)
	}
	shownUndo, undoPreview := b.undo(job, attempt{show: true})
	if b.dump() != after {
		t.Error("the preview of the undo wrote something")
	}
	undone, undo := b.undo(job, attempt{})
	if diff := cmp.Diff(shownUndo, undone) + cmp.Diff(b.report(undoPreview), b.report(undo)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(before, b.dump()); diff != "" || undone.Updated != 3 || undone.Left != 0 {
		t.Errorf("undone: %+v\n%s", undone, diff)
	}
}

// TestAlmaUndoLeaves: a PO line that somebody has changed or moved since stays, and so does a note.
func TestAlmaUndoLeaves(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(0, 4)...))
	n := holdingstest.ISSN
	lines := b.readAlma(alma("ISSN\tPO Line\tPublic note", n(1)+"\tPOL-0; POL-1\tA", n(2)+"\tPOL-2\tB", n(4)+"\tPOL-3\tC"), holdingstest.CollectionID)
	_, job := b.run(&bulk.Order{Action: bulk.Change, Lines: lines}, attempt{})
	id := func(number string) int64 {
		for _, l := range b.Store.Read.POLine.Query().AllX(t.Context()) {
			if l.Number == number {
				return l.ID
			}
		}
		return 0
	}
	_, err := b.Acquisitions.UpdatePOLine(t.Context(), id("POL-1"), nil, acquisitions.POLineInput{POLineTexts: acquisitions.POLineTexts{Vendor: of("OUP")}})
	b.Must(err)
	_, err = b.Acquisitions.UpdatePOLine(t.Context(), id("POL-2"), nil, acquisitions.POLineInput{PortfolioID: new(b.PortfolioID("j003"))})
	b.Must(err)
	b.Must(b.Acquisitions.DeletePOLine(t.Context(), id("POL-3")))
	_, err = b.Holdings.UpdatePortfolio(t.Context(), holdings.PortfolioChange{ID: b.PortfolioID("j001"), Staff: holdings.StaffChange{
		plan.PublicNote: of("Mine"),
	}})
	b.Must(err)
	undone, undo := b.undo(job, attempt{})
	if undone.Left != 3 || undone.Updated != 2 {
		t.Errorf("%+v", undone)
	}
	wantIn(t, "undo", b.report(undo),
		"LEFT Journal 000 po_line: POL-1 > the PO line was changed since", "LEFT Journal 001 po_line: POL-2, main > the PO line was changed",
		"LEFT Journal 001 public_note: B > it was changed since", "UPDATE Journal 000 po_line: POL-0, main > ",
		"UPDATE Journal 000 public_note: A > ", "UPDATE Journal 002 public_note: C > ")
	if l := b.Store.Read.POLine.GetX(t.Context(), id("POL-1")); !l.Main {
		t.Errorf("%+v is not the main one, and alone", l)
	}
}

// TestAlmaCrash: whichever transaction fails, the next run does the rest; nothing is done or reported twice. So does an undo.
func TestAlmaCrash(t *testing.T) {
	t.Parallel()
	const batches = 4
	var want [2]string
	for failAt := range batches + 3 {
		b := setup(t)
		b.Holdings.BatchTitles = 2
		b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(0, 2*batches)...))
		b.AddPOLine("POL-FREE", "")
		var rows []string
		for i := range 2 * batches {
			rows = append(rows, fmt.Sprintf("%s\tPOL-%d; EXTRA-%d\tNote %d", holdingstest.ISSN(2*i+1), i, i, i))
		}
		rows = append(rows, holdingstest.ISSN(1)+"\tPOL-FREE\t")
		rows[0] = holdingstest.ISSN(1) + "\tPOL-FREE\tNote 0"
		file := alma("ISSN\tPO Line\tPublic note", rows...)
		before := b.dump()
		counts, job := b.run(&bulk.Order{Action: bulk.Change, Lines: b.readAlma(file, holdingstest.CollectionID)}, attempt{failAt: failAt})
		got := fmt.Sprintf("%d %d\n%s\n%d", counts.Updated, counts.Bulk.NotTaken, b.report(job), b.Store.Read.POLine.Query().CountX(t.Context()))
		undone, undo := b.undo(job, attempt{failAt: failAt})
		reversed := fmt.Sprintf("%d %d\n%s", undone.Updated, undone.Left, b.report(undo))
		if diff := cmp.Diff(before, b.dump()); diff != "" {
			t.Errorf("undone, failing at %d:\n%s", failAt, diff)
		}
		if failAt == 0 {
			want = [2]string{got, reversed}
		}
		if diff := cmp.Diff(want, [2]string{got, reversed}); diff != "" {
			t.Errorf("failing at %d:\n%s", failAt, diff)
		}
	}
	if !strings.HasPrefix(want[0], "8 0\n") || !strings.HasSuffix(want[0], "\n15") || !strings.HasPrefix(want[1], "8 0\n") {
		t.Errorf("%s", want)
	}
}

// TestAlmaMatching: identifiers of either kind in the line's collection decide; an address or a title alone never does.
func TestAlmaMatching(t *testing.T) {
	t.Parallel()
	b := setup(t)
	n := holdingstest.ISSN
	twin := func(id, title, issn string) holdingstest.Journal {
		return holdingstest.Journal{
			Title: title, Print: issn, Online: n(500), First: "1990", ID: id, URL: "https://academic.oup.com/" + id,
		}
	}
	list := append(holdingstest.Numbered(0, 32), twin("ta", "Annals", n(501)), twin("tb", "Brain", n(502)))
	b.Sync(1, holdingstest.ListOf(list...))
	b.Sync(1, holdingstest.ListOf(list[1:]...)) // Journal 000 has left
	ours := b.local("Ours")
	found := func(file string, collection int64) (map[string]int, *bulk.Lines) {
		t.Helper()
		lines := b.readAlma(file, collection)
		ids := map[string]int{}
		for _, c := range lines.ByCollection[holdingstest.CollectionID] {
			ids[b.Store.Read.Portfolio.GetX(t.Context(), c.Portfolio).TitleID] = c.Line
		}
		return ids, lines
	}
	ids, lines := found(alma("Title\tISSN\tE-ISSN\tURL\tPublic note",
		"x\t\t"+n(2)+"\t\tprint number in the other column",
		"x\t"+strings.ReplaceAll(n(5), "-", "")+" (online); junk\t\t\tas people write it",
		"Brain\t"+n(500)+"\t\t\tthe title tells",
		"x\t"+n(500)+"\t\thttps://other.example/content/ta\tthe address tells",
		"Annals\t"+n(500)+"\t\thttps://academic.oup.com/tb\tthey differ",
		"x\t"+n(500)+"\t\t\tnothing tells",
		"Journal 006\t\t\thttps://academic.oup.com/j006\tno number",
		"Journal 007\t"+n(800)+"\t\thttps://academic.oup.com/j007\tanother number",
		"x\t"+n(801)+"\t\t\tunknown",
		"x\t"+n(1)+"\t\t\tleft",
		"x\t"+n(16)+"\t\t\tone",
		"x\t"+n(17)+"\t\t\tanother",
		"x\t"+n(18)+"\t\t\tthe same",
		"x\t"+n(19)+"\t\t\tthe same",
	), holdingstest.CollectionID)
	if diff := cmp.Diff(map[string]int{"j001": 2, "j002": 3, "tb": 4, "ta": 5, "j009": 14}, ids); diff != "" {
		t.Error(diff)
	}
	wantIn(t, "not found", unusedOf(lines),
		"6  : it may be one of 2 portfolios: \"Annals\" ("+opaque.ID("Portfolio", b.PortfolioID("ta"))+"), \"Brain\"", "7  : it may be one of 2 portfolios",
		"8  : it gives no valid ISSN or ISBN", "9  : no portfolio of the collection has its ISSN or ISBN. Of the same title: \"Journal 007\"",
		"10  : no portfolio of the collection has its ISSN or ISBN: the provider does not list it",
		"11  : its portfolio is out of the holdings: \"Journal 000\"",
		"12  : it is about the same portfolio as line 13", "13 public_note : line 12 says something else")

	// the line names its collection
	b.CreateLocal("Twice", "Thrice")
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		return tx.Collection.Create().SetID(77).SetCreatedAt(1).SetUpdatedAt(1).SetName("Thrice ").SetNameKey("twice").Exec(ctx)
	})
	ids, lines = found(alma("Electronic Collection ID\tElectronic Collection Name\tISSN\tPublic note",
		"61\tJournals\t"+n(2)+"\tx", "61\tOurs\t"+n(4)+"\tx", "61\tElsewhere\t"+n(6)+"\tx", "61\t\t"+n(8)+"\tx", "61\tTwice\t"+n(10)+"\tx"), 0)
	if diff := cmp.Diff(map[string]int{"j001": 2}, ids); diff != "" || ours == 0 {
		t.Error(diff)
	}
	wantIn(t, "collections", unusedOf(lines), "3  : no portfolio of the collection", "4  : there is no collection \"Elsewhere\"",
		"5  : it does not say in which electronic collection", "6  : several collections are called \"Twice\"")
}

// TestAlmaCoverage: what Alma's local coverage becomes.
func TestAlmaCoverage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(0, 1)...))
	const columns = "Coverage statement\tFROM_YEAR\tFROM_MONTH\tFROM_DAY\tFROM_VOLUME\tTO_YEAR\tTO_ISSUE\tPUBLICATION_DATE_OPERATOR\t" +
		"PUBLICATION_DATE_YEAR\tPUBLICATION_DATE_MONTH"
	for cells, want := range map[string]string{
		"Only local\t1996\t3\t7\t12\t1999\t4\t\t\t":                  "instead of the provider's: 1996-03-07 (v. 12) – 1999 (no. 4)",
		"LOCAL_ONLY\t1996\t\t\t\t\t\t>\t1\t6":                        "instead of the provider's: 1996 – present, embargo P18M",
		"Local or global\t1996\t\t\t\t\t\t<\t2\t":                    "instead of the provider's: 1996 – present, embargo R2Y",
		"Global and Local\t1996\t\t\t\t\t\t\t\t":                     "! the local and the global coverage are both in use",
		"Only local\t\t\t\t\t\t\tMost recent year(s) available\t\t3": "instead of the provider's: ? – present, embargo R3M",
		"Global\t1996\t\t\t\t\t\t\t\t":                               "",
		"Global or local\t\t\t\t\t\t\t\t\t":                          "",
		"Available from 1996\t\t\t\t\t\t\t\t\t":                      "",
		"Available from 1996\t1996\t\t\t\t\t\t\t\t":                  "! it does not say whether the local coverage is in use",
		"\t1996\t\t\t\t\t\t\t\t":                                     "! it does not say whether the local coverage is in use",
		"Only local\t\t\t\t\t\t\t\t\t":                               "! only local coverage is in use, and there is none",
		"Only local\t\t3\t\t\t\t\t\t\t":                              "! the date has a month or day",
		"Only local\t96\t\t\t\t\t\t\t\t":                             "! \"96\" is no date",
		"Only local\t1996\tMay\t\t\t\t\t\t\t":                        "! \"May\" is no month",
		"Only local\t1996\t\t\t\t\t\t~\t1\t":                         "! the operator of the embargo is not known",
		"Only local\t1996\t\t\t\t\t\t\tone\t":                        "! \"one\" is no embargo",
		"Only local\t1999\t\t\t\t1990\t\t\t\t":                       "! statement 1: it ends",
	} {
		lines := b.readAlma(alma("ISSN\tPublic note\t"+columns, holdingstest.ISSN(1)+"\tx\t"+cells), holdingstest.CollectionID)
		all := lines.ByCollection[holdingstest.CollectionID]
		if len(all) != 1 {
			t.Fatalf("%q: %s", cells, unusedOf(lines))
		}
		c, got := all[0], ""
		if v := c.Change[plan.CoverageField]; v != nil {
			got = plan.LocalWords(plan.CoverageField, *v)
		}
		for _, l := range c.NotTaken {
			got += "! " + l.Why
		}
		if got != want && (!strings.HasPrefix(want, "!") || !strings.HasPrefix(got, want)) {
			t.Errorf("%q:\n%q, want\n%q", cells, got, want)
		}
	}
	other := b.readAlma(alma("ISSN\tCoverage in use\tAccess type\tPerpetual from\tFrom year", holdingstest.ISSN(1)+"\tboth\tCurrent\t1996\t1990"),
		holdingstest.CollectionID)
	counts, job := b.run(&bulk.Order{Action: bulk.Change, Lines: other}, attempt{})
	if counts.Updated != 1 || counts.Bulk.NotTaken != 2 {
		t.Errorf("%+v", counts)
	}
	wantIn(t, "rights", b.report(job), `coverage:  > the file says "both": it is none of Only local`,
		`perpetual_from:  > the file says "1996-01-01": the access is not perpetual`, `access_rights:  > CURRENT`)
}

// TestAlmaTakesNoWiderAndNoNarrowerRights: perpetual access comes with all its days or not at all, and what a portfolio has keeps its
// own.
func TestAlmaTakesNoWiderAndNoNarrowerRights(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(0, 3)...))
	order := func() *bulk.Order {
		n := holdingstest.ISSN
		lines := b.readAlma(alma("ISSN\tAccess type\tPerpetual from\tPerpetual until", n(1)+"\tPerpetual\t31/12/1999\t2005",
			n(2)+"\tCurrent and perpetual\t1999\t2005"), holdingstest.CollectionID)
		return &bulk.Order{Action: bulk.Change, Lines: lines}
	}
	_, job := b.run(order(), attempt{show: true})
	wantIn(t, "unreadable days", b.report(job), `REFUSED Journal 000 access_rights:  > the file says "Perpetual": its days cannot be read`,
		`REFUSED Journal 000 perpetual_from:  > the file says "31/12/1999"`, `UPDATE Journal 001 access_rights:  > PERPETUAL`,
		`UPDATE Journal 001 perpetual_from:  > 1999-01-01`, `UPDATE Journal 001 perpetual_until:  > 2005-12-31`)
	_, err := b.Holdings.UpdatePortfolio(t.Context(), holdings.PortfolioChange{ID: b.PortfolioID("j001"), Staff: holdings.StaffChange{
		holdings.FieldAccessRights: of(holdings.Perpetual),
	}})
	b.Must(err)
	before := b.dump()
	counts, job := b.run(order(), attempt{})
	if counts.Updated != 0 || b.dump() != before {
		t.Errorf("what is there: %+v\n%s", counts, b.report(job))
	}
	for _, line := range []string{`001 perpetual_from:  > the file says "1999-01-01": what is`, `001 perpetual_until:  > the file says "2005-12-31": what is`} {
		if !strings.Contains(b.report(job), line) {
			t.Errorf("no %s in\n%s", line, b.report(job))
		}
	}
}

// TestAlmaRefused: a file that cannot be one is refused as a whole, with what to do.
func TestAlmaRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Sync(1, holdingstest.ListOf(holdingstest.Numbered(0, 2)...))
	n := holdingstest.ISSN
	for _, test := range []struct {
		file, want string
		collection int64
	}{
		{"", "the file is empty", 10},
		{n(1) + ",Journal 0,x\n", "no column says which title", 10},
		{"Title,Public note\nx,y\n", "no column says which title", 10},
		{"ISSN,Public note\n" + n(1) + ",y\n", "no column says in which electronic collection", 0},
		{"ISSN,Title\n" + n(1) + ",y\n", "no column says anything that can be taken over", 10},
		{"PK\x03\x04\x00\x00workbook", "not UTF-8 text", 10},
		{"ISSN,Public note,Universit\xe4t\n", "not UTF-8 text", 10},
		{"ISSN,PO Line,POL\n" + n(1) + ",1,2\n", "the column \"po_line\" twice (the second is called \"POL\")", 10},
		{
			"ISSN,Electronic Collection Name,Public note\n" + n(1) + ",A,y\n" + n(2) + ",B,y\n",
			"the file is about 2 collections (A; B), and one is given", 10,
		},
	} {
		_, err := b.bulk.ReadAlma(t.Context(), strings.NewReader(test.file), test.collection)
		if problems, ok := problem.In(err); !ok || !strings.Contains(problems[0].Message, test.want) {
			t.Errorf("%q: %v, want %s", test.file, err, test.want)
		}
	}
	lines := b.readAlma("ISSN,Public note\n"+n(1)+",\"y\n", 10)
	wantIn(t, "a line", unusedOf(lines), "2  : its quotation marks do not match")
	lines = b.readAlma("ISSN,Public note\n"+n(1)+",y,z\n"+n(2)+",\xe4\n", 10)
	wantIn(t, "lines", unusedOf(lines), "2  : it has 3 cells", "3  : cell 2 cannot be stored")
	lines = b.readAlma("ISSN,Public note,PO Line\n"+n(1)+","+strings.Repeat("y", 5000)+","+strings.Repeat("9", 300)+"\n", 10)
	if c := lines.ByCollection[10]; len(c) != 1 || len(c[0].NotTaken) != 2 {
		t.Errorf("%+v", c)
	}
}

// TestAlmaChangedMeanwhile: what has gone between the request and the run is left out, with the reason.
func TestAlmaChangedMeanwhile(t *testing.T) {
	t.Parallel()
	b := setup(t)
	list := holdingstest.Numbered(0, 31)
	b.Sync(1, holdingstest.ListOf(list...))
	b.license("OUP-1")
	n := holdingstest.ISSN
	lines := b.readAlma(alma("ISSN\tPO Line\tLicense", n(1)+"\tPOL-0\tOUP-1", n(2)+"\tPOL-1\tOUP-1"), holdingstest.CollectionID)
	b.Must(b.Acquisitions.DeleteLicense(t.Context(), b.Store.Read.License.Query().OnlyIDX(t.Context())))
	b.Sync(1, holdingstest.ListOf(list[1:]...))
	counts, job := b.run(&bulk.Order{Action: bulk.Change, Lines: lines}, attempt{})
	if counts.Updated != 1 || counts.Bulk.Refused != 1 || counts.Bulk.NotTaken != 1 {
		t.Errorf("%+v %+v", counts, counts.Bulk)
	}
	wantIn(t, "report", b.report(job), "REFUSED Journal 000 :  > it is out of the holdings by now",
		`REFUSED Journal 001 license:  > the file says "OUP-1": the license was deleted since`, "UPDATE Journal 001 po_line:  > POL-1, main (line 3)")
}
