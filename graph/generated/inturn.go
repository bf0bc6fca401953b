// Package generated is the executor that gqlgen writes, and what it calls in place of gqlgen's own.
package generated

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
)

// marshalSlice marshals the items of a list one after the other, in place of gqlgen's MarshalSliceConcurrently. What belongs
// to a page is read in one statement, so items have nothing to wait for side by side: a goroutine for each only cost its
// stack, and let the other requests wait, since processors are shared out by goroutine. graph/inturn puts it in.
func marshalSlice(
	ctx context.Context, length int, _ int64, _ bool, marshal func(ctx context.Context, i int) graphql.Marshaler,
) graphql.Array {
	items := make(graphql.Array, length)
	for i := range items {
		of := graphql.WithFieldContext(ctx, &graphql.FieldContext{Index: &i})
		if ctx.Err() != nil {
			graphql.AddError(of, ctx.Err())
			for rest := i; rest < length; rest++ {
				items[rest] = graphql.Null
			}
			break
		}
		items[i] = marshalItem(of, i, marshal)
	}
	return items
}

func marshalItem(ctx context.Context, i int, marshal func(ctx context.Context, i int) graphql.Marshaler) (item graphql.Marshaler) {
	defer func() {
		if r := recover(); r != nil {
			graphql.AddError(ctx, graphql.Recover(ctx, r))
			item = graphql.Null
		}
	}()
	return marshal(ctx, i)
}
