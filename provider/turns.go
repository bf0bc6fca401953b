package provider

import (
	"context"
	"sync"
	"time"
)

// AtOnce is how many fetches of one provider a process runs at once, over all its jobs. A few are enough that a customer
// whose server hangs delays nobody else, and no provider takes them for an attack.
const AtOnce = 4

// turns decides when a Fetch may send its request: while fewer than AtOnce others are under way, and the provider has not
// asked to wait.
type turns struct {
	places chan struct{}

	mutex  sync.Mutex
	pauses int           // pauses under way that the provider asked for
	over   chan struct{} // closed when the last of them ends; nil: there is none
}

func newTurns() *turns { return &turns{places: make(chan struct{}, AtOnce)} }

// enter takes a place; leave gives it back.
func (t *turns) enter(ctx context.Context) error {
	select {
	case t.places <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (t *turns) leave() { <-t.places }

// pause holds back all fetches for as long as the provider said in Retry-After, since that is meant for the server and
// not for one customer. The fetch that was told sleeps, then ends the pause. If it is stopped before, the pause goes on
// without it for the rest of the time.
func (t *turns) pause(retryAfter time.Duration, sleep func() error) error {
	if retryAfter <= 0 {
		return sleep()
	}
	t.begin()
	began := time.Now()
	if err := sleep(); err != nil {
		time.AfterFunc(retryAfter-time.Since(began), t.end)
		return err
	}
	t.end()
	return nil
}

func (t *turns) begin() {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if t.pauses == 0 {
		t.over = make(chan struct{})
	}
	t.pauses++
}

func (t *turns) end() {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.pauses--
	if t.pauses == 0 {
		close(t.over)
		t.over = nil
	}
}

// wait returns when no pause is under way.
func (t *turns) wait(ctx context.Context) error {
	for {
		t.mutex.Lock()
		over := t.over
		t.mutex.Unlock()
		if over == nil {
			return nil
		}
		select {
		case <-over:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
