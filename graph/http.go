package graph

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"autoholdings/internal/problem"
)

// The media types of GraphQL over HTTP.
const (
	mediaResponse = "application/graphql-response+json"
	mediaJSON     = "application/json"
	mediaPlain    = "application/graphql" // the query itself: for curl
)

// overHTTP answers queries and mutations as the draft of GraphQL over HTTP has it
// (https://graphql.github.io/graphql-over-http/draft/). gqlgen's own transports send another status for what goes wrong
// before a field is resolved, copy each answer twice, and know neither ETag nor compression.
type overHTTP struct{}

// Supports reports whether the request is a query or mutation by GET or POST.
func (overHTTP) Supports(r *http.Request) bool {
	return r.Header.Get("Upgrade") == "" && (r.Method == http.MethodGet || r.Method == http.MethodPost)
}

// Do serves the request.
func (overHTTP) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	ctx := r.Context()
	params, wrong := requestIn(r)
	if wrong != "" {
		refuse(w, r, http.StatusBadRequest, string(problem.BadInput), wrong)
		return
	}
	op, errs := exec.CreateOperationContext(ctx, params)
	if errs != nil {
		answerWith(w, r, requestErrorStatus(r, errs), exec.DispatchError(graphql.WithOperationContext(ctx, op), errs))
		return
	}
	if r.Method == http.MethodGet && op.Operation.Operation == ast.Mutation {
		w.Header().Set("Allow", http.MethodPost)
		refuse(w, r, http.StatusMethodNotAllowed, string(problem.BadInput), "a mutation is not sent by GET: send it by POST")
		return
	}
	if op.Operation.Operation == ast.Subscription {
		refuse(w, r, http.StatusNotAcceptable, string(problem.BadInput),
			"a subscription has more than one answer: ask with the header Accept: text/event-stream, or over a WebSocket (graphql-transport-ws)")
		return
	}
	responses, ctx := exec.DispatchOperation(ctx, op)
	if response := responses(ctx); response != nil { // there is none where the client has gone
		answerWith(w, r, http.StatusOK, response)
	}
}

// requestIn returns what is asked, or what is wrong with the request.
func requestIn(r *http.Request) (params *graphql.RawParams, wrong string) {
	start := graphql.Now()
	if r.Method == http.MethodGet {
		params, wrong = requestInAddress(r.URL)
	} else {
		params, wrong = requestInBody(r)
	}
	if wrong == "" && strings.TrimSpace(params.Query) == "" {
		wrong = `there is no operation: send it as "query"`
	}
	if wrong == "" {
		params.Headers, params.ReadTime = r.Header, graphql.TraceTiming{Start: start, End: graphql.Now()}
	}
	return params, wrong
}

func requestInAddress(address *url.URL) (*graphql.RawParams, string) {
	values := address.Query()
	params := &graphql.RawParams{Query: values.Get("query"), OperationName: values.Get("operationName")}
	for name, to := range map[string]*map[string]any{"variables": &params.Variables, "extensions": &params.Extensions} {
		if text := values.Get(name); text != "" && decode([]byte(text), to) != nil {
			return nil, "the parameter " + name + ` is not a JSON object, such as {"id": "…"}: percent-encode it whole`
		}
	}
	return params, ""
}

func requestInBody(r *http.Request) (*graphql.RawParams, string) {
	body, err := io.ReadAll(r.Body) // it is in memory already (see checkBody)
	params := &graphql.RawParams{}
	switch {
	case err != nil:
		return nil, notARequest
	case isPlainQuery(r):
		params.Query = plainQuery(body)
	case decode(body, params) != nil:
		return nil, notARequest
	}
	return params, ""
}

// plainQuery is the query in a body that is one: as it is, or as curl's --data-urlencode sends it.
func plainQuery(body []byte) string {
	text := string(body)
	if strings.HasPrefix(text, "query=") || strings.HasPrefix(text, "%7B") {
		if unescaped, err := url.QueryUnescape(text); err == nil {
			text = unescaped
		}
	}
	return strings.TrimPrefix(text, "query=")
}

func decode(text []byte, to any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(to); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("something follows the value")
	}
	return nil
}

