package graph_test

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"autoholdings/ent/jobpart"
	"autoholdings/ent/portfolio"
	"autoholdings/graph/model"
	"autoholdings/holdings"
	"autoholdings/holdings/bulk"
	"autoholdings/internal/access"
	"autoholdings/internal/store"
	"autoholdings/kbart"
)

// connection is how a connection of the schema is walked, and what its rows are.
type connection struct {
	within string // the beginning of a query up to the connection; "": it hangs on the root
	fields string // of a node: what orders and filters are judged by
	orders map[string]func(node) string
	usual  string // the order unless asked otherwise; "": that of one long page
	desc   bool   // and its direction
	filter []walkFilter

	table, typeName string // where rows come and go during a walk, and what their ids are of; "": they do not
	unique, null    string // columns whose values must differ, and those that a copy does not have
	of              string // the condition on rows that are copied; "": any
}

// node is an item as JSON has it.
type node map[string]any

func (n node) text(field string) string {
	var at any = map[string]any(n)
	for name := range strings.SplitSeq(field, ".") {
		within, _ := at.(map[string]any)
		at = within[name]
	}
	if at == nil {
		return ""
	}
	return fmt.Sprint(at)
}

// number is the row's id.
func (n node) number() int64 {
	_, id, _ := model.ParseID(n.text("id"))
	return id
}

// walkFilter is a filter, and which nodes of the listing without it are let through.
type walkFilter struct {
	filter string
	lets   func(node) bool
}

// is lets nodes through whose field has a value.
func is(filter, field, value string) walkFilter {
	return walkFilter{filter, func(n node) bool { return n.text(field) == value }}
}

func by(field string) func(node) string { return func(n node) string { return n.text(field) } }

// from lets nodes through whose moment is this one or later.
func from(field, moment string) func(node) bool {
	return func(n node) bool {
		at, _ := time.Parse(time.RFC3339Nano, n.text(field))
		since, _ := time.Parse(time.RFC3339Nano, moment)
		return !at.Before(since)
	}
}

func not(lets func(node) bool) func(node) bool { return func(n node) bool { return !lets(n) } }

// digits is an identifier as it is compared: an ISSN of the test's lists has no ISBN-10 among it.
func digits(field string) func(node) string {
	return func(n node) string { return strings.ReplaceAll(n.text(field), "-", "") }
}

func titleOrders() map[string]func(node) string {
	return map[string]func(node) string{
		"TITLE": func(n node) string { return kbart.FoldTitle(n.text("title")) }, "TITLE_ID": by("titleId"),
		"PRINT_IDENTIFIER": digits("printIdentifier"), "ONLINE_IDENTIFIER": digits("onlineIdentifier"), "UPDATED_AT": by("updatedAt"),
	}
}

// schemaConnections are all fields of the schema that are connections, as "Type.field", with the enum of their orders.
func schemaConnections(t *testing.T) map[string]*ast.Definition {
	t.Helper()
	schema, found := contract(t), map[string]*ast.Definition{}
	for _, definition := range schema.Types {
		for _, field := range definition.Fields {
			if !strings.HasSuffix(field.Type.Name(), "Connection") || definition.Kind != ast.Object {
				continue
			}
			for _, argument := range []string{"first", "after", "last", "before"} {
				if field.Arguments.ForName(argument) == nil {
					t.Errorf("%s.%s has no argument %s", definition.Name, field.Name, argument)
				}
			}
			found[definition.Name+"."+field.Name] = nil
			if order := field.Arguments.ForName("orderBy"); order != nil {
				found[definition.Name+"."+field.Name] = schema.Types[schema.Types[order.Type.Name()].Fields.ForName("field").Type.Name()]
			}
		}
	}
	return found
}

// TestEveryConnectionIsWalked walks every connection of the schema to its end, forwards and backwards, in every order and with every
// filter of its row, while rows come and go. Rows that are there throughout are seen exactly once, in order.
func TestEveryConnectionIsWalked(t *testing.T) {
	t.Parallel()
	c := setupCatalogue(t)
	c.makeWalkable()
	rows := c.connections()
	for name, orders := range schemaConnections(t) {
		row, ok := rows[name]
		if !ok {
			t.Errorf("%s has no row here", name)
			continue
		}
		field := name[strings.Index(name, ".")+1:]
		w := &walker{catalogue: c, connection: row, field: field, name: name, rand: rand.New(rand.NewPCG(uint64(len(name)), 7))}
		w.all(t, orders)
	}
}

