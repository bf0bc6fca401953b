package graph

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"os"
	"time"

	"autoholdings/internal/problem"
)

// Bodies gives up clients that announce a body and do not send it, whoever handles the request: without it their
// connections would stay open for ever.
func Bodies(limits Limits, next http.Handler) http.Handler {
	limits = limits.WithDefaults()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, patient := r.Body.(*patientReader) // what is before this handler bounds bodies too
		if r.ContentLength == 0 || r.Body == http.NoBody || patient {
			next.ServeHTTP(w, r)
			return
		}
		control := http.NewResponseController(w)
		body := &patientReader{ReadCloser: r.Body, control: control, patience: limits.UploadPatience, until: time.Now().Add(limits.BodyTime)}
		r.Body = body
		defer func() {
			if !body.ended { // net/http reads the rest before it goes on with the connection
				_ = deadlineOf(control.SetReadDeadline, time.Now().Add(unwantedBody))
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// unwantedBody is how long the rest of a body may take that nobody wants.
const unwantedBody = 2 * time.Second

// patientReader reads from a client, and gives up if it sends nothing for a while.
type patientReader struct {
	io.ReadCloser

	control  *http.ResponseController
	patience time.Duration
	until    time.Time // for all of it; zero: no end
	ended    bool
	broken   error // why it did not come to its end
}

func (p *patientReader) Read(b []byte) (n int, err error) {
	deadline := time.Now().Add(p.patience)
	if !p.until.IsZero() && p.until.Before(deadline) {
		deadline = p.until
	}
	if err := deadlineOf(p.control.SetReadDeadline, deadline); err != nil {
		return 0, err
	}
	n, err = p.ReadCloser.Read(b)
	if err == io.EOF { // the connection is free for further requests, and for noticing that the client goes
		p.ended = true
		if err := deadlineOf(p.control.SetReadDeadline, time.Time{}); err != nil {
			return n, err
		}
	} else if err != nil {
		p.broken = err
	}
	return n, err
}

// largeBodies is how many bodies of more than a little are read at once: each takes memory until it is whole.
const (
	largeBodies = 16
	smallBody   = 64 << 10
)

// checkBody reads the request and refuses one that is too large, does not come, or is not a request. gqlgen would refuse
// some of them too, but it would repeat the body in its answer and in the log, and the body may contain a key.
func (d *door) checkBody(next http.Handler) http.Handler {
	large := newGate(largeBodies, largeBodies, d.limits.Wait, d.full(limitQueries, limitQueriesPerCaller))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			if _, err := url.ParseQuery(r.URL.RawQuery); err != nil {
				refuse(w, r, http.StatusBadRequest, string(problem.BadInput),
					"the address is not of the form ?query=…&variables=…: encode each of them as percent-encoding demands")
				return
			}
			next.ServeHTTP(w, r)
			return
		}
		body, err := d.readBody(w, r, large)
		if err == nil && !isPlainQuery(r) {
			err = d.limits.checkValues(body)
		}
		if over, ok := errors.AsType[*excess](err); ok {
			answerExcess(w, r, over)
			return
		}
		if err != nil || wantsEvents(r) && !isPlainQuery(r) && !isRequest(body) {
			refuse(w, r, http.StatusBadRequest, string(problem.BadInput), notARequest)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		next.ServeHTTP(w, r)
	})
}

const notARequest = `the request's body is not of the form {"query": "…", "variables": {…}}: ` +
	"send it as JSON, whole and with nothing behind it"

// deepestValue is how deep values may nest in a body: a request with its variables, which may be lists of objects.
const deepestValue = 100

// checkValues refuses a body with too many values, or values inside values, before they are decoded: that takes a hundred
// times as long as looking.
func (l *Limits) checkValues(body []byte) error {
	quoted, depth, values := false, 0, 0
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[' || c == '{':
			depth++
			values++
		case c == ']' || c == '}':
			depth--
		case c == ',':
			values++
		}
		if depth > deepestValue {
			return l.exceeded(limitDepth)
		}
		if values > l.Values {
			return l.exceeded(limitValues)
		}
	}
	return nil
}

// isRequest reports whether gqlgen can decode the body, as it does for server-sent events: all others are decoded by overHTTP,
// once. Variables are left as they are: decoding them costs most of all.
func isRequest(body []byte) bool {
	var parts struct {
		Query, OperationName  string
		Variables, Extensions json.RawMessage
	}
	if json.Unmarshal(body, &parts) != nil {
		return false
	}
	for _, object := range []json.RawMessage{parts.Variables, parts.Extensions} {
		if len(object) > 0 && object[0] != '{' && string(object) != "null" {
			return false
		}
	}
	return true
}

func (d *door) readBody(w http.ResponseWriter, r *http.Request, large *gate) ([]byte, error) {
	whole := http.MaxBytesReader(w, r.Body, int64(d.limits.Body))
	begin, err := io.ReadAll(io.LimitReader(whole, smallBody))
	if err == nil && len(begin) == smallBody {
		if over := d.limits.checkValues(begin); over != nil && !isPlainQuery(r) {
			return nil, over // the rest need not be read
		}
		leave, full := large.enter(r.Context(), d.caller(r.Context()))
		if full != nil {
			return nil, full
		}
		defer leave()
		var rest []byte
		rest, err = io.ReadAll(whole)
		begin = append(begin, rest...)
	}
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return nil, d.limits.exceeded(limitBody)
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return nil, d.limits.exceeded(limitBodyTime)
	}
	return begin, err
}

// isPlainQuery reports whether the body is the query itself.
func isPlainQuery(r *http.Request) bool {
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && mediaType == mediaPlain
}
