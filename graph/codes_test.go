package graph_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/holdings/profiles"
	"autoholdings/internal/problem"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

// TestCodes: the enums of codes have the codes that the code has, and say of each what its table says.
func TestCodes(t *testing.T) {
	t.Parallel()
	errors, outcomes := map[string]string{}, map[string]string{}
	for _, m := range problem.Codes() {
		errors[string(m.Code)] = m.Meaning
	}
	for _, c := range jobs.Codes() {
		outcomes[c.Code] = c.Meaning
	}
	schema := contract(t)
	for enum, want := range map[string]map[string]string{
		"ErrorCode": errors, "OutcomeCode": outcomes, "ProfileAlertCode": profiles.AlertCodes(),
	} {
		got := map[string]string{}
		for _, value := range schema.Types[enum].EnumValues {
			got[value.Name] = value.Description
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-code +schema):\n%s", enum, diff)
		}
	}
}

// TestConstants: an enum has the values that stand as constants in the code, no more and no less.
func TestConstants(t *testing.T) {
	t.Parallel()
	schema := contract(t)
	for enum, from := range map[string]struct{ folder, typeName, prefix string }{
		"ErrorCode":        {"../internal/problem", "Code", ""},
		"ChangeAction":     {"../holdings/plan", "Action", ""},
		"JobChangeKind":    {"../holdings/plan", "Kind", ""},
		"KeptReason":       {"../holdings/plan", "", "kept"},
		"ReviewReason":     {"../holdings/plan", "", "Review"},
		"GuardName":        {"../holdings/plan", "", "Guard"},
		"LostColumnChoice": {"../holdings/plan", "ColumnChoice", ""},
		"JobPartState":     {"../jobs", "", "Part"},
		"JobVerdict":       {"../jobs", "", "Verdict"},
		"FileOutcome":      {"../jobs", "", "File"},
		"JobKind":          {"../jobs", "", "Kind"},
		"PortfolioAction":  {"../holdings/bulk", "Action", ""},
		"WorklistItemType": {"../holdings/worklist", "Type", ""},
		"WorklistState":    {"../holdings/worklist", "State", ""},
	} {
		var values []string
		for _, value := range schema.Types[enum].EnumValues {
			values = append(values, value.Name)
		}
		slices.Sort(values)
		if diff := cmp.Diff(constantsOf(t, from.folder, from.typeName, from.prefix), values); diff != "" {
			t.Errorf("%s (-code +schema):\n%s", enum, diff)
		}
	}
}

// constantsOf returns the values of the constants of a package that are of a type or, where that is "", that have no type and whose
// names begin with a prefix: the texts among them, in the alphabet's order.
func constantsOf(t *testing.T, folder, typeName, prefix string) []string {
	t.Helper()
	packages, err := parser.ParseDir(token.NewFileSet(), folder, nil, 0) //nolint:staticcheck // no types are wanted
	must(t, err)
	found := map[string]bool{}
	for name, p := range packages {
		if strings.HasSuffix(name, "_test") {
			continue
		}
		ast.Inspect(p, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || !strings.HasPrefix(spec.Names[0].Name, prefix) {
				return true
			}
			named, _ := spec.Type.(*ast.Ident)
			if text, ok := textOf(spec); ok && (named == nil) == (typeName == "") && (named == nil || named.Name == typeName) {
				found[text] = true
			}
			return true
		})
	}
	return slices.Sorted(maps.Keys(found))
}

// textOf is the text that a constant stands for.
func textOf(spec *ast.ValueSpec) (string, bool) {
	if len(spec.Values) != 1 {
		return "", false
	}
	literal, ok := spec.Values[0].(*ast.BasicLit)
	if !ok {
		return "", false
	}
	text, err := strconv.Unquote(literal.Value)
	return text, err == nil && literal.Kind == token.STRING && text != "" && strings.ToUpper(text) == text
}

// TestErrorCodes: the API says of each code what it means and what to do.
func TestErrorCodes(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20})
	var got struct {
		ErrorCodes []struct{ Code, Meaning, Advice string }
	}
	b.query(`{ errorCodes { code meaning advice } }`, nil, &got)
	if len(got.ErrorCodes) != len(problem.Codes()) {
		t.Errorf("%d codes of %d", len(got.ErrorCodes), len(problem.Codes()))
	}
	for _, c := range got.ErrorCodes {
		if c.Code == "" || c.Meaning == "" || c.Advice == "" {
			t.Errorf("incomplete: %+v", c)
		}
	}
}
