package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"autoholdings/ent"
	"autoholdings/ent/job"
	"autoholdings/internal/access"
	"autoholdings/internal/opaque"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
)

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

// newJob is a job to queue.
type newJob struct {
	kind, mode, trigger string
	request             Request // the request that asks for it; if it has a key, this is called inside Once
	args                any     // as JSON
	subject             int64   // the job that it acts on; 0: none
	dueAt               int64   // do not run before this, Unix milliseconds; 0: now

	uniqueKey string // only one unfinished applying job may have it
	path      string // input field that asks for it
}

// queue inserts the job's row in the caller's transaction. A second job with the same key is a problem of code
// Conflict.
func (s *Service) queue(ctx context.Context, tx *store.Tx, n newJob) (*ent.Job, error) {
	args, err := json.Marshal(n.args)
	if err != nil {
		return nil, fmt.Errorf("queue a job of kind %s: %w", n.kind, err)
	}
	now := tx.Now
	if n.mode == Apply {
		other, err := underWayAs(ctx, tx, n.uniqueKey)
		if err != nil {
			return nil, err
		}
		if other != nil {
			return nil, n.conflict(other)
		}
	}
	create := tx.Job.Create().SetID(s.store.NextID()).SetCreatedAt(now).SetUpdatedAt(now).
		SetKind(n.kind).SetState(Queued).SetMode(n.mode).SetTrigger(n.trigger).SetArgs(args).SetDueAt(max(n.dueAt, now))
	if by, ok := access.From(ctx); ok {
		create.SetActorKind(string(by.Kind)).SetActorID(by.ID).SetActorName(by.Name)
	}
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
	if s.store.IsUniqueViolation(err, oneWithKey) {
		return nil, errKeyUsed
	}
	if err != nil {
		return nil, fmt.Errorf("queue a job of kind %s: %w", n.kind, err)
	}
	s.queuedBy(ctx, queued.ID)
	return queued, nil
}

// Unique indexes of jobs and of the slots of schedules.
var (
	oneUnfinished = store.UniqueIndex{Name: "job_one_unfinished", Columns: "jobs.unique_key"}
	oneWithKey    = store.UniqueIndex{Name: "jobs_idempotency_key_key", Columns: "jobs.idempotency_key"}
	oneOfSlot     = store.UniqueIndex{Name: "schedule_slots_slot_key", Columns: "schedule_slots.slot"}
)

// conflict says which job is in the way.
func (n newJob) conflict(other *ent.Job) error {
	same := kindOf(n.kind).sameInWords
	return problem.New(problem.Conflict, n.path, "%s, %s, is %s: wait for it or cancel it", jobName(other.ID), same,
		strings.ToLower(other.State))
}

// underWayAs returns the unfinished job with a unique key, or nil.
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

// jobName names a job in a message, by its API id.
func jobName(id int64) string { return "job " + opaque.ID(jobType, id) }

// jobType is the type part of a job's API id.
const jobType = "Job"
