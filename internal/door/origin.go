package door

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"autoholdings/internal/problem"
)

// knownHost answers only requests that name this server as their host. Otherwise a web page elsewhere, whose name is made
// to resolve to this server's address, could use a person's browser to do things here. Where access is controlled such a
// page has no cookie and no token; then probes and Prometheus may ask by any address.
func (d *Door) knownHost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		probe := d.access != nil && slices.Contains([]string{"/healthz", "/readyz", "/metrics"}, r.URL.Path)
		if !probe && !d.isOwnHost(r.Host) {
			status, ask := http.StatusMisdirectedRequest, "localhost or 127.0.0.1, and start the server with --public-url where it has a name"
			if d.public != nil {
				ask = d.public.Host + ", which is its --public-url, and let a proxy before it pass the header Host on"
			}
			d.refuse(w, r, refusal{status, problem.Forbidden, fmt.Sprintf("the host %.200q is not this server's own: ask %s", r.Host, ask)})
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (d *Door) isOwnHost(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.Trim(host, "[]")
	if d.public != nil {
		return strings.EqualFold(host, d.public.Hostname())
	}
	return isLoopbackName(host)
}

func isLoopbackName(host string) bool {
	ip, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && ip.Unmap().IsLoopback()
}

// What front ends elsewhere may send and read.
const (
	corsMethods = "GET, HEAD, POST"
	corsHeaders = "Accept, Authorization, Content-Type, If-None-Match, Last-Event-ID"
	corsShown   = "Content-Disposition, ETag, Retry-After, X-Request-Id"
	corsMaxAge  = "600"
)

// withCORS lets the pages of allowed front ends read answers, but none of the sign-in.
func (d *Door) withCORS(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header, origin := w.Header(), r.Header.Get("Origin")
		if len(d.origins) > 0 {
			header.Add("Vary", "Origin")
		}
		allowed := origin != "" && slices.Contains(d.origins, origin) && !d.ruleFor(r).signsIn
		if allowed {
			header.Set("Access-Control-Allow-Origin", origin)
			header.Set("Access-Control-Allow-Credentials", "true")
			header.Set("Access-Control-Expose-Headers", corsShown)
		}
		if r.Method != http.MethodOptions || origin == "" || r.Header.Get("Access-Control-Request-Method") == "" {
			next.ServeHTTP(w, r)
			return
		}
		if !allowed {
			d.refuse(w, r, fromElsewhere)
			return
		}
		header.Set("Access-Control-Allow-Methods", corsMethods)
		header.Set("Access-Control-Allow-Headers", corsHeaders)
		header.Set("Access-Control-Max-Age", corsMaxAge)
		w.WriteHeader(http.StatusNoContent)
	})
}

var fromElsewhere = refusal{
	http.StatusForbidden, problem.Forbidden, "the request comes from a page elsewhere, which may not ask here: ask from this server's own " +
		"pages or from a program, or start the server with --allow-origin and the page's origin",
}

// withoutForgery refuses what a page elsewhere makes a person's browser send, if it changes something, asks the API, or
// opens a WebSocket.
func (d *Door) withoutForgery(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		checked := *r
		if r.URL.Path == graphQLPath || r.Header.Get("Upgrade") != "" {
			checked.Method = http.MethodPost // reading by GET is refused like changing
		}
		protection := d.friends
		if d.ruleFor(r).signsIn {
			protection = d.own
		}
		if err := protection.Check(&checked); err != nil {
			d.refuse(w, r, fromElsewhere)
			return
		}
		next.ServeHTTP(w, r)
	})
}
