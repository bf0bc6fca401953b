package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	entmigrate "autoholdings/ent/migrate"
	"autoholdings/internal/redistest"
	"autoholdings/internal/secret"
	"autoholdings/internal/store"
	"autoholdings/mockoup"
)

// site is where an installation is: a data directory, and a PostgreSQL unless the database is in the directory.
type site struct {
	t   testing.TB
	dir string
	url string // "": SQLite
}

func newSite(t testing.TB, shared bool) site {
	t.Helper()
	p := site{t: t, dir: filepath.Join(t.TempDir(), "data")}
	if shared {
		p.url = newPostgres(t)
	}
	return p
}

// flags name the place to a command.
func (p site) flags() []string {
	if p.url == "" {
		return []string{"--data-dir", p.dir}
	}
	return []string{"--data-dir", p.dir, "--database-url", p.url}
}

// backup makes one, and returns its file and what is said.
func (p site) backup(more ...string) (file string, made backupMade) {
	p.t.Helper()
	file = filepath.Join(p.t.TempDir(), "backup.tar.gz")
	args := append([]string{"backup", "--format", "json"}, append(p.flags(), more...)...)
	out, err := command(p.t.(*testing.T), append(args, file)...)
	must(p.t, err)
	must(p.t, json.Unmarshal([]byte(out), &made))
	return file, made
}

func (p site) restore(file string, more ...string) (out string, err error) {
	p.t.Helper()
	return command(p.t.(*testing.T), append(append([]string{"restore"}, append(p.flags(), more...)...), file)...)
}

// tables are the rows of all tables, as they are behind the program's back.
func (p site) tables() map[string][]map[string]any {
	p.t.Helper()
	db := openSQLite(p.t, p.dir, "mode=ro")
	if p.url != "" {
		db = openPostgres(p.t, p.url)
	}
	rows := map[string][]map[string]any{}
	for _, table := range entmigrate.Tables {
		rows[table.Name] = all(p.t, db, table)
	}
	return rows
}

// keptHashes are the SHA-256 of the kept files that lie in the data directory.
func keptHashes(t testing.TB, dir string) map[string]string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "files", "*.txt.gz"))
	must(t, err)
	sums := map[string]string{}
	for _, path := range paths {
		content, err := os.ReadFile(path)
		must(t, err)
		sum := sha256.Sum256(content)
		sums[filepath.Base(path)] = hex.EncodeToString(sum[:])
	}
	return sums
}

// TestBackupOfEverything: rows of each table there is, with all that is hard to copy, and files of several chunks, come back
// from either database to either.
func TestBackupOfEverything(t *testing.T) {
	t.Parallel()
	sqlite := newSite(t, false)
	fill(t, sqlite.dir)
	long, short := aList(60_000), aList(3)
	names := map[string][]byte{keep(t, sqlite.dir, long): long, keep(t, sqlite.dir, short): short}
	postgres := newSite(t, true)
	_, err := command(t, "copy", "--data-dir", sqlite.dir, "--to", postgres.url)
	must(t, err)
	for fromName, from := range map[string]site{"SQLite": sqlite, "PostgreSQL": postgres} {
		want := from.tables()
		file, made := from.backup()
		if made.KeptFiles != 2 || made.Schema == 0 {
			t.Errorf("%+v", made)
		}
		if info, err := os.Stat(file); err != nil || info.Size() != made.Size || info.Mode().Perm() != 0o600 {
			t.Errorf("%v %v", info, err)
		}
		if diff := cmp.Diff(want, from.tables()); diff != "" {
			t.Errorf("the backup has changed the database:\n%s", diff)
		}
		for toName, shared := range map[string]bool{"SQLite": false, "PostgreSQL": true} {
			t.Run("from "+fromName+" to "+toName, func(t *testing.T) {
				to := newSite(t, shared)
				out, err := to.restore(file)
				if err != nil || !strings.Contains(out, "2 provider files") {
					t.Fatalf("%v\n%s", err, out)
				}
				sameTables(t, want, to.tables())
				if shared {
					checkFiles(t, to.url, names)
				} else if diff := cmp.Diff(keptHashes(t, sqlite.dir), keptHashes(t, to.dir)); diff != "" {
					t.Error(diff)
				}
				checkClosed(t, to.dir)
			})
		}
	}
}

// sameTables compares what was backed up with what was restored. Files may be elsewhere, and ids are skipped.
func sameTables(t *testing.T, want, got map[string][]map[string]any) {
	t.Helper()
	for _, table := range entmigrate.Tables {
		switch table.Name {
		case "kept_files", "kept_file_chunks":
			continue
		case "settings":
			before, after := want["settings"][0]["id_epoch"].(int64), got["settings"][0]["id_epoch"].(int64)
			if after-before < 1_000_000 {
				t.Errorf("ids of the range %d may come after those of %d", after, before)
			}
			got["settings"][0]["id_epoch"] = before
		}
		if diff := cmp.Diff(want[table.Name], got[table.Name]); diff != "" {
			t.Errorf("%s:\n%s", table.Name, diff)
		}
	}
}

