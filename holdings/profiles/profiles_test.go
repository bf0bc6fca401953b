package profiles_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/ent"
	"autoholdings/ent/entitlement"
	"autoholdings/holdings"
	"autoholdings/holdings/profiles"
	"autoholdings/internal/holdingstest"
	"autoholdings/internal/problem"
	"autoholdings/internal/secret"
	"autoholdings/internal/store"
)

func (b *testBundle) update(id int64, in profiles.ProfileInput) (p *ent.Profile, notices []string) {
	b.T.Helper()
	p, notices, err := b.Profiles.UpdateProfile(b.T.Context(), id, nil, in, nil)
	b.Must(err)
	return p, notices
}

// schedule is the saved schedule of a profile.
func (b *testBundle) schedule(id int64) string {
	b.T.Helper()
	p, err := b.Store.Read.Profile.Get(b.T.Context(), id)
	b.Must(err)
	return profiles.ScheduleOf(p).String()
}

// profilesText is all that is saved of profiles.
func (b *testBundle) profilesText() string {
	b.T.Helper()
	rows, err := b.Store.Read.Profile.Query().WithGroups().All(b.T.Context())
	b.Must(err)
	var text strings.Builder
	for _, p := range rows {
		fmt.Fprintf(&text, "%v %x %v\n", p, string(p.APIKeySealed), p.Edges.Groups)
	}
	return text.String()
}

