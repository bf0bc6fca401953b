package holdings_test

import (
	"context"
	"strings"
	"testing"

	"autoholdings/ent/entitlement"
	"autoholdings/ent/portfolio"
	"autoholdings/holdings"
	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
)

// TestPossiblePairs: which title and which portfolio can be one and the same (DOMAIN section 6).
func TestPossiblePairs(t *testing.T) {
	t.Parallel()
	runDiffs(t, []diffCase{
		{
			name:   "an identifier and one type",
			before: `Brain; id=brain; print=@1`,
			after:  `Mind; id=mind; print=@1`,
			want: `UPDATE Mind publication_title: Brain → Mind
				UPDATE Mind title_id: brain → mind`,
		},
		{
			name:   "a print identifier against an online one",
			before: `Brain; id=brain; print=@1`,
			after:  `Brain; id=mind; online=@1`,
			want: `UPDATE Brain online_identifier @ONE
				UPDATE Brain title_id: brain → mind`,
		},
		{
			name:   "an identifier and another type",
			before: `Brain; id=brain; print=@1`,
			after:  `Brain; id=mind; print=@1; type=monograph`,
			want: `ADD Brain
				REMOVE Brain`,
		},
		{
			name:   "an identifier, another type and the same title_id",
			before: `Brain; id=brain; print=@1; first=1990`,
			after:  `Brain; id=brain; print=@1; type=monograph`,
			want:   `UPDATE Brain publication_type: serial → monograph`,
		},
		{
			name:   "an identifier, and a type that is unknown",
			before: `Brain; id=brain; print=nonsense; online=@1; first=1990`,
			after:  `Brain; id=mind; print=nonsense; online=@1; first=1990; type=`,
			want:   `UPDATE Brain title_id: brain → mind`,
		},
		{
			name:   "the same title_id and the same folded title, whatever the identifiers",
			before: `The Brain; id=brain; print=@1; online=@2`,
			after:  `THE BRAIN!; id=BRAIN; print=@3; online=@4`,
			want: `UPDATE THE BRAIN! publication_title: The Brain → THE BRAIN!
				UPDATE THE BRAIN! print_identifier: @ONE → @THREE
				UPDATE THE BRAIN! online_identifier: @TWO → @FOUR
				UPDATE THE BRAIN! title_id: brain → BRAIN`,
		},
		{
			name:   "the same title_id where one side has no identifiers: a rename",
			before: `Morning Post; id=mp`,
			after:  `Evening Post; id=mp; print=@1`,
			want: `UPDATE Evening Post publication_title: Morning Post → Evening Post
				UPDATE Evening Post print_identifier @ONE`,
		},
		{
			name:   "a placeholder is no identifier",
			before: `Morning Post; id=mp; print=0000-0000`,
			after:  `Evening Post; id=mp; print=@1`,
			want: `UPDATE Evening Post publication_title: Morning Post → Evening Post
				UPDATE Evening Post print_identifier: 0000-0000 → @ONE`,
		},
		{
			name:   "a filled cell that cannot be read counts as an identifier",
			before: `Morning Post; id=mp; print=@1; online=@5`,
			after:  `Evening Post; id=mp; print=see note`,
			want: `ADD Evening Post follows "Morning Post" (mp)
				REMOVE Morning Post followed by "Evening Post" (mp)`,
		},
		{
			name:   "never on the title alone",
			before: `Brain; id=brain; print=@1; url=https://example.org/brain`,
			after:  `Brain; id=mind; print=@2; url=https://example.org/brain`,
			want: `ADD Brain
				REMOVE Brain`,
		},
		{
			name:   "never by what is written for want of a value",
			before: `Alpha; id=NULL; print=0000-0000; online=@1`,
			after:  `Beta; id=NULL; print=0000-0000; online=@2`,
			want: `ADD Beta
				REMOVE Alpha`,
		},
	})
}