// requestErrorStatus is the status for what went wrong before anything was resolved. A client that takes only application/json gets
// 200, since it would not look for errors elsewhere than in an answer that went well.
func requestErrorStatus(r *http.Request, errs gqlerror.List) int {
	for _, e := range errs {
		if over, ok := errors.AsType[*excess](e); ok {
			return over.limit.Status
		}
	}
	if mediaOf(r) == mediaResponse {
		return http.StatusBadRequest
	}
	return http.StatusOK
}

// mediaOf is the media type of an answer: what the client would rather have of the two, and application/json where it
// does not say.
func mediaOf(r *http.Request) string {
	best, media := 0.0, mediaJSON
	for part := range strings.SplitSeq(strings.Join(r.Header.Values("Accept"), ","), ",") {
		asked, parameters, err := mime.ParseMediaType(strings.TrimSpace(part))
		if err != nil {
			continue
		}
		if asked != mediaResponse {
			asked = mediaJSON
		}
		weight, err := strconv.ParseFloat(parameters["q"], 64)
		if err != nil {
			weight = 1
		}
		if weight > best {
			best, media = weight, asked
		}
	}
	return media
}

// answerWith sends an answer. One of a query by GET has an ETag where nothing went wrong: a client that sends it with the
// next request (If-None-Match) hears 304 as long as the answer would be the same.
func answerWith(w http.ResponseWriter, r *http.Request, status int, response *graphql.Response) {
	header := w.Header()
	header.Set("Content-Type", mediaOf(r))
	header.Add("Vary", "Accept, Accept-Encoding")
	header.Set("Cache-Control", "private, no-cache")
	if r.Method == http.MethodGet && status == http.StatusOK && len(response.Errors) == 0 {
		sum := sha256.Sum256(response.Data)
		tag := hex.EncodeToString(sum[:16])
		header.Set("ETag", `W/"`+tag+`"`)
		if knows(r, tag) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	parts := responseParts(response)
	size := 0
	for _, part := range parts {
		size += len(part)
	}
	if size >= worthPacking && acceptsGzip(r) {
		header.Set("Content-Encoding", "gzip")
		w.WriteHeader(status)
		packed(w, parts)
		return
	}
	header.Set("Content-Length", strconv.Itoa(size))
	w.WriteHeader(status)
	for _, part := range parts {
		if _, err := w.Write(part); err != nil {
			return // the client has gone
		}
	}
}

// responseParts are the bytes of a response, the data not copied. What went wrong before anything was resolved has no
// data, not even null.
func responseParts(response *graphql.Response) [][]byte {
	var parts [][]byte
	begin := "{"
	if len(response.Errors) > 0 {
		parts, begin = append(parts, []byte(begin+`"errors":`), encoded(response.Errors)), ","
	}
	if len(response.Data) > 0 {
		parts, begin = append(parts, []byte(begin+`"data":`), response.Data), ","
	}
	if len(response.Extensions) > 0 {
		parts = append(parts, []byte(begin+`"extensions":`), encoded(response.Extensions))
	}
	return append(parts, []byte("}"))
}

func encoded(value any) []byte {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // errors and extensions are made of texts and numbers
	}
	return text
}

// worthPacking is how many bytes of an answer are compressed for clients that take it: fewer fit into one packet anyway.
const worthPacking = 1400

var packers = sync.Pool{New: func() any {
	packer, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // the level is right
	return packer
}}

func packed(w io.Writer, parts [][]byte) {
	packer, _ := packers.Get().(*gzip.Writer)
	defer packers.Put(packer)
	packer.Reset(w)
	for _, part := range parts {
		if _, err := packer.Write(part); err != nil {
			return // the client has gone
		}
	}
	_ = packer.Close() // as above
}

// mannerly refuses requests to the API that no transport takes, and says what to send instead.
func mannerly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Method {
		case http.MethodGet, http.MethodOptions:
		case http.MethodPost:
			media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
			if err != nil || media != mediaJSON && media != mediaPlain {
				w.Header().Set("Accept-Post", mediaJSON+", "+mediaPlain)
				refuse(w, r, http.StatusUnsupportedMediaType, string(problem.BadInput),
					`send {"query": "…", "variables": {…}} with the header Content-Type: application/json, or the query alone as application/graphql`)
				return
			}
		default:
			w.Header().Set("Allow", "GET, POST, OPTIONS")
			refuse(w, r, http.StatusMethodNotAllowed, string(problem.BadInput),
				r.Method+" is not what the API takes: send queries and mutations by POST, or queries by GET")
			return
		}
		next.ServeHTTP(w, r)
	})
}
