package graph_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"autoholdings/graph"
	"autoholdings/graph/generated"
	"autoholdings/internal/access"
	"autoholdings/mockoup"
)

// FuzzDocument: whatever a client sends is answered in bounded time, and never as a fault of the server. Documents begin
// as valid ones made from the schema, as bombs, and as broken ones; mutate says how they are changed further.
func FuzzDocument(f *testing.F) {
	b := setup(f, mockoup.Options{Titles: 30})
	handler := as(access.Anybody, graph.NewHandler(graph.Options{
		Library: b.library, Jobs: b.jobs, Store: b.store, Access: b.access, Logger: b.logger, Limits: graph.Limits{QueryTime: 10 * time.Second},
	}))
	schema := generated.NewExecutableSchema(generated.Config{}).Schema()
	for i, document := range documentsOf(schema) {
		for how := range mutations {
			f.Add(document, `{"id": "1", "input": {"name": "x"}}`, uint8(how), uint16(i*31+how))
		}
	}
	for _, bomb := range bombs() {
		f.Add(bomb.document, `{}`, uint8(0), uint16(0))
	}
	for _, broken := range []string{
		"", "{", "}", "query", "{ ...F } fragment F on Query { ...F }", "query($a: [[ID!]!]! = {a: $b}) @x { a: b(c: [{d: $e}]) @y }",
		"subscription { jobUpdated(id: 1) { id } }", "\x00", "{ a(b: \"\xff\") }", `{ a(b: """`, "query A { a } query A { b } query { c }", "#",
	} {
		f.Add(broken, `{"a": [null, {"b": 1e999}]}`, uint8(1), uint16(3))
	}
	f.Fuzz(func(t *testing.T, document, variables string, how uint8, where uint16) {
		document = mutations[int(how)%len(mutations)](document, int(where))
		if strings.Contains(document, "mutation") && strings.Contains(document, "estProfileConnection") {
			return // asks the provider
		}
		given := json.RawMessage(variables)
		if !json.Valid(given) {
			given = json.RawMessage("null")
		}
		body, err := json.Marshal(map[string]any{"query": document, "variables": given})
		must(t, err)
		begun := time.Now()
		w := httptest.NewRecorder()
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", bytes.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		handler.ServeHTTP(w, r)
		text, err := io.ReadAll(w.Body)
		must(t, err)
		if w.Code >= http.StatusInternalServerError || bytes.Contains(text, []byte(`"code":"INTERNAL","requestId"`)) || !json.Valid(text) {
			t.Errorf("%d: %.500s\n%s", w.Code, text, b.log)
		}
		if took := time.Since(begun); took > 15*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}

// FuzzUpload: whatever is uploaded, under whatever name and as whatever it says that it is, is kept or refused with a
// reason, and leaves nothing half done.
func FuzzUpload(f *testing.F) {
	b := setup(f, mockoup.Options{Titles: 30})
	handler := as(access.Anybody, graph.NewHandler(graph.Options{
		Library: b.library, Jobs: b.jobs, Store: b.store, Access: b.access, Logger: b.logger,
	}))
	list := []byte("publication_title\tprint_identifier\ttitle_id\nBrain\t0006-8950\tbrain\n")
	var packed, archive bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, err := w.Write(list)
	must(f, errors.Join(err, w.Close()))
	z := zip.NewWriter(&archive)
	member, err := z.Create("../list.txt")
	must(f, err)
	_, err = member.Write(list)
	must(f, errors.Join(err, z.Close()))
	for _, body := range [][]byte{
		nil, list, packed.Bytes(), archive.Bytes(), packed.Bytes()[:20], archive.Bytes()[:40], append(packed.Bytes(), packed.Bytes()...),
		utf16LE(string(list)), []byte("%PDF-1.4"), []byte("<html><title>Sign in</title>"), []byte(`{"error": "no"}`),
		bytes.Repeat([]byte("\x00"), 999),
	} {
		for i, query := range []string{"", "name=list.txt&content=BOOKS", "name=%00%ff..%2F", "content=x", "name=a&name=b", "%zz", "more=1"} {
			f.Add(query, "text/plain", []string{"", "gzip", "br"}[i%3], body)
		}
	}
	f.Add("name=x", "multipart/form-data; boundary=x", "identity", []byte("--x\r\n\r\n--x--"))
	f.Fuzz(func(t *testing.T, query, contentType, encoding string, body []byte) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/files", bytes.NewReader(body))
		r.URL.RawQuery = query
		r.Header.Set("Content-Type", contentType)
		r.Header.Set("Content-Encoding", encoding)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		text, kept := w.Body.Bytes(), w.Code == http.StatusCreated
		if w.Code >= http.StatusInternalServerError || !json.Valid(text) || kept == bytes.Contains(text, []byte("errors")) {
			t.Errorf("%d: %.500s\n%s", w.Code, text, b.log)
		}
		left, err := filepath.Glob(filepath.Join(b.dir, "files", "spool", "*"))
		must(t, err)
		if len(left) > 0 {
			t.Errorf("it leaves %v", left)
		}
	})
}

// mutations change a document at a place.
var mutations = []func(document string, at int) string{
	func(d string, _ int) string { return d },
	func(d string, at int) string { return d[:at%(len(d)+1)] },                                         // cut off
	func(d string, at int) string { return d[:at%(len(d)+1)] + "}" + d[at%(len(d)+1):] },               // one too many
	func(d string, at int) string { return d[:at%(len(d)+1)] + " ...F " + d[at%(len(d)+1):] },          // unknown
	func(d string, at int) string { return d + " fragment F on Query { " + d + " }" },                  // nested
	func(d string, at int) string { return strings.Repeat(d, at%9) },                                   // repeated
	func(d string, at int) string { return swapped(d, at) },                                            // one word for another
	func(d string, at int) string { return strings.Replace(d, "(", "(first: "+fmt.Sprint(at)+" ", 1) }, // another argument
}

// swapped exchanges two words.
func swapped(document string, at int) string {
	words := strings.Fields(document)
	if len(words) > 1 {
		i, j := at%len(words), (at/7)%len(words)
		words[i], words[j] = words[j], words[i]
	}
	return strings.Join(words, " ")
}

// documentsOf are operations of each root field, with all that it holds.
func documentsOf(schema *ast.Schema) (documents []string) {
	for kind, root := range map[string]*ast.Definition{"query": schema.Query, "mutation": schema.Mutation} {
		for _, field := range root.Fields {
			if strings.HasPrefix(field.Name, "__") {
				continue
			}
			var variables, arguments []string
			for _, a := range field.Arguments {
				if a.Type.NonNull && a.DefaultValue == nil {
					variables = append(variables, fmt.Sprintf("$%s: %s", a.Name, a.Type))
					arguments = append(arguments, fmt.Sprintf("%s: $%s", a.Name, a.Name))
				}
			}
			document := kind
			if len(variables) > 0 {
				document += "(" + strings.Join(variables, ", ") + ")"
			}
			document += " { " + field.Name
			if len(arguments) > 0 {
				document += "(" + strings.Join(arguments, ", ") + ")"
			}
			documents = append(documents, document+fieldsOf(schema, field, 2)+" }")
		}
	}
	slices.Sort(documents)
	return documents
}

func fieldsOf(schema *ast.Schema, field *ast.FieldDefinition, depth int) string {
	held := schema.Types[field.Type.Name()]
	if !held.IsCompositeType() {
		return ""
	}
	text := " { __typename"
	for _, of := range held.Fields {
		required := slices.ContainsFunc(of.Arguments, func(a *ast.ArgumentDefinition) bool { return a.Type.NonNull && a.DefaultValue == nil })
		if !required && (depth > 0 || schema.Types[of.Type.Name()].IsLeafType()) {
			text += " " + of.Name + fieldsOf(schema, of, depth-1)
		}
	}
	return text + " }"
}
