package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"autoholdings/ent"
	"autoholdings/ent/listdecision"
	"autoholdings/ent/providerfile"
	"autoholdings/holdings"
	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
	"autoholdings/internal/words"
	"autoholdings/kbart"
	"autoholdings/provider"
)

// partRun is the work on one part.
type partRun struct {
	run     *run
	part    *ent.JobPart
	last    bool              // last part of the job: its last transaction may end the job
	profile *ent.Profile      // nil: no profile
	from    *provider.Fetcher // fetcher for the list's provider; nil: the list is not a provider's
	file    *ent.ProviderFile // nil: the list is not a kept file
	force   bool
	log     *holdings.FindingLog

	elsewhere *elsewhere // where the part writes instead of to its collection's portfolios; nil: to these

	pairs *holdings.Pairs // decisions on pairs that the job carries out; nil: none

	decided    listDecisions // what was decided on the list in earlier runs
	byDecision bool          // the job was queued by a decision on the list
	begun      bool          // the plan is being written

	wouldBe string // for a preview: what a run would make of the part, and why; "": it would apply it
	why     failure

	limits      plan.Guards
	newOnly     bool // leave titles alone whose portfolio is held
	keepMissing bool // keep portfolios that are not on the list
	advice      advice

	// mayWrite is called in each transaction that writes the plan; nil: always allowed.
	mayWrite func(ctx context.Context, tx *store.Tx) error
	// whenApplied is called in the transaction that finishes writing the plan; nil: nothing to do.
	whenApplied func(ctx context.Context, tx *store.Tx, counts plan.Counts) error
}

// elsewhere is where a part writes, if not to its collection's portfolios.
type elsewhere struct {
	source  string               // the source of the files that are fetched for it
	request provider.Request     // how they are asked for, apart from the content type
	aim     func(*holdings.Part) // makes it the target of a plan
}

// advice says what to do about a list that cannot be used.
type advice struct{ allFree, noUsableRows, lost string }

// bringFetchedInStep takes the part from its current state to its end, with the list that was fetched from the provider.
func (pr *partRun) bringFetchedInStep(ctx context.Context) error {
	if err := pr.readFile(ctx); err != nil {
		return err
	}
	if err := pr.checkFile(ctx); err != nil {
		return err
	}
	return pr.foreseenOr(pr.bringInStep(ctx, pr.source(ctx)))
}

// advise inserts the provider's name into an advice.
func (pr *partRun) advise(text string) string {
	if pr.from == nil {
		return text
	}
	return pr.from.Advise(text)
}

// bringInStep plans what the list changes in the collection, and applies, shows or holds the plan.
func (pr *partRun) bringInStep(ctx context.Context, list plan.Source) error {
	if err := pr.progress(ctx, "plan"); err != nil {
		return err
	}
	part, err := pr.holdingsPart(ctx)
	if err != nil {
		return err
	}
	plan, err := pr.run.s.holdings.Plan(ctx, list, part, pr.limits, pr.log.Add)
	if err != nil {
		return pr.refusal(err)
	}
	if pr.run.kind.again { // a person has decided on all that differs
		plan.Guards = nil
	}
	if pr.keepMissing {
		plan.Counts.Missing = plan.KeepMissing()
	}
	switch {
	case plan.AllFree():
		plan.RemoveNothing()
		return pr.endUnwritten(ctx, plan, part, PartBlocked, failure{
			codeAllFree, fmt.Sprintf("all %s rows of the file are free titles: nothing is removed because of it",
				words.Figure(plan.Counts.Free)),
			pr.advise(pr.advice.allFree),
		})
	case plan.Counts.Titles == 0:
		plan.RemoveNothing()
		return pr.endUnwritten(ctx, plan, part, PartFailed, failure{
			codeNoUsableRows, fmt.Sprintf("none of the file's %s rows could be used", words.Figure(plan.Counts.Rows)),
			pr.advise(pr.advice.noUsableRows),
		})
	default:
		return pr.carryOut(ctx, plan, part)
	}
}

// endUnwritten ends a part in this state, without writing anything from its list. A preview says how a run would end.
func (pr *partRun) endUnwritten(ctx context.Context, plan *holdings.Plan, part *holdings.Part, state string, why failure) error {
	if pr.run.job.Mode == Preview && state == PartBlocked {
		pr.foresee(blockedInARun, why)
	}
	if pr.wouldBe != "" {
		state, why = PartPreviewed, pr.why
	}
	return pr.show(ctx, plan, part, state, why, nil)
}

