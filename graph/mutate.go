package graph

import (
	"context"

	"autoholdings/graph/model"
	"autoholdings/internal/problem"
)

// carryOut makes a mutation's one call, unless the input was wrong, and separates what the user can fix from other
// errors. If a refused call also returns the thing as stored, that is shown.
func carryOut[In, Out any](
	ctx context.Context, in In, wrong error, call func(context.Context, In) (Out, error),
) (out Out, problems []*model.UserError, err error) {
	if err = wrong; err == nil {
		out, err = call(ctx, in)
	}
	problems, err = userErrors(err)
	return out, problems, err
}

// userErrors returns the problems in err; any other error is returned as an error.
func userErrors(err error) ([]*model.UserError, error) {
	problems, ok := problem.In(err)
	if err != nil && !ok {
		return nil, err
	}
	return each(problems, func(p *problem.Problem) *model.UserError { return &model.UserError{Problem: *p} }), nil
}

// deletion wraps a call that deletes a thing. It returns the thing's id as the client gave it.
func deletion(opaque string, remove func(context.Context, int64) error) func(context.Context, int64) (*string, error) {
	return func(ctx context.Context, id int64) (*string, error) {
		if err := remove(ctx, id); err != nil {
			return nil, err
		}
		return &opaque, nil
	}
}
