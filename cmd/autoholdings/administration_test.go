package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/mockoup"
)

// administrationDoc is the walk-through whose calls TestAdministration makes.
const administrationDoc = "../../docs/administration.md"

// TestAdministration walks through docs/administration.md from top to bottom, as a new administrator would: it makes
// each call that stands there and compares the answer with the one that stands there. Each part (a heading of the
// second level) begins with an installation and a provider of its own.
//
// UPDATE_DOCS=1 writes the answers into the page instead of comparing them.
func TestAdministration(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(administrationDoc)
	if err != nil {
		t.Fatal(err)
	}
	update := os.Getenv("UPDATE_DOCS") != ""
	parts := strings.SplitAfter(string(text), "\n## ")
	for i, part := range parts[1:] {
		title, _, _ := strings.Cut(part, "\n")
		t.Run(title, func(t *testing.T) { parts[i+1] = newWalk(t).through(part, update) })
	}
	if update {
		if err := os.WriteFile(administrationDoc, []byte(strings.Join(parts, "")), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// walk is an administrator on the way.
type walk struct {
	*server
	mock  *mockoup.TestServer
	names map[string]string // what the page calls an id, and the id
}

func newWalk(t *testing.T) *walk {
	mock := mockoup.NewServer(t, mockoup.Options{Titles: 2000, Customers: []mockoup.Customer{
		{Number: "north", Key: "north-key", Share: 0.6},
		{Number: "south", Key: "south-key", Share: 0.5},
		{Number: "law", Key: "law-key", Share: 0.3},
	}})
	s := serve(t, "--data-dir", t.TempDir(), "--oup-url", mock.URL, "--oup-allow-insecure")
	return &walk{server: s, mock: mock, names: map[string]string{}}
}

// fence is a block of the page: its language, and what stands in it.
var fence = regexp.MustCompile("(?ms)^```([a-z]+)\n(.*?)^```\n")

// through makes the calls of a part in their order and returns the part with the answers there were.
func (w *walk) through(part string, update bool) string {
	w.t.Helper()
	blocks := fence.FindAllStringSubmatchIndex(part, -1)
	var walked strings.Builder
	last := 0
	for i, b := range blocks {
		language, body := part[b[2]:b[3]], part[b[4]:b[5]]
		switch language {
		case "sh":
			w.curl(body)
		case "graphql":
			if i+1 == len(blocks) || part[blocks[i+1][2]:blocks[i+1][3]] != "json" {
				w.t.Fatalf("the page shows no answer to\n%s", body)
			}
			answer, next := w.ask(body), blocks[i+1]
			if !update {
				if diff := cmp.Diff(part[next[4]:next[5]], answer); diff != "" {
					w.t.Fatalf("the page says otherwise (-page +answer):\n%s\nto\n%s", diff, body)
				}
				continue
			}
			walked.WriteString(part[last:next[4]] + answer)
			last = next[5]
		}
	}
	return walked.String() + part[last:]
}

// toMock is what the page asks of the mock provider.
var toMock = regexp.MustCompile(`(?m)^curl -X (PUT|POST|DELETE) (?:-d '([^']*)' )?127\.0\.0\.1:8081(/_mock/\S+)$`)

func (w *walk) curl(script string) {
	w.t.Helper()
	for _, call := range toMock.FindAllStringSubmatch(script, -1) {
		request, err := http.NewRequestWithContext(w.t.Context(), call[1], w.mock.URL+call[3], strings.NewReader(call[2]))
		if err != nil {
			w.t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			w.t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode >= http.StatusBadRequest {
			w.t.Fatalf("%s: %s", call[0], response.Status)
		}
	}
}

// named is where the page gives an id a name: "# JOB_ID is runProfile.job.id".
var named = regexp.MustCompile(`(?m)^# ([A-Z_]+_ID) is (\S+)$`)

// ask makes a call and returns its answer as the page shows it. Where the answer names a job, it waits for the job.
func (w *walk) ask(query string) string {
	w.t.Helper()
	sent := query
	for name, id := range w.names {
		sent = strings.ReplaceAll(sent, `"`+name+`"`, `"`+id+`"`)
	}
	var answer json.RawMessage
	w.do(sent, nil, &answer)
	value := parse(w.t, json.NewDecoder(bytes.NewReader(answer)))
	for _, n := range named.FindAllStringSubmatch(query, -1) {
		id, ok := at(value, strings.Split(n[2], ".")).(string)
		if !ok {
			w.t.Fatalf("there is no %s in the answer %s to\n%s", n[2], answer, query)
		}
		w.names[n[1]] = id
		if strings.HasSuffix(n[1], "JOB_ID") {
			w.wait(id)
		}
	}
	shown := show(value, 0)
	for name, id := range w.names {
		shown = strings.ReplaceAll(shown, `"`+id+`"`, `"`+name+`"`)
	}
	return shown + "\n"
}

// member is a field of an answer's object; the fields of an object stand in the order of the query.
type member struct {
	name  string
	value any
}

// parse reads one value: a []member, a []any, a text, a number, true, false or nil.
func parse(t testing.TB, d *json.Decoder) any {
	t.Helper()
	token, err := d.Token()
	if err != nil {
		t.Fatal(err)
	}
	switch token {
	case json.Delim('{'):
		object := []member{}
		for d.More() {
			name, _ := parse(t, d).(string)
			object = append(object, member{name, parse(t, d)})
		}
		_, _ = d.Token() // the closing brace
		return object
	case json.Delim('['):
		list := []any{}
		for d.More() {
			list = append(list, parse(t, d))
		}
		_, _ = d.Token() // the closing bracket
		return list
	default:
		return token
	}
}

// at is what stands in an answer under a path; a number is a place in a list.
func at(value any, path []string) any {
	for _, step := range path {
		switch v := value.(type) {
		case []member:
			i := slices.IndexFunc(v, func(m member) bool { return m.name == step })
			if i < 0 {
				return nil
			}
			value = v[i].value
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(v) {
				return nil
			}
			value = v[i]
		default:
			return nil
		}
	}
	return value
}

// width is how long a line of an answer may become.
const width = 120

// show writes a value as JSON, in one line where that fits.
func show(value any, depth int) string {
	if line := oneLine(value); len(line)+2*depth <= width {
		return line
	}
	indent := "\n" + strings.Repeat("  ", depth)
	return write(value, ","+indent+"  ", indent, func(v any) string { return show(v, depth+1) })
}

func oneLine(value any) string { return write(value, ", ", "", oneLine) }

// write writes a value whose parts inner writes; around stands about the parts of an object or a list, with two blanks
// more before the first.
func write(value any, between, around string, inner func(any) string) string {
	var items []string
	before := ""
	if around != "" {
		before = around + "  "
	}
	switch v := value.(type) {
	case []member:
		for _, m := range v {
			items = append(items, strconv.Quote(m.name)+": "+inner(m.value))
		}
		return "{" + before + strings.Join(items, between) + around + "}"
	case []any:
		for _, item := range v {
			items = append(items, inner(item))
		}
		return "[" + before + strings.Join(items, between) + around + "]"
	default:
		var b bytes.Buffer
		encoder := json.NewEncoder(&b)
		encoder.SetEscapeHTML(false)
		_ = encoder.Encode(v) // a text, a number, true, false or null: cannot fail
		return strings.TrimSuffix(b.String(), "\n")
	}
}
