package plan_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/ent"
	"autoholdings/holdings/plan"
	"autoholdings/holdings/profiles"
)

// TestGuardsWithoutMost: a mark that a profile was saved without stays away.
func TestGuardsWithoutMost(t *testing.T) {
	t.Parallel()
	want := plan.StandardGuards()
	want.Removals.Most, want.Access.Most = 0, 7
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	got := profiles.GuardsOf(&ent.Profile{GuardPercent: want.Removals.Percent, GuardTitles: want.Removals.Titles, Guards: text})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