// TestPairsThatAreNever made, and their exceptions.
func TestPairsThatAreNever(t *testing.T) {
	t.Parallel()
	runDiffs(t, []diffCase{
		{
			name:   "other title, and a column with another identifier: title history",
			before: `British Journal of Rheumatology; id=rheumatology; print=@1; online=@9`,
			after:  `Rheumatology; id=rheumatology; print=@2; online=@9`,
			want: `ADD Rheumatology follows "British Journal of Rheumatology" (rheumatology)
				REMOVE British Journal of Rheumatology followed by "Rheumatology" (rheumatology)`,
		},
		{
			name:   "one title, and a column with another identifier",
			before: `Rheumatology; id=a; print=@1; online=@9`,
			after:  `Rheumatology; id=b; print=@2; online=@9`,
			want: `UPDATE Rheumatology print_identifier: @ONE → @TWO
				UPDATE Rheumatology title_id: a → b`,
		},
		{
			name:   "monographs of one title_id: a corrected ISBN and a longer title",
			before: `Works; id=w; type=monograph; print=#1; online=#9`,
			after:  `Works and Days; id=w; type=monograph; print=#2; online=#9`,
			want: `UPDATE Works and Days publication_title: Works → Works and Days
				UPDATE Works and Days print_identifier: #ONE → #TWO`,
		},
		{
			name:   "monographs of another title_id: two books of a series",
			before: `Works; id=w; type=monograph; print=#1; online=#9`,
			after:  `Works and Days; id=x; type=monograph; print=#2; online=#9`,
			want: `ADD Works and Days
				WAIT Works CONTESTED`,
		},
		{
			name:   "another volume",
			before: `Works; id=w; type=monograph; print=#1; vol=1`,
			after:  `Works; id=x; type=monograph; print=#1; vol=2`,
			want: `ADD Works
				REMOVE Works`,
		},
		{
			name:   "another volume and the same title_id",
			before: `Works; id=w; type=monograph; print=#1; vol=1`,
			after:  `Works; id=w; type=monograph; print=#1; vol=2`,
			want:   `UPDATE Works monograph_volume: 1 → 2`,
		},
		{
			name:   "another edition",
			before: `Works; id=w; type=monograph; print=#1; ed=First`,
			after:  `Works; id=x; type=monograph; print=#1; ed=Second`,
			want: `ADD Works
				REMOVE Works`,
		},
		{
			name:   "an edition in other letters, and one that is not named",
			before: "Works; id=w; type=monograph; print=#1; ed=First\nPlays; id=p; type=monograph; print=#2; ed=1",
			after:  "Works; id=x; type=monograph; print=#1; ed=FIRST\nPlays; id=q; type=monograph; print=#2",
			want: `UPDATE Works title_id: w → x
				UPDATE Works monograph_edition: First → FIRST
				UPDATE Plays title_id: p → q`,
		},
	})
}

// TestPairsOfMostPointsComeFirst, and of as many those of one title_id and one folded title.
func TestPairsOfMostPointsComeFirst(t *testing.T) {
	t.Parallel()
	runDiffs(t, []diffCase{
		{
			name:   "two identifiers before one",
			before: "Alpha; id=a; print=@1; online=@2\nBeta; id=b; print=@3",
			after:  "Gamma; id=c; print=@1; online=@2\nDelta; id=d; online=@1",
			want: `UPDATE Gamma publication_title: Alpha → Gamma
				UPDATE Gamma title_id: a → c
				ADD Delta
				REMOVE Beta`,
		},
		{
			name:   "title_id and identifier before the identifier alone",
			before: "Alpha; id=a; print=@1\nBeta; id=b; print=@1",
			after:  "Gamma; id=b; print=@1\nDelta; id=c; print=@1",
			want: `UPDATE Gamma publication_title: Beta → Gamma
				UPDATE Delta publication_title: Alpha → Delta
				UPDATE Delta title_id: a → c`,
		},
		{
			name:   "of two points: the same title_id and title before two identifiers",
			before: "Alpha; id=a; print=@1; online=@2\nBeta; id=b; print=@3; online=@4",
			after:  "Alpha; id=a; print=@3; online=@4",
			want: `UPDATE Alpha print_identifier: @ONE → @THREE
				UPDATE Alpha online_identifier: @TWO → @FOUR
				WAIT Beta CONTESTED`,
		},
		{
			name:   "of equal points and several partners: nothing is guessed, and no pair of fewer points either",
			before: "Alpha; id=a; print=@1\nBeta; id=b; online=@2",
			after:  "Gamma; id=c; print=@1; online=@2",
			want: `AMBIGUOUS Gamma
				ADD Gamma
				WAIT Alpha AMBIGUOUS
				WAIT Beta AMBIGUOUS`,
		},
	})
}

