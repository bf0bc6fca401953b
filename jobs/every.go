package jobs

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"
)

// every calls do at once, then at each interval and each time it is woken, until ctx ends. If wake is nil, nothing
// wakes it.
func every(ctx context.Context, interval time.Duration, wake <-chan struct{}, do func()) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		do()
		select {
		case <-ctx.Done():
			return
		case <-wake:
		case <-tick.C:
		}
	}
}

// loops knows what goes wrong in the loops now, so that the log gets one line when it begins and one when it is over: the
// loops would repeat it every second while the database is away.
type loops struct {
	mutex   sync.Mutex
	failing map[string]string // by what the loop does, its last error
}

// changed records how a loop's last round ended, and returns how the round before did.
func (l *loops) changed(what, failure string) (before string) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	before = l.failing[what]
	switch {
	case failure == "":
		delete(l.failing, what)
	case l.failing == nil:
		l.failing = map[string]string{what: failure}
	default:
		l.failing[what] = failure
	}
	return before
}

// logLoop logs how a round of a loop ended, if the round before ended otherwise. That Redis is away is logged by
// queueWatch.
func (s *Service) logLoop(ctx context.Context, what string, err error) {
	var ofQueue *queueError
	switch {
	case ctx.Err() != nil:
	case errors.As(err, &ofQueue) && unreachable(ofQueue.error):
		s.log.DebugContext(ctx, what, "error", err)
	case err != nil:
		err = s.store.Explain(err)
		level := slog.LevelError
		if s.loops.changed(what, err.Error()) == err.Error() {
			level = slog.LevelDebug
		}
		s.log.Log(ctx, level, what, "error", err)
	case s.loops.changed(what, "") != "":
		s.log.InfoContext(ctx, what+": it works again")
	}
}
