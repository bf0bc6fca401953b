package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"autoholdings/internal/secret"
	"autoholdings/internal/store"
	"autoholdings/mockoup"
)

// sealed is an installation whose profile has a sealed API key, and the provider that knows the key.
type sealed struct {
	t    *testing.T
	dir  string
	mock *mockoup.TestServer
	id   string // the profile's
	more []string
}

// newSealed makes the installation by a server that is stopped again; more are further arguments of every command.
func newSealed(t *testing.T, more ...string) *sealed {
	t.Helper()
	i := &sealed{t: t, dir: t.TempDir(), mock: mockoup.NewServer(t, mockoup.Options{Titles: 60}), more: more}
	s := i.serve()
	i.id = s.administer(mockoup.DemoKey)
	s.stop()
	return i
}

func (i *sealed) serve() *server {
	i.t.Helper()
	return serve(i.t, i.args()...)
}

func (i *sealed) args() []string {
	return append([]string{"--data-dir", i.dir, "--oup-url", i.mock.URL, "--oup-allow-insecure"}, i.more...)
}

// rotate runs the command.
func (i *sealed) rotate(args ...string) (string, error) {
	i.t.Helper()
	return command(i.t, append([]string{"rotate-key", "--data-dir", i.dir}, args...)...)
}

// works checks that a server opens the profile's key, and returns its fingerprint.
func (i *sealed) works() (fingerprint string) {
	i.t.Helper()
	s := i.serve()
	defer s.stop()
	if job := s.wait(s.start(i.id)); job.State != "SUCCEEDED" {
		i.t.Errorf("a sync after that: %s: %s", job.State, job.Summary)
	}
	var answer struct {
		Profile struct {
			APIKeyFingerprint string
			Version           int
		}
	}
	s.do(`query($id: ID!) { profile(id: $id) { apiKeyFingerprint version } }`, map[string]any{"id": i.id}, &answer)
	if answer.Profile.Version != 1 {
		i.t.Errorf("the profile is in version %d", answer.Profile.Version)
	}
	return answer.Profile.APIKeyFingerprint
}

// isLocked checks that a server starts with the profile locked.
func (i *sealed) isLocked() {
	i.t.Helper()
	s := i.serve()
	defer s.stop()
	if p := s.keyed(i.id); p.APIKeyState != "LOCKED" {
		i.t.Errorf("%+v", p)
	}
}

