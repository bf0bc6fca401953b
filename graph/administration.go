package graph

import (
	"context"
	"errors"

	"autoholdings/graph/generated"
	"autoholdings/graph/model"
	"autoholdings/internal/secret"
	"autoholdings/jobs"
)

// errNotBuilt stands until the resolvers are there.
var errNotBuilt = errors.New("not built yet")

func (r queryResolver) JobTypes(ctx context.Context, filter *model.JobTypeFilter) ([]*generated.JobType, error) {
	return nil, errNotBuilt
}

func (r mutationResolver) TestProfileConnection(ctx context.Context, in generated.TestProfileConnectionInput) (*generated.TestProfileConnectionPayload, error) {
	payload := &generated.TestProfileConnectionPayload{Results: []*generated.ConnectionTest{}}
	request := jobs.ConnectionRequest{CustomerNumber: given(in.CustomerNumber)}
	if key := given(in.APIKey); key != nil {
		hidden := secret.NewKey(*key)
		request.APIKey = &hidden
	}
	var err error
	request.ProfileID, err = optionalID(model.ProfileType, "input.profileId", given(in.ProfileID))
	if err == nil {
		var answers []jobs.ConnectionResult
		answers, err = r.jobs.TestConnection(ctx, request)
		for _, a := range answers {
			payload.Results = append(payload.Results, &generated.ConnectionTest{Content: a.Content, Ok: a.OK, Code: a.Code, Message: a.Message, Hint: orNull(a.Hint)})
		}
	}
	payload.UserErrors, err = userErrors(err)
	return payload, err
}

func (r mutationResolver) WithdrawProfile(ctx context.Context, in generated.WithdrawProfileInput) (*generated.WithdrawProfilePayload, error) {
	return nil, errNotBuilt
}

func (r mutationResolver) DeactivateCollection(ctx context.Context, in generated.DeactivateCollectionInput) (*generated.DeactivateCollectionPayload, error) {
	return nil, errNotBuilt
}

// orNull is a text that is null where there is none.
func orNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
