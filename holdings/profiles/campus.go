package profiles

import (
	"context"
	"fmt"
	"slices"

	"autoholdings/ent"
	"autoholdings/ent/inventorygroup"
	"autoholdings/ent/profile"
	"autoholdings/holdings"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
)

// campus is what a save of a profile is checked against: whether several are allowed, and all of them with their
// groups.
type campus struct {
	several  bool             // multi_campus_inventory_management
	stopped  map[string]int64 // by provider: when its schedule was stopped by a person
	profiles []*ent.Profile   // in the order of creation
}

func readCampus(ctx context.Context, tx *store.Tx) (*campus, error) {
	settings, err := tx.Setting.Get(ctx, store.SettingsID)
	if err != nil {
		return nil, fmt.Errorf("read the settings: %w", err)
	}
	profiles, err := tx.Profile.Query().Order(profile.ByID()).
		WithGroups(func(q *ent.InventoryGroupQuery) { q.Order(inventorygroup.ByName()) }).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the profiles: %w", err)
	}
	return &campus{
		several: settings.MultiCampusInventoryManagement, stopped: settings.StoppedSchedules, profiles: profiles,
	}, nil
}

// find returns the profile with this id, or nil.
func (c *campus) find(id int64) *ent.Profile {
	for _, p := range c.profiles {
		if p.ID == id {
			return p
		}
	}
	return nil
}

// of returns the profiles of one provider. All rules about several profiles apply within one provider.
func (c *campus) of(provider string) []*ent.Profile {
	return slices.DeleteFunc(slices.Clone(c.profiles), func(p *ent.Profile) bool { return p.Provider != provider })
}

// severalOfOne returns the profiles of each provider that has more than one.
func (c *campus) severalOfOne() (found [][]*ent.Profile) {
	seen := map[string]bool{}
	for _, p := range c.profiles {
		if same := c.of(p.Provider); len(same) > 1 && !seen[p.Provider] {
			found = append(found, same)
		}
		seen[p.Provider] = true
	}
	return found
}

// otherActive returns the other active profiles of the same provider.
func (c *campus) otherActive(than *ent.Profile) []*ent.Profile {
	return slices.DeleteFunc(c.of(than.Provider), func(p *ent.Profile) bool { return p.ID == than.ID || !p.Active })
}

// checkCampusRules applies the rules for one and for several campuses to the state after the save, and returns all
// problems of the save.
func (save *profileSave) checkCampusRules(after *ent.Profile) error {
	if !save.campus.several && len(after.Edges.Groups) > 0 {
		save.problems.Add(problem.OneProfileOnly, "input.groupIds",
			"without multi-campus inventory management a profile has no inventory groups: leave them out, or turn on "+
				"multiCampusInventoryManagement in the settings")
	}
	if after.Active {
		lacking := groupless(append(save.campus.otherActive(after), after))
		if len(lacking) > 0 {
			save.problems.Add(problem.GroupRequired, "input.groupIds",
				"as soon as more than one profile is active and one of them has an inventory group, every active one must have at least one. Without "+
					"a group would be: %s. Give each a group, or leave it inactive",
				holdings.QuotedNames(lacking))
		}
	}
	return save.problems.Err()
}

// groupless returns the active profiles that lack a required group.
func groupless(active []*ent.Profile) []*ent.Profile {
	grouped := func(p *ent.Profile) bool { return len(p.Edges.Groups) > 0 }
	if len(active) < 2 || !slices.ContainsFunc(active, grouped) {
		return nil
	}
	return slices.DeleteFunc(active, grouped)
}

// settleSchedule keeps one schedule for all active profiles: a profile that is activated takes it over, and a change to
// an active one applies to all.
func (save *profileSave) settleSchedule(ctx context.Context, before, after *ent.Profile) error {
	switch {
	case !before.Active:
		save.takeOverSchedule(after)
	case after.Active && ScheduleOf(before) != ScheduleOf(after):
		return save.shareSchedule(ctx, after)
	}
	return nil
}

// takeOverSchedule gives a profile that becomes active the schedule of the other active ones.
func (save *profileSave) takeOverSchedule(after *ent.Profile) {
	others := save.campus.otherActive(after)
	if !after.Active || len(others) == 0 {
		return
	}
	own, common := ScheduleOf(after), ScheduleOf(others[0])
	setSchedule(after, common)
	notice := fmt.Sprintf("All active profiles have one schedule, which this one takes over: %s.", common)
	if own != common && save.in.Schedule != nil {
		notice += fmt.Sprintf(" The schedule given, %s, was not saved: to change it for all, change it now that the profile is active.", own)
	}
	save.notices = append(save.notices, notice)
}

// noticeDisabled says that a schedule set by this save does not run, because a person has stopped it.
func (save *profileSave) noticeDisabled(after *ent.Profile) {
	if _, stopped := save.campus.stopped[after.Provider]; stopped && after.Active && after.ScheduleFrequency != Never {
		save.notices = append(save.notices, "The schedule is disabled, so nothing runs by itself: enable it with enableScheduledJob.")
	}
}

// since is when a schedule set by this save takes effect: earlier runs are not made up for.
func (save *profileSave) since() int64 { return save.s.now(save.tx) }

// shareSchedule writes the profile's schedule to all other active profiles that have a different one.
func (save *profileSave) shareSchedule(ctx context.Context, after *ent.Profile) error {
	var changed []*ent.Profile
	for _, p := range save.campus.otherActive(after) {
		if ScheduleOf(p) == ScheduleOf(after) {
			continue
		}
		update := save.tx.Profile.UpdateOneID(p.ID).SetUpdatedAt(save.tx.Now).AddVersion(1)
		fillSchedule(update.Mutation(), ScheduleOf(after), save.since())
		if err := update.Exec(ctx); err != nil {
			return fmt.Errorf("change the schedule of profile %d: %w", p.ID, err)
		}
		changed = append(changed, p)
	}
	if len(changed) > 0 {
		save.notices = append(save.notices, fmt.Sprintf("All active profiles have one schedule, so it was changed for %s too: %s.",
			holdings.QuotedNames(changed), ScheduleOf(after)))
	}
	return nil
}
