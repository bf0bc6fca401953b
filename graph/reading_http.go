package graph

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"time"

	"autoholdings/graph/model"
	"autoholdings/holdings"
	"autoholdings/holdings/plan"
	"autoholdings/internal/problem"
)

// readings answers the query access for programs that speak no GraphQL, such as link resolvers.
type readings struct {
	holdings *holdings.Service
	log      *slog.Logger
	door     *door
}

func (a *readings) register(mux *http.ServeMux, wanted func(http.Handler) http.Handler) {
	mux.Handle("GET /access", wanted(http.HandlerFunc(a.one)))
	mux.Handle("POST /access", wanted(http.HandlerFunc(a.many)))
}

// The answer in JSON. Its names are those of the query; what is null there is left out here.
type (
	decisionJSON struct {
		Granted bool   `json:"granted"`
		Wholly  bool   `json:"wholly"`
		Reason  string `json:"reason,omitempty"`
		Message string `json:"message,omitempty"`
		OpensOn string `json:"opensOn,omitempty"`
	}
	answerJSON struct {
		decisionJSON
		Portfolios []portfolioJSON `json:"portfolios"`
	}
	portfolioJSON struct {
		decisionJSON
		ID                     string            `json:"id"`
		Title                  string            `json:"title"`
		TitleID                string            `json:"titleId,omitempty"`
		Print                  string            `json:"printIdentifier,omitempty"`
		Online                 string            `json:"onlineIdentifier,omitempty"`
		Collection             namedJSON         `json:"collection"`
		URL                    string            `json:"url,omitempty"`
		Coverage               *coverageJSON     `json:"coverage,omitempty"`
		Entitlements           []entitlementJSON `json:"entitlements"`
		Retention              *retentionJSON    `json:"retention,omitempty"`
		Proxy                  *bool             `json:"proxy,omitempty"`
		PublicNote             string            `json:"publicNote,omitempty"`
		AuthenticationNote     string            `json:"authenticationNote,omitempty"`
		TemporarilyUnavailable string            `json:"temporarilyUnavailable,omitempty"`
	}
	namedJSON struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	}
	entitlementJSON struct {
		Profile *namedJSON `json:"profile"` // null: the library's own
	}
	coverageJSON struct {
		From       string `json:"from,omitempty"`
		To         string `json:"to,omitempty"`
		FromVolume string `json:"fromVolume,omitempty"`
		FromIssue  string `json:"fromIssue,omitempty"`
		ToVolume   string `json:"toVolume,omitempty"`
		ToIssue    string `json:"toIssue,omitempty"`
		Embargo    string `json:"embargo,omitempty"`
		Kind       string `json:"kind,omitempty"`
		Text       string `json:"text"`
	}
	retentionJSON struct {
		By          string `json:"by"`
		From        string `json:"from,omitempty"`
		Until       string `json:"until,omitempty"`
		LicenseCode string `json:"licenseCode,omitempty"`
	}
)

func decided(d holdings.AccessDecision) decisionJSON {
	return decisionJSON{d.Granted, d.Wholly, string(d.Denial), d.Message, d.Opens}
}

// accessJSON is an answer to a group's question.
func accessJSON(answer *holdings.AccessAnswer, groupID int64) answerJSON {
	shown := answerJSON{decided(answer.AccessDecision), make([]portfolioJSON, len(answer.Portfolios))}
	for i, p := range model.AccessAnswerOf(*answer, groupID).Portfolios {
		by := p.By
		shown.Portfolios[i] = portfolioJSON{
			decisionJSON: decided(by.AccessDecision), ID: model.ID(model.PortfolioType, by.PortfolioID),
			Title: by.Title, TitleID: by.TitleID, Print: by.Print, Online: by.Online,
			Collection: namedJSON{model.ID(model.CollectionType, by.CollectionID), by.Collection}, URL: by.URL,
			Coverage: statementJSON(p.Coverage()), Entitlements: each(by.Entitlements, grantingJSON), Proxy: p.Proxy(),
			PublicNote: by.Local[plan.PublicNote], AuthenticationNote: by.Local[plan.AuthenticationNote],
			TemporarilyUnavailable: by.Local[plan.Unavailable],
		}
		if r := p.Retention(); r != nil {
			shown.Portfolios[i].Retention = &retentionJSON{r.By, r.Retention.From, r.Retention.Until, r.License}
		}
	}
	return shown
}

func statementJSON(c *model.Coverage) *coverageJSON {
	if c == nil {
		return nil
	}
	s := &c.Statement
	return &coverageJSON{
		From: s.DateFirst, To: s.DateLast, FromVolume: s.VolFirst, FromIssue: s.IssueFirst, ToVolume: s.VolLast, ToIssue: s.IssueLast,
		Embargo: s.Embargo, Kind: s.Kind, Text: s.String(),
	}
}

