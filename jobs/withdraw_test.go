package jobs_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hibiken/asynq"

	"autoholdings/ent"
	"autoholdings/ent/collection"
	"autoholdings/ent/entitlement"
	"autoholdings/ent/jobpart"
	"autoholdings/ent/portfolio"
	"autoholdings/holdings"
	"autoholdings/holdings/plan"
	"autoholdings/holdings/profiles"
	"autoholdings/internal/problem"
	"autoholdings/internal/secret"
	"autoholdings/internal/store"
	"autoholdings/internal/storetest"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

// withdrawing is a bundle in which a second profile entitles to half of what the first does, and PO lines hang on some
// portfolios of each sort.
type withdrawing struct {
	*testBundle
	other int64
	want  plan.Counts // of withdrawing the first profile's entitlements
}

func setupWithdrawal(t *testing.T, queue asynq.RedisConnOpt) *withdrawing {
	t.Helper()
	w := &withdrawing{testBundle: setup(t, queue,
		mockoup.Options{Titles: 200, Customers: []mockoup.Customer{{Number: "north", Key: "north-key", Share: .5}}})}
	ctx, yes, north, key := t.Context(), true, "north", secret.NewKey("north-key")
	_, err := w.profiles.UpdateSettings(ctx, profiles.SettingsChange{MultiCampus: &yes})
	must(t, err)
	p, _, err := w.profiles.CreateProfile(ctx, profiles.ProfileInput{CustomerNumber: &north, APIKey: &key, Active: &yes}, nil)
	must(t, err)
	w.other = p.ID
	for _, id := range []int64{w.profile, w.other} {
		if job := w.syncOf(id); job.Verdict != jobs.VerdictChanged {
			t.Fatalf("%s: %s", job.Verdict, job.Summary)
		}
	}
	w.order()
	return w
}

func (b *testBundle) syncOf(profile int64) *ent.Job {
	b.t.Helper()
	job, err := b.jobs.StartSync(b.t.Context(), jobs.SyncRequest{ProfileIDs: []int64{profile}, Mode: jobs.Apply, Trigger: jobs.Manual})
	must(b.t, err)
	return b.wait(job.ID)
}

// order attaches PO lines to every seventh portfolio, and counts what a withdrawal comes to.
func (w *withdrawing) order() {
	w.t.Helper()
	rows := w.store.Read.Portfolio.Query().Where(portfolio.HasEntitlementsWith(entitlement.ProfileID(w.profile), entitlement.Active(true))).
		WithEntitlements().Order(portfolio.ByID()).AllX(w.t.Context())
	must(w.t, w.store.Write(w.t.Context(), func(ctx context.Context, tx *store.Tx) error {
		for i, p := range rows {
			ordered := i%7 == 0
			if ordered {
				if err := attach(ctx, w.store, tx, p.ID); err != nil {
					return err
				}
			}
			switch {
			case len(p.Edges.Entitlements) > 1:
				w.want.Withdrawn++
			case ordered:
				w.want.Kept++
			default:
				w.want.Removed++
			}
		}
		return nil
	}))
	w.want.EntitlementsBefore, w.want.EntitlementsAffected = len(rows), len(rows)
	if w.want.Withdrawn == 0 || w.want.Kept == 0 || w.want.Removed == 0 {
		w.t.Fatalf("too little to test: %+v", w.want)
	}
}

func attach(ctx context.Context, s *store.Store, tx *store.Tx, portfolioID int64) error {
	return tx.POLine.Create().SetID(s.NextID()).SetCreatedAt(time.Now().UnixMilli()).SetUpdatedAt(time.Now().UnixMilli()).
		SetNumber(fmt.Sprintf("POL-%d", portfolioID)).SetPortfolioID(portfolioID).SetMain(true).Exec(ctx)
}

func (w *withdrawing) setActive(active bool) {
	w.t.Helper()
	_, _, err := w.profiles.UpdateProfile(w.t.Context(), w.profile, nil, profiles.ProfileInput{Active: &active}, nil)
	must(w.t, err)
}

// withdraw runs a withdrawal up to its end, or a person's turn.
func (w *withdrawing) withdraw(in jobs.WithdrawRequest) *ent.Job {
	w.t.Helper()
	in.ProfileID, in.Trigger = w.profile, jobs.Manual
	job, err := w.jobs.StartWithdrawal(w.t.Context(), in)
	must(w.t, err)
	return w.wait(job.ID)
}

