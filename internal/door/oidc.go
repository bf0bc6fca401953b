package door

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"autoholdings/internal/access"
)

// OIDC says how people sign in at the library's own sign-in, by OpenID Connect.
type OIDC struct {
	Issuer       string   // its URL
	ClientID     string   // this server's name there
	ClientSecret string   // empty: a public client
	Audience     string   // of tokens that programs bring from the issuer; empty: none are taken
	ScopesClaim  string   // what the issuer says of somebody, by which Map goes; default "groups"
	Map          []string // VALUE=SCOPE,SCOPE
	NameClaim    string   // the name to show; default: name, preferred_username or email, whichever there is
}

// issuer is the library's own sign-in.
type issuer struct {
	OIDC
	host   string // as shown
	grants []grant
	client *http.Client

	mu       sync.Mutex
	provider *oidc.Provider // nil: not asked yet, or it did not answer
	failed   error          // why not
	again    time.Time      // when it is asked again
}

// How an issuer is asked.
const (
	issuerPatience = 10 * time.Second // for one answer
	issuerPause    = time.Second      // after one that failed
	keysPause      = 5 * time.Second  // between two looks at its keys: forged tokens make nobody ask more often
	largestAnswer  = 4 << 20          // bytes
)

func (d *Door) setIssuer(o *OIDC) error {
	if o == nil {
		return nil
	}
	u, err := url.Parse(o.Issuer)
	if err != nil || u.Hostname() == "" || u.Scheme != "https" && (u.Scheme != "http" || !isLoopbackName(u.Hostname())) {
		return fmt.Errorf("--oidc-issuer: %.200q is not an https URL, such as https://login.example.org/realms/library", o.Issuer)
	}
	if o.ClientID == "" {
		return errors.New("--oidc-client-id is not set: register this server at the issuer, with the redirect URI PUBLIC-URL" + callbackPath +
			", and give the id that it has there")
	}
	grants, err := parseGrants(o.Map)
	if err != nil {
		return err
	}
	i := &issuer{OIDC: *o, host: u.Host, grants: grants}
	if i.ScopesClaim == "" {
		i.ScopesClaim = "groups"
	}
	i.client = &http.Client{Timeout: issuerPatience, Transport: &sparing{next: http.DefaultTransport}}
	d.issuer = i
	return nil
}

// errIssuerAway is for the one who asks.
var errIssuerAway = errors.New("the library's sign-in does not answer just now: try again in a moment; the server's log says why")

// discover asks the issuer what it has, once. One that does not answer is asked again at the next need.
func (i *issuer) discover(ctx context.Context) (*oidc.Provider, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.provider != nil {
		return i.provider, nil
	}
	if i.failed != nil && time.Now().Before(i.again) {
		return nil, errors.Join(errIssuerAway, i.failed)
	}
	provider, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), i.client), i.Issuer)
	if err != nil {
		i.failed, i.again = fmt.Errorf("ask the issuer %s what it has: %w", i.Issuer, err), time.Now().Add(issuerPause)
		return nil, errors.Join(errIssuerAway, i.failed)
	}
	i.provider, i.failed = provider, nil
	return provider, nil
}

// errNoBearers is for programs that come with a token of the issuer where none are taken.
var errNoBearers = errors.New("this is no token of this server, and it takes none of others: ask an administrator for a token, or to set " +
	"--oidc-audience for tokens of the library's sign-in")

// byBearer returns whose token a program has brought that it was given by the issuer.
func (i *issuer) byBearer(ctx context.Context, service *access.Service, token string) (access.Principal, error) {
	if i.Audience == "" {
		return access.Principal{}, errNoBearers
	}
	if strings.Count(token, ".") != 2 {
		return access.Principal{}, access.ErrUnknown
	}
	provider, err := i.discover(ctx)
	if err != nil {
		return access.Principal{}, err
	}
	verified, err := provider.VerifierContext(oidc.ClientContext(ctx, i.client), &oidc.Config{ClientID: i.Audience}).Verify(ctx, token)
	if expired := (*oidc.TokenExpiredError)(nil); errors.As(err, &expired) {
		return access.Principal{}, access.ErrExpired
	}
	if err != nil && strings.Contains(err.Error(), "fetching keys") { // it is not wrapped
		return access.Principal{}, errors.Join(errIssuerAway, err)
	}
	if err != nil {
		return access.Principal{}, fmt.Errorf("%w (%w)", access.ErrUnknown, err)
	}
	var said claims
	if err := verified.Claims(&said); err != nil || verified.Subject == "" {
		return access.Principal{}, errors.Join(access.ErrUnknown, err)
	}
	return service.ByIssuer(ctx, i.describe(verified.Subject, said))
}

// describe turns what the issuer says into what this server keeps.
func (i *issuer) describe(subject string, said claims) access.FromIssuer {
	return access.FromIssuer{
		Issuer: i.Issuer, Subject: subject, Name: said.text(i.NameClaim, "name", "preferred_username", "email"),
		Scopes: scopesBy(i.grants, said.values(i.ScopesClaim)),
	}
}

