package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/urfave/cli/v3"

	"autoholdings/ent"
	"autoholdings/internal/store"
)

// How a finding is. The exit status of doctor is that of the worst.
const (
	fine    = "ok"
	warning = "warning" // it works, and somebody should look at it
	wrong   = "wrong"   // something does not work, or will not
)

// exitOf are the exit statuses. A command line that is wrong ends with 1, as everywhere.
var exitOf = map[string]int{fine: 0, wrong: 1, warning: 2}

func doctorCommand() *cli.Command {
	return &cli.Command{
		Name:  "doctor",
		Usage: "look at the database, kept files, sealing key, Redis, the provider, clock, disk and permissions; changes nothing",
		Description: "Give it the settings of the server, which may be running or not. Each finding says what is the matter, where, and what\n" +
			"to do. Nothing is changed: no migration, no new file, no row. The provider is asked once for each active profile, as\n" +
			"testProfileConnection does. The exit status is 0 where all is well, 1 where something is wrong, 2 where there are\n" +
			"warnings only.",
		Flags: serverFlags(
			outputFlag,
			&cli.BoolFlag{Name: "no-provider", Usage: "do not ask the provider"},
		),
		Action: func(ctx context.Context, c *cli.Command) error {
			cfg, err := configFrom(c)
			if err != nil {
				return fmt.Errorf("doctor: %w", err)
			}
			cfg.Log = slog.New(slog.DiscardHandler) // what is found is said
			d := &doctor{config: cfg, askProvider: !c.Bool("no-provider")}
			d.run(ctx)
			if err := d.report(c.Root().Writer, c.String("format")); err != nil {
				return err
			}
			if ctx.Err() != nil {
				return exitError(exitOf[wrong]) // what is not there was not looked at
			}
			if status := exitOf[d.worst()]; status != 0 {
				return exitError(status)
			}
			return nil
		},
	}
}

// finding is what doctor says of one thing.
type finding struct {
	Check  string `json:"check"`  // database, kept files, …
	Status string `json:"status"` // ok, warning, wrong
	What   string `json:"what"`
	Where  string `json:"where"` // a file, an address, a profile; "": nowhere in particular
	Do     string `json:"do"`    // "": nothing is to be done
}

// doctor looks at an installation.
type doctor struct {
	config      config
	askProvider bool
	findings    []finding
	database    *store.Examined
	profiles    []*ent.Profile // "nil": they cannot be read
	size        int64          // bytes of the database
}

func (d *doctor) say(check, status, what, where, do string) {
	d.findings = append(d.findings, finding{check, status, what, where, do})
}

// run looks at everything. What cannot be looked at because of something else is said with that.
func (d *doctor) run(ctx context.Context) {
	readable := d.lookAtDatabase(ctx)
	if d.database != nil {
		defer d.database.Close()
	}
	d.lookAtFiles(ctx, readable)
	d.lookAtKey(ctx, readable)
	d.lookAtRedis(ctx)
	d.lookAtProviders(ctx)
	d.lookAtClock(ctx)
	d.lookAtDisk()
	d.lookAtPermissions()
}

func (d *doctor) worst() string {
	has := func(status string) bool {
		return slices.ContainsFunc(d.findings, func(f finding) bool { return f.Status == status })
	}
	switch {
	case has(wrong):
		return wrong
	case has(warning):
		return warning
	default:
		return fine
	}
}

func (d *doctor) report(out io.Writer, format string) error {
	if format == "json" {
		return writeJSON(out, struct {
			Status   string    `json:"status"`
			Findings []finding `json:"findings"`
		}{d.worst(), d.findings})
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, f := range d.findings {
		where := ""
		if f.Where != "" {
			where = printable(f.Where) + ": "
		}
		fmt.Fprintf(table, "%s\t%s\t%s\n", strings.ToUpper(f.Status), f.Check, where+printable(f.What))
		if f.Do != "" {
			fmt.Fprintf(table, "\t\t→ %s\n", printable(f.Do))
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintln(out, map[string]string{
		fine: "All is well.", warning: "It works; see the warnings.", wrong: "Something is wrong; see above what to do.",
	}[d.worst()])
	return err
}

// restoreAdvice is what to do about what cannot be mended.
const restoreAdvice = "keep a copy of what is there, and restore the newest backup into an empty place (`autoholdings restore`)"
