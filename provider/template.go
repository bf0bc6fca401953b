package provider

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/textproto"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Template describes a request to the provider. It belongs to the operator's configuration and is never part of a
// profile, since it decides where credentials are sent.
//
// The placeholders {content}, {format} and those of the provider's credentials may be used in Path and in the values of
// Query and Headers. Their values are escaped as required there.
type Template struct {
	BaseURL string            // scheme, host and, if need be, a leading path: "https://kbart.example.org"
	Path    string            // appended to BaseURL: "/kbart/{customer}/{content}"
	Query   map[string]string // parameters: {"format": "{format}"}
	Headers map[string]string // request headers: {"X-Api-Key": "{key}"}
}

// At returns the template with another base URL.
func (t Template) At(baseURL string) Template {
	t.BaseURL = baseURL
	return t
}

// isBare reports whether the template says at most where requests go, not how they are made.
func (t Template) isBare() bool { return t.Path == "" && len(t.Query) == 0 && len(t.Headers) == 0 }

const (
	contentPlaceholder = "{content}"
	formatPlaceholder  = "{format}"
)

// titlesPlaceholders are allowed in the template of the global title list, which needs no credentials.
var titlesPlaceholders = []string{contentPlaceholder, formatPlaceholder}

// checkTemplate returns all problems with the template of a customer's request. It must contain each of the provider's
// credentials.
func (p *Provider) checkTemplate(t Template) error {
	return t.validate(p.Placeholders(), p.requiredPlaceholders())
}

func (p *Provider) requiredPlaceholders() (required []string) {
	for _, c := range p.Credentials {
		required = append(required, "{"+c.Placeholder+"}")
	}
	return append(required, contentPlaceholder)
}

// validate returns all problems with the template, joined: a base URL that is not an absolute http or https address;
// unknown or misplaced placeholders; a required placeholder that is missing; headers that are malformed or that the
// client sets itself.
func (t Template) validate(allowed, required []string) error {
	_, baseErr := t.base()
	return errors.Join(baseErr, t.validatePlaceholders(allowed, required), t.validateHeaders())
}

var (
	placeholder = regexp.MustCompile(`\{[^{}]*\}`)
	headerName  = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$") // token of RFC 9110, section 5.6.2
)

// ownHeaders are set by the client: another value would break conditional requests, decompression or the connection.
var ownHeaders = []string{
	"Accept-Encoding", "Connection", "Content-Length", "Host", "If-Match", "If-Modified-Since", "If-None-Match",
	"If-Range", "If-Unmodified-Since", "Range", "Te", "Trailer", "Transfer-Encoding", "Upgrade",
}

func (t Template) base() (*url.URL, error) {
	if strings.ContainsAny(t.BaseURL, "{}") {
		return nil, errors.New("provider address template: the base URL may not hold placeholders; put them into path, query or headers")
	}
	u, err := url.Parse(strings.TrimSpace(t.BaseURL))
	switch {
	case err != nil:
		// The parser's message repeats the address, which may hold a password.
		return nil, errors.New("provider address template: the base URL is not an address; give it as https://host or https://host/path")
	case u.Scheme != "https" && u.Scheme != "http", u.Hostname() == "":
		return nil, errors.New("provider address template: the base URL needs a scheme (https) and a host, as in https://host/path")
	case u.User != nil:
		return nil, errors.New("provider address template: the base URL may not hold a user name or password; put credentials into headers")
	case u.RawQuery != "", u.ForceQuery, u.Fragment != "":
		return nil, errors.New("provider address template: the base URL may not hold a query or a fragment; put parameters into the query")
	}
	return u, nil
}

func (t Template) validatePlaceholders(allowed, required []string) error {
	var errs []error
	seen := map[string]bool{}
	check := func(place, text string) {
		for _, p := range placeholder.FindAllString(text, -1) {
			seen[p] = true
			if !slices.Contains(allowed, p) {
				errs = append(errs, fmt.Errorf("provider address template: %s holds the unknown placeholder %s; known are %s",
					place, p, strings.Join(allowed, " ")))
			}
		}
		if strings.ContainsAny(placeholder.ReplaceAllString(text, ""), "{}") {
			errs = append(errs, fmt.Errorf("provider address template: %s holds a lone brace", place))
		}
	}
	check("the path", t.Path)
	for _, name := range slices.Sorted(maps.Keys(t.Query)) {
		check("query parameter "+name, t.Query[name])
	}
	for _, name := range slices.Sorted(maps.Keys(t.Headers)) {
		check("header "+name, t.Headers[name])
	}
	for _, p := range required {
		if !seen[p] {
			errs = append(errs, fmt.Errorf("provider address template: %s stands nowhere; put it into path, query or headers", p))
		}
	}
	if strings.ContainsAny(t.Path, "?#") {
		errs = append(errs, errors.New("provider address template: the path holds ? or #; put parameters into the query"))
	}
	return errors.Join(errs...)
}

func (t Template) validateHeaders() error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(t.Headers)) {
		switch {
		case !headerName.MatchString(name):
			errs = append(errs, fmt.Errorf("provider address template: %q cannot be the name of a header", name))
		case slices.Contains(ownHeaders, textproto.CanonicalMIMEHeaderKey(name)):
			errs = append(errs, fmt.Errorf("provider address template: header %s is set by the client itself; leave it out", name))
		}
		if strings.ContainsFunc(t.Headers[name], func(r rune) bool { return r < ' ' || r == 0x7f }) {
			errs = append(errs, fmt.Errorf("provider address template: header %s holds a control character", name))
		}
	}
	return errors.Join(errs...)
}

// url returns the address of a request. It contains the key if the path or query does.
func (t Template) url(r Request) (*url.URL, error) {
	u, err := t.base()
	if err != nil {
		return nil, err
	}
	// Both forms are set, so an escaped slash in a value stays escaped.
	escaped := strings.TrimRight(u.EscapedPath(), "/") + "/" + strings.TrimLeft(r.fill(t.Path, url.PathEscape), "/")
	u.Path, err = url.PathUnescape(escaped)
	if err != nil {
		return nil, errors.New("provider address template: the path holds a lone percent sign; write it as %25")
	}
	u.RawPath = escaped
	query := make(url.Values, len(t.Query))
	for name, value := range t.Query {
		query.Set(name, r.fill(value, verbatim))
	}
	u.RawQuery = query.Encode()
	return u, nil
}

func (t Template) header(r Request) http.Header {
	h := make(http.Header, len(t.Headers))
	for name, value := range t.Headers {
		h.Set(name, r.fill(value, verbatim))
	}
	return h
}

func verbatim(s string) string { return s }

// fill replaces the placeholders with the request's values.
func (r Request) fill(text string, escape func(string) string) string {
	values := []string{contentPlaceholder, escape(string(r.Content)), formatPlaceholder, escape(r.Format)}
	for name, value := range r.Credentials {
		values = append(values, "{"+name+"}", escape(value.Reveal()))
	}
	return strings.NewReplacer(values...).Replace(text)
}
