package jobs

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"autoholdings/ent"
	"autoholdings/ent/jobpart"
	"autoholdings/holdings/plan"
	"autoholdings/internal/access"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
	"autoholdings/kbart"
)

// Cancel stops a job: immediately if it has not begun, otherwise at its next batch. What it has written stays, and its
// verdict is then PARTIAL. Cancelling a job that waits for a person rejects it.
func (s *Service) Cancel(ctx context.Context, jobID int64) (*ent.Job, error) {
	return s.control(ctx, jobID, func(ctx context.Context, tx *store.Tx, row *ent.Job) error {
		switch row.State {
		case Queued:
			return s.cancelQueued(ctx, tx, row)
		case Running:
			return tx.Job.UpdateOneID(jobID).SetState(Cancelling).SetUpdatedAt(tx.Now).Exec(ctx)
		case Cancelling:
			return nil
		case NeedsReview:
			return s.reject(ctx, tx, row, Decision{})
		default:
			return wrongState(row, "cancelled", "it is over")
		}
	})
}

// cancelQueued ends a job that no worker has.
func (s *Service) cancelQueued(ctx context.Context, tx *store.Tx, row *ent.Job) error {
	r := &run{s: s, job: row, kind: kindOf(row.Kind), args: argumentsOf(row), token: row.RunToken}
	return r.finishEarlyIn(ctx, tx, cancelled)
}

// Decision is what a person decides about a waiting job.
type Decision struct {
	Parts   []PartDecision               // nil: every waiting part, with all its kinds
	Reason  string                       // stored with the decision
	Force   bool                         // for approvals: apply even if a newer list was applied since
	Columns map[string]plan.ColumnChoice // for approvals: what to do about lost columns, by name; default LeaveValues
}

// PartDecision is a decision on one part.
type PartDecision struct {
	PartID int64
	Kinds  plan.Kinds // nil: all that are still open
}

// maxReason is the maximum length of a reason, in characters.
const maxReason = 500

func (d Decision) check() error {
	switch length := utf8.RuneCountInString(d.Reason); {
	case length > maxReason:
		return problem.New(problem.BadInput, "input.reason", "the reason has %d characters: give at most %d", length, maxReason)
	case !utf8.ValidString(d.Reason) || strings.ContainsFunc(d.Reason, unicode.IsControl):
		return problem.New(problem.BadInput, "input.reason", "the reason holds a line break or another control character: give one line of text")
	}
	return nil
}

// Approve puts a waiting job back into the queue, to apply what its guards held from the same file. What is not
// approved of a part is declined for its list. Parts that the decision does not name keep waiting.
//
// If the job has ended, it queues a new one to apply what was declined from the same file, and returns the new job.
func (s *Service) Approve(ctx context.Context, jobID int64, in Decision) (*ent.Job, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	answer := jobID
	_, err := s.control(ctx, jobID, func(ctx context.Context, tx *store.Tx, row *ent.Job) (err error) {
		if row.State == NeedsReview {
			return s.approveHeld(ctx, tx, row, in)
		}
		rules := kindOf(row.Kind).decisions
		if rules == nil || row.Mode != Apply || row.FinishedAt == nil {
			return wrongState(row, "approved", "only a job in NEEDS_REVIEW waits for a decision")
		}
		answer, err = rules.takeDeclined(ctx, s, tx, row, in)
		return err
	})
	if err != nil {
		return nil, err
	}
	job, err := s.store.Read.Job.Get(ctx, answer)
	if err != nil {
		return nil, fmt.Errorf("read job %d: %w", answer, err)
	}
	return job, nil
}

