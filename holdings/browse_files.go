package holdings

import (
	"context"

	"autoholdings/ent"
	"autoholdings/ent/predicate"
	"autoholdings/ent/providerfile"
	"autoholdings/internal/keyset"
)

// ProviderFileFilter narrows a listing of files; empty fields are ignored.
type ProviderFileFilter struct {
	ProfileID int64
	Content   string
}

func (f ProviderFileFilter) where() (where []predicate.ProviderFile) {
	if f.ProfileID != 0 {
		where = append(where, providerfile.ProfileID(f.ProfileID))
	}
	if f.Content != "" {
		where = append(where, providerfile.Content(f.Content))
	}
	return where
}

// ProviderFileListing sorts the provider's files, newest first.
var ProviderFileListing = keyset.Sorted(func(row *ent.ProviderFile) int64 { return row.ID },
	keyset.Newest(func(row *ent.ProviderFile) int64 { return row.CreatedAt }))

// ProviderFiles lists the provider's files, newest first.
func (s *Service) ProviderFiles(ctx context.Context, f ProviderFileFilter, w keyset.Window) (keyset.Page[*ent.ProviderFile], error) {
	return keyset.List(ctx, s.store.Read.ProviderFile.Query(), ProviderFileListing, w, f.where())
}

// CountProviderFiles counts what ProviderFiles lists.
func (s *Service) CountProviderFiles(ctx context.Context, f ProviderFileFilter) (int, error) {
	return s.store.Read.ProviderFile.Query().Where(f.where()...).Count(ctx)
}

// ProviderFilesByID reads the provider's files.
func (s *Service) ProviderFilesByID(ctx context.Context, ids []int64) (map[int64]*ent.ProviderFile, error) {
	return keyset.ByID(ctx, s.store.Read.ProviderFile.Query(), ids, func(row *ent.ProviderFile) int64 { return row.ID })
}
