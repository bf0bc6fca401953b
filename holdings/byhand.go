package holdings

import (
	"context"
	"fmt"
	"strings"

	"autoholdings/ent"
	"autoholdings/ent/entitlement"
	"autoholdings/ent/poline"
	"autoholdings/ent/portfolio"
	"autoholdings/holdings/plan"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
	"autoholdings/internal/words"
)

// RemovePortfolio takes a portfolio out of the holdings if nothing holds it: one that was kept and whose protection is
// gone, one that waits, or one of the library's own in a local collection. Its record stays, hidden. A portfolio held
// by a PO line, a license of its own, retention or an entitlement in force is refused, and each reason is named. One that is
// already out of the holdings stays as it is. It is also refused while a job writes the collection. Along with a
// refusal it returns the portfolio as it is, if there is one.
func (s *Service) RemovePortfolio(ctx context.Context, id int64) (*ent.Portfolio, error) {
	return s.writeByHand(ctx, id, func(ctx context.Context, tx *store.Tx, p *ent.Portfolio) (*ent.Portfolio, error) {
		if p.RemovedAt != nil {
			return p, nil
		}
		if err := checkNothingHolds(ctx, tx, p); err != nil {
			return p, err
		}
		now := tx.Now
		err := tx.Entitlement.Update().Where(entitlement.PortfolioID(id), entitlement.Or(entitlement.Active(true), entitlement.WaitingNEQ(""))).
			SetActive(false).SetWaiting("").SetWaitingSince("").SetEndedAt(now).SetUpdatedAt(now).Exec(ctx)
		if err != nil {
			return p, fmt.Errorf("end what entitles to portfolio %d: %w", id, err)
		}
		if err := s.recordEdits(ctx, tx, p, plan.Remove, []plan.FieldChange{{}}); err != nil {
			return p, err
		}
		return tx.Portfolio.UpdateOneID(id).SetRemovedAt(now).SetReview("").SetUpdatedAt(now).AddVersion(1).Save(ctx)
	})
}

// RestorePortfolio brings a portfolio back into the holdings, whoever took it out. In a local collection it is the
// library's own again. In any other, it has no entitlement in force until the provider lists it. One that is in the
// holdings stays as it is. It is refused while a job writes the collection.
func (s *Service) RestorePortfolio(ctx context.Context, id int64) (*ent.Portfolio, error) {
	return s.writeByHand(ctx, id, func(ctx context.Context, tx *store.Tx, p *ent.Portfolio) (*ent.Portfolio, error) {
		if p.RemovedAt == nil {
			return p, nil
		}
		now := tx.Now
		if isLocal(p.Edges.Collection) {
			err := tx.Entitlement.Update().Where(entitlement.PortfolioID(id), entitlement.ProfileIDIsNil()).SetActive(true).ClearEndedAt().
				SetUpdatedAt(now).
				Exec(ctx)
			if err != nil {
				return p, fmt.Errorf("restore portfolio %d: %w", id, err)
			}
		}
		if err := s.recordEdits(ctx, tx, p, plan.Restore, []plan.FieldChange{{}}); err != nil {
			return p, err
		}
		return tx.Portfolio.UpdateOneID(id).ClearRemovedAt().SetUpdatedAt(now).AddVersion(1).Save(ctx)
	})
}

func isLocal(c *ent.Collection) bool { return c.CommunityZoneCollectionID == nil }

// writeByHand reads a portfolio with its collection and license and makes the change a person asked for, unless a job
// is writing the collection.
func (s *Service) writeByHand(ctx context.Context, id int64,
	change func(ctx context.Context, tx *store.Tx, p *ent.Portfolio) (*ent.Portfolio, error),
) (p *ent.Portfolio, err error) {
	err = s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		found, err := tx.Portfolio.Query().Where(portfolio.ID(id)).WithCollection().WithLicense().Only(ctx)
		if ent.IsNotFound(err) {
			return problem.New(problem.NotFound, "input.portfolioId", "there is no such portfolio: it may have been deleted with its collection")
		}
		if err != nil {
			return fmt.Errorf("read portfolio %d: %w", id, err)
		}
		p = found
		if err := s.busy.Writing(ctx, tx, p.CollectionID); err != nil {
			return onField("input.portfolioId", err)
		}
		changed, err := change(ctx, tx, p)
		if err == nil {
			p = changed
		}
		return err
	})
	return p, err
}

// checkNothingHolds refuses a portfolio that something holds in the holdings, and names every reason.
func checkNothingHolds(ctx context.Context, tx *store.Tx, p *ent.Portfolio) error {
	const path = "input.portfolioId"
	var problems problem.List
	lines, err := tx.POLine.Query().Where(poline.PortfolioID(p.ID)).Order(poline.ByID()).All(ctx)
	if err != nil {
		return fmt.Errorf("read the PO lines of portfolio %d: %w", p.ID, err)
	}
	if len(lines) > 0 {
		numbers := make([]string, len(lines))
		for i, l := range lines {
			numbers[i] = l.Number
		}
		problems.Add(problem.InUse, path, "%q has the PO %s %s: detach it or attach it to another portfolio first (updatePoLine)",
			p.PublicationTitle, words.Plural(len(lines), "line", "lines"), strings.Join(numbers, ", "))
	}
	if license := p.Edges.License; license != nil {
		problems.Add(problem.InUse, path,
			"%q has the license %s, which would stay in use by a portfolio that nobody sees: take it away first (updatePortfolio with licenseId "+
				"null)",
			p.PublicationTitle, license.Code)
	}
	retained, err := LoadRetentions(ctx, tx.SQL.QueryContext, []int64{p.ID})
	if err != nil {
		return err
	}
	if r := retained[p.ID]; r.Holds() {
		problems.Add(problem.InUse, path, "%q is retained, since %s: take that back first, or set accessRights to CURRENT (updatePortfolio)",
			p.PublicationTitle, r)
	}
	entitlements, err := tx.Entitlement.Query().Where(entitlement.PortfolioID(p.ID), entitlement.Active(true)).WithProfile().
		Order(entitlement.ByID()).All(ctx)
	if err != nil {
		return fmt.Errorf("read the entitlements to portfolio %d: %w", p.ID, err)
	}
	for _, e := range entitlements {
		switch {
		case e.Edges.Profile != nil:
			problems.Add(problem.InUse, path,
				"the list of the profile %q has %q: it leaves when the provider no longer lists it. To keep patrons from it, set available to false "+
					"(updatePortfolio)",
				ProfileName(e.Edges.Profile), p.PublicationTitle)
		case !isLocal(p.Edges.Collection):
			problems.Add(problem.InUse, path,
				"%q was activated with all titles of the Community Zone: to keep patrons from it, set available to false (updatePortfolio), or undo "+
					"that activation", p.PublicationTitle)
		}
	}
	return problems.Err()
}
