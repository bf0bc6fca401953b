//go:build unix

package main

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"text/tabwriter"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"autoholdings/internal/redistest"
	"autoholdings/internal/secret"
	"autoholdings/mockoup"
)

// TestSpeedOfAPI compares the API with a handler that somebody wrote by hand for these four questions alone (handmade),
// over the same rows: both are processes of their own, asked in turn by the same load, over 16 connections. What counts
// are the ratios, since each round asks both one after the other, whatever else the machine does.
//
//	go test ./cmd/autoholdings -run TestSpeedOfAPI      5,000 titles, some seconds: gates the ratios, loosely
//	make bench-api                                      a table: 100,000 portfolios on SQLite, with the marks
//	make bench-api BENCH_TITLES="111000 1110000"        and how much slower a million is
//	make bench-api BENCH_DATABASE=postgres              on PostgreSQL
//
// BENCH_ROUNDS and BENCH_SECONDS are how many rounds there are and how long one asks each server, BENCH_ONLY a part of the
// name of the only question, BENCH_DIR a folder in which the databases are kept for the next run, and BENCH_PROFILE one for
// profiles of the server (cpu, allocs, block, mutex; see go tool pprof).
func TestSpeedOfAPI(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes some seconds")
	}
	long := os.Getenv("BENCH_TITLES") != ""
	var sizes []*speedRun
	for _, titles := range strings.Fields(cmp.Or(os.Getenv("BENCH_TITLES"), "5000")) {
		sizes = append(sizes, newSpeedRun(t, titles))
	}
	seconds, rounds := fromEnvironment(t, "BENCH_SECONDS", 2), fromEnvironment(t, "BENCH_ROUNDS", 7)
	each := time.Duration(seconds) * time.Second
	if !long {
		rounds, each = 3, 300*time.Millisecond
	}
	for round := range rounds + 1 { // the first warms up
		for i := range speedQuestions {
			for _, size := range sizes {
				size.ask(t, i, each, round == 0)
			}
		}
	}
	for _, size := range sizes {
		t.Logf("%s, %d connections, %d rounds of %v for each\n%s", size.what, speedConnections, rounds, each, size.table())
		size.judge(t, long)
	}
	for _, larger := range sizes[1:] {
		t.Logf("%s against %s\n%s", larger.what, sizes[0].what, larger.against(sizes[0]))
	}
}

const speedConnections = 16

// speedQuestion is what is asked: of the API a query with variables, of the handler an address.
type speedQuestion struct {
	name, query string
	mark        float64 // the least ratio of requests per second
	variable    string
	path        string
}

const speedFields = `id title titleId url printIdentifier onlineIdentifier`

var speedQuestions = []speedQuestion{
	{
		"portfolio by id", `query($id: ID!) { portfolio(id: $id) { ` + speedFields + ` collection { name }
			coverage { from to fromVolume toVolume } } }`, 0.40, "id", "/portfolio?id=",
	},
	{"first page of 50", speedPage, 0.30, "after", "/portfolios?after="},
	{"deep page of 50", speedPage, 0.30, "after", "/portfolios?after="},
	{
		"title beginning", `query($title: String!) { portfolios(first: 20, filter: {titlePrefix: $title}) { nodes { ` + speedFields + ` } } }`,
		0.40, "title", "/begins?title=",
	},
}

const speedPage = `query($after: String) { portfolios(first: 50, after: $after) { pageInfo { hasNextPage endCursor }
	nodes { ` + speedFields + ` coverage { from to fromVolume toVolume } } } }`

// speedRun is an installation and the handler over its database.
type speedRun struct {
	what          string
	ours, handler speedServer
}

type speedServer struct {
	process *exec.Cmd
	loads   []*load // by question
	found   []speedFigures
}

// speedFigures are one server's for one question.
type speedFigures struct {
	perSecond []float64 // by round
	times     []time.Duration
	cpu       time.Duration
}

