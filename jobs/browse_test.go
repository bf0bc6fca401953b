package jobs_test

import (
	"strings"
	"testing"

	"autoholdings/internal/keyset"
	"autoholdings/internal/plantest"
	"autoholdings/jobs"
)

func TestChangeFiltersUseTheirIndexes(t *testing.T) {
	t.Parallel()
	db := plantest.Open(t)
	reader, coverage := jobs.NewReader(db.Store), "coverage"
	for name, c := range map[string]struct {
		filter jobs.ChangeFilter
		uses   string
	}{
		"none":            {jobs.ChangeFilter{}, "jobchange_job_id_action_field_id (job_id=? AND (action,field)>(?,?))"},
		"action":          {jobs.ChangeFilter{Actions: []string{"ADD"}}, "jobchange_job_id_action_field_id (job_id=? AND action=?)"},
		"several actions": {jobs.ChangeFilter{Actions: []string{"ADD", "REMOVE"}}, "jobchange_job_id_action_field_id (job_id=? AND action=?)"},
		"action and field": {
			jobs.ChangeFilter{Actions: []string{"UPDATE"}, Field: &coverage},
			"jobchange_job_id_action_field_id (job_id=? AND action=? AND field=?)",
		},
		"portfolio": {jobs.ChangeFilter{PortfolioID: 1}, "jobchange_portfolio_id_id (portfolio_id=?)"},
	} {
		after := &keyset.Position{Keys: []string{"ADD", ""}, ID: 1}
		if _, err := reader.Changes(t.Context(), 1, c.filter, keyset.Window{First: 50, After: after}); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if plan := db.Plan(); !strings.Contains(plan, c.uses) || plantest.ScansTable(plan) {
			t.Errorf("%s: want %s, not a scan:\n%s", name, c.uses, plan)
		}
	}
}
