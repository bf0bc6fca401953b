package main

import (
	"context"
	"testing"

	"autoholdings/ent"
	"autoholdings/holdings/profiles"
	"autoholdings/internal/secret"
	"autoholdings/jobs"
	"autoholdings/provider"
	"autoholdings/provider/oup"
)

// TestSecondProviderWithoutAddress: a sync of a provider whose address is not set waits, and its error names the flag
// and the variable that set it.
func TestSecondProviderWithoutAddress(t *testing.T) {
	t.Parallel()
	log, err := newLogger(t.Output(), "error", "text")
	must(t, err)
	a, err := openApp(t.Context(), config{
		DataDir: t.TempDir(), Log: log, Providers: []providerConfig{
			{oup.Provider(), provider.Options{Template: provider.Template{BaseURL: "https://kbart.example.org"}}},
			{testPress(), provider.Options{}},
		},
	}, true)
	must(t, err)
	i := &twoProviders{app: a, t: t, ctx: t.Context()}
	i.work()
	active, token := true, secret.NewKey("open-sesame")
	press, _, err := a.library.Profiles.CreateProfile(t.Context(), profiles.ProfileInput{
		Provider: testPress().Name, APIKey: &token, Active: &active,
	}, nil)
	must(t, err)
	job, err := a.jobs.StartSync(t.Context(), jobs.SyncRequest{ProfileIDs: []int64{press.ID}, Mode: jobs.Apply, Trigger: jobs.Manual})
	must(t, err)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var row *ent.Job
	for hints := a.jobs.Watch(ctx, job.ID); row == nil || row.DueAt == job.DueAt; <-hints {
		row = a.store.Read.Job.GetX(ctx, job.ID)
	}
	const want = "Start a server with --tp-url (AUTOHOLDINGS_TP_URL), or cancel the job."
	if row.State != jobs.Queued || row.ErrorCode != "NO_ADDRESS" || row.ErrorHint != want {
		t.Errorf("%s %s: %s %s", row.State, row.ErrorCode, row.ErrorMessage, row.ErrorHint)
	}
}
