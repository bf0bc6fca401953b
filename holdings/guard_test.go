package holdings_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"autoholdings/holdings/plan"
	"autoholdings/internal/holdingstest"
	"autoholdings/internal/store"
)

// guardCase is a number of titles, and how many of them are changed.
type guardCase struct {
	base, n int
	held    bool
	says    string
}

// runGuard plans lists in which n of base titles are as changed makes them, and asks one guard.
func runGuard(t *testing.T, guard string, cases []guardCase, before string, changed func(base, n int) string) {
	t.Helper()
	for _, test := range cases {
		t.Run(fmt.Sprintf("%d of %d", test.n, test.base), func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.dated(1, "2026-01-01", holdingstest.KBART(holdingstest.Rows(0, test.base, before)))
			plan := b.planOf(1, "2026-02-01", holdingstest.KBART(changed(test.base, test.n)), plan.StandardGuards())
			var reasons []string
			for _, g := range plan.Guards {
				reasons = append(reasons, g.Guard)
				if g.Guard == guard && (g.Before != test.base || g.Affected != test.n) {
					t.Errorf("%+v", g)
				}
			}
			if held := plan.Held(); held != test.held || held && (len(reasons) != 1 || reasons[0] != guard) {
				t.Errorf("held by %v: %s", reasons, plan.HeldBecause())
			}
			if !strings.Contains(plan.HeldBecause(), test.says) {
				t.Errorf("%q does not say %q", plan.HeldBecause(), test.says)
			}
		})
	}
}

const guarded = "Journal %d; id=j%d; print=@%d; first=1990; last=2020"

// TestGuardOfRemovals: more than a tenth and more than 20, or more than half, or more than 1,000. Two are never held
// unless nothing is left.
func TestGuardOfRemovals(t *testing.T) {
	t.Parallel()
	runGuard(t, plan.GuardRemovals, []guardCase{
		{200, 20, false, ""},
		{210, 21, false, ""},
		{209, 21, true, "takes away 21 of 209 titles (10.0 %), more than 10 % and more than 20"},
		{40, 20, false, ""},
		{41, 21, true, "takes away 21 of 41 titles (51.2 %)"},
		{10, 6, true, "takes away 6 of 10 titles (60.0 %), more than half"},
		{10, 5, false, ""},
		{3, 2, false, ""},
		{2, 2, true, "nothing would be left: the plan takes away all 2 titles"},
		{1, 1, true, "nothing would be left"},
	}, guarded, func(base, n int) string {
		if n == base {
			return "Another; id=other; print=@5000"
		}
		return holdingstest.Rows(n, base, guarded)
	})
	m := plan.StandardGuards().Removals
	if m.Most != 1000 {
		t.Errorf("%+v", m)
	}
}

// TestGuardOfManyRemovals is apart: it takes lists of more than ten thousand titles.
func TestGuardOfManyRemovals(t *testing.T) {
	t.Parallel()
	runGuard(t, plan.GuardRemovals, []guardCase{
		{10_200, 1000, false, ""},
		{10_200, 1001, true, "takes away 1,001 of 10,200 titles (9.8 %), more than 1,000"},
	}, guarded, func(base, n int) string { return holdingstest.Rows(n, base, guarded) })
}

// TestGuardOfAccess: titles that stay and lose covered time.
func TestGuardOfAccess(t *testing.T) {
	t.Parallel()
	runGuard(t, plan.GuardAccess, []guardCase{
		{210, 21, false, ""},
		{209, 21, true, "21 of 209 titles would lose time that is covered today (10.0 %), more than 10 % and more than 20"},
		{10, 6, true, "more than half"},
		{10, 5, false, ""},
		{3, 2, false, ""},
		{2, 2, true, "2 of 2 titles would lose time"},
	}, guarded, func(base, n int) string {
		return holdingstest.Rows(0, n, strings.Replace(guarded, "last=2020", "last=2010", 1)) + holdingstest.Rows(n, base, guarded)
	})
}

// TestGuardOfIdentity: titles that stay and whose title and an identifier both change.
func TestGuardOfIdentity(t *testing.T) {
	t.Parallel()
	const books = "Book %d; id=b%d; type=monograph; print=#%d; online=#1%d" // of one title_id such a pair may be made
	runGuard(t, plan.GuardIdentity, []guardCase{
		{210, 21, false, ""},
		{209, 21, true, "21 of 209 titles would get both another title and another identifier (10.0 %), more than 10 % and more than 20"},
		{3, 2, false, ""},
	}, strings.ReplaceAll(books, "#1%d", "#10%d"), func(base, n int) string {
		return holdingstest.Rows(0, n, strings.ReplaceAll(strings.Replace(books, "Book", "Volume", 1), "#1%d", "#77%d")) +
			holdingstest.Rows(n, base, strings.ReplaceAll(books, "#1%d", "#10%d"))
	})
	t.Run("the title alone", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.Sync(1, holdingstest.KBART(holdingstest.Rows(0, 60, guarded)))
		if plan := b.planOf(1, "2026-02-01", holdingstest.KBART(holdingstest.Rows(0, 60, strings.Replace(guarded, "Journal", "Review", 1))),
			plan.StandardGuards()); plan.Held() {
			t.Errorf("%s", plan.HeldBecause())
		}
	})
}