// TestWrongProfileInput tries each field with what it must not be, on a new profile and on one that is there: the
// problem names the field, and nothing is saved.
func TestWrongProfileInput(t *testing.T) {
	t.Parallel()
	key := func(s string) func(*profiles.ProfileInput) {
		return func(in *profiles.ProfileInput) { in.APIKey = new(secret.NewKey(s)) }
	}
	customer := func(s string) func(*profiles.ProfileInput) {
		return func(in *profiles.ProfileInput) { in.CustomerNumber = &s }
	}
	schedule := func(c profiles.ScheduleChange) func(*profiles.ProfileInput) {
		return func(in *profiles.ProfileInput) { in.Schedule = &c }
	}
	cases := map[string]struct {
		spoil func(*profiles.ProfileInput)
		want  string
	}{
		"long description": {
			func(in *profiles.ProfileInput) { in.Description = new(strings.Repeat("é", 501)) },
			"BAD_USER_INPUT input.description",
		},
		"damaged description":    {func(in *profiles.ProfileInput) { in.Description = new("a\xff") }, "BAD_USER_INPUT input.description"},
		"empty customer number":  {customer(""), "BAD_USER_INPUT input.customerNumber"},
		"blank in customer":      {customer("12 34"), "BAD_USER_INPUT input.customerNumber"},
		"line break in customer": {customer("1234\n"), "BAD_USER_INPUT input.customerNumber"},
		"long customer number":   {customer(strings.Repeat("1", 201)), "BAD_USER_INPUT input.customerNumber"},
		"customer of dots":       {customer(".."), "BAD_USER_INPUT input.customerNumber"},
		"empty key":              {key(""), "BAD_USER_INPUT input.apiKey"},
		"blank in key":           {key("demo key"), "BAD_USER_INPUT input.apiKey"},
		"control in key":         {key("demo\x00key"), "BAD_USER_INPUT input.apiKey"},
		"long key":               {key(strings.Repeat("k", 501)), "BAD_USER_INPUT input.apiKey"},
		"key of dots":            {key("."), "BAD_USER_INPUT input.apiKey"},
		"file format":            {func(in *profiles.ProfileInput) { in.FileFormat = new("ONIX") }, "BAD_USER_INPUT input.fileFormat"},
		"unknown group":          {func(in *profiles.ProfileInput) { in.GroupIDs = &[]int64{77} }, "NOT_FOUND input.groupIds"},
		"frequency":              {schedule(profiles.ScheduleChange{Frequency: new("HOURLY")}), "BAD_USER_INPUT input.schedule.frequency"},
		"weekday 0":              {schedule(profiles.ScheduleChange{Weekday: new(0)}), "BAD_USER_INPUT input.schedule.weekday"},
		"weekday 8":              {schedule(profiles.ScheduleChange{Weekday: new(8)}), "BAD_USER_INPUT input.schedule.weekday"},
		"day 0":                  {schedule(profiles.ScheduleChange{DayOfMonth: new(0)}), "BAD_USER_INPUT input.schedule.dayOfMonth"},
		"day 32":                 {schedule(profiles.ScheduleChange{DayOfMonth: new(32)}), "BAD_USER_INPUT input.schedule.dayOfMonth"},
		"time 24:00":             {schedule(profiles.ScheduleChange{Time: new("24:00")}), "BAD_USER_INPUT input.schedule.time"},
		"time 3:00":              {schedule(profiles.ScheduleChange{Time: new("3:00")}), "BAD_USER_INPUT input.schedule.time"},
		"time 03:60":             {schedule(profiles.ScheduleChange{Time: new("03:60")}), "BAD_USER_INPUT input.schedule.time"},
		"time with a break":      {schedule(profiles.ScheduleChange{Time: new("03:00\n")}), "BAD_USER_INPUT input.schedule.time"},
		"time zone":              {schedule(profiles.ScheduleChange{Timezone: new("Oxford")}), "BAD_USER_INPUT input.schedule.timezone"},
		"no time zone":           {schedule(profiles.ScheduleChange{Timezone: new("")}), "BAD_USER_INPUT input.schedule.timezone"},
		"the machine's zone":     {schedule(profiles.ScheduleChange{Timezone: new("Local")}), "BAD_USER_INPUT input.schedule.timezone"},
		"guard percent -1":       {func(in *profiles.ProfileInput) { in.GuardPercent = new(-1) }, "BAD_USER_INPUT input.guard.percent"},
		"guard percent 101":      {func(in *profiles.ProfileInput) { in.GuardPercent = new(101) }, "BAD_USER_INPUT input.guard.percent"},
		"guard titles -1":        {func(in *profiles.ProfileInput) { in.GuardTitles = new(-1) }, "BAD_USER_INPUT input.guard.titles"},
		"guard titles":           {func(in *profiles.ProfileInput) { in.GuardTitles = new(1_000_001) }, "BAD_USER_INPUT input.guard.titles"},
	}
	b, law, _ := setupCampuses(t)
	there, _ := b.CreateProfile(holdingstest.ProfileInput("there", true, law))
	before := b.profilesText()
	for name, c := range cases {
		in := holdingstest.ProfileInput("new", false)
		c.spoil(&in)
		_, _, err := b.Profiles.CreateProfile(t.Context(), in, nil)
		holdingstest.WantProblems(t, err, c.want)
		change := profiles.ProfileInput{}
		c.spoil(&change)
		p, _, err := b.Profiles.UpdateProfile(t.Context(), there.ID, nil, change, nil)
		holdingstest.WantProblems(t, err, c.want)
		if p == nil || p.ID != there.ID {
			t.Errorf("%s: the answer lacks the profile as it is", name)
		}
		if diff := cmp.Diff(before, b.profilesText()); diff != "" {
			t.Fatalf("%s: a refused save changed something:\n%s", name, diff)
		}
	}
}

// TestProfileMistakesAllAtOnce: a form with many mistakes is answered with all of them.
func TestProfileMistakesAllAtOnce(t *testing.T) {
	t.Parallel()
	b := setupEmpty(t)
	_, _, err := b.Profiles.CreateProfile(t.Context(), profiles.ProfileInput{
		FileFormat: new("CSV"), GuardPercent: new(200), GroupIDs: &[]int64{5},
		Schedule: &profiles.ScheduleChange{Time: new("noon"), Timezone: new("Mars/Base")},
	}, nil)
	holdingstest.WantProblems(t, err, "BAD_USER_INPUT input.fileFormat", "BAD_USER_INPUT input.schedule.time", "BAD_USER_INPUT input.schedule.timezone",
		"BAD_USER_INPUT input.guard.percent", "NOT_FOUND input.groupIds", "BAD_USER_INPUT input.customerNumber", "BAD_USER_INPUT input.apiKey")
	_, _, err = b.Profiles.UpdateProfile(t.Context(), 5, nil, profiles.ProfileInput{}, nil)
	holdingstest.WantProblems(t, err, "NOT_FOUND input.profileId")
	key := holdingstest.ProfileInput("k", false)
	key.APIKey = new(secret.NewKey("my secret"))
	if _, _, err = b.Profiles.CreateProfile(t.Context(), key, nil); strings.Contains(err.Error(), "my secret") {
		t.Error("the refusal shows the key")
	}
}

