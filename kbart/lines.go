package kbart

import (
	"bytes"
	"errors"
	"io"
)

// errLineTooLong says that a line is longer than a record may be.
var errLineTooLong = errors.New("line too long")

// lines finds the lines of a text in one buffer, which it refills and, for a long line, enlarges. Positions are
// relative to the beginning of what is not yet taken, so that a caller can look ahead over several lines and then take
// none, one or all.
type lines struct {
	src    io.Reader
	buf    []byte
	pos    int   // beginning of what is not yet taken
	end    int   // end of what was read
	err    error // why reading ended: io.EOF or a failure
	eol    byte  // '\n' or '\r': the byte that ends a line
	forced int   // so many bytes from pos on, the other of the two ends a line as well
	max    int   // bytes of the longest line
}

const (
	sampleSize = 64 << 10
	bufferSize = 256 << 10
)

func newLines(src io.Reader, max int) *lines {
	return &lines{src: src, buf: make([]byte, bufferSize), eol: '\n', max: max}
}

// sample returns the beginning of the text, without taking it: up to sampleSize bytes, less at the text's end.
func (l *lines) sample() []byte {
	for l.err == nil && l.end-l.pos < sampleSize {
		l.fill()
	}
	return l.buf[l.pos:min(l.end, l.pos+sampleSize)]
}

// find returns where the line that begins at offset off ends, and where the one after it begins. limit is the most
// bytes that may lie between pos and the line's end. At the text's end it returns io.EOF and no line.
func (l *lines) find(off, limit int) (end, next int, err error) {
	seen := off
	for {
		if i := bytes.IndexByte(l.buf[l.pos+seen:l.end], l.eol); i >= 0 {
			end = seen + i
			if l.forced > off {
				end = l.forcedEnd(off, end)
			}
			if end > limit {
				return 0, 0, errLineTooLong
			}
			return end, end + 1, nil
		}
		seen = l.end - l.pos
		if seen > limit {
			return 0, 0, errLineTooLong
		}
		if l.err != nil {
			break
		}
		l.fill()
	}
	if l.err != io.EOF {
		return 0, 0, l.err
	}
	if seen == off {
		return 0, 0, io.EOF
	}
	if l.forced > off {
		if end = l.forcedEnd(off, seen); end < seen {
			return end, end + 1, nil
		}
	}
	return seen, seen, nil
}

// forcedEnd returns where the line ends if the other line-end byte counts too.
func (l *lines) forcedEnd(off, end int) int {
	stop := min(end, l.forced)
	if i := bytes.IndexByte(l.buf[l.pos+off:l.pos+stop], l.stray()); i >= 0 {
		return off + i
	}
	return end
}

// stray returns the line-end byte that does not end lines in this text.
func (l *lines) stray() byte {
	if l.eol == '\n' {
		return '\r'
	}
	return '\n'
}

// bytes returns what lies between two offsets. It is valid until the next find.
func (l *lines) bytes(n int) []byte { return l.buf[l.pos : l.pos+n] }

// take passes over n bytes.
func (l *lines) take(n int) {
	l.pos += n
	l.forced = max(0, l.forced-n)
}

// fill reads once more, first making room.
func (l *lines) fill() {
	if l.pos > 0 && l.end == len(l.buf) {
		copy(l.buf, l.buf[l.pos:l.end])
		l.end -= l.pos
		l.pos = 0
	}
	if l.end == len(l.buf) {
		l.buf = append(l.buf, make([]byte, len(l.buf))...)
	}
	for range 100 {
		n, err := l.src.Read(l.buf[l.end:])
		l.end += n
		if err != nil {
			l.err = err
			return
		}
		if n > 0 {
			return
		}
	}
	l.err = io.ErrNoProgress
}

// sniffLineEnd tells how lines end from a sample: the byte that ends them, the name of the practice, and whether there
// are several practices in it.
func sniffLineEnd(sample []byte) (eol byte, name string, mixed bool) {
	crlf := bytes.Count(sample, []byte("\r\n"))
	lf := bytes.Count(sample, []byte("\n")) - crlf
	cr := bytes.Count(sample, []byte("\r")) - crlf
	if bytes.HasSuffix(sample, []byte("\r")) && crlf > 0 {
		cr-- // its other half may follow
	}
	switch {
	case cr > lf+crlf:
		return '\r', "CR", lf+crlf > 0
	case crlf > lf:
		return '\n', "CRLF", lf+cr > 0
	}
	return '\n', "LF", crlf > 0 || cr > 0
}
