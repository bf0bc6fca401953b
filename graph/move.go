package graph

import (
	"context"
	"errors"

	"autoholdings/graph/generated"
	"autoholdings/graph/model"
	"autoholdings/jobs"
)

func (r mutationResolver) MovePortfolioInformation(
	ctx context.Context, in generated.MovePortfolioInformationInput,
) (*generated.MovePortfolioInformationPayload, error) {
	request, wrong := moveRequest(in)
	job, problems, err := carryOut(ctx, request, wrong, r.jobs.StartMove)
	return &generated.MovePortfolioInformationPayload{Job: wrapOne(job, model.Jobs), UserErrors: problems}, err
}

func moveRequest(in generated.MovePortfolioInformationInput) (jobs.MoveRequest, error) {
	request := jobs.MoveRequest{
		POLines: orElse(in.MovePoLines, false), Licenses: orElse(in.MoveLicenses, false),
		LicenseConflict: orElse(in.LicenseConflict, jobs.KeepTarget), IncludeInaccessible: orElse(in.IncludeInaccessible, false),
		Mode:    in.Mode,
		Trigger: jobs.Manual, IdempotencyKey: orElse(in.IdempotencyKey, ""),
	}
	var errs [3]error
	request.SetID, errs[0] = idOf(model.CollectionSetType, "input.setId", in.SetID)
	request.TargetCollectionID, errs[1] = idOf(model.CollectionType, "input.targetCollectionId", in.TargetCollectionID)
	if preview := inputValue(in.PreviewJobID); preview != nil {
		request.PreviewJobID, errs[2] = idOf(model.JobType, "input.previewJobId", *preview)
	}
	return request, errors.Join(errs[:]...)
}
