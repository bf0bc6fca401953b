package jobs_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"autoholdings/ent/collection"
	"autoholdings/internal/opaque"
	"autoholdings/internal/store"
	"autoholdings/internal/storetest"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

const queueName = "autoholdings"

// opened opens an installation whose jobs nobody runs yet.
func opened(t *testing.T, queue asynq.RedisConnOpt, mock mockoup.Options) *testBundle {
	t.Helper()
	b := &testBundle{t: t, dir: t.TempDir(), redis: queue, mock: mockoup.NewServer(t, mock)}
	b.open()
	b.makeHoldings()
	return b
}

func (b *testBundle) inspector() *asynq.Inspector {
	inspector := asynq.NewInspector(b.redis)
	b.t.Cleanup(func() { must(b.t, inspector.Close()) })
	return inspector
}

// dispatchAll runs the dispatcher, and no worker, until each of the jobs is with asynq; then does something.
func (b *testBundle) dispatchAll(ids []int64, then func()) {
	b.t.Helper()
	ctx, cancel := context.WithCancel(b.t.Context())
	var group sync.WaitGroup
	group.Go(func() { must(b.t, b.jobs.Run(ctx, false)) })
	b.dispatched(ids)
	then()
	cancel()
	group.Wait()
}

// dispatched waits until each of the jobs is with asynq.
func (b *testBundle) dispatched(ids []int64) {
	b.t.Helper()
	ctx, stop := context.WithCancel(b.t.Context())
	defer stop()
	for _, id := range ids {
		for hints := b.jobs.Watch(ctx, id); b.store.Read.Job.GetX(ctx, id).DispatchedAt == nil; {
			<-hints
		}
	}
}

// queueRow inserts the row of a queued job.
func (b *testBundle) queueRow(kind, args string) int64 {
	b.t.Helper()
	id := b.store.NextID()
	must(b.t, b.store.Write(b.t.Context(), func(ctx context.Context, tx *store.Tx) error {
		return tx.Job.Create().SetID(id).SetCreatedAt(1).SetUpdatedAt(1).SetKind(kind).SetState(jobs.Queued).SetMode(jobs.Preview).
			SetTrigger(jobs.Manual).SetArgs([]byte(args)).SetDueAt(1).Exec(ctx)
	}))
	return id
}

