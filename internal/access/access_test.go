package access_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"autoholdings/ent/person"
	"autoholdings/internal/access"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
	"autoholdings/internal/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

const password = "correct horse battery"

type bundle struct {
	*access.Service
	t     *testing.T
	store *store.Store
}

func open(t *testing.T) *bundle {
	t.Helper()
	o := storetest.Options(t, t.TempDir())
	o.Record = access.Record
	s, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	b := &bundle{access.New(access.Options{Store: s}), t, s}
	t.Cleanup(func() {
		if err := errors.Join(b.Close(), s.Close()); err != nil {
			t.Error(err)
		}
	})
	return b
}

func (b *bundle) write(query string, args ...any) {
	b.t.Helper()
	b.must(b.store.Write(b.t.Context(), func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.SQL.ExecContext(ctx, query, args...)
		return err
	}))
}

func (b *bundle) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bundle) person(name string, scopes ...access.Scope) int64 {
	b.t.Helper()
	row, err := b.AddPerson(b.t.Context(), access.PersonInput{Name: name, Password: password, Scopes: scopes})
	b.must(err)
	return row.ID
}

// wants checks that an error is a problem with a code, and says something.
func wants(t *testing.T, err error, code problem.Code, text string) {
	t.Helper()
	found, ok := problem.In(err)
	if !ok || found[0].Code != code || !strings.Contains(err.Error(), text) {
		t.Errorf("%v; want %s: %s", err, code, text)
	}
}

func TestScopesInWords(t *testing.T) {
	t.Parallel()
	scopes, err := access.ParseScopes(" curate,READ  operate read")
	if err != nil || scopes.String() != "read operate curate" {
		t.Errorf("%q %v", scopes, err)
	}
	for _, wrong := range []string{"", " , ", "read write", "root"} {
		if scopes, err := access.ParseScopes(wrong); err == nil {
			t.Errorf("%q is %v", wrong, scopes)
		}
	}
	for _, c := range []struct {
		has    access.Scopes
		needed access.Scope
		want   bool
	}{
		{nil, access.Read, false},
		{access.Scopes{access.Curate}, access.Read, true},
		{access.Scopes{access.Curate}, access.Operate, false},
		{access.Scopes{access.Read}, access.Admin, false},
		{access.Scopes{access.Admin}, access.Configure, true},
	} {
		if got := c.has.Has(c.needed); got != c.want {
			t.Errorf("%v has %s: %v", c.has, c.needed, got)
		}
	}
}

// TestTokenEnds: a token that is unknown, mistyped, expired or revoked lets nobody in, and says which.
func TestTokenEnds(t *testing.T) {
	t.Parallel()
	b := open(t)
	made, err := b.CreateToken(t.Context(), access.TokenInput{Name: "a", Scopes: access.Scopes{access.Read}})
	b.must(err)
	other, err := b.CreateToken(t.Context(), access.TokenInput{Name: "b", Scopes: access.Scopes{access.Read}})
	b.must(err)
	if !access.TokenPattern.MatchString("see " + made.Secret + " there") {
		t.Error("a scanner would not find", made.Secret)
	}
	last := made.Secret[len(made.Secret)-1]
	mistyped := made.Secret[:len(made.Secret)-1] + string('0'+(last-'0'+1)%10)
	for _, wrong := range []string{"", "autoh_", mistyped, strings.ToUpper(made.Secret), made.Secret + "0", strings.Repeat("x", 100_000)} {
		if _, err := b.ByToken(t.Context(), wrong); !errors.Is(err, access.ErrUnknown) {
			t.Errorf("%.60q: %v", wrong, err)
		}
	}
	b.write(`UPDATE access_tokens SET expires_at = `+store.NowSQL+` WHERE id = ?`, other.Row.ID)
	if _, err := b.ByToken(t.Context(), other.Secret); !errors.Is(err, access.ErrExpired) {
		t.Error(err)
	}
	p, err := b.ByToken(t.Context(), made.Secret)
	b.must(err)
	if p.String() != `token "a"` {
		t.Error(p)
	}
	_, err = b.RevokeToken(t.Context(), made.Row.ID)
	b.must(err)
	if _, err := b.ByToken(t.Context(), made.Secret); !errors.Is(err, access.ErrRevoked) {
		t.Error(err)
	}
}

// TestTokenUse: when a token was used is written beside the request.
func TestTokenUse(t *testing.T) {
	t.Parallel()
	b := open(t)
	made, err := b.CreateToken(t.Context(), access.TokenInput{Name: "a", Scopes: access.Scopes{access.Read}})
	b.must(err)
	_, err = b.ByToken(t.Context(), made.Secret)
	b.must(err)
	b.Flush()
	if b.store.Read.AccessToken.GetX(t.Context(), made.Row.ID).UsedAt == nil {
		t.Error("the use is not known")
	}
}

