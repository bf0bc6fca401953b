package main

import (
	"context"
	"io"
	"reflect"
	"slices"
	"time"

	"github.com/urfave/cli/v3"
)

// newCommand is the command line as a whole.
func newCommand(in io.Reader, out, errOut io.Writer) *cli.Command {
	root := &cli.Command{
		Name:  "autoholdings",
		Usage: "keep electronic holdings in step with what the provider entitles to",
		Description: "autoholdings fetches a library's KBART file from Oxford University Press, and brings its portfolios in step\n" +
			"with it: by schedule, by hand, with a preview, a guard against mass deletion and a report of every change.\n" +
			"Begin with `autoholdings demo`.",
		Reader: in, Writer: out, ErrWriter: errOut,
		Suggest:        true,
		ExitErrHandler: func(context.Context, *cli.Command, error) {}, // main says it, once
		Commands: []*cli.Command{
			demoCommand(), serveCommand(), workerCommand(), migrateCommand(), syncCommand(), importCommand(), diffCommand(),
			validateCommand(), exportCommand(), mockoupCommand(), rotateKeyCommand(),
		},
	}
	for _, c := range root.Commands {
		c.Flags = copies(c.Flags)
	}
	return root
}

// copies are flags of one's own: a flag keeps what it was given, and those below are shared by all commands, of which
// one process may run several (tests do).
func copies(flags []cli.Flag) []cli.Flag {
	own := make([]cli.Flag, len(flags))
	for i, f := range flags {
		c := reflect.New(reflect.TypeOf(f).Elem())
		c.Elem().Set(reflect.ValueOf(f).Elem())
		own[i] = c.Interface().(cli.Flag) //nolint:forcetypeassert // it is of f's own type
	}
	return own
}

const defaultFetchTimeout = 15 * time.Minute

// Flags that several commands share. Each has an environment twin.
var (
	addrFlag = &cli.StringFlag{
		Name: "addr", Value: "127.0.0.1:8080", Sources: cli.EnvVars("AUTOHOLDINGS_ADDR"),
		Usage: "address to listen on, `HOST:PORT`; loopback only, until there is access control",
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
	oupFlags = []cli.Flag{
		&cli.StringFlag{
			Name: "oup-url", Sources: cli.EnvVars("AUTOHOLDINGS_OUP_URL"),
			Usage: "base `URL` of the provider's service",
		},
		&cli.StringFlag{
			Name: "oup-path", Value: "/kbart/{customer}/{content}", Sources: cli.EnvVars("AUTOHOLDINGS_OUP_PATH"),
			Usage: "path of a request, with the placeholders {customer} {key} {content} {format}",
		},
		&cli.StringMapFlag{
			Name: "oup-query", Sources: cli.EnvVars("AUTOHOLDINGS_OUP_QUERY"),
			Usage: "query of a request, `NAME=VALUE`, same placeholders (default: format={format})",
		},
		&cli.StringMapFlag{
			Name: "oup-header", Sources: cli.EnvVars("AUTOHOLDINGS_OUP_HEADER"),
			Usage: "header of a request, `NAME=VALUE`, same placeholders (default: X-Api-Key={key})",
		},
		&cli.StringFlag{
			Name: "oup-titles-path", Value: "/titles/{content}", Sources: cli.EnvVars("AUTOHOLDINGS_OUP_TITLES_PATH"),
			Usage: "path of a request for the global title list, with the placeholders {content} {format}; it carries no credentials",
		},
		&cli.StringMapFlag{
			Name: "oup-titles-query", Sources: cli.EnvVars("AUTOHOLDINGS_OUP_TITLES_QUERY"),
			Usage: "query of a request for the global title list, `NAME=VALUE`, same placeholders (default: format={format})",
		},
		&cli.BoolFlag{
			Name: "oup-allow-insecure", Sources: cli.EnvVars("AUTOHOLDINGS_OUP_ALLOW_INSECURE"),
			Usage: "allow plain HTTP and private addresses for the provider: for a mock or a mirror on this network",
		},
		&cli.StringSliceFlag{
			Name: "oup-allow-host", Sources: cli.EnvVars("AUTOHOLDINGS_OUP_ALLOW_HOST"), Usage: "further `HOST` to which the provider may redirect",
		},
		&cli.Int64Flag{
			Name: "oup-max-size", Value: 1 << 30, Sources: cli.EnvVars("AUTOHOLDINGS_OUP_MAX_SIZE"),
			Usage: "largest file accepted, in `BYTES`, unpacked",
		},
		&cli.DurationFlag{
			Name: "oup-timeout", Value: defaultFetchTimeout, Sources: cli.EnvVars("AUTOHOLDINGS_OUP_TIMEOUT"),
			Usage: "longest time for one transfer",
		},
		&cli.IntFlag{
			Name: "oup-attempts", Value: 4, Sources: cli.EnvVars("AUTOHOLDINGS_OUP_ATTEMPTS"),
			Usage: "tries of one fetch when the provider or the network fails",
		},
	}
	keepFilesFlag = &cli.DurationFlag{
		Name: "keep-files", Sources: cli.EnvVars("AUTOHOLDINGS_KEEP_FILES"),
		Usage: "how long copies of the provider's files are kept, such as 8760h; the ones applied last always are (default: all, for ever)",
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

// serverFlags are those of the commands that open the installation.
func serverFlags(more ...cli.Flag) []cli.Flag {
	return slices.Concat(more, []cli.Flag{dataDirFlag, databaseFlag, redisFlag, sealingKeyFlag, keepFilesFlag}, oupFlags, logFlags)
}
