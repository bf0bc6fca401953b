package graph

import (
	"context"

	"autoholdings/graph/generated"
	"autoholdings/graph/model"
)

func (r mutationResolver) JudgeRefusedRow(
	ctx context.Context, in generated.JudgeRefusedRowInput,
) (*generated.JudgeRefusedRowPayload, error) {
	said, wrong := judgementOf(in)
	row, problems, err := carryOut(ctx, said, wrong, func(ctx context.Context, j judgement) (*string, error) {
		row, err := r.jobs.JudgeRefusedRow(ctx, j.changeID, j.portfolioID)
		if err != nil {
			return nil, err
		}
		return &row, nil
	})
	return &generated.JudgeRefusedRowPayload{Row: row, UserErrors: problems}, err
}

// judgement is what a person says about a refused row.
type judgement struct {
	changeID    int64  // the report line that lists the row
	portfolioID *int64 // the portfolio that it is; nil: it hides none
}

func judgementOf(in generated.JudgeRefusedRowInput) (j judgement, err error) {
	if j.changeID, err = idOf(model.JobChangeType, "input.changeId", in.ChangeID); err != nil {
		return j, err
	}
	if opaque := inputValue(in.PortfolioID); opaque != nil {
		id, err := idOf(model.PortfolioType, "input.portfolioId", *opaque)
		return judgement{j.changeID, &id}, err
	}
	return j, nil
}
