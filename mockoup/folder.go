package mockoup

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"autoholdings/kbart"
)

// folder serves the dated lists of a folder. Files are read when a release is first asked for, and again, row by row,
// each time their rows have to be taken apart; none is held.
type folder struct {
	dir   string
	dates []time.Time
	files map[time.Time][]*listFile // in name order
	log   *slog.Logger
}

// openFolder finds the lists of a folder; it does not read them yet.
func openFolder(dir string, log *slog.Logger) (*folder, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("mockoup: the folder of lists cannot be read: %w; name one that exists", err)
	}
	f := &folder{dir: dir, files: map[time.Time][]*listFile{}, log: log}
	for _, entry := range entries { // in name order
		if entry.IsDir() || !isListName(entry.Name()) {
			log.Info("file passed over: not .txt, .tsv or either with .gz", "name", entry.Name())
			continue
		}
		date, ok := kbart.ParseFileDate(entry.Name())
		if !ok {
			log.Warn("file passed over: no date (YYYY-MM-DD or YYYYMMDD) in its name", "name", entry.Name())
			continue
		}
		f.files[date] = append(f.files[date], &listFile{path: filepath.Join(dir, entry.Name()), name: entry.Name()})
	}
	if len(f.files) == 0 {
		return nil, fmt.Errorf("mockoup: %s holds no list with a date in its name; name a folder with files such as "+
			"Provider_Region_Package_2016-07-08.txt", dir)
	}
	f.dates = slices.SortedFunc(maps.Keys(f.files), time.Time.Compare)
	return f, nil
}

func isListName(name string) bool {
	ext := strings.ToLower(filepath.Ext(unpackedName(name)))
	return ext == ".txt" || ext == ".tsv"
}

// unpackedName is a file's name without .gz.
func unpackedName(name string) string {
	if isGzip(name) {
		return name[:len(name)-len(".gz")]
	}
	return name
}

func isGzip(name string) bool { return strings.EqualFold(filepath.Ext(name), ".gz") }

func (f *folder) releases() []time.Time { return f.dates }

// edition joins the rows of one type of all files of a date.
func (f *folder) edition(release int, content string) (edition, error) {
	date := f.dates[release]
	e := &joined{content: content, date: date}
	for _, file := range f.files[date] {
		facts, err := file.facts(f.log)
		if err != nil {
			return nil, err
		}
		if facts.rows[content] > 0 {
			e.files = append(e.files, file)
			e.scans = append(e.scans, facts)
		}
	}
	return e, nil
}

// joined is one content type of one release of a folder.
type joined struct {
	content string
	date    time.Time
	files   []*listFile // those with rows of the type
	scans   []*scan     // theirs
}

// single returns the one file that is this edition, or nil.
func (e *joined) single() *listFile {
	if len(e.files) == 1 && len(e.scans[0].rows) == 1 {
		return e.files[0]
	}
	return nil
}

func (e *joined) name() string {
	if file := e.single(); file != nil {
		return unpackedName(file.name)
	}
	return listName(e.content, e.date)
}

func (e *joined) tag() string {
	parts := []string{"folder-1", e.content}
	for _, facts := range e.scans {
		parts = append(parts, facts.sum)
	}
	return strings.Join(parts, " ")
}

func (e *joined) empty() bool { return len(e.files) == 0 }

func (e *joined) ascii() bool {
	return !slices.ContainsFunc(e.scans, func(s *scan) bool { return !s.ascii })
}

func (e *joined) original() *originalFile {
	file := e.single()
	if file == nil {
		return nil
	}
	original := &originalFile{path: file.path, size: e.scans[0].size, packed: Plain}
	if isGzip(file.name) {
		original.packed = Gzip
	}
	return original
}

func (e *joined) writeTo(w io.Writer, v view) error {
	if file := e.single(); file != nil && v.whole() {
		return file.copyTo(w)
	}
	out := newJoin(w, e, v)
	for i, file := range e.files {
		if err := out.rowsOf(file, e.scans[i]); err != nil {
			return err
		}
	}
	return out.flush()
}

// listFile is a file of the folder.
type listFile struct {
	path, name string

	once sync.Once
	scan *scan
	err  error
}

// scan is what reading a file once tells about it.
type scan struct {
	rows    map[string]int // by content type; types without rows are absent
	leading string         // the content type of rows before the first that tells its own
	names   []string       // of the columns, as written, in file order
	lineEnd string
	ascii   bool
	size    int64  // in bytes, as it lies there
	sum     string // SHA-256 of the text
}

