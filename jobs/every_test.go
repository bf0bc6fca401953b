package jobs_test

import (
	"log/slog"
	"strings"
	"testing"

	"autoholdings/jobs"
	"autoholdings/mockoup"
)

// TestLoopsComplainOnce: while the database refuses what a loop asks every time, the log gets one line of it, and one
// when it is over.
func TestLoopsComplainOnce(t *testing.T) {
	t.Parallel()
	log := &logLines{}
	embedded, err := jobs.StartEmbedded()
	must(t, err)
	t.Cleanup(embedded.Close)
	b := &testBundle{
		t: t, dir: t.TempDir(), redis: embedded.Options(), mock: mockoup.NewServer(t, mockoup.Options{Titles: 60}),
		log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	b.open()
	b.work()
	for b.store.Read.Worker.Query().CountX(t.Context()) == 0 { // it reports when it has begun, for which it needs the table
	}
	const complaint = `msg="reconcile jobs"`
	for range 2 {
		failed, over := log.next("level=ERROR "+complaint), log.next(`msg="reconcile jobs: it works again"`)
		b.write(`ALTER TABLE jobs RENAME TO jobs_elsewhere`)
		<-failed
		for range 3 {
			<-log.next("level=DEBUG " + complaint)
		}
		b.write(`ALTER TABLE jobs_elsewhere RENAME TO jobs`)
		<-over
	}
	if n := strings.Count(log.String(), "level=ERROR "+complaint+` error="correct times`); n != 2 { // which comes first in a round
		t.Errorf("%d complaints in two times:\n%s", n, log)
	}
}