// carryOut shows, holds or applies a plan, without what a person declined of the list.
func (pr *partRun) carryOut(ctx context.Context, plan *holdings.Plan, part *holdings.Part) (err error) {
	switch pr.part.State {
	case PartApplying:
		resumed, err := pr.resumed()
		if err != nil {
			return err
		}
		decline(plan, KindsOf(pr.part).Others())
		return pr.apply(ctx, plan, part, resumed)
	case PartApproved:
		return pr.applyApproved(ctx, plan, part)
	}
	if plan.Guards, err = pr.undecided(ctx, plan.Guards); err != nil {
		return err
	}
	if pr.run.job.Mode == Preview {
		return pr.preview(ctx, plan, part)
	}
	if plan.Held() {
		return pr.hold(ctx, plan, part, plan.HeldBecause())
	}
	decline(plan, pr.decided.declined())
	return pr.apply(ctx, plan, part, nil)
}

// decline removes from a plan what a person declined of the list.
func decline(plan *holdings.Plan, declined plan.Kinds) {
	if len(declined) > 0 {
		plan.Decline(declined)
	}
}

// preview shows a plan, and what a run would do with it.
func (pr *partRun) preview(ctx context.Context, plan *holdings.Plan, part *holdings.Part) error {
	if plan.Held() {
		pr.foresee(heldInARun, heldBecause(plan.HeldBecause()))
	}
	if pr.wouldBe != blockedInARun { // if blocked, all of it is shown: nothing would be applied
		decline(plan, pr.decided.declined())
	}
	if err := pr.show(ctx, plan, part, PartPreviewed, pr.why, nil); err != nil {
		return err
	}
	if pr.wouldBe == "" {
		pr.run.foresight.add(part.CollectionID, plan)
	}
	return nil
}

func (pr *partRun) holdingsPart(ctx context.Context) (*holdings.Part, error) {
	part, err := pr.run.s.partToDo(ctx, pr.run.kind, pr.part)
	if err != nil {
		return nil, err
	}
	part.Findings, part.NewOnly, part.Resumed = pr.log, pr.newOnly, pr.part.State == PartApplying
	part.Pairs = pr.pairs
	part.Earlier = pr.run.foresight.earlier(part.CollectionID)
	if pr.elsewhere != nil {
		pr.elsewhere.aim(part)
	}
	if pr.file != nil {
		part.Release = pr.file.Date
	}
	if pr.profile != nil {
		part.CommunityZoneOnly = pr.profile.CommunityZoneOnly
	}
	if pr.from != nil {
		part.Kind = pr.from.Provider().CoverageKind
	}
	return part, nil
}

// partToDo returns a part as the domain knows it, for a job of a kind. If a person gives the list, no provider's
// archive and frontfile are told apart.
func (s *Service) partToDo(ctx context.Context, k *jobKind, row *ent.JobPart) (part *holdings.Part, err error) {
	part = &holdings.Part{ID: row.ID, JobID: row.JobID, Content: row.Content}
	if row.CollectionID != nil {
		part.CollectionID = *row.CollectionID
	}
	if row.ProfileID != nil {
		part.ProfileID = *row.ProfileID
	}
	if !k.givenList {
		part.Kind, err = s.coverageKind(ctx, row.CollectionID)
	}
	return part, err
}

// refusal turns the reader's refusal of a list into a failure of the part; any other error stays as it is.
func (pr *partRun) refusal(err error) error {
	var fatal *kbart.FatalError
	if errors.As(err, &fatal) {
		return &failure{listCode(fatal.Finding.Code), fatal.Finding.Message, fatal.Finding.Hint}
	}
	var kept *provider.KeptError
	if errors.As(err, &kept) {
		return &failure{codeFileLost, "the kept copy of the file cannot be read: " + kept.Error(), pr.advice.lost}
	}
	return err
}

// progress records that a phase begins.
func (pr *partRun) progress(ctx context.Context, phase string) error {
	err := pr.run.s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		return pr.run.fence(ctx, tx, pr.phase(phase), 0, 0)
	})
	pr.run.s.tell(pr.run.job.ID)
	return err
}

// phase names what is being done to what: "plan journals".
func (pr *partRun) phase(verb string) string { return phaseOf(pr.part, verb) }

func phaseOf(part *ent.JobPart, verb string) string {
	if part.Content == "" {
		return verb + " titles"
	}
	return verb + " " + strings.ToLower(part.Content)
}

