// Command gen writes the migrations that lead from the existing ones to ent's present schema, for SQLite and for
// PostgreSQL, as goose files. It writes nothing where they agree; with -check it then exits 0, and 1 where a migration is missing.
//
// A migration whose way up may delete rows needs a line "-- reviewed: why nothing is lost" from the person who has read
// it. Without one the command fails, with -check too. After editing a migration, write the checksums anew by -sum.
//
//	go run ./ent/migrations/gen NAME
//	go run ./ent/migrations/gen -sum
//	go run ./ent/migrations/gen -check
package main

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"ariga.io/atlas/sql/migrate"
	"ariga.io/atlas/sql/sqltool"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql/schema"
	"entgo.io/ent/schema/field"
	"github.com/jackc/pgx/v5/stdlib"
	_ "github.com/mattn/go-sqlite3" // the database on which the existing migrations are replayed

	entmigrate "autoholdings/ent/migrate"
	"autoholdings/internal/pgtest"
)

func init() { //nolint:gochecknoinits // the generator finds the driver by this name, which pgx does not register
	sql.Register("postgres", stdlib.GetDefaultDriver())
}

func main() {
	log.SetFlags(0)
	check := flag.Bool("check", false, "write nothing; exit 1 where a migration is missing or not reviewed")
	sum := flag.Bool("sum", false, "write the checksums anew, after a migration was edited")
	flag.Parse()
	if err := run(context.Background(), *check, *sum, flag.Arg(0)); err != nil {
		log.Fatal("migrations: ", err)
	}
}

// database is one for which there are migrations.
type database struct {
	dialect string // as ent calls it
	dir     string // of the migrations
	dev     string // URL of an empty one, on which the existing migrations are replayed
}

func sqlite(dir string) database {
	return database{dialect.SQLite, dir, "sqlite://gen?mode=memory&cache=shared&_fk=1"}
}

func postgres(dir, url string) database {
	return database{dialect.Postgres, dir, url + "&search_path=public"}
}

func run(ctx context.Context, check, sum bool, name string) error {
	server, err := pgtest.Start(ctx)
	if err != nil {
		return fmt.Errorf("the migrations for PostgreSQL are replayed on one: %w", err)
	}
	defer func() { _ = server.Stop() }()
	return errors.Join(
		sqlite("ent/migrations/sqlite").run(ctx, check, sum, name),
		postgres("ent/migrations/postgres", server.URL).run(ctx, check, sum, name),
	)
}

func (d database) run(ctx context.Context, check, sum bool, name string) error {
	switch {
	case sum:
		return writeSum(d.dir)
	case check:
		return errors.Join(reviewed(d.dir), d.complete(ctx))
	case name == "":
		return errors.New("name the migration: gen NAME")
	default:
		return errors.Join(d.diff(ctx, d.dir, name), reviewed(d.dir))
	}
}

func writeSum(dir string) error {
	goose, err := sqltool.NewGooseDir(dir)
	if err != nil {
		return err
	}
	hashes, err := goose.Checksum()
	if err != nil {
		return err
	}
	return migrate.WriteSumFile(goose, hashes)
}

var (
	comment   = regexp.MustCompile(`(?m)--.*$|(?s:/\*.*?\*/)`)
	mayDelete = regexp.MustCompile(`(?i)\bDROP\s+(TABLE|COLUMN)\b|\bALTER\s+TABLE\s+\S+\s+DROP\b` +
		`|\bDELETE\s+FROM\b|\bREPLACE\s+INTO\b|\bOR\s+(REPLACE|IGNORE)\b`)
	review = regexp.MustCompile(`(?m)^--[ \t]*reviewed:[ \t]*\S`)
)

// reviewed refuses migrations whose way up may delete rows, unless a person has written why nothing is lost.
func reviewed(dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.sql"))
	if err != nil {
		return err
	}
	var refused []error
	for _, name := range files {
		text, err := os.ReadFile(name) //nolint:gosec // one of the migrations of this repository
		if err != nil {
			return err
		}
		up, _, _ := strings.Cut(string(text), "-- +goose Down")
		if found := mayDelete.FindString(comment.ReplaceAllString(up, "")); found != "" && !review.MatchString(up) {
			refused = append(refused, fmt.Errorf("%s says %q: read it, and make sure that no row is lost. "+
				"Then add a line \"-- reviewed: why nothing is lost\" above it, and run `make migration-sum`", name, found))
		}
	}
	return errors.Join(refused...)
}

// complete refuses migrations that do not lead to the schema.
func (d database) complete(ctx context.Context) error {
	copied, err := os.MkdirTemp("", "migrations")
	if err != nil {
		return err
	}
	defer os.RemoveAll(copied)
	if err := os.CopyFS(copied, os.DirFS(d.dir)); err != nil {
		return err
	}
	before, err := filepath.Glob(filepath.Join(copied, "*.sql"))
	if err != nil {
		return err
	}
	if err := d.diff(ctx, copied, "check"); err != nil {
		return err
	}
	after, err := filepath.Glob(filepath.Join(copied, "*.sql"))
	if err != nil {
		return err
	}
	if len(after) != len(before) {
		missing, err := os.Open(after[len(after)-1])
		if err != nil {
			return err
		}
		defer missing.Close()
		_, _ = io.Copy(os.Stderr, missing)
		return errors.New("the schema has changes that no migration makes (above): run `make migration NAME=...`")
	}
	return nil
}

// diff writes the migration that dir lacks, if it lacks any.
func (d database) diff(ctx context.Context, dir, name string) error {
	compareByBytes(d.dialect, entmigrate.Tables)
	goose, err := sqltool.NewGooseDir(dir)
	if err != nil {
		return fmt.Errorf("open %s: %w", dir, err)
	}
	err = entmigrate.NamedDiff(ctx, d.dev, name,
		schema.WithDir(goose),
		schema.WithMigrationMode(schema.ModeReplay),
		schema.WithDialect(d.dialect),
		schema.WithFormatter(sqltool.GooseFormatter),
		schema.WithDropColumn(true), schema.WithDropIndex(true),
	)
	if errors.Is(err, migrate.ErrNoPlan) {
		return nil
	}
	return err
}

// compareByBytes makes PostgreSQL compare texts as SQLite does: by their bytes, whatever the language of the database is.
// Ranges of prefixes and the order of pages depend on it.
func compareByBytes(of string, tables []*schema.Table) {
	for _, t := range tables {
		for _, c := range t.Columns {
			if c.Type == field.TypeString {
				c.SchemaType, c.Collation = map[string]string{dialect.Postgres: "text"}, map[string]string{dialect.Postgres: "C"}[of]
			}
		}
	}
}
