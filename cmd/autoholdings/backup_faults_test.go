//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pressly/goose/v3"

	"autoholdings/ent/migrations"
	"autoholdings/internal/backup"
	"autoholdings/internal/store"
)

// backedUp is a filled database with a long kept file, and its backup.
func backedUp(t *testing.T) (from site, file string) {
	t.Helper()
	from = newSite(t, false)
	fill(t, from.dir)
	keep(t, from.dir, aList(60_000))
	file, _ = from.backup()
	return from, file
}

// TestBackupRefuses: what cannot be backed up is said, with what to do, and nothing is written.
func TestBackupRefuses(t *testing.T) {
	t.Parallel()
	from, file := backedUp(t)
	before, err := os.ReadFile(file)
	must(t, err)
	empty := newPostgres(t)
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"no file named":    {from.flags(), "name the file to write"},
		"standard output":  {append(from.flags(), "-"), "name the file to write"},
		"two files":        {append(from.flags(), "a", "b"), `"b" is left over`},
		"a file there":     {append(from.flags(), file), "is there already, and is not overwritten"},
		"no such folder":   {append(from.flags(), filepath.Join(t.TempDir(), "none", "b")), "there is no folder"},
		"no database":      {[]string{"--data-dir", t.TempDir(), filepath.Join(t.TempDir(), "b")}, "there is no database in"},
		"empty PostgreSQL": {[]string{"--database-url", empty, filepath.Join(t.TempDir(), "b")}, "no server has ever run on it"},
		"no such format":   {append(from.flags(), "--format", "xml", filepath.Join(t.TempDir(), "b")), "neither text nor json"},
	} {
		if _, err := command(t, append([]string{"backup"}, c.args...)...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	if after, err := os.ReadFile(file); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the backup that was there has changed: %v", err)
	}
	found, err := os.ReadDir(filepath.Dir(file))
	if must(t, err); len(found) != 1 {
		t.Errorf("left beside it: %v", found)
	}
}

// TestBackupOfAnEarlierVersion: of SQLite it is a backup of that version, which the next start migrates; a PostgreSQL of an
// earlier version is refused, with what to do.
func TestBackupOfAnEarlierVersion(t *testing.T) {
	t.Parallel()
	const first = 20261123201628
	from := newSite(t, false)
	must(t, os.MkdirAll(from.dir, 0o700))
	db := openSQLite(t, from.dir, "_fk=1")
	files, err := fs.Sub(migrations.SQLite, "sqlite")
	must(t, err)
	goose, err := goose.NewProvider(goose.DialectSQLite3, db, files)
	must(t, err)
	_, err = goose.UpTo(t.Context(), first)
	must(t, err)
	_, err = db.ExecContext(t.Context(), readText(t, fmt.Sprintf("../../internal/store/testdata/rows/%d.sql", first)))
	must(t, err)
	portfolios := ask[int](t, db, `SELECT count(*) FROM portfolios`)
	file, made := from.backup()
	if made.Schema != first || portfolios == 0 {
		t.Errorf("%+v, %d portfolios", made, portfolios)
	}
	for _, to := range []site{newSite(t, false), newSite(t, true)} {
		_, err = to.restore(file)
		must(t, err)
		if out, err := command(t, append([]string{"migrate"}, to.flags()...)...); err != nil ||
			strings.Contains(out, "(0 applied)") != (to.url != "") { // to copy it, it has to be migrated
			t.Errorf("%v: %s", err, out)
		}
		if rows := to.tables(); len(rows["portfolios"]) != portfolios {
			t.Errorf("%d portfolios of %d", len(rows["portfolios"]), portfolios)
		}
	}

	shared := newSite(t, true)
	_, err = command(t, "migrate", "--database-url", shared.url)
	must(t, err)
	_, err = openPostgres(t, shared.url).ExecContext(t.Context(),
		`DELETE FROM goose_db_version WHERE version_id = (SELECT MAX(version_id) FROM goose_db_version)`)
	must(t, err)
	_, err = command(t, "backup", "--database-url", shared.url, filepath.Join(t.TempDir(), "b"))
	if err == nil || !strings.Contains(err.Error(), "it is of an earlier version of autoholdings (it lacks ") {
		t.Error(err)
	}
}

