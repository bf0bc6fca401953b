package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
	"github.com/vektah/gqlparser/v2/ast"

	"autoholdings/graph/generated"
	"autoholdings/internal/access"
	"autoholdings/internal/schematest"
	"autoholdings/internal/store"
)

// fieldNeeds says what each root field needs. A field without a row fails TestMatrix, as one does whose @requires says
// something else.
var fieldNeeds = map[access.Scope][]string{
	access.Read: {
		"node", "nodes", "settings", "inventoryGroups", "communityZoneCollections", "communityZoneTitles", "collections", "collection",
		"changes", "portfolios", "portfolio", "access", "poLines", "licenses", "collectionSets", "portfolioSets", "pairingDecisions",
		"poLinesNotListed", "portfoliosWithoutPoLine", "portfoliosKeptWithoutReason", "portfoliosOfClosedOrders", "portfolioFacets",
		"profiles", "profile", "jobs", "job", "scheduledJobs", "jobTypes", "kbartRules", "errorCodes", "viewer", "jobUpdated",
		"jobsChanged", "worklist",
		"worklistCounts", "worklistPeople", "worklistChanged",
	},
	access.Operate: {
		"importCollection", "importCommunityZoneTitles", "movePortfolioInformation", "withdrawProfile", "runProfile", "cancelJob",
		"approveJob", "rejectJob", "undoJob", "runScheduledJob",
	},
	access.Curate: {
		"updatePortfolio", "removePortfolio", "judgeRefusedRow", "restorePortfolio", "createPoLine", "updatePoLine", "deletePoLine",
		"importPoLines", "importLicenses", "changePoLines", "changeLicenses", "createPortfolios",
		"createPortfolio", "carryOver", "decidePairings", "takeBackPairing", "changePortfolios", "importFromAlma", "createPortfolioSet",
		"updatePortfolioSet", "deletePortfolioSet", "createLicense", "updateLicense", "deleteLicense", "assignWorklistItems",
		"markWorklistItems",
	},
	access.Configure: {
		"updateSettings", "createInventoryGroup", "updateInventoryGroup", "deleteInventoryGroup", "activateCollection", "createCollection",
		"updateCollection", "deactivateCollection", "deleteCollection", "createCollectionSet", "updateCollectionSet", "deleteCollectionSet",
		"createProfile", "updateProfile", "deleteProfile", "changeProfileGroups", "testProfileConnection", "enableScheduledJob",
		"disableScheduledJob",
	},
	access.Admin: {
		"providerFiles", "accessTokens", "people", "auditEntries", "createAccessToken", "revokeAccessToken", "addPerson", "updatePerson",
		"removePerson", "endSessions",
	},
}

// pathNeeds says what each path needs; "": nothing. internal/door's TestTable fails where the server has a path that its
// table does not have, and this one where the table says something else than this.
var pathNeeds = map[string]access.Scope{
	"GET /healthz": "", "GET /readyz": "", "GET /login": "", "GET /setup": "", "GET /auth/style.css": "",
	"GET /": access.Read, "GET /console/titles": access.Read, "GET /graphiql/": access.Read,
	"GET /graphiql/start.js": access.Read, "GET /graphiql/index.html": access.Read, "GET /metrics": access.Read,
	"GET /jobs/x/report.tsv": access.Read, "GET /jobs/x/report.json": access.Read, "GET /collections/x/kbart.txt": access.Read,
	"GET /reconciliation/po-lines-not-listed.tsv": access.Read, "GET /reconciliation/portfolios-without-po-line.tsv": access.Read,
	"GET /reconciliation/portfolios-kept-without-reason.tsv": access.Read,
	"GET /pairing-decisions.tsv":                             access.Read,
	"GET /reconciliation/portfolios-of-closed-orders.tsv":    access.Read,
	"GET /local-values.csv":                                  access.Read,
	"GET /access?identifier=x":                               access.Read,
	"POST /access":                                           access.Read,
	"GET /changes.tsv":                                       access.Read,
	"GET /changes.atom":                                      access.Read,
	"POST /files?name=x":                                     access.Operate,
	"GET /provider-files/x":                                  access.Admin,
	"GET /audit.tsv":                                         access.Admin,
	"GET /nobody/thought/of":                                 access.Admin, "PUT /graphql/x": access.Admin, "DELETE /files": access.Admin,
}

