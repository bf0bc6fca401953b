package jobs_test

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"autoholdings/ent"
	"autoholdings/ent/job"
	"autoholdings/ent/jobpart"
	"autoholdings/ent/profile"
	"autoholdings/ent/scheduleslot"
	"autoholdings/holdings/profiles"
	"autoholdings/internal/secret"
	"autoholdings/internal/store"
	"autoholdings/internal/storetest"
	"autoholdings/jobs"
	"autoholdings/mockoup"
	"autoholdings/provider/oup"
)

// clock is a time that a test sets.
type clock struct {
	mutex sync.Mutex
	time  time.Time
}

func (c *clock) now() time.Time {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.time
}

func (c *clock) set(t time.Time) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.time = t
}

// scheduleBundle is a bundle that runs no jobs, on a clock of its own, with one active profile: Mondays at 03:00, since
// Friday, 1 January 2027.
type scheduleBundle struct {
	*testBundle
	clock *clock
}

func setupSchedule(t *testing.T) *scheduleBundle {
	t.Helper()
	queue, err := jobs.StartEmbedded()
	must(t, err)
	t.Cleanup(queue.Close)
	c := &clock{time: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)}
	b := &scheduleBundle{&testBundle{
		t: t, dir: t.TempDir(), redis: queue.Options(), mock: mockoup.NewServer(t, mockoup.Options{Titles: 60}), now: c.now,
	}, c}
	b.open()
	b.makeHoldings()
	return b
}

// at sets the clock: "2027-01-04 03:00" in UTC.
func (b *scheduleBundle) at(moment string) {
	b.t.Helper()
	t, err := time.Parse("2006-01-02 15:04", moment)
	must(b.t, err)
	b.clock.set(t)
}

// fire looks at the schedule at a moment.
func (b *scheduleBundle) fire(moment string) *ent.Job {
	b.t.Helper()
	b.at(moment)
	queued, err := b.jobs.FireSchedules(b.t.Context(), b.clock.now())
	must(b.t, err)
	return queued
}

// silent checks that nothing is due at moments.
func (b *scheduleBundle) silent(moments ...string) {
	b.t.Helper()
	for _, moment := range moments {
		if queued := b.fire(moment); queued != nil {
			b.t.Errorf("at %s it fires", moment)
		}
	}
}

// fires checks that there is a job at a moment, and cancels it, so that it is not in the way of the next.
func (b *scheduleBundle) fires(moment string) *ent.Job {
	b.t.Helper()
	queued := b.fire(moment)
	if queued == nil {
		b.t.Fatalf("at %s nothing fires; slots %v", moment, b.slots())
	}
	_, err := b.jobs.Cancel(b.t.Context(), queued.ID)
	must(b.t, err)
	return queued
}

// slots are what was fired, in the order of time.
func (b *testBundle) slots() (slots []string) {
	b.t.Helper()
	for _, row := range b.store.Read.ScheduleSlot.Query().Order(scheduleslot.BySlot()).AllX(b.t.Context()) {
		slots = append(slots, strings.TrimPrefix(row.Slot, "sync/"))
	}
	return slots
}

func (b *scheduleBundle) wantSlots(want ...string) {
	b.t.Helper()
	if diff := cmp.Diff(want, b.slots()); diff != "" {
		b.t.Errorf("slots:\n%s", diff)
	}
}

func (b *scheduleBundle) setSchedule(change profiles.ScheduleChange) {
	b.t.Helper()
	_, _, err := b.profiles.UpdateProfile(b.t.Context(), b.profile, nil, profiles.ProfileInput{Schedule: &change}, nil)
	must(b.t, err)
}

// TestScheduleFiresOnce: a moment of the schedule queues one job, however often it is looked at.
func TestScheduleFiresOnce(t *testing.T) {
	t.Parallel()
	b := setupSchedule(t)
	b.silent("2027-01-01 00:00", "2027-01-04 02:59")
	queued := b.fires("2027-01-04 03:00")
	if queued.Kind != jobs.KindSync || queued.Trigger != jobs.Scheduled || queued.Mode != jobs.Apply ||
		!cmp.Equal(jobs.ProfileIDs(queued), []int64{b.profile}) {
		t.Errorf("%+v", queued)
	}
	b.silent("2027-01-04 03:00", "2027-01-04 02:59", "2027-01-05 00:00", "2027-01-11 02:59")
	b.fires("2027-01-11 03:07")
	b.wantSlots("2027-01-04T03:00:00Z", "2027-01-11T03:00:00Z")
}

