package door

import (
	"embed"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"autoholdings/internal/access"
	"autoholdings/internal/problem"
)

//go:embed pages
var pageFiles embed.FS

var pageTemplate = template.Must(template.ParseFS(pageFiles, "pages/page.html"))

// page is what a page of the sign-in shows.
type page struct {
	Kind     string // login, setup, logout, or told: problems alone
	Title    string
	Problems []shownProblem
	Issuer   string // the host of the library's own sign-in; empty: there is none
	Name     string
	Next     string // where to go then: a path of this server
	Link     string // the secret of the first administrator's link
	Least    int    // characters of a password
}

type shownProblem struct{ Field, Text string } // the field's id; "": all

// maxForm is the largest form, in bytes.
const maxForm = 16 << 10

func (d *Door) newPages() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+loginPath, d.showLogin)
	mux.HandleFunc("POST "+loginPath, d.login)
	mux.HandleFunc("GET "+logoutPath, d.showLogout)
	mux.HandleFunc("POST "+logoutPath, d.logout)
	mux.HandleFunc("GET "+setupPath, d.showSetup)
	mux.HandleFunc("POST "+setupPath, d.setUp)
	mux.HandleFunc("GET "+stylePath, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "max-age=86400")
		http.ServeFileFS(w, r, pageFiles, "pages/style.css")
	})
	mux.HandleFunc("GET "+startPath, d.startAtIssuer)
	mux.HandleFunc("GET "+callbackPath, d.backFromIssuer)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Security-Policy",
			"default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		header.Set("Cache-Control", "no-store")
		header.Set("Cross-Origin-Opener-Policy", "same-origin")
		mux.ServeHTTP(w, r)
	})
}

func (d *Door) show(w http.ResponseWriter, status int, p page) {
	if d.issuer != nil {
		p.Issuer = d.issuer.host
	}
	p.Least = access.MinPassword
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_ = pageTemplate.ExecuteTemplate(w, "page.html", p) // the browser may be gone
}

// tell shows a page that says why something did not work.
func (d *Door) tell(w http.ResponseWriter, status int, text string) {
	d.show(w, status, page{Kind: "told", Title: "Sign in", Problems: []shownProblem{{Text: text}}})
}

