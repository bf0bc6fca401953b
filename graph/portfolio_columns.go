package graph

import (
	"context"
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"autoholdings/ent/portfolio"
)

// commonColumns are those of portfolios that every answer needs: what pages are ordered by, what local values are shown
// instead of, and what all that is read beside portfolios is read by.
var commonColumns = []string{
	portfolio.FieldID, portfolio.FieldTitleKey, portfolio.FieldTitleID, portfolio.FieldPrintKey, portfolio.FieldOnlineKey,
	portfolio.FieldUpdatedAt, portfolio.FieldCollectionID, portfolio.FieldLicenseID, portfolio.FieldLocalValues,
	portfolio.FieldRetainedCoverage,
}

// columnsOfField are the columns behind a field of Portfolio, beside the common ones. Reading a row of forty columns takes
// several times as long as what a list shows of it. A portfolio that is asked for anything else is read whole.
var columnsOfField = map[string][]string{
	"__typename": nil, "id": nil, "collection": nil, "waiting": nil, "availableFor": nil, "coverage": nil, "coverageByGroup": nil,
	"entitlements": nil, "poLines": nil, "license": nil, "additionalLicenses": nil,
	"title":            {portfolio.FieldPublicationTitle},
	"titleId":          {portfolio.FieldTitleID},
	"printIdentifier":  {portfolio.FieldPrintIdentifier},
	"onlineIdentifier": {portfolio.FieldOnlineIdentifier},
	"url":              {portfolio.FieldTitleURL},
	"publicationType":  {portfolio.FieldPublicationType},
	"firstAuthor":      {portfolio.FieldFirstAuthor},
	"firstEditor":      {portfolio.FieldFirstEditor},
	"publisherName":    {portfolio.FieldPublisherName},
	"accessType":       {portfolio.FieldAccessType},
	"available":        {portfolio.FieldAvailable},
	"accessible":       {portfolio.FieldAvailable, portfolio.FieldRemovedAt},
	"listedByProvider": {portfolio.FieldListed},
	"review":           {portfolio.FieldReview},
	"removedAt":        {portfolio.FieldRemovedAt},
	"version":          {portfolio.FieldVersion},
}

// columnsAsked returns the columns behind what the present field is asked for of portfolios; nil: all. The portfolios stand
// below fields of these names.
func columnsAsked(ctx context.Context, below ...string) []string {
	columns := slices.Clone(commonColumns)
	if !addColumns(&columns, graphql.GetFieldContext(ctx).Field.Selections, below) {
		return nil
	}
	return columns
}

// addColumns adds the columns behind selections; false: some need all. It takes all fragments for ones of portfolios, which
// at most adds columns.
func addColumns(columns *[]string, set ast.SelectionSet, below []string) bool {
	for _, selection := range set {
		known := true
		switch s := selection.(type) {
		case *ast.InlineFragment:
			known = addColumns(columns, s.SelectionSet, below)
		case *ast.FragmentSpread:
			known = addColumns(columns, s.Definition.SelectionSet, below)
		case *ast.Field:
			known = addColumnsOf(columns, s, below)
		}
		if !known {
			return false
		}
	}
	return true
}

func addColumnsOf(columns *[]string, field *ast.Field, below []string) bool {
	if slices.Contains(below, field.Name) {
		if field.Name == "edges" {
			return addColumns(columns, field.SelectionSet, below)
		}
		return addColumns(columns, field.SelectionSet, nil)
	}
	if len(below) > 0 { // what a list says beside its portfolios
		return true
	}
	more, known := columnsOfField[field.Name]
	for _, column := range more {
		if !slices.Contains(*columns, column) {
			*columns = append(*columns, column)
		}
	}
	return known
}
