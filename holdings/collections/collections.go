package collections

import (
	"context"
	"fmt"
	"strings"

	"autoholdings/ent"
	"autoholdings/ent/collection"
	"autoholdings/holdings"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
	"autoholdings/kbart"
)

// How a collection is activated.
const (
	ActivateManually = "MANUAL" // the collection, and portfolios by hand or by a sync
	ActivateAll      = "ALL"    // the collection and all its portfolios
)

// Warnings about choices that are usually a mistake.
const (
	warnAutoActivate = "New portfolios of the Community Zone will become active by themselves, also titles that the library is not entitled " +
		"to. " +
		"Best leave this off: a sync activates exactly the titles that the provider lists for you."
	warnAllTitles = "With this activation type all titles of the collection become active, not only those that the library is entitled to. " +
		"MANUAL is right where a sync activates the portfolios."
	warnNoTitles = "The Community Zone has no titles of this collection yet, so no portfolio was activated now; a sync activates those " +
		"that the provider lists for you."
	warnInactiveAll = "The collection's service is not active: its portfolios are made, but not accessible until it is."
	warnInactive    = "The collection's service is not active: a sync leaves the collection alone, and its titles are not accessible. The " +
		"portfolios are as they were."
)

// NewCollection describes a local collection to create.
type NewCollection struct {
	Name, Content     string // Content BOOKS, JOURNALS or "" for both
	Active, Available bool
	LicenseID         int64 // 0: none
}

// CollectionChange is what to change in a collection; nil leaves a field as it is.
type CollectionChange struct {
	ID                                           int64
	Version                                      *int // as it was read; nil: any version
	Name                                         *string
	Active, Available, AutoActivateNewPortfolios *bool
	LicenseID                                    *int64 // 0: none
	Perpetual                                    holdings.PerpetualChange
}

