package graph

import (
	"context"

	"autoholdings/graph/generated"
	"autoholdings/graph/model"
	"autoholdings/internal/problem"
	"autoholdings/jobs"
)

func (r mutationResolver) ImportCollection(
	ctx context.Context, in generated.ImportCollectionInput,
) (*generated.ImportCollectionPayload, error) {
	request, wrong := importRequest(in)
	job, problems, err := carryOut(ctx, request, wrong, r.jobs.StartImport)
	return &generated.ImportCollectionPayload{Job: wrapOne(job, model.Jobs), UserErrors: problems}, err
}

func importRequest(in generated.ImportCollectionInput) (request jobs.ImportRequest, err error) {
	request = jobs.ImportRequest{
		RemoveMissing: orElse(in.RemoveMissing, false), Mode: in.Mode, Trigger: jobs.Manual,
		IdempotencyKey: orElse(in.IdempotencyKey, ""),
	}
	if request.CollectionID, err = idOf(model.CollectionType, "input.collectionId", in.CollectionID); err != nil {
		return request, err
	}
	fileID, list := inputValue(in.FileID), inputValue(in.Kbart)
	if (fileID == nil) == (list == nil) {
		return request, problem.New(problem.BadInput, "input.fileId", "give the list by exactly one of fileId and kbart")
	}
	if request.List = list; list == nil {
		request.FileID, err = idOf(model.ProviderFileType, "input.fileId", *fileID)
	}
	return request, err
}