// TestProfileDefaults: rule 4, "Active (default inactive)"; rule 7, "weekly is recommended and the default".
func TestProfileDefaults(t *testing.T) {
	t.Parallel()
	b := setupEmpty(t)
	key := secret.NewKey("demo-key")
	p, notices := b.CreateProfile(profiles.ProfileInput{CustomerNumber: new("4711"), APIKey: &key})
	if p.Active || p.FileFormat != "KBART" || p.GuardPercent != 10 || p.GuardTitles != 20 || p.CommunityZoneOnly || p.Version != 1 ||
		len(notices) > 0 {
		t.Errorf("%+v %q", p, notices)
	}
	if got := profiles.ScheduleOf(p).String(); got != "every Monday at 03:00 (UTC)" {
		t.Error(got)
	}
	if got := holdings.ProfileName(p); got != "Oxford University Press, customer 4711" {
		t.Error(got)
	}
	opened, err := b.Profiles.APIKey(p)
	if b.Must(err); !opened.Equal(key) || strings.Contains(string(p.APIKeySealed), "demo-key") {
		t.Error("the key is not sealed for the profile")
	}
	renewed, _ := b.update(p.ID, profiles.ProfileInput{APIKey: new(secret.NewKey("other")), Description: new("  Law library ")})
	opened, err = b.Profiles.APIKey(renewed)
	if b.Must(err); opened.Reveal() != "other" || renewed.APIKeyFingerprint == p.APIKeyFingerprint ||
		holdings.ProfileName(renewed) != "Law library" {
		t.Errorf("%+v", renewed)
	}
	if renewed.Version != 2 || renewed.CustomerNumber != "4711" {
		t.Errorf("what is left out stays: %+v", renewed)
	}
	same, _ := b.update(p.ID, profiles.ProfileInput{Description: new("Law library")})
	if same.Version != 2 {
		t.Error("a save that changes nothing raised the version")
	}
}

// TestOneCampus: rule 6, "Off: one OUP profile, no groups."
func TestOneCampus(t *testing.T) {
	t.Parallel()
	b := setupEmpty(t)
	law := b.CreateGroup("Law")
	_, _, err := b.Profiles.CreateProfile(t.Context(), holdingstest.ProfileInput("first", true, law), nil)
	holdingstest.WantProblems(t, err, "ONE_PROFILE_ONLY input.groupIds")
	first, _ := b.CreateProfile(holdingstest.ProfileInput("first", true))
	before := b.profilesText()
	_, _, err = b.Profiles.UpdateProfile(t.Context(), first.ID, nil, profiles.ProfileInput{GroupIDs: &[]int64{law}}, nil)
	holdingstest.WantProblems(t, err, "ONE_PROFILE_ONLY input.groupIds")
	_, _, err = b.Profiles.CreateProfile(t.Context(), holdingstest.ProfileInput("second", false), nil)
	holdingstest.WantProblems(t, err, "ONE_PROFILE_ONLY")
	holdingstest.WantMessage(t, err, `"first"`, "multiCampusInventoryManagement")
	if diff := cmp.Diff(before, b.profilesText()); diff != "" {
		t.Error(diff)
	}
	b.update(first.ID, profiles.ProfileInput{GroupIDs: &[]int64{}}) // no groups is what there is
}

