package kbart

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"unicode/utf8"
)

// Options control how a list is read. The zero value is ready to use.
type Options struct {
	// Name is the file's name, for errors; "" = unknown.
	Name string
	// Findings is called with each finding while reading, in file order; nil = findings are only counted.
	Findings func(Finding)
	// MaxLine is the maximum length of a line in bytes, 1 MiB by default. A longer one is fatal.
	MaxLine int
	// MaxSize is the maximum size of the decompressed text in bytes, 4 GiB by default. A larger one is fatal.
	MaxSize int64
}

const defaultMaxLine = 1 << 20

// Rows counts the rows of a list. Read = Used + SetAside + Refused.
type Rows struct {
	Read     int // non-blank lines after the header, or records where a quoted cell spans lines
	Used     int
	SetAside int // free
	Refused  int // including repeated headers
}

// Counts are the numbers of findings by severity.
type Counts struct{ Fatal, Error, Warning, Info int }

// Add counts one more finding.
func (c *Counts) Add(s Severity) {
	switch s {
	case Fatal:
		c.Fatal++
	case Error:
		c.Error++
	case Warning:
		c.Warning++
	case Info:
		c.Info++
	}
}

// Summary describes a list that was read. For a ZIP archive the counts cover all members; encoding, delimiter and phase
// are those of the last one.
type Summary struct {
	Rows      Rows
	Findings  Counts // the reader's own findings; the caller counts those of Check
	Encoding  string // UTF8, UTF16LE, UTF16BE or Windows1252
	Delimiter string // "\t", ";" or ","
	Phase     string // "I" or "II"
}

// Reader reads a KBART list, as [NewReader] describes.
type Reader struct {
	options Options
	source  *source
	started bool
	header  Header
	columns ColumnSet
	summary Summary

	// State of the current list, which is the whole input or one member of an archive:
	file           string // the member's name
	lines          *lines
	line           int // physical lines read so far
	charset        charset
	utf16          string // UTF16LE or UTF16BE; "" = another encoding
	layout         *layout
	delim          byte
	headerFindings []pendingFinding // about the text before the rows; reported once a header is found
	dataRows       int
	usualWidth     int               // number of cells in most rows, at least that of the header
	reportedBeyond bool              // the finding that rows are wider than the header was made
	marks          map[seenMark]bool // invisible characters that were reported
	record         Record
	cells          []string
	scratch        []byte

	// State of the current row:
	inRow       bool
	rowFindings []pendingFinding
	newMarks    []seenMark // invisible characters that this row is the first to have
	nextCells   []string   // cells of a line after it
}

// pendingFinding is a finding that is reported later.
type pendingFinding struct {
	rule    *Rule
	finding Finding
}

// NewReader returns a reader of the KBART list in r. Its memory does not grow with the size of the list.
// [Reader.Records] describes how rows are read.
//
// It accepts:
//   - plain text, gzip and ZIP, recognized by their first bytes. Each text file in an archive is a list of its own.
//   - UTF-8 with or without a byte order mark, and UTF-16. Bytes that are not UTF-8 are read as Windows-1252.
//   - lines that end in LF, CRLF or CR.
//   - cells delimited by tabs, semicolons or commas.
//   - text before the header.
//   - columns in any order, under the names of Phase I or II or an alias, and added columns.
//
// Anything unusual is a finding.
//
// A ZIP archive is read in place if r is an [io.ReaderAt] that knows its size, such as a file. Otherwise it is spooled
// to a temporary file, which is removed when Records ends.
func NewReader(r io.Reader, o Options) *Reader {
	if o.MaxLine <= 0 {
		o.MaxLine = defaultMaxLine
	}
	if o.MaxSize <= 0 {
		o.MaxSize = defaultMaxSize
	}
	reader := &Reader{options: o}
	reader.source = &source{raw: newMeter(r), maxSize: o.MaxSize, skipped: reader.memberSkipped}
	return reader
}

// Header describes the beginning of the list. It is valid once Records has yielded a row or ended. For a ZIP archive it
// is that of the member being read.
func (r *Reader) Header() Header { return r.header }

// Summary describes the list. It is complete once Records has ended.
func (r *Reader) Summary() Summary { return r.summary }

// Columns returns the standard columns of the header. If there are several headers, because an archive has several
// lists or a header is repeated, it returns the columns of all of them. It is complete once Records has ended.
// [Record.Filled] returns the columns that one row fills.
func (r *Reader) Columns() ColumnSet { return r.columns }

