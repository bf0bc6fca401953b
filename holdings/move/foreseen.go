package move

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"autoholdings/holdings"
	"autoholdings/holdings/acquisitions"
	"autoholdings/internal/store"
)

// Foreseen is what would hang on the portfolios of a plan of pairs, by portfolio, as far as the plan was shown. Each portfolio is
// in one pair.
func (s *Service) Foreseen(ctx context.Context, p *Plan) (map[int64]*holdings.ForeseenStaff, error) {
	found := map[int64]*holdings.ForeseenStaff{}
	for id, values := range p.shown {
		found[id] = &holdings.ForeseenStaff{StaffValues: *values}
	}
	lines := map[acquisitions.Holder][]poLine{}
	for chunk := range slices.Chunk(slices.Sorted(maps.Keys(found)), store.IDsAtOnce) {
		some, err := loadPOLines(ctx, s.store.Query, chunk, nil)
		if err != nil {
			return nil, fmt.Errorf("foresee what is moved: %w", err)
		}
		maps.Copy(lines, some)
	}
	for _, sources := range p.sources {
		for i := range int32(sources.Len()) {
			m := sources.At(i)
			target := p.targets.At(m.pair).id
			from, to := found[m.id], found[target]
			if from == nil || to == nil {
				continue
			}
			to.POLines = numbersMoved(lines[acquisitions.Holder{Portfolio: m.id}], lines[acquisitions.Holder{Portfolio: target}])
			if from.AdditionalLicenses = nil; p.additional[m.id] != nil {
				if moved := p.licensesMoved(m); len(moved) > 0 {
					to.AdditionalLicenses = moved[len(moved)-1].after.additional
				}
			}
		}
	}
	return found, nil
}

// numbersMoved are the numbers of a portfolio's PO lines after others were moved to it: its main one stays the main one.
func numbersMoved(moved, there []poLine) (numbers []string) {
	all := append(slices.Clone(there), moved...)
	if len(all) == 0 {
		return nil
	}
	slices.SortFunc(all[1:], func(a, b poLine) int {
		a.main, b.main = false, false
		return a.precedence().Compare(b.precedence())
	})
	for _, line := range all {
		numbers = append(numbers, line.number)
	}
	return numbers
}
