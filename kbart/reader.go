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

// Options say how a list is read. The zero value is good.
type Options struct {
	// Name is the file's name, for errors; "" = unknown.
	Name string
	// Findings is called with each finding, in file order, while reading; nil = findings are only counted.
	Findings func(Finding)
	// MaxLine is the size in bytes of the longest record, 1 MiB by default. A longer one is fatal.
	MaxLine int
	// MaxSize is the size in bytes of the largest text after decompression, 4 GiB by default. A larger one is fatal.
	MaxSize int64
}

const defaultMaxLine = 1 << 20

// Rows counts the rows of a list. Read = Used + SetAside + Refused.
type Rows struct {
	Read     int // non-blank lines after the header, or records where a quoted cell spans lines
	Used     int
	SetAside int // free
	Refused  int // a repeated header among them
}

// Counts are numbers of findings by severity.
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

// Summary is what reading a list came to. Of a ZIP archive it is that of all members; encoding, delimiter and phase are
// those of the last.
type Summary struct {
	Rows      Rows
	Findings  Counts // of the reader's own findings; those of Check are the caller's to count
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

	// Of the list that is being read, which is a member of an archive or the whole input:
	file    string // the member's name
	lines   *lines
	line    int // physical lines taken so far
	charset charset
	utf16   string // the encoding, where it is UTF-16
	layout  *layout
	delim   byte
	early   []early           // findings about the beginning, held until it is known to be that of a list
	data    int               // data rows of this list
	usual   int               // cells that its rows have, where most have the same number, and at least the header's
	beyond  bool              // it was said that rows are wider than the header
	marks   map[seenMark]bool // kinds of invisible characters that were reported
	record  Record
	cells   []string
	scratch []byte

	// Of the row that is being read:
	inRow     bool
	held      []early    // what was found in it
	newMarks  []seenMark // in it for the first time
	nextCells []string   // of a line after it
}

type early struct {
	rule    *Rule
	finding Finding
}

// NewReader reads a KBART list from r, in memory that does not grow with its size. See [Reader.Records] for what it
// makes of the rows.
//
// What it understands: plain text, gzip and ZIP, told by their first bytes, each text in an archive a list of its own;
// UTF-8, with or without a byte order mark, UTF-16, and Windows-1252, which is assumed of bytes that are no UTF-8;
// lines that end in LF, CRLF or CR; tabs, or semicolons or commas in their place; lines before the header; columns in
// any order, under the names of Phase I or II, aliases and added columns among them. What is unusual is a finding.
//
// A ZIP archive is read in place where r is an [io.ReaderAt] that knows its size, such as a file; otherwise it is
// spooled to a temporary file, which is removed when Records ends.
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

// Header returns what the header says. It is valid once Records has yielded or ended; of a ZIP archive it is that of
// the member being read.
func (r *Reader) Header() Header { return r.header }

// Summary returns what reading came to. It is complete once Records has ended.
func (r *Reader) Summary() Summary { return r.summary }

// Columns returns those of the 25 columns that the header had: of several lists in an archive, and of headers repeated
// in mid-file, all together. It is complete once Records has ended. [Record.Filled] tells which of them a row fills.
func (r *Reader) Columns() ColumnSet { return r.columns }

// Records yields each row after the header, those that are free or refused too, in file order. It can be called once.
// An error is yielded once, last: a [*FatalError], which refuses the whole list with the rows yielded before it, or an
// error of the underlying reader (wrapped).
//
// Every non-blank line after the header is a row and has a fate; a line with none of the 25 columns filled is blank,
// whatever added columns hold. A header that occurs again is a refused row with [ReasonRepeatedHeader]. A row is
// refused only where it has no publication_title, where nothing identifies it, or where its cells cannot be assigned to
// columns with certainty: it is longer than the header and the file's other rows by more than empty cells, it is of
// another length and has values under columns where they cannot belong, or it has quotes and makes sense neither with
// its pieces joined nor apart.
//
// There is no quoting as in CSV. Outer quotes come off a cell only if every quote between them is doubled; doubled ones
// become single; a lone quote is a character. Pieces are joined again over a delimiter only where the first piece opens
// and the last closes such a cell and the row as a whole is more plausible so: its identifiers, dates, address, type
// and access type stand in their columns. They are joined over a line break only where, besides, the next line is no
// row by itself. A tab or line break within a value becomes a blank.
//
// Blanks and invisible characters are taken off the ends of values, and values are in Unicode's normal form C; see
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