func (s *Service) approveHeld(ctx context.Context, tx *store.Tx, row *ent.Job, in Decision) error {
	chosen, err := s.chooseHeld(ctx, tx, row, in.Parts)
	if err != nil {
		return err
	}
	if rules := kindOf(row.Kind).decisions; rules != nil {
		if err := rules.checkApproval(ctx, tx, chosen, in.Force); err != nil {
			return err
		}
	}
	if err := checkColumns(chosen, in.Columns); err != nil {
		return err
	}
	for _, c := range chosen {
		if err := s.approvePart(ctx, tx, row, c, in); err != nil {
			return err
		}
	}
	now := tx.Now
	err = tx.Job.UpdateOneID(row.ID).SetState(Queued).SetVerdict("").SetAttempt(0).ClearDispatchedAt().
		SetErrorCode("").SetErrorMessage("").SetErrorHint("").SetDueAt(laterThan(row.DueAt, now)).SetUpdatedAt(now).Exec(ctx)
	if s.store.IsUniqueViolation(err, oneUnfinished) {
		return problem.New(problem.Conflict, "input.jobId",
			"another job that does the same is under way: wait for it, then approve this one if it is still there")
	}
	return err
}

// approvePart records what was approved of a held part, and that the rest of its list is declined.
func (s *Service) approvePart(ctx context.Context, tx *store.Tx, row *ent.Job, c chosenPart, in Decision) error {
	columns, err := columnsOf(c, in.Columns)
	if err != nil {
		return err
	}
	for column, choice := range columns {
		kind := plan.Kinds{plan.Kind(plan.ColumnKind + column)}
		if err := s.decide(ctx, tx, verdictOn{c.part, kind, string(choice), in.Reason, row.ID}); err != nil {
			return err
		}
	}
	if kindOf(row.Kind).byKind == nothingByKind {
		return markApproved(ctx, tx, c, columns)
	}
	var declined plan.Kinds // declined now, not earlier
	for _, kind := range KindsOf(c.part) {
		if !c.kinds.Has(kind) {
			declined = append(declined, kind)
		}
	}
	if err := s.decide(ctx, tx, verdictOn{c.part, c.kinds, Approved, in.Reason, row.ID}); err != nil {
		return err
	}
	if err := s.decline(ctx, tx, verdictOn{c.part, declined, Declined, in.Reason, row.ID}); err != nil {
		return err
	}
	return markApproved(ctx, tx, c, columns)
}

func markApproved(ctx context.Context, tx *store.Tx, c chosenPart, columns map[string]plan.ColumnChoice) error {
	update := tx.JobPart.UpdateOneID(c.part.ID).SetState(PartApproved).SetKinds(kindsText(c.kinds.Others())).
		SetCode("").SetMessage("").SetHint("").SetUpdatedAt(tx.Now)
	if slices.Contains(slices.Collect(maps.Values(columns)), plan.TakeAsEmpty) { // the plan shown kept the stored values
		update.SetPlanHash(anyPlan)
	}
	if err := update.Exec(ctx); err != nil {
		return fmt.Errorf("approve a part: %w", err)
	}
	return nil
}

// checkColumns returns a problem for choices about columns that no list of the parts has lost.
func checkColumns(chosen []chosenPart, given map[string]plan.ColumnChoice) error {
	lost := map[string]bool{}
	for _, c := range chosen {
		reasons, err := GuardsOf(c.part)
		if err != nil {
			return err
		}
		for _, reason := range reasons {
			lost[reason.Column] = true
		}
	}
	var problems problem.List
	for _, column := range slices.Sorted(maps.Keys(given)) {
		if !lost[column] || column == "" {
			problems.Add(problem.BadInput, "input.lostColumns",
				"no list of these parts has lost a column %q: guards { column } names those that were", column)
		}
	}
	return problems.Err()
}

