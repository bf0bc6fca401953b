package graph

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"

	"autoholdings/ent"
	"autoholdings/graph/generated"
	"autoholdings/graph/model"
	"autoholdings/holdings"
	"autoholdings/internal/problem"
	"autoholdings/internal/secret"
	"autoholdings/jobs"
)

func (r queryResolver) JobTypes(_ context.Context, filter *model.JobTypeFilter) ([]*generated.JobType, error) {
	search := ""
	if filter != nil {
		search = text(filter.Search)
	}
	found := []*generated.JobType{}
	for _, t := range jobs.Types(search) {
		parameters, err := parametersOf(t.Mutation)
		if err != nil {
			return nil, err
		}
		found = append(found, &generated.JobType{
			Kind: t.Kind, Name: t.Name, Description: t.Description, Mutation: t.Mutation,
			Parameters: parameters,
		})
	}
	return found, nil
}

// schema is the API's own description of itself.
var schema = sync.OnceValue(func() *ast.Schema { return generated.NewExecutableSchema(generated.Config{}).Schema() })

// parametersOf are the fields of a mutation's input, as the schema has them.
func parametersOf(mutation string) (parameters []*generated.JobTypeParameter, err error) {
	field := schema().Mutation.Fields.ForName(mutation)
	if field == nil {
		return nil, fmt.Errorf("there is no mutation %q", mutation)
	}
	input := schema().Types[field.Arguments.ForName("input").Type.Name()]
	for _, f := range input.Fields {
		parameters = append(parameters, &generated.JobTypeParameter{
			Name: f.Name, Type: f.Type.String(), Required: f.Type.NonNull && f.DefaultValue == nil, Description: f.Description,
		})
	}
	return parameters, nil
}

func (r mutationResolver) TestProfileConnection(
	ctx context.Context, in generated.TestProfileConnectionInput,
) (*generated.TestProfileConnectionPayload, error) {
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
			payload.Results = append(payload.Results, &generated.ConnectionTest{
				Content: a.Content, Ok: a.OK, Code: a.Code, Message: a.Message,
				Hint: orNull(a.Hint),
			})
		}
	}
	payload.UserErrors, err = userErrors(err)
	return payload, err
}

// orNull is a text that is null where there is none.
func orNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func (r mutationResolver) WithdrawProfile(
	ctx context.Context, in generated.WithdrawProfileInput,
) (*generated.WithdrawProfilePayload, error) {
	payload := &generated.WithdrawProfilePayload{}
	id, err := idOf(model.ProfileType, "input.profileId", in.ProfileID)
	if err == nil {
		var job *ent.Job
		job, err = r.jobs.StartWithdrawal(ctx, jobs.WithdrawRequest{
			ProfileID: id, Content: orElse(in.Content, ""), Mode: orElse(in.Mode, jobs.Apply), Trigger: jobs.Manual,
			IdempotencyKey: orElse(in.IdempotencyKey, ""),
		})
		payload.Job = only(job, model.Jobs)
	}
	payload.UserErrors, err = userErrors(err)
	return payload, err
}

func (r mutationResolver) DeleteProfile(ctx context.Context, in generated.DeleteProfileInput) (*generated.DeleteProfilePayload, error) {
	payload := &generated.DeleteProfilePayload{}
	id, err := idOf(model.ProfileType, "input.profileId", in.ProfileID)
	if err == nil {
		var job *ent.Job
		job, err = r.deleteProfile(ctx, id, in)
		payload.Job = only(job, model.Jobs)
		if err == nil && job == nil {
			payload.DeletedID = &in.ProfileID
		}
	}
	payload.UserErrors, err = userErrors(err)
	return payload, err
}

// deleteProfile deletes a profile, or returns the job that does so after its entitlements are withdrawn.
func (r mutationResolver) deleteProfile(ctx context.Context, id int64, in generated.DeleteProfileInput) (*ent.Job, error) {
	withdraw := orElse(in.WithdrawEntitlements, false)
	request := jobs.Request{
		Key: orElse(in.IdempotencyKey, ""), Mutation: "deleteProfile",
		Arguments: []any{map[string]any{"profileId": id, "withdrawEntitlements": withdraw}},
	}
	if !withdraw {
		request.Needs = "withdrawEntitlements"
	}
	job, _, err := r.jobs.Once(ctx, jobs.KindWithdraw, request, func(ctx context.Context) (*ent.Job, error) {
		err := r.holdings.DeleteProfile(ctx, id)
		if withdraw && isInUse(err) {
			return r.jobs.StartWithdrawal(ctx, jobs.WithdrawRequest{
				ProfileID: id, DeleteProfile: true, Mode: jobs.Apply, Trigger: jobs.Manual, Of: request,
			})
		}
		return nil, err
	})
	return job, err
}

func isInUse(err error) bool {
	problems, ok := problem.In(err)
	return ok && slices.ContainsFunc(problems, func(p *problem.Problem) bool { return p.Code == problem.InUse })
}

func (r mutationResolver) DeactivateCollection(
	ctx context.Context, in generated.DeactivateCollectionInput,
) (*generated.DeactivateCollectionPayload, error) {
	payload := &generated.DeactivateCollectionPayload{}
	id, err := idOf(model.CollectionType, "input.collectionId", in.CollectionID)
	if err == nil {
		var row *ent.Collection
		var found *holdings.Consequences
		row, found, err = r.holdings.DeactivateCollection(ctx,
			holdings.Deactivation{CollectionID: id, Version: given(in.Version), Preview: orElse(in.Mode, jobs.Apply) == jobs.Preview})
		payload.Collection = only(row, model.Collections)
		if found != nil {
			payload.Consequences = &generated.DeactivationConsequences{
				Portfolios: found.Portfolios, Accessible: found.Accessible, PoLines: found.POLines,
				Profiles: model.Profiles(found.Profiles), Sets: model.CollectionSets(found.Sets), Text: found.Text,
			}
		}
	}
	payload.UserErrors, err = userErrors(err)
	return payload, err
}
