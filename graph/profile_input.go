package graph

import (
	"github.com/99designs/gqlgen/graphql"

	"autoholdings/graph/generated"
	"autoholdings/graph/model"
	"autoholdings/holdings/profiles"
	"autoholdings/internal/secret"
	"autoholdings/jobs"
)

func createProfileRequest(in generated.CreateProfileInput) (jobs.SaveRequest, error) {
	request, err := saveRequest(profileFields{
		in.Description, in.CustomerNumber, in.APIKey, in.Active, in.FileFormat, in.GroupIds, in.Schedule, in.Guard, in.Guards,
		in.CommunityZoneOnly, in.RunNow, in.IdempotencyKey,
	})
	request.Profile.Provider = orElse(in.Provider, "")
	return request, err
}

func updateProfileRequest(in generated.UpdateProfileInput) (id int64, request jobs.SaveRequest, err error) {
	if id, err = idOf(model.ProfileType, "input.profileId", in.ProfileID); err != nil {
		return 0, request, err
	}
	request, err = saveRequest(profileFields{
		in.Description, in.CustomerNumber, in.APIKey, in.Active, in.FileFormat, in.GroupIds, in.Schedule, in.Guard, in.Guards,
		in.CommunityZoneOnly, in.RunNow, in.IdempotencyKey,
	})
	return id, request, err
}

// profileFields are the fields that creating and updating a profile have in common.
type profileFields struct {
	description, customerNumber, apiKey graphql.Omittable[*string]
	active                              graphql.Omittable[*bool]
	fileFormat                          graphql.Omittable[*string]
	groupIDs                            graphql.Omittable[[]string]
	schedule                            graphql.Omittable[*generated.ScheduleInput]
	guard                               graphql.Omittable[*generated.GuardLimitsInput]
	guards                              graphql.Omittable[*generated.GuardsInput]
	communityZoneOnly, runNow           graphql.Omittable[*bool]
	idempotencyKey                      graphql.Omittable[*string]
}

func saveRequest(f profileFields) (jobs.SaveRequest, error) {
	in, err := profileInput(f)
	return jobs.SaveRequest{Profile: in, RunNow: orElse(f.runNow, false), IdempotencyKey: orElse(f.idempotencyKey, "")}, err
}

func profileInput(f profileFields) (in profiles.ProfileInput, err error) {
	in = profiles.ProfileInput{
		Description: textChange(f.description), CustomerNumber: inputValue(f.customerNumber), Active: inputValue(f.active),
		FileFormat: inputValue(f.fileFormat), CommunityZoneOnly: inputValue(f.communityZoneOnly),
		Schedule: scheduleChange(inputValue(f.schedule)),
		Guards:   guardsChange(inputValue(f.guards)),
	}
	if key := inputValue(f.apiKey); key != nil {
		sealed := secret.NewKey(*key)
		in.APIKey = &sealed
	}
	if g := inputValue(f.guard); g != nil {
		in.GuardPercent, in.GuardTitles = inputValue(g.Percent), inputValue(g.Titles)
	}
	if opaque, set := f.groupIDs.ValueOK(); set {
		ids, err := idsOf(model.InventoryGroupType, "input.groupIds", opaque)
		if err != nil {
			return in, err
		}
		in.GroupIDs = &ids
	}
	return in, nil
}

func scheduleChange(in *generated.ScheduleInput) *profiles.ScheduleChange {
	if in == nil {
		return nil
	}
	change := &profiles.ScheduleChange{
		Frequency: inputValue(in.Frequency), DayOfMonth: inputValue(in.DayOfMonth), Time: inputValue(in.Time), Timezone: inputValue(in.Timezone),
	}
	if day := inputValue(in.Weekday); day != nil {
		number := model.WeekdayNumber(*day)
		change.Weekday = &number
	}
	return change
}

func guardsChange(in *generated.GuardsInput) profiles.GuardsChange {
	if in == nil {
		return profiles.GuardsChange{}
	}
	return profiles.GuardsChange{
		Removals: marksChange(in.Removals), Access: marksChange(in.Access), Identity: marksChange(in.Identity),
		Additions: marksChange(in.Additions), Again: inputValue(in.Again), Shape: inputValue(in.Shape),
	}
}

// marksChange returns the changes to one guard; null removes the limit beyond which the share does not matter.
func marksChange(o graphql.Omittable[*generated.GuardMarksInput]) (change profiles.MarksChange) {
	in := inputValue(o)
	if in == nil {
		return change
	}
	change.Percent, change.Titles = inputValue(in.Percent), inputValue(in.Titles)
	if most, set := in.Most.ValueOK(); set {
		change.Most = most
		if most == nil {
			change.Most = new(int)
		}
	}
	return change
}
