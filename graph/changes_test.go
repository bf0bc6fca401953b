package graph_test

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"autoholdings/ent/entitlement"
	"autoholdings/ent/job"
	"autoholdings/ent/jobchange"
	"autoholdings/ent/portfolio"
	"autoholdings/graph/model"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

// appliedChange is a change as the API shows it.
type appliedChange struct {
	ID, Action, Title                   string
	At                                  time.Time
	Field, OldValue, NewValue           *string
	Actor                               *struct{ Kind string }
	Job, Portfolio, Collection, Profile *thing
	Groups                              []struct{ Name string }
}

type changesPage struct {
	Nodes    []appliedChange
	PageInfo struct {
		HasNextPage bool
		EndCursor   *string
	}
}

const changeFields = `{ nodes { id at action title field oldValue newValue actor { kind } job { id } portfolio { id } collection { id }
	profile { id } groups { name } } pageInfo { hasNextPage endCursor } }`

// changes reads a listing to its end, in pages of a size.
func (b *testBundle) changes(variables input, size int) (all []appliedChange, end *string) {
	b.t.Helper()
	in := and(variables, "first", size) // a copy
	for {
		var got struct{ Changes changesPage }
		b.query(`query($first: Int, $after: String, $since: DateTime, $order: ChangeOrder! = OLDEST_FIRST, $filter: ChangeFilter) {
			changes(first: $first, after: $after, since: $since, order: $order, filter: $filter) `+changeFields+` }`, in, &got)
		all = append(all, got.Changes.Nodes...)
		if got.Changes.PageInfo.EndCursor != nil {
			end = got.Changes.PageInfo.EndCursor
		}
		if !got.Changes.PageInfo.HasNextPage {
			return all, end
		}
		if len(got.Changes.Nodes) != size {
			b.t.Fatalf("a page of %d has %d changes and is not the last", size, len(got.Changes.Nodes))
		}
		in["after"] = *end
	}
}

func idsOfChanges(all []appliedChange) (ids []string) {
	for _, c := range all {
		ids = append(ids, c.ID)
	}
	return ids
}

// setupChanges syncs twice, changes a portfolio by hand and undoes the second sync. The first job's preview shows nothing.
func setupChanges(t *testing.T) (*testBundle, string) {
	t.Helper()
	b := setup(t, mockoup.Options{Titles: 40}).work()
	profile := b.profile().ID
	b.sync(jobs.Preview, profile)
	b.sync(jobs.Apply, profile)
	edited := b.nodes("portfolios", "first: 1")[0]
	b.done("updatePortfolio", input{"portfolioId": edited, "publicNote": "Mine", "available": false})
	must(t, b.mock.Step(1))
	second := b.sync(jobs.Apply, profile)
	b.done("updatePortfolio", input{"portfolioId": edited, "publicNote": "Ours"})
	var undo struct{ UndoJob mutated }
	b.query(`mutation($id: ID!) { undoJob(input: {jobId: $id}) { job { id } userErrors { code message path } } }`,
		input{"id": model.ID(model.JobType, second.ID)}, &undo)
	b.waitFor(undo.UndoJob.Job.ID)
	return b, edited
}

// TestChanges: every page size and both directions list the same, once, and nothing that was not applied.
func TestChanges(t *testing.T) {
	t.Parallel()
	b, edited := setupChanges(t)
	all, end := b.changes(nil, 500)
	want := idsOfChanges(all)
	if n := len(want); n < 40 || len(slices.Compact(slices.Sorted(slices.Values(want)))) != n {
		t.Fatalf("%d changes: %v", n, want)
	}
	for i, c := range all {
		if i > 0 && c.At.Before(all[i-1].At) || c.Collection == nil || c.Portfolio == nil || c.Job == nil && c.Actor == nil {
			t.Errorf("change %d: %+v", i, c)
		}
	}
	for _, size := range []int{1, 7, len(want) - 1, len(want)} {
		if got, _ := b.changes(nil, size); !slices.Equal(idsOfChanges(got), want) {
			t.Errorf("pages of %d: %v, want %v", size, idsOfChanges(got), want)
		}
	}
	slices.Reverse(want)
	for _, size := range []int{1, 7, 500} {
		if got, _ := b.changes(input{"order": "NEWEST_FIRST"}, size); !slices.Equal(idsOfChanges(got), want) {
			t.Errorf("newest first in pages of %d: %v, want %v", size, idsOfChanges(got), want)
		}
	}
	if again, _ := b.changes(input{"after": *end}, 5); len(again) != 0 {
		t.Errorf("after the last: %+v", again)
	}
	b.done("updatePortfolio", input{"portfolioId": edited, "publicNote": "Anybody's"})
	news, _ := b.changes(input{"after": *end}, 5)
	if len(news) != 1 || news[0].Action != "UPDATE" || *news[0].Field != "public_note" || *news[0].OldValue != "Ours" ||
		*news[0].NewValue != "Anybody's" || news[0].Job != nil || news[0].Portfolio.ID != edited {
		t.Errorf("after an edit: %+v", news)
	}
	b.undone(all)
}

