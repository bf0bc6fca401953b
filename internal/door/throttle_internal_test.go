package door

import (
	"fmt"
	"testing"
	"time"
)

// TestThrottle: the wait doubles up to the longest, ends, and is the client's alone.
func TestThrottle(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	throttle := newThrottle()
	throttle.now = func() time.Time { return now }
	for i := range freeTries {
		if wait := throttle.begin("192.0.2.1"); wait != 0 {
			t.Fatalf("try %d waits %s", i, wait)
		}
	}
	for want := time.Second; want < 10*time.Minute; want *= 2 {
		want := min(want, longestWait)
		if wait := throttle.begin("192.0.2.1"); wait != want {
			t.Errorf("%s, want %s", wait, want)
		}
		if wait := throttle.begin("192.0.2.2"); wait != 0 {
			t.Errorf("another client waits %s", wait)
		}
		throttle.succeeded("192.0.2.2")
		now = now.Add(want)
		if wait := throttle.begin("192.0.2.1"); wait != 0 {
			t.Errorf("after the wait it waits %s", wait)
		}
	}
	throttle.succeeded("192.0.2.1")
	if wait := throttle.begin("192.0.2.1"); wait != 0 {
		t.Errorf("after a right one it waits %s", wait)
	}
	now = now.Add(forgottenIn + time.Second)
	for i := range freeTries {
		if wait := throttle.begin("192.0.2.1"); wait != 0 {
			t.Errorf("try %d is not forgotten", i)
		}
	}
}

// TestThrottleClients: one network of IPv6 is one client, and not more clients are remembered than there is room for.
func TestThrottleClients(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	throttle := newThrottle()
	throttle.now = func() time.Time { return now }
	for i := range freeTries {
		throttle.begin(fmt.Sprintf("2001:db8::%x", i))
	}
	if throttle.begin("2001:db8::ffff") == 0 || throttle.begin("2001:db8:0:1::") != 0 {
		t.Error("a network is not one client")
	}
	for i := range mostClients + 500 {
		now = now.Add(time.Millisecond)
		throttle.begin(fmt.Sprintf("10.0.%d.%d", i>>8, i&255))
	}
	if n := len(throttle.clients); n != mostClients {
		t.Errorf("%d clients", n)
	}
	if throttle.clients[ClientKey("10.0.0.0")] != nil || throttle.clients[ClientKey("10.0.40.0")] == nil {
		t.Error("the newest is forgotten before the oldest")
	}
	now = now.Add(time.Hour)
	throttle.begin("192.0.2.1")
	if n := len(throttle.clients); n != 1 {
		t.Errorf("%d clients an hour later", n)
	}
	if throttle.begin("") != 0 || throttle.begin("@") != 0 {
		t.Error("a client without an address")
	}
}
