package holdings

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// A preview of several profiles plans each part on what will be there when it is written: on top of what earlier parts of it
// would have changed. Nothing of that is in the database, so it is foreseen: keys and hashes as planning needs them, and the
// values of those portfolios that both would write.

// foresight is what the plans of earlier parts of a preview would have made of a collection.
type foresight struct {
	values map[int64]*stored // portfolios as they would stand, by id; those that would be new have negative ids
	next   int64
}

// foresee lets earlier plans of a preview come true among the portfolios that a part is planned on.
func (s *Service) foresee(ctx context.Context, part *Part, in *planned) (*foresight, error) {
	if len(part.Earlier) == 0 {
		return nil, nil
	}
	last := part.Earlier[len(part.Earlier)-1]
	f := last.foreseen // what came before the last one is foreseen already
	if f == nil {
		f = &foresight{values: map[int64]*stored{}}
	}
	if err := f.foreseeValues(ctx, s, last); err != nil {
		return nil, err
	}
	for _, earlier := range part.Earlier {
		byID := portfoliosByID(&in.portfolios)
		outranks := earlier.part.Release > part.Release || earlier.part.Release == part.Release && earlier.part.ProfileID < part.ProfileID
		for title := range earlier.pair {
			if earlier.skipAbsent && earlier.lacking(int32(title)) || earlier.declines(int32(title)) {
				continue
			}
			f.entitle(earlier, int32(title), byID, in, outranks && part.ofProfile())
		}
		for _, l := range earlier.leaving {
			f.end(in, byID, earlier.held.at(l.portfolio).id, l.action, s.Now().UnixMilli())
		}
		for _, w := range earlier.waiting {
			f.end(in, byID, earlier.held.at(w.portfolio).id, Wait, 0)
		}
	}
	return f, nil
}

// entitle gives another profile's entitlement to the portfolio of a title, or makes the portfolio.
func (f *foresight) entitle(earlier *Plan, title int32, byID map[int64]int32, in *planned, outranks bool) {
	t := earlier.list.titles.at(title)
	pair := earlier.pair[title]
	if pair == unpaired {
		id := f.idOf(earlier, title)
		in.portfolios.add(held{
			identity: t.identity, id: id, values: t.values, listed: true,
			elsewhere: true, shared: true, someoneElse: true, everListed: true, outranked: outranks, others: 1,
		})
		return
	}
	was := earlier.held.at(pair)
	i, ok := byID[was.id]
	if !ok {
		return
	}
	h := in.portfolios.at(i)
	if !was.entitled {
		h.others++
	}
	h.hidden, h.listed, h.elsewhere, h.shared, h.someoneElse, h.everListed = false, true, true, true, true, true
	h.outranked = h.outranked || outranks
	if now := f.values[was.id]; now != nil && !h.diverged && h.entitlement == 0 {
		h.values = valuesHash(&now.values)
		h.identity = t.identity
	}
}

// end takes another profile's entitlement from a portfolio.
func (f *foresight) end(in *planned, byID map[int64]int32, id int64, action Action, now int64) {
	i, ok := byID[id]
	if !ok {
		return
	}
	h := in.portfolios.at(i)
	if h.others--; h.others <= 0 {
		h.elsewhere, h.shared = false, false
		h.listed = h.entitled
	}
	if action == Remove && !h.entitled {
		h.hidden, h.leftAt = true, now
	}
	if action == Wait {
		h.flagged = true
	}
}

// idOf is the id that stands for a portfolio that a title would become.
func (f *foresight) idOf(earlier *Plan, title int32) int64 {
	if id, ok := earlier.foreseenIDs[title]; ok {
		return id
	}
	f.next--
	return f.next
}

// foreseeValues computes how the portfolios would stand that a plan writes.
func (f *foresight) foreseeValues(ctx context.Context, s *Service, earlier *Plan) error {
	earlier.foreseenIDs = map[int32]int64{}
	var batch []*Title
	flush := func() error {
		err := f.write(ctx, s, earlier, batch)
		batch = batch[:0]
		return err
	}
	err := earlier.list.eachTitle(ctx, earlier.pending, ignore, func(t *Title) error {
		if batch = append(batch, t); len(batch) < s.BatchTitles {
			return nil
		}
		return flush()
	})
	if err != nil {
		return fmt.Errorf("foresee what an earlier part does: %w", err)
	}
	return flush()
}

func (f *foresight) write(ctx context.Context, s *Service, earlier *Plan, batch []*Title) error {
	var ids []int64
	for _, t := range batch {
		if pair := earlier.pair[t.index]; pair != unpaired {
			ids = append(ids, earlier.held.at(pair).id)
		}
	}
	there, err := f.load(ctx, s.store.Query, ids)
	if err != nil {
		return err
	}
	for _, t := range batch {
		pair := earlier.pair[t.index]
		if pair == unpaired {
			f.next--
			earlier.foreseenIDs[t.index] = f.next
			f.values[f.next] = &stored{values: t.Values, moreKeys: strings.Join(t.more, " "), available: true, listed: true}
			continue
		}
		h := earlier.held.at(pair)
		p := there[h.id]
		if p == nil {
			continue
		}
		d := earlier.comparing(t.index, h).compare(t, p)
		now := *p
		now.values, now.moreKeys, now.listed, now.removedAt.Valid, now.review = d.values, d.further, true, false, ""
		now.coverage, now.entitlementState = nil, entitlementState{} // of the other profile
		f.values[h.id] = &now
	}
	return nil
}

// load reads portfolios as they would stand.
func (f *foresight) load(ctx context.Context, read query, ids []int64) (map[int64]*stored, error) {
	there, err := loadStored(ctx, read, slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return id < 0 }))
	if err != nil || f == nil {
		return there, err
	}
	for _, id := range ids {
		if now := f.values[id]; now != nil {
			copied := *now
			there[id] = &copied
		}
	}
	return there, nil
}