// TestMissedRunsAreMadeUpOnce: after a long time without a process one run is made up, not one for each week; and a
// process whose clock is behind does not make up an older one after it.
func TestMissedRunsAreMadeUpOnce(t *testing.T) {
	t.Parallel()
	b := setupSchedule(t)
	b.fires("2027-01-04 03:00")
	b.fires("2027-03-10 12:00")
	b.silent("2027-03-10 12:01", "2027-03-08 02:59", "2027-03-15 02:59")
	b.fires("2027-03-15 03:00")
	b.wantSlots("2027-01-04T03:00:00Z", "2027-03-08T03:00:00Z", "2027-03-15T03:00:00Z")
}

// TestScheduleAndManualRun: a sync of the same profiles that is under way stands for the scheduled one.
func TestScheduleAndManualRun(t *testing.T) {
	t.Parallel()
	b := setupSchedule(t)
	manual := b.start(jobs.SyncRequest{Mode: jobs.Apply})
	preview := b.start(jobs.SyncRequest{Mode: jobs.Preview})
	b.silent("2027-01-04 03:00")
	if slot := b.store.Read.ScheduleSlot.Query().OnlyX(t.Context()); slot.JobID == nil || *slot.JobID != manual.ID {
		t.Errorf("the slot's job is %v, not %d", slot.JobID, manual.ID)
	}
	_, err := b.jobs.Cancel(t.Context(), manual.ID)
	must(t, err)
	b.silent("2027-01-04 04:00")
	if queued := b.fires("2027-01-11 03:00"); queued.ID == manual.ID || queued.ID == preview.ID {
		t.Errorf("job %d", queued.ID)
	}
}

// TestScheduleWaitsForWhatIsNoSubstitute: a sync of a given file and one that is being cancelled do not do what the
// scheduled one would, so that comes after them.
func TestScheduleWaitsForWhatIsNoSubstitute(t *testing.T) {
	t.Parallel()
	b := setupSchedule(t)
	kept, err := b.jobs.KeepFile(t.Context(), b.profile, oup.Books, "books.txt", strings.NewReader("publication_title\ttitle_id\nOne\t1\n"))
	must(t, err)
	given := b.start(jobs.SyncRequest{Mode: jobs.Apply, FileID: kept.ID})
	b.silent("2027-01-04 03:00")
	_, err = b.jobs.Cancel(t.Context(), given.ID)
	must(t, err)
	b.fires("2027-01-04 03:10")

	dying := b.start(jobs.SyncRequest{Mode: jobs.Apply})
	b.setState(dying.ID, jobs.Cancelling)
	b.silent("2027-01-11 03:00")
	b.setState(dying.ID, jobs.Cancelled)
	b.fires("2027-01-11 03:10")
	b.wantSlots("2027-01-04T03:00:00Z", "2027-01-11T03:00:00Z")
}

func (b *testBundle) setState(jobID int64, state string) {
	b.t.Helper()
	must(b.t, b.store.Write(b.t.Context(), func(ctx context.Context, tx *store.Tx) error {
		return tx.Job.UpdateOneID(jobID).SetState(state).Exec(ctx)
	}))
}

// TestDisabledSchedule: nothing runs while it is disabled, and what it would have run is not made up.
func TestDisabledSchedule(t *testing.T) {
	t.Parallel()
	b := setupSchedule(t)
	b.at("2027-01-03 12:00")
	entry, err := b.jobs.EnableScheduled(t.Context(), "sync", false)
	must(t, err)
	if entry.Active || entry.Enabled || !entry.NextRun.IsZero() {
		t.Errorf("disabled: %+v", entry)
	}
	b.silent("2027-01-04 03:00", "2027-01-11 03:00")
	b.at("2027-01-13 12:00")
	entry, err = b.jobs.EnableScheduled(t.Context(), "sync", true)
	must(t, err)
	if !entry.Active || !entry.Enabled || entry.NextRun != time.Date(2027, 1, 18, 3, 0, 0, 0, time.UTC) {
		t.Errorf("enabled: %+v", entry)
	}
	b.silent("2027-01-13 12:00", "2027-01-18 02:59")
	b.fires("2027-01-18 03:00")
}

