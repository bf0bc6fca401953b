package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"syscall"
	"time"

	"github.com/mattn/go-sqlite3"
	"github.com/schollz/progressbar/v3"
	"github.com/urfave/cli/v3"

	"autoholdings/internal/backup"
	"autoholdings/internal/keptfiles"
	"autoholdings/internal/secret"
	"autoholdings/internal/store"
	"autoholdings/internal/words"
	"autoholdings/provider"
)

// keptFolder is where kept files lie in a data directory, and in a backup.
const keptFolder = "files"

// outputFlag chooses between words for people and JSON for programs.
var outputFlag = &cli.StringFlag{
	Name: "format", Value: "text", Usage: "`FORMAT` of what is said: text or json",
	Validator: func(format string) error {
		if format != "text" && format != "json" {
			return fmt.Errorf("%q is neither text nor json", format)
		}
		return nil
	},
}

func backupCommand() *cli.Command {
	return &cli.Command{
		Name:      "backup",
		Usage:     "write all there is, of one moment, to one file, also while the server runs",
		ArgsUsage: "FILE",
		Description: "FILE gets the database, whichever kind it is, with all settings that are made in it, and the kept provider files. It\n" +
			"is a tar packed with gzip that begins with a manifest, and `restore` puts it into either kind of database. It is read\n" +
			"again and compared before it gets its name; a file that is there is never overwritten. The sealing key is not in it:\n" +
			"keep a copy of that elsewhere. Meanwhile the folder of FILE needs room for the database as it is besides.",
		Flags: append([]cli.Flag{dataDirFlag, databaseFlag, sealingKeyFlag, outputFlag}, logFlags...),
		Action: func(ctx context.Context, c *cli.Command) error {
			b, err := newBackingUp(c)
			if err != nil {
				return fmt.Errorf("backup: %w", err)
			}
			made, err := b.run(ctx)
			if err != nil && ctx.Err() != nil {
				return errors.New("backup: interrupted. Nothing was written: run the command again") // without the cause, which would count as success
			}
			if err != nil {
				return fmt.Errorf("backup: %w", b.advise(err))
			}
			return made.report(c.Root().Writer, c.String("format"))
		},
	}
}

// keeping is what the commands that make and restore backups have: an installation and a file.
type keeping struct {
	config config
	file   string
	steps  *steps
}

// keepingFrom reads the settings of such a command; what says which file it wants.
func keepingFrom(c *cli.Command, what string) (keeping, error) {
	log, err := newLogger(c.Root().ErrWriter, c.String("log-level"), c.String("log-format"))
	if err != nil {
		return keeping{}, err
	}
	file := c.Args().First()
	if file == "" || file == "-" {
		return keeping{}, fmt.Errorf("name the file %s", what)
	}
	return keeping{
		config: config{
			DataDir: c.String("data-dir"), DatabaseURL: c.String("database-url"), SealingKeys: c.StringSlice("sealing-key"), Log: log,
		},
		file: file, steps: &steps{log: log, errOut: c.Root().ErrWriter},
	}, nil
}

// backingUp makes a backup.
type backingUp struct{ keeping }

func newBackingUp(c *cli.Command) (*backingUp, error) {
	k, err := keepingFrom(c, "to write, such as autoholdings-2027-01-31.tar.gz")
	return &backingUp{k}, err
}

// backupMade is what is said of a backup, in JSON as it stands here.
type backupMade struct {
	File         string        `json:"file"`
	Size         int64         `json:"size"` // bytes
	TakenAt      time.Time     `json:"takenAt"`
	Database     string        `json:"database"`
	Schema       int64         `json:"schema"`
	KeptFiles    int           `json:"keptFiles"`
	Lost         []backup.Lost `json:"lost"`
	SealingKey   string        `json:"sealingKey"`   // id; "": nothing is sealed
	SealingKeyIn string        `json:"sealingKeyIn"` // where the key is; "": it is not at hand
}

func (b *backingUp) run(ctx context.Context) (made *backupMade, err error) {
	if err := b.check(); err != nil {
		return nil, err
	}
	presence, err := store.Enter(ctx, b.config.database())
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, presence.Close()) }()
	dir, err := os.MkdirTemp(filepath.Dir(b.file), "."+filepath.Base(b.file)+".unfinished-*")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	m := &backup.Manifest{Program: programVersion(), TakenAt: time.Now().UTC().Truncate(time.Millisecond), Lost: []backup.Lost{}}
	files, err := b.gather(ctx, dir, m)
	if err != nil {
		return nil, err
	}
	size, err := backup.Write(ctx, b.file, dir, files, m, b.steps.show)
	b.steps.end()
	if err != nil {
		return nil, err
	}
	return &backupMade{
		File: b.file, Size: size, TakenAt: m.TakenAt, Database: m.Database, Schema: m.Schema, KeptFiles: len(files) - 1, Lost: m.Lost,
		SealingKey: m.SealingKey, SealingKeyIn: b.config.keyPlace(m.SealingKey),
	}, nil
}

