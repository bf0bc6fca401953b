package jobs_test

import (
	"regexp"
	"strings"
	"testing"

	"autoholdings/internal/access"
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
		"part":      {jobs.ChangeFilter{PartID: 1}, "jobchange_part_id_action_field_id (part_id=? AND (action,field)>(?,?))"},
		"title":     {jobs.ChangeFilter{TitlePrefix: "The"}, "jobchange_job_id_title_key_id (job_id=? AND title_key>? AND title_key<?)"},
		"content":   {jobs.ChangeFilter{Content: "BOOKS"}, "jobchange_job_id_action_field_id (job_id=? AND (action,field)>(?,?))"},
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

// ofNoTable is a scan of the one row of settings, or of what was selected before: as many rows as a page has, or the changes of one
// portfolio.
var ofNoTable = regexp.MustCompile(`SCAN (counted|both_of|placed|settings|\(subquery-\d+\))`)

// TestAllChangesUseTheirIndexes: no page of all changes reads more of a table than its filter leaves, or sorts.
func TestAllChangesUseTheirIndexes(t *testing.T) {
	t.Parallel()
	db := plantest.Open(t)
	reader, coverage, moment := jobs.NewReader(db.Store), "coverage", int64(1)
	ofPart := "jobchange_part_id_action_field_id (part_id=?"
	for name, c := range map[string]struct {
		q    jobs.ChangeQuery
		uses []string
	}{
		"none":  {jobs.ChangeQuery{}, []string{"jobpart_settled_at_id (settled_at", "edit_created_at_id (", ofPart}},
		"since": {jobs.ChangeQuery{Since: &moment}, []string{"jobpart_settled_at_id (settled_at", "edit_created_at_id ("}},
		"collection": {
			jobs.ChangeQuery{CollectionID: 1}, []string{"jobpart_collection_id_settled_at_id (", "edit_collection_id_created_at_id ("},
		},
		"action":           {jobs.ChangeQuery{Actions: []string{"ADD"}}, []string{ofPart + " AND action=?"}},
		"several actions":  {jobs.ChangeQuery{Actions: []string{"ADD", "REMOVE"}}, []string{ofPart}},
		"action and field": {jobs.ChangeQuery{Actions: []string{"UPDATE"}, Field: &coverage}, []string{ofPart + " AND action=? AND field=?"}},
		"field":            {jobs.ChangeQuery{Field: &coverage}, []string{ofPart + " AND action=? AND field=?"}},
		"actor": {
			jobs.ChangeQuery{ActorKind: access.ByPerson, ActorID: 1},
			[]string{"edit_actor_kind_actor_id_created_at_id (actor_kind=? AND actor_id=?"},
		},
		"part": {jobs.ChangeQuery{PartID: 1}, []string{ofPart}},
		"title": {
			jobs.ChangeQuery{TitlePrefix: "The"},
			[]string{"jobpart_settled_at_id (settled_at", "jobchange_job_id_title_key_id (job_id=? AND title_key>? AND title_key<?)"},
		},
		"group": {jobs.ChangeQuery{GroupID: 1}, []string{"jobpart_profile_id_collection_id (profile_id=?)", "edit_created_at_id ("}},
		"portfolio": {
			jobs.ChangeQuery{PortfolioIDs: []int64{1}},
			[]string{"jobchange_portfolio_id_id (portfolio_id=?", "edit_portfolio_id_id (portfolio_id=?"},
		},
	} {
		for _, newest := range []bool{false, true} {
			c.q.NewestFirst = newest
			db.Plans()
			after := &keyset.Position{Keys: []string{"2", "3", "ADD", ""}, ID: 1}
			if _, err := reader.ChangesSince(t.Context(), c.q, keyset.Window{First: 50, After: after}); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			plan := ofNoTable.ReplaceAllString(db.Plans(), "")
			for _, uses := range c.uses {
				if !strings.Contains(plan, uses) || plantest.ScansTable(plan) {
					t.Errorf("%s: want %s, not a scan:\n%s", name, uses, plan)
				}
			}
			// the changes of a field in a part are sorted, those of a title, and the parts of a group's profiles
			few := len(c.q.PortfolioIDs) > 0 || c.q.Field != nil || c.q.GroupID != 0 || c.q.TitlePrefix != ""
			if strings.Contains(plan, "TEMP B-TREE") && !few {
				t.Errorf("%s sorts:\n%s", name, plan)
			}
		}
	}
}

// TestJobFiltersUseTheirIndexes: jobs by whom, when and why, and the findings of a part.
func TestJobFiltersUseTheirIndexes(t *testing.T) {
	t.Parallel()
	db := plantest.Open(t)
	reader, moment := jobs.NewReader(db.Store), int64(1)
	check := func(name, uses string, err error) {
		t.Helper()
		if plan := db.Plan(); err != nil || !strings.Contains(plan, uses) || plantest.ScansTable(plan) {
			t.Errorf("%s: %v: want %s, not a scan:\n%s", name, err, uses, plan)
		}
	}
	after := &keyset.Position{Keys: []string{"7"}, ID: 1}
	for name, c := range map[string]struct {
		filter jobs.Filter
		order  string
		uses   string
	}{
		"created":  {jobs.Filter{CreatedFrom: &moment}, "", "job_created_at_id (created_at"},
		"finished": {jobs.Filter{FinishedFrom: &moment, FinishedUntil: &moment}, "", "job_finished_at_id (finished_at>? AND finished_at<?"},
		"since":    {jobs.Filter{ChangedSince: &moment}, keyset.UpdatedAt, "job_updated_at_id (updated_at"},
		"trigger":  {jobs.Filter{Triggers: []string{"MANUAL"}}, "", "job_trigger_created_at_id (trigger=?"},
		"actor":    {jobs.Filter{ActorKind: access.ByPerson, ActorID: 1}, "", "job_actor_kind_actor_id_created_at_id (actor_kind=? AND actor_id"},
		"verdict":  {jobs.Filter{Verdicts: []string{"CHANGED"}}, "", "job_verdict_created_at_id (verdict=? AND created_at<?"},
		"verdicts": {jobs.Filter{Verdicts: []string{"CHANGED", "FAILED"}}, "", "job_verdict_created_at_id (verdict=? AND created_at<?"},
		"changed":  {jobs.Filter{}, keyset.UpdatedAt, "job_updated_at_id (updated_at"},
	} {
		_, err := reader.Jobs(t.Context(), c.filter, keyset.Window{First: 50, After: after, Order: c.order})
		check(name, c.uses, err)
	}
	_, err := reader.Findings(t.Context(), 1, jobs.FindingFilter{PartID: 1}, keyset.Window{First: 50, After: &keyset.Position{ID: 1}})
	check("findings of a part", "jobfinding_part_id_id (part_id=?", err)
}
