package plan_test

import (
	"strings"
	"testing"

	"autoholdings/holdings/plan"
	"autoholdings/internal/holdingstest"
	"autoholdings/kbart"
)

// TestRefusedRowsProtect: a portfolio whose title_id, identifier, URL or folded title stands in a refused row is left
// as it is.
func TestRefusedRowsProtect(t *testing.T) {
	t.Parallel()
	const before = `Brain; id=brain; print=@1; url=https://example.org/brain
		Mind; id=mind; print=@2; url=https://example.org/mind`
	for _, test := range []struct{ name, row, want string }{
		{"its title_id", "; id=BRAIN", "REVIEW Brain ROW_UNREADABLE"},
		{"its identifier", "; print=@1", "REVIEW Brain ROW_UNREADABLE"},
		{"its identifier in the other column", "; online=@1", "REVIEW Brain ROW_UNREADABLE"},
		{"its title", "BRAIN.; pub=Press", "REVIEW Brain ROW_UNREADABLE"},
		{"its address", "Nothing known; url=HTTPS://Example.org/brain", "REVIEW Brain ROW_UNREADABLE"},
		{"another address", "Nothing known; url=https://example.org/other", "REMOVE Brain"},
		{"nothing of it", "; id=other", "REMOVE Brain"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			lines, counts, _ := holdingstest.Changes(t, holdingstest.SourceOf(holdingstest.KBART(before)),
				holdingstest.SourceOf(holdingstest.KBART("Mind; id=mind; print=@2; url=https://example.org/mind\n"+test.row)))
			if counts.Invalid != 1 || counts.Updated != 0 || lines[len(lines)-1] != test.want {
				t.Errorf("%+v\n%s", counts, strings.Join(lines, "\n"))
			}
		})
	}
	lines, _, _ := holdingstest.Changes(t, holdingstest.SourceOf(holdingstest.KBART(before)),
		holdingstest.SourceOf(holdingstest.KBART("Mind; id=mind; print=@2; url=https://example.org/mind\n; id=mind\nBrain, renamed; id=brain; print=@1")))
	if report := strings.Join(lines, "\n"); strings.Contains(report, "REVIEW") {
		t.Errorf("what a readable row pairs is not left:\n%s", report)
	}
}

// TestManyRefusedRows: where there are too many to look at, nothing is removed because of such a list, and a finding
// says so.
func TestManyRefusedRows(t *testing.T) {
	t.Parallel()
	for name, rows := range map[string]string{
		"rows": strings.Repeat("\t1\n", 100_001),
		"keys": holdingstest.Rows(0, 21_000, strings.Repeat("\tcell %d of a row", 24)),
	} {
		var before, after strings.Builder
		before.WriteString(holdingstest.KBART("Brain; id=brain; print=@1\nMind; id=mind; print=@2"))
		after.WriteString(holdingstest.KBART("Mind; id=mind; print=@2") + rows)
		var said []string
		counts, err := plan.Diff(t.Context(), holdingstest.SourceOf(before.String()), holdingstest.SourceOf(after.String()), func(f kbart.Finding) {
			if f.Code == "removals-left" {
				said = append(said, f.Message)
			}
		}, func(plan.Change) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		if counts.Removed != 0 || counts.Review != 1 || len(said) != 1 || !strings.Contains(said[0], "too many rows could not be read") {
			t.Errorf("%s: %+v, %v", name, counts, said)
		}
	}
}