// TestCrowdKeys: a key that more than twenty titles share pairs nothing, but for titles alone with it under their name.
func TestCrowdKeys(t *testing.T) {
	t.Parallel()
	// Rows share one title_id, OUP, and have no identifiers; each has a title of its own, and next month another.
	renamed := func(n int) (before, after string) {
		return crowdOf(0, n, "Journal %d; id=OUP"), crowdOf(1, n, "Journal %d; id=OUP") + "Renamed; id=OUP\n"
	}
	before, after := renamed(20)
	_, counts, _ := changesOf(t, sourceOf(kbartOf(before)), sourceOf(kbartOf(after)))
	if counts.Updated != 1 || counts.Added != 0 || counts.Titles != 20 {
		t.Errorf("twenty titles are no crowd: %+v", counts)
	}
	before, after = renamed(21)
	_, counts, _ = changesOf(t, sourceOf(kbartOf(before)), sourceOf(kbartOf(after)))
	if counts.Updated != 0 || counts.Added != 1 || counts.Removed != 1 || counts.Unchanged != 20 {
		t.Errorf("twenty-one are one: those of the same name pair, and no other: %+v", counts)
	}

	twice := crowdOf(0, 21, "Journal %d; id=OUP") + "Double; id=OUP; print=@50\nDouble; id=OUP; print=@51\n"
	changed := crowdOf(0, 21, "Journal %d; id=OUP") + "Double; id=OUP; print=@52\nDouble; id=OUP; print=@53\n"
	_, counts, _ = changesOf(t, sourceOf(kbartOf(twice)), sourceOf(kbartOf(changed)))
	if counts.Added != 2 || counts.Removed != 2 || counts.Unchanged != 21 {
		t.Errorf("a name that two of the crowd have is not unique: %+v", counts)
	}

	shared := crowdOf(0, 21, "Journal %d; id=j%d; print=@99; online=@%d")
	other := crowdOf(0, 21, "Review %d; id=r%d; print=@99; online=@10%d")
	_, counts, _ = changesOf(t, sourceOf(kbartOf(shared)), sourceOf(kbartOf(other)))
	if counts.Added != 21 || counts.Removed != 21 || counts.Waiting+counts.Ambiguous != 0 {
		t.Errorf("an identifier that all share pairs none and contests none: %+v", counts)
	}
	moved := crowdOf(0, 21, "Journal %d; id=r%d; print=@99; online=@%d")
	_, counts, _ = changesOf(t, sourceOf(kbartOf(shared)), sourceOf(kbartOf(moved)))
	if counts.Updated != 21 {
		t.Errorf("beside it, a key of their own pairs them: %+v", counts)
	}
}

// TestBareHostNames as title_ids are keys, but do not pair unlike titles by themselves.
func TestBareHostNames(t *testing.T) {
	t.Parallel()
	runDiffs(t, []diffCase{
		{
			name:   "a word in common",
			before: `Health Review; id=review.example.org`,
			after:  `International Health Studies; id=review.example.org`,
			want:   `UPDATE International Health Studies publication_title: Health Review → International Health Studies`,
		},
		{
			name:   "none but what half of all titles have",
			before: `Health Review; id=review.example.org`,
			after:  `Social Review; id=review.example.org`,
			want: `ADD Social Review follows "Health Review" (review.example.org)
				WAIT Health Review CONTESTED; followed by "Social Review" (review.example.org)`,
		},
		{
			name:   "short words do not count",
			before: `The Art and Law; id=www.example.org`,
			after:  `Law and Art of Music; id=www.example.org`,
			want: `ADD Law and Art of Music follows "The Art and Law" (www.example.org)
				WAIT The Art and Law CONTESTED; followed by "Law and Art of Music" (www.example.org)`,
		},
		{
			name:   "a title_id that is none of a host",
			before: `Health Review; id=review`,
			after:  `Social Change; id=review`,
			want:   `UPDATE Social Change publication_title: Health Review → Social Change`,
		},
		{
			name:   "an identifier pairs unlike titles all the same",
			before: `Health Review; id=review.example.org; print=@1`,
			after:  `Social Change; id=review.example.org; print=@1`,
			want:   `UPDATE Social Change publication_title: Health Review → Social Change`,
		},
		{
			name:   "where one side has identifiers, the other goes",
			before: `Health Review; id=review.example.org; print=@1`,
			after:  `Social Change; id=review.example.org`,
			want: `ADD Social Change follows "Health Review" (review.example.org)
				REMOVE Health Review followed by "Social Change" (review.example.org)`,
		},
	})
}

