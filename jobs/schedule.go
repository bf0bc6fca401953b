package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"autoholdings/ent"
	"autoholdings/ent/scheduleslot"
	"autoholdings/holdings/profiles"
	"autoholdings/internal/access"
	"autoholdings/internal/opaque"
	"autoholdings/internal/store"
	"autoholdings/provider"
)

// scheduleLoop fires schedules when they are due.
func (s *Service) scheduleLoop(ctx context.Context) {
	every(ctx, s.o.ScheduleEvery, nil, func() {
		for s.fireNext(ctx) {
		}
	})
}

// fireNext fires one provider's schedule if it is due, and reports whether there was one.
func (s *Service) fireNext(ctx context.Context) bool {
	queued, err := s.fireSchedulesNow(ctx)
	s.logLoop(ctx, "look at the schedule", err)
	if queued != nil {
		s.log.InfoContext(ctx, "queued by schedule", "job", opaque.ID(jobType, queued.ID))
	}
	return queued != nil
}

// fireSchedulesNow is FireSchedules by the schedule's clock.
func (s *Service) fireSchedulesNow(ctx context.Context) (*ent.Job, error) {
	now, err := s.now(ctx)
	if err != nil {
		return nil, err
	}
	return s.FireSchedules(ctx, now)
}

// now is the time by the schedule's clock.
func (s *Service) now(ctx context.Context) (time.Time, error) {
	if s.o.Now != nil {
		return s.o.Now(), nil
	}
	now, err := s.store.DatabaseNow(ctx)
	return store.Time(now), err
}

// FireSchedules queues the sync that a provider's schedule is due for, with all its active profiles in one job. It
// returns the job of the first provider whose schedule is due, or nil if there is nothing to do or another process has
// done it. Each moment of a schedule fires once, however many processes call this, on time or late. If several were
// missed, only the newest fires.
func (s *Service) FireSchedules(ctx context.Context, now time.Time) (*ent.Job, error) {
	var errs []error
	for _, f := range s.providers {
		queued, err := s.fireSchedule(ctx, f, now)
		if errs = append(errs, err); queued != nil {
			return queued, errors.Join(errs...)
		}
	}
	return nil, errors.Join(errs...)
}

// fireSchedule fires the schedule of one provider.
func (s *Service) fireSchedule(ctx context.Context, of *provider.Fetcher, now time.Time) (*ent.Job, error) {
	if d, err := s.findDue(ctx, s.store.Read, of, now); d == nil || err != nil {
		return nil, err
	}
	var queued *ent.Job
	ctx = access.Doing(access.With(ctx, access.Principal{Kind: access.BySchedule}), access.Act{Name: "runSchedule"})
	err := s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		queued = nil
		d, err := s.findDue(ctx, tx.Client, of, now) // check again: another process may have been faster
		if d == nil || err != nil {
			return err
		}
		queued, err = s.fire(ctx, tx, d)
		return err
	})
	if errors.Is(err, errTaken) {
		return nil, nil
	}
	if err != nil || queued == nil {
		return nil, err
	}
	s.Nudge()
	return queued, nil
}

// errTaken rolls back the firing of a slot that another process fired at the same moment.
var errTaken = errors.New("another process has the slot")

// due is a moment of the schedule that has come but has not been fired.
type due struct {
	slots      slots
	slot       time.Time
	profileIDs []int64
}

// findDue returns the newest moment of a provider's schedule that must be fired, or nil.
func (s *Service) findDue(ctx context.Context, client *ent.Client, of *provider.Fetcher, now time.Time) (*due, error) {
	common, err := profiles.ReadCommonSchedule(ctx, client, of.Provider().Name)
	if err != nil || !common.Runs() {
		return nil, err
	}
	if err := common.Err(); err != nil {
		return nil, err
	}
	slots, slot := s.providers.slots(of), common.Last(now)
	if !slot.After(common.Since) {
		return nil, nil
	}
	// A clock that was once wrong may have left slots far in the future: they must not silence the schedule until then.
	fired, err := client.ScheduleSlot.Query().
		Where(scheduleslot.SlotGTE(slots.name(slot)), scheduleslot.SlotLTE(slots.name(now.Add(mostSkew)))).Exist(ctx)
	if err != nil {
		return nil, fmt.Errorf("look up the slot of the schedule: %w", err)
	}
	if fired {
		return nil, nil
	}
	return &due{slots, slot, common.ProfileIDs()}, nil
}

// mostSkew is the largest difference between two machines' clocks at which the slower machine still respects slots that
// the faster one has fired.
const mostSkew = 24 * time.Hour

// slots names the moments of one provider's schedule. It is the prefix of their names in the table.
type slots string

func (all providers) slots(of *provider.Fetcher) slots { return slots(all.scheduleID(of) + "/") }

// name is a slot's name in the table. Names of one provider sort by time.
func (s slots) name(slot time.Time) string { return string(s) + slot.UTC().Format(time.RFC3339) }

// keepSlots is how long fired slots are remembered.
const keepSlots = 400 * 24 * time.Hour

// fire records the slot and queues its job, both or neither. It returns no job if one that does the same is already
// running: that one counts as the slot's.
func (s *Service) fire(ctx context.Context, tx *store.Tx, d *due) (queued *ent.Job, err error) {
	underWay, err := underWayAs(ctx, tx, syncKey(d.profileIDs))
	if err != nil {
		return nil, err
	}
	switch {
	case underWay == nil:
		queued, err = s.QueueSync(ctx, tx, SyncRequest{ProfileIDs: d.profileIDs, Mode: Apply, Trigger: Scheduled})
		if err != nil {
			return nil, fmt.Errorf("queue the scheduled sync: %w", err)
		}
		underWay = queued
	case !fetchesAll(underWay):
		return nil, nil // the slot waits until that job is over
	}
	now := tx.Now
	err = tx.ScheduleSlot.Create().SetID(s.store.NextID()).SetCreatedAt(now).SetUpdatedAt(now).
		SetSlot(d.slots.name(d.slot)).SetJobID(underWay.ID).Exec(ctx)
	if s.store.IsUniqueViolation(err, oneOfSlot) {
		return nil, errTaken
	}
	if err != nil {
		return nil, fmt.Errorf("record the slot of the schedule: %w", err)
	}
	_, err = tx.ScheduleSlot.Delete().
		Where(scheduleslot.SlotHasPrefix(string(d.slots)), scheduleslot.SlotLT(d.slots.name(d.slot.Add(-keepSlots)))).Exec(ctx)
	if err != nil {
		return nil, fmt.Errorf("forget old slots of the schedule: %w", err)
	}
	return queued, nil
}

// fetchesAll reports whether a sync does the same as a scheduled one: it is not being cancelled, and was not given a
// file.
func fetchesAll(row *ent.Job) bool {
	args, err := argsOf[syncArgs](row)
	return err == nil && args.FileID == 0 && row.State != Cancelling
}