// ownPath returns a path of this server, with its query, to go to after the sign-in. Whatever may lead elsewhere becomes /.
func ownPath(next string) string {
	odd := func(r rune) bool { return unicode.IsControl(r) || r == '\\' || r == unicode.ReplacementChar }
	u, err := url.Parse(next)
	if err != nil || len(next) > 2000 || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsFunc(next, odd) ||
		u.IsAbs() || u.Host != "" || u.User != nil {
		return "/"
	}
	if path := u.Path; strings.HasPrefix(path, "//") || strings.Contains(path, `\`) || strings.HasPrefix(path, "/auth/") ||
		slices.Contains([]string{loginPath, logoutPath, setupPath}, path) {
		return "/"
	}
	return u.RequestURI()
}

func (d *Door) showLogin(w http.ResponseWriter, r *http.Request) {
	next := ownPath(r.URL.Query().Get("next"))
	if _, known := access.From(r.Context()); known {
		http.Redirect(w, r, next, http.StatusSeeOther) //nolint:gosec // G710: ownPath
		return
	}
	d.show(w, http.StatusOK, page{Kind: "login", Title: "Sign in", Next: next})
}

// readForm reads a form, or answers why not.
func (d *Door) readForm(w http.ResponseWriter, r *http.Request) bool {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	err := r.ParseForm()
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		d.tell(w, http.StatusRequestEntityTooLarge, "what was sent is too long: shorten it")
		return false
	}
	if err != nil {
		d.tell(w, http.StatusBadRequest, "what was sent is no form: open the page again and send it from there")
		return false
	}
	return true
}

func (d *Door) login(w http.ResponseWriter, r *http.Request) {
	if !d.readForm(w, r) {
		return
	}
	form := page{Kind: "login", Title: "Sign in", Name: r.PostForm.Get("name"), Next: ownPath(r.PostForm.Get("next"))}
	if !d.mayTry(w, r, form) {
		return
	}
	cookie, p, err := d.access.SignIn(r.Context(), form.Name, r.PostForm.Get("password"), browserOf(r))
	if err != nil {
		d.log.InfoContext(r.Context(), "a sign-in failed", "address", r.RemoteAddr)
		d.showProblems(w, r, form, err)
		return
	}
	d.tries.succeeded(access.Address(r.Context()))
	d.signedIn(w, r, cookie, p)
	http.Redirect(w, r, form.Next, http.StatusSeeOther)
}

// mayTry counts a try of the client, or answers that it has to wait.
func (d *Door) mayTry(w http.ResponseWriter, r *http.Request, form page) bool {
	wait := d.tries.begin(access.Address(r.Context()))
	if wait == 0 {
		return true
	}
	seconds := strconv.Itoa(int((wait + time.Second - 1) / time.Second))
	w.Header().Set("Retry-After", seconds)
	form.Problems = []shownProblem{{Text: "too many sign-ins from your address: wait " + seconds + " seconds"}}
	d.show(w, http.StatusTooManyRequests, form)
	return false
}

// browserOf says where somebody signs in.
func browserOf(r *http.Request) access.Browser {
	return access.Browser{Address: access.Address(r.Context()), Name: r.UserAgent()}
}

// signedIn gives the browser the cookie of a session that has begun, and ends the one that it had.
func (d *Door) signedIn(w http.ResponseWriter, r *http.Request, cookie string, p access.Principal) {
	if given, err := d.credentialOf(r); err == nil && given.cookie != "" {
		if err := d.access.SignOut(r.Context(), given.cookie); err != nil {
			d.log.WarnContext(r.Context(), "the session before a sign-in was not ended", "error", err)
		}
	}
	d.log.InfoContext(r.Context(), "signed in", "person", p.ID, "address", r.RemoteAddr)
	d.setCookie(w, sessionCookie, cookie, 0)
}

// showProblems shows a form again with what is wrong, or masks a fault.
func (d *Door) showProblems(w http.ResponseWriter, r *http.Request, form page, err error) {
	found, ok := problem.In(err)
	if !ok {
		d.log.ErrorContext(r.Context(), "a sign-in could not be looked at", "error", err)
		form.Problems = []shownProblem{{Text: "something went wrong here: try again in a moment; the server's log says what"}}
		d.show(w, http.StatusInternalServerError, form)
		return
	}
	status := http.StatusBadRequest
	for _, p := range found {
		field := ""
		if n := len(p.Path); n > 0 {
			field = p.Path[n-1]
		}
		form.Problems = append(form.Problems, shownProblem{field, p.Message})
		if p.Code == problem.Limited {
			status = http.StatusTooManyRequests
		}
	}
	d.show(w, status, form)
}

func (d *Door) showLogout(w http.ResponseWriter, r *http.Request) {
	p, known := access.From(r.Context())
	if !known {
		http.Redirect(w, r, loginPath, http.StatusSeeOther)
		return
	}
	d.show(w, http.StatusOK, page{Kind: "logout", Title: "Sign out", Name: p.String()})
}

func (d *Door) logout(w http.ResponseWriter, r *http.Request) {
	if given, err := d.credentialOf(r); err == nil && given.cookie != "" {
		if err := d.access.SignOut(r.Context(), given.cookie); err != nil {
			d.log.ErrorContext(r.Context(), "a session was not ended", "error", err)
			d.tell(w, http.StatusInternalServerError, "you are still signed in: try again in a moment; the server's log says why")
			return
		}
	}
	d.forgetCookie(w, sessionCookie)
	http.Redirect(w, r, loginPath, http.StatusSeeOther)
}

func (d *Door) showSetup(w http.ResponseWriter, r *http.Request) {
	link := r.URL.Query().Get("link")
	if link == "" {
		d.tell(w, http.StatusBadRequest, "the link is not whole: copy it from the server's log")
		return
	}
	d.show(w, http.StatusOK, page{Kind: "setup", Title: "The first administrator", Link: link})
}

func (d *Door) setUp(w http.ResponseWriter, r *http.Request) {
	if !d.readForm(w, r) {
		return
	}
	form := page{Kind: "setup", Title: "The first administrator", Name: r.PostForm.Get("name"), Link: r.PostForm.Get("link")}
	if !d.mayTry(w, r, form) {
		return
	}
	password := r.PostForm.Get("password")
	if password != r.PostForm.Get("again") {
		form.Problems = []shownProblem{{"again", "the two passwords differ: type the same one twice"}}
		d.show(w, http.StatusBadRequest, form)
		return
	}
	input := access.PersonInput{Name: strings.TrimSpace(form.Name), Password: password}
	cookie, err := d.access.AcceptInvitation(r.Context(), form.Link, input, browserOf(r))
	if err != nil {
		d.showProblems(w, r, form, err)
		return
	}
	p, err := d.access.BySession(r.Context(), cookie)
	if err != nil {
		d.showProblems(w, r, form, err)
		return
	}
	d.tries.succeeded(access.Address(r.Context()))
	d.signedIn(w, r, cookie, p)
	http.Redirect(w, r, "/", http.StatusSeeOther)
}
