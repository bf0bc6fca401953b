package jobs_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"autoholdings/ent"
	"autoholdings/ent/entitlement"
	"autoholdings/ent/job"
	"autoholdings/ent/jobfinding"
	"autoholdings/ent/jobpart"
	"autoholdings/ent/listdecision"
	"autoholdings/ent/portfolio"
	"autoholdings/holdings/plan"
	"autoholdings/holdings/profiles"
	"autoholdings/internal/opaque"
	"autoholdings/internal/problem"
	"autoholdings/internal/secret"
	"autoholdings/internal/store"
	"autoholdings/jobs"
	"autoholdings/mockoup"
	"autoholdings/provider/oup"
)

// give keeps a list of journals, as if it had come for the profile.
func (b *testBundle) give(name, list string) int64 {
	b.t.Helper()
	file, err := b.jobs.KeepFile(b.t.Context(), b.profile, oup.Journals, name, strings.NewReader(list))
	must(b.t, err)
	return file.ID
}

// syncGiven syncs a list that is given.
func (b *testBundle) syncGiven(name, list string, change func(*jobs.SyncRequest)) *ent.Job {
	b.t.Helper()
	in := jobs.SyncRequest{Mode: jobs.Apply, FileID: b.give(name, list)}
	if change != nil {
		change(&in)
	}
	return b.wait(b.start(in).ID)
}

func byForce(in *jobs.SyncRequest)   { in.Force = true }
func asPreview(in *jobs.SyncRequest) { in.Mode = jobs.Preview }

func (b *testBundle) approve(jobID int64, in jobs.Decision) *ent.Job {
	b.t.Helper()
	row, err := b.jobs.Approve(b.t.Context(), jobID, in)
	must(b.t, err)
	return b.wait(row.ID)
}

func (b *testBundle) onlyPart(jobID int64) *ent.JobPart {
	b.t.Helper()
	return b.store.Read.JobPart.Query().Where(jobpart.JobID(jobID)).OnlyX(b.t.Context())
}

// kinds is a decision on the only part of a job.
func (b *testBundle) kinds(jobID int64, kinds ...plan.Kind) jobs.Decision {
	b.t.Helper()
	return jobs.Decision{Parts: []jobs.PartDecision{{PartID: b.onlyPart(jobID).ID, Kinds: kinds}}}
}

// decided are the decisions on the list of a job's only part: "ADDITIONS APPROVED", ...
func (b *testBundle) decided(jobID int64) (text []string) {
	b.t.Helper()
	part := b.onlyPart(jobID)
	known, err := jobs.NewReader(b.store).DecisionsOf(b.t.Context(), []*ent.JobPart{part})
	must(b.t, err)
	for _, d := range known[part.ID] {
		text = append(text, d.Kind+" "+d.Decision)
	}
	return text
}

// listed is how many portfolios are in the holdings and listed.
func (b *testBundle) listed() int {
	b.t.Helper()
	return b.store.Read.Portfolio.Query().Where(portfolio.RemovedAtIsNil(), portfolio.Listed(true)).CountX(b.t.Context())
}

// The lists of these tests: all of a hundred journals; half of them gone, two new and one otherwise.
func wholeList() string { return journalList(0, 100, 1996) }

func halfList() string {
	return strings.Replace(journalList(50, 102, 1996), "j00050\t1996", "j00050\t1990", 1)
}

// startHeld applies the whole list and lets the half one wait.
func startHeld(t *testing.T) (b *testBundle, held *ent.Job) {
	t.Helper()
	b = embedded(t, mockoup.Options{Titles: 5})
	wantJob(t, b.syncGiven("journals_2026-01-28.txt", wholeList(), nil), jobs.Succeeded, jobs.VerdictChanged)
	held = b.syncGiven("journals_2026-02-28.txt", halfList(), nil)
	wantJob(t, held, jobs.NeedsReview, jobs.VerdictBlocked)
	return b, held
}

