package provider

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"path"
	"strings"
)

const (
	headSize  = 1 << 16 // bytes examined before a list is accepted
	maxLayers = 3       // a ZIP of a ZIP is someone's mistake; a tower of them is an attack
)

// unpacker removes gzip and ZIP layers from what was spooled, recognized by their first bytes, until none is left.
type unpacker struct {
	ctx     context.Context // lives no longer than the call that made it
	store   *Store          // for layers that must be on disk; nil: only a look is wanted
	maxSize int64           // bytes of each layer's content
	m       mask

	layers []string // outermost first
	member string   // the list's name in its ZIP
	inner  []*part  // inner layers that had to be spooled
}

// open returns the list's bytes. encoded says that the answer's headers promised gzip; raw is r's bytes on disk, if
// they are there. The reader ends in an *Outcome if the packaging is damaged or a layer's content is larger than
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
			return nil, nil // said above
		}
		if u.layers = append(u.layers, layer); len(u.layers) > maxLayers {
			return nil, newOutcome(NotKBART, "archives packed in one another, "+u.packaging(), nil)
		}
		reader = u.buffered(&capped{r: &checked{content, layer}, left: u.maxSize, limit: u.maxSize})
		raw, encoded = nil, false
	}
}

func (u *unpacker) buffered(r io.Reader) *bufio.Reader {
	return bufio.NewReaderSize(&cancellable{u.ctx, r}, headSize)
}

// packaging returns the removed layers, as in File.Packaging.
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

// peel removes one layer from reader, whose bytes are in raw unless that is nil; layer is "" if there is none.
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

// unzip opens the list in a ZIP. A ZIP is read from its end, so it must be on disk.
func (u *unpacker) unzip(reader io.Reader, raw *part) (io.Reader, error) {
	if raw == nil {
		var err error
		if raw, err = u.store.spool(u.ctx, reader, u.maxSize); err != nil {
			return nil, err
		}
		u.inner = append(u.inner, raw)
	}
	// A section returns io.EOF for offsets outside the file, which a forged ZIP may contain.
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

// checked turns a decompressor's errors into Truncated.
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

// damaged says that a layer is broken, unless err already says something better.
func damaged(layer string, err error) error {
	if _, ok := errors.AsType[*Outcome](err); ok {
		return err
	}
	detail := "its " + layer + " packaging is damaged: " + err.Error()
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		detail = "it ends within its " + layer + " packaging"
	}
	return newOutcome(Truncated, detail, err)
}
