package graph_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"autoholdings/graph/model"
	"autoholdings/holdings/plan"
	"autoholdings/internal/access"
	"autoholdings/internal/store"
	"autoholdings/mockoup"
)

// contract is the schema as it is written.
func contract(t *testing.T) *ast.Schema {
	t.Helper()
	text, err := os.ReadFile("../schema.graphqls")
	must(t, err)
	return gqlparser.MustLoadSchema(&ast.Source{Name: "schema.graphqls", Input: string(text)})
}

// everyField selects all fields of a type that need no argument, and those of what they hold down to a depth; of a
// listing it takes three items.
func everyField(schema *ast.Schema, typeName string, depth int) string {
	selected := everyFieldOfItsTypes(schema, typeName, depth)
	for _, field := range schema.Types[typeName].Fields {
		if strings.HasPrefix(field.Name, "__") || field.Name == "asOf" { // it needs a day
			continue
		}
		text := field.Name
		if field.Arguments.ForName("first") != nil {
			text += "(first: 3)"
		}
		if held := schema.Types[field.Type.Name()]; held.IsCompositeType() {
			if depth == 0 || held.Name == "Query" {
				continue
			}
			text += " " + everyField(schema, held.Name, depth-1)
		}
		selected = append(selected, text)
	}
	return "{ __typename " + strings.Join(selected, " ") + " }"
}

// someIDs is the id of one thing of each type that has ids.
func (c *catalogue) someIDs() map[string]string {
	c.t.Helper()
	ctx, read := c.t.Context(), c.store.Read
	c.write(func(ctx context.Context, tx *store.Tx) error {
		p := tx.Portfolio.Query().FirstX(ctx)
		return tx.PairingDecision.Create().SetID(1).SetCreatedAt(1).SetUpdatedAt(1).SetCollectionID(p.CollectionID).SetPortfolioID(p.ID).
			SetParted(true).SetTitle("Annals").Exec(ctx)
	})
	token := c.done("createAccessToken", input{"name": "reader", "scopes": []string{"READ"}})
	person := c.done("addPerson", input{"name": "Ada", "password": "correct horse battery", "scopes": []string{"READ"}})
	ids := map[string]string{
		"InventoryGroup":          model.ID(model.InventoryGroupType, c.groups[0].ID),
		"CommunityZoneCollection": model.ID(model.CommunityZoneCollectionType, read.CommunityZoneCollection.Query().FirstIDX(ctx)),
		"CommunityZoneTitle":      model.ID(model.CommunityZoneTitleType, read.CommunityZoneTitle.Query().FirstIDX(ctx)),
		"Collection":              model.ID(model.CollectionType, read.Collection.Query().FirstIDX(ctx)),
		"Portfolio":               model.ID(model.PortfolioType, read.Portfolio.Query().FirstIDX(ctx)),
		"PoLine":                  model.ID(model.POLineType, read.POLine.Query().FirstIDX(ctx)),
		"License":                 model.ID(model.LicenseType, read.License.Query().FirstIDX(ctx)),
		"CollectionSet":           model.ID(model.CollectionSetType, c.sets[0].ID),
		"PortfolioSet":            c.many("createPortfolioSet", input{"name": "All", "filter": input{}}).PortfolioSet.ID,
		"PairingDecision":         model.ID(model.PairingDecisionType, 1),
		"Profile":                 model.ID(model.ProfileType, c.profiles[0].ID),
		"ProviderFile":            model.ID(model.ProviderFileType, read.ProviderFile.Query().FirstIDX(ctx)),
		"Job":                     c.withChanges(),
		"JobPart":                 model.ID(model.JobPartType, read.JobPart.Query().FirstIDX(ctx)),
		"JobFinding":              model.ID(model.JobFindingType, read.JobFinding.Query().FirstIDX(ctx)),
		"AccessToken":             token.AccessToken.ID,
		"Person":                  person.Person.ID,
		"AuditEntry":              model.ID(model.AuditEntryType, read.AuditEntry.Query().FirstIDX(ctx)),
		"Change":                  c.listed("changes"),
		"ScheduledJob":            c.listed("scheduledJobs"),
		"WorklistItem":            c.listed("worklist"),
	}
	maps.Copy(ids, c.linesOfEachType())
	return ids
}

