package graph_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"autoholdings/ent"
	"autoholdings/ent/portfolio"
	"autoholdings/graph/model"
	"autoholdings/internal/store"
	"autoholdings/kbart"
	"autoholdings/mockoup"
)

// page is one answer to a question for a listing.
type page struct {
	TotalCount int
	PageInfo   struct {
		HasNextPage, HasPreviousPage bool
		StartCursor, EndCursor       *string
	}
	Nodes []struct{ ID string }
	Edges []struct {
		Cursor string
		Node   struct{ ID string }
	}
}

func (p *page) ids() []string {
	ids := make([]string, len(p.Nodes))
	for i, n := range p.Nodes {
		ids[i] = n.ID
	}
	return ids
}

// listingOf writes a query for a listing; within is the field it hangs on, "" for the root. The listing's answer stands
// under `page`, the other's under `within`.
func listingOf(within, field, filter string) string {
	if filter != "" {
		filter = ", filter: " + filter
	}
	query := `page: ` + field + `(first: $first, after: $after` + filter + `) { totalCount
		pageInfo { hasNextPage hasPreviousPage startCursor endCursor } nodes { id } edges { cursor node { id } } }`
	if within != "" {
		query = "within: " + within + " { " + query + " }"
	}
	return "query($first: Int, $after: String) { " + query + " }"
}

// list asks for one page.
func (b *testBundle) list(query string, first int, after *string) *page {
	b.t.Helper()
	var got struct {
		Page   *page
		Within struct{ Page *page }
	}
	b.query(query, map[string]any{"first": first, "after": after}, &got)
	if got.Page != nil {
		return got.Page
	}
	return got.Within.Page
}

// walk reads a listing page by page, and checks what each page says of itself.
func (b *testBundle) walk(t *testing.T, query string, first int) (ids []string) {
	t.Helper()
	var after *string
	for {
		p := b.list(query, first, after)
		if p.PageInfo.HasPreviousPage != (after != nil) {
			t.Errorf("hasPreviousPage is %v behind %d items", p.PageInfo.HasPreviousPage, len(ids))
		}
		if len(p.Edges) != len(p.Nodes) {
			t.Fatalf("%d edges, %d nodes", len(p.Edges), len(p.Nodes))
		}
		for i, e := range p.Edges {
			if e.Node.ID != p.Nodes[i].ID {
				t.Errorf("edge %d is %s, node %s", i, e.Node.ID, p.Nodes[i].ID)
			}
		}
		if n := len(p.Edges); n == 0 {
			if p.PageInfo.StartCursor != nil || p.PageInfo.EndCursor != nil {
				t.Error("an empty page has cursors")
			}
		} else if p.Edges[0].Cursor != *p.PageInfo.StartCursor || p.Edges[n-1].Cursor != *p.PageInfo.EndCursor {
			t.Error("startCursor and endCursor are not those of the first and last edge")
		}
		ids = append(ids, p.ids()...)
		if !p.PageInfo.HasNextPage {
			return ids
		}
		if len(p.Nodes) != first {
			t.Fatalf("%d of %d items on a page that is not the last", len(p.Nodes), first)
		}
		after = p.PageInfo.EndCursor
	}
}

// listings are all connections of the schema.
func (c *catalogue) listings() map[string]string {
	collection := fmt.Sprintf("collection(id: %q)", c.collectionID(journalsCZ))
	job := fmt.Sprintf("job(id: %q)", c.withChanges())
	return map[string]string{
		"inventoryGroups": listingOf("", "inventoryGroups", ""), "communityZoneCollections": listingOf("", "communityZoneCollections", ""),
		"communityZoneTitles": listingOf("", "communityZoneTitles", ""),
		"collections":         listingOf("", "collections", ""), "portfolios": listingOf("", "portfolios", ""),
		"poLines":  listingOf("", "poLines", ""),
		"licenses": listingOf("", "licenses", ""), "profiles": listingOf("", "profiles", ""), "providerFiles": listingOf("", "providerFiles", ""),
		"jobs": listingOf("", "jobs", ""), "collection.portfolios": listingOf(collection, "portfolios", ""),
		"collectionSets": listingOf("", "collectionSets", ""), "poLinesNotListed": listingOf("", "poLinesNotListed", ""),
		"portfoliosWithoutPoLine": listingOf("", "portfoliosWithoutPoLine", ""),
		"kept without reason":     listingOf("", "portfoliosKeptWithoutReason", ""),
		"closed orders":           listingOf("", "portfoliosOfClosedOrders", ""),
		"license.portfolios": listingOf(fmt.Sprintf("node(id: %q) { ... on License", model.ID(model.LicenseType, c.licenses[0].ID)),
			"portfolios", "") + " }",
		"set.collections": listingOf(fmt.Sprintf("node(id: %q) { ... on CollectionSet", model.ID(model.CollectionSetType, c.sets[0].ID)),
			"collections", "") + " }",
		"job.findings": listingOf(job, "findings", ""), "job.changes": listingOf(job, "changes", ""),
	}
}

