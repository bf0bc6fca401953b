package kbart

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"
)

// Limits on compressed input.
const (
	defaultMaxSize = 4 << 30
	// maxRatio is the maximum ratio of a text's size to its compressed size. Published lists have 5 to 20.
	maxRatio = 250
	// ratioFrom is the size up to which the ratio is ignored: a small decompression bomb does no harm.
	ratioFrom  = 64 << 20
	maxNesting = 3    // a gzip file in a ZIP archive in a gzip file
	maxMembers = 1000 // of a ZIP archive
)

var (
	errTooLarge = errors.New("too large")
	// errStop ends reading because the caller stopped, not because of a fault.
	errStop = errors.New("stop")
)

// source decompresses the input. It counts the bytes before and after decompression, to detect decompression bombs.
type source struct {
	raw     *meter // the input before decompression
	maxSize int64
	size    int64 // bytes after the innermost decompression, of all members
	skipped func(name, why string)
}

// each calls read with every list in the input: once for a plain or gzip file, once for each member of a ZIP archive.
func (s *source) each(read func(name string, text io.Reader) error) error {
	return s.open(s.raw, "", 0, read)
}

func (s *source) open(src io.Reader, name string, depth int, read func(string, io.Reader) error) error {
	br := bufio.NewReader(src)
	magic, err := br.Peek(4)
	if err != nil && err != io.EOF {
		return err
	}
	isGzip, isZip := bytes.HasPrefix(magic, []byte{0x1f, 0x8b, 8}), isZipMagic(magic)
	switch {
	case !isGzip && !isZip:
		return read(name, &meter{src: br, count: &s.size, check: s.check})
	case depth == maxNesting:
		return &FatalError{Finding: ruleNotText.finding(Finding{File: name, Message: "the file is compressed too many times over"})}
	case isZip:
		return s.openZip(br, name, depth, read)
	}
	text, err := gzip.NewReader(br)
	if err != nil {
		return archiveError("gzip", err)
	}
	return s.open(&decoder{src: text, what: "gzip"}, name, depth+1, read)
}

// check returns an error if the text has become too large, in total or compared to its compressed size.
func (s *source) check() error {
	if s.size > s.maxSize || s.size > ratioFrom && s.size/maxRatio > *s.raw.count {
		return errTooLarge
	}
	return nil
}

// openZip reads the members of an archive one after the other. The directory of an archive is at its end, so an input
// without random access is first spooled to a file.
func (s *source) openZip(br *bufio.Reader, name string, depth int, read func(string, io.Reader) error) error {
	var at io.ReaderAt
	var size int64
	if depth == 0 {
		at, size = s.raw.readerAt()
	}
	if at == nil {
		file, n, err := spool(br, s.maxSize)
		if err != nil {
			return err
		}
		defer func() { _ = file.Close(); _ = os.Remove(file.Name()) }()
		at, size = s.raw.section(file, 0, n), n
	} else {
		*s.raw.count = size
	}
	archive, err := zip.NewReader(at, size)
	if err != nil {
		return archiveError("ZIP", err)
	}
	members, err := s.members(archive)
	if err != nil {
		return err
	}
	for _, m := range members {
		if err := s.openMember(m, path.Join(name, m.Name), depth, read); err != nil { //nolint:gosec // no file is opened by this name
			return err
		}
	}
	return nil
}

func (s *source) openMember(m *zip.File, name string, depth int, read func(string, io.Reader) error) error {
	if m.Flags&1 != 0 {
		return &FatalError{Finding: ruleNotText.finding(Finding{File: name, Message: "the member is encrypted"})}
	}
	text, err := m.Open()
	if err != nil {
		return archiveError("ZIP", err)
	}
	defer func() { _ = text.Close() }()
	return s.open(&decoder{src: text, what: "ZIP"}, name, depth+1, read)
}

// members returns the members of an archive whose names may be those of lists.
func (s *source) members(archive *zip.Reader) ([]*zip.File, error) {
	var members []*zip.File
	for _, f := range archive.File {
		base := path.Base(f.Name)
		switch {
		case f.Name == "xl/workbook.xml":
			return nil, &FatalError{Finding: ruleNotText.finding(Finding{
				Message: "this is a spreadsheet workbook, not a text file",
				Hint:    "Save the sheet as tab-delimited text in UTF-8.",
			})}
		case f.FileInfo().IsDir(), strings.HasPrefix(f.Name, "__MACOSX/"), strings.HasPrefix(base, "."):
			continue
		case !listName(base):
			s.skipped(f.Name, "its name is not that of a text file")
			continue
		}
		members = append(members, f)
	}
	if len(members) > maxMembers {
		return nil, errTooLarge
	}
	return members, nil
}

