package graph_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"autoholdings/ent"
	"autoholdings/graph/model"
	"autoholdings/holdings/profiles"
	"autoholdings/internal/secret"
	"autoholdings/internal/store"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

// scheduled is an entry of the list of scheduled jobs.
type scheduled struct {
	ID, Name, Kind, ScheduleText string
	Active, Enabled              bool
	Profiles                     []struct{ Name string }
	Schedule                     struct{ Frequency, Weekday, Time string }
	LastRun                      *struct{ ID, Trigger, Verdict string }
	NextRun                      *time.Time
}

// syncSchedule is the id of the schedule of the active profiles.
var syncSchedule = model.NameID(model.ScheduledJobType, "sync")

// scheduleOf is the id of the entry of an inactive profile.
func scheduleOf(profileID int64) string {
	return model.NameID(model.ScheduledJobType, fmt.Sprintf("profile:%d", profileID))
}

const scheduledFields = `{ id name kind scheduleText active enabled profiles { name } schedule { frequency weekday time }
	lastRun { id trigger verdict } nextRun }`

func (b *testBundle) scheduledJobs() []scheduled {
	b.t.Helper()
	var got struct{ ScheduledJobs []scheduled }
	b.query(`{ scheduledJobs `+scheduledFields+` }`, nil, &got)
	return got.ScheduledJobs
}

// scheduledPayload is what the mutations of scheduled jobs answer.
type scheduledPayload struct {
	ScheduledJob *scheduled
	Job          *struct{ ID, State, Trigger, Mode string }
	UserErrors   []struct {
		Code, Message string
		Path          []string
	}
}

func (b *testBundle) mutateScheduled(name, id string) *scheduledPayload {
	b.t.Helper()
	held := map[string]string{"runScheduledJob": "job { id state trigger mode }"}[name]
	if held == "" {
		held = "scheduledJob " + scheduledFields
	}
	var got map[string]*scheduledPayload
	b.query(fmt.Sprintf(`mutation { %s(input: {scheduledJobId: %q}) { %s userErrors { code message path } } }`, name, id, held), nil, &got)
	return got[name]
}

// refused checks that a mutation was refused, with one mistake.
func (p *scheduledPayload) refused(t *testing.T, what, code string) {
	t.Helper()
	if len(p.UserErrors) != 1 || p.UserErrors[0].Code != code || strings.Join(p.UserErrors[0].Path, ".") != "input.scheduledJobId" ||
		p.Job != nil {
		t.Errorf("%s: %+v, want %s", what, p, code)
	}
}

// named makes a further profile, under several campuses.
func (b *testBundle) named(description string, active bool) *ent.Profile {
	b.t.Helper()
	_, err := b.profiles.UpdateSettings(b.t.Context(), profiles.SettingsChange{MultiCampus: new(true)})
	must(b.t, err)
	key := secret.NewKey(mockoup.DemoKey)
	p, _, err := b.profiles.CreateProfile(b.t.Context(),
		profiles.ProfileInput{Description: &description, CustomerNumber: new(mockoup.DemoCustomer), APIKey: &key, Active: &active}, nil)
	must(b.t, err)
	return p
}

const scheduledName = "Upload Electronic Holdings from Oxford University Press"

// TestScheduledJobs: the active profiles are one entry, and each inactive one is one that does not run.
func TestScheduledJobs(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20})
	if listed := b.scheduledJobs(); len(listed) != 0 {
		t.Errorf("without profiles: %+v", listed)
	}
	asleep := b.named("Asleep", false)
	if listed := b.scheduledJobs(); len(listed) != 1 || listed[0].ID != scheduleOf(asleep.ID) {
		t.Errorf("without active profiles: %+v", listed)
	}
	b.named("First", true)
	b.named("Second", true)
	before := time.Now()
	listed := b.scheduledJobs()
	if len(listed) != 2 {
		t.Fatalf("%+v", listed)
	}
	if next := listed[0].NextRun; next == nil || !next.After(before) || next.Sub(before) > 7*24*time.Hour || next.UTC().
		Format("Monday 15:04:05") != "Monday 03:00:00" {
		t.Errorf("next run %v", next)
	}
	listed[0].NextRun = nil
	monday := struct{ Frequency, Weekday, Time string }{"WEEKLY", "MONDAY", "03:00"}
	want := []scheduled{
		{
			ID: syncSchedule, Name: scheduledName, Kind: "SYNC", ScheduleText: "every Monday at 03:00 (UTC)", Active: true, Enabled: true,
			Profiles: []struct{ Name string }{{"First"}, {"Second"}}, Schedule: monday,
		},
		{
			ID: scheduleOf(asleep.ID), Name: scheduledName + ": Asleep", Kind: "SYNC", ScheduleText: "every Monday at 03:00 (UTC)",
			Enabled:  true,
			Profiles: []struct{ Name string }{{"Asleep"}}, Schedule: monday,
		},
	}
	if diff := cmp.Diff(want, listed); diff != "" {
		t.Error(diff)
	}
	b.done("updateProfile", input{"profileId": model.ID(model.ProfileType, asleep.ID), "active": true})
	if listed := b.scheduledJobs(); len(listed) != 1 || len(listed[0].Profiles) != 3 {
		t.Errorf("all active: %+v", listed)
	}
	b.done("updateProfile", input{"profileId": model.ID(model.ProfileType, asleep.ID), "schedule": input{"frequency": "NONE"}})
	if never := b.scheduledJobs()[0]; never.Active || !never.Enabled || never.NextRun != nil || never.ScheduleText != "never by itself" {
		t.Errorf("NONE: %+v", never)
	}
}

