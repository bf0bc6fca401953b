package jobs

import (
	"context"

	"autoholdings/ent"
	"autoholdings/holdings/collections"
	"autoholdings/internal/store"
)

// ActivateRequest asks for the activation of a collection of the Community Zone.
type ActivateRequest struct {
	collections.Activation
	IdempotencyKey string // a request with the same key gets the same job; "": none
}

// Activated is the result of an activation.
type Activated struct {
	Collection *ent.Collection // if refused: the collection as stored, if there is one
	Job        *ent.Job        // creates portfolios for all titles; nil: none was queued
	Warnings   []string        // what to know about the choices
}

// ActivateCollection activates a collection. If all its titles should become portfolios, it queues that job in the same
// transaction. A repeated request gets the same job and collection.
func (s *Service) ActivateCollection(ctx context.Context, in ActivateRequest) (activated Activated, err error) {
	request := in.request()
	row, before, err := s.Once(ctx, KindActivate, request, func(ctx context.Context) (queued *ent.Job, err error) {
		queue := func(ctx context.Context, tx *store.Tx, c *ent.Collection) (err error) {
			if c.ActivationType == collections.ActivateAll {
				queued, err = s.QueueActivation(ctx, tx, c.ID, request)
			}
			return err
		}
		if activated.Collection, activated.Warnings, err = s.collections.ActivateCollection(ctx, in.Activation, queue); err != nil {
			return nil, err
		}
		s.Nudge()
		return queued, nil
	})
	if before {
		return s.activatedBefore(ctx, row)
	}
	activated.Job = row
	if err == nil && row == nil && in.IdempotencyKey != "" {
		activated.Warnings = append(activated.Warnings, "the collection has no titles in the Community Zone yet, so no job was queued "+
			"and the idempotency key was not kept: the same request again finds the collection active")
	}
	return activated, err
}

func (in ActivateRequest) request() Request {
	request := Request{Key: in.IdempotencyKey, Mutation: "activateCollection", Arguments: []any{in.Activation}}
	if in.ActivationType != collections.ActivateAll {
		request.Needs = "activationType: ALL"
	}
	return request
}

// activatedBefore answers a request that has already made a job. The collection may have been deleted since.
func (s *Service) activatedBefore(ctx context.Context, row *ent.Job) (Activated, error) {
	id := activatedCollection(row)
	collections, err := s.collections.CollectionsByID(ctx, []int64{id})
	return Activated{Job: row, Collection: collections[id]}, err
}

// activatedCollection is the collection that an activation job belongs to; 0 for a job of another kind.
func activatedCollection(row *ent.Job) int64 {
	args, err := argsOf[activateArgs](row)
	if row.Kind != KindActivate || err != nil || len(args.CollectionIDs) == 0 {
		return 0
	}
	return args.CollectionIDs[0]
}
