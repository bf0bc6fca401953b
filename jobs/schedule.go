package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"autoholdings/ent"
	"autoholdings/ent/scheduleslot"
	"autoholdings/holdings"
	"autoholdings/internal/opaque"
	"autoholdings/internal/store"
)

// scheduleLoop fires what the schedule has come to.
func (s *Service) scheduleLoop(ctx context.Context) {
	every(ctx, s.o.ScheduleEvery, nil, func() {
		if queued, err := s.FireSchedules(ctx, s.o.Now()); err != nil && ctx.Err() == nil {
			s.log.ErrorContext(ctx, "look at the schedule", "error", err)
		} else if queued != nil {
			s.log.InfoContext(ctx, "queued by schedule", "job", opaque.ID(jobType, queued.ID))
		}
	})
}

// FireSchedules queues the sync that the schedule of the active profiles has come to by now: all of them in one job. It
// returns the job, or nil where there is nothing to do or another process has done it. However many processes call it,
// and whether they do so in time or late, each moment of the schedule fires once; of several that were missed, the
// newest.
func (s *Service) FireSchedules(ctx context.Context, now time.Time) (*ent.Job, error) {
	if d, err := findDue(ctx, s.store.Read, now); d == nil || err != nil {
		return nil, err
	}
	var queued *ent.Job
	err := s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		queued = nil
		d, err := findDue(ctx, tx.Client, now) // again: another process may have been faster
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
	slot       time.Time
	profileIDs []int64
}

// findDue looks for the newest moment of the schedule that is to be fired; nil where there is none.
func findDue(ctx context.Context, client *ent.Client, now time.Time) (*due, error) {
	common, err := holdings.ReadCommonSchedule(ctx, client)
	if err != nil || !common.Runs() {
		return nil, err
	}
	if err := common.Err(); err != nil {
		return nil, err
	}
	slot := common.Last(now)
	if !slot.After(common.Since) {
		return nil, nil
	}
	// A clock that once went wrong may have left slots far in the future: they must not silence the schedule until then.
	fired, err := client.ScheduleSlot.Query().
		Where(scheduleslot.SlotGTE(slotName(slot)), scheduleslot.SlotLTE(slotName(now.Add(mostSkew)))).Exist(ctx)
	if err != nil {
		return nil, fmt.Errorf("look up the slot of the schedule: %w", err)
	}
	if fired {
		return nil, nil
	}
	return &due{slot, common.ProfileIDs()}, nil
}

// mostSkew is by how much the clocks of two machines may differ for the one behind to leave alone what the other has
// fired since.
const mostSkew = 24 * time.Hour

// slotName is a slot's name in the table. Names sort as their moments do.
func slotName(slot time.Time) string { return slotPrefix + slot.UTC().Format(time.RFC3339) }

const slotPrefix = "sync/"

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
		SetSlot(slotName(d.slot)).SetJobID(underWay.ID).Exec(ctx)
	if store.IsUniqueViolation(err, "schedule_slots.slot") {
		return nil, errTaken
	}
	if err != nil {
		return nil, fmt.Errorf("record the slot of the schedule: %w", err)
	}
	_, err = tx.ScheduleSlot.Delete().
		Where(scheduleslot.SlotHasPrefix(slotPrefix), scheduleslot.SlotLT(slotName(d.slot.Add(-keepSlots)))).Exec(ctx)
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
