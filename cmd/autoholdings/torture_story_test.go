//go:build unix

package main

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"autoholdings/internal/opaque"
)

// A story is all that a database says, but for ids and times, a line for each row. A row is called by what it is of:
// an entitlement by its portfolio and its profile, a job by the key of the request that asked for it.

// toldTables are the tables and what their rows are called by, those that others are called by first.
var toldTables = []struct {
	table string
	by    []string // columns
}{
	{"settings", nil},
	{"inventory_groups", []string{"name"}},
	{"profiles", []string{"customer_number"}},
	{"community_zone_collections", []string{"cz_id"}},
	{"collections", []string{"name"}},
	{"collection_sets", []string{"name"}},
	{"licenses", []string{"code"}},
	{"community_zone_titles", []string{"community_zone_collection_id", "title_id", "publication_title"}},
	{"portfolios", []string{"collection_id", "title_id", "publication_title", "online_identifier"}},
	{"po_lines", []string{"number"}},
	{"entitlements", []string{"portfolio_id", "profile_id"}},
	{"coverage_statements", []string{"entitlement_id", "position"}},
	{"refused_rows", []string{"collection_id", "row_hash"}},
	{"pairing_decisions", []string{"collection_id", "portfolio_id", "title_id", "keys"}},
	{"access_tokens", []string{"hash"}},
	{"people", []string{"name_key"}},
	{"sessions", []string{"hash"}},
	{"kept_files", []string{"name"}},
	{"kept_file_chunks", []string{"kept_file_id", "seq"}},
	{"provider_files", []string{"profile_id", "content", "name", "sha256"}},
	{"jobs", []string{"idempotency_key", "kind"}},
	{"job_parts", []string{"job_id", "profile_id", "content", "collection_name"}},
	{"job_changes", []string{"part_id", "action", "field", "title"}},
	{"job_findings", []string{"part_id", "code"}},
	{"list_decisions", []string{"provider_file_id", "collection_id", "kind"}},
	{"schedule_slots", []string{"slot"}},
	{"portfolio_sets", []string{"name"}},
	{"worklist_marks", []string{"type", "subject_id", "detail"}},
	{"edits", []string{"portfolio_id", "action", "field"}},
	{"collection_set_members", nil},
	{"portfolio_set_members", nil},
	{"additional_licenses", nil},
	{"profile_groups", nil},
}

// untold are columns of which the story says nothing.
var untold = map[string]string{
	"settings.id_epoch":            "it counts processes",
	"settings.seal_check":          "it is sealed differently each time",
	"profiles.api_key_sealed":      "the same",
	"profiles.api_key_fingerprint": "the same",
	"jobs.attempt":                 "the audit accounts for it",
	"jobs.done":                    "it is the progress of the last run",
	"jobs.total":                   "the same",
	"jobs.work_done":               "the same",
	"jobs.work_total":              "the same",
	"jobs.work_from":               "the same",
	"jobs.work_since":              "the same",
	"jobs.dispatched_at":           "a job may be taken before that is written",
	"jobs.idempotency_hash":        "it is of ids",
	"jobs.unique_key":              "the same",
	"job_parts.plan_hash":          "the same",
	"collections.name_key":         "it is of the name",
	"edits.collection_id":          "it is that of its portfolio",
}

// tablesBeside are tables that belong to no story.
var tablesBeside = []string{
	"goose_db_version", "workers", "torture_steps", "torture_unfenced", "sqlite_sequence",
	"audit_entries", // a request that is repeated since its answer was lost is recorded each time
}

// teller writes a story.
type teller struct {
	in    *installation
	names map[int64]string // of rows, by their ids, which no two rows of a database have in common
	lines []string
}

func (in *installation) story() ([]string, error) {
	w := &teller{in: in, names: map[int64]string{}}
	if err := w.nothingForgotten(); err != nil {
		return nil, err
	}
	rows := map[string][]row{}
	abandoned := map[any]bool{}    // files that a killed process kept in part do not count: see internal/keptfiles
	for _, n := range toldTables { // all are named before anything is told
		of, err := w.read(n.table)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", n.table, err)
		}
		of = slices.DeleteFunc(of, func(r row) bool {
			if n.table == "kept_files" && r["name"] == nil {
				abandoned[r["id"]] = true
			}
			return abandoned[r["id"]] || abandoned[r["kept_file_id"]]
		})
		rows[n.table] = of
		for _, r := range of {
			if id, ok := r["id"].(int64); ok && n.by != nil {
				w.names[id] = w.name(n.table, n.by, r)
			}
		}
	}
	for _, n := range toldTables {
		for _, r := range rows[n.table] {
			w.lines = append(w.lines, w.line(n.table, r))
		}
	}
	slices.Sort(w.lines)
	return w.lines, nil
}