// collectionID is the opaque id of the collection that was activated from one of the Community Zone.
func (b *testBundle) collectionID(communityZoneID string) string {
	b.t.Helper()
	var got struct {
		Collections struct{ Nodes []struct{ ID string } }
	}
	b.query(`query($cz: String) { collections(filter: {communityZoneId: $cz}) { nodes { id } } }`, map[string]any{"cz": communityZoneID}, &got)
	if len(got.Collections.Nodes) != 1 {
		b.t.Fatalf("%d collections are activated from %s", len(got.Collections.Nodes), communityZoneID)
	}
	return got.Collections.Nodes[0].ID
}

// TestPages: pages of any size join to the whole listing, whose number is totalCount.
func TestPages(t *testing.T) {
	t.Parallel()
	c := setupCatalogue(t)
	for name, query := range c.listings() {
		whole := c.list(query, 500, nil)
		if len(whole.Nodes) < 3 || whole.PageInfo.HasNextPage || whole.TotalCount != len(whole.Nodes) {
			t.Errorf("%s: %d items, totalCount %d", name, len(whole.Nodes), whole.TotalCount)
		}
		sizes := []int{1, 2, 3, len(whole.Nodes)}
		if len(whole.Nodes) > 20 {
			sizes = []int{7, 40, len(whole.Nodes)}
		}
		for _, first := range sizes {
			if diff := cmp.Diff(whole.ids(), c.walk(t, query, first)); diff != "" {
				t.Errorf("%s in pages of %d:\n%s", name, first, diff)
			}
		}
		sorted := slices.Sorted(slices.Values(whole.ids()))
		if len(slices.Compact(sorted)) != len(whole.Nodes) {
			t.Errorf("%s: an item is there twice", name)
		}
		beyond := c.list(query, 5, whole.PageInfo.EndCursor)
		if len(beyond.Nodes) != 0 || beyond.PageInfo.HasNextPage || !beyond.PageInfo.HasPreviousPage || beyond.TotalCount != whole.TotalCount {
			t.Errorf("%s behind its end: %+v", name, beyond)
		}
	}
}

// TestOrder: each listing is sorted as its description says.
func TestOrder(t *testing.T) {
	t.Parallel()
	c := setupCatalogue(t)
	var got struct {
		InventoryGroups, CommunityZoneCollections, Collections struct{ Nodes []struct{ Name string } }
		Portfolios                                             struct{ Nodes []struct{ Title string } }
		Jobs                                                   struct{ Nodes []struct{ ID string } }
		Job                                                    struct {
			Changes struct {
				Nodes []struct {
					Action string
					Field  *string
				}
			}
		}
	}
	c.query(`query($job: ID!) { inventoryGroups { nodes { name } } communityZoneCollections { nodes { name } } collections { nodes { name } }
		portfolios(first: 500) { nodes { title } } jobs { nodes { id } } job(id: $job) { changes(first: 500) { nodes { action field } } } }`,
		map[string]any{"job": c.withChanges()}, &got)
	checkSorted(t, "inventoryGroups", got.InventoryGroups.Nodes, func(n struct{ Name string }) string { return n.Name })
	checkSorted(t, "communityZoneCollections", got.CommunityZoneCollections.Nodes,
		func(n struct{ Name string }) string { return kbart.FoldTitle(n.Name) })
	checkSorted(t, "collections", got.Collections.Nodes, func(n struct{ Name string }) string { return kbart.FoldTitle(n.Name) })
	checkSorted(t, "portfolios", got.Portfolios.Nodes, func(n struct{ Title string }) string { return kbart.FoldTitle(n.Title) })
	var actions []string
	for _, n := range got.Job.Changes.Nodes {
		field := ""
		if n.Field != nil {
			field = *n.Field
		}
		actions = append(actions, n.Action+" "+field)
	}
	checkSorted(t, "changes", actions, func(s string) string { return s })
	for i, n := range got.Jobs.Nodes {
		if want := model.ID(model.JobType, c.synced[len(c.synced)-1-i].ID); n.ID != want {
			t.Errorf("job %d of the listing is not the newest but %d", i, i)
		}
	}
}

