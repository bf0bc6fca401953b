package oup

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
)

const (
	headSize  = 1 << 16 // bytes looked at before a list is accepted
	maxLayers = 3       // a ZIP of a ZIP is someone's mistake; a tower of them is an attack
)

// packaging is how a list came.
type packaging struct {
	layers []string // outermost first
	member string   // name of the list in its ZIP
	parts  []*part  // spooled inner layers
}

func (p *packaging) String() string {
	if len(p.layers) == 0 {
		return "plain"
	}

	return strings.Join(p.layers, "+")
}

func (p *packaging) close() {
	for _, inner := range p.parts {
		inner.discard()
	}
}

// unpack peels gzip and ZIP off, by their first bytes, until neither is left. encoded says that the answer's headers
// promised gzip. The reader ends in an *Outcome where the packaging is damaged or its content larger than maxSize.
func (s *Store) unpack(ctx context.Context, raw *part, encoded bool, maxSize int64) (*bufio.Reader, *packaging, error) {
	packed := &packaging{}
	source := func(r io.Reader) *bufio.Reader { return bufio.NewReaderSize(&cancellable{ctx, r}, headSize) }
	reader := source(io.NewSectionReader(raw, 0, raw.size))

	for {
		inner, layer, err := s.peel(ctx, reader, raw, encoded, packed, maxSize)
		if err != nil {
			packed.close()

			return nil, nil, err
		}

		if layer == "" {
			return reader, packed, nil
		}

		if packed.layers = append(packed.layers, layer); len(packed.layers) > maxLayers {
			packed.close()

			return nil, nil, fail(NotKBART, "archives packed in one another, "+packed.String(), nil)
		}

		reader = source(&capped{r: &checked{inner, layer}, left: maxSize, limit: maxSize})
		raw, encoded = nil, false
	}
}

