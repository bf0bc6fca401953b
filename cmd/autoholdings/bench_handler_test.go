package main

import (
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"autoholdings/internal/opaque"
	"autoholdings/internal/store"
)

// handmade answers what TestSpeedOfAPI asks the API, and nothing else: what somebody would write by hand over the same
// rows who knows every question beforehand. Its statements are prepared and read no more columns than it shows; it checks
// no rights, has no limits, and knows nothing of local values or of several profiles.
type handmade struct {
	ofPortfolio, byID, first, after, begins *sql.Stmt
	ofPage                                  []*sql.Stmt // coverage, by how many portfolios
}

const (
	handmadePage   = 50
	handmadeBegins = 20
	handmadeEnv    = "AUTOHOLDINGS_TEST_HANDLER" // its database: a driver's name, a blank, and what the driver calls it
)

type handmadePortfolio struct {
	number     int64
	key        string
	ID         string              `json:"id"`
	Title      string              `json:"title"`
	TitleID    *string             `json:"titleId"`
	URL        *string             `json:"url"`
	Print      *string             `json:"printIdentifier"`
	Online     *string             `json:"onlineIdentifier"`
	Collection *handmadeCollection `json:"collection,omitempty"`
	Coverage   []handmadeCoverage  `json:"coverage,omitzero"`
}

type handmadeCollection struct {
	Name string `json:"name"`
}

type handmadeCoverage struct {
	From       *string `json:"from"`
	To         *string `json:"to"`
	FromVolume *string `json:"fromVolume"`
	ToVolume   *string `json:"toVolume"`
}

type handmadeInfo struct {
	HasNextPage bool    `json:"hasNextPage"`
	EndCursor   *string `json:"endCursor"`
}

type handmadeConnection struct {
	PageInfo *handmadeInfo        `json:"pageInfo,omitempty"`
	Nodes    []*handmadePortfolio `json:"nodes"`
}

type handmadeAnswer struct {
	Data struct {
		Portfolio  *handmadePortfolio  `json:"portfolio,omitempty"`
		Portfolios *handmadeConnection `json:"portfolios,omitempty"`
	} `json:"data"`
}

