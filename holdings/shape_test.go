package holdings_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
	"autoholdings/kbart"
)

// manyBooks are rows that all have a note and a first author, the first n of them a publisher too.
func manyRows(n int) string {
	return crowdOf(100, 140, "Journal %d; id=j%d; print=@%d; first=1996; notes=a note %d; author=A") + // 40
		crowdOf(200, 200+n, "Review %d; id=r%d; print=@%d; first=1996; notes=a note %d; author=A; pub=Press")
}

// TestLostColumns: the first list that lacks a column is held, later ones carry a finding, and the values stay.
func TestLostColumns(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.dated(1, "2026-01-01", kbartOf(manyRows(20)))
	list := kbartOf(manyRows(20), kbart.Notes)
	planned := b.planOf(1, "2026-02-01", list, plan.StandardGuards())
	if !planned.Held() || planned.Guards[0].Guard != plan.GuardShape || planned.Guards[0].Column != "notes" ||
		!strings.Contains(planned.HeldBecause(), "notes") {
		t.Fatalf("%+v", planned.Guards)
	}
	counts, _ := b.dated(1, "2026-02-01", list) // approved, say
	if counts.Changed() || b.portfolio("j100").Notes != "a note 100" {
		t.Errorf("the values stay: %+v, %q", counts, b.portfolio("j100").Notes)
	}
	planned, findings := b.planAndFindings(1, "2026-03-01", list, plan.StandardGuards())
	if planned.Held() || !slices.Contains(findings, "column-lost") {
		t.Errorf("the next list: %+v, %v", planned.Guards, findings)
	}
	b.dated(1, "2026-03-01", list)
	b.dated(1, "2026-04-01", kbartOf(manyRows(20)))
	if plan := b.planOf(1, "2026-05-01", list, plan.StandardGuards()); !plan.Held() {
		t.Error("a list filled it again, so this is a first one anew")
	}
}

// TestWhenAColumnIsLost: it is missing from the header, or empty throughout though a tenth and at least 20 rows had it.
func TestWhenAColumnIsLost(t *testing.T) {
	t.Parallel()
	some := func(n, of int) string { // n rows have a publisher, of rows in all
		return crowdOf(1000, 1000+n, "Review %d; id=r%d; print=@%d; pub=Press") + crowdOf(2000, 2000+of-n, "Journal %d; id=j%d; print=@%d")
	}
	for _, test := range []struct {
		name          string
		before, after string
		lost          bool
	}{
		{"one row had it, and the header lacks it", kbartOf(some(1, 40)), kbartOf(some(1, 40), kbart.PublisherName), true},
		{"none had it", kbartOf(some(0, 40)), kbartOf(some(0, 40), kbart.PublisherName), false},
		{"20 of 40 had it, and all are empty", kbartOf(some(20, 40)), strings.ReplaceAll(kbartOf(some(20, 40)), "Press", ""), true},
		{"19 of 40 had it, and all are empty", kbartOf(some(19, 40)), strings.ReplaceAll(kbartOf(some(19, 40)), "Press", ""), false},
		{"20 of 201 had it, and all are empty", kbartOf(some(20, 201)), strings.ReplaceAll(kbartOf(some(20, 201)), "Press", ""), false},
		{"one has it still", kbartOf(some(20, 40)), strings.Replace(kbartOf(some(20, 40)), "Press", "", 19), false},
		{
			"those that had it are listed no longer", kbartOf(crowdOf(1000, 1003, "Review %d; id=r%d; print=@%d; pub=Press") +
				crowdOf(2000, 2060, "Journal %d; id=j%d; print=@%d")),
			kbartOf(crowdOf(2000, 2060, "Journal %d; id=j%d; print=@%d"), kbart.PublisherName), false,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.dated(1, "2026-01-01", test.before)
			plan := b.planOf(1, "2026-02-01", test.after, plan.StandardGuards())
			if plan.Held() != test.lost {
				t.Errorf("held: %v, %+v", plan.Held(), plan.Guards)
			}
		})
	}
}

// TestLostCoverageTouchesNoStatement.
func TestLostCoverageTouchesNoStatement(t *testing.T) {
	t.Parallel()
	b := setup(t)
	rows := crowdOf(100, 140, "Journal %d; id=j%d; print=@%d; first=1996; last=2010; vol1=3")
	b.dated(1, "2026-01-01", kbartOf(rows))
	counts, _ := b.dated(1, "2026-02-01", kbartOf(strings.ReplaceAll(rows, "last=2010", "last=2012"), kbart.NumFirstVolOnline))
	if counts.Changed() || b.coverage("j100") != "1996 (v. 3) – 2010" {
		t.Errorf("%+v, %s", counts, b.coverage("j100"))
	}
}

