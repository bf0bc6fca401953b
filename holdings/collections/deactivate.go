package collections

import (
	"context"
	"fmt"
	"strings"

	"autoholdings/ent"
	"autoholdings/ent/collection"
	"autoholdings/ent/collectionset"
	"autoholdings/ent/profile"
	"autoholdings/holdings"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
	"autoholdings/internal/words"
)

// Deactivation is a request to deactivate a collection's service.
type Deactivation struct {
	CollectionID int64
	Version      *int // as it was read; nil: any version
	Preview      bool // only say the consequences
}

// Consequences are what deactivating a collection's service means.
type Consequences struct {
	Portfolios, Accessible, POLines int
	Profiles                        []*ent.Profile       // active ones, whose syncs leave the collection alone
	Sets                            []*ent.CollectionSet // that it stays in
	Text                            []string             // in plain words, one a line
}

// DeactivateCollection deactivates a collection's service, which changes no portfolio. If it is already inactive,
// nothing happens and the consequences say so. It is refused while a job writes the collection. Along with a refusal it
// returns the collection as it is, with the consequences, if there is one.
func (s *Service) DeactivateCollection(
	ctx context.Context, in Deactivation,
) (c *ent.Collection, consequences *Consequences, err error) {
	c, err = s.store.Read.Collection.Get(ctx, in.CollectionID)
	if ent.IsNotFound(err) {
		return nil, nil, noSuchCollection()
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read collection %d: %w", in.CollectionID, err)
	}
	if consequences, err = s.consequences(ctx, c); err != nil {
		return nil, nil, err
	}
	if in.Preview {
		return c, consequences, checkCollectionVersion(c, in.Version)
	}
	err = s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		now, err := tx.Collection.Get(ctx, in.CollectionID)
		if ent.IsNotFound(err) {
			c, consequences = nil, nil
			return noSuchCollection()
		}
		if err != nil {
			return fmt.Errorf("read collection %d: %w", in.CollectionID, err)
		}
		c = now
		if err := checkCollectionVersion(c, in.Version); err != nil || !c.Active {
			return err
		}
		if err := s.busy.Writing(ctx, tx, c.ID); err != nil {
			return err
		}
		c, err = tx.Collection.UpdateOne(c).SetUpdatedAt(tx.Now).AddVersion(1).SetActive(false).Save(ctx)
		return err
	})
	return c, consequences, err
}

func noSuchCollection() error {
	return problem.New(problem.NotFound, "input.collectionId", "there is no such collection: it may have been deleted")
}

func checkCollectionVersion(c *ent.Collection, read *int) error {
	return problem.CheckVersion(fmt.Sprintf("the collection %q", c.Name), read, c.Version)
}

// consequences reads what deactivating the collection means, in one statement for each kind.
func (s *Service) consequences(ctx context.Context, c *ent.Collection) (*Consequences, error) {
	found := &Consequences{}
	if err := s.countHolding(ctx, c.ID, found); err != nil {
		return nil, err
	}
	var err error
	if c.CommunityZoneCollectionID != nil { // no sync touches a local one
		found.Profiles, err = s.store.Read.Profile.Query().Where(profile.Active(true)).Order(profile.ByID()).All(ctx)
		if err != nil {
			return nil, fmt.Errorf("read the active profiles: %w", err)
		}
	}
	found.Sets, err = s.store.Read.CollectionSet.Query().Where(collectionset.HasCollectionsWith(collection.ID(c.ID))).
		Order(collectionset.ByName(), collectionset.ByID()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the sets of collection %d: %w", c.ID, err)
	}
	found.Text = found.words(c)
	return found, nil
}

// countHolding counts the collection's portfolios, those of them that are accessible, and the PO lines.
func (s *Service) countHolding(ctx context.Context, id int64, found *Consequences) error {
	rows, err := s.store.Query(ctx, `SELECT COUNT(*), COUNT(*) FILTER (WHERE `+holdings.ServedSQL+` AND `+holdings.AccessibleSQL+`),
			(SELECT COUNT(*) FROM po_lines l JOIN portfolios o ON o.id = l.portfolio_id WHERE o.collection_id = ?)
				+ (SELECT COUNT(*) FROM po_lines WHERE collection_id = ?)
		FROM portfolios p JOIN collections k ON k.id = p.collection_id WHERE p.collection_id = ? AND p.removed_at IS NULL`, id, id, id)
	if err != nil {
		return fmt.Errorf("count the portfolios of collection %d: %w", id, err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(&found.Portfolios, &found.Accessible, &found.POLines); err != nil {
			return fmt.Errorf("count the portfolios of collection %d: %w", id, err)
		}
	}
	return rows.Err()
}

func (f *Consequences) words(c *ent.Collection) []string {
	if !c.Active {
		return []string{"The collection is inactive already: there is nothing to deactivate."}
	}
	lines := []string{"No portfolio is accessible in it now, so nothing changes for patrons."}
	if f.Accessible > 0 {
		lines[0] = words.Count(f.Accessible, "portfolio is", "portfolios are") + " no longer accessible."
	}
	lines = append(lines, fmt.Sprintf("%s as recorded, and accessible again as before when the collection is activated again.",
		words.Count(f.Portfolios, "portfolio stays", "portfolios stay")))
	if len(f.Profiles) > 0 {
		lines = append(lines, fmt.Sprintf("A sync leaves the collection alone and says so: %s, %s.",
			words.Count(len(f.Profiles), "active profile", "active profiles"), holdings.QuotedNames(f.Profiles)))
	}
	if f.POLines > 0 {
		lines = append(lines, words.Count(f.POLines, "PO line stays as it is.", "PO lines stay as they are."))
	}
	if len(f.Sets) > 0 {
		names := make([]string, len(f.Sets))
		for i, set := range f.Sets {
			names[i] = set.Name
		}
		lines = append(lines, fmt.Sprintf("It stays in %s.", words.Plural(len(names), "the set ", "the sets ")+strings.Join(names, ", ")))
	}
	return lines
}
