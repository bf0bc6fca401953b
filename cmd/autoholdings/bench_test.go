package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"autoholdings/internal/redistest"
	"autoholdings/internal/secret"
	"autoholdings/mockoup"
)

// BenchmarkResponsiveness measures how long a mutation and a query take while a sync of 100,000 titles runs: the mark
// is 250 ms for 99 of 100.
func BenchmarkResponsiveness(b *testing.B) {
	for b.Loop() {
		mock := mockoup.NewServer(b, mockoup.Options{Titles: 100_000})
		ctx, cancel := context.WithCancel(b.Context())
		out, in := io.Pipe()
		ended := make(chan error, 1)
		go func() {
			ended <- run(ctx, []string{
				"autoholdings", "serve", "--addr", "127.0.0.1:0", "--log-level", "error",
				"--data-dir", b.TempDir(), "--oup-url", mock.URL, "--oup-allow-insecure",
			}, strings.NewReader(""), in, io.Discard)
		}()
		api := client{urlIn(b, out)}
		mutations, queries := disturb(b, api)
		b.ReportMetric(percentile(mutations, 99), "mutation-p99-ms")
		b.ReportMetric(percentile(queries, 99), "query-p99-ms")
		b.ReportMetric(float64(len(mutations)), "requests")
		cancel()
		if err := <-ended; err != nil {
			b.Fatal(err)
		}
	}
}

// disturb asks and changes things for as long as the sync runs.
func disturb(b *testing.B, api client) (mutations, queries []time.Duration) {
	ctx := b.Context()
	must := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	must(activateAll(ctx, api, io.Discard))
	jobID, err := createDemoProfile(ctx, api, io.Discard)
	must(err)
	for i := 0; ; i++ {
		var changed struct {
			UpdateSettings struct{ UserErrors userErrors }
		}
		start := time.Now()
		must(api.do(ctx, fmt.Sprintf(`mutation { updateSettings(input: {institutionName: "Library %d"}) { userErrors { message } } }`, i), nil,
			&changed))
		mutations = append(mutations, time.Since(start))
		must(changed.UpdateSettings.UserErrors.err())

		var answer struct{ Job struct{ State string } }
		start = time.Now()
		must(api.do(ctx,
			`query($id: ID!) { job(id: $id) { state } portfolios(first: 50) { nodes { title coverage { from to } collection { name } } } }`,
			map[string]any{"id": jobID}, &answer))
		queries = append(queries, time.Since(start))
		if answer.Job.State == "SUCCEEDED" {
			return mutations, queries
		}
		if answer.Job.State == "FAILED" {
			b.Fatal("the sync failed")
		}
	}
}

// BenchmarkManyClients measures what 1,000 clients, each of which asks once a second for a portfolio by its id, wait for
// while a first sync of 100,000 titles writes in the same process, and how much memory that process takes. The marks are
// no error, 500 ms for 99 of 100, and 300 MiB.
func BenchmarkManyClients(b *testing.B) {
	const clients = 1000
	for b.Loop() {
		mock := mockoup.NewServer(b, mockoup.Options{Titles: 100_000})
		s, process := program(b, "--data-dir", b.TempDir(), "--oup-url", mock.URL, "--oup-allow-insecure")
		job := s.start(s.administer(mockoup.DemoKey))
		ids := s.portfolioIDs(500)
		ctx, stop := context.WithCancel(b.Context())
		var group sync.WaitGroup
		var mutex sync.Mutex
		var times []time.Duration
		failed := 0
		for i := range clients {
			group.Go(func() {
				took, failures := s.askEachSecond(ctx, i, ids)
				mutex.Lock()
				defer mutex.Unlock()
				times, failed = append(times, took...), failed+failures
			})
		}
		if state := s.wait(job).State; state != "SUCCEEDED" {
			b.Error(state)
		}
		stop()
		group.Wait()
		if failed > 0 {
			b.Errorf("%d of %d requests failed", failed, failed+len(times))
		}
		b.ReportMetric(percentile(times, 50), "p50-ms")
		b.ReportMetric(percentile(times, 99), "p99-ms")
		b.ReportMetric(float64(len(times)), "requests")
		b.ReportMetric(mostMemory(b, process.Process.Pid), "MiB")
	}
}

