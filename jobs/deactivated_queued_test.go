package jobs_test

import (
	"testing"

	"autoholdings/ent"
	"autoholdings/ent/jobpart"
	"autoholdings/holdings/profiles"
	"autoholdings/internal/secret"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

// TestDeactivatedWhileQueued: section 3, rule 6, "inactive ones are left out": a profile that was deactivated while the
// job of all waited does not take the others' sync with it.
func TestDeactivatedWhileQueued(t *testing.T) {
	t.Parallel()
	queue, err := jobs.StartEmbedded()
	must(t, err)
	t.Cleanup(queue.Close)
	b := &testBundle{t: t, dir: t.TempDir(), redis: queue.Options(), mock: mockoup.NewServer(t, mockoup.Options{
		Titles: 60, Customers: []mockoup.Customer{{Number: "north", Key: "north-key"}},
	})}
	b.open()
	b.makeHoldings()
	_, err = b.profiles.UpdateSettings(t.Context(), profiles.SettingsChange{MultiCampus: new(true)})
	must(t, err)
	key := secret.NewKey("north-key")
	north, _, err := b.profiles.CreateProfile(t.Context(),
		profiles.ProfileInput{CustomerNumber: new("north"), APIKey: &key, Active: new(true)}, nil)
	must(t, err)
	queued, err := b.jobs.RunScheduled(t.Context(), "sync", "")
	must(t, err)
	b.setActive(t, north.ID, false)
	b.work()
	done := b.wait(queued.ID)
	if done.State != jobs.Succeeded || done.Verdict != jobs.VerdictPartial || done.ErrorCode != "PROFILE_INACTIVE" {
		t.Errorf("%s %s %s: %s", done.State, done.Verdict, done.ErrorCode, done.Summary)
	}
	for id, want := range map[int64]string{b.profile: jobs.PartApplied, north.ID: jobs.PartFailed} {
		parts := b.store.Read.JobPart.Query().Where(jobpart.JobID(queued.ID), jobpart.ProfileID(id)).AllX(t.Context())
		if len(parts) != 2 || parts[0].State != want || parts[1].State != want {
			t.Errorf("the parts of profile %d: %v", id, parts)
		}
	}

	b.stop()
	b.open()
	alone := b.start(jobs.SyncRequest{Mode: jobs.Apply})
	b.setActive(t, b.profile, false)
	b.work()
	if done := b.wait(alone.ID); done.State != jobs.Failed || done.Verdict != jobs.VerdictFailed || done.ErrorCode != "PROFILE_INACTIVE" {
		t.Errorf("alone: %s %s %s: %s", done.State, done.Verdict, done.ErrorCode, done.Summary)
	}
}

func (b *testBundle) setActive(t *testing.T, profileID int64, active bool) *ent.Profile {
	t.Helper()
	p, _, err := b.profiles.UpdateProfile(t.Context(), profileID, nil, profiles.ProfileInput{Active: &active}, nil)
	must(t, err)
	return p
}