// TestGuardOfAdditions: more than half of the base and more than 100.
func TestGuardOfAdditions(t *testing.T) {
	t.Parallel()
	runGuard(t, plan.GuardAdditions, []guardCase{
		{150, 100, false, ""},
		{202, 101, false, ""},
		{201, 101, true, "101 titles would be added to the 201 there are (50.2 %), more than 50 % and more than 100"},
	}, guarded, func(base, n int) string { return holdingstest.Rows(0, base+n, guarded) })
	b := setup(t)
	if plan := b.planOf(1, "2026-02-01", holdingstest.KBART(holdingstest.Rows(0, 300, guarded)), plan.StandardGuards()); plan.Held() {
		t.Errorf("without a base nothing is held: %s", plan.HeldBecause())
	}
}

// TestGuardsOfAnImport: zero marks stand for a guard that is not asked, as with an import, and those of a profile are
// strict.
func TestGuardsOfAnImport(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const books = "Book %d; id=b%d; print=#%d; online=#10%d; type=monograph"
	shorter, renamed := strings.Replace(guarded, "last=2020", "last=2010", 1), strings.NewReplacer("Book", "Volume", "#10", "#20").
		Replace(books)
	b.Sync(1, holdingstest.KBART(holdingstest.Rows(0, 100, guarded)+holdingstest.Rows(100, 110, books)))
	for guard, rows := range map[string]string{
		plan.GuardAccess:    holdingstest.Rows(0, 3, shorter) + holdingstest.Rows(3, 100, guarded) + holdingstest.Rows(100, 110, books),
		plan.GuardIdentity:  holdingstest.Rows(0, 100, guarded) + holdingstest.Rows(100, 103, renamed) + holdingstest.Rows(103, 110, books),
		plan.GuardAdditions: holdingstest.Rows(0, 100, guarded) + holdingstest.Rows(100, 110, books) + holdingstest.Rows(200, 203, guarded),
	} {
		guards := plan.Guards{Removals: plan.StandardGuards().Removals}
		if plan := b.planOf(1, "2026-02-01", holdingstest.KBART(rows), guards); plan.Held() {
			t.Errorf("%s is asked: %s", guard, plan.HeldBecause())
		}
		plan := b.planOf(1, "2026-02-01", holdingstest.KBART(rows), guards.OfProfile())
		if len(plan.Guards) != 1 || plan.Guards[0].Guard != guard || plan.Guards[0].Affected != 3 ||
			!strings.Contains(plan.HeldBecause(), "more than 0 % and more than 0") {
			t.Errorf("%s: %+v", guard, plan.Guards)
		}
	}
}

// TestMarksAreTheProfiles: the marks of a guard are settings.
func TestMarksAreTheProfiles(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Sync(1, holdingstest.KBART(holdingstest.Rows(0, 100, guarded)))
	list := holdingstest.KBART(holdingstest.Rows(6, 100, guarded))
	guards := plan.StandardGuards()
	guards.Removals = plan.Marks{Percent: 5, Titles: 3}
	if plan := b.planOf(1, "2026-02-01", list, guards); !plan.Held() ||
		!strings.Contains(plan.HeldBecause(), "more than 5 % and more than 3") {
		t.Errorf("%s", plan.HeldBecause())
	}
	guards.Removals = plan.Marks{Percent: 6, Titles: 3}
	if plan := b.planOf(1, "2026-02-01", list, guards); plan.Held() {
		t.Errorf("%s", plan.HeldBecause())
	}
}

// TestGuardOfAgain: removals of what an undo gave back are held once.
func TestGuardOfAgain(t *testing.T) {
	t.Parallel()
	b := setup(t)
	full, short := holdingstest.KBART(holdingstest.Rows(0, 100, guarded)), holdingstest.KBART(holdingstest.Rows(1, 100, guarded))
	b.dated(1, "2026-01-01", full)
	_, jobID := b.dated(1, "2026-02-01", short)
	b.undo(1, jobID)
	if !b.entitlementOf(1, "j0").Active || !b.entitlementOf(1, "j0").GivenBack {
		t.Fatalf("%+v", b.entitlementOf(1, "j0"))
	}
	planned := b.planOf(1, "2026-03-01", short, plan.StandardGuards())
	if !planned.Held() || planned.Guards[0].Guard != plan.GuardAgain ||
		!strings.Contains(planned.HeldBecause(), "takes away 1 of the 100 titles again that an undo gave back") {
		t.Errorf("%+v", planned.Guards)
	}
	b.dated(1, "2026-03-01", full) // it is listed again: what was given back is the provider's once more
	if plan := b.planOf(1, "2026-04-01", short, plan.StandardGuards()); plan.Held() {
		t.Errorf("%s", plan.HeldBecause())
	}
}

