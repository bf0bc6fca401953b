package holdings

import (
	"context"

	"autoholdings/ent"
	"autoholdings/internal/problem"
)

// Activation is how a collection of the Community Zone is to be activated.
type Activation struct {
	CommunityZoneID                                                  string // the Community Zone's own number
	ActivateService, MakeServiceAvailable, AutoActivateNewPortfolios bool
	ActivationType                                                   string // ActivateManually or ActivateAll
}

// NewCollection is a local collection to make.
type NewCollection struct {
	Name, Content     string // Content BOOKS, JOURNALS or "" for both
	Active, Available bool
	LicenseID         int64 // 0: none
}

// CollectionChange is what to change of a collection; nil leaves a field as it is.
type CollectionChange struct {
	ID                                           int64
	Version                                      *int // as it was read; nil: whatever it is
	Name                                         *string
	Active, Available, AutoActivateNewPortfolios *bool
	LicenseID                                    *int64 // 0: none
}

// ActivateCollection activates a collection of the Community Zone.
func (s *Service) ActivateCollection(ctx context.Context, in Activation) (c *ent.Collection, warnings []string, err error) {
	return nil, nil, problem.New(problem.NotYet, "", "not yet")
}

// CreateCollection makes a local collection.
func (s *Service) CreateCollection(ctx context.Context, in NewCollection) (*ent.Collection, error) {
	return nil, problem.New(problem.NotYet, "", "not yet")
}

// UpdateCollection changes a collection.
func (s *Service) UpdateCollection(ctx context.Context, in CollectionChange) (c *ent.Collection, warnings []string, err error) {
	return nil, nil, problem.New(problem.NotYet, "", "not yet")
}
