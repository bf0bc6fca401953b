package main

import "github.com/urfave/cli/v3"

// importCommand brings in what a library keeps elsewhere: import WHAT FILE.
func importCommand() *cli.Command {
	return &cli.Command{
		Name:     "import",
		Usage:    "bring in what is kept elsewhere",
		Commands: []*cli.Command{importPOLinesCommand(), importLicensesCommand()},
	}
}
