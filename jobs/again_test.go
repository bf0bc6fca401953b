package jobs_test

import (
	"strings"
	"testing"

	"autoholdings/jobs"
	"autoholdings/mockoup"
)

// TestAgainHoldsOnce: what an undo gave back is held when a list takes it away again, and not once more after a person
// declined.
func TestAgainHoldsOnce(t *testing.T) {
	t.Parallel()
	b := embedded(t, mockoup.Options{Titles: 400})
	b.sync(jobs.Apply)
	for range 6 {
		must(t, b.mock.Step(1))
	}
	applied := b.sync(jobs.Apply)
	undo, err := b.jobs.Undo(t.Context(), applied.ID, jobs.Apply, "")
	must(t, err)
	b.wait(undo.ID)
	forced := func() (state, message string) {
		done := b.wait(b.start(jobs.SyncRequest{Mode: jobs.Apply, Force: true}).ID)
		if done.State == jobs.NeedsReview {
			_, err := b.jobs.Reject(t.Context(), done.ID, jobs.Decision{})
			must(t, err)
		}
		return done.State, done.ErrorMessage
	}
	if state, message := forced(); state != jobs.NeedsReview || !strings.Contains(message, "again that an undo gave back") {
		t.Fatalf("the first time: %s %s", state, message)
	}
	if state, message := forced(); state != jobs.Succeeded {
		t.Errorf("after a person declined: %s %s", state, message)
	}
}
