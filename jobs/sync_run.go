package jobs

import (
	"context"
	"fmt"

	"autoholdings/ent"
	"autoholdings/ent/collection"
	"autoholdings/ent/communityzonecollection"
	"autoholdings/holdings"
	"autoholdings/holdings/plan"
	"autoholdings/holdings/profiles"
	"autoholdings/internal/store"
	"autoholdings/provider"
)

// perform fetches the lists side by side, and plans and applies the parts in turn.
func (a syncArgs) perform(ctx context.Context, r *run) error {
	parts, err := r.parts(ctx, "prepare", func(ctx context.Context, tx *store.Tx) error { return r.makeSyncParts(ctx, tx, a) })
	if err != nil {
		return err
	}
	if r.job.Mode == Preview {
		r.foresight = newForesight(parts)
	}
	return r.eachFetched(ctx, parts, func(ctx context.Context, part *ent.JobPart) (*partRun, error) { return r.syncPart(ctx, part, a) })
}

// makeSyncParts creates the parts of each profile.
func (r *run) makeSyncParts(ctx context.Context, tx *store.Tx, args syncArgs) (err error) {
	var given *ent.ProviderFile
	if args.FileID != 0 {
		if given, err = tx.ProviderFile.Get(ctx, args.FileID); err != nil {
			return fmt.Errorf("read the file to sync: %w", err)
		}
	}
	for _, id := range args.ProfileIDs {
		if err := r.makeParts(ctx, tx, id, given); err != nil {
			return err
		}
	}
	return nil
}

// makeParts adds a profile's parts: one for each content type or, if a file is given, for its content type. Whether the
// profile is active is checked at each part's turn: a profile that was deactivated does not stop the others.
func (r *run) makeParts(ctx context.Context, tx *store.Tx, profileID int64, given *ent.ProviderFile) error {
	p, err := profileOf(ctx, tx, profileID)
	if err != nil {
		return err
	}
	if p == nil {
		return &failure{codeProfileGone, "the profile was deleted before the job began", "Run a profile that exists."}
	}
	from, err := r.s.providers.of(p)
	if err != nil {
		return err
	}
	for _, c := range from.Provider().Collections {
		if given != nil && given.Content != contentName(c.Content) {
			continue
		}
		if err := r.makeSyncPart(ctx, tx, p, c, given); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) makeSyncPart(ctx context.Context, tx *store.Tx, p *ent.Profile, c provider.Collection, given *ent.ProviderFile) error {
	part := r.newPart(tx).SetContent(contentName(c.Content)).SetCollectionName(c.Name)
	if err := setProfile(part, p); err != nil {
		return err
	}
	target, err := tx.Collection.Query().
		Where(collection.HasCommunityZoneCollectionWith(communityzonecollection.CzID(c.CommunityZoneID))).Only(ctx)
	switch {
	case err == nil && target.Active:
		part.SetCollectionID(target.ID).SetCollectionName(target.Name)
		if given != nil {
			part.SetProviderFileID(given.ID).SetState(PartFetched)
		}
	case err == nil || ent.IsNotFound(err):
		part.SetState(PartSkipped).SetCode(codeCollectionInactive.String()).
			SetMessage("the collection is not activated, so its titles were not synced").
			SetHint(fmt.Sprintf("Activate %s (Community Zone id %s), then run the profile again.", c.Name, c.CommunityZoneID))
	default:
		return fmt.Errorf("look up collection %q: %w", c.Name, err)
	}
	return r.makePart(ctx, part)
}

func profileInactive(p *ent.Profile) *failure {
	return &failure{
		codeProfileInactive, fmt.Sprintf("profile %q was deactivated before its turn came", holdings.ProfileName(p)),
		"Activate the profile, then run it again.",
	}
}

// syncPart readies a part with the profile as it is now.
func (r *run) syncPart(ctx context.Context, part *ent.JobPart, args syncArgs) (*partRun, error) {
	pr := &partRun{run: r, part: part, force: args.Force, byDecision: args.ByDecision, log: holdings.NewFindingLog(), advice: syncAdvice}
	if part.ProfileID == nil || part.CollectionID == nil {
		return pr, &failure{codeProfileGone, "the profile or the collection was deleted meanwhile", ""}
	}
	p, err := r.s.store.Read.Profile.Get(ctx, *part.ProfileID)
	if err != nil {
		return nil, fmt.Errorf("read profile %d: %w", *part.ProfileID, err)
	}
	if r.job.Mode == Apply && !p.Active && part.State != PartApplying { // what is half written must be finished
		return pr, profileInactive(p)
	}
	pr.profile, pr.limits, pr.mayWrite = p, guardsOf(p), pr.mayBegin
	pr.from, err = r.s.providers.of(p)
	return pr, err
}

// guardsOf returns the guards by which a profile's plans are judged.
func guardsOf(p *ent.Profile) plan.Guards { return profiles.GuardsOf(p).OfProfile() }

var syncAdvice = advice{
	allFree:      "Ask {provider} for the file of what the library licenses.",
	noUsableRows: "Read the findings, then tell {provider}.",
	lost:         "Run the profile again: the file is then fetched anew.",
}
