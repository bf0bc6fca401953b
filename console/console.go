// Package console serves the page that librarians open: TypeScript of src/, built into dist/ and embedded. It is a client of
// the API and nothing else.
package console

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io"
	"mime"
	"net/http"
	"path"
	"strings"
)

//go:embed dist/*.gz
var built embed.FS

// policy lets the page load from this server alone, run no script that stands in it, and be framed by nobody.
const policy = "default-src 'self'; base-uri 'none'; form-action 'self'; object-src 'none'; frame-ancestors 'none'"

// Handler serves the page at / and at each path below /console/, and its files below /console/files/.
func Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", file("index.html"))
	mux.Handle("GET /console/", file("index.html"))
	mux.HandleFunc("GET /console/files/{name}", func(w http.ResponseWriter, r *http.Request) {
		// The name of a file has a hash of what it holds.
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		file(r.PathValue("name")).ServeHTTP(w, r)
	})
	return mux
}

// file serves a built file as it is embedded, packed, to all who take that.
func file(name string) http.Handler {
	packed, err := built.ReadFile("dist/" + path.Base(name) + ".gz")
	if err != nil {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Del("Cache-Control")
			http.NotFound(w, r)
		})
	}
	sum := sha256.Sum256(packed)
	tag := `"` + hex.EncodeToString(sum[:12]) + `"`
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
		header.Set("Content-Security-Policy", policy)
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "same-origin")
		header.Set("Vary", "Accept-Encoding")
		if header.Get("Cache-Control") == "" {
			header.Set("Cache-Control", "no-cache")
		}
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			header.Set("Content-Encoding", "gzip")
			header.Set("ETag", strings.TrimSuffix(tag, `"`)+`-gzip"`)
			if r.Header.Get("If-None-Match") == header.Get("ETag") {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			_, _ = w.Write(packed) //nolint:gosec // G705: an embedded file; the client may have gone
			return
		}
		header.Set("ETag", tag)
		if plain, err := gzip.NewReader(bytes.NewReader(packed)); err == nil { // an embedded file is whole
			_, _ = io.Copy(w, plain) //nolint:gosec // G110: an embedded file
		}
	})
}