func grantingJSON(g holdings.Granting) entitlementJSON {
	if g.ProfileID == 0 {
		return entitlementJSON{}
	}
	return entitlementJSON{&namedJSON{model.ID(model.ProfileType, g.ProfileID), g.Profile}}
}

// one answers the question in the address.
func (a *readings) one(w http.ResponseWriter, r *http.Request) {
	given, err := parameters(r, "identifier", "date", "volume", "issue", "group")
	if err != nil {
		a.refuse(w, r, err)
		return
	}
	q, err := questionJSON{
		Identifier: given["identifier"], Date: jsonText(given["date"]), Volume: jsonText(given["volume"]), Issue: jsonText(given["issue"]),
		Group: given["group"],
	}.question()
	if err != nil {
		a.refuse(w, r, err)
		return
	}
	if !a.door.pace.allows(a.door.caller(r.Context()), time.Now()) {
		a.refuse(w, r, a.door.limits.exceeded(limitRequests))
		return
	}
	answers, err := a.answer(r, []holdings.AccessQuestion{q})
	if err == nil {
		err = answers[0].Wrong
	}
	if err != nil {
		a.refuse(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "private, no-cache")
	_ = json.NewEncoder(w).Encode(accessJSON(&answers[0], q.GroupID)) // the client may be gone
}

// answer answers some questions as one query: within the limits of queries.
func (a *readings) answer(r *http.Request, questions []holdings.AccessQuestion) ([]holdings.AccessAnswer, error) {
	d := a.door
	ctx, cancel := context.WithTimeoutCause(r.Context(), d.limits.QueryTime, errTime{d.limits.exceeded(limitQueryTime)})
	defer cancel()
	leave, err := d.gates.queries.enter(ctx, d.caller(ctx))
	if err != nil {
		return nil, err
	}
	defer leave()
	answers, err := a.holdings.Access(ctx, questions)
	if late, ok := errors.AsType[errTime](context.Cause(ctx)); err != nil && ok {
		return nil, late.excess
	}
	return answers, err
}

func (a *readings) refuse(w http.ResponseWriter, r *http.Request, err error) {
	if e, over := errors.AsType[*excess](err); over && e.limit.Status == http.StatusOK { // as GraphQL tells it
		limit := *e.limit
		limit.Status = http.StatusServiceUnavailable
		err = &excess{&limit, e.bound, e.again}
	}
	(&downloads{log: a.log, door: a.door}).refuse(w, r, err)
}

// questionJSON is a question as it is sent.
type questionJSON struct {
	Identifier string   `json:"identifier"`
	Date       jsonText `json:"date"`
	Volume     jsonText `json:"volume"`
	Issue      jsonText `json:"issue"`
	Group      string   `json:"group"`
}

// jsonText is a text that may be sent as a whole number.
type jsonText string

// UnmarshalJSON reads a text, a whole number or null.
func (t *jsonText) UnmarshalJSON(b []byte) error {
	var number json.Number
	if json.Unmarshal(b, &number) == nil && (number == "" || isWhole(string(number))) {
		*t = jsonText(number)
		return nil
	}
	return json.Unmarshal(b, (*string)(t))
}

func isWhole(s string) bool { return len(bytes.Trim([]byte(s), "0123456789")) == 0 }

func (q questionJSON) question() (asked holdings.AccessQuestion, err error) {
	asked = holdings.AccessQuestion{Identifier: q.Identifier, Date: string(q.Date), Volume: string(q.Volume), Issue: string(q.Issue)}
	if q.Group != "" {
		asked.GroupID, err = idOf(model.InventoryGroupType, "group", q.Group)
	}
	return asked, err
}

// questionBytes is how long a question is on average, at most, if there are as many as are allowed.
const questionBytes = 512

// readQuestions reads questions in JSON: as an array, or one object after the other (JSON lines). wrong says of each why it
// cannot be asked.
func (a *readings) readQuestions(
	w http.ResponseWriter, r *http.Request,
) (questions []holdings.AccessQuestion, wrong []error, lines bool, err error) {
	limits := &a.door.limits
	body := bufio.NewReader(http.MaxBytesReader(w, r.Body, int64(max(limits.Body, limits.Questions*questionBytes))))
	in := json.NewDecoder(body)
	in.DisallowUnknownFields()
	if lines = !beginsArray(body); !lines {
		_, err = in.Token()
	}
	for err == nil && (lines || in.More()) {
		var q questionJSON
		if err = in.Decode(&q); err != nil {
			break
		}
		if len(questions) == limits.Questions {
			return nil, nil, lines, limits.exceeded(limitQuestions)
		}
		asked, refused := q.question()
		questions, wrong = append(questions, asked), append(wrong, refused)
	}
	if err == nil {
		err = endOfArray(in)
	}
	if err != io.EOF || len(questions) == 0 {
		return nil, nil, lines, a.unreadable(err, len(questions))
	}
	return questions, wrong, lines, nil
}

// endOfArray is io.EOF if an array ends, and nothing follows it.
func endOfArray(in *json.Decoder) error {
	if _, err := in.Token(); err != nil {
		return errors.Join(io.ErrUnexpectedEOF, err)
	}
	if _, err := in.Token(); err != nil {
		return err
	}
	return errors.New("something follows the array")
}

func beginsArray(body *bufio.Reader) bool {
	for n := 1; ; n++ {
		begin, err := body.Peek(n)
		if err != nil {
			return false
		}
		if c := begin[n-1]; c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			return c == '['
		}
	}
}

