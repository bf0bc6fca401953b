package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"

	"autoholdings/internal/backup"
	"autoholdings/internal/durable"
	"autoholdings/internal/keptfiles"
	"autoholdings/internal/secret"
	"autoholdings/internal/store"
	"autoholdings/internal/words"
	"autoholdings/provider"
)

func restoreCommand() *cli.Command {
	return &cli.Command{
		Name:      "restore",
		Usage:     "put what `backup` has written into an empty place",
		ArgsUsage: "FILE",
		Description: "Without --database-url it becomes an SQLite database in the data directory, which must be empty but for the sealing\n" +
			"key; with it everything goes to that PostgreSQL, which must be empty, and the data directory is only where FILE is unpacked\n" +
			"meanwhile. It does not matter which of the two the backup was made from. All of FILE is compared with its manifest before\n" +
			"anything counts; a restore that is cut short leaves nothing that a server would start on. A backup of an earlier version is\n" +
			"migrated by the next start.",
		Flags: append([]cli.Flag{dataDirFlag, databaseFlag, sealingKeyFlag, outputFlag}, logFlags...),
		Action: func(ctx context.Context, c *cli.Command) error {
			r, err := newRestoring(c)
			if err != nil {
				return fmt.Errorf("restore: %w", err)
			}
			restored, err := r.run(ctx)
			r.steps.end()
			if err != nil && ctx.Err() != nil {
				return errors.New("restore: interrupted. Run the command again: it begins anew, or finds that all is there") // as in backup
			}
			if err != nil {
				return fmt.Errorf("restore: %w", r.advise(err))
			}
			return restored.report(c.Root().Writer, c.String("format"))
		},
	}
}

// restoring restores a backup.
type restoring struct {
	keeping
	manifest *backup.Manifest
	underWay int // jobs
}

func newRestoring(c *cli.Command) (*restoring, error) {
	k, err := keepingFrom(c, "that `autoholdings backup` has written")
	return &restoring{keeping: k}, err
}

// restored is what is said of a restore, in JSON as it stands here.
type restored struct {
	File         string        `json:"file"`
	To           string        `json:"to"` // without passwords
	Database     string        `json:"database"`
	TakenAt      string        `json:"takenAt"`
	Schema       int64         `json:"schema"`
	KeptFiles    int           `json:"keptFiles"`
	Lost         []backup.Lost `json:"lost"`     // files that the backup does not have
	UnderWay     int           `json:"underWay"` // jobs that were queued or running
	SealingKey   string        `json:"sealingKey"`
	SealingKeyIn string        `json:"sealingKeyIn"` // where the key is; "": it is not at hand
	Before       bool          `json:"before"`       // an earlier run had restored it, and nothing was written

	dataDir string
	shared  bool
}

func (r *restoring) run(ctx context.Context) (done *restored, err error) {
	if r.manifest, err = backup.ReadManifest(r.file); err != nil {
		return nil, r.ofFile(err)
	}
	newest, err := store.NewestSnapshot()
	if err != nil {
		return nil, err
	}
	if r.manifest.Schema > newest {
		return nil, r.ofFile(fmt.Errorf("it was made by a newer version of autoholdings (its database has migration %d, this version ends with "+
			"%d): restore it with that version", r.manifest.Schema, newest))
	}
	into := r.intoFolder
	if r.config.DatabaseURL != "" {
		into = r.intoPostgres
	}
	to, before, err := into(ctx)
	if err != nil {
		return nil, err
	}
	m := r.manifest
	return &restored{
		File: r.file, To: to, Database: m.Database, TakenAt: m.TakenAt.Format("2006-01-02T15:04:05Z"), Schema: m.Schema,
		KeptFiles: len(m.Files) - 1, Lost: m.Lost, UnderWay: r.underWay, SealingKey: m.SealingKey,
		SealingKeyIn: r.config.keyPlace(m.SealingKey), Before: before, dataDir: r.config.DataDir, shared: r.config.DatabaseURL != "",
	}, nil
}

// ofFile says of which file an error is.
func (r *restoring) ofFile(err error) error {
	if failure, ok := errors.AsType[*fs.PathError](err); ok && failure.Path == r.file {
		return err
	}
	return fmt.Errorf("%s: %w", r.file, err)
}

// intoFolder makes an SQLite database in the data directory. It is unpacked into a folder there, by which everybody sees that
// the rest is not whole, and gets its names last.
func (r *restoring) intoFolder(ctx context.Context) (to string, before bool, err error) {
	dir := r.config.DataDir
	to = filepath.Join(dir, store.FileName)
	presence, err := store.EnterAlone(ctx, store.Options{DataDir: dir})
	if errors.Is(err, store.ErrInUse) {
		return to, false, fmt.Errorf("%w: a backup is restored into an empty folder", err)
	}
	if err != nil {
		return to, false, err
	}
	defer func() { err = errors.Join(err, presence.Close()) }()
	if before, err = r.settleFormer(); err != nil || before {
		return to, before, err
	}
	if err := checkEmpty(dir); err != nil {
		return to, false, err
	}
	unfinished := filepath.Join(dir, store.RestoringName)
	if err := os.Mkdir(unfinished, 0o700); err != nil {
		return to, false, err
	}
	if err := durable.SyncDir(dir); err != nil {
		return to, false, err
	}
	if err := r.unpack(ctx, unfinished); err != nil {
		return to, false, errors.Join(err, os.RemoveAll(unfinished))
	}
	for _, name := range []string{keptFolder, store.FileName} { // the database last
		if err := os.Rename(filepath.Join(unfinished, name), filepath.Join(dir, name)); err != nil {
			return to, false, err
		}
	}
	return to, false, errors.Join(durable.SyncDir(unfinished), durable.SyncDir(dir), os.Remove(unfinished), durable.SyncDir(dir))
}