// TestApproveByKind: updates and additions are one action; what was not approved is declined for these bytes, and can
// be taken later.
func TestApproveByKind(t *testing.T) {
	t.Parallel()
	b, held := startHeld(t)
	done := b.approve(held.ID, b.kinds(held.ID, plan.Additions, plan.Updates))
	wantJob(t, done, jobs.Succeeded, jobs.VerdictChanged)
	if counts := countsOf(t, done); done.ID != held.ID || counts.Added != 2 || counts.Removed != 0 || b.listed() != 102 {
		t.Errorf("%+v, %d listed", counts, b.listed())
	}
	want := []string{"ADDITIONS APPROVED", "UPDATES APPROVED", "ACCESS_LOST DECLINED", "REMOVALS DECLINED"}
	if diff := cmp.Diff(want, b.decided(held.ID)); diff != "" {
		t.Error(diff)
	}
	if part := b.onlyPart(held.ID); part.Kinds != "ADDITIONS UPDATES" || part.State != jobs.PartApplied {
		t.Errorf("%s %q", part.State, part.Kinds)
	}

	// A run that meets the bytes again plans without what was declined, and holds nothing because of it.
	for _, mode := range []string{jobs.Preview, jobs.Apply} {
		again := b.syncGiven("journals_2026-02-28.txt", halfList(), func(in *jobs.SyncRequest) { in.Mode = mode })
		if counts := countsOf(t, again); again.State != jobs.Succeeded || counts.Changed() || b.onlyPart(again.ID).WouldBe != "" {
			t.Errorf("%s again: %s %s: %s", mode, again.State, again.Verdict, again.Summary)
		}
	}

	// What was declined can be taken from the very file, in part and without being held again.
	taken := b.approve(held.ID, b.kinds(held.ID, plan.Removals))
	wantJob(t, taken, jobs.Succeeded, jobs.VerdictChanged)
	if counts := countsOf(t, taken); taken.ID == held.ID || counts.Removed != 50 || counts.Added != 0 || b.listed() != 52 {
		t.Errorf("%d: %+v, %d listed", taken.ID, counts, b.listed())
	}
	if part := b.onlyPart(taken.ID); part.Kinds != "REMOVALS" {
		t.Errorf("it applied %q", part.Kinds)
	}
	if _, err := b.jobs.Approve(t.Context(), held.ID, b.kinds(held.ID, plan.Removals)); !isProblem(err, problem.WrongState) {
		t.Errorf("taken twice: %v", err)
	}

	// Undoing that job declines what it applied, and no more; the list still counts as applied.
	wantJob(t, b.undo(taken.ID, jobs.Apply), jobs.Succeeded, jobs.VerdictChanged)
	want = []string{"ADDITIONS APPROVED", "UPDATES APPROVED", "ACCESS_LOST DECLINED", "REMOVALS DECLINED"}
	if diff := cmp.Diff(want, b.decided(held.ID)); diff != "" || b.listed() != 102 {
		t.Errorf("%d listed: %s", b.listed(), diff)
	}
	wantJob(t, b.syncGiven("journals_2026-02-28.txt", halfList(), nil), jobs.Succeeded, jobs.VerdictNoChange)
	if older := b.syncGiven("journals_2026-02-01.txt", journalList(0, 99, 1996), nil); older.ErrorCode != "OLDER_FILE" {
		t.Errorf("the list is forgotten: %s %s", older.Verdict, older.ErrorCode)
	}
}

// TestRejectedKinds: kinds that are rejected are declined; the part waits for the rest.
func TestRejectedKinds(t *testing.T) {
	t.Parallel()
	b, held := startHeld(t)
	waits, err := b.jobs.Reject(t.Context(), held.ID, b.kinds(held.ID, plan.Removals))
	must(t, err)
	wantJob(t, waits, jobs.NeedsReview, jobs.VerdictBlocked)
	if counts := countsOf(t, waits); counts.Removed != 0 || counts.Added != 2 || strings.Contains(waits.Summary, "removed") {
		t.Errorf("it still offers what was declined: %d removed: %s", counts.Removed, waits.Summary)
	}
	done := b.approve(held.ID, jobs.Decision{})
	wantJob(t, done, jobs.Succeeded, jobs.VerdictChanged)
	if counts := countsOf(t, done); counts.Added != 2 || counts.Removed != 0 {
		t.Errorf("%+v", counts)
	}
}

// TestRejectedList: all of it is declined, with the reason; what was declined can be taken later.
func TestRejectedList(t *testing.T) {
	t.Parallel()
	b, held := startHeld(t)
	rejected, err := b.jobs.Reject(t.Context(), held.ID, jobs.Decision{Reason: "OUP says that it is a mistake"})
	must(t, err)
	wantJob(t, rejected, jobs.Cancelled, jobs.VerdictBlocked)
	if !strings.Contains(rejected.Summary, "OUP says that it is a mistake") {
		t.Error(rejected.Summary)
	}
	if row := b.store.Read.ListDecision.Query().Where(listdecision.Kind("REMOVALS")).OnlyX(t.Context()); row.Decision != jobs.Declined ||
		row.JobID != held.ID || row.Reason == "" {
		t.Errorf("%+v", row)
	}
	if again := b.syncGiven("journals_2026-02-28.txt", halfList(), nil); again.ErrorCode != "REJECTED_FILE" ||
		again.Verdict != jobs.VerdictBlocked {
		t.Errorf("%s %s", again.Verdict, again.ErrorCode)
	}
	if taken := b.approve(held.ID, b.kinds(held.ID, plan.Additions)); countsOf(t, taken).Added != 2 || b.listed() != 102 {
		t.Errorf("%s: %d listed", taken.Summary, b.listed())
	}
	if again := b.syncGiven("journals_2026-02-28.txt", halfList(), nil); again.Verdict != jobs.VerdictNoChange {
		t.Errorf("%s: %s", again.Verdict, again.Summary)
	}
	wantJob(t, b.syncGiven("journals_2026-03-28.txt", wholeList()+"New\t\tj9\t2000\tserial\tP\n", nil), jobs.Succeeded, jobs.VerdictChanged)
	if _, err := b.jobs.Approve(t.Context(), held.ID, jobs.Decision{}); !isProblem(err, problem.OlderFile) {
		t.Errorf("taken after a newer list was applied: %v", err)
	}
	forced := b.approve(held.ID, jobs.Decision{
		Force: true,
		Parts: []jobs.PartDecision{{PartID: b.onlyPart(held.ID).ID, Kinds: plan.Kinds{plan.Removals}}},
	})
	if counts := countsOf(t, forced); counts.Removed == 0 || counts.Added != 0 {
		t.Errorf("by force: %s", forced.Summary)
	}
}