// checkClosed checks that nobody else can read what is in a folder, and that nothing half done lies there.
func checkClosed(t testing.TB, dir string) {
	t.Helper()
	must(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %04o", path, info.Mode().Perm())
		}
		if strings.Contains(d.Name(), "restoring") || strings.Contains(d.Name(), "unfinished") {
			t.Errorf("%s is left", path)
		}
		return err
	}))
}

// keptSafe is an installation that works, on either database, with its provider and its key.
type keptSafe struct {
	t     *testing.T
	place site
	mock  *mockoup.TestServer
	key   string
	id    string // the profile's
	redis string // "": embedded
}

func newKeptSafe(t *testing.T, shared bool, titles int) *keptSafe {
	t.Helper()
	s := &keptSafe{t: t, place: newSite(t, shared), key: secret.GenerateKey()}
	s.mock = mockoup.NewServer(t, mockoup.Options{Titles: titles})
	if shared {
		s.redis = redistest.New(t, redistest.Options{}).URL()
	}
	return s
}

// at are the flags of a server of the installation in a place.
func (s *keptSafe) at(p site) []string {
	args := append(p.flags(), "--oup-url", s.mock.URL, "--oup-allow-insecure", "--sealing-key", s.key)
	if s.redis != "" {
		args = append(args, "--redis-url", s.redis)
	}
	return args
}

// elsewhere is an empty place of the same kind, with another Redis.
func (s *keptSafe) elsewhere() site {
	s.t.Helper()
	if s.redis != "" {
		s.redis = redistest.New(s.t, redistest.Options{}).URL()
	}
	return newSite(s.t, s.place.url != "")
}

// TestBackupWhileJobsWrite: backups that are made while another process writes are each of one moment. From one in the middle of
// a job the job goes on, and comes to the same holdings.
func TestBackupWhileJobsWrite(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, databaseURL string) {
		i := newKeptSafe(t, databaseURL != "", 20_000)
		server, process := program(t, i.at(i.place)...)
		job := server.start(server.administer(mockoup.DemoKey))
		var middle string
		backups := 0
		for state := ""; state != "SUCCEEDED"; {
			before := server.job(job)
			file, made := i.place.backup("--sealing-key", i.key)
			after := server.job(job)
			backups++
			if before.Progress.Done > 0 && after.State == "RUNNING" {
				middle = file
			}
			if len(made.Lost) > 0 {
				t.Errorf("%+v", made)
			}
			state = after.State
			if state == "FAILED" {
				t.Fatal(after.Summary)
			}
		}
		if middle == "" {
			t.Fatalf("none of %d backups is of the middle of the job", backups)
		}
		want, counts, report := server.holdingsText(), server.job(job).Counts, server.reportText(job)
		must(t, process.Process.Kill())
		_ = process.Wait()

		to := i.elsewhere()
		out, err := to.restore(middle, "--sealing-key", i.key)
		if err != nil || !strings.Contains(out, "1 job was queued or under way") || !strings.Contains(out, "AUTOHOLDINGS_SEALING_KEY") {
			t.Fatalf("%v\n%s", err, out)
		}
		again, _ := program(t, i.at(to)...)
		if ended := again.wait(job); ended.State != "SUCCEEDED" || cmp.Diff(counts, ended.Counts) != "" {
			t.Errorf("%s: %s\n%s", ended.State, ended.Summary, cmp.Diff(counts, ended.Counts))
		}
		if diff := cmp.Diff(want, again.holdingsText()); diff != "" {
			t.Errorf("the holdings (-without a break +restored):\n%s", diff)
		}
		if diff := cmp.Diff(report, again.reportText(job)); diff != "" {
			t.Errorf("the report:\n%s", diff)
		}
	})
}

