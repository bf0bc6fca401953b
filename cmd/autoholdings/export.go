package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/urfave/cli/v3"

	"autoholdings/graph/model"
	"autoholdings/holdings"
	"autoholdings/internal/store"
	"autoholdings/jobs"
)

func exportCommand() *cli.Command {
	return &cli.Command{
		Name:  "export",
		Usage: "write what is accessible in a collection as a KBART file to standard output",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "collection", Required: true, Usage: "`ID` of the electronic collection, as the API shows it"},
			&cli.StringFlag{Name: "group", Usage: "only what inventory group `ID` has of it, as the API shows its id"},
			&cli.StringFlag{Name: "as-of", Usage: "as it was at the end of `DAY` (YYYY-MM-DD, UTC), or at a moment (2026-11-23T18:16:00Z)"},
			dataDirFlag, databaseFlag,
		},
		Action: func(ctx context.Context, c *cli.Command) (err error) {
			id, err := idOf(model.CollectionType, c.String("collection"))
			if err != nil {
				return fmt.Errorf("export: --collection: %w", err)
			}
			of := holdings.ExportOf{CollectionID: id}
			if group := c.String("group"); group != "" {
				if of.GroupID, err = idOf(model.InventoryGroupType, group); err == nil && of.GroupID == 0 {
					err = errors.New("0 is no id")
				}
				if err != nil {
					return fmt.Errorf("export: --group: %w", err)
				}
			}
			if day := c.String("as-of"); day != "" {
				moment, err := holdings.FormerMoment(day, time.Now().UTC())
				if err != nil {
					return fmt.Errorf("export: --as-of: %w", err)
				}
				of.AsOf = moment.UnixMilli()
			}
			s, err := store.Open(ctx, store.Options{DataDir: c.String("data-dir"), URL: c.String("database-url")})
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, s.Close()) }()
			out := bufio.NewWriter(c.Root().Writer)
			rows, err := holdings.New(s, jobs.Busy{}).Export(ctx, of, out)
			if err == nil && rows == 0 {
				fmt.Fprintln(c.Root().ErrWriter, emptyExport(of))
			}
			return errors.Join(err, out.Flush())
		},
	}
}

func emptyExport(of holdings.ExportOf) string {
	toWhom := ""
	if of.GroupID != 0 {
		toWhom = " to this group"
	}
	if of.AsOf != 0 {
		return "the list is empty: nothing in this collection was accessible" + toWhom + " then, or its service is off now"
	}
	return "the list is empty: nothing in this collection is accessible" + toWhom +
		". Look whether it is active, its service available, and anything in it entitled to" + toWhom
}

// idOf reads an id as the API shows it, or its bare number.
func idOf(typeName, text string) (int64, error) {
	if id, err := strconv.ParseInt(text, 10, 64); err == nil {
		return id, nil
	}
	found, id, err := model.ParseID(text)
	if err != nil {
		return 0, err
	}
	if found != typeName {
		return 0, fmt.Errorf("%s is the id of a %s, not of a %s", text, found, typeName)
	}
	return id, nil
}
