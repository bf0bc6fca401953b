package bulk

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"autoholdings/ent"
	"autoholdings/ent/inventorygroup"
	"autoholdings/ent/portfolio"
	"autoholdings/holdings"
	"autoholdings/holdings/plan"
	"autoholdings/internal/store"
)

// GroupChange is a change of the inventory groups of a profile, which changes no portfolio but whom portfolios are for.
type GroupChange struct {
	ProfileID int64
	From, To  []int64 // groups, sorted

	// Reported is called once the report is complete, before anything is written; nil: nothing is.
	Reported func(ctx context.Context) error
}

// ErrGroupsChanged says that the groups of a profile are no longer what a report was made of, or that one is gone.
var ErrGroupsChanged = errors.New("inventory groups were changed or deleted meanwhile")

// GroupField is the name under which reports list whom a portfolio is for.
const GroupField = "available_for"

// ChangeGroups reports to whom the profile's portfolios open and close. In the last transaction, part.Finish, it is for the
// caller to write the profile's groups, unless with show. Nothing is written before, so an interrupted run begins anew.
//
// It fails with ErrGroupsChanged if the groups of any profile change before that, since the report would be wrong.
func (s *Service) ChangeGroups(ctx context.Context, c GroupChange, part *holdings.Part, show bool) (counts plan.Counts, err error) {
	out, err := s.holdings.NewPartWriter(ctx, part, true)
	if out != nil {
		defer func() { err = errors.Join(err, out.Close()) }()
	}
	if err != nil {
		return counts, err
	}
	w := groupWriter{s: s, out: out}
	if err := w.begin(ctx, c); err != nil {
		return counts, err
	}
	ids, err := s.store.IDs(ctx, `SELECT e.portfolio_id FROM entitlements e JOIN portfolios p ON p.id = e.portfolio_id
		WHERE e.profile_id = ? AND p.removed_at IS NULL ORDER BY e.portfolio_id`, c.ProfileID)
	if err != nil {
		return counts, fmt.Errorf("read the portfolios of profile %d: %w", c.ProfileID, err)
	}
	out.Total = len(ids)
	for chunk := range slices.Chunk(ids, out.Batch) {
		if err := w.report(ctx, chunk); err != nil {
			return counts, err
		}
	}
	if c.Reported != nil {
		if err := c.Reported(ctx); err != nil {
			return counts, err
		}
	}
	out.Show = show
	err = out.End(ctx, w.stillSo)
	return out.Counts, err
}

// groups are the inventory groups of profiles, by name.
type groups = map[int64][]*ent.InventoryGroup

type groupWriter struct {
	s   *Service
	out *holdings.PartWriter

	before, after groups
}

// begin reads the groups of all profiles, and starts the report.
func (w *groupWriter) begin(ctx context.Context, c GroupChange) (err error) {
	if w.before, err = groupsOfAll(ctx, w.s.store.Read); err != nil {
		return err
	}
	if !slices.Equal(groupIDs(w.before[c.ProfileID]), c.From) {
		return ErrGroupsChanged
	}
	to, err := w.s.store.Read.InventoryGroup.Query().Where(inventorygroup.IDIn(c.To...)).Order(inventorygroup.ByName()).All(ctx)
	if err != nil {
		return fmt.Errorf("read the inventory groups: %w", err)
	}
	if len(to) < len(c.To) {
		return ErrGroupsChanged
	}
	w.after = maps.Clone(w.before)
	w.after[c.ProfileID] = to
	w.out.Counts.Groups = &plan.GroupCounts{Groups: []plan.GroupCount{}}
	if !slices.Equal(c.From, c.To) {
		w.out.Counts.Groups.Profiles = 1
	}
	return w.out.Begin(ctx, nil)
}

// stillSo fails if the report does not say what is so now.
func (w *groupWriter) stillSo(ctx context.Context, tx *store.Tx) error {
	now, err := groupsOfAll(ctx, tx.Client)
	if err != nil {
		return err
	}
	if !maps.EqualFunc(now, w.before, func(a, b []*ent.InventoryGroup) bool { return slices.Equal(groupIDs(a), groupIDs(b)) }) {
		return ErrGroupsChanged
	}
	return nil
}

