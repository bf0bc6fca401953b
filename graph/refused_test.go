package graph_test

import (
	"strings"
	"testing"

	"autoholdings/mockoup"
)

// TestJudgeRefusedRow: a portfolio that a refused row may name stays until a person says of the row that it hides
// nothing.
func TestJudgeRefusedRow(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20}).work()
	collection := b.local("Given to us")
	whole := shortList + "Cell\t0092-8674\tcell\t1974\tserial\tP\n"
	b.waitFor(b.importCollection(map[string]any{"collectionId": collection, "kbart": whole}).Job.ID)
	refused := strings.Replace(whole, "Brain\t0006-8950\tbrain", "\t\tbrain", 1) // a row without a title
	run := func() (review, removed int, changeID string) {
		t.Helper()
		job := b.importCollection(map[string]any{"collectionId": collection, "kbart": refused, "removeMissing": true}).Job
		b.waitFor(job.ID)
		var answer struct {
			Job struct {
				Counts  struct{ Review, Removed int }
				Changes struct {
					Nodes []struct{ ID, Action string }
				}
			}
		}
		b.query(`query($id: ID!) { job(id: $id) { counts { removed ... on ListCounts { review } } changes(filter: {action: [INVALID]}) { nodes
			{ id action } } } }`,
			map[string]any{"id": job.ID}, &answer)
		if len(answer.Job.Changes.Nodes) != 1 {
			t.Fatalf("refused rows: %+v", answer)
		}
		return answer.Job.Counts.Review, answer.Job.Counts.Removed, answer.Job.Changes.Nodes[0].ID
	}
	review, removed, line := run()
	if review != 1 || removed != 0 {
		t.Fatalf("a row that cannot be read takes away what it names: %d left, %d removed", review, removed)
	}
	for _, wrong := range []struct {
		in   map[string]any
		want string
	}{
		{map[string]any{"changeId": "xx"}, "BAD_USER_INPUT input.changeId"},
		{map[string]any{"changeId": line, "portfolioId": collection}, "BAD_USER_INPUT input.portfolioId"},
		{map[string]any{"changeId": line + "A"}, "BAD_USER_INPUT input.changeId"},
	} {
		if row, codes := b.judge(wrong.in); row != nil || codes != wrong.want {
			t.Errorf("%v: %v, %q instead of %q", wrong.in, row, codes, wrong.want)
		}
	}
	row, codes := b.judge(map[string]any{"changeId": line})
	if row == nil || !strings.Contains(*row, "brain") || codes != "" {
		t.Fatalf("%v %s", row, codes)
	}
	if review, removed, _ = run(); review != 0 || removed != 1 {
		t.Errorf("judged to hide nothing, and %d are left, %d removed", review, removed)
	}
}

// judge says something of a refused row, and returns the row or what is wrong.
func (b *testBundle) judge(in map[string]any) (row *string, codes string) {
	b.t.Helper()
	var answer struct {
		JudgeRefusedRow struct {
			Row        *string
			UserErrors []struct {
				Code string
				Path []string
			}
		}
	}
	b.query(`mutation($in: JudgeRefusedRowInput!) { judgeRefusedRow(input: $in) { row userErrors { code path } } }`, map[string]any{"in": in},
		&answer)
	for _, e := range answer.JudgeRefusedRow.UserErrors {
		codes += e.Code + " " + strings.Join(e.Path, ".")
	}
	return answer.JudgeRefusedRow.Row, codes
}
