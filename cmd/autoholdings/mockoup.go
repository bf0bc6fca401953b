package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"autoholdings/mockoup"
)

func mockoupCommand() *cli.Command {
	return &cli.Command{
		Name:  "mockoup",
		Usage: "run a mock of the provider's service: customer demo, key demo-key",
		Flags: append([]cli.Flag{
			&cli.StringFlag{
				Name: "addr", Value: "127.0.0.1:8081", Sources: cli.EnvVars("AUTOHOLDINGS_MOCKOUP_ADDR"),
				Usage: "address to listen on, `HOST:PORT`; loopback only",
			},
			&cli.StringFlag{
				Name:  "dir",
				Usage: "`FOLDER` of real KBART files with dates in their names, served as releases instead of the generated catalogue",
			},
			&cli.IntFlag{Name: "titles", Value: 2000, Usage: "size of the generated catalogue"},
			&cli.StringSliceFlag{
				Name: "customer",
				Usage: "a further customer, `NUMBER:KEY[:SHARE]`, entitled to that share of the titles (0 to 1, all unless said); may be given " +
					"several times",
			},
			&cli.Uint64Flag{Name: "seed", Value: 1, Usage: "of the generated catalogue: the same seed is the same catalogue"},
		}, logFlags...),
		Action: func(ctx context.Context, c *cli.Command) error {
			log, err := newLogger(c.Root().ErrWriter, c.String("log-level"), c.String("log-format"))
			if err != nil {
				return err
			}
			options := mockoup.Options{Dir: c.String("dir"), Seed: c.Uint64("seed"), Logger: log}
			if options.Customers, err = mockCustomers(c.StringSlice("customer")); err != nil {
				return err
			}
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

// mockCustomers reads NUMBER:KEY[:SHARE].
func mockCustomers(given []string) (customers []mockoup.Customer, err error) {
	for _, text := range given {
		cells := strings.Split(text, ":")
		if len(cells) < 2 || len(cells) > 3 || cells[0] == "" || cells[1] == "" {
			return nil, fmt.Errorf("--customer %q is not of the form NUMBER:KEY or NUMBER:KEY:SHARE, such as north:north-key:0.6", text)
		}
		customer := mockoup.Customer{Number: cells[0], Key: cells[1]}
		if len(cells) == 3 {
			customer.Share, err = strconv.ParseFloat(cells[2], 64)
			if err != nil || customer.Share <= 0 || customer.Share > 1 {
				return nil, fmt.Errorf("--customer %q: the share %q is not a number above 0 and up to 1", text, cells[2])
			}
		}
		customers = append(customers, customer)
	}
	return customers, nil
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
