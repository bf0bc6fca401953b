package holdings

import (
	"context"
	"fmt"
	"strings"

	"autoholdings/internal/store"
	"autoholdings/kbart"
)

// portfolioTarget is the portfolios of a collection, and what the part's profile has of them.
type portfolioTarget struct {
	service *Service
	plan    *PartPlan
	out     *partWriter
	report  *planReport
	rows    *portfolioWriter

	former     map[int64]*stored // portfolios that titles of the batch go on from
	revalued   []valueChange     // portfolios of other profiles too whose title columns the batch changes
	successors map[int32]Related // of portfolios that leave: the titles added that follow them
}

func newPortfolioTarget(ctx context.Context, s *Service, plan *PartPlan, out *partWriter, report *planReport) (*portfolioTarget, error) {
	rows, err := newPortfolioWriter(ctx, out)
	if err != nil {
		return nil, err
	}
	w := &portfolioTarget{service: s, plan: plan, out: out, report: report, rows: rows, successors: map[int32]Related{}}
	if out.part.Resumed {
		err = w.rejoinSuccessors(ctx)
	}
	return w, err
}

func (w *portfolioTarget) close() error { return w.rows.close() }

func (w *portfolioTarget) leaveForPerson(ctx context.Context, tx *store.Tx, why string, ids []int64) error {
	portfolios, err := w.plan.foreseen.load(ctx, tx.SQL.QueryContext, ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if p := portfolios[id]; p != nil {
			w.out.counts.Review++
			w.out.change(reportLine{portfolio: id, action: Review, title: citationOf(&p.values), values: reasonValue(why)})
		}
	}
	if w.out.show {
		return nil
	}
	placeholders, args := store.InList(ids)
	if _, err := tx.SQL.ExecContext(ctx, `UPDATE portfolios SET review = ?, updated_at = ? WHERE review <> ? AND id IN `+placeholders,
		append([]any{why, w.out.now, why}, args...)...); err != nil {
		return fmt.Errorf("mark the portfolios to review: %w", err)
	}
	return nil
}

func (w *portfolioTarget) writeBatch(ctx context.Context, tx *store.Tx, batch []*Title) error {
	var ids, entitlementIDs []int64
	for _, t := range batch {
		if h := w.plan.portfolioOf(t); h != nil {
			ids = append(ids, h.id)
			if h.entitlement != 0 {
				entitlementIDs = append(entitlementIDs, h.entitlement)
			}
		}
	}
	there, err := w.plan.foreseen.load(ctx, tx.SQL.QueryContext, ids)
	if err != nil {
		return err
	}
	coverage, err := loadCoverage(ctx, tx.SQL.QueryContext, entitlementIDs)
	if err != nil {
		return err
	}
	entitlements, err := loadEntitlements(ctx, tx.SQL.QueryContext, entitlementIDs)
	if err != nil {
		return err
	}
	if w.former, err = w.plan.foreseen.load(ctx, tx.SQL.QueryContext, w.predecessorIDs(batch)); err != nil {
		return err
	}
	w.revalued = w.revalued[:0]
	for _, t := range batch {
		h := w.plan.portfolioOf(t)
		if w.report.lacking(w.plan.Plan, t, h) && !w.plan.pending(t.index) {
			continue
		}
		if h == nil {
			w.addPortfolio(t)
			continue
		}
		p := there[h.id]
		if p == nil {
			return ErrMoved
		}
		p.coverage = coverage[h.entitlement]
		p.entitle(entitlements[h.entitlement])
		if h.entitlement == 0 {
			p.coverage = t.Coverage // the profile had none to change
		}
		if err := w.writePaired(ctx, tx, t, h, p); err != nil {
			return err
		}
	}
	return w.rows.keepOthers(ctx, tx, w.revalued)
}

// predecessorIDs are the portfolios that titles of a batch go on from.
func (w *portfolioTarget) predecessorIDs(batch []*Title) (ids []int64) {
	for _, t := range batch {
		if portfolio, ok := w.plan.follows.predecessor[t.index]; ok {
			ids = append(ids, w.plan.held.at(portfolio).id)
		}
	}
	return ids
}

// addPortfolio makes a new portfolio of a title.
func (w *portfolioTarget) addPortfolio(t *Title) {
	var id int64
	if !w.out.show {
		id = w.out.store.NextID()
		row := []any{id, w.out.now, w.out.now, w.out.part.CollectionID, true, w.out.part.ofProfile()}
		w.rows.portfolios.Add(appendTitle(row, &t.Values, strings.Join(t.more, " "), t.values)...)
		w.rows.entitle(id, t, nil, nil)
	}
	w.out.counts.Added++
	w.out.change(reportLine{portfolio: id, action: Add, title: citationOf(&t.Values), values: leavingValues(w.predecessor(t)), line: t.Line})
	w.listAmbiguous(id, t)
	w.noteSuccessor(t, id)
}

// predecessor names the portfolio that leaves and that the title goes on from.
func (w *portfolioTarget) predecessor(t *Title) (follows Leaving) {
	portfolio, ok := w.plan.follows.predecessor[t.index]
	if !ok {
		return follows
	}
	h := w.plan.held.at(portfolio)
	follows.Predecessor = &Related{PortfolioID: h.id}
	if p := w.former[h.id]; p != nil {
		follows.Predecessor.Title, follows.Predecessor.TitleID = p.values[0], p.values[titleColumnIndex[kbart.TitleID]]
	}
	return follows
}

// noteSuccessor keeps the name of a title for the line of the portfolio that it goes on from.
func (w *portfolioTarget) noteSuccessor(t *Title, id int64) {
	if portfolio, ok := w.plan.follows.predecessor[t.index]; ok {
		w.successors[portfolio] = Related{Title: t.Values[0], TitleID: t.Get(kbart.TitleID), PortfolioID: id}
	}
}

// listAmbiguous lists a title that was added because its keys point to several portfolios, and which these are.
func (w *portfolioTarget) listAmbiguous(id int64, t *Title) {
	candidates, ambiguous := w.plan.ambiguous[t.index]
	if !ambiguous {
		return
	}
	ids := make([]int64, 0, len(candidates))
	for _, c := range candidates {
		if id := w.plan.held.at(c).id; id > 0 {
			ids = append(ids, id)
		}
	}
	w.out.counts.Ambiguous++
	w.out.change(reportLine{
		portfolio: id, action: Ambiguous, title: citationOf(&t.Values), values: candidateValues(moveValue{}, ids),
		line: t.Line,
	})
}

func (*portfolioTarget) finish(context.Context, *store.Tx) error { return nil }
