package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// migration is one migration file in goose's format. Its name begins with its version.
type migration struct {
	version int64
	name    string
	up      string
}

// readMigrations reads the files VERSION_NAME.sql of a folder.
func readMigrations(files fs.FS) ([]migration, error) {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return nil, fmt.Errorf("read the migrations: %w", err)
	}
	all := make([]migration, 0, len(names))
	for _, name := range names {
		version, _, _ := strings.Cut(path.Base(name), "_")
		number, err := strconv.ParseInt(version, 10, 64)
		if err != nil || number < 1 {
			return nil, fmt.Errorf("migration %s: its name does not begin with a version number", name)
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("read the migrations: %w", err)
		}
		up, err := upwards(string(text))
		if err != nil {
			return nil, fmt.Errorf("migration %s: %w", name, err)
		}
		all = append(all, migration{version: number, name: name, up: up})
	}
	if len(all) == 0 {
		return nil, errors.New("there are no migrations")
	}
	slices.SortFunc(all, func(a, b migration) int { return int(a.version - b.version) })
	for i := range all[1:] {
		if all[i].version == all[i+1].version {
			return nil, fmt.Errorf("migrations %s and %s have the same version", all[i].name, all[i+1].name)
		}
	}
	return all, nil
}

// ending matches a statement that would end the transaction.
var ending = regexp.MustCompile(`(?im)^[ \t]*(COMMIT|ROLLBACK|END TRANSACTION)\b`)

// upwards returns the part of a goose file that leads to its version. The database splits it into statements itself.
func upwards(text string) (string, error) {
	if strings.Contains(text, "+goose NO TRANSACTION") {
		return "", errors.New("it says NO TRANSACTION, so that a failure would leave half of it applied")
	}
	if statement := strings.TrimSpace(ending.FindString(text)); statement != "" {
		return "", fmt.Errorf("it says %s, but its transaction must not end before the check", statement)
	}
	_, up, found := strings.Cut(text, "-- +goose Up")
	if !found {
		return "", errors.New("it has no line \"-- +goose Up\"")
	}
	up, _, _ = strings.Cut(up, "-- +goose Down")
	return up, nil
}

const versionTable = "goose_db_version"

// missing returns the migrations that a database lacks. tables are those that it has. It refuses a database that has an
// unknown migration, because the program that applied it may have changed what the tables mean.
func missing(ctx context.Context, db queryer, known []migration, tables []string, otherwise string) ([]migration, error) {
	if len(tables) == 0 {
		return known, nil
	}
	if !slices.Contains(tables, versionTable) {
		return nil, fmt.Errorf("it has tables of another program, such as %s: %s", tables[0], otherwise)
	}
	versions, err := column[int64](ctx, db, `SELECT version_id FROM goose_db_version WHERE is_applied AND version_id > 0 ORDER BY version_id`)
	if err != nil {
		return nil, err
	}
	newest := known[len(known)-1].version
	for _, v := range slices.Backward(versions) {
		if !slices.ContainsFunc(known, func(k migration) bool { return k.version == v }) {
			return nil, fmt.Errorf("it was written by a newer version of autoholdings (it has migration %d, this version ends with %d): "+
				"start that version, or restore the backup from before it", v, newest)
		}
	}
	var lacking []migration
	for _, k := range known {
		if slices.Contains(versions, k.version) {
			continue
		}
		if len(versions) > 0 && k.version < versions[len(versions)-1] {
			return nil, fmt.Errorf("migration %s is missing, although the later %d was applied: restore a backup that a release has written",
				k.name, versions[len(versions)-1])
		}
		lacking = append(lacking, k)
	}
	return lacking, nil
}

// applyAll applies migrations and records them in the table of versions, which versions makes if it is missing.
func applyAll(ctx context.Context, tx *sql.Tx, lacking []migration, versions string, rebind func(string) string) ([]string, error) {
	if _, err := tx.ExecContext(ctx, versions); err != nil {
		return nil, fmt.Errorf("write the table of versions: %w", err)
	}
	applied := rebind(`INSERT INTO goose_db_version (version_id, is_applied)
		SELECT CAST(? AS BIGINT), true WHERE NOT EXISTS (SELECT 1 FROM goose_db_version WHERE version_id = ?)`)
	names := make([]string, 0, len(lacking))
	for _, next := range append([]migration{{name: "0"}}, lacking...) { // goose records an empty database as version 0
		if _, err := tx.ExecContext(ctx, next.up); err != nil {
			return nil, &failedMigration{"migration " + next.name, err}
		}
		if _, err := tx.ExecContext(ctx, applied, next.version, next.version); err != nil {
			return nil, fmt.Errorf("write the table of versions: %w", err)
		}
		if next.version > 0 {
			names = append(names, next.name)
		}
	}
	return names, nil
}

// failedMigration says which migration failed, or that the check after all of them did.
type failedMigration struct {
	name  string // such as "migration 1_first.sql"
	cause error
}

func (f *failedMigration) Error() string {
	return fmt.Sprintf("%s failed, so no migration was applied and the database is unchanged: %v", f.name, f.cause)
}

func (f *failedMigration) Unwrap() error { return f.cause }

type queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// column reads the only column of a query.
func column[T any](ctx context.Context, db queryer, query string) (values []T, err error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var v T
		if err := rows.Scan(&v); err != nil {
			return nil, err
		}
		values = append(values, v)
	}
	return values, rows.Err()
}
