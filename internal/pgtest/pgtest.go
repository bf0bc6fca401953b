// Package pgtest starts a private PostgreSQL for tests and for the check of the migrations.
package pgtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"
)

// ErrNotInstalled says that PostgreSQL is not on this machine.
var ErrNotInstalled = errors.New("PostgreSQL is not installed (initdb and postgres are neither in PATH nor in /usr/lib/postgresql)")

// Server is a private PostgreSQL on a free port of loopback. It survives no process that started it: a watcher ends it
// and deletes its files when the process is gone, however that ended.
type Server struct {
	URL string // of its database postgres, as DATABASE_URL has it

	admin   *sql.DB // of its database postgres
	dir     string
	binary  func(name string) string
	started *exec.Cmd
	watcher io.WriteCloser
}

// script ends the server when its standard input is closed, which the kernel does when the process that started it
// ends. It then deletes the files, unless it was told a signal before: it ends the server by that one.
const script = `dir=$1; shift; "$@" & server=$!; how=$(cat); kill -${how:-QUIT} $server 2>/dev/null; wait $server
[ -n "$how" ] || rm -rf "$dir"`

// Start starts a server. It returns ErrNotInstalled if there is no PostgreSQL.
//
// It is as fast as a server can be that need not survive a power failure: nothing is synced, and its files are in memory
// where there is room. Its default collation is not the one that the program wants, so that a column without a collation
// of its own is found by the tests.
func Start(ctx context.Context) (_ *Server, err error) {
	bin, err := findBinaries()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(folder(), "postgres")
	if err != nil {
		return nil, err
	}
	s := &Server{dir: dir, binary: func(name string) string { return filepath.Join(bin, name) }}
	if err := s.create(ctx); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	if err := s.Run(ctx); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

// folder is where the files are kept: a file system in memory, if there is one with room enough for the databases of
// many tests, else the usual one. Making a database means making hundreds of files.
func folder() string {
	const inMemory, enough = "/dev/shm", 3 << 30
	var at syscall.Statfs_t
	if err := syscall.Statfs(inMemory, &at); err != nil || at.Bavail*uint64(at.Bsize) < enough { //nolint:gosec // a block's size is positive
		return ""
	}
	return inMemory
}

// findBinaries returns the folder of initdb and postgres. Debian keeps them out of PATH.
func findBinaries() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		return "", ErrNotInstalled
	}
	slices.Sort(found)
	return filepath.Dir(found[len(found)-1]), nil
}

// create makes the files of the server. PostgreSQL refuses to run as root, so that they then belong to its own user.
func (s *Server) create(ctx context.Context) error {
	if account, err := s.account(); err != nil {
		return err
	} else if account != nil {
		if err := os.Chown(s.dir, int(account.Uid), int(account.Gid)); err != nil {
			return err
		}
	}
	initdb := s.command(ctx, "initdb", "-D", s.data(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync", "--no-instructions",
		"--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US")
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	return nil
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

// account is the user to run as; nil = the present one.
func (s *Server) account() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err == nil && err2 == nil {
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
		}
	}
	return nil, errors.New("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")
}

func (s *Server) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, s.binary(name), args...) //nolint:gosec // the PostgreSQL of this machine
	c.Dir = s.dir
	if account, err := s.account(); err == nil && account != nil {
		c.SysProcAttr = &syscall.SysProcAttr{Credential: account}
	}
	return c
}

// settings leave out what is done for the sake of a long life: syncing, vacuuming, and compiling what is asked often.
var settings = []string{
	"fsync=off", "synchronous_commit=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0", "max_wal_size=128MB",
	"autovacuum=off", "jit=off", "max_connections=1000", "shared_buffers=32MB", "log_min_messages=fatal",
}

// Run starts the server on its files: at first, and again after [Server.Kill] or [Server.Shutdown].
func (s *Server) Run(ctx context.Context) error {
	port, err := s.port(ctx)
	if err != nil {
		return err
	}
	args := []string{
		"-c", script, "sh", s.dir, s.binary("postgres"), "-D", s.data(), "-h", "127.0.0.1", "-p", strconv.Itoa(port), "-k", s.dir,
	}
	for _, setting := range settings {
		args = append(args, "-c", setting)
	}
	s.started = exec.CommandContext(context.WithoutCancel(ctx), "sh", args...) //nolint:gosec // the PostgreSQL of this machine
	s.started.Dir = s.dir
	if account, err := s.account(); err == nil && account != nil {
		s.started.SysProcAttr = &syscall.SysProcAttr{Credential: account}
	}
	if s.watcher, err = s.started.StdinPipe(); err != nil {
		return err
	}
	if err := s.started.Start(); err != nil {
		return fmt.Errorf("start postgres: %w", err)
	}
	s.URL = fmt.Sprintf("postgres://postgres@127.0.0.1:%d/postgres?sslmode=disable", port)
	if s.admin == nil {
		if s.admin, err = sql.Open("pgx", s.URL); err != nil {
			return err
		}
	}
	return s.awaitReady(ctx)
}

// port is a free one at first, and then always the same.
func (s *Server) port(ctx context.Context) (int, error) {
	if s.URL != "" {
		var port int
		_, err := fmt.Sscanf(s.URL, "postgres://postgres@127.0.0.1:%d/", &port)
		return port, err
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

func (s *Server) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		if err := s.admin.PingContext(ctx); err == nil {
			return nil
		} else if ctx.Err() != nil {
			return fmt.Errorf("postgres does not answer: %w", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Kill ends the server at once, as a failure of its machine would. Its files stay for [Server.Run].
func (s *Server) Kill() error { return s.end("QUIT") }

// Shutdown ends the server as an operator does who restarts it: clients lose their connections and what they had not
// committed. Its files stay for [Server.Run].
func (s *Server) Shutdown() error { return s.end("INT") }

func (s *Server) end(signal string) error {
	if s.started == nil {
		return nil
	}
	_, err := io.WriteString(s.watcher, signal)
	err = errors.Join(err, s.watcher.Close())
	_ = s.started.Wait() // how a killed server ended says nothing
	s.started = nil
	return err
}

// Stop ends the server and deletes its files.
func (s *Server) Stop() error {
	var err error
	if s.admin != nil {
		err = s.admin.Close()
	}
	return errors.Join(err, s.Kill(), os.RemoveAll(s.dir))
}
