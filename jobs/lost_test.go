package jobs_test

import (
	"strings"
	"testing"

	"github.com/hibiken/asynq"

	"autoholdings/ent"
	"autoholdings/internal/storetest"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

// TestArchivedIsLost: a job whose task asynq has archived, so that no worker will get it, is dispatched again.
func TestArchivedIsLost(t *testing.T) {
	t.Parallel()
	onEachQueue(t, func(t *testing.T, queue asynq.RedisConnOpt) {
		b := opened(t, queue, mockoup.Options{Titles: 10})
		job := b.start(jobs.SyncRequest{Mode: jobs.Apply})
		ids := []int64{job.ID}
		b.dispatchAll(ids, func() {
			before := b.queueings(ids)
			n, err := b.inspector().ArchiveAllPendingTasks(queueName)
			must(t, err)
			if n != 1 {
				t.Fatalf("%d tasks archived", n)
			}
			must(t, b.jobs.Reconcile(t.Context()))
			if b.queueings(ids) == before {
				t.Fatal("the job was not queued again")
			}
			b.dispatched(ids)
			tasks, err := b.inspector().ListPendingTasks(queueName)
			must(t, err)
			if len(tasks) != 1 {
				t.Errorf("%d tasks for one job", len(tasks))
			}
		})
		b.work()
		if done := b.wait(job.ID); done.State != jobs.Succeeded || done.Attempt != 1 {
			t.Errorf("%s after %d runs: %s", done.State, done.Attempt, done.Summary)
		}
	})
}

// openedLogging opens an installation without running jobs, and returns its log.
func openedLogging(t *testing.T, queue asynq.RedisConnOpt) (*testBundle, *lockedLog) {
	t.Helper()
	log := &lockedLog{}
	b := opened(t, queue, mockoup.Options{Titles: 10})
	b.stop()
	b.log = log.logger()
	b.open()
	return b, log
}

// steal makes each run lose its job to another worker as soon as it has claimed it.
var steal = storetest.Trigger{
	On: "AFTER UPDATE OF run_token ON jobs", When: "NEW.run_token NOT IN ('', 'another')",
	Do: "UPDATE jobs SET run_token = 'another' WHERE id = NEW.id",
}

// TestLostRun: a run that ends after another worker took over its job changes nothing and is no failed task, however it
// ends.
func TestLostRun(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		prepare func(b *testBundle, jobID int64)
		state   string
	}{
		"failed":    {func(b *testBundle, jobID int64) { b.spoil(jobID, wrongShape) }, jobs.Running},
		"cancelled": {func(b *testBundle, _ int64) { b.write(`UPDATE jobs SET state = 'CANCELLING'`) }, jobs.Cancelling},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEachQueue(t, func(t *testing.T, queue asynq.RedisConnOpt) {
				b, log := openedLogging(t, queue)
				job := b.start(jobs.SyncRequest{Mode: jobs.Apply})
				test.prepare(b, job.ID)
				steal.Install(t, b.store)
				b.work()
				b.waitUntil(job.ID, func(row *ent.Job) bool { return row.Attempt == 1 })
				b.idle()
				b.wantAnothers(job.ID, test.state)
				if strings.Contains(log.String(), "run a job") {
					t.Error(log.String())
				}
			})
		})
	}
	t.Run("handed back", func(t *testing.T) {
		t.Parallel()
		onEachQueue(t, func(t *testing.T, queue asynq.RedisConnOpt) {
			b := opened(t, queue, mockoup.Options{Titles: 10})
			must(t, b.mock.SetFault(mockoup.Fault{Kind: "timeout"}))
			b.work()
			job := b.start(jobs.SyncRequest{Mode: jobs.Apply})
			b.waitUntil(job.ID, func(row *ent.Job) bool { return row.Phase == "fetch books" })
			b.write(`UPDATE jobs SET run_token = 'another'`)
			b.stop()
			b.open()
			b.wantAnothers(job.ID, jobs.Running)
		})
	})
}

// wantAnothers checks that a job is still another worker's, and that no task failed.
func (b *testBundle) wantAnothers(jobID int64, state string) {
	b.t.Helper()
	row := b.store.Read.Job.GetX(b.t.Context(), jobID)
	if row.State != state || row.RunToken != "another" || row.Attempt != 1 || row.FinishedAt != nil {
		b.t.Errorf("%s of %q after %d runs: %s", row.State, row.RunToken, row.Attempt, row.Summary)
	}
	if failed, n := b.failures(); n != 0 || len(failed) != 0 {
		b.t.Errorf("%d failed tasks: %q", n, failed)
	}
}

// TestUnrecordedEnd: an end that cannot be written to the job's row is a failed task, and in the log.
func TestUnrecordedEnd(t *testing.T) {
	t.Parallel()
	onEachQueue(t, func(t *testing.T, queue asynq.RedisConnOpt) {
		b, log := openedLogging(t, queue)
		job := b.start(jobs.SyncRequest{Mode: jobs.Apply})
		b.spoil(job.ID, wrongShape)
		storetest.Trigger{On: "BEFORE UPDATE ON jobs", When: "NEW.state = 'FAILED'", Fail: "no room for ends"}.Install(t, b.store)
		b.work()
		b.waitUntil(job.ID, func(row *ent.Job) bool { return row.Attempt == 1 })
		b.idle()
		if failed, n := b.failures(); n != 1 || len(failed) != 1 || !strings.Contains(failed[0], "no room for ends") {
			t.Errorf("%d failed tasks: %q", n, failed)
		}
		if lines := log.lines("no room for ends"); len(lines) != 1 || !strings.Contains(lines[0], "run a job") {
			t.Errorf("the log: %s", log.String())
		}
	})
}
