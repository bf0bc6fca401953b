package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"autoholdings/ent"
	"autoholdings/ent/scheduleslot"
	"autoholdings/holdings/profiles"
	"autoholdings/internal/opaque"
	"autoholdings/internal/store"
	"autoholdings/provider"
)

// scheduleLoop fires what the schedule has come to.
func (s *Service) scheduleLoop(ctx context.Context) {
	every(ctx, s.o.ScheduleEvery, nil, func() {
		for s.fireNext(ctx) {
		}
	})
}

// fireNext fires the schedule of one provider that is due, and says whether there was one.
func (s *Service) fireNext(ctx context.Context) bool {
	queued, err := s.FireSchedules(ctx, s.o.Now())
	if err != nil && ctx.Err() == nil {
		s.log.ErrorContext(ctx, "look at the schedule", "error", err)
	}
	if queued != nil {
		s.log.InfoContext(ctx, "queued by schedule", "job", opaque.ID(jobType, queued.ID))
	}
	return queued != nil
}

// FireSchedules queues the sync that the schedule of a provider's active profiles has come to by now: all of them in
// one job. It returns the job of the first provider whose schedule is due, or nil where there is nothing to do or
// another process has done it. However many processes call it, and whether they do so in time or late, each moment of a
// schedule fires once; of several that were missed, the newest.
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
	err := s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		queued = nil
		d, err := s.findDue(ctx, tx.Client, of, now) // again: another process may have been faster
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

// errTaken undoes the firing of a slot that another process has fired at the same moment.
var errTaken = errors.New("another process has the slot")

// due is a moment of the schedule that has come and has not been fired.
type due struct {
	slots      slots
	slot       time.Time
	profileIDs []int64
}

// findDue looks for the newest moment of a provider's schedule that is to be fired; nil where there is none.
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
	// A clock that once went wrong may have left slots far in the future: they must not silence the schedule until then.
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

// mostSkew is by how much the clocks of two machines may differ for the one behind to leave alone what the other has
// fired since.
const mostSkew = 24 * time.Hour

// slots are the moments of one provider's schedule: what their names in the table begin with.
type slots string

func (all providers) slots(of *provider.Fetcher) slots { return slots(all.scheduleID(of) + "/") }

// name is a slot's name in the table. Names of one provider sort as their moments do.
func (s slots) name(slot time.Time) string { return string(s) + slot.UTC().Format(time.RFC3339) }

// keepSlots is how long it is remembered what was fired.
const keepSlots = 400 * 24 * time.Hour

// fire records the slot and queues its job, both or neither. It returns no job where one that does the same is under
// way already, which then counts as the slot's.
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
	now := store.Now()
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

// fetchesAll says whether a sync does what a scheduled one would: it is not being cancelled, and was not given a file.
func fetchesAll(row *ent.Job) bool {
	args, err := argsOf[syncArgs](row)
	return err == nil && args.FileID == 0 && row.State != Cancelling
}
