package graph

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql/handler/transport"
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

func (d *door) webSocket() transport.Websocket {
	limit := int64(d.limits.Body)
	return transport.Websocket{
		Implementation: patientSockets{d.limits.Patience}, PingPongInterval: keepAlive, InitTimeout: 10 * time.Second,
		PayloadReadLimit: &limit,
	}
}

// patientSockets are WebSockets whose clients have to read what they asked for.
type patientSockets struct{ patience time.Duration }

// Accept makes a request a WebSocket.
func (p patientSockets) Accept(
	w http.ResponseWriter, r *http.Request, o transport.WebsocketAcceptOptions,
) (transport.WebsocketConn, error) {
	c, err := transport.CoderWebsocketImplementation{}.Accept(w, r, o)
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
