// Command between writes what another command prints between two marks of a Markdown file:
//
//	<!-- begin NAME -->
//	<!-- end NAME -->
//
//	between -file FILE -mark NAME -- COMMAND…
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

func main() {
	file, mark := flag.String("file", "", "the file"), flag.String("mark", "", "the name of the marks")
	flag.Parse()
	if err := write(*file, *mark, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "between:", err)
		os.Exit(1)
	}
}

func write(file, mark string, command []string) error {
	text, err := os.ReadFile(file) //nolint:gosec // G304: named by go:generate
	if err != nil {
		return err
	}
	begin, end := "<!-- begin "+mark+" -->\n", "<!-- end "+mark+" -->"
	before, rest, found := strings.Cut(string(text), begin)
	_, after, ends := strings.Cut(rest, end)
	if !found || !ends {
		return fmt.Errorf("%s has no %s and %s", file, strings.TrimSpace(begin), end)
	}
	printing := exec.Command(command[0], command[1:]...) //nolint:gosec,noctx // G204: named by go:generate, which ends it
	printing.Stderr = os.Stderr
	printed, err := printing.Output()
	if err != nil {
		return fmt.Errorf("%s: %w", strings.Join(command, " "), err)
	}
	return os.WriteFile(file, []byte(before+begin+string(printed)+end+after), 0o644) //nolint:gosec // G306: a document
}
