package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// load sends requests over some connections, each of which sends the next one when it has its answer.
//
// It is a part of the benchmark instead of a program such as wrk so that nothing has to be installed, and so that two
// servers can be asked in turn by the same connections. The requests are bytes that were made before, and of the answers
// only the status and the length are read: it takes some microseconds for each, about what wrk takes, and far less than
// http.Client.
type load struct {
	address  string
	requests [][]byte
}

type loadConnection struct {
	net.Conn

	answers *bufio.Reader
}

func (l *load) connect(t testing.TB) loadConnection {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", l.address)
	must(t, err)
	return loadConnection{conn, bufio.NewReaderSize(conn, 64<<10)}
}

// run sends requests for a while, and returns how long each took.
func (l *load) run(t testing.TB, connections int, d time.Duration) (times []time.Duration) {
	t.Helper()
	var group sync.WaitGroup
	var mutex sync.Mutex
	var failed error
	until := time.Now().Add(d)
	for i := range connections {
		c := l.connect(t)
		group.Go(func() {
			defer c.Close()
			var own []time.Duration
			var err error
			for n, begun := i*len(l.requests)/connections, time.Now(); err == nil && begun.Before(until); n++ {
				err = c.ask(l.requests[n%len(l.requests)], io.Discard)
				now := time.Now()
				own, begun = append(own, now.Sub(begun)), now
			}
			mutex.Lock()
			defer mutex.Unlock()
			times = append(times, own...)
			if err != nil {
				failed = err
			}
		})
	}
	group.Wait()
	must(t, failed)
	return times
}

// ask sends one request and reads its answer.
func (c loadConnection) ask(request []byte, answer io.Writer) error {
	if _, err := c.Write(request); err != nil {
		return err
	}
	response, err := http.ReadResponse(c.answers, nil)
	if err != nil {
		return fmt.Errorf("%w in the answer to %.200s", err, request)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s to %.200s", response.Status, request)
	}
	_, err = io.Copy(answer, response.Body)
	return err
}

// answer is what a server answers to a request.
func (l *load) answer(t testing.TB, request []byte) string {
	t.Helper()
	var text strings.Builder
	c := l.connect(t)
	defer c.Close()
	must(t, c.ask(request, &text))
	return text.String()
}

// cpuOf is how much time a process has had on the processors; 0 where the system does not say.
func cpuOf(pid int) time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, after, ok := strings.Cut(string(text), ") ") // its name may have blanks
	fields := strings.Fields(after)
	if err != nil || !ok || len(fields) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

// profileEnv names the folder in which a process of the program leaves profiles when it is told to stop.
const profileEnv = "AUTOHOLDINGS_TEST_PROFILE"

// profiled is main with profiles of what the processors did, what was allocated, and what waited.
func profiled(dir string) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	runtime.SetBlockProfileRate(10_000)
	runtime.SetMutexProfileFraction(100)
	cpu, err := os.Create(filepath.Join(dir, "cpu.pprof"))
	if err == nil {
		err = pprof.StartCPUProfile(cpu)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	err = run(ctx, os.Args, os.Stdin, os.Stdout, os.Stderr)
	pprof.StopCPUProfile()
	for _, name := range []string{"allocs", "block", "mutex"} {
		file, wrong := os.Create(filepath.Join(dir, name+".pprof"))
		if wrong == nil {
			wrong = pprof.Lookup(name).WriteTo(file, 0)
		}
		if wrong != nil {
			fmt.Fprintln(os.Stderr, wrong)
		}
	}
	os.Exit(exitCode(err, os.Stderr))
}
