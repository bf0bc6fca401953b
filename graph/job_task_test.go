package graph_test

import (
	"fmt"
	"strings"
	"testing"
)

// task is what a job tells of what it was asked to do.
type task struct {
	Kind string
	Task map[string]any
}

// TestTasks: a job of each kind tells what it was asked to do.
func TestTasks(t *testing.T) {
	t.Parallel()
	b, active, inactive, local := keyedWorld(t)
	for _, r := range keyedRequests(b, active, inactive, local) {
		if r.mutation == "deleteProfile" { // the tasks of other jobs name it
			continue
		}
		job, refusal := b.keyed(r.mutation, with(r.in, input{"idempotencyKey": "task of " + r.mutation}))
		if refusal != "" {
			t.Fatalf("%s: %s", r.mutation, refusal)
		}
		b.waitFor(job)
	}
	var got struct {
		Jobs struct{ Nodes []task }
	}
	b.counter.take()
	b.query(`{ jobs(first: 100) { nodes { kind task {
		__typename
		... on SyncTask { profiles { id } force }
		... on UndoTask { subject { id } collections { id } }
		... on MoveTask { set { id } sources { id } target { id } movePoLines moveLicenses licenseConflict includeInaccessible }
		... on ImportTask { collection { id } removeMissing }
		... on CommunityZoneTask { communityZoneId zoneForce: force }
		... on ActivateTask { collection { id } addedBy { id } }
		... on WithdrawTask { profile { id } content deleteProfile }
		... on CarryOverTask { pairs carried: collections { id } }
		... on PairTask { decisions paired: collections { id } }
		... on ChangePortfoliosTask { action changed: collections { id } portfolioSet: set { id } portfolios target { id } }
		... on ImportFromAlmaTask { taken: collections { id } }
		... on ChangeGroupsTask { profile { id } from { id } to { id } }
	} } } }`, nil, &got)
	if n := len(b.counter.take()); n > 8 {
		t.Errorf("%d statements for a page of jobs", n)
	}
	kinds := map[string]bool{}
	for _, j := range got.Jobs.Nodes {
		words := strings.Split(strings.ToLower(j.Kind), "_")
		for i, word := range words {
			words[i] = strings.ToUpper(word[:1]) + word[1:]
		}
		kinds[j.Kind] = true
		if name := strings.Join(words, "") + "Task"; fmt.Sprint(j.Task["__typename"]) != name {
			t.Errorf("%s: %v", j.Kind, j.Task)
		}
		for name, value := range j.Task {
			if value == nil && !strings.Contains("addedBy communityZoneId content portfolioSet portfolios target subject", name) {
				t.Errorf("%s has no %s: %v", j.Kind, name, j.Task)
			}
		}
	}
	for _, kind := range strings.Fields("SYNC UNDO MOVE IMPORT COMMUNITY_ZONE ACTIVATE WITHDRAW CARRY_OVER PAIR CHANGE_PORTFOLIOS " +
		"IMPORT_FROM_ALMA CHANGE_GROUPS") {
		if !kinds[kind] {
			t.Errorf("no job of kind %s", kind)
		}
	}
}
