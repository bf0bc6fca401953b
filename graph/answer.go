package graph

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// answer sends what the API answers. A client that takes nothing for a while is given up, since what it does not read
// stays in memory.
type answer struct {
	http.ResponseWriter

	control  *http.ResponseController
	patience time.Duration
	until    time.Time // for all of it; zero: no end
	gone     func()    // called when the client takes no more; may be nil

	mutex   sync.Mutex // gqlgen's pings for server-sent events come from a goroutine of their own, sometimes after the end
	refused *excess    // why the request was refused
	begun   bool
	over    bool
	failed  error // of writing
}

// answerKey is the context key of the request's *answer.
type answerKey struct{}

func newAnswer(w http.ResponseWriter, patience time.Duration) *answer {
	return &answer{ResponseWriter: w, control: http.NewResponseController(w), patience: patience}
}

// refuse makes the answer one that says by its status, too, that the request was refused.
func (a *answer) refuse(e *excess) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.refused = e
}

// WriteHeader sends the status; that of a refusal comes before what gqlgen takes for right.
func (a *answer) WriteHeader(status int) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.begin(status)
}

func (a *answer) begin(status int) {
	if a.begun {
		return
	}
	a.begun = true
	if a.refused != nil {
		status = a.refused.limit.Status
		if again := a.refused.again; again > 0 {
			a.Header().Set("Retry-After", strconv.Itoa(int(again.Seconds())))
		}
	}
	a.ResponseWriter.WriteHeader(status)
}

// chunk is how many bytes a client has to take before its patience begins anew.
const chunk = 64 << 10

func (a *answer) Write(b []byte) (sent int, err error) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if a.over {
		return 0, http.ErrHandlerTimeout
	}
	a.begin(http.StatusOK)
	for {
		part := b[sent:min(len(b), sent+chunk)]
		if err = a.wait(); err != nil {
			break
		}
		n, wrong := a.ResponseWriter.Write(part)
		sent += n
		if err = wrong; err != nil || sent == len(b) {
			break
		}
	}
	a.noticed(err)
	return sent, err
}

func (a *answer) noticed(err error) {
	if err == nil || a.failed != nil {
		return
	}
	if a.failed = err; a.gone != nil {
		a.gone()
	}
}

// Flush sends what is buffered: server-sent events have to arrive at once.
func (a *answer) Flush() {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.flush()
}

func (a *answer) flush() {
	if a.over {
		return
	}
	err := a.wait()
	if err == nil {
		err = a.control.Flush()
	}
	if !errors.Is(err, http.ErrNotSupported) {
		a.noticed(err)
	}
}

// Unwrap lets an http.ResponseController reach the connection.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

func (a *answer) wait() error {
	deadline := time.Now().Add(a.patience)
	if !a.until.IsZero() && a.until.Before(deadline) {
		deadline = a.until
	}
	return deadlineOf(a.control.SetWriteDeadline, deadline)
}

// end sends what is left and frees the connection for further requests. What was not sent whole breaks the connection,
// so that nobody takes a part for the whole.
func (a *answer) end() {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.flush()
	a.over = true
	if a.failed != nil {
		panic(http.ErrAbortHandler)
	}
	_ = deadlineOf(a.control.SetWriteDeadline, time.Time{}) // the connection is gone
}

// deadlineOf sets a deadline where the connection has any.
func deadlineOf(set func(time.Time) error, at time.Time) error {
	if err := set(at); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	return nil
}

// answering gives requests an answer that slow clients cannot hold up.
func (d *door) answering(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isUpgrade(r) { // it has its own (see websocket.go)
			next.ServeHTTP(w, r)
			return
		}
		a := newAnswer(w, d.limits.Patience)
		ctx, cancel := context.WithCancel(context.WithValue(r.Context(), answerKey{}, a))
		defer cancel() // what is held for the answer is given back
		a.gone = cancel
		next.ServeHTTP(a, r.WithContext(ctx))
		a.end()
	})
}
