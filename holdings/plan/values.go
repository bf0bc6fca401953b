package plan

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"autoholdings/kbart"
)

// ValueKind says what the two values of a change are. It is stored with them, so nobody has to guess from how a value
// looks: a title's notes may look like anything.
type ValueKind string

// The kinds of values. A value may be empty whatever its kind.
const (
	NoValues        ValueKind = ""           // both are empty: the action says it all
	TextValues      ValueKind = "TEXT"       // old and new text of a title column
	CoverageValues  ValueKind = "COVERAGE"   // coverage statements, as JSON
	StateValues     ValueKind = "STATE"      // old: a portfolio's state before; new: why it leaves or stays (Leaving); both as JSON
	StatesValues    ValueKind = "STATES"     // old: a portfolio's state now; new: its state before the job that is undone; both as JSON
	PortfolioValues ValueKind = "PORTFOLIOS" // old: what a portfolio has to move (MoveValue); new: candidate ids; both as JSON
	MoveValues      ValueKind = "MOVE"       // what is moved, from and to where (MoveValue), as JSON
	OwnValues       ValueKind = "OWN"        // values of a profile's list that differ from the portfolio (DivergingValues), as JSON
	FurtherValues   ValueKind = "FURTHER"    // identifier keys from further rows of a title
	ReasonValues    ValueKind = "REASON"     // new: the code for why a portfolio is left as it is; old: ReviewState before, as JSON
	WordsValues     ValueKind = "WORDS"      // prose
	StaffValues     ValueKind = "STAFF"      // what staff put on a portfolio, before and after: each a JSON string; empty: nothing
	LicenseValues   ValueKind = "LICENSE"    // the license of a portfolio, before and after (LicenseValue), as JSON; empty: none
	PlaceValues     ValueKind = "PLACE"      // where a portfolio is, before and after (Place), as JSON
	POLineValues    ValueKind = "PO_LINE"    // how a PO line stands to a portfolio, before and after (POLineState), as JSON
)

// Values are the old and new value of a change as they are stored, and their kind.
type Values struct {
	Kind     ValueKind
	Old, New string
}

// ValuesOfText returns the values of a changed title column.
func ValuesOfText(before, after string) Values { return Values{TextValues, before, after} }

// ValuesOfCoverage returns the statements before and after a change.
func ValuesOfCoverage(before, after []Statement) Values {
	return Values{CoverageValues, StatementsJSON(before), StatementsJSON(after)}
}

// ValuesOfState returns a portfolio's state before it came or left and, if it leaves, why.
func ValuesOfState(was PortfolioState, why Leaving) Values {
	return Values{StateValues, ToJSON(was), why.stored()}
}

// ValuesOfLeaving returns the reason why a Community Zone title leaves: it has no state.
func ValuesOfLeaving(why Leaving) Values {
	if text := why.stored(); text != "" {
		return Values{StateValues, "", text}
	}
	return Values{}
}

// ValuesOfCandidates returns the candidate portfolios and what there is to move; had may be the zero value.
func ValuesOfCandidates(had MoveValue, ids []int64) Values {
	return Values{PortfolioValues, had.stored(), ToJSON(ids)}
}

// ValuesOfMove returns what is moved, before and after.
func ValuesOfMove(from, to MoveValue) Values { return Values{MoveValues, from.stored(), to.stored()} }

// ValuesOfReason returns the code for why a portfolio is left as it is.
func ValuesOfReason(code string) Values { return Values{ReasonValues, "", code} }

// ReviewState is why a portfolio waits for a person, and since when.
type ReviewState struct {
	Review string `json:"review,omitempty"` // "": it does not
	Since  int64  `json:"since,omitempty"`  // Unix milliseconds
}

// ReviewOf returns why a portfolio waits for a person now.
func ReviewOf(p *StoredPortfolio) ReviewState {
	if p.Review == "" {
		return ReviewState{}
	}
	return ReviewState{p.Review, p.ReviewSince}
}

// ValuesOfReview returns why a portfolio waited for a person before, and the code for why it does from now on; "": it does not.
func ValuesOfReview(before ReviewState, code string) Values {
	return Values{ReasonValues, ToJSON(before), code}
}

