package oup

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"time"
)

// Options configures a Fetcher. Zero values stand for the defaults named here.
type Options struct {
	Template Template // how a request is made
	Dir      string   // folder of spooled and kept files, made if it is missing
	MaxSize  int64    // bytes of a list, compressed or not; default 1 GiB

	Attempts      int           // tries of one Fetch; default 4
	BackoffBase   time.Duration // pause after the first try, doubled with each, ± 50 %; default 1 s
	BackoffMax    time.Duration // the longest pause; default 30 s
	MaxRetryAfter time.Duration // the longest Retry-After that is waited for; longer gives up with Outcome.RetryAfter; default 1 min

	Timeout        time.Duration // one try from its first to its last byte; default 15 min
	ConnectTimeout time.Duration // connecting, and TLS; default 10 s each
	HeaderTimeout  time.Duration // from the request to the answer's headers; default 1 min
	IdleTimeout    time.Duration // between two pieces of the body; default 30 s

	AllowHTTP     bool     // plain HTTP too
	AllowPrivate  bool     // loopback, private and other addresses that are not public, too
	AllowedHosts  []string // further hosts a redirect may lead to: "host" on its scheme's port, or "host:port"
	RatePerSecond float64  // requests to one host, over all profiles; default 2, negative: no limit

	RootCAs   *x509.CertPool                        // default: the system's
	Proxy     func(*http.Request) (*url.URL, error) // default: none; with one, the proxy resolves names, not this process
	UserAgent string                                // default "autoholdings"

	Logger *slog.Logger                               // one line a try; default: none
	Now    func() time.Time                           // default time.Now
	Sleep  func(context.Context, time.Duration) error // waits between tries, or returns the context's error; default: a timer
}

// File is a list that was fetched and kept.
type File struct {
	Path         string    // name in the Store
	Name         string    // what the provider calls the list: from Content-Disposition or the ZIP, else from the address, else made
	SHA256       string    // of the list's bytes, unpacked: hex; the same list has the same hash however it was packed
	Size         int64     // bytes of the list, unpacked
	StoredSize   int64     // bytes on disk
	ETag         string    // validators of the answer, for the next Request
	LastModified string    // as sent
	Date         time.Time // of the release: in the name, else Last-Modified, else zero; UTC
	FetchedAt    time.Time // UTC
	Status       int       // of the answer; 0 = not fetched
	Packaging    string    // how it came, outermost first: "plain", "gzip", "zip", "gzip+zip"
}

// Fetcher fetches lists and keeps them. It is safe for concurrent use; profiles of one provider should share one.
type Fetcher struct{}

var errUnfinished = errors.New("oup: not built yet")

// NewFetcher checks the options.
func NewFetcher(o Options) (*Fetcher, error) { return nil, errUnfinished }

// Fetch gets one file. Every error is an *Outcome.
func (f *Fetcher) Fetch(ctx context.Context, r Request) (*File, error) { return nil, errUnfinished }

// Open returns the bytes of a kept list.
func (f *Fetcher) Open(path string) (io.ReadCloser, error) { return nil, errUnfinished }

// Store is the folder of kept lists.
type Store struct{}
