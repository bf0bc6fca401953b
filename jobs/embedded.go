package jobs

import (
	"fmt"

	"github.com/alicebob/miniredis/v2"
	"github.com/hibiken/asynq"
)

// Embedded is a Redis inside the process, for an installation with one process. Its content is lost when the process
// ends, which does no harm: the jobs table is the truth.
type Embedded struct{ server *miniredis.Miniredis }

// StartEmbedded starts an embedded Redis on a free loopback port.
func StartEmbedded() (*Embedded, error) {
	server, err := miniredis.Run()
	if err != nil {
		return nil, fmt.Errorf("start the embedded queue: %w", err)
	}
	return &Embedded{server}, nil
}

// Options returns how to connect to it.
func (e *Embedded) Options() asynq.RedisConnOpt { return asynq.RedisClientOpt{Addr: e.server.Addr()} }

// Close stops it.
func (e *Embedded) Close() { e.server.Close() }

// ParseRedisURL reads REDIS_URL: redis://, rediss:// or redis-socket://.
func ParseRedisURL(url string) (asynq.RedisConnOpt, error) {
	opt, err := asynq.ParseRedisURI(url)
	if err != nil {
		return nil, fmt.Errorf("REDIS_URL: %w; it looks like redis://:password@host:6379/0", err)
	}
	return opt, nil
}
