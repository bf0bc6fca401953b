package graph_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"autoholdings/graph/model"
	"autoholdings/holdings"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

// TestExportOfAFormerDay: the list of a collection as it was before the last release, for everybody and for a group, and again
// after that was undone; what cannot be told is refused with the reason.
func TestExportOfAFormerDay(t *testing.T) {
	t.Parallel()
	b := setUpDownloads(t, twoReleases(t))
	path := "/collections/" + model.ID(model.CollectionType, b.collection) + "/kbart.txt"
	group := "group=" + model.ID(model.InventoryGroupType, b.store.Read.InventoryGroup.Query().FirstIDX(t.Context()))
	now := func() string {
		ids, err := b.store.IDs(t.Context(), `SELECT m FROM (`+strings.Replace(holdings.LatestMomentSQL, "MAX(moment)", "MAX(moment) AS m", 1)+
			`) AS latest`)
		b.check(err)
		return "asOf=" + time.UnixMilli(ids[0]).UTC().Format(time.RFC3339Nano)
	}
	b.sync()
	first, firstOfGroup, then := b.get(path).body, b.get(path+"?"+group).body, now()
	b.check(b.mock.Step(1))
	job := b.sync()
	second, between := b.get(path).body, now()
	if first == second {
		t.Fatal("both releases are the same")
	}
	if got := b.get(path + "?" + between).body; got != second {
		t.Errorf("as it is: %s\nwant\n%s", got, second)
	}
	undo, err := b.jobs.Undo(t.Context(), job.ID, jobs.Apply, "")
	b.check(err)
	for state := ""; state != jobs.Succeeded; state = b.store.Read.Job.GetX(t.Context(), undo.ID).State {
		<-b.jobs.Watch(t.Context(), undo.ID)
	}
	for query, want := range map[string]string{
		then: first, between: second, then + "&" + group: firstOfGroup, "asOf=" + time.Now().UTC().Format(time.DateOnly): b.get(path).body,
	} {
		if got := b.get(path + "?" + query).body; got != want {
			t.Errorf("%s:\n%s\nwant\n%s", query, got, want)
		}
	}
	if name := b.get(path + "?" + then).header.Get("Content-Disposition"); !strings.Contains(name, then[len("asOf="):len("asOf=")+10]) {
		t.Errorf("it is saved as %s", name)
	}
	for query, message := range map[string]string{
		"asOf=2016-07-08": "changes are recorded since ", "asOf=yesterday": "neither a day", "asOf=2999-01-01": "has not come yet",
		"asOf=2999-01-01T00:00:00Z": "has not come yet", "asOf=2016-02-30": "neither a day",
	} {
		told := b.request(http.MethodGet, path+"?"+query).hasCode(t, http.StatusBadRequest, "BAD_USER_INPUT")
		if !strings.Contains(told, message) {
			t.Errorf("%s: %s", query, told)
		}
	}
	b.write(`UPDATE job_parts SET profile_id = NULL WHERE job_id = ?`, job.ID)
	told := b.request(http.MethodGet, path+"?"+then).hasCode(t, http.StatusConflict, "WRONG_STATE")
	if !strings.Contains(told, "deleted since") {
		t.Error(told)
	}
}

