package graph

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"autoholdings/ent"
	"autoholdings/graph/model"
	"autoholdings/internal/access"
	"autoholdings/internal/keyset"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
)

// registerAudit serves the audit for a spreadsheet, all of it or between two moments.
func (d *downloads) registerAudit(mux *http.ServeMux) {
	mux.Handle("GET /audit.tsv", d.wanted(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		filter, err := auditAsked(r)
		if err == nil {
			err = access.Check(r.Context(), access.Admin)
		}
		if err != nil {
			d.refuse(w, r, err)
			return
		}
		d.send(w, r, &file{
			name: fmt.Sprintf("audit-%s.tsv", time.Now().UTC().Format(time.DateOnly)), contentType: tabSeparated,
			write: func(ctx context.Context, w io.Writer) error {
				read := func(window keyset.Window) (keyset.Page[*ent.AuditEntry], error) {
					return d.access.AuditEntries(ctx, filter, window)
				}
				return writeTSV(w, auditColumns, keyset.All(auditAtOnce, read, auditListing.At), auditCells)
			},
		})
	})))
}

// auditAtOnce is how many entries are read at once.
const auditAtOnce = 500

// auditAsked returns the moments that the address names: since, and until.
func auditAsked(r *http.Request) (f access.AuditFilter, err error) {
	given, err := parameters(r, "since", "until")
	if err != nil {
		return f, err
	}
	for name, to := range map[string]**int64{"since": &f.Since, "until": &f.Until} {
		text, ok := given[name]
		if !ok {
			continue
		}
		ms, err := model.UnmarshalDateTime(text)
		if err != nil {
			return f, problem.New(problem.BadInput, name, "%v", err)
		}
		*to = &ms
	}
	return f, nil
}

var auditColumns = []string{"time", "actor_kind", "actor", "action", "changed", "input", "address", "request_id", "id"}

func auditCells(row *ent.AuditEntry) []string {
	entry := model.AuditEntry{AuditEntry: row}
	rows, _ := entry.Changed() // what cannot be read is left out of a list for people; the API says so
	changed := make([]string, len(rows))
	for i, c := range rows {
		changed[i] = strings.TrimSpace(c.How + " " + c.Type + " " + c.Changed.ID)
	}
	return []string{
		store.Time(row.CreatedAt).Format(time.RFC3339), row.ActorKind, row.ActorName, row.Action, strings.Join(changed, "; "), string(row.Input),
		row.Address, row.RequestID, entry.ID(),
	}
}
