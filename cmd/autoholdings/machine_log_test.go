package main

import (
	"strings"
	"testing"
	"time"
)

// line is the first line in which all words are; "": none.
func (b *safeBuffer) line(words ...string) string {
lines:
	for line := range strings.Lines(b.String()) {
		for _, word := range words {
			if !strings.Contains(line, word) {
				continue lines
			}
		}
		return line
	}
	return ""
}

// await waits until there is a line in which all words are, and returns it.
func (b *safeBuffer) await(t testing.TB, words ...string) string {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); <-tick.C {
		if line := b.line(words...); line != "" {
			return line
		}
	}
	t.Fatalf("no line has %q:\n%s", words, b.String())
	return ""
}
