package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"autoholdings/holdings/profiles"
	"autoholdings/internal/opaque"
	"autoholdings/internal/redistest"
	"autoholdings/internal/secret"
	"autoholdings/internal/store"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

// TestSharedDatabaseNeeds: on a database that others may share, no command starts without what all of them need, and the
// database is not even asked. To migrate it, nothing is needed.
func TestSharedDatabaseNeeds(t *testing.T) {
	t.Parallel()
	list := filepath.Join(t.TempDir(), "list.txt")
	must(t, os.WriteFile(list, []byte("publication_title\ttitle_id\nBrain\tbrain\n"), 0o600))
	profile := opaque.ID("Profile", 1)
	for name, args := range map[string][]string{
		"serve":             {"serve", "--addr", "127.0.0.1:0"},
		"serve --no-worker": {"serve", "--no-worker", "--addr", "127.0.0.1:0"},
		"worker":            {"worker"},
		"sync":              {"sync", "--profile", profile},
		"sync --file":       {"sync", "--profile", profile, "--file", list},
		"import collection": {"import", "collection", "--name", "Books"},
		"import zone":       {"import", "zone"},
		"import alma":       {"import", "alma"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "data")
			args := append(args, "--data-dir", dir, "--oup-url", "https://provider.example", "--database-url",
				"postgres://u:its-password@127.0.0.1:1/db")
			refused := func(want []string, more ...string) {
				t.Helper()
				all := slices.Concat(args, more)
				if name == "import collection" || name == "import alma" {
					all = append(all, list)
				}
				_, err := command(t, all...)
				if err == nil || strings.Contains(err.Error(), "its-password") {
					t.Fatalf("%v", err)
				}
				for _, w := range want {
					if !strings.Contains(err.Error(), w) {
						t.Errorf("%q is not in: %v", w, err)
					}
				}
			}
			key := secret.GenerateKey()
			refused([]string{"REDIS_URL (--redis-url) is"}, "--sealing-key", key)
			refused([]string{"no sealing key is given", "AUTOHOLDINGS_SEALING_KEY", "openssl rand"}, "--redis-url", "redis://127.0.0.1:1")
			if _, err := os.Stat(dir); !os.IsNotExist(err) {
				t.Errorf("something was made in the data directory: %v", err)
			}
			refused([]string{"the database postgres://u:xxxxx@127.0.0.1:1/db"}, "--redis-url", "redis://127.0.0.1:1", "--sealing-key", key)
		})
	}
	t.Run("rotate-key", func(t *testing.T) {
		t.Parallel()
		_, err := command(t, "rotate-key", "--data-dir", t.TempDir(), "--database-url", "postgres://u:p@127.0.0.1:1/db")
		if err == nil || !strings.Contains(err.Error(), "no sealing key is given") {
			t.Error(err)
		}
	})
	t.Run("migrate", func(t *testing.T) {
		t.Parallel()
		out, err := command(t, "migrate", "--data-dir", t.TempDir(), "--database-url", newPostgres(t))
		if err != nil || !strings.Contains(out, "up to date") {
			t.Errorf("%v: %s", err, out)
		}
	})
}

// TestRotationSeesOtherMachines: while another process has the shared database open, from whatever folder, its sealing
// key is not replaced. Workers with the former key do not start afterwards, and a server with it opens nothing.
func TestRotationSeesOtherMachines(t *testing.T) {
	t.Parallel()
	database, redis := newPostgres(t), redistest.New(t, redistest.Options{}).URL()
	mock := mockoup.NewServer(t, mockoup.Options{Titles: 60})
	before, after := secret.GenerateKey(), secret.GenerateKey()
	args := func(key string) []string {
		return []string{
			"--data-dir", t.TempDir(), "--oup-url", mock.URL, "--oup-allow-insecure", "--database-url", database, "--redis-url", redis,
			"--sealing-key", key,
		}
	}
	rotate := func() (string, error) {
		return command(t, "rotate-key", "--data-dir", t.TempDir(), "--database-url", database, "--sealing-key", before, "--new-sealing-key",
			after)
	}
	other, process := program(t, args(before)...)
	profile := other.administer(mockoup.DemoKey)
	here := serve(t, append(args(before), "--no-worker")...)
	if _, err := rotate(); err == nil || strings.Count(err.Error(), "autoholdings, process ") != 2 ||
		!strings.Contains(err.Error(), "stop all servers and workers") {
		t.Errorf("while two servers run: %v", err)
	}
	here.stop()
	if _, err := rotate(); err == nil || strings.Count(err.Error(), "autoholdings, process ") != 1 {
		t.Errorf("while a server of another process runs: %v", err)
	}
	must(t, process.Process.Kill())
	_ = process.Wait()
	said, err := rotate()
	if err != nil || !strings.Contains(said, "1 API key is sealed with the new key") {
		t.Fatalf("%v: %s", err, said)
	}
	former := serve(t, append(args(before), "--no-worker")...)
	if p := former.keyed(profile); p.APIKeyState != "LOCKED" {
		t.Errorf("with the former key: %+v", p)
	}
	former.stop()
	_, err = command(t, append([]string{"worker"}, args(before)...)...)
	if err == nil || !strings.Contains(err.Error(), "does not open") {
		t.Errorf("with the former key: %v", err)
	}
	s := serve(t, args(after)...)
	if job := s.wait(s.start(profile)); job.State != "SUCCEEDED" {
		t.Errorf("%s: %s", job.State, job.Summary)
	}
}

