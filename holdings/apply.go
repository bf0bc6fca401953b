package holdings

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
)

// Apply writes the plan in short transactions: additions and updates first, removals last. After a crash, call it again
// with a new plan of the same file and the counts that the last transaction recorded: it does the rest.
func (s *Service) Apply(ctx context.Context, plan *Plan, part *Part, resumed *plan.Counts) (plan.Counts, error) {
	return s.run(ctx, plan, part, resumed, false)
}

// Show writes the plan's report and nothing else.
func (s *Service) Show(ctx context.Context, plan *Plan, part *Part) (plan.Counts, error) {
	return s.run(ctx, plan, part, nil, true)
}

func (s *Service) run(ctx context.Context, planned *Plan, part *Part, resumed *plan.Counts, show bool) (_ plan.Counts, err error) {
	out, err := s.NewPartWriter(ctx, part, show)
	if err != nil {
		return plan.Counts{}, err
	}
	a := &applier{service: s, plan: planned, out: out, report: &planReport{out: out}}
	defer func() { err = errors.Join(err, a.close()) }()
	if a.target, err = a.openTarget(ctx); err != nil {
		return plan.Counts{}, err
	}
	out.Counts = planned.Counts
	if resumed != nil {
		out.Counts = *resumed
		part.Findings.drain()
		err = a.report.readListed(ctx)
	} else {
		err = a.begin(ctx)
	}
	for _, write := range []func(context.Context) error{a.writeTitles, a.writeWaiting, a.writeLeaving, a.end} {
		if err == nil {
			err = write(ctx)
		}
	}
	return out.Counts, err
}

// applier writes a plan to its target, batch by batch.
type applier struct {
	service *Service
	plan    *Plan
	out     *PartWriter
	report  *planReport
	target  target
}

// target is where a plan is written: the portfolios of a collection, or the Community Zone.
type target interface {
	// leaveForPerson lists portfolios or titles that stay as they are until a person decides. Portfolios are marked, too.
	leaveForPerson(ctx context.Context, tx *store.Tx, why string, ids []int64) error
	writeBatch(ctx context.Context, tx *store.Tx, batch []*plan.Title) error
	waitBatch(ctx context.Context, tx *store.Tx, batch []plan.WaitingPortfolio) error
	leaveBatch(ctx context.Context, tx *store.Tx, batch []plan.LeavingPortfolio) error
	// finish is part of the last transaction of a plan that is applied.
	finish(ctx context.Context, tx *store.Tx) error
	close() error
}

func (a *applier) openTarget(ctx context.Context) (target, error) {
	if a.out.Part.ZoneID != 0 {
		return newZoneTarget(ctx, a.plan.Plan, a.out, a.report)
	}
	return newPortfolioTarget(ctx, a.service, a.plan, a.out, a.report)
}

func (a *applier) close() error {
	err := a.out.Close()
	if a.target != nil {
		err = errors.Join(err, a.target.close())
	}
	return err
}

// begin records what the plan lists without changing it: free and refused rows, and portfolios that wait for a person.
func (a *applier) begin(ctx context.Context) error {
	part := a.out.Part
	return a.out.Begin(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := part.Findings.Save(ctx, a.service, tx, part.JobID, part.ID, &a.out.Counts); err != nil {
			return err
		}
		for _, row := range a.plan.List.Listed {
			a.out.Change(ReportLine{Action: row.Action, Title: row.Citation, Values: plan.ValuesOfWords(row.Why), line: row.Line})
		}
		for batch := range slices.Chunk(a.plan.Reviews, a.out.Batch) {
			ids := make([]int64, len(batch))
			for i, portfolio := range batch {
				ids[i] = a.plan.Portfolios.At(portfolio).ID
			}
			if err := a.target.leaveForPerson(ctx, tx, plan.ReviewUnreadable, ids); err != nil {
				return err
			}
		}
		return nil
	})
}

