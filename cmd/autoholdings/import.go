package main

import "github.com/urfave/cli/v3"

// importCommand brings in what a person has as a file: import WHAT FILE. Each kind is in a file of its own.
func importCommand() *cli.Command {
	return &cli.Command{
		Name:     "import",
		Usage:    "bring in what a person has as a file",
		Commands: []*cli.Command{importCollectionCommand(), importZoneCommand(), importPOLinesCommand(), importLicensesCommand()},
	}
}