// TestRefusedPages: a page that cannot be is refused, and it is told which argument is wrong and why.
func TestRefusedPages(t *testing.T) {
	t.Parallel()
	c := setupCatalogue(t)
	cursor := func(arguments string) string {
		var got struct {
			Portfolios struct{ PageInfo struct{ EndCursor string } }
		}
		c.query(`{ portfolios(`+arguments+`) { pageInfo { endCursor } } }`, nil, &got)
		return got.Portfolios.PageInfo.EndCursor
	}
	usual, changed := cursor("first: 3"), cursor("first: 3, orderBy: {field: UPDATED_AT, direction: DESC}")
	ofAnother := "is not a cursor of this listing in this order"
	for arguments, want := range map[string]string{
		"first: 3, last: 3":                   "from one side",
		"first: 3, before: " + quoted(usual):  "from one side",
		"last: 3, after: " + quoted(usual):    "from one side",
		"last: 0":                             "last is 0; it may be 1 to 500",
		"last: 501, before: " + quoted(usual): "last is 501; it may be 1 to 500",
		`before: "garbage"`:                   ofAnother,
		"after: " + quoted(changed):           ofAnother,
		"last: 3, before: " + quoted(changed): ofAnother,
		"orderBy: {field: TITLE_ID, direction: ASC}, after: " + quoted(usual):   ofAnother,
		"orderBy: {field: TITLE_ID, direction: ASC}, after: " + quoted(changed): ofAnother,
		"orderBy: {field: UPDATED_AT, direction: ASC}, after: " + quoted(base64.RawURLEncoding.EncodeToString(
			[]byte(`{"o":"UPDATED_AT","k":["soon"],"i":1}`))): ofAnother,
		`filter: {coverageOn: "2001"}`:       `"2001" is no day`,
		`filter: {coverageOn: "2001-02-30"}`: `"2001-02-30" is no day`,
	} {
		a := c.ask(`{ portfolios(`+arguments+`) { nodes { id } } }`, nil)
		if a.code() != "BAD_USER_INPUT" || !strings.Contains(a.Errors[0].Message, want) {
			t.Errorf("%s: %s", arguments, a.Body)
		}
	}
	if a := c.ask(`{ portfolioFacets(filter: {coverageOn: "soon"}) { available { yes } } }`, nil); a.code() != "BAD_USER_INPUT" {
		t.Errorf("facets of a day that is none: %s", a.Body)
	}
	turned := "orderBy: {field: UPDATED_AT, direction: ASC}, after: " + quoted(changed) // the same order the other way round
	if a := c.ask(`{ portfolios(`+turned+`) { nodes { id } } }`, nil); len(a.Errors) > 0 {
		t.Errorf("%s: %s", turned, a.Body)
	}
}

func quoted(cursor string) string { return fmt.Sprintf("%q", cursor) }

// walker walks one connection.
type walker struct {
	*catalogue
	connection
	field, name string
	rand        *rand.Rand
	noise       []int64 // ids of rows that came for a while
	ever        map[string]bool
}

func (w *walker) all(t *testing.T, orders *ast.Definition) {
	t.Helper()
	w.ever = map[string]bool{}
	w.walks(t, "", nil)
	if orders != nil {
		for _, value := range orders.EnumValues {
			if w.orders[value.Name] == nil {
				t.Errorf("%s: the order %s has no row here", w.name, value.Name)
				continue
			}
			for _, direction := range []string{"ASC", "DESC"} {
				w.walks(t, value.Name+" "+direction, nil)
			}
		}
	}
	for i, f := range w.filter {
		w.walks(t, w.anyOrder(orders), []walkFilter{f})
		if other := w.filter[w.rand.IntN(len(w.filter))]; fieldOf(other) != fieldOf(w.filter[i]) {
			w.walks(t, w.anyOrder(orders), []walkFilter{f, other})
		}
	}
}

func fieldOf(f walkFilter) string { return f.filter[:strings.Index(f.filter, ":")] }

func (w *walker) anyOrder(orders *ast.Definition) string {
	if orders == nil || w.rand.IntN(3) == 0 {
		return ""
	}
	return orders.EnumValues[w.rand.IntN(len(orders.EnumValues))].Name + []string{" ASC", " DESC"}[w.rand.IntN(2)]
}