// facts reads the file, the first time. A file that is no list is told from one without rows: a client is to see it as
// it is, as journals, for nothing in it says otherwise.
func (f *listFile) facts(log *slog.Logger) (*scan, error) {
	f.once.Do(func() {
		f.scan, f.err = f.read()
		var unusable *kbart.FatalError
		switch {
		case errors.As(f.err, &unusable) && unusable.Finding.Code == codeNoRows:
			log.Warn("file has no rows and is not served", "name", f.name, "err", f.err)
			f.err = nil
		case errors.As(f.err, &unusable):
			log.Warn("file is not a whole list, and is served as it is", "name", f.name, "err", f.err)
			if f.err = nil; len(f.scan.rows) == 0 {
				f.scan.rows[Journals] = 1
			}
		case f.err != nil:
			f.err = fmt.Errorf("mockoup: %s cannot be read: %w", f.path, f.err)
		}
	})
	return f.scan, f.err
}

// codeNoRows is kbart's code for a list without a row.
const codeNoRows = "no-rows"

func (f *listFile) read() (*scan, error) {
	facts := &scan{rows: map[string]int{}, ascii: true}
	info, err := os.Stat(f.path)
	if err != nil {
		return facts, err
	}
	facts.size = info.Size()
	text, err := f.open()
	if err != nil {
		return facts, err
	}
	defer func() { _ = text.Close() }()

	sum := sha256.New()
	observed := io.TeeReader(text, io.MultiWriter(sum, asciiCheck{&facts.ascii}))
	rows := kbart.NewReader(observed, kbart.Options{Name: f.name})
	untold, last := 0, ""
	for rec, rowErr := range rows.Records() {
		if rowErr != nil {
			err = rowErr
			break
		}
		if rec.Reason == kbart.ReasonRepeatedHeader {
			continue
		}
		if last = contentOf(rec, last); last == "" {
			untold++
		} else {
			facts.rows[last]++
		}
	}
	facts.leading = Journals
	if facts.rows[Books] > facts.rows[Journals] {
		facts.leading = Books
	}
	if untold > 0 {
		facts.rows[facts.leading] += untold
	}
	facts.names, facts.lineEnd = slices.Clone(rows.Header().Names), rows.Header().LineEnd
	if err == nil {
		_, err = io.Copy(io.Discard, observed)
	}
	facts.sum = hex.EncodeToString(sum.Sum(nil))
	return facts, err
}

// contentOf judges a row: by its publication_type, else by the kind of its identifiers. A row that tells nothing
// belongs with the one before it.
func contentOf(rec *kbart.Record, before string) string {
	switch rec.Type() {
	case kbart.Monograph:
		return Books
	case kbart.Serial:
		return Journals
	}
	return before
}

// asciiCheck notes whether anything else was written to it.
type asciiCheck struct{ ascii *bool }

func (c asciiCheck) Write(p []byte) (int, error) {
	if *c.ascii && bytes.ContainsFunc(p, func(r rune) bool { return r > 127 }) {
		*c.ascii = false
	}
	return len(p), nil
}

// open opens the text of the file, unpacked.
func (f *listFile) open() (io.ReadCloser, error) {
	file, err := os.Open(f.path)
	if err != nil || !isGzip(f.name) {
		return file, err
	}
	text, err := gzip.NewReader(bufio.NewReader(file))
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return struct {
		io.Reader
		io.Closer
	}{text, file}, nil
}

func (f *listFile) copyTo(w io.Writer) error {
	text, err := f.open()
	if err != nil {
		return err
	}
	defer func() { _ = text.Close() }()
	_, err = io.Copy(w, text)
	return err
}

// rows yields the rows of one content type, and repeated headers. An error ends them.
func (f *listFile) rows(content string, facts *scan) iter.Seq2[*kbart.Record, error] {
	return func(yield func(*kbart.Record, error) bool) {
		text, err := f.open()
		if err != nil {
			yield(nil, err)
			return
		}
		defer func() { _ = text.Close() }()
		last := facts.leading
		for rec, err := range kbart.NewReader(text, kbart.Options{Name: f.name}).Records() {
			if err != nil {
				yield(nil, err)
				return
			}
			header := rec.Reason == kbart.ReasonRepeatedHeader
			if !header {
				last = contentOf(rec, last)
			}
			if (header || last == content) && !yield(rec, nil) {
				return
			}
		}
	}
}

// join writes the rows of several files under one header, each with the values it had.
type join struct {
	w       *bufio.Writer
	view    view
	content string
	columns []joinedColumn
	same    bool // all files have these columns in this order
	lineEnd string
	cells   []string
	halves  map[string]bool // under half: whether a title stays
}

// joinedColumn is one of the 25, or another by its name.
type joinedColumn struct {
	name  string
	known bool
	kbart.Column
}

