package graph

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"mime"
	"net/http"
	"time"

	"autoholdings/graph/model"
	"autoholdings/holdings"
	"autoholdings/holdings/acquisitions"
	"autoholdings/internal/problem"
	"autoholdings/jobs"
)

// Files opens the kept copies of provider files. *provider.Store is one.
type Files interface {
	// Open returns the decompressed bytes of a copy, which must be read before ctx ends. The error matches
	// fs.ErrNotExist if it is not kept.
	Open(ctx context.Context, path string) (io.ReadCloser, error)
}

// downloads serves files that are too large for a GraphQL answer. They are streamed, so memory use does not depend on
// their size.
type downloads struct {
	holdings     *holdings.Service
	acquisitions *acquisitions.Service
	reader       *jobs.Reader
	files        Files
	log          *slog.Logger
}

// register serves the downloads at their paths, as shown by the API.
func (d *downloads) register(mux *http.ServeMux) {
	mux.Handle("GET /jobs/{id}/report.tsv", d.serve(model.JobType, "reportTsv", d.reportTSV))
	mux.Handle("GET /jobs/{id}/report.json", d.serve(model.JobType, "reportJson", d.reportJSON))
	mux.Handle("GET /collections/{id}/kbart.txt", d.serve(model.CollectionType, "kbartUrl", d.kbart))
	mux.Handle("GET /provider-files/{id}", d.serve(model.ProviderFileType, "downloadUrl", d.providerFile))
	d.registerReconciliation(mux)
}

// file is a file that is ready for download.
type file struct {
	name, contentType string
	write             func(ctx context.Context, w io.Writer) error
	close             func() error // called even if it was not written; nil: nothing to close
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

func (d *downloads) kbart(ctx context.Context, collectionID int64) (*file, error) {
	name, err := d.holdings.ExportName(ctx, collectionID, time.Now().UTC())
	if err != nil {
		return nil, err
	}
	return &file{name: name, contentType: tabSeparated, write: func(ctx context.Context, w io.Writer) error {
		_, err := d.holdings.Export(ctx, collectionID, w)
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
	kept, err := d.files.Open(ctx, row.Path)
	if errors.Is(err, fs.ErrNotExist) {
		d.log.ErrorContext(ctx, "a provider file that should be kept is gone", "request", requestID(ctx), "error", err)
		return nil, errNotKept
	}
	if err != nil {
		return nil, err
	}
	return &file{
		name: row.Name, contentType: "text/tab-separated-values", close: kept.Close,
		write: func(_ context.Context, w io.Writer) error {
			_, err := io.Copy(w, kept)
			return err
		},
	}, nil
}

var errNotKept = problem.New(problem.NotFound, "",
	"the copy of this file is not kept any more: run the profile to fetch the provider's present one")

// serve sends the file that open returns for the id in the path; field is the API field that shows the path.
func (d *downloads) serve(typeName, field string, open func(ctx context.Context, id int64) (*file, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		found, id, err := model.ParseID(r.PathValue("id"))
		if err != nil || found != typeName {
			d.refuse(w, r, problem.New(problem.BadInput, "", "%.80q is not the id of a %s: take the whole address from %s.%s in the API",
				r.PathValue("id"), typeName, typeName, field))
			return
		}
		f, err := open(r.Context(), id)
		if err != nil {
			d.refuse(w, r, err)
			return
		}
		if f.close != nil {
			defer func() { _ = f.close() }() // it was only read
		}
		d.send(w, r, f)
	})
}

// send writes the file. An error before the first byte is sent becomes an error answer; a later one breaks the
// connection, since half a list that looks complete would do harm.
func (d *downloads) send(w http.ResponseWriter, r *http.Request, f *file) {
	header := w.Header()
	header.Set("Content-Type", f.contentType)
	header.Set("Content-Disposition", attachment(f.name))
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cache-Control", "no-store")
	if r.Method == http.MethodHead {
		return
	}
	client := &patient{w: w, control: http.NewResponseController(w)}
	buffered := bufio.NewWriterSize(client, 64<<10)
	err := f.write(r.Context(), buffered)
	if err == nil {
		err = errors.Join(buffered.Flush(), client.end())
	}
	switch {
	case err == nil:
	case r.Context().Err() != nil: // the client is gone
		panic(http.ErrAbortHandler)
	case client.begun:
		d.log.ErrorContext(r.Context(), "a download broke off", "request", requestID(r.Context()), "path", r.URL.Path, "error", err)
		panic(http.ErrAbortHandler)
	default:
		header.Del("Content-Disposition")
		d.refuse(w, r, err)
	}
}

// attachment makes the browser save the answer under a name (RFC 6266).
func attachment(name string) string {
	if value := mime.FormatMediaType("attachment", map[string]string{"filename": name}); value != "" {
		return value
	}
	return "attachment"
}

// patient writes to a client, and gives up if it takes nothing for a while: the list may hold a database connection.
type patient struct {
	w       io.Writer
	control *http.ResponseController
	begun   bool
}

const patience = 2 * time.Minute

func (p *patient) Write(b []byte) (int, error) {
	p.begun = true
	if err := p.wait(time.Now().Add(patience)); err != nil {
		return 0, err
	}
	return p.w.Write(b)
}

// end sends what is left and frees the connection for further requests.
func (p *patient) end() error {
	if err := p.control.Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	return p.wait(time.Time{})
}

func (p *patient) wait(until time.Time) error {
	if err := p.control.SetWriteDeadline(until); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	return nil
}

// statusOf maps codes to HTTP statuses; any other code is an internal error.
var statusOf = map[string]int{
	string(problem.BadInput):   http.StatusBadRequest,
	string(problem.NotFound):   http.StatusNotFound,
	string(problem.WrongState): http.StatusConflict,
	string(problem.Conflict):   http.StatusConflict,
	string(problem.Limited):    http.StatusRequestEntityTooLarge,
}

func (d *downloads) refuse(w http.ResponseWriter, r *http.Request, err error) {
	answerError(w, r, d.log, err)
}

// answerError sends an error in the form that the API uses.
func answerError(w http.ResponseWriter, r *http.Request, log *slog.Logger, err error) {
	shown := presenter(log)(r.Context(), err)
	code, _ := shown.Extensions["code"].(string)
	status, known := statusOf[code]
	if !known {
		status = http.StatusInternalServerError
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"errors": []any{shown}}) // the client may be gone
}