// TestGroupRequired: rule 6, "On: several OUP profiles, each with zero or more groups; but as soon as more than one
// profile is active and one of them has a group, every active one must have at least one (saving or activating one
// without is refused; the state after the save is judged, and the refusal names each profile that lacks one)."
func TestGroupRequired(t *testing.T) {
	t.Parallel()
	b, law, medicine := setupCampuses(t)
	a, _ := b.CreateProfile(holdingstest.ProfileInput("Alpha", true))
	beta, _ := b.CreateProfile(holdingstest.ProfileInput("Beta", true))
	_, _, err := b.Profiles.CreateProfile(t.Context(), holdingstest.ProfileInput("Gamma", true, law), nil)
	holdingstest.WantProblems(t, err, "GROUP_REQUIRED input.groupIds")
	holdingstest.WantMessage(t, err, `"Alpha", "Beta"`)

	gamma, _ := b.CreateProfile(holdingstest.ProfileInput("Gamma", false, law)) // an inactive one may have groups
	_, _, err = b.Profiles.UpdateProfile(t.Context(), gamma.ID, nil, profiles.ProfileInput{Active: new(true)}, nil)
	holdingstest.WantProblems(t, err, "GROUP_REQUIRED input.groupIds")
	_, _, err = b.Profiles.UpdateProfile(t.Context(), a.ID, nil, profiles.ProfileInput{GroupIDs: &[]int64{law}}, nil)
	holdingstest.WantProblems(t, err, "GROUP_REQUIRED input.groupIds")
	holdingstest.WantMessage(t, err, `"Beta"`)
	if strings.Contains(err.Error(), `"Alpha"`) {
		t.Error("it names one that would have a group:", err)
	}

	b.update(beta.ID, profiles.ProfileInput{Active: new(false)})
	b.update(a.ID, profiles.ProfileInput{GroupIDs: &[]int64{law, medicine, law}}) // alone: groups or none
	b.update(gamma.ID, profiles.ProfileInput{Active: new(true)})
	_, _, err = b.Profiles.UpdateProfile(t.Context(), beta.ID, nil, profiles.ProfileInput{Active: new(true)}, nil)
	holdingstest.WantProblems(t, err, "GROUP_REQUIRED input.groupIds")
	b.update(beta.ID, profiles.ProfileInput{Active: new(true), GroupIDs: &[]int64{medicine}})
	_, _, err = b.Profiles.UpdateProfile(t.Context(), a.ID, nil, profiles.ProfileInput{GroupIDs: &[]int64{}}, nil)
	holdingstest.WantProblems(t, err, "GROUP_REQUIRED input.groupIds")
	b.update(a.ID, profiles.ProfileInput{Active: new(false), GroupIDs: &[]int64{}}) // judged after the save
	groups, err := b.Profiles.GroupsOfProfiles(t.Context(), []int64{a.ID, beta.ID})
	b.Must(err)
	if len(groups[a.ID]) != 0 || len(groups[beta.ID]) != 1 || groups[beta.ID][0].ID != medicine {
		t.Error(groups)
	}
}

