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

// unpacker peels gzip and ZIP off what was spooled, by their first bytes, until neither is left.
type unpacker struct {
	ctx     context.Context //nolint:containedctx // lives no longer than the call that made it
	store   *Store          // for layers that have to lie on disk; nil: only a look is wanted
	maxSize int64           // bytes of each layer's content
	m       mask

	layers []string // outermost first
	member string   // name of the list in its ZIP
	inner  []*part  // inner layers that had to be spooled
}

// open returns the list's bytes. encoded says that the answer's headers promised gzip; raw is where r's bytes lie on
// disk, if they do. The reader ends in an *Outcome where the packaging is damaged or a layer's content larger than
// maxSize. Without a store a ZIP stays closed, and the reader is nil.
func (u *unpacker) open(r io.Reader, raw *part, encoded bool) (*bufio.Reader, error) {
	reader := u.buffered(r)

	for {
		content, layer, err := u.peel(reader, raw, encoded)
		if err != nil {
			return nil, err
		}

		if layer == "" {
			return reader, nil
		}

		if content == nil {
			return nil, nil //nolint:nilnil // said above
		}

		if u.layers = append(u.layers, layer); len(u.layers) > maxLayers {
			return nil, fail(NotKBART, "archives packed in one another, "+u.packaging(), nil)
		}

		reader = u.buffered(&capped{r: &checked{content, layer}, left: u.maxSize, limit: u.maxSize})
		raw, encoded = nil, false
	}
}

func (u *unpacker) buffered(r io.Reader) *bufio.Reader {
	return bufio.NewReaderSize(&cancellable{u.ctx, r}, headSize)
}

// packaging returns what was peeled off, as in File.Packaging.
func (u *unpacker) packaging() string {
	if len(u.layers) == 0 {
		return "plain"
	}

	return strings.Join(u.layers, "+")
}

func (u *unpacker) close() {
	for _, p := range u.inner {
		p.discard()
	}
}

// peel takes one layer off reader, whose bytes lie in raw unless that is nil; layer is "" if there is none.
func (u *unpacker) peel(reader *bufio.Reader, raw *part, encoded bool) (content io.Reader, layer string, err error) {
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
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte(directoryEnd)):
		if u.store == nil {
			return nil, "zip", nil
		}

		content, err := u.unzip(reader, raw)

		return content, "zip", err
	}

	return nil, "", nil
}

// unzip opens the list in a ZIP. A ZIP is read from its end, so it has to lie on disk.
func (u *unpacker) unzip(reader io.Reader, raw *part) (io.Reader, error) {
	if raw == nil {
		var err error
		if raw, err = u.store.spool(u.ctx, reader, u.maxSize); err != nil {
			return nil, err
		}

		u.inner = append(u.inner, raw)
	}

	// A section answers offsets outside of the file, which a forged ZIP holds, with io.EOF.
	member, err := listMember(io.NewSectionReader(raw, 0, raw.size), u.m)
	if err != nil {
		return nil, err
	}

	u.member = path.Base(strings.ReplaceAll(member.Name, `\`, "/"))

	content, err := member.Open()
	if err != nil {
		return nil, damaged("ZIP", err)
	}

	return content, nil
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
func listMember(r *io.SectionReader, m mask) (*zip.File, error) {
	if err := checkDirectory(r, r.Size()); err != nil {
		return nil, err
	}

	archive, err := zip.NewReader(r, r.Size())
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
		what += " (" + cut(m.text(strings.Join(names, ", "))) + ")"
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
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) { // a short member; whether it is whole shows later
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

	if members == 0xffff || length == 0xffff || length == 0xffffffff || offset == 0xffffffff || size-int64(offset) > maxDirectory+
		int64(len(tail)) {
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
