package graph

import (
	"context"
	"fmt"

	"github.com/99designs/gqlgen/graphql"

	"autoholdings/ent"
	"autoholdings/graph/generated"
	"autoholdings/graph/model"
	"autoholdings/holdings"
	"autoholdings/internal/problem"
	"autoholdings/internal/secret"
	"autoholdings/internal/store"
	"autoholdings/jobs"
)

// userErrors are the problems that err is made of; what is none of the user's doing stays an error.
func userErrors(err error) ([]*model.UserError, error) {
	problems, ok := problem.In(err)
	if err != nil && !ok {
		return nil, err
	}
	found := make([]*model.UserError, len(problems))
	for i, p := range problems {
		found[i] = &model.UserError{Problem: *p}
	}
	return found, nil
}

// given is what an input holds; nil where it was left out or null.
func given[T any](o graphql.Omittable[*T]) *T {
	v, _ := o.ValueOK()
	return v
}

// orElse is what an input holds, or the standard.
func orElse[T any](o graphql.Omittable[*T], standard T) T {
	if v := given(o); v != nil {
		return *v
	}
	return standard
}

// cleared is a text to be set: null empties it, left out leaves it.
func cleared(o graphql.Omittable[*string]) *string {
	v, set := o.ValueOK()
	if set && v == nil {
		return new(string)
	}
	return v
}

func (r mutationResolver) UpdateSettings(ctx context.Context, in generated.UpdateSettingsInput) (*generated.UpdateSettingsPayload, error) {
	row, err := r.holdings.UpdateSettings(ctx, holdings.SettingsChange{
		Version: given(in.Version), InstitutionName: cleared(in.InstitutionName), MultiCampus: given(in.MultiCampusInventoryManagement),
	})
	payload := &generated.UpdateSettingsPayload{}
	if row != nil {
		payload.Settings = &model.Settings{Setting: row}
	}
	payload.UserErrors, err = userErrors(err)
	return payload, err
}

func (r mutationResolver) CreateInventoryGroup(
	ctx context.Context, in generated.CreateInventoryGroupInput,
) (*generated.CreateInventoryGroupPayload, error) {
	row, err := r.holdings.CreateInventoryGroup(ctx, in.Name, orElse(in.Description, ""))
	payload := &generated.CreateInventoryGroupPayload{InventoryGroup: only(row, model.InventoryGroups)}
	payload.UserErrors, err = userErrors(err)
	return payload, err
}

// only wraps one row; nil stays nil.
func only[R, T any](row *R, wrap func([]*R) []*T) *T {
	if row == nil {
		return nil
	}
	return wrap([]*R{row})[0]
}

func (r mutationResolver) UpdateInventoryGroup(
	ctx context.Context, in generated.UpdateInventoryGroupInput,
) (*generated.UpdateInventoryGroupPayload, error) {
	payload := &generated.UpdateInventoryGroupPayload{}
	id, err := idOf(model.InventoryGroupType, "input.inventoryGroupId", in.InventoryGroupID)
	if err == nil {
		var row *ent.InventoryGroup
		row, err = r.holdings.UpdateInventoryGroup(ctx,
			holdings.GroupChange{ID: id, Version: given(in.Version), Name: given(in.Name), Description: cleared(in.Description)})
		payload.InventoryGroup = only(row, model.InventoryGroups)
	}
	payload.UserErrors, err = userErrors(err)
	return payload, err
}

func (r mutationResolver) DeleteInventoryGroup(
	ctx context.Context, in generated.DeleteInventoryGroupInput,
) (*generated.DeleteInventoryGroupPayload, error) {
	payload := &generated.DeleteInventoryGroupPayload{}
	id, err := idOf(model.InventoryGroupType, "input.inventoryGroupId", in.InventoryGroupID)
	if err == nil {
		if err = r.holdings.DeleteInventoryGroup(ctx, id); err == nil {
			payload.DeletedID = &in.InventoryGroupID
		}
	}
	payload.UserErrors, err = userErrors(err)
	return payload, err
}