// apply writes the plan. resumed holds the counts recorded so far if an earlier run began it.
func (pr *partRun) apply(ctx context.Context, planned *holdings.Plan, part *holdings.Part, resumed *plan.Counts) error {
	part.Fence = pr.fenceBatches("apply")
	declined := pr.decided.declined()
	if pr.part.State != PartFetched {
		declined = KindsOf(pr.part).Others()
	}
	part.Begun = func(ctx context.Context, tx *store.Tx, _ plan.Counts) error {
		pr.begun = true
		if err := setPart(ctx, tx, pr.part.ID, PartApplying); err != nil {
			return err
		}
		return setKinds(ctx, tx, pr.part.ID, declined)
	}
	part.Finish = func(ctx context.Context, tx *store.Tx, counts plan.Counts) error {
		state, outcome := PartNoChange, FileNoChange
		if counts.Changed() {
			state, outcome = PartApplied, FileApplied
		}
		if err := setPart(ctx, tx, pr.part.ID, state); err != nil {
			return err
		}
		if pr.run.kind.again {
			return pr.endWithLastPart(ctx, tx)
		}
		err := updateFile(ctx, tx, pr.run.kind, pr.part, func(u *ent.ProviderFileUpdate) { u.SetAppliedAt(tx.Now).SetOutcome(outcome) })
		if err != nil {
			return err
		}
		if err := pr.forgetDeclined(ctx, tx, declined); err != nil {
			return err
		}
		if err := pr.supersede(ctx, tx, true); err != nil {
			return err
		}
		if pr.whenApplied != nil {
			if err := pr.whenApplied(ctx, tx, counts); err != nil {
				return err
			}
		}
		return pr.endWithLastPart(ctx, tx)
	}
	_, err := pr.run.s.holdings.Apply(ctx, planned, part, resumed)
	return err
}

// forgetDeclined reopens kinds that were once declined, but that a person has now applied by force.
func (pr *partRun) forgetDeclined(ctx context.Context, tx *store.Tx, declined plan.Kinds) error {
	stay := make([]string, len(declined))
	for i, kind := range declined {
		stay[i] = string(kind)
	}
	return reopen(ctx, tx, pr.part, listdecision.Decision(Declined), listdecision.KindNotIn(stay...))
}

// hold shows a plan that a person must decide on. Earlier decisions in this job are asked for again.
func (pr *partRun) hold(ctx context.Context, plan *holdings.Plan, part *holdings.Part, reason string) error {
	hash := plan.Hash() // of the whole plan, including what was declined
	decline(plan, pr.decided.declined())
	return pr.show(ctx, plan, part, PartHeld, heldBecause(reason), func(ctx context.Context, tx *store.Tx) error {
		if err := tx.JobPart.UpdateOneID(pr.part.ID).SetPlanHash(hash).Exec(ctx); err != nil {
			return fmt.Errorf("record the plan that waits: %w", err)
		}
		if err := setKinds(ctx, tx, pr.part.ID, pr.decided.declined()); err != nil {
			return err
		}
		if err := pr.askAgain(ctx, tx); err != nil {
			return err
		}
		return pr.supersede(ctx, tx, false)
	})
}

// askAgain deletes the decisions made in this job, because the plan has changed since.
func (pr *partRun) askAgain(ctx context.Context, tx *store.Tx) error {
	if pr.part.State != PartApproved && !pr.byDecision {
		return nil
	}
	if err := reopen(ctx, tx, pr.part, listdecision.JobID(pr.run.job.ID)); err != nil {
		return err
	}
	return updateFile(ctx, tx, pr.run.kind, pr.part, func(u *ent.ProviderFileUpdate) {
		u.Where(providerfile.OutcomeIn(FileRejected, FileUndone)).SetOutcome(FileHeld)
	})
}

func heldBecause(reason string) failure {
	return failure{codeGuard, reason, "Look at the changes, then approve or reject the job; nothing of this part was written."}
}

// fileOutcomes are the outcomes of a file whose plan is only shown, if nothing was decided before.
var fileOutcomes = map[string]string{PartPreviewed: FilePreviewed, PartHeld: FileHeld}

// show records the plan without writing it. also, if not nil, is part of the last transaction.
func (pr *partRun) show(ctx context.Context, planned *holdings.Plan, part *holdings.Part, state string, why failure,
	also func(context.Context, *store.Tx) error,
) error {
	guards, err := json.Marshal(planned.Guards)
	if err != nil {
		return err
	}
	part.Fence = pr.fenceBatches("compare")
	part.Begun = func(context.Context, *store.Tx, plan.Counts) error { return nil }
	part.Finish = func(ctx context.Context, tx *store.Tx, counts plan.Counts) error {
		err := tx.JobPart.UpdateOneID(pr.part.ID).SetUpdatedAt(tx.Now).SetState(state).SetGuards(guards).SetWouldBe(pr.wouldBe).
			SetCode(why.Code.String()).SetMessage(why.Message).SetHint(why.Hint).Exec(ctx)
		if err != nil {
			return fmt.Errorf("record the plan: %w", err)
		}
		if outcome := fileOutcomes[state]; outcome != "" && pr.file != nil && (pr.file.Outcome == "" || pr.file.Outcome == FilePreviewed) {
			err := updateFile(ctx, tx, pr.run.kind, pr.part, func(u *ent.ProviderFileUpdate) { u.SetOutcome(outcome) })
			if err != nil {
				return err
			}
		}
		if also != nil {
			if err := also(ctx, tx); err != nil {
				return err
			}
		}
		return pr.endWithLastPart(ctx, tx)
	}
	_, err = pr.run.s.holdings.Show(ctx, planned, part)
	return err
}

