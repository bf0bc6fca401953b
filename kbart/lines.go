package kbart

import (
	"bytes"
	"errors"
	"io"
)

// errLineTooLong says that a line is longer than [Options.MaxLine].
var errLineTooLong = errors.New("line too long")

// lines finds the lines of a text in one buffer, which it refills and, for a long line, enlarges. Offsets count from
// the first byte that was not discarded. So a caller can look ahead over several lines and then discard none, one or
// all.
type lines struct {
	src   io.Reader
	buf   []byte
	pos   int   // start of the text that was not discarded
	end   int   // end of the text that was read
	err   error // why reading ended: io.EOF or a failure
	eol   byte  // '\n' or '\r': the byte that ends a line
	mixed int   // number of bytes from pos on in which both '\n' and '\r' end a line
}

const (
	sampleSize = 64 << 10
	bufferSize = 256 << 10
)

func newLines(src io.Reader) *lines {
	return &lines{src: src, buf: make([]byte, bufferSize), eol: '\n'}
}

// sample returns the next sampleSize bytes without discarding them, fewer at the end of the text.
func (l *lines) sample() []byte {
	for l.err == nil && l.end-l.pos < sampleSize {
		l.refill()
	}
	return l.buf[l.pos:min(l.end, l.pos+sampleSize)]
}

// find returns the offset at which the line that begins at off ends, and that of the next line. The line must end
// within limit bytes after pos. At the end of the text it returns io.EOF.
func (l *lines) find(off, limit int) (end, next int, err error) {
	seen := off
	for {
		if i := bytes.IndexByte(l.buf[l.pos+seen:l.end], l.eol); i >= 0 {
			end = seen + i
			if l.mixed > off {
				end = l.mixedEnd(off, end)
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
		l.refill()
	}
	if l.err != io.EOF {
		return 0, 0, l.err
	}
	if seen == off {
		return 0, 0, io.EOF
	}
	if l.mixed > off {
		if end = l.mixedEnd(off, seen); end < seen {
			return end, end + 1, nil
		}
	}
	return seen, seen, nil
}

// mixedEnd returns where the line ends if both bytes end lines.
func (l *lines) mixedEnd(off, end int) int {
	stop := min(end, l.mixed)
	if i := bytes.IndexByte(l.buf[l.pos+off:l.pos+stop], l.otherEOL()); i >= 0 {
		return off + i
	}
	return end
}

// otherEOL returns the one of CR and LF that does not end lines in this text.
func (l *lines) otherEOL() byte {
	if l.eol == '\n' {
		return '\r'
	}
	return '\n'
}

// bytes returns the next n bytes. They are valid until the next find.
func (l *lines) bytes(n int) []byte { return l.buf[l.pos : l.pos+n] }

// discard skips n bytes.
func (l *lines) discard(n int) {
	l.pos += n
	l.mixed = max(0, l.mixed-n)
}

// refill reads more of the text. It makes room first.
func (l *lines) refill() {
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

// sniffLineEnd finds out from a sample how lines end: by which byte, what that is called, and whether the sample has
// other line ends too.
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
