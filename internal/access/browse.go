package access

import (
	"context"
	"fmt"

	"autoholdings/ent"
	"autoholdings/ent/accesstoken"
	"autoholdings/ent/auditentry"
	"autoholdings/ent/person"
	"autoholdings/ent/predicate"
	"autoholdings/internal/keyset"
)

// How what this package lists is sorted.
var (
	TokenListing = keyset.Sorted(func(row *ent.AccessToken) int64 { return row.ID },
		keyset.Newest(func(row *ent.AccessToken) int64 { return row.CreatedAt }))
	PersonListing = keyset.Sorted(func(row *ent.Person) int64 { return row.ID },
		keyset.By("NAME", keyset.Text(person.FieldNameKey, func(row *ent.Person) string { return row.NameKey })))
	AuditListing = keyset.Sorted(func(row *ent.AuditEntry) int64 { return row.ID },
		keyset.Newest(func(row *ent.AuditEntry) int64 { return row.CreatedAt }))
)

// Tokens lists the tokens, the newest first.
func (s *Service) Tokens(ctx context.Context, w keyset.Window) (keyset.Page[*ent.AccessToken], error) {
	page, err := keyset.List(ctx, s.store.Read.AccessToken.Query(), TokenListing, w, []predicate.AccessToken(nil))
	return page, wrap("list the tokens", err)
}

// CountTokens counts them.
func (s *Service) CountTokens(ctx context.Context) (int, error) {
	n, err := s.store.Read.AccessToken.Query().Count(ctx)
	return n, wrap("count the tokens", err)
}

// TokensByID reads tokens.
func (s *Service) TokensByID(ctx context.Context, ids []int64) (map[int64]*ent.AccessToken, error) {
	rows, err := s.store.Read.AccessToken.Query().Where(accesstoken.IDIn(ids...)).All(ctx)
	return byID(rows, func(row *ent.AccessToken) int64 { return row.ID }), wrap("read the tokens", err)
}

// People lists who signs in, by name.
func (s *Service) People(ctx context.Context, w keyset.Window) (keyset.Page[*ent.Person], error) {
	page, err := keyset.List(ctx, s.store.Read.Person.Query(), PersonListing, w, []predicate.Person(nil))
	return page, wrap("list the people", err)
}

// CountPeople counts them.
func (s *Service) CountPeople(ctx context.Context) (int, error) {
	n, err := s.store.Read.Person.Query().Count(ctx)
	return n, wrap("count the people", err)
}

// PeopleByID reads people.
func (s *Service) PeopleByID(ctx context.Context, ids []int64) (map[int64]*ent.Person, error) {
	rows, err := s.store.Read.Person.Query().Where(person.IDIn(ids...)).All(ctx)
	return byID(rows, func(row *ent.Person) int64 { return row.ID }), wrap("read the people", err)
}

// AuditFilter selects entries of the audit. What is empty selects all.
type AuditFilter struct {
	ActorKind    Kind
	ActorID      int64
	Action       string
	Since, Until *int64 // Unix milliseconds: at Since or later, before Until
}

func (f AuditFilter) where() (where []predicate.AuditEntry) {
	if f.ActorKind != "" {
		where = append(where, auditentry.ActorKind(string(f.ActorKind)))
	}
	if f.ActorID != 0 {
		where = append(where, auditentry.ActorID(f.ActorID))
	}
	if f.Action != "" {
		where = append(where, auditentry.Action(f.Action))
	}
	if f.Since != nil {
		where = append(where, auditentry.CreatedAtGTE(*f.Since))
	}
	if f.Until != nil {
		where = append(where, auditentry.CreatedAtLT(*f.Until))
	}
	return where
}

// AuditEntries lists who did what, the newest first.
func (s *Service) AuditEntries(ctx context.Context, f AuditFilter, w keyset.Window) (keyset.Page[*ent.AuditEntry], error) {
	page, err := keyset.List(ctx, s.store.Read.AuditEntry.Query(), AuditListing, w, f.where())
	return page, wrap("read the audit", err)
}

// CountAuditEntries counts them.
func (s *Service) CountAuditEntries(ctx context.Context, f AuditFilter) (int, error) {
	n, err := s.store.Read.AuditEntry.Query().Where(f.where()...).Count(ctx)
	return n, wrap("count the audit's entries", err)
}

// AuditEntriesByID reads entries.
func (s *Service) AuditEntriesByID(ctx context.Context, ids []int64) (map[int64]*ent.AuditEntry, error) {
	rows, err := s.store.Read.AuditEntry.Query().Where(auditentry.IDIn(ids...)).All(ctx)
	return byID(rows, func(row *ent.AuditEntry) int64 { return row.ID }), wrap("read the audit", err)
}

func byID[R any](rows []R, id func(R) int64) map[int64]R {
	found := make(map[int64]R, len(rows))
	for _, row := range rows {
		found[id(row)] = row
	}
	return found
}

func wrap(what string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}
