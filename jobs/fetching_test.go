package jobs_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"autoholdings/ent"
	"autoholdings/ent/jobpart"
	"autoholdings/holdings/profiles"
	"autoholdings/internal/secret"
	"autoholdings/jobs"
	"autoholdings/mockoup"
	"autoholdings/provider"
)

// setupCustomers is a bundle on a clock of its own with this many active profiles, each of a customer of its own: that
// of makeHoldings and c01, c02, … No part waits long for an earlier one.
func setupCustomers(t *testing.T, profileCount, titles int) *scheduleBundle {
	t.Helper()
	queue, err := jobs.StartEmbedded()
	must(t, err)
	t.Cleanup(queue.Close)
	var customers []mockoup.Customer
	for n := 1; n < profileCount; n++ {
		number := fmt.Sprintf("c%02d", n)
		customers = append(customers, mockoup.Customer{Number: number, Key: "key-of-" + number})
	}
	c := &clock{time: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)}
	b := &scheduleBundle{&testBundle{
		t: t, dir: t.TempDir(), redis: queue.Options(), now: c.now, headerTimeout: time.Minute, patience: time.Millisecond,
		mock: mockoup.NewServer(t, mockoup.Options{Titles: titles, Customers: customers}),
	}, c}
	b.open()
	b.makeHoldings()
	_, err = b.profiles.UpdateSettings(t.Context(), profiles.SettingsChange{MultiCampus: new(true)})
	must(t, err)
	active := true
	for _, c := range customers {
		key := secret.NewKey(c.Key)
		in := profiles.ProfileInput{Description: &c.Number, CustomerNumber: &c.Number, APIKey: &key, Active: &active}
		_, _, err := b.profiles.CreateProfile(t.Context(), in, nil)
		must(t, err)
	}
	return b
}

// parts are those of a job, in order.
func (b *testBundle) parts(jobID int64) []*ent.JobPart {
	b.t.Helper()
	return b.store.Read.JobPart.Query().Where(jobpart.JobID(jobID)).Order(jobpart.ByID()).AllX(b.t.Context())
}

// states counts the parts of a job in each state, those of one profile by themselves.
func (b *testBundle) states(jobID, profileID int64) (theirs, others map[string]int) {
	b.t.Helper()
	theirs, others = map[string]int{}, map[string]int{}
	for _, p := range b.parts(jobID) {
		if *p.ProfileID == profileID {
			theirs[p.State]++
		} else {
			others[p.State]++
		}
	}
	return theirs, others
}

// heldRequests counts the requests that the provider keeps waiting.
func (b *testBundle) heldRequests() (n int) {
	for _, r := range b.mock.Requests() {
		if r.Fault == "timeout" && r.Status == 0 {
			n++
		}
	}
	return n
}

// spooled are the names of the files in the making.
func (b *testBundle) spooled() (names []string) {
	b.t.Helper()
	files, err := os.ReadDir(filepath.Join(b.dir, "files", "spool"))
	must(b.t, err)
	for _, f := range files {
		names = append(names, f.Name())
	}
	return names
}

// TestOneCustomerHangs: of thirty profiles in a scheduled run, the first one's server hangs. All others are done
// while it does, and it ends as its own two parts.
func TestOneCustomerHangs(t *testing.T) {
	t.Parallel()
	const count = 30
	b := setupCustomers(t, count, 40)
	must(t, b.mock.SetFault(mockoup.Fault{Kind: "timeout", Customer: mockoup.DemoCustomer}))
	job := b.fire("2027-01-04 03:00")
	b.work()
	b.waitUntil(job.ID, func(*ent.Job) bool {
		_, others := b.states(job.ID, b.profile)
		return others[jobs.PartApplied]+others[jobs.PartNoChange] == 2*(count-1)
	})
	hanging, others := b.states(job.ID, b.profile)
	if hanging[jobs.PartPending] != 2 || b.heldRequests() != 2 {
		t.Errorf("the one that hangs: %v, %d requests; the others: %v", hanging, b.heldRequests(), others)
	}
	b.waitUntil(job.ID, func(row *ent.Job) bool { return row.Phase == "fetch books" && row.State == jobs.Running })
	most := 0
	for _, r := range b.mock.Requests() {
		most += map[bool]int{true: 1}[r.Fault == ""]
	}
	if most != 2*(count-1) {
		t.Errorf("%d requests for the lists of the others", most)
	}

	must(t, b.mock.Close()) // what hangs is answered: the provider failed
	done := b.wait(job.ID)
	hanging, others = b.states(job.ID, b.profile)
	if hanging[jobs.PartFailed] != 2 || done.Verdict != jobs.VerdictPartial || done.ErrorCode != "SERVER_ERROR" {
		t.Errorf("%s %s %s, hanging %v, others %v: %s", done.State, done.Verdict, done.ErrorCode, hanging, others, done.Summary)
	}
}