// TestSignIn: the right password begins a session, whose cookie lets the person in until it ends.
func TestSignIn(t *testing.T) {
	t.Parallel()
	b := open(t)
	id := b.person("Ada Lovelace", access.Curate)
	cookie, p, err := b.SignIn(t.Context(), " ada  LOVELACE ", password, access.Browser{Address: "192.0.2.1", Name: "Browser\x00"})
	b.must(err)
	again, err := b.BySession(t.Context(), cookie)
	b.must(err)
	if p.ID != id || again.ID != id || again.Name != "Ada Lovelace" || !again.Scopes.Has(access.Curate) || again.Scopes.Has(access.Operate) {
		t.Errorf("%+v %+v", p, again)
	}
	second, _, err := b.SignIn(t.Context(), "Ada Lovelace", password, access.Browser{})
	b.must(err)
	if second == cookie {
		t.Error("two sessions have one cookie")
	}
	b.must(b.SignOut(t.Context(), cookie))
	for _, wrong := range []string{cookie, "", "x"} {
		if _, err := b.BySession(t.Context(), wrong); !errors.Is(err, access.ErrUnknown) {
			t.Errorf("%q: %v", wrong, err)
		}
	}
	b.write(`UPDATE sessions SET expires_at = ` + store.NowSQL)
	if _, err := b.BySession(t.Context(), second); !errors.Is(err, access.ErrExpired) {
		t.Error(err)
	}
}

// TestSessionsEnd: a new password, being kept out and being removed end the sessions; and no session outlives its life.
func TestSessionsEnd(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.person("Admin", access.Admin)
	id := b.person("Ada", access.Read)
	signIn := func(password string) string {
		t.Helper()
		cookie, _, err := b.SignIn(t.Context(), "Ada", password, access.Browser{})
		b.must(err)
		return cookie
	}
	ended := func(cookie string, want error) {
		t.Helper()
		if _, err := b.BySession(t.Context(), cookie); !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
	}
	cookie, other := signIn(password), "another long password"
	_, err := b.UpdatePerson(t.Context(), id, access.PersonChange{Password: &other})
	b.must(err)
	ended(cookie, access.ErrUnknown)
	cookie = signIn(other)
	b.write(`UPDATE sessions SET created_at = created_at - ?`, int64(8*24*3600*1000))
	ended(cookie, access.ErrExpired)
	cookie = signIn(other)
	if n, err := b.EndSessions(t.Context(), id); err != nil || n < 1 {
		t.Error(n, err)
	}
	ended(cookie, access.ErrUnknown)
	cookie = signIn(other)
	out := true
	_, err = b.UpdatePerson(t.Context(), id, access.PersonChange{Disabled: &out})
	b.must(err)
	ended(cookie, access.ErrUnknown)
	_, _, err = b.SignIn(t.Context(), "Ada", other, access.Browser{})
	wants(t, err, problem.BadInput, "taken away")
	b.must(b.RemovePerson(t.Context(), id))
	_, _, err = b.SignIn(t.Context(), "Ada", other, access.Browser{})
	wants(t, err, problem.BadInput, "the name or the password is wrong")
}

