package jobs

import (
	"context"
	"fmt"

	"autoholdings/ent"
	"autoholdings/ent/listdecision"
	"autoholdings/ent/predicate"
	"autoholdings/ent/providerfile"
	"autoholdings/holdings"
	"autoholdings/holdings/plan"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
)

// syncDecisions are the rules for decisions on a provider's lists for a profile.
type syncDecisions struct{}

// checkApproval returns a problem if the profile was deactivated since, the list came for another customer number, or a
// newer list was applied since.
func (syncDecisions) checkApproval(ctx context.Context, tx *store.Tx, chosen []chosenPart, force bool) error {
	var problems problem.List
	for _, c := range chosen {
		if c.part.ProfileID == nil || c.part.ProviderFileID == nil {
			continue // the run reports that it is gone
		}
		p, err := tx.Profile.Get(ctx, *c.part.ProfileID)
		if err != nil {
			return fmt.Errorf("read profile %d: %w", *c.part.ProfileID, err)
		}
		file, err := tx.ProviderFile.Get(ctx, *c.part.ProviderFileID)
		if err != nil {
			return fmt.Errorf("read file %d: %w", *c.part.ProviderFileID, err)
		}
		newer, err := appliedSince(ctx, tx.Client, file, c.part.UpdatedAt)
		if err != nil {
			return err
		}
		switch {
		case !p.Active:
			problems.Add(problem.ProfileInactive, "input.jobId",
				"profile %q is inactive, so nothing of it can be applied: activate it first, or reject the job", holdings.ProfileName(p))
		case customerChanged(file, p):
			problems.Add(problem.CustomerChanged, "input.jobId",
				"the list %s came for customer number %s, and profile %q has %s now: reject the job, and run the profile for its present list",
				file.Name, file.CustomerNumber, holdings.ProfileName(p), p.CustomerNumber)
		case newer && !force:
			problems.Add(problem.OlderFile, "input.jobId",
				"a newer list than %s was applied to %s since: reject the job, or approve it with force", file.Name, c.part.CollectionName)
		}
	}
	return problems.Err()
}

// takeDeclined queues a sync of an ended job's file, to apply what a person, or an undo, had declined of it.
func (rules syncDecisions) takeDeclined(ctx context.Context, s *Service, tx *store.Tx, over *ent.Job, in Decision) (int64, error) {
	part, err := chooseDeclined(ctx, tx, over, in.Parts)
	if err != nil {
		return 0, err
	}
	if err := rules.checkApproval(ctx, tx, []chosenPart{part}, in.Force); err != nil {
		return 0, err
	}
	file, err := tx.ProviderFile.Get(ctx, *part.part.ProviderFileID)
	if err != nil {
		return 0, fmt.Errorf("read file %d: %w", *part.part.ProviderFileID, err)
	}
	if file.Path == "" {
		return 0, problem.New(problem.WrongState, "input.jobId",
			"the copy of %s is no longer kept, so nothing can be taken from it: run the profile", file.Name)
	}
	queued, err := s.queue(ctx, tx, newJob{
		kind: KindSync, mode: Apply, trigger: Manual,
		args:      syncArgs{ProfileIDs: []int64{*part.part.ProfileID}, FileID: file.ID, Force: in.Force, ByDecision: true},
		uniqueKey: syncKey([]int64{*part.part.ProfileID}), path: "input.jobId",
	})
	if err != nil {
		return 0, err
	}
	return queued.ID, s.decide(ctx, tx, verdictOn{part.part, part.kinds, Approved, in.Reason, queued.ID})
}

