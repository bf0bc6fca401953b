// Command gen writes the migration that leads from the existing ones to ent's present schema, as a goose file. It
// writes nothing where they agree; with -check it then exits 0, and 1 where a migration is missing.
//
//	go run ./ent/migrations/gen NAME
//	go run ./ent/migrations/gen -check
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"

	"ariga.io/atlas/sql/migrate"
	"ariga.io/atlas/sql/sqltool"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql/schema"
	_ "github.com/mattn/go-sqlite3" // the database on which the existing migrations are replayed

	entmigrate "autoholdings/ent/migrate"
)

const dir = "ent/migrations/sqlite"

func main() {
	log.SetFlags(0)
	check := flag.Bool("check", false, "write nothing; exit 1 where a migration is missing")
	flag.Parse()
	if err := run(*check, flag.Arg(0)); err != nil {
		log.Fatal("migrations: ", err)
	}
}

func run(check bool, name string) error {
	if !check {
		if name == "" {
			return errors.New("name the migration: gen NAME")
		}
		return diff(dir, name)
	}
	copied, err := os.MkdirTemp("", "migrations")
	if err != nil {
		return err
	}
	defer os.RemoveAll(copied)
	if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
		return err
	}
	before, err := filepath.Glob(filepath.Join(copied, "*.sql"))
	if err != nil {
		return err
	}
	if err := diff(copied, "check"); err != nil {
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

func diff(dir, name string) error {
	goose, err := sqltool.NewGooseDir(dir)
	if err != nil {
		return fmt.Errorf("open %s: %w", dir, err)
	}
	err = entmigrate.NamedDiff(context.Background(), "sqlite://gen?mode=memory&cache=shared&_fk=1", name,
		schema.WithDir(goose),
		schema.WithMigrationMode(schema.ModeReplay),
		schema.WithDialect(dialect.SQLite),
		schema.WithFormatter(sqltool.GooseFormatter),
		schema.WithDropColumn(true), schema.WithDropIndex(true),
	)
	if errors.Is(err, migrate.ErrNoPlan) {
		return nil
	}
	return err
}
