package graph_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"

	"autoholdings/graph/model"
	"autoholdings/internal/access"
	"autoholdings/internal/schematest"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

// as lets every request be a principal's, as the door before the API does.
func as(p access.Principal, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.WithContext(access.WithAddress(access.With(r.Context(), p), "192.0.2.7")))
	})
}

// become lets the requests from now on be a principal's. It returns what ends that.
func (b *testBundle) become(p access.Principal) (back func()) {
	before := b.api
	b.api = httptest.NewServer(as(p, b.handler))
	b.t.Cleanup(b.api.Close)
	return func() { b.api = before }
}

func withScopes(scopes ...access.Scope) access.Principal {
	return access.Principal{Kind: access.ByToken, ID: 1, Name: "a program", Scopes: scopes}
}

// TestScopes: each root field is for those who have its scope, and for nobody else. A new field without a scope, or with
// another than the schema says, fails.
func TestScopes(t *testing.T) {
	t.Parallel()
	b, schema := setup(t, mockoup.Options{Titles: 20}), contract(t)
	everybody := [][]access.Scope{
		nil, {access.Read}, {access.Operate}, {access.Curate}, {access.Configure}, {access.Admin}, {access.Operate, access.Curate},
	}
	for _, field := range schematest.RootFields(schema) {
		name := field.Definition.Name
		needed := access.Scope(field.Requires())
		if needed == "" {
			t.Errorf("%s has no @requires", name)
			continue
		}
		query, variables := field.Operation()
		for _, scopes := range everybody {
			back := b.become(withScopes(scopes...))
			a := b.askOver(field.Kind, query, variables)
			back()
			forbidden := strings.Contains(a, `"FORBIDDEN"`)
			if allowed := access.Scopes(scopes).Has(needed); allowed == forbidden || strings.Contains(a, "UNAUTHENTICATED") {
				t.Errorf("%s needs %s: one with %v was answered %s", name, needed, scopes, a)
			}
		}
	}
}

// askOver sends an operation in the way of its kind, and returns the answer as it came; of a subscription the first event.
func (b *testBundle) askOver(kind ast.Operation, query string, variables map[string]any) string {
	b.t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	must(b.t, err)
	if kind != ast.Subscription {
		return b.post(string(body), http.Header{}).Body
	}
	ctx, leave := context.WithCancel(b.t.Context())
	defer leave() // it may have no end
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, b.api.URL+"/graphql", strings.NewReader(string(body)))
	must(b.t, err)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "text/event-stream")
	response, err := b.api.Client().Do(request)
	must(b.t, err)
	defer response.Body.Close()
	lines := bufio.NewScanner(response.Body)
	for lines.Scan() {
		if strings.Contains(lines.Text(), `"data"`) || strings.Contains(lines.Text(), `"errors"`) {
			break
		}
	}
	return lines.Text()
}

// TestNobody: a request that the door says nothing of is refused, whatever it asks for.
func TestNobody(t *testing.T) {
	t.Parallel()
	b, schema := setup(t, mockoup.Options{Titles: 20}), contract(t)
	b.api = httptest.NewServer(b.handler)
	t.Cleanup(b.api.Close)
	before := b.saved()
	for _, field := range schematest.RootFields(schema) {
		query, variables := field.Operation()
		if a := b.askOver(field.Kind, query, variables); !strings.Contains(a, `"UNAUTHENTICATED"`) {
			t.Errorf("%s: %s", field.Definition.Name, a)
		}
	}
	if b.saved() != before {
		t.Error("something was changed")
	}
}

// TestRunNow: who may change profiles and not run them saves one without running it.
func TestRunNow(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20})
	defer b.become(withScopes(access.Configure))()
	const create = `mutation($in: CreateProfileInput!) { createProfile(input: $in) { profile { id } job { id } userErrors { message } } }`
	in := input{"customerNumber": "demo", "apiKey": "demo-key", "active": true, "runNow": true}
	a := b.ask(create, input{"in": in})
	if a.code() != "FORBIDDEN" || !strings.Contains(a.Body, "operate") || !strings.Contains(a.Body, "runNow") {
		t.Errorf("%s", a.Body)
	}
	if n := b.store.Read.Profile.Query().CountX(t.Context()); n != 0 {
		t.Errorf("%d profiles were made", n)
	}
	in["runNow"] = false
	saved := b.done("createProfile", in)
	if saved.Job != nil {
		t.Errorf("%+v", saved.Job)
	}
	defer b.become(withScopes(access.Configure, access.Operate))()
	if p := b.done("updateProfile", input{"profileId": saved.Profile.ID, "runNow": true}); p.Job == nil {
		t.Error("it was not run")
	}
}

