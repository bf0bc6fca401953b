package main

import (
	"github.com/urfave/cli/v3"
)

// importers are what can be imported, each in a file of its own.
var importers = []func() *cli.Command{importZoneCommand}

func importCommand() *cli.Command {
	c := &cli.Command{Name: "import", Usage: "bring in what a person has as a file"}
	for _, importer := range importers {
		c.Commands = append(c.Commands, importer())
	}
	return c
}
