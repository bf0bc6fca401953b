package holdings

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
)

// A preview of several profiles plans each part on top of what its earlier parts would have changed. None of that is in
// the database, so it is computed in memory: the keys and hashes that planning needs, and the values of the portfolios
// that earlier parts would write.

// previewedHoldings is a collection as the earlier parts of a preview would have left it.
type previewedHoldings struct {
	values   map[int64]*plan.StoredPortfolio // portfolios as they would stand, by id; those that would be new have negative ids
	next     int64                           // the last of the negative ids
	said     map[int64]map[int64]*lastListed // by portfolio and profile
	releases map[int64]string                // of the profiles that would have applied one
}

// lastListed is what a profile's list would have said last about a portfolio.
type lastListed struct {
	ended bool // it would no longer list it
	said  [len(plan.TitleColumns)]string
}

func (f *previewedHoldings) record(id int64, part *Part, s *lastListed) {
	if f.said[id] == nil {
		f.said[id] = map[int64]*lastListed{}
	}
	f.said[id][part.ProfileID] = s
}

// knows says whether an earlier part would have changed what a profile's list says about a portfolio.
func (f *previewedHoldings) knows(id, profile int64) bool {
	return f != nil && f.said[id][profile] != nil
}

// releaseOf is the date of the release that a profile would have applied last; stored is the one it has.
func (f *previewedHoldings) releaseOf(profile int64, stored string) string {
	if f == nil {
		return stored
	}
	if date, ok := f.releases[profile]; ok {
		return date
	}
	return stored
}

// eachSaid calls fn with what each list that would still have a portfolio would say about it.
func (f *previewedHoldings) eachSaid(id int64, fn func(competingList)) {
	if f == nil {
		return
	}
	for profile, s := range f.said[id] {
		if !s.ended {
			fn(competingList{profile, f.releases[profile], s.said})
		}
	}
}

// foresee applies the earlier plans of a preview, in memory only, to the portfolios that a part is planned on.
func (s *Service) foresee(ctx context.Context, part *Part, in *plan.Input) (*previewedHoldings, error) {
	if len(part.Earlier) == 0 {
		return nil, nil
	}
	last := part.Earlier[len(part.Earlier)-1]
	f := last.foreseen // it already includes the parts before the last one
	if f == nil {
		f = &previewedHoldings{values: map[int64]*plan.StoredPortfolio{}, said: map[int64]map[int64]*lastListed{}, releases: map[int64]string{}}
	}
	f.releases[last.part.ProfileID] = last.part.Release
	if err := f.foreseeValues(ctx, s, last); err != nil {
		return nil, err
	}
	for _, earlier := range part.Earlier {
		byID := portfoliosByID(&in.Portfolios)
		renamed := map[int32]bool{}
		var views []plan.AlternativeIdentity
		outranks := earlier.part.Release > part.Release || earlier.part.Release == part.Release && earlier.part.ProfileID < part.ProfileID
		for title := range earlier.Pairs {
			if earlier.SkipAbsent && earlier.Lacking(int32(title)) || earlier.Declines(int32(title)) {
				continue
			}
			if view, changed := f.entitle(earlier, int32(title), byID, in, outranks && part.ofProfile()); changed {
				renamed[view.Portfolio] = true
				views = append(views, view)
			}
		}
		in.Views = append(slices.DeleteFunc(in.Views, func(v plan.AlternativeIdentity) bool {
			return v.Profile == earlier.part.ProfileID && renamed[v.Portfolio]
		}), views...)
		for _, l := range earlier.Leaving {
			f.end(in, byID, earlier.Portfolios.At(l.Portfolio), l.Action, s.Now().UnixMilli())
		}
		for _, portfolio := range earlier.Reviews {
			if i, ok := byID[earlier.Portfolios.At(portfolio).ID]; ok {
				in.Portfolios.At(i).UnderReview = true
			}
		}
		for _, w := range earlier.Waiting {
			f.end(in, byID, earlier.Portfolios.At(w.Portfolio), plan.Wait, 0)
		}
	}
	return f, nil
}

