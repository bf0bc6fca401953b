package graph_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/graph/model"
	"autoholdings/holdings/worklist"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

// waiting is an item of the worklist, as the API shows it.
type waiting struct {
	ID, Type, Title, Summary, State string
	Since, Until, Note              *string
	Mutations                       []string
	Version                         int
	JobPart, Job, Profile           *struct{ ID string }
	Portfolio                       *struct{ ID, TitleID string }
	PoLine                          *struct{ ID string }
	Assignee                        *struct{ PersonID, Name string }
	MarkedBy                        *struct{ Kind string }
	MarkedAt                        *string
}

// waitingFields is what is asked of an item.
const waitingFields = `{ id type title summary state since until note mutations version jobPart { id } job { id } profile { id }
	portfolio { id titleId } poLine { id } assignee { personId name } markedBy { kind } markedAt }`

// worklist reads the items that a filter asks for, in pages, and checks that they are as many as are counted.
func (b *testBundle) worklist(filter input) (all []waiting) {
	b.t.Helper()
	var after *string
	for {
		var got struct {
			Worklist struct {
				TotalCount int
				Nodes      []waiting
				PageInfo   struct {
					HasNextPage bool
					EndCursor   *string
				}
			}
		}
		b.query(`query($after: String, $filter: WorklistFilter) { worklist(first: 7, after: $after, filter: $filter) { totalCount nodes `+
			waitingFields+` pageInfo { hasNextPage endCursor } } }`, input{"after": after, "filter": filter}, &got)
		all = append(all, got.Worklist.Nodes...)
		if after = got.Worklist.PageInfo.EndCursor; !got.Worklist.PageInfo.HasNextPage {
			if got.Worklist.TotalCount != len(all) {
				b.t.Errorf("%v: %d counted, %d listed", filter, got.Worklist.TotalCount, len(all))
			}
			return all
		}
	}
}

// counted is how many open items there are of each type that has any.
func (b *testBundle) counted() map[string]int {
	b.t.Helper()
	var got struct {
		WorklistCounts []struct {
			Type               string
			Open, NotNow, Done int
			Newest             *string
		}
	}
	b.query(`{ worklistCounts { type open notNow done newest } }`, nil, &got)
	open := map[string]int{}
	for _, c := range got.WorklistCounts {
		if c.Open > 0 {
			open[c.Type] = c.Open
		}
		if c.Open > 0 && c.Newest == nil {
			b.t.Errorf("since when does the newest wait? %+v", c)
		}
	}
	if len(got.WorklistCounts) != len(worklist.Types) {
		b.t.Errorf("not every type is counted: %+v", got)
	}
	return open
}

// put sends a mutation of items, and returns them and the mistakes, each "CODE path".
func (b *testBundle) put(name string, in input) (items []waiting, told []string) {
	b.t.Helper()
	var got map[string]struct {
		Items      []waiting
		UserErrors []struct {
			Code, Message string
			Path          []string
		}
	}
	b.query(fmt.Sprintf(`mutation($in: %s!) { %s(input: $in) { items %s userErrors { code message path } } }`,
		strings.ToUpper(name[:1])+name[1:]+"Input", name, waitingFields), input{"in": in}, &got)
	for _, e := range got[name].UserErrors {
		told = append(told, e.Code+" "+strings.Join(e.Path, "."))
	}
	return got[name].Items, told
}

// readRefs names items as they were read.
func readRefs(items ...waiting) []input {
	refs := make([]input, len(items))
	for i, item := range items {
		refs[i] = input{"id": item.ID, "version": item.Version}
	}
	return refs
}