// visitor is somebody who asks, with what he sends and may do.
type visitor struct {
	name            string
	bearer, cookie  string
	foreign         bool // a page of another site sends it
	scopes          access.Scopes
	known, badToken bool
}

// header is what a visitor sends with each request.
func (v visitor) header() http.Header {
	header := http.Header{}
	if v.bearer != "" {
		header.Set("Authorization", "Bearer "+v.bearer)
	}
	if v.cookie != "" {
		header.Set("Cookie", "autoholdings="+v.cookie)
	}
	if v.foreign {
		header.Set("Origin", "https://evil.example")
		header.Set("Sec-Fetch-Site", "cross-site")
	}
	return header
}

// expects is the code that a visitor is refused with where a scope is needed; "": he is let in.
func (v visitor) expects(needed access.Scope) string {
	switch {
	case v.foreign:
		return "FORBIDDEN"
	case !v.known:
		return "UNAUTHENTICATED"
	case !v.scopes.Has(needed):
		return "FORBIDDEN"
	default:
		return ""
	}
}

// matrix is a server with visitors of all kinds.
type matrix struct {
	t        *testing.T
	dir, url string
	schema   *ast.Schema
	visitors []visitor
	answers  bytes.Buffer // all that the server said
	log      *safeBuffer  // the server's
	close    func()       // the server and its database
	secrets  []string     // what must stand neither in these nor in the database
}

// newMatrix makes tokens and sessions, and lets some of them end.
func newMatrix(t *testing.T) *matrix {
	t.Helper()
	cfg := deployed(t).config
	m := &matrix{
		t: t, dir: t.TempDir(), log: &safeBuffer{}, schema: generated.NewExecutableSchema(generated.Config{}).Schema(),
		secrets: []string{adminPassword, canaryKey},
	}
	cfg.DataDir, cfg.Log = m.dir, slog.New(slog.NewTextHandler(m.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	cfg.Serving = serving{Access: accessControlled}
	a, err := openApp(t.Context(), cfg, true)
	must(t, err)
	server := httptest.NewServer(a.handler())
	m.url = server.URL
	m.close = sync.OnceFunc(func() { server.Close(); must(t, a.Close()) })
	t.Cleanup(m.close)
	ctx := access.With(t.Context(), access.Principal{Kind: access.ByCommand, Name: "test", Scopes: access.Scopes{access.Admin}})
	token := func(name string, scopes ...access.Scope) string {
		made, err := a.access.CreateToken(ctx, access.TokenInput{Name: name, Scopes: scopes})
		must(t, err)
		m.secrets = append(m.secrets, made.Secret)
		return made.Secret
	}
	session := func(name string, scopes ...access.Scope) string {
		_, err := a.access.AddPerson(ctx, access.PersonInput{Name: name, Password: adminPassword, Scopes: scopes})
		must(t, err)
		cookie, _, err := a.access.SignIn(ctx, name, adminPassword, access.Browser{})
		must(t, err)
		m.secrets = append(m.secrets, cookie)
		return cookie
	}
	admin, person, all := token("admin", access.Admin), session("Ada", access.Admin), access.Scopes{access.Admin}
	m.visitors = []visitor{
		{name: "nobody"},
		{name: "an unknown token", bearer: "autoh_" + strings.Repeat("x", 43), badToken: true},
		{name: "an expired token", bearer: token("expired", access.Admin), badToken: true},
		{name: "a revoked token", bearer: token("revoked", access.Admin), badToken: true},
		{name: "a session that has ended", cookie: session("Bob", access.Admin)},
		{name: "a session of somebody who was disabled", cookie: session("Cyd", access.Admin)},
		{name: "a page elsewhere with an administrator's session", cookie: person, foreign: true, known: true, scopes: all},
		{name: "a page elsewhere with an administrator's token", bearer: admin, foreign: true, known: true, scopes: all},
		{name: "an administrator's session", cookie: person, known: true, scopes: all},
		{name: "a reader's session", cookie: session("Dan", access.Read), known: true, scopes: access.Scopes{access.Read}},
	}
	for _, scope := range access.AllScopes {
		m.visitors = append(m.visitors, visitor{
			name: "a token to " + string(scope), bearer: token(string(scope)+" alone", scope), known: true, scopes: access.Scopes{scope},
		})
	}
	must(t, a.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		for _, statement := range []string{
			`UPDATE access_tokens SET expires_at = 1 WHERE name = 'expired'`, `UPDATE access_tokens SET revoked_at = 1 WHERE name = 'revoked'`,
			`UPDATE sessions SET expires_at = 1 WHERE person_id = (SELECT id FROM people WHERE name = 'Bob')`,
			`UPDATE people SET disabled = TRUE WHERE name = 'Cyd'`,
		} {
			if _, err := tx.SQL.ExecContext(ctx, statement); err != nil {
				return err
			}
		}
		return nil
	}))
	m.saveKey(visitor{bearer: admin})
	return m
}

