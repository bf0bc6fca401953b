package provider

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"

	"autoholdings/internal/storable"
)

// File is a list that was fetched and kept.
type File struct {
	Path         string    // name in the Store
	Name         string    // the provider's name for it: from Content-Disposition or the ZIP, else from the address, else made up
	SHA256       string    // hex, of the unpacked bytes: the same list has the same hash however it was packed
	Size         int64     // bytes of the list, unpacked
	StoredSize   int64     // bytes as it is kept, packed
	ETag         string    // validators of the answer, for the next Request
	LastModified string    // as sent
	Date         time.Time // release date: from the name, else Last-Modified, else zero; UTC
	FetchedAt    time.Time // UTC; zero if the file was kept without being fetched
	Status       int       // HTTP status; 0 = not fetched
	Packaging    string    // how it came, outermost first: "plain", "gzip", "zip", "gzip+zip"; "" with HTTP 304
}

// Fetcher fetches lists and keeps them. It is safe for concurrent use. The profiles of one provider should share one,
// since it also spaces their requests.
type Fetcher struct {
	provider  *Provider
	o         Options
	host      string
	store     *Store
	transport *http.Transport
	pacer     *pacer
	turns     *turns
}

// NewFetcher checks the options, opens the Store in Options.Dir, and removes what a crash left there.
func NewFetcher(p *Provider, o Options) (*Fetcher, error) {
	o = o.withDefaults(p)
	base, err := o.check(p)
	if err != nil {
		return nil, err
	}
	store, err := OpenStore(o.Dir, o.Keeper)
	if err != nil {
		return nil, err
	}
	return &Fetcher{
		provider: p, o: o, host: base.Host, store: store, transport: o.transport(), pacer: newPacer(o.RatePerSecond), turns: newTurns(),
	}, nil
}

// Close closes idle connections and the Store.
func (f *Fetcher) Close() error {
	f.transport.CloseIdleConnections()
	return f.store.Close()
}

// Provider returns the provider that is asked.
func (f *Fetcher) Provider() *Provider { return f.provider }

// Store returns the place of kept lists.
func (f *Fetcher) Store() *Store { return f.store }

// Asks reports whether there is a provider to ask.
func (f *Fetcher) Asks() bool { return !f.o.NoProvider }

// SizeSetting is where a person sets the size limit of lists, in words.
func (f *Fetcher) SizeSetting() string {
	return cmp.Or(f.o.SizeSetting, "size limit for the lists of "+f.provider.Title)
}

// AddressSetting is where a person sets the provider's address, in words.
func (f *Fetcher) AddressSetting() string {
	return cmp.Or(f.o.AddressSetting, "the address of "+f.provider.Title)
}

var flagInAdvice = regexp.MustCompile(`\{flag:([a-z-]+)\}`)

// Advise puts the provider's name in place of {provider} in an advice, and what a setting is called in place of
// {flag:NAME}.
func (f *Fetcher) Advise(advice string) string {
	return flagInAdvice.ReplaceAllString(f.provider.Advise(advice), f.o.FlagPrefix+"$1")
}

// MaxSize is the size limit of lists, in bytes, packed or unpacked.
func (f *Fetcher) MaxSize() int64 { return f.o.MaxSize }

// Open returns the bytes of a kept list; see [Store.Open].
func (f *Fetcher) Open(ctx context.Context, path string) (io.ReadCloser, error) {
	return f.store.Open(ctx, path)
}

// Fetch gets one content type's file, and retries as the outcomes' rules say. It returns a file only if it differs from
// the one applied last. Every error is an *Outcome; with the code SameFile it holds the kept file. Of more than AtOnce
// calls the others wait for their turn, and all wait while the provider asks one of them to.
func (f *Fetcher) Fetch(ctx context.Context, r Request) (*File, error) {
	r.Format = cmp.Or(r.Format, FormatKBART)
	if o := f.invalid(r); o != nil {
		return nil, o
	}
	if err := f.turns.enter(ctx); err != nil {
		return nil, f.complete(interrupted(ctx, err), r, 0)
	}
	defer f.turns.leave()
	pauses := &backoff.ExponentialBackOff{
		InitialInterval: f.o.BackoffBase, MaxInterval: f.o.BackoffMax, Multiplier: 2, RandomizationFactor: 0.5,
	}
	for attempt := 1; ; attempt++ {
		if err := f.turns.wait(ctx); err != nil {
			return nil, f.complete(interrupted(ctx, err), r, attempt-1)
		}
		began := f.o.Now()
		file, outcome := f.try(ctx, r, f.accept)
		if outcome == nil {
			f.log(ctx, r, attempt, began, file, nil, 0)
			return file, nil
		}
		outcome = f.complete(outcome, r, attempt)
		pause, again := f.pause(ctx, outcome, pauses.NextBackOff())
		f.log(ctx, r, attempt, began, nil, outcome, pause)
		if !again {
			return nil, outcome
		}
		if err := f.turns.pause(outcome.RetryAfter, func() error { return f.o.Sleep(ctx, pause) }); err != nil {
			return nil, f.complete(interrupted(ctx, err), r, attempt)
		}
	}
}

