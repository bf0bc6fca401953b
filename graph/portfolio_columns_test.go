package graph_test

import (
	"context"
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"

	"autoholdings/ent/portfolio"
	"autoholdings/graph/generated"
	"autoholdings/internal/store"
)

// TestColumnsAsked: a portfolio says the same whatever else it is asked for, in a list and by its id. What is asked for says
// which columns are read.
func TestColumnsAsked(t *testing.T) {
	t.Parallel()
	c := setupCatalogue(t)
	c.write(fillCells)
	whole := c.portfoliosSaying(portfolioFields(func(*ast.FieldDefinition) bool { return true }))
	if len(whole) < 100 {
		t.Fatalf("%d portfolios", len(whole))
	}
	for _, field := range generated.NewExecutableSchema(generated.Config{}).Schema().Types["Portfolio"].Fields {
		if field.Name == "asOf" {
			continue
		}
		asked := portfolioFields(func(f *ast.FieldDefinition) bool { return f.Name == field.Name })
		alone := c.portfoliosSaying(asked)
		for i, p := range alone {
			if diff := cmp.Diff(whole[i][field.Name], p[field.Name]); diff != "" {
				t.Fatalf("%s of portfolio %d:\n%s", field.Name, i, diff)
			}
		}
		var one struct{ Portfolio map[string]any }
		c.query(`query($id: ID!) { portfolio(id: $id) { `+asked+` } }`, map[string]any{"id": whole[0]["id"]}, &one)
		if diff := cmp.Diff(whole[0][field.Name], one.Portfolio[field.Name]); diff != "" {
			t.Errorf("%s of a portfolio by its id:\n%s", field.Name, diff)
		}
	}
	var mixed struct {
		Portfolios struct {
			Nodes []struct{ ID, Title string }
			Edges []struct{ Node struct{ FirstAuthor string } }
		}
	}
	c.query(`{ portfolios { nodes { ... on Node { id } ...More } edges { node { ... { firstAuthor } } } } }
		fragment More on Portfolio { title }`, nil, &mixed)
	if p := mixed.Portfolios; p.Nodes[0].Title != whole[0]["title"] || p.Edges[0].Node.FirstAuthor != whole[0]["firstAuthor"] {
		t.Errorf("by fragments: %v", p)
	}
}

// fillCells lets no column that is shown be empty.
func fillCells(ctx context.Context, tx *store.Tx) error {
	update := tx.Portfolio.Update()
	for _, column := range []string{
		portfolio.FieldFirstAuthor, portfolio.FieldFirstEditor, portfolio.FieldPublisherName, portfolio.FieldCoverageDepth, portfolio.FieldNotes,
		portfolio.FieldDateMonographPublishedPrint, portfolio.FieldDateMonographPublishedOnline, portfolio.FieldMonographVolume,
		portfolio.FieldMonographEdition, portfolio.FieldParentPublicationTitleID, portfolio.FieldPrecedingPublicationTitleID,
		portfolio.FieldAccessType, portfolio.FieldPrintIdentifier, portfolio.FieldOnlineIdentifier, portfolio.FieldTitleURL,
		portfolio.FieldPerpetualFrom, portfolio.FieldPerpetualUntil,
	} {
		if err := update.Mutation().SetField(column, column); err != nil {
			return err
		}
	}
	return update.SetAccessRights("Perpetual").SetVersion(7).Exec(ctx)
}

// portfolioFields asks for the chosen fields of a portfolio, with something of each thing that hangs on it.
func portfolioFields(chosen func(*ast.FieldDefinition) bool) (selections string) {
	schema := generated.NewExecutableSchema(generated.Config{}).Schema()
	for _, f := range schema.Types["Portfolio"].Fields {
		if !chosen(f) || f.Name == "asOf" { // it reads rows of its own, and needs a day
			continue
		}
		selections += " " + f.Name
		of := schema.Types[f.Type.Name()]
		if of.Kind != ast.Object {
			continue
		}
		selections += " { __typename"
		for _, inner := range of.Fields {
			if kind := schema.Types[inner.Type.Name()].Kind; len(inner.Arguments) == 0 && (kind == ast.Scalar || kind == ast.Enum) {
				selections += " " + inner.Name
			}
		}
		selections += " }"
	}
	return selections
}

// portfoliosSaying reads all portfolios, in order.
func (b *testBundle) portfoliosSaying(selections string) []map[string]any {
	b.t.Helper()
	var data struct {
		Portfolios struct{ Nodes json.RawMessage }
	}
	b.query(`{ portfolios(first: 150) { nodes { `+selections+` } } }`, nil, &data)
	var nodes []map[string]any
	must(b.t, json.Unmarshal(data.Portfolios.Nodes, &nodes))
	return slices.Clip(nodes)
}
