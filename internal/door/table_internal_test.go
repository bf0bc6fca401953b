package door

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestTable: each path that the server registers has a row in the table, and each row is of such a path.
func TestTable(t *testing.T) {
	t.Parallel()
	registered := map[string]bool{}
	for _, folder := range []string{"../../graph", "../../cmd/autoholdings"} {
		files, err := filepath.Glob(folder + "/*.go")
		if err != nil || len(files) == 0 {
			t.Fatal(folder, err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(parsed, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok || len(call.Args) != 2 {
					return true
				}
				method, ok := call.Fun.(*ast.SelectorExpr)
				if !ok || method.Sel.Name != "Handle" && method.Sel.Name != "HandleFunc" {
					return true
				}
				text, ok := call.Args[0].(*ast.BasicLit)
				if !ok {
					t.Errorf("%s registers a path that is not written there, so that this test cannot see it", file)
					return true
				}
				pattern, err := strconv.Unquote(text.Value)
				if err != nil {
					t.Fatal(err)
				}
				registered[pattern] = true
				return true
			})
		}
	}
	delete(registered, "/") // leads to the mux of the package graph
	if len(registered) < 10 {
		t.Errorf("only %d paths are found", len(registered))
	}
	for pattern := range registered {
		if _, ok := table[pattern]; !ok {
			t.Errorf("%s has no row in the table: say what it needs", pattern)
		}
	}
	for pattern, needs := range table {
		if !registered[pattern] && !needs.signsIn {
			t.Errorf("%s has a row in the table, and is no path of the server", pattern)
		}
	}
}