// walks walks forwards and backwards, and compares what was seen with the whole list, filtered and sorted here.
func (w *walker) walks(t *testing.T, order string, filters []walkFilter) {
	t.Helper()
	what := fmt.Sprintf("%s by %q with %v", w.name, order, names(filters))
	for range 4 {
		w.comeAndGo()
	}
	want := w.naive(order, filters)
	for _, backwards := range []bool{false, true} {
		seen := w.walk(t, what, order, filters, backwards)
		if diff := slices.Compare(want, seen); diff != 0 {
			t.Errorf("%s, backwards %v: %d items are seen, want %d:\n%v\n%v", what, backwards, len(seen), len(want), seen, want)
		}
	}
}

func names(filters []walkFilter) (texts []string) {
	for _, f := range filters {
		texts = append(texts, f.filter)
	}
	return texts
}

// ask reads one page.
func (w *walker) page(paging, order string, filters []walkFilter) (nodes []node, info walkInfo) {
	w.t.Helper()
	args := []string{paging}
	if order != "" {
		field, direction, _ := strings.Cut(order, " ")
		args = append(args, "orderBy: {field: "+field+", direction: "+direction+"}")
	}
	if len(filters) > 0 {
		args = append(args, "filter: {"+strings.Join(names(filters), ", ")+"}")
	}
	query := fmt.Sprintf(`{ %s page: %s(%s) { pageInfo { hasNextPage hasPreviousPage startCursor endCursor } nodes { %s } } %s }`,
		w.within, w.field, strings.Join(args, ", "), cmp.Or(w.fields, "id"), strings.Repeat("} ", strings.Count(w.within, "{")))
	var got any
	w.query(query, nil, &got)
	for {
		within, _ := got.(map[string]any)
		if page, ok := within["page"].(map[string]any); ok {
			return w.decode(page)
		}
		if len(within) != 1 {
			w.t.Fatalf("%s: %v", query, got)
		}
		for _, got = range within {
		}
	}
}

// walkInfo is what a page says of itself.
type walkInfo struct {
	next, previous bool
	start, end     string
}

func (w *walker) decode(page map[string]any) (nodes []node, info walkInfo) {
	at := node(page["pageInfo"].(map[string]any))
	info = walkInfo{at.text("hasNextPage") == "true", at.text("hasPreviousPage") == "true", at.text("startCursor"), at.text("endCursor")}
	for _, item := range page["nodes"].([]any) {
		nodes = append(nodes, node(item.(map[string]any)))
	}
	return nodes, info
}

// naive is what a walk has to see: the whole list, of which this lets through what the filters say, sorted here.
func (w *walker) naive(order string, filters []walkFilter) (ids []string) {
	w.t.Helper()
	var all []node
	paging := "first: 500"
	for {
		nodes, info := w.page(paging, "", nil)
		if all = append(all, nodes...); !info.next {
			break
		}
		paging = fmt.Sprintf("first: 500, after: %q", info.end)
	}
	all = slices.DeleteFunc(all, func(n node) bool {
		return w.isNoise(n) || slices.ContainsFunc(filters, func(f walkFilter) bool { return !f.lets(n) })
	})
	field, direction, _ := strings.Cut(order, " ")
	key := w.orders[cmp.Or(field, w.usual)]
	if column := cmp.Or(field, w.usual); column == "UPDATED_AT" || column == "CREATED_AT" {
		key = w.moments(strings.ToLower(column))
	}
	if key != nil {
		slices.SortFunc(all, func(a, b node) int {
			return cmp.Or(strings.Compare(key(a), key(b)), cmp.Compare(a.number(), b.number()))
		})
		if direction == "DESC" || direction == "" && w.desc {
			slices.Reverse(all)
		}
	}
	for _, n := range all {
		ids = append(ids, n.text("id"))
	}
	return ids
}

// moments are a column of times, more exact than the API has them.
func (w *walker) moments(column string) func(node) string {
	at := map[int64]string{}
	rows, err := w.store.Query(w.t.Context(), `SELECT id, `+column+` FROM `+w.table)
	must(w.t, err)
	defer rows.Close()
	for rows.Next() {
		var id, ms int64
		must(w.t, rows.Scan(&id, &ms))
		at[id] = fmt.Sprintf("%020d", ms)
	}
	must(w.t, rows.Err())
	return func(n node) string { return at[n.number()] }
}

