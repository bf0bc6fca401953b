package main

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/mattn/go-sqlite3"
	"github.com/urfave/cli/v3"
)

// build is what this program was made of.
type build struct {
	Version  string `json:"version"`  // of the release; "(devel)": none
	Commit   string `json:"commit"`   // empty: it was built without a repository
	Date     string `json:"date"`     // of the commit, RFC 3339; empty as above
	Modified bool   `json:"modified"` // it has changes that are in no commit
	Go       string `json:"go"`
	SQLite   string `json:"sqlite"`
	Platform string `json:"platform"` // linux/amd64
}

// What deploy/release.sh writes into a release, which it may build without the repository beside it.
var releaseVersion, releaseCommit, releaseDate string

// thisBuild reads what the compiler has written into the program.
func thisBuild() build {
	sqlite, _, _ := sqlite3.Version()
	b := build{
		Version: releaseVersion, Commit: releaseCommit, Date: releaseDate,
		Go: runtime.Version(), SQLite: sqlite, Platform: runtime.GOOS + "/" + runtime.GOARCH,
	}
	if b.Version != "" {
		return b
	}
	b.Version = "(devel)"
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if info.Main.Version != "" {
		b.Version = info.Main.Version
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Commit = s.Value
		case "vcs.time":
			b.Date = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}

func versionCommand() *cli.Command {
	return &cli.Command{
		Name:  "version",
		Usage: "show which version this is, of which commit and date, and with which Go and SQLite it was made",
		Flags: []cli.Flag{&cli.BoolFlag{Name: "json", Usage: "as JSON"}},
		Action: func(_ context.Context, c *cli.Command) error {
			b, out := thisBuild(), c.Root().Writer
			if c.Bool("json") {
				encoder := json.NewEncoder(out)
				encoder.SetIndent("", "  ")
				return encoder.Encode(b)
			}
			commit := b.Commit
			switch {
			case commit == "":
				commit = "unknown: it was built without its repository"
			case b.Modified:
				commit += ", with changes that are in no commit"
			}
			date := b.Date
			if date == "" {
				date = "unknown"
			}
			_, err := fmt.Fprintf(out, "autoholdings %s\ncommit  %s\ndate    %s\nGo      %s\nSQLite  %s\nfor     %s\n",
				b.Version, commit, date, b.Go, b.SQLite, b.Platform)
			return err
		},
	}
}

func init() {
	cli.VersionPrinter = func(c *cli.Command) { fmt.Fprintln(c.Root().Writer, "autoholdings", c.Root().Version) }
}
