// Package door stands before everything that the server answers: it knows which hosts and pages may ask, who asks, and what
// each path needs. It speaks HTTP; who may do what is known to the package access.
package door

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"autoholdings/internal/access"
)

// Options say who is let in.
type Options struct {
	Access *access.Service // nil: access is not controlled, and whoever reaches the server may do everything
	Logger *slog.Logger    // default: none

	PublicURL      string   // where browsers find the server, such as https://holdings.example.org; empty: on this machine
	TLS            bool     // the server itself speaks TLS
	AllowOrigins   []string // of front ends elsewhere, such as https://staff.example.org
	TrustedProxies []string // addresses or networks, such as 10.0.0.0/8, of proxies that say whom they ask for
	OIDC           *OIDC    // the library's own sign-in; nil: there is none

	Recheck time.Duration // how often a credential is looked at again while a connection is open; default 20 seconds
}

// Door lets requests in.
type Door struct {
	access  *access.Service
	log     *slog.Logger
	public  *url.URL // nil: on this machine
	secure  bool     // browsers come by TLS
	origins []string // of front ends elsewhere
	own     *http.CrossOriginProtection
	friends *http.CrossOriginProtection // own, and the front ends elsewhere
	proxies []netip.Prefix
	rules   *http.ServeMux
	pages   http.Handler
	issuer  *issuer // nil: none
	tries   *throttle
	recheck time.Duration
}

// New returns a door. Its errors name the options of the command line.
func New(o Options) (*Door, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	d := &Door{
		access: o.Access, log: o.Logger, secure: o.TLS, own: http.NewCrossOriginProtection(), friends: http.NewCrossOriginProtection(),
		rules: newRules(), tries: newThrottle(), recheck: o.Recheck,
	}
	if d.recheck == 0 {
		d.recheck = 20 * time.Second
	}
	err := errors.Join(d.setPublic(o.PublicURL, o.TLS), d.setOrigins(o.AllowOrigins), d.setProxies(o.TrustedProxies), d.setIssuer(o.OIDC))
	if err != nil {
		return nil, err
	}
	if d.access == nil && (d.public != nil || d.issuer != nil || len(d.origins) > 0) {
		return nil, errors.New("--public-url, --allow-origin and --oidc-issuer are for a server that asks who comes: without " +
			"--access controlled, whoever " +
			"reaches it may do everything. Give --access controlled too, or neither")
	}
	if d.public != nil && d.public.Scheme == "http" && !isLoopbackName(d.public.Hostname()) {
		d.log.Warn("browsers come without TLS: passwords, cookies and tokens cross the network as they are. Let a proxy or --tls-cert speak "+
			"TLS, and begin --public-url with https", "url", d.URL())
	}
	d.pages = d.newPages()
	return d, nil
}

func (d *Door) setPublic(text string, tls bool) error {
	if text == "" {
		return nil
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("--public-url: %.200q is no address that a browser can open: it looks like https://holdings.example.org", text)
	case !isName(u):
		return fmt.Errorf("--public-url: %.200q has no host as browsers have it: one name or address, and a port from 1 to 65535", text)
	case u.Path != "" && u.Path != "/" || u.ForceQuery || u.RawQuery != "" || u.Fragment != "" || u.User != nil:
		return fmt.Errorf("--public-url: %.200q has more than a scheme, a host and a port: the server has a name of its own, such as "+
			"https://holdings.example.org, and is not below a path", text)
	case tls && u.Scheme != "https":
		return fmt.Errorf("--public-url: %s begins with http, but the server has a certificate (--tls-cert): write https", text)
	}
	d.public = &url.URL{Scheme: u.Scheme, Host: strings.ToLower(u.Host)}
	d.secure = u.Scheme == "https"
	return errors.Join(d.own.AddTrustedOrigin(originOf(d.public)), d.friends.AddTrustedOrigin(originOf(d.public)))
}

func (d *Door) setOrigins(texts []string) error {
	for _, text := range texts {
		u, err := url.Parse(text)
		if err != nil || u.Hostname() == "" || !isName(u) || u.Scheme != "http" && u.Scheme != "https" || u.Path != "" && u.Path != "/" ||
			u.ForceQuery || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
			return fmt.Errorf("--allow-origin: %.200q is not the origin of one front end: it looks like https://staff.example.org; there is no "+
				"way to allow all", text)
		}
		origin := originOf(u)
		d.origins = append(d.origins, origin)
		if err := d.friends.AddTrustedOrigin(origin); err != nil {
			return fmt.Errorf("--allow-origin: %w", err)
		}
	}
	return nil
}

// isName reports whether a URL's host is one that a browser can open: letters, digits, hyphens and dots, or an address.
func isName(u *url.URL) bool {
	if port := u.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return false
		}
	}
	if _, err := netip.ParseAddr(u.Hostname()); err == nil {
		return true
	}
	return strings.Trim(strings.ToLower(u.Hostname()), "abcdefghijklmnopqrstuvwxyz0123456789-._") == ""
}

