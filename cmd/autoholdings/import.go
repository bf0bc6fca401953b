package main

import "github.com/urfave/cli/v3"

// importCommand imports a person's file: import WHAT FILE. Each kind has its own file here.
func importCommand() *cli.Command {
	return &cli.Command{
		Name:  "import",
		Usage: "bring in what a person has as a file",
		Commands: []*cli.Command{
			importCollectionCommand(), importZoneCommand(), importPOLinesCommand(), importLicensesCommand(), importAlmaCommand(),
		},
	}
}
