// Package redistest starts private redis-servers and sentinels for a test.
package redistest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// Start starts a redis-server that ends with the test, on its own socket, and returns its address in the form of
// REDIS_URL. If redis-server is not installed, the test is skipped; in CI it fails.
func Start(t testing.TB) (url string) {
	t.Helper()
	return New(t, Options{}).URL()
}

// Options are what a server asks of its clients.
type Options struct {
	TCP      bool   // a port of 127.0.0.1 instead of a socket
	TLS      bool   // a port that speaks TLS alone, with a certificate of its own making (Server.CA)
	User     string // beside the default user, who is then locked out
	Password string // of the user, or of the default one
}

// Server is a redis-server that can be stopped and started again at the same address. What it held is gone then.
type Server struct {
	CA *x509.CertPool // with TLS: what the server's certificate is signed by

	t       testing.TB
	o       Options
	dir     string
	addr    string // host and port, or the socket's path
	process *exec.Cmd
}

// New starts a redis-server that ends with the test. It skips and fails as Start does.
func New(t testing.TB, o Options) *Server {
	t.Helper()
	s := &Server{t: t, o: o, dir: folder(t)}
	s.addr = filepath.Join(s.dir, "redis.sock")
	if o.TCP || o.TLS {
		s.addr = freeAddr(t)
	}
	if o.TLS {
		s.CA = makeCertificate(t, s.dir)
	}
	s.Start()
	t.Cleanup(s.Stop)
	return s
}

// Start starts the server again after Stop.
func (s *Server) Start() {
	s.t.Helper()
	s.process = start(s.t, s.args()...)
	awaitAnswer(s.t, s.client())
}

// Stop ends the server at once, as a crash does.
func (s *Server) Stop() {
	if s.process != nil {
		_ = s.process.Process.Kill()
		_ = s.process.Wait()
		s.process = nil
	}
}

// URL is the server's address in the form of REDIS_URL.
func (s *Server) URL() string {
	u := url.URL{Scheme: "redis", Host: s.addr}
	switch {
	case s.o.TLS:
		u.Scheme = "rediss"
	case !s.o.TCP:
		u = url.URL{Scheme: "redis-socket", Path: s.addr}
	}
	if s.o.Password != "" {
		u.User = url.UserPassword(s.o.User, s.o.Password)
	}
	return u.String()
}

func (s *Server) args() []string {
	args := []string{"--save", "", "--appendonly", "no", "--maxmemory-policy", "noeviction", "--dir", s.dir, "--bind", "127.0.0.1"}
	switch {
	case s.o.TLS:
		args = append(args, "--port", "0", "--tls-port", port(s.addr), "--tls-auth-clients", "no", "--tls-ca-cert-file",
			filepath.Join(s.dir, certificateFile), "--tls-cert-file", filepath.Join(s.dir, certificateFile),
			"--tls-key-file", filepath.Join(s.dir, keyFile))
	case s.o.TCP:
		args = append(args, "--port", port(s.addr))
	default:
		args = append(args, "--port", "0", "--unixsocket", s.addr)
	}
	switch {
	case s.o.User != "":
		args = append(args, "--user", "default", "off", "--user", s.o.User, "on", ">"+s.o.Password, "~*", "&*", "+@all")
	case s.o.Password != "":
		args = append(args, "--requirepass", s.o.Password)
	}
	return args
}

func (s *Server) client() *redis.Client {
	o := &redis.Options{Addr: s.addr, Username: s.o.User, Password: s.o.Password}
	if !s.o.TCP && !s.o.TLS {
		o.Network = "unix"
	}
	if s.o.TLS {
		o.TLSConfig = &tls.Config{RootCAs: s.CA, MinVersion: tls.VersionTLS12}
	}
	return patient(o)
}

// StartSentinel starts a sentinel that watches a server with a port, under the name "main", and ends with the test. It
// returns the sentinel's host and port. Clients have to give the password, where there is one.
func StartSentinel(t testing.TB, watched *Server, password string) (addr string) {
	t.Helper()
	dir := folder(t)
	addr = freeAddr(t)
	host, watchedPort, err := net.SplitHostPort(watched.addr)
	if err != nil {
		t.Fatalf("a sentinel watches servers with a port: %v", err)
	}
	config := fmt.Sprintf("port %s\nbind 127.0.0.1\ndir %s\nsentinel monitor main %s %s 1\nsentinel down-after-milliseconds main 1000\n",
		port(addr), dir, host, watchedPort)
	if watched.o.Password != "" {
		config += "sentinel auth-pass main " + watched.o.Password + "\n"
	}
	if password != "" {
		config += "requirepass " + password + "\n"
	}
	file := filepath.Join(dir, "sentinel.conf") // a sentinel keeps what it learns in it
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	process := start(t, file, "--sentinel")
	t.Cleanup(func() {
		_ = process.Process.Kill()
		_ = process.Wait()
	})
	awaitAnswer(t, patient(&redis.Options{Addr: addr, Password: password}))
	return addr
}

// start starts a redis-server with arguments.
func start(t testing.TB, args ...string) *exec.Cmd {
	t.Helper()
	binary, err := exec.LookPath("redis-server")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("redis-server is not installed, and CI must test on it: %v", err)
		}
		t.Skip("redis-server is not installed: install it to run the suite on it too")
	}
	process := exec.CommandContext(context.Background(), binary, args...) //nolint:gosec // the redis-server of this machine
	if err := process.Start(); err != nil {
		t.Fatalf("start redis-server: %v", err)
	}
	return process
}

// patient is a client that waits for a server that is starting.
func patient(o *redis.Options) *redis.Client {
	o.MaxRetries, o.MinRetryBackoff, o.MaxRetryBackoff = 200, 10*time.Millisecond, 50*time.Millisecond
	return redis.NewClient(o)
}

func awaitAnswer(t testing.TB, client *redis.Client) {
	t.Helper()
	if err := errors.Join(client.Ping(context.Background()).Err(), client.Close()); err != nil {
		t.Fatalf("redis-server does not answer: %v", err)
	}
}

// folder is one for a server's files. t.TempDir() can be too long for the path of a socket.
func folder(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "redis")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// freeAddr is a port of this machine that nobody listened on a moment ago.
func freeAddr(t testing.TB) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

func port(addr string) string {
	_, port, _ := net.SplitHostPort(addr)
	return port
}