func checkSorted[T any](t *testing.T, name string, items []T, key func(T) string) {
	t.Helper()
	if len(items) < 3 {
		t.Errorf("%s: %d items", name, len(items))
	}
	if !slices.IsSortedFunc(items, func(a, b T) int { return strings.Compare(key(a), key(b)) }) {
		t.Errorf("%s are not sorted: %v", name, items)
	}
}

// TestNewestOfSeveralProcesses: each process has a range of ids of its own, so that ids do not tell which job is the
// newest.
func TestNewestOfSeveralProcesses(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20})
	profile := b.profile()
	b.write(func(ctx context.Context, tx *store.Tx) error {
		for i, id := range []int64{900, 100, 500} { // made in this order
			made := int64(1000 + i/2)
			tx.Job.Create().SetID(id).SetCreatedAt(made).SetUpdatedAt(made).SetKind("SYNC").SetState("SUCCEEDED").SetMode("APPLY").
				SetTrigger("MANUAL").SetArgs([]byte("{}")).SetDueAt(made).SaveX(ctx)
			tx.ProviderFile.Create().SetID(id).SetCreatedAt(made).SetUpdatedAt(made).SetProfileID(profile.ID).SetContent("BOOKS").SetName("x").
				SetPath("").SetSha256(fmt.Sprint(id)).SetSize(1).SetStoredSize(1).SetFetchedAt(made).SaveX(ctx)
		}
		return nil
	})
	for typeName, query := range map[string]string{
		model.JobType:          listingOf("", "jobs", ""),
		model.ProviderFileType: listingOf("", "providerFiles", ""),
	} {
		want := []string{model.ID(typeName, 500), model.ID(typeName, 900), model.ID(typeName, 100)}
		for _, first := range []int{1, 2, 3} {
			if got := b.walk(t, query, first); !slices.Equal(got, want) {
				t.Errorf("%s, %d at a time: %v, want %v", typeName, first, got, want)
			}
		}
	}
}

// TestPagesWhileRowsAreInserted: what is inserted between two pages neither shifts nor repeats an item; what is
// inserted behind the cursor is seen.
func TestPagesWhileRowsAreInserted(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 120}).work()
	b.sync("APPLY", b.profile().ID)
	query := listingOf("", "portfolios", "")
	before := b.list(query, 500, nil).ids()
	var inserted []string
	insert := func(title string) {
		b.write(func(ctx context.Context, tx *store.Tx) error {
			some, err := tx.Portfolio.Query().First(ctx)
			if err != nil {
				return err
			}
			p, err := tx.Portfolio.Create().SetID(b.store.NextID()).SetCreatedAt(time.Now().UnixMilli()).SetUpdatedAt(time.Now().UnixMilli()).
				SetCollectionID(some.CollectionID).SetAvailable(true).SetListed(false).SetPublicationTitle(title).
				SetTitleKey(kbart.FoldTitle(title)).SetValuesHash(0).Save(ctx)
			inserted = append(inserted, model.ID(model.PortfolioType, p.ID))
			return err
		})
	}
	var seen []string
	var after *string
	for {
		p := b.list(query, 20, after)
		seen = append(seen, p.ids()...)
		if !p.PageInfo.HasNextPage {
			break
		}
		after = p.PageInfo.EndCursor
		insert("0 before every page")
		insert("zzz behind every page")
	}
	if len(inserted) < 8 {
		t.Fatalf("only %d rows were inserted", len(inserted))
	}
	var old, late []string
	for _, id := range seen {
		if slices.Contains(inserted, id) {
			late = append(late, id)
		} else {
			old = append(old, id)
		}
	}
	if diff := cmp.Diff(before, old); diff != "" {
		t.Errorf("the pages shifted:\n%s", diff)
	}
	var behind []string
	for i := 1; i < len(inserted); i += 2 {
		behind = append(behind, inserted[i])
	}
	if diff := cmp.Diff(behind, late); diff != "" {
		t.Errorf("what was inserted behind the cursor:\n%s", diff)
	}
}

