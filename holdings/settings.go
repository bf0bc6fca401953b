package holdings

import (
	"context"

	"autoholdings/ent"
	"autoholdings/internal/problem"
)

// SettingsChange is what to change of the settings; nil leaves a field as it is.
type SettingsChange struct {
	Version         *int // as they were read; nil: whatever it is
	InstitutionName *string
	MultiCampus     *bool // the customer parameter multi_campus_inventory_management
}

// UpdateSettings changes the settings.
func (s *Service) UpdateSettings(ctx context.Context, in SettingsChange) (*ent.Setting, error) {
	return nil, problem.New(problem.NotYet, "", "not yet")
}