// Review returns why a portfolio waited for a person before. ok is false if that is not stored, as in reports of earlier versions.
func (v Values) Review() (before ReviewState, ok bool) {
	if v.Kind != ReasonValues || v.Old == "" || json.Unmarshal([]byte(v.Old), &before) != nil {
		return ReviewState{}, false
	}
	return before, true
}

// ValuesOfWords returns prose.
func ValuesOfWords(words string) Values { return Values{WordsValues, "", words} }

// ValuesOfStaff returns what staff put on a portfolio, before and after; nil: nothing.
func ValuesOfStaff(before, after *string) Values {
	return Values{StaffValues, ToJSONText(before), ToJSONText(after)}
}

// ToJSONText stores a text that may be missing, apart from the empty one.
func ToJSONText(text *string) string {
	if text == nil {
		return ""
	}
	return ToJSON(*text)
}

// Staff returns what staff put on a portfolio, before and after; ok is false for any other change, or if it cannot be read.
func (v Values) Staff() (before, after *string, ok bool) {
	if v.Kind == LicenseValues {
		before, known := storedLicense(v.Old)
		after, alsoKnown := storedLicense(v.New)
		return before, after, known && alsoKnown
	}
	if v.Kind != StaffValues {
		return nil, nil, false
	}
	before, known := storedText(v.Old)
	after, alsoKnown := storedText(v.New)
	return before, after, known && alsoKnown
}

func storedText(stored string) (text *string, ok bool) {
	if stored == "" {
		return nil, true
	}
	var s string
	if json.Unmarshal([]byte(stored), &s) != nil {
		return nil, false
	}
	return &s, true
}

func staffWords(field, stored string) string {
	text, ok := storedText(stored)
	switch {
	case !ok:
		return stored
	case text == nil:
		return ""
	case *text == "":
		return "empty"
	default:
		return LocalWords(field, *text)
	}
}

// Reversed returns the values of the opposite change.
func (v Values) Reversed() Values { return Values{v.Kind, v.New, v.Old} }

// ToJSON encodes what cannot fail: structs and lists of strings, integers and booleans.
func ToJSON(v any) string {
	text, _ := json.Marshal(v)
	return string(text)
}

// Coverage returns the statements before and after a coverage change; ok is false for any other change.
func (v Values) Coverage() (before, after []Statement, ok bool, err error) {
	if v.Kind != CoverageValues {
		return nil, nil, false, nil
	}
	if before, err = StoredStatements(v.Old); err != nil {
		return nil, nil, true, err
	}
	after, err = StoredStatements(v.New)
	return before, after, true, err
}

// StoredStatements decodes stored coverage statements; the empty text means none.
func StoredStatements(stored string) (statements []Statement, err error) {
	if stored == "" {
		return nil, nil
	}
	if err := json.Unmarshal([]byte(stored), &statements); err != nil {
		return nil, fmt.Errorf("read stored coverage statements: %w", err)
	}
	return statements, nil
}

// StatementsJSON encodes statements for storage; "" if there are none.
func StatementsJSON(statements []Statement) string {
	if len(statements) == 0 {
		return ""
	}
	return ToJSON(statements)
}

// State returns the portfolio's former state; the zero value if none is stored, as for a new portfolio.
func (v Values) State() (was PortfolioState, err error) {
	if v.Kind != StateValues && v.Kind != StatesValues || v.Old == "" {
		return was, nil
	}
	if err := json.Unmarshal([]byte(v.Old), &was); err != nil {
		return was, fmt.Errorf("read a stored state: %w", err)
	}
	return was, nil
}

// Leaving returns why a portfolio leaves or stays; the zero value for any other change.
func (v Values) Leaving() (why Leaving) {
	if v.Kind == StateValues && v.New != "" {
		_ = json.Unmarshal([]byte(v.New), &why) // an unreadable value gives no reason
	}
	return why
}

// Candidates returns the portfolios that an ambiguous title or portfolio might be; nil for any other change.
func (v Values) Candidates() (portfolioIDs []int64) {
	if v.Kind != PortfolioValues || json.Unmarshal([]byte(v.New), &portfolioIDs) != nil {
		return nil
	}
	return portfolioIDs
}