func (w *walker) isNoise(n node) bool { return w.ever[n.text("id")] }

// walk reads to the end in pages of any length, while rows come and go, and returns those that were there throughout.
func (w *walker) walk(t *testing.T, what, order string, filters []walkFilter, backwards bool) (seen []string) {
	t.Helper()
	size, cursor, all := "first", "after", map[string]bool{}
	if backwards {
		size, cursor = "last", "before"
	}
	paging := ""
	for {
		nodes, info := w.page(fmt.Sprintf("%s: %d%s", size, 1+w.rand.IntN(60), paging), order, filters)
		more, behind, next := info.next, info.previous, info.end
		if backwards {
			more, behind, next = info.previous, info.next, info.start
		}
		if behind != (paging != "") && (paging == "" || len(seen) > 0) {
			t.Errorf("%s, backwards %v: behind %d items it says %v", what, backwards, len(seen), behind)
		}
		var page []string
		for _, n := range nodes {
			if all[n.text("id")] {
				t.Errorf("%s, backwards %v: %s is seen twice", what, backwards, n.text("id"))
			}
			if all[n.text("id")] = true; !w.isNoise(n) {
				page = append(page, n.text("id"))
			}
		}
		if seen = append(seen, page...); backwards {
			seen = append(page, seen[:len(seen)-len(page)]...)
		}
		if !more {
			return seen
		}
		paging = fmt.Sprintf(", %s: %q", cursor, next)
		w.comeAndGo()
	}
}

// comeAndGo lets a copy of some row come, and an earlier one go.
func (w *walker) comeAndGo() {
	w.t.Helper()
	if w.table == "" {
		return
	}
	w.write(func(ctx context.Context, tx *store.Tx) error {
		if len(w.noise) > 3 {
			i := w.rand.IntN(len(w.noise))
			if _, err := tx.SQL.ExecContext(ctx, `DELETE FROM `+w.table+` WHERE id = ?`, w.noise[i]); err != nil {
				return err
			}
			w.noise = slices.Delete(w.noise, i, i+1)
		}
		rows, err := tx.SQL.QueryContext(ctx, `SELECT * FROM `+w.table+` LIMIT 0`)
		if err != nil {
			return err
		}
		columns, err := rows.Columns()
		if err = errors.Join(err, rows.Err(), rows.Close()); err != nil {
			return err
		}
		return w.copyRow(ctx, tx, columns, w.store.NextID())
	})
}

func (w *walker) copyRow(ctx context.Context, tx *store.Tx, columns []string, id int64) error {
	var values []string
	for i, column := range columns {
		columns[i] = `"` + column + `"`
		switch {
		case column == "id":
			values = append(values, fmt.Sprint(id))
		case slices.Contains(strings.Fields(w.unique), column):
			values = append(values, fmt.Sprintf(`%s || '%d'`, columns[i], id))
		case slices.Contains(strings.Fields(w.null), column), column == "idempotency_key", column == "unique_key":
			values = append(values, `NULL`)
		default:
			values = append(values, columns[i])
		}
	}
	result, err := tx.SQL.ExecContext(ctx, `INSERT INTO `+w.table+` (`+strings.Join(columns, `, `)+`) SELECT `+strings.Join(values, `, `)+
		` FROM `+w.table+` WHERE id IN (SELECT id FROM `+w.table+` WHERE `+cmp.Or(w.of, `TRUE`)+` ORDER BY id LIMIT 1 OFFSET ?)`, w.rand.IntN(8))
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return err
	}
	w.noise = append(w.noise, id)
	w.ever[model.ID(w.typeName, id)] = true
	return nil
}

