package holdings_test

import (
	"context"
	"strings"
	"testing"

	"autoholdings/ent/entitlement"
	"autoholdings/ent/portfolio"
	"autoholdings/holdings"
	"autoholdings/holdings/plan"
	"autoholdings/internal/holdingstest"
	"autoholdings/internal/store"
)

// TestTitleHistoryInTheReport: both lines name the other's portfolio.
func TestTitleHistoryInTheReport(t *testing.T) {
	t.Parallel()
	b := setup(t)
	rest := holdingstest.Rows(10, 40, "Journal %d; id=j%d; print=@%d")
	b.Sync(1, holdingstest.KBART(rest+"Annals; id=annals; print=@1"))
	old := b.portfolio("annals")
	_, jobID := b.Sync(1, holdingstest.KBART(rest+"Archives; id=archives; print=@2; preceding=annals"))
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
	rest := holdingstest.Rows(10, 40, "Journal %d; id=j%d; print=@%d")

	t.Run("a listed one goes before a hidden one with as many points", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.Sync(1, holdingstest.KBART(rest+"Alpha; id=a; print=@1"))
		b.Sync(1, holdingstest.KBART(rest))
		b.Sync(1, holdingstest.KBART(rest+"Alpha; id=b; type=; online=@2\nBeta; id=c; print=@3"))
		counts, _ := b.Sync(1, holdingstest.KBART(rest+"Gamma; id=d; print=@1; online=@2\nBeta; id=c; print=@3"))
		if counts.Updated != 1 || counts.Added != 0 || counts.Removed != 0 {
			t.Errorf("%+v", counts)
		}
	})

	t.Run("a title that a hidden one fits better goes on to that round", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.Sync(1, holdingstest.KBART(rest+"Alpha; id=a; print=@1; online=@2"))
		hidden := b.portfolio("a")
		b.Sync(1, holdingstest.KBART(rest))
		b.Sync(1, holdingstest.KBART(rest+"Beta; id=b; print=@3"))
		// Alpha comes back; its print identifier stood on Beta by mistake, say: Beta has one point, the hidden one four.
		b.Write(func(ctx context.Context, tx *store.Tx) error {
			return tx.Portfolio.Update().Where(portfolio.TitleID("b")).SetPrintIdentifier(holdingstest.IdentifierCalled("@1")).
				SetPrintKey(strings.ReplaceAll(holdingstest.IdentifierCalled("@1"), "-", "")).Exec(ctx)
		})
		b.Sync(1, holdingstest.KBART(rest+"Alpha; id=a; print=@1; online=@2"))
		if back := b.portfolio("a"); back.ID != hidden.ID || back.RemovedAt != nil {
			t.Errorf("another portfolio became Alpha: %+v", back)
		}
	})

	t.Run("of several hidden ones the one that left last comes back, with a finding", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.Sync(1, holdingstest.KBART(rest+"Works; id=a; print=@1\nWorks; id=b; print=@1"))
		second := b.portfolio("b")
		b.Sync(1, holdingstest.KBART(rest+"Works; id=b; print=@1"))
		b.Write(func(ctx context.Context, tx *store.Tx) error {
			return tx.Portfolio.Update().Where(portfolio.RemovedAtNotNil()).SetRemovedAt(5).Exec(ctx)
		})
		b.Sync(1, holdingstest.KBART(rest))
		list := holdingstest.KBART(rest + "Works; id=c; print=@1")
		if _, findings := b.planAndFindings(1, "2026-03-01", list, plan.StandardGuards()); !strings.Contains(strings.Join(findings, " "),
			"one-of-several-revived") {
			t.Errorf("findings: %v", findings)
		}
		counts, _ := b.Sync(1, list)
		if back := b.portfolio("c"); counts.Added != 1 || counts.Ambiguous != 0 || back.ID != second.ID {
			t.Errorf("%+v", counts)
		}
	})

	t.Run("one that is kept comes before a hidden one", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.Sync(1, holdingstest.KBART(rest+"Works; id=a; print=@1\nWorks; id=b; print=@1"))
		b.AddPOLine("POL-a", "a")
		kept := b.portfolio("a")
		b.Sync(1, holdingstest.KBART(rest))
		counts, _ := b.Sync(1, holdingstest.KBART(rest+"Works; id=c; print=@1"))
		if back := b.portfolio("c"); counts.Added != 1 || back.ID != kept.ID || !back.Listed {
			t.Errorf("%+v, %+v", counts, back)
		}
	})

	t.Run("one of the library's own takes part in the first round", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.importList(holdingstest.KBART("Works; id=own; print=@1"), true)
		own := b.portfolio("own")
		counts, _ := b.Sync(1, holdingstest.KBART(rest+"Works; id=a; print=@1"))
		if now := b.portfolio("a"); counts.Added != 31 || now.ID != own.ID || !now.Listed {
			t.Errorf("%+v", counts)
		}
	})
}

// TestWithoutEntitlement: what no profile ever listed, and the list does not have, stays untouched and is counted.
func TestWithoutEntitlement(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.importList(holdingstest.KBART("Mine; id=mine; print=@1"), true)
	before := b.portfolio("mine")
	counts, _ := b.Sync(1, holdingstest.KBART("Theirs; id=theirs; print=@2"))
	after := b.portfolio("mine")
	if counts.WithoutEntitlement != 1 || counts.Removed != 0 || after.UpdatedAt != before.UpdatedAt {
		t.Errorf("%+v", counts)
	}
	if n := b.Store.Read.Entitlement.Query().Where(entitlement.ProfileID(1)).CountX(t.Context()); n != 1 {
		t.Errorf("%d entitlements", n)
	}
}
