package provider

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"time"
)

// body reads the answer under the idle limit, and tells a broken transfer from other errors.
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
		return n, newOutcome(Truncated, "the connection ended before the file did", err)
	}
	return n, err
}

// transport returns a transport that unpacks nothing and connects only to public addresses.
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

// through sends requests through the operator's proxy, which may have a private address even if the provider may not.
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