// linesOfEachType makes a line of a report of each type and returns their ids.
func (c *catalogue) linesOfEachType() map[string]string {
	c.t.Helper()
	ids := map[string]string{}
	c.write(func(ctx context.Context, tx *store.Tx) error {
		part, portfolio := tx.JobPart.Query().FirstX(ctx), tx.Portfolio.Query().FirstX(ctx)
		for i, line := range []struct {
			typeName, field string
			action          plan.Action
			values          plan.Values
		}{
			{"AddedChange", "", plan.Add, plan.Values{}},
			{"LeavingChange", "", plan.Keep, plan.ValuesOfLeaving(plan.KeptFor([]string{"P1"}, plan.Retention{}))},
			{"UnclearChange", "", plan.Wait, plan.Values{}},
			{"ValueChange", "notes", plan.Update, plan.Values{}},
			{"CoverageChange", "coverage", plan.Update, plan.ValuesOfCoverage(nil, nil)},
			{"MovedChange", "", plan.NoCounterpart, plan.Values{}},
			{"GroupChange", "available_for", plan.Open, plan.Values{}},
			{"RowChange", "", plan.Free, plan.Values{}},
			{"PortfolioChange", "", plan.Restore, plan.Values{}},
		} {
			id := int64(i + 1)
			ids[line.typeName] = model.ID(model.JobChangeType, id)
			err := tx.JobChange.Create().SetID(id).SetJobID(part.JobID).SetPartID(part.ID).SetPortfolioID(portfolio.ID).SetTitle("Annals").
				SetTitleKey("annals").SetAction(string(line.action)).SetField(line.field).SetValueKind(string(line.values.Kind)).
				SetOldValue(line.values.Old).SetNewValue(line.values.New).Exec(ctx)
			if err != nil {
				return err
			}
		}
		return nil
	})
	return ids
}

// everyFieldOfItsTypes selects what the types of an interface have beside it.
func everyFieldOfItsTypes(schema *ast.Schema, typeName string, depth int) (selected []string) {
	if schema.Types[typeName].Kind != ast.Interface || typeName == "Node" {
		return nil
	}
	for _, possible := range schema.GetPossibleTypes(schema.Types[typeName]) {
		selected = append(selected, "... on "+possible.Name+" "+everyField(schema, possible.Name, depth))
	}
	return selected
}

// listed is the id of the first thing of a list at the root.
func (c *catalogue) listed(field string) string {
	c.t.Helper()
	type thing struct{ ID string }
	var got struct {
		Listing struct{ Nodes []thing }
		List    []thing
	}
	if field == "scheduledJobs" {
		c.query(`{ list: `+field+` { id } }`, nil, &got)
	} else {
		c.query(`{ listing: `+field+`(first: 1) { nodes { id } } }`, nil, &got)
	}
	all := append(got.List, got.Listing.Nodes...)
	if len(all) == 0 {
		c.t.Fatalf("%s lists nothing", field)
	}
	return all[0].ID
}

// TestEveryIDIsOfANode: a type that has an id is found by it.
func TestEveryIDIsOfANode(t *testing.T) {
	t.Parallel()
	schema := contract(t)
	for _, thing := range schema.Types {
		id := thing.Fields.ForName("id")
		if thing.Kind != ast.Object || id == nil || id.Type.String() != "ID!" {
			continue
		}
		if !slices.Contains(thing.Interfaces, "Node") {
			t.Errorf("%s has an id and is no Node", thing.Name)
		}
	}
}

// TestNodes: whatever has an id is found by it, alone and among others, and every field of it answers.
func TestNodes(t *testing.T) {
	t.Parallel()
	c := setupCatalogue(t)
	schema, ids := contract(t), c.someIDs()
	var all, want []string
	for _, thing := range schema.PossibleTypes["Node"] {
		if thing.Kind != ast.Object {
			continue
		}
		id, ok := ids[thing.Name]
		if !ok {
			t.Fatalf("the test knows no %s", thing.Name)
		}
		all, want = append(all, id), append(want, thing.Name+" "+id)
		var got struct{ Node map[string]any }
		c.query(fmt.Sprintf(`query($id: ID!) { node(id: $id) { ... on %s %s } }`, thing.Name, everyField(schema, thing.Name, 1)),
			map[string]any{"id": id}, &got)
		if got.Node["__typename"] != thing.Name || got.Node["id"] != id {
			t.Errorf("node %s: %v %v", thing.Name, got.Node["__typename"], got.Node["id"])
		}
	}
	if len(all) != len(ids) {
		t.Errorf("the schema has %d types with ids, the test %d", len(all), len(ids))
	}
	gone := model.ID(model.PortfolioType, 1)
	all, want = append(all, gone, all[0]), append(want, "", want[0])
	var got struct {
		Nodes []*struct {
			Typename string `json:"__typename"`
			ID       string
		}
	}
	c.query(`query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }`, map[string]any{"ids": all}, &got)
	found := make([]string, len(got.Nodes))
	for i, n := range got.Nodes {
		if n != nil {
			found[i] = n.Typename + " " + n.ID
		}
	}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Errorf("nodes:\n%s", diff)
	}
}

