package mockoup

import (
	"bufio"
	"bytes"
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

// folder serves the dated lists of a folder. A file is read when its release is first requested, and again, row by row,
// whenever its rows are needed. No file is kept in memory.
type folder struct {
	dir   string
	dates []time.Time
	files map[time.Time][]*listFile // in name order
	log   *slog.Logger
}

// openFolder finds the lists of a folder. It does not read them yet.
func openFolder(dir string, log *slog.Logger) (*folder, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("mockoup: the folder of lists cannot be read: %w; give the path of an existing folder", err)
	}
	f := &folder{dir: dir, files: map[time.Time][]*listFile{}, log: log}
	for _, entry := range entries { // in name order
		if entry.IsDir() || !isListName(entry.Name()) {
			log.Info("file ignored: it is not .txt or .tsv, with or without .gz", "name", entry.Name())
			continue
		}
		date, ok := kbart.ParseFileDate(entry.Name())
		if !ok {
			log.Warn("file ignored: there is no date (YYYY-MM-DD or YYYYMMDD) in its name", "name", entry.Name())
			continue
		}
		f.files[date] = append(f.files[date], &listFile{path: filepath.Join(dir, entry.Name()), name: entry.Name()})
	}
	if len(f.files) == 0 {
		return nil, fmt.Errorf("mockoup: %s has no list with a date in its name; give a folder with files such as "+
			"Provider_Region_Package_2016-07-08.txt", dir)
	}
	f.dates = slices.SortedFunc(maps.Keys(f.files), time.Time.Compare)
	return f, nil
}

func isListName(name string) bool {
	ext := strings.ToLower(filepath.Ext(unpackedName(name)))
	return ext == ".txt" || ext == ".tsv"
}

// unpackedName returns a file's name without .gz.
func unpackedName(name string) string {
	if isGzip(name) {
		return name[:len(name)-len(".gz")]
	}
	return name
}

func isGzip(name string) bool { return strings.EqualFold(filepath.Ext(name), ".gz") }

func (f *folder) releases() []time.Time { return f.dates }

// edition joins the rows of one content type of all files of a date.
func (f *folder) edition(release int, content string) (edition, error) {
	date := f.dates[release]
	e := &joinedEdition{content: content, date: date}
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

// joinedEdition is one content type of one release of a folder.
type joinedEdition struct {
	content string
	date    time.Time
	files   []*listFile // files with rows of the type
	scans   []*scan     // of these files
}

// single returns the file if the edition is exactly one file, or nil.
func (e *joinedEdition) single() *listFile {
	if len(e.files) == 1 && len(e.scans[0].rows) == 1 {
		return e.files[0]
	}
	return nil
}

func (e *joinedEdition) name() string {
	if file := e.single(); file != nil {
		return unpackedName(file.name)
	}
	return listName(e.content, e.date)
}

func (e *joinedEdition) tag() string {
	parts := []string{"folder-1", e.content}
	for _, facts := range e.scans {
		parts = append(parts, facts.sum)
	}
	return strings.Join(parts, " ")
}

func (e *joinedEdition) empty() bool { return len(e.files) == 0 }

func (e *joinedEdition) ascii() bool {
	return !slices.ContainsFunc(e.scans, func(s *scan) bool { return !s.ascii })
}

func (e *joinedEdition) original() *originalFile {
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

func (e *joinedEdition) writeTo(w io.Writer, v view) error {
	if file := e.single(); file != nil && v.whole() {
		return file.copyTo(w)
	}
	out := newJoinedWriter(w, e, v)
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

// scan has the facts about a file that reading it once shows.
type scan struct {
	rows    map[string]int // by content type; only types with rows
	leading string         // the content type of rows before the first row that shows its type
	names   []string       // column names as written, in file order
	lineEnd string
	ascii   bool
	size    int64  // of the file in bytes
	sum     string // SHA-256 of the text
}

// facts scans the file the first time it is called. A file without rows is not served. A file that is not a list is
// served as it is, so that a client sees it. It is served as journals, because it does not show its content type.
func (f *listFile) facts(log *slog.Logger) (*scan, error) {
	f.once.Do(func() {
		f.scan, f.err = f.read()
		var unusable *kbart.FatalError
		switch {
		case errors.As(f.err, &unusable) && unusable.Finding.Code == codeNoRows:
			log.Warn("file has no rows and is not served", "name", f.name, "err", f.err)
			f.err = nil
		case errors.As(f.err, &unusable):
			log.Warn("file is not a complete list, and is served as it is", "name", f.name, "err", f.err)
			if f.err = nil; len(f.scan.rows) == 0 {
				f.scan.rows[Journals] = 1
			}
		case f.err != nil:
			f.err = fmt.Errorf("mockoup: %s cannot be read: %w", f.path, f.err)
		}
	})
	return f.scan, f.err
}

// codeNoRows is kbart's code for a list without rows.
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
	undecided, last := 0, ""
	for rec, rowErr := range rows.Records() {
		if rowErr != nil {
			err = rowErr
			break
		}
		if rec.Reason == kbart.ReasonRepeatedHeader {
			continue
		}
		if last = contentOf(rec, last); last == "" {
			undecided++
		} else {
			facts.rows[last]++
		}
	}
	facts.leading = Journals
	if facts.rows[Books] > facts.rows[Journals] {
		facts.leading = Books
	}
	if undecided > 0 {
		facts.rows[facts.leading] += undecided
	}
	facts.names, facts.lineEnd = slices.Clone(rows.Header().Names), rows.Header().LineEnd
	if err == nil {
		_, err = io.Copy(io.Discard, observed)
	}
	facts.sum = hex.EncodeToString(sum.Sum(nil))
	return facts, err
}

// contentOf returns the content type of a row, which depends on its publication_type or its identifiers. A row that has
// neither has the type of the row before it.
func contentOf(rec *kbart.Record, before string) string {
	switch rec.Type() {
	case kbart.Monograph:
		return Books
	case kbart.Serial:
		return Journals
	}
	return before
}

// asciiCheck sets ascii to false if anything else is written to it.
type asciiCheck struct{ ascii *bool }

func (c asciiCheck) Write(p []byte) (int, error) {
	if *c.ascii && bytes.ContainsFunc(p, func(r rune) bool { return r > 127 }) {
		*c.ascii = false
	}
	return len(p), nil
}

// open opens the unpacked text of the file.
func (f *listFile) open() (io.ReadCloser, error) {
	file, err := os.Open(f.path) //nolint:gosec // a file of the folder that the operator named
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

// rows yields the rows of one content type, and repeated headers. It ends with an error, if there is one.
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
