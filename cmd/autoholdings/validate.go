package main

import (
	"context"

	"github.com/urfave/cli/v3"
)

// validateCommand judges KBART files: validate FILE…
func validateCommand() *cli.Command {
	return &cli.Command{
		Name:      "validate",
		Usage:     "judge KBART files",
		ArgsUsage: "FILE…",
		Action:    func(context.Context, *cli.Command) error { return nil },
	}
}
