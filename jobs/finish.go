package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"autoholdings/ent"
	"autoholdings/ent/job"
	"autoholdings/ent/jobpart"
	"autoholdings/ent/predicate"
	"autoholdings/holdings"
	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
	"autoholdings/internal/words"
)

// ending is a job's state once nothing more is to be done.
type ending struct {
	state, verdict string
	applied        bool
	counts         plan.Counts
	problem        *failure // why it failed, or what stands out; nil: nothing
	besides        string   // what was done besides the parts, for the summary; "": nothing
	target         string   // where the job brought what its kind's wording names, for the summary; "": not said
}

// endingOf decides a job's state and verdict from its parts (DOMAIN section 9).
func endingOf(parts []*ent.JobPart) (e ending, err error) {
	var good, changed, preview bool
	var failed, held, blocked, idle, foreseen []cause
	for _, p := range parts {
		counts, err := decodeCounts(p.Counts)
		if err != nil {
			return e, err
		}
		why := cause{p, &failure{storedCode(p.Code), p.Message, p.Hint}}
		switch p.State {
		case PartApplied, PartNoChange:
			good, e.applied = true, true
			changed = changed || counts.Changed()
			if counts.Left > 0 {
				failed = append(failed, cause{p, leftFailure(&counts)})
			}
		case PartPreviewed:
			good, preview = true, true
			if p.WouldBe != "" {
				foreseen = append(foreseen, why)
			}
		case PartHeld:
			held = append(held, why)
		case PartBlocked, PartRejected, PartSuperseded:
			blocked = append(blocked, why)
		case PartFailed, PartStopped:
			failed = append(failed, why)
		case PartSkipped, PartNoFile:
			idle = append(idle, why)
		}
	}
	switch {
	case held != nil:
		e.state, e.verdict, e.problem = NeedsReview, VerdictBlocked, problemOf(parts, held, failed, blocked)
		if good {
			e.verdict = VerdictPartial
		}
	case !good && blocked == nil:
		e.state, e.verdict, e.problem = Failed, VerdictFailed, problemOf(parts, failed, idle)
	case failed != nil:
		e.state, e.verdict, e.problem = Succeeded, VerdictPartial, problemOf(parts, failed, blocked)
	case blocked != nil && good:
		e.state, e.verdict, e.problem = Succeeded, VerdictPartial, problemOf(parts, blocked)
	case blocked != nil:
		e.state, e.verdict, e.problem = Succeeded, VerdictBlocked, problemOf(parts, blocked)
	case preview:
		e.state, e.verdict, e.problem = Succeeded, VerdictPreviewed, problemOf(parts, foreseen)
	case changed:
		e.state, e.verdict = Succeeded, VerdictChanged
	default:
		e.state, e.verdict = Succeeded, VerdictNoChange
	}
	e.counts, err = countsOf(parts, e.applied)
	return e, err
}

// countsOf returns a job's counts. Once part of the job is written, they leave out what was rejected or blocked: that
// is in the part's own counts. A part that still waits counts as planned.
func countsOf(parts []*ent.JobPart, applied bool) (sum plan.Counts, err error) {
	for _, p := range parts {
		counts, err := decodeCounts(p.Counts)
		if err != nil {
			return sum, err
		}
		if applied && slices.Contains([]string{PartBlocked, PartRejected, PartSuperseded}, p.State) {
			counts = counts.Unwritten()
		}
		if p.State == PartHeld {
			counts = counts.OnlyKinds(KindsOf(p))
		}
		sum.Merge(counts)
	}
	return sum, nil
}

// leftFailure says that something was left alone because it is no longer as the job knew it.
func leftFailure(c *plan.Counts) *failure {
	if w := wordingOf(c); w != nil {
		return &failure{codeLeft, words.Count(c.Left, "thing was", "things were") + " " + w.left.Message, w.left.Hint}
	}
	return &failure{
		codeLeft, words.Count(c.Left, "change was", "changes were") + " not put back, because somebody has changed them since",
		"They are listed with action LEFT; put them right by hand.",
	}
}

