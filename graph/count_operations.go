package graph

import (
	"context"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"autoholdings/internal/metrics"
)

// countOperations counts operations by the field of the root that they ask for: clients choose the names of operations, but not
// those of fields. Each event of a subscription is an operation.
func countOperations(m *metrics.Metrics) graphql.ResponseMiddleware {
	return func(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
		began := time.Now()
		response := next(ctx)
		if response == nil || ctx.Value(refusedKey{}) != nil {
			return response
		}
		op := graphql.GetOperationContext(ctx).Operation
		took := time.Since(began)
		if op.Operation == ast.Subscription {
			took = 0 // it waits for events
		}
		m.Operation(string(op.Operation), rootField(op.SelectionSet), outcomeOf(response.Errors), took)
		return response
	}
}

// rootField is the one field of the root that an operation asks for; "several" where there are more.
func rootField(selections ast.SelectionSet) (name string) {
	for _, selection := range selections {
		field, ok := selection.(*ast.Field)
		switch {
		case !ok: // a fragment
			return "several"
		case field.Name == "__typename":
		case strings.HasPrefix(field.Name, "__"):
			name = "introspection"
		case name != "" && name != field.Name:
			return "several"
		default:
			name = field.Name
		}
	}
	return name
}

// outcomeOf is the code of the first error, which is one of ours; "ok" where there is none.
func outcomeOf(errors gqlerror.List) string {
	if len(errors) == 0 {
		return "ok"
	}
	if code, ok := protocolCode(errors[0]); ok {
		return code
	}
	if code, ok := errors[0].Extensions["code"].(string); ok {
		return code
	}
	return codeInternal
}

// refusedKey is the context key of an operation that is not executed.
type refusedKey struct{}

// DispatchError answers an operation that is not executed.
func (e limitedExecutor) DispatchError(ctx context.Context, list gqlerror.List) *graphql.Response {
	response := e.GraphExecutor.DispatchError(context.WithValue(ctx, refusedKey{}, true), list)
	e.door.metrics.Operation("", "", outcomeOf(response.Errors), 0)
	return response
}