// groupsOfAll reads the groups of all profiles that have some: there are tens of them.
func groupsOfAll(ctx context.Context, client *ent.Client) (groups, error) {
	rows, err := client.Profile.Query().WithGroups(func(q *ent.InventoryGroupQuery) { q.Order(inventorygroup.ByName()) }).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the groups of the profiles: %w", err)
	}
	found := groups{}
	for _, p := range rows {
		if len(p.Edges.Groups) > 0 {
			found[p.ID] = p.Edges.Groups
		}
	}
	return found, nil
}

func groupIDs(rows []*ent.InventoryGroup) (ids []int64) {
	for _, g := range rows {
		ids = append(ids, g.ID)
	}
	slices.Sort(ids)
	return ids
}

// report lists some portfolios in a transaction. What it needs is read before that, since reading takes longer.
func (w *groupWriter) report(ctx context.Context, ids []int64) error {
	rows, err := w.s.store.Read.Portfolio.Query().Where(portfolio.IDIn(ids...)).Order(portfolio.ByID()).All(ctx)
	if err != nil {
		return fmt.Errorf("read the portfolios: %w", err)
	}
	entitlements, err := w.s.holdings.EntitlementsOf(ctx, ids)
	if err != nil {
		return err
	}
	retained, err := w.s.holdings.RetentionsOf(ctx, ids)
	if err != nil {
		return err
	}
	w.out.Done += len(ids)
	return w.out.Transaction(ctx, func(context.Context, *store.Tx) error {
		for _, p := range rows {
			w.out.Counts.Titles++
			before := reachOf(entitlements[p.ID], retained[p.ID], w.before)
			if w.list(p, before, reachOf(entitlements[p.ID], retained[p.ID], w.after)) {
				w.out.Counts.Updated++
			} else {
				w.out.Counts.Unchanged++
			}
		}
		return nil
	})
}

// reach is whom a portfolio is for.
type reach struct {
	groups   []*ent.InventoryGroup
	everyone bool
}

func reachOf(entitlements []holdings.Entitlement, retention plan.Retention, of groups) (r reach) {
	r.groups, r.everyone = holdings.Reached(entitlements, retention, of)
	return r
}

func (r reach) String() string {
	if r.everyone {
		return plan.Everyone
	}
	var names []string
	for _, g := range r.groups {
		names = append(names, g.Name)
	}
	return strings.Join(names, ", ")
}

// without lists the groups that another reach does not have.
func (r reach) without(o reach) []*ent.InventoryGroup {
	return slices.DeleteFunc(slices.Clone(r.groups), func(g *ent.InventoryGroup) bool {
		return slices.ContainsFunc(o.groups, func(other *ent.InventoryGroup) bool { return other.ID == g.ID })
	})
}

// list gathers a line for each group to which a portfolio opens or closes, or one for everyone. It says whether there is one.
func (w *groupWriter) list(p *ent.Portfolio, before, after reach) (changes bool) {
	say := func(action plan.Action, values plan.Values, count plan.GroupCount) {
		changes = true
		w.out.Change(holdings.ReportLine{Portfolio: p.ID, Action: action, Field: GroupField, Title: citationOf(p), Values: values})
		w.out.Counts.Groups.Add(count)
	}
	words := func(before, after string) plan.Values {
		return plan.Values{Kind: plan.WordsValues, Old: before, New: after}
	}
	switch {
	case before.everyone && after.everyone:
	case before.everyone:
		say(plan.Close, words(before.String(), after.String()), plan.GroupCount{Name: plan.Everyone, Closed: 1})
	case after.everyone:
		say(plan.Open, words(before.String(), after.String()), plan.GroupCount{Name: plan.Everyone, Opened: 1})
	default:
		for _, g := range before.without(after) {
			say(plan.Close, words(g.Name, ""), plan.GroupCount{Name: g.Name, Closed: 1})
		}
		for _, g := range after.without(before) {
			say(plan.Open, words("", g.Name), plan.GroupCount{Name: g.Name, Opened: 1})
		}
	}
	return changes
}
