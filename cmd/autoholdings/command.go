package main

import (
	"context"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"time"

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
		Version: thisBuild().Version, EnableShellCompletion: true,
		ExitErrHandler: func(context.Context, *cli.Command, error) {}, // main prints it, once
		Commands: []*cli.Command{
			demoCommand(), serveCommand(), workerCommand(), migrateCommand(), syncCommand(), importCommand(), diffCommand(),
			validateCommand(), exportCommand(), mockoupCommand(), copyCommand(), rotateKeyCommand(),
			tokenCommand(), userCommand(), configCommand(), versionCommand(), referenceCommand(),
			backupCommand(), restoreCommand(), doctorCommand(),
		},
	}
	prepare(root, "")
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

// prepare gives a command and all commands below it flags of their own, which know the configuration file. The name is
// all words of it, "import polines".
func prepare(c *cli.Command, name string) {
	c.OnUsageError = func(_ context.Context, _ *cli.Command, err error, _ bool) error { return err } // run says it, without the help
	file := &configFile{command: name}
	c.Flags = copies(c.Flags, file)
	if slices.ContainsFunc(c.Flags, func(f cli.Flag) bool { return variableOf(f) != "" }) {
		c.Flags = slices.Insert(c.Flags, 0, file.flag()) // before the others, which look into the file
	}
	for _, below := range c.Commands {
		prepare(below, strings.TrimSpace(name+" "+below.Name))
	}
}

// copies returns copies of flags. A flag keeps the value it was given, and the flags below are shared by all commands;
// one process may run several commands (tests do). A length of time may be given in days, and what is neither on the
// command line nor in the environment is looked up in the configuration file.
func copies(flags []cli.Flag, file *configFile) []cli.Flag {
	own := make([]cli.Flag, len(flags))
	for i, f := range flags {
		c := reflect.New(reflect.TypeOf(f).Elem())
		c.Elem().Set(reflect.ValueOf(f).Elem())
		if d, ok := f.(*cli.DurationFlag); ok {
			c = reflect.ValueOf(inTime(d))
		}
		own[i] = c.Interface().(cli.Flag) //nolint:forcetypeassert // it has f's own type
		sources := sourcesOf(own[i])
		sources.Chain = append(slices.Clip(sources.Chain), file.source(own[i]))
	}
	return own
}

// sourcesOf is where a flag's value is looked up that is not on the command line.
func sourcesOf(f cli.Flag) *cli.ValueSourceChain {
	//nolint:forcetypeassert // every kind of flag has the field
	return reflect.ValueOf(f).Elem().FieldByName("Sources").Addr().Interface().(*cli.ValueSourceChain)
}

// variableOf is a flag's environment variable; "": it has none.
func variableOf(f cli.Flag) string {
	if variables := sourcesOf(f).EnvKeys(); len(variables) > 0 {
		return variables[0]
	}
	return ""
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
		Usage: "how long copies of the provider's files are kept, such as 365d; the ones applied last always are (default: all, for ever)",
	}
	keepChangesFlag = &cli.DurationFlag{
		Name: "keep-changes", Sources: cli.EnvVars("AUTOHOLDINGS_KEEP_CHANGES"), Value: 3 * 365 * 24 * time.Hour, Validator: notNegative,
		Usage: "how long the lines of jobs' reports are kept, by which jobs are undone and former days shown; 0: for ever",
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
	shared := []cli.Flag{dataDirFlag, databaseFlag, redisFlag, sealingKeyFlag, keepFilesFlag, keepChangesFlag}
	return slices.Concat(more, shared, providerFlags(), logFlags)
}
