// Package mockoup is a mock of the service from which Oxford University Press sends libraries their KBART lists. It has
// customers with keys, books and journals, monthly releases that can be stepped forward and back, and faults on demand,
// so that a client can be tested without the provider.
//
// OUP does not publish the interface of its service. This one works like services for NISO RP-26 (KBART Automation):
// one GET for each content type, with the whole list as the answer.
//
//	GET /kbart/{customer}/{content}?format=kbart      content: books or journals; the key in X-Api-Key, in
//	                                                  Authorization: Bearer, or in the query as api_key
//	GET /titles/{content}?format=kbart                the global title list, without credentials: all titles of the
//	                                                  release, including free ones
//
//	GET, PUT     /_mock/release     {"date":"2016-07-08"} or {"step":-1}
//	POST         /_mock/release     {"step":1}; also /_mock/release/next and /_mock/release/previous
//	GET, PUT     /_mock/fault       {"kind":"too-many-requests","times":2,"content":"books","customer":"demo"}
//	DELETE       /_mock/fault
//	GET, PUT     /_mock/packaging   {"kind":"gzip"}, "zip", "plain", or "" for lists as they are
//	GET, DELETE  /_mock/requests
//
// Lists are either generated from a seed ([Options].Titles) or the files of a folder ([Options].Dir). The customer
// "demo" with the key "demo-key" always exists and is entitled to everything. Faults and packagings also apply to the
// global title list, except for faults that are set for one customer.
package mockoup

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"autoholdings/kbart"
)

// The content types, as in the path of a request.
const (
	Books    = "books"
	Journals = "journals"
)

// The customer that always exists.
const (
	DemoCustomer = "demo"
	DemoKey      = "demo-key"
)

// Options say what a [Server] serves. The zero value is a generated catalog of 2,000 titles and the customer demo.
type Options struct {
	// Dir is a folder of real lists (.txt or .tsv, also with .gz) with a date in their names. The files of one date are
	// one release. "" serves the generated catalog.
	Dir string
	// Titles is the number of titles in the first release of the generated catalog, including free titles and predecessors
	// of journals; 0 means 2,000. A third are journals, which have one or two rows each.
	Titles int
	// Seed determines the generated catalog and the customers' entitlements; 0 means 1.
	Seed uint64
	// Customers are the customers besides demo.
	Customers []Customer
	// Logger logs settings, failed answers and ignored files; nil logs nothing.
	Logger *slog.Logger
}

// Customer is a customer who may fetch lists.
type Customer struct {
	Number string // as in the request's path
	Key    string
	// Share is the share of titles that the customer is entitled to, above 0 and up to 1; 0 means all. The seed and the
	// number determine which titles they are. A journal and its predecessors stay together.
	Share float64
	// Contents are the content types that the customer licenses; empty means both.
	Contents []string
}

// Server is the mock provider. It is safe for concurrent use.
type Server struct {
	mux       *http.ServeMux
	source    source
	customers map[string]Customer
	seed      uint64
	log       *slog.Logger
	closed    chan struct{}
	closing   sync.Once
	requests  requestLog

	mu        sync.Mutex // guards the following fields
	release   int
	faults    []*Fault // last set first
	packaging Packaging
}

// source is the origin of lists: the generated catalog or a folder.
type source interface {
	releases() []time.Time // in order, at least one
	edition(release int, content string) (edition, error)
}

// edition is one content type of one release.
type edition interface {
	name() string            // name of the unpacked file
	tag() string             // differs if the content may differ
	empty() bool             // it has no rows
	ascii() bool             // it has no characters beyond ASCII
	original() *originalFile // the file that has exactly this content; nil if it is put together from rows
	writeTo(w io.Writer, v view) error
}

// view is the part of an edition that is served, and how its rows are changed.
type view struct {
	share       float64 // of the titles; 1 = all
	customer    uint64  // determines which titles they are
	half        bool    // leave out every second title
	headerOnly  bool
	extraColumn bool
	movedIDs    bool // other title_ids, and no identifiers: the platform has moved
	decoded     bool // write UTF-8, whatever the encoding of the file
}

// whole reports whether an original file can be served as it is.
func (v view) whole() bool { return v == view{share: 1, customer: v.customer} }

// shows reports whether the customer is entitled to a title. key identifies the title.
func (v view) shows(key uint64) bool {
	return v.share >= 1 || float64(hash(key, v.customer)>>11)/(1<<53) < v.share
}

// The column that the fault extra-column adds.
const (
	extraColumnName  = "oclc_number"
	extraColumnValue = "1000000001"
)

