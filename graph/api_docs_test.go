package graph_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// TestAlmaInDocs: what docs/api.md names in place of Alma's calls is in the schema.
func TestAlmaInDocs(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("../schema.graphqls")
	must(t, err)
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphqls", Input: string(source)})
	must(t, err)
	inputs := map[string]bool{"number": true, "identifier": true, "collectionId": true, "code": true} // fields of filters
	_, table, _ := strings.Cut(readPage(t), "\n| task | Alma | here |\n")
	table, _, _ = strings.Cut(table, "\n\n")
	rows := 0
	for line := range strings.Lines(table) {
		cells := strings.Split(line, "|")
		for _, m := range regexp.MustCompile("`([a-z]\\w+)`").FindAllStringSubmatch(cells[3], -1) {
			rows++
			name := m[1]
			root := schema.Query.Fields.ForName(name) != nil || schema.Mutation.Fields.ForName(name) != nil ||
				schema.Subscription.Fields.ForName(name) != nil
			if !root && !inputs[name] {
				t.Errorf("the schema has no %s", name)
			}
		}
	}
	if rows < 30 {
		t.Errorf("the table names %d things", rows)
	}
}

// TestLinksInDocs: the links of docs/api.md to its own headings lead somewhere.
func TestLinksInDocs(t *testing.T) {
	t.Parallel()
	page, headings := readPage(t), map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(page, -1) {
		plain := regexp.MustCompile(`[^\w -]`).ReplaceAllString(strings.ToLower(m[1]), "")
		headings[strings.ReplaceAll(plain, " ", "-")] = true
	}
	for _, m := range regexp.MustCompile(`\]\(#([^)]*)\)`).FindAllStringSubmatch(page, -1) {
		if !headings[m[1]] {
			t.Errorf("no heading is #%s", m[1])
		}
	}
}

func readPage(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../docs/api.md")
	must(t, err)
	return string(text)
}
