package main

import (
	"context"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"

	"autoholdings/internal/access"
)

// newCommand returns the whole command line.
func newCommand(in io.Reader, out, errOut io.Writer) *cli.Command {
	root := &cli.Command{
		Name:  "autoholdings",
		Usage: "keep electronic holdings in step with what the provider entitles to",
		Description: "autoholdings fetches a library's KBART file from Oxford University Press, and brings its portfolios in step\n" +
			"with it: by schedule, by hand, with a preview, a guard against mass deletion and a report of every change.\n" +
			"Begin with `autoholdings demo`.",
		Reader: in, Writer: out, ErrWriter: errOut,
		Suggest:        true,
		ExitErrHandler: func(context.Context, *cli.Command, error) {}, // main prints it, once
		Commands: []*cli.Command{
			demoCommand(), serveCommand(), workerCommand(), migrateCommand(), syncCommand(), importCommand(), diffCommand(),
			validateCommand(), exportCommand(), mockoupCommand(), copyCommand(), rotateKeyCommand(),
			tokenCommand(), userCommand(),
		},
	}
	copyFlags(root)
	for _, c := range root.Commands {
		if c.Name != "serve" && c.Name != "worker" && c.Name != "demo" { // others ask those to do something, or a schedule does
			recordActs(c)
		}
	}
	return root
}

// recordActs lets what a command writes be recorded as its act.
func recordActs(c *cli.Command) {
	for _, below := range c.Commands {
		recordActs(below)
	}
	if do := c.Action; do != nil {
		c.Action = func(ctx context.Context, c *cli.Command) error {
			name := strings.TrimPrefix(c.FullName(), "autoholdings ")
			ctx = access.With(ctx, access.Principal{Kind: access.ByCommand, Name: name})
			return do(access.Doing(ctx, access.Act{Name: name, Input: typedInput(c)}), c)
		}
	}
}

// typedInput is what the audit keeps of a command line: what it is about, and the flags that give rights.
func typedInput(c *cli.Command) map[string]any {
	input := map[string]any{}
	if c.Args().Present() {
		input["arguments"] = c.Args().Slice()
	}
	for _, flag := range []string{"scope", "expires-in"} {
		if c.IsSet(flag) {
			input[flag] = c.Value(flag)
		}
	}
	return input
}

// copyFlags gives a command and all commands below it flags of their own.
func copyFlags(c *cli.Command) {
	c.Flags = copies(c.Flags)
	for _, below := range c.Commands {
		copyFlags(below)
	}
}

// copies returns copies of flags. A flag keeps the value it was given, and the flags below are shared by all commands;
// one process may run several commands (tests do).
func copies(flags []cli.Flag) []cli.Flag {
	own := make([]cli.Flag, len(flags))
	for i, f := range flags {
		c := reflect.New(reflect.TypeOf(f).Elem())
		c.Elem().Set(reflect.ValueOf(f).Elem())
		own[i] = c.Interface().(cli.Flag) //nolint:forcetypeassert // it has f's own type
	}
	return own
}

// Flags shared by several commands. Each has an environment variable.
var (
	addrFlag = &cli.StringFlag{
		Name: "addr", Value: "127.0.0.1:8080", Sources: cli.EnvVars("AUTOHOLDINGS_ADDR"),
		Usage: "address to listen on, `HOST:PORT`; of this machine alone, unless access is controlled",
	}
	dataDirFlag = &cli.StringFlag{
		Name: "data-dir", Value: "data", Sources: cli.EnvVars("AUTOHOLDINGS_DATA_DIR"),
		Usage: "`FOLDER` of the database, the kept provider files and the sealing key; made if absent",
	}
	databaseFlag = &cli.StringFlag{
		Name: "database-url", Sources: cli.EnvVars("DATABASE_URL"), Usage: "`URL` of a shared database; unset: SQLite in the data directory",
	}
	redisFlag = &cli.StringFlag{
		Name: "redis-url", Sources: cli.EnvVars("REDIS_URL"), Usage: "`URL` of the Redis that queues jobs; unset: one inside the process",
	}
	sealingKeyFlag = &cli.StringSliceFlag{
		Name: "sealing-key", Sources: cli.EnvVars("AUTOHOLDINGS_SEALING_KEY"),
		Usage: "`KEY` that seals stored credentials, 32 bytes in hex or base64, newest first; unset: made in the data directory",
	}
	keepFilesFlag = &cli.DurationFlag{
		Name: "keep-files", Sources: cli.EnvVars("AUTOHOLDINGS_KEEP_FILES"),
		Usage: "how long copies of the provider's files are kept, such as 8760h; the ones applied last always are (default: all, for ever)",
	}
	concurrencyFlag = &cli.IntFlag{
		Name: "concurrency", Value: 2, Sources: cli.EnvVars("AUTOHOLDINGS_CONCURRENCY"),
		Usage: "`N` jobs are run at once by this process",
		Validator: func(n int) error {
			if n < 1 || n > 100 {
				return fmt.Errorf("%d is not between 1 and 100", n)
			}
			return nil
		},
	}
	logFlags = []cli.Flag{
		&cli.StringFlag{
			Name: "log-level", Value: "info", Sources: cli.EnvVars("AUTOHOLDINGS_LOG_LEVEL"), Usage: "debug, info, warn or error",
		},
		&cli.StringFlag{
			Name: "log-format", Value: "text", Sources: cli.EnvVars("AUTOHOLDINGS_LOG_FORMAT"), Usage: "text or json",
		},
	}
)

// serverFlags returns the flags of commands that open the installation.
func serverFlags(more ...cli.Flag) []cli.Flag {
	return slices.Concat(more, []cli.Flag{dataDirFlag, databaseFlag, redisFlag, sealingKeyFlag, keepFilesFlag}, providerFlags(), logFlags)
}
