package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v3"

	"autoholdings/internal/storable"
	"autoholdings/jobs"
)

func importZoneCommand() *cli.Command {
	return &cli.Command{
		Name:      "zone",
		Usage:     "bring the Community Zone in step with the provider's global title list, and print the report",
		ArgsUsage: "[FILE]",
		Description: "Without a FILE the list is fetched, without credentials (--oup-titles-path). A FILE needs --zone: it is of one " +
			"collection.\n" +
			"Where a server with an embedded queue runs on the data directory, ask its API (importCommunityZoneTitles) instead.",
		Flags: serverFlags(
			&cli.StringFlag{
				Name: "zone", Validator: storable.Check,
				Usage: "`ID` of the collection in the Community Zone, such as 61707906870000041 (default: all of the provider's)",
			},
			&cli.BoolFlag{Name: "preview", Usage: "show what would change, and write nothing"},
			&cli.BoolFlag{Name: "force", Usage: "apply a list that is older, or was rejected"},
		),
		Action: importZone,
	}
}

func importZone(ctx context.Context, c *cli.Command) (err error) {
	path := c.Args().First()
	switch {
	case c.Args().Len() > 1:
		return errors.New("import zone: name one FILE, or none to fetch the list")
	case path != "" && c.String("zone") == "":
		return errors.New("import zone: say by --zone which collection of the Community Zone the file is of")
	}
	cfg, err := configFrom(c)
	if err != nil {
		return err
	}
	if path != "" {
		cfg.askNobody() // unless an address is given anyway
	}
	a, err := openApp(ctx, cfg, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	request := jobs.ZoneRequest{CommunityZoneID: c.String("zone"), Mode: jobs.Apply, Trigger: jobs.Command, Force: c.Bool("force")}
	if c.Bool("preview") {
		request.Mode = jobs.Preview
	}
	if path != "" {
		if request.FileID, err = a.keepTitles(ctx, path); err != nil {
			return fmt.Errorf("import zone: %w", err)
		}
	}
	job, err := a.jobs.StartZoneUpdate(ctx, request)
	if err != nil {
		return fmt.Errorf("import zone: %w", err)
	}
	return a.followHere(ctx, c, job.ID)
}

// keepTitles keeps a title list. Its content type is that of the collection it is given for.
func (a *app) keepTitles(ctx context.Context, path string) (int64, error) {
	list, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer list.Close()
	file, err := a.jobs.KeepUpload(ctx, filepath.Base(path), "", list)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", path, err)
	}
	return file.ID, nil
}