// TestChangesPolled: a reader that asks again and again while jobs and people write gets every change, each once, in the order
// of the whole list.
func TestChangesPolled(t *testing.T) {
	t.Parallel()
	c := setupCatalogue(t)
	_, end := c.changes(nil, 500)
	edited := c.nodes("portfolios", "first: 8")
	over := make(chan struct{})
	var writers sync.WaitGroup
	for i, id := range edited {
		writers.Go(func() {
			for n := range 6 {
				if i < 2 {
					c.wait(c.start(jobs.Apply, c.profiles[i].ID).ID)
				}
				c.ask(`mutation($in: UpdatePortfolioInput!) { updatePortfolio(input: $in) { userErrors { message } } }`,
					input{"in": input{"portfolioId": id, "publicNote": fmt.Sprint(i, n), "internalNote": fmt.Sprint(n)}})
			}
		})
	}
	go func() { writers.Wait(); close(over) }()
	var polled []string
	after, writing := *end, true
	for writing {
		select {
		case <-over:
			writing = false // once more, since the last may have come after the last poll
		default:
		}
		some, last := c.changes(input{"after": after}, 3)
		polled = append(polled, idsOfChanges(some)...)
		if last != nil {
			after = *last
		}
	}
	all, _ := c.changes(input{"after": *end}, 500)
	if len(all) < 8*6*2 || !slices.Equal(polled, idsOfChanges(all)) {
		t.Errorf("%d polled, %d in all", len(polled), len(all))
	}
}

// undone checks that what the second job updated was updated back.
func (b *testBundle) undone(all []appliedChange) {
	b.t.Helper()
	values := map[string][]string{}
	for _, c := range all {
		if c.Action == "UPDATE" && c.Job != nil {
			key := c.Portfolio.ID + *c.Field
			values[key] = append(values[key], *orText(c.OldValue)+"→"+*orText(c.NewValue))
		}
	}
	if len(values) == 0 {
		b.t.Error("no update")
	}
	for key, v := range values {
		old, now, _ := strings.Cut(v[0], "→")
		if len(v) != 2 || v[1] != now+"→"+old {
			b.t.Errorf("%s: %q", key, v)
		}
	}
}

func orText(s *string) *string {
	if s == nil {
		return new(string)
	}
	return s
}

// TestChangesFiltered: each filter finds those of all that fit, in both directions.
func TestChangesFiltered(t *testing.T) {
	t.Parallel()
	b, edited := setupChanges(t)
	all, _ := b.changes(nil, 500)
	collection, at := all[0].Collection.ID, all[len(all)-4].At
	for name, test := range map[string]struct {
		in   input
		fits func(appliedChange) bool
	}{
		"portfolio":  {input{"portfolioId": edited}, func(c appliedChange) bool { return c.Portfolio.ID == edited }},
		"collection": {input{"collectionId": collection}, func(c appliedChange) bool { return c.Collection.ID == collection }},
		"action":     {input{"action": []string{"UPDATE"}}, func(c appliedChange) bool { return c.Action == "UPDATE" }},
		"actions": {input{"action": []string{"REMOVE", "ADD"}}, func(c appliedChange) bool {
			return c.Action == "ADD" || c.Action == "REMOVE"
		}},
		"field":         {input{"field": "coverage"}, func(c appliedChange) bool { return *orText(c.Field) == "coverage" }},
		"field by hand": {input{"field": "public_note"}, func(c appliedChange) bool { return *orText(c.Field) == "public_note" }},
		"as a whole":    {input{"field": ""}, func(c appliedChange) bool { return c.Field == nil }},
		"actor kind":    {input{"actorKind": "ANYBODY"}, func(c appliedChange) bool { return c.Actor != nil && c.Actor.Kind == "ANYBODY" }},
		"other actor":   {input{"actorId": model.ID(model.PersonType, 7)}, func(appliedChange) bool { return false }},
		"until":         {input{"until": at}, func(c appliedChange) bool { return c.At.Before(at) }},
		"action of field": {input{"action": []string{"UPDATE"}, "field": "coverage"}, func(c appliedChange) bool {
			return c.Action == "UPDATE" && *orText(c.Field) == "coverage"
		}},
	} {
		var want []string
		for _, c := range all {
			if test.fits(c) {
				want = append(want, c.ID)
			}
		}
		for _, size := range []int{2, 500} {
			if got, _ := b.changes(input{"filter": test.in}, size); !slices.Equal(idsOfChanges(got), want) {
				t.Errorf("%s, %d to a page: %v, want %v", name, size, idsOfChanges(got), want)
			}
			got, _ := b.changes(input{"filter": test.in, "order": "NEWEST_FIRST"}, size)
			slices.Reverse(got)
			if !slices.Equal(idsOfChanges(got), want) {
				t.Errorf("%s backwards, %d to a page: %v, want %v", name, size, idsOfChanges(got), want)
			}
		}
	}
	since, _ := b.changes(input{"since": at}, 3)
	if len(since) == 0 || !since[0].At.Equal(at) || len(since) >= len(all) {
		t.Errorf("since %s: %+v", at, since)
	}
}