// TestWrongPasswords: whoever tries passwords has to wait, longer each time, and learns nothing; many tries at once are
// no way around it.
func TestWrongPasswords(t *testing.T) {
	t.Parallel()
	b := open(t)
	id := b.person("Ada", access.Read)
	_, _, err := b.SignIn(t.Context(), "Nobody", password, access.Browser{})
	wants(t, err, problem.BadInput, "the name or the password is wrong")
	for range 3 {
		_, _, err = b.SignIn(t.Context(), "Ada", "wrong wrong wrong", access.Browser{})
		wants(t, err, problem.BadInput, "the name or the password is wrong")
	}
	if row := b.store.Read.Person.GetX(t.Context(), id); row.LockedUntil-row.UpdatedAt != 1000 {
		t.Errorf("after %d failures the wait is %d ms", row.Failures, row.LockedUntil-row.UpdatedAt)
	}
	b.write(`UPDATE people SET locked_until = locked_until + 60000`) // this machine may be slow
	_, _, err = b.SignIn(t.Context(), "Ada", password, access.Browser{})
	wants(t, err, problem.Limited, "too many wrong passwords: wait ")
	b.write(`UPDATE people SET failures = 30, locked_until = 0`)
	_, _, err = b.SignIn(t.Context(), "Ada", "wrong wrong wrong", access.Browser{})
	wants(t, err, problem.BadInput, "the name or the password is wrong")
	row := b.store.Read.Person.GetX(t.Context(), id)
	if wait := row.LockedUntil - row.UpdatedAt; wait != 15*60*1000 {
		t.Errorf("after %d failures the wait is %d ms", row.Failures, wait)
	}
	b.write(`UPDATE people SET failures = 9, locked_until = 0`) // one more waits two minutes
	for name, known := range map[string]bool{"Ada": true, "Nobody at all": false} {
		var group sync.WaitGroup
		var mutex sync.Mutex
		said := map[string]int{}
		for range 12 {
			group.Go(func() {
				_, _, err := b.SignIn(context.Background(), name, "wrong wrong wrong", access.Browser{})
				mutex.Lock()
				defer mutex.Unlock()
				what, _, _ := strings.Cut(err.Error(), ":")
				said[what]++
			})
		}
		group.Wait()
		looked := said["the name or the password is wrong"]
		if looked < 1 || known && looked > 1 || looked == 12 || looked+said["too many wrong passwords"] != 12 {
			t.Errorf("12 tries at once for %s: %v", name, said)
		}
		if row := b.store.Read.Person.GetX(t.Context(), id); known && (row.Failures != 10 || row.LockedUntil <= row.UpdatedAt) {
			t.Errorf("%d failures are counted, locked until %d", row.Failures, row.LockedUntil)
		}
	}
	_, _, err = b.SignIn(t.Context(), "Ada", password, access.Browser{}) // the right one is told no more than the others
	wants(t, err, problem.Limited, "too many wrong passwords: wait ")
	b.write(`UPDATE people SET locked_until = 0`)
	_, _, err = b.SignIn(t.Context(), "Ada", password, access.Browser{})
	b.must(err)
	if row := b.store.Read.Person.Query().Where(person.ID(id)).OnlyX(t.Context()); row.Failures != 0 || row.SeenAt == nil {
		t.Errorf("%+v", row)
	}
}

// TestPeopleRefused: what cannot be done with people is refused with the reason.
func TestPeopleRefused(t *testing.T) {
	t.Parallel()
	b := open(t)
	admin := b.person("Admin", access.Admin)
	for name, c := range map[string]struct {
		in   access.PersonInput
		code problem.Code
		text string
	}{
		"short":     {access.PersonInput{Name: "A", Password: "short", Scopes: access.Scopes{access.Read}}, problem.BadInput, "give 12 or more"},
		"long":      {access.PersonInput{Name: "A", Password: strings.Repeat("ab", 101), Scopes: access.Scopes{access.Read}}, problem.BadInput, "at most 200"},
		"name":      {access.PersonInput{Name: "abcdefghijklm", Password: "ABCDEFGHIJKLM", Scopes: access.Scopes{access.Read}}, problem.BadInput, "is the name"},
		"one":       {access.PersonInput{Name: "A", Password: strings.Repeat("a", 20), Scopes: access.Scopes{access.Read}}, problem.BadInput, "one character"},
		"no scope":  {access.PersonInput{Name: "A", Password: password}, problem.BadInput, "no scope is given"},
		"scope":     {access.PersonInput{Name: "A", Password: password, Scopes: access.Scopes{"root"}}, problem.BadInput, "is no scope"},
		"no name":   {access.PersonInput{Name: " ", Password: password, Scopes: access.Scopes{access.Read}}, problem.BadInput, "the name is empty"},
		"same name": {access.PersonInput{Name: "ADMIN", Password: password, Scopes: access.Scopes{access.Read}}, problem.Conflict, "already"},
	} {
		_, err := b.AddPerson(t.Context(), c.in)
		t.Log(name)
		wants(t, err, c.code, c.text)
	}
	out := true
	_, err := b.UpdatePerson(t.Context(), admin, access.PersonChange{Disabled: &out})
	wants(t, err, problem.InUse, "the last person with a password who may administer")
	_, err = b.UpdatePerson(t.Context(), admin, access.PersonChange{Scopes: access.Scopes{access.Read}})
	wants(t, err, problem.InUse, "the last person")
	wants(t, b.RemovePerson(t.Context(), admin), problem.InUse, "the last person")
	wants(t, b.RemovePerson(t.Context(), 9), problem.NotFound, "no such person")
	if n := b.store.Read.Person.Query().CountX(t.Context()); n != 1 {
		t.Errorf("there are %d people", n)
	}
}

