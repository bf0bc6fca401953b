package graph_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// The house rules of this package: a resolver decodes, makes one call and answers, and no function is longer than a
// page.
const (
	longestResolver = 10 // lines of the body
	longestFunction = 60
)

// TestShape: what does not fit into ten lines of a resolver belongs to the domain or the jobs, where a command and a
// console find it too.
func TestShape(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	must(t, err)
	resolvers, set := 0, token.NewFileSet()
	for _, name := range files {
		file, err := parser.ParseFile(set, name, nil, 0)
		must(t, err)
		for _, declared := range file.Decls {
			f, ok := declared.(*ast.FuncDecl)
			if !ok {
				continue
			}
			limit := longestFunction
			if strings.HasSuffix(receiverOf(f), "Resolver") {
				limit = longestResolver
				resolvers++
			}
			if lines := set.Position(f.Body.Rbrace).Line - set.Position(f.Body.Lbrace).Line - 1; lines > limit {
				t.Errorf("%s: %s %s has %d lines, more than %d", name, receiverOf(f), f.Name.Name, lines, limit)
			}
		}
	}
	if resolvers < 100 {
		t.Errorf("%d resolvers were looked at", resolvers)
	}
}

// receiverOf is the name of the type that a method belongs to; "" for a function.
func receiverOf(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return ""
	}
	of := f.Recv.List[0].Type
	if pointer, ok := of.(*ast.StarExpr); ok {
		of = pointer.X
	}
	if generic, ok := of.(*ast.IndexListExpr); ok {
		of = generic.X
	}
	name, _ := of.(*ast.Ident)
	if name == nil {
		return ""
	}
	return name.Name
}