// Moved returns the two values of a move; ok is false for any other change, or if they cannot be read.
func (v Values) Moved() (from, to MoveValue, ok bool) {
	if v.Kind != MoveValues {
		return from, to, false
	}
	from, known := storedMove(v.Old)
	to, alsoKnown := storedMove(v.New)
	return from, to, known && alsoKnown
}

// OldWords returns the old value as people read it, for the action and field of the change.
func (v Values) OldWords(action Action, field string) string {
	switch v.Kind {
	case CoverageValues:
		return coverageWords(field, v.Old)
	case OwnValues:
		return ownValuesWords(v.Old)
	case FurtherValues:
		return furtherWords(v.Old)
	case StateValues, StatesValues:
		return stateWords(v.Old)
	case MoveValues, PortfolioValues:
		return moveWords(action, field, v.Old)
	case ReasonValues:
		before, _ := v.Review()
		return reasonWords(before.Review)
	case StaffValues:
		return staffWords(field, v.Old)
	case LicenseValues:
		return licenseWords(v.Old)
	case PlaceValues:
		return placeWords(v.Old)
	case POLineValues:
		return poLineWords(v.Old)
	default:
		return v.Old
	}
}

// NewWords returns the new value, or the reason, as people read it.
func (v Values) NewWords(action Action, field string) string {
	switch v.Kind {
	case CoverageValues:
		return coverageWords(field, v.New)
	case OwnValues:
		return ownValuesWords(v.New)
	case FurtherValues:
		return furtherWords(v.New)
	case StateValues:
		return v.Leaving().String()
	case StatesValues:
		return stateWords(v.New)
	case MoveValues:
		return moveWords(action, field, v.New)
	case PortfolioValues:
		return candidatesWords(v)
	case ReasonValues:
		return reasonWords(v.New)
	case StaffValues:
		return staffWords(field, v.New)
	case LicenseValues:
		return licenseWords(v.New)
	case PlaceValues:
		return placeWords(v.New)
	case POLineValues:
		return poLineWords(v.New)
	default:
		return v.New
	}
}

// A value that cannot be read is shown as it is stored.

func coverageWords(field, stored string) string {
	statements, err := StoredStatements(stored)
	if err != nil {
		return stored
	}
	for _, c := range OwnColumns {
		if field == OwnField(c) {
			return ownWords(statements, c)
		}
	}
	return CoverageText(statements)
}

// ownWords returns the statements' own values in one column, each after the range of its statement. Statements without
// one have the title's value.
func ownWords(statements []Statement, c kbart.Column) string {
	var own []string
	for i := range statements {
		if text := *statements[i].Own(c); text != nil {
			own = append(own, statements[i].String()+": "+*text)
		}
	}
	return strings.Join(own, "; ")
}

func ownValuesWords(stored string) string {
	own, err := ParseDivergingValues(stored)
	if err != nil {
		return stored
	}
	return own.String()
}

func furtherWords(stored string) string {
	if stored == "" {
		return ""
	}
	return "identifiers of further rows: " + strings.Join(strings.Fields(stored), ", ")
}

func stateWords(stored string) string {
	var state PortfolioState
	if stored == "" || json.Unmarshal([]byte(stored), &state) != nil {
		return stored
	}
	return state.String()
}

func moveWords(action Action, field, stored string) string {
	v, ok := storedMove(stored)
	if !ok || stored == "" {
		return stored
	}
	return v.Words(action, field)
}

func candidatesWords(v Values) string {
	switch candidates := v.Candidates(); {
	case candidates == nil:
		return v.New
	case len(candidates) == 1:
		return "has keys of 1 portfolio; so does another one"
	default:
		return fmt.Sprintf("has the keys of %d portfolios", len(candidates))
	}
}

func reasonWords(code string) string {
	if words, ok := reasons[code]; ok {
		return words
	}
	return code
}

var reasons = map[string]string{
	ReviewAmbiguous:  "waits: titles of the list might be this one, and nothing tells which",
	ReviewContested:  "waits: an identifier or the title_id of it stands in the list on a title of another name",
	ReviewUnreadable: "left as it is: its row in the list could not be read",
}

