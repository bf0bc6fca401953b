package graph

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// gate lets so many in at once, in all and of one caller. Whoever finds it full waits a little.
type gate struct {
	all, each chan struct{} // each has the size of a caller's
	wait      time.Duration
	full      func(ofCaller bool) error // what somebody is told who waited in vain

	mutex   sync.Mutex
	callers map[string]*callersPlaces
	waiting int
}

type callersPlaces struct {
	taken          chan struct{}
	users, waiting int // it goes with the last user
}

// How many may wait at a gate. More are refused at once, since each holds its request in memory, and those of one caller
// leave room for others.
const (
	maxWaiting         = 1000
	maxWaitingOfCaller = 200
)

func newGate(all, perCaller int, wait time.Duration, full func(ofCaller bool) error) *gate {
	return &gate{
		all: make(chan struct{}, all), each: make(chan struct{}, min(perCaller, all)), wait: wait, full: full,
		callers: map[string]*callersPlaces{},
	}
}

// enter waits for a place and returns what gives it back. That may be called several times.
func (g *gate) enter(ctx context.Context, caller string) (leave func(), err error) {
	places, err := g.placesOf(caller)
	if err != nil {
		return nil, err
	}
	timer := time.NewTimer(g.wait)
	defer timer.Stop()
	got, err := g.take(ctx, places, timer.C)
	g.waitsNoMore(caller, places, err != nil)
	if err != nil {
		return nil, err
	}
	return sync.OnceFunc(func() {
		for _, place := range got {
			<-place
		}
		g.gone(caller, places)
	}), nil
}

// take takes a place of the caller and then one of all, or none.
func (g *gate) take(ctx context.Context, places *callersPlaces, over <-chan time.Time) (got []chan struct{}, err error) {
	for _, place := range []chan struct{}{places.taken, g.all} {
		select {
		case place <- struct{}{}:
			got = append(got, place)
			continue
		default:
		}
		select {
		case place <- struct{}{}:
			got = append(got, place)
			continue
		case <-over:
			err = g.full(place != g.all)
		case <-ctx.Done():
			err = context.Cause(ctx)
		}
		for _, place := range got {
			<-place
		}
		return nil, err
	}
	return got, nil
}

func (g *gate) placesOf(caller string) (*callersPlaces, error) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	places := g.callers[caller]
	switch {
	case g.waiting >= maxWaiting:
		return nil, g.full(false)
	case places == nil:
		places = &callersPlaces{taken: make(chan struct{}, cap(g.each))}
		g.callers[caller] = places
	case places.waiting >= maxWaitingOfCaller:
		return nil, g.full(true)
	}
	g.waiting++
	places.waiting++
	places.users++
	return places, nil
}

func (g *gate) waitsNoMore(caller string, places *callersPlaces, inVain bool) {
	g.mutex.Lock()
	g.waiting--
	places.waiting--
	g.mutex.Unlock()
	if inVain {
		g.gone(caller, places)
	}
}

func (g *gate) gone(caller string, places *callersPlaces) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	if places.users--; places.users == 0 {
		delete(g.callers, caller)
	}
}

// budget is an amount that many share, in bytes.
type budget struct {
	mutex sync.Mutex
	left  int
}

// take takes a part, if there is so much left. An answer that is larger than all there is gets all.
func (b *budget) take(n, whole int) (giveBack func(), ok bool) {
	n = min(n, whole)
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if n > b.left {
		return nil, false
	}
	b.left -= n
	return sync.OnceFunc(func() {
		b.mutex.Lock()
		defer b.mutex.Unlock()
		b.left += n
	}), true
}

// pace counts how often callers ask.
type pace struct {
	perMinute int
	mutex     sync.Mutex
	callers   map[string]*rate.Limiter
}

const knownCallers = 10_000

// allows counts a request. A caller may save up requests for a minute.
func (p *pace) allows(caller string, now time.Time) bool {
	if p.perMinute <= 0 {
		return true
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.callers == nil {
		p.callers = map[string]*rate.Limiter{}
	}
	limiter := p.callers[caller]
	if limiter == nil {
		if len(p.callers) >= knownCallers {
			p.forget(now)
		}
		limiter = rate.NewLimiter(rate.Limit(float64(p.perMinute)/60), p.perMinute)
		p.callers[caller] = limiter
	}
	return limiter.AllowN(now, 1)
}

// forget drops callers that have been quiet for a minute: nothing is held against them any more. If all have been busy,
// it drops all, which only lets them ask a little more.
func (p *pace) forget(now time.Time) {
	for name, limiter := range p.callers {
		if limiter.TokensAt(now) >= float64(p.perMinute) {
			delete(p.callers, name)
		}
	}
	if len(p.callers) >= knownCallers {
		clear(p.callers)
	}
}

// addressKey is the context key of the client's address.
type addressKey struct{}

// withAddress lets callerByAddress tell clients apart.
func withAddress(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.RemoteAddr)
		if err != nil {
			host = r.RemoteAddr
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), addressKey{}, host)))
	})
}

// callerByAddress names who sends a request by the address that it comes from.
func callerByAddress(ctx context.Context) string {
	address, _ := ctx.Value(addressKey{}).(string)
	return address
}
