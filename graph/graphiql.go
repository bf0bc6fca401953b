package graph

import (
	"bytes"
	"compress/gzip"
	"embed"
	"io"
	"mime"
	"net/http"
	"path"
	"strings"
)

//go:embed graphiql/index.html graphiql/start.js graphiql/*.gz
var graphiQLAssets embed.FS

// graphiQLPolicy lets the page load what it needs, from this server alone, and lets no other page frame it.
const graphiQLPolicy = "default-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src 'self' data:; " +
	"connect-src 'self' ws: wss:; frame-ancestors 'none'"

// graphiQL serves the page for trying out the API. It loads only from this server and works without the internet.
func graphiQL() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", graphiQLPolicy)
		http.ServeFileFS(w, r, graphiQLAssets, "graphiql/index.html")
	})
}

// graphiQLFiles serves the page's scripts and styles; the larger ones are kept gzipped.
func graphiQLFiles() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := "graphiql/" + path.Base(r.URL.Path)
		w.Header().Set("Content-Security-Policy", graphiQLPolicy)
		w.Header().Set("Vary", "Accept-Encoding")
		packed, err := graphiQLAssets.ReadFile(name + ".gz")
		if err != nil {
			http.ServeFileFS(w, r, graphiQLAssets, name)
			return
		}
		w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
		w.Header().Set("Cache-Control", "max-age=86400")
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(packed) //nolint:gosec // G705: an embedded file; the client may have gone
			return
		}
		if plain, err := gzip.NewReader(bytes.NewReader(packed)); err == nil { // an embedded file is whole
			_, _ = io.Copy(w, plain) //nolint:gosec // G110: an embedded file
		}
	})
}
