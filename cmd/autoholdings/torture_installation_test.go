//go:build unix

package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"autoholdings/internal/pgtest"
	"autoholdings/internal/redistest"
	"autoholdings/internal/store"
	"autoholdings/mockoup"
)

// installation is the processes of one installation, its database, its queue and its provider.
type installation struct {
	t    *testing.T
	ctx  context.Context //nolint:containedctx // of the whole run
	name string
	form form

	dir       string
	mock      *mockoup.TestServer
	postgres  *pgtest.Server    // nil on SQLite
	redis     *redistest.Server // nil where the queue is embedded
	address   string            // of the database; "" on SQLite
	db        *sql.DB           // the test's own way to it
	processes []*process
	over      atomic.Int64 // jobs that the script has seen the end of
}

// The customers of the mock provider. Books and journals have no title in common.
var tortureCustomers = []mockoup.Customer{
	{Number: "books", Key: "books-key", Contents: []string{mockoup.Books}},
	{Number: "journals", Key: "journals-key", Contents: []string{mockoup.Journals}},
	{Number: "part", Key: "part-key", Share: 0.6},
	{Number: "slow", Key: "slow-key", Share: 0.3},
}

func newInstallation(ctx context.Context, t *testing.T, name string, form form, seed uint64, tortured bool) *installation {
	in := &installation{t: t, ctx: ctx, name: name, form: form}
	var err error
	if in.dir, err = os.MkdirTemp("", "autoholdings-torture-*"); err != nil {
		t.Fatal(err)
	}
	key := make([]byte, 32) // all machines are given the same
	_, _ = rand.Read(key)
	in.mock = mockoup.NewServer(t, mockoup.Options{Titles: 600, Seed: seed, Customers: tortureCustomers})
	args := []string{"--oup-url", in.mock.URL, "--oup-allow-insecure", "--concurrency", "4", "--sealing-key", hex.EncodeToString(key)}
	serve := append([]string{"serve", "--addr", "127.0.0.1:0"}, args...)
	if form == onSQLite {
		in.add("serve", true, serve)
		return in
	}
	in.redis = redistest.New(t, redistest.Options{})
	args = append(args, "--redis-url", in.redis.URL())
	serve = append(serve, "--redis-url", in.redis.URL())
	in.add("serve-1", true, serve)
	in.add("serve-2", false, append(slices.Clone(serve), "--no-worker"))
	for n := range 3 {
		in.add(fmt.Sprintf("worker-%d", n+1), true, append([]string{"worker"}, args...))
	}
	if tortured && clockCanBeSet(t) {
		draw := mathrand.New(mathrand.NewPCG(seed, 1))
		for _, p := range in.processes {
			p.skew = draw.IntN(4*3600) - 2*3600
			t.Logf("the clock of %s is off by %v", p.name, time.Duration(p.skew)*time.Second)
		}
	}
	return in
}

func (in *installation) add(name string, works bool, args []string) {
	dir := filepath.Join(in.dir, name)
	in.processes = append(in.processes, &process{
		in: in, name: name, works: works, args: append(slices.Clone(args), "--data-dir", dir), log: dir + ".log",
		gone: make(chan struct{}),
	})
}

// start makes the database, with the triggers that watch it, and starts the processes.
func (in *installation) start() (err error) {
	if in.form == onPostgres {
		if in.postgres, err = pgtest.Start(in.ctx); err != nil {
			return err
		}
		if in.address, err = in.postgres.Create(in.ctx, "torture", ""); err != nil {
			return err
		}
	}
	if _, err := store.Migrate(in.ctx, in.options()); err != nil {
		return err
	}
	if in.db, err = in.open(); err != nil {
		return err
	}
	if err := in.watch(); err != nil {
		return err
	}
	for _, p := range in.processes {
		go p.keep()
	}
	for _, p := range in.processes {
		died := false
		if err := in.until(p.name+" is up", func() (bool, error) { died = p.number() > 1; return died || p.up(), nil }); err != nil || died {
			return fmt.Errorf("%s does not start: %w\n%s", p.name, err, p.said())
		}
	}
	return nil
}

func (in *installation) options() store.Options {
	if in.form == onSQLite {
		return store.Options{DataDir: filepath.Join(in.dir, "serve")}
	}
	return store.Options{URL: in.address}
}

func (in *installation) open() (*sql.DB, error) {
	if in.form == onSQLite {
		return sql.Open("sqlite3", "file:"+filepath.Join(in.dir, "serve", store.FileName)+"?_busy_timeout=20000")
	}
	return sql.Open("pgx", in.address)
}

// until polls until something is so. An error counts as not yet: what is asked may be away at the moment.
func (in *installation) until(what string, so func() (bool, error)) error {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		ok, err := so()
		if ok {
			return nil
		}
		select {
		case <-in.ctx.Done():
			return errors.Join(fmt.Errorf("waiting until %s: %w", what, in.ctx.Err()), err)
		case <-tick.C:
		}
	}
}

// end tells all processes to stop, as an operator does, and waits until they have.
func (in *installation) end() error {
	var errs []error
	for _, p := range in.processes {
		if _, err := p.tell(syscall.SIGTERM); err != nil {
			errs = append(errs, err)
		}
	}
	for _, p := range in.processes {
		select {
		case <-p.gone:
		case <-time.After(time.Minute):
			errs = append(errs, fmt.Errorf("%s does not stop:\n%s", p.name, p.said()))
		}
	}
	return errors.Join(errs...)
}

