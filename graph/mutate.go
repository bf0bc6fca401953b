package graph

import (
	"context"
	"slices"
	"strconv"

	"autoholdings/graph/model"
	"autoholdings/holdings"
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

// carryOutMany makes the one call of a mutation of many items, which stand in lists of the input, one after the other, each with so
// many. The problems of an item have its place in their path.
func carryOutMany[In, Row any](
	ctx context.Context, limits *Limits, items []In, lists []string, counts []int, atomic bool,
	call func(context.Context, []In, bool) ([]holdings.Outcome[Row], error),
) (rows []*Row, problems []*model.UserError, err error) {
	var wrong error
	if len(items) > limits.Items {
		wrong = problem.New(problem.Limited, "input", "%s (%s)", limits.exceeded(limitItems).Error(), limitItems.Name)
	}
	out, problems, err := carryOut(ctx, items, wrong, func(ctx context.Context, items []In) ([]holdings.Outcome[Row], error) {
		return call(ctx, items, atomic)
	})
	if err != nil || len(problems) > 0 {
		return make([]*Row, len(items)), problems, err // all were refused together
	}
	list, place := 0, 0
	for _, o := range out {
		for place == counts[list] {
			list, place = list+1, 0
		}
		of, err := userErrors(o.Err)
		if err != nil {
			return make([]*Row, len(items)), nil, err
		}
		for _, p := range of {
			p.Path = append([]string{"input", lists[list], strconv.Itoa(place)}, p.Path[min(1, len(p.Path)):]...)
		}
		problems, rows, place = append(problems, of...), append(rows, o.Row), place+1
	}
	return rows, problems, nil
}

// wrapEach wraps rows as one page, and leaves those out that are not there.
func wrapEach[Row, Thing any](rows []*Row, wrap func([]*Row) []*Thing) []*Thing {
	there := wrap(slices.DeleteFunc(slices.Clone(rows), func(row *Row) bool { return row == nil }))
	things := make([]*Thing, len(rows))
	for i, row := range rows {
		if row != nil {
			things[i], there = there[0], there[1:]
		}
	}
	return things
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