// decide records what a person chose of a lost column in the list of a date.
func (b *testBundle) decide(jobID int64, column kbart.Column, choice plan.ColumnChoice) {
	b.t.Helper()
	b.write(func(ctx context.Context, tx *store.Tx) error {
		return tx.ListDecision.Create().SetID(b.store.NextID()).SetCreatedAt(1).SetUpdatedAt(1).SetProviderFileID(fileOfJob(jobID)).
			SetCollectionID(collectionID).
			SetKind(plan.ColumnKind + column.String()).SetDecision(string(choice)).SetJobID(jobID).Exec(ctx)
	})
}

// datedWith applies a list for which a person has decided on a column.
func (b *testBundle) datedWith(date, list string, column kbart.Column, choice plan.ColumnChoice) plan.Counts {
	b.t.Helper()
	jobID := b.newJob(1)
	b.keepFile(1, jobID, date)
	b.decide(jobID, column, choice)
	b.release = date
	counts, plan, _, err := b.apply(attempt{profile: 1, list: list, jobID: jobID})
	b.must(err)
	if plan.Held() {
		b.t.Errorf("%s: held though it is decided: %s", date, plan.HeldBecause())
	}
	b.write(func(ctx context.Context, tx *store.Tx) error {
		return tx.ProviderFile.UpdateOneID(fileOfJob(jobID)).SetAppliedAt(jobID).SetOutcome("APPLIED").Exec(ctx)
	})
	return counts
}

// TestChoicesOfALostColumn are remembered until a list fills it again.
func TestChoicesOfALostColumn(t *testing.T) {
	t.Parallel()
	t.Run("leave the values", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.dated(1, "2026-01-01", kbartOf(manyRows(20)))
		if counts := b.datedWith("2026-02-01", kbartOf(manyRows(20), kbart.Notes), kbart.Notes, plan.LeaveValues); counts.Changed() {
			t.Errorf("%+v", counts)
		}
	})
	t.Run("take as empty", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.dated(1, "2026-01-01", kbartOf(manyRows(20)))
		list := kbartOf(manyRows(20), kbart.Notes)
		counts := b.datedWith("2026-02-01", list, kbart.Notes, plan.TakeAsEmpty)
		if counts.Updated != 60 || b.portfolio("j100").Notes != "" || b.portfolio("j100").FirstAuthor != "A" {
			t.Errorf("%+v, %q", counts, b.portfolio("j100").Notes)
		}
		planned, findings := b.planAndFindings(1, "2026-03-01", kbartOf(manyRows(20), kbart.Notes), plan.StandardGuards())
		if planned.Held() {
			t.Errorf("the choice is remembered: %+v, %v", planned.Guards, findings)
		}
		b.dated(1, "2026-03-01", kbartOf(manyRows(20)))
		if b.portfolio("j100").Notes != "a note 100" {
			t.Error("a list that fills it again")
		}
		if plan := b.planOf(1, "2026-04-01", list, plan.StandardGuards()); !plan.Held() {
			t.Error("then the choice is forgotten")
		}
	})
	t.Run("access_type: all paid", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.dated(1, "2026-01-01", kbartOf(manyRows(20)))
		list := kbartOf(manyRows(20), kbart.AccessType)
		for range 2 { // not the first list alone: nothing tells free from paid
			plan := b.planOf(1, "2026-02-01", list, plan.StandardGuards())
			if !plan.Held() || plan.Guards[0].Column != "access_type" {
				t.Errorf("%+v", plan.Guards)
			}
			b.dated(1, "2026-02-01", list)
		}
		if counts := b.datedWith("2026-03-01", list, kbart.AccessType, plan.AllPaid); counts.Changed() {
			t.Errorf("%+v", counts)
		}
		if plan := b.planOf(1, "2026-04-01", list, plan.StandardGuards()); plan.Held() {
			t.Errorf("the choice is remembered: %+v", plan.Guards)
		}
	})
}