// newSpeedRun makes the portfolios, or takes those that a run before has kept, and starts both servers.
func newSpeedRun(t *testing.T, titles string) *speedRun {
	t.Helper()
	dir, args, databaseURL := filepath.Join(os.Getenv("BENCH_DIR"), titles), []string(nil), ""
	if os.Getenv("BENCH_DIR") == "" {
		dir = t.TempDir()
	}
	database := "SQLite"
	if os.Getenv("BENCH_DATABASE") == "postgres" {
		database, databaseURL, dir = "PostgreSQL", newPostgres(t), t.TempDir()
		args = []string{"--redis-url", redistest.Start(t), "--database-url", databaseURL, "--sealing-key", secret.GenerateKey()}
	}
	args = append(args, "--data-dir", dir)
	fillForSpeed(t, titles, args)
	if databaseURL != "" { // it would come to it by itself, in a minute
		db, err := sql.Open("pgx", databaseURL)
		must(t, err)
		_, err = db.ExecContext(t.Context(), "VACUUM ANALYZE")
		must(t, errors.Join(err, db.Close()))
	}
	server, process := profiledProgram(t, args...)
	var count struct{ Portfolios struct{ TotalCount int } }
	server.do(`{ portfolios { totalCount } }`, nil, &count)
	r := &speedRun{what: fmt.Sprintf("%d portfolios on %s", count.Portfolios.TotalCount, database)}
	handler, handlerProcess := startHandmade(t, dir, databaseURL)
	r.ours.process, r.handler.process = process, handlerProcess
	asked := valuesForSpeed(server, count.Portfolios.TotalCount)
	for _, q := range speedQuestions {
		var api, hand [][]byte
		for _, value := range asked[q.name] {
			api, hand = append(api, q.toAPI(value)), append(hand, q.toHandler(value))
		}
		r.ours.open(server.api.url, api)
		r.handler.open(handler, hand)
		r.compare(t, q)
	}
	return r
}

func (s *speedServer) open(url string, requests [][]byte) {
	s.loads = append(s.loads, &load{strings.TrimPrefix(url, "http://"), requests})
	s.found = append(s.found, speedFigures{})
}

// compare makes sure that both give the same answers.
func (r *speedRun) compare(t *testing.T, q speedQuestion) {
	t.Helper()
	ours, handler := r.ours.loads[len(r.ours.loads)-1], r.handler.loads[len(r.handler.loads)-1]
	for i, request := range ours.requests[:min(len(ours.requests), 20)] {
		var a, b any
		must(t, json.Unmarshal([]byte(ours.answer(t, request)), &a))
		must(t, json.Unmarshal([]byte(handler.answer(t, handler.requests[i])), &b))
		if diff := gocmp.Diff(a, b); diff != "" {
			t.Fatalf("%s: the two answer differently:\n%s", q.name, diff)
		}
	}
}

