package profiles_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"autoholdings/ent/profile"
	"autoholdings/holdings/profiles"
	"autoholdings/internal/holdingstest"
	"autoholdings/internal/store"
)

// at sets the clock to the n-th hour of a day, and returns that moment.
func (b *testBundle) at(hour int) time.Time {
	now := time.Date(2027, 5, 1, hour, 0, 0, 0, time.UTC)
	b.Holdings.Now = func() time.Time { return now }
	b.Profiles.Now = b.Holdings.Now
	return now
}

// since is from when on the schedule holds for a profile; zero: none was saved.
func (b *testBundle) since(id int64) time.Time {
	b.T.Helper()
	ms := b.Store.Read.Profile.GetX(b.T.Context(), id).ScheduleSince
	if ms == 0 {
		return time.Time{}
	}
	return store.Time(ms)
}

func (b *testBundle) common() *profiles.CommonSchedule {
	b.T.Helper()
	common, err := profiles.ReadCommonSchedule(b.T.Context(), b.Store.Read, profile.DefaultProvider)
	b.Must(err)
	return common
}

// TestScheduleBegins: a schedule holds from the moment at which it is saved on an active profile or the profile is
// activated, and no other change of the profile begins it anew.
func TestScheduleBegins(t *testing.T) {
	t.Parallel()
	b, law, medicine := setupCampuses(t)
	b.at(1)
	asleep, _ := b.CreateProfile(holdingstest.ProfileInput("Asleep", false, law))
	if since := b.since(asleep.ID); !since.IsZero() {
		t.Errorf("an inactive profile has had its schedule since %v", since)
	}
	made := b.at(2)
	first, _ := b.CreateProfile(holdingstest.ProfileInput("First", true, law))
	if since := b.since(first.ID); !since.Equal(made) {
		t.Errorf("made at %v, since %v", made, since)
	}

	activated := b.at(3)
	b.update(asleep.ID, profiles.ProfileInput{Active: new(true)})
	if common := b.common(); !b.since(asleep.ID).Equal(activated) || !common.Since.Equal(made) || len(common.Profiles) != 2 {
		t.Errorf("activated at %v, since %v; common %v", activated, b.since(asleep.ID), common.Since)
	}
	b.at(4)
	b.update(first.ID, profiles.ProfileInput{
		Description: new("Renamed"), GroupIDs: &[]int64{medicine},
		Schedule: &profiles.ScheduleChange{Frequency: new(profiles.Weekly)},
	})
	if since := b.since(first.ID); !since.Equal(made) {
		t.Errorf("another change, and its schedule as it was: since %v", since)
	}

	changed := b.at(5)
	b.update(first.ID, profiles.ProfileInput{Schedule: &profiles.ScheduleChange{Frequency: new(profiles.Daily)}})
	if !b.since(first.ID).Equal(changed) || !b.since(asleep.ID).Equal(changed) || !b.common().Since.Equal(changed) {
		t.Errorf("changed at %v, since %v and %v", changed, b.since(first.ID), b.since(asleep.ID))
	}

	b.at(6)
	b.update(first.ID, profiles.ProfileInput{Active: new(false)})
	if since := b.since(first.ID); !since.Equal(changed) {
		t.Errorf("deactivated: since %v", since)
	}
	again := b.at(7)
	b.update(first.ID, profiles.ProfileInput{Active: new(true)})
	if since := b.since(first.ID); !since.Equal(again) {
		t.Errorf("activated again at %v, since %v", again, since)
	}
}

// TestScheduleFromBefore: of a profile that was saved before that was recorded, the schedule holds since its last
// change.
func TestScheduleFromBefore(t *testing.T) {
	t.Parallel()
	b := setupEmpty(t)
	p, _ := b.CreateProfile(holdingstest.ProfileInput("Old", true))
	for _, statement := range []string{
		`UPDATE profiles SET updated_at = 1767225600000, schedule_since = NULL`,
		`UPDATE profiles SET updated_at = 1767225600000, schedule_since = 0`,
	} {
		b.Write(func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.SQL.ExecContext(ctx, statement)
			return err
		})
		if since := b.common().Since; !since.Equal(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)) {
			t.Errorf("%s: profile %d since %v", statement, p.ID, since)
		}
	}
}

