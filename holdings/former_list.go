package holdings

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"entgo.io/ent/dialect/sql"

	"autoholdings/ent"
	"autoholdings/ent/predicate"
	"autoholdings/holdings/plan"
	"autoholdings/internal/keyset"
	"autoholdings/internal/problem"
	"autoholdings/kbart"
)

// A listing as of a former moment has two kinds of portfolios. Those that have not changed since are read from the tables, by the
// same filter and indexes as a listing of now. Those that have changed are taken back, filtered and sorted here, and merged in. What
// they were is kept (formerViews) until something changes, so that paging takes them back once.

// ListedPortfolio is a portfolio as it is now, and where it stood in a former listing.
type ListedPortfolio struct {
	*ent.Portfolio
	keys formerKeys
}

// formerKeys are what a portfolio was sorted by, in the order of formerOrders.
type formerKeys [4]string

var formerOrders = []string{"TITLE", "TITLE_ID", "PRINT_IDENTIFIER", "ONLINE_IDENTIFIER"}

// FormerListing sorts portfolios as PortfolioListing does, by what they were. When they had last changed is not known.
var FormerListing = func() keyset.Listing[*ListedPortfolio] {
	var orders []keyset.Order[*ListedPortfolio]
	for i, name := range formerOrders {
		orders = append(orders, keyset.By(name, keyset.Text("", func(p *ListedPortfolio) string { return p.keys[i] })))
	}
	return keyset.Sorted(func(p *ListedPortfolio) int64 { return p.ID }, orders...)
}()

// formerTitle is what a changed portfolio was, as far as listings ask for it.
type formerTitle struct {
	id, collectionID           int64
	keys                       formerKeys
	publicationType            string
	removed, available, listed bool
	accessRights               string
	local                      []string // fields
	licenses                   []int64
	inForce, others            []int64     // the profiles of entitlements; 0: none
	covered                    [][2]string // the first and last dates of what was in force
	retained                   bool
}

func (p *formerPortfolio) title(retained bool) *formerTitle {
	value := func(c kbart.Column) string { return p.values[plan.TitleColumnIndex[c]] }
	t := &formerTitle{
		id: p.id, collectionID: p.collectionID, removed: p.removedAt != nil, available: p.staff.Available, retained: retained,
		publicationType: value(kbart.PublicationTypeColumn), accessRights: p.staff.AccessRights,
		local: slices.Collect(maps.Keys(p.staff.Local)), licenses: p.staff.AdditionalLicenses,
		keys: formerKeys{
			kbart.FoldTitle(p.values[0]), value(kbart.TitleID), kbart.IdentifierKey(value(kbart.PrintIdentifier)),
			kbart.IdentifierKey(value(kbart.OnlineIdentifier)),
		},
	}
	if p.staff.LicenseID != 0 {
		t.licenses = append(slices.Clip(t.licenses), p.staff.LicenseID)
	}
	for _, e := range p.entitlements {
		profile := int64(0)
		if e.profileID != nil {
			profile = *e.profileID
		}
		switch {
		case e.absent:
		case !e.active:
			t.others = append(t.others, profile)
		default:
			t.inForce, t.listed = append(t.inForce, profile), t.listed || profile != 0
			for i := range e.coverage {
				t.covered = append(t.covered, [2]string{e.coverage[i].DateFirst, e.coverage[i].DateLast})
			}
		}
	}
	return t
}

