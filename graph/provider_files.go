package graph

import (
	"context"

	"autoholdings/ent"
	"autoholdings/graph/model"
	"autoholdings/holdings"
)

var providerFileListing = listing[*ent.ProviderFile, *model.ProviderFile]{holdings.ProviderFileListing, model.ProviderFiles}

func (r queryResolver) ProviderFiles(
	ctx context.Context, first *int, after *string, last *int, before *string, filter *model.ProviderFileFilter,
) (*model.ProviderFileConnection, error) {
	f, wrong := providerFileFilter(filter)
	return list(ctx, ask{first, after, last, before, nil}, providerFileListing,
		filtered(f, wrong, r.holdings.ProviderFiles, r.holdings.CountProviderFiles))
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
