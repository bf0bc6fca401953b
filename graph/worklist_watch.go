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
	came   []int // how many open items of each type have come since the counting began
	err    error
}

// worklistWatch counts the worklist for all who listen, once for all of them, and only while somebody does. Nothing tells it
// of changes: they come from jobs of all processes.
type worklistWatch struct {
	count func(context.Context, worklist.Filter) ([]worklist.Count, error)

	mutex    sync.Mutex
	watchers map[chan counted]bool
	stop     context.CancelFunc // of the counting; nil: nobody counts
	again    chan struct{}      // asks for a count soon
}

func newWorklistWatch(s *worklist.Service) *worklistWatch {
	return &worklistWatch{
		count: s.Counts, watchers: map[chan counted]bool{}, again: make(chan struct{}, 1),
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
	var now counted
	for {
		begun := time.Now()
		now = w.next(ctx, now)
		if w.send(ctx, now); now.err != nil {
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

// next counts anew. An item that comes while another of its type goes leaves their number as it is: such are counted by when
// they began to wait.
func (w *worklistWatch) next(ctx context.Context, before counted) (now counted) {
	if now.counts, now.err = w.count(ctx, worklist.Filter{}); now.err != nil {
		return now
	}
	now.came = make([]int, len(now.counts))
	for i := range before.counts {
		was, is := &before.counts[i], &now.counts[i]
		came := max(0, is.Open-was.Open)
		if is.Newest > was.Newest && came < is.Open {
			later, err := w.count(ctx, worklist.Filter{Types: []worklist.Type{is.Type}, Since: new(was.Newest + 1)})
			if err != nil {
				return counted{err: err}
			}
			came = max(came, later[0].Open)
		}
		now.came[i] = before.came[i] + came
	}
	return now
}

// send gives the counts to all who listen, in place of counts that they have not taken. After an error nobody listens any
// more: clients ask again.
func (w *worklistWatch) send(ctx context.Context, c counted) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if ctx.Err() != nil { // others may listen by now, and somebody else counts for them
		return
	}
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
func sendChanges(ctx context.Context, now counted, more <-chan counted, changes chan<- *model.WorklistChange) {
	defer close(changes)
	before := counted{came: now.came}
	for {
		if !slices.Equal(before.counts, now.counts) || !slices.Equal(before.came, now.came) {
			select {
			case changes <- model.WorklistChanged(now.counts, before.came, now.came):
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
			now = c
		case <-ctx.Done():
			return
		}
	}
}
