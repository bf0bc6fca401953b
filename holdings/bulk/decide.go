package bulk

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"autoholdings/ent"
	"autoholdings/ent/collection"
	"autoholdings/ent/license"
	"autoholdings/ent/portfolio"
	"autoholdings/holdings"
	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
)

// decide decides what happens to some portfolios of a collection, in a fixed number of statements.
func (s *Service) decide(ctx context.Context, r reader, o *Order, collectionID int64, ids []int64, now int64) (*batch, error) {
	b := &batch{counts: plan.Counts{Bulk: &plan.BulkCounts{}}}
	rows, err := r.client.Portfolio.Query().Where(portfolio.IDIn(ids...),
		portfolio.CollectionID(collectionID)).WithAdditional().Order(portfolio.ByID()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the portfolios to change: %w", err)
	}
	if o.Lines != nil && o.Lines.KeepPresent {
		return b, s.decideKeeping(ctx, r, o, b, rows, now)
	}
	if o.Action == Change {
		return b, b.decideChanges(ctx, r, o, rows)
	}
	c, err := r.client.Collection.Get(ctx, collectionID)
	if err != nil {
		return nil, fmt.Errorf("read the collection: %w", err)
	}
	if o.names == nil {
		o.names = map[int64]string{}
	}
	o.names[c.ID] = c.Name
	local := c.CommunityZoneCollectionID == nil
	places, err := holdings.PlacesOf(ctx, r.query, rows, o.names, local && o.Action == Restore)
	if err != nil {
		return nil, err
	}
	switch o.Action {
	case Remove:
		held, err := holdings.HoldsOf(ctx, r.query, idsOf(rows), local)
		if err != nil {
			return nil, err
		}
		b.decideRemovals(rows, places, now, func(id int64) []string { return held[id].Reasons() })
	case EndClosedOrders:
		held, err := holdings.HoldsOf(ctx, r.query, idsOf(rows), local)
		if err != nil {
			return nil, err
		}
		b.decideRemovals(rows, places, now, func(id int64) []string { return notOfClosedOrders(held[id], places[id]) })
	case Restore:
		there, err := holdings.LoadTitlesThere(ctx, r.client, collectionID, rows)
		if err != nil {
			return nil, err
		}
		b.decideRestored(rows, places, local, there)
	default:
		return b, b.decideMoves(ctx, r, o, rows, places)
	}
	return b, nil
}

// decideChanges changes what staff decide.
func (b *batch) decideChanges(ctx context.Context, r reader, o *Order, rows []*ent.Portfolio) error {
	if err := b.readLicenses(ctx, r.client, o, rows); err != nil {
		return err
	}
	for _, p := range rows {
		change, line := o.Change, 0
		if o.Lines != nil {
			t := o.Lines.of(p.CollectionID, p.ID)
			if t == nil {
				continue
			}
			change, line = t.Change, t.Line
		}
		values, err := holdings.StaffValuesOf(p)
		if err != nil {
			return err
		}
		changed := values.Apply(change)
		if len(changed) == 0 {
			b.counts.Unchanged++
			continue
		}
		if err := values.Check(); err != nil {
			b.refuse(p, line, err.Error())
			continue
		}
		if slices.ContainsFunc(change.Licenses(), func(id int64) bool { return b.codes[*holdings.LicenseText(id)] == "" }) {
			b.refuse(p, line, "the license was deleted since: choose another one")
			continue
		}
		b.count(changed)
		for _, c := range changed {
			b.change(p, plan.Update, c.Name, c.Values, line)
		}
		b.setStaff(p, values, changed)
	}
	return nil
}

// readLicenses reads the licenses that the change gives and that the portfolios have instead.
func (b *batch) readLicenses(ctx context.Context, client *ent.Client, o *Order, rows []*ent.Portfolio) (err error) {
	var ids []string
	for _, p := range rows {
		change := o.Change
		if o.Lines != nil {
			t := o.Lines.of(p.CollectionID, p.ID)
			if t == nil {
				continue
			}
			change = t.Change
		}
		for _, id := range change.Licenses() {
			ids = append(ids, *holdings.LicenseText(id))
		}
		if _, said := change[holdings.FieldLicense]; said && p.LicenseID != nil {
			ids = append(ids, *holdings.LicenseText(*p.LicenseID))
		}
	}
	b.codes, err = codesOf(ctx, client, ids)
	return err
}

// codesOf reads the codes of those licenses that are there, by id.
func codesOf(ctx context.Context, client *ent.Client, ids []string) (map[string]string, error) {
	codes := map[string]string{}
	slices.Sort(ids)
	var wanted []int64
	for _, text := range slices.Compact(ids) {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("read the id of a license: %w", err)
		}
		wanted = append(wanted, id)
	}
	for chunk := range slices.Chunk(wanted, store.IDsAtOnce) {
		found, err := client.License.Query().Where(license.IDIn(chunk...)).All(ctx)
		if err != nil {
			return nil, fmt.Errorf("look up the licenses: %w", err)
		}
		for _, l := range found {
			codes[*holdings.LicenseText(l.ID)] = l.Code
		}
	}
	return codes, nil
}

