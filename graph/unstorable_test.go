package graph_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/mockoup"
)

// TestTextsThatNoDatabaseHolds: a NUL character in whatever field of whatever mutation is an error of the request that
// names the field, and nothing is saved.
func TestTextsThatNoDatabaseHolds(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 30})
	mutations, inputs := b.wrongInputs(), b.inputsOf()
	before := b.tables()
	named := 0
	for name, mutation := range mutations {
		for _, field := range b.leaves(inputs[name], "") {
			in := set(mutation.right, field, "secret\x00text")
			query := fmt.Sprintf(`mutation($in: %s!) { %s(input: $in) { userErrors { code } } }`, strings.ToUpper(name[:1])+name[1:]+"Input", name)
			a := b.ask(query, input{"in": in})
			if a.code() != "BAD_USER_INPUT" || len(a.Data) > 0 && string(a.Data) != "null" {
				t.Errorf("%s %s: %s", name, field, a.Body)
			}
			if strings.Contains(a.Body, "a NUL character") {
				named++
				path, _, _ := strings.Cut(field, ".")
				if !strings.Contains(a.Body, `"path":["`+name+`","input","`+path) || strings.Contains(a.Body, "secret") {
					t.Errorf("%s %s: %s", name, field, a.Body)
				}
			}
		}
	}
	if diff := cmp.Diff(before, b.tables()); diff != "" {
		t.Errorf("something was saved:\n%s", diff)
	}
	if named < 40 {
		t.Errorf("only %d fields are of text", named)
	}
}

// TestUnstorableLiterals: what stands in the query itself is refused as variables are, and what stands in a cursor too.
func TestUnstorableLiterals(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 30})
	const cursor = "eyJrIjpbImFcdTAwMDBiIl0sImkiOjF9" // {"k":["a\u0000b"],"i":1}
	for query, path := range map[string]string{
		`mutation { createInventoryGroup(input: {name: "a\u0000b"}) { userErrors { code } } }`: `["createInventoryGroup","input","name"]`,
		"mutation { createInventoryGroup(input: {name: \"a\xffb\"}) { userErrors { code } } }": `["createInventoryGroup","input","name"]`,
		"mutation { createInventoryGroup(input: {name: \"a\x00b\"}) { userErrors { code } } }": ``, // the parser refuses it
		`{ node(id: "a\u0000b") { id } }`:                                         `["node","id"]`,
		`{ collections(first: 1, after: "` + cursor + `") { nodes { id } } }`:     `["collections"]`,
		`{ inventoryGroups(first: 1, after: "` + cursor + `") { nodes { id } } }`: `["inventoryGroups"]`,
	} {
		a := b.post(query, http.Header{"Content-Type": {"application/graphql"}})
		if a.code() != "BAD_USER_INPUT" || path != "" && !strings.Contains(a.Body, `"path":`+path) {
			t.Errorf("%s: %s", query, a.Body)
		}
	}
}

// TestUnstorableNameOfAnUpload: a file's name loses what no database holds.
func TestUnstorableNameOfAnUpload(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 30})
	list := []byte("publication_title\ttitle_id\nBrain\tbrain\n")
	if a, u := b.upload("name=li%00st%FF.txt", list, nil); a.Status != http.StatusCreated || u.Name != "list.txt" {
		t.Errorf("%s", a.Body)
	}
	if a, _ := b.upload("content=BOO%00KS", list, nil); a.code() != "BAD_USER_INPUT" {
		t.Errorf("%s", a.Body)
	}
}
