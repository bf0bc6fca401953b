//go:build linux

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"autoholdings/internal/redistest"
	"autoholdings/mockoup"
)

// refusesToStart runs the command as a process of its own, which must end by itself and fail, and returns what it said.
func refusesToStart(t testing.TB, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	self, err := os.Executable()
	must(t, err)
	cmd := exec.CommandContext(ctx, self, args...)
	cmd.Env = append(os.Environ(), "AUTOHOLDINGS_TEST_PROGRAM=1")
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Run(); err == nil || ctx.Err() != nil {
		t.Fatalf("%q did not refuse to start (%v): %s", args, err, said.String())
	}
	return said.String()
}

// TestOneQueueForOneDirectory: on one data directory, a process whose queue is inside it is alone. Another such one, and
// one with a Redis, refuse to start beside it, and it beside them; what runs there goes on undisturbed.
func TestOneQueueForOneDirectory(t *testing.T) {
	t.Parallel()
	mock := mockoup.NewServer(t, mockoup.Options{Titles: 2000})
	redis := redistest.Start(t)
	quiet := serve(t, "--data-dir", t.TempDir(), "--oup-url", mock.URL, "--oup-allow-insecure")
	quiet.wait(quiet.start(quiet.administer(mockoup.DemoKey)))
	want := quiet.holdingsText()
	const (
		embeddedOne = "in use by another autoholdings with an embedded queue: stop it"
		another     = "in use by another autoholdings, and the queue"
	)
	for _, test := range []struct {
		name          string
		first, second []string
		want          string
	}{
		{"embedded beside embedded", nil, nil, another},
		{"Redis beside embedded", nil, []string{"--redis-url", redis}, embeddedOne},
		{"embedded beside Redis", []string{"--redis-url", redis}, nil, another},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			args := []string{"--data-dir", dir, "--oup-url", mock.URL, "--oup-allow-insecure"}
			s, _ := program(t, append(args, test.first...)...)
			jobID := s.start(s.administer(mockoup.DemoKey))
			second := append(append([]string{"serve", "--addr", "127.0.0.1:0"}, args...), test.second...)
			said := refusesToStart(t, second...)
			if !strings.Contains(said, test.want) || !strings.Contains(said, dir) || !strings.Contains(said, "REDIS_URL") {
				t.Errorf("it says %s", said)
			}
			job := s.wait(jobID)
			if job.State != "SUCCEEDED" {
				t.Errorf("%s: %s", job.State, job.Summary)
			}
			if diff := cmp.Diff(want, s.holdingsText()); diff != "" {
				t.Errorf("the holdings are not those of an undisturbed run:\n%s", diff)
			}
		})
	}
	t.Run("Redis beside Redis", func(t *testing.T) {
		args := []string{"--data-dir", t.TempDir(), "--oup-url", mock.URL, "--oup-allow-insecure", "--redis-url", redis}
		program(t, args...)
		program(t, args...)
	})
}

// TestEmbeddedQueueIsPrivate: whoever reaches the embedded queue's port is let do nothing, and jobs go on meanwhile.
func TestEmbeddedQueueIsPrivate(t *testing.T) {
	t.Parallel()
	mock := mockoup.NewServer(t, mockoup.Options{Titles: 60})
	s, process := program(t, "--data-dir", t.TempDir(), "--oup-url", mock.URL, "--oup-allow-insecure")
	jobID := s.start(s.administer(mockoup.DemoKey))
	queues := 0
	for _, port := range listening(t, process.Process.Pid) {
		if strings.HasSuffix(s.api.url, ":"+strconv.Itoa(port)) {
			continue
		}
		queues++
		for _, command := range []string{
			"PING", "FLUSHALL", "KEYS *", `EVAL "while true do end" 0`, "SUBSCRIBE x", "MULTI", "SHUTDOWN", "AUTH wrong", "AUTH default wrong",
			"HELLO 3 AUTH default wrong", "HELLO 2 AUTH default ''",
		} {
			answer := askPort(t, port, command)
			if !strings.HasPrefix(answer, "-") {
				t.Errorf("%s is answered %q", command, answer)
			}
		}
	}
	if queues != 1 {
		t.Errorf("%d ports beside the API's", queues)
	}
	if job := s.wait(jobID); job.State != "SUCCEEDED" {
		t.Errorf("%s: %s", job.State, job.Summary)
	}
}

// listening returns the TCP ports on which a process listens.
func listening(t testing.TB, pid int) (ports []int) {
	t.Helper()
	descriptors, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	must(t, err)
	ours := map[string]bool{}
	for _, d := range descriptors {
		if to, err := os.Readlink(d); err == nil { // else it is closed by now
			ours[to] = true
		}
	}
	for _, family := range []string{"tcp", "tcp6"} {
		table, err := os.ReadFile(fmt.Sprintf("/proc/%d/net/%s", pid, family))
		must(t, err)
		for line := range strings.Lines(string(table)) {
			columns := strings.Fields(line)
			if len(columns) < 10 || columns[3] != "0A" || !ours["socket:["+columns[9]+"]"] { // 0A: LISTEN
				continue
			}
			_, text, _ := strings.Cut(columns[1], ":")
			port, err := hex.DecodeString(text)
			must(t, err)
			ports = append(ports, int(port[0])<<8|int(port[1]))
		}
	}
	return ports
}

// askPort sends a command of Redis, and returns the first line of the answer.
func askPort(t testing.TB, port int, command string) string {
	t.Helper()
	connection, err := net.DialTimeout("tcp", fmt.Sprintf("127.0.0.1:%d", port), 10*time.Second)
	must(t, err)
	defer connection.Close()
	must(t, connection.SetDeadline(time.Now().Add(10*time.Second)))
	words := strings.Fields(command)
	if verb, rest, ok := strings.Cut(command, ` "`); ok {
		script, keys, _ := strings.Cut(rest, `" `)
		words = []string{verb, script, keys}
	}
	fmt.Fprintf(connection, "*%d\r\n", len(words))
	for _, word := range words {
		fmt.Fprintf(connection, "$%d\r\n%s\r\n", len(word), word)
	}
	answer, err := bufio.NewReader(connection).ReadString('\n')
	if err != nil {
		return "-" + err.Error() // it hung up
	}
	return answer
}
