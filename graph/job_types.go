package graph

import (
	"context"
	"fmt"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"

	"autoholdings/graph/generated"
	"autoholdings/graph/model"
	"autoholdings/jobs"
)

func (r queryResolver) JobTypes(_ context.Context, filter *model.JobTypeFilter) ([]*generated.JobType, error) {
	found := []*generated.JobType{}
	for _, t := range jobs.Types(searched(filter)) {
		described, err := jobType(t)
		if err != nil {
			return nil, err
		}
		found = append(found, described)
	}
	return found, nil
}

func searched(filter *model.JobTypeFilter) string {
	if filter == nil {
		return ""
	}
	return orEmpty(filter.Search)
}

func jobType(t jobs.Type) (*generated.JobType, error) {
	parameters, err := parametersOf(t.Mutation)
	return &generated.JobType{
		Kind: t.Kind, Name: t.Name, Description: t.Description, Mutation: t.Mutation, Parameters: parameters,
	}, err
}

// schema is the API's own description of itself.
var schema = sync.OnceValue(func() *ast.Schema { return generated.NewExecutableSchema(generated.Config{}).Schema() })

// parametersOf returns the fields of a mutation's input, from the schema.
func parametersOf(mutation string) (parameters []*generated.JobTypeParameter, err error) {
	field := schema().Mutation.Fields.ForName(mutation)
	if field == nil {
		return nil, fmt.Errorf("there is no mutation %q", mutation)
	}
	input := schema().Types[field.Arguments.ForName("input").Type.Name()]
	for _, f := range input.Fields {
		parameters = append(parameters, &generated.JobTypeParameter{
			Name: f.Name, Type: f.Type.String(), Required: f.Type.NonNull && f.DefaultValue == nil, Description: f.Description,
		})
	}
	return parameters, nil
}