// makeWalkable adds rows of what the catalogue has none of.
func (c *catalogue) makeWalkable() {
	c.t.Helper()
	for i := range 12 {
		_, err := c.access.AddPerson(c.t.Context(), access.PersonInput{
			Name: fmt.Sprintf("Person %d", (i*7)%12), Password: fmt.Sprintf("a long password %d", i), Scopes: access.Scopes{access.Read},
		})
		must(c.t, err)
		_, err = c.access.CreateToken(c.t.Context(), access.TokenInput{Name: fmt.Sprintf("Token %d", i), Scopes: access.Scopes{access.Read}})
		must(c.t, err)
		name := fmt.Sprintf("Set %d", (i*5)%12)
		_, err = c.library.Bulk.CreateSet(c.t.Context(), bulk.SetInput{Name: &name, Filter: &holdings.PortfolioFilter{}})
		must(c.t, err)
	}
	c.write(func(ctx context.Context, tx *store.Tx) error {
		portfolios, err := tx.Portfolio.Query().Order(portfolio.ByID()).Limit(12).All(ctx)
		for i, p := range portfolios {
			made := tx.PairingDecision.Create().SetID(c.store.NextID()).SetCreatedAt(int64(i / 2)).SetUpdatedAt(1).SetCollectionID(p.CollectionID).
				SetPortfolioID(p.ID).SetParted(i%2 == 0).SetTitle(p.PublicationTitle)
			edit := tx.Edit.Create().SetID(c.store.NextID()).SetCreatedAt(int64(i/2 + 1)).SetPortfolioID(portfolios[0].ID).
				SetCollectionID(p.CollectionID).SetAction("UPDATE").SetField("notes").SetTitle(p.PublicationTitle).SetTitleKey(p.TitleKey)
			entry := tx.AuditEntry.Create().SetID(c.store.NextID()).SetCreatedAt(int64(i / 3)).SetActorKind("person").SetActorName("x").
				SetAction([]string{"updatePortfolio", "runProfile"}[i%2])
			license := tx.AdditionalLicense.Create().SetPortfolioID(p.ID).SetLicenseID(c.licenses[7].ID)
			if err = errors.Join(err, made.Exec(ctx), edit.Exec(ctx), entry.Exec(ctx), license.Exec(ctx)); err != nil {
				return err
			}
		}
		return err
	})
}

// connections are all connections of the schema, as "Type.field".
func (c *catalogue) connections() map[string]connection {
	journals := c.collectionID(journalsCZ)
	rows := map[string]connection{
		"Query.portfolios": c.portfolioConnection(), "Query.jobs": c.jobConnection(), "Job.changes": c.jobChangeConnection(),
		"Query.changes": c.changeConnection(), "Query.poLines": poLineConnection(), "Query.licenses": licenseConnection(),
		"Query.inventoryGroups": {table: "inventory_groups", typeName: model.InventoryGroupType, unique: "name"},
		"Query.communityZoneCollections": {
			fields: "id content", table: "community_zone_collections", typeName: model.CommunityZoneCollectionType, unique: "name cz_id",
			filter: []walkFilter{is("content: BOOKS", "content", "BOOKS")},
		},
		"Query.communityZoneTitles": {
			fields: "id title titleId printIdentifier onlineIdentifier updatedAt", orders: titleOrders(), usual: "TITLE",
			table: "community_zone_titles", typeName: model.CommunityZoneTitleType, filter: titleFilters(),
		},
		"Query.collections": {
			fields: "id name active updatedAt", usual: "NAME", table: "collections", typeName: model.CollectionType, unique: "name name_key",
			null: "community_zone_collection_id",
			orders: map[string]func(node) string{
				"NAME": func(n node) string { return kbart.FoldTitle(n.text("name")) }, "UPDATED_AT": by("updatedAt"),
			},
			filter: []walkFilter{is("active: true", "active", "true")},
		},
		"Query.collectionSets": {table: "collection_sets", typeName: model.CollectionSetType, unique: "name"},
		"Query.portfolioSets":  {table: "portfolio_sets", typeName: model.PortfolioSetType, unique: "name"},
		"Query.pairingDecisions": {
			fields: "id portfolio { collection { id } }", table: "pairing_decisions", typeName: model.PairingDecisionType,
			filter: []walkFilter{is(fmt.Sprintf("collectionId: %q", journals), "portfolio.collection.id", journals)},
		},
		"Query.worklist": {
			fields: "id type", filter: []walkFilter{is("types: [REVIEW]", "type", "REVIEW"), is("types: [ALERT]", "type", "ALERT")},
		},
		"Query.profiles":      {fields: "id active", filter: []walkFilter{is("active: true", "active", "true")}},
		"Query.providerFiles": {fields: "id content", filter: []walkFilter{is("content: BOOKS", "content", "BOOKS")}},
		"Query.accessTokens":  {table: "access_tokens", typeName: model.AccessTokenType, unique: "hash start"},
		"Query.people":        {table: "people", typeName: model.PersonType, unique: "name name_key"},
		"Query.auditEntries": {
			fields: "id action", table: "audit_entries", typeName: model.AuditEntryType,
			filter: []walkFilter{is(`action: "runProfile"`, "action", "runProfile")},
		},
	}
	c.hanging(rows)
	return rows
}

