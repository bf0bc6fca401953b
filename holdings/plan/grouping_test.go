package plan_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"autoholdings/holdings/plan"
	"autoholdings/internal/holdingstest"
)

// TestUnknownTypeKeepsStatements: a title of unknown type none of whose rows fills a coverage cell says nothing of
// coverage.
func TestUnknownTypeKeepsStatements(t *testing.T) {
	t.Parallel()
	runDiffs(t, []diffCase{
		{
			name:   "empty cells",
			before: `Thing; id=a; type=; first=1990; last=2000`,
			after:  `Thing; id=a; type=; pub=New`,
			want:   `UPDATE Thing publisher_name New`,
		},
		{
			name:   "a statement",
			before: `Thing; id=a; type=; first=1990; last=2000`,
			after:  `Thing; id=a; type=; first=1990; last=2001`,
			want:   `UPDATE Thing coverage: 1990 – 2000 → 1990 – 2001`,
		},
	})
}

// TestOrderOfRowsChangesNothing: however the rows of a list are sorted, titles, values, statements, pairs and counts
// are the same.
func TestOrderOfRowsChangesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		before, after := drawRows(rt, "before"), drawRows(rt, "after")
		seed := rapid.Uint64().Draw(rt, "order")
		none, wantBefore, _ := holdingstest.Changes(t, plan.Source{}, holdingstest.SourceOf(holdingstest.KBART(before)))
		noneShuffled, gotBefore, _ := holdingstest.Changes(t, plan.Source{}, holdingstest.SourceOf(holdingstest.KBART(holdingstest.Shuffled(before, seed))))
		want, wantCounts, wantFindings := holdingstest.Changes(t, holdingstest.SourceOf(holdingstest.KBART(before)), holdingstest.SourceOf(holdingstest.KBART(after)))
		got, gotCounts, gotFindings := holdingstest.Changes(t, holdingstest.SourceOf(holdingstest.KBART(holdingstest.Shuffled(before, seed))), holdingstest.SourceOf(holdingstest.KBART(holdingstest.Shuffled(after, seed+1))))
		for what, diff := range map[string]string{
			"titles": cmp.Diff(holdingstest.Sorted(none), holdingstest.Sorted(noneShuffled)), "counts of the first list": cmp.Diff(wantBefore, gotBefore),
			"changes": cmp.Diff(holdingstest.Sorted(want), holdingstest.Sorted(got)), "counts": cmp.Diff(wantCounts, gotCounts),
			"findings": cmp.Diff(holdingstest.Sorted(wantFindings), holdingstest.Sorted(gotFindings)),
		} {
			if diff != "" {
				rt.Fatalf("%s:\n%s\nbefore:\n%s\nafter:\n%s", what, diff, before, after)
			}
		}
	})
}

// TestTheSameListChangesNothing, however its titles resemble each other.
func TestTheSameListChangesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		list := drawRows(rt, "rows")
		lines, counts, _ := holdingstest.Changes(t, holdingstest.SourceOf(holdingstest.KBART(list)), holdingstest.SourceOf(holdingstest.KBART(holdingstest.Shuffled(list, 7))))
		if counts.Changed() || counts.Ambiguous > 0 || counts.Unchanged != counts.Titles {
			rt.Fatalf("%s\n%+v\n%s", list, counts, strings.Join(lines, "\n"))
		}
	})
}

// drawRows draws rows of few titles, title_ids and identifiers, so that they meet in all ways.
func drawRows(rt *rapid.T, label string) string {
	var b strings.Builder
	for range rapid.IntRange(1, 9).Draw(rt, label) {
		draw := func(name string, values ...string) string {
			return fmt.Sprintf("; %s=%s", name, rapid.SampledFrom(values).Draw(rt, name))
		}
		b.WriteString(rapid.SampledFrom([]string{"Brain", "Brains", "Mind", "mind."}).Draw(rt, "title"))
		b.WriteString(draw("id", "", "brain", "BRAIN", "mind", "n.a.") + draw("print", "", "", "@1", "@2", "@3", "0000-0000") +
			draw("online", "", "@1", "@4"))
		b.WriteString(draw("first", "", "1990", "1996", "1996-01") + draw("last", "", "1995", "2000") + draw("pub", "", "A", "B") +
			draw("notes", "", "x", "y"))
		b.WriteString(draw("url", "https://example.org/1", "https://example.org/2") + draw("type", "serial", "serial", "", "monograph") +
			draw("vol", "", "", "1"))
		b.WriteString("\n")
	}
	return b.String()
}
