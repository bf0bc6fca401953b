package mockoup

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"
)

// TB is the part of testing.TB that [NewServer] needs. *testing.T, *testing.B and *testing.F implement it. The package
// testing is not imported, so that it does not become part of programs.
type TB interface {
	Helper()
	Cleanup(func())
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// TestServer is a mock provider that listens on the loopback interface during a test.
type TestServer struct {
	*Server
	URL string // such as http://127.0.0.1:40123
}

// NewServer starts a mock provider for a test and closes it when the test ends. If that fails, the test fails.
func NewServer(t TB, o Options) *TestServer {
	t.Helper()
	s, err := New(o)
	if err != nil {
		t.Fatalf("%v", err)
	}
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("mockoup: cannot listen on the loopback interface: %v", err)
	}
	server := &http.Server{Handler: s, ReadHeaderTimeout: time.Minute}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	t.Cleanup(func() {
		_ = s.Close()
		_ = server.Close()
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("mockoup: the server ended: %v", err)
		}
	})
	return &TestServer{Server: s, URL: "http://" + listener.Addr().String()}
}

// ListURL returns the address of a customer's list of a content type.
func (s *TestServer) ListURL(customer, content string) string {
	return s.URL + "/kbart/" + customer + "/" + content + "?format=kbart"
}

// TitlesURL returns the address of the global title list of a content type.
func (s *TestServer) TitlesURL(content string) string {
	return s.URL + "/titles/" + content + "?format=kbart"
}