// TestWrongPages: every listing refuses a wrong first or after, and says so of that argument.
func TestWrongPages(t *testing.T) {
	t.Parallel()
	c := setupCatalogue(t)
	cursors := map[string]string{}
	for name, query := range c.listings() {
		cursors[name] = *c.list(query, 1, nil).PageInfo.EndCursor
	}
	foreign := map[string]string{"portfolios": cursors["profiles"], "jobs": cursors["portfolios"], "job.changes": cursors["portfolios"]}
	for name, query := range c.listings() {
		wrong := []map[string]any{
			{"first": 0},
			{"first": -1},
			{"first": 501},
			{"first": 1, "after": ""},
			{"first": 1, "after": "nonsense!"},
			{"first": 1, "after": "bm9uc2Vuc2U"},
		}
		if cursor, ok := foreign[name]; ok {
			wrong = append(wrong, map[string]any{"first": 1, "after": cursor})
		}
		for _, arguments := range wrong {
			argument := "first"
			if _, ok := arguments["after"]; ok {
				argument = "after"
			}
			a := c.ask(query, arguments)
			if a.code() != "BAD_USER_INPUT" || !strings.Contains(a.Errors[0].Message, argument) || a.Errors[0].Extensions.RequestID != a.RequestID {
				t.Errorf("%s %v: %s", name, arguments, a.Body)
			}
		}
	}
	if a := c.ask(`{ portfolios(first: "ten") { nodes { id } } }`, nil); a.code() != "BAD_USER_INPUT" {
		t.Errorf("first that is no number: %s", a.Body)
	}
}

// TestPortfolioFilters: each filter lists exactly the portfolios of which it is true.
func TestPortfolioFilters(t *testing.T) {
	t.Parallel()
	c := setupCatalogue(t)
	rows := c.store.Read.Portfolio.Query().Order(portfolio.ByTitleKey(), portfolio.ByID()).
		WithEntitlements().WithPoLines().AllX(t.Context())
	for name, test := range c.portfolioFilters(rows) {
		var want []string
		for _, p := range rows {
			if test.want(p) {
				want = append(want, model.ID(model.PortfolioType, p.ID))
			}
		}
		if len(want) == 0 || len(want) == len(rows) {
			t.Errorf("%s: the test's own choice is %d of %d portfolios", name, len(want), len(rows))
		}
		query := listingOf("", "portfolios", test.filter)
		if diff := cmp.Diff(want, c.walk(t, query, 30)); diff != "" {
			t.Errorf("%s %s:\n%s", name, test.filter, diff)
		}
		if p := c.list(query, 1, nil); p.TotalCount != len(want) {
			t.Errorf("%s: totalCount %d of %d", name, p.TotalCount, len(want))
		}
	}
	for name, filter := range map[string]string{
		"punctuation begins no title": `{titlePrefix: "?!"}`, "blanks begin no title": `{titlePrefix: "  "}`,
		"what identifies nothing": `{identifier: "nonsense"}`, "unknown ISSN": `{identifier: "0000-0000"}`,
		"unknown titleId": `{titleId: "nothing"}`,
		"profile of none": fmt.Sprintf(`{profileId: %q}`, model.ID(model.ProfileType, c.profiles[3].ID)),
	} {
		if p := c.list(listingOf("", "portfolios", filter), 5, nil); len(p.Nodes) != 0 || p.TotalCount != 0 {
			t.Errorf("%s: %d portfolios, totalCount %d", name, len(p.Nodes), p.TotalCount)
		}
	}
}