// hanging adds what hangs on other things, and what lists the same things otherwise.
func (c *catalogue) hanging(rows map[string]connection) {
	job := fmt.Sprintf("job(id: %q) {", c.withChanges())
	portfolios, poLines, collections := rows["Query.portfolios"], rows["Query.poLines"], rows["Query.collections"]
	bare := func(of connection, within string) connection {
		of.within, of.filter = within, nil
		return of
	}
	for _, name := range []string{"portfoliosWithoutPoLine", "portfoliosKeptWithoutReason", "portfoliosOfClosedOrders"} {
		rows["Query."+name] = bare(portfolios, "")
	}
	rows["Query.poLinesNotListed"] = bare(poLines, "")
	inCollection := portfolios
	inCollection.within = fmt.Sprintf("collection(id: %q) {", c.collectionID(journalsCZ))
	inCollection.filter = slices.DeleteFunc(slices.Clone(inCollection.filter), func(f walkFilter) bool { return fieldOf(f) == "collectionId" })
	rows["Collection.portfolios"] = inCollection
	rows["License.portfolios"] = bare(portfolios,
		fmt.Sprintf("node(id: %q) { ... on License {", model.ID(model.LicenseType, c.licenses[0].ID)))
	rows["CollectionSet.collections"] = bare(collections,
		fmt.Sprintf("node(id: %q) { ... on CollectionSet {", model.ID(model.CollectionSetType, c.sets[0].ID)))
	set := c.store.Read.PortfolioSet.Query().FirstIDX(c.t.Context())
	rows["PortfolioSet.portfolios"] = bare(portfolios,
		fmt.Sprintf("node(id: %q) { ... on PortfolioSet {", model.ID(model.PortfolioSetType, set)))
	first := c.store.Read.Portfolio.Query().Order(portfolio.ByID()).FirstIDX(c.t.Context())
	rows["Portfolio.history"] = connection{
		within: fmt.Sprintf("portfolio(id: %q) {", model.ID(model.PortfolioType, first)), table: "edits", typeName: model.EditType,
	}
	c.shortConnections(rows, model.ID(model.PortfolioType, first))
	part := model.ID(model.JobPartType, c.store.Read.JobPart.Query().Where(jobpart.JobID(c.synced[3].ID)).FirstIDX(c.t.Context()))
	rows["Job.findings"] = connection{
		within: job, fields: "id severity code column part { id }", table: "job_findings", typeName: model.JobFindingType,
		of:     fmt.Sprintf("job_id = %d", c.synced[3].ID),
		filter: []walkFilter{is(fmt.Sprintf("partId: %q", part), "part.id", part), is("severity: [INFO]", "severity", "INFO")},
	}
}

// shortConnections are those of lists that belong to one thing, each with three items or more.
func (c *catalogue) shortConnections(rows map[string]connection, portfolio string) {
	c.t.Helper()
	collection := c.done("createCollection", input{"name": "Ordered"}).Collection.ID
	license := c.done("createLicense", input{"code": "Of collections"}).License.ID
	for i := range 3 {
		c.done("createPoLine", input{"number": fmt.Sprint("of a portfolio ", i), "portfolioId": portfolio})
		c.done("createPoLine", input{"number": fmt.Sprint("of a collection ", i), "collectionId": collection})
		c.done("createCollectionSet", input{"name": fmt.Sprint("Set of one ", i), "collectionIds": []string{collection}})
		c.done("createCollection", input{"name": fmt.Sprint("Licensed ", i), "licenseId": license})
	}
	rows["Portfolio.poLines"] = connection{within: fmt.Sprintf("portfolio(id: %q) {", portfolio)}
	rows["Collection.poLines"] = connection{within: fmt.Sprintf("collection(id: %q) {", collection)}
	rows["Collection.sets"] = connection{within: fmt.Sprintf("collection(id: %q) {", collection)}
	rows["License.collections"] = connection{within: fmt.Sprintf("node(id: %q) { ... on License {", license)}
}

