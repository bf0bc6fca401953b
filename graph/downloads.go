package graph

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"autoholdings/graph/model"
	"autoholdings/holdings"
	"autoholdings/holdings/acquisitions"
	"autoholdings/holdings/bulk"
	"autoholdings/internal/access"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
	"autoholdings/jobs"
)

// Files opens the kept copies of provider files. *provider.Store is one.
type Files interface {
	// Open returns the decompressed bytes of a copy, which must be read before ctx ends. The error matches
	// fs.ErrNotExist if it is not kept.
	Open(ctx context.Context, path string) (io.ReadCloser, error)
}

// downloads serves files that are too large for a GraphQL answer. They are sent from temporary files (spool.go), so
// memory use does not depend on their size.
type downloads struct {
	holdings     *holdings.Service
	acquisitions *acquisitions.Service
	bulk         *bulk.Service
	reader       *jobs.Reader
	access       *access.Service
	files        Files
	log          *slog.Logger
	door         *door
	dir          string // of temporary files
}

// register serves the downloads at their paths, as shown by the API.
func (d *downloads) register(mux *http.ServeMux) {
	mux.Handle("GET /jobs/{id}/report.tsv", d.wanted(d.serve(model.JobType, "reportTsv", d.reportTSV)))
	mux.Handle("GET /jobs/{id}/report.json", d.wanted(d.serve(model.JobType, "reportJson", d.reportJSON)))
	mux.Handle("GET /collections/{id}/kbart.txt", d.wanted(d.serveWith(model.CollectionType, "kbartUrl", d.kbart, "group", "asOf")))
	mux.Handle("GET /provider-files/{id}", d.wanted(d.serve(model.ProviderFileType, "downloadUrl", d.providerFile)))
	d.registerReconciliation(mux)
	d.registerAudit(mux)
	mux.Handle("GET /pairing-decisions.tsv", d.wanted(http.HandlerFunc(d.pairings)))
	mux.Handle("GET /changes.tsv", d.wanted(http.HandlerFunc(d.changesTSV)))
	mux.Handle("GET /changes.atom", d.wanted(http.HandlerFunc(d.changesAtom)))
	mux.Handle("GET /local-values.csv", d.wanted(http.HandlerFunc(d.localValues)))
}

// file is a file that is ready for download.
type file struct {
	name, contentType string
	tag               string // the SHA-256 of its content in hex, if it is known beforehand
	write             func(ctx context.Context, w io.Writer) error
}

const tabSeparated = "text/tab-separated-values; charset=utf-8" // its IANA name

func (d *downloads) reportTSV(ctx context.Context, jobID int64) (*file, error) {
	report, err := d.reader.Report(ctx, jobID)
	if err != nil {
		return nil, err
	}
	return &file{name: reportName(report) + ".tsv", contentType: tabSeparated, write: func(ctx context.Context, w io.Writer) error {
		return writeReportTSV(ctx, w, report)
	}}, nil
}

func (d *downloads) reportJSON(ctx context.Context, jobID int64) (*file, error) {
	report, err := d.reader.Report(ctx, jobID)
	if err != nil {
		return nil, err
	}
	return &file{name: reportName(report) + ".json", contentType: "application/json", write: func(ctx context.Context, w io.Writer) error {
		return writeReportJSON(ctx, w, report)
	}}, nil
}

// reportName tells the reports of several jobs apart in a folder.
func reportName(report *jobs.Report) string {
	return fmt.Sprintf("report-%s-%s", time.UnixMilli(report.Job.CreatedAt).UTC().Format("2006-01-02-150405"),
		model.ID(model.JobType, report.Job.ID))
}

// kbart returns a collection as a list: what an inventory group has of it and as it was at a former moment, if the address names
// them.
func (d *downloads) kbart(ctx context.Context, collectionID int64, given map[string]string) (f *file, err error) {
	of := holdings.ExportOf{CollectionID: collectionID}
	if group, named := given["group"]; named {
		if of.GroupID, err = idOf(model.InventoryGroupType, "", group); err != nil {
			return nil, err
		}
	}
	date := time.Now().UTC()
	if text, named := given["asOf"]; named {
		if date, err = holdings.FormerMoment(text, date); err != nil {
			return nil, err
		}
		of.AsOf = date.UnixMilli()
	}
	name, err := d.holdings.ExportName(ctx, of, date)
	if err != nil {
		return nil, err
	}
	return &file{name: name, contentType: tabSeparated, write: func(ctx context.Context, w io.Writer) error {
		_, err := d.holdings.Export(ctx, of, w)
		return err
	}}, nil
}

