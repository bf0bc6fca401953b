package graph

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/coder/websocket"
)

// streams bounds the connections that stay open: WebSockets and streams of server-sent events.
func (d *door) streams(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isUpgrade(r) && !strings.Contains(r.Header.Get("Accept"), "text/event-stream") {
			next.ServeHTTP(w, r)
			return
		}
		leave, err := d.gates.streams.enter(r.Context(), d.caller(r.Context()))
		if err != nil {
			answerExcess(w, r, err)
			return
		}
		defer leave()
		if isUpgrade(r) {
			r = r.WithContext(context.WithValue(r.Context(), socketKey{}, &socket{}))
		}
		next.ServeHTTP(w, r)
	})
}

func isUpgrade(r *http.Request) bool { return r.Header.Get("Upgrade") != "" }

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
	if knows == nil {
		return t
	}
	t.InitFunc = func(ctx context.Context, payload transport.InitPayload) (context.Context, *transport.InitPayload, error) {
		within, err := knows(ctx, payload)
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
	return patientSocket{c, p.patience}, nil
}

type patientSocket struct {
	transport.WebsocketConn

	patience time.Duration
}

// WriteJSON sends a message. The connection ends if the client does not take it in time.
func (s patientSocket) WriteJSON(v any) error {
	timer := time.AfterFunc(s.patience, func() { _ = s.SetReadDeadline(time.Unix(1, 0)) }) // it closes what has passed its deadline
	defer timer.Stop()
	return s.WebsocketConn.WriteJSON(v)
}

// SetReadLimit sets the most bytes of a message.
func (s patientSocket) SetReadLimit(limit int64) {
	if limiter, ok := s.WebsocketConn.(transport.WebsocketReadLimiter); ok {
		limiter.SetReadLimit(limit)
	}
}

// SetReadDeadline ends the connection at a time.
func (s patientSocket) SetReadDeadline(t time.Time) error {
	if deadliner, ok := s.WebsocketConn.(transport.WebsocketReadDeadliner); ok {
		return deadliner.SetReadDeadline(t)
	}
	return nil
}
