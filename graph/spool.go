package graph

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"
)

// A download is written to a temporary file first, and sent from there. So a slow client holds no database connection,
// what fails while it is read becomes an error answer and not half a file, and the file can be sent in parts.

// spooled is a file that is ready to be sent. It has no name: it is gone when it is closed, or with the process.
type spooled struct {
	*os.File

	tag string // the hash of the content
}

// spool writes a download to a temporary file.
func (d *downloads) spool(ctx context.Context, f *file) (_ *spooled, err error) {
	leave, err := d.door.gates.spools.enter(ctx, d.door.caller(ctx))
	if err != nil {
		return nil, err
	}
	defer leave()
	made, err := os.CreateTemp(d.dir, "download-*")
	if err != nil {
		return nil, fmt.Errorf("prepare a download: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, made.Close())
		}
	}()
	if err := os.Remove(made.Name()); err != nil {
		return nil, fmt.Errorf("prepare a download: %w", err)
	}
	hash := sha256.New()
	out := bufio.NewWriterSize(io.MultiWriter(made, hash), 64<<10)
	if err := f.write(ctx, out); err != nil {
		return nil, err
	}
	if err := out.Flush(); err != nil {
		return nil, fmt.Errorf("prepare a download: %w", err)
	}
	return &spooled{made, hex.EncodeToString(hash.Sum(nil))}, nil
}

// send answers with the file: whole, in part (Range), only that it is the same as before (If-None-Match), or only its
// headers (HEAD).
func (d *downloads) send(w http.ResponseWriter, r *http.Request, f *file) {
	ctx, cancel := context.WithTimeoutCause(r.Context(), d.door.limits.DownloadTime, errTime{d.door.limits.exceeded(limitDownloadTime)})
	defer cancel()
	leave, err := d.door.gates.downloads.enter(ctx, d.door.caller(ctx))
	if err != nil {
		d.refuse(w, r, err)
		return
	}
	defer leave()
	deadline, _ := ctx.Deadline()
	if f.tag != "" && knows(r, f.tag) { // the client has it: it need not be prepared
		f.describe(w.Header())
		w.Header().Set("ETag", knownTag(r, f.tag))
		w.WriteHeader(http.StatusNotModified)
		return
	}
	content, err := d.spool(ctx, f)
	if err == nil && ctx.Err() != nil {
		err = errors.Join(ctx.Err(), content.Close())
	}
	if err != nil {
		if late, ok := errors.AsType[errTime](context.Cause(ctx)); ok {
			err = late.excess
		}
		d.refuse(w, r, err)
		return
	}
	defer func() { _ = content.Close() }() // its bytes are not wanted any more
	f.describe(w.Header())
	a := newAnswer(w, d.door.limits.Patience)
	a.until = deadline
	content.send(a, r)
	a.end()
}

// describe says what the file is and how it is saved.
func (f *file) describe(header http.Header) {
	header.Set("Content-Type", f.contentType)
	header.Set("Content-Disposition", attachment(f.name))
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cache-Control", "private, no-cache") // a copy may be kept, and is to be checked by its ETag
	header.Set("Vary", "Accept-Encoding")
}

// zippedTag is added to the ETag of a compressed file: its bytes are others.
const zippedTag = "-gzip"

// send sends the file.
func (s *spooled) send(w http.ResponseWriter, r *http.Request) {
	if !acceptsGzip(r) || r.Header.Get("Range") != "" {
		w.Header().Set("ETag", `"`+s.tag+`"`)
		if w.Header().Get("Accept-Ranges") == "" {
			w.Header().Set("Accept-Ranges", "bytes")
		}
		http.ServeContent(w, r, "", time.Time{}, s.File)
		return
	}
	w.Header().Set("ETag", `"`+s.tag+zippedTag+`"`)
	w.Header().Set("Accept-Ranges", "bytes") // of the file as it is
	if knows(r, s.tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("Content-Encoding", "gzip")
	if r.Method == http.MethodHead {
		return
	}
	if _, err := s.Seek(0, io.SeekStart); err != nil {
		panic(http.ErrAbortHandler)
	}
	packer, _ := gzip.NewWriterLevel(w, gzip.BestSpeed) // the level is right
	if _, err := io.Copy(packer, s.File); err != nil || packer.Close() != nil {
		panic(http.ErrAbortHandler) // half a file must not look whole
	}
}

// knows reports whether the client has the content with the tag, compressed or not.
func knows(r *http.Request, tag string) bool { return knownTag(r, tag) != "" }

// knownTag returns the ETag by which the client knows the content; "" if it does not.
func knownTag(r *http.Request, tag string) string {
	for known := range strings.SplitSeq(strings.Join(r.Header.Values("If-None-Match"), ","), ",") {
		known = strings.TrimPrefix(strings.TrimSpace(known), "W/")
		if slices.Contains([]string{`"` + tag + `"`, `"` + tag + zippedTag + `"`}, known) {
			return known
		}
	}
	return ""
}

// acceptsGzip reports whether the client takes an answer compressed with gzip.
func acceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(strings.Join(r.Header.Values("Accept-Encoding"), ","), ",") {
		coding, parameters, _ := mime.ParseMediaType(strings.TrimSpace(part))
		if coding == "gzip" || coding == "*" {
			q := strings.Trim(parameters["q"], "0.")
			return parameters["q"] == "" || q != ""
		}
	}
	return false
}
