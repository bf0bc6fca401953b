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

// queueing is one queueing of a job, which is one task of asynq.
type queueing struct {
	id    int64
	kind  string
	dueAt int64 // changes each time the job goes back to the queue
}

// payload is all that a task says of its job.
type payload struct {
	JobID string `json:"jobId"` // as the API shows it
}

// task is what an operator sees of the queueing in asynq's own tools. When a job is tried again is the row's business,
// so asynq never retries.
func (q queueing) task() (*asynq.Task, error) {
	text, err := json.Marshal(payload{opaque.ID(jobType, q.id)})
	if err != nil {
		return nil, err
	}
	return asynq.NewTask(kindOf(q.kind).task, text,
		asynq.TaskID(q.taskID()), asynq.Queue(queueName), asynq.MaxRetry(0), asynq.Timeout(maxRun)), nil
}

// taskID is the job's id and the moment of the queueing: "Sm9iOjQy:2027-01-31T02:30:00.120Z". Each queueing has a task
// of its own, because the id of one that has failed stays taken for as long as asynq keeps it. The count of attempts
// would not do: a job that is handed back to the queue has not made one.
func (q queueing) taskID() string {
	return opaque.ID(jobType, q.id) + ":" + store.Time(q.dueAt).UTC().Format("2006-01-02T15:04:05.000Z")
}

// maxRun is when asynq gives a task up. It never ends a healthy job: a worker that is alive keeps its row's heartbeat,
// and one that is not loses the row long before.
const maxRun = 24 * time.Hour

// jobOf is the id of the job that a task is to run.
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

// oldPayload is the length of a payload in versions that wrote the job's number in binary. Their tasks may still lie in
// Redis after an upgrade. It does no harm to run one: its job may have been dispatched anew, and is then claimed once.
const oldPayload = 8

// failedTask is what asynq is told of a run that failed or was interrupted. The job's row says the same.
type failedTask struct{ code, message string }

func (f *failedTask) Error() string { return f.code + ": " + f.message }

// Unwrap keeps asynq from trying again.
func (f *failedTask) Unwrap() error { return asynq.SkipRetry }