// TestLostTime: what counts as lost of the time that is covered, and what does not (DOMAIN section 7).
func TestLostTime(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, before, after string
		loses               bool
	}{
		{"an earlier end", "first=1990; last=2020", "first=1990; last=2010", true},
		{"a later start", "first=1990; last=2020", "first=1991; last=2020", true},
		{"a later end", "first=1990; last=2010", "first=1990; last=2020", false},
		{"the same date, more precise", "first=1990; last=2020", "first=1990-03; last=2020-06", false},
		{"another year, more precise", "first=1990; last=2020", "first=1990; last=2019-06", true},
		{"an open end is named, less than twelve months ago", "first=1990", "first=1990; last=2025-06", false},
		{"an open end is named, more than twelve months ago", "first=1990", "first=1990; last=2024-06", true},
		{"volumes and issues", "first=1990; vol1=1; last=2020; vol2=30", "first=1990; vol1=5; last=2020; vol2=20", false},
		{"a stricter embargo", "first=1990; embargo=P1Y", "first=1990; embargo=P3Y", true},
		{"a laxer embargo", "first=1990; embargo=P3Y", "first=1990; embargo=P1Y", false},
		{"an embargo where there was none", "first=1990", "first=1990; embargo=P2Y", true},
		{"a moving start", "first=1990; embargo=R10Y", "first=1990; embargo=R5Y", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			rows := func(cells string) string {
				return holdingstest.KBART(holdingstest.Rows(0, 30, "Journal %d; id=j%d; print=@%d; "+cells))
			}
			b.dated(1, "2026-01-01", rows(test.before))
			plan := b.planOf(1, "2026-02-01", rows(test.after), plan.StandardGuards())
			if plan.Held() != test.loses {
				t.Errorf("held: %v %s", plan.Held(), plan.HeldBecause())
			}
		})
	}
	t.Run("the union of the statements counts", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		const ended = "Ended; id=ended; print=@500; first=1990; last=1999\n" // else the column of last dates would be lost
		b.dated(1, "2026-01-01", holdingstest.KBART(ended+holdingstest.Rows(0, 30,
			"Journal %d; id=j%d; print=@%d; first=1990; last=1995\nJournal %d; id=j%d; print=@%d; first=1996")))
		plan := b.planOf(1, "2026-02-01", holdingstest.KBART(ended+holdingstest.Rows(0, 30, "Journal %d; id=j%d; print=@%d; first=1990")), plan.StandardGuards())
		if plan.Held() {
			t.Errorf("%s", plan.HeldBecause())
		}
	})
	t.Run("a start that has moved before", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		rows := func(first string) string {
			return holdingstest.KBART(holdingstest.Rows(0, 30, "Journal %d; id=j%d; print=@%d; first="+first))
		}
		b.dated(1, "2026-01-01", rows("2016-01-01"))
		if plan := b.planOf(1, "2026-02-01", rows("2016-02-01"), plan.StandardGuards()); !plan.Held() {
			t.Error("it has never moved")
		}
		_, jobID := b.dated(1, "2026-02-01", rows("2016-02-01"))
		b.Write(func(ctx context.Context, tx *store.Tx) error {
			return tx.JobPart.UpdateOneID(jobID + 1).SetState("APPLIED").Exec(ctx)
		})
		if plan := b.planOf(1, "2026-03-01", rows("2016-02-29"), plan.StandardGuards()); plan.Held() {
			t.Errorf("no more than lies between the two lists: %s", plan.HeldBecause())
		}
		if plan := b.planOf(1, "2026-03-01", rows("2016-03-02"), plan.StandardGuards()); !plan.Held() {
			t.Error("more than lies between the two lists")
		}
	})
}

// TestLocalCoverageIsNotLost: what staff put instead of the provider's coverage stays, whatever the list says.
func TestLocalCoverageIsNotLost(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.dated(1, "2026-01-01", holdingstest.KBART(holdingstest.Rows(0, 10, guarded)))
	shorter := holdingstest.KBART(holdingstest.Rows(0, 10, strings.Replace(guarded, "first=1990", "first=1995", 1)))
	if plan := b.planOf(1, "2026-02-01", shorter, plan.StandardGuards()); !plan.Held() {
		t.Fatal("without local coverage it is held")
	}
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		return tx.Portfolio.Update().SetLocalValues(`{"coverage":"{\"mode\":\"INSTEAD\",\"statements\":[{\"dateFirst\":\"1990\"}]}"}`).Exec(ctx)
	})
	if plan := b.planOf(1, "2026-02-01", shorter, plan.StandardGuards()); plan.Held() {
		t.Errorf("%s", plan.HeldBecause())
	}
}