// TestSharedDatabaseLeavesKeyFiles: the key files of a data directory belong to the SQLite database in it. A process on
// a shared database, which uses the folder too, neither takes its key from there nor settles a replacement.
func TestSharedDatabaseLeavesKeyFiles(t *testing.T) {
	t.Parallel()
	i := newSealed(t)
	i.write(secret.StagedFileName, secret.GenerateKey()+"\n")
	before := i.keyFiles()
	redis := redistest.New(t, redistest.Options{}).URL()
	s := serve(t, append(i.args(), "--database-url", newPostgres(t), "--redis-url", redis, "--sealing-key", secret.GenerateKey())...)
	s.administer(mockoup.DemoKey)
	s.stop()
	if after := i.keyFiles(); len(after) != len(before) || after[secret.StagedFileName] != before[secret.StagedFileName] {
		t.Errorf("%v became %v", before, after)
	}
}

// TestPresenceComesBack: a process whose connection is ended is soon seen again, and no more once it has left.
func TestPresenceComesBack(t *testing.T) {
	t.Parallel()
	o := store.Options{URL: newPostgres(t)}
	db := openPostgres(t, o.URL)
	presence, err := store.Enter(t.Context(), o)
	must(t, err)
	const seen = `SELECT COALESCE(max(pid), 0) FROM pg_locks WHERE locktype = 'advisory' AND granted AND mode = 'ShareLock'
		AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`
	first := ask[int](t, db, seen)
	ask[bool](t, db, `SELECT pg_terminate_backend($1)`, first)
	for pid := first; pid == first || pid == 0; pid = ask[int](t, db, seen) {
		if t.Context().Err() != nil {
			t.Fatal("it is not seen again")
		}
	}
	if _, err := store.EnterAlone(t.Context(), o); !errors.Is(err, store.ErrInUse) {
		t.Errorf("it is not seen: %v", err)
	}
	must(t, presence.Close())
	alone, err := store.EnterAlone(t.Context(), o)
	must(t, err)
	if _, err := store.Enter(t.Context(), o); !errors.Is(err, store.ErrTaken) {
		t.Errorf("another one enters: %v", err)
	}
	must(t, alone.Close())
	presence, err = store.Enter(t.Context(), o)
	must(t, err)
	must(t, presence.Close())
}

// TestNothingIsSealedWithAFormerKey: a server that was out of sight while its key was replaced, as where its connection
// was lost, seals nothing with the former one.
func TestNothingIsSealedWithAFormerKey(t *testing.T) {
	t.Parallel()
	database, before, after := newPostgres(t), secret.GenerateKey(), secret.GenerateKey()
	s := serve(t, "--data-dir", t.TempDir(), "--oup-url", "https://provider.example", "--database-url", database, "--redis-url",
		redistest.New(t, redistest.Options{}).URL(), "--sealing-key", before)
	profile := s.makeProfile("first")
	db, err := store.Open(t.Context(), store.Options{URL: database})
	must(t, err)
	defer db.Close()
	box, err := secret.Open("", after, before)
	must(t, err)
	_, err = profiles.New(db, box, jobs.Busy{}).Reseal(t.Context()) // what rotate-key does
	must(t, err)
	sealed := db.Read.Profile.Query().OnlyX(t.Context()).APIKeySealed
	var answer struct {
		UpdateProfile struct{ UserErrors []struct{ Message string } }
	}
	must(t, s.api.do(t.Context(), `mutation($id: ID!) { updateProfile(input: {profileId: $id, apiKey: "second"}) { userErrors { message } } }`,
		map[string]any{"id": profile}, &answer))
	if told := answer.UpdateProfile.UserErrors; len(told) != 1 || !strings.Contains(told[0].Message, "rotate-key --forget-credentials") {
		t.Errorf("it answers %+v", told)
	}
	if now := db.Read.Profile.Query().OnlyX(t.Context()).APIKeySealed; !bytes.Equal(sealed, now) {
		t.Error("the API key was sealed anew")
	}
}