// TestChangesOfGroup: what was done for the group's profiles, and what people changed on titles that they list.
func TestChangesOfGroup(t *testing.T) {
	t.Parallel()
	c := setupCatalogue(t)
	north := c.store.Read.Portfolio.Query().Where(portfolio.HasEntitlementsWith(entitlement.ProfileID(c.profiles[1].ID))).
		WithEntitlements().FirstX(t.Context())
	var listing []string
	for _, e := range north.Edges.Entitlements {
		listing = append(listing, model.ID(model.ProfileType, *e.ProfileID))
	}
	c.done("updatePortfolio", input{"portfolioId": model.ID(model.PortfolioType, north.ID), "publicNote": "For the north"})
	all, _ := c.changes(nil, 500)
	for i, group := range c.groups[:5] {
		var profiles, want []string
		for j, p := range c.profiles[:3] {
			if i == j || i == j+1 {
				profiles = append(profiles, model.ID(model.ProfileType, p.ID))
			}
		}
		for _, change := range all {
			doneFor := listing
			if change.Profile != nil {
				doneFor = []string{change.Profile.ID}
			}
			if slices.ContainsFunc(doneFor, func(id string) bool { return slices.Contains(profiles, id) }) {
				want = append(want, change.ID)
			}
		}
		filter := input{"filter": input{"groupId": model.ID(model.InventoryGroupType, group.ID)}}
		if got, _ := c.changes(filter, 90); !slices.Equal(idsOfChanges(got), want) || i < 4 && len(got) == 0 {
			t.Errorf("group %d: %d changes, want %d", i, len(got), len(want))
		}
	}
	if last := all[len(all)-1]; last.Job != nil || len(last.Groups) != 0 || len(all[0].Groups) != 2 {
		t.Errorf("%+v, %+v", all[0].Groups, last)
	}
}

// TestChangesRefused: each filter says what is wrong with it, in the API and in addresses.
func TestChangesRefused(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 3})
	for _, arguments := range []string{
		`after: "x"`, `after: "eyJrIjpbImEiLCIxIiwiIiwiIl0sImkiOjF9"`, `first: 0`, `since: "yesterday"`, `filter: {action: [FREE]}`,
		`filter: {portfolioId: "x"}`, `filter: {collectionId: "x"}`, `filter: {groupId: "x"}`, `filter: {actorId: "x"}`,
		`since: "2026-01-01T00:00:00Z", filter: {until: "2026-01-01T00:00:00Z"}`,
		fmt.Sprintf(`filter: {actorId: %q, actorKind: TOKEN}`, model.ID(model.PersonType, 7)),
	} {
		if a := b.ask(`{ changes(`+arguments+`) { nodes { id } } }`, nil); a.code() != "BAD_USER_INPUT" {
			t.Errorf("%s: %s", arguments, a.Body)
		}
	}
	for _, query := range []string{
		"?since=x", "?until=x", "?actorKind=x", "?action=FREE", "?action=", "?nothing=1", "?portfolioId=x", "?since=2026-01-01T00:00:00Z&since=x",
		"?since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z",
	} {
		for _, path := range []string{"/changes.tsv", "/changes.atom"} {
			if a, text := b.fetch(path+query, ""); a.StatusCode != http.StatusBadRequest {
				t.Errorf("%s%s: %d %s", path, query, a.StatusCode, text)
			}
		}
	}
	for _, query := range []string{"?first=x", "?first=501", "?after=x"} {
		if a, text := b.fetch("/changes.atom"+query, ""); a.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %d %s", query, a.StatusCode, text)
		}
	}
}

