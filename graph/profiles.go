package graph

import (
	"context"

	"autoholdings/ent"
	"autoholdings/graph/generated"
	"autoholdings/graph/model"
	"autoholdings/holdings/profiles"
	"autoholdings/internal/secret"
	"autoholdings/jobs"
)

var profileListing = listing[*ent.Profile, *model.Profile]{profiles.ProfileListing, model.Profiles}

func (r queryResolver) Profile(ctx context.Context, id string) (*model.Profile, error) {
	return readByOpaqueID(ctx, model.ProfileType, id, r.profiles.ProfilesByID, model.Profiles)
}

func (r queryResolver) Profiles(
	ctx context.Context, first *int, after *string, last *int, before *string, filter *model.ProfileFilter,
) (*model.ProfileConnection, error) {
	var f profiles.ProfileFilter
	if filter != nil {
		f.Active = filter.Active
	}
	return list(ctx, ask{first, after, last, before, nil}, profileListing, filtered(f, nil, r.profiles.Profiles, r.profiles.CountProfiles))
}

func (r mutationResolver) CreateProfile(ctx context.Context, in generated.CreateProfileInput) (*generated.CreateProfilePayload, error) {
	request, wrong := createProfileRequest(in)
	saved, problems, err := carryOut(ctx, request, wrong, r.jobs.CreateProfile)
	return &generated.CreateProfilePayload{
		Profile: wrapOne(saved.Profile, model.Profiles), Job: wrapOne(saved.Job, model.Jobs), Notices: append([]string{}, saved.Notices...),
		UserErrors: problems,
	}, err
}

func (r mutationResolver) UpdateProfile(ctx context.Context, in generated.UpdateProfileInput) (*generated.UpdateProfilePayload, error) {
	id, request, wrong := updateProfileRequest(in)
	saved, problems, err := carryOut(ctx, request, wrong, func(ctx context.Context, request jobs.SaveRequest) (jobs.Saved, error) {
		return r.jobs.UpdateProfile(ctx, id, inputValue(in.Version), request)
	})
	return &generated.UpdateProfilePayload{
		Profile: wrapOne(saved.Profile, model.Profiles), Job: wrapOne(saved.Job, model.Jobs), Notices: append([]string{}, saved.Notices...),
		UserErrors: problems,
	}, err
}

func (r mutationResolver) DeleteProfile(ctx context.Context, in generated.DeleteProfileInput) (*generated.DeleteProfilePayload, error) {
	request, wrong := deleteProfileRequest(in)
	job, problems, err := carryOut(ctx, request, wrong, r.jobs.DeleteProfile)
	payload := &generated.DeleteProfilePayload{Job: wrapOne(job, model.Jobs), UserErrors: problems}
	if job == nil && err == nil && len(problems) == 0 {
		payload.DeletedID = &in.ProfileID
	}
	return payload, err
}

func deleteProfileRequest(in generated.DeleteProfileInput) (jobs.DeleteProfileRequest, error) {
	id, err := idOf(model.ProfileType, "input.profileId", in.ProfileID)
	return jobs.DeleteProfileRequest{
		ProfileID: id, WithdrawEntitlements: orElse(in.WithdrawEntitlements, false), IdempotencyKey: orElse(in.IdempotencyKey, ""),
	}, err
}

func (r mutationResolver) RunProfile(ctx context.Context, in generated.RunProfileInput) (*generated.RunProfilePayload, error) {
	request, wrong := runRequest(in)
	job, problems, err := carryOut(ctx, request, wrong, r.jobs.StartSync)
	return &generated.RunProfilePayload{Job: wrapOne(job, model.Jobs), UserErrors: problems}, err
}

func runRequest(in generated.RunProfileInput) (jobs.SyncRequest, error) {
	id, err := idOf(model.ProfileType, "input.profileId", in.ProfileID)
	return jobs.SyncRequest{
		ProfileIDs: []int64{id}, Mode: in.Mode, Force: orElse(in.Force, false), Trigger: jobs.Manual,
		IdempotencyKey: orElse(in.IdempotencyKey, ""),
	}, err
}

func (r mutationResolver) WithdrawProfile(
	ctx context.Context, in generated.WithdrawProfileInput,
) (*generated.WithdrawProfilePayload, error) {
	request, wrong := withdrawRequest(in)
	job, problems, err := carryOut(ctx, request, wrong, r.jobs.StartWithdrawal)
	return &generated.WithdrawProfilePayload{Job: wrapOne(job, model.Jobs), UserErrors: problems}, err
}