// TestPortfolioAsOf: what single portfolios of a page were on a day, for all of the page in the same few statements.
func TestPortfolioAsOf(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 30}).work()
	b.sync(jobs.Apply, b.profile().ID)
	type shown struct {
		Title    string
		TitleID  *string
		Coverage []struct{ Text string }
		AsOf     *struct {
			InHoldings, Available, Accessible bool
			Title                             string
			TitleID                           *string
			Collection                        struct{ ID string }
			Coverage                          []struct{ Text string }
		}
	}
	ask := func(first int) (nodes []shown, statements int) {
		t.Helper()
		var got struct{ Portfolios struct{ Nodes []shown } }
		b.counter.take()
		b.query(`query($first: Int, $day: Date!) { portfolios(first: $first) { nodes { title titleId coverage { text } asOf(day: $day) {
			inHoldings available accessible title titleId collection { id } coverage { text } } } } }`,
			input{"first": first, "day": time.Now().UTC().Format(time.DateOnly)}, &got)
		return got.Portfolios.Nodes, len(b.counter.take())
	}
	_, few := ask(2)
	nodes, many := ask(20)
	if many > few+2 { // a page may be of both collections
		t.Errorf("%d statements for 20 portfolios, %d for 2", many, few)
	}
	for _, p := range nodes {
		was := p.AsOf
		if was == nil || !was.InHoldings || !was.Available || !was.Accessible || was.Title != p.Title || was.Collection.ID == "" {
			t.Fatalf("%+v", p)
		}
		if diff := cmp.Diff(p.Coverage, was.Coverage, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: %s", p.Title, diff)
		}
	}
	for day, told := range map[string]string{
		"2016-07-08": "changes are recorded since ", "yesterday": "is no day", "2999-01-01": "has not come yet",
	} {
		a := b.ask(`query($day: Date!) { portfolios(first: 1) { nodes { asOf(day: $day) { title } } } }`, input{"day": day})
		if a.code() != "BAD_USER_INPUT" || !strings.Contains(a.Errors[0].Message, told) {
			t.Errorf("%s: %s", day, a.Body)
		}
	}
}

// TestPortfoliosOfAFormerDay: a listing as of today is that of now, by the same filters, whether everything has changed since or
// nothing; at as many statements for a long page as for a short one. What is not recorded is refused by name.
func TestPortfoliosOfAFormerDay(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 60}).work()
	b.sync(jobs.Apply, b.profile().ID)
	today := time.Now().UTC().Format(time.DateOnly)
	ask := func(arguments string, asOf *string) (ids []string, total, statements int) {
		t.Helper()
		var got struct {
			Portfolios struct {
				TotalCount int
				Nodes      []struct{ ID string }
			}
		}
		b.counter.take()
		b.query(`query($asOf: Date) { portfolios(`+arguments+`, asOf: $asOf) { totalCount nodes { id title } } }`, input{"asOf": asOf}, &got)
		for _, n := range got.Portfolios.Nodes {
			ids = append(ids, n.ID)
		}
		return ids, got.Portfolios.TotalCount, len(b.counter.take())
	}
	for _, arguments := range []string{
		`first: 20`, `last: 20`, `first: 7, orderBy: {field: ONLINE_IDENTIFIER, direction: DESC}`, `first: 50, filter: {publicationType: SERIAL}`,
		`first: 50, filter: {removed: true}`, `first: 50, filter: {titlePrefix: "J", available: true, listedByProvider: true}`,
	} {
		now, total, _ := ask(arguments, nil)
		then, totalThen, _ := ask(arguments, &today)
		if diff := cmp.Diff(now, then); diff != "" || total != totalThen {
			t.Errorf("%s: %d of %d:\n%s", arguments, totalThen, total, diff)
		}
	}
	_, _, few := ask(`first: 2`, &today)
	if _, _, many := ask(`first: 40`, &today); many != few {
		t.Errorf("%d statements for 40 portfolios, %d for 2", many, few)
	}
	for arguments, told := range map[string]string{
		`asOf: "2016-07-08"`: "changes are recorded since ", `asOf: "yesterday"`: "is no day", `asOf: "2999-01-01"`: "has not come yet",
		`asOf: "` + today + `", orderBy: {field: UPDATED_AT}`:           "order by TITLE",
		`asOf: "` + today + `", filter: {needsReview: true}`:            "leave this filter out",
		`asOf: "` + today + `", filter: {hasPoLine: true, search: "a"}`: "to what PO lines",
	} {
		a := b.ask(`{ portfolios(first: 1, `+arguments+`) { nodes { title } } }`, nil)
		if a.code() != "BAD_USER_INPUT" || !strings.Contains(a.Errors[0].Message, told) {
			t.Errorf("%s: %s", arguments, a.Body)
		}
	}
	noGroup := model.ID(model.InventoryGroupType, 4711)
	a := b.ask(`{ portfolios(filter: {inventoryGroupId: "`+noGroup+`"}, asOf: "`+today+`") { nodes { id } } }`, nil)
	if a.code() != "NOT_FOUND" {
		t.Error(a.Body)
	}
}