// TestPreviewWhileOneHangs: a preview shows the others' plans meanwhile, and lists each title that is new once.
func TestPreviewWhileOneHangs(t *testing.T) {
	t.Parallel()
	b := setupCustomers(t, 6, 40)
	must(t, b.mock.SetFault(mockoup.Fault{Kind: "timeout", Customer: "c02", Content: mockoup.Books}))
	b.work()
	job, err := b.jobs.StartSync(t.Context(), jobs.SyncRequest{ProfileIDs: b.profileIDs(), Mode: jobs.Preview, Trigger: jobs.Manual})
	must(t, err)
	b.waitUntil(job.ID, func(*ent.Job) bool {
		_, others := b.states(job.ID, 0)
		return others[jobs.PartPreviewed] == 11 && others[jobs.PartPending] == 1
	})
	b.mock.ClearFaults()
	must(t, b.mock.Close())
	preview := b.wait(job.ID)
	if preview.Verdict != jobs.VerdictPreviewed {
		t.Fatalf("%s %s: %s", preview.State, preview.Verdict, preview.Summary)
	}
	b.stop()
	b.patience = 0
	b.open()
	b.work()
	job, err = b.jobs.StartSync(t.Context(), jobs.SyncRequest{ProfileIDs: b.profileIDs(), Mode: jobs.Apply, Trigger: jobs.Manual})
	must(t, err)
	done := b.wait(job.ID)
	if was, is := countsOf(t, preview), countsOf(t, done); was.Added != is.Added || was.Titles != is.Titles || is.Added == 0 {
		t.Errorf("the preview adds %d of %d titles, the run %d of %d", was.Added, was.Titles, is.Added, is.Titles)
	}
}

func (b *testBundle) profileIDs() []int64 { return b.store.Read.Profile.Query().IDsX(b.t.Context()) }

// TestCancelWhileFetching: cancelling ends all fetches at once, and leaves nothing in the spool.
func TestCancelWhileFetching(t *testing.T) {
	t.Parallel()
	b := setupCustomers(t, 6, 300)
	must(t, b.mock.SetFault(mockoup.Fault{Kind: "slow", ChunkBytes: 64, DelayMillis: 50}))
	b.work()
	job, err := b.jobs.StartSync(t.Context(), jobs.SyncRequest{ProfileIDs: b.profileIDs(), Mode: jobs.Apply, Trigger: jobs.Manual})
	must(t, err)
	b.waitUntil(job.ID, func(*ent.Job) bool { return len(b.spooled()) == provider.AtOnce })
	_, err = b.jobs.Cancel(t.Context(), job.ID)
	must(t, err)
	done := b.wait(job.ID)
	if done.State != jobs.Cancelled || done.Verdict != jobs.VerdictNoChange || len(b.spooled()) != 0 {
		t.Errorf("%s %s, in the spool %q: %s", done.State, done.Verdict, b.spooled(), done.Summary)
	}
	if n := len(b.mock.Requests()); n != provider.AtOnce {
		t.Errorf("%d requests", n)
	}
}

// TestHandedBackWhileOneHangs: a worker that stops hands the job back. The next one fetches only what is left.
func TestHandedBackWhileOneHangs(t *testing.T) {
	t.Parallel()
	b := setupCustomers(t, 6, 40)
	must(t, b.mock.SetFault(mockoup.Fault{Kind: "timeout", Customer: "c01"}))
	b.work()
	job, err := b.jobs.StartSync(t.Context(), jobs.SyncRequest{ProfileIDs: b.profileIDs(), Mode: jobs.Apply, Trigger: jobs.Manual})
	must(t, err)
	b.waitUntil(job.ID, func(*ent.Job) bool {
		_, all := b.states(job.ID, 0)
		return all[jobs.PartPending] == 2 && all[jobs.PartApplied]+all[jobs.PartNoChange] == 10
	})
	b.stop()
	b.mock.ClearFaults()
	before := len(b.mock.Requests())
	b.open()
	if row := b.store.Read.Job.GetX(t.Context(), job.ID); row.State != jobs.Queued || row.Attempt != 0 || len(b.spooled()) != 0 {
		t.Errorf("handed back: %s after %d runs, in the spool %q", row.State, row.Attempt, b.spooled())
	}
	b.work()
	done := b.wait(job.ID)
	if done.State != jobs.Succeeded || done.Verdict != jobs.VerdictChanged || len(b.mock.Requests())-before != 2 {
		t.Errorf("%s %s after %d more requests: %s", done.State, done.Verdict, len(b.mock.Requests())-before, done.Summary)
	}
}

// TestOrderIsKept: a list that is only slow is waited for by the later parts.
func TestOrderIsKept(t *testing.T) {
	t.Parallel()
	b := setupCustomers(t, 4, 40)
	b.stop()
	b.patience = time.Hour
	b.open()
	must(t, b.mock.SetFault(mockoup.Fault{Kind: "slow", Customer: mockoup.DemoCustomer, ChunkBytes: 4096, DelayMillis: 100}))
	b.work()
	job, err := b.jobs.StartSync(t.Context(), jobs.SyncRequest{ProfileIDs: b.profileIDs(), Mode: jobs.Apply, Trigger: jobs.Manual})
	must(t, err)
	if done := b.wait(job.ID); done.Verdict != jobs.VerdictChanged {
		t.Fatalf("%s %s: %s", done.State, done.Verdict, done.Summary)
	}
	written := int64(0)
	for _, p := range b.parts(job.ID) {
		if p.State != jobs.PartApplied || *p.WrittenAt < written {
			t.Errorf("%s of %s: %s at %d, the one before it at %d", p.Content, p.ProfileName, p.State, *p.WrittenAt, written)
		}
		written = *p.WrittenAt
	}
}