// TestOneSchedule: rule 6, "The first schedule saved applies to all other active OUP profiles. […] From the first save
// on there is one schedule: changing it on an active profile changes it for all, a profile that is activated takes it
// over, and the answer says so."
func TestOneSchedule(t *testing.T) {
	t.Parallel()
	b, _, _ := setupCampuses(t)
	daily := profiles.ScheduleChange{Frequency: new("DAILY"), Time: new("05:30")}
	withSchedule := func(in profiles.ProfileInput, c profiles.ScheduleChange) profiles.ProfileInput {
		in.Schedule = &c
		return in
	}
	first, notices := b.CreateProfile(withSchedule(holdingstest.ProfileInput("First", true), daily))
	if len(notices) > 0 {
		t.Errorf("alone it has nothing to take over: %q", notices)
	}
	idle, _ := b.CreateProfile(withSchedule(holdingstest.ProfileInput("Idle", false), profiles.ScheduleChange{Frequency: new("NONE")}))

	second, notices := b.CreateProfile(withSchedule(holdingstest.ProfileInput("Second", true), profiles.ScheduleChange{Frequency: new("MONTHLY")}))
	holdingstest.WantNotice(t, notices, "takes over", "every day at 05:30 (UTC)", "on day 1 of each month at 03:00 (UTC), was not saved")
	if got := profiles.ScheduleOf(second).String(); got != "every day at 05:30 (UTC)" {
		t.Errorf("the new active profile: %s", got)
	}

	_, notices = b.update(second.ID, withSchedule(profiles.ProfileInput{}, profiles.ScheduleChange{Frequency: new("WEEKLY"), Weekday: new(3)}))
	holdingstest.WantNotice(t, notices, `changed for "First" too: every Wednesday at 05:30 (UTC)`)
	if got := b.schedule(first.ID); got != "every Wednesday at 05:30 (UTC)" {
		t.Errorf("the other active profile: %s", got)
	}
	if got := b.schedule(idle.ID); got != "never by itself" {
		t.Errorf("an inactive profile is left alone: %s", got)
	}
	if row := b.Store.Read.Profile.GetX(t.Context(), first.ID); row.Version != 2 {
		t.Errorf("a change by another's save raises the version too: %d", row.Version)
	}

	_, notices = b.update(idle.ID, withSchedule(profiles.ProfileInput{}, profiles.ScheduleChange{Frequency: new("DAILY")}))
	if len(notices) > 0 || b.schedule(first.ID) != "every Wednesday at 05:30 (UTC)" {
		t.Errorf("an inactive profile's schedule is its own: %q", notices)
	}
	_, notices = b.update(idle.ID, profiles.ProfileInput{Active: new(true)})
	holdingstest.WantNotice(t, notices, "takes over: every Wednesday at 05:30 (UTC).")
	if strings.Contains(notices[0], "was not saved") {
		t.Errorf("none was given: %q", notices)
	}
	if got := b.schedule(idle.ID); got != "every Wednesday at 05:30 (UTC)" {
		t.Errorf("the activated profile: %s", got)
	}

	_, notices = b.update(idle.ID, withSchedule(profiles.ProfileInput{Active: new(false)}, daily))
	holdingstest.WantNotice(t, notices, "inactive now")
	if b.schedule(first.ID) != "every Wednesday at 05:30 (UTC)" || b.schedule(idle.ID) != "every day at 05:30 (UTC)" {
		t.Error("a profile that is deactivated changes its own schedule only")
	}
}

// TestDeactivateAndDelete: section 8, "Deactivating leaves its entitlements in force, and says so"; a profile with
// entitlements in force is not deleted.
func TestDeactivateAndDelete(t *testing.T) {
	t.Parallel()
	b, law, _ := setupCampuses(t)
	first, _ := b.CreateProfile(holdingstest.ProfileInput("First", true, law))
	second, _ := b.CreateProfile(holdingstest.ProfileInput("Second", true, law))
	b.Sync(first.ID, holdingstest.ListOf(holdingstest.Numbered(0, 30)...))
	b.Sync(second.ID, holdingstest.ListOf(holdingstest.Numbered(0, 2)...))
	b.Sync(first.ID, holdingstest.ListOf(holdingstest.Numbered(0, 29)...))
	_, notices := b.update(first.ID, profiles.ProfileInput{Active: new(false)})
	holdingstest.WantNotice(t, notices, "leaves its entitlements in force", "29 portfolios stay")
	active := func(id int64) int {
		return b.Store.Read.Entitlement.Query().Where(entitlement.ProfileID(id), entitlement.Active(true)).CountX(t.Context())
	}
	if active(first.ID) != 29 {
		t.Error("deactivating ended entitlements")
	}
	err := b.Profiles.DeleteProfile(t.Context(), first.ID)
	holdingstest.WantProblems(t, err, "IN_USE input.profileId")
	holdingstest.WantMessage(t, err, `"First" has 29 entitlements in force`,
		"27 portfolios would be removed, 0 kept for a PO line or perpetual access, and 2 stay with other profiles", "withdrawEntitlements")

	b.Write(func(ctx context.Context, tx *store.Tx) error {
		return tx.Entitlement.Update().Where(entitlement.ProfileID(first.ID)).SetActive(false).Exec(ctx)
	})
	busy := problem.New(problem.Conflict, "input.profileId", "a job is under way")
	err = b.WhileBusy(busy).Profiles.DeleteProfile(t.Context(), first.ID)
	holdingstest.WantProblems(t, err, "CONFLICT input.profileId")
	b.Must(b.Profiles.DeleteProfile(t.Context(), first.ID))
	if b.Store.Read.Profile.Query().CountX(t.Context()) != 1 || active(second.ID) != 2 {
		t.Error("the other profile was touched")
	}
	if n := b.Store.Read.Entitlement.Query().Where(entitlement.ProfileIDIsNil()).CountX(t.Context()); n != 30 {
		t.Errorf("%d of 30 ended entitlements keep their coverage", n)
	}
	holdingstest.WantProblems(t, b.Profiles.DeleteProfile(t.Context(), first.ID), "NOT_FOUND input.profileId")
	_, notices = b.update(second.ID, profiles.ProfileInput{Active: new(false)})
	holdingstest.WantNotice(t, notices, "2 portfolios stay")
}