// TestRestoreRefuses: what is no whole backup, or a place that is not empty, is refused with what to do, and the place stays as it
// was.
func TestRestoreRefuses(t *testing.T) {
	t.Parallel()
	_, file := backedUp(t)
	good, err := os.ReadFile(file)
	must(t, err)
	write := func(content []byte) string {
		path := filepath.Join(t.TempDir(), "b.tar.gz")
		must(t, os.WriteFile(path, content, 0o600))
		return path
	}
	changed := bytes.Clone(good)
	changed[len(changed)/2] ^= 1
	manifest := func(change func(m *backup.Manifest)) string {
		m, err := backup.ReadManifest(file)
		must(t, err)
		dir := t.TempDir()
		_, err = backup.Unpack(t.Context(), file, dir, nil)
		must(t, err)
		var files []string
		for _, f := range m.Files {
			files = append(files, f.Name)
		}
		change(m)
		path := filepath.Join(t.TempDir(), "b.tar.gz")
		_, err = backup.Write(t.Context(), path, dir, files, m, nil)
		must(t, err)
		return path
	}
	for name, c := range map[string]struct{ file, want string }{
		"none":            {filepath.Join(t.TempDir(), "none"), "no such file"},
		"something else":  {write([]byte("something else")), "it is no backup that autoholdings has made"},
		"another gzip":    {keptFileOf(t), "it is no backup that autoholdings has made"},
		"cut off":         {write(good[:len(good)*2/3]), "it is damaged or incomplete"},
		"its end lacking": {write(good[:len(good)-4]), "it is damaged or incomplete"},
		"a bit changed":   {write(changed), "it is damaged or incomplete"},
		"a newer schema":  {manifest(func(m *backup.Manifest) { m.Schema = 29991231000000 }), "made by a newer version of autoholdings"},
	} {
		for _, to := range []site{newSite(t, false), newSite(t, true)} {
			out, err := to.restore(c.file)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), c.file) {
				t.Errorf("%s: %v %s, want %q", name, err, out, c.want)
			}
			found, _ := os.ReadDir(to.dir)
			for _, f := range found {
				if f.Name() != "autoholdings.in-use" {
					t.Errorf("%s: left behind: %v", name, f)
				}
			}
			if _, err := to.restore(file); err != nil {
				t.Errorf("%s: a good one after that: %v", name, err)
			}
		}
	}
}

// keptFileOf is the path of a kept file.
func keptFileOf(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	return filepath.Join(dir, "files", keep(t, dir, aList(3)))
}

// TestRestoreIntoAnotherPlace: a place that has anything is not touched, and what is there is said. A sealing key may be there.
func TestRestoreIntoAnotherPlace(t *testing.T) {
	t.Parallel()
	from, file := backedUp(t)
	for _, name := range []string{store.FileName, "files", "notes.txt"} {
		to := newSite(t, false)
		must(t, os.MkdirAll(to.dir, 0o700))
		must(t, os.WriteFile(filepath.Join(to.dir, name), []byte("mine"), 0o600))
		_, err := to.restore(file)
		if err == nil || !strings.Contains(err.Error(), "is not empty (it has "+name+")") || !strings.Contains(err.Error(), "--data-dir") {
			t.Error(err)
		}
		if text := readText(t, filepath.Join(to.dir, name)); text != "mine" {
			t.Errorf("it has become %q", text)
		}
	}
	before := from.tables()
	if _, err := from.restore(file); err == nil || !strings.Contains(err.Error(), "is not empty") {
		t.Error(err)
	}
	if diff := cmp.Diff(before, from.tables()); diff != "" {
		t.Error(diff)
	}

	filled := newSite(t, true)
	_, err := filled.restore(file)
	must(t, err)
	if out, err := filled.restore(file); err != nil || !strings.Contains(out, "restored before") {
		t.Errorf("the same again: %v %s", err, out)
	}
	_, err = openPostgres(t, filled.url).ExecContext(t.Context(), `UPDATE settings SET institution_name = 'another'`)
	must(t, err)
	if _, err := filled.restore(file); err == nil || !strings.Contains(err.Error(), "it has data that is not this copy") {
		t.Error(err)
	}

	i := newSealed(t)
	sealed, _ := site{t: t, dir: i.dir}.backup()
	to := newSite(t, false)
	must(t, os.MkdirAll(to.dir, 0o700))
	must(t, os.WriteFile(filepath.Join(to.dir, "sealing.key"), []byte(i.read("sealing.key")), 0o600))
	if out, err := to.restore(sealed); err != nil || !strings.Contains(out, "is here in "+filepath.Join(to.dir, "sealing.key")) {
		t.Errorf("%v %s", err, out)
	}
	i.dir = to.dir
	i.works()
}

