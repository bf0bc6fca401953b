package main

import (
	"context"
	"io"
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

// startWorker runs the command worker in this process until the test ends.
func startWorker(t testing.TB, log io.Writer, args ...string) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- run(ctx, append([]string{"autoholdings", "worker"}, args...), strings.NewReader(""), io.Discard, log)
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("worker: %v", err)
		}
	})
}
