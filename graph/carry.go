package graph

import (
	"context"
	"errors"
	"fmt"

	"autoholdings/graph/generated"
	"autoholdings/graph/model"
	"autoholdings/holdings/move"
	"autoholdings/jobs"
)

func (r mutationResolver) CarryOver(ctx context.Context, in generated.CarryOverInput) (*generated.CarryOverPayload, error) {
	request, wrong := carryRequest(in)
	job, problems, err := carryOut(ctx, request, wrong, r.jobs.StartCarry)
	return &generated.CarryOverPayload{Job: wrapOne(job, model.Jobs), UserErrors: problems}, err
}

func carryRequest(in generated.CarryOverInput) (request jobs.CarryRequest, err error) {
	request = jobs.CarryRequest{Mode: in.Mode, IdempotencyKey: orElse(in.IdempotencyKey, "")}
	var errs []error
	for i, pair := range inputList(in.Pairs) {
		var p move.Pair
		var wrong [2]error
		p.FromID, wrong[0] = idOf(model.PortfolioType, fmt.Sprintf("input.pairs.%d.fromId", i), pair.FromID)
		p.ToID, wrong[1] = idOf(model.PortfolioType, fmt.Sprintf("input.pairs.%d.toId", i), pair.ToID)
		request.Pairs, errs = append(request.Pairs, p), append(errs, wrong[:]...)
	}
	if ids := inputList(in.ChangeIds); ids != nil {
		var wrong error
		request.ChangeIDs, wrong = idsOf(model.JobChangeType, "input.changeIds", ids)
		errs = append(errs, wrong)
	}
	var wrong [2]error
	request.JobID, wrong[0] = optionalID(model.JobType, "input.jobId", inputValue(in.JobID))
	request.PreviewJobID, wrong[1] = optionalID(model.JobType, "input.previewJobId", inputValue(in.PreviewJobID))
	return request, errors.Join(append(errs, wrong[:]...)...)
}
