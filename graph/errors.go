package graph

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"autoholdings/internal/problem"
	"autoholdings/internal/store"
)

// Codes of errors, as answers have them.
const (
	codeLimited   = string(problem.Limited)
	codeForbidden = string(problem.Forbidden)
	codeInternal  = string(problem.Internal)
)

// withRequestID gives each request an id, so an error shown to a client can be found in the log.
func withRequestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := rand.Text()[:12]
		w.Header().Set("X-Request-Id", id)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestIDKey{}, id)))
	})
}

// presenter is that of the API. Validating suggests names in several rules, of which gqlgen can switch off some.
func (d *door) presenter(log *slog.Logger) graphql.ErrorPresenterFunc {
	present := d.present(log)
	if !d.limits.NoSuggestions {
		return present
	}
	return func(ctx context.Context, err error) *gqlerror.Error {
		told := present(ctx, err)
		told.Message, _, _ = strings.Cut(told.Message, " Did you mean ")
		return told
	}
}

// present shows errors that a user can fix, and masks all others: no database text reaches a client.
func (d *door) present(log *slog.Logger) graphql.ErrorPresenterFunc {
	return func(ctx context.Context, err error) *gqlerror.Error {
		shown := graphql.DefaultErrorPresenter(ctx, err)
		if e, ok := errors.AsType[*excess](err); ok {
			return limited(ctx, shown, e)
		}
		if late, ok := errors.AsType[errTime](context.Cause(ctx)); ok && errors.Is(err, context.DeadlineExceeded) {
			return limited(ctx, shown, late.excess)
		}
		if problems, ok := problem.In(errors.Unwrap(shown)); ok && len(problems) > 0 {
			told := coded(ctx, shown, string(problems[0].Code))
			told.Message = problems[0].Error()
			return told
		}
		if code, ok := protocolCode(shown); ok {
			told := coded(ctx, shown, code)
			told.Message = withoutLiteral(told.Message)
			return told
		}
		if errors.Unwrap(shown) == nil { // gqlgen's own, such as for a variable of the wrong form
			return coded(ctx, shown, string(problem.BadInput))
		}
		if ctx.Err() != nil { // the client has gone; nothing is wrong here
			log.DebugContext(ctx, "answer a request", "request", requestID(ctx), "path", shown.Path.String(), "error", err)
			return masked(ctx, shown)
		}
		log.ErrorContext(ctx, "answer a request", "request", requestID(ctx), "path", shown.Path.String(), "error", d.explain(err))
		told := masked(ctx, shown)
		if fault := store.FaultOf(err); fault != "" {
			told.Message = ofFault(fault) + "; the server's log says what to do, under request " + requestID(ctx)
		}
		return told
	}
}

// tooComplex is gqlgen's code for an operation that asks for too much.
const tooComplex = "COMPLEXITY_LIMIT_EXCEEDED"

// An operation that asks for too much is answered like an invalid one: it never began.
func init() { errcode.RegisterErrorType(tooComplex, errcode.KindProtocol) }

// protocolCode recognizes the errors of GraphQL itself: a query that cannot be parsed, is invalid, or asks for too
// much.
func protocolCode(e *gqlerror.Error) (string, bool) {
	switch e.Extensions["code"] {
	case errcode.ParseFailed:
		return string(problem.BadInput), true
	case errcode.ValidationFailed:
		return string(problem.BadInput), true
	}
	return "", false
}

// limited is the refusal of what is over a limit. It names the limit, so that a program knows what to ask less of.
func limited(ctx context.Context, e *gqlerror.Error, over *excess) *gqlerror.Error {
	told := coded(ctx, e, codeLimited)
	told.Message = over.Error()
	told.Extensions["limit"] = over.limit.Name
	return told
}

// withoutLiteral removes the value from the validator's message about a wrong type: it may be a key. The error's
// locations say where it is in the query.
func withoutLiteral(message string) string {
	if what, _, ok := strings.Cut(message, " value: "); ok && strings.Contains(what, " cannot represent ") {
		return what + " value"
	}
	return message
}

// coded returns the error with one of our codes. It is a copy, because the transports still use gqlgen's code in the
// original.
func coded(ctx context.Context, e *gqlerror.Error, code string) *gqlerror.Error {
	told := *e
	told.Extensions = map[string]any{"code": code, "requestId": requestID(ctx)}
	return &told
}

func masked(ctx context.Context, e *gqlerror.Error) *gqlerror.Error {
	return coded(ctx, &gqlerror.Error{
		Message: fmt.Sprintf("something went wrong here; the server's log says what, under request %s", requestID(ctx)),
		Path:    e.Path, Locations: e.Locations,
	}, codeInternal)
}

// ofFault says that the machine failed the request.
func ofFault(fault store.Fault) string {
	if fault == store.Full {
		return "the server's disk is full, so nothing was saved: try again when somebody has made space"
	}
	return fmt.Sprintf("the server's database cannot be used (it is %s), so nothing was done: tell whoever runs the server", fault)
}

// errPanic replaces a panic, whose own text is only for the log.
var errPanic = errors.New("panic")

func recovered(log *slog.Logger) graphql.RecoverFunc {
	return func(ctx context.Context, p any) error {
		log.ErrorContext(ctx, "panic while answering a request", "request", requestID(ctx), "panic", fmt.Sprint(p), "stack",
			string(debug.Stack()))
		return errPanic
	}
}