// sealedWith are the ids of the keys with which something is sealed.
func (i *sealed) sealedWith() (ids []string) {
	i.t.Helper()
	db, err := store.Open(i.t.Context(), store.Options{DataDir: i.dir})
	must(i.t, err)
	defer db.Close()
	values := []string{string(db.Read.Setting.Query().OnlyX(i.t.Context()).SealCheck)}
	for _, p := range db.Read.Profile.Query().AllX(i.t.Context()) {
		values = append(values, string(p.APIKeySealed))
	}
	for _, value := range values {
		ids = append(ids, strings.Split(value, ":")[1])
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// keyFiles are the files with keys, each with its id, and checks that nobody else may read them.
func (i *sealed) keyFiles() map[string]string {
	i.t.Helper()
	paths, err := filepath.Glob(filepath.Join(i.dir, "sealing.key*"))
	must(i.t, err)
	ids := map[string]string{}
	for _, path := range paths {
		info, err := os.Stat(path)
		must(i.t, err)
		if info.Mode().Perm() != 0o600 {
			i.t.Errorf("%s has mode %04o", path, info.Mode().Perm())
		}
		ids[filepath.Base(path)] = i.keyID(i.read(filepath.Base(path)))
	}
	return ids
}

func (i *sealed) keyID(keyFile string) string {
	i.t.Helper()
	lines := strings.Split(strings.TrimSpace(keyFile), "\n")
	box, err := secret.Open("", lines[len(lines)-1])
	must(i.t, err)
	return box.KeyID()
}

func (i *sealed) read(name string) string {
	i.t.Helper()
	text, err := os.ReadFile(filepath.Join(i.dir, name))
	must(i.t, err)
	return string(text)
}

func (i *sealed) write(name, text string) {
	i.t.Helper()
	must(i.t, os.WriteFile(filepath.Join(i.dir, name), []byte(text), 0o600))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestRotateKey: what is stored is sealed with the new key alone, the former one is kept, and the server goes on.
func TestRotateKey(t *testing.T) {
	t.Parallel()
	i := newSealed(t)
	fingerprint, former := i.works(), i.keyID(i.read("sealing.key"))
	said, err := i.rotate()
	must(t, err)
	files := i.keyFiles()
	now := files["sealing.key"]
	if len(files) != 2 || now == former || files["sealing.key.old-"+former] != former {
		t.Errorf("the key files: %v; before: %s", files, former)
	}
	if with := i.sealedWith(); !slices.Equal(with, []string{now}) {
		t.Errorf("sealed with %v, the key is %s", with, now)
	}
	for _, want := range []string{"1 API key is sealed", now, "sealing.key.old-" + former, "backup", "Backups"} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q: %s", want, said)
		}
	}
	must(t, os.Remove(filepath.Join(i.dir, "sealing.key.old-"+former)))
	if again := i.works(); again == fingerprint {
		t.Error("the fingerprint is that of the former sealing key")
	}

	// There and back: a key given, and then the former one again.
	key := secret.GenerateKey()
	_, err = i.rotate("--new-sealing-key", key)
	must(t, err)
	if files := i.keyFiles(); files["sealing.key"] != i.keyID(key) || files["sealing.key.old-"+now] != now {
		t.Errorf("with a key given: %v", files)
	}
	back := strings.Split(strings.TrimSpace(i.read("sealing.key.old-"+now)), "\n")
	_, err = i.rotate("--new-sealing-key", back[len(back)-1])
	must(t, err)
	_, err = i.rotate("--new-sealing-key", key)
	must(t, err)
	i.works()
}

// TestRotationCutShort: whatever a crash leaves, the next start finishes the replacement or undoes it.
func TestRotationCutShort(t *testing.T) {
	t.Parallel()
	i := newSealed(t)
	oldFile := i.read("sealing.key")
	oldID, key := i.keyID(oldFile), secret.GenerateKey()
	newFile, newID := key+"\n", i.keyID(key)

	// The new key is written and nothing is sealed with it.
	i.write("sealing.key.new", newFile)
	i.works()
	if files := i.keyFiles(); len(files) != 1 || files["sealing.key"] != oldID {
		t.Fatalf("before the commit: %v", files)
	}

	// All is sealed with it, and the files are as they were.
	_, err := i.rotate("--new-sealing-key", key)
	must(t, err)
	i.write("sealing.key", oldFile)
	i.write("sealing.key.new", newFile)
	must(t, os.Remove(filepath.Join(i.dir, "sealing.key.old-"+oldID)))
	i.works()
	if files := i.keyFiles(); len(files) != 2 || files["sealing.key"] != newID || files["sealing.key.old-"+oldID] != oldID {
		t.Fatalf("after the commit: %v", files)
	}

	// Besides, the former key is kept already.
	i.write("sealing.key", oldFile)
	i.write("sealing.key.new", newFile)
	i.works()
	if files := i.keyFiles(); len(files) != 2 || files["sealing.key"] != newID || files["sealing.key.old-"+oldID] != oldID {
		t.Fatalf("in the midst of the swap: %v", files)
	}

	// A replacement that is begun anew finishes the former one first.
	i.write("sealing.key", oldFile)
	i.write("sealing.key.new", newFile)
	_, err = i.rotate()
	must(t, err)
	if files := i.keyFiles(); len(files) != 3 || files["sealing.key.old-"+newID] != newID ||
		!slices.Equal(i.sealedWith(), []string{files["sealing.key"]}) {
		t.Fatalf("a second replacement: %v", files)
	}
	i.works()

	// Neither key opens what is stored: no file is touched, and the profile is locked.
	i.write("sealing.key", oldFile)
	i.write("sealing.key.new", secret.GenerateKey()+"\n")
	before := i.keyFiles()
	i.isLocked()
	if after := i.keyFiles(); len(after) != len(before) || after["sealing.key.new"] != before["sealing.key.new"] {
		t.Errorf("%v became %v", before, after)
	}
}

// TestRotateGivenKey: a key that the operator keeps is replaced by one that the operator gives, and nothing is written
// beside the database.
func TestRotateGivenKey(t *testing.T) {
	before, after := secret.GenerateKey(), secret.GenerateKey()
	t.Setenv("AUTOHOLDINGS_SEALING_KEY", before)
	i := newSealed(t)
	if _, err := i.rotate(); err == nil || !strings.Contains(err.Error(), "AUTOHOLDINGS_NEW_SEALING_KEY") {
		t.Errorf("without a new key: %v", err)
	}
	t.Setenv("AUTOHOLDINGS_NEW_SEALING_KEY", after)
	said, err := i.rotate()
	must(t, err)
	if !strings.Contains(said, "AUTOHOLDINGS_SEALING_KEY") || strings.Contains(said, before) || strings.Contains(said, after) {
		t.Error(said)
	}
	if files := i.keyFiles(); len(files) != 0 {
		t.Errorf("keys were written: %v", files)
	}
	i.isLocked()

	said, err = i.rotate() // once more, as after a crash before the answer
	must(t, err)
	if !strings.Contains(said, "already") {
		t.Error(said)
	}
	t.Setenv("AUTOHOLDINGS_SEALING_KEY", after)
	i.works()
	if with := i.sealedWith(); !slices.Equal(with, []string{i.keyID(after)}) {
		t.Errorf("sealed with %v", with)
	}
}

// TestRotationRefused: what cannot be done is said, and nothing is changed.
func TestRotationRefused(t *testing.T) {
	t.Parallel()
	i := newSealed(t)
	key := strings.TrimSpace(strings.Split(i.read("sealing.key"), "\n")[1])
	refused := func(want string, args ...string) {
		t.Helper()
		said, err := i.rotate(args...)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v %s", args, err, said)
		}
		if err != nil && strings.Contains(err.Error(), key) {
			t.Errorf("%v shows the key: %v", args, err)
		}
	}
	refused("that is the present key", "--new-sealing-key", key)
	refused("not 32 bytes", "--new-sealing-key", "garbage")
	refused("not 32 bytes", "--sealing-key", key, "--new-sealing-key", "garbage")
	refused("none of debug", "--log-level", "loud")
	refused("there is no database", "--data-dir", t.TempDir())

	running := i.serve()
	refused("in use by a running autoholdings")
	running.stop()

	good := i.read("sealing.key")
	must(t, os.Remove(filepath.Join(i.dir, "sealing.key")))
	refused("there is no sealing key")
	refused("does not open", "--sealing-key", secret.GenerateKey(), "--new-sealing-key", secret.GenerateKey())
	i.write("sealing.key", secret.GenerateKey()+"\n")
	refused("does not open")
	i.write("sealing.key", good)
	if files := i.keyFiles(); len(files) != 1 {
		t.Errorf("left behind: %v", files)
	}
	i.works()
}

// TestRotationOfDamage: an API key that does not open stops the replacement of the whole, and the profile is named.
func TestRotationOfDamage(t *testing.T) {
	t.Parallel()
	i := newSealed(t)
	before := i.read("sealing.key")
	db, err := store.Open(t.Context(), store.Options{DataDir: i.dir})
	must(t, err)
	must(t, db.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		return tx.Profile.Update().SetAPIKeySealed([]byte("damaged")).Exec(ctx)
	}))
	must(t, db.Close())
	_, err = i.rotate()
	if err == nil || !strings.Contains(err.Error(), `profile "Oxford University Press, customer demo"`) ||
		!strings.Contains(err.Error(), "updateProfile") {
		t.Error(err)
	}
	if i.read("sealing.key") != before {
		t.Error("the key was replaced")
	}
	if _, err := os.Stat(filepath.Join(i.dir, "sealing.key.new")); !os.IsNotExist(err) {
		t.Errorf("a key was left behind: %v", err)
	}
}
