package holdings

import (
	"context"
	"fmt"
	"strings"

	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
	"autoholdings/kbart"
)

// portfolioTarget writes a plan to the portfolios of a collection and to the entitlements of the part's profile.
type portfolioTarget struct {
	service *Service
	plan    *Plan
	out     *PartWriter
	report  *planReport
	rows    *portfolioWriter

	former     map[int64]*plan.StoredPortfolio // predecessors of the batch's titles
	revalued   []valueChange                   // portfolios with other entitlements, too, whose title columns the batch changes
	successors map[int32]plan.Related          // by portfolio that leaves: the added title that follows it
}

func newPortfolioTarget(ctx context.Context, s *Service, planned *Plan, out *PartWriter, report *planReport) (*portfolioTarget, error) {
	rows, err := newPortfolioWriter(ctx, out)
	if err != nil {
		return nil, err
	}
	w := &portfolioTarget{service: s, plan: planned, out: out, report: report, rows: rows, successors: map[int32]plan.Related{}}
	if out.Part.Resumed {
		err = w.rejoinSuccessors(ctx)
	}
	return w, err
}

func (w *portfolioTarget) close() error { return w.rows.close() }

func (w *portfolioTarget) leaveForPerson(ctx context.Context, tx *store.Tx, why string, ids []int64) error {
	portfolios, err := w.plan.load(ctx, tx.SQL.QueryContext, ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if p := portfolios[id]; p != nil {
			w.out.Counts.Review++
			w.out.Change(ReportLine{
				Portfolio: id, Action: plan.Review, Title: plan.CitationOf(&p.Values), Values: plan.ValuesOfReview(plan.ReviewOf(p), why),
			})
		}
	}
	if w.out.Show {
		return nil
	}
	placeholders, args := store.InList(ids)
	if _, err := tx.SQL.ExecContext(ctx, `UPDATE portfolios SET review = ?, review_since = ?, updated_at = ?
		WHERE review <> ? AND id IN `+placeholders, append([]any{why, w.out.Now, w.out.Now, why}, args...)...); err != nil {
		return fmt.Errorf("mark the portfolios to review: %w", err)
	}
	return nil
}

func (w *portfolioTarget) writeBatch(ctx context.Context, tx *store.Tx, batch []*plan.Title) error {
	var ids, entitlementIDs []int64
	for _, t := range batch {
		if h := w.plan.PortfolioOf(t); h != nil {
			ids = append(ids, h.ID)
			if h.Entitlement != 0 {
				entitlementIDs = append(entitlementIDs, h.Entitlement)
			}
		}
	}
	there, err := w.plan.load(ctx, tx.SQL.QueryContext, ids)
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
	if w.former, err = w.plan.load(ctx, tx.SQL.QueryContext, w.predecessorIDs(batch)); err != nil {
		return err
	}
	retained, err := w.out.Part.retentions(ctx, tx.SQL.QueryContext, w.recovered(batch))
	if err != nil {
		return err
	}
	w.revalued = w.revalued[:0]
	for _, t := range batch {
		h := w.plan.PortfolioOf(t)
		if w.report.lacking(w.plan.Plan, t, h) && !w.plan.Pending(t.Index) {
			continue
		}
		if h == nil {
			w.addPortfolio(t)
			continue
		}
		p := there[h.ID]
		if p == nil {
			return ErrHoldingsChanged
		}
		p.Coverage = coverage[h.Entitlement]
		p.SetEntitlement(entitlements[h.Entitlement])
		p.Retention = retained[h.ID]
		if h.Entitlement == 0 {
			p.Coverage = t.Coverage // the profile had none to change
		}
		if err := w.writePaired(ctx, tx, t, h, p); err != nil {
			return err
		}
	}
	return w.rows.keepOthers(ctx, tx, w.revalued)
}

// recovered are the portfolios of a batch whose coverage changes: it may take time away that is retained.
func (w *portfolioTarget) recovered(batch []*plan.Title) (ids []int64) {
	for _, t := range batch {
		if h := w.plan.PortfolioOf(t); h != nil && h.ID > 0 && h.Entitlement != 0 && h.CoverageHash != t.CoverageHash {
			ids = append(ids, h.ID)
		}
	}
	return ids
}

// predecessorIDs are the portfolios that the titles of a batch follow.
func (w *portfolioTarget) predecessorIDs(batch []*plan.Title) (ids []int64) {
	for _, t := range batch {
		if portfolio, ok := w.plan.Follows.Predecessor[t.Index]; ok {
			ids = append(ids, w.plan.Portfolios.At(portfolio).ID)
		}
	}
	return ids
}

// addPortfolio makes a new portfolio for a title.
func (w *portfolioTarget) addPortfolio(t *plan.Title) {
	var id int64
	if !w.out.Show {
		id = w.out.Store.NextID()
		row := []any{id, w.out.Now, w.out.Now, w.out.Part.CollectionID, true, w.out.Part.ofProfile()}
		w.rows.portfolios.Add(appendTitle(row, &t.Values, strings.Join(t.MoreKeys, " "), t.ValuesHash)...)
		w.rows.entitle(id, t, nil, nil)
	}
	w.out.Counts.Added++
	w.out.Change(ReportLine{
		Portfolio: id, Action: plan.Add, Title: plan.CitationOf(&t.Values), Values: plan.ValuesOfLeaving(w.predecessor(t)),
		line: t.Line,
	})
	w.listAmbiguous(id, t)
	w.noteSuccessor(t, id)
}

// predecessor names the leaving portfolio that the title follows.
func (w *portfolioTarget) predecessor(t *plan.Title) (follows plan.Leaving) {
	portfolio, ok := w.plan.Follows.Predecessor[t.Index]
	if !ok {
		return follows
	}
	h := w.plan.Portfolios.At(portfolio)
	follows.Predecessor = &plan.Related{PortfolioID: h.ID}
	if p := w.former[h.ID]; p != nil {
		follows.Predecessor.Title, follows.Predecessor.TitleID = p.Values[0], p.Values[plan.TitleColumnIndex[kbart.TitleID]]
	}
	return follows
}

// noteSuccessor remembers the name of a title for the report line of the portfolio that it follows.
func (w *portfolioTarget) noteSuccessor(t *plan.Title, id int64) {
	if portfolio, ok := w.plan.Follows.Predecessor[t.Index]; ok {
		w.successors[portfolio] = plan.Related{Title: t.Values[0], TitleID: t.Get(kbart.TitleID), PortfolioID: id}
	}
}

// listAmbiguous lists a title that was added because its keys point to several portfolios, and names these portfolios.
func (w *portfolioTarget) listAmbiguous(id int64, t *plan.Title) {
	candidates, ambiguous := w.plan.Ambiguous[t.Index]
	if !ambiguous {
		return
	}
	ids := make([]int64, 0, len(candidates))
	for _, c := range candidates {
		if id := w.plan.Portfolios.At(c).ID; id > 0 {
			ids = append(ids, id)
		}
	}
	w.out.Counts.Ambiguous++
	w.out.Change(ReportLine{
		Portfolio: id, Action: plan.Ambiguous, Title: plan.CitationOf(&t.Values), Values: plan.ValuesOfCandidates(plan.MoveValue{}, ids),
		line: t.Line,
	})
}

func (*portfolioTarget) finish(context.Context, *store.Tx) error { return nil }