// TestDecisionsThatAreRefused change nothing.
func TestDecisionsThatAreRefused(t *testing.T) {
	t.Parallel()
	b, held := startHeld(t)
	part := b.onlyPart(held.ID).ID
	named := func(parts ...jobs.PartDecision) jobs.Decision { return jobs.Decision{Parts: parts} }
	for name, c := range map[string]struct {
		in   jobs.Decision
		code problem.Code
		path string
	}{
		"no part":            {jobs.Decision{Parts: []jobs.PartDecision{}}, problem.BadInput, "input.parts"},
		"another job's part": {named(jobs.PartDecision{PartID: 1}), problem.NotFound, "input.parts.0.partId"},
		"the same part twice": {
			named(jobs.PartDecision{PartID: part}, jobs.PartDecision{PartID: part}), problem.BadInput,
			"input.parts.1.partId",
		},
		"no kind":              {named(jobs.PartDecision{PartID: part, Kinds: plan.Kinds{}}), problem.BadInput, "input.parts.0.kinds"},
		"a reason of two rows": {jobs.Decision{Reason: "a\nb"}, problem.BadInput, "input.reason"},
		"too long a reason":    {jobs.Decision{Reason: strings.Repeat("x", 501)}, problem.BadInput, "input.reason"},
		"a column not lost": {
			jobs.Decision{Columns: map[string]plan.ColumnChoice{"notes": plan.LeaveValues}},
			problem.BadInput,
			"input.lostColumns",
		},
	} {
		_, err := b.jobs.Approve(t.Context(), held.ID, c.in)
		if found, _ := problem.In(err); len(found) != 1 || found[0].Code != c.code || strings.Join(found[0].Path, ".") != c.path {
			t.Errorf("%s: %v", name, err)
		}
		if c.in.Columns != nil { // they are of an approval alone
			continue
		}
		if _, err := b.jobs.Reject(t.Context(), held.ID, c.in); err == nil {
			t.Errorf("%s: it was rejected", name)
		}
	}
	now := b.store.Read.Job.GetX(t.Context(), held.ID)
	if now.State != jobs.NeedsReview || b.store.Read.ListDecision.Query().CountX(t.Context()) != 0 {
		t.Errorf("%s: a refusal changed something", now.State)
	}
}

// TestListWaits: while a list waits, a run that meets it again makes no second plan, be it by force.
func TestListWaits(t *testing.T) {
	t.Parallel()
	b, held := startHeld(t)
	for _, change := range []func(*jobs.SyncRequest){nil, byForce} {
		again := b.syncGiven("journals_2026-02-28.txt", halfList(), change)
		wantJob(t, again, jobs.Succeeded, jobs.VerdictBlocked)
		if again.ErrorCode != "LIST_WAITS" || !strings.Contains(again.ErrorMessage, opaque.ID("Job", held.ID)) {
			t.Errorf("%s: %s", again.ErrorCode, again.ErrorMessage)
		}
	}
	if n := b.store.Read.Job.Query().Where(job.State(jobs.NeedsReview)).CountX(t.Context()); n != 1 {
		t.Errorf("%d jobs wait", n)
	}
}

// TestZoneListWaits: so does a title list of the Community Zone.
func TestZoneListWaits(t *testing.T) {
	t.Parallel()
	b := embedded(t, mockoup.Options{Titles: 300})
	b.zone(jobs.ZoneRequest{})
	must(t, b.mock.SetFault(mockoup.Fault{Kind: "half"}))
	held := b.zone(jobs.ZoneRequest{})
	wantJob(t, held, jobs.NeedsReview, jobs.VerdictBlocked)
	again := b.zone(jobs.ZoneRequest{})
	if again.ErrorCode != "LIST_WAITS" || !strings.Contains(again.ErrorMessage, opaque.ID("Job", held.ID)) {
		t.Errorf("%s: %s", again.ErrorCode, again.ErrorMessage)
	}
	part := b.store.Read.JobPart.Query().Where(jobpart.JobID(held.ID), jobpart.State(jobs.PartHeld)).FirstX(t.Context())
	_, err := b.jobs.Approve(t.Context(), held.ID,
		jobs.Decision{Parts: []jobs.PartDecision{{PartID: part.ID, Kinds: plan.Kinds{plan.Additions}}}})
	if !isProblem(err, problem.BadInput) {
		t.Errorf("approved by kind: %v", err)
	}
}

