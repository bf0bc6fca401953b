package provider

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"
)

// limitError is the cause when an attempt's time limit cancels it.
type limitError struct {
	what  string
	limit time.Duration
	final bool // trying again at once would take just as long
}

func (e *limitError) Error() string   { return fmt.Sprintf("%s took more than %s", e.what, e.limit) }
func (e *limitError) Timeout() bool   { return true }
func (e *limitError) Temporary() bool { return true }

// settle turns whatever ended an attempt into an outcome.
func settle(ctx context.Context, m mask, err error) *Outcome {
	if ctx.Err() != nil {
		return interrupted(ctx, err)
	}
	if o, ok := errors.AsType[*Outcome](err); ok {
		// Quotes are masked where they are made; this is the safety net.
		o.Message, o.Err = m.text(o.Message), m.err(o.Err)
		return o
	}
	clean := m.err(err)
	return newOutcome(networkCode(err), cut(clean.Error()), clean)
}

// interrupted is the outcome of an attempt whose context ended, by its own limit or by the caller.
func interrupted(ctx context.Context, err error) *Outcome {
	cause := context.Cause(ctx)
	if cause == nil {
		cause = err
	}
	if limit, ok := errors.AsType[*limitError](cause); ok {
		o := newOutcome(Timeout, limit.Error(), limit)
		o.final = limit.final
		return o
	}
	if errors.Is(cause, context.DeadlineExceeded) {
		o := newOutcome(Timeout, "the job's time was up", cause)
		o.final = true
		return o
	}
	if cause != nil && !errors.Is(cause, context.Canceled) {
		cause = fmt.Errorf("%w: %w", context.Canceled, cause)
	}
	return newOutcome(Cancelled, "", cause)
}

// networkCode returns the kind of a connection error.
func networkCode(err error) Code {
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return Timeout
	}
	if isTLS(err) {
		return TLS
	}
	return Network
}

func isTLS(err error) bool {
	if strings.Contains(err.Error(), "tls: ") {
		return true // crypto/tls has no type for most of its errors
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return true
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return true
	}
	_, ok := errors.AsType[tls.RecordHeaderError](err)
	return ok
}
