package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"github.com/urfave/cli/v3"

	"autoholdings/holdings/plan"
	"autoholdings/internal/spreadsheet"
	"autoholdings/internal/words"
	"autoholdings/kbart"
)

func diffCommand() *cli.Command {
	return &cli.Command{
		Name:      "diff",
		Usage:     "tell what a sync would do, from two KBART files alone",
		ArgsUsage: "OLD NEW",
		Description: "OLD stands for the holdings, NEW for the provider's next file. Nothing is written, and no database is needed.\n" +
			"/dev/null as OLD stands for empty holdings. JSON begins with the counts; TSV has a line for each change.",
		Flags: []cli.Flag{&cli.StringFlag{Name: "format", Value: "text", Usage: "text, json or tsv"}},
		Action: func(ctx context.Context, c *cli.Command) error {
			if c.Args().Len() != 2 {
				return errors.New("diff: name two files, OLD and NEW")
			}
			out := bufio.NewWriter(c.Root().Writer)
			err := diff(ctx, c.Args().Get(0), c.Args().Get(1), c.String("format"), out)
			return errors.Join(err, out.Flush())
		},
	}
}

func diff(ctx context.Context, before, after, format string, out io.Writer) error {
	writers := map[string]func(io.Writer, plan.Counts, []plan.Change) error{"text": diffText, "json": diffJSON, "tsv": diffTSV}
	write, ok := writers[format]
	if !ok {
		return fmt.Errorf("diff: --format %q is none of text, json, tsv", format)
	}
	var reading lastRead
	var old plan.Source
	if before != os.DevNull {
		old = reading.source("OLD", before)
	}
	var changes []plan.Change
	counts, err := plan.Diff(ctx, old, reading.source("NEW", after), func(kbart.Finding) {}, func(c plan.Change) error {
		changes = append(changes, c)
		return nil
	})
	if err != nil {
		return reading.explain(err, before, after)
	}
	return write(out, counts, changes)
}

// lastRead remembers which of the two files is being read, to name it in an error.
type lastRead struct {
	name   string
	failed bool // the file could not be opened or read
}

func (r *lastRead) source(which, path string) plan.Source {
	source := fileSource(path)
	open := source.Open
	source.Open = func() (io.ReadCloser, error) {
		r.name = which + " (" + path + ")"
		file, err := open()
		if err != nil {
			r.failed = true
			return nil, unwrapPath(err)
		}
		return &watchedRead{file, r}, nil
	}
	return source
}

// explain says which file an error is about, or names both if it is about neither.
func (r *lastRead) explain(err error, before, after string) error {
	var fatal *kbart.FatalError
	if r.failed || errors.As(err, &fatal) {
		return fmt.Errorf("diff: the file %s cannot be read: %w", r.name, err)
	}
	return fmt.Errorf("diff %s %s: %w", before, after, err)
}

// watchedRead records that reading failed.
type watchedRead struct {
	io.ReadCloser
	last *lastRead
}

func (w *watchedRead) Read(p []byte) (int, error) {
	n, err := w.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		w.last.failed = true
	}
	return n, err
}

// fileSource returns a list on disk.
func fileSource(path string) plan.Source {
	return plan.Source{Name: filepath.Base(path), Open: func() (io.ReadCloser, error) { return os.Open(path) }}
}

func diffJSON(out io.Writer, counts plan.Counts, changes []plan.Change) error {
	if counts.Fields == nil {
		counts.Fields = []plan.FieldCount{}
	}
	if changes == nil {
		changes = []plan.Change{}
	}
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(struct {
		Counts  plan.Counts   `json:"counts"`
		Changes []plan.Change `json:"changes"`
	}{counts, changes})
}

func diffTSV(out io.Writer, _ plan.Counts, changes []plan.Change) error {
	text := spreadsheet.AppendCells(nil, []string{
		"action", "field", "title", "title_id", "print_identifier", "online_identifier", "old",
		"new", "line",
	})
	for _, c := range changes {
		line := ""
		if c.Line > 0 {
			line = strconv.Itoa(c.Line)
		}
		if _, err := out.Write(text); err != nil {
			return err
		}
		text = spreadsheet.AppendCells(text[:0], []string{
			string(c.Action), c.Field, c.Title, c.TitleID, c.PrintIdentifier, c.OnlineIdentifier, c.Old, c.New, line,
		})
	}
	_, err := out.Write(text)
	return err
}

func diffText(out io.Writer, counts plan.Counts, changes []plan.Change) error {
	fmt.Fprintf(out, "%s, %s: %s added, %s removed, %s updated, %s unchanged; %s, %s refused, %s ambiguous\n",
		words.Count(counts.Rows, "row", "rows"), words.Count(counts.Titles, "title", "titles"), words.Figure(counts.Added),
		words.Figure(counts.Removed), words.Figure(counts.Updated), words.Figure(counts.Unchanged),
		words.Count(counts.Free, "free row", "free rows"), words.Count(counts.Invalid, "row", "rows"), words.Figure(counts.Ambiguous))
	for _, f := range counts.Fields {
		fmt.Fprintf(out, "  %-34s %s\n", f.Name, words.Count(f.Titles, "title", "titles"))
	}
	for _, c := range changes {
		view := changeView{
			Action: string(c.Action), Title: c.Title, TitleID: &c.TitleID, PrintIdentifier: &c.PrintIdentifier,
			OnlineIdentifier: &c.OnlineIdentifier,
		}
		if c.Field != "" {
			view.Field = &c.Field
		}
		if c.Old != "" || c.New != "" {
			view.OldValue, view.NewValue = &c.Old, &c.New
		}
		if _, err := fmt.Fprintln(out, printable(view.String())); err != nil { // a title must not control the terminal
			return err
		}
	}
	return nil
}