// TestLastRun: it is the newest job that the schedule has started, whatever people have run since.
func TestLastRun(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 60}).work()
	p := b.profile()
	for n, verdict := range []string{jobs.VerdictChanged, jobs.VerdictNoChange} {
		queued, err := b.jobs.FireSchedules(t.Context(), time.Now().Add(time.Duration(n+1)*7*24*time.Hour))
		must(t, err)
		b.wait(queued.ID)
		b.sync(jobs.Apply, p.ID)
		last := b.scheduledJobs()[0].LastRun
		if last == nil || last.ID != model.ID(model.JobType, queued.ID) || last.Trigger != jobs.Scheduled || last.Verdict != verdict {
			t.Errorf("run %d: %+v", n, last)
		}
	}
}

// TestDisableScheduledJob: it is stopped and goes on by mutation, as a whole; what cannot be is said.
func TestDisableScheduledJob(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20})
	for _, name := range []string{"enableScheduledJob", "disableScheduledJob", "runScheduledJob"} {
		b.mutateScheduled(name, syncSchedule).refused(t, name+" without profiles", "PROFILE_INACTIVE")
	}
	p := b.named("Active", true)
	asleep := b.named("Asleep", false)
	for _, name := range []string{"disableScheduledJob", "disableScheduledJob"} {
		stopped := b.mutateScheduled(name, syncSchedule)
		if e := stopped.ScheduledJob; len(stopped.UserErrors) > 0 || e.Active || e.Enabled || e.NextRun != nil || len(e.Profiles) != 1 {
			t.Errorf("%+v", stopped)
		}
	}
	if listed := b.scheduledJobs(); listed[0].Active || listed[0].Enabled {
		t.Errorf("%+v", listed)
	}
	if queued, err := b.jobs.FireSchedules(t.Context(), time.Now().Add(30*24*time.Hour)); queued != nil || err != nil {
		t.Errorf("it runs all the same: %v %v", queued, err)
	}
	enabled := b.mutateScheduled("enableScheduledJob", syncSchedule)
	if e := enabled.ScheduledJob; len(enabled.UserErrors) > 0 || !e.Active || !e.Enabled || e.NextRun == nil {
		t.Errorf("%+v", enabled)
	}

	for _, name := range []string{"enableScheduledJob", "disableScheduledJob", "runScheduledJob"} {
		inactive := b.mutateScheduled(name, scheduleOf(asleep.ID))
		inactive.refused(t, name+" of an inactive profile", "PROFILE_INACTIVE")
		if !strings.Contains(inactive.UserErrors[0].Message, `"Asleep"`) || !strings.Contains(inactive.UserErrors[0].Message, "activate") {
			t.Errorf("%s: %+v", name, inactive.UserErrors)
		}
		if e := inactive.ScheduledJob; name != "runScheduledJob" && (e == nil || e.Active || e.Name != scheduledName+": Asleep") {
			t.Errorf("%s: %+v", name, e)
		}
		for _, id := range []string{"move", "profile:", "profile:x", "profile:4711", fmt.Sprintf("profile:%d", p.ID)} {
			b.mutateScheduled(name, model.NameID(model.ScheduledJobType, id)).refused(t, name+" of "+id, "NOT_FOUND")
		}
		for _, id := range []string{"", "sync", model.ID(model.JobType, 1)} {
			b.mutateScheduled(name, id).refused(t, name+" of "+id, "BAD_USER_INPUT")
		}
	}
	if n := b.store.Read.Job.Query().CountX(t.Context()); n != 0 {
		t.Errorf("%d jobs", n)
	}
}

