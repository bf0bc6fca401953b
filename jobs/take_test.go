package jobs_test

import (
	"regexp"
	"strconv"
	"testing"

	"github.com/redis/go-redis/v9"

	"autoholdings/internal/redistest"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

// TestIdleWorkerIsQuiet: a worker that has nothing to do asks Redis about once a second, though it pauses for
// milliseconds only. It would not if asynq's script for taking a task were no longer recognized.
func TestIdleWorkerIsQuiet(t *testing.T) {
	t.Parallel()
	queue, err := jobs.ParseRedisURL(redistest.Start(t))
	must(t, err)
	b := setup(t, queue, mockoup.Options{Titles: 10})
	b.sync(jobs.Preview)
	client := queue.MakeRedisClient().(redis.UniversalClient)
	t.Cleanup(func() { must(t, client.Close()) })
	scripts := func() int {
		info, err := client.Info(t.Context(), "commandstats").Result()
		must(t, err)
		found := regexp.MustCompile(`cmdstat_evalsha:calls=(\d+)`).FindStringSubmatch(info)
		if found == nil {
			t.Fatalf("no script was run:\n%s", info)
		}
		n, err := strconv.Atoi(found[1])
		must(t, err)
		return n
	}
	before := scripts()
	<-b.jobs.Watch(t.Context(), 0) // nobody tells of a job 0, so two seconds pass
	if n := scripts() - before; n > 40 {
		t.Errorf("an idle worker ran %d scripts in two seconds", n)
	}
}