// check refuses what cannot be done before anything is made.
func (b *backingUp) check() error {
	if _, err := os.Lstat(b.file); err == nil {
		return fmt.Errorf("%s is there already, and is not overwritten: name another file", b.file)
	}
	if info, err := os.Stat(filepath.Dir(b.file)); err != nil || !info.IsDir() {
		return fmt.Errorf("there is no folder %s to write the backup to: make it, or name another", filepath.Dir(b.file))
	}
	if b.config.DatabaseURL != "" {
		return nil
	}
	return checkDatabaseThere(b.config.DataDir)
}

func checkDatabaseThere(dataDir string) error {
	if _, err := os.Stat(filepath.Join(dataDir, store.FileName)); err != nil {
		return fmt.Errorf("there is no database in %s: name its folder by --data-dir, or a PostgreSQL by DATABASE_URL", dataDir)
	}
	return nil
}

// gather puts into a folder what the backup is to have, and returns the names of the files, that of the database first.
func (b *backingUp) gather(ctx context.Context, dir string, m *backup.Manifest) (files []string, err error) {
	kept := filepath.Join(dir, keptFolder)
	if err := os.Mkdir(kept, 0o700); err != nil {
		return nil, err
	}
	m.Database = filepath.Join(b.config.DataDir, store.FileName)
	if b.config.DatabaseURL != "" {
		m.Database = "PostgreSQL"
	}
	b.steps.begin("copy the database")
	// Files are taken before and after: one that is removed while the database is read is among the first, one that comes among
	// the last. Those of PostgreSQL are of the database's own moment.
	if err := b.gatherFolder(ctx, kept); err != nil {
		return nil, err
	}
	m.Schema, err = store.Snapshot(ctx, store.SnapshotOptions{
		Of: b.config.database(), Dir: dir, Apart: keptfiles.Tables(),
		Take: func(ctx context.Context, moment *store.Tx) error { return keptfiles.Extract(ctx, moment, kept) },
	})
	if err != nil {
		return nil, err
	}
	if err := b.gatherFolder(ctx, kept); err != nil {
		return nil, err
	}
	b.steps.begin("check the kept files")
	whole, damaged, err := checkFolder(ctx, kept)
	if err != nil {
		return nil, err
	}
	named, err := b.readSnapshot(ctx, filepath.Join(dir, store.FileName), m)
	if err != nil {
		return nil, err
	}
	m.Lost = lostFiles(named, whole, damaged)
	files = []string{store.FileName}
	for _, name := range whole {
		files = append(files, keptFolder+"/"+name)
	}
	return files, nil
}

func (b *backingUp) gatherFolder(ctx context.Context, into string) error {
	if b.config.DatabaseURL != "" {
		return nil
	}
	return keptfiles.Gather(ctx, filepath.Join(b.config.DataDir, keptFolder), into)
}

func checkFolder(ctx context.Context, dir string) (whole []string, damaged map[string]error, err error) {
	folder, err := provider.OpenKeptFolder(dir)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, folder.Close()) }()
	return keptfiles.Check(ctx, folder)
}

// readSnapshot reads the names of the kept files that the database knows, and which key seals.
func (b *backingUp) readSnapshot(ctx context.Context, file string, m *backup.Manifest) (named []string, err error) {
	err = store.InSnapshot(ctx, file, func(ctx context.Context, tx *sql.Tx) error {
		var check []byte
		err := tx.QueryRowContext(ctx, `SELECT seal_check FROM settings`).Scan(&check)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		m.SealingKey = secret.KeyOf(string(check))
		rows, err := tx.QueryContext(ctx, `SELECT DISTINCT path FROM provider_files WHERE path <> '' ORDER BY path`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			named = append(named, "")
			if err := rows.Scan(&named[len(named)-1]); err != nil {
				return err
			}
		}
		return rows.Err()
	})
	return named, err
}