// settleFormer clears away what a restore has left that was cut short. If only its last step was missing, it does that, and
// done is true.
func (r *restoring) settleFormer() (done bool, err error) {
	dir := r.config.DataDir
	unfinished := filepath.Join(dir, store.RestoringName)
	if _, err := os.Stat(unfinished); errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if _, err := os.Stat(filepath.Join(dir, store.FileName)); err == nil {
		return true, errors.Join(os.RemoveAll(unfinished), durable.SyncDir(dir))
	}
	r.config.Log.Info("clearing away what a restore has left that was cut short", slog.String("folder", dir))
	return false, errors.Join(os.RemoveAll(filepath.Join(dir, keptFolder)), os.RemoveAll(unfinished))
}

// checkEmpty refuses a data directory in which there is more than a sealing key.
func checkEmpty(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	var found []string
	for _, e := range entries {
		name := e.Name()
		harmless := []string{"autoholdings.in-use", "autoholdings.lock", "lost+found"}
		if !slices.Contains(harmless, name) && !strings.HasPrefix(name, secret.KeyFileName) {
			found = append(found, name)
		}
	}
	if len(found) == 0 {
		return nil
	}
	more := ""
	if len(found) > 5 {
		more = fmt.Sprintf(" and %d more", len(found)-5)
	}
	return fmt.Errorf("%s is not empty (it has %s%s), and nothing is overwritten: name an empty folder by --data-dir, or move away what is "+
		"there. Only %s may be in it", dir, strings.Join(found[:min(5, len(found))], ", "), more, secret.KeyFileName)
}

// intoPostgres copies what is unpacked to an empty PostgreSQL, in one transaction.
func (r *restoring) intoPostgres(ctx context.Context) (to string, before bool, err error) {
	if err := os.MkdirAll(r.config.DataDir, 0o700); err != nil {
		return "", false, err
	}
	dir, err := os.MkdirTemp(r.config.DataDir, store.RestoringName+"-*")
	if err != nil {
		return "", false, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := r.unpack(ctx, dir); err != nil {
		return "", false, err
	}
	folder, err := provider.OpenKeptFolder(filepath.Join(dir, keptFolder))
	if err != nil {
		return "", false, err
	}
	defer func() { err = errors.Join(err, folder.Close()) }()
	r.steps.begin("copy to the database")
	copied, err := store.Copy(ctx, store.CopyOptions{
		DataDir: dir, To: r.config.DatabaseURL, Addition: keptfiles.Copy{Folder: folder},
		Progress: func(t store.CopiedTable) {
			r.config.Log.DebugContext(ctx, "copied", slog.String("table", t.Name), slog.Int64("rows", t.Rows))
		},
	})
	if err != nil {
		return "", false, err
	}
	return copied.To, copied.Before, nil
}

// unpack unpacks the backup, and lets the restored database skip ids: what was made after the backup is gone, and nothing new
// may get the ids that somebody has kept of it.
func (r *restoring) unpack(ctx context.Context, dir string) (err error) {
	if r.manifest, err = backup.Unpack(ctx, r.file, dir, r.steps.show); err != nil {
		return r.ofFile(err)
	}
	return store.InSnapshot(ctx, filepath.Join(dir, store.FileName), func(ctx context.Context, tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `UPDATE settings SET id_epoch = id_epoch + 1000000`); err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, `SELECT count(*) FROM jobs WHERE state IN ('QUEUED', 'RUNNING', 'CANCELLING')`).Scan(&r.underWay)
	})
}

func (r *restoring) advise(err error) error {
	if isFull(err) {
		return fmt.Errorf("the disk of %s is full, so nothing was restored: free some space, or restore elsewhere (%w)", r.config.DataDir, err)
	}
	return err
}

func (r *restored) report(out io.Writer, format string) error {
	if format == "json" {
		return writeJSON(out, r)
	}
	done := "Restored"
	if r.Before {
		done = "It was restored before"
	}
	fmt.Fprintf(out, "%s: %s of %s, and %s, to %s.\n", done, "the database", r.TakenAt,
		words.Count(r.KeptFiles, "provider file", "provider files"), printable(r.To))
	if n := len(r.Lost); n > 0 {
		fmt.Fprintf(out, "The backup lacks %s that had been lost before.\n", words.Count(n, "provider file", "provider files"))
	}
	if r.UnderWay > 0 {
		fmt.Fprintf(out, "%s or under way at that time: the first start goes on with them.\n",
			words.Count(r.UnderWay, "job was queued", "jobs were queued"))
	}
	key := filepath.Join(r.dataDir, secret.KeyFileName)
	how := fmt.Sprintf("install --mode=0600 KEY %s", printable(key))
	if r.shared {
		how = "give it as AUTOHOLDINGS_SEALING_KEY"
	}
	switch {
	case r.SealingKey == "":
	case r.SealingKeyIn != "":
		fmt.Fprintf(out, "The sealing key %s, which opens its API keys, is here in %s.\n", r.SealingKey, printable(r.SealingKeyIn))
	default:
		fmt.Fprintf(out, "Its API keys open with the sealing key %s, which is not here. Before the start: %s. Where it is lost, see "+
			"`autoholdings rotate-key --forget-credentials`.\n", r.SealingKey, how)
	}
	fmt.Fprintln(out, "Where jobs are queued by a Redis of its own (REDIS_URL), empty its database before the start, or name another.")
	return nil
}
