// Command skew writes an overlay for the go command by which a program's clock can be set wrong, and prints its name:
//
//	go test -overlay "$(go run ./internal/skew)" …
//
// In a program built with it, time.Now is off by the seconds in the environment variable AUTOHOLDINGS_TEST_CLOCK_SKEW.
// Timers, deadlines and the time between two calls stay right, as they do on a machine whose clock is wrong. Nothing of
// the program itself is changed for it: a process of a test then differs from the real one by its clock alone.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

func main() {
	name, err := write()
	if err != nil {
		fmt.Fprintln(os.Stderr, "skew:", err)
		os.Exit(1)
	}
	fmt.Println(name)
}

// What is changed in the standard library's time.Now, and what is added beside it.
const (
	asked  = "func Now() Time {\n\tsec, nsec, mono := runtimeNow()\n"
	skewed = asked + "\tsec += skew\n"
	added  = `package time

import "syscall"

var skew = func() int64 {
	text, _ := syscall.Getenv("AUTOHOLDINGS_TEST_CLOCK_SKEW")
	seconds, err := atoi(text)
	if err != nil {
		return 0
	}
	return int64(seconds)
}()
`
)

func write() (name string, err error) {
	root, err := exec.Command("go", "env", "GOROOT").Output() //nolint:noctx // it answers at once
	if err != nil {
		return "", fmt.Errorf("go env GOROOT: %w", err)
	}
	source := filepath.Join(strings.TrimSpace(string(root)), "src", "time")
	original, err := os.ReadFile(filepath.Join(source, "time.go")) //nolint:gosec // of the Go that is asked
	if err != nil {
		return "", err
	}
	if strings.Count(string(original), asked) != 1 {
		return "", errors.New("time.Now of this Go is written otherwise than this program knows: look at src/time/time.go, and correct it here")
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "autoholdings-skew")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	for name, text := range map[string]string{"time.go": strings.Replace(string(original), asked, skewed, 1), "skew.go": added} {
		overlay.Replace[filepath.Join(source, name)] = filepath.Join(dir, name)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return "", err
		}
	}
	text, err := json.Marshal(overlay)
	if err != nil {
		return "", err
	}
	name = filepath.Join(dir, "overlay.json")
	return name, os.WriteFile(name, text, 0o600)
}
