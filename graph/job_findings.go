package graph

import (
	"context"

	"autoholdings/ent"
	"autoholdings/graph/generated"
	"autoholdings/graph/model"
	"autoholdings/internal/problem"
	"autoholdings/jobs"
)

var findingListing = listing[*ent.JobFinding, *model.JobFinding]{jobs.FindingListing, model.JobFindings}

func findingFilter(in *model.JobFindingFilter) (f jobs.FindingFilter, err error) {
	if in == nil {
		return f, nil
	}
	f = jobs.FindingFilter{Severities: each(in.Severity, model.SeverityNumber), Code: orEmpty(in.Code), Column: orEmpty(in.Column)}
	f.PartID, err = optionalID(model.JobPartType, "filter.partId", in.PartID)
	return f, err
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

// ErrorCodes are those of package problem.
func (r queryResolver) ErrorCodes(context.Context) ([]*generated.ErrorCodeMeaning, error) {
	return each(problem.Codes(), func(m problem.Meaning) *generated.ErrorCodeMeaning {
		return &generated.ErrorCodeMeaning{Code: string(m.Code), Meaning: m.Meaning, Advice: m.Advice}
	}), nil
}
