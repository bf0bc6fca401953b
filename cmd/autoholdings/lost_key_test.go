package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/internal/opaque"
	"autoholdings/internal/secret"
	"autoholdings/internal/store"
	"autoholdings/mockoup"
)

// keyed is what a profile says of its API key.
type keyed struct {
	APIKeyState, APIKeyFingerprint, CustomerNumber string
	Active                                         bool
	Alerts                                         []struct{ Code, Message, Hint string }
}

func (s *server) keyed(profileID string) (p keyed) {
	s.t.Helper()
	var answer struct{ Profile keyed }
	s.do(`query($id: ID!) { profile(id: $id) { apiKeyState apiKeyFingerprint customerNumber active alerts { code message hint } } }`,
		map[string]any{"id": profileID}, &answer)
	return answer.Profile
}

// alerted checks that a profile has an alert with a code that says what to do, and that it waits in the worklist.
func (s *server) alerted(profileID, state, code, hint string) {
	s.t.Helper()
	p := s.keyed(profileID)
	if p.APIKeyState != state || !p.Active || len(p.Alerts) != 1 || p.Alerts[0].Code != code || !strings.Contains(p.Alerts[0].Hint, hint) {
		s.t.Errorf("%+v, want %s and an alert %s", p, state, code)
	}
	var answer struct {
		Worklist struct {
			Nodes []struct{ Type, Summary string }
		}
	}
	s.do(`{ worklist(filter: {types: [ALERT]}) { nodes { type summary } } }`, nil, &answer)
	if n := answer.Worklist.Nodes; len(n) != 1 || len(p.Alerts) > 0 && !strings.Contains(n[0].Summary, p.Alerts[0].Message) {
		s.t.Errorf("the worklist: %+v", n)
	}
}

// fails runs the profile by hand and by the schedule's job, and checks that both end with a code and say what to do.
func (s *server) fails(profileID, code, hint string) {
	s.t.Helper()
	var scheduled struct {
		ScheduledJobs []struct{ ID string }
	}
	s.do(`{ scheduledJobs { id } }`, nil, &scheduled)
	var ran struct {
		RunScheduledJob struct {
			Job        *struct{ ID string }
			UserErrors userErrors
		}
	}
	byHand := s.wait(s.start(profileID))
	s.do(`mutation($id: ID!) { runScheduledJob(input: {scheduledJobId: $id}) { job { id } userErrors { message } } }`,
		map[string]any{"id": scheduled.ScheduledJobs[0].ID}, &ran)
	must(s.t, ran.RunScheduledJob.UserErrors.err())
	for _, job := range []*jobView{byHand, s.wait(ran.RunScheduledJob.Job.ID)} {
		if job.State != "FAILED" || job.Error == nil || job.Error.Code != code || !strings.Contains(job.Error.Hint, hint) {
			s.t.Errorf("%s %+v: %s", job.State, job.Error, job.Summary)
		}
	}
}

// enter gives a profile an API key.
func (s *server) enter(profileID, key string) (problems userErrors) {
	s.t.Helper()
	var updated struct {
		UpdateProfile struct{ UserErrors userErrors }
	}
	s.do(`mutation($id: ID!, $key: String!) { updateProfile(input: {profileId: $id, apiKey: $key}) { userErrors { code message } } }`,
		map[string]any{"id": profileID, "key": key}, &updated)
	return updated.UpdateProfile.UserErrors
}

