package provider

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

const maxRedirects = 5

// get sends the request and follows redirects. It does not use http.Client, which would send the key's header, and the
// key in the Referer, to any host, and would put the address with the key into its errors.
func (f *Fetcher) get(ctx context.Context, cancel context.CancelCauseFunc, r Request, m mask) (*answer, error) {
	origin, err := f.o.template(r).url(r)
	if err != nil {
		return nil, newOutcome(InvalidRequest, err.Error(), m.err(err))
	}
	target := origin
	conditions := f.conditions(ctx, r)
	for range maxRedirects + 1 {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), http.NoBody)
		if err != nil {
			return nil, newOutcome(InvalidRequest, m.err(err).Error(), m.err(err))
		}
		f.setHeaders(request, r, conditions, sameHost(origin, target))
		if err := f.pacer.wait(ctx, target.Host); err != nil {
			return nil, err
		}
		response, err := f.transport.RoundTrip(request)
		if err != nil {
			return nil, err
		}
		if !isRedirect(response) {
			return &answer{
				Response: response, from: target, conditional: len(conditions) > 0,
				body: &body{response.Body, cancel, f.o.IdleTimeout},
			}, nil
		}
		target, err = f.redirect(origin, target, response, m)
		if err := errors.Join(err, response.Body.Close()); err != nil {
			return nil, err
		}
	}
	return nil, newOutcome(RefusedRedirect, fmt.Sprintf("more than %d redirects, one after the other", maxRedirects), nil)
}

// conditions asks for the file only if it differs from the one applied last. If the kept copy of that one is gone, "not
// modified" would be of no use.
func (f *Fetcher) conditions(ctx context.Context, r Request) http.Header {
	h := http.Header{}
	if r.LastSHA256 != "" && !f.store.Has(ctx, strings.ToLower(r.LastSHA256)) {
		return h
	}
	if r.ETag != "" {
		h.Set("If-None-Match", r.ETag)
	}
	if r.LastModified != "" {
		h.Set("If-Modified-Since", r.LastModified)
	}
	return h
}

func (f *Fetcher) setHeaders(request *http.Request, r Request, conditions http.Header, trusted bool) {
	request.Header = http.Header{
		"Accept":     {"text/tab-separated-values, text/plain, application/gzip, application/zip, */*;q=0.5"},
		"User-Agent": {f.o.UserAgent},
	}
	if trusted {
		for name, values := range f.o.template(r).header(r) {
			request.Header[name] = values
		}
	}
	// Set last: the body is unpacked here, after its length is checked, and conditions are set by this package only.
	request.Header.Set("Accept-Encoding", "gzip")
	for name, values := range conditions {
		request.Header[name] = values
	}
}

func isRedirect(r *http.Response) bool {
	switch r.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return r.Header.Get("Location") != ""
	}
	return false
}

// redirect returns the target of a redirect, if it is allowed.
func (f *Fetcher) redirect(origin, from *url.URL, response *http.Response, m mask) (*url.URL, error) {
	refuse := func(why string) (*url.URL, error) {
		o := newOutcome(RefusedRedirect, why, nil)
		o.Status = response.StatusCode
		return nil, o
	}
	to, err := from.Parse(response.Header.Get("Location"))
	if err != nil {
		return refuse("its Location is not an address")
	}
	to.Fragment = ""
	place := m.text(cut(to.Scheme + "://" + to.Host))
	switch {
	case to.Scheme != "https" && (to.Scheme != "http" || !f.o.AllowHTTP):
		return refuse(place + " is not https")
	case to.User != nil:
		return refuse(place + " comes with a user name")
	case sameHost(origin, to):
		return to, nil
	case !f.allowed(to):
		return refuse(place)
	case m.shows(to.String()), m.shows(to.Path), m.shows(unescaped(to.RawQuery)):
		return refuse(place + " would be told the API key")
	}
	return to, nil
}

func unescaped(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}

// sameHost reports whether b may get what a gets: the same scheme, host and port, or a's host switched to https.
func sameHost(a, b *url.URL) bool {
	if !strings.EqualFold(a.Hostname(), b.Hostname()) {
		return false
	}
	if a.Scheme == b.Scheme {
		return portOf(a) == portOf(b)
	}
	return b.Scheme == "https" && portOf(a) == "80" && portOf(b) == "443"
}

func (f *Fetcher) allowed(u *url.URL) bool {
	return slices.ContainsFunc(f.o.AllowedHosts, func(host string) bool {
		name, port, err := net.SplitHostPort(host)
		if err != nil {
			name, port = host, defaultPorts[u.Scheme]
		}
		return strings.EqualFold(name, u.Hostname()) && port == portOf(u)
	})
}

var defaultPorts = map[string]string{"http": "80", "https": "443"}

func portOf(u *url.URL) string {
	if port := u.Port(); port != "" {
		return port
	}
	return defaultPorts[u.Scheme]
}