// PortfolioState is a portfolio's state before a job brought it into the holdings or took it out, for undo.
type PortfolioState struct {
	Available bool   `json:"available"`
	Listed    bool   `json:"listed"`
	RemovedAt *int64 `json:"removedAt,omitempty"`
	Entitled  string `json:"entitlement,omitempty"` // "ended"; "": the profile had none
	Review    string `json:"review,omitempty"`

	ReviewSince  int64  `json:"reviewSince,omitempty"` // Unix milliseconds; 0: it waits for nobody, or in reports of earlier versions
	Waiting      string `json:"waiting,omitempty"`     // why the entitlement was suspended
	WaitingSince string `json:"waitingSince,omitempty"`
	GivenBack    bool   `json:"givenBack,omitempty"`
	EndedAt      *int64 `json:"endedAt,omitempty"` // Unix milliseconds: when the entitlement had ended; nil: it was in force, or not known

	Deleted *DeletedEntitlement `json:"deleted,omitempty"` // the entitlement, where the undo of what made it deletes it
}

// DeletedEntitlement is all that is known of an entitlement that an undo deletes: the portfolio can be shown as it was before.
type DeletedEntitlement struct {
	ID       int64       `json:"id"`
	Coverage []Statement `json:"coverage,omitempty"`
	Own      string      `json:"own,omitempty"`  // DivergingValues, as they are stored
	Hash     *int64      `json:"hash,omitempty"` // of what its list said; nil: of the portfolio's values
}

// StateOf returns a portfolio's current state. entitlement is the profile's; 0: none.
func StateOf(p *StoredPortfolio, entitlement int64) PortfolioState {
	state := PortfolioState{
		Available: p.Available, Listed: p.Listed, RemovedAt: p.RemovedAt, Review: p.Review,
		Waiting: p.Waiting, WaitingSince: p.WaitingSince, GivenBack: p.GivenBack, EndedAt: p.EndedAt,
	}
	if entitlement != 0 {
		state.Entitled = "ended"
	}
	if p.Review != "" {
		state.ReviewSince = p.ReviewSince
	}
	return state
}

// String returns the state in words.
func (s PortfolioState) String() string {
	words := []string{"not available"}
	if s.Available {
		words[0] = "available"
	}
	switch {
	case s.RemovedAt != nil:
		words = []string{"removed on " + time.UnixMilli(*s.RemovedAt).UTC().Format(time.DateOnly)}
	case !s.Listed:
		words = append(words, "not listed by the provider")
	}
	if s.Review != "" {
		words = append(words, "waiting for a person")
	}
	return strings.Join(words, ", ")
}

// Leaving is why a portfolio is no longer listed, or stays anyway.
type Leaving struct {
	Reason    string   `json:"reason,omitempty"`    // why it is kept: keptForPOLine or keptRetained; "": it is not
	POLines   []string `json:"poLines,omitempty"`   // the numbers of the PO lines that keep it
	Retained  string   `json:"retained,omitempty"`  // by which mark it is retained, see Retention; "": it is not
	License   string   `json:"license,omitempty"`   // the code of the license that retains it
	FreeNow   bool     `json:"freeNow,omitempty"`   // the list now has it as free
	Successor *Related `json:"successor,omitempty"` // the title that follows it

	Predecessor *Related `json:"predecessor,omitempty"` // for an added title: the portfolio that it follows
	Waits       string   `json:"waits,omitempty"`       // why it waits: ReviewAmbiguous, ReviewContested
}

// The reasons for keeping a portfolio that no list has any more.
const (
	keptForPOLine = "PO_LINE"
	keptRetained  = "RETAINED" // and without PO line
)

// Related is another title mentioned in a report line.
type Related struct {
	Title       string `json:"title"`
	TitleID     string `json:"titleId,omitempty"`
	PortfolioID int64  `json:"portfolioId,omitempty"`
}

// String returns the title, with its title_id in brackets.
func (r *Related) String() string {
	if r.TitleID == "" {
		return fmt.Sprintf("%q", r.Title)
	}
	return fmt.Sprintf("%q (%s)", r.Title, r.TitleID)
}

// Empty reports whether there is nothing to say.
func (l Leaving) Empty() bool {
	return l.Reason == "" && l.Retained == "" && len(l.POLines) == 0 && !l.FreeNow && l.Successor == nil && l.Predecessor == nil &&
		l.Waits == ""
}