// TestTwins: as many titles as portfolios, all of one name and with the same identifiers, pair by volume, edition and
// title_id.
func TestTwins(t *testing.T) {
	t.Parallel()
	runDiffs(t, []diffCase{
		{
			name:   "one book in two products",
			before: "Works; id=a1; type=monograph; print=#1\nWorks; id=b1; type=monograph; print=#1",
			after:  "Works; id=b2; type=monograph; print=#1\nWorks; id=a2; type=monograph; print=#1",
			want: `UPDATE Works title_id: b1 → b2
				UPDATE Works title_id: a1 → a2`,
			findings: "twins",
		},
		{
			name:   "not as many titles as portfolios",
			before: "Works; id=a1; type=monograph; print=#1\nWorks; id=b1; type=monograph; print=#1",
			after:  "Works; id=b2; type=monograph; print=#1",
			want: `AMBIGUOUS Works
				ADD Works
				WAIT Works AMBIGUOUS
				WAIT Works AMBIGUOUS`,
		},
		{
			name:   "not the same identifiers",
			before: "Works; id=a1; type=monograph; print=#1\nWorks; id=b1; type=monograph; print=#1; online=#2",
			after:  "Works; id=b2; type=monograph; print=#1\nWorks; id=a2; type=monograph; print=#1",
			want: `AMBIGUOUS Works
				ADD Works
				AMBIGUOUS Works
				ADD Works
				WAIT Works AMBIGUOUS
				WAIT Works AMBIGUOUS`,
		},
		{
			name:   "one keeps its title_id, which settles both",
			before: "Works; id=a1; type=monograph; print=#1\nWorks; id=b1; type=monograph; print=#1",
			after:  "Works; id=b2; type=monograph; print=#1\nWorks; id=a1; type=monograph; print=#1",
			want:   `UPDATE Works title_id: b1 → b2`,
		},
	})
}

// TestTitleHistory is told on both lines: of the title that is added and of the portfolio that leaves.
func TestTitleHistory(t *testing.T) {
	t.Parallel()
	runDiffs(t, []diffCase{
		{
			name:   "preceding_publication_title_id names the title_id",
			before: `Annals; id=annals; print=@1`,
			after:  `Archives; id=archives; print=@2; preceding=ANNALS`,
			want: `ADD Archives follows "Annals" (annals)
				REMOVE Annals followed by "Archives" (archives)`,
		},
		{
			name:   "or an identifier",
			before: `Annals; id=annals; print=@1`,
			after:  `Archives; id=archives; print=@2; preceding=@1`,
			want: `ADD Archives follows "Annals" (annals)
				REMOVE Annals followed by "Archives" (archives)`,
		},
		{
			name:   "neither",
			before: `Annals; id=annals; print=@1`,
			after:  `Archives; id=archives; print=@2; preceding=other`,
			want: `ADD Archives
				REMOVE Annals`,
		},
		{
			name:   "one that stays is no predecessor",
			before: `Annals; id=annals; print=@1`,
			after:  "Annals; id=annals; print=@1\nArchives; id=archives; print=@2; preceding=annals",
			want:   `ADD Archives`,
		},
	})
}

// TestTitleHistoryInTheReport: both lines name the other's portfolio.
func TestTitleHistoryInTheReport(t *testing.T) {
	t.Parallel()
	b := setup(t)
	rest := crowdOf(10, 40, "Journal %d; id=j%d; print=@%d")
	b.sync(1, kbartOf(rest+"Annals; id=annals; print=@1"))
	old := b.portfolio("annals")
	_, jobID := b.sync(1, kbartOf(rest+"Archives; id=archives; print=@2; preceding=annals"))
	added := b.portfolio("archives")
	for _, line := range b.changesIn(jobID) {
		values := holdings.ValuesOf(line)
		switch plan.Action(line.Action) {
		case plan.Add:
			if was := values.Leaving().Predecessor; was == nil || was.PortfolioID != old.ID || was.Title != "Annals" || was.TitleID != "annals" {
				t.Errorf("the added title: %+v", was)
			}
		case plan.Remove:
			if next := values.Leaving().Successor; next == nil || next.PortfolioID != added.ID || next.Title != "Archives" {
				t.Errorf("the one that leaves: %+v", next)
			}
		default:
			t.Errorf("%+v", line)
		}
	}
}