// has is PortfolioFilter.Where for a portfolio as it was. reaches says whether a profile is for the group, or for all.
func (f *PortfolioFilter) has(t *formerTitle, reaches func(profile int64) bool) bool {
	key := kbart.IdentifierKey(strings.TrimSpace(f.Identifier))
	is := func(asked *bool, so bool) bool { return asked == nil || *asked == so }
	return t.removed == f.Removed &&
		(f.CollectionID == 0 || t.collectionID == f.CollectionID) &&
		strings.HasPrefix(t.keys[0], kbart.FoldTitle(f.TitlePrefix)) &&
		(f.TitleID == "" || t.keys[1] == f.TitleID) &&
		(f.Identifier == "" || key != "" && (t.keys[2] == key || t.keys[3] == key)) &&
		is(f.Available, t.available) && is(f.Listed, t.listed) && is(f.HasLocal, len(t.local) > 0) &&
		(f.LocalField == "" || slices.Contains(t.local, f.LocalField)) &&
		(f.AccessRights == "" || t.accessRights == f.AccessRights) &&
		(f.ProfileID == 0 || slices.Contains(t.inForce, f.ProfileID)) &&
		(f.PublicationType == "" || t.publicationType == f.PublicationType) &&
		(f.LicenseID == 0 || slices.Contains(t.licenses, f.LicenseID)) &&
		(f.CoverageOn == "" || slices.ContainsFunc(t.covered, func(dates [2]string) bool {
			return dates[0] <= f.CoverageOn && (dates[1] == "" || dates[1]+"~" > f.CoverageOn)
		})) &&
		(f.GroupID == 0 || t.reaches(reaches))
}

// reaches is reachesGroupSQL for a portfolio as it was.
func (t *formerTitle) reaches(profile func(int64) bool) bool {
	switch {
	case t.listed:
		return slices.ContainsFunc(t.inForce, func(id int64) bool { return id != 0 && profile(id) })
	case len(t.inForce) > 0:
		return true
	default:
		return t.retained && (len(t.others) == 0 || slices.ContainsFunc(t.others, func(id int64) bool { return id == 0 || profile(id) }))
	}
}

// checkFormer refuses what is not known of former moments.
func (f *PortfolioFilter) checkFormer() error {
	var problems problem.List
	for _, asked := range []struct {
		field string
		is    bool
		why   string
	}{
		{"needsReview", f.NeedsReview != nil, "what waited for a person"},
		{"waiting", f.Waiting != nil, "what waited"},
		{"keptWithoutReason", f.Unprotected != nil, "to what PO lines were attached"},
		{"keptForClosedOrders", f.ClosedOrders != nil, "to what PO lines were attached"},
		{"retained", f.Retained != nil, "what was retained"},
		{"retainedOnly", f.OnlyRetained != nil, "to what PO lines were attached"},
		{"hasPoLine", f.HasPOLine != nil, "to what PO lines were attached"},
		{"changedSince", f.ChangedSince != nil, "when portfolios had last changed"},
		{"search", f.searches(), "the words of titles"},
	} {
		if asked.is {
			problems.Add(problem.BadInput, "filter."+asked.field, "%s on a former day is not recorded: leave this filter out, or asOf", asked.why)
		}
	}
	return problems.Err()
}

// Former lists portfolios as they were at a moment.
type Former struct {
	service *Service
	moment  int64
	columns []string
}

// Former lists portfolios as they were at a moment, in Unix milliseconds; of what they are now with these columns alone, or with all.
func (s *Service) Former(moment int64, columns []string) Former { return Former{s, moment, columns} }

// List reads a window. A moment that is not recorded, and a filter that cannot be answered of it, are refused with problems.
func (l Former) List(ctx context.Context, f PortfolioFilter, w keyset.Window) (page keyset.Page[*ListedPortfolio], err error) {
	err = l.unchanged(ctx, f, func(changed []*formerTitle, where []predicate.Portfolio) error {
		more := w
		more.First++
		read, err := keyset.List(ctx, l.service.portfoliosWith(l.columns), PortfolioListing, more, where)
		if err != nil {
			return err
		}
		if w.Backwards {
			slices.Reverse(read.Items)
		}
		page = keyset.Cut(mergeFormer(read.Items, changed, w), w)
		return l.fill(ctx, page.Items)
	})
	return page, err
}

// Count counts what List lists.
func (l Former) Count(ctx context.Context, f PortfolioFilter) (n int, err error) {
	err = l.unchanged(ctx, f, func(changed []*formerTitle, where []predicate.Portfolio) error {
		n, err = l.service.store.Read.Portfolio.Query().Where(where...).Count(ctx)
		n += len(changed)
		return err
	})
	return n, err
}

// triesToRead is how often a listing is read anew because something was changed meanwhile.
const triesToRead = 3