// nothingForgotten checks that each table is told of, or said not to be.
func (w *teller) nothingForgotten() error {
	query := `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'`
	if w.in.form == onSQLite {
		query = `SELECT name FROM sqlite_master WHERE type = 'table'`
	}
	rows, err := w.in.db.QueryContext(w.in.ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return err
		}
		told := slices.Contains(tablesBeside, name) || strings.Contains(name, "_search") // an index of words
		for _, n := range toldTables {
			told = told || n.table == name
		}
		if !told {
			return fmt.Errorf("the story says nothing of the table %s", name)
		}
	}
	return rows.Err()
}

// row is a row of any table, by the names of its columns.
type row map[string]any

// read reads a table's rows.
func (w *teller) read(table string) (all []row, err error) {
	rows, err := w.in.db.QueryContext(w.in.ctx, `SELECT * FROM `+table)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		r := row{}
		for i, column := range columns {
			r[column] = values[i]
		}
		all = append(all, r)
	}
	return all, rows.Err()
}

func (w *teller) name(table string, by []string, r row) string {
	parts := []string{strings.TrimSuffix(table, "s")}
	for _, column := range by {
		parts = append(parts, w.value(table, column, r[column]))
	}
	return "‹" + strings.Join(parts, " ") + "›"
}

func (w *teller) line(table string, r row) string {
	var told []string
	for _, column := range slices.Sorted(maps.Keys(r)) {
		if column == "id" || untold[table+"."+column] != "" || column == "line" && w.madeList(r) {
			continue
		}
		told = append(told, column+"="+w.value(table, column, r[column]))
	}
	id, _ := r["id"].(int64)
	return cmp.Or(w.names[id], table) + " " + strings.Join(told, " ")
}

// madeList says whether a line of a report is of a list that the program itself made, of the Community Zone's titles. They
// are in the order of their ids in it, and a job that went on in another process has given some of them lower ones.
func (w *teller) madeList(r row) bool {
	id, _ := r["job_id"].(int64)
	return strings.HasSuffix(w.names[id], " ACTIVATE›")
}

// value is a value without ids and times.
func (w *teller) value(table, column string, value any) string {
	switch v := value.(type) {
	case nil:
		return "-"
	case bool:
		return strconv.FormatBool(v)
	case []byte:
		if column == "data" {
			return fmt.Sprintf("%x", sha256.Sum256(v))
		}
		return w.text(string(v))
	case string:
		return w.text(v)
	case int64:
		if isTime(column) {
			return "some time"
		}
		if strings.HasSuffix(column, "_id") {
			return cmp.Or(w.names[v], fmt.Sprintf("no row with id %d", v))
		}
		return strconv.FormatInt(v, 10)
	default:
		return fmt.Sprint(v)
	}
}

func isTime(column string) bool {
	return strings.HasSuffix(column, "_at") || column == "schedule_since" || column == "review_since"
}

var (
	idsInText   = regexp.MustCompile(`[A-Z][A-Za-z0-9_-]{9,}`)
	longNumbers = regexp.MustCompile(`\b\d{11,}\b`)
)

// text is a text without ids and times: jobs name others in messages, arguments and counts are JSON.
func (w *teller) text(text string) string {
	if strings.HasPrefix(text, "{") { // PostgreSQL keeps JSON in an order of its own
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.UseNumber()
		var value any
		if decoder.Decode(&value) == nil {
			if again, err := json.Marshal(w.ordered(value)); err == nil {
				text = string(again)
			}
		}
	}
	text = idsInText.ReplaceAllStringFunc(text, func(id string) string {
		if _, number, err := opaque.Parse(id); err == nil && w.names[number] != "" {
			return w.names[number]
		}
		return id
	})
	return longNumbers.ReplaceAllStringFunc(text, func(digits string) string {
		n, err := strconv.ParseInt(digits, 10, 64)
		if name := w.names[n]; err == nil && name != "" {
			return name
		}
		if len(digits) == 13 && n > 1_600_000_000_000 && n < 2_500_000_000_000 {
			return "some time"
		}
		return digits
	})
}

// ordered puts lists of ids, which are in the order of the ids, into that of the names.
func (w *teller) ordered(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for key, of := range v {
			v[key] = w.ordered(of)
		}
	case []any:
		name := func(of any) string {
			number, _ := of.(json.Number)
			id, _ := number.Int64()
			return w.names[id]
		}
		if !slices.ContainsFunc(v, func(of any) bool { return name(of) == "" }) {
			slices.SortFunc(v, func(a, b any) int { return strings.Compare(name(a), name(b)) })
		}
	}
	return value
}

// difference is what one of two stories has and the other has not, a few lines of it.
func difference(quiet, tortured []string) string {
	counts := map[string]int{}
	for _, line := range quiet {
		counts[line]--
	}
	for _, line := range tortured {
		counts[line]++
	}
	var lines []string
	for line, n := range counts {
		if n != 0 {
			lines = append(lines, fmt.Sprintf("%s %+d", line, n))
		}
	}
	slices.Sort(lines) // the two versions of a row stand together
	if len(lines) > 60 {
		lines = append(lines[:60], fmt.Sprintf("… and %d more", len(lines)-60))
	}
	return strings.Join(lines, "\n")
}
