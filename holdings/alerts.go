package holdings

import (
	"context"
	"errors"
)

// ProfileAlert is something about a profile that a person should look at.
type ProfileAlert struct {
	Code          string // StaleFile
	Content       string // BOOKS, JOURNALS or "" for the profile as a whole
	Message, Hint string
	Since         int64 // Unix milliseconds
}

// AlertsOf are the alerts of profiles.
func (s *Service) AlertsOf(ctx context.Context, profileIDs []int64) (map[int64][]ProfileAlert, error) {
	return nil, errors.New("not built yet")
}
