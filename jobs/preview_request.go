package jobs

import (
	"context"
	"fmt"
	"strings"

	"autoholdings/ent"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
)

// A job that a person asks for can be previewed, and the preview applied: it does what that showed, or ends and says what
// has changed since.

const (
	previewPath  = "input.previewJobId"
	previewAgain = "make a preview of this request, look at it, and apply that one"
)

// checkMode adds a problem for an unknown mode, and for a preview that is to apply another one.
func checkMode(mode string, previewJobID int64, problems *problem.List) {
	if mode != Apply && mode != Preview {
		problems.Add(problem.BadInput, "input.mode", "%q is unknown: choose APPLY or PREVIEW", mode)
	}
	if previewJobID != 0 && mode == Preview {
		problems.Add(problem.BadInput, previewPath, "a preview cannot apply another preview: leave previewJobId out, or set mode to APPLY")
	}
}

// checkPreviewOf returns the arguments of a preview that came to its end. It adds a problem and returns nil if there is no such
// preview of a job of this kind, or if it shows nothing to apply.
func checkPreviewOf[T any](
	ctx context.Context, tx *store.Tx, jobID int64, kind string, problems *problem.List,
) (*T, error) {
	inWords := kindOf(kind).inWords
	row, err := tx.Job.Get(ctx, jobID)
	switch {
	case ent.IsNotFound(err):
		problems.Add(problem.NotFound, previewPath, "there is no such job: name a preview of %s, or leave previewJobId out", inWords)
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("read the preview: %w", err)
	case row.Kind != kind || row.Mode != Preview:
		problems.Add(problem.BadInput, previewPath, "%s is no preview of %s: %s", jobName(jobID), inWords, previewAgain)
		return nil, nil
	case underWay(row.State):
		problems.Add(problem.WrongState, previewPath, "the preview is %s: wait for its end and look at it first", strings.ToLower(row.State))
		return nil, nil
	case row.Verdict != VerdictPreviewed:
		problems.Add(problem.WrongState, previewPath, "the preview did not come to an end (%s), so there is nothing to apply: %s",
			strings.ToLower(row.State), previewAgain)
		return nil, nil
	}
	shown, err := argsOf[T](row)
	if err != nil {
		problems.Add(problem.WrongState, previewPath, "the preview cannot be applied: %s: %s", argumentsUnreadable, previewAgain)
		return nil, nil //nolint:nilerr // the problem says it
	}
	return &shown, nil
}