// portfolioChoice is a filter, and which portfolios it should leave.
type portfolioChoice struct {
	filter string
	want   func(*ent.Portfolio) bool
}

// inHoldings narrows a choice to the portfolios in the holdings.
func inHoldings(is func(*ent.Portfolio) bool) func(*ent.Portfolio) bool {
	return func(p *ent.Portfolio) bool { return p.RemovedAt == nil && is(p) }
}

// portfolioFilters are filters of every field, each of which leaves some of the portfolios.
func (c *catalogue) portfolioFilters(rows []*ent.Portfolio) map[string]portfolioChoice {
	filters := c.filtersByKey(rows)
	maps.Copy(filters, c.filtersByState())
	return filters
}

func (c *catalogue) filtersByKey(rows []*ent.Portfolio) map[string]portfolioChoice {
	journals := c.collectionID(journalsCZ)
	book, journal := c.someOf(rows, "monograph"), c.someOf(rows, "serial")
	prefix := book.TitleKey[:3]
	return map[string]portfolioChoice{
		"none": {`{}`, inHoldings(func(*ent.Portfolio) bool { return true })},
		"collectionId": {
			fmt.Sprintf(`{collectionId: %q}`, journals),
			inHoldings(func(p *ent.Portfolio) bool { return model.ID(model.CollectionType, p.CollectionID) == journals }),
		},
		"titlePrefix": {
			fmt.Sprintf(`{titlePrefix: %q}`, strings.ToUpper(prefix)),
			inHoldings(func(p *ent.Portfolio) bool { return strings.HasPrefix(p.TitleKey, prefix) }),
		},
		"titleId": {
			fmt.Sprintf(`{titleId: %q}`, journal.TitleID),
			inHoldings(func(p *ent.Portfolio) bool { return p.TitleID == journal.TitleID }),
		},
		"ISSN": {fmt.Sprintf(`{identifier: %q}`, journal.OnlineKey), inHoldings(func(p *ent.Portfolio) bool {
			return p.OnlineKey == journal.OnlineKey || p.PrintKey == journal.OnlineKey
		})},
		"ISSN as it is written": {
			fmt.Sprintf(`{identifier: %q}`, journal.OnlineIdentifier),
			inHoldings(func(p *ent.Portfolio) bool {
				return p.OnlineKey == journal.OnlineKey || p.PrintKey == journal.OnlineKey
			}),
		},
		"ISBN with hyphens": {
			fmt.Sprintf(`{identifier: "%s-%s"}`, book.OnlineKey[:3], book.OnlineKey[3:]),
			inHoldings(func(p *ent.Portfolio) bool { return p.OnlineKey == book.OnlineKey || p.PrintKey == book.OnlineKey }),
		},
		"ISBN of 10 digits": {
			fmt.Sprintf(`{identifier: %q}`, isbn10(book.OnlineKey)),
			inHoldings(func(p *ent.Portfolio) bool { return p.OnlineKey == book.OnlineKey || p.PrintKey == book.OnlineKey }),
		},
	}
}