// TestRounds: first the portfolios that are listed or that nobody ever listed, then those kept or waiting, then the
// hidden ones.
func TestRounds(t *testing.T) {
	t.Parallel()
	rest := crowdOf(10, 40, "Journal %d; id=j%d; print=@%d")

	t.Run("a listed one goes before a hidden one with as many points", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.sync(1, kbartOf(rest+"Alpha; id=a; print=@1"))
		b.sync(1, kbartOf(rest))
		b.sync(1, kbartOf(rest+"Alpha; id=b; type=; online=@2\nBeta; id=c; print=@3"))
		counts, _ := b.sync(1, kbartOf(rest+"Gamma; id=d; print=@1; online=@2\nBeta; id=c; print=@3"))
		if counts.Updated != 1 || counts.Added != 0 || counts.Removed != 0 {
			t.Errorf("%+v", counts)
		}
	})

	t.Run("a title that a hidden one fits better goes on to that round", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.sync(1, kbartOf(rest+"Alpha; id=a; print=@1; online=@2"))
		hidden := b.portfolio("a")
		b.sync(1, kbartOf(rest))
		b.sync(1, kbartOf(rest+"Beta; id=b; print=@3"))
		// Alpha comes back; its print identifier stood on Beta by mistake, say: Beta has one point, the hidden one four.
		b.write(func(ctx context.Context, tx *store.Tx) error {
			return tx.Portfolio.Update().Where(portfolio.TitleID("b")).SetPrintIdentifier(identifierCalled("@1")).
				SetPrintKey(strings.ReplaceAll(identifierCalled("@1"), "-", "")).Exec(ctx)
		})
		b.sync(1, kbartOf(rest+"Alpha; id=a; print=@1; online=@2"))
		if back := b.portfolio("a"); back.ID != hidden.ID || back.RemovedAt != nil {
			t.Errorf("another portfolio became Alpha: %+v", back)
		}
	})

	t.Run("of several hidden ones the one that left last comes back, with a finding", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.sync(1, kbartOf(rest+"Works; id=a; print=@1\nWorks; id=b; print=@1"))
		second := b.portfolio("b")
		b.sync(1, kbartOf(rest+"Works; id=b; print=@1"))
		b.write(func(ctx context.Context, tx *store.Tx) error {
			return tx.Portfolio.Update().Where(portfolio.RemovedAtNotNil()).SetRemovedAt(5).Exec(ctx)
		})
		b.sync(1, kbartOf(rest))
		list := kbartOf(rest + "Works; id=c; print=@1")
		if _, findings := b.planAndFindings(1, "2026-03-01", list, plan.StandardGuards()); !strings.Contains(strings.Join(findings, " "),
			"one-of-several-revived") {
			t.Errorf("findings: %v", findings)
		}
		counts, _ := b.sync(1, list)
		if back := b.portfolio("c"); counts.Added != 1 || counts.Ambiguous != 0 || back.ID != second.ID {
			t.Errorf("%+v", counts)
		}
	})

	t.Run("one that is kept comes before a hidden one", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.sync(1, kbartOf(rest+"Works; id=a; print=@1\nWorks; id=b; print=@1"))
		b.order("POL-a", "a")
		kept := b.portfolio("a")
		b.sync(1, kbartOf(rest))
		counts, _ := b.sync(1, kbartOf(rest+"Works; id=c; print=@1"))
		if back := b.portfolio("c"); counts.Added != 1 || back.ID != kept.ID || !back.Listed {
			t.Errorf("%+v, %+v", counts, back)
		}
	})

	t.Run("one of the library's own takes part in the first round", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.importList(kbartOf("Works; id=own; print=@1"), true)
		own := b.portfolio("own")
		counts, _ := b.sync(1, kbartOf(rest+"Works; id=a; print=@1"))
		if now := b.portfolio("a"); counts.Added != 31 || now.ID != own.ID || !now.Listed {
			t.Errorf("%+v", counts)
		}
	})
}

// TestWithoutEntitlement: what no profile ever listed, and the list does not have, stays untouched and is counted.
func TestWithoutEntitlement(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.importList(kbartOf("Mine; id=mine; print=@1"), true)
	before := b.portfolio("mine")
	counts, _ := b.sync(1, kbartOf("Theirs; id=theirs; print=@2"))
	after := b.portfolio("mine")
	if counts.WithoutEntitlement != 1 || counts.Removed != 0 || after.UpdatedAt != before.UpdatedAt {
		t.Errorf("%+v", counts)
	}
	if n := b.store.Read.Entitlement.Query().Where(entitlement.ProfileID(1)).CountX(t.Context()); n != 1 {
		t.Errorf("%d entitlements", n)
	}
}