// TestWorklist: a run that failed waits until one did its work, a held list until it is decided on.
func TestWorklist(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 150}).work()
	p := b.profile()
	must(t, b.mock.SetFault(mockoup.Fault{Kind: "forbidden"}))
	failed := b.sync(jobs.Apply, p.ID)
	if diff := cmp.Diff(map[string]int{"FAILED_RUN": 1}, b.counted()); diff != "" {
		t.Error(diff)
	}
	item := b.worklist(nil)[0]
	if item.Job == nil || item.Job.ID != model.ID(model.JobType, failed.ID) || item.Summary != failed.Summary || item.Since == nil ||
		!slices.Equal(item.Mutations, []string{"runProfile"}) || item.Title != "Sync" {
		t.Errorf("%+v", item)
	}
	b.mock.ClearFaults()
	b.sync(jobs.Apply, p.ID)
	listed := b.counted()
	if listed["FAILED_RUN"] != 0 || listed["LISTED_WITHOUT_PO_LINE"] == 0 || len(listed) != 1 {
		t.Errorf("%v", listed)
	}
	must(t, b.mock.SetFault(mockoup.Fault{Kind: "half"}))
	held := b.sync(jobs.Apply, p.ID)
	lists := b.worklist(input{"types": []string{"HELD_LIST"}, "profileIds": []string{model.ID(model.ProfileType, p.ID)}})
	if len(lists) != 2 || lists[0].JobPart == nil || lists[0].Job.ID != model.ID(model.JobType, held.ID) || lists[0].Summary == "" {
		t.Fatalf("%+v", lists)
	}
	journals := b.worklist(input{"types": []string{"HELD_LIST"}, "collectionIds": []string{b.collectionID(journalsCZ)}})
	if len(journals) != 1 || !strings.Contains(journals[0].Title, "Journals") {
		t.Errorf("%+v", journals)
	}
	b.done("rejectJob", input{"jobId": lists[0].Job.ID})
	if n := b.counted()["HELD_LIST"]; n != 0 {
		t.Errorf("%d wait after the decision", n)
	}
}

// TestWorklistMarks: people put on items whose they are, that they are done, and until when they can wait.
func TestWorklistMarks(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 30}).work()
	b.sync(jobs.Apply, b.profile().ID)
	ada := b.done("addPerson", input{"name": "Ada", "password": "correct horse battery", "scopes": []string{"CURATE"}}).Person.ID
	var people struct {
		WorklistPeople []struct{ PersonID, Name string }
	}
	b.query(`{ worklistPeople { personId name } }`, nil, &people)
	if len(people.WorklistPeople) != 1 || people.WorklistPeople[0].PersonID != ada || people.WorklistPeople[0].Name != "Ada" {
		t.Errorf("%+v", people)
	}
	all := b.worklist(nil)
	items, told := b.put("assignWorklistItems", input{"items": readRefs(all[:3]...), "personId": ada})
	if told != nil || len(items) != 3 || items[2].Assignee == nil || items[2].Assignee.Name != "Ada" || items[2].Version != 1 ||
		items[2].MarkedBy == nil || items[2].MarkedAt == nil || items[2].Portfolio.TitleID != all[2].Portfolio.TitleID {
		t.Fatalf("%+v %v", items, told)
	}
	if n := len(b.worklist(input{"assignedTo": ada})); n != 3 {
		t.Errorf("%d are hers", n)
	}
	if n := len(b.worklist(input{"unassigned": true})); n != len(all)-3 {
		t.Errorf("%d of %d are nobody's", n, len(all))
	}
	_, told = b.put("markWorklistItems", input{"items": readRefs(all[0]), "state": "DONE"})
	if !slices.Equal(told, []string{"CONFLICT input.items.0.version"}) {
		t.Errorf("%v", told)
	}
	done, told := b.put("markWorklistItems", input{"items": readRefs(items[0]), "state": "DONE", "note": "In the package."})
	if told != nil || done[0].State != "DONE" || *done[0].Note != "In the package." || done[0].Assignee == nil {
		t.Errorf("%+v %v", done, told)
	}
	later, told := b.put("markWorklistItems", input{"items": readRefs(items[1]), "state": "NOT_NOW", "until": "2999-01-01"})
	if told != nil || later[0].State != "NOT_NOW" || *later[0].Until != "2999-01-01" {
		t.Errorf("%+v %v", later, told)
	}
	for state, want := range map[string]int{"OPEN": len(all) - 2, "DONE": 1, "NOT_NOW": 1} {
		if n := len(b.worklist(input{"state": state})); n != want {
			t.Errorf("%d are %s, not %d", n, state, want)
		}
	}
	_, told = b.put("assignWorklistItems", input{"items": readRefs(done...)})
	if told != nil || len(b.worklist(input{"assignedTo": ada, "state": "DONE"})) != 0 {
		t.Errorf("given back: %v", told)
	}
	b.put("markWorklistItems", input{"items": []input{{"id": all[0].ID}, {"id": all[1].ID}}, "state": "OPEN"})
	if n := len(b.worklist(nil)); n != len(all) {
		t.Errorf("%d of %d are open again", n, len(all))
	}
}

