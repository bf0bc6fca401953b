package graph

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/coder/websocket"

	"autoholdings/internal/access"
)

// streams bounds the connections that stay open: WebSockets and streams of server-sent events. A WebSocket whose client has
// not said who it is takes one of few places for strangers until it has: identified.
func (d *door) streams(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isUpgrade(r) && !wantsEvents(r) {
			next.ServeHTTP(w, r)
			return
		}
		_, known := access.From(r.Context())
		gate := d.gates.streams
		if isUpgrade(r) && !known {
			gate = d.gates.strangers
		}
		leave, err := gate.enter(r.Context(), d.caller(r.Context()))
		if err != nil {
			answerExcess(w, r, err)
			return
		}
		s := &socket{stranger: !known, leave: leave}
		defer s.close()
		if isUpgrade(r) {
			r = r.WithContext(context.WithValue(r.Context(), socketKey{}, s))
		}
		next.ServeHTTP(w, r)
	})
}

// wantsEvents reports whether a request asks for server-sent events.
func wantsEvents(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept"), "text/event-stream")
}

// isUpgrade reports whether a request opens a WebSocket.
func isUpgrade(r *http.Request) bool {
	return r.Method == http.MethodGet && strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}

// strangersMessage is the longest message of a client that has not said who it is, in bytes: a token of an issuer has some
// thousand.
const strangersMessage = 16 << 10

// socket is one WebSocket.
type socket struct {
	operations atomic.Int32 // at once

	mutex    sync.Mutex
	stranger bool
	leave    func() // gives its place back
	raise    func() // lets it send messages of any length that is allowed
}

// identified gives a WebSocket whose client has said who it is a place among others.
func (d *door) identified(ctx context.Context) error {
	s := socketOf(ctx)
	if s == nil {
		return nil
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.stranger {
		leave, err := d.gates.streams.enter(ctx, d.caller(ctx))
		if err != nil {
			return err
		}
		s.leave()
		s.stranger, s.leave = false, leave
	}
	if s.raise != nil {
		s.raise()
	}
	return nil
}

func (s *socket) close() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.leave()
}

// closedForbidden is the code with which graphql-transport-ws closes the WebSocket of a client that is not let in.
const closedForbidden = 4403

// webSocket takes WebSockets. knows says who asks by a socket's first message, and has seen which page opens it; nil:
// nobody does, and pages elsewhere may open none.
func (d *door) webSocket(knows func(ctx context.Context, payload map[string]any) (context.Context, error)) transport.Websocket {
	limit := int64(d.limits.Body)
	t := transport.Websocket{
		Implementation: patientSockets{knows != nil, d.limits.Patience}, PingPongInterval: keepAlive, InitTimeout: 10 * time.Second,
		PayloadReadLimit: &limit,
	}
	t.InitFunc = func(ctx context.Context, payload transport.InitPayload) (context.Context, *transport.InitPayload, error) {
		within, err := ctx, error(nil)
		if knows != nil {
			within, err = knows(ctx, payload)
		}
		if err == nil {
			err = d.identified(within)
		}
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

// patientSockets are WebSockets whose clients have to read what they asked for.
type patientSockets struct {
	anyOrigin bool // somebody has seen before which page opens it
	patience  time.Duration
}

// Accept makes a request a WebSocket.
func (p patientSockets) Accept(
	w http.ResponseWriter, r *http.Request, o transport.WebsocketAcceptOptions,
) (transport.WebsocketConn, error) {
	sockets := transport.CoderWebsocketImplementation{AcceptOptions: websocket.AcceptOptions{InsecureSkipVerify: p.anyOrigin}}
	c, err := sockets.Accept(w, r, o)
	if err != nil {
		return nil, err
	}
	return patientSocket{c, p.patience, socketOf(r.Context())}, nil
}

type patientSocket struct {
	transport.WebsocketConn

	patience time.Duration
	socket   *socket
}

// WriteJSON sends a message. The connection ends if the client does not take it in time.
func (s patientSocket) WriteJSON(v any) error {
	timer := time.AfterFunc(s.patience, func() { _ = s.SetReadDeadline(time.Unix(1, 0)) }) // it closes what has passed its deadline
	defer timer.Stop()
	return s.WebsocketConn.WriteJSON(v)
}

// SetReadLimit sets the most bytes of a message, once it is known whose they are.
func (s patientSocket) SetReadLimit(limit int64) {
	limiter, ok := s.WebsocketConn.(transport.WebsocketReadLimiter)
	if !ok {
		return
	}
	limiter.SetReadLimit(min(limit, strangersMessage))
	s.socket.mutex.Lock()
	defer s.socket.mutex.Unlock()
	s.socket.raise = func() { limiter.SetReadLimit(limit) }
}

// SetReadDeadline ends the connection at a time.
func (s patientSocket) SetReadDeadline(t time.Time) error {
	if deadliner, ok := s.WebsocketConn.(transport.WebsocketReadDeadliner); ok {
		return deadliner.SetReadDeadline(t)
	}
	return nil
}
