// Package ent is the database schema: schema/ is written by hand, all else is generated from it.
package ent

//go:generate go tool ent generate --feature sql/versioned-migration ./schema
