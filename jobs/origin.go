package jobs

import (
	"context"
	"sync"

	"autoholdings/internal/access"
)

// origins are the requests that queued the jobs of this process that it has not dispatched yet. A job's task carries its
// request's id to the worker, whose log lines then have it. That is a help for who looks for something and no more: it is not
// in the job's row, so a job that another process dispatches, or that was queued before a crash, has none.
type origins struct {
	mutex sync.Mutex
	of    map[int64]string
}

// mostOrigins bounds what is remembered while nothing can be dispatched.
const mostOrigins = 1000

func (o *origins) put(jobID int64, request string) {
	if request == "" {
		return
	}
	o.mutex.Lock()
	defer o.mutex.Unlock()
	if o.of == nil || len(o.of) >= mostOrigins {
		o.of = map[int64]string{}
	}
	o.of[jobID] = request
}

func (o *origins) take(jobID int64) (request string) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	request = o.of[jobID]
	delete(o.of, jobID)
	return request
}

// queuedBy remembers which request queues a job.
func (s *Service) queuedBy(ctx context.Context, jobID int64) {
	s.origins.put(jobID, access.RequestID(ctx))
}