// TestTasksAsAnOperatorSeesThem: a task's type says what it does, its payload and id name the job as the API does.
func TestTasksAsAnOperatorSeesThem(t *testing.T) {
	t.Parallel()
	onEachQueue(t, func(t *testing.T, queue asynq.RedisConnOpt) {
		b := opened(t, queue, mockoup.Options{Titles: 10})
		types := map[string]string{
			jobs.KindSync: "sync", jobs.KindMove: "move-portfolio", jobs.KindImport: "import", jobs.KindActivate: "activate",
			jobs.KindZone: "zone", jobs.KindWithdraw: "withdraw", jobs.KindUndo: "undo", jobs.KindGroups: "change-groups",
			jobs.KindCarry: "carry-over", jobs.KindChange: "change-portfolios", jobs.KindPair: "pair", "FUTURE": "unknown",
		}
		var ids []int64
		want := map[string]string{}
		for kind, taskType := range types {
			id := b.queueRow(kind, `{}`)
			ids = append(ids, id)
			want[opaque.ID("Job", id)] = taskType + ` {"jobId":"` + opaque.ID("Job", id) + `"}`
		}
		b.dispatchAll(ids, func() {
			tasks, err := b.inspector().ListPendingTasks(queueName)
			must(t, err)
			got := map[string]string{}
			for _, task := range tasks {
				job, moment, _ := strings.Cut(task.ID, ":")
				got[job] = task.Type + " " + string(task.Payload)
				if task.MaxRetry != 0 || task.Retention != 0 || moment != "1970-01-01T00:00:00.001Z" {
					t.Errorf("%s: retried %d times, kept %s", task.ID, task.MaxRetry, task.Retention)
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	})
}

// failures are the failed tasks, each as its error and the job that its id names, and how many of today asynq counts.
func (b *testBundle) failures() (failed []string, counted int) {
	b.t.Helper()
	inspector := b.inspector()
	tasks, err := inspector.ListArchivedTasks(queueName)
	must(b.t, err)
	ids := map[string]bool{}
	for _, task := range tasks {
		job, _, _ := strings.Cut(task.ID, ":")
		failed = append(failed, job+" "+task.LastErr)
		ids[task.ID] = true
	}
	info, err := inspector.GetQueueInfo(queueName)
	must(b.t, err)
	if len(ids) != len(tasks) {
		b.t.Errorf("%d ids for %d tasks", len(ids), len(tasks))
	}
	slices.Sort(failed)
	return failed, info.Failed
}

// idle waits until asynq has recorded the end of all tasks.
func (b *testBundle) idle() {
	b.t.Helper()
	inspector := b.inspector()
	ctx, stop := context.WithCancel(b.t.Context())
	defer stop()
	for hints := b.jobs.Watch(ctx, 0); ; <-hints {
		info, err := inspector.GetQueueInfo(queueName)
		must(b.t, err)
		if info.Active+info.Pending == 0 {
			return
		}
	}
}

// TestFailedJobsAreFailedTasks: asynq's own tools list and count the runs that failed or were interrupted, with code
// and message, and no others.
func TestFailedJobsAreFailedTasks(t *testing.T) {
	t.Parallel()
	onEachQueue(t, func(t *testing.T, queue asynq.RedisConnOpt) {
		b := opened(t, queue, mockoup.Options{Titles: 300})
		var log lockedLog
		b.stop()
		b.log = log.logger()
		b.open()
		b.work()
		b.sync(jobs.Apply)
		b.sync(jobs.Preview)
		must(t, b.mock.SetFault(mockoup.Fault{Kind: "half"}))
		held := b.sync(jobs.Apply)
		_, err := b.jobs.Cancel(t.Context(), held.ID)
		must(t, err)
		b.idle()
		if failed, n := b.failures(); n != 0 || len(failed) != 0 {
			t.Errorf("%d failed tasks though no job failed: %q", n, failed)
		}

		b.mock.ClearFaults()
		must(t, b.mock.SetFault(mockoup.Fault{Kind: "unauthorized"}))
		refused := b.sync(jobs.Apply)
		storetest.Trigger{On: "BEFORE INSERT ON job_parts", Fail: "no room for parts"}.Install(t, b.store)
		broken := b.sync(jobs.Apply)
		if refused.State != jobs.Failed || broken.State != jobs.Failed {
			t.Fatalf("%s, %s", refused.State, broken.State)
		}
		b.idle()
		failed, n := b.failures()
		want := []string{opaque.ID("Job", refused.ID) + " " + refused.ErrorCode + ": " + refused.ErrorMessage}
		for range 4 {
			want = append(want, opaque.ID("Job", broken.ID)+" INTERRUPTED: ")
		}
		want = append(want, opaque.ID("Job", broken.ID)+" "+broken.ErrorCode+": "+broken.ErrorMessage)
		slices.Sort(want)
		ok := len(failed) == len(want) && n == len(want)
		for i := range min(len(failed), len(want)) {
			ok = ok && strings.HasPrefix(failed[i], want[i])
			ok = ok && (failed[i] == want[i] || strings.Contains(failed[i], "no room for parts"))
		}
		if !ok {
			t.Errorf("%d failed tasks:\n%s\nwant:\n%s", n, strings.Join(failed, "\n"), strings.Join(want, "\n"))
		}
		if lines := log.lines(opaque.ID("Job", refused.ID)); len(lines) != 2 { // that it began, and that it failed
			t.Errorf("the log on the job that failed:\n%s", strings.Join(lines, "\n"))
		}
		if text := log.String(); strings.Contains(text, "Retry exhausted") || strings.Contains(text, "run a job") {
			t.Errorf("failures are logged twice:\n%s", text)
		}
	})
}

// TestHandedBackIsNoFailure: a job that a worker hands back as it stops is no failed task, and neither is the same job
// once it is done.
func TestHandedBackIsNoFailure(t *testing.T) {
	t.Parallel()
	onEachQueue(t, func(t *testing.T, queue asynq.RedisConnOpt) {
		b := opened(t, queue, mockoup.Options{Titles: 60})
		must(t, b.mock.SetFault(mockoup.Fault{Kind: "timeout"}))
		b.work()
		job := b.start(jobs.SyncRequest{Mode: jobs.Apply})
		ctx, stop := context.WithCancel(t.Context())
		for hints := b.jobs.Watch(ctx, job.ID); b.store.Read.Job.GetX(ctx, job.ID).Phase != "fetch books"; {
			<-hints
		}
		stop()
		b.stop()
		b.mock.ClearFaults()
		b.open()
		if row := b.store.Read.Job.GetX(t.Context(), job.ID); row.State != jobs.Queued || row.Attempt != 0 {
			t.Errorf("handed back: %s after %d runs", row.State, row.Attempt)
		}
		b.work()
		if done := b.wait(job.ID); done.State != jobs.Succeeded || done.Attempt != 1 {
			t.Errorf("%s after %d runs: %s", done.State, done.Attempt, done.Summary)
		}
		b.idle()
		if failed, n := b.failures(); n != 0 || len(failed) != 0 {
			t.Errorf("%d failed tasks: %q", n, failed)
		}
	})
}

// TestTasksOfVersionsBefore: what they left in Redis does no harm. Their jobs run, once each.
func TestTasksOfVersionsBefore(t *testing.T) {
	t.Parallel()
	onEachQueue(t, func(t *testing.T, queue asynq.RedisConnOpt) {
		b := opened(t, queue, mockoup.Options{Titles: 60})
		job := b.start(jobs.SyncRequest{Mode: jobs.Apply})
		client := asynq.NewClient(queue)
		defer client.Close()
		for _, id := range []int64{job.ID, job.ID, 17} { // the last is of no row
			_, err := client.Enqueue(asynq.NewTask("job", binary.BigEndian.AppendUint64(nil, uint64(id))), asynq.Queue(queueName),
				asynq.MaxRetry(0))
			must(t, err)
		}
		b.write(`UPDATE jobs SET dispatched_at = 1`)
		b.work()
		if done := b.wait(job.ID); done.State != jobs.Succeeded || done.Attempt != 1 {
			t.Errorf("%s after %d runs: %s", done.State, done.Attempt, done.Summary)
		}
		b.idle()
		if failed, n := b.failures(); n != 0 || len(failed) != 0 {
			t.Errorf("%d failed tasks: %q", n, failed)
		}
	})
}

// TestFlushedOnce: after a flush each job that waits for a worker is dispatched again once, however often the
// reconciler looks.
func TestFlushedOnce(t *testing.T) {
	t.Parallel()
	onEachQueue(t, func(t *testing.T, queue asynq.RedisConnOpt) {
		b := opened(t, queue, mockoup.Options{Titles: 10})
		ids := []int64{b.start(jobs.SyncRequest{Mode: jobs.Apply}).ID, b.start(jobs.SyncRequest{Mode: jobs.Preview}).ID}
		b.dispatchAll(ids, func() {
			before := b.queueings(ids)
			b.flush()
			for range 5 {
				must(t, b.jobs.Reconcile(t.Context()))
				b.dispatched(ids)
			}
			after := b.queueings(ids)
			if before == after {
				t.Error("the jobs were not dispatched again")
			}
			for range 5 {
				must(t, b.jobs.Reconcile(t.Context()))
				b.dispatched(ids)
			}
			if diff := cmp.Diff(after, b.queueings(ids)); diff != "" {
				t.Errorf("jobs that Redis knows were dispatched again:\n%s", diff)
			}
			tasks, err := b.inspector().ListPendingTasks(queueName)
			must(t, err)
			if len(tasks) != len(ids) {
				t.Errorf("%d tasks for %d jobs", len(tasks), len(ids))
			}
		})
	})
}

// queueings say when the jobs were last queued, which each dispatch by the reconciler changes.
func (b *testBundle) queueings(ids []int64) (text string) {
	b.t.Helper()
	for _, id := range ids {
		text += fmt.Sprintln(id, b.store.Read.Job.GetX(b.t.Context(), id).DueAt)
	}
	return text
}

func (b *testBundle) flush() {
	b.t.Helper()
	client := b.redis.MakeRedisClient().(redis.UniversalClient)
	defer client.Close()
	must(b.t, client.FlushAll(b.t.Context()).Err())
}

// TestWaitingForAWriterIsNotLost: a job that waits for the writer of its collection has no task, and the reconciler
// leaves it alone until the writer is done, after a flush too.
func TestWaitingForAWriterIsNotLost(t *testing.T) {
	t.Parallel()
	onEachQueue(t, func(t *testing.T, queue asynq.RedisConnOpt) {
		b := setup(t, queue, mockoup.Options{Titles: 60})
		b.sync(jobs.Preview) // the worker has begun
		books := b.store.Read.Collection.Query().Where(collection.Content("BOOKS")).OnlyX(t.Context())
		writer := b.store.NextID()
		must(t, b.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
			tx.Job.Create().SetID(writer).SetCreatedAt(1).SetUpdatedAt(1).SetKind(jobs.KindImport).SetState(jobs.Running).SetMode(jobs.Apply).
				SetTrigger(jobs.Manual).SetArgs([]byte(`{}`)).SetDueAt(1).SetHeartbeatAt(1 << 50).SetRunToken("x").ExecX(ctx)
			return tx.Collection.UpdateOne(books).SetWriterJobID(writer).Exec(ctx)
		}))
		job := b.start(jobs.SyncRequest{Mode: jobs.Apply})
		ctx, stop := context.WithCancel(t.Context())
		for hints := b.jobs.Watch(ctx, job.ID); b.store.Read.Job.GetX(ctx, job.ID).WaitsForJobID == nil; {
			<-hints
		}
		stop()
		b.idle()
		processed := func() int {
			info, err := b.inspector().GetQueueInfo(queueName)
			must(t, err)
			return info.Processed + info.Size
		}
		before, done := b.queueings([]int64{job.ID}), processed()
		look := func(when string) {
			t.Helper()
			for range 5 {
				must(t, b.jobs.Reconcile(t.Context()))
			}
			if diff := cmp.Diff(before, b.queueings([]int64{job.ID})); diff != "" {
				t.Errorf("%s it was dispatched again:\n%s", when, diff)
			}
		}
		look("while it waits")
		if n := processed(); n != done {
			t.Errorf("%d tasks were made for a job that waits", n-done)
		}
		b.flush()
		look("after a flush")
		_, err := b.jobs.Cancel(t.Context(), writer) // asked to stop, it is found without life, and ends
		must(t, err)
		must(t, b.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
			return tx.Job.UpdateOneID(writer).SetHeartbeatAt(1).Exec(ctx)
		}))
		if done := b.wait(job.ID); done.State != jobs.Succeeded || done.Attempt != 1 {
			t.Errorf("%s after %d runs: %s", done.State, done.Attempt, done.Summary)
		}
	})
}

