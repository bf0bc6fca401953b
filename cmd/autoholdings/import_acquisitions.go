package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/urfave/cli/v3"

	"autoholdings/holdings"
	"autoholdings/holdings/acquisitions"
	"autoholdings/internal/spreadsheet"
	"autoholdings/internal/store"
	"autoholdings/internal/words"
	"autoholdings/jobs"
)

func importPOLinesCommand() *cli.Command {
	return importCSVCommand("polines", "make, change, attach and move PO lines from a CSV file",
		"Columns, in any order: number (required), vendor, status (CLOSED and CANCELLED close the order), type, ordered_on, renews_on,\n"+
			"note, process_type, fund, price (such as 1234.50), currency (such as GBP), interval_from, interval_until, main (yes or no), and\n"+
			"the portfolio: portfolio_id, or collection (name or Community Zone number) with title_id, print_identifier, online_identifier\n"+
			"or identifier; or ordered_collection (name, Community Zone number or id) for one that is ordered as a whole. A number that is\n"+
			"there is changed in the columns that the file has; where the line names neither portfolio nor collection it stays where it is.",
		(*acquisitions.Service).ImportPOLines)
}

func importLicensesCommand() *cli.Command {
	return importCSVCommand("licenses", "make and change licenses from a CSV file",
		"Columns, in any order: code (required), name, vendor, status, type, starts_on, ends_on, note,\n"+
			"perpetual_access (yes or no), perpetual_from, perpetual_until. A code that is there is changed in the columns that the file has.",
		(*acquisitions.Service).ImportLicenses)
}

func importCSVCommand(
	name, usage, description string, load func(*acquisitions.Service, context.Context, io.Reader, bool) (acquisitions.ImportReport, error),
) *cli.Command {
	return &cli.Command{
		Name: name, Usage: usage, ArgsUsage: "FILE",
		Description: "FILE, or standard input for -, is CSV in UTF-8 with a header; comma, semicolon or TAB stands between the cells. A server " +
			"may\n" +
			"run on the data directory meanwhile.\n\n" + description + "\n\n" +
			"A line that is wrong is refused and leaves the others; the exit status is then 1. Importing the same file again does what is\n" +
			"left to do.",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "dry-run", Usage: "report what would be done, and write nothing"},
			&cli.StringFlag{
				Name: "format", Value: "text",
				Usage: "`FORMAT` of the report: text (what was refused and moved), json or tsv (every line)",
			},
			dataDirFlag, databaseFlag,
		},
		Action: func(ctx context.Context, c *cli.Command) error {
			return importFile(ctx, c, name, load)
		},
	}
}

func importFile(
	ctx context.Context, c *cli.Command, what string,
	load func(*acquisitions.Service, context.Context, io.Reader, bool) (acquisitions.ImportReport, error),
) (err error) {
	defer func() {
		if exit := exitError(0); err != nil && !errors.As(err, &exit) {
			err = fmt.Errorf("import %s: %w", what, err)
		}
	}()
	if c.Args().Len() != 1 {
		return errors.New("name the file to import, or - for standard input")
	}
	write, ok := map[string]func(io.Writer, acquisitions.ImportReport) error{
		"text": importText, "json": importJSON,
		"tsv": importTSV,
	}[c.String("format")]
	if !ok {
		return fmt.Errorf("--format %q is none of text, json, tsv", c.String("format"))
	}
	in := c.Root().Reader
	if path := c.Args().First(); path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		defer file.Close()
		in = file
	}
	s, err := store.Open(ctx, config{DataDir: c.String("data-dir"), DatabaseURL: c.String("database-url")}.database())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	report, err := load(acquisitions.New(s, holdings.New(s, jobs.Busy{})), ctx, in, c.Bool("dry-run"))
	if err == nil || len(report.Lines) > 0 { // if it broke off, what was done until then is still valid
		if c.String("format") == "tsv" { // which has no place for warnings
			writeWarnings(c.Root().ErrWriter, report)
		}
		out := bufio.NewWriter(c.Root().Writer)
		err = errors.Join(err, write(out, report), out.Flush())
	}
	if err == nil && report.Refused > 0 {
		return exitError(1)
	}
	return err
}

// writeWarnings prints the warnings about the file as a whole.
func writeWarnings(out io.Writer, report acquisitions.ImportReport) {
	for _, warning := range report.Warnings {
		fmt.Fprintln(out, "warning:", printable(warning))
	}
}

func importText(out io.Writer, report acquisitions.ImportReport) error {
	writeWarnings(out, report)
	for _, l := range report.Lines {
		if l.Action == acquisitions.LineRefused || l.Action == acquisitions.LineMoved {
			fmt.Fprintf(out, "line %d  %-8s %s  %s\n", l.Line, l.Action, printable(l.Number), printable(l.Message))
		}
	}
	done := ""
	if report.DryRun {
		done = "dry run, nothing was written: "
	}
	_, err := fmt.Fprintf(out, "%s%s: %s created, %s updated, %s attached, %s moved, %s unchanged, %s refused\n", done,
		words.Count(len(report.Lines), "line", "lines"), words.Figure(report.Created), words.Figure(report.Updated),
		words.Figure(report.Attached), words.Figure(report.Moved), words.Figure(report.Unchanged), words.Figure(report.Refused))
	return err
}

func importJSON(out io.Writer, report acquisitions.ImportReport) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(report)
}

func importTSV(out io.Writer, report acquisitions.ImportReport) error {
	text := spreadsheet.AppendCells(nil, []string{"line", "action", "number", "message"})
	for _, l := range report.Lines {
		text = spreadsheet.AppendCells(text, []string{strconv.Itoa(l.Line), l.Action, l.Number, l.Message})
	}
	_, err := out.Write(text)
	return err
}