func withdrawRequest(in generated.WithdrawProfileInput) (jobs.WithdrawRequest, error) {
	id, err := idOf(model.ProfileType, "input.profileId", in.ProfileID)
	return jobs.WithdrawRequest{
		ProfileID: id, Content: orElse(in.Content, ""), Mode: in.Mode, Trigger: jobs.Manual,
		IdempotencyKey: orElse(in.IdempotencyKey, ""),
	}, err
}

func (r mutationResolver) ChangeProfileGroups(
	ctx context.Context, in generated.ChangeProfileGroupsInput,
) (*generated.ChangeProfileGroupsPayload, error) {
	request, wrong := groupsRequest(in)
	job, problems, err := carryOut(ctx, request, wrong, r.jobs.StartGroups)
	return &generated.ChangeProfileGroupsPayload{Job: wrapOne(job, model.Jobs), UserErrors: problems}, err
}

func groupsRequest(in generated.ChangeProfileGroupsInput) (request jobs.GroupsRequest, err error) {
	request = jobs.GroupsRequest{
		Version: inputValue(in.Version), Mode: in.Mode, IdempotencyKey: orElse(in.IdempotencyKey, ""),
	}
	if request.ProfileID, err = idOf(model.ProfileType, "input.profileId", in.ProfileID); err != nil {
		return request, err
	}
	if request.GroupIDs, err = idsOf(model.InventoryGroupType, "input.groupIds", in.GroupIds); err != nil {
		return request, err
	}
	request.PreviewJobID, err = optionalID(model.JobType, "input.previewJobId", inputValue(in.PreviewJobID))
	return request, err
}

func (r mutationResolver) TestProfileConnection(
	ctx context.Context, in generated.TestProfileConnectionInput,
) (*generated.TestProfileConnectionPayload, error) {
	request, wrong := connectionRequest(in)
	results, problems, err := carryOut(ctx, request, wrong, r.jobs.TestConnection)
	return &generated.TestProfileConnectionPayload{Results: each(results, connectionTest), UserErrors: problems}, err
}

func connectionRequest(in generated.TestProfileConnectionInput) (jobs.ConnectionRequest, error) {
	id, err := optionalID(model.ProfileType, "input.profileId", inputValue(in.ProfileID))
	request := jobs.ConnectionRequest{
		ProfileID: id, Provider: orElse(in.Provider, ""), CustomerNumber: inputValue(in.CustomerNumber),
	}
	if key := inputValue(in.APIKey); key != nil {
		hidden := secret.NewKey(*key)
		request.APIKey = &hidden
	}
	return request, err
}

func connectionTest(result jobs.ConnectionResult) *generated.ConnectionTest {
	return &generated.ConnectionTest{
		Content: result.Content, Ok: result.OK, Code: result.Code.String(), Message: result.Message, Hint: orNull(result.Hint),
	}
}

func (r profileResolver) Groups(ctx context.Context, p *model.Profile) ([]*model.InventoryGroup, error) {
	return p.Page.Groups.Of(ctx, p.Profile.ID, func(ctx context.Context) (map[int64][]*model.InventoryGroup, error) {
		rows, err := r.profiles.GroupsOfProfiles(ctx, p.Page.IDs)
		return wrapLists(rows, model.InventoryGroups), err
	})
}

func (r profileResolver) APIKeyState(_ context.Context, p *model.Profile) (string, error) {
	return r.profiles.KeyState(p.Profile), nil
}

func (r profileResolver) Alerts(ctx context.Context, p *model.Profile) ([]*generated.ProfileAlert, error) {
	found, err := p.Page.Alerts.Of(ctx, p.Profile.ID, func(ctx context.Context) (map[int64][]profiles.ProfileAlert, error) {
		return r.profiles.AlertsOf(ctx, p.Page.IDs)
	})
	if err != nil {
		return nil, err
	}
	return each(found, alertOf), nil
}

func alertOf(a profiles.ProfileAlert) *generated.ProfileAlert {
	return &generated.ProfileAlert{Code: a.Code, Content: orNull(a.Content), Message: a.Message, Hint: a.Hint, Since: a.Since}
}
