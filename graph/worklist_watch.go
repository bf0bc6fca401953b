package graph

import (
	"context"
	"slices"
	"sync"
	"time"

	"autoholdings/graph/model"
	"autoholdings/holdings/worklist"
)

// The worklist is counted again after worklistPause, and after worklistRest times as long as counting took, so that a long
// list takes a small part of the server's time.
const (
	worklistPause = 2 * time.Second
	worklistRest  = 20
)

// counted is what counting the worklist came to.
type counted struct {
	counts []worklist.Count
	err    error
}

// worklistWatch counts the worklist for all who listen, once for all of them, and only while somebody does. Nothing tells it
// of changes: they come from jobs of all processes.
type worklistWatch struct {
	count func(ctx context.Context) ([]worklist.Count, error)

	mutex    sync.Mutex
	watchers map[chan counted]bool
	stop     context.CancelFunc // of the counting; nil: nobody counts
	again    chan struct{}      // asks for a count soon
}

func newWorklistWatch(s *worklist.Service) *worklistWatch {
	return &worklistWatch{
		count:    func(ctx context.Context) ([]worklist.Count, error) { return s.Counts(ctx, worklist.Filter{}) },
		watchers: map[chan counted]bool{}, again: make(chan struct{}, 1),
	}
}

// watch returns a channel that receives the counts soon, and again and again. Of several that nobody took, it has the last.
// It is closed after an error; after ctx has ended nothing comes any more.
func (w *worklistWatch) watch(ctx context.Context) <-chan counted {
	watcher := make(chan counted, 1)
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.watchers[watcher] = true
	if w.stop == nil {
		counting, stop := context.WithCancel(context.Background()) // for all who listen, however long the first of them does
		w.stop = stop
		go w.run(counting)
	}
	w.look()
	context.AfterFunc(ctx, func() { w.leave(watcher) })
	return watcher
}

func (w *worklistWatch) leave(watcher chan counted) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if delete(w.watchers, watcher); len(w.watchers) == 0 {
		w.end()
	}
}

// end stops the counting; the mutex is held.
func (w *worklistWatch) end() {
	if w.stop != nil {
		w.stop()
		w.stop = nil
	}
}

// look asks for a count soon.
func (w *worklistWatch) look() {
	select {
	case w.again <- struct{}{}:
	default: // one is asked for already
	}
}

// run counts until ctx ends or counting fails.
func (w *worklistWatch) run(ctx context.Context) {
	for {
		begun := time.Now()
		counts, err := w.count(ctx)
		if ctx.Err() != nil {
			return
		}
		if w.send(counted{counts, err}); err != nil {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-w.again:
		case <-time.After(max(worklistPause, worklistRest*time.Since(begun))):
		}
	}
}

// send gives the counts to all who listen, in place of counts that they have not taken. After an error nobody listens any
// more: clients ask again.
func (w *worklistWatch) send(c counted) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for watcher := range w.watchers {
		select {
		case <-watcher:
		default:
		}
		watcher <- c // there is room: nobody else sends
		if c.err != nil {
			close(watcher)
		}
	}
	if c.err != nil {
		clear(w.watchers)
		w.end()
	}
}

// sendChanges turns counts into events, beginning with those at first, and leaves out those that are as they were.
func sendChanges(ctx context.Context, now []worklist.Count, more <-chan counted, changes chan<- *model.WorklistChange) {
	defer close(changes)
	var before []worklist.Count
	for {
		if before == nil || !slices.Equal(before, now) {
			select {
			case changes <- model.WorklistChanged(before, now):
				before = now
			case <-ctx.Done():
				return
			}
		}
		select {
		case c, open := <-more:
			if !open || c.err != nil {
				return
			}
			now = c.counts
		case <-ctx.Done():
			return
		}
	}
}