// end is the last transaction.
func (a *applier) end(ctx context.Context) error {
	part, counts := a.out.Part, &a.out.Counts
	return a.out.End(ctx, func(ctx context.Context, tx *store.Tx) error {
		counts.Unchanged = counts.Titles - counts.Added - counts.Updated - counts.Skipped
		if err := part.Findings.Save(ctx, a.service, tx, part.JobID, part.ID, counts); err != nil {
			return err
		}
		if a.out.Show {
			return nil
		}
		if err := a.target.finish(ctx, tx); err != nil {
			return err
		}
		return a.rememberShape(ctx, tx)
	})
}

// rememberShape stores with the file which columns its list filled. Later lists are compared with it.
func (a *applier) rememberShape(ctx context.Context, tx *store.Tx) error {
	if !a.out.Part.ofProfile() || a.plan.List.Columns.Rows == 0 {
		return nil
	}
	if _, err := tx.SQL.ExecContext(ctx,
		`UPDATE provider_files SET columns = ? WHERE id = (SELECT provider_file_id FROM job_parts WHERE id = ?)`,
		plan.ToJSON(a.plan.List.Columns.Shape()), a.out.Part.ID); err != nil {
		return fmt.Errorf("remember the list's columns: %w", err)
	}
	return nil
}

// writeTitles writes the titles that need work, in the order of the file.
func (a *applier) writeTitles(ctx context.Context) error {
	pending := 0
	for i := range a.plan.Pairs {
		if a.needsWork(int32(i)) {
			pending++
		}
	}
	a.out.Done, a.out.Total = 0, pending+len(a.plan.Leaving)+len(a.plan.Waiting)
	if pending == 0 && len(a.plan.List.Mixed) == 0 {
		return nil
	}
	size := batchSize(a.out.Batch, pending)
	batch := make([]*plan.Title, 0, size)
	flush := func() error {
		if len(batch) == 0 {
			return nil
		}
		a.out.Done += len(batch)
		err := a.out.Transaction(ctx, func(ctx context.Context, tx *store.Tx) error { return a.target.writeBatch(ctx, tx, batch) })
		clear(batch)
		batch = batch[:0]
		return err
	}
	err := a.plan.List.EachTitle(ctx, a.needsWork, a.out.Part.Findings.Add, func(t *plan.Title) error {
		if batch = append(batch, t); len(batch) < size {
			return nil
		}
		return flush()
	})
	if err != nil {
		return err
	}
	return flush()
}

// batchSize is how many of the pending titles one transaction writes. The keys of a large list are scattered over the
// indexes: nearly every title touches pages of its own, and each transaction writes all the pages it touched. Fewer and
// larger transactions then cost far less. A mutation still waits no more than a quarter of a second.
func batchSize(standard, pending int) int { return min(max(standard, pending/100), 4*standard) }

// needsWork says whether there is anything to write or to report about a title.
func (a *applier) needsWork(title int32) bool { return a.plan.Pending(title) || a.plan.Lacking(title) }

// writeWaiting suspends the entitlements to portfolios that might be one of the list's titles, until it is clear which.
func (a *applier) writeWaiting(ctx context.Context) error {
	return inBatches(ctx, a.out, a.plan.Waiting, a.target.waitBatch)
}

// writeLeaving ends the entitlements to portfolios that the list no longer has.
func (a *applier) writeLeaving(ctx context.Context) error {
	return inBatches(ctx, a.out, a.plan.Leaving, a.target.leaveBatch)
}

// inBatches writes items in batches, with one transaction for each batch.
func inBatches[T any](ctx context.Context, out *PartWriter, all []T, write func(context.Context, *store.Tx, []T) error) error {
	for batch := range slices.Chunk(all, out.Batch) {
		out.Done += len(batch)
		if err := out.Transaction(ctx, func(ctx context.Context, tx *store.Tx) error { return write(ctx, tx, batch) }); err != nil {
			return err
		}
	}
	return nil
}
