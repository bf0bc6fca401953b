package holdings

import (
	"context"
	"errors"

	"autoholdings/internal/problem"
	"autoholdings/internal/store"
)

// Outcome is what came of one of many things that were to be changed together.
type Outcome[T any] struct {
	Row *T    // as it is now; nil: there is none
	Err error // a problem: it was not done; nil: it was, unless all or nothing was asked for and another one was refused
}

// errNotAll rolls a transaction back.
var errNotAll = errors.New("not all can be done")

// Together changes many things in one transaction. plan returns what came of each, before anything is written; write writes those
// without an error. With atomic nothing is written unless all can be; done says whether it was. Of none a problem is returned.
func Together[T any](
	ctx context.Context, s *store.Store, n int, atomic bool, plan func(context.Context, *store.Tx) ([]Outcome[T], error),
	write func(context.Context, *store.Tx) error,
) (out []Outcome[T], done bool, err error) {
	if n == 0 {
		return nil, false, problem.New(problem.BadInput, "input", "there is nothing to do: give one item or more")
	}
	err = s.Write(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		if out, err = plan(ctx, tx); err != nil {
			return err
		}
		for _, o := range out {
			if atomic && o.Err != nil {
				return errNotAll
			}
		}
		return write(ctx, tx)
	})
	if errors.Is(err, errNotAll) {
		return out, false, nil
	}
	return out, err == nil, err
}
