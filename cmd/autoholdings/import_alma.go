package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v3"

	"autoholdings/graph/model"
	"autoholdings/jobs"
)

func importAlmaCommand() *cli.Command {
	return &cli.Command{
		Name:      "alma",
		Usage:     "take over what a portfolio export of Alma has, and print the report",
		ArgsUsage: "FILE",
		Description: "FILE is the extended export of portfolios, saved as CSV in UTF-8 with its header. Lines are matched by ISSN and ISBN\n" +
			"with the portfolios of --collection, or of the collection that each line names. What a portfolio has already stays\n" +
			"and is listed.\n" +
			"Where a server with an embedded queue runs on the data directory, ask its API (importFromAlma) instead.",
		Flags: serverFlags(
			&cli.StringFlag{Name: "collection", Usage: "`ID` of the collection, as the API shows it (default: each line names its own)"},
			&cli.BoolFlag{Name: "preview", Usage: "show what would change, and write nothing"},
			&cli.StringFlag{Name: "preview-job", Usage: "`ID` of the preview that is to be applied, no more and no less"},
		),
		Action: importAlma,
	}
}

func importAlma(ctx context.Context, c *cli.Command) (err error) {
	defer func() {
		if exit := exitError(0); err != nil && !errors.As(err, &exit) {
			err = fmt.Errorf("import alma: %w", err)
		}
	}()
	if c.Args().Len() != 1 {
		return errors.New("name one FILE to import")
	}
	request := jobs.AlmaRequest{Mode: jobs.Apply, Trigger: jobs.Command}
	if c.Bool("preview") {
		request.Mode = jobs.Preview
	}
	for _, id := range []struct {
		flag, typeName string
		to             *int64
	}{{"collection", model.CollectionType, &request.CollectionID}, {"preview-job", model.JobType, &request.PreviewJobID}} {
		if text := c.String(id.flag); text != "" {
			if *id.to, err = idOf(id.typeName, text); err != nil {
				return err
			}
		}
	}
	table, err := os.Open(c.Args().First())
	if err != nil {
		return err
	}
	defer table.Close()
	cfg, err := configFrom(c)
	if err != nil {
		return err
	}
	cfg.askNobody() // unless an address is given anyway
	a, err := openApp(ctx, cfg, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	file, err := a.jobs.KeepUpload(ctx, filepath.Base(table.Name()), "", table)
	if err != nil {
		return fmt.Errorf("%s: %w", table.Name(), err)
	}
	request.FileID = file.ID
	job, err := a.jobs.StartAlma(ctx, request)
	if err != nil {
		return err
	}
	return a.followHere(ctx, c, job.ID)
}
