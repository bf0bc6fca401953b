package graph

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"autoholdings/internal/access"
)

// requires is the directive @requires: it refuses a field to those who may not use it. A field of an input may be sent by
// everybody who does not ask for something by it.
func requires(ctx context.Context, of any, next graphql.Resolver, scope access.Scope) (any, error) {
	if _, isInput := of.(map[string]any); isInput {
		value, err := next(ctx)
		if wanted, ok := value.(*bool); err != nil || ok && (wanted == nil || !*wanted) {
			return value, err
		}
		return value, access.Check(ctx, scope)
	}
	if err := access.Check(ctx, scope); err != nil {
		return nil, err
	}
	return next(ctx)
}

// maxRecorded is how much of a mutation's input the audit keeps, in bytes of JSON.
const maxRecorded = 64 << 10

// maxRecordedField is how much of one field it keeps where all of it is more.
const maxRecordedField = 1 << 10

// recordMutations lets what a mutation writes be recorded as an act of the one who asks.
func recordMutations(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
	if graphql.GetOperationContext(ctx).Operation.Operation != ast.Mutation {
		return next(ctx)
	}
	field := graphql.GetRootFieldContext(ctx).Field
	return next(access.Doing(ctx, access.Act{
		Name: field.Name, Input: recordedInput(ctx, field), Address: access.Address(ctx), RequestID: requestID(ctx),
	}))
}

// recordedInput is a mutation's input as the client gave it.
func recordedInput(ctx context.Context, field graphql.CollectedField) map[string]any {
	arguments := field.ArgumentMap(graphql.GetOperationContext(ctx).Variables)
	input, ok := arguments["input"].(map[string]any)
	if !ok {
		return nil
	}
	text, err := json.Marshal(input)
	if err == nil && len(text) <= maxRecorded {
		return input
	}
	short := map[string]any{}
	for name, value := range input {
		if text, err := json.Marshal(value); err == nil && len(text) <= maxRecordedField {
			short[name] = value
		} else {
			short[name] = fmt.Sprintf("(%d bytes)", len(text))
		}
	}
	return short
}
