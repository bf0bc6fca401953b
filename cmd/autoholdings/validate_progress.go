package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// largeFile is the size in bytes from which reading takes long enough for a progress bar.
const largeFile = 8 << 20

// watchedFile is a file whose reading can be followed and stopped. It still allows random access, as ZIP needs.
type watchedFile struct {
	*os.File

	ctx context.Context          // a reader has no other way to know
	bar *progressbar.ProgressBar // nil = none
}

func (f *watchedFile) Read(p []byte) (int, error) {
	n, err := (&interruptible{ctx: f.ctx, src: f.File}).Read(p)
	f.show(n)
	return n, err
}

// ReadAt reads at a given place.
func (f *watchedFile) ReadAt(p []byte, at int64) (int, error) {
	if err := f.ctx.Err(); err != nil {
		return 0, fmt.Errorf("interrupted: %w", err)
	}
	n, err := f.File.ReadAt(p, at)
	f.show(n)
	return n, err
}

// Close closes the file and removes the bar from the screen.
func (f *watchedFile) Close() error {
	if f.bar != nil {
		_ = f.bar.Finish()
	}
	return f.File.Close()
}

func (f *watchedFile) show(n int) {
	if f.bar != nil {
		_ = f.bar.Add(n)
	}
}

func newBar(w io.Writer, size int64, name string) *progressbar.ProgressBar {
	return progressbar.NewOptions64(size,
		progressbar.OptionSetWriter(w), progressbar.OptionSetDescription(printable(name)), progressbar.OptionShowBytes(true),
		progressbar.OptionSetWidth(30), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())
}

// isTerminal reports whether a person sees the output as it is written.
func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}