// Records yields each row after the header in file order, including free and refused rows. It can be called once. An
// error is yielded once, at the end. It is a [*FatalError], which refuses the whole list including the rows yielded
// before it, or an error of the underlying reader (wrapped).
//
// Every non-blank line after the header is a row and has a fate. A line that fills none of the 25 columns is blank,
// even if added columns have values. A repeated header is a refused row with [ReasonRepeatedHeader]. Otherwise a row is
// refused only if it has no publication_title, if nothing identifies it, or if its cells cannot be assigned to columns
// with certainty. That is so in three cases:
//   - The row has more filled cells than the header and the file's other rows.
//   - It has another number of cells than the header, and values in columns where they cannot belong.
//   - It has quotes and makes no sense, whether its pieces are joined or not.
//
// There is no quoting as in CSV. Outer quotes are removed from a cell only if every quote between them is doubled.
// Doubled quotes become single ones. A lone quote is an ordinary character. Pieces are joined across a delimiter only
// if the first piece opens a quoted cell and the last one closes it, and if the row as a whole is then more plausible:
// its identifiers, dates, address, type and access type are in their columns. Pieces are joined across a line break
// only if, in addition, the next line is not a row by itself. A tab or line break within a value becomes a space.
//
// Values have no spaces or invisible characters at their ends, and are in Unicode normalization form C. See
// [Normalize].
func (r *Reader) Records() iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) {
		if r.started {
			yield(nil, errors.New("kbart: Records was called a second time; make a new Reader"))
			return
		}
		r.started = true
		if err := r.readAll(yield); err != nil && err != errStop {
			yield(nil, r.failure(err))
		}
	}
}

// readAll reads the list of the input, or every list of an archive. A text file in an archive that has no header, such
// as a note, is skipped. It is an error if no file has one.
func (r *Reader) readAll(yield func(*Record, error) bool) error {
	none := error(&FatalError{Finding: ruleNoRows.finding(Finding{Message: "the archive contains no list"})})
	lists := 0
	err := r.source.each(func(name string, text io.Reader) error {
		err := r.readList(name, text, yield)
		var fatal *FatalError
		if name != "" && errors.As(err, &fatal) && fatal.Finding.Code == ruleNoHeader.Code {
			r.memberSkipped(name, "it has no header")
			none = err
			return nil
		}
		lists++
		return err
	})
	if err == nil && lists == 0 {
		return none
	}
	return err
}

// readList reads one list: the whole input, or a member of an archive.
func (r *Reader) readList(name string, text io.Reader, yield func(*Record, error) bool) error {
	r.file, r.line, r.layout, r.dataRows, r.headerFindings = name, 0, nil, 0, nil
	r.usualWidth, r.reportedBeyond, r.marks = 0, false, nil
	if err := r.begin(text); err != nil {
		return err
	}
	if err := r.findHeader(); err != nil {
		return err
	}
	if err := r.readRows(yield); err != nil {
		return err
	}
	if r.dataRows == 0 {
		return &FatalError{Finding: ruleNoRows.finding(Finding{File: r.file, Line: r.header.Line, Message: "there is no row after the header"})}
	}
	return nil
}

// begin finds out the encoding and the line ends from the first bytes.
func (r *Reader) begin(text io.Reader) error {
	l := newLines(text)
	sample := l.sample()
	var bom bool
	if r.utf16, bom = sniffUTF16(sample); r.utf16 != "" {
		text := utf16Reader(io.MultiReader(bytes.NewReader(l.buf[l.pos:l.end]), &resumedReader{l.src, l.err}), r.utf16)
		l = newLines(text)
		sample = l.sample()
		r.note(ruleUTF16, Finding{Message: "the file is encoded in " + r.utf16, Value: r.utf16})
	}
	if bytes.HasPrefix(sample, []byte(byteOrderMark)) {
		l.discard(len(byteOrderMark))
		sample = sample[len(byteOrderMark):]
		if !bom {
			r.note(ruleByteOrderMark, Finding{})
		}
	}
	if l.err != nil && l.err != io.EOF {
		return l.err
	}
	var mixed bool
	l.eol, r.header.LineEnd, mixed = sniffLineEnd(sample)
	r.lines = l
	if r.charset = sniffCharset(sample, l.eol); r.charset == charsetWestern {
		r.note(ruleWestern, Finding{Message: "the file is not UTF-8; it is read as Windows-1252"})
	}
	if mixed {
		r.note(ruleMixedLineEnds, Finding{})
	}
	r.noteEncoding()
	return nil
}

// note keeps a finding until the header is found. If the text turns out not to be a list, that is the only finding.
func (r *Reader) note(rule *Rule, f Finding) {
	r.headerFindings = append(r.headerFindings, pendingFinding{rule, f})
}

// resumedReader goes on reading a source that may have failed already.
type resumedReader struct {
	src io.Reader
	err error
}

func (r *resumedReader) Read(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	return r.src.Read(p)
}

func (r *Reader) noteEncoding() {
	encoding := UTF8
	switch {
	case r.utf16 != "":
		encoding = r.utf16
	case r.charset == charsetWestern:
		encoding = Windows1252
	}
	r.header.Encoding, r.summary.Encoding = encoding, encoding
}

// trimOtherEOL removes the other half of a CRLF from a line: the CR before its own LF, or the LF after the CR that
// ended the line before.
func (r *Reader) trimOtherEOL(line []byte) []byte {
	if r.lines.eol == '\n' {
		return bytes.TrimSuffix(line, []byte("\r"))
	}
	return bytes.TrimPrefix(line, []byte("\n"))
}