// notOfClosedOrders says why a portfolio is not one that was kept and that only closed orders hold. Its PO lines stay on
// the hidden record, for the history and for an undo.
func notOfClosedOrders(held holdings.Holds, at plan.Place) []string {
	switch {
	case held.OnlyClosedOrders() && len(at.Entitlements) > 0:
		return []string{"it is the library's own, or it waits for a person: closed orders do not decide about it"}
	case held.OnlyClosedOrders():
		return nil
	case held.Any():
		return held.Reasons()
	default:
		return []string{"it has no closed order: choose the action REMOVE"}
	}
}

// decideRemovals takes out what nothing holds. held says what holds a portfolio, in words.
func (b *batch) decideRemovals(rows []*ent.Portfolio, places map[int64]plan.Place, now int64, held func(id int64) []string) {
	for _, p := range rows {
		if p.RemovedAt != nil {
			b.counts.Unchanged++
			continue
		}
		if why := held(p.ID); why != nil {
			b.refuse(p, 0, strings.Join(why, "; "))
			continue
		}
		before := places[p.ID]
		after := before
		after.RemovedAt, after.Review, after.ReviewSince, after.Entitlements = &now, "", 0, slices.Clone(before.Entitlements)
		for i := range after.Entitlements {
			after.Entitlements[i] = plan.PlaceEntitlement{ID: after.Entitlements[i].ID, EndedAt: &now}
		}
		b.counts.Removed++
		b.place(p, plan.Remove, before, after)
	}
}

// decideRestored brings back what is out of the holdings. In a local collection it is the library's own again. A title that the
// collection got another portfolio of meanwhile stays out.
func (b *batch) decideRestored(rows []*ent.Portfolio, places map[int64]plan.Place, local bool, there holdings.TitlesThere) {
	for _, p := range rows {
		if p.RemovedAt == nil {
			b.counts.Unchanged++
			continue
		}
		if there.Has(p, *p.RemovedAt) {
			b.refuse(p, 0, titleCameSince)
			continue
		}
		before := places[p.ID]
		after := before
		after.RemovedAt, after.Entitlements = nil, slices.Clone(before.Entitlements)
		if local {
			for i := range after.Entitlements {
				after.Entitlements[i] = plan.PlaceEntitlement{ID: after.Entitlements[i].ID, Active: true}
			}
		}
		b.counts.Bulk.Restored++
		b.place(p, plan.Restore, before, after)
	}
}

const titleCameSince = "its collection got another portfolio of this title since: use that one, or take it out first"

func (b *batch) place(p *ent.Portfolio, action plan.Action, before, after plan.Place) {
	b.change(p, action, "", plan.ValuesOfPlace(before, after), 0)
	b.places = append(b.places, placeUpdate{p.ID, before, after})
}

// decideMoves moves portfolios to a local collection, with all they have. What a provider lists stays, as the provider's runs
// would not find it there; so does a title that the target has already.
func (b *batch) decideMoves(ctx context.Context, r reader, o *Order, rows []*ent.Portfolio, places map[int64]plan.Place) error {
	listed, err := provided(ctx, r, rows)
	if err != nil {
		return err
	}
	there, err := holdings.LoadTitlesThere(ctx, r.client, o.Target.ID, rows)
	if err != nil {
		return err
	}
	if o.arrived == nil {
		o.arrived = holdings.TitlesThere{}
	}
	for _, p := range rows {
		switch {
		case p.CollectionID == o.Target.ID:
			b.counts.Unchanged++
		case listed[p.ID]:
			b.refuse(p, 0, "a provider's entitlement to it is in force or suspended: it stays in the provider's collection as long as that is so")
		case there.Has(p, -1) || o.arrived.Has(p, -1):
			b.refuse(p, 0, fmt.Sprintf("%q has this title already: move what hangs on it instead (movePortfolioInformation), or take one of them "+
				"out",
				o.Target.Name))
		default:
			o.arrived.Add(p)
			before := places[p.ID]
			before.Entitlements = nil
			after := before
			after.Collection, after.Name = o.Target.ID, o.Target.Name
			b.counts.Bulk.Moved++
			b.place(p, plan.MovePortfolio, before, after)
		}
	}
	return nil
}

// provided are the portfolios with an entitlement of a profile in force or suspended.
func provided(ctx context.Context, r reader, rows []*ent.Portfolio) (map[int64]bool, error) {
	return store.IDSet(ctx, r.query, `SELECT DISTINCT portfolio_id FROM entitlements WHERE (active OR waiting <> '') AND profile_id IS NOT NULL
		AND portfolio_id IN `, idsOf(rows))
}

func idsOf(rows []*ent.Portfolio) []int64 {
	ids := make([]int64, len(rows))
	for i, p := range rows {
		ids[i] = p.ID
	}
	return ids
}

// collectionNames reads the names of collections.
func collectionNames(ctx context.Context, client *ent.Client, ids []int64) (map[int64]string, error) {
	rows, err := client.Collection.Query().Where(collection.IDIn(ids...)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the collections: %w", err)
	}
	names := map[int64]string{}
	for _, c := range rows {
		names[c.ID] = c.Name
	}
	return names, nil
}
