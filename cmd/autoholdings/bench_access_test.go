package main

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"autoholdings/internal/store"
	"autoholdings/kbart"
	"autoholdings/mockoup"
)

// BenchmarkAccess measures GET /access of 16 connections beside a bare handler that joins the same rows by one prepared
// statement and decides nothing, and POST /access of 10,000 questions. Both servers and the client share this process, so that
// the ratio is what counts; it is taken in interleaved rounds.
func BenchmarkAccess(b *testing.B) {
	dir := b.TempDir()
	mock := mockoup.NewServer(b, mockoup.Options{Titles: 100_000})
	s := serve(b, "--data-dir", dir, "--oup-url", mock.URL, "--oup-allow-insecure", "--log-level", "error", "--max-queries-per-caller", "8")
	if state := s.wait(s.start(s.administer(mockoup.DemoKey))).State; state != "SUCCEEDED" {
		b.Fatal(state)
	}
	bare := bareHandler(b, filepath.Join(dir, store.FileName))
	var identifiers []string
	for first, after := 500, (*string)(nil); len(identifiers) < 5000; {
		var page struct {
			Portfolios struct {
				Nodes    []struct{ PrintIdentifier, OnlineIdentifier *string }
				PageInfo struct{ EndCursor *string }
			}
		}
		s.do(`query($first: Int, $after: String) { portfolios(first: $first, after: $after) { nodes { printIdentifier onlineIdentifier }
			pageInfo { endCursor } } }`, map[string]any{"first": first, "after": after}, &page)
		after = page.Portfolios.PageInfo.EndCursor
		for _, p := range page.Portfolios.Nodes {
			if p.OnlineIdentifier != nil {
				identifiers = append(identifiers, *p.OnlineIdentifier)
			}
		}
	}
	for b.Loop() {
		var ours, theirs float64
		for range 4 {
			ours += perSecond(b, s.api.url+"/access", identifiers)
			theirs += perSecond(b, bare, identifiers)
		}
		b.ReportMetric(ours/4, "GET/s")
		b.ReportMetric(theirs/4, "bare/s")
		b.ReportMetric(ours/theirs, "ratio")
		b.ReportMetric(askMany(b, s.api.url, identifiers), "POST-questions/s")
	}
}

func askMany(b *testing.B, address string, identifiers []string) float64 {
	var body strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&body, `{"identifier": %q, "date": "2005"}`+"\n", identifiers[i%len(identifiers)])
	}
	begun := time.Now()
	response, err := http.Post(address+"/access", "application/x-ndjson", strings.NewReader(body.String()))
	must(b, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	must(b, err)
	if n := strings.Count(string(text), "\n"); n != 10_000 || !strings.Contains(string(text), `"granted":true`) {
		b.Fatalf("%d answers: %.300s", n, text)
	}
	return 10_000 / time.Since(begun).Seconds()
}

// perSecond is how many requests 16 connections get answered in a second.
func perSecond(b *testing.B, address string, identifiers []string) float64 {
	const took = 2 * time.Second
	u, err := url.Parse(address)
	must(b, err)
	ctx, cancel := context.WithTimeout(b.Context(), took)
	defer cancel()
	var done atomic.Int64
	var group sync.WaitGroup
	for c := range 16 {
		group.Go(func() {
			conn, err := net.Dial("tcp", u.Host)
			if err != nil {
				b.Error(err)
				return
			}
			defer conn.Close()
			in := bufio.NewReader(conn)
			for i := c * 97; ctx.Err() == nil; i++ {
				fmt.Fprintf(conn, "GET %s?identifier=%s&date=2005 HTTP/1.1\r\nHost: %s\r\n\r\n", u.Path, identifiers[i%len(identifiers)], u.Host)
				if !answered(b, in) {
					return
				}
				done.Add(1)
			}
		})
	}
	group.Wait()
	return float64(done.Load()) / took.Seconds()
}

// answered reads an answer of HTTP/1.1 with a length.
func answered(b *testing.B, in *bufio.Reader) bool {
	status, err := in.ReadString('\n')
	length := 0
	for line := status; err == nil && line != "\r\n"; {
		if line, err = in.ReadString('\n'); strings.HasPrefix(line, "Content-Length: ") {
			length, err = strconv.Atoi(strings.TrimSpace(line[len("Content-Length: "):]))
		}
	}
	if err == nil {
		_, err = in.Discard(length)
	}
	if err != nil || !strings.HasPrefix(status, "HTTP/1.1 200") || length == 0 {
		b.Errorf("%q %v", status, err)
		return false
	}
	return true
}

// bareHandler answers with the rows of a title by an identifier.
func bareHandler(b *testing.B, file string) (address string) {
	db, err := sql.Open("sqlite3", "file:"+file+"?_query_only=1&_journal_mode=WAL&_cache_size=-8192")
	must(b, err)
	b.Cleanup(func() { _ = db.Close() })
	db.SetMaxIdleConns(4)
	db.SetMaxOpenConns(4)
	stmt, err := db.Prepare(`SELECT p.publication_title, p.title_url, k.name, e.active, COALESCE(c.date_first_issue_online, ''),
		COALESCE(c.date_last_issue_online, ''), COALESCE(c.embargo_info, '') FROM portfolios p JOIN collections k ON k.id = p.collection_id
		LEFT JOIN entitlements e ON e.portfolio_id = p.id LEFT JOIN coverage_statements c ON c.entitlement_id = e.id
		WHERE p.id IN (SELECT id FROM portfolios WHERE print_key = ?1 UNION ALL SELECT id FROM portfolios WHERE online_key = ?1)`)
	must(b, err)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rows, err := stmt.QueryContext(r.Context(), kbart.IdentifierKey(r.URL.Query().Get("identifier")))
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		defer rows.Close()
		type row struct {
			Title, URL, Collection string
			Active                 bool
			From, To, Embargo      string
		}
		found := []row{}
		for rows.Next() {
			var x row
			if err := rows.Scan(&x.Title, &x.URL, &x.Collection, &x.Active, &x.From, &x.To, &x.Embargo); err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
				return
			}
			found = append(found, x)
		}
		if err := rows.Err(); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(found)
	}))
	b.Cleanup(server.Close)
	return server.URL + "/bare"
}