// entitle gives another profile's entitlement to the portfolio of a title, or makes the portfolio. It returns the keys that the
// other profile's list would have for the portfolio, where that would change something of it.
func (f *previewedHoldings) entitle(
	earlier *Plan, title int32, byID map[int64]int32, in *plan.Input, outranks bool,
) (view plan.AlternativeIdentity, changed bool) {
	t := earlier.List.Titles.At(title)
	pair := earlier.Pairs[title]
	if pair == plan.Unpaired {
		id := f.idOf(earlier, title)
		in.Portfolios.Add(plan.HeldPortfolio{
			Identity: t.Identity, ID: id, ValuesHash: t.ValuesHash, Listed: true,
			HeldByOthers: true, HeldByOtherProfile: true, HasOtherEntitlement: true, EverListed: true, Outranked: outranks, Others: 1,
		})
		return view, false
	}
	was := earlier.Portfolios.At(pair)
	i, ok := byID[was.ID]
	if !ok {
		return view, false
	}
	h := in.Portfolios.At(i)
	if !was.Entitled {
		h.Others++
	}
	h.Hidden, h.Listed, h.HeldByOthers, h.HeldByOtherProfile, h.HasOtherEntitlement, h.EverListed = false, true, true, true, true, true
	h.Outranked, h.AwaitedByOtherProfile = h.Outranked || outranks, h.AwaitedByOtherProfile && !was.Waits
	now := f.values[was.ID]
	switch {
	case now == nil:
	case h.Entitlement != 0:
		h.Diverged = h.Diverged || plan.HashValues(&now.Values) != h.ValuesHash
	case !h.Diverged:
		h.ValuesHash, h.Identity = plan.HashValues(&now.Values), t.Identity
	}
	return plan.AlternativeIdentity{Portfolio: i, Others: true, Profile: earlier.part.ProfileID, Identity: t.Identity}, now != nil
}

// end takes another profile's entitlement from a portfolio.
func (f *previewedHoldings) end(in *plan.Input, byID map[int64]int32, was *plan.HeldPortfolio, action plan.Action, now int64) {
	i, ok := byID[was.ID]
	if !ok {
		return
	}
	h := in.Portfolios.At(i)
	h.AwaitedByOtherProfile = (h.AwaitedByOtherProfile && !was.Waits) || action == plan.Wait
	if was.Entitled {
		h.Others--
	}
	if h.Others <= 0 {
		h.HeldByOthers, h.HeldByOtherProfile, h.Outranked = false, false, false
		h.Listed = h.Entitled
	}
	if action == plan.Remove && !h.Entitled {
		h.Hidden, h.LeftAt = true, now
	}
	if action == plan.Wait {
		h.UnderReview = true
	}
}

// idOf is the negative id of the portfolio that a title would become.
func (f *previewedHoldings) idOf(earlier *Plan, title int32) int64 {
	if id, ok := earlier.foreseenIDs[title]; ok {
		return id
	}
	f.next--
	return f.next
}

