package graph

import (
	"context"

	"autoholdings/ent"
	"autoholdings/graph/generated"
	"autoholdings/graph/model"
	"autoholdings/holdings/profiles"
)

func (r queryResolver) Settings(ctx context.Context) (*model.Settings, error) {
	row, err := r.profiles.Settings(ctx)
	return &model.Settings{Setting: row}, err
}

func (r mutationResolver) UpdateSettings(ctx context.Context, in generated.UpdateSettingsInput) (*generated.UpdateSettingsPayload, error) {
	row, problems, err := carryOut(ctx, settingsChange(in), nil, r.profiles.UpdateSettings)
	return &generated.UpdateSettingsPayload{Settings: settingsOf(row), UserErrors: problems}, err
}

func settingsChange(in generated.UpdateSettingsInput) profiles.SettingsChange {
	return profiles.SettingsChange{
		Version: inputValue(in.Version), InstitutionName: textChange(in.InstitutionName),
		MultiCampus: inputValue(in.MultiCampusInventoryManagement),
	}
}

func settingsOf(row *ent.Setting) *model.Settings {
	if row == nil {
		return nil
	}
	return &model.Settings{Setting: row}
}
