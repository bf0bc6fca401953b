package collections

import (
	"context"
	"fmt"

	"autoholdings/ent"
	"autoholdings/ent/collection"
	"autoholdings/ent/communityzonecollection"
	"autoholdings/holdings"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
)

// Activation says how to activate a collection of the Community Zone.
type Activation struct {
	CommunityZoneID                                                  string `json:"communityZoneId"` // the Community Zone's own number
	ActivateService, MakeServiceAvailable, AutoActivateNewPortfolios bool
	ActivationType                                                   string // ActivateManually or ActivateAll
}

// ActivateCollection activates a collection of the Community Zone. It activates a deactivated one again, with the new
// switches. Warnings explain what the choices mean. If the collection is already active, the error is ALREADY_ACTIVE,
// and the collection is returned along with it.
//
// then, if it is not nil, runs in the same transaction after the change, to queue the job that makes portfolios of all
// titles if that is asked for. If it returns an error, the change is undone.
func (s *Service) ActivateCollection(
	ctx context.Context, in Activation, then func(ctx context.Context, tx *store.Tx, c *ent.Collection) error,
) (c *ent.Collection, warnings []string, err error) {
	if in.ActivationType != ActivateManually && in.ActivationType != ActivateAll {
		return nil, nil, problem.New(problem.BadInput, "input.activationType", "the activation type %q is unknown: choose MANUAL or ALL",
			in.ActivationType)
	}
	var activated *ent.Collection
	err = s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		zone, err := tx.CommunityZoneCollection.Query().Where(communityzonecollection.CzID(in.CommunityZoneID)).Only(ctx)
		if ent.IsNotFound(err) {
			return problem.New(problem.NotFound, "input.communityZoneId",
				"the Community Zone has no collection %q: search communityZoneCollections for its number", in.CommunityZoneID)
		}
		if err != nil {
			return fmt.Errorf("look up Community Zone collection %q: %w", in.CommunityZoneID, err)
		}
		before, err := s.collectionToActivate(ctx, tx, zone)
		if err != nil {
			c = before // the active one
			return err
		}
		activated, err = tx.Collection.UpdateOne(before).SetUpdatedAt(tx.Now).AddVersion(1).SetActive(in.ActivateService).
			SetAvailable(in.MakeServiceAvailable).SetAutoActivateNewPortfolios(in.AutoActivateNewPortfolios).
			SetActivationType(in.ActivationType).Save(ctx)
		if err != nil {
			return fmt.Errorf("activate %q: %w", zone.Name, err)
		}
		if warnings, err = in.warnings(ctx, tx, activated); err != nil || then == nil {
			return err
		}
		return then(ctx, tx, activated)
	})
	if err != nil {
		return c, nil, err
	}
	return activated, warnings, nil
}

// warnings explain what the choices mean.
func (in *Activation) warnings(ctx context.Context, tx *store.Tx, c *ent.Collection) (warnings []string, err error) {
	if in.AutoActivateNewPortfolios {
		warnings = append(warnings, warnAutoActivate)
	}
	inactive := warnInactive
	if in.ActivationType == ActivateAll {
		some, err := holdings.ZoneTitles{CollectionID: c.ID}.Any(ctx, tx)
		if err != nil {
			return nil, fmt.Errorf("look for titles of %q: %w", c.Name, err)
		}
		if warnings = append(warnings, warnAllTitles); some {
			inactive = warnInactiveAll
		} else {
			warnings = append(warnings, warnNoTitles)
		}
	}
	if !in.ActivateService {
		warnings = append(warnings, inactive)
	}
	return warnings, nil
}

// collectionToActivate is the library's collection for one of the Community Zone: the existing one, or a new one.
func (s *Service) collectionToActivate(ctx context.Context, tx *store.Tx, zone *ent.CommunityZoneCollection) (*ent.Collection, error) {
	c, err := tx.Collection.Query().Where(collection.CommunityZoneCollectionID(zone.ID)).Only(ctx)
	switch {
	case err == nil && c.Active:
		return c, problem.New(problem.AlreadyActive, "input.communityZoneId",
			"the collection %q is active already: change its switches with updateCollection", c.Name)
	case err == nil:
		return c, nil
	case !ent.IsNotFound(err):
		return nil, fmt.Errorf("look up the collection activated from %q: %w", zone.CzID, err)
	}
	now := tx.Now // version 0: the activation itself raises it to 1
	c, err = tx.Collection.Create().SetID(s.store.NextID()).SetCreatedAt(now).SetUpdatedAt(now).SetVersion(0).
		SetName(zone.Name).SetNameKey(zone.NameKey).SetContent(zone.Content).SetCommunityZoneCollectionID(zone.ID).Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("make the collection %q: %w", zone.Name, err)
	}
	return c, nil
}