// TestWorklistRefused: mistakes are told where they are, and nothing is marked.
func TestWorklistRefused(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20})
	gone := worklist.Key{Type: worklist.Review, Subject: 4711}.ID()
	for _, test := range []struct {
		name string
		in   input
		want string
	}{
		{"markWorklistItems", input{"items": []input{}, "state": "DONE"}, "BAD_USER_INPUT input.items"},
		{"markWorklistItems", input{"items": []input{{"id": "x"}}, "state": "DONE"}, "BAD_USER_INPUT input.items.0.id"},
		{"markWorklistItems", input{"items": []input{{"id": gone}}, "state": "DONE"}, "NOT_FOUND input.items.0.id"},
		{"assignWorklistItems", input{"items": []input{{"id": gone}}}, "NOT_FOUND input.items.0.id"},
		{"assignWorklistItems", input{"items": []input{{"id": gone}}, "personId": "x"}, "BAD_USER_INPUT input.personId"},
	} {
		if items, told := b.put(test.name, test.in); items != nil || !slices.Equal(told, []string{test.want}) {
			t.Errorf("%s %v: %v", test.name, test.in, told)
		}
	}
	cursor := func(keys ...string) string {
		text, _ := json.Marshal(map[string]any{"k": keys, "i": 1})
		return base64.RawURLEncoding.EncodeToString(text)
	}
	for _, arguments := range []string{
		`first: 0`, `after: "x"`, fmt.Sprintf(`after: %q`, cursor("REVIEW", "x", "")), fmt.Sprintf(`after: %q`, cursor("OTHER", "1", "")),
		fmt.Sprintf(`last: 2, before: %q`, cursor("OTHER", "1", "")),
		`filter: {profileIds: ["x"]}`, `filter: {collectionIds: ["x"]}`, `filter: {assignedTo: "x"}`, `filter: {state: NEVER}`,
	} {
		if a := b.ask(`{ worklist(`+arguments+`) { nodes { id } } }`, nil); a.code() != "BAD_USER_INPUT" {
			t.Errorf("%s: %s", arguments, a.Body)
		}
	}
	if a := b.ask(`{ worklistCounts(filter: {assignedTo: "x"}) { open } }`, nil); a.code() != "BAD_USER_INPUT" {
		t.Error(a.Body)
	}
}