// TestThenIsOfTheSave: what runs after the save is saved with it or not at all.
func TestThenIsOfTheSave(t *testing.T) {
	t.Parallel()
	b := setupEmpty(t)
	refuse := errors.New("no")
	seen := int64(0)
	then := func(ctx context.Context, tx *store.Tx, p *ent.Profile) error {
		seen = tx.Profile.GetX(ctx, p.ID).ID
		return refuse
	}
	p, _, err := b.Profiles.CreateProfile(t.Context(), holdingstest.ProfileInput("new", true), then)
	if !errors.Is(err, refuse) || p != nil || seen == 0 || b.Store.Read.Profile.Query().CountX(t.Context()) != 0 {
		t.Errorf("%v %v %d", p, err, seen)
	}
	refuse = nil
	made, _, err := b.Profiles.CreateProfile(t.Context(), holdingstest.ProfileInput("new", true), then)
	b.Must(err)
	refuse = errors.New("no")
	before := b.profilesText()
	p, _, err = b.Profiles.UpdateProfile(t.Context(), made.ID, nil, profiles.ProfileInput{Description: new("other")}, then)
	if !errors.Is(err, refuse) || p.Description != "new" || b.profilesText() != before {
		t.Errorf("%v %v", p, err)
	}
	seen = 0
	_, _, err = b.Profiles.UpdateProfile(t.Context(), made.ID, nil, profiles.ProfileInput{}, then)
	if !errors.Is(err, refuse) || seen != made.ID {
		t.Error("it runs even where nothing is changed: a run may be asked for")
	}
}

// TestStaleProfile: of two administrators who read the same version, the second is told.
func TestStaleProfile(t *testing.T) {
	t.Parallel()
	b := setupEmpty(t)
	p, _ := b.CreateProfile(holdingstest.ProfileInput("Law", false))
	_, _, err := b.Profiles.UpdateProfile(t.Context(), p.ID, new(1), profiles.ProfileInput{GuardPercent: new(15)}, nil)
	b.Must(err)
	now, _, err := b.Profiles.UpdateProfile(t.Context(), p.ID, new(1), profiles.ProfileInput{GuardPercent: new(50)}, nil)
	holdingstest.WantProblems(t, err, "CONFLICT input.version")
	holdingstest.WantMessage(t, err, `"Law"`, "its version is now 2", "you read 1")
	if now.GuardPercent != 15 || now.Version != 2 {
		t.Errorf("the answer has the profile as it is: %+v", now)
	}
}

