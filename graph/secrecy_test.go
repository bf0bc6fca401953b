package graph_test

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"autoholdings/graph/model"
	"autoholdings/internal/canarytest"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

// The keys that must show nowhere: the provider knows the first, and refuses the second.
const (
	canaryKey = "canary-k3y/with+signs=Zq7"
	refused   = "canary-r3fused/with+signs=Xw9"
)

// hush checks that no text shows a key.
func hush(t testing.TB, where, text string) {
	t.Helper()
	canarytest.Keys{canaryKey, refused}.Hush(t, where, text)
}

// eavesdropper keeps every answer that the API gives.
type eavesdropper struct {
	mutex sync.Mutex
	heard bytes.Buffer
}

func (e *eavesdropper) on(api *httptest.Server) {
	next := api.Client().Transport
	api.Client().Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
		response, err := next.RoundTrip(r)
		if err != nil {
			return nil, err
		}
		e.mutex.Lock()
		defer e.mutex.Unlock()
		if err := response.Header.Write(&e.heard); err != nil {
			return nil, err
		}
		response.Body = struct {
			io.Reader
			io.Closer
		}{io.TeeReader(response.Body, &e.heard), response.Body}
		return response, nil
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestKeyIsSecret: the API key given to createProfile and updateProfile is in no answer, log line, row or file,
// whatever goes right or wrong with it. It does not run beside other tests, since it listens to the process's log.
func TestKeyIsSecret(t *testing.T) {
	var processLog logBuffer
	log.SetOutput(&processLog)
	t.Cleanup(func() { log.SetOutput(os.Stderr) })
	b := setup(t, mockoup.Options{Titles: 60, Customers: []mockoup.Customer{{Number: "canary", Key: canaryKey}}}).work()
	var spy eavesdropper
	spy.on(b.api)

	b.wrongWithKey()
	p := b.done("createProfile", input{"customerNumber": "canary", "apiKey": canaryKey, "active": true, "runNow": true})
	if job := b.waitFor(p.Job.ID); job.Verdict != jobs.VerdictChanged {
		t.Fatalf("%s %s: %s", job.State, job.Verdict, job.Summary)
	}
	b.faultsWithKey(p.Profile.ID)
	b.done("updateProfile", input{"profileId": p.Profile.ID, "apiKey": refused})
	last := b.done("runProfile", input{"profileId": p.Profile.ID}).Job
	if job := b.waitFor(last.ID); job.ErrorCode != "CREDENTIALS_REFUSED" {
		t.Fatalf("%s %s: %s", job.State, job.ErrorCode, job.ErrorMessage)
	}
	b.readEverything(t)

	hush(t, "an answer", spy.heard.String())
	hush(t, "the log", b.log.String())
	hush(t, "the process's log", processLog.String())
	b.searchDatabase(t)
	if b.log.String() == "" || !strings.Contains(spy.heard.String(), p.Profile.APIKeyFingerprint) {
		t.Error("the test heard nothing")
	}
}

// wrongWithKey makes mistakes with the key in hand.
func (b *testBundle) wrongWithKey() {
	b.t.Helper()
	for _, in := range []input{
		{"customerNumber": "", "apiKey": canaryKey},
		{"customerNumber": "canary", "apiKey": canaryKey + " "},
		{"customerNumber": "canary", "apiKey": canaryKey + "é"},
		{"customerNumber": "canary", "apiKey": strings.Repeat(canaryKey, 30)},
		{"customerNumber": "canary", "apiKey": canaryKey, "runNow": true},
		{"customerNumber": "canary", "apiKey": canaryKey, "groupIds": []string{"garbage"}},
	} {
		if p := b.mutate("createProfile", in); len(p.UserErrors) == 0 {
			b.t.Errorf("%v is no mistake", in)
		}
	}
	for _, in := range []input{
		{"customerNumber": "", "apiKey": canaryKey},
		{"apiKey": canaryKey},
		{"customerNumber": "canary", "apiKey": canaryKey + " "},
		{"profileId": "garbage", "apiKey": canaryKey},
	} {
		if p := b.mutate("testProfileConnection", in); len(p.UserErrors) == 0 {
			b.t.Errorf("%v is no mistake", in)
		}
	}
	b.wrongLiterals()
	b.wrongVariables()
}

// wrongLiterals writes the key into queries that are wrong.
func (b *testBundle) wrongLiterals() {
	b.t.Helper()
	literal := fmt.Sprintf("%q", canaryKey)
	for _, query := range []string{
		`mutation { createProfile(input: {customerNumber: "canary", apiKey: ` + literal + `, colour: "red"}) { profile { id } } }`,
		`mutation { createProfile(input: {customerNumber: 5, apiKey: ` + literal + `}) { profile { id } } }`,
		`mutation { createProfile(input: {customerNumber: "canary", apiKey: [` + literal + `]}) { profile { id } } }`,
		`mutation { createProfile(input: {customerNumber: "canary", apiKey: ` + literal + `, active: "yes"}) { profile { id } } }`,
		`mutation { createProfile(input: {customerNumber: "canary", apiKey: ` + literal + `}) { profile { apiKey } } }`,
		`mutation { createProfile(input: {customerNumber: "canary", apiKey: ` + literal + `}) { profile { id } }`,
		`{ profiles { nodes { apiKey } } }`,
	} {
		if a := b.ask(query, nil); len(a.Errors) == 0 {
			b.t.Errorf("%s: %s", query, a.Body)
		}
	}
}

// wrongVariables sends the key in variables that are wrong, over each transport.
func (b *testBundle) wrongVariables() {
	b.t.Helper()
	mutation := `mutation($in: CreateProfileInput!) { createProfile(input: $in) { profile { id } } }`
	for _, in := range []any{
		input{"customerNumber": "canary", "apiKey": []string{canaryKey}},
		input{"customerNumber": "canary", "apiKey": input{"key": canaryKey}},
		input{"customerNumber": "canary", "apiKey": canaryKey, "active": "yes"},
		input{"customerNumber": "canary", "apiKey": canaryKey, "fileFormat": "CSV"},
		canaryKey,
		[]string{canaryKey},
	} {
		if a := b.ask(mutation, map[string]any{"in": in}); len(a.Errors) == 0 {
			b.t.Errorf("%v: %s", in, a.Body)
		}
	}
	for _, header := range []http.Header{nil, {"Accept": {"text/event-stream"}}} {
		for _, body := range []string{
			`{"query": "mutation { x }", "variables": {"in": {"apiKey": "` + canaryKey + `"}`, `{"query": 5, "variables": {"in": {"apiKey": "` +
				canaryKey + `"}}}`,
		} {
			if a := b.post(body, header); a.Status != http.StatusBadRequest {
				b.t.Errorf("%d %s", a.Status, a.Body)
			}
		}
	}
	c := b.connect()
	b.tell(c, message{
		ID: "1", Type: "subscribe",
		Payload: operation(mutation, map[string]any{"in": input{"customerNumber": 5, "apiKey": canaryKey, "active": "yes"}}),
	})
	m := b.hear(c)
	if m.Type != "error" {
		b.t.Errorf("%+v", m)
	}
	hush(b.t, "a WebSocket's answer", string(m.Payload))
}

// faultsWithKey lets the provider fail in each way that shows what was asked of it, or something else.
func (b *testBundle) faultsWithKey(profile string) {
	b.t.Helper()
	for _, kind := range []string{"unauthorized", "forbidden", "html", "json-error", "server-error", "reset", "truncated", "half"} {
		must(b.t, b.mock.SetFault(mockoup.Fault{Kind: kind}))
		job := b.done("runProfile", input{"profileId": profile}).Job
		if b.waitFor(job.ID).State == jobs.NeedsReview {
			b.done("rejectJob", input{"jobId": job.ID})
		}
		b.mock.ClearFaults()
	}
}

// readEverything asks for every field of everything that there is, profiles and jobs above all.
func (b *testBundle) readEverything(t *testing.T) {
	t.Helper()
	schema := contract(t)
	ctx := t.Context()
	var ids []string
	for _, p := range b.store.Read.Profile.Query().IDsX(ctx) {
		ids = append(ids, model.ID(model.ProfileType, p))
	}
	for _, j := range b.store.Read.Job.Query().IDsX(ctx) {
		ids = append(ids, model.ID(model.JobType, j))
	}
	for _, f := range b.store.Read.ProviderFile.Query().IDsX(ctx) {
		ids = append(ids, model.ID(model.ProviderFileType, f))
	}
	for _, id := range ids {
		typeName, _, err := model.ParseID(id)
		must(t, err)
		b.query(fmt.Sprintf(`query($id: ID!) { node(id: $id) { ... on %s %s } }`, typeName, everyField(schema, typeName, 2)),
			map[string]any{"id": id}, new(any))
	}
	for _, part := range []string{"findings", "changes"} {
		for _, j := range b.store.Read.Job.Query().IDsX(ctx) {
			b.query(fmt.Sprintf(`query($id: ID!) { job(id: $id) { %s(first: 500) { nodes %s } } }`, part,
				everyField(schema, map[string]string{"findings": "JobFinding", "changes": "JobChange"}[part], 0)),
				map[string]any{"id": model.ID(model.JobType, j)}, new(any))
		}
	}
}

// searchDatabase reads all that the installation has written: the database with its log, and the kept lists.
func (b *testBundle) searchDatabase(t *testing.T) {
	t.Helper()
	files := 0
	must(t, filepath.WalkDir(b.dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		hush(t, filepath.Base(path), string(content))
		files++
		return err
	}))
	if files < 3 {
		t.Errorf("the installation has %d files", files)
	}
}
