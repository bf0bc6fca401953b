package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"autoholdings/ent"
	"autoholdings/ent/job"
	"autoholdings/ent/profile"
	"autoholdings/holdings"
	"autoholdings/internal/opaque"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
)

// SyncRequest asks for a sync of one or several profiles together.
type SyncRequest struct {
	ProfileIDs     []int64 `json:"profileId"`
	Mode           string  // Apply or Preview
	Force          bool    // apply a file that is older, was rejected or was undone
	Trigger        string  // Manual, Scheduled or Command
	IdempotencyKey string  `json:"-"` // the same key again answers with the same job; "" for none
	DueAt          int64   // Unix milliseconds, not before; 0: now

	// FileID is a kept file (see KeepFile) to sync instead of fetching: only its content type is done. 0: fetch.
	FileID int64 `json:"fileId"`

	// Of is the request that the sync is a part of, in whose Once it is queued; empty: it is asked for by itself.
	Of Request `json:"-"`
}

func (in SyncRequest) request() Request {
	if in.Of.Mutation != "" {
		return in.Of
	}
	return Request{Key: in.IdempotencyKey, Mutation: "runProfile", Arguments: []any{in}}
}

// syncArgs are a sync's arguments as its row keeps them.
type syncArgs struct {
	ProfileIDs []int64 `json:"profileIds"`
	Force      bool    `json:"force,omitempty"`
	FileID     int64   `json:"fileId,omitempty"`

	// ByDecision says that the job was queued by a decision on the file: force is of its age alone, and what else was
	// declined of it stays declined.
	ByDecision bool `json:"byDecision,omitempty"`
}

// StartSync queues a sync and tells the dispatcher.
func (s *Service) StartSync(ctx context.Context, in SyncRequest) (*ent.Job, error) {
	return s.start(ctx, KindSync, in.request(), func(ctx context.Context, tx *store.Tx) (*ent.Job, error) { return s.QueueSync(ctx, tx, in) })
}

// start queues the job that a request asks for, once, and tells the dispatcher.
func (s *Service) start(
	ctx context.Context, kind string, q Request, queue func(context.Context, *store.Tx) (*ent.Job, error),
) (*ent.Job, error) {
	row, _, err := s.Once(ctx, kind, q, func(ctx context.Context) (row *ent.Job, err error) {
		err = s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
			row, err = queue(ctx, tx)
			return err
		})
		if err != nil {
			return nil, err
		}
		s.Nudge()
		return row, nil
	})
	return row, err
}

// QueueSync queues a sync inside the caller's transaction, so that a profile and its first job come to be together or
// not at all. Call Nudge after the commit.
func (s *Service) QueueSync(ctx context.Context, tx *store.Tx, in SyncRequest) (*ent.Job, error) {
	if err := checkProfiles(ctx, tx, in); err != nil {
		return nil, err
	}
	return s.queue(ctx, tx, newJob{
		kind: KindSync, mode: in.Mode, trigger: in.Trigger, request: in.request(), dueAt: in.DueAt,
		args:      syncArgs{ProfileIDs: in.ProfileIDs, Force: in.Force, FileID: in.FileID},
		uniqueKey: syncKey(in.ProfileIDs), what: "a sync of this profile", path: "input.profileId",
	})
}

// syncKey is what makes two syncs the same: their profiles.
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
	profiles, err := tx.Profile.Query().Where(profile.IDIn(in.ProfileIDs...)).All(ctx)
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

// newJob is a job to queue.
type newJob struct {
	kind, mode, trigger string
	request             Request // whose job it is; one with a key is being done by Once
	args                any     // as JSON
	subject             int64   // the job that it is about; 0: none
	dueAt               int64   // Unix milliseconds, not before; 0: now

	uniqueKey string // one unfinished job that applies has it
	what      string // such a job in words, to one who asks for a second: "an import into this collection"
	path      string // of the input that asks for it
}

// queue inserts the job's row inside the caller's transaction. A second one of the same key is a problem of code
// Conflict.
func (s *Service) queue(ctx context.Context, tx *store.Tx, n newJob) (*ent.Job, error) {
	args, err := json.Marshal(n.args)
	if err != nil {
		return nil, fmt.Errorf("queue a job of kind %s: %w", n.kind, err)
	}
	now := store.Now()
	create := tx.Job.Create().SetID(s.store.NextID()).SetCreatedAt(now).SetUpdatedAt(now).
		SetKind(n.kind).SetState(Queued).SetMode(n.mode).SetTrigger(n.trigger).SetArgs(args).SetDueAt(max(n.dueAt, now))
	if n.mode == Apply {
		create.SetUniqueKey(n.uniqueKey)
	}
	if n.request.Key != "" {
		digest, err := n.request.digest()
		if err != nil {
			return nil, err
		}
		create.SetIdempotencyKey(n.request.Key).SetIdempotencyHash(digest)
	}
	if n.subject != 0 {
		create.SetSubjectJobID(n.subject)
	}
	queued, err := create.Save(ctx)
	if store.IsUniqueViolation(err, "jobs.unique_key") {
		return nil, n.conflict(ctx, tx)
	}
	if store.IsUniqueViolation(err, "jobs.idempotency_key") {
		return nil, errKeyUsed
	}
	if err != nil {
		return nil, fmt.Errorf("queue a job of kind %s: %w", n.kind, err)
	}
	return queued, nil
}

// conflict says which job is in the way.
func (n newJob) conflict(ctx context.Context, tx *store.Tx) error {
	other, err := underWayAs(ctx, tx, n.uniqueKey)
	if err != nil || other == nil {
		return problem.New(problem.Conflict, n.path, "%s is under way: wait for it or cancel it", n.what)
	}
	return problem.New(problem.Conflict, n.path, "%s, %s, is %s: wait for it or cancel it", jobName(other.ID), n.what,
		strings.ToLower(other.State))
}

// underWayAs is the job that has a unique key now; nil where there is none.
func underWayAs(ctx context.Context, tx *store.Tx, uniqueKey string) (*ent.Job, error) {
	row, err := tx.Job.Query().Where(job.UniqueKey(uniqueKey), job.StateIn(Queued, Running, Cancelling)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look for a job under way: %w", err)
	}
	return row, nil
}

// jobName names a job in a message, by the id that the API knows it by.
func jobName(id int64) string { return "job " + opaque.ID("Job", id) }