func (r mutationResolver) ActivateCollection(
	ctx context.Context, in generated.ActivateCollectionInput,
) (*generated.ActivateCollectionPayload, error) {
	activation := holdings.Activation{
		CommunityZoneID: in.CommunityZoneID, ActivateService: orElse(in.ActivateService, true),
		MakeServiceAvailable:      orElse(in.MakeServiceAvailable, true),
		AutoActivateNewPortfolios: orElse(in.AutoActivateNewPortfolios, false),
		ActivationType:            orElse(in.ActivationType, holdings.ActivateManually),
	}
	request := jobs.Request{
		Key: orElse(in.IdempotencyKey, ""), Mutation: "activateCollection", Arguments: []any{activation},
	}
	if activation.ActivationType != holdings.ActivateAll {
		request.Needs = "activationType: ALL"
	}
	payload := &generated.ActivateCollectionPayload{Warnings: []string{}}
	job, before, err := r.jobs.Once(ctx, jobs.KindActivate, request, func(ctx context.Context) (job *ent.Job, err error) {
		queue := func(ctx context.Context, tx *store.Tx, c *ent.Collection) (err error) {
			if c.ActivationType == holdings.ActivateAll {
				job, err = r.jobs.QueueActivation(ctx, tx, c.ID, request)
			}
			return err
		}
		row, warnings, err := r.holdings.ActivateCollection(ctx, activation, queue)
		payload.Collection, payload.Warnings = only(row, model.Collections), append(payload.Warnings, warnings...)
		if err != nil {
			return nil, err
		}
		r.jobs.Nudge()
		return job, nil
	})
	payload.Job = only(job, model.Jobs)
	if before {
		payload.Warnings = []string{}
		payload.Collection, err = one(ctx, jobs.ActivatedCollection(job), r.holdings.CollectionsByID, model.Collections)
	}
	payload.UserErrors, err = userErrors(err)
	return payload, err
}

func (r mutationResolver) CreateCollection(
	ctx context.Context, in generated.CreateCollectionInput,
) (*generated.CreateCollectionPayload, error) {
	payload := &generated.CreateCollectionPayload{}
	licenseID, err := optionalID(model.LicenseType, "input.licenseId", given(in.LicenseID))
	if err == nil {
		var row *ent.Collection
		row, err = r.holdings.CreateCollection(ctx, holdings.NewCollection{
			Name: in.Name, Content: orElse(in.Content, ""), Active: orElse(in.Active, true), Available: orElse(in.Available, true),
			LicenseID: licenseID,
		})
		payload.Collection = only(row, model.Collections)
	}
	payload.UserErrors, err = userErrors(err)
	return payload, err
}

func (r mutationResolver) UpdateCollection(
	ctx context.Context, in generated.UpdateCollectionInput,
) (*generated.UpdateCollectionPayload, error) {
	payload := &generated.UpdateCollectionPayload{Warnings: []string{}}
	change, err := collectionChange(in)
	if err == nil {
		var row *ent.Collection
		var warnings []string
		row, warnings, err = r.holdings.UpdateCollection(ctx, change)
		payload.Collection, payload.Warnings = only(row, model.Collections), append(payload.Warnings, warnings...)
	}
	payload.UserErrors, err = userErrors(err)
	return payload, err
}

func collectionChange(in generated.UpdateCollectionInput) (c holdings.CollectionChange, err error) {
	c = holdings.CollectionChange{
		Version: given(in.Version), Name: given(in.Name), Active: given(in.Active), Available: given(in.Available),
		AutoActivateNewPortfolios: given(in.AutoActivateNewPortfolios),
	}
	if c.ID, err = idOf(model.CollectionType, "input.collectionId", in.CollectionID); err != nil {
		return c, err
	}
	if license, set := in.LicenseID.ValueOK(); set {
		c.LicenseID = new(int64)
		*c.LicenseID, err = optionalID(model.LicenseType, "input.licenseId", license)
	}
	return c, err
}

func (r mutationResolver) UpdatePortfolio(
	ctx context.Context, in generated.UpdatePortfolioInput,
) (*generated.UpdatePortfolioPayload, error) {
	payload := &generated.UpdatePortfolioPayload{}
	id, err := idOf(model.PortfolioType, "input.portfolioId", in.PortfolioID)
	if err == nil {
		change := holdings.PortfolioChange{ID: id, Available: given(in.Available)}
		if fields, set := in.LockedFields.ValueOK(); set {
			change.LockedFields = &fields
		}
		if orElse(in.Reviewed, false) {
			change.Review = new(string)
		}
		if license, set := in.LicenseID.ValueOK(); set {
			change.LicenseID = new(int64)
			*change.LicenseID, err = optionalID(model.LicenseType, "input.licenseId", license)
		}
		if err == nil {
			var row *ent.Portfolio
			row, err = r.holdings.UpdatePortfolio(ctx, change)
			payload.Portfolio = only(row, model.Portfolios)
		}
	}
	payload.UserErrors, err = userErrors(err)
	return payload, err
}

