package pgtest

import (
	"context"
	"fmt"
	"net/url"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver pgx of database/sql
)

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
	_, err := s.admin.ExecContext(ctx, query)
	return err
}
