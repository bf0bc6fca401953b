package holdings

import (
	"context"

	"autoholdings/ent"
	"autoholdings/internal/problem"
)

// GroupChange is what to change of an inventory group; nil leaves a field as it is.
type GroupChange struct {
	ID                int64
	Version           *int // as it was read; nil: whatever it is
	Name, Description *string
}

// CreateInventoryGroup makes an inventory group.
func (s *Service) CreateInventoryGroup(ctx context.Context, name, description string) (*ent.InventoryGroup, error) {
	return nil, problem.New(problem.NotYet, "", "not yet")
}

// UpdateInventoryGroup changes an inventory group.
func (s *Service) UpdateInventoryGroup(ctx context.Context, in GroupChange) (*ent.InventoryGroup, error) {
	return nil, problem.New(problem.NotYet, "", "not yet")
}

// DeleteInventoryGroup deletes an inventory group.
func (s *Service) DeleteInventoryGroup(ctx context.Context, id int64) error {
	return problem.New(problem.NotYet, "", "not yet")
}
