package door_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"autoholdings/internal/access"
	"autoholdings/internal/door"
	"autoholdings/internal/store"
	"autoholdings/internal/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// password is that of everybody in the tests.
const password = "correct horse battery"

// house is a server behind a door, with a database of its own. What is behind the door answers with who asks.
type house struct {
	t      *testing.T
	store  *store.Store
	access *access.Service
	door   *door.Door
	server *httptest.Server
	log    *logged
}

type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// seen is what the server behind the door knows of a request.
type seen struct {
	Known         bool
	Kind, Name    string
	Scopes        string
	Address, Peer string
}

// build opens a house. change is applied to the door's options, which have access control.
func build(t *testing.T, change func(*door.Options)) *house {
	t.Helper()
	h := &house{t: t, store: storetest.Open(t), log: &logged{}}
	log := slog.New(slog.NewTextHandler(h.log, nil))
	h.access = access.New(access.Options{Store: h.store, Logger: log})
	t.Cleanup(func() { must(t, h.access.Close()) })
	options := door.Options{Access: h.access, Logger: log}
	if change != nil {
		change(&options)
	}
	var err error
	h.door, err = door.New(options)
	must(t, err)
	h.server = httptest.NewServer(h.door.Wrap(http.HandlerFunc(h.inside)))
	t.Cleanup(h.server.Close)
	t.Cleanup(func() { h.hasNoSecret() })
	return h
}

func (h *house) inside(w http.ResponseWriter, r *http.Request) {
	p, known := access.From(r.Context())
	_ = json.NewEncoder(w).Encode(seen{known, string(p.Kind), p.Name, p.Scopes.String(), access.Address(r.Context()), r.RemoteAddr})
}

// hasNoSecret checks that the log shows neither passwords nor tokens.
func (h *house) hasNoSecret() {
	h.t.Helper()
	text := h.log.String()
	if strings.Contains(text, password) || access.TokenPattern.MatchString(text) {
		h.t.Errorf("the log shows a secret:\n%s", text)
	}
}

// token makes a token with scopes.
func (h *house) token(name string, scopes ...access.Scope) string {
	h.t.Helper()
	made, err := h.access.CreateToken(h.t.Context(), access.TokenInput{Name: name, Scopes: scopes})
	must(h.t, err)
	return made.Secret
}

// person adds somebody with the password.
func (h *house) person(name string, scopes ...access.Scope) int64 {
	h.t.Helper()
	row, err := h.access.AddPerson(h.t.Context(), access.PersonInput{Name: name, Password: password, Scopes: scopes})
	must(h.t, err)
	return row.ID
}

// change runs a statement on the database.
func (h *house) change(statement string, arguments ...any) {
	h.t.Helper()
	must(h.t, h.store.Write(h.t.Context(), func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.SQL.ExecContext(ctx, statement, arguments...)
		return err
	}))
}

// ask is a request. Fields that are not set are left out.
type ask struct {
	method, path, host string
	header             map[string]string
	cookies            []*http.Cookie
	form               url.Values
}

// answer is what comes back; nothing is followed.
type answer struct {
	*http.Response
	body string
}

func (h *house) ask(a ask) answer {
	h.t.Helper()
	var body io.Reader
	if a.form != nil {
		a.method, body = http.MethodPost, strings.NewReader(a.form.Encode())
	}
	r, err := http.NewRequestWithContext(h.t.Context(), a.method, h.server.URL+a.path, body)
	must(h.t, err)
	r.Host = a.host
	if a.form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for name, value := range a.header {
		r.Header.Set(name, value)
	}
	for _, c := range a.cookies {
		r.AddCookie(c)
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	must(h.t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	must(h.t, err)
	return answer{response, string(text)}
}

// get asks for a path with headers NAME, VALUE, ….
func (h *house) get(path string, headers ...string) answer {
	h.t.Helper()
	return h.ask(ask{path: path, header: pairs(headers)})
}

func pairs(words []string) map[string]string {
	m := map[string]string{}
	for i := 0; i+1 < len(words); i += 2 {
		m[words[i]] = words[i+1]
	}
	return m
}

// whom reads what the server behind the door saw.
func (a answer) whom(t testing.TB) (s seen) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.body), &s); err != nil || a.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s", a.Status, a.body)
	}
	return s
}

// code is the error's code; "" for an answer that is none.
func (a answer) code() string {
	var errors struct {
		Errors []struct {
			Message    string
			Extensions struct{ Code, RequestID string }
		}
	}
	if json.Unmarshal([]byte(a.body), &errors) != nil || len(errors.Errors) != 1 || errors.Errors[0].Message == "" ||
		errors.Errors[0].Extensions.RequestID == "" {
		return ""
	}
	return errors.Errors[0].Extensions.Code
}

func (a answer) cookie(name string) *http.Cookie {
	for _, c := range a.Cookies() {
		if c.Name == name {
			return c
		}
	}
	return nil
}

const cookieName = "autoholdings"

// signIn signs in and returns the cookie.
func (h *house) signIn(name string, cookies ...*http.Cookie) *http.Cookie {
	h.t.Helper()
	a := h.ask(ask{path: "/login", form: url.Values{"name": {name}, "password": {password}}, cookies: cookies})
	c := a.cookie(cookieName)
	if a.StatusCode != http.StatusSeeOther || c == nil {
		h.t.Fatalf("sign in: %s %s", a.Status, a.body)
	}
	return c
}

func (h *house) with(path string, cookies ...*http.Cookie) answer {
	h.t.Helper()
	return h.ask(ask{path: path, cookies: cookies})
}
