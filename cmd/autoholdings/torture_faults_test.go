//go:build unix

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"autoholdings/internal/opaque"
	"autoholdings/jobs"
)

// The kinds of faults.
const (
	killWorker      = "kill a process that runs jobs"
	killAlone       = "kill a process that runs jobs, and nothing else until others have them"
	killServer      = "kill a server"
	freeze          = "freeze a process that runs jobs until others have taken its jobs over"
	restart         = "stop a process and start it again"
	flush           = "flush Redis"
	restartRedis    = "kill Redis and start it again"
	restartPostgres = "restart PostgreSQL (fast)"
	crashPostgres   = "restart PostgreSQL (immediate)"
	duplicate       = "queue tasks of jobs once more"
)

// faultsOf are the faults that a form of installation can have.
var faultsOf = map[form][]string{
	onPostgres: {duplicate, killWorker, flush, freeze, restartRedis, killAlone, crashPostgres, killServer, restartPostgres, restart},
	onSQLite:   {killWorker, freeze, killWorker, restart},
}

// fault is one fault. Everything about it is drawn beforehand, but for what the moment makes of it: which processes run
// jobs just then.
type fault struct {
	after  int // jobs whose end the script has seen
	kind   string
	choice uint64        // of those that it could hit
	pause  time.Duration // before it, and before what was stopped is started again
	long   time.Duration // how long a frozen process is
}

// drawFaults shuffles all kinds as often as the number of jobs asks for, one fault for eight jobs, and spreads them.
func drawFaults(draw *rand.Rand, form form, jobs int) (faults []fault) {
	n := max(len(faultsOf[form]), jobs/8)
	var kinds []string
	for len(kinds) < n {
		more := slices.Clone(faultsOf[form])
		draw.Shuffle(len(more), func(i, j int) { more[i], more[j] = more[j], more[i] })
		kinds = append(kinds, more...)
	}
	lease := leaseEnds
	if form == onSQLite { // nobody else looks: the process itself finds its lease stale when it wakes
		lease = staleAfter
	}
	for i, kind := range kinds[:n] {
		faults = append(faults, fault{
			after: 1 + i*(jobs*3/4)/n, kind: kind, choice: draw.Uint64(),
			pause: time.Duration(draw.IntN(700)) * time.Millisecond, long: lease + time.Duration(1000+draw.IntN(5000))*time.Millisecond,
		})
	}
	return faults
}

// What jobs has for its leases: the heartbeat that is older makes a worker a dead one, and how often that is looked for.
const (
	staleAfter = 30 * time.Second
	lookEvery  = 3 * time.Second
	leaseEnds  = staleAfter + lookEvery

	mostLying = 35 * time.Second // what a job of a killed process may lie there, where nothing else is disturbed
)

// injected is what was done to an installation.
type injected struct {
	script error // what came of the script

	mutex  sync.Mutex
	kills  []kill
	noted  []time.Time // when something else was done that may keep a job waiting
	frozen sync.WaitGroup
}

// kill is a process that was killed with the jobs it ran.
type kill struct {
	holder string
	at     time.Time
	jobs   []int64
}

// inject does the faults in their order, each when the script is so far, until the script is over.
func (in *installation) inject(faults []fault, over <-chan error) *injected {
	report := &injected{}
	began := time.Now()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for next := 0; ; {
		select {
		case report.script = <-over:
			report.frozen.Wait()
			if next < len(faults) {
				in.t.Logf("%s: %d faults of %d were not reached", in.name, len(faults)-next, len(faults))
			}
			return report
		case <-tick.C:
		}
		if next == len(faults) || int(in.over.Load()) < faults[next].after {
			continue
		}
		said, err := in.do(faults[next], report)
		if err != nil && in.ctx.Err() == nil {
			in.t.Errorf("%s: %s: %v", in.name, faults[next].kind, err)
		}
		in.t.Logf("%7s after %d jobs: %s: %s", since(began), in.over.Load(), faults[next].kind, said)
		next++
	}
}

// do does a fault, and says to what.
func (in *installation) do(f fault, report *injected) (said string, err error) {
	pause(in.ctx, f.pause)
	switch f.kind {
	case flush:
		report.note()
		return "", in.withRedis(func(client redis.UniversalClient) error { return client.FlushAll(in.ctx).Err() })
	case restartRedis:
		report.note()
		in.redis.Stop()
		pause(in.ctx, f.pause)
		in.redis.Start()
		return "", nil
	case duplicate:
		return in.queueAgain(f)
	}
	if err := in.sparing(); err != nil { // what follows ends runs
		return "", err
	}
	switch f.kind {
	case restartPostgres, crashPostgres:
		report.note()
		end := in.postgres.Shutdown
		if f.kind == crashPostgres {
			end = in.postgres.Kill
		}
		err := end()
		pause(in.ctx, f.pause)
		return "", errors.Join(err, in.postgres.Run(in.ctx))
	case killServer:
		servers := slices.DeleteFunc(slices.Clone(in.processes), func(p *process) bool { return p.address() == "" })
		if len(servers) == 0 {
			return "nobody, since none is up", nil
		}
		return in.kill(servers[f.choice%uint64(len(servers))], report)
	default:
		return in.hit(f, report)
	}
}

