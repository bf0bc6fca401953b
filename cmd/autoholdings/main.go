// Command autoholdings keeps a library's electronic holdings in step with what its provider entitles it to. See the
// README, and `autoholdings help`.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	_ "time/tzdata" // schedules need the time zones, which a bare machine may lack
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args, os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(exitCode(err, os.Stderr))
}

// run executes one command line. It is the whole program except for the process itself, so tests can call it.
func run(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) error {
	root := newCommand(in, out, errOut)
	said, err := understand(root, args[1:])
	if err != nil {
		return err
	}
	return said.explain(root.Run(ctx, args))
}

// exitError ends the program with its own exit code. Everything has already been printed.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// exitUsage is the exit status where the command line, or what is set elsewhere, cannot be understood.
const exitUsage = 2

// exitCode returns the program's exit status: 0 for success and for being told to stop, 1 for failure, 2 where nothing was
// done because nobody could say what was meant, or what the error asks for.
func exitCode(err error, errOut io.Writer) int {
	var exit exitError
	var usage *usageError
	switch {
	case err == nil, errors.Is(err, context.Canceled):
		return 0
	case errors.As(err, &exit):
		return int(exit)
	default:
		lines := strings.Split(err.Error(), "\n") // several errors
		for i, line := range lines {
			lines[i] = printable(line)
		}
		fmt.Fprintln(errOut, "autoholdings:", strings.Join(lines, "\n"))
		if errors.As(err, &usage) {
			return exitUsage
		}
		return 1
	}
}
