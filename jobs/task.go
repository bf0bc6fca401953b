package jobs

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"

	"github.com/hibiken/asynq"

	"autoholdings/internal/opaque"
	"autoholdings/internal/store"
)

// queueName is the name of our queue in Redis.
const queueName = "autoholdings"

// queueing is one queueing of a job: one task of asynq.
type queueing struct {
	id    int64
	kind  string
	dueAt int64 // changes each time the job is queued again
}

// payload is everything that a task says about its job.
type payload struct {
	JobID   string `json:"jobId"`             // as the API shows it
	Request string `json:"request,omitempty"` // the id of the request that queued it, where that is known
}

// task is what an operator sees in asynq's own tools. The row decides when a job is tried again, so asynq never
// retries.
func (q queueing) task(request string) (*asynq.Task, error) {
	text, err := json.Marshal(payload{opaque.ID(jobType, q.id), request})
	if err != nil {
		return nil, err
	}
	return asynq.NewTask(kindOf(q.kind).task, text,
		asynq.TaskID(q.taskID()), asynq.Queue(queueName), asynq.MaxRetry(0), asynq.Timeout(maxRun)), nil
}

// taskID is the job's id and the time of the queueing: "Sm9iOjQy:2027-01-31T02:30:00.120Z". Each queueing has its own
// task, because a failed task's id stays taken as long as asynq keeps it. The number of attempts would not do: a job
// that is handed back to the queue has not made one.
func (q queueing) taskID() string {
	return opaque.ID(jobType, q.id) + ":" + store.Time(q.dueAt).UTC().Format("2006-01-02T15:04:05.000Z")
}

// maxRun is how long asynq lets a task run. It never ends a healthy job: a live worker keeps its row's heartbeat, and a
// dead one loses the row long before.
const maxRun = 24 * time.Hour

// jobOf returns the id of the job that a task must run.
func jobOf(task *asynq.Task) (int64, error) {
	if text := task.Payload(); len(text) == oldPayload {
		return int64(binary.BigEndian.Uint64(text)), nil
	}
	var named payload
	if err := json.Unmarshal(task.Payload(), &named); err != nil {
		return 0, fmt.Errorf("read the payload of a task: %w", err)
	}
	typeName, id, err := opaque.Parse(named.JobID)
	if err == nil && typeName != jobType {
		err = fmt.Errorf("%s is the id of no job", named.JobID)
	}
	return id, err
}

// requestOf returns the id of the request that queued a task's job; "": not known.
func requestOf(task *asynq.Task) string {
	var named payload
	_ = json.Unmarshal(task.Payload(), &named) // jobOf says what is wrong with it
	return named.Request
}

// oldPayload is the length of a payload in versions that wrote the job's number in binary. Such tasks may still be in
// Redis after an upgrade. Running one does no harm: if its job was dispatched again, it is still claimed only once.
const oldPayload = 8

// failedTask is what asynq is told about a run that failed or was interrupted. The job's row says the same.
type failedTask struct{ code, message string }

func (f *failedTask) Error() string { return f.code + ": " + f.message }

// Unwrap keeps asynq from trying again.
func (f *failedTask) Unwrap() error { return asynq.SkipRetry }
