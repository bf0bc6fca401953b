package jobs

import (
	"context"
	"strconv"
	"sync"
	"time"

	"autoholdings/internal/opaque"
)

// channelName is the channel where processes tell each other that a job's row has changed. The message only hints that
// the row should be read. A lost one does no harm, since watchers also look by themselves.
const channelName = "autoholdings:jobs"

// lookEvery is how often a watcher gets a hint when no message comes.
const lookEvery = 2 * time.Second

// watchers are the hint channels of this process, by job.
type watchers struct {
	mutex sync.Mutex
	of    map[int64]map[chan struct{}]bool
}

// AnyJob stands for all jobs where one is watched.
const AnyJob = 0

// Watch returns a channel that receives each time the job's row may have changed. It is closed when ctx ends.
func (s *Service) Watch(ctx context.Context, jobID int64) <-chan struct{} {
	hints := make(chan struct{}, 1)
	s.watchers.add(jobID, hints)
	out := make(chan struct{})
	go func() {
		defer close(out)
		defer s.watchers.remove(jobID, hints)
		tick := time.NewTicker(lookEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-hints:
			case <-tick.C:
			}
			select {
			case <-ctx.Done():
				return
			case out <- struct{}{}:
			}
		}
	}()
	return out
}

func (w *watchers) add(jobID int64, hints chan struct{}) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if w.of == nil {
		w.of = map[int64]map[chan struct{}]bool{}
	}
	if w.of[jobID] == nil {
		w.of[jobID] = map[chan struct{}]bool{}
	}
	w.of[jobID][hints] = true
}

func (w *watchers) remove(jobID int64, hints chan struct{}) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	delete(w.of[jobID], hints)
	if len(w.of[jobID]) == 0 {
		delete(w.of, jobID)
	}
}

func (w *watchers) hint(jobID int64) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for _, of := range []int64{jobID, AnyJob} {
		for hints := range w.of[of] {
			select {
			case hints <- struct{}{}:
			default: // a hint is already waiting
			}
		}
	}
}

// tell sends a hint to the watchers of every process soon. It never blocks, so it may be called inside a transaction;
// if hints pile up, some are dropped.
func (s *Service) tell(jobID int64) {
	select {
	case s.told <- jobID:
	default:
	}
}

// publish sends the hints out.
func (s *Service) publish(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case jobID := <-s.told:
			if err := s.redis.Publish(ctx, channelName, strconv.FormatInt(jobID, 10)).Err(); err != nil {
				s.log.DebugContext(ctx, "tell of a job's progress", "job", opaque.ID(jobType, jobID), "error", err)
				s.watchers.hint(jobID)
			}
		}
	}
}

// listen passes the hints of all processes to this process's watchers.
func (s *Service) listen(ctx context.Context) {
	subscription := s.redis.Subscribe(ctx, channelName, tasksChannel)
	defer subscription.Close()
	messages := subscription.Channel()
	for {
		select {
		case <-ctx.Done():
			return
		case m, ok := <-messages:
			if !ok {
				return
			}
			if m.Channel == tasksChannel {
				wake(s.arrived)
			} else if id, err := strconv.ParseInt(m.Payload, 10, 64); err == nil {
				s.watchers.hint(id)
			}
		}
	}
}
