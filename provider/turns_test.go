package provider_test

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"autoholdings/provider"
)

// TestAFewFetchesAtOnce: of many fetches a few ask at once, and each comes to its turn.
func TestAFewFetchesAtOnce(t *testing.T) {
	t.Parallel()
	var under, most atomic.Int32
	full := make(chan struct{})
	open := sync.OnceFunc(func() { close(full) })
	b := setup(t, func(w http.ResponseWriter, r *http.Request) {
		n := under.Add(1)
		defer under.Add(-1)
		for seen := most.Load(); n > seen && !most.CompareAndSwap(seen, n); seen = most.Load() {
		}
		if n == provider.AtOnce {
			open()
		}
		<-full // nobody is answered before all places are taken
		answer(http.StatusOK, list)(w, r)
	})
	var group sync.WaitGroup
	for range 3 * provider.AtOnce {
		group.Go(func() {
			if _, err := b.Fetch(t.Context(), request()); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if n := most.Load(); n != provider.AtOnce || b.requests.Load() != 3*provider.AtOnce {
		t.Errorf("%d at once, %d in all", n, b.requests.Load())
	}
}

// TestStoppedBeforeItsTurn: a fetch that waits for its turn can be stopped.
func TestStoppedBeforeItsTurn(t *testing.T) {
	t.Parallel()
	hold := make(chan struct{})
	b := setup(t, func(http.ResponseWriter, *http.Request) { <-hold })
	var group sync.WaitGroup
	ctx, stop := context.WithCancel(t.Context())
	for range 2 * provider.AtOnce {
		group.Go(func() {
			if _, err := b.Fetch(ctx, request()); codeOf(err) != provider.Cancelled {
				t.Errorf("%v", err)
			}
		})
	}
	stop()
	group.Wait()
	close(hold)
}

// TestRetryAfterIsForAll: while the provider asks one fetch to wait, none asks it.
func TestRetryAfterIsForAll(t *testing.T) {
	t.Parallel()
	asleep, wake := make(chan struct{}), make(chan struct{})
	var refused atomic.Bool
	b := setup(t, func(w http.ResponseWriter, r *http.Request) {
		if refused.CompareAndSwap(false, true) {
			answer(http.StatusTooManyRequests, "", "Retry-After", "20")(w, r)
			return
		}
		answer(http.StatusOK, list)(w, r)
	}, func(o *provider.Options) {
		o.Sleep = func(ctx context.Context, d time.Duration) error {
			if d < 20*time.Second {
				t.Errorf("a pause of %s", d)
			}
			close(asleep)
			<-wake
			return context.Cause(ctx)
		}
	})
	var group sync.WaitGroup
	fetch := func() {
		if _, err := b.Fetch(t.Context(), request()); err != nil {
			t.Error(err)
		}
	}
	group.Go(fetch)
	<-asleep
	for range provider.AtOnce {
		group.Go(fetch)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if _, err := b.Fetch(stopped, request()); codeOf(err) != provider.Cancelled {
		t.Errorf("%v", err)
	}
	if n := b.requests.Load(); n != 1 {
		t.Errorf("%d requests before the time", n)
	}
	close(wake)
	group.Wait()
	if n := b.requests.Load(); n != provider.AtOnce+2 {
		t.Errorf("%d requests, want %d", n, provider.AtOnce+2)
	}
}
