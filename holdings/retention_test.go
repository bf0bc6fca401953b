package holdings_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"autoholdings/ent"
	"autoholdings/ent/portfolio"
	"autoholdings/holdings"
	"autoholdings/holdings/plan"
	"autoholdings/internal/holdingstest"
	"autoholdings/internal/store"
)

// shown is the coverage that a portfolio shows, with the kinds of its statements.
func (b *testBundle) shown(titleID string) string {
	b.T.Helper()
	p := b.portfolio(titleID)
	entitlements, err := b.Holdings.EntitlementsOf(b.T.Context(), []int64{p.ID})
	b.Must(err)
	retained, err := b.Holdings.RetentionsOf(b.T.Context(), []int64{p.ID})
	b.Must(err)
	statements, err := holdings.ShownCoverage(p, entitlements[p.ID], retained[p.ID])
	b.Must(err)
	var texts []string
	for _, st := range statements {
		texts = append(texts, strings.TrimSpace(st.String()+" "+st.Kind))
	}
	return strings.Join(texts, "; ")
}

// staff changes what staff decide about a portfolio.
func (b *testBundle) staff(titleID string, change holdings.StaffChange) *ent.Portfolio {
	b.T.Helper()
	p, err := b.Holdings.UpdatePortfolio(b.T.Context(), holdings.PortfolioChange{ID: b.portfolio(titleID).ID, Staff: change})
	b.Must(err)
	return p
}

func perpetual(from, until string) holdings.StaffChange {
	change := holdings.StaffChange{holdings.FieldAccessRights: new(holdings.Perpetual)}
	if from != "" {
		change[holdings.FieldPerpetualFrom] = &from
	}
	if until != "" {
		change[holdings.FieldPerpetualUntil] = &until
	}
	return change
}

// licensed makes a license with perpetual access and returns its id.
func (b *testBundle) licensed() (id int64) {
	id = b.Store.NextID()
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		return tx.License.Create().SetID(id).SetCreatedAt(1).SetUpdatedAt(1).SetCode("LIC-1").SetPerpetualAccess(true).Exec(ctx)
	})
	return id
}

const brain = "Brain; id=brain; print=@1; first=1996; last=2020-06"

// TestRetained: what leaves the list is kept, accessible and exported with its last coverage by whichever mark, says why,
// and is found. Without the mark it is kept without reason; nothing takes it out but a person.
func TestRetained(t *testing.T) {
	t.Parallel()
	collection := func(change func(*ent.CollectionUpdateOne) *ent.CollectionUpdateOne) func(b *testBundle) {
		return func(b *testBundle) {
			b.Write(func(ctx context.Context, tx *store.Tx) error {
				return change(tx.Collection.UpdateOneID(holdingstest.CollectionID)).Exec(ctx)
			})
		}
	}
	for name, c := range map[string]struct {
		mark, takeBack func(b *testBundle)
		by, why        string
	}{
		"portfolio": {
			func(b *testBundle) { b.staff("brain", perpetual("", "")) },
			func(b *testBundle) { b.staff("brain", holdings.StaffChange{holdings.FieldAccessRights: nil}) },
			plan.RetainedByPortfolio, "kept: it has perpetual access",
		},
		"its license": {
			func(b *testBundle) {
				b.staff("brain", holdings.StaffChange{holdings.FieldLicense: holdings.LicenseText(b.licensed())})
			},
			func(b *testBundle) { b.staff("brain", holdings.StaffChange{holdings.FieldLicense: nil}) },
			plan.RetainedByLicense, "kept: the license LIC-1 gives perpetual access",
		},
		"the license of its collection": {
			func(b *testBundle) {
				id := b.licensed()
				collection(func(u *ent.CollectionUpdateOne) *ent.CollectionUpdateOne { return u.SetLicenseID(id) })(b)
			},
			collection((*ent.CollectionUpdateOne).ClearLicenseID),
			plan.RetainedByLicense, "kept: the license LIC-1 gives perpetual access",
		},
		"its collection": {
			collection(func(u *ent.CollectionUpdateOne) *ent.CollectionUpdateOne { return u.SetPerpetualAccess(true) }),
			func(b *testBundle) {
				b.staff("brain", holdings.StaffChange{holdings.FieldAccessRights: new(holdings.Current)})
			},
			plan.RetainedByCollection, "kept: its collection has perpetual access",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.dated(1, "2026-01-01", holdingstest.KBART(others+brain))
			c.mark(b)
			id, listed := b.portfolio("brain").ID, b.shown("brain")
			counts, jobID := b.dated(1, "2026-02-01", holdingstest.KBART(others))
			if counts.Kept != 1 || counts.Removed != 0 {
				t.Errorf("%+v", counts)
			}
			line := b.changesIn(jobID)[0]
			if words := holdings.ValuesOf(line).NewWords(plan.Keep, ""); line.Action != "KEEP" || words != c.why {
				t.Errorf("the report says %s %s", line.Action, words)
			}
			p := b.portfolio("brain")
			if !b.accessible("brain") || p.Listed || p.RemovedAt != nil || !slices.Contains(b.exported(), "brain") {
				t.Errorf("%+v", p)
			}
			if got := b.shown("brain"); got != listed+" "+plan.RetainedKind {
				t.Errorf("shown: %s, was %s", got, listed)
			}
			if !strings.Contains(b.export(), "\t1996\t\t\t2020-06\t") {
				t.Errorf("exported:\n%s", b.export())
			}
			retained, err := b.Holdings.RetentionsOf(t.Context(), []int64{id})
			if b.Must(err); retained[id].By != c.by {
				t.Errorf("%+v", retained)
			}
			for _, f := range []holdings.PortfolioFilter{
				{Retained: new(true)}, {OnlyRetained: new(true)}, {CollectionID: holdingstest.CollectionID, Retained: new(true)},
			} {
				if got := b.found(f); !slices.Equal(got, []string{"brain"}) {
					t.Errorf("%+v finds %v", f, got)
				}
			}
			if got := b.found(holdings.PortfolioFilter{Unprotected: new(true)}); got != nil {
				t.Errorf("kept without reason: %v", got)
			}
			if _, err := b.Holdings.RemovePortfolio(t.Context(), id); err == nil || !strings.Contains(err.Error(), "retained, since") {
				t.Errorf("taken out by hand: %v", err)
			}
			if again, _ := b.dated(1, "2026-03-01", holdingstest.KBART(others)); again.Changed() {
				t.Errorf("the next list: %+v", again)
			}

			c.takeBack(b)
			if b.accessible("brain") || slices.Contains(b.exported(), "brain") {
				t.Error("without the mark it is accessible")
			}
			if got := b.found(holdings.PortfolioFilter{Unprotected: new(true)}); !slices.Equal(got, []string{"brain"}) {
				t.Errorf("kept without reason: %v", got)
			}
			if counts, _ := b.dated(1, "2026-04-01", holdingstest.KBART(others+brain)); counts.Added != 1 || b.portfolio("brain").ID != id ||
				b.shown("brain") != listed {
				t.Errorf("it comes back as the same: %+v %s", counts, b.shown("brain"))
			}
		})
	}
}