// TestHistory: of each portfolio what the listing has of it, the newest first, at the same cost for one and for many.
func TestHistory(t *testing.T) {
	t.Parallel()
	b, edited := setupChanges(t)
	want, _ := b.changes(input{"order": "NEWEST_FIRST", "filter": input{"portfolioId": edited}}, 500)
	var ids []string
	for after := (*string)(nil); ; {
		var got struct{ Portfolio struct{ History changesPage } }
		b.query(`query($id: ID!, $after: String) { portfolio(id: $id) { history(first: 2, after: $after) `+changeFields+` } }`,
			input{"id": edited, "after": after}, &got)
		ids = append(ids, idsOfChanges(got.Portfolio.History.Nodes)...)
		if after = got.Portfolio.History.PageInfo.EndCursor; !got.Portfolio.History.PageInfo.HasNextPage {
			break
		}
	}
	if len(ids) < 4 || !slices.Equal(ids, idsOfChanges(want)) {
		t.Errorf("%v, want %v", ids, idsOfChanges(want))
	}
	if a := b.ask(fmt.Sprintf(`{ portfolio(id: %q) { history(after: "x") { nodes { id } } } }`, edited), nil); a.code() != "BAD_USER_INPUT" {
		t.Error(a.Body)
	}
	query := `query($first: Int) { portfolios(first: $first) { nodes { a: history(first: 1) { nodes { action job { id } groups { name } } }
		b: history(first: 3) { nodes { action profile { name } collection { name } } } } } }`
	few, _ := b.cost(query, input{"first": 2}, "")
	many, _ := b.cost(query, input{"first": 30}, "")
	if len(few) != len(many) {
		t.Errorf("%d statements for 2, %d for 30: %s", len(few), len(many), tables(many))
	}
}

// TestChangesCost: a page costs few statements, whatever its size.
func TestChangesCost(t *testing.T) {
	t.Parallel()
	b, _ := setupChanges(t)
	query := `query($first: Int) { changes(first: $first) ` + changeFields + ` }`
	few, _ := b.cost(query, input{"first": 2}, "")
	many, _ := b.cost(query, input{"first": 60}, "")
	if len(few) > 10 || len(few) != len(many) {
		t.Errorf("%d statements for 2, %d for 60:\n%s\n%s", len(few), len(many), tables(few), tables(many))
	}
}

// TestChangesTSV: the listing of the API, one change a line.
func TestChangesTSV(t *testing.T) {
	t.Parallel()
	b, edited := setupChanges(t)
	for query, in := range map[string]input{
		"": nil, "?portfolioId=" + edited: {"portfolioId": edited}, "?action=ADD,REMOVE": {"action": []string{"ADD", "REMOVE"}},
		"?field=coverage&actorKind=ANYBODY": {"field": "coverage", "actorKind": "ANYBODY"},
	} {
		all, _ := b.changes(input{"filter": in}, 500)
		a, text := b.fetch("/changes.tsv"+query, "")
		lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
		if a.StatusCode != http.StatusOK || len(lines) != len(all)+1 || !strings.HasPrefix(lines[0], "\ufefftime\tactor_kind\tactor\taction") {
			t.Fatalf("%s: %d, %d lines for %d changes: %s", query, a.StatusCode, len(lines), len(all), lines[0])
		}
		for i, line := range lines[1:] {
			cells := strings.Split(line, "\t")
			if len(cells) != 17 || cells[16] != all[i].ID || cells[3] != all[i].Action || cells[15] != all[i].Portfolio.ID ||
				(cells[14] == "") != (all[i].Job == nil) {
				t.Errorf("%s line %d: %q, want %+v", query, i, cells, all[i])
			}
		}
	}
}