// TestChangedSchedule: a new schedule begins when it is saved.
func TestChangedSchedule(t *testing.T) {
	t.Parallel()
	b := setupSchedule(t)
	b.fires("2027-01-04 03:00")
	b.at("2027-01-06 12:00")
	b.setSchedule(profiles.ScheduleChange{Frequency: new(profiles.Daily), Time: new("11:30")})
	b.silent("2027-01-06 12:01", "2027-01-07 11:29")
	b.fires("2027-01-07 11:30")

	b.at("2027-01-08 12:00")
	b.setSchedule(profiles.ScheduleChange{Frequency: new(profiles.Monthly), DayOfMonth: new(8)})
	b.silent("2027-01-08 12:01", "2027-02-08 11:29")
	b.fires("2027-02-08 11:30")

	b.setSchedule(profiles.ScheduleChange{Frequency: new(profiles.Never)})
	b.silent("2027-03-08 11:30", "2028-03-08 11:30")
	b.wantSlots("2027-01-04T03:00:00Z", "2027-01-07T11:30:00Z", "2027-02-08T11:30:00Z")
}

// TestInactiveProfileIsNotRun: nothing runs while no profile is active, and nothing of that time is made up.
func TestInactiveProfileIsNotRun(t *testing.T) {
	t.Parallel()
	b := setupSchedule(t)
	activate := func(active bool) {
		_, _, err := b.profiles.UpdateProfile(t.Context(), b.profile, nil, profiles.ProfileInput{Active: &active}, nil)
		must(t, err)
	}
	activate(false)
	b.silent("2027-01-04 03:00")
	b.at("2027-01-05 12:00")
	activate(true)
	b.silent("2027-01-05 12:01")
	b.fires("2027-01-11 03:00")
}

// TestSeveralProfilesInOneJob: all active profiles run together, each part with its groups, and inactive ones do not.
func TestSeveralProfilesInOneJob(t *testing.T) {
	t.Parallel()
	b := setupSchedule(t)
	_, err := b.profiles.UpdateSettings(t.Context(), profiles.SettingsChange{MultiCampus: new(true)})
	must(t, err)
	want := map[int64]string{}
	for _, name := range []string{"Law", "Medicine"} {
		group, err := b.profiles.CreateInventoryGroup(t.Context(), name, "")
		must(t, err)
		in := profiles.ProfileInput{GroupIDs: &[]int64{group.ID}}
		if name == "Law" {
			_, _, err = b.profiles.UpdateProfile(t.Context(), b.profile, nil, in, nil)
			must(t, err)
			want[b.profile] = `["Law"]`
			continue
		}
		for _, active := range []bool{true, false} {
			if p := b.addProfile(in, active); active {
				want[p.ID] = `["Medicine"]`
			}
		}
	}
	queued := b.fire("2027-01-04 03:00")
	b.work()
	done := b.wait(queued.ID)
	if done.State != jobs.Succeeded || len(jobs.ProfileIDs(done)) != 2 {
		t.Errorf("%s of %v: %s", done.State, jobs.ProfileIDs(done), done.Summary)
	}
	got := map[int64]string{}
	for _, part := range b.store.Read.JobPart.Query().Where(jobpart.JobID(queued.ID)).AllX(t.Context()) {
		got[*part.ProfileID] = string(part.Groups)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the parts' groups:\n%s", diff)
	}
	if n := b.store.Read.Job.Query().CountX(t.Context()); n != 1 {
		t.Errorf("%d jobs", n)
	}
}

// addProfile makes a further profile of the customer that the provider always has.
func (b *testBundle) addProfile(in profiles.ProfileInput, active bool) *ent.Profile {
	b.t.Helper()
	key := secret.NewKey(mockoup.DemoKey)
	in.CustomerNumber, in.APIKey, in.Active = new(mockoup.DemoCustomer), &key, &active
	p, _, err := b.profiles.CreateProfile(b.t.Context(), in, nil)
	must(b.t, err)
	return p
}

// TestOldSlotsAreForgotten: what was fired long ago is not kept for ever.
func TestOldSlotsAreForgotten(t *testing.T) {
	t.Parallel()
	b := setupSchedule(t)
	b.fires("2027-01-04 03:00")
	b.fires("2028-02-07 03:00") // 399 days later
	b.wantSlots("2027-01-04T03:00:00Z", "2028-02-07T03:00:00Z")
	b.fires("2028-02-14 03:00")
	b.wantSlots("2028-02-07T03:00:00Z", "2028-02-14T03:00:00Z")
}

