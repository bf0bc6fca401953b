// Package mockoup is a stand-in for the KBART service of Oxford University Press.
package mockoup

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
)

type Options struct {
	Dir       string
	Titles    int
	Seed      uint64
	Customers []Customer
	Logger    *slog.Logger
}

type Customer struct {
	Number, Key string
	Share       float64
}

type Fault struct {
	Kind     string `json:"kind"`
	Times    int    `json:"times"`
	Content  string `json:"content,omitempty"`
	Customer string `json:"customer,omitempty"`
}

type Request struct{}

type Server struct{}

var errUnfinished = errors.New("mockoup: not built yet")

func New(Options) (*Server, error)                             { return &Server{}, nil }
func (s *Server) ServeHTTP(http.ResponseWriter, *http.Request) {}
func (s *Server) Releases() []string                           { return nil }
func (s *Server) SetRelease(string) error                      { return errUnfinished }
func (s *Server) SetFault(Fault) error                         { return errUnfinished }
func (s *Server) ClearFaults()                                 {}
func (s *Server) Requests() []Request                          { return nil }
func (s *Server) WriteRelease(w io.Writer, customer, content, release string) error {
	return errUnfinished
}
func (s *Server) Close() error { return nil }

type TestingT interface {
	Helper()
	Cleanup(func())
	Fatalf(format string, args ...any)
}

type TestServer struct {
	*Server
	URL string
}

func NewServer(t TestingT, o Options) *TestServer {
	t.Helper()
	t.Fatalf("%v", errUnfinished)
	return nil
}
