package jobs

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
)

// How Redis is watched. Every command that fails because there is no connection makes the watch look at once, so the
// interval matters only to a process that does not use Redis.
const (
	lookAtRedisEvery = 10 * time.Second
	lookWhileAway    = time.Second
	redisPatience    = 2 * time.Second // a Redis that takes longer to answer is away

	// For half a minute after Redis is back, asynq still tries to settle tasks that Redis may have forgotten.
	troubleLasts = time.Minute
)

// queueWatch knows whether Redis can be reached. Only it logs that, once when Redis goes away and once when it is back:
// asynq, go-redis and our own loops would each log it every second.
type queueWatch struct {
	ping func(context.Context) error
	log  *slog.Logger
	back chan struct{} // receives when Redis is back
	poke chan struct{} // have a look now

	mutex   sync.Mutex
	away    time.Time // since when; zero: it is there
	trouble time.Time // the last command that found no connection
}

func newQueueWatch(client redis.UniversalClient, log *slog.Logger) *queueWatch {
	w := &queueWatch{
		ping: func(ctx context.Context) error { return client.Ping(ctx).Err() }, log: log,
		back: make(chan struct{}, 1), poke: make(chan struct{}, 1),
	}
	client.AddHook(connectionHook{w})
	return w
}

// run looks at Redis until ctx ends.
func (w *queueWatch) run(ctx context.Context) {
	w.look(ctx)
	for {
		interval := lookAtRedisEvery
		if !w.awaySince().IsZero() {
			interval = lookWhileAway
		}
		again := time.NewTimer(interval)
		select {
		case <-ctx.Done():
			again.Stop()
			return
		case <-w.poke:
			again.Stop()
		case <-again.C:
		}
		w.look(ctx)
	}
}

// look asks Redis, and returns since when it is away; zero: it answers.
func (w *queueWatch) look(ctx context.Context) time.Time {
	asking, cancel := context.WithTimeout(ctx, redisPatience)
	defer cancel()
	err := w.ping(asking)
	if ctx.Err() != nil { // the caller is gone
		return w.awaySince()
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	switch {
	case err != nil && w.away.IsZero():
		w.away = time.Now()
		w.log.ErrorContext(ctx, "Redis is away: jobs wait until it is back", "error", err)
	case err == nil && !w.away.IsZero():
		w.log.InfoContext(ctx, "Redis is back", "away_for", time.Since(w.away).Round(time.Millisecond))
		w.away = time.Time{}
		wake(w.back)
	}
	return w.away
}

func (w *queueWatch) awaySince() time.Time {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return w.away
}

// troubled reports whether asynq complains only because Redis is away, or was a moment ago.
func (w *queueWatch) troubled() bool {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return !w.away.IsZero() || time.Since(w.trouble) < troubleLasts
}

// note records how a command ended.
func (w *queueWatch) note(ctx context.Context, err error) {
	if !unreachable(err) || ctx.Err() != nil {
		return
	}
	w.mutex.Lock()
	w.trouble = time.Now()
	w.mutex.Unlock()
	wake(w.poke)
}

// wake wakes a receiver, which need be woken only once.
func wake(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default: // told already
	}
}

// unreachable reports whether a command failed because no Redis could serve it, and not because of what it asked.
func unreachable(err error) bool {
	var answer redis.Error
	switch {
	case err == nil, errors.Is(err, context.Canceled), errors.Is(err, redis.ErrClosed):
		return false
	case errors.As(err, &answer): // redis.Nil is one, too
		for _, prefix := range []string{"LOADING", "READONLY", "MASTERDOWN", "CLUSTERDOWN"} {
			if redis.HasErrorPrefix(err, prefix) {
				return true
			}
		}
		return false
	}
	return true
}

// ErrRedisAway is the error that no Redis answers at REDIS_URL.
var ErrRedisAway = errors.New("REDIS_URL (--redis-url): no Redis answers there")

// AskRedis asks a Redis whether it can be used as REDIS_URL says. A refusal is an error, because waiting does not help.
// The error matches ErrRedisAway where it is only away: jobs would wait for it.
func AskRedis(ctx context.Context, o asynq.RedisConnOpt) (err error) {
	client, ok := o.MakeRedisClient().(redis.UniversalClient)
	if !ok {
		return errors.New("jobs: the Redis options make no client")
	}
	defer func() { err = errors.Join(err, client.Close()) }()
	asking, cancel := context.WithTimeout(ctx, 2*redisPatience)
	defer cancel()
	err = client.Ping(asking).Err()
	var certificate *tls.CertificateVerificationError
	switch {
	case err == nil || ctx.Err() != nil:
		return ctx.Err()
	case strings.Contains(err.Error(), "WRONGPASS"), strings.Contains(err.Error(), "NOAUTH"): // a sentinel's is no redis.Error
		return errors.New("REDIS_URL: the user or the password is wrong or missing: give redis://USER:PASSWORD@HOST:6379")
	case strings.Contains(err.Error(), "unreachable: "+redis.Nil.Error()):
		return errors.New("REDIS_URL: the sentinels know no master of that name: give the name that they know, as in ?master=NAME")
	case errors.As(err, &certificate):
		return fmt.Errorf("REDIS_URL: %w; the environment variable SSL_CERT_FILE names a file of further certificates to trust", err)
	case !unreachable(err):
		return fmt.Errorf("REDIS_URL: Redis does not let us in: %w", err)
	}
	return fmt.Errorf("%w: %w", ErrRedisAway, err)
}

// queueError is an error of Redis, as opposed to one of the database.
type queueError struct{ error }

func (e *queueError) Unwrap() error { return e.error }

// connectionHook tells the watch how each command and each attempt to connect ends.
type connectionHook struct{ watch *queueWatch }

func (h connectionHook) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		connection, err := next(ctx, network, addr)
		h.watch.note(ctx, err)
		return connection, err
	}
}

func (h connectionHook) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		err := next(ctx, cmd)
		h.watch.note(ctx, err)
		return err
	}
}

func (h connectionHook) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		err := next(ctx, cmds)
		h.watch.note(ctx, err)
		return err
	}
}

// noRedisLog drops what go-redis logs by itself, on standard error: each attempt to connect again. What matters of it
// comes back as an error.
type noRedisLog struct{}

func (noRedisLog) Printf(context.Context, string, ...any) {}

func init() { redis.SetLogger(noRedisLog{}) } // one for the whole program, so it is set before anybody uses it