// process is the program with arguments, as a process of its own.
func asProcess(t *testing.T, args ...string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env = append(os.Environ(), "AUTOHOLDINGS_TEST_PROGRAM=1")
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	return cmd, &said
}

// whenThere waits until a pattern matches a file with content, or the process has ended.
func whenThere(t *testing.T, pattern string, ended <-chan error) bool {
	t.Helper()
	for {
		select {
		case <-ended:
			return false
		default:
		}
		found, err := filepath.Glob(pattern)
		must(t, err)
		for _, path := range found {
			if info, err := os.Stat(path); err == nil && info.Size() > 0 {
				return true
			}
		}
	}
}

// large is a database that takes a while to back up and to restore, and its backup.
func large(t *testing.T) (from site, file string) {
	t.Helper()
	from = newSite(t, false)
	fill(t, from.dir)
	for i := range 8 {
		keep(t, from.dir, append(aList(60_000), aList(i+1)...))
	}
	db := openSQLite(t, from.dir, "_fk=0")
	_, err := db.ExecContext(t.Context(), `WITH RECURSIVE n (i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 200000)
		INSERT INTO kept_file_chunks (id, kept_file_id, seq, data) SELECT i, 1, i, randomblob(300) FROM n`)
	must(t, err)
	must(t, db.Close())
	file, _ = from.backup()
	return from, file
}

// TestBackupInterrupted: a backup that is told to stop leaves nothing, one that is killed leaves nothing under its name, and the
// next one is whole.
func TestBackupInterrupted(t *testing.T) {
	t.Parallel()
	from, _ := large(t)
	for _, what := range []string{".b.unfinished-*/autoholdings.db", ".b.unfinished-*/files/*", ".b.unfinished-*.gz"} {
		for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM, os.Kill} {
			file := filepath.Join(t.TempDir(), "b")
			cmd, said := asProcess(t, append(append([]string{"backup"}, from.flags()...), file)...)
			must(t, cmd.Start())
			ended := make(chan error, 1)
			go func() { ended <- cmd.Wait(); close(ended) }()
			if !whenThere(t, filepath.Join(filepath.Dir(file), what), ended) {
				t.Fatalf("it ended before: %s", said)
			}
			must(t, cmd.Process.Signal(signal))
			for range ended {
			}
			if _, err := os.Stat(file); !os.IsNotExist(err) {
				t.Errorf("%v at %s: there is a backup: %v", signal, what, err)
			}
			found, err := os.ReadDir(filepath.Dir(file))
			must(t, err)
			if signal != os.Kill && (len(found) > 0 || cmd.ProcessState.ExitCode() != 1 || !strings.Contains(said.String(), "Nothing was written")) {
				t.Errorf("%v at %s: %v, %v is left\n%s", signal, what, cmd.ProcessState, found, said)
			}
			if out, err := command(t, append(append([]string{"backup"}, from.flags()...), file)...); err != nil {
				t.Errorf("the next one: %v %s", err, out)
			}
		}
	}
}

// TestRestoreInterrupted: a restore that is killed leaves nothing on which a server starts, one that is told to stop leaves
// nothing, and the next one is whole.
func TestRestoreInterrupted(t *testing.T) {
	t.Parallel()
	from, file := large(t)
	want := from.tables()
	for _, what := range []string{"restoring/autoholdings.db", "restoring/files/*"} {
		for _, signal := range []os.Signal{os.Interrupt, os.Kill} {
			to := newSite(t, false)
			cmd, said := asProcess(t, append(append([]string{"restore"}, to.flags()...), file)...)
			must(t, cmd.Start())
			ended := make(chan error, 1)
			go func() { ended <- cmd.Wait(); close(ended) }()
			if !whenThere(t, filepath.Join(to.dir, what), ended) {
				t.Fatalf("it ended before: %s", said)
			}
			must(t, cmd.Process.Signal(signal))
			for range ended {
			}
			if signal == os.Kill {
				refusesToServe(t, to)
			} else if _, err := os.Stat(filepath.Join(to.dir, "restoring")); !os.IsNotExist(err) || cmd.ProcessState.ExitCode() != 1 {
				t.Errorf("%v %v\n%s", err, cmd.ProcessState, said)
			}
			_, err := to.restore(file)
			must(t, err)
			sameTables(t, want, to.tables())
			checkClosed(t, to.dir)
		}
	}
}

