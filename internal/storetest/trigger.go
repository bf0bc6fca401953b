package storetest

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"autoholdings/internal/store"
)

// Trigger is what a database does by itself when a row is written.
type Trigger struct {
	On   string // such as "BEFORE INSERT ON jobs"
	When string // a condition on NEW and OLD, which may ask other tables; "" for every row

	// One of the two:
	Fail string // the text of the error that the statement then ends with
	Do   string // the statement that is then run beside it
}

var triggers atomic.Int64

// Install makes a trigger and returns what removes it.
func (tr Trigger) Install(t testing.TB, s *store.Store) (remove func()) {
	t.Helper()
	name := fmt.Sprintf("trigger_%d", triggers.Add(1))
	install, drop := tr.sqlite(name)
	if server != nil {
		install, drop = tr.postgres(name)
	}
	Exec(t, s, install...)
	return func() {
		t.Helper()
		Exec(t, s, drop)
	}
}

func (tr Trigger) sqlite(name string) (install []string, drop string) {
	when, do := "", tr.Do
	if tr.When != "" {
		when = " WHEN " + tr.When
	}
	if tr.Fail != "" {
		do = "SELECT RAISE(ABORT, " + quoted(tr.Fail) + ")"
	}
	return []string{fmt.Sprintf("CREATE TRIGGER %s %s%s BEGIN %s; END", name, tr.On, when, do)}, "DROP TRIGGER " + name
}

// postgres asks the condition in the trigger's function, since that of a trigger cannot ask other tables.
func (tr Trigger) postgres(name string) (install []string, drop string) {
	when, do := tr.When, tr.Do
	if when == "" {
		when = "true"
	}
	if tr.Fail != "" {
		do = "RAISE EXCEPTION USING MESSAGE = " + quoted(tr.Fail)
	}
	table := tr.On[strings.LastIndex(tr.On, " ")+1:]
	return []string{
		fmt.Sprintf(`CREATE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
			IF %s THEN %s; END IF;
			IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
			RETURN NEW; END $$`, name, when, do),
		fmt.Sprintf("CREATE TRIGGER %s %s FOR EACH ROW EXECUTE FUNCTION %s()", name, tr.On, name),
	}, "DROP TRIGGER " + name + " ON " + table
}

func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// Exec runs statements in a transaction, behind the program's back.
func Exec(t testing.TB, s *store.Store, statements ...string) {
	t.Helper()
	err := s.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		for _, statement := range statements {
			if _, err := tx.SQL.ExecContext(ctx, statement); err != nil {
				return fmt.Errorf("%s: %w", statement, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Tables are the names of all tables but the indexes of words, sorted.
func Tables(t testing.TB, s *store.Store) (names []string) {
	t.Helper()
	query := `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%\_search%' ESCAPE '\' ORDER BY name`
	if server != nil {
		query = `SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename::text COLLATE "C"`
	}
	rows, err := s.Query(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	names, err = scan(rows)
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func scan(rows *sql.Rows) (texts []string, err error) {
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		texts = append(texts, text)
	}
	return texts, rows.Err()
}