// send returns the status and the code of a refusal. An answer that never ends is read until it says something.
func (m *matrix) send(v visitor, method, path, body string, header ...string) (status int, code, text string) {
	m.t.Helper()
	ctx, cancel := context.WithTimeout(m.t.Context(), 20*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, m.url+path, strings.NewReader(body))
	must(m.t, err)
	r.Header = v.header()
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	answer, err := http.DefaultTransport.RoundTrip(r)
	must(m.t, err)
	defer answer.Body.Close()
	said, err := readAnswer(answer)
	must(m.t, err)
	must(m.t, answer.Header.Write(&m.answers))
	m.answers.Write(said)
	return answer.StatusCode, refusalIn(said), string(said)
}

// readAnswer reads an answer; of a stream of events, which may have no end, up to the first that says something.
func readAnswer(answer *http.Response) (said []byte, err error) {
	body := io.LimitReader(answer.Body, 1<<20)
	if answer.Header.Get("Content-Type") != "text/event-stream" {
		return io.ReadAll(body)
	}
	lines := bufio.NewScanner(body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if said = append(said, lines.Text()+"\n"...); strings.HasPrefix(lines.Text(), "data:") {
			break
		}
	}
	return said, lines.Err()
}

// refusalIn is the code by which an answer says that somebody was not let in; "": by none.
func refusalIn(answer []byte) string {
	for _, code := range []string{"UNAUTHENTICATED", "FORBIDDEN"} {
		if bytes.Contains(answer, []byte(`"`+code+`"`)) {
			return code
		}
	}
	return ""
}

// TestMatrix: each root field by each transport, and each path, for everybody: without a credential, with one that has
// ended, with each scope, with a session, and from a page of another site.
//
// No API key, password, token or cookie is in an answer, in the log, or in the database as it is.
func TestMatrix(t *testing.T) {
	t.Parallel()
	m := newMatrix(t)
	fields := schematest.RootFields(m.schema)
	needs := map[string]access.Scope{}
	for scope, names := range fieldNeeds {
		for _, name := range names {
			needs[name] = scope
		}
	}
	for _, field := range fields {
		name := field.Definition.Name
		if needed, ok := needs[name]; !ok || field.Requires() != string(needed) {
			t.Errorf("%s: its row says %q, and its @requires %q", name, needed, field.Requires())
		}
		delete(needs, name)
	}
	if len(needs) > 0 {
		t.Errorf("these rows are of fields that are not there: %v", needs)
	}
	for _, v := range m.visitors {
		for name, way := range map[string]func(visitor, schematest.Field) (code, text string, ok bool){
			"POST": m.byPost, "application/graphql": m.byDocument, "GET": m.byAddress, "events": m.byEvents,
		} {
			for _, field := range fields {
				needed := access.Scope(field.Requires())
				if code, text, ok := way(v, field); ok && code != v.expects(needed) {
					t.Errorf("%s by %s of %s, who should get %q: %s", field.Definition.Name, name, v.name, v.expects(needed), text)
				}
			}
		}
		m.bySocket(v, fields)
		m.paths(v)
	}
	m.showsNoSecret()
}

