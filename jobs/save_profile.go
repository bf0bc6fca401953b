package jobs

import (
	"context"
	"maps"

	"autoholdings/ent"
	"autoholdings/holdings/profiles"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
)

// SaveRequest asks for a profile to be saved and, with RunNow, to be run once.
type SaveRequest struct {
	Profile        profiles.ProfileInput
	RunNow         bool
	IdempotencyKey string // the same key again answers with the same job; "" for none
}

// Saved is what came of a save.
type Saved struct {
	Profile *ent.Profile // beside a refusal the profile as it is, where there is one
	Job     *ent.Job     // nil: none was queued
	Notices []string     // what the save did beside what was asked
}

// afterSave is done in the transaction that saves a profile.
type afterSave func(context.Context, *store.Tx, *ent.Profile) error

// CreateProfile makes a profile and, where that is asked for, queues its first job in the same transaction.
func (s *Service) CreateProfile(ctx context.Context, in SaveRequest) (Saved, error) {
	return s.saveOnce(ctx, in, s.saveRequest("createProfile", in, nil), func(then afterSave) (*ent.Profile, []string, error) {
		return s.profiles.CreateProfile(ctx, in.Profile, then)
	})
}

// UpdateProfile changes a profile and, where that is asked for, queues a job of it in the same transaction. version is
// the one that was read; nil: whatever it is.
func (s *Service) UpdateProfile(ctx context.Context, id int64, version *int, in SaveRequest) (Saved, error) {
	request := s.saveRequest("updateProfile", in, map[string]any{"profileId": id, "version": version})
	return s.saveOnce(ctx, in, request, func(then afterSave) (*ent.Profile, []string, error) {
		return s.profiles.UpdateProfile(ctx, id, version, in.Profile, then)
	})
}

// saveRequest is a save with all its arguments. A credential stands there as its fingerprint, since its own encoding is
// the same for all.
func (s *Service) saveRequest(mutation string, in SaveRequest, more map[string]any) Request {
	arguments := map[string]any{"runNow": in.RunNow}
	maps.Copy(arguments, more)
	if in.Profile.APIKey != nil {
		arguments["apiKey"] = s.profiles.Fingerprint(*in.Profile.APIKey)
	}
	request := Request{Key: in.IdempotencyKey, Mutation: mutation, Arguments: []any{in.Profile, arguments}}
	if !in.RunNow {
		request.Needs = "runNow"
	}
	return request
}

// saveOnce saves a profile, unless the same request has made a job already: the answer then is that job and its
// profile.
func (s *Service) saveOnce(
	ctx context.Context, in SaveRequest, request Request, save func(afterSave) (*ent.Profile, []string, error),
) (saved Saved, err error) {
	row, before, err := s.Once(ctx, KindSync, request, func(ctx context.Context) (queued *ent.Job, err error) {
		var then afterSave
		if in.RunNow {
			then = s.queueSaved(&queued, request)
		}
		if saved.Profile, saved.Notices, err = save(then); err != nil {
			return nil, err
		}
		s.Nudge()
		return queued, nil
	})
	if before {
		return s.savedBefore(ctx, row)
	}
	saved.Job = row
	return saved, err
}

// queueSaved queues a sync in the transaction that saves its profile.
func (s *Service) queueSaved(queued **ent.Job, request Request) afterSave {
	return func(ctx context.Context, tx *store.Tx, p *ent.Profile) (err error) {
		if !p.Active {
			return problem.New(problem.ProfileInactive, "input.runNow",
				"an inactive profile is not run: set active too, or save it without runNow and preview it")
		}
		*queued, err = s.QueueSync(ctx, tx, SyncRequest{ProfileIDs: []int64{p.ID}, Mode: Apply, Trigger: Manual, Of: request})
		return err
	}
}

// savedBefore is the answer to a request that has made a job before. The profile may have been deleted since.
func (s *Service) savedBefore(ctx context.Context, row *ent.Job) (Saved, error) {
	saved, ids := Saved{Job: row}, ProfileIDs(row)
	profiles, err := s.profiles.ProfilesByID(ctx, ids)
	for _, id := range ids {
		if p := profiles[id]; p != nil {
			saved.Profile = p
			break
		}
	}
	return saved, err
}