// endWithLastPart ends the job in the transaction that ends its last part.
func (pr *partRun) endWithLastPart(ctx context.Context, tx *store.Tx) error {
	if !pr.last {
		return nil
	}
	return pr.run.finishIn(ctx, tx)
}

// finish ends a job whose last part had nothing to write.
func (r *run) finish(ctx context.Context) error {
	if r.ending != nil {
		return nil
	}
	return r.s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := r.fence(ctx, tx, "finish", 0, 0); err != nil {
			return err
		}
		return r.finishIn(ctx, tx)
	})
}

func (r *run) finishIn(ctx context.Context, tx *store.Tx) error {
	parts, err := partsOf(ctx, tx.Client, r.job.ID)
	if err != nil {
		return err
	}
	e, err := endingOf(parts)
	if err != nil {
		return err
	}
	if r.whenDone != nil && e.state != Failed {
		if err := r.whenDone(ctx, tx); err != nil {
			return err
		}
	}
	if err := r.conclude(ctx, tx, &e); err != nil {
		return err
	}
	if e.besides == "" {
		if e.besides, err = heldTogether(ctx, tx, parts); err != nil {
			return err
		}
	}
	r.ending = &e
	return r.record(ctx, tx, e, parts)
}

// conclude lets the job's kind add to the ending.
func (r *run) conclude(ctx context.Context, tx *store.Tx, e *ending) error {
	if args, ok := r.args.(concluder); ok {
		return args.conclude(ctx, tx, r, e)
	}
	return nil
}

// record writes the ending to the job's row.
func (r *run) record(ctx context.Context, tx *store.Tx, e ending, parts []*ent.JobPart) error {
	counts, err := json.Marshal(e.counts)
	if err != nil {
		return err
	}
	host, err := newHost(ctx, tx, r.job.ID, &e.counts)
	if err != nil {
		return err
	}
	summary, err := summarize(r.job.Mode, e, parts, host)
	if err != nil {
		return err
	}
	return r.release(ctx, tx, func(u *ent.JobUpdateOne) *ent.JobUpdateOne {
		u.SetState(e.state).SetVerdict(e.verdict).SetApplied(e.applied).SetCounts(counts).
			SetSummary(summary).SetPhase("done").ClearHeartbeatAt()
		if e.problem != nil {
			u.SetErrorCode(e.problem.Code.String()).SetErrorMessage(e.problem.Message).SetErrorHint(e.problem.Hint)
		} else {
			u.SetErrorCode("").SetErrorMessage("").SetErrorHint("")
		}
		if e.state != NeedsReview {
			u.SetFinishedAt(tx.Now)
		}
		return u
	})
}

// finishFailed ends a job that cannot go on. What was written before stays, and the verdict says so.
func (r *run) finishFailed(ctx context.Context, why *failure) error {
	return r.finishEarly(ctx, func(e *ending) {
		e.state, e.verdict, e.problem = Failed, VerdictFailed, why
	})
}

// cancelled is the ending of a job that a person cancelled.
func cancelled(e *ending) { e.state, e.verdict, e.problem = Cancelled, VerdictNoChange, nil }

func (r *run) finishEarly(ctx context.Context, decide func(*ending)) error {
	return r.s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error { return r.finishEarlyIn(ctx, tx, decide) })
}

func (r *run) finishEarlyIn(ctx context.Context, tx *store.Tx, decide func(*ending)) error {
	parts, err := partsOf(ctx, tx.Client, r.job.ID)
	if err != nil {
		return err
	}
	var e ending
	for _, p := range parts {
		counts, err := decodeCounts(p.Counts)
		if err != nil {
			return err
		}
		if p.State == PartApplied || p.State == PartApplying {
			e.applied = e.applied || counts.Changed()
		}
	}
	if e.counts, err = countsOf(parts, e.applied); err != nil {
		return err
	}
	decide(&e)
	if e.applied {
		e.verdict = VerdictPartial
	}
	if e.state == Cancelled {
		if err := r.withdrawApproval(ctx, tx, parts); err != nil {
			return err
		}
	}
	if err := failOpenParts(ctx, tx, r.job.ID, e); err != nil {
		return err
	}
	if err := r.conclude(ctx, tx, &e); err != nil {
		return err
	}
	r.ending = &e
	return r.record(ctx, tx, e, parts)
}