// config is what the issuer is told of this server.
func (i *issuer) config(p *oidc.Provider, redirect string) *oauth2.Config {
	endpoint := p.Endpoint()
	if i.ClientSecret == "" {
		endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	return &oauth2.Config{
		ClientID: i.ClientID, ClientSecret: i.ClientSecret, Endpoint: endpoint, RedirectURL: redirect,
		Scopes: []string{oidc.ScopeOpenID, "profile", "email"},
	}
}

// exchange gives the issuer the code that the browser came back with, and returns what it says of whom.
func (i *issuer) exchange(ctx context.Context, redirect, code string, a attempt) (access.FromIssuer, error) {
	provider, err := i.discover(ctx)
	if err != nil {
		return access.FromIssuer{}, err
	}
	ctx = oidc.ClientContext(ctx, i.client)
	token, err := i.config(provider, redirect).Exchange(ctx, code, oauth2.VerifierOption(a.derive("verifier")))
	if err != nil {
		if refused := (*oauth2.RetrieveError)(nil); errors.As(err, &refused) { // its text has the issuer's whole answer
			err = fmt.Errorf("status %d, %.100q", refused.Response.StatusCode, refused.ErrorCode)
		}
		return access.FromIssuer{}, fmt.Errorf("give the issuer the code: %w", err)
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := provider.VerifierContext(ctx, &oidc.Config{ClientID: i.ClientID}).Verify(ctx, raw)
	if err != nil {
		return access.FromIssuer{}, fmt.Errorf("the issuer's ID token: %w", err)
	}
	if id.Subject == "" {
		return access.FromIssuer{}, errors.New("the issuer's ID token does not say of whom it is: sub is missing")
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(a.derive("nonce"))) != 1 {
		return access.FromIssuer{}, errors.New("the issuer's ID token was made for another sign-in: its nonce differs")
	}
	var said claims
	if err := id.Claims(&said); err != nil {
		return access.FromIssuer{}, fmt.Errorf("the issuer's ID token: %w", err)
	}
	if said.find(i.ScopesClaim) == nil && provider.UserInfoEndpoint() != "" {
		if said, err = i.moreOf(ctx, provider, token, id.Subject, said); err != nil {
			return access.FromIssuer{}, err
		}
	}
	return i.describe(id.Subject, said), nil
}

// moreOf adds what only the issuer's userinfo says.
func (i *issuer) moreOf(ctx context.Context, p *oidc.Provider, token *oauth2.Token, subject string, said claims) (claims, error) {
	info, err := p.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		return nil, fmt.Errorf("ask the issuer's userinfo: %w", err)
	}
	if info.Subject != subject {
		return nil, errors.New("the issuer's userinfo is of somebody else than its ID token")
	}
	var more claims
	if err := info.Claims(&more); err != nil {
		return nil, fmt.Errorf("the issuer's userinfo: %w", err)
	}
	for name, value := range said {
		more[name] = value
	}
	return more, nil
}

// sparing answers a look at the issuer's keys that comes soon after another with the same answer, and reads no endless
// answers.
type sparing struct {
	next http.RoundTripper

	mu   sync.Mutex
	kept map[string]keptAnswer
}

type keptAnswer struct {
	body  []byte
	until time.Time
}

func (s *sparing) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodGet || r.Header.Get("Authorization") != "" {
		return limited(s.next.RoundTrip(r))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	key := r.URL.String()
	if kept, ok := s.kept[key]; ok && time.Now().Before(kept.until) {
		return &http.Response{
			Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
			Header: http.Header{"Content-Type": {"application/json"}}, ContentLength: int64(len(kept.body)),
			Body: io.NopCloser(bytes.NewReader(kept.body)),
		}, nil
	}
	answer, err := limited(s.next.RoundTrip(r))
	if err != nil || answer.StatusCode != http.StatusOK {
		return answer, err
	}
	body, err := io.ReadAll(answer.Body)
	if err := errors.Join(err, answer.Body.Close()); err != nil {
		return nil, fmt.Errorf("read what the issuer answers: %w", err)
	}
	if s.kept == nil {
		s.kept = map[string]keptAnswer{}
	}
	s.kept[key] = keptAnswer{body, time.Now().Add(keysPause)}
	answer.Body = io.NopCloser(bytes.NewReader(body))
	return answer, nil
}

func limited(answer *http.Response, err error) (*http.Response, error) {
	if err == nil {
		answer.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(answer.Body, largestAnswer), answer.Body}
	}
	return answer, err
}

// attempt is a sign-in at the issuer that has begun. The browser keeps it in a cookie, and the issuer is told only what is
// derived from it, so that no process has to remember it and nobody can finish the sign-in of another browser.
type attempt struct {
	secret string // random
	begun  int64  // in Unix seconds
	next   string // where to go then
}

// attemptLife is how long a sign-in at the issuer may take.
const attemptLife = 10 * time.Minute

func (a attempt) String() string {
	return fmt.Sprintf("%s.%d.%s", a.secret, a.begun, base64.RawURLEncoding.EncodeToString([]byte(a.next)))
}

func parseAttempt(text string, now time.Time) (a attempt, ok bool) {
	secret, rest, _ := strings.Cut(text, ".")
	number, next, _ := strings.Cut(rest, ".")
	path, err := base64.RawURLEncoding.DecodeString(next)
	if _, scan := fmt.Sscan(number, &a.begun); err != nil || scan != nil || len(secret) < 26 {
		return a, false
	}
	a.secret, a.next = secret, ownPath(string(path))
	age := now.Sub(time.Unix(a.begun, 0))
	return a, age >= -time.Minute && age <= attemptLife
}

// derive returns what the issuer is told for a purpose: 43 characters from which the secret cannot be found.
func (a attempt) derive(purpose string) string {
	sum := sha256.Sum256([]byte(purpose + "\x00" + a.String()))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