// originOf is the URL's origin as browsers write it: without the port that the scheme has anyway.
func originOf(u *url.URL) string {
	host := strings.ToLower(u.Host)
	if port := u.Port(); port == "" || u.Scheme == "https" && port == "443" || u.Scheme == "http" && port == "80" {
		host = strings.TrimSuffix(strings.TrimSuffix(host, port), ":")
	}
	return u.Scheme + "://" + host
}

func (d *Door) setProxies(texts []string) error {
	for _, text := range texts {
		prefix, err := netip.ParsePrefix(text)
		if address, alone := netip.ParseAddr(text); alone == nil {
			prefix, err = netip.PrefixFrom(address, address.BitLen()), nil
		}
		if err != nil {
			return fmt.Errorf("--trusted-proxy: %.200q is neither an address nor a network: it looks like 10.0.0.5 or 10.0.0.0/8", text)
		}
		if prefix.Bits() == 0 {
			return fmt.Errorf("--trusted-proxy: %s is every address, and then each client chooses the one that it is known by: name the "+
				"proxy's", text)
		}
		d.proxies = append(d.proxies, prefix.Masked())
	}
	return nil
}

// URL returns the public URL without a slash at its end; "" where there is none.
func (d *Door) URL() string {
	if d.public == nil {
		return ""
	}
	return d.public.String()
}

// GrantsAdmin reports whether the library's own sign-in gives somebody the right to administer.
func (d *Door) GrantsAdmin() bool {
	return d.issuer != nil && slices.ContainsFunc(d.issuer.grants, func(g grant) bool { return g.scopes.Has(access.Admin) })
}

// Wrap returns a handler that lets into next only what may come in. The context of a request that is let in has the
// principal ([access.From]) and the client's address ([access.Address]); RemoteAddr is the client's too.
func (d *Door) Wrap(next http.Handler) http.Handler {
	return d.withAddress(d.withSafety(d.knownHost(d.withCORS(d.withoutForgery(d.withPrincipal(next))))))
}

// withSafety tells browsers to do nothing with an answer but what it says: nothing is framed, run or guessed. A page that
// needs more has a policy of its own.
func (d *Door) withSafety(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("X-Frame-Options", "DENY")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		if d.secure {
			header.Set("Strict-Transport-Security", "max-age=15552000") // half a year
		}
		next.ServeHTTP(w, r)
	})
}

// withPrincipal finds out who asks, and whether they may.
func (d *Door) withPrincipal(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if d.access == nil {
			next.ServeHTTP(w, r.WithContext(access.With(r.Context(), access.Anybody)))
			return
		}
		if tokenInQuery(r) {
			d.refuse(w, r, inAddress)
			return
		}
		given, err := d.credentialOf(r)
		var p access.Principal
		if err == nil && given != (credential{}) {
			p, err = d.principalOf(r.Context(), given)
		}
		needs := d.ruleFor(r)
		switch {
		case err != nil && given.cookie != "" && isBadCredential(err):
			given = credential{} // the pages of the sign-in are there for those whose session has ended
			if !needs.signsIn {
				d.forgetCookie(w, sessionCookie)
			}
			if !needs.signsIn && !needs.page && !needs.open {
				d.refuse(w, r, unauthenticated(err))
				return
			}
		case err != nil:
			d.refuseCredential(w, r, err)
			return
		}
		d.admit(w, r, needs, given, p, next)
	})
}

// admit lets a request with a good credential, or without any, to where it may go.
func (d *Door) admit(w http.ResponseWriter, r *http.Request, needs rule, given credential, p access.Principal, next http.Handler) {
	ctx, known := r.Context(), given != credential{}
	if known {
		ctx = access.With(ctx, p)
	}
	switch {
	case needs.signsIn:
		d.pages.ServeHTTP(w, r.WithContext(ctx))
	case needs.open:
		next.ServeHTTP(w, r.WithContext(ctx))
	case !known && opensSocket(r): // it says who asks in its first message: InitWebSocket
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		next.ServeHTTP(w, r.WithContext(ctx))
	case !known && needs.page && wantsPage(r):
		http.Redirect(w, r, loginPath+"?next="+url.QueryEscape(ownPath(r.URL.RequestURI())), http.StatusSeeOther)
	case !known:
		d.refuse(w, r, unauthenticated(access.ErrNoCredentials))
	case !p.Scopes.Has(needs.scope):
		d.refuse(w, r, forbidden(p, needs.scope))
	case staysOpen(r):
		ctx, cancel := d.watch(ctx, given, p)
		defer cancel()
		next.ServeHTTP(w, r.WithContext(ctx))
	default:
		next.ServeHTTP(w, r.WithContext(ctx))
	}
}

// wantsPage reports whether a person follows a link in a browser.
func wantsPage(r *http.Request) bool {
	return (r.Method == http.MethodGet || r.Method == http.MethodHead) && strings.Contains(r.Header.Get("Accept"), "text/html")
}