// hit does a fault to a process that runs jobs.
func (in *installation) hit(f fault, report *injected) (said string, err error) {
	p := in.busyOne(f.choice)
	switch f.kind {
	case killWorker:
		return in.kill(p, report)
	case killAlone:
		report.frozen.Wait()
		if said, err = in.kill(p, report); err == nil {
			err = in.until("the jobs go on", func() (bool, error) { return in.taken(report.kills[len(report.kills)-1]) })
		}
		return said, err
	case restart:
		return p.name, p.stop()
	default: // freeze
		report.frozen.Wait() // one after the other, or nobody would be left
		holder, err := p.tell(syscall.SIGSTOP)
		report.note()
		report.frozen.Go(func() {
			pause(in.ctx, f.long)
			if now, err := p.tell(syscall.SIGCONT); err != nil && now == holder {
				in.t.Errorf("wake %s: %v", holder, err)
			}
			report.note()
		})
		said = fmt.Sprintf("%s, for %v, with jobs %v", holder, f.long, in.jobsOf(holder))
		if in.form == onSQLite { // it is all there is
			report.frozen.Wait()
		}
		return said, err
	}
}

func (in *installation) kill(p *process, report *injected) (said string, err error) {
	holder, err := p.tell(syscall.SIGKILL)
	k := kill{holder: holder, at: time.Now(), jobs: in.jobsOf(holder)}
	report.mutex.Lock()
	report.kills = append(report.kills, k)
	report.mutex.Unlock()
	return fmt.Sprintf("%s, with jobs %v", holder, k.jobs), err
}

// note takes down that something is done that may keep jobs waiting.
func (r *injected) note() {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.noted = append(r.noted, time.Now())
}

// stop tells the present life to stop, after which there is another.
func (p *process) stop() error {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.cmd == nil {
		return nil
	}
	p.killed = true
	return p.cmd.Process.Signal(syscall.SIGTERM)
}

// pause waits as long as a fault is drawn to take. Nothing rests on what happens meanwhile.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// busyOne chooses a process that runs jobs, of those that run one where there are some within a moment.
func (in *installation) busyOne(choice uint64) *process {
	workers := slices.DeleteFunc(slices.Clone(in.processes), func(p *process) bool { return !p.works })
	choose := func(of []*process) *process { return of[choice%uint64(len(of))] }
	for range 40 {
		running, err := in.running()
		busy := slices.DeleteFunc(slices.Clone(workers), func(p *process) bool {
			return !slices.ContainsFunc(running, func(r runningJob) bool { return r.holder == p.present() })
		})
		if err == nil && len(busy) > 0 {
			return choose(busy)
		}
		pause(in.ctx, 50*time.Millisecond)
	}
	return choose(workers)
}

func (p *process) present() string {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.holder()
}

// sparing waits until no job has been ended so often that one time more would be its last: after five the program gives
// a job up, as it should.
func (in *installation) sparing() error {
	return in.until("no job is near its last attempt", func() (bool, error) {
		running, err := in.running()
		return err == nil && !slices.ContainsFunc(running, func(r runningJob) bool { return r.attempt > 3 }), err
	})
}

// jobsOf are the jobs that a life runs.
func (in *installation) jobsOf(holder string) (ids []int64) {
	running, err := in.running()
	if err != nil {
		in.t.Logf("look at what %s runs: %v", holder, err)
	}
	for _, r := range running {
		if r.holder == holder {
			ids = append(ids, r.id)
		}
	}
	return ids
}

func (in *installation) withRedis(do func(redis.UniversalClient) error) error {
	options, err := jobs.ParseRedisURL(in.redis.URL())
	if err != nil {
		return err
	}
	client, ok := options.MakeRedisClient().(redis.UniversalClient)
	if !ok {
		return errors.New("the Redis options make no client")
	}
	return errors.Join(do(client), client.Close())
}

// queueAgain queues tasks of jobs in whatever state, as the dispatcher makes them (jobs/task.go), with ids of their own.
func (in *installation) queueAgain(f fault) (said string, err error) {
	var ids []int64
	rows, err := in.db.QueryContext(in.ctx, `SELECT id FROM jobs ORDER BY created_at DESC LIMIT 8`)
	if err != nil {
		return "", nil // the database is away
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return "", err
		}
		ids = append(ids, id)
	}
	if err := rows.Err(); err != nil {
		return "", err
	}
	return fmt.Sprint(ids), in.withRedis(func(client redis.UniversalClient) error {
		queue := asynq.NewClientFromRedisClient(client)
		for n, id := range ids {
			text, err := json.Marshal(map[string]string{"jobId": opaque.ID("Job", id)})
			if err != nil {
				return err
			}
			task := asynq.NewTask("sync", text, asynq.TaskID(fmt.Sprintf("again:%d:%d:%d", f.choice, n, id)), asynq.Queue("autoholdings"),
				asynq.MaxRetry(0), asynq.Timeout(time.Hour))
			if _, err := queue.EnqueueContext(in.ctx, task); err != nil {
				return err
			}
		}
		return nil
	})
}