// peel takes one layer off reader, whose bytes are those of raw if raw is not nil; layer is "" if there is none.
func (s *Store) peel(
	ctx context.Context, reader *bufio.Reader, raw *part, encoded bool, packed *packaging, maxSize int64,
) (inner io.Reader, layer string, err error) {
	head, err := reader.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, "", err
	}

	switch {
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		gz, err := gzip.NewReader(reader)
		if err != nil {
			return nil, "", damaged("gzip", err)
		}

		return gz, "gzip", nil
	case encoded:
		return nil, "", damaged("gzip", errors.New("the answer is labelled Content-Encoding: gzip, but its bytes are not gzip"))
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		if raw == nil { // a ZIP is read from its end, so it has to lie on disk
			if raw, err = s.spool(ctx, reader, maxSize); err != nil {
				return nil, "", err
			}

			packed.parts = append(packed.parts, raw)
		}

		member, err := listMember(raw, raw.size)
		if err != nil {
			return nil, "", err
		}

		packed.member = path.Base(strings.ReplaceAll(member.Name, `\`, "/"))

		inner, err := member.Open()
		if err != nil {
			return nil, "", damaged("ZIP", err)
		}

		return inner, "zip", nil
	}

	return nil, "", nil
}

// checked turns what a decompressor complains of into Truncated.
type checked struct {
	r     io.Reader
	layer string
}

func (c *checked) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if err == nil || errors.Is(err, io.EOF) {
		return n, err
	}

	return n, damaged(c.layer, err)
}

// damaged says that a layer is broken, unless err says something better already.
func damaged(layer string, err error) error {
	if _, ok := errors.AsType[*Outcome](err); ok {
		return err
	}

	detail := "its " + layer + " packaging is damaged: " + err.Error()
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		detail = "it ends within its " + layer + " packaging"
	}

	return fail(Truncated, detail, err)
}

// listMember returns the one member of a ZIP that is text.
func listMember(r io.ReaderAt, size int64) (*zip.File, error) {
	if err := checkDirectory(r, size); err != nil {
		return nil, err
	}

	archive, err := zip.NewReader(r, size)
	if err != nil {
		return nil, damaged("ZIP", err)
	}

	var (
		lists []*zip.File
		names []string
	)

	for _, f := range archive.File {
		if f.Name == "[Content_Types].xml" {
			return nil, fail(NotKBART, "a spreadsheet or another office document", nil).
				hint("Nothing was changed. Ask OUP for the list as a tab-separated text file.")
		}

		if f.FileInfo().IsDir() || strings.HasPrefix(f.Name, "__MACOSX/") || strings.HasPrefix(path.Base(f.Name), ".") {
			continue
		}

		text, err := isText(f)
		if err != nil {
			return nil, err
		}

		names = append(names, f.Name)

		if text {
			lists = append(lists, f)
		}
	}

	if len(lists) == 1 {
		return lists[0], nil
	}

	what := "a ZIP without a text file in it"
	if len(lists) > 1 {
		what = fmt.Sprintf("a ZIP with %d text files, of which none can be told to be the list", len(lists))
	}

	if len(names) > 0 {
		what += " (" + cut(strings.Join(names, ", ")) + ")"
	}

	return nil, fail(NotKBART, what, nil).
		hint("Nothing was changed. Ask OUP for one list in each file; joining several is not done on a guess.")
}

func isText(f *zip.File) (bool, error) {
	if f.Flags&1 != 0 {
		return false, fail(NotKBART, "a ZIP protected by a password", nil)
	}

	r, err := f.Open()
	if errors.Is(err, zip.ErrAlgorithm) {
		return false, fail(NotKBART, fmt.Sprintf("a ZIP packed by method %d, which is not supported", f.Method), err).
			hint("Nothing was changed. Ask OUP for a ZIP packed by the method Deflate, for gzip, or for plain text.")
	}

	if err != nil {
		return false, damaged("ZIP", err)
	}
	defer r.Close() //nolint:errcheck // only read

	head := make([]byte, 4096)

	n, err := io.ReadFull(r, head)
	if err != nil && n < int(min(f.UncompressedSize64, uint64(len(head)))) {
		return false, damaged("ZIP", err)
	}

	return !notText(head[:n]), nil
}

// A ZIP's directory is read into memory as a whole, one object a member, so it is measured first.
const (
	maxDirectory  = 1 << 20
	directoryEnd  = "PK\x05\x06"
	endRecordSize = 22
)

// checkDirectory refuses a ZIP whose directory would take too much memory, and the 64-bit form, which serves only files
// or directories beyond every limit here. Offsets: APPNOTE.TXT, section 4.3.16.
func checkDirectory(r io.ReaderAt, size int64) error {
	tail := make([]byte, min(size, endRecordSize+1<<16))
	if _, err := r.ReadAt(tail, size-int64(len(tail))); err != nil && !errors.Is(err, io.EOF) {
		return err
	}

	end := -1
	if len(tail) >= endRecordSize {
		end = bytes.LastIndex(tail[:len(tail)-endRecordSize+len(directoryEnd)], []byte(directoryEnd))
	}

	if end < 0 {
		return damaged("ZIP", io.ErrUnexpectedEOF)
	}

	members := binary.LittleEndian.Uint16(tail[end+10:])
	length := binary.LittleEndian.Uint32(tail[end+12:])
	offset := binary.LittleEndian.Uint32(tail[end+16:])

	if members == 0xffff || length == 0xffff || length == 0xffffffff || offset == 0xffffffff || size-int64(offset) > maxDirectory+int64(len(tail)) {
		return fail(TooLarge, "a ZIP with a directory of more than 1 MiB, or in the 64-bit form", nil).
			hint("Ask OUP for one list in each ZIP.")
	}

	return nil
}

var utf16Marks = [][]byte{{0xff, 0xfe}, {0xfe, 0xff}}

// notText says whether bytes at the start of a file are not text: zero bytes that UTF-16 does not explain.
func notText(head []byte) bool {
	if slices.ContainsFunc(utf16Marks, func(mark []byte) bool { return bytes.HasPrefix(head, mark) }) {
		return false
	}

	var zeros [2]int
	for i, b := range head {
		if b == 0 {
			zeros[i%2]++
		}
	}

	// UTF-16 without a mark has its zeros at the even or at the odd places, and many of them.
	return min(zeros[0], zeros[1]) > 0 || max(zeros[0], zeros[1]) > 0 && max(zeros[0], zeros[1]) < len(head)/4
}