// lostFiles are those that the database names and that are not whole.
func lostFiles(named, whole []string, damaged map[string]error) []backup.Lost {
	lost := []backup.Lost{}
	for _, name := range named {
		if _, found := slices.BinarySearch(whole, name); !found && damaged[name] == nil {
			lost = append(lost, backup.Lost{Name: name, Why: "it is not there"})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(damaged)) {
		why := damaged[name]
		if kept, ok := errors.AsType[*provider.KeptError](why); ok {
			why = kept.Err
		}
		lost = append(lost, backup.Lost{Name: name, Why: why.Error()})
	}
	return lost
}

// keyPlace is where the key with an id is, as far as a command can see; "" where it is nowhere.
func (c config) keyPlace(id string) string {
	dir := c.DataDir
	if c.DatabaseURL != "" {
		dir = "" // see openSeal
	}
	if given, err := secret.OpenPresent("", c.SealingKeys...); err == nil && given != nil && given.Has(id) {
		return "AUTOHOLDINGS_SEALING_KEY (--sealing-key)"
	}
	if box, err := secret.OpenPresent(dir); err == nil && box != nil && box.Has(id) {
		return filepath.Join(dir, secret.KeyFileName)
	}
	return ""
}

// advise adds to an error what to do about it.
func (b *backingUp) advise(err error) error {
	switch {
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("%s is there already, and is not overwritten: name another file", b.file)
	case isFull(err):
		return fmt.Errorf("the disk of %s is full, so nothing was written: a backup needs room there for the database as it is and for the "+
			"packed file; free some, or name a file on another disk (%w)", filepath.Dir(b.file), err)
	default:
		return err
	}
}

// isFull says whether an error is that of a full disk.
func isFull(err error) bool {
	failure, ok := errors.AsType[sqlite3.Error](err)
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || ok && failure.Code == sqlite3.ErrFull
}

func (m *backupMade) report(out io.Writer, format string) error {
	if format == "json" {
		return writeJSON(out, m)
	}
	fmt.Fprintf(out, "Backed up to %s (%s), read again and compared: %s, and %s.\n", printable(m.File), bytesText(m.Size),
		"the database, of the migration "+fmt.Sprint(m.Schema), words.Count(m.KeptFiles, "provider file", "provider files"))
	if len(m.Lost) > 0 {
		fmt.Fprintf(out, "%s of the database %s missing or damaged, and so not in the backup; `autoholdings doctor` says what to do:\n",
			words.Count(len(m.Lost), "provider file", "provider files"), map[bool]string{true: "is", false: "are"}[len(m.Lost) == 1])
		for _, l := range m.Lost[:min(10, len(m.Lost))] {
			fmt.Fprintf(out, "  %s: %s\n", printable(l.Name), printable(l.Why))
		}
	}
	switch {
	case m.SealingKey == "":
		fmt.Fprintln(out, "No API key is sealed, so no sealing key is needed to restore it.")
	case m.SealingKeyIn == "":
		fmt.Fprintf(out, "The sealing key is not in it. The API keys open with the key %s alone, which is not at hand here: make sure that you "+
			"have it.\n", m.SealingKey)
	default:
		fmt.Fprintf(out, "The sealing key is not in it. The API keys open with the key %s alone, which is here in %s: keep a copy of it, apart "+
			"from the backups.\n", m.SealingKey, printable(m.SealingKeyIn))
	}
	return nil
}

// programVersion is the version of this program, as far as its build says.
func programVersion() string {
	if build, ok := debug.ReadBuildInfo(); ok {
		return build.Main.Version
	}
	return ""
}

func writeJSON(out io.Writer, v any) error {
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(v)
}

// bytesText is a size for people.
func bytesText(n int64) string {
	units := []string{"bytes", "KiB", "MiB", "GiB", "TiB"}
	size, unit := float64(n), 0
	for size >= 1024 && unit < len(units)-1 {
		size, unit = size/1024, unit+1
	}
	if unit == 0 {
		return fmt.Sprintf("%d bytes", n)
	}
	return fmt.Sprintf("%.1f %s", size, units[unit])
}

// steps shows a person how far a long command is: a bar on a terminal, and a line in the log for each step.
type steps struct {
	log    *slog.Logger
	errOut io.Writer
	step   string
	bar    *progressbar.ProgressBar
}

func (s *steps) begin(step string) {
	s.end()
	s.step = step
	s.log.Info(step)
}

func (s *steps) show(step string, done, total int64) {
	if step != s.step {
		s.begin(step)
		if isTerminal(s.errOut) {
			s.bar = newBar(s.errOut, total, step)
		}
	}
	if s.bar != nil {
		_ = s.bar.Set64(done)
	}
}

func (s *steps) end() {
	if s.bar != nil {
		_ = s.bar.Finish()
	}
	s.bar = nil
}