func (r mutationResolver) RemovePortfolio(
	ctx context.Context, in generated.RemovePortfolioInput,
) (*generated.RemovePortfolioPayload, error) {
	payload := &generated.RemovePortfolioPayload{}
	var err error
	payload.Portfolio, err = byHand(ctx, in.PortfolioID, r.holdings.RemovePortfolio)
	payload.UserErrors, err = userErrors(err)
	return payload, err
}

func (r mutationResolver) RestorePortfolio(
	ctx context.Context, in generated.RestorePortfolioInput,
) (*generated.RestorePortfolioPayload, error) {
	payload := &generated.RestorePortfolioPayload{}
	var err error
	payload.Portfolio, err = byHand(ctx, in.PortfolioID, r.holdings.RestorePortfolio)
	payload.UserErrors, err = userErrors(err)
	return payload, err
}

func (r mutationResolver) JudgeRefusedRow(
	ctx context.Context, in generated.JudgeRefusedRowInput,
) (*generated.JudgeRefusedRowPayload, error) {
	payload := &generated.JudgeRefusedRowPayload{}
	change, err := idOf(model.JobChangeType, "input.changeId", in.ChangeID)
	var portfolio *int64
	if opaque := given(in.PortfolioID); err == nil && opaque != nil {
		var id int64
		id, err = idOf(model.PortfolioType, "input.portfolioId", *opaque)
		portfolio = &id
	}
	if err == nil {
		var row string
		if row, err = r.jobs.JudgeRefusedRow(ctx, change, portfolio); err == nil {
			payload.Row = &row
		}
	}
	payload.UserErrors, err = userErrors(err)
	return payload, err
}

// byHand does with a portfolio what a person asked for.
func byHand(
	ctx context.Context, opaque string, do func(context.Context, int64) (*ent.Portfolio, error),
) (*model.Portfolio, error) {
	id, err := idOf(model.PortfolioType, "input.portfolioId", opaque)
	if err != nil {
		return nil, err
	}
	row, err := do(ctx, id)
	return only(row, model.Portfolios), err
}

func (r mutationResolver) CreateProfile(ctx context.Context, in generated.CreateProfileInput) (*generated.CreateProfilePayload, error) {
	input, err := profileInput(profileFields{
		in.Description, graphql.OmittableOf(&in.CustomerNumber), graphql.OmittableOf(&in.APIKey), in.Active, in.FileFormat,
		in.GroupIds, in.Schedule, in.Guard, in.Guards, in.CommunityZoneOnly,
	})
	var saved savedProfile
	if err == nil {
		run := r.profileRun("createProfile", in.RunNow, in.IdempotencyKey, input, map[string]any{})
		saved, err = r.saveOnce(ctx, run, func(then afterSave) (*ent.Profile, []string, error) {
			return r.holdings.CreateProfile(ctx, input, then)
		})
	}
	payload := &generated.CreateProfilePayload{Profile: saved.profile, Job: saved.job, Notices: append([]string{}, saved.notices...)}
	payload.UserErrors, err = userErrors(err)
	return payload, err
}

// profileRun is whether to run a profile that is saved, and the request by which saving it twice is one save.
type profileRun struct {
	now     bool
	request jobs.Request
}

// profileRun makes the request of a save from all its arguments. A credential stands there as its fingerprint, since
// its own encoding is the same for all.
func (r mutationResolver) profileRun(
	mutation string, runNow graphql.Omittable[*bool], key graphql.Omittable[*string], in holdings.ProfileInput, more map[string]any,
) profileRun {
	now := orElse(runNow, false)
	more["runNow"] = now
	if in.APIKey != nil {
		more["apiKey"] = r.holdings.Fingerprint(*in.APIKey)
	}
	request := jobs.Request{Key: orElse(key, ""), Mutation: mutation, Arguments: []any{in, more}}
	if !now {
		request.Needs = "runNow"
	}
	return profileRun{now, request}
}

// afterSave is done in the transaction that saves a profile.
type afterSave func(context.Context, *store.Tx, *ent.Profile) error

// savedProfile is what came of a save.
type savedProfile struct {
	profile *model.Profile
	job     *model.Job
	notices []string
}

// saveOnce saves a profile, unless the same request has made a job already: the answer then is that job and its
// profile.
func (r mutationResolver) saveOnce(
	ctx context.Context, run profileRun, save func(afterSave) (*ent.Profile, []string, error),
) (saved savedProfile, err error) {
	job, before, err := r.jobs.Once(ctx, jobs.KindSync, run.request, func(ctx context.Context) (job *ent.Job, err error) {
		row, notices, err := save(r.queueWith(&job, run))
		saved.profile, saved.notices = only(row, model.Profiles), notices
		if err != nil {
			return nil, err
		}
		r.jobs.Nudge()
		return job, nil
	})
	if before {
		return r.savedBefore(ctx, job)
	}
	saved.job = only(job, model.Jobs)
	return saved, err
}