// TestNewerListTakesThePlace of one that waits, be it that it waits itself; an older one never does.
func TestNewerListTakesThePlace(t *testing.T) {
	t.Parallel()
	b, held := startHeld(t)
	older := b.syncGiven("journals_2026-02-01.txt", journalList(0, 99, 1996), nil)
	wantJob(t, older, jobs.Succeeded, jobs.VerdictChanged)
	if now := b.store.Read.Job.GetX(t.Context(), held.ID); now.State != jobs.NeedsReview {
		t.Errorf("an older list closed it: %s", now.State)
	}
	newer := b.syncGiven("journals_2026-03-28.txt", journalList(60, 100, 1996), nil)
	wantJob(t, newer, jobs.NeedsReview, jobs.VerdictBlocked)
	over := b.store.Read.Job.GetX(t.Context(), held.ID)
	if over.State != jobs.Cancelled || over.Verdict != jobs.VerdictBlocked || over.ErrorCode != "SUPERSEDED" ||
		!strings.Contains(over.ErrorMessage, opaque.ID("Job", newer.ID)) {
		t.Errorf("%s %s %s: %s", over.State, over.Verdict, over.ErrorCode, over.ErrorMessage)
	}
}

// TestOvertakenWhileApproved: what was approved is not written where a newer list was applied before a worker came to
// it.
func TestOvertakenWhileApproved(t *testing.T) {
	t.Parallel()
	b, held := startHeld(t)
	b.stop()
	b.open() // without a worker
	_, err := b.jobs.Approve(t.Context(), held.ID, jobs.Decision{})
	must(t, err)
	newer := b.give("journals_2026-03-28.txt", journalList(0, 101, 1996))
	must(t, b.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error { // as a job of several profiles leaves it
		return tx.ProviderFile.UpdateOneID(newer).SetAppliedAt(time.Now().UnixMilli() + 1).Exec(ctx)
	}))
	before := b.holdingsBytes()
	b.work()
	done := b.wait(held.ID)
	wantJob(t, done, jobs.Succeeded, jobs.VerdictBlocked)
	if done.ErrorCode != "OLDER_FILE" || b.holdingsBytes() != before {
		t.Errorf("%s: %s", done.ErrorCode, done.Summary)
	}
}

// TestApproveAfterNewerList is refused unless a person forces it.
func TestApproveAfterNewerList(t *testing.T) {
	t.Parallel()
	b, held := startHeld(t)
	newer := b.give("journals_2026-03-28.txt", journalList(0, 101, 1996))
	must(t, b.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error { // as a version left it that closed nothing
		return tx.ProviderFile.UpdateOneID(newer).SetAppliedAt(time.Now().UnixMilli() + 1).Exec(ctx)
	}))
	if _, err := b.jobs.Approve(t.Context(), held.ID, jobs.Decision{}); !isProblem(err, problem.OlderFile) {
		t.Errorf("%v", err)
	}
	must(t, b.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		return tx.ProviderFile.UpdateOneID(newer).SetAppliedAt(b.onlyPart(held.ID).UpdatedAt + 1).Exec(ctx)
	}))
	wantJob(t, b.approve(held.ID, jobs.Decision{Force: true}), jobs.Succeeded, jobs.VerdictChanged)
}

// TestHeldForAnotherCustomer: a list that came for one customer number is not applied under another.
func TestHeldForAnotherCustomer(t *testing.T) {
	t.Parallel()
	b, held := startHeld(t)
	before := b.holdingsBytes()
	b.rename(t, "other")
	if _, err := b.jobs.Approve(t.Context(), held.ID, jobs.Decision{}); !isProblem(err, problem.CustomerChanged) ||
		b.holdingsBytes() != before {
		t.Errorf("%v", err)
	}
	b.rename(t, "demo")
	must(t, b.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error { // approved, and changed before a worker looks
		tx.JobPart.Update().Where(jobpart.JobID(held.ID)).SetState(jobs.PartApproved).ExecX(ctx)
		tx.Profile.UpdateOneID(b.profile).SetCustomerNumber("other").ExecX(ctx)
		return tx.Job.UpdateOneID(held.ID).SetState(jobs.Queued).SetVerdict("").SetAttempt(0).ClearDispatchedAt().SetDueAt(held.DueAt + 1).
			Exec(ctx)
	}))
	b.jobs.Nudge()
	done := b.wait(held.ID)
	wantJob(t, done, jobs.Succeeded, jobs.VerdictBlocked)
	if done.ErrorCode != "CUSTOMER_CHANGED" || b.holdingsBytes() != before {
		t.Errorf("%s: %s", done.ErrorCode, done.Summary)
	}
}

