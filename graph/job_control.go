package graph

import (
	"context"
	"fmt"

	"github.com/99designs/gqlgen/graphql"

	"autoholdings/ent"
	"autoholdings/graph/generated"
	"autoholdings/graph/model"
	"autoholdings/holdings/plan"
	"autoholdings/jobs"
)

func (r mutationResolver) CancelJob(ctx context.Context, in generated.CancelJobInput) (*generated.CancelJobPayload, error) {
	id, wrong := idOf(model.JobType, "input.jobId", in.JobID)
	job, problems, err := carryOut(ctx, id, wrong, r.jobs.Cancel)
	return &generated.CancelJobPayload{Job: wrapOne(job, model.Jobs), UserErrors: problems}, err
}

func (r mutationResolver) ApproveJob(ctx context.Context, in generated.ApproveJobInput) (*generated.ApproveJobPayload, error) {
	id, decision, wrong := approval(in)
	job, problems, err := carryOut(ctx, decision, wrong, func(ctx context.Context, d jobs.Decision) (*ent.Job, error) {
		return r.jobs.Approve(ctx, id, d)
	})
	return &generated.ApproveJobPayload{Job: wrapOne(job, model.Jobs), UserErrors: problems}, err
}

func approval(in generated.ApproveJobInput) (id int64, d jobs.Decision, err error) {
	id, d, err = decisionOf(in.JobID, in.Parts, in.Reason)
	d.Force, d.Columns = orElse(in.Force, false), map[string]plan.ColumnChoice{}
	columns, _ := in.LostColumns.ValueOK()
	for _, c := range columns {
		d.Columns[c.Column] = plan.ColumnChoice(c.Take)
	}
	return id, d, err
}

func (r mutationResolver) RejectJob(ctx context.Context, in generated.RejectJobInput) (*generated.RejectJobPayload, error) {
	id, decision, wrong := decisionOf(in.JobID, in.Parts, in.Reason)
	job, problems, err := carryOut(ctx, decision, wrong, func(ctx context.Context, d jobs.Decision) (*ent.Job, error) {
		return r.jobs.Reject(ctx, id, d)
	})
	return &generated.RejectJobPayload{Job: wrapOne(job, model.Jobs), UserErrors: problems}, err
}

// decisionOf decodes what approving and rejecting have in common. Left out or null means all.
func decisionOf(
	jobID string, parts graphql.Omittable[[]*generated.JobPartChoice], reason graphql.Omittable[*string],
) (id int64, d jobs.Decision, err error) {
	d.Reason = orElse(reason, "")
	if id, err = idOf(model.JobType, "input.jobId", jobID); err != nil {
		return 0, d, err
	}
	if named, _ := parts.ValueOK(); named != nil {
		d.Parts, err = partDecisions(named)
	}
	return id, d, err
}

func partDecisions(named []*generated.JobPartChoice) ([]jobs.PartDecision, error) {
	decisions := make([]jobs.PartDecision, len(named))
	for i, choice := range named {
		var err error
		if decisions[i].PartID, err = idOf(model.JobPartType, fmt.Sprintf("input.parts.%d.partId", i), choice.PartID); err != nil {
			return nil, err
		}
		if kinds, _ := choice.Kinds.ValueOK(); kinds != nil {
			decisions[i].Kinds = each(kinds, func(name string) plan.Kind { return plan.Kind(name) })
		}
	}
	return decisions, nil
}

func (r mutationResolver) UndoJob(ctx context.Context, in generated.UndoJobInput) (*generated.UndoJobPayload, error) {
	id, wrong := idOf(model.JobType, "input.jobId", in.JobID)
	job, problems, err := carryOut(ctx, id, wrong, func(ctx context.Context, id int64) (*ent.Job, error) {
		return r.jobs.Undo(ctx, id, in.Mode, orElse(in.IdempotencyKey, ""))
	})
	return &generated.UndoJobPayload{Job: wrapOne(job, model.Jobs), UserErrors: problems}, err
}
