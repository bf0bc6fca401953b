package provider_test

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"autoholdings/provider"
	"autoholdings/provider/oup"
)

// stranger is another host that records what it is told.
func stranger(t *testing.T, handler http.HandlerFunc) (address string, host string, told *atomic.Pointer[http.Request]) {
	t.Helper()
	told = &atomic.Pointer[http.Request]{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		told.Store(r.Clone(r.Context()))
		handler(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL, strings.TrimPrefix(s.URL, "http://"), told
}

func redirect(location string) http.HandlerFunc {
	return answer(http.StatusFound, "moved", "Location", location)
}

func TestRedirectOnTheSameHostCarriesTheKey(t *testing.T) {
	t.Parallel()
	for _, status := range []int{301, 302, 303, 307, 308} {
		b := setup(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/new/OUP_2026-02-01.txt" {
				answer(status, "", "Location", "/new/OUP_2026-02-01.txt?a=b#c")(w, r)
				return
			}
			if r.Header.Get("X-Api-Key") != apiKey || r.Header.Get("Referer") != "" || r.URL.RawQuery != "a=b" {
				t.Errorf("%d: asked %s with %v", status, r.URL, r.Header)
			}
			serve(list)(w, r)
		})
		if f := b.mustFetch(t, request()); f.Name != "OUP_2026-02-01.txt" {
			t.Errorf("%d: file %+v", status, f)
		}
	}
}

func TestRedirectToAllowedHostGoesWithoutTheKey(t *testing.T) {
	t.Parallel()
	other, host, told := stranger(t, serve(list))
	b := setup(t, redirect(other+"/file"), func(o *provider.Options) {
		o.AllowedHosts = []string{"files.example.org", strings.ToUpper(host)}
		o.Template.Query["k"] = "{key}"
		o.Template.Headers["Authorization"] = "Bearer {key}"
	})
	b.mustFetch(t, request())
	r := told.Load()
	if r == nil {
		t.Fatal("the redirect was not followed")
	}
	shown := r.URL.String() + " " + r.Host
	for name, values := range r.Header {
		shown += " " + name + ": " + strings.Join(values, ",")
	}
	for _, secret := range append(spellings(apiKey), "X-Api-Key", "Authorization", "Referer") {
		if strings.Contains(shown, secret) {
			t.Errorf("the other host was told %q: %s", secret, shown)
		}
	}
}

func TestRefusedRedirects(t *testing.T) {
	t.Parallel()
	other, host, told := stranger(t, serve(list))
	allow := func(o *provider.Options) { o.AllowedHosts = []string{host} }
	name, port, _ := net.SplitHostPort(host)
	for title, c := range map[string]struct {
		location string
		change   func(*provider.Options)
	}{
		"another host":             {other, func(*provider.Options) {}},
		"another port":             {other, func(o *provider.Options) { o.AllowedHosts = []string{name} }},
		"name that begins alike":   {"http://" + host + ".example.org/", allow},
		"user name in the address": {"http://" + host + "@example.org:" + port, allow},
		"user name":                {"http://me:x@" + host, allow},
		"another scheme":           {"ftp://" + host, allow},
		"file":                     {"file:///etc/passwd", allow},
		"key in the query":         {other + "/?k=" + url.QueryEscape(apiKey), allow},
		"key in the path":          {other + "/" + url.PathEscape(apiKey) + "/", allow},
		"not an address":           {"http://[::1", allow},
		"to itself for ever":       {"/again", allow},
	} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			b := setup(t, redirect(c.location), c.change)
			if o := b.mustFail(t, request(), provider.RefusedRedirect); o.Retriable || o.Attempts != 1 {
				t.Errorf("outcome %+v", o)
			}
			if r := told.Load(); r != nil {
				t.Errorf("the other host was asked %s", r.URL)
			}
		})
	}
}

func TestRedirectToPlainHTTPIsRefused(t *testing.T) {
	t.Parallel()
	other, host, told := stranger(t, serve(list))
	secure := httptest.NewTLSServer(redirect(other))
	t.Cleanup(secure.Close)
	b := setup(t, serve(list))
	o := b.options()
	o.Dir, o.AllowHTTP, o.AllowedHosts, o.Template.BaseURL = t.TempDir(), false, []string{host}, secure.URL
	o.RootCAs = secure.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	f, err := provider.NewFetcher(oup.Provider(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Fetch(t.Context(), request()); !errors.Is(err, provider.RefusedRedirect) || told.Load() != nil {
		t.Errorf("error %v", err)
	}
}

func TestPrivateAddressesAreRefused(t *testing.T) {
	t.Parallel()
	for _, host := range []string{
		"127.0.0.1", "localhost", "10.1.2.3", "172.31.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
		"255.255.255.255",
		"[::1]", "[::]", "[fd00::1]", "[fe80::1]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[ff02::1]", "[2001:db8::1]",
	} {
		t.Run(host, func(t *testing.T) {
			t.Parallel()
			b := setup(t, serve(list), func(o *provider.Options) {
				o.AllowPrivate = false
				o.Template.BaseURL = strings.Replace(o.Template.BaseURL, "127.0.0.1", host, 1)
			})
			if o := b.mustFail(t, request(), provider.RefusedAddress); o.Retriable || o.Attempts != 1 || b.requests.Load() != 0 {
				t.Errorf("outcome %+v after %d requests", o, b.requests.Load())
			}
		})
	}
}

func TestRedirectToPrivateAddressIsRefused(t *testing.T) {
	t.Parallel()
	// The template's own host is reached by a proxy, the redirect leads past it.
	other, host, told := stranger(t, serve(list))
	proxy, _, _ := stranger(t, redirect(other))
	b := setup(t, serve(list), func(o *provider.Options) {
		o.AllowPrivate, o.AllowedHosts = false, []string{host}
		o.Template.BaseURL = "http://kbart.example.org"
		o.Proxy = proxyFor("kbart.example.org", proxy)
	})
	_ = b.mustFail(t, request(), provider.RefusedAddress)
	if told.Load() != nil {
		t.Error("the private address was asked")
	}
}

func TestProxyMayBePrivateButWhatItIsAskedForMayNot(t *testing.T) {
	t.Parallel()
	proxy, _, told := stranger(t, serve(list))
	b := setup(t, serve(list), func(o *provider.Options) {
		o.AllowPrivate = false
		o.Template.BaseURL = "http://kbart.example.org"
		o.Proxy = proxyFor("kbart.example.org", proxy)
	})
	b.mustFetch(t, request())
	if r := told.Load(); r == nil || r.Host != "kbart.example.org" {
		t.Errorf("the proxy was asked %v", r)
	}
	private := setup(t, serve(list), func(o *provider.Options) {
		o.AllowPrivate = false
		o.Template.BaseURL = "http://10.0.0.1"
		o.Proxy = proxyFor("10.0.0.1", proxy)
	})
	_ = private.mustFail(t, request(), provider.RefusedAddress)
	broken := setup(t, serve(list), func(o *provider.Options) {
		o.Proxy = func(*http.Request) (*url.URL, error) { return nil, errors.New("no proxy today") }
	})
	if o := broken.mustFail(t, request(), provider.Network); !strings.Contains(o.Message, "no proxy today") {
		t.Errorf("outcome %+v", o)
	}
}

func proxyFor(host, proxy string) func(*http.Request) (*url.URL, error) {
	return func(r *http.Request) (*url.URL, error) {
		if r.URL.Hostname() != host {
			return nil, nil
		}
		return url.Parse(proxy)
	}
}
