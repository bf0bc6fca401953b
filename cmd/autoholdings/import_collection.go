package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v3"

	"autoholdings/graph/model"
	"autoholdings/internal/storable"
	"autoholdings/jobs"
)

func importCollectionCommand() *cli.Command {
	return &cli.Command{
		Name:      "collection",
		Usage:     "bring a local collection in step with a KBART file, and print the report",
		ArgsUsage: "FILE",
		Description: "What the file does not have is left as it is, unless --remove-missing says otherwise.\n" +
			"Where a server with an embedded queue runs on the data directory, ask its API (importCollection) instead.",
		Flags: serverFlags(
			&cli.StringFlag{Name: "collection", Usage: "`ID` of the local collection, as the API shows it"},
			&cli.StringFlag{
				Name: "name", Usage: "`NAME` of the local collection; it is created if it does not exist", Validator: storable.Check,
			},
			&cli.StringFlag{Name: "content", Usage: "with --name, what a collection that is made holds: books or journals (default: both)"},
			&cli.BoolFlag{Name: "preview", Usage: "show what would change, and write nothing"},
			&cli.BoolFlag{Name: "remove-missing", Usage: "take out portfolios that the file does not have; one with a PO line is kept"},
		),
		Action: importCollection,
	}
}

func importCollection(ctx context.Context, c *cli.Command) (err error) {
	path, id, name := c.Args().First(), c.String("collection"), c.String("name")
	switch {
	case c.Args().Len() != 1:
		return errors.New("import collection: name one FILE to import")
	case (id == "") == (name == ""):
		return errors.New("import collection: say which collection, by either --collection or --name")
	case id != "" && c.String("content") != "":
		return errors.New("import collection: --content is for a collection that is made; leave it out with --collection")
	}
	list, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("import collection: %w", err)
	}
	defer list.Close()
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
	request := jobs.ImportRequest{RemoveMissing: c.Bool("remove-missing"), Mode: jobs.Apply, Trigger: jobs.Command}
	if c.Bool("preview") {
		request.Mode = jobs.Preview
	}
	file, err := a.jobs.KeepUpload(ctx, filepath.Base(path), "", list)
	if err != nil {
		return fmt.Errorf("import collection: %s: %w", path, err)
	}
	request.FileID = file.ID
	if request.CollectionID, err = a.localCollection(ctx, c, request.Mode == jobs.Apply); err != nil {
		return fmt.Errorf("import collection: %w", err)
	}
	job, err := a.jobs.StartImport(ctx, request)
	if err != nil {
		return fmt.Errorf("import collection: %w", err)
	}
	return a.followHere(ctx, c, job.ID)
}

// localCollection returns the collection that the flags name. If --name names one that does not exist, it is created if
// mayMake allows it.
func (a *app) localCollection(ctx context.Context, c *cli.Command, mayMake bool) (int64, error) {
	if id := c.String("collection"); id != "" {
		return idOf(model.CollectionType, id)
	}
	found, made, err := a.library.Collections.LocalCollection(ctx, c.String("name"), strings.ToUpper(c.String("content")), mayMake)
	if err != nil {
		return 0, err
	}
	if made {
		fmt.Fprintf(c.Root().Writer, "   made the local collection %q (%s)\n", found.Name, model.ID(model.CollectionType, found.ID))
	}
	return found.ID, nil
}

// followHere runs the API and the workers in this process until a job has ended, and prints its report.
func (a *app) followHere(ctx context.Context, c *cli.Command, jobID int64) error {
	listener, err := listenOn(ctx, "127.0.0.1:0")
	if err != nil {
		return err
	}
	return a.serveDuring(ctx, listener, func(_ context.Context, url string) error {
		return followJob(ctx, client{url}, model.ID(model.JobType, jobID), c.Root().Writer)
	})
}