// readAll reads the one list of the input, or every list of an archive. A text in an archive that has no header, such
// as a note, is passed over, unless no other has one.
func (r *Reader) readAll(yield func(*Record, error) bool) error {
	none := error(&FatalError{Finding: ruleNoRows.finding(Finding{Message: "the archive holds no list"})})
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
	r.file, r.line, r.layout, r.data, r.early = name, 0, nil, 0, nil
	r.usual, r.beyond, r.marks = 0, false, nil
	if err := r.begin(text); err != nil {
		return err
	}
	if err := r.findHeader(); err != nil {
		return err
	}
	if err := r.readRows(yield); err != nil {
		return err
	}
	if r.data == 0 {
		return &FatalError{Finding: ruleNoRows.finding(Finding{File: r.file, Line: r.header.Line, Message: "there is no row after the header"})}
	}
	return nil
}

// begin looks at the first bytes: encoding and line ends.
func (r *Reader) begin(text io.Reader) error {
	l := newLines(text, r.options.MaxLine)
	sample := l.sample()
	var bom bool
	if r.utf16, bom = sniffUTF16(sample); r.utf16 != "" {
		text := utf16Reader(io.MultiReader(bytes.NewReader(l.buf[l.pos:l.end]), &rest{l.src, l.err}), r.utf16)
		l = newLines(text, r.options.MaxLine)
		sample = l.sample()
		r.note(ruleUTF16, Finding{Message: "the file is encoded in " + r.utf16, Value: r.utf16})
	}
	if bytes.HasPrefix(sample, []byte(byteOrderMark)) {
		l.take(len(byteOrderMark))
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

// note holds a finding until the header is found: of what is no list, that alone is said.
func (r *Reader) note(rule *Rule, f Finding) { r.early = append(r.early, early{rule, f}) }

// rest continues a source after what was read of it.
type rest struct {
	src io.Reader
	err error
}

func (r *rest) Read(p []byte) (int, error) {
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

// findHeader takes lines up to and with the header.
func (r *Reader) findHeader() error {
	sample := string(r.lines.sample())
	var before preamble
	for before.lines < maxPreamble {
		text, err := r.headerLine()
		switch {
		case err == io.EOF:
			return r.noHeader(sample, before, nil)
		case errors.Is(err, errLineTooLong):
			return r.noHeader(sample, before, err)
		case err != nil:
			return err
		case strings.TrimSpace(text) == "":
			continue
		case strings.Count(text, "\t") > maxColumns:
			return &FatalError{Finding: ruleTooManyColumns.finding(Finding{File: r.file, Line: r.line})}
		}
		if l, delim := parseHeader(text); l != nil {
			r.setHeader(l, delim, before)
			return nil
		}
		before.add(text)
	}
	return r.noHeader(sample, before, nil)
}

// preamble is what stands before the header.
type preamble struct {
	lines int      // that are not blank
	first string   // the first of them
	names []string // of the line that comes nearest to a header
}

func (p *preamble) add(text string) {
	names := splitNames(text, '\t')
	if p.lines == 0 {
		p.first = strings.TrimSpace(text)
	}
	if p.lines == 0 || newLayout(names).has(PublicationTitle) {
		p.names = names
	}
	p.lines++
}

// headerLine takes one line, as text.
func (r *Reader) headerLine() (string, error) {
	r.forceFirstLine()
	end, next, err := r.lines.find(0, r.options.MaxLine)
	if err != nil {
		return "", err
	}
	decoded, _ := r.decode(r.lines.bytes(end), r.line+1)
	text := string(decoded)
	r.lines.take(next)
	r.line++
	return text, nil
}

// forceFirstLine has both line-end bytes count up to the end of the next line: a header may end otherwise than the
// rows.
func (r *Reader) forceFirstLine() {
	if r.lines.forced > 0 {
		return
	}
	if end, _, err := r.lines.find(0, r.options.MaxLine); err == nil {
		if line := r.withoutStray(r.lines.bytes(end)); bytes.IndexByte(line, r.lines.stray()) >= 0 {
			r.lines.forced = end - 1
		}
	}
}

// withoutStray takes off a line what is the other half of its end, or of the end before it, in a CRLF.
func (r *Reader) withoutStray(line []byte) []byte {
	if r.lines.eol == '\n' {
		return bytes.TrimSuffix(line, []byte("\r"))
	}
	return bytes.TrimPrefix(line, []byte("\n"))
}

// noHeader says what a text is that has no header; a cause has precedence unless the text is known for something else.
func (r *Reader) noHeader(sample string, before preamble, cause error) error {
	f := refusal([]byte(sample), before.names)
	if cause != nil && (f.Code == ruleNoHeader.Code || f.Code == ruleNoRows.Code) {
		return cause
	}
	f.File = r.file
	return &FatalError{Finding: f}
}

func (r *Reader) setHeader(l *layout, delim byte, before preamble) {
	r.layout, r.delim = l, delim
	r.columns |= l.columns
	r.header.Names, r.header.Line = l.names, r.line
	r.header.Phase, r.header.Delimiter = l.phase(), string(delim)
	r.summary.Phase, r.summary.Delimiter = r.header.Phase, r.header.Delimiter
	r.record.layout, r.record.File = l, r.file
	for _, e := range r.early {
		r.report(e.rule, e.finding)
	}
	if before.lines > 0 {
		r.report(rulePreamble, Finding{Line: 1, Value: before.first, Message: fmt.Sprintf("%d lines stand before the header", before.lines)})
	}
	if delim != '\t' {
		r.report(ruleDelimiter, Finding{
			Line: r.line, Value: string(delim),
			Message: fmt.Sprintf("cells are delimited by %q, not by tabs", delim),
		})
	}
	judgeHeader(l, r.line, r.report)
	r.countWidth()
}

// decode returns a line in UTF-8: itself, or what the file's encoding makes of it. The first line with bytes beyond
// ASCII decides what is expected of the others; one that is otherwise is read as what it is, with a finding. A changed
// line is valid until the next call.
func (r *Reader) decode(line []byte, number int) (text []byte, changed bool) {
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
		r.report(ruleMixedEncoding, Finding{Line: number, Message: "this row is not UTF-8; what is not is read as Windows-1252"})
	case r.charset == charsetOpen:
		r.charset = charsetWestern
		r.noteEncoding()
		r.report(ruleWestern, Finding{Line: number, Message: "the file is not UTF-8; from here on it is read as Windows-1252"})
	}
	if valid {
		return line, false
	}
	return r.guess(line)
}

// guess is decode without any consequence.
func (r *Reader) guess(line []byte) (text []byte, changed bool) {
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

// memberSkipped reports a member of an archive that is no list.
func (r *Reader) memberSkipped(name, why string) {
	r.file = name
	r.report(ruleMemberSkipped, Finding{Message: fmt.Sprintf("%s was not read: %s", name, why)})
}

// failure gives an error its last form, and reports it where it is fatal.
func (r *Reader) failure(err error) error {
	// A source that fails while it is decompressed looks damaged: its own error is the cause.
	if cause := r.source.raw.err; cause != nil {
		err = cause
	}
	var fatal *FatalError
	switch {
	case errors.As(err, &fatal):
	case errors.Is(err, errTooLarge):
		fatal = &FatalError{Finding: ruleTooLarge.finding(Finding{Line: r.line + 1, Message: fmt.Sprintf(
			"the text is larger than %d bytes, or more than %d times the size it was sent in", r.options.MaxSize, maxRatio)})}
	case errors.Is(err, errLineTooLong):
		fatal = &FatalError{Finding: ruleLineTooLong.finding(Finding{Line: r.line + 1, Message: fmt.Sprintf(
			"a line is longer than %d bytes", r.options.MaxLine)})}
	case errors.Is(err, io.ErrUnexpectedEOF):
		fatal = &FatalError{Err: err, Finding: ruleTruncated.finding(Finding{Line: r.line + 1, Message: "the data ended before it should"})}
	default:
		return fmt.Errorf("kbart: reading %safter line %d: %w", named(r.options.Name, r.file), r.line, err)
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

func named(names ...string) string {
	var b strings.Builder
	for _, name := range names {
		if name != "" {
			b.WriteString(name + " ")
		}
	}
	return b.String()
}
