package mockoup

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// Fault is an error of the service or a list with something wrong. It applies to requests that would otherwise be
// answered with a list or with 204 No Content. So a request with a wrong key does not use it up. It applies regardless
// of conditions such as If-None-Match.
type Fault struct {
	Kind string `json:"kind"` // one of FaultKinds
	// Times is the number of requests to which the fault applies; 0 or less = until it is cleared.
	Times    int    `json:"times"`
	Content  string `json:"content,omitempty"`  // applies only to this content type; "" = both
	Customer string `json:"customer,omitempty"` // applies only to this customer; "" = all, and the global title list
	// RetryAfter is the header Retry-After in seconds. For too-many-requests, 0 means 1. For unavailable and server-error,
	// 0 means no header.
	RetryAfter int `json:"retryAfter,omitempty"`
	// DelayMillis is, for slow, the pause after each piece, 100 by default. For timeout, it is the longest time for which
	// the answer is held, 120,000 by default.
	DelayMillis int `json:"delayMillis,omitempty"`
	// ChunkBytes is, for slow, the size of a piece, 1,024 by default.
	ChunkBytes int `json:"chunkBytes,omitempty"`
	// Encoding is, for wrong-encoding, windows-1252, utf-16le or utf-16be. The default is windows-1252 or, if the list is
	// plain ASCII, utf-16le.
	Encoding string `json:"encoding,omitempty"`
}

// faultKinds are the faults in the order of the documentation.
var faultKinds = []struct {
	kind  string
	apply func(f *Fault, x *exchange) error
}{
	{"no-content", func(_ *Fault, x *exchange) error { x.w.WriteHeader(http.StatusNoContent); return nil }},
	{"unauthorized", refuse(http.StatusUnauthorized, "the customer number or the key is not known", "check both with the provider")},
	{"forbidden", refuse(http.StatusForbidden, "the key is not valid for this list", "ask the provider what the key is for")},
	{"not-found", refuse(http.StatusNotFound, "there is no such list", "try again when the next release is out")},
	{"too-many-requests", tooManyRequests},
	{"server-error", refuse(http.StatusInternalServerError, "an internal error occurred", "try again later")},
	{"unavailable", refuse(http.StatusServiceUnavailable, "the service is down for maintenance", "try again later")},
	{"timeout", holdAnswer},
	{"slow", drip},
	{"reset", reset},
	{"truncated", truncate},
	{"bad-gzip", badGzip},
	{"html", loginPage},
	{"json-error", jsonError},
	{"empty", func(_ *Fault, x *exchange) error { return x.plain("") }},
	{"header-only", func(_ *Fault, x *exchange) error { x.view.headerOnly = true; return x.send(x.w, x.r) }},
	{"half", func(_ *Fault, x *exchange) error { x.view.half = true; return x.list() }},
	{"older", older},
	{"wrong-encoding", wrongEncoding},
	{"moved-ids", func(_ *Fault, x *exchange) error { x.view.movedIDs = true; return x.list() }},
	{"extra-column", func(_ *Fault, x *exchange) error { x.view.extraColumn = true; return x.list() }},
}

// FaultKinds returns the kinds of faults.
func FaultKinds() []string {
	var kinds []string
	for _, k := range faultKinds {
		kinds = append(kinds, k.kind)
	}
	return kinds
}

// SetFault sets a fault. Several can be set: of those that match a request, the last one applies. A fault for the same
// content type and customer as an earlier one replaces it.
func (s *Server) SetFault(f Fault) error {
	switch {
	case !slices.Contains(FaultKinds(), f.Kind):
		return fmt.Errorf("mockoup: there is no fault %q; use one of %s", f.Kind, strings.Join(FaultKinds(), ", "))
	case f.Content != "" && !isContent(f.Content):
		return fmt.Errorf("mockoup: there is no content type %q; use %s or %s, or leave it out for both", f.Content, Books, Journals)
	case f.Customer != "" && s.customers[f.Customer].Number == "":
		return fmt.Errorf("mockoup: there is no customer %q; leave it out for all", f.Customer)
	case f.RetryAfter < 0 || f.DelayMillis < 0 || f.ChunkBytes < 0:
		return errors.New("mockoup: retryAfter, delayMillis and chunkBytes cannot be negative; leave them out for the defaults")
	case f.Encoding != "" && encodings[f.Encoding] == nil:
		return fmt.Errorf("mockoup: there is no encoding %q; use windows-1252, utf-16le or utf-16be", f.Encoding)
	}
	s.mu.Lock()
	s.faults = slices.DeleteFunc(s.faults, func(old *Fault) bool { return old.Content == f.Content && old.Customer == f.Customer })
	s.faults = slices.Insert(s.faults, 0, &f)
	s.mu.Unlock()
	s.log.Info("fault set", "kind", f.Kind, "times", f.Times, "content", f.Content, "customer", f.Customer)
	return nil
}

