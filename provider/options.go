package provider

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Options configures a Fetcher. Zero values mean the defaults given here.
type Options struct {
	Template Template // how a request is made; if it has only a base URL, the rest is the provider's
	// NoProvider says that there is nobody to ask: lists are kept and opened, but every request is invalid. The
	// templates are then ignored.
	NoProvider bool
	// AddressSetting is where a person sets the provider's address, for advice: "--oup-url (AUTOHOLDINGS_OUP_URL)".
	AddressSetting string
	// FlagPrefix is what the names of the provider's other settings begin with, for advice: "--oup-".
	FlagPrefix string
	// SizeSetting is where a person sets MaxSize, for advice: "--oup-max-size".
	SizeSetting string

	Titles  Template // how to ask for the global title list, at Template's base URL; default: the provider's
	Dir     string   // folder for spooled files, and for kept ones if there is no Keeper; created if missing
	Keeper  Keeper   // where lists are kept; default: in Dir. The caller closes it after the Fetcher
	MaxSize int64    // bytes of a list, packed or unpacked; default 1 GiB, at most 4 GiB - 1

	Attempts      int           // tries of one Fetch; default 4
	BackoffBase   time.Duration // pause after the first try, doubled each time, ± 50 %; default 1 s
	BackoffMax    time.Duration // the longest pause; default 30 s
	MaxRetryAfter time.Duration // the longest Retry-After to wait for; a longer one gives up with Outcome.RetryAfter; default 1 min

	Timeout        time.Duration // one try from its first to its last byte; default 15 min
	ConnectTimeout time.Duration // connecting, and the TLS handshake, each; default 10 s
	HeaderTimeout  time.Duration // from the request to the headers of the answer; default 1 min
	IdleTimeout    time.Duration // between two pieces of the body; default 30 s

	AllowHTTP     bool     // allow plain HTTP too
	AllowPrivate  bool     // allow loopback, private and other non-public addresses too
	AllowedHosts  []string // other hosts that redirects may lead to: "host" (on its scheme's port) or "host:port"
	RatePerSecond float64  // requests to one host, for all profiles together; default 2, negative: no limit

	RootCAs *x509.CertPool // default: the system's

	// Proxy is as in http.Transport; default: no proxy. A proxy resolves names itself, so only numeric addresses can be
	// checked for being public.
	Proxy func(*http.Request) (*url.URL, error)

	UserAgent string       // default "autoholdings"
	Logger    *slog.Logger // one line per try; default: none
	Count     func(Code)   // called with what came of each request; empty: a new list. nil: not called

	Now   func() time.Time                           // default time.Now
	Sleep func(context.Context, time.Duration) error // waits between tries, or returns the context's error; default: a timer
}

const defaultMaxSize = 1 << 30

func (o Options) withDefaults(p *Provider) Options {
	if o.Template.isBare() {
		o.Template = p.Template.At(o.Template.BaseURL)
	}
	if o.Titles.isBare() {
		o.Titles = p.Titles
	}
	o.Titles.BaseURL = o.Template.BaseURL
	setDefault(&o.MaxSize, defaultMaxSize)
	setDefault(&o.Attempts, 4)
	setDefault(&o.BackoffBase, time.Second)
	setDefault(&o.BackoffMax, 30*time.Second)
	setDefault(&o.MaxRetryAfter, time.Minute)
	setDefault(&o.Timeout, 15*time.Minute)
	setDefault(&o.ConnectTimeout, 10*time.Second)
	setDefault(&o.HeaderTimeout, time.Minute)
	setDefault(&o.IdleTimeout, 30*time.Second)
	setDefault(&o.RatePerSecond, 2)
	setDefault(&o.UserAgent, "autoholdings")
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	return o
}

func setDefault[T comparable](value *T, fallback T) {
	var zero T
	if *value == zero {
		*value = fallback
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// template returns how a request is made.
func (o Options) template(r Request) Template {
	if r.Global {
		return o.Titles
	}
	return o.Template
}

// checkProvider returns the base address, and the problems with how the provider would be asked.
func (o Options) checkProvider(p *Provider) (*url.URL, []error) {
	if o.NoProvider {
		return &url.URL{}, nil
	}
	errs := []error{p.checkTemplate(o.Template)}
	base, err := o.Template.base()
	if err == nil && base.Scheme == "http" && !o.AllowHTTP {
		errs = append(errs,
			errors.New("provider address template: plain HTTP would show the credentials to everyone on the way; use https, or allow HTTP if the "+
				"provider is on this machine"))
	}
	if titles := o.Titles.validate(titlesPlaceholders, []string{contentPlaceholder}); err == nil && p.HasTitles() && titles != nil {
		errs = append(errs, fmt.Errorf("global title list: %w", titles))
	}
	return base, errs
}

// check returns the base address, or all problems with the options.
func (o Options) check(p *Provider) (*url.URL, error) {
	base, errs := o.checkProvider(p)
	if o.MaxSize < 0 || o.MaxSize > 1<<32-1 {
		errs = append(errs, fmt.Errorf("size limit of provider files: %d bytes is not between 1 and 4 GiB - 1", o.MaxSize))
	}
	if o.Attempts < 0 {
		errs = append(errs, fmt.Errorf("attempts of a fetch: %d is negative; give at least 1", o.Attempts))
	}
	for name, d := range map[string]time.Duration{
		"backoff base": o.BackoffBase, "longest backoff": o.BackoffMax, "longest Retry-After": o.MaxRetryAfter, "time limit of a try": o.Timeout,
		"time limit of connecting": o.ConnectTimeout, "time limit of the headers": o.HeaderTimeout, "idle time limit": o.IdleTimeout,
	} {
		if d < 0 {
			errs = append(errs, fmt.Errorf("%s of a fetch: %s is negative", name, d))
		}
	}
	for _, host := range o.AllowedHosts {
		if !plausibleHost(host) {
			errs = append(errs, fmt.Errorf("allowed hosts of redirects: %q is neither a host nor host:port", host))
		}
	}
	return base, errors.Join(errs...)
}

func plausibleHost(host string) bool {
	if name, port, err := net.SplitHostPort(host); err == nil {
		_, err := strconv.ParseUint(port, 10, 16)
		return name != "" && err == nil
	}
	return host != "" && !strings.ContainsAny(host, "/:@?# ")
}
