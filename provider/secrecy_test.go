package provider_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"autoholdings/provider"
)

// spellings are the forms in which a key may show.
func spellings(key string) []string {
	quoted, _ := json.Marshal(key)
	return []string{
		key, url.QueryEscape(key), url.PathEscape(key), strings.ToLower(url.QueryEscape(key)), strings.ToLower(url.PathEscape(key)),
		strings.Trim(string(quoted), `"`), html.EscapeString(key), base64.StdEncoding.EncodeToString([]byte(key)), fmt.Sprintf("%x", key),
	}
}

// mustNotShowKey looks for the key in everything that can be seen of a fetch.
func (b *bundle) mustNotShowKey(t *testing.T, file *provider.File, err error) {
	t.Helper()
	seen := []string{b.log.String(), fmt.Sprintf("%+v %#v", file, file)}
	var walk func(error)
	walk = func(err error) {
		if err == nil {
			return
		}
		seen = append(seen, err.Error(), fmt.Sprintf("%+v", err), fmt.Sprintf("%#v", err))
		switch e := err.(type) {
		case interface{ Unwrap() error }:
			walk(e.Unwrap())
		case interface{ Unwrap() []error }:
			for _, inner := range e.Unwrap() {
				walk(inner)
			}
		}
	}
	walk(err)
	if o, ok := errors.AsType[*provider.Outcome](err); ok {
		encoded, _ := json.Marshal(o)
		seen = append(seen, string(encoded), o.Message, o.Hint, fmt.Sprintf("%+v", *o))
	}
	_ = filepath.WalkDir(b.dir, func(path string, _ fs.DirEntry, _ error) error {
		seen = append(seen, path)
		return nil
	})
	for _, text := range seen {
		for _, form := range spellings(apiKey) {
			if strings.Contains(text, form) {
				t.Errorf("the key shows as %q in %s", form, text)
			}
		}
	}
}

// everywhere is a template that puts the key wherever a template can.
func everywhere(o *provider.Options) {
	o.Template.Path = "/{key}/{customer}/{content}/{key}.txt"
	o.Template.Query = map[string]string{"key": "{key}", "both": "{customer}:{key}"}
	o.Template.Headers = map[string]string{"X-Api-Key": "{key}", "Authorization": "Bearer {key}", "Cookie": "k={key}"}
	o.HeaderTimeout, o.IdleTimeout = 30*time.Millisecond, 30*time.Millisecond
}

func TestKeyNeverShows(t *testing.T) {
	t.Parallel()
	for name, handler := range leaks(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, handler, everywhere)
			file, err := b.Fetch(t.Context(), request())
			b.mustNotShowKey(t, file, err)
		})
	}
	t.Run("nobody listens", func(t *testing.T) {
		t.Parallel()
		b := setup(t, serve(list), everywhere)
		b.server.Close()
		file, err := b.Fetch(t.Context(), request())
		b.mustNotShowKey(t, file, err)
	})
	t.Run("disk", func(t *testing.T) {
		t.Parallel()
		b := setup(t, serve(list), everywhere)
		if err := os.RemoveAll(filepath.Join(b.dir, "spool")); err != nil {
			t.Fatal(err)
		}
		file, err := b.Fetch(t.Context(), request())
		b.mustNotShowKey(t, file, err)
	})
	t.Run("request", func(t *testing.T) {
		t.Parallel()
		if text := fmt.Sprintf("%v %+v %#v", request(), request(), request()); strings.Contains(text, apiKey) {
			t.Error(text)
		}
	})
}

// leaks are servers that show the key in all that they can send back.
func leaks(t *testing.T) map[string]http.HandlerFunc {
	// What a server may send back of the request.
	echo := func(r *http.Request) string {
		return strings.Join(append(spellings(apiKey)[:7], r.URL.String(), r.URL.Path, r.Header.Get("X-Api-Key"), r.RequestURI), " ")
	}
	echoing := func(status int, before, after string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { answer(status, before+echo(r)+after)(w, r) }
	}
	return map[string]http.HandlerFunc{
		"reset":      func(w http.ResponseWriter, _ *http.Request) { reset(w) },
		"no headers": hang,
		"cut":        serve(list, "Content-Length", "1000"),
		"bad gzip":   serve(gzipped(list)[:20]),
		"not HTTP": func(w http.ResponseWriter, _ *http.Request) {
			c, b := hijack(w)
			_, _ = b.WriteString("x " + apiKey + "\r\n\r\n")
			_ = b.Flush()
			_ = c.Close()
		},
		"bad header": func(w http.ResponseWriter, _ *http.Request) {
			c, b := hijack(w)
			_, _ = b.WriteString("HTTP/1.1 200 OK\r\n" + apiKey + "\r\n\r\n")
			_ = b.Flush()
			_ = c.Close()
		},
		"text": echoing(500, "", ""),
		"JSON": func(w http.ResponseWriter, r *http.Request) {
			text, _ := json.Marshal(map[string]string{"message": echo(r)})
			answer(400, string(text))(w, r)
		},
		"page": echoing(200, "<title>", "</title>"),
		"escaped page": func(w http.ResponseWriter, r *http.Request) {
			serve("<title>"+html.EscapeString(html.EscapeString(apiKey))+"</title>")(w, r)
		},
		"JSON with 200": echoing(200, `{"x":"`, `"`),
		"coding":        func(w http.ResponseWriter, r *http.Request) { serve(list, "Content-Encoding", apiKey)(w, r) },
		"member": func(w http.ResponseWriter, r *http.Request) {
			serve(zipped(t, apiKey+".txt", list, url.QueryEscape(apiKey), list))(w, r)
		},
		"redirect": func(w http.ResponseWriter, r *http.Request) {
			redirect("https://"+url.QueryEscape(apiKey)+".example.org/"+url.PathEscape(apiKey))(w, r)
		},
		"broken redirect": redirect("http://[" + apiKey),
		"Location":        redirect("::" + apiKey),
		"200": func(w http.ResponseWriter, r *http.Request) {
			serve(list, "ETag", `"`+apiKey+`"`, "Last-Modified", apiKey, "Content-Disposition", `attachment; filename*=UTF-8''`+
				url.PathEscape(apiKey)+".txt")(w, r)
		},
		"200, member": serve(zipped(t, strings.ReplaceAll(apiKey, "/", "%2F")+".txt", list)),
		"429":         answer(429, apiKey, "Retry-After", apiKey),
	}
}

// TestShortKey: a key of one letter is masked where it stands alone, and no other word loses a letter.
func TestShortKey(t *testing.T) {
	t.Parallel()
	b := setup(t, answer(500, `no book of "o" for key=o; look up o's own: foo, o2, ÿo`))
	r := request()
	r.Credentials = credentials(customer, "o")
	o := b.mustFail(t, r, provider.ServerError)
	if said := o.Message + o.Hint; !strings.Contains(said, `no book of "[secret]" for key=[secret]; look up [secret]'s own: foo, o2, ÿo`) {
		t.Error(said)
	}
}
