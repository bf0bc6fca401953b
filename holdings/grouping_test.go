package holdings_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/holdings"
	"autoholdings/holdings/plan"
	"autoholdings/internal/holdingstest"
)

// TestRowsToTitles: which rows are one title, and what its statements are (DOMAIN section 5).
func TestRowsToTitles(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, list, want string }{
		{
			"one title_id and one identifier, whatever the titles",
			`Brain; id=brain; print=@1; first=1996
			Brain: a journal; id=BRAIN; print=@1; first=1878; last=1995`,
			`Brain/brain: 1878 – 1995; 1996 – present`,
		},
		{
			"print and online identifiers are alike",
			`Brain; id=brain; print=@1; first=1996
			Brain; id=brain; online=@1; first=1878; last=1995`,
			`Brain/brain: 1878 – 1995; 1996 – present`,
		},
		{
			"where one has no identifier the folded titles tell",
			`Brain; id=brain; print=@1; first=1996
			BRAIN.; id=brain; first=1878; last=1995
			Braids; id=brain; first=1900`,
			`Brain/brain: 1878 – 1995; 1996 – present
			Braids/brain: 1900 – present`,
		},
		{
			"a journal and its predecessor under one slug and one eISSN",
			`Rheumatology; id=rheumatology; print=@1; online=@9; first=1999
			British Journal of Rheumatology; id=rheumatology; print=@2; online=@9; first=1983; last=1998
			Rheumatology and Rehabilitation; id=rheumatology; print=@3; online=@9; first=1973; last=1982`,
			`Rheumatology/rheumatology: 1999 – present
			British Journal of Rheumatology/rheumatology: 1983 – 1998
			Rheumatology and Rehabilitation/rheumatology: 1973 – 1982`,
		},
		{
			"two print identifiers under one name and one eISSN are one title",
			`Brain; id=brain; print=@1; online=@9; first=1996
			Brain; id=brain; print=@2; online=@9; first=1878; last=1995`,
			`Brain/brain: 1878 – 1995; 1996 – present`,
		},
		{
			"an identifier that an earlier row brought",
			`Brain; id=brain; print=@1; first=1998
			Brain; id=brain; print=@1; online=@2; first=1997; last=1997
			Brain; id=brain; online=@2; first=1996; last=1996`,
			`Brain/brain: 1996 – 1996; 1997 – 1997; 1998 – present`,
		},
		{
			"titles once made are not merged by a row that fits both",
			`Brain; id=brain; print=@1; first=1998
			Brain; id=brain; print=@2; first=1997
			Brain; id=brain; print=@1; online=@2; first=1996`,
			`Brain/brain: 1996 – present; 1998 – present
			Brain/brain: 1997 – present`,
		},
		{
			"placeholders are no identifier",
			`Alpha; id=OUP; print=0000-0000; first=1996
			Beta; id=OUP; print=0000-0000; first=1997
			Gamma; id=NULL; print=@1; first=1998
			Delta; id=NULL; print=@2; first=1999`,
			`Alpha/OUP: 1996 – present
			Beta/OUP: 1997 – present
			Gamma/NULL: 1998 – present
			Delta/NULL: 1999 – present`,
		},
		{
			"rows without title_id: identifier, type, folded title and volume, and nothing less",
			`Brain; print=@1; first=1996
			BRAIN; print=@1; first=1878; last=1995
			Other; print=@1; first=1900
			Brain; print=@2; first=1901
			Brain; id=brain; print=@1; first=1902`,
			`Brain/: 1878 – 1995; 1996 – present
			Other/: 1900 – present
			Brain/: 1901 – present
			Brain/brain: 1902 – present`,
		},
		{
			"books without title_id: another volume or type is another title",
			`Works; type=monograph; print=#1; vol=1
			Works; type=monograph; print=#1; vol=2
			Works; type=serial; print=#1; vol=1; first=1990
			Works; type=monograph; print=#1; vol=1`,
			`Works/
			Works/
			Works/: 1990 – present`,
		},
		{
			"archive and frontfile are not merged, duplicates are one",
			`Brain; id=brain; print=@1; first=1878; last=1995
			Brain; id=brain; print=@1; first=1996
			Brain; id=brain; print=@1; first=1878; last=1995
			Brain; id=brain; print=@1; first=1990; last=1999`,
			`Brain/brain: 1878 – 1995; 1990 – 1999; 1996 – present`,
		},
		{
			"monographs have no statements",
			`Book; id=b; type=monograph; print=#1; first=1990`,
			`Book/b`,
		},
		{
			"of unknown type, a filled coverage cell makes a statement",
			`Dated; id=a; type=; first=2007; last=2014
			Embargoed; id=b; type=; embargo=P1Y
			Bare; id=c; type=`,
			`Dated/a: 2007 – 2014
			Embargoed/b: ? – present, embargo P1Y
			Bare/c`,
		},
		{
			"an ISBN makes a monograph, an ISSN a serial",
			`Book; id=a; type=; print=#1; first=1990
			Journal; id=b; type=; print=@1; first=1990`,
			`Book/a
			Journal/b: 1990 – present`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			counts, _ := b.Sync(1, holdingstest.KBART(test.list))
			var got []string
			statements := 0
			for _, p := range b.Store.Read.Portfolio.Query().AllX(t.Context()) {
				line := p.PublicationTitle + "/" + p.TitleID
				found, err := b.Holdings.EntitlementsOf(t.Context(), []int64{p.ID})
				b.Must(err)
				var shown []string
				for _, st := range holdings.Coverage(found[p.ID]) {
					shown = append(shown, st.String())
				}
				if statements += len(shown); len(shown) > 0 {
					line += ": " + strings.Join(shown, "; ")
				}
				got = append(got, line)
			}
			if diff := cmp.Diff(holdingstest.Sorted(holdingstest.TextLines(test.want)), holdingstest.Sorted(got)); diff != "" {
				t.Error(diff)
			}
			if counts.Statements != statements || counts.Titles != len(got) {
				t.Errorf("%d titles and %d statements are counted, %d and %d are there", counts.Titles, counts.Statements, len(got), statements)
			}
		})
	}
}

