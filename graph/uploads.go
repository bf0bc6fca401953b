package graph

import (
	"encoding/json"
	"errors"
	"log/slog"
	"mime"
	"net/http"
	"strings"
	"time"

	"autoholdings/ent"
	"autoholdings/graph/model"
	"autoholdings/internal/access"
	"autoholdings/internal/problem"
)

// uploads accepts lists that are too large for a GraphQL request, which then refers to them by id.
type uploads struct {
	jobs    Jobs
	log     *slog.Logger
	door    *door
	guarded bool // something before has seen from which page a request comes
}

func (u *uploads) register(mux *http.ServeMux) { mux.HandleFunc("POST /files", u.take) }

// uploaded is the response to an upload.
type uploaded struct {
	ID     string `json:"id"` // a ProviderFile's id
	Name   string `json:"name"`
	Size   int64  `json:"size"` // unpacked, in bytes
	SHA256 string `json:"sha256"`
}

// take keeps the list in the request's body, plain or packed. The query has its name (name) and content type (content:
// BOOKS, JOURNALS or nothing for both).
func (u *uploads) take(w http.ResponseWriter, r *http.Request) {
	if !u.guarded && fromElsewhere(r) {
		refuse(w, r, http.StatusForbidden, codeForbidden,
			"the request comes from a page elsewhere, which may not upload files here: upload from this server's own pages, or from a program")
		return
	}
	if mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); mediaType == "multipart/form-data" {
		u.door.answerError(w, r, u.log, problem.New(problem.BadInput, "",
			"the body is a form: send the list itself as the body, as `curl --data-binary @FILE` does"))
		return
	}
	leave, err := u.door.gates.uploads.enter(r.Context(), u.door.caller(r.Context()))
	if err != nil {
		answerExcess(w, r, err)
		return
	}
	defer leave()
	body, ok := r.Body.(*patientReader)
	if !ok { // there is none
		body = &patientReader{}
	}
	body.until = time.Now().Add(u.door.limits.UploadTime)
	file, err := u.keep(r)
	if gone := errors.Join(body.broken, r.Context().Err()); err != nil && gone != nil {
		u.log.InfoContext(r.Context(), "an upload broke off, and nothing of it is kept", "request", requestID(r.Context()), "because", gone)
		panic(http.ErrAbortHandler) // nobody reads an answer
	}
	if err != nil {
		u.door.answerError(w, r, u.log, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	_ = json.NewEncoder(w).Encode(uploaded{ // the client may be gone
		ID: model.ID(model.ProviderFileType, file.ID), Name: file.Name, Size: file.Size, SHA256: file.Sha256,
	})
}

func shortened(text string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(text[:min(len(text), maxRecordedField)], "\x00", ""), "")
}

func (u *uploads) keep(r *http.Request) (*ent.ProviderFile, error) {
	query, err := parameters(r, "name", "content")
	if err != nil {
		return nil, err
	}
	ctx := access.Doing(r.Context(), access.Act{
		Name: "upload", Input: map[string]any{"name": shortened(query["name"]), "content": shortened(query["content"])},
		Address: access.Address(r.Context()), RequestID: requestID(r.Context()),
	})
	return u.jobs.KeepUpload(ctx, query["name"], query["content"], r.Body)
}