// TestWorklistStatements: a page costs the same number of statements whatever its size, with all that items are about, and
// the mutations that items name are there.
func TestWorklistStatements(t *testing.T) {
	t.Parallel()
	c := setupCatalogue(t)
	must(t, c.mock.SetFault(mockoup.Fault{Kind: "half"}))
	c.sync(jobs.Apply, c.profiles[0].ID)
	mutations := contract(t).Mutation.Fields
	types := map[string]bool{}
	for _, item := range c.worklist(nil) {
		types[item.Type] = true
		if len(item.Mutations) == 0 || item.Title == "" || item.Summary == "" {
			t.Errorf("%+v", item)
		}
		for _, name := range item.Mutations {
			if mutations.ForName(name) == nil {
				t.Errorf("%s is to be dealt with by %s, which is not there", item.Type, name)
			}
		}
	}
	if !types["HELD_LIST"] || !types["PO_LINE_NOT_LISTED"] || !types["REVIEW"] || !types["LISTED_WITHOUT_PO_LINE"] {
		t.Errorf("only %v", types)
	}
	const query = `query($first: Int, $type: WorklistItemType!) { worklist(first: $first, filter: {types: [$type]}) { nodes { id since title
		jobPart { profile { name } collection { name } file { name } decisions { kind decision } } job { id state profiles { name } }
		portfolio { title collection { name } poLines { nodes { number } } license { code } } poLine { number portfolio { title } } assignee {
		name } } } }`
	for name := range types {
		few, n := c.cost(query, input{"first": 1, "type": name}, `"since"`)
		many, all := c.cost(query, input{"first": 100, "type": name}, `"since"`)
		if len(few) != len(many) || n != 1 {
			t.Errorf("%s: %d statements for %d items, %d for %d:\n%s\n%s", name, len(few), n, len(many), all, tables(few), tables(many))
		}
	}
}

// changed is the event that a subscription of the worklist sends next: the open items by type, and the new ones.
func (s stream) changed(t *testing.T) (open, more map[string]int) {
	t.Helper()
	e, there := s.next()
	var change struct {
		Counts []struct {
			Type string
			Open int
		}
		New []struct {
			Type  string
			Count int
		}
	}
	if !there || json.Unmarshal(e.Data.WorklistChanged, &change) != nil || len(e.Errors) > 0 {
		t.Fatalf("%+v", e)
	}
	open, more = map[string]int{}, map[string]int{}
	for _, c := range change.Counts {
		open[c.Type] = c.Open
	}
	for _, c := range change.New {
		more[c.Type] = c.Count
	}
	return open, more
}

// TestWorklistChanged: the first event is the worklist as it is; each further one says what has changed, whoever changed it.
func TestWorklistChanged(t *testing.T) {
	t.Parallel()
	const watch = `subscription { worklistChanged { counts { type open } new { type count } } }`
	onEachTransport(t, func(t *testing.T, subscribe func(*testBundle, string, map[string]any) stream) {
		b := setup(t, mockoup.Options{Titles: 20}).work()
		first, second := subscribe(b, watch, nil), subscribe(b, watch, nil)
		for _, s := range []stream{first, second} {
			if open, more := s.changed(t); len(open) != len(worklist.Types) || open["HELD_LIST"] != 0 || len(more) != 0 {
				t.Errorf("at first: %v %v", open, more)
			}
		}
		second.leave()
		must(t, b.mock.SetFault(mockoup.Fault{Kind: "forbidden"}))
		profile := b.profile().ID
		b.sync(jobs.Apply, profile)
		if open, more := first.changed(t); open["FAILED_RUN"] != 1 || more["FAILED_RUN"] != 1 || len(more) != 1 {
			t.Errorf("a run failed: %v %v", open, more)
		}
		b.sync(jobs.Apply, profile)
		if open, more := first.changed(t); open["FAILED_RUN"] != 1 || more["FAILED_RUN"] != 1 || len(more) != 1 {
			t.Errorf("another run failed, and stands for the first: %v %v", open, more)
		}
		b.put("markWorklistItems", input{"items": readRefs(b.worklist(nil)...), "state": "DONE"})
		if open, more := first.changed(t); open["FAILED_RUN"] != 0 || len(more) != 0 {
			t.Errorf("it is done: %v %v", open, more)
		}
		must(t, b.store.Close())
		if e, more := first.next(); more {
			t.Errorf("without a database: %+v", e)
		}
		if e, _ := subscribe(b, watch, nil).next(); len(e.Errors) != 1 || e.Errors[0].Extensions.Code != "INTERNAL" {
			t.Errorf("a fault: %+v", e)
		}
	})
}
