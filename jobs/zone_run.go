package jobs

import (
	"context"
	"fmt"

	"autoholdings/ent"
	"autoholdings/ent/collection"
	"autoholdings/ent/communityzonecollection"
	"autoholdings/holdings"
	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
	"autoholdings/provider"
)

// perform fetches the title lists of the collections side by side, and plans and applies them in turn.
func (a zoneArgs) perform(ctx context.Context, r *run) error {
	parts, err := r.parts(ctx, "prepare", func(ctx context.Context, tx *store.Tx) error { return r.makeZoneParts(ctx, tx, a) })
	if err != nil {
		return err
	}
	return r.eachFetched(ctx, parts, func(ctx context.Context, part *ent.JobPart) (*partRun, error) { return r.zonePart(ctx, part, a) })
}

// zoneIDs returns the collections that an update covers.
func (a zoneArgs) zoneIDs(all providers) []string {
	if a.CommunityZoneID != "" {
		return []string{a.CommunityZoneID}
	}
	return all.zoneIDs()
}

// zoneOf returns the collection that a part belongs to. The part has the content type and name from when the job began.
func (a zoneArgs) zoneOf(part *ent.JobPart, all providers) (found string) {
	if a.CommunityZoneID != "" {
		return a.CommunityZoneID
	}
	for _, f := range all {
		c, has := f.Provider().Collection(contentOf(part))
		if has && (found == "" || c.Name == part.CollectionName) {
			found = c.CommunityZoneID
		}
	}
	return found
}

// makeZoneParts adds a part for each Community Zone collection to update.
func (r *run) makeZoneParts(ctx context.Context, tx *store.Tx, args zoneArgs) error {
	for _, id := range args.zoneIDs(r.s.providers) {
		if err := r.makeZonePart(ctx, tx, id, args.FileID); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) makeZonePart(ctx context.Context, tx *store.Tx, zoneID string, fileID int64) error {
	zone, err := tx.CommunityZoneCollection.Query().Where(communityzonecollection.CzID(zoneID)).Only(ctx)
	if err != nil {
		return fmt.Errorf("look up collection %s of the Community Zone: %w", zoneID, err)
	}
	part := r.newPart(tx).SetContent(zone.Content).SetCollectionName(zone.Name)
	if fileID != 0 {
		part.SetProviderFileID(fileID).SetState(PartFetched)
	}
	activated, err := activatedFrom(ctx, tx, zone.ID)
	if err != nil {
		return err
	}
	if activated != nil {
		part.SetCollectionID(activated.ID)
	}
	return r.makePart(ctx, part)
}

// activatedFrom returns the library's collection that was activated from a Community Zone one, or nil.
func activatedFrom(ctx context.Context, tx *store.Tx, zoneID int64) (*ent.Collection, error) {
	activated, err := tx.Collection.Query().Where(collection.CommunityZoneCollectionID(zoneID)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look up what is activated from the Community Zone: %w", err)
	}
	return activated, nil
}

// zoneLimits are the guards for an update of the Community Zone, where nobody can set any.
var zoneLimits = plan.Guards{Removals: plan.Marks{Percent: 10, Titles: 20}}

var zoneAdvice = advice{
	allFree:      "Check that the list is the provider's global title list, with the titles that are paid for.",
	noUsableRows: "Read the findings, then tell {provider}.",
	lost:         "Import the list again.",
}

func (r *run) zonePart(ctx context.Context, part *ent.JobPart, args zoneArgs) (*partRun, error) {
	zone, err := r.s.store.Read.CommunityZoneCollection.Query().Where(communityzonecollection.CzID(args.zoneOf(part, r.s.providers))).Only(ctx)
	if err != nil {
		return nil, fmt.Errorf("look up %s in the Community Zone: %w", part.CollectionName, err)
	}
	pr := &partRun{
		run: r, part: part, from: r.s.providers.ofCollection(zone.CzID), force: args.Force,
		log: holdings.NewFindingLog(), limits: zoneLimits, advice: zoneAdvice,
		elsewhere: &elsewhere{SourceGlobal, provider.Request{Global: true}, func(part *holdings.Part) {
			part.ZoneID, part.CollectionID = zone.ID, 0 // the collection activated from it is not written
		}},
	}
	pr.whenApplied = func(ctx context.Context, tx *store.Tx, counts plan.Counts) error {
		return pr.activateNew(ctx, tx, zone.ID, counts)
	}
	return pr, nil
}

// activateNew queues a job that creates portfolios for the titles that the part has added to the Community Zone, if the
// library's collection is set to get new ones automatically.
func (pr *partRun) activateNew(ctx context.Context, tx *store.Tx, zoneID int64, counts plan.Counts) error {
	if counts.Added == 0 {
		return nil
	}
	activated, err := activatedFrom(ctx, tx, zoneID)
	if err != nil || activated == nil || !activated.Active || !activated.AutoActivateNewPortfolios {
		return err
	}
	queued, err := pr.run.s.QueueActivationOfNew(ctx, tx, activated.ID, pr.run.job.ID)
	if err != nil || queued == nil {
		return err
	}
	err = tx.JobPart.UpdateOneID(pr.part.ID).SetMessage(jobName(queued.ID) + " makes portfolios of what is new, as the collection is set to").
		Exec(ctx)
	if err != nil {
		return fmt.Errorf("record the job that activates what is new: %w", err)
	}
	return nil
}