// decode returns a line in UTF-8, without NUL characters. The first line that is not plain ASCII decides which encoding
// is expected. A line in another encoding is read in that encoding, and reported. A changed line is valid until the
// next call.
func (r *Reader) decode(line []byte, number int) (text []byte, changed bool) {
	text, changed = r.toUTF8(line, number)
	zeros := bytes.Count(text, []byte{0})
	if zeros == 0 {
		return text, changed
	}
	what := "a NUL character was left out"
	if zeros > 1 {
		what = fmt.Sprintf("%d NUL characters were left out", zeros)
	}
	if finding := (Finding{Line: number, Message: what}); r.layout == nil {
		r.note(ruleNUL, finding)
	} else {
		r.report(ruleNUL, finding)
	}
	return r.withoutNUL(text), true
}

// withoutNUL removes the NUL characters of a line.
func (r *Reader) withoutNUL(line []byte) []byte {
	kept := r.scratch[:0] // which may hold the line: no byte moves to the right
	for _, c := range line {
		if c != 0 {
			kept = append(kept, c)
		}
	}
	r.scratch = kept
	return kept
}

func (r *Reader) toUTF8(line []byte, number int) (text []byte, changed bool) {
	if r.utf16 != "" || isASCII(line) {
		return line, false
	}
	valid := utf8.Valid(line)
	switch {
	case r.layout == nil:
	case valid && r.charset == charsetWestern:
		r.report(ruleMixedEncoding, Finding{Line: number, Message: "this row is UTF-8, unlike those before it"})
	case valid:
		r.charset = charsetUTF8
	case r.charset == charsetUTF8:
		r.report(ruleMixedEncoding, Finding{Line: number, Message: "this row is not all UTF-8; the other bytes are read as Windows-1252"})
	case r.charset == charsetOpen:
		r.charset = charsetWestern
		r.noteEncoding()
		r.report(ruleWestern, Finding{Line: number, Message: "the file is not UTF-8; from here on it is read as Windows-1252"})
	}
	if valid {
		return line, false
	}
	return r.guessUTF8(line)
}

// guess decodes like decode, but reports nothing and leaves the reader's state as it is.
func (r *Reader) guess(line []byte) (text []byte) {
	text, _ = r.guessUTF8(line)
	if bytes.IndexByte(text, 0) < 0 {
		return text
	}
	return r.withoutNUL(text)
}

func (r *Reader) guessUTF8(line []byte) (text []byte, changed bool) {
	switch {
	case r.utf16 != "" || utf8.Valid(line):
		return line, false
	case r.charset == charsetUTF8:
		r.scratch = appendRepaired(r.scratch[:0], line)
	default:
		r.scratch = appendWestern(r.scratch[:0], line)
	}
	return r.scratch, true
}

// memberSkipped reports a member of an archive that is not a list.
func (r *Reader) memberSkipped(name, why string) {
	r.file = name
	r.report(ruleMemberSkipped, Finding{Message: fmt.Sprintf("%s was not read: %s", name, why)})
}

// failure turns an error into the one that Records yields, and reports it if it is fatal.
func (r *Reader) failure(err error) error {
	// If the source fails during decompression, the data looks damaged. The source's own error is the cause.
	if cause := r.source.raw.err; cause != nil {
		err = cause
	}
	var fatal *FatalError
	switch {
	case errors.As(err, &fatal):
	case errors.Is(err, errTooLarge):
		fatal = &FatalError{Finding: ruleTooLarge.finding(Finding{Line: r.line + 1, Message: fmt.Sprintf(
			"the text is larger than %d bytes, or more than %d times its compressed size", r.options.MaxSize, maxRatio)})}
	case errors.Is(err, errLineTooLong):
		fatal = &FatalError{Finding: ruleLineTooLong.finding(Finding{Line: r.line + 1, Message: fmt.Sprintf(
			"a line is longer than %d bytes", r.options.MaxLine)})}
	case errors.Is(err, io.ErrUnexpectedEOF):
		fatal = &FatalError{Err: err, Finding: ruleTruncated.finding(Finding{Line: r.line + 1, Message: "the data ended before it should"})}
	default:
		return fmt.Errorf("kbart: reading %safter line %d: %w", nameList(r.options.Name, r.file), r.line, err)
	}
	if fatal.Finding.File == "" {
		fatal.Finding.File = r.file
	}
	if fatal.Finding.Code == ruleTruncated.Code && r.line > 0 {
		fatal.Finding.Line = r.line + 1
	}
	r.summary.Findings.Fatal++
	if r.options.Findings != nil {
		r.options.Findings(fatal.Finding)
	}
	return fatal
}

func nameList(names ...string) string {
	var b strings.Builder
	for _, name := range names {
		if name != "" {
			b.WriteString(name + " ")
		}
	}
	return b.String()
}
