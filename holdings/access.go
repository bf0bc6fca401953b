package holdings

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"autoholdings/ent"
	"autoholdings/holdings/plan"
	"autoholdings/internal/problem"
	"autoholdings/internal/search"
	"autoholdings/internal/store"
	"autoholdings/kbart"
)

// AccessQuestion asks whether something may be read.
type AccessQuestion struct {
	Identifier    string // an ISSN or ISBN in any notation, a title_id, a DOI with or without https://doi.org/, or a title's URL
	Date          string // YYYY, YYYY-MM or YYYY-MM-DD; "": not given
	Volume, Issue string // "": not given
	GroupID       int64  // who wants to read it: an inventory group; 0: what any of them may read
}

// The longest texts of a question, in bytes.
const (
	maxAskedIdentifier = 500
	maxAskedNumber     = 100
)

// AccessDenial is why something may not be read.
type AccessDenial string

// The reasons beside those of plan.OutOfCoverage, which come before these: of several portfolios, the reason is told that
// is closest to access.
const (
	DeniedOtherGroups AccessDenial = "OTHER_GROUPS"
	DeniedService     AccessDenial = "SERVICE_OFF"
	DeniedUnavailable AccessDenial = "UNAVAILABLE"
	DeniedWaiting     AccessDenial = "WAITING"
	DeniedNotListed   AccessDenial = "NOT_LISTED"
	DeniedRemoved     AccessDenial = "REMOVED"
	DeniedUnknown     AccessDenial = "UNKNOWN_TITLE"
)

// accessDenials are all reasons, the closest to access first.
var accessDenials = []AccessDenial{
	AccessDenial(plan.Undetermined), AccessDenial(plan.Embargoed), AccessDenial(plan.BeforeMovingWall), AccessDenial(plan.InGap),
	AccessDenial(plan.BeforeCoverage), AccessDenial(plan.AfterCoverage), DeniedOtherGroups, DeniedService, DeniedUnavailable, DeniedWaiting,
	DeniedNotListed, DeniedRemoved, DeniedUnknown,
}

// AccessDecision says whether something may be read and, if not, why.
type AccessDecision struct {
	Granted bool
	Wholly  bool         // granted all that was asked for, and not only a part of it
	Denial  AccessDenial // "": it is granted
	Message string       // the reason in words; "": it is granted
	Opens   string       // YYYY-MM-DD, of an embargo: when what was asked for begins to be accessible; "": not known
}

// AccessAnswer answers a question: by all portfolios that have the identifier, those that grant it first. The decision is
// that of the first.
type AccessAnswer struct {
	AccessDecision
	Portfolios []*PortfolioAccess
	Wrong      error // a problem: the question cannot be answered
}

// PortfolioAccess is what one portfolio has to say to a question.
type PortfolioAccess struct {
	AccessDecision
	PortfolioID, CollectionID int64
	Collection                string
	Title, TitleID            string // as they are shown
	Print, Online             string
	URL                       string          // where to read it: the statement's own address or the title's
	Statement                 *plan.Statement // the coverage that grants it; nil: it is denied, or the title has no statements
	Entitlements              []Granting      // by which it is granted; none: it is denied, or granted by what is retained alone
	Retention                 plan.Retention  // by which it is granted, where no entitlement is in force for that time
	Local                     plan.LocalValues
}

// Granting is an entitlement that grants access.
type Granting struct {
	ID        int64
	ProfileID int64 // 0: the library's own
	Profile   string
}

// questionsAtOnce is how many questions one statement answers.
const questionsAtOnce = 250

// Access answers questions, in their order, by the rules of Export: what is granted for a group is what its export has.
// Embargoes are as they are today. Identifiers are those that are shown. It takes a statement for the groups, and one for
// each group and 250 questions of it.
func (s *Service) Access(ctx context.Context, questions []AccessQuestion) ([]AccessAnswer, error) {
	answers := make([]AccessAnswer, len(questions))
	groups, err := s.groupsAsked(ctx, questions)
	if err != nil {
		return nil, err
	}
	byGroup := map[int64][]int{}
	asked := make([]askedTitle, len(questions))
	for i, q := range questions {
		if asked[i], answers[i].Wrong = q.read(groups); answers[i].Wrong == nil {
			byGroup[q.GroupID] = append(byGroup[q.GroupID], i)
		}
	}
	today := s.Now().UTC()
	for groupID, of := range byGroup {
		for some := range slices.Chunk(of, questionsAtOnce) {
			keys := wantedKeys{}
			for _, i := range some {
				keys.add(asked[i])
			}
			found, err := s.portfoliosAsked(ctx, groupID, keys)
			if err != nil {
				return nil, err
			}
			for _, i := range some {
				answers[i] = asked[i].answer(found, today)
			}
		}
	}
	return answers, nil
}