// columnsOf returns what to do about the columns that a part's list lost. Without access_type it is unknown which titles are
// free, so a person must say that all are paid.
func columnsOf(c chosenPart, given map[string]plan.ColumnChoice) (map[string]plan.ColumnChoice, error) {
	reasons, err := GuardsOf(c.part)
	if err != nil {
		return nil, err
	}
	columns := map[string]plan.ColumnChoice{}
	for _, reason := range reasons {
		if reason.Guard != plan.GuardShape || reason.Column == "" {
			continue
		}
		choice := given[reason.Column]
		access := reason.Column == kbart.AccessType.String()
		switch {
		case access && choice != plan.AllPaid:
			return nil, problem.New(problem.BadInput, "input.lostColumns",
				"the list lacks access_type, so it does not say which titles are free and which are paid: "+
					"approve it with access_type taken as ALL_PAID, or reject it")
		case !access && choice == plan.AllPaid:
			return nil, problem.New(problem.BadInput, "input.lostColumns",
				"ALL_PAID is of access_type alone: choose LEAVE or EMPTY for %s", reason.Column)
		case choice == "":
			choice = plan.LeaveValues
		}
		columns[reason.Column] = choice
	}
	return columns, nil
}

// chosenPart is a part that a person decides on, with the kinds of changes meant.
type chosenPart struct {
	part  *ent.JobPart
	kinds plan.Kinds
}

// chooseHeld finds the parts that a decision is about: those it names, or all that wait.
func (s *Service) chooseHeld(ctx context.Context, tx *store.Tx, row *ent.Job, named []PartDecision) ([]chosenPart, error) {
	held, err := tx.JobPart.Query().Where(jobpart.JobID(row.ID), jobpart.State(PartHeld)).Order(jobpart.ByID()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the parts of job %d that wait: %w", row.ID, err)
	}
	chosen, err := choose(held, named, "does not wait for a decision in this job")
	if err != nil {
		return nil, err
	}
	k := kindOf(row.Kind)
	for i, d := range named {
		if d.Kinds != nil && k.byKind == nothingByKind {
			return nil, problem.New(problem.BadInput, kindsPath(i),
				"nothing can be decided by kind of the changes of %s: decide on the part as a whole", k.inWords)
		}
	}
	return chosen, nil
}

func partPath(i int) string  { return fmt.Sprintf("input.parts.%d.partId", i) }
func kindsPath(i int) string { return fmt.Sprintf("input.parts.%d.kinds", i) }

// choose picks the named parts, or all.
func choose(parts []*ent.JobPart, named []PartDecision, missing string) (chosen []chosenPart, err error) {
	if named == nil {
		for _, part := range parts {
			chosen = append(chosen, chosenPart{part, KindsOf(part)})
		}
		return chosen, nil
	}
	var problems problem.List
	if len(named) == 0 {
		problems.Add(problem.BadInput, "input.parts", "no part is named: name one, or leave parts out for all of them")
	}
	for i, d := range named {
		at := slices.IndexFunc(parts, func(p *ent.JobPart) bool { return p.ID == d.PartID })
		twice := slices.ContainsFunc(named[:i], func(other PartDecision) bool { return other.PartID == d.PartID })
		switch {
		case at < 0:
			problems.Add(problem.NotFound, partPath(i), "this part %s: the job's parts show what does", missing)
		case twice:
			problems.Add(problem.BadInput, partPath(i), "the part is named twice: name it once, with all its kinds")
		case d.Kinds != nil && len(d.Kinds) == 0:
			problems.Add(problem.BadInput, kindsPath(i), "no kind of changes is named: name one, or leave kinds out for all of them")
		case d.Kinds == nil:
			chosen = append(chosen, chosenPart{parts[at], KindsOf(parts[at])})
		default:
			chosen = append(chosen, chosenPart{parts[at], d.Kinds.Others().Others()}) // in standard order, without duplicates
		}
	}
	return chosen, problems.Err()
}

// Reject ends a waiting job, or only the parts that the decision names. What is rejected from a list is not applied
// again until the list's bytes change.
func (s *Service) Reject(ctx context.Context, jobID int64, in Decision) (*ent.Job, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	return s.control(ctx, jobID, func(ctx context.Context, tx *store.Tx, row *ent.Job) error {
		if row.State != NeedsReview {
			return wrongState(row, "rejected", "only a job in NEEDS_REVIEW waits for a decision")
		}
		return s.reject(ctx, tx, row, in)
	})
}

