package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"autoholdings/ent"
	"autoholdings/ent/job"
	"autoholdings/ent/jobpart"
	"autoholdings/ent/listdecision"
	"autoholdings/ent/predicate"
	"autoholdings/ent/providerfile"
	"autoholdings/holdings"
	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
	"autoholdings/kbart"
)

// A person's decision on one kind of a list's changes. A kind without a decision is open.
const (
	Open     = "OPEN" // never stored
	Approved = "APPROVED"
	Declined = "DECLINED"
)

// listDecisions holds the newest decision for each kind of a list's changes, in one collection.
type listDecisions map[plan.Kind]*ent.ListDecision

// decisionsOn reads the decisions on a list. They belong to its bytes, so every run that gets the same bytes knows
// them.
func decisionsOn(ctx context.Context, client *ent.Client, fileID, collectionID int64) (listDecisions, error) {
	rows, err := client.ListDecision.Query().Where(onList(fileID, collectionID)...).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the decisions on file %d: %w", fileID, err)
	}
	found := listDecisions{}
	for _, row := range rows {
		if kind := plan.Kind(row.Kind); slices.Contains(plan.AllKinds, kind) {
			found[kind] = row
		}
	}
	return found, nil
}

func onList(fileID, collectionID int64) []predicate.ListDecision {
	return []predicate.ListDecision{listdecision.ProviderFileID(fileID), listdecision.CollectionID(collectionID)}
}