// TestNodesOfAdmins: what only administrators may list, only they may read by its id.
func TestNodesOfAdmins(t *testing.T) {
	t.Parallel()
	c := setupCatalogue(t)
	ids := c.someIDs()
	back := c.become(withScopes(access.Read, access.Operate, access.Curate, access.Configure))
	defer back()
	for typeName, id := range ids {
		a := c.ask(`query($id: ID!) { node(id: $id) { id } }`, map[string]any{"id": id})
		admins := slices.Contains([]string{"AccessToken", "Person", "AuditEntry", "ProviderFile"}, typeName)
		if got := a.code() == "FORBIDDEN"; got != admins {
			t.Errorf("%s: %s", typeName, a.Body)
		}
	}
}

// TestAccessTokens: a token's secret is shown once and stored nowhere; it lets its bearer in until it is revoked.
func TestAccessTokens(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20})
	made := b.done("createAccessToken", input{"name": "nightly", "scopes": []string{"OPERATE", "READ"}, "expiresAt": "2999-01-01T00:00:00Z"})
	token := made.AccessToken
	if !strings.HasPrefix(*made.Secret, token.Start) || len(token.Start) > 12 || token.CreatedBy != "anybody" {
		t.Errorf("%+v %s", token, *made.Secret)
	}
	if diff := cmp.Diff([]string{"READ", "OPERATE"}, token.Scopes); diff != "" {
		t.Error(diff)
	}
	for _, row := range b.store.Read.AuditEntry.Query().AllX(t.Context()) {
		if strings.Contains(string(row.Input)+string(row.Changed), *made.Secret) {
			t.Error("the audit has the secret")
		}
	}
	if row := b.store.Read.AccessToken.Query().OnlyX(t.Context()); strings.Contains(row.String()+row.Hash, *made.Secret) {
		t.Error("the row has the secret")
	}
	p, err := b.access.ByToken(t.Context(), *made.Secret)
	must(t, err)
	if p.Name != "nightly" || !p.Scopes.Has(access.Operate) || p.Scopes.Has(access.Curate) || p.Scopes.Has(access.Admin) {
		t.Errorf("%+v", p)
	}
	b.refused("createAccessToken", input{"name": "nightly", "scopes": []string{"READ"}}, "CONFLICT input.name")
	b.refused("createAccessToken", input{"name": " \n", "scopes": []string{}}, "BAD_USER_INPUT input.name", "BAD_USER_INPUT input.scopes")
	b.refused("createAccessToken", input{"name": "late", "scopes": []string{"READ"}, "expiresAt": "2001-01-01T00:00:00Z"},
		"BAD_USER_INPUT input.expiresAt")
	b.refused("revokeAccessToken", input{"tokenId": model.ID(model.AccessTokenType, 9)}, "NOT_FOUND input.tokenId")
	b.refused("revokeAccessToken", input{"tokenId": "x"}, "BAD_USER_INPUT input.tokenId")
	if revoked := b.done("revokeAccessToken", input{"tokenId": token.ID}); revoked.AccessToken.RevokedAt == nil {
		t.Errorf("%+v", revoked.AccessToken)
	}
	if _, err := b.access.ByToken(t.Context(), *made.Secret); err != access.ErrRevoked {
		t.Error(err)
	}
	b.done("createAccessToken", input{"name": "nightly", "scopes": []string{"READ"}}) // the name is free again
}

// audited is an entry of the audit as the API shows it.
type audited struct {
	Actor     struct{ Kind, Name string }
	Action    string
	Input     *string
	Changed   []struct{ Type, How string }
	Address   *string
	RequestID *string
}

func (b *testBundle) audit(filter map[string]any) []audited {
	b.t.Helper()
	var got struct {
		AuditEntries struct {
			TotalCount int
			Nodes      []audited
		}
	}
	b.query(`query($f: AuditEntryFilter) { auditEntries(filter: $f) { totalCount
		nodes { actor { kind name } action input changed { type how } address requestId } } }`, map[string]any{"f": filter}, &got)
	if got.AuditEntries.TotalCount != len(got.AuditEntries.Nodes) {
		b.t.Errorf("%d entries are counted, %d listed", got.AuditEntries.TotalCount, len(got.AuditEntries.Nodes))
	}
	return got.AuditEntries.Nodes
}

