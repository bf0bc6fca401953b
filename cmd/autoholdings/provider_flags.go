package main

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"autoholdings/provider"
)

const defaultFetchTimeout = 15 * time.Minute

// providerFlags returns the flags for asking the known providers. Each has an environment variable.
func providerFlags() (flags []cli.Flag) {
	for _, p := range knownProviders() {
		flags = append(flags, flagsOf(p).request(p)...)
		if p.HasTitles() {
			flags = append(flags, flagsOf(p).titles(p)...)
		}
		flags = append(flags, flagsOf(p).limits()...)
	}
	return flags
}

// flagPrefix is the prefix of one provider's flags.
type flagPrefix string

func flagsOf(p *provider.Provider) flagPrefix { return flagPrefix(strings.ToLower(p.Short)) }

func (f flagPrefix) name(of string) string { return string(f) + "-" + of }

// variable returns a flag's environment variable.
func (f flagPrefix) variable(of string) string {
	return "AUTOHOLDINGS_" + strings.ToUpper(strings.ReplaceAll(f.name(of), "-", "_"))
}

func (f flagPrefix) env(of string) cli.ValueSourceChain { return cli.EnvVars(f.variable(of)) }

func (f flagPrefix) request(p *provider.Provider) []cli.Flag {
	placeholders := strings.Join(p.Placeholders(), " ")
	return []cli.Flag{
		&cli.StringFlag{Name: f.name("url"), Sources: f.env("url"), Usage: "base `URL` of the provider's service"},
		&cli.StringFlag{
			Name: f.name("path"), Value: p.Template.Path, Sources: f.env("path"),
			Usage: "path of a request, with the placeholders " + placeholders,
		},
		&cli.StringMapFlag{
			Name: f.name("query"), Sources: f.env("query"),
			Usage: "query of a request, `NAME=VALUE`, same placeholders" + defaultOf(p.Template.Query),
		},
		&cli.StringMapFlag{
			Name: f.name("header"), Sources: f.env("header"),
			Usage: "header of a request, `NAME=VALUE`, same placeholders" + defaultOf(p.Template.Headers),
		},
	}
}

func (f flagPrefix) titles(p *provider.Provider) []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{
			Name: f.name("titles-path"), Value: p.Titles.Path, Sources: f.env("titles-path"),
			Usage: "path of a request for the global title list, with the placeholders {content} {format}; it carries no credentials",
		},
		&cli.StringMapFlag{
			Name: f.name("titles-query"), Sources: f.env("titles-query"),
			Usage: "query of a request for the global title list, `NAME=VALUE`, same placeholders" + defaultOf(p.Titles.Query),
		},
	}
}

func (f flagPrefix) limits() []cli.Flag {
	return []cli.Flag{
		&cli.BoolFlag{
			Name: f.name("allow-insecure"), Sources: f.env("allow-insecure"),
			Usage: "allow plain HTTP and private addresses for the provider: for a mock or a mirror on this network",
		},
		&cli.StringSliceFlag{
			Name: f.name("allow-host"), Sources: f.env("allow-host"), Usage: "further `HOST` to which the provider may redirect",
		},
		&cli.Int64Flag{
			Name: f.name("max-size"), Value: 1 << 30, Sources: f.env("max-size"), Usage: "largest file accepted, in `BYTES`, unpacked",
		},
		&cli.DurationFlag{
			Name: f.name("timeout"), Value: defaultFetchTimeout, Sources: f.env("timeout"), Usage: "longest time for one transfer",
		},
		&cli.IntFlag{
			Name: f.name("attempts"), Value: 4, Sources: f.env("attempts"),
			Usage: "tries of one fetch when the provider or the network fails",
		},
	}
}

// defaultOf returns, for example, " (default: format={format})"; "" if there is no default.
func defaultOf(values map[string]string) string {
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		pairs = append(pairs, name+"="+values[name])
	}
	if len(pairs) == 0 {
		return ""
	}
	return " (default: " + strings.Join(pairs, ", ") + ")"
}
