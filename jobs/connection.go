package jobs

import (
	"context"

	"autoholdings/internal/secret"
)

// ConnectionRequest says with what to ask the provider. What is left out is the profile's.
type ConnectionRequest struct {
	ProfileID      int64 // 0: CustomerNumber and APIKey must be given
	CustomerNumber string
	APIKey         *secret.Key
}

// ConnectionResult is what the provider answered for one content type.
type ConnectionResult struct {
	Content             string // BOOKS or JOURNALS
	OK                  bool   // a sync could work with it
	Code, Message, Hint string
}

// TestConnection asks the provider for each content type and changes nothing.
func (s *Service) TestConnection(ctx context.Context, in ConnectionRequest) ([]ConnectionResult, error) {
	return nil, errNotBuilt
}
