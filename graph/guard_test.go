package graph_test

import (
	"bytes"
	"encoding/json"
	"log"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"

	"autoholdings/holdings/profiles"
	"autoholdings/mockoup"
)

// TestRefusedBodies is not parallel: gqlgen prints to the standard log, which the test reads.
func TestRefusedBodies(t *testing.T) {
	b := setup(t, mockoup.Options{})
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
		"too long": {
			`{"query": "{ settings { version } } #` + canary + strings.Repeat(" ", 4<<20) + `"}`,
			http.StatusRequestEntityTooLarge, "LIMITED",
		},
	} {
		for _, accept := range []string{"application/json", "text/event-stream"} {
			a := b.post(c.body, http.Header{"Accept": {accept}})
			if len(a.Errors) != 1 {
				t.Fatalf("%s, %s: %s", name, accept, a.Body)
			}
			told := a.Errors[0].Extensions
			if a.Status != c.status || told.Code != c.code || told.RequestID == "" || told.RequestID != a.RequestID {
				t.Errorf("%s, %s: status %d, request %s, %+v", name, accept, a.Status, a.RequestID, a.Errors)
			}
			if strings.Contains(a.Body+printed.String()+b.log.String(), canary) {
				t.Errorf("%s, %s: the body is shown: %s %s %s", name, accept, a.Body, &printed, b.log)
			}
		}
	}
}

func TestGraphQLErrorsNameTheRequest(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{})
	for name, c := range map[string]struct{ query, code string }{
		"parse":    {"{ settings {", "BAD_USER_INPUT"},
		"validate": {"{ settings { nothing } }", "BAD_USER_INPUT"},
		"problem":  {"{ portfolios(first: 501) { totalCount } }", "BAD_USER_INPUT"},
		"too much": {"{ collections(first: 500) { nodes { portfolios(first: 500) { nodes { title } } } } }", "LIMITED"},
	} {
		a := b.ask(c.query, nil)
		if a.code() != c.code || a.Errors[0].Extensions.RequestID != a.RequestID {
			t.Errorf("%s: %s", name, a.Body)
		}
	}
}

// A query that goes round between things that list each other grows with each round, though it names few fields.
func TestRoundsCountForWhatTheyAnswer(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{})
	rounds := func(n int) string {
		return "{ profiles { nodes { " + strings.Repeat("groups { profiles { ", n) + "id" + strings.Repeat(" } }", n) + " } } }"
	}
	if a := b.ask(rounds(2), nil); len(a.Errors) != 0 {
		t.Errorf("two rounds: %+v", a.Errors)
	}
	if a := b.ask(rounds(12), nil); a.code() != "LIMITED" {
		t.Errorf("twelve rounds: %+v", a.Errors)
	}
	everything := `{ portfolios(first: 500) { totalCount pageInfo { endCursor } nodes {
		id title titleId printIdentifier onlineIdentifier url publicationType available accessible listedByProvider
		collection { id name communityZoneCollection { communityZoneId } } availableFor { id name } lockedFields
		coverage { from to fromVolume fromIssue toVolume toIssue embargo kind profiles { id name } }
		poLines { nodes { number main } } license { code } entitlements { active profile { name } coverage { text } } } } }`
	if a := b.ask(everything, nil); len(a.Errors) != 0 {
		t.Errorf("a whole page with all that belongs to it: %+v", a.Errors)
	}
}

// Two requests with one idempotency key at the same moment make one profile and one job, whichever comes first.
func TestCreateProfileTwiceAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t, mockoup.Options{})
	yes := true
	_, err := b.profiles.UpdateSettings(t.Context(), profiles.SettingsChange{MultiCampus: &yes})
	must(t, err)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			a := b.ask(`mutation { createProfile(input: {customerNumber: "demo", apiKey: "k", active: true, runNow: true, idempotencyKey: "once"}) {
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
	profiles, err := b.store.Read.Profile.Query().Count(t.Context())
	must(t, err)
	queued, err := b.store.Read.Job.Query().Count(t.Context())
	must(t, err)
	if profiles != 1 || queued != 1 {
		t.Errorf("%d profiles and %d jobs", profiles, queued)
	}
}