// TestEnableSchedule: a stopped schedule does not run, and begins anew where it is enabled; doing either twice is once.
func TestEnableSchedule(t *testing.T) {
	t.Parallel()
	b, law, _ := setupCampuses(t)
	if b.common().Runs() {
		t.Error("it runs without a profile")
	}
	made := b.at(1)
	active, _ := b.CreateProfile(holdingstest.ProfileInput("Active", true, law))
	inactive, _ := b.CreateProfile(holdingstest.ProfileInput("Inactive", false, law))
	b.Must(b.Profiles.EnableSchedule(t.Context(), profile.DefaultProvider, true))
	if since := b.since(active.ID); !b.common().Runs() || !since.Equal(made) {
		t.Errorf("enabled as it was: since %v", since)
	}

	stopped := b.at(2)
	b.Must(b.Profiles.EnableSchedule(t.Context(), profile.DefaultProvider, false))
	b.at(3)
	b.Must(b.Profiles.EnableSchedule(t.Context(), profile.DefaultProvider, false))
	settings, err := b.Profiles.Settings(t.Context())
	b.Must(err)
	if at := settings.StoppedSchedules[profile.DefaultProvider]; b.common().Runs() || at != stopped.UnixMilli() {
		t.Errorf("stopped at %v: %v", stopped, at)
	}

	enabled := b.at(4)
	b.Must(b.Profiles.EnableSchedule(t.Context(), profile.DefaultProvider, true))
	b.at(5)
	b.Must(b.Profiles.EnableSchedule(t.Context(), profile.DefaultProvider, true))
	if !b.common().Runs() || !b.since(active.ID).Equal(enabled) || !b.since(inactive.ID).IsZero() {
		t.Errorf("enabled at %v: since %v and %v", enabled, b.since(active.ID), b.since(inactive.ID))
	}

	b.update(active.ID, profiles.ProfileInput{Schedule: &profiles.ScheduleChange{Frequency: new(profiles.Never)}})
	if b.common().Runs() {
		t.Error("NONE runs")
	}
}

// TestDisabledScheduleIsSaid: a save that would have begun the schedule says that a person has stopped it, where it
// would otherwise run, and no other save does.
func TestDisabledScheduleIsSaid(t *testing.T) {
	t.Parallel()
	b, law, medicine := setupCampuses(t)
	first, _ := b.CreateProfile(holdingstest.ProfileInput("First", true, law))
	b.Must(b.Profiles.EnableSchedule(t.Context(), profile.DefaultProvider, false))
	said := func(what string, want bool, notices []string) {
		t.Helper()
		if got := strings.Contains(strings.Join(notices, " "), "The schedule is disabled"); got != want {
			t.Errorf("%s: %q", what, notices)
		}
	}
	idle, notices := b.CreateProfile(holdingstest.ProfileInput("Idle", false, law))
	said("an inactive profile is made", false, notices)
	_, notices = b.update(idle.ID, profiles.ProfileInput{Active: new(true)})
	said("it is activated", true, notices)
	_, notices = b.CreateProfile(holdingstest.ProfileInput("Third", true, law))
	said("an active profile is made", true, notices)
	_, notices = b.update(first.ID, profiles.ProfileInput{Schedule: &profiles.ScheduleChange{Frequency: new(profiles.Daily)}})
	said("the schedule is changed", true, notices)
	_, notices = b.update(first.ID, profiles.ProfileInput{GroupIDs: &[]int64{medicine}})
	said("the groups are changed", false, notices)
	_, notices = b.update(first.ID, profiles.ProfileInput{Schedule: &profiles.ScheduleChange{Frequency: new(profiles.Never)}})
	said("there is no schedule any more", false, notices)
	b.Must(b.Profiles.EnableSchedule(t.Context(), profile.DefaultProvider, true))
	_, notices = b.update(first.ID, profiles.ProfileInput{Schedule: &profiles.ScheduleChange{Frequency: new(profiles.Daily)}})
	said("the schedule is enabled", false, notices)
}
