package graph_test

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"autoholdings/holdings/profiles"
	"autoholdings/internal/secret"
	"autoholdings/internal/store"
)

// TestNoStatementPerEdge goes through the schema: of each connection it reads a page with all that hangs on its edges, and
// no statement is made as often as there are edges. A connection whose things are in no page of several fails, so that a new
// one needs some in the catalogue.
func TestNoStatementPerEdge(t *testing.T) {
	t.Parallel()
	c := setupCatalogue(t)
	schema, ids := contract(t), c.someIDs()
	c.fillLists()
	ids["Job"] = c.largestJob()
	walked := map[string]int{} // the most edges on a page, by type
	for name, holder := range schema.Types {
		for _, field := range holder.Fields {
			page, of := pageOf(schema, holder, field)
			switch {
			case page == "":
				continue
			case name != "Query" && ids[name] == "":
				t.Errorf("%s.%s: someIDs has no %s", name, field.Name, name)
				continue
			case name != "Query":
				page = fmt.Sprintf("node(id: %q) { ... on %s { %s } }", ids[name], name, page)
			}
			walked[of] = max(walked[of], c.walkEdges("{ "+page+" }", field.Name, name))
		}
	}
	for of, edges := range walked {
		if edges < edgesNeeded {
			t.Errorf("%s: no page has more than %d of %d: let the catalogue have more", of, edges, edgesNeeded)
		}
	}
}

const (
	edgesWalked = 12
	edgesNeeded = 5 // fewer do not tell a statement for each from one that several things share
)

// pageOf asks for a page of a connection, or for a list at the root, with all that hangs on its things, which are of a
// type; "": the field is neither.
func pageOf(schema *ast.Schema, holder *ast.Definition, field *ast.FieldDefinition) (page, of string) {
	held := schema.Types[field.Type.Name()]
	switch {
	case holder.Kind != ast.Object:
	case strings.HasSuffix(held.Name, "Connection"):
		of = held.Fields.ForName("nodes").Type.Name()
		return fmt.Sprintf("%s(first: %d) { nodes %s }", field.Name, edgesWalked, edgeFields(schema, of, 2)), of
	case holder.Name == "Query" && field.Type.Elem != nil && held.Kind == ast.Object && !hasRequired(field.Arguments):
		return field.Name + " " + edgeFields(schema, held.Name, 2), held.Name
	}
	return "", ""
}

func hasRequired(arguments ast.ArgumentDefinitionList) bool {
	return slices.ContainsFunc(arguments, func(a *ast.ArgumentDefinition) bool { return a.Type.NonNull && a.DefaultValue == nil })
}

// edgeFields selects all fields of a type that take no arguments, and of what they hold, down to a depth.
func edgeFields(schema *ast.Schema, typeName string, depth int) string {
	selected := []string{"__typename"}
	for _, field := range schema.Types[typeName].Fields {
		held := schema.Types[field.Type.Name()]
		switch {
		case len(field.Arguments) > 0:
		case !held.IsCompositeType():
			selected = append(selected, field.Name)
		case depth > 0 && held.Kind == ast.Object:
			selected = append(selected, field.Name+" "+edgeFields(schema, held.Name, depth-1))
		}
	}
	return "{ " + strings.Join(selected, " ") + " }"
}

// walkEdges reads a page, and returns how many edges it has.
func (c *catalogue) walkEdges(query, field, holder string) (edges int) {
	c.t.Helper()
	c.counter.take()
	var data map[string]json.RawMessage
	c.query(query, nil, &data)
	if node, ok := data["node"]; ok {
		must(c.t, json.Unmarshal(node, &data))
	}
	var page struct{ Nodes []json.RawMessage }
	if json.Unmarshal(data[field], &page.Nodes) != nil { // no list
		must(c.t, json.Unmarshal(data[field], &page))
	}
	times := map[string]int{}
	for _, statement := range c.counter.take() {
		times[shapeOf(statement)]++
	}
	for statement, n := range times {
		if edges := len(page.Nodes); edges >= edgesNeeded && n >= edges-1 {
			c.t.Errorf("%s.%s: %d edges, and %d times\n%s", holder, field, edges, n, statement)
		}
	}
	return len(page.Nodes)
}

var values = regexp.MustCompile(`(\?|\$\d+)(, ?(\?|\$\d+))*`)

// shapeOf is a statement without its values and how many there are.
func shapeOf(statement string) string {
	statement, _, _ = strings.Cut(statement, "args=")
	return values.ReplaceAllString(statement, "?")
}

// fillLists makes several of what the catalogue and someIDs have one of, or none.
func (c *catalogue) fillLists() {
	c.t.Helper()
	for i := range edgesNeeded {
		c.done("createAccessToken", input{"name": fmt.Sprint("reader ", i), "scopes": []string{"READ"}})
		c.done("addPerson", input{"name": fmt.Sprint("Ada ", i), "password": "correct horse battery", "scopes": []string{"READ"}})
		c.many("createPortfolioSet", input{"name": fmt.Sprint("All ", i), "filter": input{}})
		customer, key := fmt.Sprint("further-", i), secret.NewKey("some-key")
		_, _, err := c.testBundle.profiles.CreateProfile(c.t.Context(), profiles.ProfileInput{CustomerNumber: &customer, APIKey: &key}, nil)
		must(c.t, err)
	}
	c.write(func(ctx context.Context, tx *store.Tx) error {
		for i, p := range tx.Portfolio.Query().Limit(edgesNeeded).AllX(ctx) {
			err := tx.PairingDecision.Create().SetID(int64(2 + i)).SetCreatedAt(1).SetUpdatedAt(1).SetCollectionID(p.CollectionID).
				SetPortfolioID(p.ID).SetParted(true).SetTitle("Annals").Exec(ctx)
			if err != nil {
				return err
			}
		}
		return nil
	})
}