// TestInvitation: the first administrator comes in by a link that works once, and only while there is none.
func TestInvitation(t *testing.T) {
	t.Parallel()
	b := open(t)
	old, err := b.InviteFirst(t.Context())
	b.must(err)
	secret, err := b.InviteFirst(t.Context())
	b.must(err)
	in := access.PersonInput{Name: "Admin", Password: password}
	for _, wrong := range []string{"", "x", old} {
		_, err := b.AcceptInvitation(t.Context(), wrong, in, access.Browser{})
		wants(t, err, problem.BadInput, "replaced by a newer one")
	}
	_, err = b.AcceptInvitation(t.Context(), secret, access.PersonInput{Name: "Admin", Password: "short"}, access.Browser{})
	wants(t, err, problem.BadInput, "give 12 or more")
	cookie, err := b.AcceptInvitation(t.Context(), secret, in, access.Browser{})
	b.must(err)
	p, err := b.BySession(t.Context(), cookie)
	b.must(err)
	if !p.Scopes.Has(access.Admin) {
		t.Errorf("%+v", p)
	}
	_, err = b.AcceptInvitation(t.Context(), secret, access.PersonInput{Name: "Second", Password: password}, access.Browser{})
	wants(t, err, problem.BadInput, "this link was used")
	if again, err := b.InviteFirst(t.Context()); err != nil || again != "" {
		t.Error(again, err)
	}
}

// TestInvitationExpires: the link ends after a day.
func TestInvitationExpires(t *testing.T) {
	t.Parallel()
	b := open(t)
	secret, err := b.InviteFirst(t.Context())
	b.must(err)
	b.write(`UPDATE settings SET invitation_expires_at = ` + store.NowSQL)
	_, err = b.AcceptInvitation(t.Context(), secret, access.PersonInput{Name: "Admin", Password: password}, access.Browser{})
	wants(t, err, problem.BadInput, "has expired")
}

// TestRecordRollsBack: where the record cannot be written, nothing is.
func TestRecordRollsBack(t *testing.T) {
	t.Parallel()
	b := open(t)
	ctx := access.Doing(access.With(t.Context(), access.Anybody), access.Act{Name: "addPerson", Input: map[string]any{"f": func() {}}})
	if _, err := b.AddPerson(ctx, access.PersonInput{Name: "Ada", Password: password, Scopes: access.Scopes{access.Read}}); err == nil {
		t.Error("it was done without a record")
	}
	if n := b.store.Read.Person.Query().CountX(t.Context()); n != 0 {
		t.Errorf("there are %d people", n)
	}
	ctx = access.Doing(access.With(t.Context(), access.Anybody), access.Act{Name: "addPerson", Input: map[string]any{
		"password": "s3cret", "list": []any{map[string]any{"newPassword": "s3cret", "idempotencyKey": "k"}},
	}})
	_, err := b.AddPerson(ctx, access.PersonInput{Name: "Ada", Password: password, Scopes: access.Scopes{access.Read}})
	b.must(err)
	row := b.store.Read.AuditEntry.Query().OnlyX(t.Context())
	if text := string(row.Input) + string(row.Changed); strings.Contains(text, "s3cret") || !strings.Contains(text, `"idempotencyKey":"k"`) &&
		!strings.Contains(text, `"idempotencyKey": "k"`) {
		t.Error(text)
	}
}

// TestPrune: ended sessions go, and so do entries of the audit when they have been kept long enough; no others do.
func TestPrune(t *testing.T) {
	t.Parallel()
	b := open(t)
	keeping := access.New(access.Options{Store: b.store, KeepAudit: 24 * time.Hour})
	ctx := access.Doing(access.With(t.Context(), access.Anybody), access.Act{Name: "addPerson"})
	for _, name := range []string{"Ada", "Bob"} {
		_, err := b.AddPerson(ctx, access.PersonInput{Name: name, Password: password, Scopes: access.Scopes{access.Read}})
		b.must(err)
		_, _, err = b.SignIn(t.Context(), name, password, access.Browser{}) // which is recorded too
		b.must(err)
	}
	b.write(`UPDATE audit_entries SET created_at = created_at - 90000000 WHERE id = (SELECT MIN(id) FROM audit_entries)`)
	b.write(`UPDATE sessions SET expires_at = 1 WHERE id = (SELECT MIN(id) FROM sessions)`)
	b.must(b.Prune(ctx))
	count := func(entries, sessions int) {
		t.Helper()
		if e, s := b.store.Read.AuditEntry.Query().CountX(t.Context()), b.store.Read.Session.Query().CountX(t.Context()); e != entries || s != sessions {
			t.Errorf("%d entries, %d sessions; want %d, %d", e, s, entries, sessions)
		}
	}
	count(4, 1)
	b.must(keeping.Prune(ctx))
	count(3, 1)
}