// CreateCollection creates a local collection.
func (s *Service) CreateCollection(ctx context.Context, in NewCollection) (*ent.Collection, error) {
	in.Name = strings.TrimSpace(in.Name)
	var problems problem.List
	problems.CheckName("input.name", in.Name)
	switch in.Content {
	case "", "BOOKS", "JOURNALS":
	default:
		problems.Add(problem.BadInput, "input.content", "the content %q is unknown: choose BOOKS or JOURNALS, or neither for both", in.Content)
	}
	var made *ent.Collection
	err := s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := holdings.CheckLicense(ctx, tx, &problems, in.LicenseID); err != nil {
			return err
		}
		if err := problems.Err(); err != nil {
			return err
		}
		now := tx.Now
		create := tx.Collection.Create().SetID(s.store.NextID()).SetCreatedAt(now).SetUpdatedAt(now).SetName(in.Name).
			SetNameKey(kbart.FoldTitle(in.Name)).SetContent(in.Content).SetActive(in.Active).SetAvailable(in.Available)
		if in.LicenseID != 0 {
			create.SetLicenseID(in.LicenseID)
		}
		var err error
		made, err = create.Save(ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	return made, nil
}

// LocalCollection finds the local collection with a name. With mayMake it creates one of that content if there is none,
// active and available.
func (s *Service) LocalCollection(ctx context.Context, name, content string, mayMake bool) (c *ent.Collection, made bool, err error) {
	name = strings.TrimSpace(name)
	found, err := s.store.Read.Collection.Query().Where(collection.Name(name)).All(ctx)
	if err != nil {
		return nil, false, fmt.Errorf("look for the collection %q: %w", name, err)
	}
	switch {
	case len(found) > 1:
		return nil, false, problem.New(problem.BadInput, "", "%d collections are called %q: choose one by its id", len(found), name)
	case len(found) == 1 && found[0].CommunityZoneCollectionID != nil:
		return nil, false, problem.New(problem.BadInput, "", "%q is a collection of the Community Zone: choose a local one, or another name",
			name)
	case len(found) == 1 && content != "" && content != found[0].Content:
		return nil, false, problem.New(problem.BadInput, "",
			"the collection %q is there already, and is not of %s: leave the content out, or choose another name", name, strings.ToLower(content))
	case len(found) == 1:
		return found[0], false, nil
	case !mayMake:
		return nil, false, problem.New(problem.NotFound, "", "there is no collection %q yet: a preview makes none", name)
	}
	c, err = s.CreateCollection(ctx, NewCollection{Name: name, Content: content, Active: true, Available: true})
	return c, err == nil, err
}

// UpdateCollection changes a collection. Deactivating one changes no portfolio, and is refused while a job writes it.
// Warnings explain what the choices mean. Along with a refusal it returns the collection as it is, if there is one.
func (s *Service) UpdateCollection(ctx context.Context, in CollectionChange) (c *ent.Collection, warnings []string, err error) {
	var problems problem.List
	if in.Name != nil {
		name := strings.TrimSpace(*in.Name)
		in.Name = &name
		problems.CheckName("input.name", name)
	}
	err = s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		c, err = tx.Collection.Get(ctx, in.ID)
		if ent.IsNotFound(err) {
			return problem.New(problem.NotFound, "input.collectionId", "there is no such collection: it may have been deleted")
		}
		if err != nil {
			return fmt.Errorf("read collection %d: %w", in.ID, err)
		}
		if err := problem.CheckVersion(fmt.Sprintf("the collection %q", c.Name), in.Version, c.Version); err != nil {
			return err
		}
		if in.LicenseID != nil {
			if err := holdings.CheckLicense(ctx, tx, &problems, *in.LicenseID); err != nil {
				return err
			}
		}
		marked := *c
		in.Perpetual.Fill(&problems, &marked.PerpetualAccess, &marked.PerpetualFrom, &marked.PerpetualUntil)
		if err := problems.Err(); err != nil {
			return err
		}
		if in.deactivates(c) {
			if err := s.busy.Writing(ctx, tx, c.ID); err != nil {
				return err
			}
		}
		warnings = in.warnings(c)
		update := tx.Collection.UpdateOne(c)
		in.fill(update)
		if in.Perpetual != (holdings.PerpetualChange{}) {
			update.SetPerpetualAccess(marked.PerpetualAccess).SetPerpetualFrom(marked.PerpetualFrom).SetPerpetualUntil(marked.PerpetualUntil)
		}
		if len(update.Mutation().Fields()) == 0 && len(update.Mutation().ClearedFields()) == 0 {
			return nil
		}
		c, err = update.SetUpdatedAt(tx.Now).AddVersion(1).Save(ctx)
		return err
	})
	if err != nil {
		return c, nil, err
	}
	return c, warnings, nil
}

// warnings are about the switches that the change turns.
func (in *CollectionChange) warnings(before *ent.Collection) (warnings []string) {
	if in.AutoActivateNewPortfolios != nil && *in.AutoActivateNewPortfolios && !before.AutoActivateNewPortfolios {
		warnings = append(warnings, warnAutoActivate)
	}
	if in.deactivates(before) {
		warnings = append(warnings, warnInactive)
	}
	return warnings
}

func (in *CollectionChange) deactivates(before *ent.Collection) bool {
	return in.Active != nil && !*in.Active && before.Active
}

func (in *CollectionChange) fill(update *ent.CollectionUpdateOne) {
	update.SetNillableName(in.Name).SetNillableActive(in.Active).SetNillableAvailable(in.Available).
		SetNillableAutoActivateNewPortfolios(in.AutoActivateNewPortfolios)
	if in.Name != nil {
		update.SetNameKey(kbart.FoldTitle(*in.Name))
	}
	switch {
	case in.LicenseID == nil:
	case *in.LicenseID == 0:
		update.ClearLicenseID()
	default:
		update.SetLicenseID(*in.LicenseID)
	}
}
