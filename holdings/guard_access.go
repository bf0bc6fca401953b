package holdings

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"autoholdings/holdings/plan"
)

// guardAccess holds the plan if too many titles stay but lose covered time. It has to read the statements, so it looks
// only at titles whose statements differ. It skips even these unless there are enough of them to hold the plan, or a
// person has decided on the list: then it must know which changes the decision concerns.
func (s *Service) guardAccess(ctx context.Context, p *plan.Plan, part *Part, guards plan.Guards) error {
	base := p.Counts.EntitlementsBefore
	differ := map[int32]bool{}
	for title, pair := range p.Pairs {
		if pair == plan.Unpaired {
			continue
		}
		t, h := p.List.Titles.At(int32(title)), p.Portfolios.At(pair)
		if h.Entitled && t.Covered && h.CoverageHash != t.CoverageHash {
			differ[int32(title)] = true
		}
	}
	if base == 0 || len(differ) == 0 || p.LeavesCoverage() {
		return nil
	}
	held := func(n int) bool { return guards.Access.Asked() && guards.Access.Exceeds(base, n) }
	if !held(len(differ)) {
		if decided, err := s.decidedOn(ctx, part); err != nil || !decided {
			return err
		}
	}
	p.Loses = map[int32]bool{}
	j := accessGuard{service: s, ctx: ctx, plan: p, part: part}
	err := p.List.EachTitle(ctx, func(i int32) bool { return differ[i] }, plan.IgnoreFindings, j.add)
	if err == nil {
		err = j.flush()
	}
	if err == nil && held(len(p.Loses)) {
		p.Hold(plan.GuardAccess, len(p.Loses), "%s of %s titles would lose time that is covered today (%s), %s", guards.Access)
	}
	return err
}

// decidedOn says whether a person has decided on kinds of the list's changes.
func (s *Service) decidedOn(ctx context.Context, part *Part) (bool, error) {
	ids, err := s.store.IDs(ctx, `SELECT d.id FROM list_decisions d JOIN job_parts p ON p.provider_file_id = d.provider_file_id
		WHERE p.id = ? AND d.collection_id = ? LIMIT 1`, part.ID, part.CollectionID)
	if err != nil {
		return false, fmt.Errorf("read the decisions on the list: %w", err)
	}
	return len(ids) > 0, nil
}

// listDays returns the date of the part's list (today's if it has none) and that of the list applied before it.
func (s *Service) listDays(ctx context.Context, part *Part) (days plan.ListDays, err error) {
	days.Now = s.today(part)
	rows, err := s.store.Query(ctx, `SELECT f.date FROM provider_files f WHERE f.profile_id = ? AND f.content = ? AND f.applied_at IS NOT NULL
		AND f.outcome <> 'UNDONE' AND f.date <> '' AND f.date < ? ORDER BY f.date DESC LIMIT 1`,
		part.ProfileID, part.Content, days.Now.Format(time.DateOnly))
	if err != nil {
		return days, fmt.Errorf("read the date of the list before: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var date string
		if err := rows.Scan(&date); err != nil {
			return days, fmt.Errorf("read the date of the list before: %w", err)
		}
		days.Before, _ = time.Parse(time.DateOnly, date)
	}
	return days, rows.Err()
}

// today is the date of a part's list, or today's if it has none.
func (s *Service) today(part *Part) time.Time {
	if date, err := time.Parse(time.DateOnly, part.Release); err == nil {
		return date
	}
	return s.Now().UTC()
}

// accessGuard compares the statements of titles with the stored ones, in batches.
type accessGuard struct {
	service *Service
	ctx     context.Context //nolint:containedctx // of one judgement
	plan    *plan.Plan
	part    *Part
	batch   []*plan.Title
}

func (j *accessGuard) add(t *plan.Title) error {
	if j.batch = append(j.batch, t); len(j.batch) < j.service.BatchTitles {
		return nil
	}
	return j.flush()
}

func (j *accessGuard) flush() error {
	var ids, local, retained []int64
	for _, t := range j.batch {
		h := j.plan.Portfolios.At(j.plan.Pairs[t.Index])
		if ids = append(ids, h.Entitlement); h.HasLocal {
			local = append(local, h.ID)
		}
		if h.Retained {
			retained = append(retained, h.ID)
		}
	}
	stored, err := loadStored(j.ctx, j.service.store.Query, append(local, retained...))
	if err != nil {
		return err
	}
	retentions, err := LoadRetentions(j.ctx, j.service.store.Query, retained)
	if err != nil {
		return err
	}
	coverage, err := loadCoverage(j.ctx, j.service.store.Query, ids)
	if err != nil {
		return err
	}
	for _, t := range j.batch {
		h := j.plan.Portfolios.At(j.plan.Pairs[t.Index])
		p := stored[h.ID]
		if p != nil && p.Local.InsteadOf() {
			continue // patrons see what staff entered
		}
		before := coverage[h.Entitlement]
		after := plan.FillMissingStarts(t.Coverage, before, nil)
		if r := retentions[h.ID]; r.Holds() {
			after = append(slices.Clone(after), r.Retain(p.Retained, before, after, j.plan.Days)...)
		}
		var failed error
		moved := func() bool {
			yes, err := j.service.startMoved(j.ctx, j.part, h.ID)
			failed = errors.Join(failed, err)
			return yes
		}
		if plan.LosesTime(before, after, j.plan.Days, moved) {
			j.plan.Loses[t.Index] = true
		}
		if failed != nil {
			return failed
		}
	}
	j.batch = j.batch[:0]
	return nil
}

// startMoved says whether an earlier run of the part's profile moved the start of a portfolio's coverage forward. Some
// providers give only the last few years, and drop one each January.
func (s *Service) startMoved(ctx context.Context, part *Part, portfolioID int64) (moved bool, err error) {
	rows, err := s.store.Query(ctx, `SELECT c.old_value, c.new_value FROM job_changes c JOIN job_parts p ON p.id = c.part_id
		WHERE c.portfolio_id = ? AND p.profile_id = ? AND c.value_kind = ? AND c.action = ? AND p.state IN ('APPLIED', 'NO_CHANGE')
		ORDER BY c.id DESC LIMIT 24`, portfolioID, part.ProfileID, string(plan.CoverageValues), string(plan.Update))
	if err != nil {
		return false, fmt.Errorf("read how coverage has moved: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		v := plan.Values{Kind: plan.CoverageValues}
		if err := rows.Scan(&v.Old, &v.New); err != nil {
			return false, fmt.Errorf("read how coverage has moved: %w", err)
		}
		before, after, _, err := v.Coverage()
		if err != nil {
			return false, err
		}
		if firstStart(before) < firstStart(after) && firstStart(before) != "" {
			return true, nil
		}
	}
	return false, rows.Err()
}

// firstStart is the earliest first date of statements; "" if there is none.
func firstStart(statements []plan.Statement) (first string) {
	for i := range statements {
		if date := statements[i].DateFirst; date != "" && (first == "" || date < first) {
			first = date
		}
	}
	return first
}