// refused checks that a withdrawal is refused with this code.
func (w *withdrawing) refused(mode string, want problem.Code) {
	w.t.Helper()
	_, err := w.jobs.StartWithdrawal(w.t.Context(), jobs.WithdrawRequest{ProfileID: w.profile, Mode: mode, Trigger: jobs.Manual})
	if found, _ := problem.In(err); len(found) != 1 || found[0].Code != want || strings.Join(found[0].Path, ".") != "input.profileId" {
		w.t.Errorf("%s is refused with %v, not %s", mode, err, want)
	}
}

func (w *withdrawing) approve(id int64) *ent.Job {
	w.t.Helper()
	_, err := w.jobs.Approve(w.t.Context(), id, jobs.Decision{})
	must(w.t, err)
	return w.wait(id)
}

func (w *withdrawing) counts(job *ent.Job) plan.Counts {
	w.t.Helper()
	return countsOf(w.t, job)
}

// inForce is how many entitlements a profile has.
func (w *withdrawing) inForce(profile int64) int {
	w.t.Helper()
	return w.store.Read.Entitlement.Query().Where(entitlement.ProfileID(profile), entitlement.Active(true)).CountX(w.t.Context())
}

// inForceOf is how many entitlements the profile has of a content type.
func (w *withdrawing) inForceOf(content string) int {
	w.t.Helper()
	return w.store.Read.Entitlement.Query().Where(entitlement.ProfileID(w.profile), entitlement.Active(true),
		entitlement.HasPortfolioWith(portfolio.HasCollectionWith(collection.Content(content)))).CountX(w.t.Context())
}

// TestWithdraw: it is held, shown, approved, and undone; an active profile, and a second job meanwhile, are refused.
func TestWithdraw(t *testing.T) {
	t.Parallel()
	onEachQueue(t, func(t *testing.T, queue asynq.RedisConnOpt) {
		w := setupWithdrawal(t, queue)
		w.refused(jobs.Apply, problem.WrongState)
		w.refused(jobs.Preview, problem.WrongState)
		w.setActive(false)
		before, others := w.holdingsText(), w.inForce(w.other)

		preview := w.withdraw(jobs.WithdrawRequest{Mode: jobs.Preview})
		if preview.Verdict != jobs.VerdictPreviewed || preview.Applied {
			t.Errorf("%s %s: %s", preview.State, preview.Verdict, preview.Summary)
		}
		held := w.withdraw(jobs.WithdrawRequest{Mode: jobs.Apply, IdempotencyKey: "once"})
		if held.State != jobs.NeedsReview || held.Verdict != jobs.VerdictBlocked || held.Applied ||
			!strings.Contains(held.ErrorMessage, "nothing would be left") ||
			!strings.Contains(held.Summary, fmt.Sprintf("%d kept for a PO line", w.want.Kept)) {
			t.Fatalf("%s %s: %s: %s", held.State, held.Verdict, held.Summary, held.ErrorMessage)
		}
		for name, job := range map[string]*ent.Job{"preview": preview, "held": held} {
			if diff := cmp.Diff(w.want, w.counts(job)); diff != "" {
				t.Errorf("%s:\n%s", name, diff)
			}
		}
		if diff := cmp.Diff(before, w.holdingsText()); diff != "" {
			t.Fatalf("a held plan changed the holdings:\n%s", diff)
		}
		w.refused(jobs.Apply, problem.Conflict)
		if same := w.withdraw(jobs.WithdrawRequest{Mode: jobs.Apply, IdempotencyKey: "once"}); same.ID != held.ID {
			t.Error("the same key made another job")
		}

		done := w.approve(held.ID)
		if done.State != jobs.Succeeded || done.Verdict != jobs.VerdictChanged || !done.Applied {
			t.Fatalf("%s %s: %s", done.State, done.Verdict, done.Summary)
		}
		if diff := cmp.Diff(w.want, w.counts(done)); diff != "" {
			t.Error(diff)
		}
		w.withdrawn(t, others)
		w.refused(jobs.Apply, problem.WrongState) // nothing is in force any more

		undo, err := w.jobs.Undo(t.Context(), done.ID, jobs.Apply, "")
		must(t, err)
		if undone := w.wait(undo.ID); undone.Verdict != jobs.VerdictChanged {
			t.Errorf("undo: %s %s: %s", undone.State, undone.Verdict, undone.Summary)
		}
		if diff := cmp.Diff(before, w.holdingsText()); diff != "" {
			t.Errorf("undone, the holdings are not what they were:\n%s", diff)
		}
	})
}

