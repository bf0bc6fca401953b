package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"autoholdings/internal/redistest"
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
}