func (s *Service) reject(ctx context.Context, tx *store.Tx, row *ent.Job, in Decision) error {
	chosen, err := s.chooseHeld(ctx, tx, row, in.Parts)
	if err != nil {
		return err
	}
	k := kindOf(row.Kind)
	if k.byKind != decidedByKind && slices.ContainsFunc(in.Parts, func(d PartDecision) bool { return d.Kinds != nil }) {
		return problem.New(problem.BadInput, kindsPath(0), "%s is rejected as a whole: to apply some kinds of its changes, approve those",
			k.inWords)
	}
	why := k.rejection()
	if in.Reason != "" {
		why.Message += "; the reason given: " + in.Reason
	}
	for _, c := range chosen {
		if err := s.rejectPart(ctx, tx, row, c, in.Reason, why); err != nil {
			return err
		}
	}
	return endReviewed(ctx, tx, row.ID, why)
}

// rejectPart declines kinds of changes for a part's list. If some kinds are still open, the part keeps waiting for
// them.
func (s *Service) rejectPart(ctx context.Context, tx *store.Tx, row *ent.Job, c chosenPart, reason string, why failure) error {
	left := slices.DeleteFunc(slices.Clone(KindsOf(c.part)), c.kinds.Has)
	if len(left) > 0 {
		if err := s.decline(ctx, tx, verdictOn{c.part, c.kinds, Declined, reason, row.ID}); err != nil {
			return err
		}
		return setKinds(ctx, tx, c.part.ID, left.Others())
	}
	if remembers(c.part) {
		if err := s.decline(ctx, tx, verdictOn{c.part, plan.AllKinds, Declined, reason, row.ID}); err != nil {
			return err
		}
	}
	if err := closeHeld(ctx, tx, c.part, PartRejected, why); err != nil {
		return err
	}
	return updateFile(ctx, tx, kindOf(row.Kind), c.part, func(u *ent.ProviderFileUpdate) { u.SetOutcome(FileRejected) })
}

// rejection says what it means to reject a job's held changes.
func (k *jobKind) rejection() failure {
	if k.rejected != (failure{}) {
		return k.rejected
	}
	return failure{
		codeRejected, "the held changes were rejected; nothing of them was written",
		"The next file with other content is planned and checked again.",
	}
}

// control changes a job's row and returns the job as it is afterwards.
func (s *Service) control(ctx context.Context, jobID int64, change func(context.Context, *store.Tx, *ent.Job) error) (*ent.Job, error) {
	var after *ent.Job
	err := s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		row, err := tx.Job.Get(ctx, jobID)
		if ent.IsNotFound(err) {
			return problem.New(problem.NotFound, "input.jobId", "there is no such job")
		}
		if err != nil {
			return fmt.Errorf("read job %d: %w", jobID, err)
		}
		if err := change(ctx, tx, row); err != nil {
			return err
		}
		if by, ok := access.From(ctx); ok {
			err := tx.Job.UpdateOneID(jobID).SetDeciderKind(string(by.Kind)).SetDeciderID(by.ID).SetDeciderName(by.Name).Exec(ctx)
			if err != nil {
				return fmt.Errorf("record who decided on job %d: %w", jobID, err)
			}
		}
		after, err = tx.Job.Get(ctx, jobID)
		return err
	})
	if err != nil {
		return nil, err
	}
	s.Nudge()
	s.tell(jobID)
	return after, nil
}

func wrongState(row *ent.Job, verb, why string) error {
	return problem.New(problem.WrongState, "input.jobId", "a job in %s cannot be %s: %s", strings.ReplaceAll(row.State, "_", " "), verb, why)
}