// TestRunScheduledJob: all active profiles run in one job, which is no scheduled run, and the next one stays.
func TestRunScheduledJob(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20})
	first, second := b.named("First", true), b.named("Second", true)
	b.named("Asleep", false)
	before := b.scheduledJobs()[0].NextRun
	run := func() *scheduledPayload {
		var got struct{ RunScheduledJob *scheduledPayload }
		b.query(`mutation($id: ID!) { runScheduledJob(input: {scheduledJobId: $id, idempotencyKey: "once"}) { job { id state trigger mode }
			userErrors {
			code message path } } }`, input{"id": syncSchedule}, &got)
		return got.RunScheduledJob
	}
	ran := run()
	if len(ran.UserErrors) > 0 || ran.Job.State != jobs.Queued || ran.Job.Trigger != jobs.Manual || ran.Job.Mode != jobs.Apply {
		t.Fatalf("%+v", ran)
	}
	row := b.store.Read.Job.Query().OnlyX(t.Context())
	if diff := cmp.Diff([]int64{first.ID, second.ID}, jobs.ProfileIDs(row)); diff != "" {
		t.Error(diff)
	}
	if again := run(); len(again.UserErrors) > 0 || again.Job.ID != ran.Job.ID {
		t.Errorf("the same key again: %+v", again)
	}
	b.mutateScheduled("runScheduledJob", syncSchedule).refused(t, "while it runs", "CONFLICT")
	if after := b.scheduledJobs()[0]; after.LastRun != nil || !after.NextRun.Equal(*before) {
		t.Errorf("%+v, the next run was %v", after, before)
	}
	for _, p := range []*ent.Profile{first, second} {
		b.done("updateProfile", input{"profileId": model.ID(model.ProfileType, p.ID), "active": false})
	}
	if again := run(); len(again.UserErrors) > 0 || again.Job.ID != ran.Job.ID {
		t.Errorf("the same key, with no active profile: %+v", again)
	}
}

// TestProfileAlerts: a profile shows that the provider has had nothing new for long, and a page of profiles costs the
// same statements whatever its size.
func TestProfileAlerts(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 60}).work()
	p := b.named("Old", true)
	b.sync(jobs.Apply, p.ID)
	for n := range 5 {
		b.named(fmt.Sprintf("New %d", n), true)
	}
	type alert struct {
		Code          string
		Content       *string
		Message, Hint string
		Since         time.Time
	}
	var got struct {
		Profiles struct{ Nodes []struct{ Alerts []alert } }
	}
	const query = `query($first: Int) { profiles(first: $first) { nodes { alerts { code content message hint since } } } }`
	alerts := func() (all []alert) {
		b.query(query, map[string]any{"first": 10}, &got)
		for _, node := range got.Profiles.Nodes {
			all = append(all, node.Alerts...)
		}
		return all
	}
	if all := alerts(); len(all) != 0 || len(got.Profiles.Nodes) != 6 {
		t.Errorf("%+v", got)
	}
	old := time.Now().Add(-41*24*time.Hour - time.Minute).UTC().Truncate(time.Millisecond)
	b.write(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.SQL.ExecContext(ctx, `UPDATE provider_files SET created_at = ? WHERE content = 'BOOKS'`, old.UnixMilli())
		return err
	})
	all := alerts()
	if len(all) != 1 || all[0].Code != profiles.StaleFile || *all[0].Content != "BOOKS" || !all[0].Since.Equal(old) || all[0].Hint == "" ||
		!strings.Contains(all[0].Message, "41 days") {
		t.Errorf("%+v", all)
	}
	b.write(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.SQL.ExecContext(ctx, `UPDATE profiles SET created_at = ? WHERE description = 'New 3'`, old.UnixMilli())
		return err
	})
	all = alerts()
	if len(all) != 2 || all[0].Content != nil && all[1].Content != nil {
		t.Errorf("%+v", all)
	}
	two, _ := b.cost(query, map[string]any{"first": 2}, "")
	six, _ := b.cost(query, map[string]any{"first": 6}, "")
	if len(two) != len(six) || len(six) > 6 {
		t.Errorf("%d statements for two profiles, %d for six:\n%s", len(two), len(six), tables(six))
	}
	few, _ := b.cost(`{ scheduledJobs { profiles { alerts { code } groups { name } } lastRun { verdict } } }`, nil, "")
	if len(few) > 12 {
		t.Errorf("%d statements for the scheduled jobs:\n%s", len(few), tables(few))
	}
}
