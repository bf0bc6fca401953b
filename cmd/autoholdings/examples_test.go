package main

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"autoholdings/mockoup"
)

const examples = "../../examples"

// example is a client of examples/.
type example struct {
	folder, built string // and a file of it that make examples makes
	command, last []string
	tools         []string
}

// TestExamples: each client does the first session of the README on a server that asks for a token. Without the token, where the
// collection is active already, and where the run fails, it says so and ends with another status than 0.
func TestExamples(t *testing.T) {
	t.Parallel()
	mock := mockoup.NewServer(t, mockoup.Options{Titles: 2000})
	closed := mockoup.NewServer(t, mockoup.Options{Titles: 20})
	must(t, closed.SetFault(mockoup.Fault{Kind: "unauthorized"}))
	for name, e := range map[string]example{
		"Go":        {folder: "go", command: []string{"go", "run", "."}},
		"WebSocket": {folder: "typescript", built: "dist/main.js", command: []string{"node", "dist/main.js"}, last: []string{"ws"}},
		"events":    {folder: "typescript", built: "dist/main.js", command: []string{"node", "dist/main.js"}, last: []string{"sse"}},
		"shell":     {folder: "shell", command: []string{"sh", "first-session.sh"}, tools: []string{"curl", "jq"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e.needed(t)
			g := guard(t, "--data-dir", t.TempDir(), "--oup-url", mock.URL, "--oup-allow-insecure")
			g.becomeAdmin()
			token := g.tokenFor("OPERATE", "CONFIGURE")
			if told, err := e.run(t, g.url, ""); err == nil || !strings.Contains(told, "UNAUTHENTICATED") {
				t.Errorf("without a token: %v\n%s", err, told)
			}
			if told, err := e.run(t, g.url, token); err != nil || !strings.Contains(told, "686 changes, the first: ADD Abstracts in Acoustics") {
				t.Errorf("%v\n%s", err, told)
			}
			if told, err := e.run(t, g.url, token); err == nil || !strings.Contains(told, "ALREADY_ACTIVE") {
				t.Errorf("once more: %v\n%s", err, told)
			}
			open := serve(t, "--data-dir", t.TempDir(), "--oup-url", closed.URL, "--oup-allow-insecure")
			if told, err := e.run(t, open.api.url, ""); err == nil || !strings.Contains(told, "refused the credentials") {
				t.Errorf("the run fails: %v\n%s", err, told)
			}
		})
	}
}

// needed skips a client that cannot run here; in CI that is a failure.
func (e example) needed(t *testing.T) {
	t.Helper()
	for _, tool := range append(e.tools, e.command[0]) {
		installed(t, tool)
	}
	if _, err := os.Stat(filepath.Join(examples, e.folder, e.built)); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("make examples has not built it: %v", err)
		}
		t.Skipf("make examples has not built it: %v", err)
	}
}

// run runs the client and returns what it said.
func (e example) run(t *testing.T, url, token string) (string, error) {
	t.Helper()
	command := slices.Concat(e.command, []string{url}, e.last)
	client := exec.CommandContext(t.Context(), command[0], command[1:]...)
	client.Dir = filepath.Join(examples, e.folder)
	client.Env = append(os.Environ(), "AUTOHOLDINGS_TOKEN="+token)
	told, err := client.CombinedOutput()
	return string(told), err
}

// tokenFor makes a token for a program.
func (g *guarded) tokenFor(scopes ...string) string {
	g.t.Helper()
	const mutation = `mutation($scopes: [AccessScope!]!) { createAccessToken(input: {name: "a program", scopes: $scopes}) { secret } }`
	question, err := json.Marshal(map[string]any{"query": mutation, "variables": map[string]any{"scopes": scopes}})
	must(g.t, err)
	response, text := g.post("/graphql", string(question))
	var answer struct {
		Data struct{ CreateAccessToken struct{ Secret string } }
	}
	must(g.t, json.Unmarshal([]byte(text), &answer))
	if response.StatusCode != http.StatusOK || answer.Data.CreateAccessToken.Secret == "" {
		g.t.Fatalf("%s %s", response.Status, text)
	}
	return answer.Data.CreateAccessToken.Secret
}