// TestEveryField: every field of the schema that can be read answers, down to the things that things hold.
func TestEveryField(t *testing.T) {
	t.Parallel()
	c := setupCatalogue(t)
	schema, ids := contract(t), c.someIDs()
	for _, field := range schema.Types["Query"].Fields {
		if strings.HasPrefix(field.Name, "__") || strings.HasPrefix(field.Name, "node") {
			continue
		}
		arguments := ""
		switch {
		case field.Arguments.ForName("id") != nil:
			arguments = fmt.Sprintf("(id: %q)", ids[field.Type.Name()])
		case field.Arguments.ForName("first") != nil:
			arguments = "(first: 3)"
		case field.Name == "access":
			arguments = fmt.Sprintf("(identifier: %q)", c.store.Read.Portfolio.Query().FirstX(t.Context()).TitleID)
		}
		var got map[string]json.RawMessage
		c.query("{ "+field.Name+arguments+" "+everyField(schema, field.Type.Name(), 2)+" }", nil, &got)
		if len(got[field.Name]) <= len("null") { // nor {} nor []
			t.Errorf("%s is empty: %s", field.Name, got[field.Name])
		}
	}
}

// TestOneByID: what is not there is null.
func TestOneByID(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20})
	for _, typeName := range []string{"Collection", "Portfolio", "Profile", "Job"} {
		var got map[string]any
		field := strings.ToLower(typeName)
		b.query(fmt.Sprintf(`{ %s(id: %q) { id } node(id: %[2]q) { id } }`, field, model.ID(typeName, 4711)), nil, &got)
		if thing, ok := got[field]; !ok || thing != nil || got["node"] != nil {
			t.Errorf("%s: %v", field, got)
		}
	}
}

// TestWrongIDs: an id of another form or of another type is the caller's mistake, wherever an id is read.
func TestWrongIDs(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20})
	encode := base64.RawURLEncoding.EncodeToString
	garbage := map[string]string{
		"empty": "", "no base64": "not an id", "no colon": encode([]byte("Portfolio")), "no number": encode([]byte("Portfolio:x")),
		"zero":     encode([]byte("Portfolio:0")),
		"negative": encode([]byte("Portfolio:-7")), "too large": encode([]byte("Portfolio:99999999999999999999")),
		"SQL": encode([]byte("Portfolio:1 OR 1=1")),
	}
	unknown := map[string]string{"unknown type": encode([]byte("Secret:1"))}
	foreign := map[string]string{"another type": model.ID(model.LicenseType, 1), "unknown type": encode([]byte("Secret:1"))}
	for query, others := range map[string]map[string]string{
		`query($id: ID!) { node(id: $id) { id } }`:                                                            unknown,
		`query($id: ID!) { nodes(ids: [$id]) { id } }`:                                                        unknown,
		`query($id: ID!) { collection(id: $id) { id } }`:                                                      foreign,
		`query($id: ID!) { portfolio(id: $id) { id } }`:                                                       foreign,
		`query($id: ID!) { profile(id: $id) { id } }`:                                                         foreign,
		`query($id: ID!) { job(id: $id) { id } }`:                                                             foreign,
		`query($id: ID!) { portfolios(filter: {collectionId: $id}) { nodes { id } } }`:                        foreign,
		`query($id: ID!) { portfolios(filter: {profileId: $id}) { nodes { id } } }`:                           foreign,
		`query($id: ID!) { poLines(filter: {portfolioId: $id}) { nodes { id } } }`:                            foreign,
		`query($id: ID!) { providerFiles(filter: {profileId: $id}) { nodes { id } } }`:                        foreign,
		`query($id: ID!) { jobs(filter: {profileId: $id}) { nodes { id } } }`:                                 foreign,
		`query($id: ID!) { collections { nodes { portfolios(filter: {profileId: $id}) { nodes { id } } } } }`: foreign,
	} {
		for _, wrong := range []map[string]string{garbage, others} {
			for name, id := range wrong {
				a := b.ask(query, map[string]any{"id": id})
				if len(a.Errors) == 0 {
					t.Errorf("%s of id %s: %s", query, name, a.Body)
				}
				for _, e := range a.Errors {
					if e.Extensions.Code != "BAD_USER_INPUT" || e.Extensions.RequestID != a.RequestID {
						t.Errorf("%s of id %s: %s", query, name, a.Body)
					}
				}
			}
		}
	}
	many := make([]string, 501)
	for i := range many {
		many[i] = model.ID(model.PortfolioType, int64(i+1))
	}
	if a := b.ask(`query($ids: [ID!]!) { nodes(ids: $ids) { id } }`, map[string]any{"ids": many}); a.code() != "BAD_USER_INPUT" {
		t.Errorf("501 ids: %s", a.Body)
	}
	if a := b.ask(`query($ids: [ID!]!) { nodes(ids: $ids) { id } }`, map[string]any{"ids": many[:500]}); len(a.Errors) > 0 {
		t.Errorf("500 ids: %s", a.Body)
	}
	if a := b.ask(`{ nodes(ids: []) { id } }`, nil); string(a.Data) != `{"nodes":[]}` {
		t.Errorf("no ids: %s", a.Body)
	}
}