func (l Leaving) stored() string {
	if l.Empty() {
		return ""
	}
	return ToJSON(l)
}

// KeptFor returns the reasons for keeping a portfolio: its PO lines, and that it is retained.
func KeptFor(poLines []string, retained Retention) Leaving {
	why := Leaving{Reason: keptForPOLine, POLines: poLines, Retained: retained.By, License: retained.License}
	if len(poLines) == 0 && retained.Holds() {
		why.Reason = keptRetained
	}
	return why
}

// retainedWords says why a portfolio is retained.
func (l Leaving) retainedWords() string {
	switch {
	case l.Retained == RetainedByLicense && l.License != "":
		return "the license " + l.License + " gives perpetual access"
	case l.Retained == RetainedByLicense:
		return "its license gives perpetual access"
	case l.Retained == RetainedByCollection:
		return "its collection has perpetual access"
	default:
		return "it has perpetual access"
	}
}

// poLinesNamed is the most PO lines that are named in words.
const poLinesNamed = 10

// String returns all of it in words: "kept: PO line POL-1; now listed as free".
func (l Leaving) String() string {
	var words []string
	switch {
	case l.Reason == keptForPOLine && len(l.POLines) == 0:
		words = append(words, "kept: it has a PO line")
	case l.Reason == keptForPOLine && len(l.POLines) == 1:
		words = append(words, "kept: PO line "+l.POLines[0])
	case l.Reason == keptForPOLine && len(l.POLines) > poLinesNamed:
		words = append(words, fmt.Sprintf("kept: PO lines %s and %d more", strings.Join(l.POLines[:poLinesNamed], ", "),
			len(l.POLines)-poLinesNamed))
	case l.Reason == keptForPOLine:
		words = append(words, "kept: PO lines "+strings.Join(l.POLines, ", "))
	case l.Reason == keptRetained:
		words = append(words, "kept: "+l.retainedWords())
	case l.Reason != "":
		words = append(words, "kept: "+l.Reason)
	}
	if l.Reason == keptForPOLine && l.Retained != "" {
		words = append(words, l.retainedWords())
	}
	if l.Waits != "" {
		words = append(words, reasonWords(l.Waits))
	}
	if l.FreeNow {
		words = append(words, "now listed as free")
	}
	if l.Successor != nil {
		words = append(words, "followed by "+l.Successor.String())
	}
	if l.Predecessor != nil {
		words = append(words, "follows "+l.Predecessor.String())
	}
	return strings.Join(words, "; ")
}

// Citation identifies a title in a report line: its name at the time, and the keys to look it up by in a catalogue.
type Citation struct {
	Title            string `json:"title"`
	TitleID          string `json:"titleId,omitempty"`
	PrintIdentifier  string `json:"printIdentifier,omitempty"`
	OnlineIdentifier string `json:"onlineIdentifier,omitempty"`
}

// CitationOf cites a title by its columns.
func CitationOf(values *[len(TitleColumns)]string) Citation {
	return Citation{
		Title: values[TitleColumnIndex[kbart.PublicationTitle]], TitleID: values[TitleColumnIndex[kbart.TitleID]],
		PrintIdentifier:  values[TitleColumnIndex[kbart.PrintIdentifier]],
		OnlineIdentifier: values[TitleColumnIndex[kbart.OnlineIdentifier]],
	}
}

// citationOfRow cites a row of a list. If its cells cannot be assigned to columns, title is all that can be said.
func citationOfRow(rec *kbart.Record, title string) Citation {
	if rec.Reason == kbart.ReasonCells {
		return Citation{Title: title}
	}
	return Citation{
		Title: title, TitleID: rec.Get(kbart.TitleID),
		PrintIdentifier: rec.Get(kbart.PrintIdentifier), OnlineIdentifier: rec.Get(kbart.OnlineIdentifier),
	}
}

// OwnField is the field name for a statement's own value in one of OwnColumns.
func OwnField(c kbart.Column) string { return CoverageField + "." + c.String() }

// countedField is the name that a field is counted under: if a title's notes and a statement's own notes both differ,
// that is one difference in notes.
func countedField(field string) string { return strings.TrimPrefix(field, CoverageField+".") }