// remove ends what is left of it. After a failure the logs stay.
func (in *installation) remove() {
	for _, p := range in.processes {
		p.forget()
	}
	if in.db != nil {
		_ = in.db.Close()
	}
	if in.postgres != nil {
		if err := in.postgres.Stop(); err != nil {
			in.t.Error(err)
		}
	}
	if in.t.Failed() {
		in.t.Logf("%s: the logs and data directories are in %s", in.name, in.dir)
		return
	}
	_ = os.RemoveAll(in.dir)
}

// process is one of an installation's, with all its lives: when it ends, it is started again, as a supervisor does.
type process struct {
	in    *installation
	name  string
	works bool // it runs jobs
	args  []string
	log   string
	skew  int // seconds

	mutex  sync.Mutex
	life   int
	cmd    *exec.Cmd // of this life; nil: between two
	url    string    // of this life; "": not yet up. Of a worker "-"
	ending bool      // it is not started again
	killed bool      // this life is ended by the test
	gone   chan struct{}
}

// keep lives all lives of the process.
func (p *process) keep() {
	defer close(p.gone)
	for {
		out, err := p.begin()
		if err != nil {
			p.in.t.Errorf("start %s: %v", p.name, err)
			return
		}
		if out == nil {
			return
		}
		p.listen(out)
		err = p.cmd.Wait()
		p.mutex.Lock()
		up, killed, ending := p.url != "", p.killed, p.ending
		p.cmd, p.url = nil, ""
		p.mutex.Unlock()
		switch {
		case ending:
			if err != nil && !killed {
				p.in.t.Errorf("%s of %s, told to stop, ended otherwise: %v\n%s", p.name, p.in.name, err, p.said())
			}
			return
		case up && !killed: // it may end before it is up, where its database is away
			p.in.t.Errorf("%s of %s ended by itself: %v\n%s", p.name, p.in.name, err, p.said())
		}
		select {
		case <-p.in.ctx.Done():
			return
		case <-time.After(200 * time.Millisecond): // as a supervisor does
		}
	}
}

// begin starts a life. It returns what the process says, or nil if there is to be none.
func (p *process) begin() (io.Reader, error) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.ending {
		return nil, nil
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	log, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close() // the process has its own
	p.life++
	p.killed = false
	cmd := exec.Command(self, p.args...)
	cmd.Env = append(os.Environ(), "AUTOHOLDINGS_TEST_PROGRAM=1", clockVariable+"="+strconv.Itoa(p.skew))
	if p.in.address != "" {
		cmd.Env = append(cmd.Env, "DATABASE_URL="+p.in.address+"&application_name="+url.QueryEscape(p.holder()))
	}
	cmd.Stderr = log
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(log, "--- life %d\n", p.life)
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p.cmd = cmd
	return out, nil
}

// listen waits until the process says that it is up, and then until it says nothing more.
func (p *process) listen(out io.Reader) {
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		where := ""
		if _, rest, ok := strings.Cut(lines.Text(), "serves "); ok {
			where, _, _ = strings.Cut(rest, "/graphql")
		} else if strings.Contains(lines.Text(), "runs jobs") {
			where = "-"
		}
		p.mutex.Lock()
		p.url = where
		p.mutex.Unlock()
	}
}

// holder is the present life as the database knows it.
func (p *process) holder() string { return fmt.Sprintf("%s.%d", p.name, p.life) }

func (p *process) number() int {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.life
}

func (p *process) up() bool {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.url != ""
}

// address is where its API is; "": it has none at the moment.
func (p *process) address() string {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return strings.TrimPrefix(p.url, "-")
}

// tell sends a signal to the present life, and returns which life that is. After SIGTERM there is no other.
func (p *process) tell(signal syscall.Signal) (holder string, err error) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	switch signal {
	case syscall.SIGTERM:
		p.ending = true
	case syscall.SIGKILL:
		p.killed = true
	}
	if p.cmd == nil {
		return "", nil
	}
	return p.holder(), p.cmd.Process.Signal(signal)
}

// forget ends the process for good, if it has ever begun.
func (p *process) forget() {
	p.mutex.Lock()
	begun := p.life > 0
	p.ending, p.killed = true, true
	if p.cmd != nil {
		_ = p.cmd.Process.Kill()
	}
	p.mutex.Unlock()
	if begun {
		<-p.gone
	}
}

// said is the end of what the process logged.
func (p *process) said() string {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	lines := bytes.Split(text, []byte("\n"))
	return string(bytes.Join(lines[max(0, len(lines)-25):], []byte("\n")))
}

// clockVariable sets the clock of a process wrong, in a binary that was built for it: see internal/skew.
const clockVariable = "AUTOHOLDINGS_TEST_CLOCK_SKEW"

// clockCanBeSet asks this very binary for the time, with a wrong clock.
func clockCanBeSet(t testing.TB) bool {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(context.Background(), self)
	cmd.Env = append(os.Environ(), clockVariable+"=86400", askClock+"=1")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	said, err := time.Parse(time.RFC3339, strings.TrimSpace(string(out)))
	if err != nil {
		t.Fatal(err)
	}
	return time.Until(said) > time.Hour
}
