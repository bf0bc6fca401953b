package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"autoholdings/graph"
)

// limitFlags are the flags of the limits that an operator may want to set.
func limitFlags() (flags []cli.Flag) {
	for _, l := range graph.LimitTable {
		if l.Flag == "" {
			continue
		}
		sources := cli.EnvVars("AUTOHOLDINGS_" + strings.ToUpper(strings.ReplaceAll(l.Flag, "-", "_")))
		usage := "most " + strings.TrimPrefix(strings.Replace(l.What, "the same", "of these", 1), "the ")
		if l.Time != nil {
			flags = append(flags, &cli.DurationFlag{
				Name: l.Flag, Value: time.Duration(l.Default), Sources: sources, Usage: usage, Validator: positive[time.Duration],
			})
			continue
		}
		flag := &cli.IntFlag{Name: l.Flag, Value: int(l.Default), Sources: sources, Usage: usage, Validator: positive[int]}
		if l.Default == 0 {
			flag.Usage, flag.Validator = usage+"; 0: no limit", nil
		}
		flags = append(flags, flag)
	}
	return append(flags, &cli.BoolFlag{
		Name: "no-introspection", Sources: cli.EnvVars("AUTOHOLDINGS_NO_INTROSPECTION"),
		Usage: "do not show the schema to clients; GraphiQL then knows no fields",
	}, &cli.BoolFlag{
		Name: "no-suggestions", Sources: cli.EnvVars("AUTOHOLDINGS_NO_SUGGESTIONS"),
		Usage: "do not name the fields that a wrong name may stand for",
	})
}

func positive[N int | time.Duration](n N) error {
	if n <= 0 {
		return fmt.Errorf("%v is not more than 0", n)
	}
	return nil
}

// limitsFrom reads the flags.
func limitsFrom(c *cli.Command) (limits graph.Limits) {
	for _, l := range graph.LimitTable {
		switch {
		case l.Flag == "":
		case l.Time != nil:
			*l.Time(&limits) = c.Duration(l.Flag)
		default:
			*l.Count(&limits) = c.Int(l.Flag)
		}
	}
	limits.NoIntrospection, limits.NoSuggestions = c.Bool("no-introspection"), c.Bool("no-suggestions")
	return limits
}
