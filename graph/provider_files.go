package graph

import (
	"context"

	"autoholdings/ent"
	"autoholdings/graph/model"
	"autoholdings/holdings"
	"autoholdings/internal/keyset"
)

var providerFileListing = listing[*ent.ProviderFile, *model.ProviderFile]{
	byTime, model.ProviderFiles, func(row *ent.ProviderFile) keyset.Position { return keyset.Made(row.CreatedAt, row.ID) },
}

func (r queryResolver) ProviderFiles(
	ctx context.Context, first *int, after *string, filter *model.ProviderFileFilter,
) (*model.ProviderFileConnection, error) {
	f, wrong := providerFileFilter(filter)
	return list(ctx, first, after, providerFileListing, filtered(f, wrong, r.holdings.ProviderFiles, r.holdings.CountProviderFiles))
}

func providerFileFilter(in *model.ProviderFileFilter) (f holdings.ProviderFileFilter, err error) {
	if in == nil {
		return f, nil
	}
	f.Content = orEmpty(in.Content)
	f.ProfileID, err = optionalID(model.ProfileType, "filter.profileId", in.ProfileID)
	return f, err
}

func (r providerFileResolver) Profile(ctx context.Context, f *model.ProviderFile) (*model.Profile, error) {
	return f.Page.Profiles.Of(ctx, orZero(f.ProfileID), func(ctx context.Context) (map[int64]*model.Profile, error) {
		ids := each(f.Page.Rows, func(row *ent.ProviderFile) int64 { return orZero(row.ProfileID) })
		return readPage(ctx, ids, r.profiles.ProfilesByID, model.Profiles)
	})
}