func (q speedQuestion) toAPI(value string) []byte {
	variables := map[string]any{q.variable: value}
	if value == "" {
		variables = map[string]any{}
	}
	body, _ := json.Marshal(map[string]any{"query": q.query, "variables": variables})
	return fmt.Appendf(nil, "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		len(body), body)
}

func (q speedQuestion) toHandler(value string) []byte {
	return fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", q.path+url.QueryEscape(value))
}

// fillForSpeed lets a server load the generator's titles, unless its database is there already.
func fillForSpeed(t *testing.T, titles string, args []string) {
	t.Helper()
	dir := args[len(args)-1]
	done := filepath.Join(dir, "bench-filled")
	if _, err := os.Stat(done); err == nil {
		return
	}
	var n int
	_, err := fmt.Sscan(titles, &n)
	must(t, err)
	mock := mockoup.NewServer(t, mockoup.Options{Titles: n})
	server, process := program(t, append(args, "--oup-url", mock.URL, "--oup-allow-insecure")...)
	job := server.start(server.administer(mockoup.DemoKey))
	for state := ""; state != "SUCCEEDED"; state = server.job(job).State {
		if state == "FAILED" {
			t.Fatal("the portfolios could not be loaded")
		}
		time.Sleep(100 * time.Millisecond) // a benchmark that waits for minutes
	}
	must(t, process.Process.Signal(syscall.SIGTERM))
	_ = process.Wait()
	must(t, os.WriteFile(done, nil, 0o600))
}

// profiledProgram is program; where it is asked for, it leaves profiles when it ends.
func profiledProgram(t *testing.T, args ...string) (*server, *exec.Cmd) {
	t.Helper()
	if dir := os.Getenv("BENCH_PROFILE"); dir != "" {
		t.Setenv(profileEnv, dir)
	}
	shared := slices.Contains(args, "--redis-url")
	s, process := program(t, append(args, "--oup-url", "https://example.org", fmt.Sprint("--no-worker=", shared))...)
	t.Cleanup(func() {
		_ = process.Process.Signal(syscall.SIGTERM)
		_ = process.Wait()
	})
	return s, process
}

// valuesForSpeed are what the questions are asked with, by their names.
func valuesForSpeed(s *server, portfolios int) map[string][]string {
	type page struct {
		Portfolios struct {
			PageInfo struct{ EndCursor string }
			Nodes    []struct{ ID, Title string }
		}
	}
	values := map[string][]string{"first page of 50": {""}}
	deep := min(portfolios*9/10, 70_000) // page 1,400
	var after *string
	for pages := 0; pages*500 < min(portfolios, 75_000); pages++ { // up to page 1,500 of 50
		var p page
		s.do(`query($after: String) { portfolios(first: 500, after: $after) { pageInfo { endCursor } nodes { id title } } }`,
			map[string]any{"after": after}, &p)
		for i, node := range p.Portfolios.Nodes {
			if i%25 == 0 {
				values["portfolio by id"] = append(values["portfolio by id"], node.ID)
			}
			if begin := []rune(node.Title); i%25 == 12 && len(begin) > 8 {
				values["title beginning"] = append(values["title beginning"], string(begin[:8]))
			}
		}
		after = &p.Portfolios.PageInfo.EndCursor
		if read := (pages + 1) * 500; read <= deep && read > deep-4000 {
			values["deep page of 50"] = append(values["deep page of 50"], *after)
		}
	}
	return values
}

// ask asks both servers, and notes how quickly they answered.
func (r *speedRun) ask(t *testing.T, question int, each time.Duration, warmUp bool) {
	t.Helper()
	if only := os.Getenv("BENCH_ONLY"); !strings.Contains(speedQuestions[question].name, only) {
		return
	}
	for _, s := range []*speedServer{&r.handler, &r.ours} {
		cpu, begun := cpuOf(s.process.Process.Pid), time.Now()
		times := s.loads[question].run(t, speedConnections, each)
		took := time.Since(begun)
		if f := &s.found[question]; !warmUp {
			f.perSecond = append(f.perSecond, float64(len(times))/took.Seconds())
			f.times = append(f.times, times...)
			f.cpu += cpuOf(s.process.Process.Pid) - cpu
		}
	}
}

func (f speedFigures) cpuEach() float64 { return float64(f.cpu.Microseconds()) / float64(len(f.times)) }

// ratio is the median of the rounds' ratios of requests per second.
func (f speedFigures) ratio(to speedFigures) float64 {
	var ratios []float64
	for i, n := range f.perSecond {
		ratios = append(ratios, n/to.perSecond[i])
	}
	return middle(ratios)
}

func middle(numbers []float64) float64 {
	numbers = slices.Sorted(slices.Values(numbers))
	return numbers[len(numbers)/2]
}

func (r *speedRun) table() string {
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "\trequests/s\thandler\tratio\tmark\tCPU µs\thandler\tp50 ms\thandler\tp99 ms\thandler\tratio\t\n")
	for i, q := range speedQuestions {
		ours, handler := r.ours.found[i], r.handler.found[i]
		if len(ours.times) == 0 {
			continue
		}
		fmt.Fprintf(w, "%s\t%.0f\t%.0f\t%.2f\t%.2f\t%.0f\t%.0f\t%.2f\t%.2f\t%.2f\t%.2f\t%.1f\t\n", q.name,
			middle(ours.perSecond), middle(handler.perSecond), ours.ratio(handler), q.mark, ours.cpuEach(), handler.cpuEach(),
			percentile(ours.times, 50), percentile(handler.times, 50), percentile(ours.times, 99), percentile(handler.times, 99),
			percentile(ours.times, 99)/percentile(handler.times, 99))
	}
	_ = w.Flush()
	if first, deep := r.ours.found[1], r.ours.found[2]; len(first.times) > 0 && len(deep.times) > 0 {
		fmt.Fprintf(&text, "deep pages against first ones: %.2f (mark 0.90)\n", deep.ratio(first))
	}
	return text.String()
}

// judge fails where a ratio is below its mark. A short run on a busy machine says little of requests per second: it goes by
// the processors' time, where the system gives it, and by half of the marks.
func (r *speedRun) judge(t *testing.T, long bool) {
	t.Helper()
	for i, q := range speedQuestions {
		ours, handler := r.ours.found[i], r.handler.found[i]
		if len(ours.times) == 0 {
			continue
		}
		ratio, mark := ours.ratio(handler), q.mark
		if !long {
			mark /= 2
			if ours.cpu > 0 {
				ratio = handler.cpuEach() / ours.cpuEach()
			}
		}
		if ratio < mark {
			t.Errorf("%s: %.2f of the handler's requests per second, the mark is %.2f", q.name, ratio, mark)
		}
		if ratio := percentile(ours.times, 99) / percentile(handler.times, 99); long && ratio > 2.5 {
			t.Errorf("%s: p99 is %.1f times the handler's, the mark is 2.5", q.name, ratio)
		}
	}
}

// against says how much slower a larger installation is.
func (r *speedRun) against(smaller *speedRun) string {
	var text strings.Builder
	for i, q := range speedQuestions {
		if ours := r.ours.found[i]; len(ours.times) > 0 {
			fmt.Fprintf(&text, "%-18s %.2f times as long (mark 1.3)\n", q.name, 1/ours.ratio(smaller.ours.found[i]))
		}
	}
	return text.String()
}
