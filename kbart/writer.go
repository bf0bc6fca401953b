package kbart

import (
	"bufio"
	"io"
	"strings"
)

// WriterOptions say how a list is written. The zero value is good.
type WriterOptions struct {
	CRLF     bool          // lines end in CRLF, not LF
	Findings func(Finding) // called for each value that had to be changed; nil = no one asks
}

// Writer writes a KBART list of Phase II.
type Writer struct {
	w       *bufio.Writer
	options WriterOptions
	started bool
}

// NewWriter writes a list to w. The header goes out before the first row, or on Flush where there is none.
func NewWriter(w io.Writer, o WriterOptions) *Writer {
	return &Writer{w: bufio.NewWriter(w), options: o}
}

// WriteRow writes one row: the values of the 25 columns in order.
func (w *Writer) WriteRow(cells *[NumColumns]string) error {
	w.start()
	return w.line(cells)
}

// Flush writes what is still held.
func (w *Writer) Flush() error {
	w.start()
	return w.w.Flush()
}

func (w *Writer) start() {
	if !w.started {
		w.started = true
		_ = w.line(&columnNames)
	}
}

func (w *Writer) line(cells *[NumColumns]string) error {
	_, err := w.w.WriteString(strings.Join(cells[:], "\t") + "\n")
	return err
}
