package jobs_test

import (
	"testing"

	"autoholdings/holdings/profiles"
	"autoholdings/internal/problem"
	"autoholdings/jobs"
)

// TestSaveOnce: a save with a key and its job are done once, and the answer to the same request is the profile as it is
// now.
func TestSaveOnce(t *testing.T) {
	t.Parallel()
	b := idle(t)
	b.makeHoldings()
	ctx := t.Context()
	save := jobs.SaveRequest{Profile: profiles.ProfileInput{Description: new("First")}, RunNow: true, IdempotencyKey: "save"}
	first, err := b.jobs.UpdateProfile(ctx, b.profile, nil, save)
	must(t, err)
	if first.Job == nil || first.Job.State != jobs.Queued || first.Profile.Description != "First" {
		t.Fatalf("%+v", first)
	}
	_, err = b.jobs.UpdateProfile(ctx, b.profile, nil, jobs.SaveRequest{Profile: profiles.ProfileInput{Description: new("Second")}})
	must(t, err)
	again, err := b.jobs.UpdateProfile(ctx, b.profile, nil, save)
	must(t, err)
	if again.Job.ID != first.Job.ID || again.Profile.Description != "Second" {
		t.Errorf("the same request again: %+v", again)
	}
	_, err = b.jobs.UpdateProfile(ctx, b.profile, nil, jobs.SaveRequest{IdempotencyKey: "another"})
	if !isProblem(err, problem.BadInput) {
		t.Errorf("a key that nothing keeps: %v", err)
	}
	refused, err := b.jobs.UpdateProfile(ctx, b.profile, nil, jobs.SaveRequest{
		Profile: profiles.ProfileInput{Active: new(false)}, RunNow: true,
	})
	if !isProblem(err, problem.ProfileInactive) || refused.Profile == nil || !refused.Profile.Active || refused.Job != nil {
		t.Errorf("%+v, %v", refused, err)
	}
}

// TestDomainKnowsOfJobs: the domain itself refuses what a job stands in the way of, whoever asks.
func TestDomainKnowsOfJobs(t *testing.T) {
	t.Parallel()
	b := idle(t)
	b.makeHoldings()
	queued := b.start(jobs.SyncRequest{Mode: jobs.Apply})
	if err := b.profiles.DeleteProfile(t.Context(), b.profile); !isProblem(err, problem.Conflict) {
		t.Errorf("a profile with a queued job: %v", err)
	}
	if _, err := b.jobs.DeleteProfile(t.Context(), jobs.DeleteProfileRequest{ProfileID: b.profile}); !isProblem(err, problem.Conflict) {
		t.Errorf("a profile with a queued job: %v", err)
	}
	_, err := b.jobs.Cancel(t.Context(), queued.ID)
	must(t, err)
	job, err := b.jobs.DeleteProfile(t.Context(), jobs.DeleteProfileRequest{ProfileID: b.profile, WithdrawEntitlements: true})
	if err != nil || job != nil || b.store.Read.Profile.Query().ExistX(t.Context()) {
		t.Errorf("a profile without entitlements is deleted at once: %v, %v", job, err)
	}
}
