package graph_test

import (
	"testing"

	"autoholdings/mockoup"
)

// TestKeyOfAnotherJob: an idempotency key that has made a job of one kind is refused where one of another kind is asked for:
// that job is not what was asked for, and nothing of it was done.
func TestKeyOfAnotherJob(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 60})
	b.done("updateSettings", input{"multiCampusInventoryManagement": true})
	p := b.newProfile(input{"customerNumber": "demo", "active": true})
	b.done("runProfile", input{"profileId": p.ID, "idempotencyKey": "a sync"})
	imported := b.done("importCommunityZoneTitles", input{"idempotencyKey": "an import"}).Job
	const want = "CONFLICT input.idempotencyKey"
	b.unchanged(func() {
		b.refused("importCommunityZoneTitles", input{"idempotencyKey": "a sync"}, want)
		b.refused("undoJob", input{"jobId": imported.ID, "idempotencyKey": "a sync"}, want)
		b.refused("withdrawProfile", input{"profileId": p.ID, "idempotencyKey": "a sync"}, want)
		b.refused("deleteProfile", input{"profileId": p.ID, "withdrawEntitlements": true, "idempotencyKey": "a sync"}, want)
		b.refused("runProfile", input{"profileId": p.ID, "idempotencyKey": "an import"}, want)
		b.refused("runScheduledJob", input{"scheduledJobId": "sync", "idempotencyKey": "an import"}, want)
		b.refused("updateProfile", input{"profileId": p.ID, "runNow": true, "idempotencyKey": "an import"}, want)
		b.refused("createProfile", input{"customerNumber": "n", "apiKey": "n", "active": true, "runNow": true, "idempotencyKey": "an import"}, want)
	})
}

// TestKeyWithoutRun: an idempotency key is of the job that a save queues. Without runNow there is none, and the save is done.
func TestKeyWithoutRun(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 60})
	p := b.newProfile(input{"customerNumber": "demo", "active": true})
	b.done("runProfile", input{"profileId": p.ID, "idempotencyKey": "run"})
	saved := b.done("updateProfile", input{"profileId": p.ID, "description": "Renamed", "idempotencyKey": "run"})
	if saved.Profile.Name != "Renamed" || saved.Job != nil {
		t.Errorf("%+v %+v", saved.Profile, saved.Job)
	}
	b.refused("createProfile", input{"customerNumber": "n", "apiKey": "n", "idempotencyKey": "run"}, "ONE_PROFILE_ONLY")
}
