package graph

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"autoholdings/graph/generated"
	"autoholdings/holdings/library"
	"autoholdings/internal/access"
	"autoholdings/internal/metrics"
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
	Metrics *metrics.Metrics
	Limits  Limits

	// SpoolDir is an existing folder for downloads while they are sent; default: that of the system for temporary files.
	SpoolDir string

	// Caller names who sends a request, from its context: the limits of one caller are counted by that name. Default: the
	// address that the request comes from.
	Caller func(ctx context.Context) string

	// Where something before this handler knows who asks and from which pages (internal/door); nil: nothing does, and only
	// pages of this server may use the API.
	InitWebSocket func(ctx context.Context, payload map[string]any) (context.Context, error)
}

// keepAlive is the time between pings on WebSockets and server-sent events: without them dead clients would stay.
const keepAlive = 15 * time.Second

// NewHandler serves the API at /graphql (POST in JSON or as application/graphql, GET for queries, graphql-transport-ws,
// server-sent events), GraphiQL at /graphiql/, and reports, lists and kept files at the paths that the API shows. It accepts
// lists at POST /files, and answers who may read what at /access.
func NewHandler(o Options) http.Handler {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	d := newDoor(o)
	mux := http.NewServeMux()
	api := mannerly(d.streams(d.answering(d.checkBody(newServer(o, d)))))
	if o.InitWebSocket == nil {
		api = fromHere(api)
	}
	mux.Handle("/graphql", api)
	mux.Handle("GET /graphiql/{$}", graphiQL())
	mux.Handle("GET /graphiql/", http.StripPrefix("/graphiql/", graphiQLFiles()))
	files := &downloads{
		holdings: o.Library.Holdings, acquisitions: o.Library.Acquisitions, bulk: o.Library.Bulk, reader: jobs.NewReader(o.Store),
		access: o.Access, files: o.Files,
		log: o.Logger, door: d, dir: o.SpoolDir,
	}
	files.register(mux)
	(&readings{holdings: o.Library.Holdings, log: o.Logger, door: d}).register(mux, files.wanted)
	(&uploads{jobs: o.Jobs, log: o.Logger, door: d, guarded: o.InitWebSocket != nil}).register(mux)
	return withRequestID(withAddress(Bodies(d.limits, mux)))
}

func newServer(o Options, d *door) *handler.Server {
	reader := jobs.NewReader(o.Store)
	root := &resolver{
		holdings: o.Library.Holdings, collections: o.Library.Collections, acquisitions: o.Library.Acquisitions,
		profiles: o.Library.Profiles, moves: o.Library.Moves, bulk: o.Library.Bulk, jobs: o.Jobs, reader: reader,
		limits: &d.limits, stirring: newJobsWatch(reader, o.Jobs),
		access: o.Access, worklist: o.Library.Worklist, watched: newWorklistWatch(o.Library.Worklist),
	}
	server := handler.New(generated.NewExecutableSchema(generated.Config{
		Schema: served(), Resolvers: root, Complexity: complexity(), Directives: generated.DirectiveRoot{Requires: requires},
	}))
	for _, t := range []graphql.Transport{
		d.webSocket(o.InitWebSocket),
		transport.SSE{KeepAlivePingInterval: keepAlive}, // before overHTTP, which would take its requests
		transport.Options{},
		overHTTP{},
	} {
		server.AddTransport(guarded{t, d})
	}
	server.SetQueryCache(d.documents)
	server.SetParserTokenLimit(d.limits.Tokens)
	server.SetDisableSuggestion(d.limits.NoSuggestions)
	if !d.limits.NoIntrospection {
		server.Use(extension.Introspection{})
	}
	server.Use(&complexityLimit{limits: &d.limits})
	server.AroundRootFields(oneByOne)
	server.AroundRootFields(recordMutations)
	server.AroundResponses(countOperations(o.Metrics))
	server.SetErrorPresenter(d.presenter(o.Logger))
	server.SetRecoverFunc(recovered(o.Logger))
	return server
}

// served is the schema without @defer, which every schema of gqlgen shows: no transport here answers in parts.
var served = sync.OnceValue(func() *ast.Schema {
	schema := generated.NewExecutableSchema(generated.Config{}).Schema()
	delete(schema.Directives, "defer")
	return schema
})

func refuse(w http.ResponseWriter, r *http.Request, status int, code, message string) {
	answerWith(w, r, status, &graphql.Response{Errors: gqlerror.List{coded(r.Context(), gqlerror.Errorf("%s", message), code)}})
}

// answerExcess sends the refusal of what is over a limit; err may be another error, of a client that has gone.
func answerExcess(w http.ResponseWriter, r *http.Request, err error) {
	e, ok := errors.AsType[*excess](err)
	if !ok {
		panic(http.ErrAbortHandler)
	}
	if e.again > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(e.again.Seconds())))
	}
	answerWith(w, r, e.limit.Status, &graphql.Response{Errors: gqlerror.List{limited(r.Context(), e.graphQL(), e)}})
}

// requestIDKey is the context key of the request's id.
type requestIDKey struct{}

func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}