func (r mutationResolver) savedBefore(ctx context.Context, job *ent.Job) (saved savedProfile, err error) {
	saved.job = only(job, model.Jobs)
	profiles, err := jobResolver(r).Profiles(ctx, saved.job)
	if len(profiles) > 0 {
		saved.profile = profiles[0]
	}
	return saved, err
}

// queueWith queues a sync in the transaction that saves its profile, if that is asked for.
func (r mutationResolver) queueWith(job **ent.Job, run profileRun) afterSave {
	if !run.now {
		return nil
	}
	return func(ctx context.Context, tx *store.Tx, p *ent.Profile) (err error) {
		if !p.Active {
			return problem.New(problem.ProfileInactive, "input.runNow",
				"an inactive profile is not run: set active too, or save it without runNow and preview it")
		}
		*job, err = r.jobs.QueueSync(ctx, tx, jobs.SyncRequest{
			ProfileIDs: []int64{p.ID}, Mode: jobs.Apply, Trigger: jobs.Manual, Of: run.request,
		})
		return err
	}
}

// profileFields are what creating and updating a profile have in common.
type profileFields struct {
	description, customerNumber, apiKey graphql.Omittable[*string]
	active                              graphql.Omittable[*bool]
	fileFormat                          graphql.Omittable[*string]
	groupIDs                            graphql.Omittable[[]string]
	schedule                            graphql.Omittable[*generated.ScheduleInput]
	guard                               graphql.Omittable[*generated.GuardLimitsInput]
	guards                              graphql.Omittable[*generated.GuardsInput]
	communityZoneOnly                   graphql.Omittable[*bool]
}

func profileInput(f profileFields) (in holdings.ProfileInput, err error) {
	in = holdings.ProfileInput{
		Description: cleared(f.description), CustomerNumber: given(f.customerNumber), Active: given(f.active),
		FileFormat: given(f.fileFormat), CommunityZoneOnly: given(f.communityZoneOnly),
	}
	if key := given(f.apiKey); key != nil {
		sealed := secret.NewKey(*key)
		in.APIKey = &sealed
	}
	if opaque, set := f.groupIDs.ValueOK(); set {
		ids := make([]int64, len(opaque))
		for i, id := range opaque {
			if ids[i], err = idOf(model.InventoryGroupType, "input.groupIds", id); err != nil {
				return in, err
			}
		}
		in.GroupIDs = &ids
	}
	if s := given(f.schedule); s != nil {
		in.Schedule = &holdings.ScheduleChange{
			Frequency: given(s.Frequency), DayOfMonth: given(s.DayOfMonth), Time: given(s.Time),
			Timezone: given(s.Timezone),
		}
		if day := given(s.Weekday); day != nil {
			number := model.WeekdayNumber(*day)
			in.Schedule.Weekday = &number
		}
	}
	if g := given(f.guard); g != nil {
		in.GuardPercent, in.GuardTitles = given(g.Percent), given(g.Titles)
	}
	if g := given(f.guards); g != nil {
		in.Guards = holdings.GuardsChange{
			Removals: marksChange(g.Removals), Access: marksChange(g.Access), Identity: marksChange(g.Identity), Additions: marksChange(g.Additions),
			Again: given(g.Again), Shape: given(g.Shape),
		}
	}
	return in, nil
}

// marksChange is what to change of one guard; null takes away the mark beyond which the share does not matter.
func marksChange(o graphql.Omittable[*generated.GuardMarksInput]) (change holdings.MarksChange) {
	in := given(o)
	if in == nil {
		return change
	}
	change.Percent, change.Titles = given(in.Percent), given(in.Titles)
	if most, set := in.Most.ValueOK(); set {
		change.Most = most
		if most == nil {
			change.Most = new(int)
		}
	}
	return change
}

func (r mutationResolver) UpdateProfile(ctx context.Context, in generated.UpdateProfileInput) (*generated.UpdateProfilePayload, error) {
	var saved savedProfile
	var input holdings.ProfileInput
	id, err := idOf(model.ProfileType, "input.profileId", in.ProfileID)
	if err == nil {
		input, err = profileInput(profileFields{
			in.Description, in.CustomerNumber, in.APIKey, in.Active, in.FileFormat, in.GroupIds, in.Schedule, in.Guard, in.Guards,
			in.CommunityZoneOnly,
		})
	}
	if err == nil {
		run := r.profileRun("updateProfile", in.RunNow, in.IdempotencyKey, input, map[string]any{"profileId": id, "version": given(in.Version)})
		saved, err = r.saveOnce(ctx, run, func(then afterSave) (*ent.Profile, []string, error) {
			return r.holdings.UpdateProfile(ctx, id, given(in.Version), input, then)
		})
	}
	payload := &generated.UpdateProfilePayload{Profile: saved.profile, Job: saved.job, Notices: append([]string{}, saved.notices...)}
	payload.UserErrors, err = userErrors(err)
	return payload, err
}