// withdrawn checks what a withdrawal leaves.
func (w *withdrawing) withdrawn(t *testing.T, others int) {
	t.Helper()
	ctx := t.Context()
	if n := w.inForce(w.profile); n != 0 {
		t.Errorf("%d entitlements are in force still", n)
	}
	if n := w.inForce(w.other); n != others {
		t.Errorf("the other profile has %d entitlements, %d before", n, others)
	}
	if n := w.store.Read.Portfolio.Query().Where(portfolio.RemovedAtNotNil()).CountX(ctx); n != w.want.Removed {
		t.Errorf("%d hidden for %d removed", n, w.want.Removed)
	}
	if n := w.store.Read.Portfolio.Query().Where(portfolio.RemovedAtIsNil(), portfolio.Listed(false)).CountX(ctx); n != w.want.Kept {
		t.Errorf("%d not listed for %d kept", n, w.want.Kept)
	}
	if n := w.store.Read.POLine.Query().CountX(ctx); n < w.want.Kept {
		t.Errorf("%d PO lines", n)
	}
	if n := w.store.Read.Portfolio.Query().Where(portfolio.RemovedAtIsNil(), portfolio.Listed(true)).CountX(ctx); n != others {
		t.Errorf("%d listed for the other profile's %d", n, others)
	}
}

// oneQueue is an embedded queue of the test's own.
func oneQueue(t *testing.T) asynq.RedisConnOpt {
	t.Helper()
	embedded, err := jobs.StartEmbedded()
	must(t, err)
	t.Cleanup(embedded.Close)
	return embedded.Options()
}

// TestWithdrawRejected: everything stays, the profile too, and the job says so. A sync of it once it is active again
// finds nothing to do.
func TestWithdrawRejected(t *testing.T) {
	t.Parallel()
	w := setupWithdrawal(t, oneQueue(t))
	before := w.holdingsText()
	held := w.withdraw(jobs.WithdrawRequest{Mode: jobs.Apply, DeleteProfile: true}) // which deactivates it
	_, err := w.jobs.Reject(t.Context(), held.ID, jobs.Decision{})
	must(t, err)
	rejected := w.wait(held.ID)
	if rejected.State != jobs.Cancelled || rejected.Verdict != jobs.VerdictBlocked ||
		!strings.Contains(rejected.Summary, "the profile stays as it is") {
		t.Errorf("%s %s: %s", rejected.State, rejected.Verdict, rejected.Summary)
	}
	if p := w.store.Read.Profile.GetX(t.Context(), w.profile); p.Active {
		t.Error("the profile is active")
	}
	if diff := cmp.Diff(before, w.holdingsText()); diff != "" {
		t.Errorf("a rejected plan changed the holdings:\n%s", diff)
	}
	w.setActive(true)
	if job := w.syncOf(w.profile); job.Verdict != jobs.VerdictNoChange {
		t.Errorf("a sync after that: %s: %s", job.Verdict, job.Summary)
	}
}

// TestWithdrawBackBySync: what was withdrawn comes back, the same records, when the profile is active and run again.
func TestWithdrawBackBySync(t *testing.T) {
	t.Parallel()
	w := setupWithdrawal(t, oneQueue(t))
	before := w.holdingsText()
	w.setActive(false)
	w.approve(w.withdraw(jobs.WithdrawRequest{Mode: jobs.Apply}).ID)
	w.setActive(true)
	if job := w.syncOf(w.profile); job.Verdict != jobs.VerdictChanged || w.counts(job).Added != w.want.EntitlementsBefore {
		t.Errorf("%s: %s", job.Verdict, job.Summary)
	}
	if diff := cmp.Diff(before, w.holdingsText()); diff != "" {
		t.Errorf("the holdings are not what they were:\n%s", diff)
	}
}

