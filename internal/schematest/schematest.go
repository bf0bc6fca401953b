// Package schematest makes operations of the API's schema for tests that try every field.
package schematest

import (
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// Field is one field of Query, Mutation or Subscription.
type Field struct {
	Kind       ast.Operation
	Definition *ast.FieldDefinition
	schema     *ast.Schema
}

// RootFields returns all that a client can begin with, but for introspection.
func RootFields(schema *ast.Schema) (fields []Field) {
	for _, root := range []struct {
		kind       ast.Operation
		definition *ast.Definition
	}{{ast.Query, schema.Query}, {ast.Mutation, schema.Mutation}, {ast.Subscription, schema.Subscription}} {
		for _, field := range root.definition.Fields {
			if !strings.HasPrefix(field.Name, "__") {
				fields = append(fields, Field{root.kind, field, schema})
			}
		}
	}
	return fields
}

// Requires is the scope that the field's @requires names, such as "read"; "" if it has none.
func (f Field) Requires() string {
	directive := f.Definition.Directives.ForName("requires")
	if directive == nil {
		return ""
	}
	return strings.ToLower(directive.Arguments.ForName("scope").Value.Raw)
}

// Operation asks for the field alone, with some value for each argument that it demands. A document that needs no
// variables has none.
func (f Field) Operation() (document string, variables map[string]any) {
	variables = map[string]any{}
	var declared, given []string
	for _, argument := range f.Definition.Arguments {
		if argument.Type.NonNull {
			variables[argument.Name] = SomeValue(f.schema, argument.Type)
			declared = append(declared, fmt.Sprintf("$%s: %s", argument.Name, argument.Type))
			given = append(given, fmt.Sprintf("%s: $%[1]s", argument.Name))
		}
	}
	document = string(f.Kind) + " " + f.Definition.Name
	if declared != nil {
		document += "(" + strings.Join(declared, ", ") + ")"
	}
	document += " { " + f.Definition.Name
	if given != nil {
		document += "(" + strings.Join(given, ", ") + ")"
	}
	return document + " { __typename } }", variables
}

// SomeValue is a value that fits a type of the schema. It names nothing that is there.
func SomeValue(schema *ast.Schema, t *ast.Type) any {
	if t.Elem != nil {
		return []any{SomeValue(schema, t.Elem)}
	}
	switch definition := schema.Types[t.NamedType]; {
	case definition.Kind == ast.Enum:
		return definition.EnumValues[0].Name
	case definition.Kind == ast.InputObject:
		object := map[string]any{}
		for _, field := range definition.Fields {
			if field.Type.NonNull {
				object[field.Name] = SomeValue(schema, field.Type)
			}
		}
		return object
	case t.NamedType == "Int" || t.NamedType == "Int64":
		return 1
	case t.NamedType == "Boolean":
		return true
	case t.NamedType == "DateTime":
		return "2027-01-31T00:00:00Z"
	default:
		return "x"
	}
}