// TestStatementsKeepTheirOwn depth, address and notes where these are not the title's; rows alike in all of them are
// one.
func TestStatementsKeepTheirOwn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	counts, _ := b.Sync(1, holdingstest.KBART(`
		Brain; id=brain; print=@1; first=1878; last=1995; url=https://example.org/archive; depth=abstracts; notes=scans
		Brain; id=brain; print=@1; first=1878; last=1995; url=https://example.org/mirror; depth=abstracts
		Brain; id=brain; print=@1; first=1878; last=1995; url=HTTPS://EXAMPLE.org/mirror; depth=Abstracts
		Brain; id=brain; print=@1; first=1996; url=https://example.org/brain; depth=fulltext`))
	if counts.Statements != 3 {
		t.Errorf("%d statements", counts.Statements)
	}
	text := b.wholeText()
	for _, want := range []string{
		"1878 v n–1995 v n |https://example.org/archive|-|abstracts",
		"|https://example.org/mirror||abstracts\n", // its own note is none
		"1996 v n– v n |-||-\n",                    // the title's address and depth; the note of another row is not its own
	} {
		if !strings.Contains(strings.ToLower(text), want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	lines, _, _ := holdingstest.Changes(t, holdingstest.SourceOf(holdingstest.KBART(`Brain; id=brain; print=@1; first=1996; last=2000; notes=a
		Brain; id=brain; print=@1; first=1990; last=1995; notes=b`)), holdingstest.SourceOf(holdingstest.KBART(`Brain; id=brain; print=@1; first=1996; last=2000; notes=a
		Brain; id=brain; print=@1; first=1990; last=1995; notes=c`)))
	if diff := cmp.Diff([]string{"UPDATE Brain coverage.notes: 1990 – 1995: b → 1990 – 1995: c"}, lines); diff != "" {
		t.Errorf("a statement's own note:\n%s", diff)
	}
}

// TestRowsThatDisagree: the first value that is not empty wins, in the rows' own order, with a finding.
func TestRowsThatDisagree(t *testing.T) {
	t.Parallel()
	for _, list := range []string{
		`Brain; id=brain; print=@1; first=1996
		Brain; id=brain; print=@1; first=1878; last=1995; pub=Old Press
		Brain; id=brain; print=@1; first=1990; last=1995; pub=New Press`,
		`Brain; id=brain; print=@1; first=1878; last=1995; pub=Old Press
		Brain; id=brain; print=@1; first=1990; last=1995; pub=New Press
		Brain; id=brain; print=@1; first=1996`,
	} {
		b := setup(t)
		_, _, findings := holdingstest.Changes(t, plan.Source{}, holdingstest.SourceOf(holdingstest.KBART(list)))
		if n := strings.Count(strings.Join(findings, " "), "rows-disagree"); n != 1 {
			t.Errorf("%d findings: %v", n, findings)
		}
		b.Sync(1, holdingstest.KBART(list))
		if got := b.portfolio("brain").PublisherName; got != "New Press" {
			t.Errorf("the publisher is %s", got)
		}
	}
}

// TestOrderOfRowsInTheHoldings: likewise of all that is stored.
func TestOrderOfRowsInTheHoldings(t *testing.T) {
	t.Parallel()
	const before = `Rheumatology; id=rheumatology; print=@1; online=@9; first=1999; url=https://example.org/new; notes=one
		Rheumatology; id=rheumatology; print=@1; online=@9; first=1999; url=https://example.org/mirror; notes=two; pub=Press
		British Journal of Rheumatology; id=rheumatology; print=@2; online=@9; first=1983; last=1998; pub=Press
		British Journal of Rheumatology; id=rheumatology; print=@2; online=@9; first=1980; last=1982; pub=Old Press; url=https://example.org/old
		Annals; print=@5; first=1990
		ANNALS; print=@5; first=1980; last=1989
		Annals; print=@6; first=1990
		Works; id=w1; type=monograph; print=#1; vol=1
		Works; id=w2; type=monograph; print=#1; vol=2`
	const after = `Rheumatology; id=rheumatology; print=@1; online=@9; first=2000; url=https://example.org/new; notes=one
		Rheumatology; id=rheumatology; print=@1; online=@9; first=1999; last=1999; url=https://example.org/mirror; notes=three
		British Journal of Rheumatology; id=rheumatology; print=@2; online=@9; first=1983; last=1998
		Annals; print=@5; online=@6; first=1990
		Annals, new series; print=@5; first=1991
		Works; id=x2; type=monograph; print=#1; vol=2
		Works; id=x1; type=monograph; print=#1; vol=1`
	holdingsOf := func(seed uint64) (loaded, changed string) {
		b := setup(t)
		b.Sync(1, holdingstest.KBART(holdingstest.Shuffled(before, seed)))
		loaded = b.wholeText()
		b.Sync(1, holdingstest.KBART(holdingstest.Shuffled(after, seed)))
		return loaded, b.wholeText()
	}
	wantLoaded, wantChanged := holdingsOf(0)
	for seed := range uint64(5) {
		loaded, changed := holdingsOf(seed + 1)
		if diff := cmp.Diff(wantLoaded, loaded) + cmp.Diff(wantChanged, changed); diff != "" {
			t.Errorf("order %d:\n%s", seed, diff)
		}
	}
}
