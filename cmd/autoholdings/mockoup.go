package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/urfave/cli/v3"

	"autoholdings/mockoup"
)

func mockoupCommand() *cli.Command {
	return &cli.Command{
		Name:  "mockoup",
		Usage: "run a mock of the provider's service: customer demo, key demo-key",
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "addr", Value: "127.0.0.1:8081", Sources: cli.EnvVars("AUTOHOLDINGS_MOCKOUP_ADDR"), Usage: "address to listen on, `HOST:PORT`; loopback only"},
			&cli.StringFlag{Name: "dir", Usage: "`FOLDER` of real KBART files with dates in their names, served as releases instead of the generated catalogue"},
			&cli.IntFlag{Name: "titles", Value: 2000, Usage: "size of the generated catalogue"},
			&cli.Uint64Flag{Name: "seed", Value: 1, Usage: "of the generated catalogue: the same seed is the same catalogue"},
		}, logFlags...),
		Action: func(ctx context.Context, c *cli.Command) error {
			log, err := newLogger(c.Root().ErrWriter, c.String("log-level"), c.String("log-format"))
			if err != nil {
				return err
			}
			options := mockoup.Options{Dir: c.String("dir"), Seed: c.Uint64("seed"), Logger: log}
			if options.Dir == "" {
				options.Titles = c.Int("titles")
			} else if c.IsSet("titles") || c.IsSet("seed") {
				return errors.New("--dir serves real files: leave --titles and --seed out")
			}
			mock, err := mockoup.New(options)
			if err != nil {
				return err
			}
			return serveMock(ctx, c, mock)
		},
	}
}

func serveMock(ctx context.Context, c *cli.Command, mock *mockoup.Server) error {
	listener, err := listenLoopback(ctx, c.String("addr"))
	if err != nil {
		return err
	}
	server := &http.Server{Handler: mock, ReadHeaderTimeout: 10 * time.Second}
	defer context.AfterFunc(ctx, func() { _ = errors.Join(mock.Close(), server.Close()) })()
	fmt.Fprintf(c.Root().Writer, "the mock provider serves http://%s (customer %s, key %s); releases %v, now %s\n",
		listener.Addr(), mockoup.DemoCustomer, mockoup.DemoKey, mock.Releases(), mock.Release())
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
