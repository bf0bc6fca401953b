package holdings

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"autoholdings/ent"
	"autoholdings/ent/inventorygroup"
	"autoholdings/holdings/plan"
	"autoholdings/internal/problem"
)

// An entitlement *reaches* an inventory group if its profile is for that group or for none in particular, or if it is of
// no profile. A portfolio reaches the groups that those of its entitlements reach which decide on it: those in force of
// profiles, else the library's own. A retained portfolio without one in force reaches the groups of all that ended, and
// each group keeps the coverage that it had last: what a campus paid for stays that campus's. What is retained without
// any entitlement is for everyone, and what is neither entitled nor retained is for no group.
//
// The rule is written twice: for the database, which filters, counts and exports by it (reachesSQL), and for portfolios
// that have been read (Reaching, AvailableFor).

// ofGroupSQL is the condition that the entitlement of a table reaches a group. 0 stands for all groups.
func ofGroupSQL(entitlement string, groupID int64) string {
	if groupID == 0 {
		return `TRUE`
	}
	return ofThisGroupSQL(entitlement, strconv.FormatInt(groupID, 10))
}

// ofThisGroupSQL is the same of a group whose id is an expression.
func ofThisGroupSQL(entitlement, group string) string {
	return fmt.Sprintf(`(NOT EXISTS (SELECT 1 FROM profile_groups m WHERE m.profile_id = %[1]s.profile_id)
		OR EXISTS (SELECT 1 FROM profile_groups m WHERE m.profile_id = %[1]s.profile_id AND m.inventory_group_id = %[2]s))`,
		entitlement, group)
}

// reachesSQL is the condition that a portfolio p of a collection k reaches a group. 0 stands for all groups; a group that
// does not exist is reached by nothing.
func reachesSQL(groupID int64) string {
	if groupID == 0 {
		return `TRUE`
	}
	return reachesGroupSQL(strconv.FormatInt(groupID, 10))
}

// reachesGroupSQL is the same of a group whose id is an expression.
func reachesGroupSQL(group string) string {
	return fmt.Sprintf(`(EXISTS (SELECT 1 FROM inventory_groups WHERE id = %s) AND CASE
		WHEN p.listed THEN EXISTS (SELECT 1 FROM entitlements r WHERE r.portfolio_id = p.id AND r.active AND r.profile_id IS NOT NULL
			AND %[2]s)
		WHEN `+entitledSQL+` THEN TRUE
		WHEN `+RetainedSQL+` THEN NOT EXISTS (SELECT 1 FROM entitlements r WHERE r.portfolio_id = p.id)
			OR EXISTS (SELECT 1 FROM entitlements r WHERE r.portfolio_id = p.id AND %[2]s)
		ELSE FALSE END)`, group, ofThisGroupSQL("r", group))
}

// decidingOn are the entitlements that decide which groups a portfolio reaches.
func decidingOn(entitlements []Entitlement, retention plan.Retention) []Entitlement {
	switch {
	case Entitled(entitlements):
		return inForce(entitlements)
	case retention.Holds():
		return entitlements
	default:
		return nil
	}
}

// Reaching returns those entitlements of a portfolio from which a group has its coverage, for ShownCoverage. ok is false
// if the portfolio does not reach the group. groups are those of the profiles.
func Reaching(
	entitlements []Entitlement, retention plan.Retention, groups map[int64][]*ent.InventoryGroup, groupID int64,
) (of []Entitlement, ok bool) {
	deciding := decidingOn(entitlements, retention)
	for _, e := range deciding {
		if e.reaches(groups, groupID) {
			of = append(of, e)
		}
	}
	return of, of != nil || deciding == nil && retention.Holds()
}

func (e Entitlement) reaches(groups map[int64][]*ent.InventoryGroup, groupID int64) bool {
	return e.forEveryone(groups) ||
		slices.ContainsFunc(groups[*e.ProfileID], func(g *ent.InventoryGroup) bool { return g.ID == groupID })
}

func (e Entitlement) forEveryone(groups map[int64][]*ent.InventoryGroup) bool {
	return e.ProfileID == nil || len(groups[*e.ProfileID]) == 0
}

// AvailableFor lists the groups that a portfolio reaches, by name. An empty list means everyone, or that nobody can reach
// it. groups are those of the profiles.
func AvailableFor(entitlements []Entitlement, retention plan.Retention, groups map[int64][]*ent.InventoryGroup) []*ent.InventoryGroup {
	union, _ := Reached(entitlements, retention, groups)
	return union
}

// Reached lists the groups that a portfolio reaches, by name, or says that it is for everyone.
func Reached(
	entitlements []Entitlement, retention plan.Retention, groups map[int64][]*ent.InventoryGroup,
) (union []*ent.InventoryGroup, everyone bool) {
	deciding := decidingOn(entitlements, retention)
	if deciding == nil {
		return nil, retention.Holds()
	}
	for _, e := range deciding {
		if e.forEveryone(groups) {
			return nil, true
		}
		for _, group := range groups[*e.ProfileID] {
			if !slices.ContainsFunc(union, func(known *ent.InventoryGroup) bool { return known.ID == group.ID }) {
				union = append(union, group)
			}
		}
	}
	slices.SortFunc(union, func(a, b *ent.InventoryGroup) int { return strings.Compare(a.Name, b.Name) })
	return union, false
}

// findGroup returns an inventory group; 0 stands for none, for which it returns nil.
func (s *Service) findGroup(ctx context.Context, id int64) (*ent.InventoryGroup, error) {
	if id == 0 {
		return nil, nil
	}
	group, err := s.store.Read.InventoryGroup.Query().Where(inventorygroup.ID(id)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, problem.New(problem.NotFound, "",
			"there is no such inventory group: it may have been deleted; the query inventoryGroups lists those that are there")
	}
	if err != nil {
		return nil, fmt.Errorf("read inventory group %d: %w", id, err)
	}
	return group, nil
}