// TestWithdrawInterrupted: a run that fails in its midst is gone on with by the next, and nothing is counted twice.
func TestWithdrawInterrupted(t *testing.T) {
	t.Parallel()
	w := setupWithdrawal(t, oneQueue(t))
	w.setActive(false)
	others := w.inForce(w.other)
	w.holdings.BatchTitles = 10
	held := w.withdraw(jobs.WithdrawRequest{Mode: jobs.Apply})
	storetest.Trigger{
		On: "BEFORE INSERT ON job_changes",
		When: `(SELECT attempt FROM jobs WHERE id = NEW.job_id) = 1 AND (SELECT state FROM job_parts WHERE id = NEW.part_id) = 'APPLYING'
			AND (SELECT COUNT(*) FROM job_changes WHERE part_id = NEW.part_id) > 25`,
		Fail: "a fault of the test",
	}.Install(t, w.store)
	done := w.approve(held.ID)
	if done.State != jobs.Succeeded || done.Verdict != jobs.VerdictChanged || done.Attempt != 2 {
		t.Fatalf("%s %s in %d runs: %s", done.State, done.Verdict, done.Attempt, done.Summary)
	}
	if diff := cmp.Diff(w.want, w.counts(done)); diff != "" {
		t.Error(diff)
	}
	if n := w.store.Read.JobChange.Query().CountX(t.Context()); n == 0 {
		t.Error("nothing is in the report")
	}
	w.withdrawn(t, others)
}

// TestWithdrawPlanMoved: a PO line attached while the plan waits makes it another plan for that collection, which is
// shown and asked again.
func TestWithdrawPlanMoved(t *testing.T) {
	t.Parallel()
	w := setupWithdrawal(t, oneQueue(t))
	w.setActive(false)
	held := w.withdraw(jobs.WithdrawRequest{Mode: jobs.Apply})
	must(t, w.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		p, err := tx.Portfolio.Query().Where(portfolio.Not(portfolio.HasPoLines()),
			portfolio.Not(portfolio.HasEntitlementsWith(entitlement.ProfileID(w.other)))).First(ctx)
		if err != nil {
			return err
		}
		return attach(ctx, w.store, tx, p.ID)
	}))
	again := w.approve(held.ID)
	if again.State != jobs.NeedsReview || w.counts(again).Kept != w.want.Kept+1 || w.counts(again).Removed != w.want.Removed-1 {
		t.Fatalf("%s %s: %s", again.State, again.Verdict, again.Summary)
	}
	if done := w.approve(held.ID); done.State != jobs.Succeeded || w.counts(done).Kept != w.want.Kept+1 {
		t.Errorf("%s %s: %s", done.State, done.Verdict, done.Summary)
	}
}

// TestWithdrawOfActivated: a profile that was activated while the plan waited, or while it is applied, stops the job.
func TestWithdrawOfActivated(t *testing.T) {
	t.Parallel()
	w := setupWithdrawal(t, oneQueue(t))
	w.setActive(false)
	before := w.holdingsText()
	held := w.withdraw(jobs.WithdrawRequest{Mode: jobs.Apply})
	w.setActive(true)
	failed := w.approve(held.ID)
	if failed.State != jobs.Failed || failed.ErrorCode != "PROFILE_ACTIVE" || failed.ErrorHint == "" || failed.Applied {
		t.Errorf("%s %s: %s", failed.State, failed.ErrorCode, failed.Summary)
	}
	if diff := cmp.Diff(before, w.holdingsText()); diff != "" {
		t.Errorf("it changed the holdings:\n%s", diff)
	}

	w.setActive(false)
	held = w.withdraw(jobs.WithdrawRequest{Mode: jobs.Apply})
	storetest.Trigger{
		On: "AFTER UPDATE OF state ON job_parts", When: "NEW.state = 'APPLIED'", Do: "UPDATE profiles SET active = true",
	}.Install(t, w.store)
	stopped := w.approve(held.ID)
	if stopped.State != jobs.Failed || stopped.Verdict != jobs.VerdictPartial || stopped.ErrorCode != "PROFILE_ACTIVE" || !stopped.Applied {
		t.Errorf("%s %s %s: %s", stopped.State, stopped.Verdict, stopped.ErrorCode, stopped.Summary)
	}
	if n := w.inForce(w.profile); n == 0 || n == w.want.EntitlementsBefore {
		t.Errorf("%d of %d are in force", n, w.want.EntitlementsBefore)
	}
}

