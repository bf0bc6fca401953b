package jobs

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"
)

// tasksChannel is where processes tell the workers of all that a task is in the queue.
const tasksChannel = "autoholdings:tasks"

// askAnyway is how long a worker goes without asking for a task when nobody tells it of one. A message may be lost.
const askAnyway = time.Second

// takeHook lets a worker ask for a task when there is one. asynq itself asks again and again: often enough to be prompt,
// that costs a tenth of a processor on an idle system.
type takeHook struct{ s *Service }

// DialHook changes nothing.
func (takeHook) DialHook(next redis.DialHook) redis.DialHook { return next }

// ProcessPipelineHook changes nothing.
func (takeHook) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

// ProcessHook holds the command that takes a task back until one has come, and lets all others pass.
func (h takeHook) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if !takesTask(cmd) {
			return next(ctx, cmd)
		}
		anyway := time.NewTimer(askAnyway)
		defer anyway.Stop()
		select {
		case <-h.s.arrived:
		case <-anyway.C:
		case <-h.s.stopping.Done():
		}
		if !h.s.room.look(ctx).Since.IsZero() { // jobs wait for space, and other machines may have some
			cmd.SetErr(redis.Nil)
			return redis.Nil
		}
		err := next(ctx, cmd)
		if err == nil {
			wake(h.s.arrived) // there may be more
		}
		return err
	}
}

// takesTask recognizes asynq's script by its keys. If a later asynq names them otherwise, its workers ask every
// Options.TakeEvery, as without the hook.
func takesTask(cmd redis.Cmder) bool {
	args := cmd.Args()
	return len(args) > 4 && args[0] == "evalsha" && args[2] == 4 && args[3] == "asynq:{"+queueName+"}:pending"
}

// announce tells all workers that a task is in the queue.
func (s *Service) announce(ctx context.Context) {
	wake(s.arrived)
	if err := s.redis.Publish(ctx, tasksChannel, "").Err(); err != nil {
		s.log.DebugContext(ctx, "tell the workers of a task", "error", err)
	}
}