func begins(prefix string) func(node) bool {
	return func(n node) bool { return strings.HasPrefix(kbart.FoldTitle(n.text("title")), prefix) }
}

func titleFilters() []walkFilter {
	return []walkFilter{{`titlePrefix: "The "`, begins("the")}, {`search: "JOUR"`, hasWord("title", "jour")}}
}

// hasWord lets nodes through of which a field has a word that begins so.
func hasWord(field, beginning string) func(node) bool {
	return func(n node) bool { return strings.Contains(" "+kbart.FoldTitle(n.text(field)), " "+beginning) }
}

func (c *catalogue) portfolioConnection() connection {
	books, profile := c.collectionID(booksCZ), model.ID(model.ProfileType, c.profiles[0].ID)
	license, group := model.ID(model.LicenseType, c.licenses[7].ID), model.ID(model.InventoryGroupType, c.groups[1].ID)
	some := func(field string, is func(node) bool) func(node) bool {
		return func(n node) bool {
			items, _ := n[field].([]any)
			return slices.ContainsFunc(items, func(item any) bool { return is(item.(map[string]any)) })
		}
	}
	byChange := c.store.Read.Portfolio.Query().Order(portfolio.ByUpdatedAt(), portfolio.ByID())
	since := model.Moment(byChange.Offset(60).FirstX(c.t.Context()).UpdatedAt)
	return connection{
		fields: `id title titleId printIdentifier onlineIdentifier updatedAt available listedByProvider publicationType waiting review
			collection { id } poLines { nodes { id } } license { id } additionalLicenses { id } localValues { field } availableFor { id }
			coverageByGroup { group { id } } entitlements { active profile { id } coverage { from to } }`,
		orders: titleOrders(), usual: "TITLE", table: "portfolios", typeName: model.PortfolioType,
		filter: append(titleFilters(),
			is(fmt.Sprintf("collectionId: %q", books), "collection.id", books), is("available: true", "available", "true"),
			is("available: false", "available", "false"), is("listedByProvider: false", "listedByProvider", "false"),
			is("waiting: true", "waiting", "true"), is("publicationType: SERIAL", "publicationType", "SERIAL"),
			is("publicationType: MONOGRAPH", "publicationType", "MONOGRAPH"),
			walkFilter{"needsReview: true", func(n node) bool { return n.text("review") != "" }},
			walkFilter{"hasLocalValues: false", func(n node) bool { return n.text("localValues") == "[]" }},
			walkFilter{"hasPoLine: true", func(n node) bool { return n.text("poLines.nodes") != "[]" }},
			walkFilter{"hasPoLine: false", func(n node) bool { return n.text("poLines.nodes") == "[]" }},
			walkFilter{fmt.Sprintf("changedSince: %q", since), from("updatedAt", since)},
			walkFilter{fmt.Sprintf("licenseId: %q", license), some("additionalLicenses", func(l node) bool { return l.text("id") == license })},
			walkFilter{fmt.Sprintf("inventoryGroupId: %q", group), some("coverageByGroup", func(g node) bool {
				return g.text("group.id") == group
			})},
			walkFilter{fmt.Sprintf("profileId: %q", profile), some("entitlements", func(e node) bool {
				return e.text("active") == "true" && e.text("profile.id") == profile
			})},
			walkFilter{`coverageOn: "1999-12-31"`, some("entitlements", func(e node) bool {
				return e.text("active") == "true" && some("coverage", func(s node) bool { return covers(s, "1999-12-31") })(e)
			})},
		),
	}
}

// covers says whether a statement covers a day: from the first day of its first date through the last day of its last one.
func covers(s node, day string) bool {
	from, to := s.text("from"), s.text("to")
	return day[:min(len(from), len(day))] >= from && (to == "" || day[:min(len(to), len(day))] <= to)
}