// serveHandmade runs the handler until its standard input ends. It prints its address.
func serveHandmade(database string) error {
	driver, source, _ := strings.Cut(database, " ")
	db, err := sql.Open(driver, source)
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(16)
	db.SetMaxIdleConns(16)
	h, err := newHandmade(db, driver)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /portfolio", h.portfolio)
	mux.HandleFunc("GET /portfolios", h.portfolios)
	mux.HandleFunc("GET /begins", h.beginning)
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Printf("serves http://%s/graphql\n", listener.Addr())
	go func() { _ = (&http.Server{Handler: mux}).Serve(listener) }()
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

func newHandmade(db *sql.DB, driver string) (h *handmade, err error) {
	prepare := func(query string) *sql.Stmt {
		if driver != "sqlite3" {
			for i := 1; strings.Contains(query, "?"); i++ {
				query = strings.Replace(query, "?", "$"+strconv.Itoa(i), 1)
			}
		}
		stmt, wrong := db.Prepare(query)
		if wrong != nil {
			err = wrong
		}
		return stmt
	}
	const (
		columns  = `SELECT id, title_key, publication_title, title_id, title_url, print_identifier, online_identifier`
		coverage = `SELECT e.portfolio_id, c.date_first_issue_online, c.date_last_issue_online, c.num_first_vol_online, c.num_last_vol_online
			FROM entitlements e JOIN coverage_statements c ON c.entitlement_id = e.id
			WHERE e.active AND e.portfolio_id IN `
		order = ` ORDER BY e.portfolio_id, c.position`
	)
	page := fmt.Sprintf(` ORDER BY title_key, id LIMIT %d`, handmadePage+1)
	h = &handmade{
		byID: prepare(`SELECT p.id, p.title_key, p.publication_title, p.title_id, p.title_url, p.print_identifier, p.online_identifier, k.name
			FROM portfolios p JOIN collections k ON k.id = p.collection_id WHERE p.id = ?`),
		first: prepare(columns + ` FROM portfolios WHERE removed_at IS NULL` + page),
		after: prepare(columns + ` FROM portfolios WHERE removed_at IS NULL AND (title_key, id) > (?, ?)` + page),
		begins: prepare(fmt.Sprintf(columns+` FROM portfolios WHERE removed_at IS NULL AND title_key >= ? AND title_key < ?
			ORDER BY title_key, id LIMIT %d`, handmadeBegins)),
		ofPage: make([]*sql.Stmt, handmadePage+1),
	}
	for n := 1; n <= handmadePage; n++ {
		h.ofPage[n] = prepare(coverage + `(?` + strings.Repeat(`, ?`, n-1) + `)` + order)
	}
	h.ofPortfolio = h.ofPage[1]
	return h, err
}

func (h *handmade) portfolio(w http.ResponseWriter, r *http.Request) {
	_, id, err := opaque.Parse(r.URL.Query().Get("id"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	p := &handmadePortfolio{Collection: &handmadeCollection{}}
	row := h.byID.QueryRowContext(r.Context(), id)
	err = row.Scan(&p.number, &p.key, &p.Title, &p.TitleID, &p.URL, &p.Print, &p.Online, &p.Collection.Name)
	if err == nil {
		p.finish()
		err = h.cover(r.Context(), p)
	}
	var answer handmadeAnswer
	answer.Data.Portfolio = p
	sendHandmade(w, answer, err)
}

func (h *handmade) portfolios(w http.ResponseWriter, r *http.Request) {
	stmt, args := h.first, []any(nil)
	if after := r.URL.Query().Get("after"); after != "" {
		var position struct {
			K []string `json:"k"`
			I int64    `json:"i"`
		}
		text, err := base64.RawURLEncoding.DecodeString(after)
		if err == nil {
			err = json.Unmarshal(text, &position)
		}
		if err != nil || len(position.K) != 1 {
			http.Error(w, "no cursor", http.StatusBadRequest)
			return
		}
		stmt, args = h.after, []any{position.K[0], position.I}
	}
	nodes, err := readHandmade(r.Context(), stmt, args...)
	info := &handmadeInfo{HasNextPage: len(nodes) > handmadePage}
	nodes = nodes[:min(len(nodes), handmadePage)]
	if err == nil && len(nodes) > 0 {
		last := nodes[len(nodes)-1]
		text, _ := json.Marshal(struct {
			K []string `json:"k"`
			I int64    `json:"i"`
		}{[]string{last.key}, last.number})
		cursor := base64.RawURLEncoding.EncodeToString(text)
		info.EndCursor = &cursor
		err = h.cover(r.Context(), nodes...)
	}
	var answer handmadeAnswer
	answer.Data.Portfolios = &handmadeConnection{info, nodes}
	sendHandmade(w, answer, err)
}

func (h *handmade) beginning(w http.ResponseWriter, r *http.Request) {
	text := strings.ToLower(r.URL.Query().Get("title"))
	nodes, err := readHandmade(r.Context(), h.begins, text, text+"\U0010FFFF")
	var answer handmadeAnswer
	answer.Data.Portfolios = &handmadeConnection{nil, nodes}
	sendHandmade(w, answer, err)
}

func readHandmade(ctx context.Context, stmt *sql.Stmt, args ...any) (found []*handmadePortfolio, err error) {
	rows, err := stmt.QueryContext(ctx, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		p := &handmadePortfolio{}
		if err := rows.Scan(&p.number, &p.key, &p.Title, &p.TitleID, &p.URL, &p.Print, &p.Online); err != nil {
			return nil, err
		}
		p.finish()
		found = append(found, p)
	}
	return found, rows.Err()
}

func (h *handmade) cover(ctx context.Context, portfolios ...*handmadePortfolio) error {
	args, byID := make([]any, len(portfolios)), make(map[int64]*handmadePortfolio, len(portfolios))
	for i, p := range portfolios {
		args[i], byID[p.number], p.Coverage = p.number, p, []handmadeCoverage{}
	}
	rows, err := h.ofPage[len(args)].QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var c handmadeCoverage
		if err := rows.Scan(&id, &c.From, &c.To, &c.FromVolume, &c.ToVolume); err != nil {
			return err
		}
		for _, cell := range []**string{&c.From, &c.To, &c.FromVolume, &c.ToVolume} {
			orHandmadeNull(cell)
		}
		byID[id].Coverage = append(byID[id].Coverage, c)
	}
	return rows.Err()
}

func (p *handmadePortfolio) finish() {
	p.ID = opaque.ID("Portfolio", p.number)
	for _, cell := range []**string{&p.TitleID, &p.URL, &p.Print, &p.Online} {
		orHandmadeNull(cell)
	}
}

func orHandmadeNull(cell **string) {
	if *cell != nil && **cell == "" {
		*cell = nil
	}
}

func sendHandmade(w http.ResponseWriter, answer handmadeAnswer, err error) {
	text, wrong := json.Marshal(answer)
	if err != nil || wrong != nil {
		http.Error(w, fmt.Sprint(err, wrong), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(text)
}

// startHandmade starts the handler as a process of its own, over the database of a server.
func startHandmade(t testing.TB, dataDir, databaseURL string) (address string, process *exec.Cmd) {
	t.Helper()
	database := "sqlite3 file:" + (&url.URL{Path: filepath.Join(dataDir, store.FileName)}).EscapedPath() +
		"?_journal_mode=WAL&_query_only=1&_busy_timeout=5000&_cache_size=-8192"
	if databaseURL != "" {
		database = "pgx " + databaseURL
	}
	self, err := os.Executable()
	must(t, err)
	process = exec.Command(self)
	process.Env = append(os.Environ(), handmadeEnv+"="+database)
	process.Stderr = os.Stderr
	in, err := process.StdinPipe()
	must(t, err)
	out, err := process.StdoutPipe()
	must(t, err)
	must(t, process.Start())
	t.Cleanup(func() { must(t, in.Close()); must(t, process.Wait()) })
	return urlIn(t, out), process
}
