// Package plantest shows tests the database's plan for a query of the code.
package plantest

import (
	"context"
	"strings"
	"testing"

	"autoholdings/internal/store"
)

// Database is an empty database that explains the last statement.
type Database struct {
	*store.Store

	t    testing.TB
	last string   // the last statement
	all  []string // since Plans was called
}

// Open opens an empty database. It is closed when the test ends.
func Open(t testing.TB) *Database {
	t.Helper()
	d := &Database{t: t}
	var err error
	d.Store, err = store.Open(t.Context(), store.Options{
		DataDir: t.TempDir(),
		Trace:   func(_ context.Context, query string) { d.last, d.all = query, append(d.all, query) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// Plan returns SQLite's plan for the last statement, one step per line. It does not depend on the statement's values.
func (d *Database) Plan() string {
	d.t.Helper()
	return d.planOf(d.last)
}

// Plans returns the plans of the statements since it was called last, in their order, as Plan does.
func (d *Database) Plans() string {
	d.t.Helper()
	var plans []string
	for _, statement := range d.all {
		plans = append(plans, d.planOf(statement))
	}
	d.all = nil
	return strings.Join(plans, "\n")
}

func (d *Database) planOf(traced string) string {
	d.t.Helper()
	statement := traced
	if _, ofClient, found := strings.Cut(traced, "query="); found { // an ent client traces more than the statement
		statement = ofClient
		if end := strings.LastIndex(statement, " args="); end >= 0 {
			statement = statement[:end]
		}
	}
	rows, err := d.Query(d.t.Context(), "EXPLAIN QUERY PLAN "+strings.ReplaceAll(statement, "?", "1"))
	if err != nil {
		d.t.Fatalf("%s: %v", statement, err)
	}
	defer rows.Close()
	var plan []string
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			d.t.Fatal(err)
		}
		plan = append(plan, detail)
	}
	if err := rows.Err(); err != nil {
		d.t.Fatal(err)
	}
	return strings.Join(plan, "\n")
}

// ScansTable reports whether a plan reads a whole table. Reading a whole index is allowed, if it has few rows.
func ScansTable(plan string) bool {
	for line := range strings.Lines(plan) {
		if strings.HasPrefix(line, "SCAN ") && !strings.Contains(line, "USING") {
			return true
		}
	}
	return false
}
