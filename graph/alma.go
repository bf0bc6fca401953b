package graph

import (
	"context"

	"autoholdings/graph/generated"
	"autoholdings/graph/model"
	"autoholdings/jobs"
)

func (r mutationResolver) ImportFromAlma(
	ctx context.Context, in generated.ImportFromAlmaInput,
) (*generated.ImportFromAlmaPayload, error) {
	request, wrong := almaRequest(in)
	job, problems, err := carryOut(ctx, request, wrong, r.jobs.StartAlma)
	return &generated.ImportFromAlmaPayload{Job: wrapOne(job, model.Jobs), UserErrors: problems}, err
}

func almaRequest(in generated.ImportFromAlmaInput) (request jobs.AlmaRequest, err error) {
	request = jobs.AlmaRequest{
		File: inputValue(in.File), Mode: in.Mode, Trigger: jobs.Manual, IdempotencyKey: orElse(in.IdempotencyKey, ""),
	}
	for _, id := range []struct {
		to             *int64
		typeName, path string
		given          *string
	}{
		{&request.CollectionID, model.CollectionType, "input.collectionId", inputValue(in.CollectionID)},
		{&request.FileID, model.ProviderFileType, "input.fileId", inputValue(in.FileID)},
		{&request.PreviewJobID, model.JobType, "input.previewJobId", inputValue(in.PreviewJobID)},
	} {
		if *id.to, err = optionalID(id.typeName, id.path, id.given); err != nil {
			return request, err
		}
	}
	return request, nil
}
