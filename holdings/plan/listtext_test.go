package plan_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/internal/holdingstest"
)

// numerals put identifiers into what is wanted.
var numerals = strings.NewReplacer(
	"@ONE", holdingstest.IdentifierCalled("@1"), "@TWO", holdingstest.IdentifierCalled("@2"), "@THREE", holdingstest.IdentifierCalled("@3"), "@FOUR", holdingstest.IdentifierCalled("@4"), "@NINE",
	holdingstest.IdentifierCalled("@9"),
	"#ONE", holdingstest.IdentifierCalled("#1"), "#TWO", holdingstest.IdentifierCalled("#2"),
)

// diffCase is two lists and what the second one changes.
type diffCase struct {
	name, before, after string
	want                string // the lines of the report
	findings            string // codes that must be among the findings; "": not asked
}

func (c *diffCase) run(t *testing.T) {
	t.Helper()
	lines, _, findings := holdingstest.Changes(t, holdingstest.SourceOf(holdingstest.KBART(c.before)), holdingstest.SourceOf(holdingstest.KBART(c.after)))
	if diff := cmp.Diff(holdingstest.TextLines(numerals.Replace(c.want)), lines); diff != "" {
		t.Error(diff)
	}
	for code := range strings.FieldsSeq(c.findings) {
		if !slices.Contains(findings, code) {
			t.Errorf("%s is not among the findings: %v", code, findings)
		}
	}
}

func runDiffs(t *testing.T, cases []diffCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.run(t)
		})
	}
}