// listName reports whether a member's name may be that of a list.
func listName(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".txt", ".tsv", ".tab", ".csv", ".kbart", ".gz", ".zip", "":
		return true
	}
	return false
}

func isZipMagic(b []byte) bool {
	return bytes.HasPrefix(b, []byte("PK\x03\x04")) || bytes.HasPrefix(b, []byte("PK\x05\x06"))
}

// spool copies the input to a temporary file. It fails if there are more than limit bytes.
func spool(src io.Reader, limit int64) (file *os.File, size int64, err error) {
	file, err = os.CreateTemp("", "kbart-*.zip")
	if err != nil {
		return nil, 0, fmt.Errorf("a ZIP archive needs a temporary file: %w", err)
	}
	size, err = io.Copy(file, io.LimitReader(src, limit+1))
	if err == nil && size > limit {
		err = errTooLarge
	}
	if err != nil {
		_ = file.Close()
		_ = os.Remove(file.Name())
		return nil, 0, err
	}
	return file, size, nil
}

// meter counts the bytes read through it and calls check, if given, after each read. It remembers errors of the input
// itself, because a decompressor would report them as damaged data.
type meter struct {
	src   io.Reader
	count *int64
	check func() error
	err   error
	start int64 // position of the input at first, if it is an io.Seeker
}

func newMeter(src io.Reader) *meter {
	m := &meter{src: src, count: new(int64)}
	if s, ok := src.(io.Seeker); ok {
		if at, err := s.Seek(0, io.SeekCurrent); err == nil {
			m.start = at
		}
	}
	return m
}

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.src.Read(p)
	*m.count += int64(n)
	if err != nil && err != io.EOF {
		m.err = err
	}
	if m.check != nil {
		if failed := m.check(); failed != nil {
			return 0, failed
		}
	}
	return n, err
}

// readerAt returns the input as an io.ReaderAt, and its size. It returns nil if the input has no random access.
func (m *meter) readerAt() (io.ReaderAt, int64) {
	at, ok := m.src.(io.ReaderAt)
	if !ok {
		return nil, 0
	}
	end := int64(-1)
	switch sized := m.src.(type) {
	case interface{ Size() int64 }:
		end = sized.Size()
	case interface{ Stat() (os.FileInfo, error) }:
		if info, err := sized.Stat(); err == nil && info.Mode().IsRegular() {
			end = info.Size()
		}
	}
	if end < m.start {
		return nil, 0
	}
	return m.section(at, m.start, end-m.start), end - m.start
}

// section returns a part of the input. The meter remembers errors of reading it.
func (m *meter) section(at io.ReaderAt, off, size int64) io.ReaderAt {
	return io.NewSectionReader(recordingReaderAt{at, m}, off, size)
}

type recordingReaderAt struct {
	at    io.ReaderAt
	meter *meter
}

func (n recordingReaderAt) ReadAt(p []byte, off int64) (int, error) {
	read, err := n.at.ReadAt(p, off)
	if err != nil && err != io.EOF {
		n.meter.err = err
	}
	return read, err
}

// decoder turns errors of decompression into fatal findings.
type decoder struct {
	src  io.Reader
	what string
}

func (d *decoder) Read(p []byte) (int, error) {
	n, err := d.src.Read(p)
	if err != nil && err != io.EOF {
		err = archiveError(d.what, err)
	}
	return n, err
}

// archiveError turns an error of decompression into a fatal finding, unless it already is one. An error of the input
// itself may also come here. The meter remembers it, and it takes precedence.
func archiveError(what string, err error) error {
	switch {
	case errors.Is(err, errTooLarge), errors.As(err, new(*FatalError)):
		return err
	case errors.Is(err, zip.ErrAlgorithm):
		return &FatalError{Err: err, Finding: ruleNotText.finding(Finding{Message: "the archive uses an unsupported compression method"})}
	}
	return &FatalError{Err: err, Finding: ruleTruncated.finding(Finding{Message: "the " + what + " data is cut short or damaged"})}
}
