// Command inturn changes the code that gqlgen generates so that the items of a list are marshalled one after the other: gqlgen
// has no setting for that. `go generate` runs it after gqlgen.
package main

import (
	"bytes"
	"fmt"
	"os"
)

func main() {
	if err := change(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "inturn:", err)
		os.Exit(1)
	}
}

func change(path string) error {
	code, err := os.ReadFile(path) //nolint:gosec // G304: named by go:generate
	if err != nil {
		return err
	}
	changed := bytes.ReplaceAll(code, []byte("graphql.MarshalSliceConcurrently("), []byte("marshalSlice("))
	if bytes.Equal(changed, code) {
		return fmt.Errorf("%s has no graphql.MarshalSliceConcurrently: gqlgen marshals lists in another way now", path)
	}
	return os.WriteFile(path, changed, 0o600) //nolint:gosec // G703: the same
}