func (c *catalogue) filtersByState() map[string]portfolioChoice {
	journals := c.collectionID(journalsCZ)
	entitled := func(profile int64) func(*ent.Portfolio) bool {
		return inHoldings(func(p *ent.Portfolio) bool {
			return slices.ContainsFunc(p.Edges.Entitlements, func(e *ent.Entitlement) bool { return e.Active && *e.ProfileID == profile })
		})
	}
	suspended := func(e *ent.Entitlement) bool { return e.Waiting != "" }
	held := func(p *ent.Portfolio) bool {
		return slices.ContainsFunc(p.Edges.Entitlements, func(e *ent.Entitlement) bool { return e.Active })
	}
	waits := func(p *ent.Portfolio) bool { return !held(p) && slices.ContainsFunc(p.Edges.Entitlements, suspended) }
	keptForNothing := func(p *ent.Portfolio) bool { return !p.Listed && !held(p) && !waits(p) && len(p.Edges.PoLines) == 0 }
	return map[string]portfolioChoice{
		"available":           {`{available: true}`, inHoldings(func(p *ent.Portfolio) bool { return p.Available })},
		"not available":       {`{available: false}`, inHoldings(func(p *ent.Portfolio) bool { return !p.Available })},
		"listed":              {`{listedByProvider: true}`, inHoldings(func(p *ent.Portfolio) bool { return p.Listed })},
		"not listed":          {`{listedByProvider: false}`, inHoldings(func(p *ent.Portfolio) bool { return !p.Listed })},
		"needs review":        {`{needsReview: true}`, inHoldings(func(p *ent.Portfolio) bool { return p.Review != "" })},
		"needs no review":     {`{needsReview: false}`, inHoldings(func(p *ent.Portfolio) bool { return p.Review == "" })},
		"waiting":             {`{waiting: true}`, inHoldings(waits)},
		"not waiting":         {`{waiting: false}`, inHoldings(func(p *ent.Portfolio) bool { return !waits(p) })},
		"kept without reason": {`{keptWithoutReason: true}`, inHoldings(keptForNothing)},
		"not that":            {`{keptWithoutReason: false}`, inHoldings(func(p *ent.Portfolio) bool { return !keptForNothing(p) })},
		"removed":             {`{removed: true}`, func(p *ent.Portfolio) bool { return p.RemovedAt != nil }},
		"not removed":         {`{removed: false}`, inHoldings(func(*ent.Portfolio) bool { return true })},
		"profile of some":     {fmt.Sprintf(`{profileId: %q}`, model.ID(model.ProfileType, c.profiles[2].ID)), entitled(c.profiles[2].ID)},
		"several at a time": {
			fmt.Sprintf(`{collectionId: %q, available: false, listedByProvider: true}`, journals),
			inHoldings(func(p *ent.Portfolio) bool {
				return model.ID(model.CollectionType, p.CollectionID) == journals && !p.Available && p.Listed
			}),
		},
		"null narrows not": {`{titlePrefix: null, available: null, collectionId: null}`, inHoldings(func(*ent.Portfolio) bool { return true })},
		"removed of collection": {fmt.Sprintf(`{removed: true, collectionId: %q}`, journals), func(p *ent.Portfolio) bool {
			return p.RemovedAt != nil && model.ID(model.CollectionType, p.CollectionID) == journals
		}},
	}
}

func (c *catalogue) someOf(rows []*ent.Portfolio, publicationType string) *ent.Portfolio {
	c.t.Helper()
	i := slices.IndexFunc(rows, func(p *ent.Portfolio) bool {
		return p.PublicationType == publicationType && p.RemovedAt == nil && p.OnlineKey != "" && p.TitleID != ""
	})
	if i < 0 {
		c.t.Fatalf("there is no %s", publicationType)
	}
	return rows[i]
}

// isbn10 is the old form of an ISBN of 13 digits (ISO 2108:2005, annex A).
func isbn10(isbn13 string) string {
	sum := 0
	for i, digit := range isbn13[3:12] {
		sum += (10 - i) * int(digit-'0')
	}
	return isbn13[3:12] + string("0123456789X"[(11-sum%11)%11])
}

// TestOtherFilters: the filters of the other listings narrow them to what they say.
func TestOtherFilters(t *testing.T) {
	t.Parallel()
	c := setupCatalogue(t)
	for _, test := range c.otherFilters() {
		var got struct {
			Page struct {
				TotalCount int
				Nodes      []json.RawMessage
			}
		}
		c.query(`{ page: `+test.field+`(filter: `+test.filter+`) { totalCount nodes { `+test.nodes+` } } }`, nil, &got)
		checkTally(t, test.field+" "+test.filter, got.Page.Nodes, test.want)
		if got.Page.TotalCount != len(got.Page.Nodes) {
			t.Errorf("%s %s: totalCount %d of %d", test.field, test.filter, got.Page.TotalCount, len(got.Page.Nodes))
		}
	}
}

// filterTest is a filter of a list, and how often each node is there.
type filterTest struct {
	field, filter, nodes string
	want                 map[string]int
}