// rename changes the profile's customer number, and returns what the save had to say.
func (b *testBundle) rename(t *testing.T, number string) (notices []string) {
	t.Helper()
	key := secret.NewKey(number + "-key")
	_, notices, err := b.profiles.UpdateProfile(t.Context(), b.profile, nil, profiles.ProfileInput{CustomerNumber: &number, APIKey: &key}, nil)
	must(t, err)
	return notices
}

// TestDatesOfAnotherCustomer do not count; the answer says what is in force of the former number.
func TestDatesOfAnotherCustomer(t *testing.T) {
	t.Parallel()
	b := embedded(t, mockoup.Options{Titles: 5})
	wantJob(t, b.syncGiven("journals_2026-03-28.txt", wholeList(), nil), jobs.Succeeded, jobs.VerdictChanged)
	if notices := b.rename(t, "other"); len(notices) != 1 || !strings.Contains(notices[0], "100 entitlements") {
		t.Errorf("%q", notices)
	}
	wantJob(t, b.syncGiven("journals_2026-01-28.txt", journalList(0, 99, 1996), nil), jobs.Succeeded, jobs.VerdictChanged)
	if n := b.store.Read.Entitlement.Query().Where(entitlement.Active(true)).CountX(t.Context()); n != 99 {
		t.Errorf("%d entitlements", n)
	}
	if notices := b.rename(t, "other"); len(notices) != 0 {
		t.Errorf("nothing was changed: %q", notices)
	}
	if notices := b.rename(t, "demo"); len(notices) != 1 || !strings.Contains(notices[0], "99 entitlements") {
		t.Errorf("%q", notices)
	}
}

// TestNoListOfTheNewCustomer: what is in force of the former number stays, and the job says how much that is.
func TestNoListOfTheNewCustomer(t *testing.T) {
	t.Parallel()
	b := embedded(t, mockoup.Options{Titles: 120, Customers: []mockoup.Customer{{Number: "other", Key: "other-key"}}})
	b.sync(jobs.Apply)
	n := b.store.Read.Entitlement.Query().Where(entitlement.HasPortfolioWith(portfolio.PublicationType("serial"))).CountX(t.Context())
	b.rename(t, "other")
	must(t, b.mock.SetFault(mockoup.Fault{Kind: "no-content", Content: mockoup.Journals}))
	done := b.sync(jobs.Apply)
	wantJob(t, done, jobs.Succeeded, jobs.VerdictPartial)
	if done.ErrorCode != "NO_FILE" || !strings.Contains(done.ErrorMessage,
		fmt.Sprintf("%d entitlements are in force here, of the former customer number demo", n)) {
		t.Errorf("%s %s", done.ErrorCode, done.ErrorMessage)
	}
}

// TestDates: an undated list is applied and leaves the memory of dates as it is; a date in the future is none; what was
// undone is forgotten.
func TestDates(t *testing.T) {
	t.Parallel()
	b := embedded(t, mockoup.Options{Titles: 5})
	at := func(n int) string { return journalList(0, 100+n, 1996) }
	b.syncGiven("journals_2026-01-28.txt", at(0), nil)
	march := b.syncGiven("journals_2026-03-28.txt", at(1), nil)
	wantJob(t, b.syncGiven("journals.txt", at(2), nil), jobs.Succeeded, jobs.VerdictChanged)

	future := time.Now().AddDate(0, 0, 4).Format(time.DateOnly)
	ahead := b.syncGiven("journals_"+future+".txt", at(3), nil)
	wantJob(t, ahead, jobs.Succeeded, jobs.VerdictChanged)
	if f := b.store.Read.JobFinding.Query().Where(jobfinding.JobID(ahead.ID), jobfinding.Code("file-date-ahead")).
		OnlyX(t.Context()); f.Value != future {
		t.Errorf("%+v", f)
	}
	february := func() *ent.Job { return b.syncGiven("journals_2026-02-28.txt", at(4), nil) }
	if older := february(); older.ErrorCode != "OLDER_FILE" || !strings.Contains(older.ErrorMessage, "2026-03-28") {
		t.Errorf("%s: %s", older.ErrorCode, older.ErrorMessage)
	}
	tomorrow := b.syncGiven("journals_"+time.Now().AddDate(0, 0, 1).Format(time.DateOnly)+".txt", at(5), nil)
	wantJob(t, tomorrow, jobs.Succeeded, jobs.VerdictChanged)
	if again := b.syncGiven("journals_2026-03-29.txt", at(6), nil); again.ErrorCode != "OLDER_FILE" {
		t.Errorf("a date of tomorrow does not count: %s", again.Summary)
	}
	for _, id := range []int64{tomorrow.ID, ahead.ID} {
		wantJob(t, b.undo(id, jobs.Apply), jobs.Succeeded, jobs.VerdictChanged)
	}
	if older := february(); older.ErrorCode != "OLDER_FILE" {
		t.Errorf("%s %s", older.Verdict, older.Summary)
	}
	undated := b.store.Read.Job.Query().Where(job.Kind(jobs.KindSync), job.Verdict(jobs.VerdictChanged)).Order(job.ByCreatedAt()).
		AllX(t.Context())[2]
	for _, id := range []int64{undated.ID, march.ID} {
		wantJob(t, b.undo(id, jobs.Apply), jobs.Succeeded, jobs.VerdictChanged)
	}
	wantJob(t, february(), jobs.Succeeded, jobs.VerdictChanged)
}

