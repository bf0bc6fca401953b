package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"autoholdings/graph/generated"
)

// everyQuery asks for every field of everything that can be listed, and one field at a time, so that one that fails
// leaves the others.
func everyQuery(t *testing.T) (queries []string) {
	t.Helper()
	schema := generated.NewExecutableSchema(generated.Config{}).Schema()
	for _, root := range schema.Query.Fields {
		if strings.HasPrefix(root.Name, "__") || needsArguments(root) {
			continue
		}
		for _, field := range schema.Types[root.Type.Name()].Fields {
			switch field.Name {
			case "edges", "pageInfo":
			case "nodes":
				for _, of := range schema.Types[field.Type.Name()].Fields {
					queries = append(queries, fmt.Sprintf("{ %s { nodes { __typename %s } } }", root.Name, selection(schema, of, 2)))
				}
			default:
				queries = append(queries, fmt.Sprintf("{ %s { __typename %s } }", root.Name, selection(schema, field, 2)))
			}
		}
	}
	if len(queries) < 100 {
		t.Errorf("only %d queries", len(queries))
	}
	return queries
}

func needsArguments(field *ast.FieldDefinition) bool {
	for _, argument := range field.Arguments {
		if argument.Type.NonNull && argument.DefaultValue == nil {
			return true
		}
	}
	return false
}

// selection is a field with all that it holds, to a depth.
func selection(schema *ast.Schema, field *ast.FieldDefinition, depth int) string {
	text := field.Name
	if field.Arguments.ForName("first") != nil {
		text += "(first: 5)"
	}
	held := schema.Types[field.Type.Name()]
	if !held.IsCompositeType() {
		return text
	}
	text += " { __typename"
	for _, of := range held.Fields {
		if depth > 0 || schema.Types[of.Type.Name()].IsLeafType() {
			text += " " + selection(schema, of, depth-1)
		}
	}
	return text + " }"
}
