package collections

import (
	"context"
	"fmt"

	"autoholdings/ent"
	"autoholdings/ent/collection"
	"autoholdings/ent/poline"
	"autoholdings/ent/portfolio"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
	"autoholdings/internal/words"
)

// DeleteCollection deletes a local collection. The collection must be in no set, and its portfolios must have neither
// PO lines nor licenses. Unless withPortfolios is set, it must have no portfolios at all, not even hidden ones. What
// jobs did with them stays in their reports. It is refused while a job of the collection is unfinished.
func (s *Service) DeleteCollection(ctx context.Context, id int64, withPortfolios bool) error {
	return s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		c, err := tx.Collection.Query().Where(collection.ID(id)).WithSets().Only(ctx)
		if ent.IsNotFound(err) {
			return problem.New(problem.NotFound, "input.collectionId", "there is no such collection: it may have been deleted")
		}
		if err != nil {
			return fmt.Errorf("read collection %d: %w", id, err)
		}
		if c.CommunityZoneCollectionID != nil {
			return problem.New(problem.BadInput, "input.collectionId",
				"the collection %q was activated from the Community Zone: deactivate it (deactivateCollection); only local collections are deleted",
				c.Name)
		}
		if err := s.busy.Collection(ctx, tx, id); err != nil {
			return err
		}
		if err := checkDeletable(ctx, tx, c, withPortfolios); err != nil {
			return err
		}
		if _, err := tx.Portfolio.Delete().Where(portfolio.CollectionID(id)).Exec(ctx); err != nil {
			return fmt.Errorf("delete the portfolios of collection %d: %w", id, err)
		}
		return tx.Collection.DeleteOne(c).Exec(ctx)
	})
}

// checkDeletable refuses a collection that something refers to, and names everything that does.
func checkDeletable(ctx context.Context, tx *store.Tx, c *ent.Collection, withPortfolios bool) error {
	const path = "input.collectionId"
	var problems problem.List
	if sets := c.Edges.Sets; len(sets) > 0 {
		problems.Add(problem.InUse, path, "the collection %q is in %s: %s. Take it out first (updateCollectionSet)",
			c.Name, words.Count(len(sets), "set", "sets"), words.Quoted(sets, func(set *ent.CollectionSet) string { return set.Name }))
	}
	orders, err := tx.POLine.Query().Where(poline.Or(poline.CollectionID(c.ID),
		poline.HasPortfolioWith(portfolio.CollectionID(c.ID)))).Count(ctx)
	if err != nil {
		return fmt.Errorf("count the PO lines of collection %d: %w", c.ID, err)
	}
	if orders > 0 {
		problems.Add(problem.InUse, path,
			"%q and its portfolios have %s: move them to another collection or detach them first (list poLines with collectionId)",
			c.Name, words.Count(orders, "PO line", "PO lines"))
	}
	licensed, err := tx.Portfolio.Query().Where(portfolio.CollectionID(c.ID),
		portfolio.Or(portfolio.LicenseIDNotNil(), portfolio.HasAdditional())).Count(ctx)
	if err != nil {
		return fmt.Errorf("count the licensed portfolios of collection %d: %w", c.ID, err)
	}
	if licensed > 0 {
		problems.Add(problem.InUse, path,
			"in %q there is a license on %s, those out of the holdings included: move the licenses to another collection or take them away first",
			c.Name, words.Count(licensed, "portfolio", "portfolios"))
	}
	if !withPortfolios {
		n, err := tx.Portfolio.Query().Where(portfolio.CollectionID(c.ID)).Count(ctx)
		if err != nil {
			return fmt.Errorf("count the portfolios of collection %d: %w", c.ID, err)
		}
		if n > 0 {
			problems.Add(problem.InUse, path, "the collection %q has %s, those out of the holdings included: say withPortfolios to delete them too",
				c.Name, words.Count(n, "portfolio", "portfolios"))
		}
	}
	return problems.Err()
}
