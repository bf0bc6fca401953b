package jobs

import (
	"crypto/rand"
	"fmt"

	"github.com/alicebob/miniredis/v2"
	"github.com/hibiken/asynq"
)

// Embedded is a Redis inside the process, for an installation with one process. Its content is lost when the process
// ends, which does no harm: the jobs table is the truth.
type Embedded struct {
	server   *miniredis.Miniredis
	password string
}

// StartEmbedded starts an embedded Redis on a free loopback port. Every user of the machine can reach that port, so the
// queue has a password, which is new at each start and known to this process alone.
func StartEmbedded() (*Embedded, error) {
	e := &Embedded{miniredis.NewMiniRedis(), rand.Text()}
	e.server.RequireAuth(e.password)
	if err := e.server.Start(); err != nil {
		return nil, fmt.Errorf("start the embedded queue: %w", err)
	}
	return e, nil
}

// Options returns how to connect to it.
func (e *Embedded) Options() asynq.RedisConnOpt {
	return asynq.RedisClientOpt{Addr: e.server.Addr(), Password: e.password}
}

// Close stops it.
func (e *Embedded) Close() { e.server.Close() }
