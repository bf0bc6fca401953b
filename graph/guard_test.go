package graph_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"

	"autoholdings/graph"
	"autoholdings/holdings"
	"autoholdings/internal/secret"
	"autoholdings/internal/store"
	"autoholdings/jobs"
	"autoholdings/oup"
)

// guarded is the API on an empty installation whose jobs are queued and never run.
type guarded struct {
	t        *testing.T
	url      string
	store    *store.Store
	holdings *holdings.Service
	log      *bytes.Buffer
}

func setupGuarded(t *testing.T) *guarded {
	t.Helper()
	dir, logged := t.TempDir(), &bytes.Buffer{}
	db, err := store.Open(t.Context(), store.Options{DataDir: dir})
	must(t, err)
	box, err := secret.Open(dir)
	must(t, err)
	domain := holdings.New(db, box)
	queue, err := jobs.StartEmbedded()
	must(t, err)
	fetcher, err := oup.NewFetcher(oup.Options{Template: oup.DefaultTemplate("http://127.0.0.1:1"), Dir: dir, AllowHTTP: true, AllowPrivate: true})
	must(t, err)
	service, err := jobs.New(jobs.Options{Store: db, Holdings: domain, Fetcher: fetcher, Redis: queue.Options()})
	must(t, err)
	server := httptest.NewServer(graph.NewHandler(graph.Options{
		Holdings: domain, Jobs: service, Store: db, Logger: slog.New(slog.NewTextHandler(logged, nil)),
	}))
	t.Cleanup(func() {
		server.Close()
		must(t, service.Close())
		queue.Close()
		must(t, fetcher.Close())
		must(t, db.Close())
	})
	return &guarded{t: t, url: server.URL + "/graphql", store: db, holdings: domain, log: logged}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// answer is what the API says, as far as these tests look at it.
type answer struct {
	Data   json.RawMessage
	Errors []struct {
		Message    string
		Extensions struct{ Code, RequestID string }
	}
}

func (g *guarded) post(body, accept string) (status int, requestID, text string) {
	g.t.Helper()
	request, err := http.NewRequestWithContext(g.t.Context(), http.MethodPost, g.url, strings.NewReader(body))
	must(g.t, err)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", accept)
	response, err := http.DefaultClient.Do(request)
	must(g.t, err)
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	must(g.t, err)
	return response.StatusCode, response.Header.Get("X-Request-Id"), string(content)
}

func (g *guarded) ask(query string, variables map[string]any) (a answer) {
	g.t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	must(g.t, err)
	_, _, text := g.post(string(body), "application/json")
	must(g.t, json.Unmarshal([]byte(text), &a))
	return a
}

// TestRefusedBodies is not parallel: gqlgen prints to the standard log, which the test reads.
func TestRefusedBodies(t *testing.T) {
	g := setupGuarded(t)
	var printed bytes.Buffer
	log.SetOutput(&printed)
	t.Cleanup(func() { log.SetOutput(os.Stderr) })
	const canary = "canary-key-7319"
	for name, c := range map[string]struct {
		body   string
		status int
		code   string
	}{
		"torn JSON":       {`{"query": "mutation { createProfile(input: {apiKey: \"` + canary + `\"`, http.StatusBadRequest, "BAD_USER_INPUT"},
		"wrong variables": {`{"query": "{ settings { version } }", "variables": "` + canary + `"}`, http.StatusBadRequest, "BAD_USER_INPUT"},
		"nothing":         {"", http.StatusBadRequest, "BAD_USER_INPUT"},
		"too long":        {`{"query": "{ settings { version } } #` + canary + strings.Repeat(" ", 1<<20) + `"}`, http.StatusRequestEntityTooLarge, "LIMITED"},
	} {
		for _, accept := range []string{"application/json", "text/event-stream"} {
			status, requestID, text := g.post(c.body, accept)
			var a answer
			if err := json.Unmarshal([]byte(text), &a); err != nil || len(a.Errors) != 1 {
				t.Fatalf("%s, %s: %q, %v", name, accept, text, err)
			}
			e := a.Errors[0]
			if status != c.status || e.Extensions.Code != c.code || e.Extensions.RequestID == "" || e.Extensions.RequestID != requestID {
				t.Errorf("%s, %s: status %d, request %s, %+v", name, accept, status, requestID, e)
			}
			if strings.Contains(text+printed.String()+g.log.String(), canary) {
				t.Errorf("%s, %s: the body is shown: %s %s %s", name, accept, text, &printed, g.log)
			}
		}
	}
}

func TestGraphQLErrorsNameTheRequest(t *testing.T) {
	t.Parallel()
	g := setupGuarded(t)
	for name, c := range map[string]struct{ query, code string }{
		"parse":    {"{ settings {", "BAD_USER_INPUT"},
		"validate": {"{ settings { nothing } }", "BAD_USER_INPUT"},
		"problem":  {"{ portfolios(first: 501) { totalCount } }", "BAD_USER_INPUT"},
		"too much": {"{ collections(first: 500) { nodes { portfolios(first: 500) { nodes { title } } } } }", "LIMITED"},
	} {
		a := g.ask(c.query, nil)
		if len(a.Errors) == 0 || a.Errors[0].Extensions.Code != c.code || a.Errors[0].Extensions.RequestID == "" {
			t.Errorf("%s: %+v", name, a.Errors)
		}
	}
}

// A query that goes round between things that list each other grows with each round, though it names few fields.
func TestRoundsCountForWhatTheyAnswer(t *testing.T) {
	t.Parallel()
	g := setupGuarded(t)
	rounds := func(n int) string {
		return "{ profiles { nodes { " + strings.Repeat("groups { profiles { ", n) + "id" + strings.Repeat(" } }", n) + " } } }"
	}
	if a := g.ask(rounds(2), nil); len(a.Errors) != 0 {
		t.Errorf("two rounds: %+v", a.Errors)
	}
	if a := g.ask(rounds(12), nil); len(a.Errors) == 0 || a.Errors[0].Extensions.Code != "LIMITED" {
		t.Errorf("twelve rounds: %+v", a.Errors)
	}
	everything := `{ portfolios(first: 500) { totalCount pageInfo { endCursor } nodes {
		id title titleId printIdentifier onlineIdentifier url publicationType available accessible listedByProvider
		collection { id name communityZoneCollection { communityZoneId } } availableFor { id name } lockedFields
		coverage { from to fromVolume fromIssue toVolume toIssue embargo kind profiles { id name } }
		poLines { number main } license { code } entitlements { active profile { name } coverage { text } } } } }`
	if a := g.ask(everything, nil); len(a.Errors) != 0 {
		t.Errorf("a whole page with all that belongs to it: %+v", a.Errors)
	}
}

// Two requests with one idempotency key at the same moment make one profile and one job, whichever comes first.
func TestCreateProfileTwiceAtOnce(t *testing.T) {
	t.Parallel()
	g := setupGuarded(t)
	yes := true
	_, err := g.holdings.UpdateSettings(t.Context(), holdings.SettingsChange{MultiCampus: &yes})
	must(t, err)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			a := g.ask(`mutation { createProfile(input: {customerNumber: "demo", apiKey: "k", active: true, runNow: true, idempotencyKey: "once"}) {
				profile { id } job { id } userErrors { code path } } }`, nil)
			var got struct {
				CreateProfile struct {
					Profile, Job *struct{ ID string }
					UserErrors   []struct {
						Code string
						Path []string
					}
				}
			}
			if err := json.Unmarshal(a.Data, &got); err != nil || len(a.Errors) > 0 {
				t.Errorf("%v %+v", err, a.Errors)
				return
			}
			made := got.CreateProfile
			switch {
			case len(made.UserErrors) == 0 && made.Profile != nil && made.Job != nil:
			case len(made.UserErrors) == 1 && made.UserErrors[0].Code == "CONFLICT" && made.UserErrors[0].Path[1] == "idempotencyKey":
			default:
				t.Errorf("%s", a.Data)
			}
		})
	}
	group.Wait()
	profiles, err := g.store.Read.Profile.Query().Count(context.WithoutCancel(t.Context()))
	must(t, err)
	queued, err := g.store.Read.Job.Query().Count(t.Context())
	must(t, err)
	if profiles != 1 || queued != 1 {
		t.Errorf("%d profiles and %d jobs", profiles, queued)
	}
}
