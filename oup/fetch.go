package oup

import (
	"cmp"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// File is a list that was fetched and kept.
type File struct {
	Path         string    // name in the Store
	Name         string    // what the provider calls the list: from Content-Disposition or the ZIP, else from the address, else made
	SHA256       string    // of the list's bytes, unpacked: hex; the same list has the same hash however it was packed
	Size         int64     // bytes of the list, unpacked
	StoredSize   int64     // bytes on disk
	ETag         string    // validators of the answer, for the next Request
	LastModified string    // as sent
	Date         time.Time // of the release: in the name, else Last-Modified, else zero; UTC
	FetchedAt    time.Time // UTC; zero for a file that was kept without being fetched
	Status       int       // of the answer; 0 = not fetched
	Packaging    string    // how it came, outermost first: "plain", "gzip", "zip", "gzip+zip"; "" with HTTP 304
}

// Fetcher fetches lists and keeps them. It is safe for concurrent use; the profiles of one provider should share one,
// since it also spaces their requests.
type Fetcher struct {
	o         Options
	host      string
	store     *Store
	transport *http.Transport
	pacer     *pacer
}

// NewFetcher checks the options, opens the Store in Options.Dir, and removes what a crash left there.
func NewFetcher(o Options) (*Fetcher, error) {
	o = o.withDefaults()

	base, err := o.check()
	if err != nil {
		return nil, err
	}

	store, err := OpenStore(o.Dir)
	if err != nil {
		return nil, err
	}

	return &Fetcher{
		o: o, host: base.Host, store: store, transport: o.transport(), pacer: newPacer(o.RatePerSecond),
	}, nil
}

// Close ends idle connections and closes the Store.
func (f *Fetcher) Close() error {
	f.transport.CloseIdleConnections()

	return f.store.Close()
}

// Store returns the folder of kept lists.
func (f *Fetcher) Store() *Store { return f.store }

// Asks says whether there is a provider to ask.
func (f *Fetcher) Asks() bool { return !f.o.NoProvider }

// MaxSize is the size limit of lists, in bytes, packed or unpacked.
func (f *Fetcher) MaxSize() int64 { return f.o.MaxSize }

// Open returns the bytes of a kept list; see [Store.Open].
func (f *Fetcher) Open(path string) (io.ReadCloser, error) { return f.store.Open(path) }

// Fetch gets one content type's file, and tries again as the rules of the outcomes say. It returns a file only if it is
// not the one applied last. Every error is an *Outcome; with the code SameFile it holds the kept file.
func (f *Fetcher) Fetch(ctx context.Context, r Request) (*File, error) {
	r.Format = cmp.Or(r.Format, FormatKBART)

	if o := f.invalid(r); o != nil {
		return nil, o
	}

	pauses := &backoff.ExponentialBackOff{
		InitialInterval: f.o.BackoffBase, MaxInterval: f.o.BackoffMax, Multiplier: 2, RandomizationFactor: 0.5,
	}

	for attempt := 1; ; attempt++ {
		began := f.o.Now()

		file, outcome := f.try(ctx, r, f.accept)
		if outcome != nil && r.Global {
			outcome.Hint = cmp.Or(globalHints[outcome.Code], outcome.Hint)
		}

		if outcome == nil {
			f.log(ctx, r, attempt, began, file, nil, 0)

			return file, nil
		}

		outcome.Content, outcome.Host, outcome.Attempts = r.Content, f.host, attempt

		pause, again := f.pause(ctx, outcome, pauses.NextBackOff())
		f.log(ctx, r, attempt, began, nil, outcome, pause)

		if !again {
			return nil, outcome
		}

		if err := f.o.Sleep(ctx, pause); err != nil {
			stopped := interrupted(ctx, err)
			stopped.Content, stopped.Host, stopped.Attempts = r.Content, f.host, attempt

			return nil, stopped
		}
	}
}

// globalHints stand in the place of the rules' where the global title list was asked for.
var globalHints = map[Code]string{
	NoFile:             "Check the address template of the global title list, or import the list from a file.",
	CredentialsRefused: "The global title list is asked for without credentials: check its address template, or import the list from a file.",
	Storage:            "Check free space and permissions of the data directory, then import the list again.",
	Cancelled:          "Import the list again when it is wanted.",
}

// pause says whether to try again, and after how long.
func (f *Fetcher) pause(ctx context.Context, o *Outcome, backoff time.Duration) (time.Duration, bool) {
	if ruleOf[o.Code].Retry != Again || !o.Retriable || o.final || o.Attempts >= f.o.Attempts || o.RetryAfter > f.o.MaxRetryAfter {
		return 0, false
	}

	pause := max(backoff, o.RetryAfter)
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < pause {
		return 0, false // the time is better spent on saying so
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
}

// Probe asks for a file once and reads no more than its beginning: nil means that the provider accepts the credentials
// and begins to send what may be a list. Nothing is kept and no conditions are sent. Every error is an *Outcome; NoFile
// says that the credentials are right and there is no file.
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

	outcome.Content, outcome.Host, outcome.Attempts = r.Content, f.host, 1
	f.log(ctx, r, 1, began, nil, outcome, 0)

	return outcome
}

// invalid is the outcome of a request that cannot be made, nil if it can.
func (f *Fetcher) invalid(r Request) *Outcome {
	err := r.check()
	if err == nil && f.o.NoProvider {
		err = errors.New("the provider's address is not set in this process")
	}

	if err == nil {
		return nil
	}

	o := fail(InvalidRequest, strings.ReplaceAll(err.Error(), "\n", "; "), newMask(r.APIKey).err(err))
	o.Content, o.Host = r.Content, f.host

	return o
}

// take makes a kept file, or an outcome, of an answer.
type take func(context.Context, *answer, Request, mask) (*File, error)

// try makes one attempt.
func (f *Fetcher) try(parent context.Context, r Request, accept take) (*File, *Outcome) {
	m := newMask(r.APIKey)

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

// glance looks at the beginning of an answer; it returns no file.
func (f *Fetcher) glance(ctx context.Context, a *answer, r Request, m mask) (*File, error) {
	if a.StatusCode != http.StatusOK {
		return nil, f.refusal(a, r, m)
	}

	encoded, err := a.gzipped(m)
	if err != nil {
		return nil, err
	}

	u := &unpacker{ctx: ctx, maxSize: f.o.MaxSize, m: m}

	list, err := u.open(a.body, nil, encoded)
	if err != nil || list == nil {
		return nil, err
	}

	return nil, judge(list, m)
}

// accept reads an answer whole and keeps it.
func (f *Fetcher) accept(ctx context.Context, a *answer, r Request, m mask) (*File, error) {
	if a.StatusCode != http.StatusOK {
		return nil, f.refusal(a, r, m)
	}

	if a.ContentLength > f.o.MaxSize {
		return nil, fail(TooLarge, fmt.Sprintf("%d bytes announced, %d allowed", a.ContentLength, f.o.MaxSize), nil)
	}

	encoded, err := a.gzipped(m)
	if err != nil {
		return nil, err
	}

	raw, err := f.store.spool(ctx, a.body, f.o.MaxSize)
	if err != nil {
		return nil, err
	}
	defer raw.discard()

	file, err := f.store.keep(ctx, raw, encoded, f.o.MaxSize, m)
	if err != nil {
		return nil, err
	}

	f.describe(file, a, r, m)

	if r.LastSHA256 != "" && strings.EqualFold(file.SHA256, r.LastSHA256) {
		same := fail(SameFile, "", nil)
		same.File = file

		return nil, same
	}

	return file, nil
}

// describe fills in what the answer's headers say.
func (f *Fetcher) describe(file *File, a *answer, r Request, m mask) {
	file.Status = a.StatusCode
	file.FetchedAt = f.o.Now().UTC()
	file.ETag = withoutKey(a.Header.Get("ETag"), m)
	file.LastModified = withoutKey(a.Header.Get("Last-Modified"), m)

	if a.StatusCode == http.StatusNotModified { // which need not repeat them (RFC 9110, section 15.4.5)
		file.ETag = cmp.Or(file.ETag, r.ETag)
		file.LastModified = cmp.Or(file.LastModified, r.LastModified)
	}

	file.entitle(names{
		disposition: a.Header.Get("Content-Disposition"), urlPath: a.from.Path,
		made: r.madeName(), m: m,
	})
}

// madeName is what a list is called that nobody named.
func (r Request) madeName() string {
	if r.Global {
		return "oup-titles-" + string(r.Content) + ".txt"
	}

	return "oup-" + string(r.Content) + ".txt"
}

func withoutKey(s string, m mask) string {
	if m.shows(s) {
		return ""
	}

	return s
}

// statusCodes says what an answer other than 200 means; the others are in the default of refusal.
var statusCodes = map[int]Code{
	http.StatusAccepted:        NoFile, // being made
	http.StatusNoContent:       NoFile,
	http.StatusNotModified:     SameFile,
	http.StatusUnauthorized:    CredentialsRefused,
	http.StatusForbidden:       CredentialsRefused,
	http.StatusNotFound:        NoFile,
	http.StatusRequestTimeout:  Timeout,
	http.StatusTooManyRequests: Throttled,
}

// refusal is the outcome of an answer without a list.
func (f *Fetcher) refusal(a *answer, r Request, m mask) *Outcome {
	code, known := statusCodes[a.StatusCode]

	switch {
	case known:
	case a.StatusCode >= http.StatusInternalServerError:
		code = ServerError
	default:
		code = UnexpectedStatus
	}

	if code == SameFile {
		return f.unchanged(a, r, m)
	}

	detail := fmt.Sprintf("HTTP %d", a.StatusCode)
	if text := http.StatusText(a.StatusCode); text != "" {
		detail += " " + text
	}

	if says := a.says(m); says != "" {
		detail += ", and says: " + says
	}

	o := fail(code, detail, nil)
	if code == Throttled || code == ServerError {
		o.RetryAfter = parseRetryAfter(a.Header.Get("Retry-After"), f.o.Now())
	}

	// These will not change by asking again.
	if a.StatusCode == http.StatusNotImplemented || a.StatusCode == http.StatusHTTPVersionNotSupported {
		o.Retriable = false
		o.Hint = ruleOf[UnexpectedStatus].Hint
	}

	return o
}

// unchanged is the outcome of HTTP 304.
func (f *Fetcher) unchanged(a *answer, r Request, m mask) *Outcome {
	if !a.conditional {
		return fail(UnexpectedStatus, "HTTP 304 Not Modified to a request without conditions", nil)
	}

	o := fail(SameFile, "", nil)

	file, err := f.store.find(strings.ToLower(r.LastSHA256))
	if err != nil {
		return o // the request named no hash: the caller knows the file
	}

	f.describe(file, a, r, m)

	o.File = file

	return o
}

// gzipped says whether the body is to be unpacked by its header.
func (a *answer) gzipped(m mask) (bool, error) {
	coding := strings.TrimSpace(a.Header.Get("Content-Encoding"))

	switch strings.ToLower(coding) {
	case "", "identity":
		return false, nil
	case "gzip", "x-gzip":
		return true, nil
	default:
		return false, fail(NotKBART, "it is encoded as "+cut(m.text(coding))+", which was not asked for", nil)
	}
}

// says returns what the provider says in an answer without a list.
func (a *answer) says(m mask) string {
	const enough = 8 << 10

	body := io.LimitReader(a.body, enough)

	if encoded, err := a.gzipped(m); err != nil {
		return ""
	} else if encoded {
		gz, err := gzip.NewReader(body)
		if err != nil {
			return ""
		}

		body = io.LimitReader(gz, enough)
	}

	text, _ := io.ReadAll(body) // whatever came is worth quoting

	return quote(string(text), m)
}

// limitError is the cause with which a time limit of one attempt cancels it.
type limitError struct {
	what  string
	limit time.Duration
	final bool // trying again at once would take as long
}

func (e *limitError) Error() string   { return fmt.Sprintf("%s took more than %s", e.what, e.limit) }
func (e *limitError) Timeout() bool   { return true }
func (e *limitError) Temporary() bool { return true }

// settle makes the outcome of whatever ended an attempt.
func settle(ctx context.Context, m mask, err error) *Outcome {
	if ctx.Err() != nil {
		return interrupted(ctx, err)
	}

	if o, ok := errors.AsType[*Outcome](err); ok {
		// What others wrote is masked where it is quoted; this is the net below.
		o.Message, o.Err = m.text(o.Message), m.err(o.Err)

		return o
	}

	clean := m.err(err)

	return fail(networkCode(err), cut(clean.Error()), clean)
}

// interrupted is the outcome of an attempt whose context ended: by a limit of its own or by the caller.
func interrupted(ctx context.Context, err error) *Outcome {
	cause := context.Cause(ctx)
	if cause == nil {
		cause = err
	}

	if limit, ok := errors.AsType[*limitError](cause); ok {
		o := fail(Timeout, limit.Error(), limit)
		o.final = limit.final

		return o
	}

	if errors.Is(cause, context.DeadlineExceeded) {
		o := fail(Timeout, "the job's time was up", cause)
		o.final = true

		return o
	}

	if cause != nil && !errors.Is(cause, context.Canceled) {
		cause = fmt.Errorf("%w: %w", context.Canceled, cause)
	}

	return fail(Cancelled, "", cause)
}
