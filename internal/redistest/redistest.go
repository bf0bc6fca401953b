// Package redistest starts a private redis-server for a test, on its own socket.
package redistest

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// Start starts a redis-server that ends with the test, and returns its address in the form of REDIS_URL. If
// redis-server is not installed, the test is skipped; in CI it fails.
func Start(t testing.TB) (url string) {
	t.Helper()
	binary, err := exec.LookPath("redis-server")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("redis-server is not installed, and CI must test on it: %v", err)
		}
		t.Skip("redis-server is not installed: install it to run the suite on it too")
	}
	dir, err := os.MkdirTemp("", "redis") // t.TempDir() can be too long for the path of a socket
	if err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(dir, "redis.sock")
	//nolint:gosec // the program is the redis-server of this machine
	server := exec.CommandContext(context.Background(), binary, "--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no",
		"--maxmemory-policy", "noeviction", "--dir", dir)
	if err := server.Start(); err != nil {
		t.Fatalf("start redis-server: %v", err)
	}
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
		_ = os.RemoveAll(dir)
	})
	client := redis.NewClient(&redis.Options{
		Network: "unix", Addr: socket, MaxRetries: 100, MinRetryBackoff: 10 * time.Millisecond,
		MaxRetryBackoff: 50 * time.Millisecond,
	})
	defer client.Close()
	if err := client.Ping(context.Background()).Err(); err != nil {
		t.Fatalf("redis-server does not answer: %v", err)
	}
	return "redis-socket://" + socket
}
