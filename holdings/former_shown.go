package holdings

import (
	"context"
	"fmt"
	"slices"

	"autoholdings/ent"
	"autoholdings/ent/portfolio"
	"autoholdings/holdings/plan"
)

// FormerPortfolio is a portfolio as it was at a moment.
type FormerPortfolio struct {
	CollectionID int64
	InHoldings   bool // it had been made, and was not taken out
	Available    bool
	Accessible   bool                           // its coverage would have been exported
	Values       [len(plan.TitleColumns)]string // with local values in their place
	Coverage     []plan.Statement               // as it was exported; none where it was not accessible
}

// PortfoliosAsOf returns portfolios as they were at a moment, in Unix milliseconds, by id; one that had not been made is
// missing. A moment that is not recorded is refused for all.
func (s *Service) PortfoliosAsOf(ctx context.Context, ids []int64, moment int64) (map[int64]*FormerPortfolio, error) {
	former, err := s.formerPortfolios(ctx, ids, moment)
	if err != nil {
		return nil, err
	}
	query := s.store.Read.Portfolio.Query().Where(portfolio.IDIn(ids...)).Unique(true)
	collectionIDs, err := query.Select(portfolio.FieldCollectionID).Ints(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the collections: %w", err)
	}
	exports := map[int64]*formerExport{}
	for _, id := range collectionIDs { // where they are now; one that was elsewhere is looked up below
		if exports[int64(id)], err = s.checkedFormer(ctx, int64(id), moment); err != nil {
			return nil, err
		}
	}
	found := make(map[int64]*FormerPortfolio, len(former))
	for _, p := range former {
		if p.absent {
			continue
		}
		if exports[p.collectionID] == nil {
			exports[p.collectionID], err = s.checkedFormer(ctx, p.collectionID, moment)
			if ent.IsNotFound(err) {
				continue // the collection was deleted since
			}
			if err != nil {
				return nil, err
			}
		}
		found[p.id] = exports[p.collectionID].shown(p)
	}
	return found, nil
}

// checkedFormer returns what an export of a collection as it was at a moment needs, if that is recorded.
func (s *Service) checkedFormer(ctx context.Context, collectionID, moment int64) (*formerExport, error) {
	if err := s.checkRecorded(ctx, collectionID, moment); err != nil {
		return nil, err
	}
	return s.newFormerExport(ctx, ExportOf{CollectionID: collectionID, AsOf: moment})
}

// shown is what was exported of a portfolio, and what there was where nothing was.
func (f *formerExport) shown(p *formerPortfolio) *FormerPortfolio {
	was := &FormerPortfolio{
		CollectionID: p.collectionID, InHoldings: p.removedAt == nil, Available: p.staff.Available,
		Values: p.staff.Local.AppliedTo(&p.values),
	}
	rows, ok := p.exported(f.marks, f.groups, 0)
	if !ok || !f.served {
		return was
	}
	var e exporter
	for _, x := range rows {
		if err := e.add(x); err != nil {
			return was // only of writing, and nothing is written
		}
	}
	if was.Accessible = e.finish(); was.Accessible && len(e.statements) > 0 {
		e.order()
		was.Coverage = slices.Clone(e.statements)
	}
	return was
}