// TestOlderFilesAlert: two runs of a profile that are blocked for age, one after the other, are an alert; the next one
// that is not ends it.
func TestOlderFilesAlert(t *testing.T) {
	t.Parallel()
	b := embedded(t, mockoup.Options{Titles: 5})
	b.syncGiven("journals_2026-03-28.txt", wholeList(), nil)
	codes := func() (codes []string) {
		alerts, err := b.profiles.AlertsOf(t.Context(), []int64{b.profile})
		must(t, err)
		for _, a := range alerts[b.profile] {
			codes = append(codes, a.Code+" "+a.Content)
		}
		return codes
	}
	for n, want := range [][]string{nil, {profiles.OlderFiles + " JOURNALS"}} {
		if older := b.syncGiven("journals_2026-02-28.txt", journalList(0, 99, 1996), nil); older.ErrorCode != "OLDER_FILE" {
			t.Fatalf("%s: %s", older.Verdict, older.Summary)
		}
		b.syncGiven("journals_2026-02-28.txt", journalList(0, 99, 1996), asPreview) // counts for nothing
		if diff := cmp.Diff(want, codes()); diff != "" {
			t.Errorf("after %d: %s", n+1, diff)
		}
	}
	b.syncGiven("journals_2026-04-28.txt", journalList(0, 101, 1996), nil)
	if got := codes(); got != nil {
		t.Errorf("%v", got)
	}
}

// TestUndoDeclinesTheList: an undone list is taken again by a person's decision.
func TestUndoDeclinesTheList(t *testing.T) {
	t.Parallel()
	b := embedded(t, mockoup.Options{Titles: 5})
	b.syncGiven("journals_2026-01-28.txt", wholeList(), nil)
	before := b.holdingsText()
	second := b.syncGiven("journals_2026-02-28.txt", journalList(0, 101, 1990), nil)
	after := b.holdingsText()
	wantJob(t, b.undo(second.ID, jobs.Apply), jobs.Succeeded, jobs.VerdictChanged)
	b.hideTheNew(t, before)
	if again := b.syncGiven("journals_2026-02-28.txt", journalList(0, 101, 1990), nil); again.ErrorCode != "UNDONE_FILE" {
		t.Errorf("%s %s", again.Verdict, again.ErrorCode)
	}
	wantJob(t, b.approve(second.ID, jobs.Decision{}), jobs.Succeeded, jobs.VerdictChanged)
	if diff := cmp.Diff(after, b.holdingsText()); diff != "" {
		t.Error(diff)
	}
	wantJob(t, b.syncGiven("journals_2026-02-28.txt", journalList(0, 101, 1990), nil), jobs.Succeeded, jobs.VerdictNoChange)
}

// TestApprovalEndsWithTheNextList: what a person approved was a list's plan on what was there then.
func TestApprovalEndsWithTheNextList(t *testing.T) {
	t.Parallel()
	b, held := startHeld(t)
	wantJob(t, b.approve(held.ID, jobs.Decision{}), jobs.Succeeded, jobs.VerdictChanged)
	wantJob(t, b.syncGiven("journals_2026-03-28.txt", wholeList(), nil), jobs.Succeeded, jobs.VerdictChanged)
	back := b.syncGiven("journals_2026-02-28.txt", halfList(), byForce)
	wantJob(t, back, jobs.NeedsReview, jobs.VerdictBlocked)
}

// TestImportByKind: an import that waits can be approved in part too.
func TestImportByKind(t *testing.T) {
	t.Parallel()
	b := embedded(t, mockoup.Options{Titles: 5})
	c := b.local("Given to us")
	b.importList(c, wholeList(), nil)
	held := b.importList(c, halfList(), removeMissing)
	wantJob(t, held, jobs.NeedsReview, jobs.VerdictBlocked)
	if _, err := b.jobs.Reject(t.Context(), held.ID, b.kinds(held.ID, plan.Removals)); !isProblem(err, problem.BadInput) {
		t.Errorf("%v", err)
	}
	done := b.approve(held.ID, b.kinds(held.ID, plan.Updates, plan.Additions))
	if counts := countsOf(t, done); counts.Added != 2 || counts.Removed != 0 || b.onlyPart(done.ID).Kinds != "ADDITIONS UPDATES" {
		t.Errorf("%+v %q", counts, b.onlyPart(done.ID).Kinds)
	}
	if decided := b.decided(held.ID); decided != nil {
		t.Errorf("a list that a person gives remembers nothing: %v", decided)
	}
}