// TestAudit: what is changed is recorded with who did it, in the same transaction, and without secrets; what is refused
// is not.
func TestAudit(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20})
	back := b.become(access.Principal{Kind: access.ByPerson, ID: 17, Name: "Ada", Scopes: access.Scopes{access.Admin}})
	b.done("createProfile", input{"customerNumber": "demo", "apiKey": "s3cret-k3y", "active": false})
	b.refused("createProfile", input{"customerNumber": "", "apiKey": "s3cret-k3y"}, "BAD_USER_INPUT input.customerNumber", "ONE_PROFILE_ONLY")
	b.done("createLicense", input{"code": "L1"})
	back()
	entries := b.audit(map[string]any{"actorId": model.ID(model.PersonType, 17)})
	if len(entries) != 2 || entries[0].Action != "createLicense" || entries[1].Action != "createProfile" {
		t.Fatalf("%+v", entries)
	}
	for _, e := range entries {
		if e.Actor.Kind != "PERSON" || e.Actor.Name != "Ada" || *e.Address != "192.0.2.7" || e.RequestID == nil {
			t.Errorf("%+v", e)
		}
	}
	isNew := func(c struct{ Type, How string }) bool { return c.Type+c.How == "ProfileCREATED" }
	if made := entries[1].Changed; !slices.ContainsFunc(made, isNew) {
		t.Errorf("%+v", made)
	}
	var in map[string]any
	must(t, json.Unmarshal([]byte(*entries[1].Input), &in))
	if in["customerNumber"] != "demo" || in["apiKey"] != "(not recorded)" || strings.Contains(*entries[1].Input, "s3cret") {
		t.Error(*entries[1].Input)
	}
	b.exportsAudit()
	if a, _ := b.upload("name=list.txt", []byte(shortList), nil); a.Status != http.StatusCreated {
		t.Fatal(a.Body)
	}
	uploads := b.audit(map[string]any{"action": "upload"})
	if len(uploads) != 1 || !strings.Contains(*uploads[0].Input, "list.txt") || uploads[0].RequestID == nil {
		t.Errorf("%+v", uploads)
	}
	b.done("createAccessToken", input{"name": "greedy", "scopes": slices.Repeat([]string{"ADMIN"}, 9000)})
	tokens := b.audit(map[string]any{"action": "createAccessToken"})
	if len(tokens) != 1 || !strings.Contains(*tokens[0].Input, "greedy") || !strings.Contains(*tokens[0].Input, "bytes)") {
		t.Errorf("%+v", tokens)
	}
	if a := b.ask(`{ auditEntries(filter: {since: "yesterday"}) { nodes { id } } }`, nil); a.code() != "BAD_USER_INPUT" ||
		!strings.Contains(a.Body, "RFC 3339") || strings.Contains(b.log.String(), "level=ERROR") {
		t.Error(a.Body)
	}
	if n := len(b.audit(map[string]any{"action": "createLicense", "since": "2999-01-01T00:00:00Z"})); n != 0 {
		t.Errorf("%d entries of times to come", n)
	}
	if a := b.ask(`{ auditEntries(filter: {actorId: "x"}) { totalCount } }`, nil); a.code() != "BAD_USER_INPUT" {
		t.Error(a.Body)
	}
}

// exportsAudit checks the audit as a file: its entries, those between two moments, and that only administrators have it.
func (b *testBundle) exportsAudit() {
	b.t.Helper()
	get := func(query string) *answer {
		b.t.Helper()
		request, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.api.URL+"/audit.tsv"+query, nil)
		must(b.t, err)
		return b.send(request)
	}
	whole := get("")
	lines := strings.Split(strings.TrimSpace(whole.Body), "\n")
	if whole.Status != http.StatusOK || !strings.Contains(lines[0], "actor_kind\tactor\taction") ||
		!strings.Contains(whole.Body, "\tPERSON\tAda\tcreateLicense\t") || strings.Contains(whole.Body, "s3cret") {
		b.t.Error(whole.Status, whole.Body)
	}
	if none := get("?since=2999-01-01T00:00:00Z"); none.Status != http.StatusOK || strings.Contains(none.Body, "createLicense") {
		b.t.Error(none.Status, none.Body)
	}
	for _, wrong := range []string{"?since=yesterday", "?from=2027-01-01T00:00:00Z"} {
		if a := get(wrong); a.Status != http.StatusBadRequest || a.code() != "BAD_USER_INPUT" {
			b.t.Error(wrong, a.Status, a.Body)
		}
	}
	back := b.become(withScopes(access.Configure))
	defer back()
	if a := get(""); a.code() != "FORBIDDEN" {
		b.t.Error(a.Status, a.Body)
	}
}

// TestWhoStartedAndDecided: a job says who started it and who decided on it.
func TestWhoStartedAndDecided(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{Titles: 20}) // nobody works: the job stays queued
	p := b.done("createProfile", input{"customerNumber": "demo", "apiKey": "demo-key", "active": true})
	back := b.become(access.Principal{Kind: access.ByToken, ID: 3, Name: "nightly", Scopes: access.Scopes{access.Operate}})
	job := b.done("runProfile", input{"profileId": p.Profile.ID}).Job
	back()
	back = b.become(access.Principal{Kind: access.ByPerson, ID: 4, Name: "Ada", Scopes: access.Scopes{access.Operate}})
	b.done("cancelJob", input{"jobId": job.ID})
	back()
	var got struct {
		Job struct {
			State                string
			StartedBy, DecidedBy *struct{ Kind, Name string }
		}
	}
	b.query(`query($id: ID!) { job(id: $id) { state startedBy { kind name } decidedBy { kind name } } }`, map[string]any{"id": job.ID}, &got)
	j := got.Job
	if j.State != jobs.Cancelled || j.StartedBy.Kind+j.StartedBy.Name != "TOKENnightly" || j.DecidedBy.Kind+j.DecidedBy.Name != "PERSONAda" {
		t.Errorf("%+v %+v %+v", j, j.StartedBy, j.DecidedBy)
	}
}
