package oup

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/time/rate"
)

// answer is what the provider sent, redirects followed. Its body must be read through body.
type answer struct {
	*http.Response

	from        *url.URL // where it came from
	conditional bool     // the request had conditions
	body        io.Reader
}

func (a *answer) close() { _ = a.Response.Body.Close() } // only read

const maxRedirects = 5

// get makes the request and follows redirects. It goes without http.Client, which would carry the key's header, and the
// key in the Referer, to any host, and would put the address with the key into its errors.
func (f *Fetcher) get(ctx context.Context, cancel context.CancelCauseFunc, r Request, m mask) (*answer, error) {
	origin, err := f.o.template(r).url(r)
	if err != nil {
		return nil, fail(InvalidRequest, err.Error(), m.err(err))
	}

	target := origin
	conditions := f.conditions(r)

	for range maxRedirects + 1 {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), http.NoBody)
		if err != nil {
			return nil, fail(InvalidRequest, m.err(err).Error(), m.err(err))
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

	return nil, fail(RefusedRedirect, fmt.Sprintf("more than %d redirects, one after the other", maxRedirects), nil)
}

// conditions asks for the file only if it is another than the one applied last. Where the kept copy of that one is
// gone, "not modified" would be of no use.
func (f *Fetcher) conditions(r Request) http.Header {
	h := http.Header{}
	if r.LastSHA256 != "" && !f.store.Has(strings.ToLower(r.LastSHA256)) {
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

	// Set last: the body is unpacked here, after its length was checked, and conditions are this package's own.
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

// redirect returns where a redirect leads, if that is allowed.
func (f *Fetcher) redirect(origin, from *url.URL, response *http.Response, m mask) (*url.URL, error) {
	refuse := func(why string) (*url.URL, error) {
		o := fail(RefusedRedirect, why, nil)
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

// sameHost says whether b may be told what a is told: the same scheme, host and port, or a's host gone over to https.
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

// body reads the answer under the idle limit and tells a cut transfer from other faults.
type body struct {
	r      io.Reader
	cancel context.CancelCauseFunc
	idle   time.Duration
}

func (b *body) Read(p []byte) (int, error) {
	timer := time.AfterFunc(b.idle, func() { b.cancel(&limitError{what: "waiting for the next piece of the file", limit: b.idle}) })
	n, err := b.r.Read(p)
	timer.Stop()

	if errors.Is(err, io.ErrUnexpectedEOF) {
		return n, fail(Truncated, "the connection ended before the file did", err)
	}

	return n, err
}

// transport returns one that unpacks nothing and connects to public addresses only.
func (o Options) transport() *http.Transport {
	const maxHeaders = 64 << 10

	transport := &http.Transport{
		DialContext:            (&net.Dialer{Timeout: o.ConnectTimeout, ControlContext: o.control}).DialContext,
		TLSClientConfig:        &tls.Config{RootCAs: o.RootCAs, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    o.ConnectTimeout,
		ResponseHeaderTimeout:  o.HeaderTimeout,
		MaxResponseHeaderBytes: maxHeaders,
		DisableCompression:     true,
		ForceAttemptHTTP2:      true,
		IdleConnTimeout:        time.Minute,
	}

	if o.Proxy != nil {
		o.through(transport)
	}

	return transport
}

// through sends requests by the operator's proxy, which may have a private address where the provider may not.
func (o Options) through(transport *http.Transport) {
	var proxies sync.Map // "host:port" of each proxy used

	direct := transport.DialContext
	trusting := &net.Dialer{Timeout: o.ConnectTimeout}

	transport.Proxy = func(r *http.Request) (*url.URL, error) {
		proxy, err := o.Proxy(r)
		if err != nil || proxy == nil {
			return nil, err
		}

		if address, err := netip.ParseAddr(r.URL.Hostname()); err == nil && !o.AllowPrivate && !public(address) {
			return nil, refusedAddress(address)
		}

		port := proxy.Port()
		if port == "" {
			port = map[string]string{"http": "80", "https": "443", "socks5": "1080", "socks5h": "1080"}[proxy.Scheme]
		}

		proxies.Store(net.JoinHostPort(proxy.Hostname(), port), true)

		return proxy, nil
	}

	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		if _, ok := proxies.Load(address); ok {
			return trusting.DialContext(ctx, network, address)
		}

		return direct(ctx, network, address)
	}
}

// control refuses a connection by the address it is about to be made to, when the name is already resolved: a name that
// stands for another address on a second look gains nothing.
func (o Options) control(_ context.Context, _, address string, _ syscall.RawConn) error {
	if o.AllowPrivate {
		return nil
	}

	parsed, err := netip.ParseAddrPort(address)
	if err != nil {
		return fail(RefusedAddress, "it cannot be read as an address", err)
	}

	if !public(parsed.Addr()) {
		return refusedAddress(parsed.Addr())
	}

	return nil
}

func refusedAddress(address netip.Addr) *Outcome { return fail(RefusedAddress, address.String(), nil) }

// notPublic are the ranges that are not globally reachable, by the IANA registries of special-purpose addresses (RFC
// 6890), and those of 6to4 and Teredo, in which another address hides.
var notPublic = func() []netip.Prefix {
	var prefixes []netip.Prefix
	for _, s := range []string{
		"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
		"192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
		"::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16",
		"fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
	} {
		prefixes = append(prefixes, netip.MustParsePrefix(s))
	}

	return prefixes
}()

// nat64 leads to the IPv4 address in its last four bytes (RFC 6052); on a network without IPv4 every provider has one.
var nat64 = netip.MustParsePrefix("64:ff9b::/96")

func public(address netip.Addr) bool {
	address = address.Unmap().WithZone("")

	if nat64.Contains(address) {
		bytes := address.As16()
		address = netip.AddrFrom4([4]byte(bytes[12:]))
	}

	return !slices.ContainsFunc(notPublic, func(p netip.Prefix) bool { return p.Contains(address) })
}

// networkCode tells what kind of fault an error of the connection is.
func networkCode(err error) Code {
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return Timeout
	}

	if isTLS(err) {
		return TLS
	}

	return Network
}

func isTLS(err error) bool {
	if strings.Contains(err.Error(), "tls: ") {
		return true // crypto/tls gives most of its faults no type
	}

	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return true
	}

	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return true
	}

	_, ok := errors.AsType[tls.RecordHeaderError](err)

	return ok
}

// pacer spaces the requests to each host.
type pacer struct {
	limit rate.Limit
	mutex sync.Mutex
	hosts map[string]*rate.Limiter
}

func newPacer(perSecond float64) *pacer {
	limit := rate.Limit(perSecond)
	if perSecond < 0 {
		limit = rate.Inf
	}

	return &pacer{limit: limit, hosts: map[string]*rate.Limiter{}}
}

// wait returns when the host may be asked. Hosts are few: the template's and those allowed.
func (p *pacer) wait(ctx context.Context, host string) error {
	p.mutex.Lock()

	limiter := p.hosts[host]
	if limiter == nil {
		limiter = rate.NewLimiter(p.limit, 1)
		p.hosts[host] = limiter
	}

	p.mutex.Unlock()

	if err := limiter.Wait(ctx); err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}

		return fail(Timeout, "too many requests wait for their turn", err)
	}

	return nil
}