// TestPartsAreDecidedOneByOne: of a job of two profiles, one list is approved and the other rejected. Each says by
// itself that it leaves titles to the other; the summary says what both come to.
func TestPartsAreDecidedOneByOne(t *testing.T) {
	t.Parallel()
	b, profiles := campusBundle(t, mockoup.Options{Titles: 300})
	start := func() *ent.Job {
		queued, err := b.jobs.StartSync(t.Context(), jobs.SyncRequest{ProfileIDs: profiles, Mode: jobs.Apply, Trigger: jobs.Manual})
		must(t, err)
		return b.wait(queued.ID)
	}
	start()
	must(t, b.mock.SetFault(mockoup.Fault{Kind: "half", Content: mockoup.Journals}))
	held := start()
	wantJob(t, held, jobs.NeedsReview, jobs.VerdictPartial)
	withdrawn := countsOf(t, held).Withdrawn
	want := fmt.Sprintf("Together the 2 parts that wait take away %d of ", withdrawn)
	alone := fmt.Sprintf("; %d titles are then in no list any more, which each of them alone leaves to the others.", withdrawn/2)
	if !strings.Contains(held.Summary, want) || !strings.Contains(held.Summary, alone) {
		t.Errorf("%s", held.Summary)
	}
	parts := b.store.Read.JobPart.Query().Where(jobpart.JobID(held.ID), jobpart.State(jobs.PartHeld)).Order(jobpart.ByID()).AllX(t.Context())
	if len(parts) != 2 {
		t.Fatalf("%d parts wait", len(parts))
	}
	waits := b.approve(held.ID, jobs.Decision{Parts: []jobs.PartDecision{{PartID: parts[1].ID}}})
	wantJob(t, waits, jobs.NeedsReview, jobs.VerdictPartial)
	if strings.Contains(waits.Summary, "Together") {
		t.Error(waits.Summary)
	}
	rejected, err := b.jobs.Reject(t.Context(), held.ID, jobs.Decision{Parts: []jobs.PartDecision{{PartID: parts[0].ID}}})
	must(t, err)
	wantJob(t, rejected, jobs.Cancelled, jobs.VerdictPartial)
	if claimed := countsOf(t, rejected).Withdrawn; !rejected.Applied || claimed != withdrawn/2 {
		t.Errorf("it claims %d titles withdrawn, of %d that were planned in two parts", claimed, withdrawn)
	}
	states := map[int64]string{}
	for _, p := range b.store.Read.JobPart.Query().Where(jobpart.IDIn(parts[0].ID, parts[1].ID)).AllX(t.Context()) {
		states[p.ID] = p.State
	}
	if states[parts[0].ID] != jobs.PartRejected || states[parts[1].ID] != jobs.PartApplied {
		t.Errorf("%v", states)
	}
	if _, err := b.jobs.Undo(t.Context(), held.ID, jobs.Apply, ""); err != nil {
		t.Errorf("what was applied of it cannot be undone: %v", err)
	}
}

// TestSupersededBesideAnother: a newer list closes the part of its own profile; the other profile's part goes on
// waiting, and the job says for what.
func TestSupersededBesideAnother(t *testing.T) {
	t.Parallel()
	b, profiles := campusBundle(t, mockoup.Options{Titles: 300})
	queued, err := b.jobs.StartSync(t.Context(), jobs.SyncRequest{ProfileIDs: profiles, Mode: jobs.Apply, Trigger: jobs.Manual})
	must(t, err)
	b.wait(queued.ID)
	must(t, b.mock.SetFault(mockoup.Fault{Kind: "half", Content: mockoup.Journals}))
	queued, err = b.jobs.StartSync(t.Context(), jobs.SyncRequest{ProfileIDs: profiles, Mode: jobs.Apply, Trigger: jobs.Manual})
	must(t, err)
	held := b.wait(queued.ID)
	wantJob(t, held, jobs.NeedsReview, jobs.VerdictPartial)
	b.mock.ClearFaults()
	must(t, b.mock.Step(1))
	b.sync(jobs.Apply) // the first profile's
	now := b.store.Read.Job.GetX(t.Context(), held.ID)
	if now.State != jobs.NeedsReview || strings.Contains(now.Summary, "Together") {
		t.Errorf("%s: %s", now.State, now.Summary)
	}
	states := []string{}
	for _, p := range b.store.Read.JobPart.Query().Where(jobpart.JobID(held.ID), jobpart.Content("JOURNALS")).Order(jobpart.ByID()).
		AllX(t.Context()) {
		states = append(states, p.State)
	}
	if !slices.Equal(states, []string{jobs.PartSuperseded, jobs.PartHeld}) {
		t.Errorf("%v", states)
	}
}

