package holdings

import (
	"context"
	"fmt"
	"slices"

	"autoholdings/ent"
	"autoholdings/ent/entitlement"
	"autoholdings/ent/portfolio"
	"autoholdings/holdings/plan"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
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
		before, err := placeOf(ctx, tx, p)
		if err != nil {
			return p, err
		}
		now := tx.Now
		err = tx.Entitlement.Update().Where(entitlement.PortfolioID(id), entitlement.Or(entitlement.Active(true), entitlement.WaitingNEQ(""))).
			SetActive(false).SetWaiting("").SetWaitingSince("").SetEndedAt(now).SetUpdatedAt(now).Exec(ctx)
		if err != nil {
			return p, fmt.Errorf("end what entitles to portfolio %d: %w", id, err)
		}
		gone := []plan.FieldChange{{Values: plan.ValuesOfPlace(before, before.Ended(now))}}
		if err := s.recordEdits(ctx, tx, p, plan.Remove, gone); err != nil {
			return p, err
		}
		return tx.Portfolio.UpdateOneID(id).SetRemovedAt(now).SetReview("").SetUpdatedAt(now).AddVersion(1).Save(ctx)
	})
}

// RestorePortfolio brings a portfolio back into the holdings, whoever took it out. In a local collection it is the
// library's own again. In any other, it has no entitlement in force until the provider lists it. One that is in the
// holdings stays as it is. It is refused while a job writes the collection, and where the collection got another portfolio of
// the title since.
func (s *Service) RestorePortfolio(ctx context.Context, id int64) (*ent.Portfolio, error) {
	return s.writeByHand(ctx, id, func(ctx context.Context, tx *store.Tx, p *ent.Portfolio) (*ent.Portfolio, error) {
		if p.RemovedAt == nil {
			return p, nil
		}
		there, err := LoadTitlesThere(ctx, tx.Client, p.CollectionID, []*ent.Portfolio{p})
		if err != nil {
			return p, err
		}
		if there.Has(p, *p.RemovedAt) {
			return p, problem.New(problem.Conflict, "input.portfolioId", "%q stays out of the holdings: its collection got another portfolio of "+
				"this title since. Use that one, or take it out first (removePortfolio)", p.PublicationTitle)
		}
		before, err := placeOf(ctx, tx, p)
		if err != nil {
			return p, err
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
		after := plan.Place{Collection: before.Collection, Name: before.Name, Entitlements: slices.Clone(before.Entitlements)}
		if isLocal(p.Edges.Collection) {
			for i, e := range after.Entitlements {
				after.Entitlements[i] = plan.PlaceEntitlement{ID: e.ID, Active: true}
			}
		}
		if err := s.recordEdits(ctx, tx, p, plan.Restore, []plan.FieldChange{{Values: plan.ValuesOfPlace(before, after)}}); err != nil {
			return p, err
		}
		return tx.Portfolio.UpdateOneID(id).ClearRemovedAt().SetUpdatedAt(now).AddVersion(1).Save(ctx)
	})
}

// placeOf says where a portfolio is that was read with its collection.
func placeOf(ctx context.Context, tx *store.Tx, p *ent.Portfolio) (plan.Place, error) {
	places, err := PlacesOf(ctx, tx.SQL.QueryContext, []*ent.Portfolio{p}, map[int64]string{p.CollectionID: p.Edges.Collection.Name},
		isLocal(p.Edges.Collection))
	return places[p.ID], err
}

func isLocal(c *ent.Collection) bool { return c.CommunityZoneCollectionID == nil }

// writeByHand reads a portfolio with its collection and makes the change a person asked for, unless a job
// is writing the collection.
func (s *Service) writeByHand(ctx context.Context, id int64,
	change func(ctx context.Context, tx *store.Tx, p *ent.Portfolio) (*ent.Portfolio, error),
) (p *ent.Portfolio, err error) {
	err = s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		found, err := tx.Portfolio.Query().Where(portfolio.ID(id)).WithCollection().Only(ctx)
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
	held, err := HoldsOf(ctx, tx.SQL.QueryContext, []int64{p.ID}, isLocal(p.Edges.Collection))
	if err != nil {
		return err
	}
	var problems problem.List
	for _, why := range held[p.ID].Reasons() {
		problems.Add(problem.InUse, "input.portfolioId", "%q stays in the holdings: %s", p.PublicationTitle, why)
	}
	return problems.Err()
}
