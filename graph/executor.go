package graph

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"autoholdings/internal/metrics"
)

// door holds what the requests of all transports share.
type door struct {
	limits    Limits
	caller    func(context.Context) string
	metrics   *metrics.Metrics
	explain   func(error) error // what the database says of an error that is its fault
	documents documents
	pace      pace
	unread    budget
	gates     struct{ analysis, queries, mutations, strangers, streams, uploads, downloads, spools *gate }
}

// analyses is how many documents are checked and validated at once. It is work for the processors alone: more at once
// would only let everybody wait for each of them. One caller leaves room for others.
func analyses() (all, perCaller int) {
	all = max(2, runtime.GOMAXPROCS(0))
	return all, all / 2
}

func newDoor(o Options) *door {
	limits := o.Limits.WithDefaults()
	d := &door{limits: limits, caller: o.Caller, metrics: o.Metrics, explain: o.Store.Explain, documents: newDocuments()}
	if d.caller == nil {
		d.caller = callerByAddress
	}
	d.pace.perMinute, d.unread.left = limits.Requests, limits.Unread
	all, perCaller := analyses()
	d.gates.analysis = newGate(all, perCaller, limits.Wait, d.full(limitQueries, limitQueriesPerCaller))
	d.gates.queries = newGate(limits.Queries, limits.QueriesPerCaller, limits.Wait, d.full(limitQueries, limitQueriesPerCaller))
	d.gates.mutations = newGate(limits.Mutations, limits.MutationsPerCaller, limits.Wait, d.full(limitMutations, limitMutationsPerCaller))
	d.gates.streams = newGate(limits.Streams, limits.StreamsPerCaller, 0, d.full(limitStreams, limitStreamsPerCaller))
	d.gates.strangers = newGate(limits.Strangers, limits.StrangersPerCaller, limits.Wait, d.full(limitStrangers, limitStrangersPerCaller))
	d.gates.uploads = newGate(limits.Uploads, limits.UploadsPerCaller, limits.Wait, d.full(limitUploads, limitUploadsPerCaller))
	d.gates.downloads = newGate(limits.Downloads, limits.DownloadsPerCaller, limits.Wait, d.full(limitDownloads, limitDownloadsPerCaller))
	d.gates.spools = newGate(limits.Spools, max(1, limits.Spools-1), 2*limits.Wait, d.full(limitSpools, limitSpools))
	return d
}

func (d *door) full(all, perCaller *Limit) func(bool) error {
	return func(ofCaller bool) error {
		if ofCaller {
			return d.limits.exceeded(perCaller)
		}
		return d.limits.exceeded(all)
	}
}

// guarded lets a transport reach gqlgen's executor only within the limits.
type guarded struct {
	graphql.Transport

	door *door
}

// Do serves a request.
func (g guarded) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	g.Transport.Do(w, r, limitedExecutor{exec, g.door})
}

// limitedExecutor is gqlgen's executor within the limits.
type limitedExecutor struct {
	graphql.GraphExecutor

	door *door
}

// CreateOperationContext checks, parses and validates a document.
func (e limitedExecutor) CreateOperationContext(ctx context.Context, params *graphql.RawParams) (*graphql.OperationContext, gqlerror.List) {
	d, caller := e.door, e.door.caller(ctx)
	if s := socketOf(ctx); s.full(&d.limits) {
		s.calm(ctx) // it is refused when it is dispatched
	}
	if !d.pace.allows(caller, time.Now()) {
		return d.refused(ctx, params, d.limits.exceeded(limitRequests))
	}
	leave, err := d.gates.analysis.enter(ctx, caller)
	if err != nil {
		return d.refused(ctx, params, err)
	}
	defer leave()
	if valuesIn(params.Variables) > d.limits.Values {
		return d.refused(ctx, params, d.limits.exceeded(limitValues))
	}
	if !d.documents.knows(ctx, params.Query) {
		if wrong := d.limits.checkDocument(params.Query); wrong != nil {
			leave()
			socketOf(ctx).calm(ctx)
			return &graphql.OperationContext{RawQuery: params.Query}, gqlerror.List{wrong}
		}
	}
	return e.GraphExecutor.CreateOperationContext(ctx, params)
}

func (d *door) refused(ctx context.Context, params *graphql.RawParams, err error) (*graphql.OperationContext, gqlerror.List) {
	socketOf(ctx).calm(ctx)
	return &graphql.OperationContext{RawQuery: params.Query}, gqlerror.List{d.refusal(ctx, err)}
}

// refusal is the error for a client. Where it answers a request by HTTP, it sets the status.
func (d *door) refusal(ctx context.Context, err error) *gqlerror.Error {
	e, ok := errors.AsType[*excess](err)
	if !ok {
		return gqlerror.Wrap(err) // the client has gone
	}
	if w, ok := ctx.Value(answerKey{}).(*answer); ok {
		w.refuse(e)
	}
	return e.graphQL()
}

// errTime is the cause that a context ends with when an operation takes too long.
type errTime struct{ *excess }

// Unwrap returns the refusal.
func (e errTime) Unwrap() error { return e.excess }

// oneByOne resolves the fields at the root of a query after each other. Side by side, the fields of one query would take
// all connections to the database, and everybody else would wait behind them.
func oneByOne(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
	turn, ok := ctx.Value(turnKey{}).(*sync.Mutex)
	if !ok {
		return next(ctx)
	}
	turn.Lock()
	defer turn.Unlock()
	return next(ctx)
}

