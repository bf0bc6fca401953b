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
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/coder/websocket"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"autoholdings/graph/generated"
	"autoholdings/holdings/library"
	"autoholdings/internal/access"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
	"autoholdings/jobs"
)

// Options are what the API needs.
type Options struct {
	Library *library.Library
	Jobs    Jobs
	Store   *store.Store
	Access  *access.Service
	Files   Files        // provider files; nil: none can be downloaded
	Logger  *slog.Logger // default: none

	// Where something before this handler knows who asks and from which pages (internal/door); nil: nothing does, and only
	// pages of this server may open WebSockets and upload.
	InitWebSocket func(ctx context.Context, payload map[string]any) (context.Context, error)
}

// The limits of one request. A page of 500 portfolios with everything that belongs to them is far below.
const (
	maxBody       = 1 << 20 // bytes
	maxTokens     = 15_000
	maxComplexity = 250_000
	keepAlive     = 15 * time.Second // between pings on WebSocket and server-sent events: without them dead clients would stay
	cachedQueries = 1000
)

// NewHandler serves the API at /graphql (POST in JSON or as application/graphql, GET for queries, graphql-transport-ws,
// server-sent events), GraphiQL at /, and reports, lists and kept files at the paths that the API shows. It accepts
// lists at POST /files.
func NewHandler(o Options) http.Handler {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	mux := http.NewServeMux()
	mux.Handle("/graphql", checkBody(newServer(o)))
	mux.Handle("GET /{$}", graphiQL())
	mux.Handle("GET /graphiql/", http.StripPrefix("/graphiql/", graphiQLFiles()))
	(&downloads{
		holdings: o.Library.Holdings, acquisitions: o.Library.Acquisitions, reader: jobs.NewReader(o.Store), files: o.Files,
		log: o.Logger,
	}).register(mux)
	(&uploads{jobs: o.Jobs, log: o.Logger, guarded: o.InitWebSocket != nil}).register(mux)
	return withRequestID(mux)
}

func newServer(o Options) *handler.Server {
	root := &resolver{
		holdings: o.Library.Holdings, collections: o.Library.Collections, acquisitions: o.Library.Acquisitions,
		profiles: o.Library.Profiles, moves: o.Library.Moves, jobs: o.Jobs, reader: jobs.NewReader(o.Store), access: o.Access,
	}
	server := handler.New(generated.NewExecutableSchema(generated.Config{
		Resolvers: root, Complexity: complexity(), Directives: generated.DirectiveRoot{Requires: requires},
	}))
	server.AroundRootFields(recordMutations)
	server.AddTransport(webSocket(o))
	server.AddTransport(transport.SSE{KeepAlivePingInterval: keepAlive}) // before POST, which would take its requests
	server.AddTransport(transport.Options{})
	server.AddTransport(transport.GET{})
	server.AddTransport(transport.POST{})
	server.AddTransport(transport.GRAPHQL{}) // the plain query, with content type application/graphql: for curl
	server.SetQueryCache(lru.New[*ast.QueryDocument](cachedQueries))
	server.SetParserTokenLimit(maxTokens)
	server.Use(extension.Introspection{})
	server.Use(extension.FixedComplexityLimit(maxComplexity))
	server.SetErrorPresenter(presenter(o.Logger))
	server.SetRecoverFunc(recovered(o.Logger))
	return server
}

// closedForbidden is the code with which graphql-transport-ws closes the WebSocket of a client that is not let in.
const closedForbidden = 4403

func webSocket(o Options) transport.Websocket {
	t := transport.Websocket{PingPongInterval: keepAlive, InitTimeout: 10 * time.Second}
	if o.InitWebSocket == nil {
		return t
	}
	t.Implementation = transport.CoderWebsocketImplementation{AcceptOptions: websocket.AcceptOptions{InsecureSkipVerify: true}} // the door did
	t.InitFunc = func(ctx context.Context, payload transport.InitPayload) (context.Context, *transport.InitPayload, error) {
		within, err := o.InitWebSocket(ctx, payload)
		if err != nil {
			return transport.WithWebsocketCloseCode(transport.AppendCloseReason(ctx, closeReason(err)), closedForbidden), nil, err
		}
		return within, nil, nil
	}
	return t
}

// closeReason is an error in the 123 bytes that a WebSocket has for it.
func closeReason(err error) string {
	text := err.Error()
	return strings.ToValidUTF8(text[:min(len(text), 123)], "")
}

// checkBody refuses a body that is too large or is not a request. gqlgen would too, but it would repeat the body in its
// answer and in the log, and the body may contain a key.
func checkBody(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			next.ServeHTTP(w, r)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
			refuse(w, r, http.StatusRequestEntityTooLarge, codeLimited,
				fmt.Sprintf("the request has more than %d bytes: send less at a time", maxBody))
			return
		}
		if err != nil || !isPlainQuery(r) && json.Unmarshal(body, &graphql.RawParams{}) != nil {
			refuse(w, r, http.StatusBadRequest, string(problem.BadInput),
				`the request's body is not of the form {"query": "…", "variables": {…}}: send it as JSON, whole and with nothing behind it`)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		next.ServeHTTP(w, r)
	})
}

// isPlainQuery reports whether the body is the query itself.
func isPlainQuery(r *http.Request) bool {
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && mediaType == "application/graphql"
}

func refuse(w http.ResponseWriter, r *http.Request, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json")
	transport.SendError(w, status, coded(r.Context(), gqlerror.Errorf("%s", message), code))
}

// requestIDKey is the context key of the request's id.
type requestIDKey struct{}

func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}