// TestRetainedDays: of a mark with days, what of the last coverage is of these days is retained. If nothing is, the
// portfolio goes.
func TestRetainedDays(t *testing.T) {
	t.Parallel()
	for days, want := range map[[2]string]string{
		{"2010", "2015"}:       "2010-01-01 – 2015-12-31 RETAINED",
		{"", "2015-03"}:        "1996 – 2015-03-31 RETAINED",
		{"2015-03", ""}:        "2015-03-01 – 2020-06 RETAINED",
		{"1996", "2020-06-30"}: "1996 – 2020-06 RETAINED",
		{"2020-06-30", "2030"}: "2020-06-30 – 2020-06 RETAINED",
		{"1990", "1995"}:       "",
		{"2020-07", ""}:        "",
	} {
		b := setup(t)
		b.dated(1, "2026-01-01", holdingstest.KBART(others+brain))
		b.staff("brain", perpetual(days[0], days[1]))
		b.dated(1, "2026-02-01", holdingstest.KBART(others))
		p := b.portfolio("brain")
		if want == "" {
			if p.RemovedAt == nil || b.accessible("brain") {
				t.Errorf("%v: %+v", days, p)
			}
			continue
		}
		if got := b.shown("brain"); p.RemovedAt != nil || got != want || !b.accessible("brain") {
			t.Errorf("%v: %s, want %s", days, got, want)
		}
		if n := strings.Count(b.export(), "\tbrain\t"); n != 1 {
			t.Errorf("%v: %d rows are exported", days, n)
		}
	}
}

// TestOpenEndIsRetainedToTheDayItEnded: nobody had more than there was that day.
func TestOpenEndIsRetainedToTheDayItEnded(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.dated(1, "2026-01-01", holdingstest.KBART(others+"Brain; id=brain; print=@1; first=1996; embargo=P1Y"))
	b.staff("brain", perpetual("", ""))
	b.dated(1, "2026-02-01", holdingstest.KBART(others))
	ended := b.entitlementOf(1, "brain").EndedAt
	year := holdings.EndedOn(ended).AddDate(-1, 0, 0).Format("2006")
	if got := b.shown("brain"); !strings.HasPrefix(got, "1996 – ") || strings.Contains(got, "present") || strings.Contains(got, "embargo") ||
		!strings.HasPrefix(got, "1996 – "+year) {
		t.Errorf("%s, want an end in %s", got, year)
	}
}

