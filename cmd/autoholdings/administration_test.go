package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"autoholdings/mockoup"
)

// TestAdministration walks through docs/administration.md from top to bottom, as a new administrator would.
func TestAdministration(t *testing.T) {
	t.Parallel()
	walkPage(t, "../../docs/administration.md", func(string) bool { return true })
}

// TestAPITasks does the tasks of docs/api.md.
func TestAPITasks(t *testing.T) {
	t.Parallel()
	walkPage(t, "../../docs/api.md", func(title string) bool { return title == "Tasks" })
}

// walkPage makes each call that stands on a page and compares the answer with the one that stands there. Each part (a heading of the
// second level) that is wanted begins with an installation and a provider of its own.
//
// UPDATE_DOCS=1 writes the answers into the page instead of comparing them.
func walkPage(t *testing.T, page string, wanted func(title string) bool) {
	t.Helper()
	update, walked := os.Getenv("UPDATE_DOCS") != "", 0
	parts := strings.SplitAfter(readText(t, page), "\n## ")
	for i, part := range parts[1:] {
		title, _, _ := strings.Cut(part, "\n")
		if !wanted(title) {
			continue
		}
		walked++
		t.Run(title, func(t *testing.T) { parts[i+1] = newWalk(t).through(part, update) })
	}
	if walked == 0 {
		t.Errorf("%s has no such part", page)
	}
	if update {
		must(t, os.WriteFile(page, []byte(strings.Join(parts, "")), 0o600))
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
	yesterday := time.Now().Add(-24 * time.Hour).UTC().Format(time.RFC3339)
	return &walk{server: s, mock: mock, names: map[string]string{"YESTERDAY": yesterday}}
}

// block is a block of code on a page.
type block struct {
	language, body string
	from, to       int // where the body stands
}

// fence is a block with its language, after which "variables" may stand: those of the call before.
var fence = regexp.MustCompile("(?ms)^```([a-z]+(?: variables)?)\n(.*?)^```\n")

func blocksOf(part string) (blocks []block) {
	for _, m := range fence.FindAllStringSubmatchIndex(part, -1) {
		blocks = append(blocks, block{part[m[2]:m[3]], part[m[4]:m[5]], m[4], m[5]})
	}
	return append(blocks, block{}) // so that there always is a next one
}

// through makes the calls of a part in their order and returns the part with the answers there were.
func (w *walk) through(part string, update bool) string {
	w.t.Helper()
	var walked strings.Builder
	last := 0
	for rest := blocksOf(part); len(rest) > 1; rest = rest[1:] {
		call, variables, wants := rest[0], "{}", "json"
		var answer string
		switch {
		case call.language == "sh" && rest[1].language != "text":
			w.curl(call.body)
			continue
		case call.language == "sh":
			answer, wants = w.download(call.body), "text"
		case call.language == "graphql":
			if rest[1].language == "json variables" {
				rest, variables = rest[1:], rest[1].body
			}
			answer = w.ask(call.body, variables)
		default:
			continue
		}
		shown := rest[1]
		if shown.language != wants {
			w.t.Fatalf("the page shows no answer to\n%s", call.body)
		}
		if !update {
			if diff := cmp.Diff(shown.body, answer); diff != "" {
				w.t.Fatalf("the page says otherwise (-page +answer):\n%s\nto\n%s", diff, call.body)
			}
			continue
		}
		walked.WriteString(part[last:shown.from] + answer)
		last = shown.to
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

// toServer is a download of which the page shows the first lines.
var toServer = regexp.MustCompile(`^curl -s '127\.0\.0\.1:8080(/\S+)' \| head -n (\d+)\n$`)

// download returns the first lines of a file.
func (w *walk) download(script string) string {
	w.t.Helper()
	call := toServer.FindStringSubmatch(script)
	if call == nil {
		w.t.Fatalf("this is not understood: %s", script)
	}
	request, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, w.api.url+w.withIDs(call[1]), nil)
	must(w.t, err)
	response, err := http.DefaultClient.Do(request)
	must(w.t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	must(w.t, err)
	if response.StatusCode != http.StatusOK {
		w.t.Fatalf("%s%s: %s", script, response.Status, text)
	}
	n, err := strconv.Atoi(call[2])
	must(w.t, err)
	lines := strings.SplitAfter(string(text), "\n")
	return strings.Join(lines[:min(n, len(lines))], "")
}

// aName is what may be the name of an id.
var aName = regexp.MustCompile(`[A-Z]+(?:_[A-Z]+)*`)

// withIDs has the ids in place of their names.
func (w *walk) withIDs(text string) string {
	return aName.ReplaceAllStringFunc(text, func(name string) string {
		if id, ok := w.names[name]; ok {
			return id
		}
		return name
	})
}

// named is where the page gives an id a name: "# JOB_ID is runProfile.job.id".
var named = regexp.MustCompile(`(?m)^# ([A-Z]+(?:_[A-Z]+)*) is (\S+)$`)

// ask makes a call and returns its answer as the page shows it, of a subscription the last one. Where the answer names a job, it waits
// for the job.
func (w *walk) ask(query, variables string) string {
	w.t.Helper()
	sent := query
	for name, id := range w.names {
		sent = strings.ReplaceAll(sent, `"`+name+`"`, `"`+id+`"`)
		variables = strings.ReplaceAll(variables, `"`+name+`"`, `"`+id+`"`)
	}
	var given map[string]any
	must(w.t, json.Unmarshal([]byte(variables), &given))
	var answer json.RawMessage
	if strings.HasPrefix(query, "subscription") {
		for event := range w.listen(query, given) {
			answer = event
		}
	} else {
		w.do(sent, given, &answer)
	}
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
