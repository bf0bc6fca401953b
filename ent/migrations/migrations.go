// Package migrations holds the versioned migrations of the database, written from ent's schema and reviewed by hand.
//
// To add one: change ent/schema, run `make generate`, then `make migration NAME=what_it_does`.
package migrations

import "embed"

// SQLite holds the goose migrations for SQLite, in the folder "sqlite".
//
//go:embed sqlite/*.sql
var SQLite embed.FS
