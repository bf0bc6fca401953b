package holdings_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"autoholdings/holdings/plan"
	"autoholdings/internal/holdingstest"
	"autoholdings/internal/store"
	"autoholdings/kbart"
)

// manyBooks are rows that all have a note and a first author, the first n of them a publisher too.
func manyRows(n int) string {
	return holdingstest.Rows(100, 140, "Journal %d; id=j%d; print=@%d; first=1996; notes=a note %d; author=A") + // 40
		holdingstest.Rows(200, 200+n, "Review %d; id=r%d; print=@%d; first=1996; notes=a note %d; author=A; pub=Press")
}

// TestLostColumns: the first list that lacks a column is held, later ones carry a finding, and the values stay.
func TestLostColumns(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.dated(1, "2026-01-01", holdingstest.KBART(manyRows(20)))
	list := holdingstest.KBART(manyRows(20), kbart.Notes)
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
	b.dated(1, "2026-04-01", holdingstest.KBART(manyRows(20)))
	if plan := b.planOf(1, "2026-05-01", list, plan.StandardGuards()); !plan.Held() {
		t.Error("a list filled it again, so this is a first one anew")
	}
}

// TestWhenAColumnIsLost: it is missing from the header, or empty throughout though a tenth and at least 20 rows had it.
func TestWhenAColumnIsLost(t *testing.T) {
	t.Parallel()
	some := func(n, of int) string { // n rows have a publisher, of rows in all
		return holdingstest.Rows(1000, 1000+n, "Review %d; id=r%d; print=@%d; pub=Press") + holdingstest.Rows(2000, 2000+of-n, "Journal %d; id=j%d; print=@%d")
	}
	for _, test := range []struct {
		name          string
		before, after string
		lost          bool
	}{
		{"one row had it, and the header lacks it", holdingstest.KBART(some(1, 40)), holdingstest.KBART(some(1, 40), kbart.PublisherName), true},
		{"none had it", holdingstest.KBART(some(0, 40)), holdingstest.KBART(some(0, 40), kbart.PublisherName), false},
		{"20 of 40 had it, and all are empty", holdingstest.KBART(some(20, 40)), strings.ReplaceAll(holdingstest.KBART(some(20, 40)), "Press", ""), true},
		{"19 of 40 had it, and all are empty", holdingstest.KBART(some(19, 40)), strings.ReplaceAll(holdingstest.KBART(some(19, 40)), "Press", ""), false},
		{"20 of 201 had it, and all are empty", holdingstest.KBART(some(20, 201)), strings.ReplaceAll(holdingstest.KBART(some(20, 201)), "Press", ""), false},
		{"one has it still", holdingstest.KBART(some(20, 40)), strings.Replace(holdingstest.KBART(some(20, 40)), "Press", "", 19), false},
		{
			"those that had it are listed no longer", holdingstest.KBART(holdingstest.Rows(1000, 1003, "Review %d; id=r%d; print=@%d; pub=Press") +
				holdingstest.Rows(2000, 2060, "Journal %d; id=j%d; print=@%d")),
			holdingstest.KBART(holdingstest.Rows(2000, 2060, "Journal %d; id=j%d; print=@%d"), kbart.PublisherName), false,
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
	rows := holdingstest.Rows(100, 140, "Journal %d; id=j%d; print=@%d; first=1996; last=2010; vol1=3")
	b.dated(1, "2026-01-01", holdingstest.KBART(rows))
	counts, _ := b.dated(1, "2026-02-01", holdingstest.KBART(strings.ReplaceAll(rows, "last=2010", "last=2012"), kbart.NumFirstVolOnline))
	if counts.Changed() || b.coverage("j100") != "1996 (v. 3) – 2010" {
		t.Errorf("%+v, %s", counts, b.coverage("j100"))
	}
}

// decide records what a person chose of a lost column in the list of a date.
func (b *testBundle) decide(jobID int64, column kbart.Column, choice plan.ColumnChoice) {
	b.T.Helper()
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		return tx.ListDecision.Create().SetID(b.Store.NextID()).SetCreatedAt(1).SetUpdatedAt(1).SetProviderFileID(fileOfJob(jobID)).
			SetCollectionID(holdingstest.CollectionID).
			SetKind(plan.ColumnKind + column.String()).SetDecision(string(choice)).SetJobID(jobID).Exec(ctx)
	})
}

// datedWith applies a list for which a person has decided on a column.
func (b *testBundle) datedWith(date, list string, column kbart.Column, choice plan.ColumnChoice) plan.Counts {
	b.T.Helper()
	jobID := b.NewJob(1)
	b.keepFile(1, jobID, date)
	b.decide(jobID, column, choice)
	b.Release = date
	counts, plan, _, err := b.Apply(holdingstest.Attempt{Profile: 1, List: list, JobID: jobID})
	b.Must(err)
	if plan.Held() {
		b.T.Errorf("%s: held though it is decided: %s", date, plan.HeldBecause())
	}
	b.Write(func(ctx context.Context, tx *store.Tx) error {
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
		b.dated(1, "2026-01-01", holdingstest.KBART(manyRows(20)))
		if counts := b.datedWith("2026-02-01", holdingstest.KBART(manyRows(20), kbart.Notes), kbart.Notes, plan.LeaveValues); counts.Changed() {
			t.Errorf("%+v", counts)
		}
	})
	t.Run("take as empty", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.dated(1, "2026-01-01", holdingstest.KBART(manyRows(20)))
		list := holdingstest.KBART(manyRows(20), kbart.Notes)
		counts := b.datedWith("2026-02-01", list, kbart.Notes, plan.TakeAsEmpty)
		if counts.Updated != 60 || b.portfolio("j100").Notes != "" || b.portfolio("j100").FirstAuthor != "A" {
			t.Errorf("%+v, %q", counts, b.portfolio("j100").Notes)
		}
		planned, findings := b.planAndFindings(1, "2026-03-01", holdingstest.KBART(manyRows(20), kbart.Notes), plan.StandardGuards())
		if planned.Held() {
			t.Errorf("the choice is remembered: %+v, %v", planned.Guards, findings)
		}
		b.dated(1, "2026-03-01", holdingstest.KBART(manyRows(20)))
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
		b.dated(1, "2026-01-01", holdingstest.KBART(manyRows(20)))
		list := holdingstest.KBART(manyRows(20), kbart.AccessType)
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
	b.dated(1, "2026-01-01", holdingstest.KBART(manyRows(20), kbart.Notes))
	_, jobID := b.dated(1, "2026-02-01", holdingstest.KBART(manyRows(20)))
	list := holdingstest.KBART(manyRows(20), kbart.Notes)
	if plan := b.planOf(1, "2026-03-01", list, plan.StandardGuards()); !plan.Held() {
		t.Fatal("the list before had it")
	}
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		return tx.ProviderFile.UpdateOneID(fileOfJob(jobID)).SetOutcome("UNDONE").Exec(ctx)
	})
	if plan := b.planOf(1, "2026-03-01", list, plan.StandardGuards()); plan.Held() {
		t.Errorf("that list was undone: %+v", plan.Guards)
	}
}