// turnKey is the context key of an operation's *sync.Mutex.
type turnKey struct{}

// DispatchOperation executes an operation.
func (e limitedExecutor) DispatchOperation(ctx context.Context, op *graphql.OperationContext) (graphql.ResponseHandler, context.Context) {
	d := e.door
	leaveSocket, err := socketOf(ctx).enter(&d.limits)
	if err != nil {
		return d.answerRefusal(ctx, op, e, err), ctx
	}
	if op.Operation.Operation == ast.Subscription {
		responses, ctx := e.GraphExecutor.DispatchOperation(ctx, op)
		context.AfterFunc(ctx, leaveSocket)
		return ends(responses, leaveSocket), ctx
	}
	gate, limit := d.gates.queries, limitQueryTime
	if op.Operation.Operation == ast.Mutation {
		gate, limit = d.gates.mutations, limitMutationTime
	}
	leave, err := gate.enter(ctx, d.caller(ctx))
	if err != nil {
		socketOf(ctx).calm(ctx)
		leaveSocket()
		return d.answerRefusal(ctx, op, e, err), ctx
	}
	late := errTime{d.limits.exceeded(limit)}
	timed, cancel := context.WithTimeoutCause(ctx, *limit.Time(&d.limits), late)
	responses, inner := e.GraphExecutor.DispatchOperation(context.WithValue(timed, turnKey{}, &sync.Mutex{}), op)
	once := &execution{executor: e, op: op, ctx: ctx, late: late, responses: responses}
	once.done = sync.OnceFunc(func() { cancel(); leave(); leaveSocket() })
	context.AfterFunc(ctx, once.end)
	return once.next, inner
}

func (d *door) answerRefusal(ctx context.Context, op *graphql.OperationContext, e limitedExecutor, err error) graphql.ResponseHandler {
	ctx = graphql.WithOperationContext(ctx, op)
	return graphql.OneShot(e.DispatchError(ctx, gqlerror.List{d.refusal(ctx, err)}))
}

// ends calls end with the last response.
func ends(responses graphql.ResponseHandler, end func()) graphql.ResponseHandler {
	return func(ctx context.Context) *graphql.Response {
		response := responses(ctx)
		if response == nil {
			end()
		}
		return response
	}
}

// execution is a query or mutation under way.
type execution struct {
	executor  limitedExecutor
	op        *graphql.OperationContext
	ctx       context.Context // without the time limit
	late      errTime
	responses graphql.ResponseHandler
	answered  bool
	done      func() // gives back what executing takes
	read      func() // gives back what the answer takes until it is read

	mutex sync.Mutex
	over  bool
}

// next executes. A transport calls it again when it has sent what came before.
func (x *execution) next(ctx context.Context) *graphql.Response {
	x.answerRead()
	defer x.done() // also in a panic
	again := x.answered
	x.answered = true
	response := x.responses(ctx)
	late := errors.Is(context.Cause(ctx), x.late)
	switch {
	case again:
		return response
	case late && (response == nil || x.op.Operation.Operation == ast.Query):
		return x.refuse(x.late.excess) // before it began, or in place of an error for each field
	case response == nil:
		return nil
	}
	if len(response.Data) <= smallAnswer {
		return response
	}
	d := x.executor.door
	giveBack, ok := d.unread.take(len(response.Data), d.limits.Unread)
	if !ok {
		if x.op.Operation.Operation == ast.Query {
			return x.refuse(d.limits.exceeded(limitUnread))
		}
		return response // it has been done, which its client must hear
	}
	x.mutex.Lock()
	defer x.mutex.Unlock()
	if x.read = giveBack; x.over {
		giveBack()
	}
	return response
}

// smallAnswer is how many bytes of an answer are not counted as unread: they fit into the connection's buffers.
const smallAnswer = 64 << 10

func (x *execution) refuse(e *excess) *graphql.Response {
	ctx := graphql.WithOperationContext(x.ctx, x.op)
	return x.executor.DispatchError(ctx, gqlerror.List{x.executor.door.refusal(ctx, e)})
}

func (x *execution) answerRead() {
	x.mutex.Lock()
	defer x.mutex.Unlock()
	if x.read != nil {
		x.read()
		x.read = nil
	}
}

// end is called when the request is over.
func (x *execution) end() {
	x.done()
	x.answerRead()
	x.mutex.Lock()
	defer x.mutex.Unlock()
	x.over = true
}

type socketKey struct{}

// socketOf returns the WebSocket that an operation came over; nil: by another way.
func socketOf(ctx context.Context) *socket {
	s, _ := ctx.Value(socketKey{}).(*socket)
	return s
}

// calm lets a WebSocket wait before it hears a refusal. A client by HTTP sends its next request when it has its answer;
// over a WebSocket it could send thousands, and keep the processors busy with refusing them.
func (s *socket) calm(ctx context.Context) {
	if s == nil {
		return
	}
	timer := time.NewTimer(refusalPause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

const refusalPause = 100 * time.Millisecond

func (s *socket) full(limits *Limits) bool {
	return s != nil && int(s.operations.Load()) >= limits.Subscriptions
}

func (s *socket) enter(limits *Limits) (leave func(), err error) {
	if s == nil {
		return func() {}, nil
	}
	if s.operations.Add(1) > int32(limits.Subscriptions) { //nolint:gosec // G115: a small number
		s.operations.Add(-1)
		return nil, limits.exceeded(limitSubscriptions)
	}
	return sync.OnceFunc(func() { s.operations.Add(-1) }), nil
}
