package jobs

import (
	"context"
	"fmt"
	"io"

	"autoholdings/ent"
	"autoholdings/ent/jobchange"
	"autoholdings/holdings/plan"
	"autoholdings/internal/problem"
)

// JudgeRefusedRow stores a person's verdict on a refused row in a report: which portfolio it is or, without one, that
// it hides none. It returns the row's cells. It reads the row again from the kept file, since the report has only its
// first cell.
func (s *Service) JudgeRefusedRow(ctx context.Context, changeID int64, portfolioID *int64) (text string, err error) {
	line, err := s.store.Read.JobChange.Query().Where(jobchange.ID(changeID), jobchange.Action(string(plan.Invalid))).
		WithPart(func(q *ent.JobPartQuery) { q.WithProviderFile() }).Only(ctx)
	if ent.IsNotFound(err) {
		return "", problem.New(problem.NotFound, "input.changeId",
			"there is no line of a report with this id that lists a refused row: choose one of action INVALID")
	}
	if err != nil {
		return "", fmt.Errorf("read a line of the report: %w", err)
	}
	part := line.Edges.Part
	file := part.Edges.ProviderFile
	switch {
	case part.CollectionID == nil:
		return "", problem.New(problem.WrongState, "input.changeId", "the collection that the list was for is gone")
	case file == nil || file.Path == "":
		return "", problem.New(problem.WrongState, "input.changeId",
			"the file of the row is not kept any more: run the profile again, and judge the row in that report")
	}
	list := plan.Source{
		Name: file.Name, Expect: typeOf[part.Content],
		Open: func() (io.ReadCloser, error) { return s.files.Open(ctx, file.Path) },
	}
	row, err := s.holdings.RefusedRowAt(ctx, list, line.Line)
	if err != nil {
		return "", err
	}
	return row.Text, s.holdings.JudgeRefusedRow(ctx, *part.CollectionID, row, portfolioID)
}
