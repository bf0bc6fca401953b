package door

import (
	"net/netip"
	"sync"
	"time"
)

// How sign-ins are slowed down for each client address, whichever names it tries. People behind one address share it, so
// it is wider than what a person has ([access.Service.SignIn]).
const (
	freeTries    = 10               // cost no wait
	longestWait  = 5 * time.Minute  // between two tries
	forgottenIn  = 15 * time.Minute // without a try
	mostClients  = 10_000           // are remembered
	clientBitsV6 = 64               // of an address: one client has at least so many of them
)

// throttle counts the tries of clients.
type throttle struct {
	now func() time.Time

	mu      sync.Mutex
	clients map[netip.Prefix]*tries
}

type tries struct {
	n           int
	next, until time.Time // when the next try may come, and when all is forgotten
}

func newThrottle() *throttle { return &throttle{now: time.Now, clients: map[netip.Prefix]*tries{}} }

// ClientKey is what the clients of an address count as: a network of IPv6, of which one client has at least so many
// addresses, or the address itself.
func ClientKey(address string) netip.Prefix {
	a, _ := netip.ParseAddr(address) // of a Unix socket, say: all are one client
	bits := a.BitLen()
	if a.Is6() && !a.Is4In6() {
		bits = clientBitsV6
	}
	prefix, _ := a.Prefix(bits)
	return prefix
}

// begin counts a try, before it is looked at, so that many at once are no way around the wait. It returns how long the
// client has to wait first, and then counts nothing.
func (t *throttle) begin(address string) (wait time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now, key := t.now(), ClientKey(address)
	c := t.clients[key]
	switch {
	case c == nil || now.After(c.until):
		t.makeRoom(now)
		c = &tries{}
		t.clients[key] = c
	case now.Before(c.next):
		return c.next.Sub(now)
	}
	c.n++
	c.next, c.until = now, now.Add(forgottenIn)
	if c.n >= freeTries {
		c.next = now.Add(min(longestWait, time.Second<<min(c.n-freeTries, 20)))
	}
	return 0
}

// succeeded takes back a try that was right.
func (t *throttle) succeeded(address string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	key := ClientKey(address)
	c := t.clients[key]
	switch {
	case c == nil:
	case c.n <= 1:
		delete(t.clients, key)
	default:
		c.n--
		c.next = t.now()
	}
}

// makeRoom forgets clients when there are too many: those whose time is over, or else the one whose time ends first.
func (t *throttle) makeRoom(now time.Time) {
	if len(t.clients) < mostClients {
		return
	}
	var first netip.Prefix
	for key, c := range t.clients {
		if now.After(c.until) {
			delete(t.clients, key)
		} else if f := t.clients[first]; f == nil || c.until.Before(f.until) {
			first = key
		}
	}
	if len(t.clients) >= mostClients {
		delete(t.clients, first)
	}
}
