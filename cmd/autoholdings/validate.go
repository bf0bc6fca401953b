package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"github.com/urfave/cli/v3"

	"autoholdings/kbart"
)

// The exit status of validate says what was found.
const (
	exitClean      = 0
	exitFindings   = 1 // findings of severity error or fatal
	exitUnreadable = 2 // a file could not be read, or the command line is wrong
)

// validateCommand checks KBART files: validate FILE…
func validateCommand() *cli.Command {
	return &cli.Command{
		Name:      "validate",
		Usage:     "judge KBART files by the standard and by what goes wrong in practice",
		ArgsUsage: "FILE…",
		Description: "Reads each FILE, plain, gzip or ZIP, or standard input for -, and says what is wrong with it, where, and what to do.\n" +
			"docs/kbart-rules.md describes each rule. The exit status is 0 where nothing is wrong, 1 where a finding has the\n" +
			"severity error or fatal, 2 where a file could not be read.",
		Flags: []cli.Flag{
			&cli.StringFlag{
				Name: "format", Value: "text", Sources: cli.EnvVars("AUTOHOLDINGS_VALIDATE_FORMAT"),
				Usage: "`FORMAT` of the findings: text (grouped by rule), json or tsv (one line for each finding)",
			},
			&cli.BoolFlag{Name: "summary", Usage: "one line for each file, not its findings"},
			&cli.StringFlag{
				Name: "profile", Value: kbart.Lenient.String(), Sources: cli.EnvVars("AUTOHOLDINGS_VALIDATE_PROFILE"),
				Usage: "the yardstick, `NAME`: lenient (what a library can load) or strict (what the standard asks of a publisher)",
			},
		},
		Action: validateFiles,
	}
}

func validateFiles(ctx context.Context, c *cli.Command) error {
	root := c.Root()
	v, err := newFileValidator(c, root)
	if err != nil {
		fmt.Fprintln(root.ErrWriter, "autoholdings validate:", err)
		return exitError(exitUnreadable)
	}
	// The data kept for comparing rows has no pointers, so frequent garbage collection costs almost nothing and keeps
	// memory close to what is in use.
	defer debug.SetGCPercent(debug.SetGCPercent(10))
	status := exitClean
	for _, name := range c.Args().Slice() {
		one, err := v.validate(ctx, name)
		if err != nil {
			return err
		}
		status = max(status, one)
	}
	if status != exitClean {
		return exitError(status)
	}
	return nil
}

// fileValidator checks files and writes what was found.
type fileValidator struct {
	in      io.Reader
	out     *bufio.Writer
	errOut  io.Writer
	output  findingsOutput
	profile kbart.Profile
	bars    bool // show progress on errOut
}

func newFileValidator(c, root *cli.Command) (*fileValidator, error) {
	if c.Args().Len() == 0 {
		return nil, errors.New("name the files to judge, or - for standard input")
	}
	profile, err := kbart.ParseProfile(c.String("profile"))
	if err != nil {
		return nil, fmt.Errorf("--profile: %w", err)
	}
	out := bufio.NewWriterSize(root.Writer, 64<<10)
	format := strings.ToLower(c.String("format"))
	output, err := newFindingsOutput(format, c.Bool("summary"), out, paletteFor(isTerminal(root.Writer), os.Getenv))
	if err != nil {
		return nil, fmt.Errorf("--format: %w", err)
	}
	// A bar and lines of output on one screen would collide.
	streams := format != "text" && !c.Bool("summary") && isTerminal(root.Writer)
	return &fileValidator{
		in: root.Reader, out: out, errOut: root.ErrWriter, output: output, profile: profile,
		bars: isTerminal(root.ErrWriter) && !streams,
	}, nil
}

// validate checks one file and returns the exit status for it. The error is a write error.
func (v *fileValidator) validate(ctx context.Context, name string) (status int, err error) {
	summary, judgeErr := v.judge(ctx, name)
	judged := judgedFile{Name: name, Summary: summary}
	var fatal *kbart.FatalError
	switch {
	case judgeErr != nil && !errors.As(judgeErr, &fatal):
		judged.Err = judgeErr
		status = exitUnreadable
		fmt.Fprintf(v.errOut, "autoholdings validate: %s: %v\n", printable(name), judgeErr)
	case summary.Findings.Fatal > 0 || summary.Findings.Error > 0:
		status = exitFindings
	}
	v.output.end(judged)
	if err := v.out.Flush(); err != nil {
		return 0, fmt.Errorf("writing the findings: %w", err)
	}
	return status, nil
}

func (v *fileValidator) judge(ctx context.Context, name string) (kbart.Summary, error) {
	options := kbart.ValidateOptions{
		Profile:  v.profile,
		Findings: func(f kbart.Finding) { v.output.finding(name, f) },
	}
	if name == "-" {
		return kbart.Validate(&interruptible{ctx: ctx, src: v.in}, options)
	}
	file, err := v.open(ctx, name)
	if err != nil {
		return kbart.Summary{}, err
	}
	defer file.Close()
	options.Name = filepath.Base(name)
	return kbart.Validate(file, options)
}

func (v *fileValidator) open(ctx context.Context, name string) (*watchedFile, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, unwrapPath(err)
	}
	info, err := file.Stat()
	if err == nil && info.IsDir() {
		err = errors.New("this is a folder; name the files in it")
	}
	if err != nil {
		_ = file.Close()
		return nil, unwrapPath(err)
	}
	watched := &watchedFile{File: file, ctx: ctx}
	if v.bars && info.Size() >= largeFile {
		watched.bar = newBar(v.errOut, info.Size(), filepath.Base(name))
	}
	return watched, nil
}

// unwrapPath removes the path from an error that is shown with it.
func unwrapPath(err error) error {
	var pathErr *os.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err
	}
	return err
}

// interruptible ends with the context's error when the program is told to stop.
type interruptible struct {
	ctx context.Context // a reader has no other way to know
	src io.Reader
}

func (r *interruptible) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, fmt.Errorf("interrupted: %w", err)
	}
	return r.src.Read(p)
}
