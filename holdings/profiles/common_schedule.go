package profiles

import (
	"context"
	"fmt"
	"maps"
	"time"

	"autoholdings/ent"
	"autoholdings/ent/profile"
	"autoholdings/internal/store"
)

// CommonSchedule is the one schedule of all active profiles of a provider.
type CommonSchedule struct {
	Schedule
	Profiles []*ent.Profile // the active ones, in the order of creation; none: nothing runs
	Since    time.Time      // runs due at or before this time are not made up for
	Disabled bool           // a person has stopped it
}

// ReadCommonSchedule reads a provider's schedule with a client, which may be a transaction's.
func ReadCommonSchedule(ctx context.Context, client *ent.Client, provider string) (*CommonSchedule, error) {
	settings, err := client.Setting.Get(ctx, store.SettingsID)
	if err != nil {
		return nil, fmt.Errorf("read the settings: %w", err)
	}
	profiles, err := client.Profile.Query().Where(profile.Active(true), profile.Provider(provider)).Order(profile.ByID()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the active profiles: %w", err)
	}
	_, stopped := settings.StoppedSchedules[provider]
	c := &CommonSchedule{Schedule: Schedule{Frequency: Never}, Profiles: profiles, Disabled: stopped}
	for i, p := range profiles {
		if since := scheduleSince(p); i == 0 || since.Before(c.Since) {
			c.Since = since
		}
	}
	if len(profiles) > 0 {
		c.Schedule = ScheduleOf(profiles[0])
	}
	return c, nil
}

// scheduleSince is when a profile's schedule took effect. For old profiles this was not recorded: then it is their last
// change.
func scheduleSince(p *ent.Profile) time.Time {
	if p.ScheduleSince == 0 {
		return store.Time(p.UpdatedAt)
	}
	return store.Time(p.ScheduleSince)
}

// Runs reports whether the schedule runs by itself.
func (c *CommonSchedule) Runs() bool {
	return !c.Disabled && len(c.Profiles) > 0 && c.Frequency != Never
}

// ProfileIDs returns the ids of the profiles that it runs together.
func (c *CommonSchedule) ProfileIDs() []int64 {
	ids := make([]int64, len(c.Profiles))
	for i, p := range c.Profiles {
		ids[i] = p.ID
	}
	return ids
}

// EnableSchedule starts or stops the common schedule of a provider's profiles. Runs missed while it was stopped are not
// made up for.
func (s *Service) EnableSchedule(ctx context.Context, provider string, enabled bool) error {
	return s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		settings, err := tx.Setting.Get(ctx, store.SettingsID)
		if err != nil {
			return fmt.Errorf("read the settings: %w", err)
		}
		if _, stopped := settings.StoppedSchedules[provider]; enabled != stopped {
			return nil
		}
		now, stopped := s.now(tx), map[string]int64{}
		maps.Copy(stopped, settings.StoppedSchedules)
		if delete(stopped, provider); !enabled {
			stopped[provider] = now
		}
		if err := tx.Setting.UpdateOne(settings).SetUpdatedAt(tx.Now).SetStoppedSchedules(stopped).Exec(ctx); err != nil {
			return fmt.Errorf("enable or disable the schedule: %w", err)
		}
		if !enabled {
			return nil
		}
		err = tx.Profile.Update().Where(profile.Active(true), profile.Provider(provider)).SetScheduleSince(now).Exec(ctx)
		if err != nil {
			return fmt.Errorf("let the schedule begin anew: %w", err)
		}
		return nil
	})
}