// TestSettings: there is one row of settings from the start.
func TestSettings(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20})
	var got struct {
		Settings struct {
			InstitutionName                string
			MultiCampusInventoryManagement bool
			Version                        int
		}
	}
	b.query(`{ settings { institutionName multiCampusInventoryManagement version } }`, nil, &got)
	if got.Settings.MultiCampusInventoryManagement || got.Settings.Version != 1 {
		t.Errorf("%+v", got)
	}
}

// TestNullsAndWords: an empty cell is null, enums are upper case, moments are RFC 3339 in UTC.
func TestNullsAndWords(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 60}).work()
	b.sync("APPLY", b.profile().ID)
	row := b.store.Read.Portfolio.Query().FirstX(context.Background())
	var got struct {
		Portfolio struct {
			PublicationType, AccessType, PrecedingPublicationTitleID, Review, RemovedAt *string
			CreatedAt, URL                                                              string
		}
	}
	b.query(`query($id: ID!) { portfolio(id: $id) { publicationType accessType precedingPublicationTitleId review removedAt createdAt url } }`,
		map[string]any{"id": model.ID(model.PortfolioType, row.ID)}, &got)
	p := got.Portfolio
	if p.PublicationType == nil || *p.PublicationType != strings.ToUpper(row.PublicationType) {
		t.Errorf("publicationType %v of %q", p.PublicationType, row.PublicationType)
	}
	if p.Review != nil || p.RemovedAt != nil || row.PrecedingPublicationTitleID == "" && p.PrecedingPublicationTitleID != nil {
		t.Errorf("what is empty is not null: %+v", p)
	}
	if !strings.HasSuffix(p.CreatedAt, "Z") || !strings.Contains(p.CreatedAt, "T") || p.URL != row.TitleURL {
		t.Errorf("%+v", p)
	}
}

// TestNodesOneByOne: an id that is wrong, or of what its caller may not see, is told by itself, and the others are answered.
func TestNodesOneByOne(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20})
	defer b.become(withScopes(access.Read))()
	collection := b.nodes("communityZoneCollections", "first: 1")[0]
	ids := []string{"no id", collection, model.ID(model.PersonType, 1), model.ID(model.LicenseType, 99), model.ID("Secret", 1), collection}
	a := b.ask(`query($ids: [ID!]!) { nodes(ids: $ids) { id } }`, map[string]any{"ids": ids})
	if want := fmt.Sprintf(`{"nodes":[null,{"id":%[1]q},null,null,null,{"id":%[1]q}]}`, collection); string(a.Data) != want {
		t.Errorf("%s, not %s", a.Data, want)
	}
	told := map[string]string{}
	for _, e := range a.Errors {
		told[fmt.Sprint(e.Path)] = e.Extensions.Code
	}
	want := map[string]string{"[nodes 0]": "BAD_USER_INPUT", "[nodes 2]": "FORBIDDEN", "[nodes 4]": "BAD_USER_INPUT"}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("%s\n%s", diff, a.Body)
	}
}

// TestDirectives: the schema shows no directive that does nothing here.
func TestDirectives(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20})
	var got struct {
		Schema struct{ Directives []struct{ Name string } } `json:"__schema"`
	}
	b.query(`{ __schema { directives { name } } }`, nil, &got)
	var names []string
	for _, d := range got.Schema.Directives {
		names = append(names, d.Name)
	}
	slices.Sort(names)
	if diff := cmp.Diff([]string{"deprecated", "include", "oneOf", "requires", "skip", "specifiedBy"}, names); diff != "" {
		t.Error(diff)
	}
	if a := b.ask(`{ settings { ... @defer { version } } }`, nil); a.code() != "BAD_USER_INPUT" {
		t.Errorf("@defer: %s", a.Body)
	}
}