// unchanged calls read with those changed portfolios that a filter lets through, and the conditions on all others, and makes sure
// that nothing is changed meanwhile.
func (l Former) unchanged(
	ctx context.Context, f PortfolioFilter, read func(changed []*formerTitle, where []predicate.Portfolio) error,
) error {
	if err := f.checkFormer(); err != nil {
		return err
	}
	reaches, err := l.reaching(ctx, f.GroupID)
	if err != nil {
		return err
	}
	for range triesToRead {
		view, err := l.service.formerView(ctx, f.CollectionID, l.moment)
		if err != nil {
			return err
		}
		var changed []*formerTitle
		for _, t := range view.changed {
			if f.has(t, reaches) {
				changed = append(changed, t)
			}
		}
		if err := read(changed, append(f.Where(), view.leftOut())); err != nil {
			return err
		}
		if stamp, err := l.service.formerStamp(ctx); err != nil || stamp == view.stamp {
			return err
		}
	}
	return problem.New(problem.Conflict, "asOf", "portfolios were changed while they were read: ask again")
}

// reaching says which profiles are for a group, or for all; 0: it is not asked.
func (l Former) reaching(ctx context.Context, groupID int64) (func(profile int64) bool, error) {
	if _, err := l.service.findGroup(ctx, groupID); err != nil || groupID == 0 {
		return nil, err
	}
	profiles, err := l.service.store.Read.Profile.Query().WithGroups().All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the profiles' groups: %w", err)
	}
	of := map[int64]bool{}
	for _, p := range profiles {
		of[p.ID] = len(p.Edges.Groups) == 0 || slices.ContainsFunc(p.Edges.Groups, func(g *ent.InventoryGroup) bool { return g.ID == groupID })
	}
	return func(id int64) bool { return of[id] }, nil
}

// fill reads what portfolios are now that were taken back.
func (l Former) fill(ctx context.Context, items []*ListedPortfolio) error {
	var ids []int64
	for _, p := range items {
		if p.Portfolio.CreatedAt == takenBack {
			ids = append(ids, p.ID)
		}
	}
	rows, err := l.service.PortfoliosByIDWith(l.columns)(ctx, ids)
	if err != nil {
		return err
	}
	for _, p := range items {
		if row := rows[p.ID]; row != nil {
			p.Portfolio = row
		}
	}
	return nil
}

// takenBack stands in a row of which nothing but the id has been read.
const takenBack = -1

// mergeFormer merges rows, which have been read in the window's direction, with the changed portfolios, and returns the window's and
// one more.
func mergeFormer(rows []*ent.Portfolio, changed []*formerTitle, w keyset.Window) []*ListedPortfolio {
	order := max(0, slices.Index(formerOrders, w.Order))
	sign := 1
	if w.Reversed() {
		sign = -1
	}
	compare := func(a *ListedPortfolio, key string, id int64) int {
		return sign * cmp.Or(strings.Compare(a.keys[order], key), cmp.Compare(a.ID, id))
	}
	var all []*ListedPortfolio
	for _, t := range changed {
		p := &ListedPortfolio{&ent.Portfolio{ID: t.id, CreatedAt: takenBack}, t.keys}
		if w.After == nil || compare(p, w.After.Keys[0], w.After.ID) > 0 {
			all = append(all, p)
		}
	}
	for _, row := range rows {
		all = append(all, &ListedPortfolio{row, formerKeys{row.TitleKey, row.TitleID, row.PrintKey, row.OnlineKey}})
	}
	slices.SortFunc(all, func(a, b *ListedPortfolio) int { return compare(a, b.keys[order], b.ID) })
	return all[:min(len(all), w.First+1)]
}

// formerView is what the portfolios of a collection, or of all, were that have changed since a moment.
type formerView struct {
	collectionID, moment int64
	stamp                string
	changed              []*formerTitle
}

// leftOut is the condition that a portfolio has not changed since.
func (v *formerView) leftOut() predicate.Portfolio {
	return func(s *sql.Selector) {
		query, args := changedSinceSQL(v.collectionID, v.moment)
		s.Where(sql.P(func(b *sql.Builder) {
			b.WriteString(s.C("id") + " NOT IN (")
			for i, text := range strings.Split(query, "?") {
				if i > 0 {
					b.Arg(args[i-1])
				}
				b.WriteString(text)
			}
			b.WriteString(")")
		}))
	}
}

