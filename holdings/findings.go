package holdings

import (
	"context"

	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
	"autoholdings/kbart"
)

// findingsPerCode is how many findings of one code a part keeps; the rest are counted. A list with the same mistake in
// each of a million rows is one thing to tell the provider, not a million.
const findingsPerCode = 1000

// FindingLog gathers what was found in a list until it is recorded.
type FindingLog struct {
	kept     []kbart.Finding
	perCode  map[string]int
	counts   [4]int
	unlisted int
}

// NewFindingLog returns an empty log.
func NewFindingLog() *FindingLog { return &FindingLog{perCode: map[string]int{}} }

// Add takes a finding. Beyond findingsPerCode of its code, it is only counted.
func (l *FindingLog) Add(f kbart.Finding) {
	l.counts[min(int(f.Severity), len(l.counts)-1)]++
	if l.perCode[f.Code]++; l.perCode[f.Code] > findingsPerCode {
		l.unlisted++
		return
	}
	l.kept = append(l.kept, f)
}

// drain empties the log. A run that starts again has already recorded its findings.
func (l *FindingLog) drain() { l.kept, l.counts, l.unlisted = nil, [4]int{}, 0 }

var findingColumns = []string{
	"id", "job_id", "part_id", "severity", "code", "line", "title", `"column"`, "value", "message", "hint",
}

// Save records what the log holds as a part's findings, adds it to the counts and empties the log.
func (l *FindingLog) Save(ctx context.Context, s *Service, tx *store.Tx, jobID, partID int64, counts *plan.Counts) error {
	if l == nil {
		return nil
	}
	rows := make([][]any, len(l.kept))
	for i, f := range l.kept {
		rows[i] = []any{
			s.store.NextID(), jobID, partID, int(f.Severity), f.Code, f.Line, f.Title, f.Column, f.Value, f.Message, f.Hint,
		}
	}
	if err := store.Insert(ctx, tx, "job_findings", findingColumns, rows); err != nil {
		return err
	}
	for i, n := range l.counts {
		counts.Findings[i] += n
	}
	counts.UnlistedFindings += l.unlisted
	l.drain()
	return nil
}