func (c *catalogue) jobConnection() connection {
	profile, someday := model.ID(model.ProfileType, c.profiles[0].ID), model.Moment(c.synced[6].CreatedAt)
	finished := model.Moment(*c.synced[6].FinishedAt)
	return connection{
		fields: "id kind state verdict mode trigger createdAt finishedAt updatedAt profiles { id } startedBy { kind }",
		usual:  "CREATED_AT", desc: true,
		orders: map[string]func(node) string{"CREATED_AT": by("createdAt"), "UPDATED_AT": by("updatedAt")},
		table:  "jobs", typeName: model.JobType,
		filter: []walkFilter{
			is("kind: SYNC", "kind", "SYNC"), is("state: [SUCCEEDED]", "state", "SUCCEEDED"), is("verdict: [PREVIEWED]", "verdict", "PREVIEWED"),
			is("trigger: [MANUAL]", "trigger", "MANUAL"), is("mode: PREVIEW", "mode", "PREVIEW"), is("mode: APPLY", "mode", "APPLY"),
			{fmt.Sprintf("createdFrom: %q", someday), from("createdAt", someday)},
			{fmt.Sprintf("createdUntil: %q", someday), not(from("createdAt", someday))},
			{fmt.Sprintf("finishedFrom: %q", finished), from("finishedAt", finished)},
			{fmt.Sprintf("finishedUntil: %q", finished), not(from("finishedAt", finished))},
			{fmt.Sprintf("profileId: %q", profile), func(n node) bool { return strings.Contains(n.text("profiles"), profile) }},
			{"actorKind: PERSON", func(n node) bool { return n.text("startedBy.kind") == "PERSON" }},
		},
	}
}

func (c *catalogue) jobChangeConnection() connection {
	ofJob := c.synced[0].ID // the first has added everything
	part := model.ID(model.JobPartType, c.store.Read.JobPart.Query().Where(jobpart.JobID(ofJob)).FirstIDX(c.t.Context()))
	return connection{
		within: fmt.Sprintf("job(id: %q) {", model.ID(model.JobType, ofJob)), fields: "id action field title part { id content }",
		usual: "ACTION",
		orders: map[string]func(node) string{
			"ACTION": func(n node) string { return n.text("action") + "\x00" + n.text("field") },
			"TITLE":  func(n node) string { return kbart.FoldTitle(n.text("title")) },
		},
		table: "job_changes", typeName: model.JobChangeType, of: fmt.Sprintf("job_id = %d", ofJob),
		filter: []walkFilter{
			is("action: [ADD]", "action", "ADD"), is("action: [FREE]", "action", "FREE"), is(`field: ""`, "field", ""),
			is(fmt.Sprintf("partId: %q", part), "part.id", part), is("content: BOOKS", "part.content", "BOOKS"),
			{`titlePrefix: "The "`, begins("the")},
		},
	}
}

func (c *catalogue) changeConnection() connection {
	journals := c.collectionID(journalsCZ)
	return connection{
		fields: "id action field title portfolio { id } collection { id content } actor { name }", table: "edits", typeName: model.EditType,
		filter: []walkFilter{
			is("action: [UPDATE]", "action", "UPDATE"), is(`field: "notes"`, "field", "notes"), is("content: BOOKS", "collection.content", "BOOKS"),
			{`titlePrefix: "A"`, begins("a")},
			is(fmt.Sprintf("collectionId: %q", journals), "collection.id", journals),
		},
	}
}

func poLineConnection() connection {
	return connection{
		fields: "id number vendor status closed renewsOn updatedAt portfolio { id } collection { id }", usual: "CREATED", table: "po_lines",
		typeName: model.POLineType, unique: "number", null: "portfolio_id collection_id",
		orders: map[string]func(node) string{
			"CREATED": by("none"), "NUMBER": by("number"), "RENEWS_ON": by("renewsOn"), "UPDATED_AT": by("updatedAt"),
		},
		filter: []walkFilter{
			is(`vendor: "OUP"`, "vendor", "OUP"), is(`status: "Active"`, "status", "Active"), is("closed: true", "closed", "true"),
			is(`search: "AGE pol"`, "vendor", "Agent"),
			{"attached: true", func(n node) bool { return n.text("portfolio.id") != "" || n.text("collection.id") != "" }},
		},
	}
}

func licenseConnection() connection {
	return connection{
		fields: "id code vendor status endsOn updatedAt", usual: "CREATED", table: "licenses", typeName: model.LicenseType, unique: "code",
		orders: map[string]func(node) string{
			"CREATED": by("none"), "CODE": by("code"), "ENDS_ON": by("endsOn"), "UPDATED_AT": by("updatedAt"),
		},
		filter: []walkFilter{
			is(`vendor: "OUP"`, "vendor", "OUP"), is(`status: "Draft"`, "status", "Draft"), is(`search: "AGE licen"`, "vendor", "Agent"),
		},
	}
}
