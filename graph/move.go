package graph

import (
	"context"
	"errors"

	"autoholdings/ent"
	"autoholdings/graph/generated"
	"autoholdings/graph/model"
	"autoholdings/holdings"
	"autoholdings/jobs"
)

func (r mutationResolver) MovePortfolioInformation(
	ctx context.Context, in generated.MovePortfolioInformationInput,
) (*generated.MovePortfolioInformationPayload, error) {
	payload := &generated.MovePortfolioInformationPayload{}
	request, err := moveRequest(in)
	if err == nil {
		var job *ent.Job
		job, err = r.jobs.StartMove(ctx, request)
		payload.Job = only(job, model.Jobs)
	}
	payload.UserErrors, err = userErrors(err)
	return payload, err
}

func moveRequest(in generated.MovePortfolioInformationInput) (jobs.MoveRequest, error) {
	request := jobs.MoveRequest{
		POLines: orElse(in.MovePoLines, false), Licenses: orElse(in.MoveLicenses, false),
		LicenseConflict: orElse(in.LicenseConflict, jobs.KeepTarget), IncludeInaccessible: orElse(in.IncludeInaccessible, false),
		Mode:    orElse(in.Mode, jobs.Apply),
		Trigger: jobs.Manual, IdempotencyKey: orElse(in.IdempotencyKey, ""),
	}
	var errs [3]error
	request.SetID, errs[0] = idOf(model.CollectionSetType, "input.setId", in.SetID)
	request.TargetCollectionID, errs[1] = idOf(model.CollectionType, "input.targetCollectionId", in.TargetCollectionID)
	if preview := given(in.PreviewJobID); preview != nil {
		request.PreviewJobID, errs[2] = idOf(model.JobType, "input.previewJobId", *preview)
	}
	return request, errors.Join(errs[:]...)
}

func (r jobChangeResolver) Target(ctx context.Context, c *model.JobChange) (*model.Portfolio, error) {
	target, _, _ := holdings.Moved(c.JobChange)
	return r.portfolio(ctx, c.Page, target)
}

func (r jobChangeResolver) PoLine(ctx context.Context, c *model.JobChange) (*model.POLine, error) {
	_, line, _ := holdings.Moved(c.JobChange)
	return c.Page.POLines.Of(ctx, line, func(ctx context.Context) (map[int64]*model.POLine, error) {
		ids := each(c.Page.Rows, func(row *ent.JobChange) int64 { _, line, _ := holdings.Moved(row); return line })
		return byID(ctx, ids, r.holdings.POLinesByID, model.POLines)
	})
}

func (r jobChangeResolver) License(ctx context.Context, c *model.JobChange) (*model.License, error) {
	_, _, license := holdings.Moved(c.JobChange)
	return c.Page.Licenses.Of(ctx, license, func(ctx context.Context) (map[int64]*model.License, error) {
		ids := each(c.Page.Rows, func(row *ent.JobChange) int64 { _, _, license := holdings.Moved(row); return license })
		return byID(ctx, ids, r.holdings.LicensesByID, model.Licenses)
	})
}
