//go:build unix

package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"autoholdings/internal/redistest"
	"autoholdings/internal/secret"
	"autoholdings/internal/store"
	"autoholdings/mockoup"
)

// examination is what doctor says, and its exit status.
type examination struct {
	Status   string
	Findings []finding
	exit     int
}

// doctorSays runs the command with the settings of a server.
func doctorSays(t *testing.T, args ...string) (e examination) {
	t.Helper()
	var out bytes.Buffer
	err := run(t.Context(), append([]string{"autoholdings", "doctor", "--format", "json"}, args...), strings.NewReader(""), &out, io.Discard)
	if status, ok := errors.AsType[exitError](err); ok {
		e.exit = int(status)
	} else {
		must(t, err)
	}
	if err := json.Unmarshal(out.Bytes(), &e); err != nil {
		t.Fatalf("%v: %s", err, out.String())
	}
	return e
}

// has says whether a finding says all that is wanted.
func (e examination) has(check, status string, wants ...string) bool {
	for _, f := range e.Findings {
		all := f.Check == check && f.Status == status
		for _, want := range wants {
			all = all && strings.Contains(f.What+"|"+f.Where+"|"+f.Do, want)
		}
		if all {
			return true
		}
	}
	return false
}

// folderNow is all that can be seen of a folder: names, modes, times and contents.
func folderNow(t testing.TB, dir string) map[string]string {
	t.Helper()
	seen := map[string]string{}
	must(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		content := []byte{}
		if info.Mode().IsRegular() {
			if content, err = os.ReadFile(path); err != nil {
				return err
			}
		}
		seen[path] = fmt.Sprintf("%v %v %x", info.Mode(), info.ModTime(), sha256.Sum256(content))
		return nil
	}))
	return seen
}

// TestDoctorFindsAllWell: an installation that works has no other finding, while its server runs, after it was stopped, and after it
// was killed; and nothing of it is changed.
func TestDoctorFindsAllWell(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, databaseURL string) {
		i := newKeptSafe(t, databaseURL != "", 120)
		args := i.at(i.place)
		well := func(when string) {
			t.Helper()
			e := doctorSays(t, args...)
			if e.exit != 0 || e.Status != fine {
				t.Errorf("%s: exit status %d: %+v", when, e.exit, e)
			}
			for _, check := range []string{"database", "kept files", "sealing key", "Redis", "provider", "clock", "disk", "permissions"} {
				if !e.has(check, fine) {
					t.Errorf("%s: nothing is said of %s: %+v", when, check, e.Findings)
				}
			}
		}
		s, process := program(t, args...)
		if job := s.wait(s.start(s.administer(mockoup.DemoKey))); job.State != "SUCCEEDED" {
			t.Fatal(job.Summary)
		}
		well("while the server runs")
		must(t, process.Process.Signal(syscall.SIGKILL))
		_ = process.Wait()
		unchanged := func(when string) {
			t.Helper()
			before := folderNow(t, i.place.dir)
			well(when)
			if diff := cmp.Diff(before, folderNow(t, i.place.dir)); diff != "" {
				t.Errorf("%s, the data directory has changed:\n%s", when, diff)
			}
		}
		unchanged("after it was killed")
		serve(t, args...).stop()
		unchanged("after it was stopped")
	})
}