// TestAdministratorsAtOnce lets several administrators save at the same time, in ways that are each right alone and
// wrong together. Whatever is saved, no transaction leaves a state that breaks a rule.
func TestAdministratorsAtOnce(t *testing.T) {
	t.Parallel()
	b, law, medicine := setupCampuses(t)
	for _, name := range []string{"A", "B", "C"} {
		b.CreateProfile(holdingstest.ProfileInput(name, false))
	}
	check := func(ctx context.Context, tx *store.Tx, _ *ent.Profile) error {
		if wrong := brokenRule(ctx, tx.Client); wrong != "" {
			t.Error(wrong)
		}
		return nil
	}
	deleting := profiles.New(b.Store, nil, holdingstest.BusyFunc(func(ctx context.Context, tx *store.Tx) error { return check(ctx, tx, nil) }))
	act := func(random *rand.Rand) error {
		ids := b.Store.Read.Profile.Query().IDsX(t.Context())
		id := int64(0)
		if len(ids) > 0 {
			id = ids[random.IntN(len(ids))]
		}
		in := profiles.ProfileInput{}
		switch random.IntN(9) {
		case 0, 1:
			in.Active = new(true)
		case 2:
			in.Active = new(false)
		case 3:
			in.GroupIDs = &[]int64{}
		case 4:
			in.GroupIDs = &[]int64{law, medicine}
		case 5:
			in.Schedule = &profiles.ScheduleChange{Weekday: new(1 + random.IntN(7))}
		case 6:
			_, err := b.Profiles.UpdateSettings(t.Context(), profiles.SettingsChange{MultiCampus: new(random.IntN(2) == 0)})
			return err
		case 7:
			_, _, err := b.Profiles.CreateProfile(t.Context(), holdingstest.ProfileInput("new", random.IntN(2) == 0), check)
			return err
		case 8:
			return deleting.DeleteProfile(t.Context(), id)
		}
		_, _, err := b.Profiles.UpdateProfile(t.Context(), id, nil, in, check)
		return err
	}
	outcomes := map[string]int{}
	var mutex sync.Mutex
	var group sync.WaitGroup
	for admin := range uint64(4) {
		group.Go(func() {
			random := rand.New(rand.NewPCG(1, admin))
			for range 100 {
				err := act(random)
				outcome := "saved"
				if found := holdingstest.ProblemsOf(t, err); len(found) > 0 {
					outcome, _, _ = strings.Cut(found[0], " ")
				}
				mutex.Lock()
				outcomes[outcome]++
				mutex.Unlock()
			}
		})
	}
	group.Wait()
	if wrong := brokenRule(t.Context(), b.Store.Read); wrong != "" {
		t.Error(wrong)
	}
	for _, outcome := range []string{"saved", "GROUP_REQUIRED", "ONE_PROFILE_ONLY"} {
		if outcomes[outcome] == 0 {
			t.Errorf("it tests too little: %s never came: %v", outcome, outcomes)
		}
	}
}

// TestTwoFirstProfilesAtOnce: of two administrators who make the one profile of one campus, one is refused.
func TestTwoFirstProfilesAtOnce(t *testing.T) {
	t.Parallel()
	b := setupEmpty(t)
	var group sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		group.Go(func() {
			_, _, errs[i] = b.Profiles.CreateProfile(t.Context(), holdingstest.ProfileInput(fmt.Sprint(i), true), nil)
		})
	}
	group.Wait()
	if n := b.Store.Read.Profile.Query().CountX(t.Context()); n != 1 {
		t.Errorf("%d profiles", n)
	}
	for _, err := range slices.DeleteFunc(errs, func(err error) bool { return err == nil }) {
		holdingstest.WantProblems(t, err, "ONE_PROFILE_ONLY")
	}
}

// brokenRule says which rule of section 3 the profiles break, written down anew from its words.
func brokenRule(ctx context.Context, client *ent.Client) string {
	several := client.Setting.GetX(ctx, 1).MultiCampusInventoryManagement
	all := client.Profile.Query().WithGroups().AllX(ctx)
	var active, grouped int
	schedules := map[profiles.Schedule]bool{}
	for _, p := range all {
		if !several && len(p.Edges.Groups) > 0 {
			return "one campus, and a profile has groups"
		}
		if !p.Active {
			continue
		}
		active++
		schedules[profiles.ScheduleOf(p)] = true
		if len(p.Edges.Groups) > 0 {
			grouped++
		}
	}
	switch {
	case !several && len(all) > 1:
		return "one campus, and several profiles"
	case active > 1 && grouped > 0 && grouped < active:
		return fmt.Sprintf("%d of %d active profiles have groups", grouped, active)
	case len(schedules) > 1:
		return fmt.Sprintf("%d schedules", len(schedules))
	}
	return ""
}
