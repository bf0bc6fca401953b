package provider

import (
	"context"
	"sync"

	"golang.org/x/time/rate"
)

// pacer spaces the requests to each host.
type pacer struct {
	limit rate.Limit
	mutex sync.Mutex
	hosts map[string]*rate.Limiter
}

func newPacer(perSecond float64) *pacer {
	limit := rate.Limit(perSecond)
	if perSecond < 0 {
		limit = rate.Inf
	}
	return &pacer{limit: limit, hosts: map[string]*rate.Limiter{}}
}

// wait returns when the host may be asked. There are few hosts: the template's and the allowed ones.
func (p *pacer) wait(ctx context.Context, host string) error {
	p.mutex.Lock()
	limiter := p.hosts[host]
	if limiter == nil {
		limiter = rate.NewLimiter(p.limit, 1)
		p.hosts[host] = limiter
	}
	p.mutex.Unlock()
	if err := limiter.Wait(ctx); err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return newOutcome(Timeout, "too many requests wait for their turn", err)
	}
	return nil
}
