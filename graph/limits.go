package graph

import (
	"fmt"
	"net/http"
	"time"

	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Limits bound what requests may cost. A field that is zero has the default that LimitTable gives it, where each is
// described.
type Limits struct {
	Body, Header                                         int // bytes
	Tokens, Depth, Selections, Aliases, SameField        int
	Directives, Values, Complexity, Items                int
	QueryTime, MutationTime                              time.Duration
	Queries, QueriesPerCaller                            int
	Mutations, MutationsPerCaller, Requests, Questions   int
	Unread                                               int // bytes
	Uploads, UploadsPerCaller                            int
	Wait, BodyTime, Patience, UploadPatience, UploadTime time.Duration
	Streams, StreamsPerCaller, Subscriptions             int
	Strangers, StrangersPerCaller                        int
	Spools, Downloads, DownloadsPerCaller                int
	DownloadTime                                         time.Duration
	NoIntrospection /* hide the schema */, NoSuggestions bool // messages about wrong names offer no right ones
}

// Limit describes one of the Limits: docs/api.md, the flags of the command line and the messages of refusals say what
// stands here.
type Limit struct {
	Name    string // what a refusal calls it in extensions.limit
	What    string // what it bounds, with its unit
	Flag    string // of the command line; empty: the default is for everybody
	Default int64  // a number, or a time in nanoseconds; 0: no limit
	Status  int    // of a refusal by HTTP; 0: the connection is closed without an answer
	Advice  string // what to ask less of
	Count   func(*Limits) *int
	Time    func(*Limits) *time.Duration // instead of Count
}

// The limits, by the names that refusals give them.
var (
	limitBody = &Limit{
		Name: "BODY", What: "bytes of a request's body", Default: 4 << 20, Status: http.StatusRequestEntityTooLarge,
		Advice: "send less at a time; POST /files takes lists of any size", Count: func(l *Limits) *int { return &l.Body },
	}
	limitHeader = &Limit{
		Name: "HEADER", What: "bytes of a request's address and headers", Default: 64 << 10, Status: http.StatusRequestHeaderFieldsTooLarge,
		Advice: "send long queries by POST", Count: func(l *Limits) *int { return &l.Header },
	}
	limitTokens = &Limit{
		Name: "TOKENS", What: "tokens of a document", Default: 15_000, Status: http.StatusUnprocessableEntity,
		Advice: "ask for less in one document, and give values as variables", Count: func(l *Limits) *int { return &l.Tokens },
	}
	limitDepth = &Limit{
		Name: "DEPTH", What: "fields inside fields, fragments included", Default: 30, Status: http.StatusUnprocessableEntity,
		Advice: "nest fewer fields, and read what belongs to a thing by its id", Count: func(l *Limits) *int { return &l.Depth },
	}
	limitSelections = &Limit{
		Name: "SELECTIONS", What: "fields of a document, each fragment counted wherever it is spread", Default: 10_000,
		Status: http.StatusUnprocessableEntity, Advice: "spread fewer fragments, and ask for fewer fields",
		Count: func(l *Limits) *int { return &l.Selections },
	}
	limitAliases = &Limit{
		Name: "ALIASES", What: "aliases of a document, counted like its fields", Default: 500, Status: http.StatusUnprocessableEntity,
		Advice: "do less in one document", Count: func(l *Limits) *int { return &l.Aliases },
	}
	limitSameField = &Limit{
		Name: "SAME_FIELD", What: "times that one field is asked for at one place", Default: 50, Status: http.StatusUnprocessableEntity,
		Advice: "ask for a field once", Count: func(l *Limits) *int { return &l.SameField },
	}
	limitDirectives = &Limit{
		Name: "DIRECTIVES", What: "directives of a document, counted like its fields", Default: 500, Status: http.StatusUnprocessableEntity,
		Advice: "use fewer of @include and @skip", Count: func(l *Limits) *int { return &l.Directives },
	}
	limitQuestions = &Limit{
		Name: "QUESTIONS", What: "questions of one POST /access", Default: 10_000, Status: http.StatusUnprocessableEntity,
		Advice: "send several requests", Count: func(l *Limits) *int { return &l.Questions },
	}
	limitItems = &Limit{
		Name: "ITEMS", What: "items of one mutation that makes or changes many things", Default: 500, Status: http.StatusOK,
		Advice: "send several requests, or a file by an import", Count: func(l *Limits) *int { return &l.Items },
	}
	limitValues = &Limit{
		Name: "VALUES", What: "values in the variables of an operation", Default: 125_000, Status: http.StatusUnprocessableEntity,
		Advice: "give fewer at a time", Count: func(l *Limits) *int { return &l.Values },
	}
	limitComplexity = &Limit{
		Name: "COMPLEXITY", What: "cost of an operation", Flag: "max-complexity", Default: 250_000, Status: http.StatusUnprocessableEntity,
		Advice: "ask for shorter pages (first), fewer lists inside lists, and less often for totalCount or a search",
		Count:  func(l *Limits) *int { return &l.Complexity },
	}
	limitWait = &Limit{
		Name: "WAIT", What: "time that a request waits for its turn where there is no room", Default: int64(5 * time.Second),
		Status: http.StatusServiceUnavailable, Advice: "it is refused then, by the limit that it is over",
		Time: func(l *Limits) *time.Duration { return &l.Wait },
	}
	limitQueryTime = &Limit{
		Name: "QUERY_TIME", What: "time of a query", Flag: "max-query-time", Default: int64(30 * time.Second), Status: http.StatusOK,
		Advice: "ask for shorter pages (first), and less often for totalCount", Time: func(l *Limits) *time.Duration { return &l.QueryTime },
	}
	limitMutationTime = &Limit{
		Name: "MUTATION_TIME", What: "time of a mutation", Flag: "max-mutation-time", Default: int64(5 * time.Minute), Status: http.StatusOK,
		Advice: "change less at a time; what was not finished was not done",
		Time:   func(l *Limits) *time.Duration { return &l.MutationTime },
	}
	limitQueries = &Limit{
		Name: "QUERIES", What: "queries at once", Flag: "max-queries", Default: 8, Status: http.StatusServiceUnavailable,
		Advice: "ask again later", Count: func(l *Limits) *int { return &l.Queries },
	}
	limitQueriesPerCaller = &Limit{
		Name: "QUERIES_PER_CALLER", What: "queries at once of one caller", Flag: "max-queries-per-caller", Default: 2,
		Status: http.StatusServiceUnavailable, Advice: "send fewer requests side by side",
		Count: func(l *Limits) *int { return &l.QueriesPerCaller },
	}
	limitMutations = &Limit{
		Name: "MUTATIONS", What: "mutations at once", Flag: "max-mutations", Default: 32, Status: http.StatusServiceUnavailable,
		Advice: "ask again later", Count: func(l *Limits) *int { return &l.Mutations },
	}
	limitMutationsPerCaller = &Limit{
		Name: "MUTATIONS_PER_CALLER", What: "mutations at once of one caller", Flag: "max-mutations-per-caller", Default: 16,
		Status: http.StatusServiceUnavailable, Advice: "send fewer requests side by side",
		Count: func(l *Limits) *int { return &l.MutationsPerCaller },
	}
	limitRequests = &Limit{
		Name: "REQUESTS", What: "operations of one caller in a minute", Flag: "max-requests", Default: 0, Status: http.StatusTooManyRequests,
		Advice: "ask less often; a subscription tells of changes", Count: func(l *Limits) *int { return &l.Requests },
	}
	limitUnread = &Limit{
		Name: "UNREAD", What: "bytes of large answers that clients have not read yet", Default: 256 << 20,
		Status: http.StatusServiceUnavailable, Advice: "ask for shorter pages (first), and read answers as they come",
		Count: func(l *Limits) *int { return &l.Unread },
	}
	limitBodyTime = &Limit{
		Name: "BODY_TIME", What: "time in which the body of a request has to arrive, an upload aside", Default: int64(30 * time.Second),
		Status: http.StatusRequestTimeout, Advice: "send less at a time", Time: func(l *Limits) *time.Duration { return &l.BodyTime },
	}
	limitPatience = &Limit{
		Name: "PATIENCE", What: "time in which a client has to take the next 64 KiB", Default: int64(30 * time.Second),
		Advice: "read answers as they come", Time: func(l *Limits) *time.Duration { return &l.Patience },
	}
	limitUploadPatience = &Limit{
		Name: "UPLOAD_PATIENCE", What: "time without a byte of an upload", Default: int64(2 * time.Minute),
		Advice: "send without pauses", Time: func(l *Limits) *time.Duration { return &l.UploadPatience },
	}
	limitUploadTime = &Limit{
		Name: "UPLOAD_TIME", What: "time of an upload", Flag: "max-upload-time", Default: int64(time.Hour),
		Advice: "pack the list first, as `gzip` does", Time: func(l *Limits) *time.Duration { return &l.UploadTime },
	}
	limitUploads = &Limit{
		Name: "UPLOADS", What: "uploads at once", Flag: "max-uploads", Default: 16, Status: http.StatusServiceUnavailable,
		Advice: "upload again later", Count: func(l *Limits) *int { return &l.Uploads },
	}
	limitUploadsPerCaller = &Limit{
		Name: "UPLOADS_PER_CALLER", What: "uploads at once of one caller", Flag: "max-uploads-per-caller", Default: 4,
		Status: http.StatusServiceUnavailable, Advice: "upload one list after the other",
		Count: func(l *Limits) *int { return &l.UploadsPerCaller },
	}
	limitStreams = &Limit{
		Name: "STREAMS", What: "WebSockets and streams of server-sent events at once", Flag: "max-streams", Default: 2000,
		Status: http.StatusServiceUnavailable, Advice: "end those that you do not need", Count: func(l *Limits) *int { return &l.Streams },
	}
	limitStreamsPerCaller = &Limit{
		Name: "STREAMS_PER_CALLER", What: "the same, of one caller", Flag: "max-streams-per-caller", Default: 1000,
		Status: http.StatusServiceUnavailable, Advice: "subscribe several times over one WebSocket",
		Count: func(l *Limits) *int { return &l.StreamsPerCaller },
	}
	limitStrangers = &Limit{
		Name: "STRANGERS", What: "WebSockets at once whose clients have not said who they are", Default: 200,
		Status: http.StatusServiceUnavailable, Advice: "send connection_init at once", Count: func(l *Limits) *int { return &l.Strangers },
	}
	limitStrangersPerCaller = &Limit{
		Name: "STRANGERS_PER_CALLER", What: "the same, of one address", Default: 20,
		Status: http.StatusServiceUnavailable, Advice: "send connection_init at once",
		Count: func(l *Limits) *int { return &l.StrangersPerCaller },
	}
	limitSubscriptions = &Limit{
		Name: "SUBSCRIPTIONS", What: "operations at once over one WebSocket, subscriptions included", Default: 50, Status: http.StatusOK,
		Advice: "end subscriptions that you do not need", Count: func(l *Limits) *int { return &l.Subscriptions },
	}
	limitSpools = &Limit{
		Name: "SPOOLS", What: "downloads that are being prepared at once", Default: 2, Status: http.StatusServiceUnavailable,
		Advice: "download fewer files at once", Count: func(l *Limits) *int { return &l.Spools },
	}
	limitDownloads = &Limit{
		Name: "DOWNLOADS", What: "downloads at once", Flag: "max-downloads", Default: 64, Status: http.StatusServiceUnavailable,
		Advice: "download fewer files at once", Count: func(l *Limits) *int { return &l.Downloads },
	}
	limitDownloadsPerCaller = &Limit{
		Name: "DOWNLOADS_PER_CALLER", What: "downloads at once of one caller", Flag: "max-downloads-per-caller", Default: 16,
		Status: http.StatusServiceUnavailable, Advice: "download fewer files at once",
		Count: func(l *Limits) *int { return &l.DownloadsPerCaller },
	}
	limitDownloadTime = &Limit{
		Name: "DOWNLOAD_TIME", What: "time of a download", Flag: "max-download-time", Default: int64(30 * time.Minute),
		Status: http.StatusServiceUnavailable,
		Advice: "go on where it broke off (Range), as `curl --continue-at -` does",
		Time:   func(l *Limits) *time.Duration { return &l.DownloadTime },
	}
)

// LimitTable lists all limits in the order in which a request meets them.
var LimitTable = []*Limit{
	limitHeader, limitBody, limitBodyTime, limitRequests, limitQuestions,
	limitItems, limitValues, limitTokens, limitDepth, limitSelections, limitAliases, limitSameField, limitDirectives, limitComplexity,
	limitQueries, limitQueriesPerCaller, limitMutations, limitMutationsPerCaller, limitWait, limitQueryTime, limitMutationTime,
	limitUnread, limitPatience,
	limitStreams, limitStreamsPerCaller, limitStrangers, limitStrangersPerCaller, limitSubscriptions,
	limitUploads, limitUploadsPerCaller, limitUploadPatience, limitUploadTime,
	limitDownloads, limitDownloadsPerCaller, limitSpools, limitDownloadTime,
}

// WithDefaults returns the limits with a value in each field.
func (l Limits) WithDefaults() Limits {
	for _, limit := range LimitTable {
		switch {
		case limit.Time != nil:
			if at := limit.Time(&l); *at == 0 {
				*at = time.Duration(limit.Default)
			}
		default:
			if at := limit.Count(&l); *at == 0 {
				*at = int(limit.Default)
			}
		}
	}
	return l
}

// Shown returns a value of the limit in words.
func (l *Limit) Shown(value int64) string {
	switch {
	case value == 0:
		return "none"
	case l.Time != nil:
		return time.Duration(value).String()
	}
	return fmt.Sprint(value)
}

// Of returns the limit's value among others.
func (l *Limit) Of(all *Limits) int64 {
	if l.Time != nil {
		return int64(*l.Time(all))
	}
	return int64(*l.Count(all))
}

// excess is the error of a request that asked for too much. It says of what, and what to do.
type excess struct {
	limit *Limit
	bound string
	again time.Duration // it may be tried again then; 0: it would fail again
}

// retryAfter is when to try again what others stood in the way of.
const retryAfter = 2 * time.Second

// exceeded returns the refusal of what is over a limit.
func (l *Limits) exceeded(limit *Limit) *excess {
	e := &excess{limit: limit, bound: limit.Shown(limit.Of(l))}
	if limit.Status == http.StatusServiceUnavailable || limit.Status == http.StatusTooManyRequests {
		e.again = retryAfter
	}
	return e
}

func (e *excess) Error() string {
	return fmt.Sprintf("too much is asked for: the limit is %s (%s); %s", e.bound, e.limit.What, e.limit.Advice)
}

// graphQL is the error in gqlgen's form. Its code tells the transports that nothing was executed.
func (e *excess) graphQL() *gqlerror.Error {
	return &gqlerror.Error{Err: e, Message: e.Error(), Extensions: map[string]any{"code": tooComplex}}
}