// losses are what can be lost, and how.
var losses = map[string]func(t *testing.T, i *keptSafe){
	"database gone": func(t *testing.T, i *keptSafe) {
		if i.place.url != "" {
			i.place.url = newPostgres(t)
			return
		}
		must(t, os.Remove(filepath.Join(i.place.dir, store.FileName)))
	},
	"database damaged": func(t *testing.T, i *keptSafe) {
		if i.place.url != "" {
			_, err := openPostgres(t, i.place.url).ExecContext(t.Context(), `DELETE FROM entitlements; DELETE FROM portfolios`)
			must(t, err)
			return
		}
		damage(t, filepath.Join(i.place.dir, store.FileName))
		if _, err := command(t, append(append([]string{"backup"}, i.place.flags()...), filepath.Join(t.TempDir(), "b"))...); err == nil ||
			!strings.Contains(err.Error(), "damaged") && !strings.Contains(err.Error(), "malformed") {
			t.Errorf("a backup of a damaged database: %v", err)
		}
	},
	"kept files gone": func(t *testing.T, i *keptSafe) {
		if i.place.url != "" {
			_, err := openPostgres(t, i.place.url).ExecContext(t.Context(), `DELETE FROM kept_file_chunks; DELETE FROM kept_files`)
			must(t, err)
		}
		must(t, os.RemoveAll(filepath.Join(i.place.dir, "files")))
		if _, made := i.place.backup(); len(made.Lost) == 0 {
			t.Errorf("a backup of it does not say that files are lost: %+v", made)
		}
	},
	"sealing key gone":     func(_ *testing.T, i *keptSafe) { i.key = secret.GenerateKey() },
	"Redis gone":           func(*testing.T, *keptSafe) {}, // the place is restored to with another
	"whole directory gone": func(t *testing.T, i *keptSafe) { must(t, os.RemoveAll(i.place.dir)) },
}

// damage overwrites the middle of a file.
func damage(t testing.TB, path string) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	must(t, err)
	defer file.Close()
	info, err := file.Stat()
	must(t, err)
	for at := int64(8192); at < info.Size(); at += 3 * 4096 {
		_, err = file.WriteAt(bytes.Repeat([]byte("damage"), 100), at)
		must(t, err)
	}
}

// TestRestoreAfterEachLoss: whatever was lost, what a backup has comes back to an empty place: holdings, kept files, and the
// next sync.
func TestRestoreAfterEachLoss(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, databaseURL string) {
		for name, lose := range losses {
			t.Run(name, func(t *testing.T) {
				i := newKeptSafe(t, databaseURL != "", 300)
				before := serve(t, i.at(i.place)...)
				i.id = before.administer(mockoup.DemoKey)
				if job := before.wait(before.start(i.id)); job.State != "SUCCEEDED" {
					t.Fatal(job.Summary)
				}
				want, files := before.holdingsText(), before.fileTexts()
				if len(files) != 2 {
					t.Fatalf("%d files", len(files))
				}
				file, made := i.place.backup()
				if made.KeptFiles != 2 || made.SealingKey == "" || made.SealingKeyIn != "" || len(made.Lost) > 0 {
					t.Errorf("%+v", made)
				}
				before.stop()
				lose(t, i)

				to := i.elsewhere()
				_, err := to.restore(file)
				must(t, err)
				if name == "sealing key gone" {
					_, err := command(t, append(append([]string{"rotate-key", "--forget-credentials"}, to.flags()...), "--sealing-key", i.key)...)
					must(t, err)
				}
				after := serve(t, i.at(to)...)
				if name == "sealing key gone" {
					must(t, after.enter(i.id, mockoup.DemoKey).err())
				}
				if diff := cmp.Diff(want, after.holdingsText()); diff != "" {
					t.Errorf("the holdings (-before +restored):\n%s", diff)
				}
				if diff := cmp.Diff(files, after.fileTexts()); diff != "" {
					t.Errorf("the kept files (-before +restored):\n%s", diff)
				}
				if job := after.wait(after.start(i.id)); job.State != "SUCCEEDED" || *job.Verdict != "NO_CHANGE" {
					t.Errorf("%s: %s", job.State, job.Summary)
				}
				must(t, i.mock.Step(1))
				if job := after.wait(after.start(i.id)); job.State != "SUCCEEDED" || *job.Verdict != "CHANGED" {
					t.Errorf("%s: %s", job.State, job.Summary)
				}
			})
		}
	})
}

// fileTexts are the hashes of the provider's files as the API hands them out.
func (s *server) fileTexts() map[string]string {
	s.t.Helper()
	var answer struct {
		ProviderFiles struct {
			Nodes []struct{ ID, Name, SHA256 string }
		}
	}
	s.do(`{ providerFiles(first: 100) { nodes { id name sha256 } } }`, nil, &answer)
	texts := map[string]string{}
	for _, f := range answer.ProviderFiles.Nodes {
		request, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.api.url+"/provider-files/"+f.ID, nil)
		must(s.t, err)
		answer, err := http.DefaultClient.Do(request)
		must(s.t, err)
		content, err := io.ReadAll(answer.Body)
		must(s.t, errors.Join(err, answer.Body.Close()))
		sum := sha256.Sum256(content)
		texts[f.Name] = fmt.Sprint(answer.StatusCode, " ", hex.EncodeToString(sum[:]), " ", f.SHA256)
	}
	return texts
}