// failOpenParts closes the parts that will not be done: held parts of an ended job cannot be approved.
func failOpenParts(ctx context.Context, tx *store.Tx, jobID int64, e ending) error {
	why := failure{codeCancelled, "the job was cancelled before this part was done", "Start it again when it is wanted."}
	if e.problem != nil {
		why = *e.problem
	}
	stopped, err := tx.JobPart.Query().Where(jobpart.JobID(jobID), jobpart.State(PartApplying)).IDs(ctx)
	if err != nil {
		return fmt.Errorf("read the parts of job %d: %w", jobID, err)
	}
	for _, id := range stopped { // what was written of them before stays; a job writes one part at a time
		if err := holdings.Settle(ctx, tx, id); err != nil {
			return err
		}
	}
	for from, to := range map[string]string{
		PartPending: PartFailed, PartFetched: PartFailed, PartHeld: PartFailed, PartApproved: PartFailed,
		PartApplying: PartStopped,
	} {
		err := tx.JobPart.Update().Where(jobpart.JobID(jobID), jobpart.State(from)).
			SetState(to).SetCode(why.Code.String()).SetMessage(why.Message).SetHint(why.Hint).SetUpdatedAt(tx.Now).Exec(ctx)
		if err != nil {
			return fmt.Errorf("close the parts of job %d: %w", jobID, err)
		}
	}
	return nil
}

// supersede closes the parts waiting with older lists for this profile and content type, because a newer list has been
// planned. applied says that it was written; a list that itself waits closes only parts that wait with a provider's
// list.
func (pr *partRun) supersede(ctx context.Context, tx *store.Tx, applied bool) error {
	waiting, err := tx.JobPart.Query().Where(pr.sameTarget(), jobpart.State(PartHeld), jobpart.JobIDNEQ(pr.run.job.ID)).
		WithProviderFile().All(ctx)
	if err != nil {
		return fmt.Errorf("look for held plans: %w", err)
	}
	mine := jobName(pr.run.job.ID)
	why := failure{codeSuperseded, mine + " has planned a newer list here since, which waits for a person", "Decide on that job."}
	if applied {
		why = failure{codeSuperseded, mine + " applied a file here since", ""}
	}
	for _, part := range waiting {
		if !pr.replaces(part, applied) {
			continue
		}
		if err := closeHeld(ctx, tx, part, PartSuperseded, why); err != nil {
			return err
		}
		if err := endReviewed(ctx, tx, part.JobID, why); err != nil {
			return err
		}
	}
	return nil
}

// replaces reports whether this part's list replaces a waiting one. An older list never does, even with force.
func (pr *partRun) replaces(waiting *ent.JobPart, applied bool) bool {
	mine, other := pr.file, waiting.Edges.ProviderFile
	if mine == nil || other == nil || pr.run.kind.givenList {
		return applied
	}
	if mine.CustomerNumber != other.CustomerNumber && other.CustomerNumber != "" { // it can no longer be approved
		return true
	}
	return mine.Date == "" || other.Date == "" || mine.Date >= other.Date
}

// sameTarget selects the parts that write to the same place as this one.
func (pr *partRun) sameTarget() predicate.JobPart {
	switch ofKind := jobpart.HasJobWith(job.Kind(pr.run.job.Kind)); {
	case pr.elsewhere != nil:
		return jobpart.And(ofKind, jobpart.Content(pr.part.Content), jobpart.CollectionName(pr.part.CollectionName))
	case pr.part.ProfileID == nil:
		return jobpart.And(ofKind, jobpart.ProfileIDIsNil(), jobpart.CollectionID(*pr.part.CollectionID))
	default:
		return jobpart.And(jobpart.ProfileID(*pr.part.ProfileID), jobpart.CollectionID(*pr.part.CollectionID))
	}
}