// ClearFaults removes all faults. It does not change answers that are being sent.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	s.faults = nil
	s.mu.Unlock()
	s.log.Info("faults cleared")
}

// Faults returns the faults that are set, the last one first. Times is the number of requests that are left.
func (s *Server) Faults() []Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	faults := []Fault{}
	for _, f := range s.faults {
		faults = append(faults, *f)
	}
	return faults
}

// takeFault returns the fault that applies to a request, or nil, and counts the request.
func (s *Server) takeFault(customer, content string) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, f := range s.faults {
		if f.Content != "" && f.Content != content || f.Customer != "" && f.Customer != customer {
			continue
		}
		fault := *f
		if f.Times == 1 {
			s.faults = slices.Delete(s.faults, i, i+1)
		} else if f.Times > 1 {
			f.Times--
		}
		return &fault
	}
	return nil
}

// exchange is a request to which a fault applies, and the list that would otherwise be the answer.
type exchange struct {
	*delivery
	server  *Server
	w       http.ResponseWriter
	r       *http.Request
	release int
	content string
}

func (f *Fault) apply(x *exchange) error {
	for _, k := range faultKinds {
		if k.kind == f.Kind {
			return k.apply(f, x)
		}
	}
	return fmt.Errorf("mockoup: fault %q is set but unknown", f.Kind)
}

// list serves the list as changed by the fault. If there is no list, the answer is 204 No Content.
func (x *exchange) list() error {
	if x.empty() {
		x.w.WriteHeader(http.StatusNoContent)
		return nil
	}
	return x.send(x.w, x.r)
}

// plain answers 200 with a body that is not a list.
func (x *exchange) plain(body string) error {
	if x.w.Header().Get("Content-Type") == "" {
		x.w.Header().Set("Content-Type", "text/tab-separated-values; charset=utf-8")
	}
	x.w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	x.w.WriteHeader(http.StatusOK)
	_, err := io.WriteString(x.w, body)
	return err
}

func refuse(status int, message, hint string) func(*Fault, *exchange) error {
	return func(f *Fault, x *exchange) error {
		if f.RetryAfter > 0 {
			x.w.Header().Set("Retry-After", strconv.Itoa(f.RetryAfter))
		}
		problem(x.w, status, f.Kind, message, hint)
		return nil
	}
}

func tooManyRequests(f *Fault, x *exchange) error {
	x.w.Header().Set("Retry-After", strconv.Itoa(max(1, f.RetryAfter)))
	problem(x.w, http.StatusTooManyRequests, f.Kind, "too many requests", "wait as long as Retry-After says")
	return nil
}

// holdAnswer keeps the client waiting until it leaves, the server is closed, or the time is over.
func holdAnswer(f *Fault, x *exchange) error {
	bound := time.NewTimer(f.delay(2 * time.Minute))
	defer bound.Stop()
	select {
	case <-x.r.Context().Done():
	case <-x.server.closed:
	case <-bound.C:
	}
	problem(x.w, http.StatusGatewayTimeout, f.Kind, "the answer took too long", "try again later")
	return nil
}

func (f *Fault) delay(byDefault time.Duration) time.Duration {
	if f.DelayMillis > 0 {
		return time.Duration(f.DelayMillis) * time.Millisecond
	}
	return byDefault
}

// drip sends the list in small pieces with pauses.
func drip(f *Fault, x *exchange) error {
	if x.empty() {
		return x.list()
	}
	x.headers(x.w.Header())
	x.w.WriteHeader(http.StatusOK)
	return x.body(&dripper{x: x, piece: f.chunk(), pause: f.delay(100 * time.Millisecond)})
}

func (f *Fault) chunk() int {
	if f.ChunkBytes > 0 {
		return f.ChunkBytes
	}
	return 1 << 10
}

type dripper struct {
	x     *exchange
	piece int
	pause time.Duration
}

var errLeft = errors.New("mockoup: the client left or the server was closed")

func (d *dripper) Write(p []byte) (written int, err error) {
	flusher := http.NewResponseController(d.x.w)
	for piece := range slices.Chunk(p, d.piece) {
		n, err := d.x.w.Write(piece)
		written += n
		if err != nil {
			return written, err
		}
		_ = flusher.Flush() // if the writer cannot flush, the pauses still slow it down
		select {
		case <-d.x.r.Context().Done():
			return written, errLeft
		case <-d.x.server.closed:
			return written, errLeft
		case <-time.After(d.pause):
		}
	}
	return written, nil
}