// foreseeValues computes the values of the portfolios that a plan would write.
func (f *previewedHoldings) foreseeValues(ctx context.Context, s *Service, earlier *Plan) error {
	earlier.foreseenIDs = map[int32]int64{}
	var batch []*plan.Title
	flush := func() error {
		err := f.write(ctx, s, earlier, batch)
		batch = batch[:0]
		return err
	}
	if err := f.foreseeLeaving(ctx, s, earlier); err != nil {
		return err
	}
	err := earlier.List.EachTitle(ctx, earlier.Pending, plan.IgnoreFindings, func(t *plan.Title) error {
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

// foreseeLeaving notes which portfolios an earlier part would take from its profile, what state they would be in then,
// and which values would take over.
func (f *previewedHoldings) foreseeLeaving(ctx context.Context, s *Service, earlier *Plan) error {
	for batch := range slices.Chunk(earlier.Reviews, s.BatchTitles) {
		if err := f.foreseeReviews(ctx, s, earlier, batch); err != nil {
			return err
		}
	}
	gone := make([]plan.LeavingPortfolio, 0, len(earlier.Leaving)+len(earlier.Waiting))
	why := map[int32]string{}
	for _, w := range earlier.Waiting {
		gone = append(gone, plan.LeavingPortfolio{Portfolio: w.Portfolio, Action: plan.Wait})
		why[w.Portfolio] = w.Why
	}
	gone = append(gone, earlier.Leaving...)
	for batch := range slices.Chunk(gone, s.BatchTitles) {
		ids := make([]int64, len(batch))
		for i, l := range batch {
			ids[i] = earlier.Portfolios.At(l.Portfolio).ID
			f.record(ids[i], earlier.part, &lastListed{ended: true})
		}
		there, err := f.load(ctx, s.store.Query, ids)
		if err != nil {
			return err
		}
		standing, err := f.valuesToTakeOver(ctx, s.store.Query, earlier.part, ids, there)
		if err != nil {
			return err
		}
		for _, l := range batch {
			h := earlier.Portfolios.At(l.Portfolio)
			if p := there[h.ID]; p != nil {
				f.values[h.ID] = p.AfterLeaving(h, l.Action, why[l.Portfolio], standing, s.Now().UnixMilli())
			}
		}
	}
	return nil
}

// foreseeReviews notes which portfolios an earlier part would have wait for a person.
func (f *previewedHoldings) foreseeReviews(ctx context.Context, s *Service, earlier *Plan, portfolios []int32) error {
	ids := make([]int64, len(portfolios))
	for i, portfolio := range portfolios {
		ids[i] = earlier.Portfolios.At(portfolio).ID
	}
	there, err := f.load(ctx, s.store.Query, ids)
	if err != nil {
		return err
	}
	for id, p := range there {
		if p.Review != plan.ReviewUnreadable {
			f.values[id] = p.PreviewCopy(id)
			f.values[id].Review, f.values[id].ReviewSince = plan.ReviewUnreadable, s.Now().UnixMilli()
		}
	}
	return nil
}

func (f *previewedHoldings) write(ctx context.Context, s *Service, earlier *Plan, batch []*plan.Title) error {
	var ids, own []int64
	for _, t := range batch {
		if pair := earlier.Pairs[t.Index]; pair != plan.Unpaired {
			ids = append(ids, earlier.Portfolios.At(pair).ID)
			own = append(own, earlier.Portfolios.At(pair).Entitlement)
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
		pair := earlier.Pairs[t.Index]
		if pair == plan.Unpaired {
			f.next--
			earlier.foreseenIDs[t.Index] = f.next
			f.values[f.next] = &plan.StoredPortfolio{Values: t.Values, MoreKeys: strings.Join(t.MoreKeys, " "), Available: true, Listed: true}
			f.record(f.next, earlier.part, &lastListed{said: t.Values})
			continue
		}
		h := earlier.Portfolios.At(pair)
		p := there[h.ID]
		if p == nil {
			continue
		}
		p.SetEntitlement(entitlements[h.Entitlement])
		d := earlier.Comparison(t.Index, h).Compare(t, p)
		now := p.PreviewCopy(h.ID)
		f.record(h.ID, earlier.part, &lastListed{said: d.Own.AppliedTo(&d.Values)})
		now.Values, now.MoreKeys, now.Listed, now.RemovedAt = d.Values, d.Further, true, nil
		if !h.AwaitedByOtherProfile {
			now.Review = ""
		}
		now.Coverage, now.EntitlementState = nil, plan.EntitlementState{} // of the other profile
		f.values[h.ID] = now
	}
	return nil
}

// load reads portfolios as the earlier parts would have left them.
func (f *previewedHoldings) load(ctx context.Context, read store.QueryFunc, ids []int64) (map[int64]*plan.StoredPortfolio, error) {
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
