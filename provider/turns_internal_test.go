package provider

import (
	"context"
	"errors"
	"testing"
	"time"
)

// TestPause: no fetch asks while one that was told to wait sleeps. Where that one is stopped, the others wait for what
// is left of the time.
func TestPause(t *testing.T) {
	t.Parallel()
	stopped, stop := context.WithCancel(t.Context())
	stop()
	turns := newTurns()
	for _, ended := range []error{nil, errors.New("stopped")} {
		err := turns.pause(time.Second, func() error {
			if turns.wait(stopped) == nil {
				t.Error("nobody has to wait")
			}
			return turns.pause(time.Hour, func() error { return nil }) // another one is told so too
		})
		if err != nil || turns.wait(stopped) != nil {
			t.Errorf("%v: the pause goes on", err)
		}
		if err := turns.pause(time.Millisecond, func() error { return ended }); !errors.Is(err, ended) || turns.wait(t.Context()) != nil {
			t.Errorf("%v", err)
		}
	}
	if err := turns.pause(time.Hour, func() error { return context.Canceled }); err == nil || turns.wait(stopped) == nil {
		t.Errorf("%v: the pause ended with the fetch that was told to wait", err)
	}
}
