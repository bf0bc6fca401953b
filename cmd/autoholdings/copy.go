package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/urfave/cli/v3"

	"autoholdings/ent"
	"autoholdings/ent/job"
	"autoholdings/holdings/profiles"
	"autoholdings/internal/keptfiles"
	"autoholdings/internal/secret"
	"autoholdings/internal/store"
	"autoholdings/internal/words"
	"autoholdings/jobs"
	"autoholdings/provider"
)

func copyCommand() *cli.Command {
	return &cli.Command{
		Name:  "copy",
		Usage: "copy everything from SQLite in the data directory to a PostgreSQL, with the kept provider files",
		Description: "Stop the server first. The database to copy to must be empty. It gets everything in one transaction, which is\n" +
			"compared with the original before it is committed: after a crash or Ctrl-C nothing is there, and the command can be run\n" +
			"again. Run again after its end it compares, and writes nothing. The data directory stays as it is, but for migrations\n" +
			"that it lacks. The sealing key is not copied.",
		Flags: append([]cli.Flag{
			&cli.StringFlag{
				Name: "to", Sources: cli.EnvVars("DATABASE_URL"),
				Usage: "`URL` of the empty PostgreSQL; in the environment nobody else sees its password",
			},
			dataDirFlag, sealingKeyFlag,
		}, logFlags...),
		Action: func(ctx context.Context, c *cli.Command) error {
			log, err := newLogger(c.Root().ErrWriter, c.String("log-level"), c.String("log-format"))
			if err != nil {
				return err
			}
			if c.String("to") == "" {
				return errors.New("copy: name the PostgreSQL to copy to: --to postgres://user:password@host:5432/database, or DATABASE_URL")
			}
			m := moving{config: config{DataDir: c.String("data-dir"), SealingKeys: c.StringSlice("sealing-key"), Log: log}, to: c.String("to")}
			if err := m.run(ctx, c.Root().Writer); err != nil {
				return fmt.Errorf("copy: %w", err)
			}
			return nil
		},
	}
}

// moving is a copy from SQLite to PostgreSQL.
type moving struct {
	config config
	to     string

	keyID    string // of the sealing key that opens what is sealed; "": none is known
	keys     int    // API keys that are sealed
	underWay int    // jobs
}

func (m *moving) run(ctx context.Context, out io.Writer) (err error) {
	files, err := provider.OpenKeptFolder(filepath.Join(m.config.DataDir, "files"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, files.Close()) }()
	copied, err := store.Copy(ctx, store.CopyOptions{
		DataDir: m.config.DataDir, To: m.to, Addition: keptfiles.Copy{Folder: files}, Check: m.look,
		Progress: func(t store.CopiedTable) {
			m.config.Log.DebugContext(ctx, "copied", slog.String("table", t.Name), slog.Int64("rows", t.Rows))
		},
	})
	if err != nil {
		return err
	}
	return m.report(out, copied)
}

// look reads what has to be said of the source, and checks that the sealing key is at hand if one is known.
func (m *moving) look(ctx context.Context, source *ent.Client) (err error) {
	m.underWay, err = source.Job.Query().Where(job.StateIn(jobs.Queued, jobs.Running, jobs.Cancelling)).Count(ctx)
	if err != nil {
		return fmt.Errorf("count the jobs: %w", err)
	}
	if m.keys, err = source.Profile.Query().Count(ctx); err != nil {
		return fmt.Errorf("count the profiles: %w", err)
	}
	if _, err := os.Stat(filepath.Join(m.config.DataDir, secret.StagedFileName)); !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(fmt.Errorf("a replacement of the sealing key was cut short (there is %s): run `autoholdings rotate-key` or start the "+
			"server, which settles it, then copy", secret.StagedFileName), err)
	}
	if _, err := os.Stat(filepath.Join(m.config.DataDir, secret.KeyFileName)); errors.Is(err, fs.ErrNotExist) && !m.config.keyGiven() {
		return nil // and none must be made
	}
	box, err := secret.Open(m.config.DataDir, m.config.SealingKeys...)
	if err != nil {
		return err
	}
	if m.keys, err = profiles.CheckSealed(ctx, source, box); err != nil {
		return fmt.Errorf("%w. Nothing was copied: without its key the copy would be no more use", err)
	}
	m.keyID = box.KeyID()
	return nil
}

func (m *moving) report(out io.Writer, copied *store.Copied) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "TABLE\tROWS\tSHA-256")
	rows := int64(0)
	for _, t := range copied.Tables {
		fmt.Fprintf(table, "%s\t%s\t%s\n", t.Name, words.Figure(int(t.Rows)), t.SHA256[:16])
		rows += t.Rows
	}
	if err := table.Flush(); err != nil {
		return err
	}
	done := "Copied and compared"
	if copied.Before {
		done = "It was copied before, and is compared now"
	}
	fmt.Fprintf(out, "\n%s: %s of %s and %s, from %s to %s.\n", done, words.Count(int(rows), "row", "rows"),
		words.Count(len(copied.Tables), "table", "tables"), words.Count(copied.Additions, "provider file", "provider files"),
		printable(copied.From), printable(copied.To))
	switch {
	case m.keyID != "":
		fmt.Fprintf(out, "The sealing key %s opens what is sealed (%s).\n", m.keyID, words.Count(m.keys, "API key", "API keys"))
	case m.keys > 0:
		fmt.Fprintf(out, "No sealing key is known here, so nobody has looked whether one opens the %s.\n",
			words.Count(m.keys, "API key", "API keys"))
	}
	if m.underWay > 0 {
		fmt.Fprintf(out, "%s or under way: the first server on the new database goes on with them.\n",
			words.Count(m.underWay, "job is queued", "jobs are queued"))
	}
	_, err := fmt.Fprintln(out, "\n"+m.next())
	return err
}

// next says what to do now.
func (m *moving) next() string {
	file := filepath.Join(m.config.DataDir, secret.KeyFileName)
	key := "the one in " + printable(file)
	if m.config.keyGiven() {
		key = "the same as now"
	}
	return strings.Join([]string{
		"Give to every serve, worker and other command from now on:",
		"  DATABASE_URL              the URL to which you have copied",
		"  REDIS_URL                 a Redis that all of them share",
		"  AUTOHOLDINGS_SEALING_KEY  the sealing key: " + key,
		"Start nothing more on the former database: its jobs would run a second time. Keep it as a backup.",
	}, "\n")
}
