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
	"autoholdings/jobs"
	"autoholdings/provider"
)

func syncCommand() *cli.Command {
	return &cli.Command{
		Name:  "sync",
		Usage: "run one profile's sync now, and print its report",
		Description: "Where a server with an embedded queue runs on the data directory, ask its API (runProfile) instead.\n" +
			"With --file the given list is synced as if it had been fetched, and --content says which one it is.",
		Flags: serverFlags(
			&cli.StringFlag{Name: "profile", Required: true, Usage: "`ID` of the integration profile, as the API shows it"},
			&cli.StringFlag{Name: "file", Usage: "KBART `FILE` to sync instead of fetching"},
			&cli.StringFlag{Name: "content", Value: "journals", Usage: "with --file: " + contentTypes(knownProviders())},
			&cli.BoolFlag{Name: "preview", Usage: "show what would change, and write nothing"},
			&cli.BoolFlag{Name: "force", Usage: "apply a file that is older, was rejected or was undone"},
		),
		Action: syncNow,
	}
}

func syncNow(ctx context.Context, c *cli.Command) (err error) {
	profileID, err := idOf(model.ProfileType, c.String("profile"))
	if err != nil {
		return fmt.Errorf("sync: --profile: %w", err)
	}
	cfg, err := configFrom(c)
	if err != nil {
		return err
	}
	if c.String("file") != "" {
		cfg.askNobody() // unless an address is given anyway
	}
	a, err := openApp(ctx, cfg, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	request := jobs.SyncRequest{ProfileIDs: []int64{profileID}, Mode: jobs.Apply, Trigger: jobs.Command, Force: c.Bool("force")}
	if c.Bool("preview") {
		request.Mode = jobs.Preview
	}
	if path := c.String("file"); path != "" {
		if request.FileID, err = a.keepFile(ctx, profileID, c.String("content"), path); err != nil {
			return err
		}
	}
	job, err := a.jobs.StartSync(ctx, request)
	if err != nil {
		return fmt.Errorf("sync: %w", err)
	}
	return a.followHere(ctx, c, job.ID)
}

func (a *app) keepFile(ctx context.Context, profileID int64, content, path string) (int64, error) {
	list, err := os.Open(path)
	if err != nil {
		return 0, fmt.Errorf("sync: --file: %w", err)
	}
	defer list.Close()
	kind := provider.Content(strings.ToLower(content))
	file, err := a.jobs.KeepFile(ctx, profileID, kind, filepath.Base(path), list)
	if err != nil {
		return 0, fmt.Errorf("sync: --file with --content %s: %w", kind, err)
	}
	return file.ID, nil
}