// refusesToServe checks that nothing starts where a restore was cut short.
func refusesToServe(t *testing.T, to site) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	args := append([]string{"autoholdings", "serve", "--addr", "127.0.0.1:0", "--oup-url", "https://provider.example"}, to.flags()...)
	err := run(ctx, args, strings.NewReader(""), io.Discard, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "run `autoholdings restore` with the same data directory again") {
		t.Errorf("it starts: %v", err)
	}
}

// TestRestoreCutShortAtItsEnd: between the last steps of a restore, each state is one that the next restore brings to its end.
func TestRestoreCutShortAtItsEnd(t *testing.T) {
	t.Parallel()
	from, file := backedUp(t)
	want := from.tables()
	for step, state := range []func(dir string){
		func(dir string) { // the files have their place, the database has not
			must(t, os.Mkdir(filepath.Join(dir, store.RestoringName), 0o700))
			must(t, os.Rename(filepath.Join(dir, store.FileName), filepath.Join(dir, store.RestoringName, store.FileName)))
		},
		func(dir string) { must(t, os.Mkdir(filepath.Join(dir, store.RestoringName), 0o700)) }, // all has
	} {
		to := newSite(t, false)
		_, err := to.restore(file)
		must(t, err)
		state(to.dir)
		refusesToServe(t, to)
		out, err := to.restore(file)
		if err != nil || strings.Contains(out, "restored before") != (step == 1) {
			t.Errorf("%v %s", err, out)
		}
		sameTables(t, want, to.tables())
		checkClosed(t, to.dir)
	}
}

// onSmallDisk runs the program in a folder that has room for some MiB, and returns what it says.
func onSmallDisk(t *testing.T, size string, args ...string) (said string, err error) {
	t.Helper()
	mount := t.TempDir()
	script := `mount -t tmpfs -o size=` + size + ` tmpfs "$0" && cd "$0" && shift 0 && "$@"; status=$?; ls -A "$0"; exit $status`
	cmd := exec.CommandContext(t.Context(), "unshare", append([]string{"-rm", "sh", "-c", script, mount, os.Args[0]}, args...)...)
	cmd.Env = append(os.Environ(), "AUTOHOLDINGS_TEST_PROGRAM=1")
	out, err := cmd.CombinedOutput()
	if strings.Contains(string(out), "unshare") || strings.Contains(string(out), "mount:") {
		if os.Getenv("CI") != "" {
			t.Fatalf("no small disk can be made: %s", out)
		}
		t.Skipf("no small disk can be made: %s", out)
	}
	return string(out), err
}

// TestBackupToAnotherDisk: kept files are copied where they cannot have a second name.
func TestBackupToAnotherDisk(t *testing.T) {
	t.Parallel()
	from, _ := backedUp(t)
	said, err := onSmallDisk(t, "100m", append(append([]string{"backup"}, from.flags()...), "b")...)
	if err != nil || !strings.Contains(said, "and 1 provider file.\n") || !strings.HasSuffix(said, "\nb\n") {
		t.Errorf("%v\n%s", err, said)
	}
}

// TestFullDiskUnderBackup: where there is no room, backup and restore say so, with the folder and what to do, and leave nothing.
func TestFullDiskUnderBackup(t *testing.T) {
	t.Parallel()
	from, file := large(t)
	for _, size := range []string{"2m", "100m"} { // no room for the database; none for the file
		said, err := onSmallDisk(t, size, append(append([]string{"backup"}, from.flags()...), "b")...)
		if err == nil || !strings.Contains(said, "the disk of . is full, so nothing was written") || !strings.HasSuffix(said, ")\n") {
			t.Errorf("%s: %v\n%s", size, err, said)
		}
	}
	for _, size := range []string{"1m", "60m"} {
		said, err := onSmallDisk(t, size, "restore", "--data-dir", "data", file)
		if err == nil || !strings.Contains(said, "the disk of data is full, so nothing was restored") || !strings.HasSuffix(said, ")\ndata\n") {
			t.Errorf("%s: %v\n%s", size, err, said)
		}
	}
}

// TestRestoreAsJSON: programs get the same.
func TestRestoreAsJSON(t *testing.T) {
	t.Parallel()
	_, file := backedUp(t)
	to := newSite(t, false)
	out, err := to.restore(file, "--format", "json")
	must(t, err)
	var said restored
	must(t, json.Unmarshal([]byte(out), &said))
	if said.To != filepath.Join(to.dir, store.FileName) || said.KeptFiles != 1 || said.Schema == 0 || said.Before {
		t.Errorf("%+v", said)
	}
}
