package door_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"
)

// The server's name and secret at the issuer, and the audience of tokens for programs.
const (
	clientID     = "holdings"
	clientSecret = "not a secret"
	audience     = "https://holdings.example.org/api"
)

// localIssuer is a sign-in by OpenID Connect: discovery, keys, code flow with PKCE, userinfo. Everybody who comes is let in as
// whom claims say.
type localIssuer struct {
	*httptest.Server
	t   testing.TB
	key *rsa.PrivateKey

	mu       sync.Mutex
	keyID    string
	claims   map[string]any // of the ID token, over the usual ones
	userinfo map[string]any // nil: there is no userinfo
	away     bool           // it answers with faults
	public   bool           // it expects no secret
	refuses  string         // the error with which it sends browsers back
	codes    map[string]url.Values
	asked    map[string]int // by path
}

var oneKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

func startIssuer(t testing.TB) *localIssuer {
	t.Helper()
	key, err := oneKey()
	must(t, err)
	i := &localIssuer{t: t, key: key, keyID: "one", claims: map[string]any{}, codes: map[string]url.Values{}, asked: map[string]int{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", i.discovery)
	mux.HandleFunc("GET /keys", i.keys)
	mux.HandleFunc("GET /authorize", i.authorize)
	mux.HandleFunc("POST /token", i.token)
	mux.HandleFunc("GET /userinfo", i.info)
	i.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i.mu.Lock()
		defer i.mu.Unlock()
		i.asked[r.URL.Path]++
		if i.away {
			http.Error(w, "away", http.StatusInternalServerError)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(i.Close)
	return i
}

// set changes the issuer.
func (i *localIssuer) set(change func()) {
	i.mu.Lock()
	defer i.mu.Unlock()
	change()
}

func reply(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

func (i *localIssuer) discovery(w http.ResponseWriter, _ *http.Request) {
	about := map[string]any{
		"issuer": i.URL, "authorization_endpoint": i.URL + "/authorize", "token_endpoint": i.URL + "/token", "jwks_uri": i.URL + "/keys",
		"id_token_signing_alg_values_supported": []string{"RS256"}, "response_types_supported": []string{"code"},
		"subject_types_supported": []string{"public"}, "code_challenge_methods_supported": []string{"S256"},
	}
	if i.userinfo != nil {
		about["userinfo_endpoint"] = i.URL + "/userinfo"
	}
	reply(w, about)
}

func (i *localIssuer) keys(w http.ResponseWriter, _ *http.Request) {
	encode := base64.RawURLEncoding.EncodeToString
	reply(w, map[string]any{"keys": []any{map[string]any{
		"kty": "RSA", "use": "sig", "alg": "RS256", "kid": i.keyID, "n": encode(i.key.N.Bytes()), "e": encode(big.NewInt(int64(i.key.E)).Bytes()),
	}}})
}

// authorize lets everybody in and sends them back with a code.
func (i *localIssuer) authorize(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	if query.Get("response_type") != "code" || query.Get("client_id") != clientID || query.Get("code_challenge_method") != "S256" ||
		len(query.Get("code_challenge")) != 43 || len(query.Get("state")) != 43 || len(query.Get("nonce")) != 43 {
		i.t.Errorf("the issuer is asked for %v", query)
	}
	back := url.Values{"state": {query.Get("state")}, "iss": {i.URL}}
	if i.refuses != "" {
		back.Set("error", i.refuses)
	} else {
		code := rand.Text()
		i.codes[code] = query
		back.Set("code", code)
	}
	http.Redirect(w, r, query.Get("redirect_uri")+"?"+back.Encode(), http.StatusFound)
}

// token gives the ID token for a code, once.
func (i *localIssuer) token(w http.ResponseWriter, r *http.Request) {
	id, secret, basic := r.BasicAuth()
	if !basic {
		id, secret = r.PostFormValue("client_id"), r.PostFormValue("client_secret")
	}
	if unescaped, err := url.QueryUnescape(secret); basic && err == nil {
		secret = unescaped
	}
	code := r.PostFormValue("code")
	begun, ok := i.codes[code]
	challenge := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	switch {
	case id != clientID || !i.public && secret != clientSecret:
		w.WriteHeader(http.StatusUnauthorized)
		reply(w, map[string]any{"error": "invalid_client"})
		return
	case !ok || r.PostFormValue("redirect_uri") != begun.Get("redirect_uri") ||
		base64.RawURLEncoding.EncodeToString(challenge[:]) != begun.Get("code_challenge"):
		w.WriteHeader(http.StatusBadRequest)
		reply(w, map[string]any{"error": "invalid_grant", "error_description": "the code was " + code})
		return
	}
	delete(i.codes, code)
	claims := map[string]any{"sub": "ada-1", "aud": clientID, "nonce": begun.Get("nonce"), "name": "Ada Lovelace", "groups": []string{"staff"}}
	for name, value := range i.claims {
		claims[name] = value
	}
	reply(w, map[string]any{"access_token": "of-" + code, "token_type": "Bearer", "expires_in": 300, "id_token": i.sign(claims)})
}

func (i *localIssuer) info(w http.ResponseWriter, r *http.Request) {
	if len(r.Header.Get("Authorization")) < 20 {
		i.t.Error("userinfo is asked without a token")
	}
	reply(w, i.userinfo)
}

// sign makes a token with claims over the usual ones. A claim nil is left out.
func (i *localIssuer) sign(claims map[string]any) string {
	all := map[string]any{"iss": i.URL, "iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix()}
	for name, value := range claims {
		if all[name] = value; value == nil {
			delete(all, name)
		}
	}
	return i.signWith(map[string]any{"alg": "RS256", "kid": i.keyID, "typ": "JWT"}, all)
}

func (i *localIssuer) signWith(header, claims map[string]any) string {
	encode := func(v any) string {
		text, err := json.Marshal(v)
		must(i.t, err)
		return base64.RawURLEncoding.EncodeToString(text)
	}
	body := encode(header) + "." + encode(claims)
	sum := sha256.Sum256([]byte(body))
	signature, err := rsa.SignPKCS1v15(rand.Reader, i.key, crypto.SHA256, sum[:])
	must(i.t, err)
	return body + "." + base64.RawURLEncoding.EncodeToString(signature)
}