// lockedLog is a log that a test reads while it is written.
type lockedLog struct {
	mutex sync.Mutex
	text  strings.Builder
}

func (l *lockedLog) Write(line []byte) (int, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.text.Write(line)
}

func (l *lockedLog) logger() *slog.Logger { return slog.New(slog.NewTextHandler(l, nil)) }

func (l *lockedLog) String() string {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.text.String()
}

// lines are those with a text.
func (l *lockedLog) lines(with string) (found []string) {
	for line := range strings.Lines(l.String()) {
		if strings.Contains(line, with) {
			found = append(found, line)
		}
	}
	return found
}

// TestWorkerDiesWithATask: a job whose task a worker took, and died with before it claimed the job, is dispatched again
// when that worker counts as dead. Redis itself would tell after one to two minutes.
func TestWorkerDiesWithATask(t *testing.T) {
	t.Parallel()
	onEachQueue(t, func(t *testing.T, queue asynq.RedisConnOpt) {
		b := opened(t, queue, mockoup.Options{Titles: 10})
		job := b.start(jobs.SyncRequest{Mode: jobs.Apply})
		b.dispatchAll([]int64{job.ID}, func() {})
		taken, over := make(chan struct{}), make(chan struct{})
		dead := asynq.NewServer(queue, asynq.Config{Queues: map[string]int{queueName: 1}, LogLevel: asynq.FatalLevel})
		must(t, dead.Start(asynq.HandlerFunc(func(context.Context, *asynq.Task) error { close(taken); <-over; return nil })))
		defer dead.Shutdown()
		defer close(over)
		<-taken

		must(t, b.jobs.Reconcile(t.Context()))
		if b.store.Read.Job.GetX(t.Context(), job.ID).DispatchedAt == nil {
			t.Error("the job is taken from a worker that has just taken its task")
		}
		b.write(`UPDATE jobs SET dispatched_at = dispatched_at - 31000`)
		b.work()
		if job := b.wait(job.ID); job.State != jobs.Succeeded || job.Attempt != 1 {
			t.Errorf("%s after %d runs: %s", job.State, job.Attempt, job.Summary)
		}
	})
}