// groupsAsked returns the ids of all groups if a question names one.
func (s *Service) groupsAsked(ctx context.Context, questions []AccessQuestion) (map[int64]bool, error) {
	if !slices.ContainsFunc(questions, func(q AccessQuestion) bool { return q.GroupID != 0 }) {
		return nil, nil
	}
	ids, err := store.ScanIDs(s.store.Query(ctx, `SELECT id FROM inventory_groups`))
	if err != nil {
		return nil, fmt.Errorf("read the groups: %w", err)
	}
	known := make(map[int64]bool, len(ids))
	for _, id := range ids {
		known[id] = true
	}
	return known, nil
}

// askedTitle is a question that has been read.
type askedTitle struct {
	plan.Asked

	identifier string
	key        string   // of an ISSN or ISBN; "": it is neither
	badDigit   bool     // its check digit is wrong
	titleIDs   []string // the title_ids that it may be
	url        string   // without what does not tell URLs apart; "": it is none
	groupID    int64
}

// read checks a question. The error is a problem.
func (q AccessQuestion) read(groups map[int64]bool) (a askedTitle, err error) {
	var wrong problem.List
	a.identifier, a.groupID = strings.TrimSpace(q.Identifier), q.GroupID
	switch {
	case a.identifier == "":
		wrong.Add(problem.BadInput, "identifier", "it is empty: give an ISSN, an ISBN, a title_id or a URL")
	case len(a.identifier) > maxAskedIdentifier:
		wrong.Add(problem.BadInput, "identifier", "it has more than %d bytes: give an ISSN, an ISBN, a title_id or a URL", maxAskedIdentifier)
	default:
		a.identify()
	}
	if date := strings.TrimSpace(q.Date); date != "" {
		var ok bool
		if a.Date, ok = kbart.ParseDate(date); !ok {
			wrong.Add(problem.BadInput, "date", "%.40q is no date: write it as YYYY-MM-DD, YYYY-MM or YYYY", date)
		}
	}
	a.Volume, a.Issue = strings.TrimSpace(q.Volume), strings.TrimSpace(q.Issue)
	for _, number := range []struct{ path, text string }{{"volume", a.Volume}, {"issue", a.Issue}} {
		if len(number.text) > maxAskedNumber {
			wrong.Add(problem.BadInput, number.path, "it has more than %d bytes: give the number alone", maxAskedNumber)
		}
	}
	if q.GroupID != 0 && !groups[q.GroupID] {
		wrong.Add(problem.NotFound, "group",
			"there is no such inventory group: it may have been deleted; the query inventoryGroups lists those that are there")
	}
	for _, text := range []string{q.Identifier, q.Volume, q.Issue} {
		if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
			wrong.Add(problem.BadInput, "", "a text of it is no UTF-8 or has a NUL character: type it again")
			break
		}
	}
	return a, wrong.Err()
}

// Forms in which link resolvers give identifiers.
var (
	numberForms = []string{"urn:issn:", "urn:isbn:", "issn:", "isbn:", "issn ", "isbn "}
	doiForms    = []string{"https://doi.org/", "http://doi.org/", "https://dx.doi.org/", "http://dx.doi.org/", "info:doi/", "urn:doi:", "doi:"}
)

// identify finds out what the identifier may be.
func (a *askedTitle) identify() {
	number, _ := cutAnyPrefix(a.identifier, numberForms)
	if id, ok := kbart.ParseIdentifier(number); ok {
		a.key, a.badDigit = id.Key, !id.Valid
	}
	a.titleIDs = []string{a.identifier}
	if doi, ok := cutAnyPrefix(a.identifier, doiForms); ok {
		a.titleIDs = append(a.titleIDs, doi, strings.ToLower(doi))
	} else if lower := strings.ToLower(a.identifier); strings.HasPrefix(lower, "10.") && lower != a.identifier {
		a.titleIDs = append(a.titleIDs, lower) // a DOI has no case
	}
	a.url = urlKey(a.identifier)
	a.titleIDs = slices.DeleteFunc(a.titleIDs, func(id string) bool { return kbart.TitleIDKey(id) == "" })
}

