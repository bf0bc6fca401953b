package graph

import (
	"context"
	"errors"

	"autoholdings/ent"
	"autoholdings/graph/generated"
	"autoholdings/graph/model"
	"autoholdings/holdings"
	"autoholdings/internal/keyset"
	"autoholdings/internal/problem"
	"autoholdings/jobs"
)

func (r queryResolver) CommunityZoneTitles(
	ctx context.Context, first *int, after *string, filter *model.CommunityZoneTitleFilter,
) (*model.Connection[*model.CommunityZoneTitle], error) {
	w, err := window(first, after, 1)
	if err != nil {
		return nil, err
	}
	var f holdings.CommunityZoneTitleFilter
	if filter != nil {
		f = holdings.CommunityZoneTitleFilter{
			CommunityZoneID: text(filter.CommunityZoneID), TitlePrefix: text(filter.TitlePrefix),
			TitleID: text(filter.TitleID), Identifier: text(filter.Identifier),
		}
	}
	return list(ctx, w, with(f, r.holdings.CommunityZoneTitles), listing[*ent.CommunityZoneTitle, *model.CommunityZoneTitle]{
		model.CommunityZoneTitles, func(row *ent.CommunityZoneTitle) keyset.Position {
			return keyset.Position{Keys: []string{row.TitleKey}, ID: row.ID}
		}, counting(f, r.holdings.CountCommunityZoneTitles),
	})
}

func (r mutationResolver) ImportCommunityZoneTitles(
	ctx context.Context, in generated.ImportCommunityZoneTitlesInput,
) (*generated.ImportCommunityZoneTitlesPayload, error) {
	payload := &generated.ImportCommunityZoneTitlesPayload{}
	fileID, err := optionalID(model.ProviderFileType, "input.fileId", given(in.FileID))
	if zone := given(in.CommunityZoneID); zone != nil && *zone == "" {
		err = errors.Join(err, problem.New(problem.BadInput, "input.communityZoneId",
			"it is empty: leave it out to import the titles of all collections"))
	}
	if err == nil {
		var job *ent.Job
		job, err = r.jobs.StartZoneUpdate(ctx, jobs.ZoneRequest{
			CommunityZoneID: orElse(in.CommunityZoneID, ""), FileID: fileID, Mode: orElse(in.Mode, jobs.Apply), Force: orElse(in.Force, false),
			Trigger: jobs.Manual, IdempotencyKey: orElse(in.IdempotencyKey, ""),
		})
		payload.Job = only(job, model.Jobs)
	}
	payload.UserErrors, err = userErrors(err)
	return payload, err
}

func (r communityZoneTitleResolver) CommunityZoneCollection(
	ctx context.Context, t *model.CommunityZoneTitle,
) (*model.CommunityZoneCollection, error) {
	return t.Page.Collections.Of(ctx, t.CommunityZoneCollectionID,
		func(ctx context.Context) (map[int64]*model.CommunityZoneCollection, error) {
			ids := each(t.Page.Rows, func(row *ent.CommunityZoneTitle) int64 { return row.CommunityZoneCollectionID })
			return byID(ctx, ids, r.holdings.CommunityZoneCollectionsByID, model.CommunityZoneCollections)
		})
}