// complete adds to an outcome what was requested from whom, and this provider's advice.
func (f *Fetcher) complete(o *Outcome, r Request, attempts int) *Outcome {
	o.Content, o.Host, o.Attempts, o.Message = r.Content, f.host, attempts, storable.Repaired(o.Message)
	o.advise(f, r.Global)
	return o
}

// pause says whether to try again, and after how long.
func (f *Fetcher) pause(ctx context.Context, o *Outcome, backoff time.Duration) (time.Duration, bool) {
	if rules[o.Code].again != again || !o.Retriable || o.final || o.Attempts >= f.o.Attempts || o.RetryAfter > f.o.MaxRetryAfter {
		return 0, false
	}
	pause := max(backoff, o.RetryAfter)
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < pause {
		return 0, false // there is no time for another try; report this instead
	}
	return pause, true
}

func (f *Fetcher) log(ctx context.Context, r Request, attempt int, began time.Time, file *File, o *Outcome, pause time.Duration) {
	attrs := []slog.Attr{
		slog.String("host", f.host), slog.String("content", string(r.Content)),
		slog.Int("attempt", attempt), slog.Duration("took", f.o.Now().Sub(began)),
	}
	level := slog.LevelInfo
	if file != nil {
		attrs = append(attrs, slog.Int("status", file.Status), slog.Int64("bytes", file.Size), slog.String("sha256", file.SHA256))
	}
	if o != nil {
		attrs = append(attrs, slog.String("code", string(o.Code)), slog.Int("status", o.Status), slog.String("message", o.Message))
		if o.Code != SameFile && o.Code != NoFile {
			level = slog.LevelWarn
		}
	}
	if pause > 0 {
		attrs = append(attrs, slog.Duration("again_in", pause))
	}
	f.o.Logger.LogAttrs(ctx, level, "fetch from provider", attrs...)
	if f.o.Count != nil {
		var code Code
		if o != nil {
			code = o.Code
		}
		f.o.Count(code)
	}
}

// Probe asks for a file once and reads only its beginning: nil means that the provider accepts the credentials and
// starts to send what may be a list. Nothing is kept and no conditions are sent. Every error is an *Outcome; NoFile
// means that the credentials are right but there is no file.
func (f *Fetcher) Probe(ctx context.Context, r Request) error {
	r.ETag, r.LastModified, r.LastSHA256 = "", "", ""
	r.Format = cmp.Or(r.Format, FormatKBART)
	if o := f.invalid(r); o != nil {
		return o
	}
	began := f.o.Now()
	_, outcome := f.try(ctx, r, f.glance)
	if outcome == nil {
		return nil
	}
	outcome = f.complete(outcome, r, 1)
	f.log(ctx, r, 1, began, nil, outcome, 0)
	return outcome
}

// invalid returns the outcome of a request that cannot be made, or nil.
func (f *Fetcher) invalid(r Request) *Outcome {
	err := f.provider.check(r)
	if err == nil && f.o.NoProvider {
		err = errors.New("the provider's address is not set in this process")
	}
	if err == nil {
		return nil
	}
	return f.complete(newOutcome(InvalidRequest, strings.ReplaceAll(err.Error(), "\n", "; "), f.provider.mask(r).err(err)), r, 0)
}

// take turns an answer into a kept file or an outcome.
type take func(context.Context, *answer, Request, mask) (*File, error)

// try makes one attempt.
func (f *Fetcher) try(parent context.Context, r Request, accept take) (*File, *Outcome) {
	m := f.provider.mask(r)
	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(nil)
	overall := time.AfterFunc(f.o.Timeout, func() { cancel(&limitError{"the whole transfer", f.o.Timeout, true}) })
	defer overall.Stop()
	answer, err := f.get(ctx, cancel, r, m)
	if err != nil {
		return nil, settle(ctx, m, err)
	}
	defer answer.close()
	file, err := accept(ctx, answer, r, m)
	if err != nil {
		outcome := settle(ctx, m, err)
		outcome.Status = answer.StatusCode
		return nil, outcome
	}
	return file, nil
}