// TestLostSealingKey: without its sealing key a server starts with the profiles locked, and says so. With the key it is as before.
// Where the key is lost for good, the API keys are forgotten and entered again, and nothing else is lost.
func TestLostSealingKey(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, databaseURL string) {
		i := newKeptSafe(t, databaseURL != "", 120)
		args := func() []string { // on SQLite the key lies in the data directory
			if databaseURL != "" {
				return i.at(i.place)
			}
			return append(i.place.flags(), "--oup-url", i.mock.URL, "--oup-allow-insecure")
		}
		file := filepath.Join(i.place.dir, secret.KeyFileName)
		s := serve(t, args()...)
		i.id = s.administer(mockoup.DemoKey)
		if job := s.wait(s.start(i.id)); job.State != "SUCCEEDED" || s.keyed(i.id).APIKeyState != "SET" {
			t.Fatal(job.Summary)
		}
		want, files, fingerprint := s.holdingsText(), s.fileTexts(), s.keyed(i.id).APIKeyFingerprint
		s.stop()
		lost := i.key
		if databaseURL == "" {
			lost = readText(t, file)
			must(t, os.Remove(file))
		}
		i.key = secret.GenerateKey()

		// Locked.
		var log safeBuffer
		locked, process := programLogging(t, &log, args()...)
		locked.alerted(i.id, "LOCKED", "CREDENTIALS_LOCKED", "rotate-key --forget-credentials")
		locked.fails(i.id, "CREDENTIALS_LOCKED", "rotate-key --forget-credentials")
		if problems := locked.enter(i.id, mockoup.DemoKey); len(problems) != 1 || !strings.Contains(problems[0].Message, "--forget-credentials") {
			t.Errorf("a key entered meanwhile: %+v", problems)
		}
		if diff := cmp.Diff(want, locked.holdingsText()); diff != "" {
			t.Error(diff)
		}
		if !strings.Contains(log.String(), "the API keys are locked") {
			t.Errorf("the log does not say so: %s", log.String())
		}
		must(t, process.Process.Kill())
		_ = process.Wait()
		if _, err := os.Stat(file); !os.IsNotExist(err) {
			t.Errorf("a key was made that opens nothing: %v", err)
		}

		// Found again.
		if databaseURL == "" {
			must(t, os.WriteFile(file, []byte(lost), 0o600))
		} else {
			i.key, lost = lost, i.key
		}
		s = serve(t, args()...)
		if p := s.keyed(i.id); p.APIKeyState != "SET" || p.APIKeyFingerprint != fingerprint || len(p.Alerts) > 0 {
			t.Errorf("with the key: %+v", p)
		}
		s.stop()

		// Lost for good.
		rotate := func(more ...string) (string, error) {
			return command(t, append(append([]string{"rotate-key"}, i.place.flags()...), more...)...)
		}
		var given []string
		if databaseURL != "" {
			given = []string{"--sealing-key", i.key}
		}
		_, err := rotate(append(given, "--forget-credentials")...)
		if err == nil || !strings.Contains(err.Error(), "there is nothing to forget") {
			t.Errorf("while the key is there: %v", err)
		}
		if databaseURL != "" {
			i.key = lost
			given = []string{"--sealing-key", i.key}
		} else {
			must(t, os.Remove(file))
			// As a run that was killed before its commit leaves it:
			must(t, os.WriteFile(file+".new", []byte(secret.GenerateKey()+"\n"), 0o600))
		}
		if _, err := rotate(append(given, "--new-sealing-key", secret.GenerateKey())...); err == nil ||
			!strings.Contains(err.Error(), "--forget-credentials") {
			t.Errorf("without the flag: %v", err)
		}
		said, err := rotate(append(given, "--forget-credentials")...)
		if err != nil || !strings.Contains(said, "1 API key was forgotten") || !strings.Contains(said, "customer demo") {
			t.Fatalf("%v: %s", err, said)
		}
		again := serve(t, args()...)
		again.alerted(i.id, "NEEDED", "CREDENTIALS_NEEDED", "updateProfile")
		again.fails(i.id, "CREDENTIALS_NEEDED", "updateProfile")
		if problems := again.enter(i.id, mockoup.DemoKey); len(problems) > 0 {
			t.Errorf("%+v", problems)
		}
		if p := again.keyed(i.id); p.APIKeyState != "SET" || len(p.Alerts) > 0 || p.APIKeyFingerprint == "" {
			t.Errorf("with its API key again: %+v", p)
		}
		if job := again.wait(again.start(i.id)); job.State != "SUCCEEDED" || *job.Verdict != "NO_CHANGE" {
			t.Errorf("%s: %s", job.State, job.Summary)
		}
		if diff := cmp.Diff(want, again.holdingsText()); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(files, again.fileTexts()); diff != "" {
			t.Error(diff)
		}
	})
}

// TestForgetOne: only what cannot be opened is forgotten. What can be is sealed with the new key, and a later replacement and a copy
// pass over what was forgotten.
func TestForgetOne(t *testing.T) {
	t.Parallel()
	i := newSealed(t)
	db, err := store.Open(t.Context(), store.Options{DataDir: i.dir})
	must(t, err)
	id := db.NextID()
	must(t, db.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		return tx.Profile.Create().SetID(id).SetCreatedAt(tx.Now).SetUpdatedAt(tx.Now).SetCustomerNumber("other").
			SetAPIKeySealed([]byte("v1:deadbeef:AAAA")).SetAPIKeyFingerprint("00000000").SetAPIKeySetAt(tx.Now).Exec(ctx)
	}))
	must(t, db.Close())
	other := opaque.ID("Profile", id)
	s := i.serve()
	if one, two := s.keyed(i.id).APIKeyState, s.keyed(other).APIKeyState; one != "SET" || two != "LOCKED" {
		t.Errorf("%s %s", one, two)
	}
	s.stop()
	said, err := i.rotate("--forget-credentials")
	if err != nil || !strings.Contains(said, "1 API key was forgotten") || !strings.Contains(said, "1 API key is sealed") ||
		!strings.Contains(said, "customer other") || strings.Contains(said, "customer demo") {
		t.Fatalf("%v %s", err, said)
	}
	i.works()
	if _, err := i.rotate(); err != nil {
		t.Error(err)
	}
	i.works()
	if out, err := command(t, "copy", "--data-dir", i.dir, "--to", newPostgres(t)); err != nil || !strings.Contains(out, "(1 API key)") {
		t.Errorf("%v %s", err, out)
	}
	s = i.serve()
	if p := s.keyed(other); p.APIKeyState != "NEEDED" || p.APIKeyFingerprint != "" {
		t.Errorf("%+v", p)
	}
}

// TestWorkerWithoutTheKey: a worker of its own does not start without the sealing key: it would fail what others can do.
func TestWorkerWithoutTheKey(t *testing.T) {
	t.Parallel()
	i := newKeptSafe(t, true, 60)
	s := serve(t, append(i.at(i.place), "--no-worker")...)
	s.administer(mockoup.DemoKey)
	i.key = secret.GenerateKey()
	err := run(t.Context(), append([]string{"autoholdings", "worker"}, i.at(i.place)...), strings.NewReader(""), io.Discard, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "does not open") {
		t.Error(err)
	}
}
