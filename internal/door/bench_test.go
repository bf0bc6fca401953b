package door_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"autoholdings/internal/access"
	"autoholdings/internal/door"
	"autoholdings/internal/storetest"
)

// BenchmarkDoor is what the door adds to a request: nothing to look up, a token, a session.
func BenchmarkDoor(b *testing.B) {
	s := storetest.Open(b)
	service := access.New(access.Options{Store: s})
	b.Cleanup(func() { _ = service.Close() })
	d, err := door.New(door.Options{Access: service})
	must(b, err)
	made, err := service.CreateToken(b.Context(), access.TokenInput{Name: "nightly", Scopes: access.Scopes{access.Read}})
	must(b, err)
	_, err = service.AddPerson(b.Context(), access.PersonInput{Name: "Ada", Password: password, Scopes: access.Scopes{access.Read}})
	must(b, err)
	cookie, _, err := service.SignIn(b.Context(), "Ada", password, access.Browser{})
	must(b, err)
	handler := d.Wrap(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	for name, test := range map[string]struct{ path, header, value string }{
		"open": {"/healthz", "X-Nothing", "x"}, "token": {"/graphql", "Authorization", "Bearer " + made.Secret}, "session": {"/graphql", "Cookie", cookieName + "=" + cookie},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "http://127.0.0.1"+test.path, nil)
				if test.path == "/healthz" {
					r.Method = http.MethodGet
				}
				r.Header.Set(test.header, test.value)
				w := httptest.NewRecorder()
				if handler.ServeHTTP(w, r); w.Code != http.StatusOK {
					b.Fatal(w.Code, w.Body)
				}
			}
		})
	}
}
