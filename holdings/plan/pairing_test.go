package plan_test

import (
	"testing"

	"autoholdings/internal/holdingstest"
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
		return holdingstest.Rows(0, n, "Journal %d; id=OUP"), holdingstest.Rows(1, n, "Journal %d; id=OUP") + "Renamed; id=OUP\n"
	}
	before, after := renamed(20)
	_, counts, _ := holdingstest.Changes(t, holdingstest.SourceOf(holdingstest.KBART(before)), holdingstest.SourceOf(holdingstest.KBART(after)))
	if counts.Updated != 1 || counts.Added != 0 || counts.Titles != 20 {
		t.Errorf("twenty titles are no crowd: %+v", counts)
	}
	before, after = renamed(21)
	_, counts, _ = holdingstest.Changes(t, holdingstest.SourceOf(holdingstest.KBART(before)), holdingstest.SourceOf(holdingstest.KBART(after)))
	if counts.Updated != 0 || counts.Added != 1 || counts.Removed != 1 || counts.Unchanged != 20 {
		t.Errorf("twenty-one are one: those of the same name pair, and no other: %+v", counts)
	}

	twice := holdingstest.Rows(0, 21, "Journal %d; id=OUP") + "Double; id=OUP; print=@50\nDouble; id=OUP; print=@51\n"
	changed := holdingstest.Rows(0, 21, "Journal %d; id=OUP") + "Double; id=OUP; print=@52\nDouble; id=OUP; print=@53\n"
	_, counts, _ = holdingstest.Changes(t, holdingstest.SourceOf(holdingstest.KBART(twice)), holdingstest.SourceOf(holdingstest.KBART(changed)))
	if counts.Added != 2 || counts.Removed != 2 || counts.Unchanged != 21 {
		t.Errorf("a name that two of the crowd have is not unique: %+v", counts)
	}

	shared := holdingstest.Rows(0, 21, "Journal %d; id=j%d; print=@99; online=@%d")
	other := holdingstest.Rows(0, 21, "Review %d; id=r%d; print=@99; online=@10%d")
	_, counts, _ = holdingstest.Changes(t, holdingstest.SourceOf(holdingstest.KBART(shared)), holdingstest.SourceOf(holdingstest.KBART(other)))
	if counts.Added != 21 || counts.Removed != 21 || counts.Waiting+counts.Ambiguous != 0 {
		t.Errorf("an identifier that all share pairs none and contests none: %+v", counts)
	}
	moved := holdingstest.Rows(0, 21, "Journal %d; id=r%d; print=@99; online=@%d")
	_, counts, _ = holdingstest.Changes(t, holdingstest.SourceOf(holdingstest.KBART(shared)), holdingstest.SourceOf(holdingstest.KBART(moved)))
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
