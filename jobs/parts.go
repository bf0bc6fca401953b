package jobs

import (
	"context"
	"encoding/json"
	"fmt"

	"autoholdings/ent"
	"autoholdings/ent/inventorygroup"
	"autoholdings/ent/jobpart"
	"autoholdings/ent/profile"
	"autoholdings/holdings"
	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
)

// States of a part: one content type of one profile.
const (
	PartPending    = "PENDING"    // nothing done yet
	PartFetched    = "FETCHED"    // the file is kept; a resumed run uses it
	PartApplying   = "APPLYING"   // the plan passed its guard and is being written
	PartApplied    = "APPLIED"    // written in full
	PartNoChange   = "NO_CHANGE"  // the plan was empty
	PartPreviewed  = "PREVIEWED"  // the plan is shown, nothing written
	PartNoFile     = "NO_FILE"    // the provider has no file
	PartSkipped    = "SKIPPED"    // its collection is not active
	PartHeld       = "HELD"       // the guard holds it until a person decides
	PartApproved   = "APPROVED"   // a person decided for it
	PartRejected   = "REJECTED"   // a person decided against it
	PartSuperseded = "SUPERSEDED" // a later job planned a newer list here
	PartBlocked    = "BLOCKED"    // the list is older, waits, was rejected or undone, is another customer's, or has only free titles
	PartFailed     = "FAILED"
	PartStopped    = "STOPPED" // cancelled or failed after part of it was written
	PartUndone     = "UNDONE"  // applied, and reversed by a later job
)

// inParts does the job's parts in turn; the first run creates them. A part that has ended stays as it is, so a resumed
// run does the rest.
func (r *run) inParts(
	ctx context.Context, prepare func(context.Context, *store.Tx) error, do func(ctx context.Context, part *ent.JobPart, last bool) error,
) error {
	parts, err := r.parts(ctx, "prepare", prepare)
	if err != nil {
		return err
	}
	return r.eachOpen(ctx, parts, do)
}

// eachOpen does the job's unfinished parts in turn, and ends the job.
func (r *run) eachOpen(ctx context.Context, parts []*ent.JobPart, do func(ctx context.Context, part *ent.JobPart, last bool) error) error {
	for i, part := range parts {
		if !isOpen(part.State) {
			continue
		}
		if err := do(ctx, part, i == len(parts)-1); err != nil {
			return err
		}
	}
	return r.finish(ctx)
}

func isOpen(state string) bool {
	return state == PartPending || state == PartFetched || state == PartApplying || state == PartApproved
}

// stillOpen selects the parts that a run of their job has yet to end.
var stillOpen = jobpart.StateIn(PartPending, PartFetched, PartApplying, PartApproved)

// parts returns the job's parts in order. The first run creates them, in one transaction with prepare.
func (r *run) parts(ctx context.Context, phase string, prepare func(context.Context, *store.Tx) error) (parts []*ent.JobPart, err error) {
	err = r.s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := r.fence(ctx, tx, phase, 0, 0); err != nil {
			return err
		}
		if parts, err = partsOf(ctx, tx.Client, r.job.ID); err != nil || len(parts) > 0 {
			return err
		}
		if err := prepare(ctx, tx); err != nil {
			return err
		}
		parts, err = partsOf(ctx, tx.Client, r.job.ID)
		return err
	})
	return parts, err
}

func partsOf(ctx context.Context, client *ent.Client, jobID int64) ([]*ent.JobPart, error) {
	parts, err := client.JobPart.Query().Where(jobpart.JobID(jobID)).Order(jobpart.ByID()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the parts of job %d: %w", jobID, err)
	}
	return parts, nil
}

// newPart starts a new row for a part of the job.
func (r *run) newPart(tx *store.Tx) *ent.JobPartCreate {
	now := tx.Now
	return tx.JobPart.Create().SetID(r.s.store.NextID()).SetCreatedAt(now).SetUpdatedAt(now).SetJobID(r.job.ID).SetState(PartPending)
}

func (r *run) makePart(ctx context.Context, part *ent.JobPartCreate) error {
	if err := part.Exec(ctx); err != nil {
		return fmt.Errorf("make the parts of job %d: %w", r.job.ID, err)
	}
	return nil
}

// makePartOf creates the only part of a job that writes a collection for no profile.
func (r *run) makePartOf(ctx context.Context, tx *store.Tx, collectionID int64, set func(*ent.JobPartCreate)) error {
	c, err := tx.Collection.Get(ctx, collectionID)
	if ent.IsNotFound(err) {
		return errCollectionGone
	}
	if err != nil {
		return fmt.Errorf("read collection %d: %w", collectionID, err)
	}
	part := r.newPart(tx).SetCollectionID(c.ID).SetCollectionName(c.Name).SetContent(c.Content)
	set(part)
	return r.makePart(ctx, part)
}

// profileOf returns a profile with its groups, by name; nil if it was deleted.
func profileOf(ctx context.Context, tx *store.Tx, id int64) (*ent.Profile, error) {
	p, err := tx.Profile.Query().Where(profile.ID(id)).WithGroups(func(q *ent.InventoryGroupQuery) { q.Order(inventorygroup.ByName()) }).
		Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read profile %d: %w", id, err)
	}
	return p, nil
}

// setProfile records the part's profile, with its current names: the report must stay true after the profile is renamed
// or deleted.
func setProfile(part *ent.JobPartCreate, p *ent.Profile) error {
	groups := []string{}
	for _, g := range p.Edges.Groups {
		groups = append(groups, g.Name)
	}
	names, err := json.Marshal(groups)
	if err != nil {
		return err
	}
	part.SetProfileID(p.ID).SetProfileName(holdings.ProfileName(p)).SetGroups(names)
	return nil
}

func setPart(ctx context.Context, tx *store.Tx, partID int64, state string) error {
	if err := tx.JobPart.UpdateOneID(partID).SetUpdatedAt(tx.Now).SetState(state).SetCode("").SetMessage("").SetHint("").
		Exec(ctx); err != nil {
		return fmt.Errorf("record the part's state: %w", err)
	}
	return nil
}

// setKinds records which kinds of changes a part applies: all but the declined ones.
func setKinds(ctx context.Context, tx *store.Tx, partID int64, declined plan.Kinds) error {
	if err := tx.JobPart.UpdateOneID(partID).SetKinds(kindsText(declined)).Exec(ctx); err != nil {
		return fmt.Errorf("record the kinds of changes of a part: %w", err)
	}
	return nil
}

func decodeCounts(text json.RawMessage) (counts plan.Counts, err error) {
	if len(text) == 0 {
		return counts, nil
	}
	if err := json.Unmarshal(text, &counts); err != nil {
		return counts, fmt.Errorf("read recorded counts: %w", err)
	}
	return counts, nil
}
