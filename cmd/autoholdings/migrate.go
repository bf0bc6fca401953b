package main

import (
	"context"
	"fmt"

	"github.com/urfave/cli/v3"

	"autoholdings/internal/store"
)

func migrateCommand() *cli.Command {
	return &cli.Command{
		Name:  "migrate",
		Usage: "apply missing migrations to the database (`serve` and `worker` do so by themselves)",
		Flags: []cli.Flag{dataDirFlag, databaseFlag},
		Action: func(ctx context.Context, c *cli.Command) error {
			applied, err := store.Migrate(ctx, store.Options{DataDir: c.String("data-dir"), URL: c.String("database-url")})
			if err != nil {
				return err
			}
			out := c.Root().Writer
			for _, name := range applied {
				fmt.Fprintln(out, "applied", name)
			}
			_, err = fmt.Fprintf(out, "the database is up to date (%d applied)\n", len(applied))
			return err
		},
	}
}