func (r mutationResolver) RunProfile(ctx context.Context, in generated.RunProfileInput) (*generated.RunProfilePayload, error) {
	payload := &generated.RunProfilePayload{}
	id, err := idOf(model.ProfileType, "input.profileId", in.ProfileID)
	if err == nil {
		var job *ent.Job
		job, err = r.jobs.StartSync(ctx, jobs.SyncRequest{
			ProfileIDs: []int64{id}, Mode: orElse(in.Mode, jobs.Apply), Force: orElse(in.Force, false), Trigger: jobs.Manual,
			IdempotencyKey: orElse(in.IdempotencyKey, ""),
		})
		payload.Job = only(job, model.Jobs)
	}
	payload.UserErrors, err = userErrors(err)
	return payload, err
}

// control is a mutation that changes a job's course.
func (r mutationResolver) control(
	ctx context.Context, opaque string, change func(context.Context, int64) (*ent.Job, error),
) (*model.Job, []*model.UserError, error) {
	id, err := idOf(model.JobType, "input.jobId", opaque)
	var job *ent.Job
	if err == nil {
		job, err = change(ctx, id)
	}
	problems, err := userErrors(err)
	return only(job, model.Jobs), problems, err
}

func (r mutationResolver) CancelJob(ctx context.Context, in generated.CancelJobInput) (*generated.CancelJobPayload, error) {
	job, problems, err := r.control(ctx, in.JobID, r.jobs.Cancel)
	return &generated.CancelJobPayload{Job: job, UserErrors: problems}, err
}

func (r mutationResolver) ApproveJob(ctx context.Context, in generated.ApproveJobInput) (*generated.ApproveJobPayload, error) {
	job, problems, err := r.control(ctx, in.JobID, func(ctx context.Context, id int64) (*ent.Job, error) {
		decision, err := decisionOf(in.Parts, in.Reason)
		if err != nil {
			return nil, err
		}
		decision.Force, decision.Columns = orElse(in.Force, false), map[string]holdings.ColumnChoice{}
		columns, _ := in.LostColumns.ValueOK()
		for _, c := range columns {
			decision.Columns[c.Column] = holdings.ColumnChoice(c.Take)
		}
		return r.jobs.Approve(ctx, id, decision)
	})
	return &generated.ApproveJobPayload{Job: job, UserErrors: problems}, err
}

func (r mutationResolver) RejectJob(ctx context.Context, in generated.RejectJobInput) (*generated.RejectJobPayload, error) {
	job, problems, err := r.control(ctx, in.JobID, func(ctx context.Context, id int64) (*ent.Job, error) {
		decision, err := decisionOf(in.Parts, in.Reason)
		if err != nil {
			return nil, err
		}
		return r.jobs.Reject(ctx, id, decision)
	})
	return &generated.RejectJobPayload{Job: job, UserErrors: problems}, err
}

// decisionOf is what approving and rejecting have in common. What is left out or null means all.
func decisionOf(parts graphql.Omittable[[]*generated.JobPartChoice], reason graphql.Omittable[*string]) (d jobs.Decision, err error) {
	d.Reason = orElse(reason, "")
	named, _ := parts.ValueOK()
	if named == nil {
		return d, nil
	}
	d.Parts = make([]jobs.PartDecision, len(named))
	for i, choice := range named {
		if d.Parts[i].PartID, err = idOf(model.JobPartType, fmt.Sprintf("input.parts.%d.partId", i), choice.PartID); err != nil {
			return d, err
		}
		if kinds, _ := choice.Kinds.ValueOK(); kinds != nil {
			d.Parts[i].Kinds = each(kinds, func(name string) holdings.Kind { return holdings.Kind(name) })
		}
	}
	return d, nil
}

func (r mutationResolver) UndoJob(ctx context.Context, in generated.UndoJobInput) (*generated.UndoJobPayload, error) {
	job, problems, err := r.control(ctx, in.JobID, func(ctx context.Context, id int64) (*ent.Job, error) {
		return r.jobs.Undo(ctx, id, orElse(in.Mode, jobs.Apply), orElse(in.IdempotencyKey, ""))
	})
	return &generated.UndoJobPayload{Job: job, UserErrors: problems}, err
}
