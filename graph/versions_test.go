package graph_test

import (
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"autoholdings/mockoup"
)

// TestEverythingEditedHasAVersion: what a mutation updates shows its version, and the mutation takes the one that was read.
func TestEverythingEditedHasAVersion(t *testing.T) {
	t.Parallel()
	schema, updates := contract(t), 0
	for _, mutation := range schema.Mutation.Fields {
		what, ok := strings.CutPrefix(mutation.Name, "update")
		if !ok {
			continue
		}
		updates++
		takes := schema.Types[mutation.Arguments.ForName("input").Type.Name()].Fields.ForName("version")
		if takes == nil || takes.Type.String() != "Int" {
			t.Errorf("%s takes no version", mutation.Name)
		}
		if shown := schema.Types[what].Fields.ForName("version"); shown == nil || shown.Type.String() != "Int!" {
			t.Errorf("%s shows no version", what)
		}
	}
	for _, thing := range schema.PossibleTypes["Node"] { // and nothing shows a version that no mutation takes
		if thing.Fields.ForName("version") != nil && !takesVersionOf(schema, thing.Name) {
			t.Errorf("%s shows a version, and no mutation takes it", thing.Name)
		}
	}
	if updates < 10 {
		t.Errorf("%d mutations that update", updates)
	}
}

func takesVersionOf(schema *ast.Schema, thing string) bool {
	for _, name := range []string{"Update" + thing + "Input", thing + "Ref"} { // of several at once each is named by a Ref
		if in := schema.Types[name]; in != nil && in.Fields.ForName("version") != nil {
			return true
		}
	}
	return false
}

// TestPersonVersion: whoever changes a person that somebody else changed meanwhile is told so.
func TestPersonVersion(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20})
	ada := b.done("addPerson", input{"name": "Ada", "password": "correct horse battery", "scopes": []string{"READ"}}).Person
	change := func(version int, scope string) input {
		return input{"personId": ada.ID, "version": version, "scopes": []string{scope}}
	}
	if p := b.done("updatePerson", change(ada.Version, "CURATE")).Person; p.Version != ada.Version+1 {
		t.Errorf("version %d after %d", p.Version, ada.Version)
	}
	b.unchanged(func() {
		p := b.refused("updatePerson", change(ada.Version, "OPERATE"), "CONFLICT input.version").Person
		if p == nil || p.Version != ada.Version+1 || p.Scopes[0] != "CURATE" {
			t.Errorf("beside the conflict: %+v", p)
		}
	})
	b.done("updatePerson", change(ada.Version+1, "OPERATE"))
	if p := b.done("updatePerson", input{"personId": ada.ID, "disabled": true}).Person; p.Version != ada.Version+3 {
		t.Errorf("version %d without one named", p.Version)
	}
}
