package graph

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"autoholdings/graph/generated"
	"autoholdings/holdings"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
	"autoholdings/jobs"
)

// Options are what the API stands on.
type Options struct {
	Holdings *holdings.Service
	Jobs     Jobs
	Store    *store.Store
	Files    Files        // where provider files are kept; nil: none can be downloaded
	Logger   *slog.Logger // default: none
}

// The bounds of one request. A page of 500 portfolios with all that belongs to them stays far below.
const (
	maxBody       = 1 << 20 // bytes
	maxTokens     = 15_000
	maxComplexity = 250_000
	keepAlive     = 15 * time.Second // between pings on WebSocket and server-sent events: without them dead clients stay
	cachedQueries = 1000
)

// NewHandler serves the API at /graphql (POST in JSON or as application/graphql, GET for queries, graphql-transport-ws,
// server-sent events), GraphiQL at /, and reports, lists and kept files at the paths that the API shows.
func NewHandler(o Options) http.Handler {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	mux := http.NewServeMux()
	mux.Handle("/graphql", readBody(newServer(o)))
	mux.Handle("GET /{$}", graphiQL())
	mux.Handle("GET /graphiql/", http.StripPrefix("/graphiql/", graphiQLFiles()))
	(&downloads{holdings: o.Holdings, reader: jobs.NewReader(o.Store), files: o.Files, log: o.Logger}).register(mux)
	return withRequestID(mux)
}

func newServer(o Options) *handler.Server {
	root := &resolver{holdings: o.Holdings, jobs: o.Jobs, reader: jobs.NewReader(o.Store)}
	server := handler.New(generated.NewExecutableSchema(generated.Config{Resolvers: root, Complexity: complexity()}))
	server.AddTransport(transport.Websocket{
		KeepAlivePingInterval: keepAlive, // the older protocol, graphql-ws
		PingPongInterval:      keepAlive, // graphql-transport-ws: a client that does not answer is let go
		InitTimeout:           10 * time.Second,
	})
	server.AddTransport(transport.SSE{KeepAlivePingInterval: keepAlive}) // before POST, which would take its requests
	server.AddTransport(transport.Options{})
	server.AddTransport(transport.GET{})
	server.AddTransport(transport.POST{})
	server.AddTransport(transport.GRAPHQL{}) // the query as it is, with content type application/graphql: for curl
	server.SetQueryCache(lru.New[*ast.QueryDocument](cachedQueries))
	server.SetParserTokenLimit(maxTokens)
	server.Use(extension.Introspection{})
	server.Use(extension.FixedComplexityLimit(maxComplexity))
	server.SetErrorPresenter(presenter(o.Logger))
	server.SetRecoverFunc(recovered(o.Logger))
	return server
}

// readBody reads a request's body, up to its bound, and refuses what is no JSON where it should be: gqlgen would show the
// body in its answer, and for server-sent events print it to the standard log, with whatever credential stands in it.
func readBody(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			next.ServeHTTP(w, r)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		var tooLarge *http.MaxBytesError
		mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
		switch {
		case errors.As(err, &tooLarge):
			refuse(w, r, http.StatusRequestEntityTooLarge, codeLimited, fmt.Sprintf("the request has more than %d bytes", maxBody))
		case err != nil:
			refuse(w, r, http.StatusBadRequest, string(problem.BadInput), "the request ended before it was complete")
		case mediaType == "application/json" && !isRequest(body):
			refuse(w, r, http.StatusBadRequest, string(problem.BadInput),
				`the body is no GraphQL request; send JSON such as {"query": "{ settings { institutionName } }", "variables": {}}`)
		default:
			r.Body = io.NopCloser(bytes.NewReader(body))
			next.ServeHTTP(w, r)
		}
	})
}

// isRequest says whether gqlgen will be able to decode the body.
func isRequest(body []byte) bool {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	return decoder.Decode(&graphql.RawParams{}) == nil
}

// refuse answers as GraphQL does what never reaches it.
func refuse(w http.ResponseWriter, r *http.Request, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(graphql.Response{Errors: gqlerror.List{{ // to a client that may have gone
		Message: message, Extensions: map[string]any{"code": code, "requestId": requestID(r.Context())},
	}}})
}

// requestIDKey is under which the request's id stands in its context.
type requestIDKey struct{}

func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}