func newJoin(w io.Writer, e *joined, v view) *join {
	j := &join{w: bufio.NewWriterSize(w, 64<<10), view: v, content: e.content, lineEnd: "\r\n", halves: map[string]bool{}}
	if len(e.scans) > 0 {
		ends := map[string]string{"LF": "\n", "CR": "\r"}
		j.lineEnd = cmp.Or(ends[e.scans[0].lineEnd], "\r\n")
	}
	j.columns, j.same = jointColumns(e.scans)
	var header []string
	for _, column := range j.columns {
		header = append(header, column.name)
	}
	if v.extraColumn {
		header = append(header, extraColumnName)
	}
	_ = j.line(header) // the writer keeps the error for the first row
	return j
}

// jointColumns is the common header of files: theirs where they agree, else the 25 columns of the standard and after
// them every other column in the order in which they come.
func jointColumns(scans []*scan) (columns []joinedColumn, same bool) {
	if len(scans) > 0 {
		columns = columnsOf(scans[0].names)
		if !slices.ContainsFunc(scans, func(s *scan) bool { return !slices.EqualFunc(columns, columnsOf(s.names), joinedColumn.is) }) {
			return columns, true
		}
	}
	var standard []string
	for c := range kbart.Column(kbart.NumColumns) {
		standard = append(standard, c.String())
	}
	columns = columnsOf(standard)
	for _, s := range scans {
		for _, column := range columnsOf(s.names) {
			if !slices.ContainsFunc(columns, column.is) {
				columns = append(columns, column)
			}
		}
	}
	return columns, false
}

func columnsOf(names []string) []joinedColumn {
	var columns []joinedColumn
	for _, name := range names {
		c, known := kbart.ParseColumn(name)
		columns = append(columns, joinedColumn{name, known, c})
	}
	return columns
}

// is says whether two names stand for the same column.
func (c joinedColumn) is(other joinedColumn) bool {
	return c.known == other.known && c.Column == other.Column && (c.known || strings.EqualFold(c.name, other.name))
}

func (j *join) rowsOf(file *listFile, facts *scan) error {
	if j.view.headerOnly {
		return nil
	}
	inOrder := j.same
	for rec, err := range file.rows(j.content, facts) {
		var unusable *kbart.FatalError
		if errors.As(err, &unusable) {
			return nil // said when the file was first read; its rows so far are served
		}
		if err != nil {
			return fmt.Errorf("mockoup: %s cannot be read: %w", file.path, err)
		}
		if rec.Reason == kbart.ReasonRepeatedHeader {
			inOrder = false // it may give its columns another order
			continue
		}
		if !j.shows(rec) {
			continue
		}
		if err := j.line(j.arrange(rec, inOrder)); err != nil {
			return err
		}
	}
	return nil
}

func (j *join) shows(rec *kbart.Record) bool {
	key := titleKey(rec)
	if !j.view.shows(textHash(cmp.Or(rec.Get(kbart.TitleID), key))) {
		return false
	}
	if !j.view.half {
		return true
	}
	stays, known := j.halves[key]
	if !known {
		stays = len(j.halves)%2 == 0
		j.halves[key] = stays
	}
	return stays
}

// titleKey tells titles apart well enough to drop whole ones.
func titleKey(rec *kbart.Record) string {
	return strings.Join([]string{
		rec.Get(kbart.TitleID), rec.Get(kbart.PrintIdentifier), rec.Get(kbart.OnlineIdentifier),
		rec.Get(kbart.PublicationTitle),
	}, "\t")
}

// arrange brings the cells of a row under the common header. A row whose cells cannot be assigned to columns keeps them
// as they are, so that a reader of the joined list refuses it likewise.
func (j *join) arrange(rec *kbart.Record, inOrder bool) []string {
	j.cells = j.cells[:0]
	if inOrder || rec.Reason == kbart.ReasonCells {
		j.cells = append(j.cells, rec.Cells()...)
	} else {
		for _, column := range j.columns {
			if column.known {
				j.cells = append(j.cells, rec.Get(column.Column))
			} else {
				j.cells = append(j.cells, rec.Extra(column.name))
			}
		}
	}
	if j.view.extraColumn {
		for len(j.cells) < len(j.columns) {
			j.cells = append(j.cells, "")
		}
		j.cells = append(j.cells, extraColumnValue)
	}
	return j.cells
}

// line writes one line. The writer keeps its first error, so the last one tells it.
func (j *join) line(cells []string) error {
	for i, cell := range cells {
		if i > 0 {
			_ = j.w.WriteByte('\t')
		}
		_, _ = j.w.WriteString(quoted(cell))
	}
	_, err := j.w.WriteString(j.lineEnd)
	return err
}

// quoted quotes a value that is itself in quotes, which a reader would take for those of the cell.
func quoted(value string) string {
	if len(value) > 1 && value[0] == '"' && value[len(value)-1] == '"' {
		return `"` + strings.ReplaceAll(value, `"`, `""`) + `"`
	}
	return value
}

func (j *join) flush() error { return j.w.Flush() }
