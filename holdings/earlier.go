package holdings

import (
	"autoholdings/internal/store"
	"context"
	"fmt"
	"slices"
	"strings"
)

// A preview of several profiles plans each part on what will be there when it is written: on top of what earlier parts
// of it would have changed. Nothing of that is in the database, so it is foreseen: keys and hashes as planning needs
// them, and the values of those portfolios that both would write.

// foresight is what the plans of earlier parts of a preview would have made of a collection.
type foresight struct {
	values   map[int64]*stored           // portfolios as they would stand, by id; those that would be new have negative ids
	next     int64                       // the last of the negative ids
	said     map[int64]map[int64]*saying // by portfolio and profile
	releases map[int64]string            // of the profiles that would have applied one
}

// saying is what a profile's list would have said last of a portfolio.
type saying struct {
	ended bool // it would no longer list it
	said  [len(titleColumns)]string
}

func (f *foresight) say(id int64, part *Part, s *saying) {
	if f.said[id] == nil {
		f.said[id] = map[int64]*saying{}
	}
	f.said[id][part.ProfileID] = s
}

// knows says whether an earlier part would have changed what a profile's list says of a portfolio.
func (f *foresight) knows(id, profile int64) bool { return f != nil && f.said[id][profile] != nil }

// releaseOf is the date of the release that a profile would have applied last; stored is the one it has.
func (f *foresight) releaseOf(profile int64, stored string) string {
	if f == nil {
		return stored
	}
	if date, ok := f.releases[profile]; ok {
		return date
	}
	return stored
}

// eachSaid calls fn with what lists would say of a portfolio that would still have it.
func (f *foresight) eachSaid(id int64, fn func(standingList)) {
	if f == nil {
		return
	}
	for profile, s := range f.said[id] {
		if !s.ended {
			fn(standingList{profile, f.releases[profile], s.said})
		}
	}
}

// foresee lets earlier plans of a preview come true among the portfolios that a part is planned on.
func (s *Service) foresee(ctx context.Context, part *Part, in *planned) (*foresight, error) {
	if len(part.Earlier) == 0 {
		return nil, nil
	}
	last := part.Earlier[len(part.Earlier)-1]
	f := last.foreseen // what came before the last one is foreseen already
	if f == nil {
		f = &foresight{values: map[int64]*stored{}, said: map[int64]map[int64]*saying{}, releases: map[int64]string{}}
	}
	f.releases[last.part.ProfileID] = last.part.Release
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
			f.end(in, byID, earlier.held.at(l.portfolio), l.action, s.Now().UnixMilli())
		}
		for _, w := range earlier.waiting {
			f.end(in, byID, earlier.held.at(w.portfolio), Wait, 0)
		}
	}
	return f, nil
}

// entitle gives another profile's entitlement to the portfolio of a title, or makes the portfolio.
func (f *foresight) entitle(earlier *PartPlan, title int32, byID map[int64]int32, in *planned, outranks bool) {
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
	h.outranked, h.awaited = h.outranked || outranks, h.awaited && !was.waits
	now := f.values[was.id]
	switch {
	case now == nil:
	case h.entitlement != 0:
		h.diverged = h.diverged || valuesHash(&now.values) != h.values
	case !h.diverged:
		h.values, h.identity = valuesHash(&now.values), t.identity
	}
}

// end takes another profile's entitlement from a portfolio.
func (f *foresight) end(in *planned, byID map[int64]int32, was *held, action Action, now int64) {
	i, ok := byID[was.id]
	if !ok {
		return
	}
	h := in.portfolios.at(i)
	h.awaited = (h.awaited && !was.waits) || action == Wait
	if was.entitled {
		h.others--
	}
	if h.others <= 0 {
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
func (f *foresight) idOf(earlier *PartPlan, title int32) int64 {
	if id, ok := earlier.foreseenIDs[title]; ok {
		return id
	}
	f.next--
	return f.next
}

// foreseeValues computes how the portfolios would stand that a plan writes.
func (f *foresight) foreseeValues(ctx context.Context, s *Service, earlier *PartPlan) error {
	earlier.foreseenIDs = map[int32]int64{}
	var batch []*Title
	flush := func() error {
		err := f.write(ctx, s, earlier, batch)
		batch = batch[:0]
		return err
	}
	if err := f.foreseeLeaving(ctx, s, earlier); err != nil {
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

// foreseeLeaving notes what an earlier part would take from its profile, how the portfolios would stand then, and which
// values would take over.
func (f *foresight) foreseeLeaving(ctx context.Context, s *Service, earlier *PartPlan) error {
	gone := make([]leaving, 0, len(earlier.leaving)+len(earlier.waiting))
	why := map[int32]string{}
	for _, w := range earlier.waiting {
		gone = append(gone, leaving{portfolio: w.portfolio, action: Wait})
		why[w.portfolio] = w.why
	}
	gone = append(gone, earlier.leaving...)
	for batch := range slices.Chunk(gone, s.BatchTitles) {
		ids := make([]int64, len(batch))
		for i, l := range batch {
			ids[i] = earlier.held.at(l.portfolio).id
			f.say(ids[i], earlier.part, &saying{ended: true})
		}
		there, err := f.load(ctx, s.store.Query, ids)
		if err != nil {
			return err
		}
		standing, err := f.standing(ctx, s.store.Query, earlier.part, ids, there)
		if err != nil {
			return err
		}
		for _, l := range batch {
			h := earlier.held.at(l.portfolio)
			if p := there[h.id]; p != nil {
				f.values[h.id] = p.gone(h, l.action, why[l.portfolio], standing, s.Now().UnixMilli())
			}
		}
	}
	return nil
}

func (f *foresight) write(ctx context.Context, s *Service, earlier *PartPlan, batch []*Title) error {
	var ids, own []int64
	for _, t := range batch {
		if pair := earlier.pair[t.index]; pair != unpaired {
			ids = append(ids, earlier.held.at(pair).id)
			own = append(own, earlier.held.at(pair).entitlement)
		}
	}
	there, err := f.load(ctx, s.store.Query, ids)
	if err != nil {
		return err
	}
	entitlements, err := loadEntitlements(ctx, s.store.Query, own)
	if err != nil {
		return err
	}
	for _, t := range batch {
		pair := earlier.pair[t.index]
		if pair == unpaired {
			f.next--
			earlier.foreseenIDs[t.index] = f.next
			f.values[f.next] = &stored{values: t.Values, moreKeys: strings.Join(t.more, " "), available: true, listed: true}
			f.say(f.next, earlier.part, &saying{said: t.Values})
			continue
		}
		h := earlier.held.at(pair)
		p := there[h.id]
		if p == nil {
			continue
		}
		p.entitle(entitlements[h.entitlement])
		d := earlier.comparing(t.index, h).compare(t, p)
		now := p.foreseen(h.id)
		f.say(h.id, earlier.part, &saying{said: d.own.over(&d.values)})
		now.values, now.moreKeys, now.listed, now.removedAt = d.values, d.further, true, nil
		if !h.awaited {
			now.review = ""
		}
		now.coverage, now.entitlementState = nil, entitlementState{} // of the other profile
		f.values[h.id] = now
	}
	return nil
}

// load reads portfolios as they would stand.
func (f *foresight) load(ctx context.Context, read store.QueryFunc, ids []int64) (map[int64]*stored, error) {
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