// saveKey makes a profile, so that there is an API key that could show.
func (m *matrix) saveKey(admin visitor) {
	m.t.Helper()
	body, err := json.Marshal(map[string]any{
		"query":     `mutation($key: String!) { createProfile(input: {customerNumber: "x", apiKey: $key}) { profile { id } } }`,
		"variables": map[string]string{"key": canaryKey},
	})
	must(m.t, err)
	_, _, text := m.send(admin, http.MethodPost, "/graphql", string(body), "Content-Type", "application/json")
	if !strings.Contains(text, `"id"`) {
		m.t.Fatal(text)
	}
}

func (m *matrix) showsNoSecret() {
	m.t.Helper()
	m.close()
	seen := map[string]string{"an answer": m.answers.String(), "the log": m.log.String()}
	files, err := filepath.Glob(filepath.Join(m.dir, store.FileName+"*"))
	must(m.t, err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		must(m.t, err)
		seen[filepath.Base(file)] = string(text)
	}
	for where, text := range seen {
		if len(text) < 1000 {
			m.t.Errorf("%s says next to nothing: %q", where, text)
		}
		for _, secret := range m.secrets {
			if strings.Contains(text, secret) {
				m.t.Errorf("%s shows %q", where, secret)
			}
		}
	}
}

func (m *matrix) byPost(v visitor, field schematest.Field) (code, text string, ok bool) {
	document, variables := field.Operation()
	body, err := json.Marshal(map[string]any{"query": document, "variables": variables})
	must(m.t, err)
	accept := "application/json"
	if field.Kind == ast.Subscription {
		return "", "", false // it has no end by this transport
	}
	_, code, text = m.send(v, http.MethodPost, "/graphql", string(body), "Content-Type", "application/json", "Accept", accept)
	return code, text, true
}

// byDocument sends the document alone, which can have no variables.
func (m *matrix) byDocument(v visitor, field schematest.Field) (code, text string, ok bool) {
	document, variables := field.Operation()
	if len(variables) > 0 || field.Kind == ast.Subscription {
		return "", "", false
	}
	_, code, text = m.send(v, http.MethodPost, "/graphql", document, "Content-Type", "application/graphql")
	return code, text, true
}

// byAddress sends all by GET. Whoever is let in is told that only queries come that way.
func (m *matrix) byAddress(v visitor, field schematest.Field) (code, text string, ok bool) {
	document, variables := field.Operation()
	inJSON, err := json.Marshal(variables)
	must(m.t, err)
	status, code, text := m.send(v, http.MethodGet, "/graphql?"+url.Values{"query": {document}, "variables": {string(inJSON)}}.Encode(), "")
	if field.Kind != ast.Query && v.expects(access.Read) == "" {
		if status < 400 {
			m.t.Errorf("%s is answered by GET: %d %s", field.Definition.Name, status, text)
		}
		return "", "", false
	}
	return code, text, true
}

func (m *matrix) byEvents(v visitor, field schematest.Field) (code, text string, ok bool) {
	document, variables := field.Operation()
	body, err := json.Marshal(map[string]any{"query": document, "variables": variables})
	must(m.t, err)
	_, code, text = m.send(v, http.MethodPost, "/graphql", string(body), "Content-Type", "application/json", "Accept", "text/event-stream")
	return code, text, true
}