// TestClockThatWasWrong: what a clock far ahead has fired does not silence the schedule for years.
func TestClockThatWasWrong(t *testing.T) {
	t.Parallel()
	b := setupSchedule(t)
	b.fires("2035-01-03 12:00")
	b.fires("2027-01-04 03:00")
	b.silent("2027-01-04 03:01")
}

// TestSlotOfAnotherProcess: where another process fires the slot at the same moment, this one undoes its job.
func TestSlotOfAnotherProcess(t *testing.T) {
	t.Parallel()
	b := setupSchedule(t)
	storetest.Trigger{
		On: "AFTER INSERT ON jobs",
		Do: "INSERT INTO schedule_slots (id, created_at, updated_at, slot) VALUES (1, 1, 1, 'sync/2027-01-04T03:00:00Z')",
	}.Install(t, b.store)
	b.silent("2027-01-04 03:00")
	if n := b.store.Read.Job.Query().CountX(t.Context()); n != 0 {
		t.Errorf("%d jobs", n)
	}
}

// TestSlotAndJobTogether: where one of the two cannot be written neither is, and the moment fires later.
func TestSlotAndJobTogether(t *testing.T) {
	t.Parallel()
	for _, statement := range []string{"INSERT ON jobs", "INSERT ON schedule_slots", "DELETE ON schedule_slots"} {
		b := setupSchedule(t)
		b.fires("2027-01-04 03:00")
		mend := storetest.Trigger{On: "BEFORE " + statement, Fail: "the disk is full"}.Install(t, b.store)
		b.at("2028-02-14 03:00") // so late that the first slot is forgotten
		if _, err := b.jobs.FireSchedules(t.Context(), b.clock.now()); err == nil || !strings.Contains(err.Error(), "the disk is full") {
			t.Errorf("%s: %v", statement, err)
		}
		b.wantSlots("2027-01-04T03:00:00Z")
		if n := b.store.Read.Job.Query().CountX(t.Context()); n != 1 {
			t.Errorf("%s: %d jobs", statement, n)
		}
		mend()
		b.fires("2028-02-14 03:01")
		b.wantSlots("2028-02-14T03:00:00Z")
	}
}

// exec changes the database behind the program's back.
func (b *testBundle) exec(statement string) {
	b.t.Helper()
	must(b.t, b.store.Write(b.t.Context(), func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.SQL.ExecContext(ctx, statement)
		return err
	}))
}

// TestUnknownZone: a machine that does not know the time zone says so.
func TestUnknownZone(t *testing.T) {
	t.Parallel()
	b := setupSchedule(t)
	must(t, b.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		return tx.Profile.Update().Where(profile.ID(b.profile)).SetScheduleTimezone("Mars/Olympus").Exec(ctx)
	}))
	_, err := b.jobs.FireSchedules(t.Context(), time.Date(2027, 1, 4, 3, 0, 0, 0, time.UTC))
	if err == nil || !strings.Contains(err.Error(), "Mars/Olympus") {
		t.Errorf("%v", err)
	}
}

// messages hands on the log lines of one kind.
type messages struct {
	slog.Handler
	message string
	heard   chan struct{}
}

func (m *messages) Enabled(context.Context, slog.Level) bool { return true }
func (m *messages) WithAttrs([]slog.Attr) slog.Handler       { return m }

func (m *messages) Handle(_ context.Context, r slog.Record) error {
	if r.Message == m.message {
		m.heard <- struct{}{}
	}
	return nil
}

// TestWorkersLookAtTheSchedule: a process that runs jobs starts those that are scheduled by itself.
func TestWorkersLookAtTheSchedule(t *testing.T) {
	t.Parallel()
	b := setupSchedule(t)
	b.at("2027-01-04 03:00")
	b.stop()
	heard := &messages{slog.DiscardHandler, "queued by schedule", make(chan struct{}, 1)}
	b.log = slog.New(heard)
	b.open()
	b.work()
	<-heard.heard
	row := b.store.Read.Job.Query().Where(job.Trigger(jobs.Scheduled)).OnlyX(t.Context())
	if done := b.wait(row.ID); done.Verdict != jobs.VerdictChanged {
		t.Errorf("%s %s: %s", done.State, done.Verdict, done.Summary)
	}
	b.wantSlots("2027-01-04T03:00:00Z")
}