func (a *readings) unreadable(err error, read int) error {
	tooLarge := (*http.MaxBytesError)(nil)
	switch {
	case errors.As(err, &tooLarge):
		return a.door.limits.exceeded(limitBody)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return a.door.limits.exceeded(limitBodyTime)
	case err == io.EOF && read == 0:
		return problem.New(problem.BadInput, "",
			`there is no question: send [{"identifier": "…", "date": "2005"}, …], or such objects line by line`)
	}
	return problem.New(problem.BadInput, "",
		`question %d cannot be read: send it as {"identifier": "…", "date": "…", "volume": "…", "issue": "…", "group": "…"}; `+
			`only the identifier is needed`,
		read+1)
}

// answeredAtOnce is how many questions are answered before others get their turn.
const answeredAtOnce = 1000

// many answers all questions in the body, in their order and in the form in which they came. One that cannot be answered has
// its error in its place.
func (a *readings) many(w http.ResponseWriter, r *http.Request) {
	leave, err := a.door.gates.uploads.enter(r.Context(), a.door.caller(r.Context()))
	if err != nil {
		a.refuse(w, r, err)
		return
	}
	questions, wrong, lines, err := a.readQuestions(w, r)
	leave()
	if err == nil && !a.door.pace.allows(a.door.caller(r.Context()), time.Now()) {
		err = a.door.limits.exceeded(limitRequests)
	}
	if err != nil {
		a.refuse(w, r, err)
		return
	}
	out := newAnswer(w, a.door.limits.Patience)
	defer out.end()
	for from := 0; from < len(questions); from += answeredAtOnce {
		to := min(from+answeredAtOnce, len(questions))
		answers, err := a.answer(r, questions[from:to])
		switch {
		case err != nil && from == 0:
			a.refuse(out, r, err)
			return
		case err != nil:
			a.log.ErrorContext(r.Context(), "answer questions of access", "request", requestID(r.Context()), "error", err)
			panic(http.ErrAbortHandler) // a part must not look whole
		}
		for i := range answers {
			if refused := wrong[from+i]; refused != nil {
				answers[i].Wrong = refused
			}
		}
		if from == 0 {
			out.Header().Set("Content-Type", map[bool]string{true: "application/x-ndjson", false: "application/json"}[lines])
			out.Header().Set("Cache-Control", "private, no-cache")
		}
		if _, err := out.Write(a.written(r, answers, questions[from:to], lines, from == 0, to == len(questions))); err != nil {
			return
		}
	}
}

// written are answers in JSON, each on a line of its own.
func (a *readings) written(
	r *http.Request, answers []holdings.AccessAnswer, questions []holdings.AccessQuestion, lines, first, last bool,
) []byte {
	var text bytes.Buffer
	out := json.NewEncoder(&text)
	if !lines && first {
		text.WriteString("[\n")
	}
	for i := range answers {
		if !lines && (i > 0 || !first) {
			text.Truncate(max(0, text.Len()-1)) // the line's end
			text.WriteString(",\n")
		}
		var answer any = accessJSON(&answers[i], questions[i].GroupID)
		if wrong := answers[i].Wrong; wrong != nil {
			answer = map[string]any{"errors": []any{a.door.present(a.log)(r.Context(), wrong)}}
		}
		if err := out.Encode(answer); err != nil {
			panic(fmt.Errorf("write an answer of access: %w", err)) // there are texts and numbers in it only
		}
	}
	if !lines && last {
		text.WriteString("]\n")
	}
	return text.Bytes()
}