// bySocket asks for all fields over one WebSocket, if the visitor gets one.
func (m *matrix) bySocket(v visitor, fields []schematest.Field) {
	m.t.Helper()
	payload, header := map[string]any{}, v.header()
	if v.bearer != "" && !v.foreign {
		header.Del("Authorization")
		payload["Authorization"] = "Bearer " + v.bearer
	}
	c, answer, err := websocket.Dial(m.t.Context(), m.url+"/graphql", &websocket.DialOptions{
		Subprotocols: []string{"graphql-transport-ws"}, HTTPHeader: header,
	})
	if err != nil {
		refused := answer != nil && slices.Contains([]int{http.StatusForbidden, http.StatusUnauthorized}, answer.StatusCode)
		if v.expects(access.Read) == "" || !refused {
			m.t.Errorf("a WebSocket of %s: %v", v.name, err)
		}
		return
	}
	defer func() { _ = c.CloseNow() }()
	must(m.t, wsjson.Write(m.t.Context(), c, map[string]any{"type": "connection_init", "payload": payload}))
	var said struct {
		ID, Type string
		Payload  json.RawMessage
	}
	if err := wsjson.Read(m.t.Context(), c, &said); err != nil || said.Type != "connection_ack" {
		closed := websocket.CloseError{}
		if v.expects(access.Read) == "" || !errors.As(err, &closed) || closed.Code != 4403 {
			m.t.Errorf("a WebSocket of %s: %+v %v", v.name, said, err)
		}
		return
	}
	if v.expects(access.Read) != "" {
		m.t.Errorf("%s has a WebSocket", v.name)
	}
	for _, field := range fields {
		document, variables := field.Operation()
		must(m.t, wsjson.Write(m.t.Context(), c, map[string]any{
			"type": "subscribe", "id": field.Definition.Name, "payload": map[string]any{"query": document, "variables": variables},
		}))
		var text []byte
		for ended := false; !ended; {
			must(m.t, wsjson.Read(m.t.Context(), c, &said))
			if said.ID == field.Definition.Name {
				text = append(text, said.Payload...)
				m.answers.Write(said.Payload)
				ended = said.Type == "complete" || said.Type == "error" || field.Kind == ast.Subscription // which may have no end
			}
		}
		needed := access.Scope(field.Requires())
		if code := refusalIn(text); code != v.expects(needed) {
			m.t.Errorf("%s by WebSocket of %s: %s", field.Definition.Name, v.name, text)
		}
	}
}

// paths asks for all paths.
func (m *matrix) paths(v visitor) {
	m.t.Helper()
	for path, needed := range pathNeeds {
		method, path, _ := strings.Cut(path, " ")
		status, code, text := m.send(v, method, path, "publication_title\n")
		if path == "/metrics" && status == http.StatusOK {
			code = "" // it counts the codes of other answers
		}
		want := v.expects(needed)
		switch changes := method != http.MethodGet; {
		case needed == "" && v.badToken && !v.foreign:
			want = "UNAUTHENTICATED" // a bad token is never passed over in silence
		case needed == "", v.foreign && !changes && path != "/graphql":
			want = m.unforged(v, needed, path)
		}
		failed := status >= http.StatusInternalServerError && path != "/readyz"
		if code != want || (status == http.StatusForbidden) != (want == "FORBIDDEN") || failed {
			m.t.Errorf("%s %s for %s, who should get %q: %d %s", method, path, v.name, want, status, text)
		}
	}
}

// unforged is what is expected where it does not matter which page asks, or only for downloads.
func (m *matrix) unforged(v visitor, needed access.Scope, path string) string {
	downloads := slices.ContainsFunc([]string{
		"/jobs/", "/collections/", "/reconciliation/", "/provider-files/", "/audit.tsv", "/local-values.csv", "/changes.",
		"/pairing-decisions.tsv", "/access",
	},
		func(prefix string) bool { return strings.HasPrefix(path, prefix) })
	switch {
	case needed == "":
		return ""
	case v.foreign && downloads:
		return "FORBIDDEN"
	default:
		v.foreign = false
		return v.expects(needed)
	}
}
