// Package storetest gives tests a database of each kind that the program supports.
package storetest

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"sync"
	"testing"

	"autoholdings/internal/pgtest"
	"autoholdings/internal/store"
)

// Names of the databases, as the variable AUTOHOLDINGS_TEST_DATABASE has them. It chooses one of them; unset, tests run
// on both, and benchmarks on SQLite.
const (
	SQLite   = "sqlite"
	Postgres = "postgres"
)

const choice = "AUTOHOLDINGS_TEST_DATABASE"

// server is the PostgreSQL on which the tests run now, nil while they run on SQLite.
var server *pgtest.Server

// On names the database on which the tests run now.
func On() string {
	if server != nil {
		return Postgres
	}
	return SQLite
}

// Main runs all tests of a package on each database, and ends the process. Without PostgreSQL, tests run on SQLite
// only; in CI that is a failure.
func Main(m *testing.M) {
	flag.Parse()
	chosen := os.Getenv(choice)
	code := 0
	if chosen != Postgres {
		code = m.Run()
	}
	benchmarks := flag.Lookup("test.bench").Value.String() != ""
	if code == 0 && chosen != SQLite && (chosen == Postgres || !benchmarks) {
		code = runOnPostgres(m, chosen == Postgres)
	}
	os.Exit(code)
}

func runOnPostgres(m *testing.M, must bool) int {
	s, err := pgtest.Start(context.Background())
	if errors.Is(err, pgtest.ErrNotInstalled) && !must && os.Getenv("CI") == "" {
		fmt.Println("not run on PostgreSQL:", err)
		return 0
	}
	if err != nil {
		fmt.Println("start PostgreSQL:", err)
		return 1
	}
	defer func() {
		if err := s.Stop(); err != nil {
			fmt.Println("stop PostgreSQL:", err)
		}
	}()
	fmt.Println("now on PostgreSQL")
	server = s
	checkLess()
	if err := makeTemplate(s); err != nil {
		fmt.Println(err)
		return 1
	}
	return m.Run()
}

// checkLess lets property tests try less than on SQLite, unless a number was given: what they check is the program, which
// is the same, and each try takes a database of its own.
func checkLess() {
	const name, number = "rapid.checks", "5"
	given := flag.Lookup(name) == nil
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == name })
	if given {
		return
	}
	if err := flag.Set(name, number); err != nil {
		fmt.Println(err)
	}
}

// template is a database with all tables, from which those of the tests are copied.
const template = "template_of_tests"

func makeTemplate(s *pgtest.Server) error {
	url, err := s.Create(context.Background(), template, "")
	if err != nil {
		return err
	}
	_, err = store.Migrate(context.Background(), store.Options{URL: url})
	return err
}

type database struct{ name, url string }

var (
	mu        sync.Mutex
	databases = map[string]database{} // by data directory
)

// Options are those of the database that belongs to a data directory, which need not exist: the same for the same
// directory, until the test ends that asked first.
func Options(t TB, dir string) store.Options {
	t.Helper()
	if server == nil {
		return store.Options{DataDir: dir}
	}
	return store.Options{DataDir: dir, URL: databaseOf(t, dir, template)}
}

// Copy gives a data directory that was copied from another one a copy of its database. No process may have either open.
func Copy(t TB, from, to string) {
	t.Helper()
	if server == nil {
		return // the database is a file of the directory
	}
	mu.Lock()
	original := databases[from].name
	mu.Unlock()
	databaseOf(t, to, original)
}

// databaseOf returns the URL of a directory's database. A new one is a copy of the template.
func databaseOf(t TB, dir, template string) string {
	t.Helper()
	mu.Lock()
	defer mu.Unlock()
	if d, ok := databases[dir]; ok {
		return d.url
	}
	s, name := server, fmt.Sprintf("test_%d", len(databases))
	url, err := s.Create(context.Background(), name, template)
	if err != nil {
		t.Fatalf("%v", err)
	}
	databases[dir] = database{name, url}
	t.Cleanup(func() {
		if err := s.Drop(context.Background(), name); err != nil {
			t.Errorf("%v", err)
		}
	})
	return url
}

// TB is what this package needs of a test.
type TB interface {
	Helper()
	Cleanup(func())
	Fatalf(string, ...any)
	Errorf(string, ...any)
}

// Open opens a new database. It is closed when the test ends.
func Open(t testing.TB) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), Options(t, t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// NeedsSQLite skips a test of what SQLite alone does, such as its plan for a query.
func NeedsSQLite(t testing.TB, why string) {
	t.Helper()
	if server != nil {
		t.Skip("on SQLite only: " + why)
	}
}
