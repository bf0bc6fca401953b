package graph

import (
	"context"
	"errors"

	"autoholdings/ent"
	"autoholdings/graph/generated"
	"autoholdings/graph/model"
	"autoholdings/holdings/collections"
	"autoholdings/internal/problem"
	"autoholdings/jobs"
)

var zoneCollectionListing = listing[*ent.CommunityZoneCollection, *model.CommunityZoneCollection]{
	collections.CommunityZoneListing, model.CommunityZoneCollections,
}

func (r queryResolver) CommunityZoneCollections(
	ctx context.Context, first *int, after *string, last *int, before *string, filter *model.CommunityZoneCollectionFilter,
) (*model.CommunityZoneCollectionConnection, error) {
	var f collections.CommunityZoneFilter
	if filter != nil {
		f = collections.CommunityZoneFilter{Search: orEmpty(filter.Search), Content: orEmpty(filter.Content)}
	}
	return list(ctx, ask{first, after, last, before, nil}, zoneCollectionListing,
		filtered(f, nil, r.collections.CommunityZoneCollections, r.collections.CountCommunityZoneCollections))
}

var zoneTitleListing = listing[*ent.CommunityZoneTitle, *model.CommunityZoneTitle]{
	collections.CommunityZoneTitleListing, model.CommunityZoneTitles,
}

func (r queryResolver) CommunityZoneTitles(
	ctx context.Context, first *int, after *string, last *int, before *string, orderBy *model.Order, filter *model.CommunityZoneTitleFilter,
) (*model.Connection[*model.CommunityZoneTitle], error) {
	return list(ctx, ask{first, after, last, before, orderBy}, zoneTitleListing,
		filtered(zoneTitleFilter(filter), nil, r.collections.CommunityZoneTitles, r.collections.CountCommunityZoneTitles))
}

func zoneTitleFilter(in *model.CommunityZoneTitleFilter) collections.CommunityZoneTitleFilter {
	if in == nil {
		return collections.CommunityZoneTitleFilter{}
	}
	return collections.CommunityZoneTitleFilter{
		CommunityZoneID: orEmpty(in.CommunityZoneID), TitlePrefix: orEmpty(in.TitlePrefix),
		TitleID: orEmpty(in.TitleID), Identifier: orEmpty(in.Identifier), Search: orEmpty(in.Search),
	}
}

func (r mutationResolver) ImportCommunityZoneTitles(
	ctx context.Context, in generated.ImportCommunityZoneTitlesInput,
) (*generated.ImportCommunityZoneTitlesPayload, error) {
	request, wrong := zoneRequest(in)
	job, problems, err := carryOut(ctx, request, wrong, r.jobs.StartZoneUpdate)
	return &generated.ImportCommunityZoneTitlesPayload{Job: wrapOne(job, model.Jobs), UserErrors: problems}, err
}

func zoneRequest(in generated.ImportCommunityZoneTitlesInput) (jobs.ZoneRequest, error) {
	fileID, err := optionalID(model.ProviderFileType, "input.fileId", inputValue(in.FileID))
	if zone := inputValue(in.CommunityZoneID); zone != nil && *zone == "" {
		err = errors.Join(err, problem.New(problem.BadInput, "input.communityZoneId",
			"it is empty: leave it out to import the titles of all collections"))
	}
	return jobs.ZoneRequest{
		CommunityZoneID: orElse(in.CommunityZoneID, ""), FileID: fileID, Mode: in.Mode, Force: orElse(in.Force, false),
		Trigger: jobs.Manual, IdempotencyKey: orElse(in.IdempotencyKey, ""),
	}, err
}

func (r communityZoneCollectionResolver) TitleCount(ctx context.Context, c *model.CommunityZoneCollection) (int, error) {
	return c.Page.TitleCounts.Of(ctx, c.CommunityZoneCollection.ID, func(ctx context.Context) (map[int64]int, error) {
		return r.collections.CommunityZoneTitleCounts(ctx, c.Page.IDs)
	})
}

func (r communityZoneCollectionResolver) Collection(ctx context.Context, c *model.CommunityZoneCollection) (*model.Collection, error) {
	return c.Page.Collections.Of(ctx, c.CommunityZoneCollection.ID, func(ctx context.Context) (map[int64]*model.Collection, error) {
		return readPage(ctx, c.Page.IDs, r.collections.CollectionsOfCommunityZone, model.Collections)
	})
}

func (r communityZoneTitleResolver) CommunityZoneCollection(
	ctx context.Context, t *model.CommunityZoneTitle,
) (*model.CommunityZoneCollection, error) {
	return t.Page.Collections.Of(ctx, t.CommunityZoneCollectionID,
		func(ctx context.Context) (map[int64]*model.CommunityZoneCollection, error) {
			ids := each(t.Page.Rows, func(row *ent.CommunityZoneTitle) int64 { return row.CommunityZoneCollectionID })
			return readPage(ctx, ids, r.collections.CommunityZoneCollectionsByID, model.CommunityZoneCollections)
		})
}
