package mockoup

import (
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// ServeHTTP answers requests for lists and requests that control the mock. See the package documentation.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

func (s *Server) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /kbart/{customer}/{content}", s.serveList(s.authenticate))
	mux.HandleFunc("GET /titles/{content}", s.serveList(func(http.ResponseWriter, *http.Request) (Customer, bool) { return everyone, true }))
	mux.HandleFunc("GET /_mock/release", s.showRelease)
	mux.HandleFunc("PUT /_mock/release", s.changeRelease)
	mux.HandleFunc("POST /_mock/release", s.changeRelease)
	mux.HandleFunc("POST /_mock/release/next", s.step(1))
	mux.HandleFunc("POST /_mock/release/previous", s.step(-1))
	mux.HandleFunc("GET /_mock/fault", s.showFaults)
	mux.HandleFunc("PUT /_mock/fault", s.changeFault)
	mux.HandleFunc("DELETE /_mock/fault", s.deleteFaults)
	mux.HandleFunc("GET /_mock/packaging", s.showPackaging)
	mux.HandleFunc("PUT /_mock/packaging", s.changePackaging)
	mux.HandleFunc("GET /_mock/requests", s.showRequests)
	mux.HandleFunc("DELETE /_mock/requests", s.deleteRequests)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		problem(w, http.StatusNotFound, "no-such-path", r.Method+" "+r.URL.Path+" is not served here",
			"lists are at GET /kbart/{customer}/books and /kbart/{customer}/journals, global title lists at GET /titles/books "+
				"and /titles/journals; control the mock at /_mock/release, /_mock/fault, /_mock/packaging and /_mock/requests")
	})
	return mux
}

// serveList answers requests for lists. It checks credentials first, then faults, then conditions. admit returns the
// customer, or refuses the request and returns false.
func (s *Server) serveList(admit func(http.ResponseWriter, *http.Request) (Customer, bool)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		entry := s.requests.add(r)
		w = &recorder{ResponseWriter: w, requests: &s.requests, entry: entry}
		customer, ok := admit(w, r)
		if !ok {
			return
		}
		s.serveListOf(customer, w, r, entry)
	}
}

func (s *Server) serveListOf(customer Customer, w http.ResponseWriter, r *http.Request, entry *Request) {
	content := r.PathValue("content")
	if !isContent(content) {
		problem(w, http.StatusNotFound, "unknown-content", fmt.Sprintf("there is no content type %q", content), "ask for books or journals")
		return
	}
	if format := r.URL.Query().Get("format"); format != "" && !strings.EqualFold(format, "kbart") {
		problem(w, http.StatusBadRequest, "unknown-format", fmt.Sprintf("there is no format %q", format), "ask for format=kbart")
		return
	}
	s.mu.Lock()
	release := s.release
	s.mu.Unlock()
	d, err := s.delivery(release, content, customer)
	if err != nil {
		s.log.Error("list not served", "err", err)
		problem(w, http.StatusInternalServerError, "unreadable-release", err.Error(), "fix or remove the file")
		return
	}
	answer := func() error { return d.answer(w, r) }
	if fault := s.takeFault(customer.Number, content); fault != nil {
		s.requests.update(entry, func(q *Request) { q.Fault = fault.Kind })
		x := &exchange{delivery: d, server: s, w: w, r: r, release: release, content: content}
		answer = func() error { return fault.apply(x) }
	}
	if err := answer(); err != nil {
		s.log.Warn("list not served completely", "err", err)
		panic(http.ErrAbortHandler) // so that the client does not take its part for the whole list
	}
}

// authenticate answers 401 to an unknown customer or a request without a key, and 403 to a wrong key.
func (s *Server) authenticate(w http.ResponseWriter, r *http.Request) (Customer, bool) {
	customer, known := s.customers[r.PathValue("customer")]
	key := requestKey(r)
	switch {
	case !known:
		problem(w, http.StatusUnauthorized, "unknown-customer", "the customer number is not known", "check the Sigma Customer ID")
	case key == "":
		w.Header().Set("WWW-Authenticate", "Bearer")
		problem(w, http.StatusUnauthorized, "no-key", "the request has no key", "send the KBART API key in the header X-Api-Key")
	case subtle.ConstantTimeCompare([]byte(key), []byte(customer.Key)) == 0:
		problem(w, http.StatusForbidden, "wrong-key", "the key does not belong to this customer", "check the KBART API key")
	default:
		return customer, true
	}
	return Customer{}, false
}

