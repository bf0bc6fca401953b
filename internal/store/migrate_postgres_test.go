package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"autoholdings/ent/migrations"
	"autoholdings/internal/pgtest"
	"autoholdings/internal/store"
)

// TestNoPostgresMigrationLosesARow: a database keeps each row of each table, and each value, through each migration. Rows
// that have a value in each column, and rows without the values that may be missing, are made as soon as a table is there.
func TestNoPostgresMigrationLosesARow(t *testing.T) {
	t.Parallel()
	server, err := pgtest.Start(t.Context())
	if errors.Is(err, pgtest.ErrNotInstalled) && os.Getenv("CI") == "" {
		t.Skip(err)
	} else if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	}()
	url, err := server.Create(t.Context(), "migrated", "")
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	p := &postgresRows{t: t, db: db}
	files, err := fs.Sub(migrations.Postgres, "postgres")
	if err != nil {
		t.Fatal(err)
	}
	names, err := fs.Glob(files, "*.sql")
	if err != nil || len(names) < 2 {
		t.Fatal(names, err)
	}
	before, until := map[string][]string{}, fstest.MapFS{}
	for i, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			t.Fatal(err)
		}
		until[name] = &fstest.MapFile{Data: text}
		columns := p.columns()
		applied, err := store.Migrate(t.Context(), store.Options{URL: url, Migrations: until})
		if err != nil || !slices.Equal(applied, []string{name}) {
			t.Fatalf("%v: %v", applied, err)
		}
		for table, rows := range before {
			if diff := cmp.Diff(rows, p.read(table, remaining(columns[table], name, table))); diff != "" {
				t.Errorf("%s changes %s:\n%s", name, table, diff)
			}
		}
		p.fill()
		columns = p.columns()
		for table := range columns {
			next := names[min(i+1, len(names)-1)]
			if before[table] = p.read(table, remaining(columns[table], next, table)); len(before[table]) == 0 {
				t.Errorf("%s is empty", table)
			}
		}
	}
}

// dropped are the columns that migrations take away, since what they held is elsewhere then: another test says so of each.
var dropped = map[string]string{"20261128021728_what_staff_decide.sql": "portfolios.locked_fields"}

// remaining are the columns of a table that a migration leaves.
func remaining(columns []column, migration, table string) []column {
	return slices.DeleteFunc(slices.Clone(columns), func(c column) bool { return dropped[migration] == table+"."+c.name })
}

// postgresRows makes and reads rows of a database.
type postgresRows struct {
	t  *testing.T
	db *sql.DB
}

type column struct {
	name, kind, refers string // refers: the table that it refers to
	nullable           bool
}

// columns are those of each table, but of the migrations' own.
func (p *postgresRows) columns() map[string][]column {
	p.t.Helper()
	rows, err := p.db.QueryContext(p.t.Context(), `SELECT c.table_name, c.column_name, c.data_type, c.is_nullable = 'YES', coalesce(max(r.relname), '')
		FROM information_schema.columns c
		LEFT JOIN pg_attribute a ON a.attrelid = quote_ident(c.table_name)::regclass AND a.attname = c.column_name
		LEFT JOIN pg_constraint f ON f.contype = 'f' AND f.conrelid = a.attrelid AND a.attnum = ANY (f.conkey)
		LEFT JOIN pg_class r ON r.oid = f.confrelid
		WHERE c.table_schema = 'public' AND c.table_name <> 'goose_db_version'
		GROUP BY 1, 2, 3, 4, c.ordinal_position ORDER BY 1, c.ordinal_position`)
	if err != nil {
		p.t.Fatal(err)
	}
	defer rows.Close()
	found := map[string][]column{}
	for rows.Next() {
		var table string
		var c column
		if err := rows.Scan(&table, &c.name, &c.kind, &c.nullable, &c.refers); err != nil {
			p.t.Fatal(err)
		}
		found[table] = append(found[table], c)
	}
	if err := rows.Err(); err != nil {
		p.t.Fatal(err)
	}
	return found
}

// fill makes two rows of each table that has none: one with a value in each column, one without those that may be
// missing. A table waits until those that it refers to have rows.
func (p *postgresRows) fill() {
	p.t.Helper()
	all := p.columns()
	for left := slices.Sorted(maps.Keys(all)); len(left) > 0; {
		waiting := slices.DeleteFunc(slices.Clone(left), func(table string) bool {
			return slices.ContainsFunc(all[table], func(c column) bool {
				return c.refers != "" && c.refers != table && slices.Contains(left, c.refers)
			})
		})
		if len(waiting) == 0 {
			p.t.Fatalf("these tables refer to each other: %v", left)
		}
		for _, table := range waiting {
			p.fillTable(table, all[table])
		}
		left = slices.DeleteFunc(left, func(table string) bool { return slices.Contains(waiting, table) })
	}
}

func (p *postgresRows) fillTable(table string, columns []column) {
	p.t.Helper()
	var n int
	if err := p.db.QueryRowContext(p.t.Context(), fmt.Sprintf(`SELECT count(*) FROM %q`, table)).Scan(&n); err != nil {
		p.t.Fatal(err)
	}
	for row := 1; n == 0 && row <= 2; row++ {
		var names, values []string
		for _, c := range columns {
			if row == 2 && c.nullable {
				continue
			}
			names, values = append(names, fmt.Sprintf("%q", c.name)), append(values, valueOf(c, row))
		}
		_, err := p.db.ExecContext(p.t.Context(), fmt.Sprintf("INSERT INTO %q (%s) VALUES (%s)", table, strings.Join(names, ", "),
			strings.Join(values, ", ")))
		if err != nil {
			p.t.Fatalf("%s: %v", table, err)
		}
	}
}

// valueOf is an expression for a column's value in the row of a number. The ids of all tables are 1 and 2.
func valueOf(c column, row int) string {
	switch c.kind {
	case "bigint", "integer", "smallint":
		return fmt.Sprint(row)
	case "boolean":
		return fmt.Sprint(row == 1)
	case "bytea":
		return fmt.Sprintf(`'\x%02x'`, row)
	case "jsonb":
		return fmt.Sprintf(`'{"row": %d}'`, row)
	default:
		return fmt.Sprintf("'%s %d'", c.name, row)
	}
}

// read returns a table's rows in these columns, as text.
func (p *postgresRows) read(table string, columns []column) (texts []string) {
	p.t.Helper()
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = fmt.Sprintf("%q", c.name)
	}
	rows, err := p.db.QueryContext(context.WithoutCancel(p.t.Context()), fmt.Sprintf(`SELECT ROW(%s)::text FROM %q ORDER BY 1`, strings.Join(names, ", "), table))
	if err != nil {
		p.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			p.t.Fatal(err)
		}
		texts = append(texts, text)
	}
	if err := rows.Err(); err != nil {
		p.t.Fatal(err)
	}
	return texts
}
