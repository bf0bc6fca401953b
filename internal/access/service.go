package access

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"autoholdings/internal/store"
)

// Options are what access stands on.
type Options struct {
	Store  *store.Store
	Logger *slog.Logger // default: none

	SessionIdle time.Duration // a session ends after so long without a request; default 12 hours
	SessionLife time.Duration // and so long after the sign-in in any case; default 7 days
	KeepAudit   time.Duration // how long entries of the audit are kept; 0: for ever
}

// Service keeps tokens, people and sessions in the database.
type Service struct {
	store      *store.Store
	log        *slog.Logger
	idle, life time.Duration
	keepAudit  time.Duration

	hashing chan struct{} // one password is looked at per slot: each takes 19 MiB
	nobody  nobody
	uses    sync.WaitGroup
	ending  context.Context
	end     context.CancelFunc
}

// New returns the service. Close ends it.
func New(o Options) *Service {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Service{
		store: o.Store, log: o.Logger, hashing: make(chan struct{}, hashedAtOnce),
		idle: orDefault(o.SessionIdle, 12*time.Hour), life: orDefault(o.SessionLife, 7*24*time.Hour), keepAudit: o.KeepAudit,
	}
	s.ending, s.end = context.WithCancel(context.Background())
	return s
}

func orDefault(d, otherwise time.Duration) time.Duration {
	if d == 0 {
		return otherwise
	}
	return d
}

// Close waits until what requests left to be written is written, or given up.
func (s *Service) Close() error {
	s.end()
	s.uses.Wait()
	return nil
}

// Why nobody is let in. The texts are for the one who asks.
var (
	ErrNoCredentials = errors.New("this server asks who you are: sign in, or send a token as \"Authorization: Bearer …\"")
	ErrUnknown       = errors.New("the token or session is not known here: sign in again, or ask an administrator for a token")
	ErrExpired       = errors.New("the token or session has expired: sign in again, or ask an administrator for a new token")
	ErrRevoked       = errors.New("the token was revoked: ask an administrator for another")
	ErrDisabled      = errors.New("this person's access was taken away: ask an administrator")
)

// useEvery is how exactly the last use of tokens and sessions is known. Writing it at each request would make readers
// write.
const useEvery = time.Minute

// noteUse writes when a token or session was used, beside the request, which does not wait for writers.
func (s *Service) noteUse(write func(ctx context.Context, tx *store.Tx) error) {
	s.uses.Go(func() {
		ctx, cancel := context.WithTimeout(s.ending, 10*time.Second)
		defer cancel()
		if err := s.store.Write(ctx, write); err != nil && s.ending.Err() == nil {
			s.log.Warn("the last use of a credential was not written", "error", err)
		}
	})
}
