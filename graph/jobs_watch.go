package graph

import (
	"context"
	"slices"
	"sync"
	"time"

	"autoholdings/ent"
	"autoholdings/graph/generated"
	"autoholdings/graph/model"
	"autoholdings/jobs"
)

// Jobs are read again after a hint, but not sooner than jobsPause after they were read last, nor than jobsRest times as long as
// that took.
const (
	jobsPause = 100 * time.Millisecond
	jobsRest  = 5
)

// jobsWatch reads the jobs that change for all who listen, once for all of them, and only while somebody does.
type jobsWatch struct {
	read  func(ctx context.Context, since int64) ([]*jobs.Stirring, int64, error)
	hints func(ctx context.Context) <-chan struct{}

	mutex     sync.Mutex
	listeners map[*jobsListener]bool
	stop      context.CancelFunc // of the reading; nil: nobody reads
	again     chan struct{}      // asks for a reading soon
}

// jobsListener is somebody who listens.
type jobsListener struct {
	filter jobsWanted
	fresh  bool // it has heard nothing yet
	due    map[int64]*ent.Job
	order  []int64       // of those that are due
	wake   chan struct{} // holds a value if something is due; closed after an error
}

// jobsWanted is which jobs somebody wants to hear of; an empty field is no filter.
type jobsWanted struct {
	kinds, states []string
	profileID     int64
}

func (w jobsWanted) has(s *jobs.Stirring) bool {
	return (len(w.kinds) == 0 || slices.Contains(w.kinds, s.Job.Kind)) && (len(w.states) == 0 || slices.Contains(w.states, s.Job.State)) &&
		(w.profileID == 0 || slices.Contains(s.ProfileIDs, w.profileID))
}

func newJobsWatch(reader *jobs.Reader, service Jobs) *jobsWatch {
	return &jobsWatch{
		read:      reader.Stirring,
		hints:     func(ctx context.Context) <-chan struct{} { return service.Watch(ctx, jobs.AnyJob) },
		listeners: map[*jobsListener]bool{}, again: make(chan struct{}, 1),
	}
}

// JobsChanged sends each job that changes.
func (r subscriptionResolver) JobsChanged(ctx context.Context, filter *generated.JobsChangedFilter) (<-chan *model.Job, error) {
	var wanted jobsWanted
	if filter != nil {
		wanted.kinds, wanted.states = inputList(filter.Kind), inputList(filter.State)
		id, err := optionalID(model.ProfileType, "filter.profileId", inputValue(filter.ProfileID))
		if err != nil {
			return nil, err
		}
		wanted.profileID = id
	}
	return r.stirring.follow(ctx, wanted), nil
}

// follow sends the jobs that somebody wants to hear of until ctx ends.
func (w *jobsWatch) follow(ctx context.Context, wanted jobsWanted) <-chan *model.Job {
	l, updates := w.listen(ctx, wanted), make(chan *model.Job)
	go func() {
		defer close(updates)
		for {
			select {
			case <-ctx.Done():
				return
			case _, open := <-l.wake:
				if !open {
					return
				}
			}
			for job := w.take(l); job != nil; job = w.take(l) {
				select {
				case updates <- model.Jobs([]*ent.Job{job})[0]:
				case <-ctx.Done():
					return
				}
			}
		}
	}()
	return updates
}

func (w *jobsWatch) listen(ctx context.Context, wanted jobsWanted) *jobsListener {
	l := &jobsListener{filter: wanted, fresh: true, due: map[int64]*ent.Job{}, wake: make(chan struct{}, 1)}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.listeners[l] = true
	if w.stop == nil {
		reading, stop := context.WithCancel(context.Background()) // for all who listen, however long the first of them does
		w.stop = stop
		go w.run(reading)
	}
	select {
	case w.again <- struct{}{}:
	default: // one is asked for already
	}
	context.AfterFunc(ctx, func() { w.leave(l) })
	return l
}

func (w *jobsWatch) leave(l *jobsListener) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if delete(w.listeners, l); len(w.listeners) == 0 && w.stop != nil {
		w.stop()
		w.stop = nil
	}
}

// take returns the next job that somebody has not heard of; nil: there is none.
func (w *jobsWatch) take(l *jobsListener) *ent.Job {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if len(l.order) == 0 {
		return nil
	}
	job := l.due[l.order[0]]
	delete(l.due, l.order[0])
	l.order = l.order[1:]
	return job
}

// run reads until ctx ends or reading fails.
func (w *jobsWatch) run(ctx context.Context) {
	hints, known, since := w.hints(ctx), map[int64]*ent.Job{}, int64(0)
	for {
		begun := time.Now()
		found, next, err := w.read(ctx, since)
		if ctx.Err() != nil {
			return
		}
		if known, since = w.send(known, found, err), next; err != nil {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(max(jobsPause, jobsRest*time.Since(begun))):
		}
		select {
		case <-ctx.Done():
			return
		case <-w.again:
		case <-hints:
		}
	}
}

// send tells those who listen of the jobs that are not as they are known, and returns what is known then. After an error nobody
// listens any more: clients ask again.
func (w *jobsWatch) send(known map[int64]*ent.Job, found []*jobs.Stirring, err error) map[int64]*ent.Job {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if err != nil {
		for l := range w.listeners {
			close(l.wake)
		}
		clear(w.listeners)
		if w.stop != nil {
			w.stop()
			w.stop = nil
		}
		return nil
	}
	now := make(map[int64]*ent.Job, len(found))
	for _, s := range found {
		now[s.Job.ID] = s.Job
	}
	for l := range w.listeners {
		for _, s := range found {
			if before := known[s.Job.ID]; (l.fresh || before == nil || differs(before, s.Job)) && l.filter.has(s) {
				l.tell(s.Job)
			}
		}
		l.fresh = false
	}
	return now
}

func (l *jobsListener) tell(job *ent.Job) {
	if l.due[job.ID] == nil {
		l.order = append(l.order, job.ID)
	}
	l.due[job.ID] = job
	select {
	case l.wake <- struct{}{}:
	default: // it is awake
	}
}