func closeHeld(ctx context.Context, tx *store.Tx, part *ent.JobPart, state string, why failure) error {
	err := tx.JobPart.UpdateOneID(part.ID).SetUpdatedAt(tx.Now).SetState(state).
		SetCode(why.Code.String()).SetMessage(why.Message).SetHint(why.Hint).Exec(ctx)
	if err != nil {
		return fmt.Errorf("close a held part: %w", err)
	}
	return nil
}

// endReviewed ends a job that waited for a person, once none of its parts is held: state CANCELLED, with verdict
// PARTIAL if other parts were written, else BLOCKED. If it still waits, it says for what.
func endReviewed(ctx context.Context, tx *store.Tx, jobID int64, why failure) error {
	parts, err := partsOf(ctx, tx.Client, jobID)
	if err != nil {
		return err
	}
	e, err := endingOf(parts)
	if err != nil {
		return err
	}
	update := tx.Job.Update().Where(job.ID(jobID), job.State(NeedsReview)).SetUpdatedAt(tx.Now)
	if e.state == NeedsReview {
		why = *e.problem
		if e.besides, err = heldTogether(ctx, tx, parts); err != nil {
			return err
		}
	} else {
		e = ending{state: Cancelled, verdict: VerdictBlocked, applied: wrote(parts)}
		if e.applied {
			e.verdict = VerdictPartial
		}
		if e.counts, err = countsOf(parts, e.applied); err != nil {
			return err
		}
		update.SetState(e.state).SetFinishedAt(tx.Now)
	}
	counts, err := json.Marshal(e.counts)
	if err != nil {
		return err
	}
	summary, err := summarize(Apply, e, parts, "")
	if err != nil {
		return err
	}
	err = update.SetVerdict(e.verdict).SetSummary(summary).SetCounts(counts).
		SetErrorCode(why.Code.String()).SetErrorMessage(why.Message).SetErrorHint(why.Hint).Exec(ctx)
	if err != nil {
		return fmt.Errorf("end job %d: %w", jobID, err)
	}
	return nil
}

// wrote reports whether any of a job's parts was written.
func wrote(parts []*ent.JobPart) bool {
	return slices.ContainsFunc(parts, func(p *ent.JobPart) bool { return p.State == PartApplied })
}

// heldTogether says what a job's waiting parts would do together. Each was planned as if the others were not approved,
// so a title that each would leave to the other goes if both are approved. "" unless at least two wait.
func heldTogether(ctx context.Context, tx *store.Tx, parts []*ent.JobPart) (string, error) {
	held, before, affected := 0, 0, 0
	for _, part := range parts {
		if part.State != PartHeld {
			continue
		}
		counts, err := decodeCounts(part.Counts)
		if err != nil {
			return "", err
		}
		counts = counts.OnlyKinds(KindsOf(part))
		held, before, affected = held+1, before+counts.EntitlementsBefore, affected+counts.EntitlementsAffected
	}
	if held < 2 {
		return "", nil
	}
	var lost int
	err := tx.SQL.QueryRowContext(ctx, `SELECT COUNT(*) FROM (SELECT c.portfolio_id FROM job_changes c JOIN job_parts p ON p.id = c.part_id
		WHERE p.job_id = ? AND p.state = 'HELD' AND c.field = '' AND c.portfolio_id IS NOT NULL
			AND c.action IN ('ADD', 'REMOVE', 'KEEP', 'WITHDRAW')
		GROUP BY c.portfolio_id HAVING COUNT(*) FILTER (WHERE c.action = 'WITHDRAW') > 1 AND COUNT(*) FILTER (WHERE c.action = 'ADD') = 0
			AND COUNT(*) >= (SELECT COUNT(*) FROM entitlements e WHERE e.portfolio_id = c.portfolio_id AND e.active)) AS leaving`,
		parts[0].JobID).Scan(&lost)
	if err != nil {
		return "", fmt.Errorf("look at what the held parts come to together: %w", err)
	}
	text := fmt.Sprintf("together the %d parts that wait take away %s of %s entitlements", held, words.Figure(affected), words.Figure(before))
	if lost > 0 {
		gone := words.Count(lost, "title is then in no list any more", "titles are then in no list any more")
		text += "; " + gone + ", which each of them alone leaves to the others"
	}
	return text, nil
}
