// Command gen writes the migration that leads from the existing ones to ent's present schema, as a goose file. It
// writes nothing where they agree; with -check it then exits 0, and 1 where a migration is missing.
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
	_ "github.com/mattn/go-sqlite3" // the database on which the existing migrations are replayed

	entmigrate "autoholdings/ent/migrate"
)

func main() {
	log.SetFlags(0)
	check := flag.Bool("check", false, "write nothing; exit 1 where a migration is missing or not reviewed")
	sum := flag.Bool("sum", false, "write the checksums anew, after a migration was edited")
	flag.Parse()
	if err := run("ent/migrations/sqlite", *check, *sum, flag.Arg(0)); err != nil {
		log.Fatal("migrations: ", err)
	}
}

func run(dir string, check, sum bool, name string) error {
	switch {
	case sum:
		return writeSum(dir)
	case check:
		return errors.Join(reviewed(dir), complete(dir))
	case name == "":
		return errors.New("name the migration: gen NAME")
	default:
		return errors.Join(diff(dir, name), reviewed(dir))
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
func complete(dir string) error {
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