// TestWithdrawSuperseded: a sync of the profile, active again, ends the plan that waits.
func TestWithdrawSuperseded(t *testing.T) {
	t.Parallel()
	w := setupWithdrawal(t, oneQueue(t))
	w.setActive(false)
	held := w.withdraw(jobs.WithdrawRequest{Mode: jobs.Apply})
	w.setActive(true)
	sync := w.syncOf(w.profile)
	over := w.wait(held.ID)
	if sync.Verdict != jobs.VerdictNoChange || over.State != jobs.Cancelled || over.Verdict != jobs.VerdictBlocked ||
		over.ErrorCode != "SUPERSEDED" {
		t.Errorf("%s; %s %s %s: %s", sync.Verdict, over.State, over.Verdict, over.ErrorCode, over.Summary)
	}
	if n := w.inForce(w.profile); n != w.want.EntitlementsBefore {
		t.Errorf("%d of %d are in force", n, w.want.EntitlementsBefore)
	}
}

// TestWithdrawCancelled: what is cancelled before it begins has written nothing.
func TestWithdrawCancelled(t *testing.T) {
	t.Parallel()
	w := setupWithdrawal(t, oneQueue(t))
	w.setActive(false)
	w.stop()
	w.open() // nobody works
	job, err := w.jobs.StartWithdrawal(t.Context(), jobs.WithdrawRequest{ProfileID: w.profile, Mode: jobs.Apply, Trigger: jobs.Manual})
	must(t, err)
	_, err = w.jobs.Cancel(t.Context(), job.ID)
	must(t, err)
	if over := w.wait(job.ID); over.State != jobs.Cancelled || over.Verdict != jobs.VerdictNoChange || over.Applied {
		t.Errorf("%s %s", over.State, over.Verdict)
	}
	if n := w.inForce(w.profile); n != w.want.EntitlementsBefore {
		t.Errorf("%d of %d are in force", n, w.want.EntitlementsBefore)
	}
}

// TestWithdrawByContentType: books are withdrawn before journals, whichever collection was made first.
func TestWithdrawByContentType(t *testing.T) {
	t.Parallel()
	w := setupWithdrawal(t, oneQueue(t))
	w.setActive(false)
	for range 2 {
		w.write(`UPDATE collections SET content = CASE content WHEN 'BOOKS' THEN 'JOURNALS' ELSE 'BOOKS' END`)
		shown := w.withdraw(jobs.WithdrawRequest{Mode: jobs.Preview})
		var order []string
		for _, part := range shown.QueryParts().Order(jobpart.ByID()).AllX(t.Context()) {
			order = append(order, part.Content)
		}
		if diff := cmp.Diff([]string{"BOOKS", "JOURNALS"}, order); diff != "" {
			t.Error(diff)
		}
	}
}