// TestUndoneReturnGivesBackTheEnd: what left once, came back, and leaves again by an undo has ended when it left first: a patron
// has no more of it than before the run that is undone, and of several holders the one that had it last is still the last.
func TestUndoneReturnGivesBackTheEnd(t *testing.T) {
	t.Parallel()
	b := setup(t)
	list := holdingstest.KBART(others + "Brain; id=brain; print=@1; first=1996")
	b.dated(1, "2026-01-01", list)
	b.staff("brain", perpetual("", ""))
	b.dated(1, "2026-02-01", holdingstest.KBART(others))
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		e := b.entitlementOf(1, "brain")
		return tx.Entitlement.UpdateOneID(e.ID).SetEndedAt(*e.EndedAt - 40*24*time.Hour.Milliseconds()).Exec(ctx)
	})
	ended, shown, exported := *b.entitlementOf(1, "brain").EndedAt, b.shown("brain"), b.export()
	_, back := b.dated(1, "2026-03-01", list)
	if got := b.shown("brain"); got != "1996 – present" {
		t.Errorf("it is back: %s", got)
	}
	b.undo(1, back)
	if e := b.entitlementOf(1, "brain"); e.Active || e.EndedAt == nil || *e.EndedAt != ended {
		t.Errorf("it ended %v, not %d", e.EndedAt, ended)
	}
	if b.shown("brain") != shown || b.export() != exported {
		t.Errorf("shown: %s, was %s; exported:\n%s", b.shown("brain"), shown, b.export())
	}
}

// TestTimeTakenAwayIsRetained: it is shown and exported beside what the list has, goes when a list covers it again,
// and an undo takes it back.
func TestTimeTakenAwayIsRetained(t *testing.T) {
	t.Parallel()
	b := setup(t)
	list := func(first string) string {
		return holdingstest.KBART(others + "Brain; id=brain; print=@1; vol1=1; first=" + first)
	}
	b.dated(1, "2026-01-01", list("1996"))
	b.staff("brain", perpetual("", ""))
	counts, jobID := b.dated(1, "2026-02-01", list("2001"))
	const both = "1996 (v. 1) – 2000-12-31 RETAINED; 2001 (v. 1) – present"
	if got := b.shown("brain"); got != both || counts.Updated != 1 {
		t.Errorf("%s: %+v", got, counts)
	}
	if !strings.Contains(b.ReportText(jobID), plan.RetainedField) {
		t.Errorf("the report:\n%s", b.ReportText(jobID))
	}
	if n := strings.Count(b.export(), "\tbrain\t"); n != 2 {
		t.Errorf("%d rows are exported", n)
	}
	if again, _ := b.dated(1, "2026-03-01", list("2001")); again.Changed() || b.shown("brain") != both {
		t.Errorf("the same list again: %+v", again)
	}
	b.staff("brain", holdings.StaffChange{holdings.FieldAccessRights: nil})
	if got := b.shown("brain"); got != "2001 (v. 1) – present" {
		t.Errorf("without the mark: %s", got)
	}
	b.staff("brain", perpetual("", ""))
	_, covers := b.dated(1, "2026-04-01", list("1990"))
	if got := b.shown("brain"); got != "1990 (v. 1) – present" {
		t.Errorf("covered again: %s", got)
	}
	b.undo(1, covers)
	if got := b.shown("brain"); got != both {
		t.Errorf("undone: %s", got)
	}
	b.undo(1, jobID)
	if got := b.shown("brain"); got != "1996 (v. 1) – present" {
		t.Errorf("both undone: %s", got)
	}
	if p := b.Store.Read.Portfolio.Query().Where(portfolio.TitleID("brain")).OnlyX(t.Context()); p.RetainedCoverage != "" {
		t.Error(p.RetainedCoverage)
	}
}

// TestRetainedSurvivesUndoOfItsAddition: what the undone run added stays, unlisted, since it is retained.
func TestRetainedSurvivesUndoOfItsAddition(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.dated(1, "2026-01-01", holdingstest.KBART(others))
	_, jobID := b.dated(1, "2026-02-01", holdingstest.KBART(others+brain))
	b.staff("brain", perpetual("", ""))
	counts := b.undo(1, jobID)
	if p := b.portfolio("brain"); counts.Kept != 1 || p.RemovedAt != nil || p.Listed || !b.accessible("brain") {
		t.Errorf("%+v: %+v", counts, p)
	}
}

// TestWhatIsRetainedIsNotLost: the guard of access counts what patrons lose, and of a mark with days what is not of them.
func TestWhatIsRetainedIsNotLost(t *testing.T) {
	t.Parallel()
	for from, held := range map[string]bool{"": false, "1990-01-01": false, "1994-01-01": true} {
		b := setup(t)
		b.dated(1, "2026-01-01", holdingstest.KBART(holdingstest.Rows(0, 10, guarded)))
		b.Write(func(ctx context.Context, tx *store.Tx) error {
			return tx.Collection.UpdateOneID(holdingstest.CollectionID).SetPerpetualAccess(true).SetPerpetualFrom(from).Exec(ctx)
		})
		shorter := holdingstest.KBART(holdingstest.Rows(0, 10, strings.Replace(guarded, "first=1990", "first=1995", 1)))
		if plan := b.planOf(1, "2026-02-01", shorter, plan.StandardGuards()); plan.Held() != held {
			t.Errorf("perpetual from %q: held %v: %s", from, plan.Held(), plan.HeldBecause())
		}
	}
}