// chooseDeclined finds the only part whose list has something declined that is to be applied now.
func chooseDeclined(ctx context.Context, tx *store.Tx, row *ent.Job, named []PartDecision) (found chosenPart, err error) {
	parts, err := partsOf(ctx, tx.Client, row.ID)
	if err != nil {
		return found, err
	}
	var remembering []*ent.JobPart
	declined := map[int64]plan.Kinds{}
	for _, part := range parts {
		if !remembers(part) {
			continue
		}
		decided, err := decisionsOn(ctx, tx.Client, *part.ProviderFileID, *part.CollectionID)
		if err != nil {
			return found, err
		}
		if declined[part.ID] = decided.declined(); len(declined[part.ID]) > 0 {
			remembering = append(remembering, part)
		}
	}
	if len(remembering) == 0 {
		return found, wrongState(row, "approved",
			"only a job in NEEDS_REVIEW waits for a decision, and nothing is declined of the lists of this one")
	}
	chosen, err := choose(remembering, named, "has a list of which nothing is declined")
	if err != nil {
		return found, err
	}
	if len(chosen) > 1 {
		return found, problem.New(problem.BadInput, "input.parts",
			"%d lists of this job have something declined: name one part at a time", len(chosen))
	}
	found = chosenPart{part: chosen[0].part}
	for _, kind := range declined[found.part.ID] {
		if named == nil || named[0].Kinds == nil || named[0].Kinds.Has(kind) {
			found.kinds = append(found.kinds, kind)
		}
	}
	if len(found.kinds) == 0 {
		return found, problem.New(problem.WrongState, kindsPath(0), "none of these kinds is declined: %s is", declined[found.part.ID])
	}
	return found, nil
}

// declineAgain declines again what the cancelled job was meant to apply of a list. A job whose arguments cannot be read
// may have been meant to: what a person declined must never be applied unasked.
func (syncDecisions) declineAgain(ctx context.Context, tx *store.Tx, cancelled *ent.Job) error {
	if args, err := argsOf[syncArgs](cancelled); err == nil && !args.ByDecision {
		return nil
	}
	err := tx.ListDecision.Update().Where(listdecision.JobID(cancelled.ID), listdecision.Decision(Approved)).
		SetDecision(Declined).SetUpdatedAt(tx.Now).Exec(ctx)
	if err != nil {
		return fmt.Errorf("decline again what job %d was to take: %w", cancelled.ID, err)
	}
	return nil
}

// mayBegin is called in the transaction that begins to write a provider's list for a profile, because what was true
// when it was planned or approved may no longer be.
func (pr *partRun) mayBegin(ctx context.Context, tx *store.Tx) error {
	if pr.begun || pr.part.State == PartApplying { // what is half written must be finished
		return nil
	}
	p, err := tx.Profile.Get(ctx, pr.profile.ID)
	if ent.IsNotFound(err) {
		return &failure{codeProfileGone, "the profile or the collection was deleted meanwhile", ""}
	}
	if err != nil {
		return fmt.Errorf("read profile %d: %w", pr.profile.ID, err)
	}
	switch {
	case !p.Active:
		return profileInactive(p)
	case customerChanged(pr.file, p):
		return &blockade{PartBlocked, *formerCustomer(pr.file, p)}
	case pr.part.State != PartApproved:
		return nil
	}
	newer, err := appliedSince(ctx, tx.Client, pr.file, pr.part.UpdatedAt)
	if err != nil || !newer {
		return err
	}
	return newBlockade(PartBlocked, codeOlderFile, "a newer list was applied since this one was approved",
		"Look at what the newer list has changed; this one is out of date.")
}

func formerCustomer(file *ent.ProviderFile, p *ent.Profile) *failure {
	return &failure{
		codeCustomerChanged,
		fmt.Sprintf("the list came for customer number %s, and the profile has %s now", file.CustomerNumber, p.CustomerNumber),
		"Run the profile: the list of its present customer number is then fetched and planned.",
	}
}

// appliedSince reports whether a list that is no older than this one was applied for the profile after a moment. If the
// dates do not tell, the list applied since is the newer one.
func appliedSince(ctx context.Context, client *ent.Client, file *ent.ProviderFile, since int64) (bool, error) {
	where := []predicate.ProviderFile{
		providerfile.ProfileIDEQ(*file.ProfileID), providerfile.Content(file.Content),
		providerfile.IDNEQ(file.ID), providerfile.AppliedAtGT(since),
	}
	if file.Date != "" {
		where = append(where, providerfile.Or(providerfile.Date(""), providerfile.DateGTE(file.Date)))
	}
	newer, err := client.ProviderFile.Query().Where(where...).Exist(ctx)
	if err != nil {
		return false, fmt.Errorf("look for a newer list: %w", err)
	}
	return newer, nil
}

// customerChanged reports whether a list came under a different customer number than the profile has now. Lists too old
// to have a number recorded count as the profile's.
func customerChanged(file *ent.ProviderFile, p *ent.Profile) bool {
	return file.CustomerNumber != "" && file.CustomerNumber != p.CustomerNumber
}