// portfolioIDs waits until there are some portfolios, and returns their ids.
func (s *server) portfolioIDs(n int) (ids []string) {
	for len(ids) < n {
		var page struct {
			Portfolios struct{ Nodes []struct{ ID string } }
		}
		s.do(fmt.Sprintf(`{ portfolios(first: %d) { nodes { id } } }`, n), nil, &page)
		ids = ids[:0]
		for _, p := range page.Portfolios.Nodes {
			ids = append(ids, p.ID)
		}
	}
	return ids
}

// askEachSecond is one client with an address and a connection of its own.
func (s *server) askEachSecond(ctx context.Context, number int, ids []string) (took []time.Duration, failed int) {
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 1, byte(number/250), byte(number%250+1))}}
	client := http.Client{Transport: &http.Transport{DialContext: dialer.DialContext}, Timeout: time.Minute}
	defer client.CloseIdleConnections()
	next := time.NewTimer(time.Duration(number) * time.Millisecond) // they do not all ask at once
	for i := 0; ; i++ {
		select {
		case <-ctx.Done():
			return took, failed
		case <-next.C:
		}
		next.Reset(time.Second)
		body, _ := json.Marshal(map[string]any{
			"query":     `query($id: ID!) { portfolio(id: $id) { id title url collection { name } coverage { from to } } }`,
			"variables": map[string]string{"id": ids[(number+i)%len(ids)]},
		})
		begun := time.Now()
		response, err := client.Post(s.api.url+"/graphql", "application/json", bytes.NewReader(body))
		if err != nil {
			failed++
			continue
		}
		text, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.StatusCode != http.StatusOK || !bytes.Contains(text, []byte(`"title":`)) {
			failed++
			continue
		}
		took = append(took, time.Since(begun))
	}
}

// mostMemory is the most that a process had resident so far, in MiB.
func mostMemory(b *testing.B, pid int) float64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Fatal(err)
	}
	var kib float64
	if _, rest, ok := strings.Cut(string(text), "VmHWM:"); ok {
		_, err = fmt.Sscan(rest, &kib)
	}
	if err != nil || kib == 0 {
		b.Fatalf("no VmHWM: %v", err)
	}
	return kib / 1024
}

// percentile is in milliseconds.
func percentile(times []time.Duration, p int) float64 {
	slices.Sort(times)
	return float64(times[(len(times)-1)*p/100].Microseconds()) / 1000
}

// BenchmarkQueueLatency measures how long after the start of a mutation a worker of an idle system makes its first
// statement for the job. The marks are 20 ms for half of them and 200 ms for 99 of 100. Give it a number of jobs, such
// as -benchtime 300x: fewer have no 99th of 100.
func BenchmarkQueueLatency(b *testing.B) {
	measure := func(b *testing.B, more ...string) {
		s := serve(b, append(more, "--data-dir", b.TempDir(), "--oup-url", "https://example.org")...)
		profile := s.makeProfile(mockoup.DemoKey) // no collection is active, so the provider is not asked
		var times []time.Duration
		for b.Loop() {
			var ran struct {
				RunProfile struct{ Job struct{ ID string } }
			}
			begun := time.Now()
			s.do(`mutation($id: ID!) { runProfile(input: {profileId: $id, mode: PREVIEW}) { job { id } } }`, map[string]any{"id": profile}, &ran)
			s.wait(ran.RunProfile.Job.ID) // then the system is idle again
			var answer struct{ Job struct{ StartedAt time.Time } }
			s.do(`query($id: ID!) { job(id: $id) { startedAt } }`, map[string]any{"id": ran.RunProfile.Job.ID}, &answer)
			times = append(times, answer.Job.StartedAt.Sub(begun.Truncate(time.Millisecond)))
		}
		b.ReportMetric(percentile(times, 50), "p50-ms")
		b.ReportMetric(percentile(times, 99), "p99-ms")
	}
	b.Run("embedded", func(b *testing.B) { measure(b) })
	b.Run("redis-server", func(b *testing.B) { measure(b, "--redis-url", redistest.Start(b)) })
	b.Run("PostgreSQL and redis-server", func(b *testing.B) {
		measure(b, "--redis-url", redistest.Start(b), "--database-url", newPostgres(b), "--sealing-key", secret.GenerateKey())
	})
}
