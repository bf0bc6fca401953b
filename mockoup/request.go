package mockoup

import (
	"net/http"
	"slices"
	"sync"
	"time"
)

// Request is a recorded request for a list and its answer. Keys are masked.
type Request struct {
	Time    time.Time         `json:"time"`
	Method  string            `json:"method"`
	Path    string            `json:"path"`
	Query   string            `json:"query,omitempty"`
	Headers map[string]string `json:"headers"` // those that influence the answer
	Status  int               `json:"status"`  // 0 while the answer is held, and if the connection was reset
	Fault   string            `json:"fault,omitempty"`
}

// mask replaces a key.
const mask = "masked"

var (
	recordedHeaders = []string{"Accept", "Accept-Encoding", "If-Modified-Since", "If-None-Match", "User-Agent"}
	secretHeaders   = []string{"Authorization", "X-Api-Key"}
)

// Requests returns the last 1,000 requests for lists in the order in which they arrived.
func (s *Server) Requests() []Request { return s.requests.all() }

const keptRequests = 1000

type requestLog struct {
	mu      sync.Mutex
	entries []*Request
}

func (l *requestLog) add(r *http.Request) *Request {
	q := &Request{
		Time: time.Now().UTC(), Method: r.Method, Path: r.URL.Path, Query: maskedQuery(r),
		Headers: map[string]string{},
	}
	for _, name := range recordedHeaders {
		if value := r.Header.Get(name); value != "" {
			q.Headers[name] = value
		}
	}
	for _, name := range secretHeaders {
		if r.Header.Get(name) != "" {
			q.Headers[name] = mask
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = append(l.entries, q)
	if len(l.entries) > keptRequests {
		l.entries = slices.Delete(l.entries, 0, len(l.entries)-keptRequests)
	}
	return q
}

func maskedQuery(r *http.Request) string {
	query := r.URL.Query()
	if query.Has("api_key") {
		query["api_key"] = []string{mask}
	}
	return query.Encode()
}

func (l *requestLog) update(q *Request, change func(*Request)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change(q)
}

func (l *requestLog) all() []Request {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := []Request{}
	for _, q := range l.entries {
		all = append(all, *q)
	}
	return all
}

func (l *requestLog) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = nil
}

// recorder records the status of an answer before the client can see it.
type recorder struct {
	http.ResponseWriter
	requests *requestLog
	entry    *Request
}

func (r *recorder) WriteHeader(status int) {
	r.requests.update(r.entry, func(q *Request) { q.Status = status })
	r.ResponseWriter.WriteHeader(status)
}

// Unwrap gives http.ResponseController access to the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
