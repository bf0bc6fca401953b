package mockoup

import (
	"archive/zip"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"mime"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/encoding"
	"golang.org/x/text/transform"
)

// Packaging is how a list is packed as a file. It is not a Content-Encoding, which HTTP libraries undo without telling.
type Packaging string

// The packagings.
const (
	AsIs  Packaging = "" // generated lists are plain; files of a folder are sent as they are
	Plain Packaging = "plain"
	Gzip  Packaging = "gzip"
	Zip   Packaging = "zip"
)

// SetPackaging sets the packaging of all lists.
func (s *Server) SetPackaging(p Packaging) error {
	if !slices.Contains([]Packaging{AsIs, Plain, Gzip, Zip}, p) {
		return fmt.Errorf("mockoup: there is no packaging %q; use plain, gzip or zip, or \"\" for lists as they are", p)
	}
	s.mu.Lock()
	s.packaging = p
	s.mu.Unlock()
	s.log.Info("packaging set", "kind", string(p))
	return nil
}

// originalFile is a file of the folder whose whole content is one list.
type originalFile struct {
	path   string
	size   int64
	packed Packaging // Plain or Gzip
}

// delivery is a list on its way to a customer.
type delivery struct {
	edition   edition
	view      view
	date      time.Time
	fileName  string // unpacked
	packaging Packaging
	licensed  bool
	encoding  encoding.Encoding // nil = as the list is
}

func (s *Server) delivery(release int, content string, c Customer) (*delivery, error) {
	e, err := s.source.edition(release, content)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	packaging := s.packaging
	s.mu.Unlock()
	d := &delivery{
		edition: e, date: s.source.releases()[release], fileName: e.name(), packaging: packaging,
		view:     view{share: c.Share, customer: hash(s.seed, textHash(c.Number))},
		licensed: len(c.Contents) == 0 || slices.Contains(c.Contents, content),
	}
	return d, nil
}

func textHash(s string) uint64 {
	h := fnv.New64a()
	_, _ = io.WriteString(h, s) // writing to a hash never fails
	return h.Sum64()
}

func (d *delivery) empty() bool { return !d.licensed || d.edition.empty() }

// answer serves the list, unless there is none or the client already has it.
func (d *delivery) answer(w http.ResponseWriter, r *http.Request) error {
	if d.empty() {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	d.headers(w.Header())
	if d.known(r) {
		for _, name := range []string{"Content-Type", "Content-Length", "Content-Disposition"} {
			w.Header().Del(name)
		}
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	return d.send(w, r)
}

// send serves the list, even if the client already has it.
func (d *delivery) send(w http.ResponseWriter, r *http.Request) error {
	d.headers(w.Header())
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return nil
	}
	return d.body(w)
}

// known reports whether the client already has the list. If-None-Match takes precedence over If-Modified-Since (RFC
// 9110, section 13.2.2).
func (d *delivery) known(r *http.Request) bool {
	if tags := r.Header.Values("If-None-Match"); len(tags) > 0 {
		for tag := range strings.SplitSeq(strings.Join(tags, ","), ",") {
			if tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/"); tag == "*" || tag == d.etag() {
				return true
			}
		}
		return false
	}
	since, err := http.ParseTime(r.Header.Get("If-Modified-Since"))
	return err == nil && !d.date.After(since)
}

func (d *delivery) headers(h http.Header) {
	contentTypes := map[Packaging]string{
		Plain: "text/tab-separated-values; charset=utf-8", Gzip: "application/gzip", Zip: "application/zip",
	}
	name, packed := d.packedName()
	h.Set("Content-Type", contentTypes[packed])
	h.Set("Content-Disposition", attachment(name))
	h.Set("ETag", d.etag())
	h.Set("Last-Modified", d.date.Format(http.TimeFormat))
	if original := d.asFile(); original != nil {
		h.Set("Content-Length", strconv.FormatInt(original.size, 10))
	}
}

// attachment returns a Content-Disposition with the file's name. The name is in quotes, as most services write it, or
// encoded if that is not possible.
func attachment(name string) string {
	if strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r > '~' || r == '"' || r == '\\' }) {
		return mime.FormatMediaType("attachment", map[string]string{"filename": name})
	}
	return `attachment; filename="` + name + `"`
}

// packedName returns the name and the packaging of the file that is sent.
func (d *delivery) packedName() (string, Packaging) {
	switch d.packaging {
	case Gzip:
		return d.fileName + ".gz", Gzip
	case Zip:
		return strings.TrimSuffix(d.fileName, ".txt") + ".zip", Zip
	}
	if original := d.asFile(); original != nil && original.packed == Gzip {
		return d.fileName + ".gz", Gzip
	}
	return d.fileName, Plain
}

// asFile returns the file whose bytes are sent unchanged, or nil if there is none.
func (d *delivery) asFile() *originalFile {
	original := d.edition.original()
	if original == nil || !d.view.whole() || d.encoding != nil {
		return nil
	}
	if d.packaging == AsIs || d.packaging == original.packed && original.packed == Plain {
		return original
	}
	return nil
}

// etag returns a strong ETag. It is computed from the properties of the list, without writing the list.
func (d *delivery) etag() string {
	_, packed := d.packedName()
	sum := sha256.Sum256(fmt.Appendf(nil, "%s|%s|%s|%+v|%v", d.edition.tag(), d.fileName, packed, d.view, d.encoding))
	return `"` + hex.EncodeToString(sum[:16]) + `"`
}

// body writes the list, packed.
func (d *delivery) body(w io.Writer) error {
	if original := d.asFile(); original != nil {
		f, err := os.Open(original.path)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		_, err = io.Copy(w, f)
		return err
	}
	switch d.packaging {
	case Gzip:
		z, _ := gzip.NewWriterLevel(w, gzip.BestSpeed) // fails only for an invalid level
		z.Name, z.ModTime = d.fileName, d.date
		return errors.Join(d.text(z), z.Close())
	case Zip:
		z := zip.NewWriter(w)
		member, err := z.CreateHeader(&zip.FileHeader{Name: d.fileName, Method: zip.Deflate, Modified: d.date})
		if err != nil {
			return err
		}
		return errors.Join(d.text(member), z.Close())
	}
	return d.text(w)
}

// text writes the unpacked list.
func (d *delivery) text(w io.Writer) error {
	if d.view.movedIDs {
		moved := newMovedWriter(w)
		return errors.Join(d.edition.writeTo(moved, d.view), moved.flush())
	}
	if d.encoding == nil {
		return d.edition.writeTo(w, d.view)
	}
	encoded := transform.NewWriter(w, encoding.ReplaceUnsupported(d.encoding.NewEncoder()))
	return errors.Join(d.edition.writeTo(encoded, d.view), encoded.Close())
}

// length returns the number of bytes that body writes.
func (d *delivery) length() (int64, error) {
	if original := d.asFile(); original != nil {
		return original.size, nil
	}
	var n counter
	err := d.body(&n)
	return int64(n), err
}

type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