// TestDoctorFinds: each thing that is wrong is found, with where it is and what to do, by the exit status too, and nothing is changed.
func TestDoctorFinds(t *testing.T) {
	t.Parallel()
	whole := newSealed(t)
	s := whole.serve()
	if job := s.wait(s.start(whole.id)); job.State != "SUCCEEDED" {
		t.Fatal(job.Summary)
	}
	s.stop()
	kept, err := filepath.Glob(filepath.Join(whole.dir, "files", "*.gz"))
	must(t, err)
	name := filepath.Base(kept[0])
	at := func(dir, file string) string { return filepath.Join(dir, file) }
	change := func(query string) func(t *testing.T, dir string) []string {
		return func(t *testing.T, dir string) []string {
			db, err := sql.Open("sqlite3", "file:"+at(dir, store.FileName)+"?_fk=0")
			must(t, err)
			_, err = db.ExecContext(t.Context(), query)
			must(t, err)
			must(t, db.Close())
			return nil
		}
	}
	const restore = "autoholdings restore"
	for title, c := range map[string]struct {
		fault  func(t *testing.T, dir string) (more []string)
		check  string
		status string
		wants  []string
	}{
		"database gone": {
			func(t *testing.T, dir string) []string { must(t, os.Remove(at(dir, store.FileName))); return nil }, "database", wrong,
			[]string{"there is no database", "restore"},
		},
		"database damaged": {
			func(t *testing.T, dir string) []string { damage(t, at(dir, store.FileName)); return nil }, "database", wrong,
			[]string{restore},
		},
		"no database": {func(t *testing.T, dir string) []string {
			must(t, os.WriteFile(at(dir, store.FileName), bytes.Repeat([]byte("none"), 4096), 0o600))
			return nil
		}, "database", wrong, []string{"not a database", restore}},
		"a reference to nothing": {
			change(`DELETE FROM collections`), "database", wrong, []string{"rows refer to others that do not exist", restore},
		},
		"a newer version": {
			change(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (29991231000000, 1)`), "database", wrong,
			[]string{"29991231000000", "use the version"},
		},
		"an earlier version": {
			change(`DELETE FROM goose_db_version WHERE version_id = (SELECT MAX(version_id) FROM goose_db_version)`),
			"database", warning,
			[]string{"earlier version", "the next start migrates it"},
		},
		"an empty file": {
			func(t *testing.T, dir string) []string { must(t, os.Truncate(at(dir, store.FileName), 0)); return nil }, "database",
			warning,
			[]string{"it is empty"},
		},
		"a log without its index": {func(t *testing.T, dir string) []string {
			must(t, os.WriteFile(at(dir, store.FileName+"-wal"), []byte("a log"), 0o600))
			return nil
		}, "database", warning, []string{"without its index"}},
		"a restore cut short": {
			func(t *testing.T, dir string) []string { must(t, os.Mkdir(at(dir, "restoring"), 0o700)); return nil }, "database",
			wrong,
			[]string{restore},
		},
		"a kept file gone": {
			func(t *testing.T, dir string) []string { must(t, os.Remove(at(dir, "files/"+name))); return nil }, "kept files",
			wrong,
			[]string{name, "it is not there", "backup"},
		},
		"a kept file damaged": {
			func(t *testing.T, dir string) []string { damageFile(t, at(dir, "files/"+name)); return nil }, "kept files",
			wrong,
			[]string{name, "backup"},
		},
		"no sealing key": {
			func(t *testing.T, dir string) []string { must(t, os.Remove(at(dir, secret.KeyFileName))); return nil }, "sealing key",
			wrong,
			[]string{"there is none, and the API keys are sealed with the key", "--forget-credentials"},
		},
		"another sealing key": {
			func(*testing.T, string) []string { return []string{"--sealing-key", secret.GenerateKey()} }, "sealing key", fine,
			[]string{"opens 1 API key"},
		}, // the right one is there too
		"a wrong sealing key": {func(t *testing.T, dir string) []string {
			must(t, os.WriteFile(at(dir, secret.KeyFileName), []byte(secret.GenerateKey()), 0o600))
			return nil
		}, "sealing key", wrong, []string{"are sealed with", "--forget-credentials"}},
		"a forgotten API key": {
			change(`UPDATE profiles SET api_key_sealed = x''`), "sealing key", wrong,
			[]string{"there is no API key", "customer demo", "updateProfile"},
		},
		"a replacement cut short": {func(t *testing.T, dir string) []string {
			must(t, os.WriteFile(at(dir, secret.StagedFileName), []byte(secret.GenerateKey()), 0o600))
			return nil
		}, "sealing key", warning, []string{"start the server, which settles it"}},
		"a key that others read": {func(t *testing.T, dir string) []string {
			must(t, os.Chmod(at(dir, secret.KeyFileName), 0o644))
			return nil
		}, "permissions", wrong, []string{"chmod 600"}},
		"a folder that others read": {func(t *testing.T, dir string) []string {
			must(t, os.Chmod(dir, 0o755))
			must(t, os.Chmod(at(dir, store.FileName), 0o644))
			return nil
		}, "permissions", warning, []string{"others may read it (mode 0644)", "chmod 600"}},
		"a file of somebody else": {func(t *testing.T, dir string) []string {
			if err := os.Chown(at(dir, store.FileName), 4711, -1); err != nil {
				t.Skip(err)
			}
			return nil
		}, "permissions", wrong, []string{"it belongs to the user 4711", "chown"}},
		"Redis away": {
			func(*testing.T, string) []string { return []string{"--redis-url", "redis://127.0.0.1:1"} }, "Redis", wrong,
			[]string{"it does not answer", "start it"},
		},
		"no URL of a Redis": {
			func(*testing.T, string) []string { return []string{"--redis-url", "http://x"} }, "Redis", wrong,
			[]string{"redis://user:password@host"},
		},
		"a provider away": {
			func(*testing.T, string) []string { return []string{"--oup-url", "http://127.0.0.1:1"} }, "provider", wrong,
			[]string{"NETWORK", "customer demo"},
		},
		"a provider without TLS": {func(*testing.T, string) []string {
			return []string{"--oup-url", "http://provider.example", "--oup-allow-insecure=false"}
		}, "provider", wrong, []string{"plain HTTP"}},
		"credentials refused": {change(`UPDATE profiles SET customer_number = 'nobody'`), "provider", wrong, []string{"CREDENTIALS_REFUSED"}},
		"nobody to ask": {
			func(*testing.T, string) []string { return []string{"--oup-url", ""} }, "provider", warning, []string{"--no-provider"},
		},
	} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			dir := closedCopy(t, whole.dir)
			args := append([]string{"--data-dir", dir, "--oup-url", whole.mock.URL, "--oup-allow-insecure"}, c.fault(t, dir)...)
			before := folderNow(t, dir)
			e := doctorSays(t, args...)
			if !e.has(c.check, c.status, c.wants...) || c.status != fine && e.exit != exitOf[e.Status] || c.status == wrong && e.exit != 1 {
				t.Errorf("exit status %d: %+v", e.exit, e)
			}
			for _, f := range e.Findings {
				if f.Status != fine && f.Check == c.check && f.Do == "" && c.check != "provider" {
					t.Errorf("nothing is advised: %+v", f)
				}
			}
			if diff := cmp.Diff(before, folderNow(t, dir)); diff != "" {
				t.Errorf("the data directory has changed:\n%s", diff)
			}
		})
	}
}

// closedCopy copies a data directory, which nobody else may read.
func closedCopy(t testing.TB, dir string) (to string) {
	t.Helper()
	to = copyOf(t, dir, "autoholdings.lock")
	must(t, filepath.WalkDir(to, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.Chmod(path, 0o700)
		}
		return os.Chmod(path, 0o600)
	}))
	return to
}

// damageFile changes a byte in the middle of a file.
func damageFile(t testing.TB, path string) {
	t.Helper()
	content, err := os.ReadFile(path)
	must(t, err)
	content[len(content)/2] ^= 0xff
	must(t, os.WriteFile(path, content, 0o600))
}

// TestDoctorOfPostgres: the same of a shared database: files that lack a part, a server that does not answer, no Redis.
func TestDoctorOfPostgres(t *testing.T) {
	t.Parallel()
	i := newKeptSafe(t, true, 120)
	s := serve(t, i.at(i.place)...)
	if job := s.wait(s.start(s.administer(mockoup.DemoKey))); job.State != "SUCCEEDED" {
		t.Fatal(job.Summary)
	}
	s.stop()
	_, err := openPostgres(t, i.place.url).ExecContext(t.Context(),
		`DELETE FROM kept_file_chunks WHERE kept_file_id = (SELECT MIN(id) FROM kept_files)`)
	must(t, err)
	if e := doctorSays(t, i.at(i.place)...); e.exit != 1 || !e.has("kept files", wrong, "a part of it is not in the database") {
		t.Errorf("%+v", e)
	}
	e := doctorSays(t, append(i.at(i.place), "--redis-url", "")...)
	if e.exit != 1 || !e.has("Redis", wrong, "give REDIS_URL") {
		t.Errorf("%+v", e)
	}
	e = doctorSays(t, append(i.at(i.place), "--database-url", "postgres://u:its-password@127.0.0.1:1/db")...)
	if e.exit != 1 || !e.has("database", wrong, "postgres://u:xxxxx@127.0.0.1:1/db") || strings.Contains(fmt.Sprint(e), "its-password") {
		t.Errorf("%+v", e)
	}
	e = doctorSays(t, append(i.at(i.place), "--database-url", newPostgres(t))...)
	if !e.has("database", warning, "it is empty") {
		t.Errorf("%+v", e)
	}
}

// TestDoctorReadsAClock: a clock that is far off is found, by what the provider says.
func TestDoctorReadsAClock(t *testing.T) {
	t.Parallel()
	redis := redistest.New(t, redistest.Options{}).URL()
	d := &doctor{config: config{RedisURL: redis, Providers: []providerConfig{{}}}}
	d.lookAtClock(t.Context())
	if len(d.findings) != 1 || d.findings[0].Status != fine || !strings.Contains(d.findings[0].What, "Redis") {
		t.Errorf("%+v", d.findings)
	}
	d = &doctor{}
	d.compareClocks(map[string]time.Duration{"Redis": 2 * time.Hour, "PostgreSQL": -3 * time.Minute, "a third": time.Second})
	if e := (examination{Findings: d.findings}); len(d.findings) != 2 || !e.has("clock", warning, "2h0m0s ahead of that of Redis", "NTP") ||
		!e.has("clock", warning, "3m0s behind that of PostgreSQL") {
		t.Errorf("%+v", d.findings)
	}
}

// TestDoctorInWords: what people read has the same, and the last line says how it is.
func TestDoctorInWords(t *testing.T) {
	t.Parallel()
	i := newSealed(t)
	out, err := command(t, append([]string{"doctor"}, i.args()...)...)
	if err != nil || !strings.HasSuffix(out, "All is well.\n") {
		t.Errorf("%v\n%s", err, out)
	}
	out, err = command(t, append(append([]string{"doctor"}, i.args()...), "--data-dir", t.TempDir())...)
	if status, ok := errors.AsType[exitError](err); !ok || status != 1 || !strings.Contains(out, "WRONG") || !strings.Contains(out, "→ ") ||
		!strings.HasSuffix(out, "see above what to do.\n") {
		t.Errorf("%v\n%s", err, out)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err = run(ctx, append([]string{"autoholdings", "doctor"}, i.args()...), strings.NewReader(""), &bytes.Buffer{}, &bytes.Buffer{})
	if exitCode(err, &bytes.Buffer{}) == 0 {
		t.Errorf("what was interrupted is no success: %v", err)
	}
}