// urlKey is a URL of the web without its scheme, "www.", fragment, the slash at its end and the case of its host. "": it is none.
func urlKey(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || !strings.EqualFold(u.Scheme, "https") && !strings.EqualFold(u.Scheme, "http") {
		return ""
	}
	rest := strings.TrimSuffix(u.EscapedPath(), "/")
	if u.RawQuery != "" {
		rest += "?" + u.RawQuery
	}
	return strings.TrimPrefix(strings.ToLower(u.Host), "www.") + rest
}

// cutAnyPrefix takes a prefix off, in any case.
func cutAnyPrefix(text string, prefixes []string) (rest string, found bool) {
	for _, prefix := range prefixes {
		if len(text) > len(prefix) && strings.EqualFold(text[:len(prefix)], prefix) {
			return strings.TrimSpace(text[len(prefix):]), true
		}
	}
	return text, false
}

// answer answers from the portfolios that were found for this and other questions of the group.
func (a askedTitle) answer(found *portfoliosFound, today time.Time) (answer AccessAnswer) {
	matches := found.matching(a)
	if len(matches) == 0 {
		if a.badDigit {
			answer.Wrong = problem.New(problem.BadInput, "identifier",
				"%.40q has a wrong check digit, and no title has it so: compare it with its source", a.identifier)
			return answer
		}
		answer.AccessDecision = denied(DeniedUnknown)
		return answer
	}
	for _, p := range matches {
		answer.Portfolios = append(answer.Portfolios, p.access(a, today))
	}
	slices.SortStableFunc(answer.Portfolios, func(x, y *PortfolioAccess) int {
		return cmp.Or(cmp.Compare(x.rank(), y.rank()), cmp.Compare(x.PortfolioID, y.PortfolioID))
	})
	answer.AccessDecision = answer.Portfolios[0].AccessDecision
	return answer
}

// rank orders decisions: what is granted wholly, what is granted, then by the reason.
func (d AccessDecision) rank() int {
	switch {
	case d.Wholly:
		return -2
	case d.Granted:
		return -1
	}
	return slices.Index(accessDenials, d.Denial)
}

func denied(why AccessDenial) AccessDecision {
	return AccessDecision{Denial: why, Message: map[AccessDenial]string{
		DeniedOtherGroups: "it is there for other inventory groups only",
		DeniedService:     "the service of its collection is not active and available",
		DeniedUnavailable: "staff have made it unavailable",
		DeniedWaiting:     "it waits until a person says which title of the provider's list it is",
		DeniedNotListed:   "no provider's list has it now, and it is not retained",
		DeniedRemoved:     "it was taken out of the holdings",
		DeniedUnknown:     "no title has this identifier",
	}[why]}
}

// wantedKeys are the identifiers that are looked for together.
type wantedKeys struct {
	keys, titleIDs []any
	urls           []string
	seen           map[string]bool
}

func (w *wantedKeys) add(a askedTitle) {
	if w.seen == nil {
		w.seen = map[string]bool{}
	}
	if a.key != "" && !w.seen["k"+a.key] {
		w.seen["k"+a.key] = true
		w.keys = append(w.keys, a.key)
	}
	for _, id := range a.titleIDs {
		if !w.seen["t"+id] {
			w.seen["t"+id] = true
			w.titleIDs = append(w.titleIDs, id)
		}
	}
	if a.url != "" && !w.seen["u"+a.url] {
		w.seen["u"+a.url] = true
		w.urls = append(w.urls, a.url)
	}
}

// nothing is what no identifier column has.
const nothing = "\x01"

// padded are values in a number that is one of few, so that there are few texts of statements.
func padded(values []any) []any {
	size := 1
	for size < len(values) {
		size *= 4
	}
	for len(values) < size {
		values = append(values, any(nothing))
	}
	return values
}

