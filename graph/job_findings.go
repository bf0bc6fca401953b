package graph

import (
	"context"

	"autoholdings/ent"
	"autoholdings/graph/model"
	"autoholdings/internal/keyset"
	"autoholdings/jobs"
)

var findingListing = listing[*ent.JobFinding, *model.JobFinding]{
	byKeys(0), model.JobFindings, func(row *ent.JobFinding) keyset.Position { return keyset.Position{ID: row.ID} },
}

func findingFilter(in *model.JobFindingFilter) jobs.FindingFilter {
	if in == nil {
		return jobs.FindingFilter{}
	}
	return jobs.FindingFilter{Severities: each(in.Severity, model.SeverityNumber), Code: orEmpty(in.Code), Column: orEmpty(in.Column)}
}

func (r jobFindingResolver) Part(ctx context.Context, f *model.JobFinding) (*model.JobPart, error) {
	return f.Page.Parts.Of(ctx, f.PartID, func(ctx context.Context) (map[int64]*model.JobPart, error) {
		return readPage(ctx, f.Page.PartIDs, r.reader.PartsByID, model.JobParts)
	})
}

// KbartRules are the rules of package kbart.
func (r queryResolver) KbartRules(context.Context) ([]*model.KbartRule, error) {
	return model.KbartRules(), nil
}
