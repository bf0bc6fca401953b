package graph

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"autoholdings/internal/problem"
)

// Codes of errors, beside those of problems. Clients may rely on them.
const (
	codeLimited  = "LIMITED"
	codeInternal = "INTERNAL"
)

// withRequestID names each request, so that what a client is told can be found in the log.
func withRequestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := rand.Text()[:12]
		w.Header().Set("X-Request-Id", id)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestIDKey{}, id)))
	})
}

// presenter shows what a user can mend, and masks everything else: no text of the database reaches a client.
func presenter(log *slog.Logger) graphql.ErrorPresenterFunc {
	return func(ctx context.Context, err error) *gqlerror.Error {
		shown := graphql.DefaultErrorPresenter(ctx, err)
		if problems, ok := problem.In(errors.Unwrap(shown)); ok && len(problems) > 0 {
			shown.Message = problems[0].Error()
			shown.Extensions = map[string]any{"code": string(problems[0].Code), "requestId": requestID(ctx)}
			return shown
		}
		if code, ok := protocolCode(shown); ok {
			shown.Extensions = map[string]any{"code": code, "requestId": requestID(ctx)}
			return shown
		}
		if errors.Unwrap(shown) == nil { // gqlgen's own, such as of a variable of the wrong form
			shown.Extensions = map[string]any{"code": string(problem.BadInput), "requestId": requestID(ctx)}
			return shown
		}
		level := slog.LevelError
		if ctx.Err() != nil { // the client has gone: what was broken off for that is no fault
			level = slog.LevelDebug
		}
		log.Log(ctx, level, "answer a request", "request", requestID(ctx), "path", shown.Path.String(), "error", err)
		return masked(ctx, shown)
	}
}

// protocolCode tells the errors of GraphQL itself: of a query that cannot be parsed, is not valid, or asks for too much.
func protocolCode(e *gqlerror.Error) (string, bool) {
	switch e.Extensions["code"] {
	case errcode.ParseFailed, errcode.ValidationFailed:
		return string(problem.BadInput), true
	case "COMPLEXITY_LIMIT_EXCEEDED":
		return codeLimited, true
	}
	return "", false
}

func masked(ctx context.Context, e *gqlerror.Error) *gqlerror.Error {
	return &gqlerror.Error{
		Message: fmt.Sprintf("something went wrong here; the server's log says what, under request %s", requestID(ctx)),
		Path:    e.Path, Locations: e.Locations,
		Extensions: map[string]any{"code": codeInternal, "requestId": requestID(ctx)},
	}
}

// errPanic stands for a panic, whose own text is for the log only.
var errPanic = errors.New("panic")

func recovered(log *slog.Logger) graphql.RecoverFunc {
	return func(ctx context.Context, p any) error {
		log.ErrorContext(ctx, "panic while answering a request", "request", requestID(ctx), "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
		return errPanic
	}
}