// askedState says why a portfolio p of a collection k cannot be read by a group, as a value of AccessDenial; ”: it can.
func askedState(groupID int64) string {
	return `CASE WHEN p.removed_at IS NOT NULL THEN 'REMOVED'
		WHEN NOT (` + entitledSQL + ` OR ` + RetainedSQL + `) THEN
			CASE WHEN EXISTS (SELECT 1 FROM entitlements w WHERE w.portfolio_id = p.id AND w.waiting <> '') THEN 'WAITING' ELSE 'NOT_LISTED' END
		WHEN NOT p.available THEN 'UNAVAILABLE'
		WHEN NOT (` + ServedSQL + `) THEN 'SERVICE_OFF'
		WHEN NOT ` + reachesSQL(groupID) + ` THEN 'OTHER_GROUPS' ELSE '' END`
}

// localIdentifierSQL is the condition that staff put an identifier beside the provider's, as it is written in the index.
const localIdentifierSQL = `(local_values LIKE '%_identifier":%' OR local_values LIKE '%"title_id":%')`

// askedTexts keeps the texts of askedSQL, which are long, by all that they are made of.
var askedTexts sync.Map

// askedText is what a text of askedSQL is made of: a group, numbers of identifiers, and how ids are found by URL; "": they are not.
type askedText struct {
	groupID        int64
	keys, titleIDs int
	byURL          string
}

func askedSQL(of askedText) string {
	if text, ok := askedTexts.Load(of); ok {
		return text.(string) //nolint:forcetypeassert // nothing else is stored
	}
	text, _ := askedTexts.LoadOrStore(of, writeAskedSQL(of))
	return text.(string) //nolint:forcetypeassert // nothing else is stored
}

func writeAskedSQL(of askedText) string {
	in := func(n int) string { return "(" + strings.TrimSuffix(strings.Repeat("?, ", n), ", ") + ")" }
	byURL := ""
	if of.byURL != "" {
		byURL = ` UNION ALL ` + of.byURL
	}
	return exportedSQL(of.groupID, `, p.collection_id, k.name, `+askedState(of.groupID)+`, e.id, f.id, COALESCE(f.description, ''),
			COALESCE(f.provider, ''), COALESCE(f.customer_number, '')`, `
		LEFT JOIN profiles f ON f.id = e.profile_id`, `p.id IN (
			SELECT id FROM portfolios WHERE print_key IN `+in(of.keys)+`
			UNION ALL SELECT id FROM portfolios WHERE online_key IN `+in(of.keys)+`
			UNION ALL SELECT id FROM portfolios WHERE title_id IN `+in(of.titleIDs)+`
			UNION ALL SELECT id FROM portfolios WHERE `+localIdentifierSQL+byURL+`)`) + ` ORDER BY p.id, e.id, c.position`
}

// portfoliosAsked reads the portfolios that have one of the identifiers, and others with local ones.
func (s *Service) portfoliosAsked(ctx context.Context, groupID int64, wanted wantedKeys) (*portfoliosFound, error) {
	keys, titleIDs := padded(wanted.keys), padded(wanted.titleIDs)
	text, args := askedText{groupID, len(keys), len(titleIDs), ""}, slices.Concat(keys, keys, titleIDs)
	if urls := search.URLs(wanted.urls); !urls.IsEmpty() {
		ids, arg := s.store.IDsFound(search.Portfolios, urls)
		text.byURL, args = ids, append(args, arg)
	}
	rows, err := s.store.Query(ctx, askedSQL(text), args...)
	if err != nil {
		return nil, fmt.Errorf("read what may be accessible: %w", err)
	}
	defer rows.Close()
	found := &portfoliosFound{
		byKey: map[string][]*portfolioFound{}, byTitleID: map[string][]*portfolioFound{}, byURL: map[string][]*portfolioFound{},
	}
	var current *portfolioFound
	for rows.Next() {
		var f portfolioFound
		var entitlementID, profileID *int64
		var profile ent.Profile
		x, err := scanExported(rows, &f.collectionID, &f.collection, &f.state, &entitlementID, &profileID, &profile.Description,
			&profile.Provider, &profile.CustomerNumber)
		if err != nil {
			return nil, fmt.Errorf("read what may be accessible: %w", err)
		}
		if current == nil || current.id != x.id {
			found.add(current)
			f.id, current = x.id, &f
		}
		if err := current.rows.add(x); err != nil {
			return nil, err
		}
		if entitlementID != nil {
			current.note(*entitlementID, profileID, &profile, x.statement)
		}
	}
	found.add(current)
	return found, rows.Err()
}