// providerFile returns the list as the provider sent it, in its encoding.
func (d *downloads) providerFile(ctx context.Context, id int64) (*file, error) {
	rows, err := d.holdings.ProviderFilesByID(ctx, []int64{id})
	if err != nil {
		return nil, err
	}
	row, ok := rows[id]
	switch {
	case !ok:
		return nil, problem.New(problem.NotFound, "", "there is no such provider file")
	case row.Path == "" || d.files == nil:
		return nil, errNotKept
	}
	return &file{
		name: row.Name, contentType: "text/tab-separated-values", tag: row.Sha256,
		write: func(ctx context.Context, w io.Writer) error { return d.copyKept(ctx, w, row.Path) },
	}, nil
}

func (d *downloads) copyKept(ctx context.Context, w io.Writer, path string) error {
	kept, err := d.files.Open(ctx, path)
	if errors.Is(err, fs.ErrNotExist) {
		d.log.ErrorContext(ctx, "a provider file that should be kept is gone", "request", requestID(ctx), "error", err)
		return errNotKept
	}
	if err != nil {
		return err
	}
	_, err = io.Copy(w, kept)
	return errors.Join(err, kept.Close())
}

var errNotKept = problem.New(problem.NotFound, "",
	"the copy of this file is not kept any more: run the profile to fetch the provider's present one")

// serve sends the file that open returns for the id in the path; field is the API field that shows the path.
func (d *downloads) serve(typeName, field string, open func(ctx context.Context, id int64) (*file, error)) http.Handler {
	return d.serveWith(typeName, field, func(ctx context.Context, id int64, _ map[string]string) (*file, error) { return open(ctx, id) })
}

// serveWith is serve for an address that may have parameters, which open is given.
func (d *downloads) serveWith(
	typeName, field string, open func(ctx context.Context, id int64, given map[string]string) (*file, error), names ...string,
) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		found, id, err := model.ParseID(r.PathValue("id"))
		if err != nil || found != typeName {
			d.refuse(w, r, problem.New(problem.BadInput, "", "%.80q is not the id of a %s: take the whole address from %s.%s in the API",
				r.PathValue("id"), typeName, typeName, field))
			return
		}
		given, err := parameters(r, names...)
		if err != nil {
			d.refuse(w, r, err)
			return
		}
		f, err := open(r.Context(), id, given)
		if err != nil {
			d.refuse(w, r, err)
			return
		}
		d.send(w, r, f)
	})
}

// wanted keeps pages elsewhere from downloading in a person's browser. A link is followed wherever it is.
func (d *downloads) wanted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if fromElsewhere(r) && !followed(r) {
			refuse(w, r, http.StatusForbidden, codeForbidden,
				"the request comes from a page elsewhere, which may not download files here: follow a link, or use a program")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// parameters returns the parameters of the address, which may have those names, each once.
func parameters(r *http.Request, names ...string) (map[string]string, error) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, problem.New(problem.BadInput, "", "what follows the ? of the address cannot be read: encode it as percent-encoding demands")
	}
	given := map[string]string{}
	for name, values := range query {
		switch {
		case len(names) == 0:
			return nil, problem.New(problem.BadInput, "", "the parameter %.40q is unknown: this address has none", name)
		case !slices.Contains(names, name):
			return nil, problem.New(problem.BadInput, "", "the parameter %.40q is unknown: there is %s", name, strings.Join(names, ", "))
		case len(values) > 1:
			return nil, problem.New(problem.BadInput, "", "the parameter %s is given %d times: give it once", name, len(values))
		}
		given[name] = values[0]
	}
	return given, nil
}

// attachment makes the browser save the answer under a name (RFC 6266).
func attachment(name string) string {
	if value := mime.FormatMediaType("attachment", map[string]string{"filename": name}); value != "" {
		return value
	}
	return "attachment"
}

// statusOf maps codes to HTTP statuses; any other code is an internal error.
var statusOf = map[string]int{
	string(problem.BadInput):        http.StatusBadRequest,
	string(problem.NotFound):        http.StatusNotFound,
	string(problem.WrongState):      http.StatusConflict,
	string(problem.Conflict):        http.StatusConflict,
	string(problem.Limited):         http.StatusRequestEntityTooLarge,
	string(problem.Unauthenticated): http.StatusUnauthorized,
	string(problem.Forbidden):       http.StatusForbidden,
}

func (d *downloads) refuse(w http.ResponseWriter, r *http.Request, err error) {
	switch e, over := errors.AsType[*excess](err); {
	case over:
		answerExcess(w, r, e)
	case r.Context().Err() != nil: // the client is gone
		panic(http.ErrAbortHandler)
	default:
		d.door.answerError(w, r, d.log, err)
	}
}

// answerError sends an error in the form that the API uses.
func (d *door) answerError(w http.ResponseWriter, r *http.Request, log *slog.Logger, err error) {
	shown := d.present(log)(r.Context(), err)
	code, _ := shown.Extensions["code"].(string)
	status, known := statusOf[code]
	if !known {
		status = http.StatusInternalServerError
		if store.FaultOf(err) == store.Full {
			status = http.StatusInsufficientStorage
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"errors": []any{shown}}) // the client may be gone
}