// New returns a server. It fails if the options are wrong or the folder has no list that can be served.
func New(o Options) (*Server, error) {
	s := &Server{seed: o.Seed, log: o.Logger, closed: make(chan struct{})}
	if s.seed == 0 {
		s.seed = 1
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	var err error
	if s.customers, err = customersByNumber(o.Customers); err != nil {
		return nil, err
	}
	if s.source, err = newSource(o, s.seed, s.log); err != nil {
		return nil, err
	}
	s.mux = s.routes()
	return s, nil
}

func newSource(o Options, seed uint64, log *slog.Logger) (source, error) {
	switch {
	case o.Dir != "" && o.Titles != 0:
		return nil, errors.New("mockoup: both a folder of lists and a number of titles are given; give only one of them")
	case o.Dir != "":
		return openFolder(o.Dir, log)
	case o.Titles < 0 || o.Titles > maxTitles:
		return nil, fmt.Errorf("mockoup: a catalog of %d titles cannot be generated; use 1 to %d", o.Titles, maxTitles)
	case o.Titles == 0:
		return newCatalogue(defaultTitles, seed), nil
	}
	return newCatalogue(o.Titles, seed), nil
}

func customersByNumber(more []Customer) (map[string]Customer, error) {
	customers := map[string]Customer{DemoCustomer: {Number: DemoCustomer, Key: DemoKey, Share: 1}}
	for _, c := range more {
		if c.Number == "" || c.Key == "" || strings.ContainsAny(c.Number, "/ \t\r\n") {
			return nil, fmt.Errorf("mockoup: customer %q needs a number without spaces or slashes, and a key", c.Number)
		}
		if _, taken := customers[c.Number]; taken {
			return nil, fmt.Errorf("mockoup: customer %q already exists (%q always does); choose another number", c.Number, DemoCustomer)
		}
		if c.Share < 0 || c.Share > 1 {
			return nil, fmt.Errorf("mockoup: customer %q has a share of %v; use a share above 0 and up to 1, or 0 for all titles", c.Number, c.Share)
		}
		for _, content := range c.Contents {
			if !isContent(content) {
				return nil, fmt.Errorf("mockoup: customer %q licenses %q; the content types are %s and %s", c.Number, content, Books, Journals)
			}
		}
		if c.Share == 0 {
			c.Share = 1
		}
		customers[c.Number] = c
	}
	return customers, nil
}

// Close ends requests whose answers are held or sent slowly. Later requests are still answered.
func (s *Server) Close() error {
	s.closing.Do(func() { close(s.closed) })
	return nil
}

// Releases returns the dates of all releases (YYYY-MM-DD) in order.
func (s *Server) Releases() []string {
	var dates []string
	for _, date := range s.source.releases() {
		dates = append(dates, date.Format(time.DateOnly))
	}
	return dates
}

// Release returns the date of the current release. At first it is the oldest.
func (s *Server) Release() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.source.releases()[s.release].Format(time.DateOnly)
}

// SetRelease makes the release of a date (YYYY-MM-DD) the current one.
func (s *Server) SetRelease(date string) error {
	i, err := s.releaseOf(date)
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.release = i
	s.mu.Unlock()
	s.log.Info("release set", "date", date)
	return nil
}

// ErrNoFurtherRelease is the error of [Server.Step] at either end of the releases.
var ErrNoFurtherRelease = errors.New("mockoup: there is no further release")

// Step goes n releases forward, or back if n is negative. Beyond either end, it fails and changes nothing.
func (s *Server) Step(n int) error {
	dates := s.Releases()
	s.mu.Lock()
	defer s.mu.Unlock()
	if n > len(dates) || n < -len(dates) || s.release+n < 0 || s.release+n >= len(dates) {
		return fmt.Errorf("%w: a step of %d from %s, number %d of %d, is impossible; set one of %s", ErrNoFurtherRelease, n,
			dates[s.release], s.release+1, len(dates), strings.Join(dates, ", "))
	}
	s.release += n
	s.log.Info("release set", "date", dates[s.release])
	return nil
}

// WriteRelease writes a list, unpacked, as the customer would get it without a fault. release is a date, or "" for the
// current release. If the customer would get no list (204 No Content), it fails with [ErrNoList].
func (s *Server) WriteRelease(w io.Writer, customer, content, release string) error {
	c, ok := s.customers[customer]
	if !ok {
		return fmt.Errorf("mockoup: there is no customer %q; use %q or a customer of the options", customer, DemoCustomer)
	}
	if !isContent(content) {
		return fmt.Errorf("mockoup: there is no content type %q; use %s or %s", content, Books, Journals)
	}
	if release == "" {
		release = s.Release()
	}
	i, err := s.releaseOf(release)
	if err != nil {
		return err
	}
	d, err := s.delivery(i, content, c)
	if err != nil {
		return err
	}
	if d.empty() {
		return fmt.Errorf("%w: %s of %s for customer %q", ErrNoList, content, release, customer)
	}
	return d.edition.writeTo(w, d.view)
}

// everyone stands for the customer of the global title list. It is entitled to everything.
var everyone = Customer{Share: 1}

// ErrNoList is the error of [Server.WriteRelease] if a release has no rows for the customer.
var ErrNoList = errors.New("mockoup: there is no such list")

func (s *Server) releaseOf(date string) (int, error) {
	dates := s.Releases()
	i := slices.Index(dates, date)
	if i < 0 {
		return 0, fmt.Errorf("mockoup: there is no release of %q; the releases are %s", date, strings.Join(dates, ", "))
	}
	return i, nil
}

func isContent(s string) bool { return s == Books || s == Journals }

// listName returns the name of a generated or joined list.
func listName(content string, date time.Time) string {
	packages := map[string]string{Books: "AllBooks", Journals: "AllJournals"}
	return kbart.FileName("OxfordUniversityPress", "Global", packages[content], date)
}
