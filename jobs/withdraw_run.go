package jobs

import (
	"context"
	"fmt"
	"strings"

	"autoholdings/ent"
	"autoholdings/holdings"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
)

// perform ends the profile's entitlements, one collection after the other.
func (a withdrawArgs) perform(ctx context.Context, r *run) error {
	return r.inParts(ctx, func(ctx context.Context, tx *store.Tx) error { return r.makeWithdrawalParts(ctx, tx, a) },
		func(ctx context.Context, row *ent.JobPart, last bool) error {
			return r.withdrawPart(ctx, row, last, a.Content)
		})
}

func (r *run) makeWithdrawalParts(ctx context.Context, tx *store.Tx, args withdrawArgs) error {
	p, err := r.withdrawnProfile(ctx, tx, args.ProfileIDs[0], args.Content)
	if err != nil {
		return err
	}
	for _, id := range args.CollectionIDs {
		if err := r.makeWithdrawalPart(ctx, tx, p, id); err != nil {
			return err
		}
	}
	return nil
}

// withdrawnProfile returns the profile with its groups. If it was activated since the job was queued, the job stops,
// because the profile's next sync and this job would undo each other. It may be active while the provider has no list
// of the content type.
func (r *run) withdrawnProfile(ctx context.Context, tx *store.Tx, id int64, content string) (*ent.Profile, error) {
	p, err := profileOf(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if p == nil {
		return nil, &failure{codeProfileGone, "the profile was deleted meanwhile", ""}
	}
	gone, err := r.s.listGone(ctx, tx, p, content)
	switch {
	case err != nil:
		return nil, err
	case p.Active && !gone && content != "":
		return nil, &failure{
			codeProfileActive,
			fmt.Sprintf("the profile %q is active, and the provider's last three answers for %s no longer are that it has no list",
				holdings.ProfileName(p), strings.ToLower(content)),
			"Look at the profile's last jobs. If its entitlements are to be withdrawn all the same, deactivate it first.",
		}
	case p.Active && !gone:
		return nil, &failure{
			codeProfileActive, fmt.Sprintf("the profile %q was activated meanwhile, so its entitlements are not withdrawn", holdings.ProfileName(p)),
			"Deactivate it, then withdraw its entitlements anew; or run it, which brings back what it is entitled to.",
		}
	}
	return p, nil
}

func (r *run) makeWithdrawalPart(ctx context.Context, tx *store.Tx, p *ent.Profile, collectionID int64) error {
	c, err := tx.Collection.Get(ctx, collectionID)
	if ent.IsNotFound(err) {
		return nil // and its entitlements with it
	}
	if err != nil {
		return fmt.Errorf("read collection %d: %w", collectionID, err)
	}
	part := r.newPart(tx).SetCollectionID(c.ID).SetCollectionName(c.Name).SetContent(c.Content)
	if err := setProfile(part, p); err != nil {
		return err
	}
	return r.makePart(ctx, part)
}

func (r *run) withdrawPart(ctx context.Context, row *ent.JobPart, last bool, content string) error {
	pr := &partRun{run: r, part: row, last: last, log: holdings.NewFindingLog()}
	if row.ProfileID == nil || row.CollectionID == nil {
		return pr.closePart(ctx, PartFailed, &failure{codeProfileGone, "the profile or the collection was deleted meanwhile", ""})
	}
	pr.mayWrite = func(ctx context.Context, tx *store.Tx) error {
		_, err := r.withdrawnProfile(ctx, tx, *row.ProfileID, content)
		return err
	}
	if err := pr.progress(ctx, "plan"); err != nil {
		return err
	}
	part, err := pr.holdingsPart(ctx)
	if err != nil {
		return err
	}
	plan, err := r.s.holdings.PlanWithdrawal(ctx, part)
	if err != nil {
		return err
	}
	return pr.carryOut(ctx, plan, part)
}

var _ concluder = withdrawArgs{}

// conclude deletes the profile if the withdrawal was asked to. If some of its entitlements are still active, the
// profile stays and the job says why.
func (a withdrawArgs) conclude(ctx context.Context, tx *store.Tx, r *run, e *ending) error {
	if !a.DeleteProfile || r.job.Mode != Apply || e.state != Succeeded {
		return nil
	}
	id := a.ProfileIDs[0]
	name, err := r.s.profiles.DeleteProfileIn(ctx, tx, id, r.job.ID)
	problems, known := problem.In(err)
	switch {
	case err == nil:
		e.besides = fmt.Sprintf("the profile %q was deleted", name)
	case known:
		var why []string
		for _, p := range problems {
			why = append(why, p.Message)
		}
		e.verdict, e.problem = VerdictPartial, &failure{
			codeProfileKept, "the profile was not deleted: " + strings.Join(why, "; "), "Mend that, then delete the profile again.",
		}
		e.besides = e.problem.Message
	default:
		return err
	}
	return nil
}
