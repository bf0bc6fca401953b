package graph

import (
	"context"
	"fmt"
	"io"
	"iter"
	"net/http"
	"strconv"
	"time"

	"autoholdings/ent"
	"autoholdings/graph/model"
	"autoholdings/internal/spreadsheet"
)

// The full reconciliation lists, for a spreadsheet. Their columns have the names that the import of PO lines uses.

func (d *downloads) registerReconciliation(mux *http.ServeMux) {
	mux.Handle("GET /reconciliation/po-lines-not-listed.tsv",
		d.reconcile("po-lines-not-listed", func(ctx context.Context, w io.Writer, collectionID int64) error {
			return writeTSV(w, unlistedColumns, d.acquisitions.AllPOLinesNotListed(ctx, collectionID), unlistedCells)
		}))
	mux.Handle("GET /reconciliation/portfolios-without-po-line.tsv",
		d.reconcile("portfolios-without-po-line", func(ctx context.Context, w io.Writer, collectionID int64) error {
			return writeTSV(w, portfolioColumns, d.acquisitions.AllPortfoliosWithoutPOLine(ctx, collectionID), portfolioCells)
		}))
	mux.Handle("GET /reconciliation/portfolios-kept-without-reason.tsv",
		d.reconcile("portfolios-kept-without-reason", func(ctx context.Context, w io.Writer, collectionID int64) error {
			return writeTSV(w, portfolioColumns, d.acquisitions.AllPortfoliosKeptWithoutReason(ctx, collectionID), portfolioCells)
		}))
	mux.Handle("GET /reconciliation/portfolios-of-closed-orders.tsv",
		d.reconcile("portfolios-of-closed-orders", func(ctx context.Context, w io.Writer, collectionID int64) error {
			return writeTSV(w, portfolioColumns, d.acquisitions.AllPortfoliosOfClosedOrders(ctx, collectionID), portfolioCells)
		}))
}

var unlistedColumns = []string{
	"number", "vendor", "status", "type", "ordered_on", "renews_on", "note", "process_type", "fund", "price", "currency", "interval_from",
	"interval_until", "main", "po_line_id", "title", "title_id", "print_identifier",
	"online_identifier",
	"collection", "portfolio_id",
}

func unlistedCells(row *ent.POLine) []string {
	p := row.Edges.Portfolio
	if p == nil || p.Edges.Collection == nil { // detached or deleted while the list was read
		return nil
	}
	main := "no"
	if row.Main {
		main = "yes"
	}
	return []string{
		row.Number, row.Vendor, row.Status, row.Type, row.OrderedOn, row.RenewsOn, row.Note,
		row.ProcessType, row.Fund, row.Price, row.Currency, row.IntervalFrom, row.IntervalUntil, main, model.ID(model.POLineType, row.ID),
		p.PublicationTitle, p.TitleID, p.PrintIdentifier, p.OnlineIdentifier, p.Edges.Collection.Name, model.ID(model.PortfolioType, p.ID),
	}
}

var portfolioColumns = []string{
	"title", "title_id", "print_identifier", "online_identifier", "title_url", "publication_type", "available", "collection", "portfolio_id",
}

func portfolioCells(row *ent.Portfolio) []string {
	if row.Edges.Collection == nil { // deleted while the list was read
		return nil
	}
	return []string{
		row.PublicationTitle, row.TitleID, row.PrintIdentifier, row.OnlineIdentifier, row.TitleURL, row.PublicationType,
		strconv.FormatBool(row.Available),
		row.Edges.Collection.Name, model.ID(model.PortfolioType, row.ID),
	}
}

// writeTSV writes rows for a spreadsheet, one per line, under a header. A row without cells is left out.
func writeTSV[R any](w io.Writer, columns []string, rows iter.Seq2[R, error], cells func(R) []string) error {
	line := spreadsheet.AppendCells([]byte(spreadsheet.ByteOrderMark), columns)
	for row, err := range rows {
		if err != nil {
			return err
		}
		if _, err := w.Write(line); err != nil {
			return err
		}
		line = line[:0]
		if values := cells(row); values != nil {
			line = spreadsheet.AppendCells(line, values)
		}
	}
	_, err := w.Write(line)
	return err
}

// reconcile sends a list, limited to one collection if the address names one.
func (d *downloads) reconcile(name string, write func(ctx context.Context, w io.Writer, collectionID int64) error) http.Handler {
	return d.wanted(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		collectionID, err := d.asked(r)
		if err != nil {
			d.refuse(w, r, err)
			return
		}
		d.send(w, r, &file{
			name: fmt.Sprintf("%s-%s.tsv", name, time.Now().UTC().Format(time.DateOnly)), contentType: tabSeparated,
			write: func(ctx context.Context, w io.Writer) error { return write(ctx, w, collectionID) },
		})
	}))
}

// asked returns the collection that the address names; 0 if it names none.
func (d *downloads) asked(r *http.Request) (int64, error) {
	given, err := parameters(r, "collection")
	if err != nil {
		return 0, err
	}
	named, ok := given["collection"]
	if !ok {
		return 0, nil
	}
	id, err := idOf(model.CollectionType, "", named)
	if err != nil {
		return 0, err
	}
	return id, d.acquisitions.CheckCollection(r.Context(), id, "")
}