// mostViews is how many views are kept: a person pages through one or two.
const mostViews = 2

// formerViews are the views that were asked for last.
type formerViews struct {
	mutex sync.Mutex
	views []*formerView
}

func (v *formerViews) find(collectionID, moment int64, stamp string) *formerView {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	for _, view := range v.views {
		if view.collectionID == collectionID && view.moment == moment && view.stamp == stamp {
			return view
		}
	}
	return nil
}

func (v *formerViews) keep(view *formerView) {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	v.views = slices.DeleteFunc(v.views, func(old *formerView) bool {
		return old.stamp != view.stamp || old.collectionID == view.collectionID && old.moment == view.moment
	})
	v.views = append(v.views, view)
	v.views = v.views[max(0, len(v.views)-mostViews):]
}

// formerView takes the changed portfolios back, or returns what they were if nothing has changed since it was asked last.
func (s *Service) formerView(ctx context.Context, collectionID, moment int64) (*formerView, error) {
	stamp, err := s.formerStamp(ctx)
	if err != nil {
		return nil, err
	}
	if view := s.former.find(collectionID, moment, stamp); view != nil {
		return view, nil
	}
	if err := s.checkRecorded(ctx, collectionID, moment); err != nil {
		return nil, err
	}
	marks, err := s.allMarks(ctx)
	if err != nil {
		return nil, err
	}
	ids, err := s.changedSince(ctx, collectionID, moment)
	if err != nil {
		return nil, err
	}
	view := &formerView{collectionID: collectionID, moment: moment, stamp: stamp}
	for some := range slices.Chunk(slices.Sorted(maps.Keys(ids)), formerAtOnce) {
		former, err := s.formerPortfolios(ctx, some, moment)
		if err != nil {
			return nil, err
		}
		for _, p := range former {
			if mark := marks[p.collectionID]; mark != nil && !p.absent { // of a collection that was deleted since nothing is told
				view.changed = append(view.changed, p.title(p.retention(mark).Holds()))
			}
		}
	}
	s.former.keep(view)
	return view, nil
}

// allMarks are what gives perpetual access, by collection.
func (s *Service) allMarks(ctx context.Context) (map[int64]*perpetualMarks, error) {
	collections, err := s.store.Read.Collection.Query().All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the collections: %w", err)
	}
	licenses, err := s.perpetualLicenses(ctx)
	all := map[int64]*perpetualMarks{}
	for _, c := range collections {
		all[c.ID] = marksOf(c, licenses)
	}
	return all, err
}

// formerStamp changes with all that a view is made of: settled changes, those of parts under way, and what gives perpetual access.
func (s *Service) formerStamp(ctx context.Context) (stamp string, err error) {
	rows, err := s.store.Query(ctx, `SELECT COALESCE(moment, 0), COALESCE(parts, 0), COALESCE(written, 0), COALESCE(licensed, 0),
			COALESCE(marked, 0)
		FROM (`+strings.Replace(LatestMomentSQL, "MAX(moment)", "MAX(moment) AS moment", 1)+`) AS latest,
		(SELECT COUNT(*) AS parts, MAX(p.written_at) AS written FROM job_parts p JOIN jobs j ON j.id = p.job_id
			WHERE j.state IN ('RUNNING', 'CANCELLING') AND p.written_at IS NOT NULL AND p.settled_at IS NULL) AS under_way,
		(SELECT MAX(updated_at) AS licensed FROM licenses) AS l, (SELECT MAX(updated_at) AS marked FROM collections) AS c`)
	if err != nil {
		return "", fmt.Errorf("look for changes: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var latest, parts, written, licensed, marked int64
		if err := rows.Scan(&latest, &parts, &written, &licensed, &marked); err != nil {
			return "", fmt.Errorf("look for changes: %w", err)
		}
		stamp = fmt.Sprint(latest, parts, written, licensed, marked)
	}
	return stamp, rows.Err()
}
