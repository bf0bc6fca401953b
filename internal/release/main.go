// Command release writes what goes with a release:
//
//	release notice            the licenses of all that is in the program, for NOTICE
//	release sbom BINARY VERSION COMMIT DATE
//	                          what a binary was made of, as CycloneDX JSON
//
// Both go by the module graph and the module cache, and need no network.
package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
)

//go:generate go run . -o ../../NOTICE notice

func main() {
	args, file := os.Args[1:], ""
	if len(args) > 1 && args[0] == "-o" {
		file, args = args[1], args[2:]
	}
	if err := run(args, file); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

func run(args []string, file string) error {
	var out bytes.Buffer
	var err error
	switch {
	case len(args) == 1 && args[0] == "notice":
		err = writeNotice(&out)
	case len(args) == 5 && args[0] == "sbom":
		err = writeBillOfMaterials(&out, args[1], released{args[2], args[3], args[4]})
	default:
		err = fmt.Errorf("say notice, or sbom BINARY VERSION COMMIT DATE, with -o FILE in front to write a file")
	}
	if err != nil {
		return err
	}
	if file == "" {
		_, err = io.Copy(os.Stdout, &out)
		return err
	}
	return os.WriteFile(file, out.Bytes(), 0o644) //nolint:gosec // G306: for everybody
}