// declined returns the kinds that a person decided against.
func (s listDecisions) declined() (kinds plan.Kinds) {
	for _, kind := range plan.AllKinds {
		if row := s[kind]; row != nil && row.Decision == Declined {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

// without returns the decisions made in other jobs than this one.
func (s listDecisions) without(jobID int64) listDecisions {
	others := listDecisions{}
	for kind, row := range s {
		if row.JobID != jobID {
			others[kind] = row
		}
	}
	return others
}

// verdictOn is one decision to record for a part's list.
type verdictOn struct {
	part             *ent.JobPart
	kinds            plan.Kinds
	decision, reason string
	jobID            int64
}

// decide records a decision, replacing an earlier one.
func (s *Service) decide(ctx context.Context, tx *store.Tx, v verdictOn) error {
	if v.part.ProviderFileID == nil || v.part.CollectionID == nil {
		return nil
	}
	for _, kind := range v.kinds {
		if err := s.decideOn(ctx, tx, v, string(kind)); err != nil {
			return err
		}
	}
	return nil
}

// remembers reports whether later runs know the decisions on a part's list. Only a provider's list for a profile is
// remembered; a list given by a person is decided on each time it is given.
func remembers(part *ent.JobPart) bool {
	return part.ProfileID != nil && part.ProviderFileID != nil && part.CollectionID != nil
}

func (s *Service) decideOn(ctx context.Context, tx *store.Tx, v verdictOn, kind string) error {
	now := tx.Now
	changed, err := tx.ListDecision.Update().Where(append(onList(*v.part.ProviderFileID, *v.part.CollectionID), listdecision.Kind(kind))...).
		SetDecision(v.decision).SetReason(v.reason).SetJobID(v.jobID).SetUpdatedAt(now).Save(ctx)
	if err == nil && changed == 0 {
		err = tx.ListDecision.Create().SetID(s.store.NextID()).SetCreatedAt(now).SetUpdatedAt(now).
			SetProviderFileID(*v.part.ProviderFileID).SetCollectionID(*v.part.CollectionID).SetKind(kind).
			SetDecision(v.decision).SetReason(v.reason).SetJobID(v.jobID).Exec(ctx)
	}
	if err != nil {
		return fmt.Errorf("record the decision on %s: %w", kind, err)
	}
	return nil
}

// reopen deletes decisions on a part's list.
func reopen(ctx context.Context, tx *store.Tx, part *ent.JobPart, which ...predicate.ListDecision) error {
	if !remembers(part) {
		return nil
	}
	which = append(which, onList(*part.ProviderFileID, *part.CollectionID)...)
	if _, err := tx.ListDecision.Delete().Where(which...).Exec(ctx); err != nil {
		return fmt.Errorf("ask again about file %d: %w", *part.ProviderFileID, err)
	}
	return nil
}

// withdrawApproval cancels the approvals for a job that is cancelled before it wrote anything of them: otherwise a
// later run with the same list would apply them without asking. What the job was meant to take from a list is declined
// again, as before.
func (r *run) withdrawApproval(ctx context.Context, tx *store.Tx, parts []*ent.JobPart) error {
	for _, part := range parts {
		if part.State == PartApproved {
			if err := reopen(ctx, tx, part, listdecision.JobID(r.job.ID)); err != nil {
				return err
			}
		}
	}
	begun := slices.ContainsFunc(parts, func(p *ent.JobPart) bool { return p.State == PartApplying || p.State == PartApplied })
	if r.kind.decisions == nil || begun {
		return nil
	}
	return r.kind.decisions.declineAgain(ctx, tx, r.job)
}

// DecisionsOf returns the decisions on the lists of parts, by part: one for each kind, in display order. A part whose
// list remembers none is left out.
func (r *Reader) DecisionsOf(ctx context.Context, parts []*ent.JobPart) (map[int64][]KindDecision, error) {
	var files []int64
	for _, part := range parts {
		if remembers(part) {
			files = append(files, *part.ProviderFileID)
		}
	}
	if len(files) == 0 {
		return nil, nil
	}
	rows, err := r.store.Read.ListDecision.Query().Where(listdecision.ProviderFileIDIn(files...)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the decisions on lists: %w", err)
	}
	type place struct {
		file, collection int64
		kind             string
	}
	known := map[place]*ent.ListDecision{}
	for _, row := range rows {
		known[place{row.ProviderFileID, row.CollectionID, row.Kind}] = row
	}
	found := map[int64][]KindDecision{}
	for _, part := range parts {
		if !remembers(part) {
			continue
		}
		for _, kind := range plan.AllKinds {
			d := KindDecision{Kind: string(kind), Decision: Open}
			if row := known[place{*part.ProviderFileID, *part.CollectionID, d.Kind}]; row != nil {
				d.Decision, d.Reason = row.Decision, row.Reason
			}
			found[part.ID] = append(found[part.ID], d)
		}
	}
	return found, nil
}

// KindDecision is the decision on one kind of a list's changes.
type KindDecision struct{ Kind, Decision, Reason string }

// KindsOf returns the kinds of changes that a part applies, or applied: all except those that a person declined.
func KindsOf(part *ent.JobPart) plan.Kinds {
	if part.Kinds == "" {
		return plan.AllKinds
	}
	var kinds plan.Kinds
	for name := range strings.FieldsSeq(part.Kinds) {
		kinds = append(kinds, plan.Kind(name))
	}
	return kinds
}

// kindsText is how a part stores its kinds.
func kindsText(declined plan.Kinds) string {
	if len(declined) == 0 {
		return ""
	}
	return declined.Others().String()
}

// GuardsOf returns the guards' reasons to hold a part's plan.
func GuardsOf(part *ent.JobPart) (reasons []plan.GuardReason, err error) {
	if len(part.Guards) == 0 {
		return nil, nil
	}
	if err := json.Unmarshal(part.Guards, &reasons); err != nil {
		return nil, fmt.Errorf("read what the guards said of part %d: %w", part.ID, err)
	}
	return reasons, nil
}

// undecided returns those of a plan's guards that nobody has decided about for this list.
func (pr *partRun) undecided(ctx context.Context, guards []plan.GuardReason) ([]plan.GuardReason, error) {
	if len(guards) == 0 || len(pr.decided) == 0 {
		return guards, nil
	}
	other, err := pr.otherAppliedAt(ctx)
	if err != nil {
		return nil, err
	}
	settled := func(kind plan.Kind) bool {
		row := pr.decided[kind]
		// An approval was for this list's plan at that time: it ends when another list is applied.
		return row != nil && (row.Decision == Declined || row.UpdatedAt > other)
	}
	return slices.DeleteFunc(slices.Clone(guards), func(g plan.GuardReason) bool {
		if kind, one := plan.GuardedKind[g.Guard]; one {
			return settled(kind)
		}
		// The plan itself knows the decision on a lost column; without access_type nothing is applied before there is
		// one.
		open := func(kind plan.Kind) bool { return !settled(kind) }
		return g.Column != kbart.AccessType.String() && !slices.ContainsFunc(plan.AllKinds, open)
	}), nil
}

// otherAppliedAt is when a list other than the part's was last applied here; 0: never.
func (pr *partRun) otherAppliedAt(ctx context.Context) (int64, error) {
	other, err := pr.run.s.store.Read.ProviderFile.Query().Where(pr.origin().where(), providerfile.Content(pr.part.Content),
		providerfile.IDNEQ(pr.file.ID), providerfile.AppliedAtNotNil()).Order(ent.Desc(providerfile.FieldAppliedAt)).First(ctx)
	if ent.IsNotFound(err) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("look up when another list was applied: %w", err)
	}
	return *other.AppliedAt, nil
}

// readDecisions reads the decisions that apply to this run. With force, the list is judged anew, as if nothing had been
// declined. A run that was queued by a decision goes by that decision.
func (pr *partRun) readDecisions(ctx context.Context) (err error) {
	if pr.profile == nil || pr.part.CollectionID == nil || pr.force && !pr.byDecision {
		return nil
	}
	pr.decided, err = decisionsOn(ctx, pr.run.s.store.Read, pr.file.ID, *pr.part.CollectionID)
	if err != nil || !pr.byDecision {
		return err
	}
	for _, kind := range plan.AllKinds { // a person chose some kinds: this job does only those
		if row := pr.decided[kind]; row == nil || row.JobID != pr.run.job.ID {
			pr.decided[kind] = &ent.ListDecision{Decision: Declined}
		}
	}
	return nil
}

// waiting returns another job's part with the same list that waits, or is approved and about to be applied; nil: none.
func (pr *partRun) waiting(ctx context.Context) (*ent.JobPart, error) {
	part, err := pr.run.s.store.Read.JobPart.Query().Where(pr.sameTarget(), jobpart.ProviderFileID(pr.file.ID),
		jobpart.JobIDNEQ(pr.run.job.ID), jobpart.StateIn(PartHeld, PartApproved), jobpart.HasJobWith(job.Kind(pr.run.job.Kind))).
		Order(jobpart.ByID()).First(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look for a plan of the list that waits: %w", err)
	}
	return part, nil
}

// decline records that a person decided against kinds of a held part's changes. Removals of what an undo gave back were
// part of that decision, and are not held for that reason again.
func (s *Service) decline(ctx context.Context, tx *store.Tx, v verdictOn) error {
	if v.kinds.Has(plan.Removals) {
		if err := holdings.ClearGivenBack(ctx, tx, v.part.ID); err != nil {
			return err
		}
	}
	return s.decide(ctx, tx, v)
}