// reset resets the connection halfway through the list.
func reset(_ *Fault, x *exchange) error {
	length, err := x.length()
	if err != nil {
		return err
	}
	conn, buffered, err := http.NewResponseController(x.w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // HTTP/2: the server resets the stream
	}
	defer func() { _ = conn.Close() }()
	h := http.Header{}
	x.headers(h)
	h.Set("Content-Length", strconv.FormatInt(length, 10))
	_, _ = io.WriteString(buffered, "HTTP/1.1 200 OK\r\n")
	_ = h.Write(buffered)
	_, _ = io.WriteString(buffered, "\r\n")
	_ = x.body(&upTo{w: buffered, left: length / 2})
	_ = buffered.Flush()
	if tcp, ok := conn.(*net.TCPConn); ok {
		return tcp.SetLinger(0) // so that Close sends RST, not FIN
	}
	return nil
}

// truncate announces the full length of the list and sends half of it.
func truncate(_ *Fault, x *exchange) error {
	if x.empty() {
		return x.list()
	}
	length, err := x.length()
	if err != nil {
		return err
	}
	x.headers(x.w.Header())
	x.w.Header().Set("Content-Length", strconv.FormatInt(length, 10))
	x.w.WriteHeader(http.StatusOK)
	if err := x.body(&upTo{w: x.w, left: length / 2}); !errors.Is(err, errEnough) {
		return err
	}
	return nil
}

// upTo writes a number of bytes and then fails with errEnough.
type upTo struct {
	w    io.Writer
	left int64
}

var errEnough = errors.New("mockoup: enough was sent")

func (u *upTo) Write(p []byte) (int, error) {
	if int64(len(p)) <= u.left {
		u.left -= int64(len(p))
		return u.w.Write(p)
	}
	n, err := u.w.Write(p[:u.left])
	u.left = 0
	return n, errors.Join(err, errEnough)
}

// badGzip sends a gzip file that ends early: it has half of the list, and neither checksum nor length. As an HTTP
// answer, it is complete.
func badGzip(_ *Fault, x *exchange) error {
	if x.empty() {
		return x.list()
	}
	x.packaging = Plain
	length, err := x.length()
	if err != nil {
		return err
	}
	x.packaging = Gzip
	x.headers(x.w.Header())
	x.w.WriteHeader(http.StatusOK)
	z := gzip.NewWriter(x.w)
	if err := x.text(&upTo{w: z, left: length / 2}); !errors.Is(err, errEnough) {
		return err
	}
	return z.Flush()
}

func loginPage(_ *Fault, x *exchange) error {
	x.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	return x.plain("<!DOCTYPE html>\n<html lang=\"en\">\n<head><title>Sign in</title></head>\n<body>\n<h1>Sign in</h1>\n" +
		"<form method=\"post\" action=\"/login\">\n<label>Account <input name=\"account\"></label>\n" +
		"<label>Password <input name=\"password\" type=\"password\"></label>\n<button>Sign in</button>\n</form>\n</body>\n</html>\n")
}

func jsonError(f *Fault, x *exchange) error {
	x.w.Header().Set("Content-Type", "application/json")
	return x.plain(`{"error":{"code":"` + f.Kind + `","message":"the list could not be created"}}` + "\n")
}

// older serves the release before the current one. If the current release is the first, it serves the same list with a
// date one month earlier.
func older(_ *Fault, x *exchange) error {
	if x.release > 0 {
		e, err := x.server.source.edition(x.release-1, x.content)
		if err != nil {
			return err
		}
		x.edition, x.fileName, x.date = e, e.name(), x.server.source.releases()[x.release-1]
		return x.list()
	}
	before := x.date.AddDate(0, -1, 0)
	for _, layout := range []string{time.DateOnly, "20060102"} {
		x.fileName = strings.Replace(x.fileName, x.date.Format(layout), before.Format(layout), 1)
	}
	x.date = before
	return x.list()
}

var encodings = map[string]encoding.Encoding{
	"windows-1252": charmap.Windows1252,
	"utf-16le":     unicode.UTF16(unicode.LittleEndian, unicode.UseBOM),
	"utf-16be":     unicode.UTF16(unicode.BigEndian, unicode.UseBOM),
}

// wrongEncoding announces UTF-8, as always, but sends another encoding.
func wrongEncoding(f *Fault, x *exchange) error {
	name := f.Encoding
	if name == "" {
		name = "windows-1252"
		if x.edition.ascii() {
			name = "utf-16le"
		}
	}
	x.encoding, x.view.decoded = encodings[name], true
	return x.list()
}
