package pgtest

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver pgx of database/sql
)

func ping(ctx context.Context, databaseURL string) error {
	db, err := sql.Open("pgx", databaseURL)
	if err != nil {
		return err
	}
	defer db.Close()
	return db.PingContext(ctx)
}

// Create makes a database, empty or as a copy of another one, and returns its URL.
func (s *Server) Create(ctx context.Context, name, template string) (databaseURL string, err error) {
	query := fmt.Sprintf(`CREATE DATABASE %q`, name)
	if template != "" {
		query += fmt.Sprintf(` TEMPLATE %q STRATEGY FILE_COPY`, template)
	}
	if err := s.exec(ctx, query); err != nil {
		return "", fmt.Errorf("create a database: %w", err)
	}
	u, err := url.Parse(s.URL)
	if err != nil {
		return "", err
	}
	u.Path = "/" + name
	return u.String(), nil
}

// Drop deletes a database and ends its connections.
func (s *Server) Drop(ctx context.Context, name string) error {
	return s.exec(ctx, fmt.Sprintf(`DROP DATABASE IF EXISTS %q WITH (FORCE)`, name))
}

func (s *Server) exec(ctx context.Context, query string) error {
	db, err := sql.Open("pgx", s.URL)
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, query)
	return err
}
