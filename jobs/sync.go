package jobs

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"autoholdings/ent"
	"autoholdings/ent/collection"
	"autoholdings/ent/communityzonecollection"
	"autoholdings/ent/jobpart"
	"autoholdings/ent/profile"
	"autoholdings/holdings"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
	"autoholdings/provider"
)

// KindSync is the kind of a job that updates holdings from a provider's lists.
const KindSync = "SYNC"

var syncKind = jobKind{
	name: KindSync, task: "sync", arguments: argumentsAs[syncArgs],
	inWords: "a sync", sameInWords: "a sync of this profile",
	title: "Upload electronic holdings",
	description: "Fetches the provider's lists of what the library is entitled to, for one integration profile, and brings the portfolios " +
		"in step with them. The schedule of the active profiles does the same.",
	mutation: "runProfile",
	byKind:   decidedByKind, decisions: syncDecisions{}, undo: undoByParts{ofProfiles: true},
}

// SyncRequest asks to sync one or several profiles together.
type SyncRequest struct {
	ProfileIDs     []int64 `json:"profileId"`
	Mode           string  // Apply or Preview
	Force          bool    // apply a file even if it is older, was rejected or was undone
	Trigger        string  // Manual, Scheduled or Command
	IdempotencyKey string  `json:"-"` // a request with the same key gets the same job; "": none
	DueAt          int64   // do not run before this, Unix milliseconds; 0: now

	// FileID is a kept file (see KeepFile) to sync instead of fetching; only its content type is done. 0: fetch.
	FileID int64 `json:"fileId"`

	// Of is the larger request that this sync is part of, and in whose Once it is queued; empty: the sync is a request
	// of its own.
	Of Request `json:"-"`
}

func (in SyncRequest) request() Request {
	if in.Of.Mutation != "" {
		return in.Of
	}
	return Request{Key: in.IdempotencyKey, Mutation: "runProfile", Arguments: []any{in}}
}

// syncArgs are a sync's arguments as stored in its row.
type syncArgs struct {
	ProfileIDs []int64 `json:"profileIds"`
	Force      bool    `json:"force,omitempty"`
	FileID     int64   `json:"fileId,omitempty"`

	// ByDecision says that a decision on the file queued the job: force then ignores only the file's age, and what else
	// was declined stays declined.
	ByDecision bool `json:"byDecision,omitempty"`
}

func (a syncArgs) involved() involved {
	return involved{profiles: a.ProfileIDs}
}

var _ collectionFinder = syncArgs{}

// findCollections finds the active collections of the profiles' providers, and those that were active when the job
// began or was held with them.
func (a syncArgs) findCollections(ctx context.Context, tx *store.Tx, s *Service, jobID int64) ([]int64, error) {
	providers, err := s.providersOf(ctx, tx, a.ProfileIDs)
	if err != nil {
		return nil, err
	}
	var zoneIDs []string
	for _, f := range providers {
		zoneIDs = append(zoneIDs, communityZoneIDs(f)...)
	}
	ids, err := tx.Collection.Query().
		Where(collection.HasCommunityZoneCollectionWith(communityzonecollection.CzIDIn(zoneIDs...)),
			collection.Or(collection.Active(true), collection.HasJobPartsWith(jobpart.JobID(jobID), stillOpen))).
		Order(collection.ByID()).IDs(ctx)
	if err != nil {
		return nil, fmt.Errorf("look up the collections to sync: %w", err)
	}
	return ids, nil
}

var _ asker = syncArgs{}

// asked returns the fetchers for the profiles' providers, unless a list was given.
func (a syncArgs) asked(ctx context.Context, tx *store.Tx, s *Service) ([]*provider.Fetcher, error) {
	if a.FileID != 0 {
		return nil, nil
	}
	return s.providersOf(ctx, tx, a.ProfileIDs)
}

// StartSync queues a sync and tells the dispatcher.
func (s *Service) StartSync(ctx context.Context, in SyncRequest) (*ent.Job, error) {
	return s.start(ctx, KindSync, in.request(), func(ctx context.Context, tx *store.Tx) (*ent.Job, error) { return s.QueueSync(ctx, tx, in) })
}

// QueueSync queues a sync in the caller's transaction, so a profile and its first job are created together or not at
// all. Call Nudge after the commit.
func (s *Service) QueueSync(ctx context.Context, tx *store.Tx, in SyncRequest) (*ent.Job, error) {
	if err := checkProfiles(ctx, tx, in); err != nil {
		return nil, err
	}
	return s.queue(ctx, tx, newJob{
		kind: KindSync, mode: in.Mode, trigger: in.Trigger, request: in.request(), dueAt: in.DueAt,
		args:      syncArgs{ProfileIDs: in.ProfileIDs, Force: in.Force, FileID: in.FileID},
		uniqueKey: syncKey(in.ProfileIDs), path: "input.profileId",
	})
}

// syncKey is equal for syncs of the same profiles.
func syncKey(profileIDs []int64) string {
	ids := slices.Clone(profileIDs)
	slices.Sort(ids)
	text := make([]string, len(ids))
	for i, id := range ids {
		text[i] = strconv.FormatInt(id, 10)
	}
	return "sync:" + strings.Join(text, ",")
}

func checkProfiles(ctx context.Context, tx *store.Tx, in SyncRequest) error {
	if len(in.ProfileIDs) == 0 {
		return problem.New(problem.BadInput, "input.profileId", "name the profile to run")
	}
	profiles, err := tx.Profile.Query().Where(profile.IDIn(in.ProfileIDs...)).Order(profile.ByID()).All(ctx)
	if err != nil {
		return fmt.Errorf("queue a sync: %w", err)
	}
	if len(profiles) < len(in.ProfileIDs) {
		return problem.New(problem.NotFound, "input.profileId", "there is no such profile: it may have been deleted")
	}
	var problems problem.List
	for _, p := range profiles {
		if in.Mode == Apply && !p.Active {
			problems.Add(problem.ProfileInactive, "input.profileId",
				"profile %q is inactive: activate it first, or run it with mode PREVIEW", holdings.ProfileName(p))
		}
	}
	return problems.Err()
}
