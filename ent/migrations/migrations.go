// Package migrations holds the versioned migrations of the database, written from ent's schema and reviewed by hand.
//
// To add one: change ent/schema, run `make generate`, then `make migration NAME=what_it_does`. They run with foreign keys
// off, so that rebuilding a table deletes nothing that refers to it: one that deletes rows deletes what refers to them by
// itself, and the references are checked at the end. One that makes a table adds rows of it to internal/store/testdata.
package migrations

import "embed"

// SQLite holds the goose migrations for SQLite, in the folder "sqlite".
//
//go:embed sqlite/*.sql
var SQLite embed.FS

// Postgres holds the goose migrations for PostgreSQL, in the folder "postgres".
//
//go:embed postgres/*.sql
var Postgres embed.FS