type feed struct {
	XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
	ID      string   `xml:"id"`
	Updated string   `xml:"updated"`
	Title   string   `xml:"title"`
	Links   []struct {
		Rel  string `xml:"rel,attr"`
		Href string `xml:"href,attr"`
	} `xml:"link"`
	Entries []struct {
		ID      string `xml:"id"`
		Title   string `xml:"title"`
		Updated string `xml:"updated"`
		Author  string `xml:"author>name"`
		Content string `xml:"content"`
	} `xml:"entry"`
}

// TestChangesAtom: a feed that RFC 4287 allows, whose pages lead from one to the next through all changes.
func TestChangesAtom(t *testing.T) {
	t.Parallel()
	b, edited := setupChanges(t)
	for filter, in := range map[string]input{"": nil, "&portfolioId=" + edited: {"portfolioId": edited}, "&field=none": {"field": "none"}} {
		all, _ := b.changes(input{"order": "NEWEST_FIRST", "filter": in}, 500)
		var ids []string
		for address := "changes.atom?first=20" + filter; address != ""; {
			a, text := b.fetch("/"+address, "")
			var f feed
			if err := xml.Unmarshal(text, &f); err != nil || a.Header.Get("Content-Type") != "application/atom+xml; charset=utf-8" {
				t.Fatalf("%v: %v %s", err, a.Header, text)
			}
			f.check(t)
			for _, e := range f.Entries {
				ids = append(ids, e.ID[strings.LastIndex(e.ID, ":")+1:])
			}
			address = ""
			for _, link := range f.Links {
				if link.Rel == "next" {
					address = link.Href
				}
			}
		}
		if !slices.Equal(ids, idsOfChanges(all)) {
			t.Errorf("%q: %v, want %v", filter, ids, idsOfChanges(all))
		}
	}
}

// check asks for what RFC 4287 demands.
func (f *feed) check(t *testing.T) {
	t.Helper()
	moments, ids := []string{f.Updated}, []string{f.ID}
	for _, e := range f.Entries {
		moments, ids = append(moments, e.Updated), append(ids, e.ID)
		if e.Author == "" || e.Title == "" || e.Content == "" {
			t.Errorf("%+v", e)
		}
	}
	for _, m := range moments {
		if _, err := time.Parse(time.RFC3339, m); err != nil {
			t.Error(err)
		}
	}
	for _, id := range ids {
		if u, err := url.Parse(id); err != nil || u.Scheme != "urn" {
			t.Errorf("%q is no IRI: %v", id, err)
		}
	}
	if f.Title == "" || len(slices.Compact(slices.Sorted(slices.Values(ids)))) != len(ids) {
		t.Errorf("ids: %v", ids)
	}
}

// TestChangesByID: each change is found by its id, whether a job made it or a person.
func TestChangesByID(t *testing.T) {
	t.Parallel()
	b, _ := setupChanges(t)
	const fields = `id at action field title oldValue newValue job { id } portfolio { id } collection { id } groups { name }`
	type change map[string]any
	var listed struct{ Changes struct{ Nodes []change } }
	b.query(`{ changes(first: 500) { nodes { `+fields+` } } }`, nil, &listed)
	var ids []any
	byHand := 0
	for _, c := range listed.Changes.Nodes {
		if ids = append(ids, c["id"]); c["job"] == nil {
			byHand++
		}
	}
	if byHand == 0 || byHand == len(ids) {
		t.Fatalf("%d of %d were made by hand", byHand, len(ids))
	}
	var got struct{ Nodes []change }
	b.query(`query($ids: [ID!]!) { nodes(ids: $ids) { ... on Change { `+fields+` } } }`, input{"ids": ids}, &got)
	if diff := cmp.Diff(listed.Changes.Nodes, got.Nodes); diff != "" {
		t.Error(diff)
	}
	preview := b.store.Read.JobChange.Query().Where(jobchange.HasJobWith(job.Mode(jobs.Preview))).FirstIDX(t.Context())
	a := b.ask(`query($ids: [ID!]!) { nodes(ids: $ids) { id } }`, input{"ids": []string{
		model.ID(model.ChangeType, preview), model.ID(model.EditType, 99), model.NameID(model.WorklistItemType, "REVIEW:99"),
		model.NameID(model.WorklistItemType, "no item"), model.NameID(model.ScheduledJobType, "move"),
	}})
	if string(a.Data) != `{"nodes":[null,null,null,null,null]}` || len(a.Errors) != 0 {
		t.Errorf("what is not there: %s", a.Body)
	}
}
