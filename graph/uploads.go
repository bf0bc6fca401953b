package graph

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"time"

	"autoholdings/ent"
	"autoholdings/graph/model"
	"autoholdings/internal/problem"
)

// uploads accepts lists that are too large for a GraphQL request, which then refers to them by id.
type uploads struct {
	jobs    Jobs
	log     *slog.Logger
	guarded bool // what pages elsewhere send was refused before
}

func (u *uploads) register(mux *http.ServeMux) { mux.HandleFunc("POST /files", u.take) }

// uploaded is the response to an upload.
type uploaded struct {
	ID     string `json:"id"` // a ProviderFile's id
	Name   string `json:"name"`
	Size   int64  `json:"size"` // unpacked, in bytes
	SHA256 string `json:"sha256"`
}

// crossOrigin recognizes requests that a page elsewhere makes a person's browser send. The body of an upload may be any
// text, so a browser would send it without asking this server first.
var crossOrigin = http.NewCrossOriginProtection()

// take keeps the list in the request's body, plain or packed. The query has its name (name) and content type (content:
// BOOKS, JOURNALS or nothing for both).
func (u *uploads) take(w http.ResponseWriter, r *http.Request) {
	if err := crossOrigin.Check(r); err != nil && !u.guarded {
		refuse(w, r, http.StatusForbidden, codeForbidden,
			"the request comes from a page elsewhere, which may not upload files here: upload from this server's own pages, or from a program")
		return
	}
	if mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); mediaType == "multipart/form-data" {
		answerError(w, r, u.log, problem.New(problem.BadInput, "",
			"the body is a form: send the list itself as the body, as `curl --data-binary @FILE` does"))
		return
	}
	file, err := u.keep(w, r)
	if err != nil {
		answerError(w, r, u.log, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	_ = json.NewEncoder(w).Encode(uploaded{ // the client may be gone
		ID: model.ID(model.ProviderFileType, file.ID), Name: file.Name, Size: file.Size, SHA256: file.Sha256,
	})
}

func (u *uploads) keep(w http.ResponseWriter, r *http.Request) (*ent.ProviderFile, error) {
	query := r.URL.Query()
	body := &patientReader{body: r.Body, control: http.NewResponseController(w)}
	file, err := u.jobs.KeepUpload(r.Context(), query.Get("name"), query.Get("content"), body)
	return file, errors.Join(err, body.end())
}

// patientReader reads from a client, and gives up if it sends nothing for a while.
type patientReader struct {
	body    io.Reader
	control *http.ResponseController
}

func (p *patientReader) Read(b []byte) (int, error) {
	if err := p.wait(time.Now().Add(patience)); err != nil {
		return 0, err
	}
	return p.body.Read(b)
}

// end frees the connection for further requests.
func (p *patientReader) end() error { return p.wait(time.Time{}) }

func (p *patientReader) wait(until time.Time) error {
	if err := p.control.SetReadDeadline(until); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	return nil
}