func requestKey(r *http.Request) string {
	if key := r.Header.Get("X-Api-Key"); key != "" {
		return key
	}
	if scheme, key, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok && strings.EqualFold(scheme, "Bearer") {
		return strings.TrimSpace(key)
	}
	return r.URL.Query().Get("api_key")
}

type releaseState struct {
	Current  string   `json:"current"`
	Releases []string `json:"releases"`
}

func (s *Server) showRelease(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, releaseState{Current: s.Release(), Releases: s.Releases()})
}

func (s *Server) changeRelease(w http.ResponseWriter, r *http.Request) {
	var change struct {
		Date string `json:"date"`
		Step int    `json:"step"`
	}
	const hint = `send {"date":"2016-07-08"} with the date of a release, or {"step":1}; GET /_mock/release lists them`
	if !readJSON(w, r, &change, hint) {
		return
	}
	switch {
	case (change.Date == "") == (change.Step == 0):
		problem(w, http.StatusBadRequest, "bad-release", "either a date or a step is needed", hint)
	case change.Date != "":
		s.answerRelease(w, r, s.SetRelease(change.Date))
	default:
		s.answerRelease(w, r, s.Step(change.Step))
	}
}

func (s *Server) step(n int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { s.answerRelease(w, r, s.Step(n)) }
}

// answerRelease answers a change of the release with the new state, or with the reason why nothing was changed.
func (s *Server) answerRelease(w http.ResponseWriter, r *http.Request, err error) {
	switch {
	case errors.Is(err, ErrNoFurtherRelease):
		problem(w, http.StatusConflict, "no-further-release", err.Error(), "set one of the dates, or step in the other direction")
	case err != nil:
		problem(w, http.StatusBadRequest, "bad-release", err.Error(), "GET /_mock/release lists the releases")
	default:
		s.showRelease(w, r)
	}
}

func (s *Server) showFaults(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]any{"faults": s.Faults(), "kinds": FaultKinds()})
}

func (s *Server) changeFault(w http.ResponseWriter, r *http.Request) {
	var fault Fault
	const hint = `send {"kind":"too-many-requests","times":2}; GET /_mock/fault lists the kinds`
	if !readJSON(w, r, &fault, hint) {
		return
	}
	if err := s.SetFault(fault); err != nil {
		problem(w, http.StatusBadRequest, "bad-fault", err.Error(), hint)
		return
	}
	s.showFaults(w, r)
}

func (s *Server) deleteFaults(w http.ResponseWriter, r *http.Request) {
	s.ClearFaults()
	s.showFaults(w, r)
}

func (s *Server) showPackaging(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	kind := s.packaging
	s.mu.Unlock()
	writeJSON(w, http.StatusOK, map[string]Packaging{"kind": kind})
}

func (s *Server) changePackaging(w http.ResponseWriter, r *http.Request) {
	var change struct {
		Kind Packaging `json:"kind"`
	}
	const hint = `send {"kind":"gzip"}; or "zip", "plain", or "" for lists as they are`
	if !readJSON(w, r, &change, hint) {
		return
	}
	if err := s.SetPackaging(change.Kind); err != nil {
		problem(w, http.StatusBadRequest, "bad-packaging", err.Error(), hint)
		return
	}
	s.showPackaging(w, r)
}

func (s *Server) showRequests(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, s.Requests())
}

func (s *Server) deleteRequests(w http.ResponseWriter, _ *http.Request) {
	s.requests.clear()
	w.WriteHeader(http.StatusNoContent)
}

// readJSON reads the body of a control request. It refuses unknown fields, because they are probably misspelled.
func readJSON(w http.ResponseWriter, r *http.Request, into any, hint string) bool {
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if err == nil {
		if _, more := d.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("there is something after the JSON object")
		}
	}
	if err != nil {
		problem(w, http.StatusBadRequest, "bad-json", "the body cannot be used: "+err.Error(), hint)
		return false
	}
	return true
}

// problem answers with what is wrong and what to do about it.
func problem(w http.ResponseWriter, status int, code, message, hint string) {
	writeJSON(w, status, map[string]any{"error": map[string]string{"code": code, "message": message, "hint": hint}})
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	_ = e.Encode(value) // if this fails, the client has left
}
