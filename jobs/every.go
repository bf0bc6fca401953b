package jobs

import (
	"context"
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