// anyPlan replaces the hash of a held plan if a person's decision changes the plan.
const anyPlan = ""

// applyApproved applies what a person approved of a held plan. If the holdings have changed so that the plan is
// different now, it shows the new plan and asks again.
func (pr *partRun) applyApproved(ctx context.Context, plan *holdings.Plan, part *holdings.Part) error {
	if pr.part.PlanHash == anyPlan || plan.Hash() == pr.part.PlanHash {
		decline(plan, KindsOf(pr.part).Others())
		return pr.apply(ctx, plan, part, nil)
	}
	if remembers(pr.part) {
		known, err := decisionsOn(ctx, pr.run.s.store.Read, *pr.part.ProviderFileID, *pr.part.CollectionID)
		if err != nil {
			return err
		}
		pr.decided = known.without(pr.run.job.ID)
	}
	reason := "the holdings have changed since a person decided, so the plan is a different one now"
	if guards := plan.HeldBecause(); guards != "" { // otherwise nothing would hold it any more
		reason = guards + "; " + reason
	}
	return pr.hold(ctx, plan, part, reason)
}

// endIn sets how a part that has no list is recorded: as being applied from its first transaction, and as done in
// its last. With show it is only shown; otherwise done is called in the last transaction too.
func (pr *partRun) endIn(part *holdings.Part, show bool, done func(context.Context, *store.Tx) error) {
	part.Begun = func(ctx context.Context, tx *store.Tx, _ plan.Counts) error {
		if show {
			return nil
		}
		return setPart(ctx, tx, pr.part.ID, PartApplying)
	}
	part.Finish = func(ctx context.Context, tx *store.Tx, counts plan.Counts) error {
		state := PartNoChange
		switch {
		case show:
			state = PartPreviewed
		case counts.Changed():
			state = PartApplied
		}
		if !show && done != nil {
			if err := done(ctx, tx); err != nil {
				return err
			}
		}
		if err := setPart(ctx, tx, pr.part.ID, state); err != nil {
			return err
		}
		return pr.endWithLastPart(ctx, tx)
	}
}

// resumed returns the counts that an earlier run of the part recorded; nil if there was none.
func (pr *partRun) resumed() (*plan.Counts, error) {
	if pr.part.State != PartApplying {
		return nil, nil
	}
	counts, err := decodeCounts(pr.part.Counts)
	return &counts, err
}

func (pr *partRun) fenceBatches(verb string) func(context.Context, *store.Tx, holdings.Progress) error {
	return func(ctx context.Context, tx *store.Tx, p holdings.Progress) error {
		defer pr.run.s.tell(pr.run.job.ID)
		if pr.mayWrite != nil && verb == "apply" {
			if err := pr.mayWrite(ctx, tx); err != nil {
				return err
			}
		}
		return pr.run.fence(ctx, tx, pr.phase(verb), p.Done, p.Total)
	}
}

// settlePart records the end of a part that has nothing to write.
func (pr *partRun) settlePart(ctx context.Context, err error) error {
	var known *failure
	var blocked *blockade
	switch {
	case errors.As(err, &blocked):
		return pr.closePart(ctx, blocked.state, &blocked.failure)
	case errors.As(err, &known):
		return pr.closePart(ctx, PartFailed, known)
	}
	return err
}

// blockade is an error that ends a part without failing it.
type blockade struct {
	state string
	failure
}

func newBlockade(state string, code Code, message, hint string) error {
	return &blockade{state, failure{code, message, hint}}
}

// closePart ends a part that has nothing to write. The findings in a refused list say why it was refused.
func (pr *partRun) closePart(ctx context.Context, state string, why *failure) error {
	return pr.run.s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := pr.run.fence(ctx, tx, "close", 0, 0); err != nil {
			return err
		}
		var counts plan.Counts
		if err := pr.log.Save(ctx, pr.run.s.holdings, tx, pr.run.job.ID, pr.part.ID, &counts); err != nil {
			return err
		}
		update := tx.JobPart.UpdateOneID(pr.part.ID).SetUpdatedAt(tx.Now).SetState(state).SetWouldBe(pr.wouldBe).
			SetCode(why.Code.String()).SetMessage(why.Message).SetHint(why.Hint)
		if counts.Findings != [4]int{} {
			text, err := json.Marshal(counts)
			if err != nil {
				return err
			}
			update.SetCounts(text)
		}
		if err := update.Exec(ctx); err != nil {
			return fmt.Errorf("record the part's state: %w", err)
		}
		return nil
	})
}