// TestWithdrawAndDelete: after approval the profile goes in the job's last transaction, its report stays true, and jobs
// of other profiles can be undone still.
func TestWithdrawAndDelete(t *testing.T) {
	t.Parallel()
	w := setupWithdrawal(t, oneQueue(t))
	ctx := t.Context()
	name := holdings.ProfileName(w.store.Read.Profile.GetX(ctx, w.profile))
	others := w.inForce(w.other)
	later, err := w.jobs.StartSync(ctx, jobs.SyncRequest{
		ProfileIDs: []int64{w.profile}, Mode: jobs.Preview, Trigger: jobs.Manual,
		DueAt: time.Now().UnixMilli() + 1e9,
	})
	must(t, err)
	_, err = w.jobs.StartWithdrawal(ctx, jobs.WithdrawRequest{
		ProfileID: w.profile, DeleteProfile: true, Mode: jobs.Apply,
		Trigger: jobs.Manual,
	})
	if found, _ := problem.In(err); len(found) != 1 || found[0].Code != problem.Conflict || !w.store.Read.Profile.GetX(ctx, w.profile).Active {
		t.Errorf("with an unfinished job it is refused with %v, and deactivated", err)
	}
	_, err = w.jobs.Cancel(ctx, later.ID)
	must(t, err)
	held := w.withdraw(jobs.WithdrawRequest{Mode: jobs.Apply, DeleteProfile: true, IdempotencyKey: "delete"})
	if p := w.store.Read.Profile.GetX(ctx, w.profile); held.State != jobs.NeedsReview || p.Active {
		t.Fatalf("%s, active %v", held.State, p.Active)
	}
	done := w.approve(held.ID)
	if done.State != jobs.Succeeded || done.Verdict != jobs.VerdictChanged ||
		!strings.Contains(done.Summary, fmt.Sprintf("The profile %q was deleted", name)) {
		t.Fatalf("%s %s: %s", done.State, done.Verdict, done.Summary)
	}
	if _, err := w.store.Read.Profile.Get(ctx, w.profile); !ent.IsNotFound(err) {
		t.Errorf("the profile: %v", err)
	}
	for _, part := range w.store.Read.JobPart.Query().Where(jobpart.JobID(done.ID)).AllX(ctx) {
		if part.ProfileName != name || part.ProfileID != nil || part.State != jobs.PartApplied {
			t.Errorf("the part: %+v", part)
		}
	}
	w.withdrawn(t, others)
	if n := w.store.Read.Entitlement.Query().Where(entitlement.ProfileIDIsNil(), entitlement.Active(true)).CountX(ctx); n != 0 {
		t.Errorf("%d entitlements of nobody are in force", n)
	}
	if same := w.withdraw(jobs.WithdrawRequest{Mode: jobs.Apply, DeleteProfile: true, IdempotencyKey: "delete"}); same.ID != done.ID {
		t.Error("the same key made another job")
	}
	_, err = w.jobs.Undo(ctx, done.ID, jobs.Apply, "")
	if err == nil || !strings.Contains(err.Error(), "deleted") {
		t.Errorf("undo of it: %v", err)
	}
	ids := w.store.Read.Job.Query().Order(ent.Asc("id")).IDsX(ctx)
	undo, err := w.jobs.Undo(ctx, ids[1], jobs.Preview, "") // the other profile's sync
	must(t, err)
	if job := w.wait(undo.ID); job.Verdict != jobs.VerdictPreviewed {
		t.Errorf("undo of the other profile's sync: %s %s", job.State, job.Summary)
	}
}

// TestWithdrawKeepsProfile: where something of the profile is not finished at the end, it stays, and the job says so.
func TestWithdrawKeepsProfile(t *testing.T) {
	t.Parallel()
	w := setupWithdrawal(t, oneQueue(t))
	held := w.withdraw(jobs.WithdrawRequest{Mode: jobs.Apply, DeleteProfile: true})
	later, err := w.jobs.StartSync(t.Context(), jobs.SyncRequest{
		ProfileIDs: []int64{w.profile}, Mode: jobs.Preview, Trigger: jobs.Manual,
		DueAt: time.Now().UnixMilli() + 1e9,
	})
	must(t, err)
	done := w.approve(held.ID)
	if done.State != jobs.Succeeded || done.Verdict != jobs.VerdictPartial || done.ErrorCode != "PROFILE_KEPT" ||
		!strings.Contains(done.Summary, "was not deleted") {
		t.Errorf("%s %s %s: %s", done.State, done.Verdict, done.ErrorCode, done.Summary)
	}
	if n := w.inForce(w.profile); n != 0 {
		t.Errorf("%d in force", n)
	}
	w.store.Read.Profile.GetX(t.Context(), w.profile)
	_, err = w.jobs.Cancel(t.Context(), later.ID)
	must(t, err)
	must(t, w.profiles.DeleteProfile(t.Context(), w.profile))
}

// TestIdleProfile: an undo counts as a job of the profiles whose job it undoes, before it has begun too.
func TestIdleProfile(t *testing.T) {
	t.Parallel()
	w := setupWithdrawal(t, oneQueue(t))
	w.setActive(false)
	held := w.withdraw(jobs.WithdrawRequest{Mode: jobs.Apply})
	done := w.approve(held.ID)
	w.stop()
	w.open() // nobody works
	_, err := w.jobs.Undo(t.Context(), done.ID, jobs.Preview, "")
	must(t, err)
	busy := map[int64]bool{}
	for _, id := range []int64{w.profile, w.other} {
		err := w.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error { return jobs.CheckIdle(ctx, tx, id) })
		found, _ := problem.In(err)
		busy[id] = slices.ContainsFunc(found, func(p *problem.Problem) bool { return p.Code == problem.Conflict })
	}
	if !busy[w.profile] || busy[w.other] {
		t.Errorf("busy: %v", busy)
	}
}
