package graph

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"autoholdings/graph/model"
	"autoholdings/internal/problem"
)

// localValues sends all that staff decided about portfolios, in one collection if the address names one (collectionId), as a file
// that changePortfolios reads. With titles=false the columns are left out that follow the provider's lists.
func (d *downloads) localValues(w http.ResponseWriter, r *http.Request) {
	given, err := parameters(r, "collectionId", "titles")
	titles, isGiven := given["titles"]
	if isGiven && err == nil && titles != "false" && titles != "true" {
		err = problem.New(problem.BadInput, "", "titles is %.20q: it may be true or false", titles)
	}
	if err != nil {
		d.refuse(w, r, err)
		return
	}
	var collectionID int64
	if named, ok := given["collectionId"]; ok {
		if collectionID, err = idOf(model.CollectionType, "", named); err == nil {
			err = d.acquisitions.CheckCollection(r.Context(), collectionID, "")
		}
		if err != nil {
			d.refuse(w, r, err)
			return
		}
	}
	d.send(w, r, &file{
		name: fmt.Sprintf("local-values-%s.csv", time.Now().UTC().Format(time.DateOnly)), contentType: "text/csv; charset=utf-8",
		write: func(ctx context.Context, w io.Writer) error {
			return d.bulk.ExportLocal(ctx, collectionID, titles != "false", w)
		},
	})
}