// shapedList is a list of journals with these columns after title and title_id; a row has the column's name as its
// value.
func shapedList(titles int, columns ...string) string {
	var b strings.Builder
	b.WriteString(strings.Join(append([]string{"publication_title", "title_id"}, columns...), "\t") + "\n")
	for n := range titles {
		cells := []string{fmt.Sprintf("Journal %05d", n), fmt.Sprintf("j%05d", n)}
		for _, c := range columns {
			cells = append(cells, map[string]string{"access_type": "P", "publication_type": "serial", "date_first_issue_online": "1996"}[c])
			if c == "publisher_name" || c == "notes" {
				cells[len(cells)-1] = "Some " + c
			}
		}
		b.WriteString(strings.Join(cells, "\t") + "\n")
	}
	return b.String()
}

// TestLostColumns: the first list that lacks a column waits. Approving leaves what is stored, or takes it as empty;
// without access_type a person has to say that all titles are paid for.
func TestLostColumns(t *testing.T) {
	t.Parallel()
	full := []string{"publication_type", "access_type", "publisher_name", "date_first_issue_online"}
	without := func(column string) []string {
		return slices.DeleteFunc(slices.Clone(full), func(c string) bool { return c == column })
	}
	choice := func(column string, c plan.ColumnChoice) jobs.Decision {
		return jobs.Decision{Columns: map[string]plan.ColumnChoice{column: c}}
	}
	for name, c := range map[string]struct {
		column    string
		refused   []jobs.Decision
		in        jobs.Decision
		publisher string
	}{
		"left": {"publisher_name", []jobs.Decision{choice("publisher_name", plan.AllPaid)}, jobs.Decision{}, "Some publisher_name"},
		"taken away": {
			"publisher_name",
			[]jobs.Decision{choice("notes", plan.TakeAsEmpty)},
			choice("publisher_name", plan.TakeAsEmpty),
			"",
		},
		"all paid": {
			"access_type",
			[]jobs.Decision{{}, choice("access_type", plan.LeaveValues)},
			choice("access_type", plan.AllPaid),
			"Some publisher_name",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := embedded(t, mockoup.Options{Titles: 5})
			wantJob(t, b.syncGiven("journals_2026-01-28.txt", shapedList(40, full...), nil), jobs.Succeeded, jobs.VerdictChanged)
			held := b.syncGiven("journals_2026-02-28.txt", shapedList(40, without(c.column)...), nil)
			wantJob(t, held, jobs.NeedsReview, jobs.VerdictBlocked)
			reasons, err := jobs.GuardsOf(b.onlyPart(held.ID))
			must(t, err)
			if len(reasons) != 1 || reasons[0].Guard != plan.GuardShape || reasons[0].Column != c.column {
				t.Fatalf("%+v", reasons)
			}
			for _, in := range c.refused {
				if _, err := b.jobs.Approve(t.Context(), held.ID, in); !isProblem(err, problem.BadInput) {
					t.Errorf("%+v: %v", in.Columns, err)
				}
			}
			if done := b.approve(held.ID, c.in); done.State != jobs.Succeeded || done.Verdict == jobs.VerdictBlocked {
				t.Fatalf("%s %s: %s", done.State, done.Verdict, done.Summary)
			}
			if n := b.store.Read.Portfolio.Query().Where(portfolio.PublisherName(c.publisher)).CountX(t.Context()); n != 40 {
				t.Errorf("%d of 40 have the publisher %q", n, c.publisher)
			}
			later := b.syncGiven("journals_2026-03-28.txt", shapedList(41, without(c.column)...), nil)
			wantJob(t, later, jobs.Succeeded, jobs.VerdictChanged)
		})
	}
}

// TestRejectedWithoutAccessType: what was declined of such a list is not taken before a person says that all titles are
// paid for.
func TestRejectedWithoutAccessType(t *testing.T) {
	t.Parallel()
	b := embedded(t, mockoup.Options{Titles: 5})
	b.syncGiven("journals_2026-01-28.txt", shapedList(40, "publication_type", "access_type"), nil)
	held := b.syncGiven("journals_2026-02-28.txt", shapedList(42, "publication_type"), nil)
	_, err := b.jobs.Reject(t.Context(), held.ID, jobs.Decision{})
	must(t, err)
	asked := b.approve(held.ID, jobs.Decision{})
	wantJob(t, asked, jobs.NeedsReview, jobs.VerdictBlocked)
	done := b.approve(asked.ID, jobs.Decision{Columns: map[string]plan.ColumnChoice{"access_type": plan.AllPaid}})
	if counts := countsOf(t, done); counts.Added != 2 {
		t.Errorf("%s %s: %s", done.State, done.Verdict, done.Summary)
	}
}