// TestUndoneListsDoNotCount for what a column held.
func TestUndoneListsDoNotCount(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.dated(1, "2026-01-01", kbartOf(manyRows(20), kbart.Notes))
	_, jobID := b.dated(1, "2026-02-01", kbartOf(manyRows(20)))
	list := kbartOf(manyRows(20), kbart.Notes)
	if plan := b.planOf(1, "2026-03-01", list, plan.StandardGuards()); !plan.Held() {
		t.Fatal("the list before had it")
	}
	b.write(func(ctx context.Context, tx *store.Tx) error {
		return tx.ProviderFile.UpdateOneID(fileOfJob(jobID)).SetOutcome("UNDONE").Exec(ctx)
	})
	if plan := b.planOf(1, "2026-03-01", list, plan.StandardGuards()); plan.Held() {
		t.Errorf("that list was undone: %+v", plan.Guards)
	}
}

// TestWrongContent: rows that state the other content type are set aside; a list in which more than a tenth and more
// than 20 do is refused.
func TestWrongContent(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		books, rows int
		refused     bool
	}{
		{20, 30, false},
		{21, 210, false}, // a tenth
		{21, 209, true},
		{30, 30, true},
	} {
		t.Run(fmt.Sprintf("%d of %d", test.books, test.rows), func(t *testing.T) {
			t.Parallel()
			source := sourceOf(kbartOf(crowdOf(0, test.books, "Book %d; id=b%d; type=monograph; print=#%d") +
				crowdOf(0, test.rows-test.books, "Journal %d; id=j%d; print=@%d")))
			source.Expect = kbart.Serial
			listed := 0
			counts, err := plan.Diff(t.Context(), plan.Source{}, source, func(kbart.Finding) {}, func(c plan.Change) error {
				if c.Action == plan.WrongContent {
					listed++
				}
				return nil
			})
			var fatal *kbart.FatalError
			if refused := errors.As(err, &fatal); refused != test.refused {
				t.Fatalf("refused: %v, %v", refused, err)
			}
			if test.refused {
				if fatal.Finding.Code != "wrong-content" || !strings.Contains(err.Error(), fmt.Sprintf("%d of %d rows", test.books, test.rows)) {
					t.Errorf("%v", err)
				}
				return
			}
			if counts.WrongContent != test.books || counts.Titles != test.rows-test.books || listed != test.books {
				t.Errorf("%d are listed: %+v", listed, counts)
			}
		})
	}
}

// TestEmptyStarts: an empty first date, volume or issue takes that of the stored statement that is otherwise its like.
func TestEmptyStarts(t *testing.T) {
	t.Parallel()
	runDiffs(t, []diffCase{
		{
			name:     "the same rest",
			before:   "Brain; id=b; print=@1; first=1878; vol1=1; last=1995\nBrain; id=b; print=@1; first=1996; vol1=119; no1=1",
			after:    "Brain; id=b; print=@1; first=1878; vol1=1; last=1995\nBrain; id=b; print=@1; vol1=119; no1=1",
			findings: "coverage-start-missing",
		},
		{
			name:     "one statement on each side, though the end differs",
			before:   `Brain; id=b; print=@1; first=1878; vol1=1; no1=2; last=1995`,
			after:    `Brain; id=b; print=@1; last=1999`,
			want:     `UPDATE Brain coverage: 1878 (v. 1, no. 2) – 1995 → 1878 (v. 1, no. 2) – 1999`,
			findings: "coverage-start-missing",
		},
		{
			name:   "several that might be its like: none",
			before: "Brain; id=b; print=@1; first=1878; last=1995\nBrain; id=b; print=@1; first=1900; last=1995",
			after:  `Brain; id=b; print=@1; last=1995`,
			want:   `UPDATE Brain coverage: 1878 – 1995; 1900 – 1995 → ? – 1995`,
		},
		{
			name:   "another first date: the stored volume is not its own",
			before: `Brain; id=b; print=@1; first=1878; vol1=1; last=1995`,
			after:  `Brain; id=b; print=@1; first=1900; last=1995`,
			want:   `UPDATE Brain coverage: 1878 (v. 1) – 1995 → 1900 – 1995`,
		},
		{
			name:   "an empty end means to the present, an empty embargo none",
			before: `Brain; id=b; print=@1; first=1878; last=1995; embargo=P1Y`,
			after:  `Brain; id=b; print=@1; first=1878`,
			want:   `UPDATE Brain coverage: 1878 – 1995, embargo P1Y → 1878 – present`,
		},
	})
}
