package provider

import (
	"cmp"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"autoholdings/internal/storable"
)

// answer is what the provider sent, after redirects. Its body must be read through body.
type answer struct {
	*http.Response

	from        *url.URL // where it came from
	conditional bool     // the request had conditions
	body        io.Reader
}

func (a *answer) close() { _ = a.Response.Body.Close() } // it was only read

// glance checks the beginning of an answer; it returns no file.
func (f *Fetcher) glance(ctx context.Context, a *answer, r Request, m mask) (*File, error) {
	if a.StatusCode != http.StatusOK {
		return nil, f.refusal(ctx, a, r, m)
	}
	encoded, err := a.gzipped(m)
	if err != nil {
		return nil, err
	}
	u := &unpacker{ctx: ctx, maxSize: f.o.MaxSize, m: m}
	list, err := u.open(a.body, nil, encoded)
	if err != nil || list == nil {
		return nil, err
	}
	return nil, judge(list, m)
}

// accept reads a whole answer and keeps it.
func (f *Fetcher) accept(ctx context.Context, a *answer, r Request, m mask) (*File, error) {
	if a.StatusCode != http.StatusOK {
		return nil, f.refusal(ctx, a, r, m)
	}
	if a.ContentLength > f.o.MaxSize {
		return nil, newOutcome(TooLarge, fmt.Sprintf("%d bytes announced, %d allowed", a.ContentLength, f.o.MaxSize), nil)
	}
	encoded, err := a.gzipped(m)
	if err != nil {
		return nil, err
	}
	raw, err := f.store.spool(ctx, a.body, f.o.MaxSize)
	if err != nil {
		return nil, err
	}
	defer raw.discard()
	file, err := f.store.keep(ctx, raw, encoded, f.o.MaxSize, m)
	if err != nil {
		return nil, err
	}
	f.describe(file, a, r, m)
	if r.LastSHA256 != "" && strings.EqualFold(file.SHA256, r.LastSHA256) {
		same := newOutcome(SameFile, "", nil)
		same.File = file
		return nil, same
	}
	return file, nil
}

// describe fills in what the answer's headers say.
func (f *Fetcher) describe(file *File, a *answer, r Request, m mask) {
	file.Status = a.StatusCode
	file.FetchedAt = f.o.Now().UTC()
	// They go back as they came or not at all: without them the file is fetched anew.
	file.ETag = storable.OrNone(withoutKey(a.Header.Get("ETag"), m))
	file.LastModified = storable.OrNone(withoutKey(a.Header.Get("Last-Modified"), m))
	if a.StatusCode == http.StatusNotModified { // a 304 need not repeat them (RFC 9110, section 15.4.5)
		file.ETag = cmp.Or(file.ETag, r.ETag)
		file.LastModified = cmp.Or(file.LastModified, r.LastModified)
	}
	file.setNameAndDate(nameSources{
		disposition: a.Header.Get("Content-Disposition"), urlPath: a.from.Path,
		made: f.madeName(r), m: m,
	})
}

// madeName is the name of a list that came without one.
func (f *Fetcher) madeName(r Request) string {
	kind := "-"
	if r.Global {
		kind = "-titles-"
	}
	return strings.ToLower(f.provider.Short) + kind + string(r.Content) + ".txt"
}

func withoutKey(s string, m mask) string {
	if m.shows(s) {
		return ""
	}
	return s
}

// statusCodes says what an answer other than 200 means; the rest is in refusal's default.
var statusCodes = map[int]Code{
	http.StatusAccepted:        NoFile, // not ready yet
	http.StatusNoContent:       NoFile,
	http.StatusNotModified:     SameFile,
	http.StatusUnauthorized:    CredentialsRefused,
	http.StatusForbidden:       CredentialsRefused,
	http.StatusNotFound:        NoFile,
	http.StatusRequestTimeout:  Timeout,
	http.StatusTooManyRequests: Throttled,
}

// refusal returns the outcome of an answer without a list.
func (f *Fetcher) refusal(ctx context.Context, a *answer, r Request, m mask) *Outcome {
	code, known := statusCodes[a.StatusCode]
	switch {
	case known:
	case a.StatusCode >= http.StatusInternalServerError:
		code = ServerError
	default:
		code = UnexpectedStatus
	}
	if code == SameFile {
		return f.unchanged(ctx, a, r, m)
	}
	detail := fmt.Sprintf("HTTP %d", a.StatusCode)
	if text := http.StatusText(a.StatusCode); text != "" {
		detail += " " + text
	}
	if message := a.providerMessage(m); message != "" {
		detail += ", and says: " + message
	}
	o := newOutcome(code, detail, nil)
	if code == Throttled || code == ServerError {
		o.RetryAfter = parseRetryAfter(a.Header.Get("Retry-After"), f.o.Now())
	}
	// Asking again does not change these.
	if a.StatusCode == http.StatusNotImplemented || a.StatusCode == http.StatusHTTPVersionNotSupported {
		o.Retriable = false
		o.Hint = rules[UnexpectedStatus].hint
	}
	return o
}

// unchanged returns the outcome of HTTP 304.
func (f *Fetcher) unchanged(ctx context.Context, a *answer, r Request, m mask) *Outcome {
	if !a.conditional {
		return newOutcome(UnexpectedStatus, "HTTP 304 Not Modified to a request without conditions", nil)
	}
	o := newOutcome(SameFile, "", nil)
	file, err := f.store.find(ctx, strings.ToLower(r.LastSHA256))
	if err != nil {
		return o // the request named no hash: the caller knows the file
	}
	f.describe(file, a, r, m)
	o.File = file
	return o
}

// gzipped reports whether the headers say that the body must be unpacked.
func (a *answer) gzipped(m mask) (bool, error) {
	coding := strings.TrimSpace(a.Header.Get("Content-Encoding"))
	switch strings.ToLower(coding) {
	case "", "identity":
		return false, nil
	case "gzip", "x-gzip":
		return true, nil
	default:
		return false, newOutcome(NotKBART, "it is encoded as "+cut(m.text(coding))+", which was not asked for", nil)
	}
}

// providerMessage returns what the provider says in an answer without a list.
func (a *answer) providerMessage(m mask) string {
	const enough = 8 << 10
	body := io.LimitReader(a.body, enough)
	if encoded, err := a.gzipped(m); err != nil {
		return ""
	} else if encoded {
		gz, err := gzip.NewReader(body)
		if err != nil {
			return ""
		}
		body = io.LimitReader(gz, enough)
	}
	text, _ := io.ReadAll(body) // whatever arrived is worth quoting
	return quote(string(text), m)
}

// parseRetryAfter reads a Retry-After header (RFC 9110, section 10.2.3): seconds or a date. It returns 0 if the header
// is missing, malformed or past, and never more than a month.
func parseRetryAfter(header string, now time.Time) time.Duration {
	const longest = 31 * 24 * time.Hour
	header = strings.TrimSpace(header)
	if header == "" {
		return 0
	}
	if seconds, err := time.ParseDuration(header + "s"); err == nil && strings.Trim(header, "0123456789") == "" {
		return min(seconds, longest)
	} else if strings.Trim(header, "0123456789") == "" {
		return longest // the number of seconds overflows
	}
	date, err := http.ParseTime(header)
	if err != nil {
		return 0
	}
	return min(max(date.Sub(now), 0), longest)
}