func (c *catalogue) otherFilters() []filterTest {
	withPOLines := c.store.Read.Portfolio.Query().Where(portfolio.HasPoLines()).Order(portfolio.ByTitleKey(), portfolio.ByID()).
		AllX(c.t.Context())[1]
	first := model.ID(model.ProfileType, c.profiles[0].ID)
	return []filterTest{
		{
			"communityZoneCollections", `{search: "autoholdings oxford"}`, `content`,
			map[string]int{`{"content":"BOOKS"}`: 1, `{"content":"JOURNALS"}`: 1},
		},
		{"communityZoneCollections", `{search: "further 0"}`, `name`, map[string]int{`{"name":"Further Books 0"}`: 2}},
		{"communityZoneCollections", `{search: "503"}`, `communityZoneId`, map[string]int{`{"communityZoneId":"503"}`: 1}},
		{"communityZoneCollections", `{content: JOURNALS}`, `communityZoneId`, map[string]int{`{"communityZoneId":"` + journalsCZ + `"}`: 1}},
		{"communityZoneCollections", `{search: "nowhere"}`, `name`, map[string]int{}},
		{
			"collections", `{namePrefix: "FURTHER  books"}`, `name`,
			map[string]int{`{"name":"Further Books 0"}`: 2, `{"name":"Further Books 1"}`: 2, `{"name":"Further Books 2"}`: 1},
		},
		{"collections", `{communityZoneId: "` + booksCZ + `"}`, `content`, map[string]int{`{"content":"BOOKS"}`: 1}},
		{
			"collections", `{active: false}`, `name active`,
			map[string]int{`{"name":"Further Books 0","active":false}`: 1, `{"name":"Further Books 1","active":false}`: 1},
		},
		{"poLines", `{number: "POL-3-1"}`, `number main`, map[string]int{`{"number":"POL-3-1","main":false}`: 1}},
		{"poLines", `{vendor: "Agent"}`, `vendor`, map[string]int{`{"vendor":"Agent"}`: 40}},
		{"poLines", `{status: "Closed", vendor: "OUP"}`, `vendor status`, map[string]int{`{"vendor":"OUP","status":"Closed"}`: 6}},
		{
			"poLines", fmt.Sprintf(`{portfolioId: %q}`, model.ID(model.PortfolioType, withPOLines.ID)), `number`,
			map[string]int{`{"number":"POL-1-0"}`: 1, `{"number":"POL-1-1"}`: 1},
		},
		{"licenses", `{code: "L4"}`, `code`, map[string]int{`{"code":"L4"}`: 1}},
		{"licenses", `{vendor: "Agent", status: "Draft"}`, `code`, map[string]int{`{"code":"L1"}`: 1, `{"code":"L7"}`: 1}},
		{
			"profiles", `{active: true}`, `customerNumber`,
			map[string]int{`{"customerNumber":"demo"}`: 1, `{"customerNumber":"north"}`: 1, `{"customerNumber":"south"}`: 1},
		},
		{"profiles", `{active: false}`, `customerNumber`, map[string]int{`{"customerNumber":"spare"}`: 1}},
		{
			"providerFiles", fmt.Sprintf(`{profileId: %q, content: BOOKS}`, first), `content profile { customerNumber }`,
			map[string]int{`{"content":"BOOKS","profile":{"customerNumber":"demo"}}`: 3},
		},
		{"jobs", `{state: [SUCCEEDED], kind: SYNC}`, `state`, map[string]int{`{"state":"SUCCEEDED"}`: 9}},
		{"jobs", `{state: [FAILED, QUEUED]}`, `state`, map[string]int{}},
		{"jobs", `{kind: UNDO}`, `id`, map[string]int{}},
		{"jobs", fmt.Sprintf(`{profileId: %q}`, first), `mode`, map[string]int{`{"mode":"APPLY"}`: 2, `{"mode":"PREVIEW"}`: 1}},
	}
}

func checkTally(t *testing.T, name string, nodes []json.RawMessage, want map[string]int) {
	t.Helper()
	tally := map[string]int{}
	for _, n := range nodes {
		tally[string(n)]++
	}
	if diff := cmp.Diff(want, tally); diff != "" {
		t.Errorf("%s:\n%s", name, diff)
	}
}
