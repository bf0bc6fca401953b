package holdings

import (
	"context"

	"autoholdings/ent"
	"autoholdings/internal/problem"
	"autoholdings/internal/secret"
	"autoholdings/internal/store"
)

// ProfileName is how people know a profile.
func ProfileName(p *ent.Profile) string {
	if p.Description != "" {
		return p.Description
	}
	return "Oxford University Press, customer " + p.CustomerNumber
}

// ProfileInput is what to save of a profile. What is nil takes the default of a new profile, or stays as it is.
type ProfileInput struct {
	Description, CustomerNumber *string
	APIKey                      *secret.Key
	Active                      *bool
	FileFormat                  *string
	GroupIDs                    *[]int64
	Schedule                    *ScheduleChange
	GuardPercent, GuardTitles   *int
	CommunityZoneOnly           *bool
}

// CreateProfile makes a profile.
func (s *Service) CreateProfile(ctx context.Context, in ProfileInput, then func(ctx context.Context, tx *store.Tx, p *ent.Profile) error) (p *ent.Profile, notices []string, err error) {
	return nil, nil, problem.New(problem.NotYet, "", "not yet")
}

// UpdateProfile changes a profile.
func (s *Service) UpdateProfile(ctx context.Context, id int64, version *int, in ProfileInput, then func(ctx context.Context, tx *store.Tx, p *ent.Profile) error) (p *ent.Profile, notices []string, err error) {
	return nil, nil, problem.New(problem.NotYet, "", "not yet")
}

// DeleteProfile deletes a profile.
func (s *Service) DeleteProfile(ctx context.Context, id int64, check func(ctx context.Context, tx *store.Tx) error) error {
	return problem.New(problem.NotYet, "", "not yet")
}
