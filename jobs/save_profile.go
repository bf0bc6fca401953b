package jobs

import (
	"context"
	"maps"

	"autoholdings/ent"
	"autoholdings/holdings/profiles"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
)

// SaveRequest asks to save a profile and, with RunNow, to run it once.
type SaveRequest struct {
	Profile        profiles.ProfileInput
	RunNow         bool
	IdempotencyKey string // a request with the same key gets the same job; "": none
}

// Saved is the result of a save.
type Saved struct {
	Profile *ent.Profile // if refused: the profile as stored, if there is one
	Job     *ent.Job     // nil: none was queued
	Notices []string     // what the save did beyond the request
}

// afterSave runs in the transaction that saves a profile.
type afterSave func(context.Context, *store.Tx, *ent.Profile) error

// CreateProfile creates a profile and, if requested, queues its first job in the same transaction.
func (s *Service) CreateProfile(ctx context.Context, in SaveRequest) (Saved, error) {
	return s.saveOnce(ctx, in, s.saveRequest("createProfile", in, nil), func(then afterSave) (*ent.Profile, []string, error) {
		return s.profiles.CreateProfile(ctx, in.Profile, then)
	})
}

// UpdateProfile changes a profile and, if requested, queues a job for it in the same transaction. version is the
// version the caller read; nil means any.
func (s *Service) UpdateProfile(ctx context.Context, id int64, version *int, in SaveRequest) (Saved, error) {
	request := s.saveRequest("updateProfile", in, map[string]any{"profileId": id, "version": version})
	return s.saveOnce(ctx, in, request, func(then afterSave) (*ent.Profile, []string, error) {
		return s.profiles.UpdateProfile(ctx, id, version, in.Profile, then)
	})
}

// saveRequest is a save with all its arguments. A credential is replaced by its fingerprint, since all credentials
// encode to the same JSON.
func (s *Service) saveRequest(mutation string, in SaveRequest, more map[string]any) Request {
	arguments := map[string]any{"runNow": in.RunNow}
	maps.Copy(arguments, more)
	if in.Profile.Provider == s.providers.standard().Provider().Name {
		in.Profile.Provider = "" // the same request, whether it names the standard provider or none
	}
	if in.Profile.APIKey != nil {
		arguments["apiKey"] = s.profiles.Fingerprint(*in.Profile.APIKey)
	}
	request := Request{Key: in.IdempotencyKey, Mutation: mutation, Arguments: []any{in.Profile, arguments}}
	if !in.RunNow {
		request.Needs = "runNow"
	}
	return request
}

// saveOnce saves a profile, unless the same request has already made a job: then it returns that job and its profile.
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

// savedBefore answers a request that has already made a job. The profile may have been deleted since.
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
