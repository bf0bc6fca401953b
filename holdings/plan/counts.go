package plan

import (
	"slices"
	"strings"
)

// Action is what a plan does with a title, a portfolio or a row.
type Action string

// The actions of DOMAIN section 7, and those that only list something for a person to see.
const (
	Add          Action = "ADD"           // new title for the profile
	Update       Action = "UPDATE"        // a value differs
	Remove       Action = "REMOVE"        // no entitlement left, and nothing else holds it
	Keep         Action = "KEEP"          // no entitlement left, but a PO line, or it is retained
	Withdraw     Action = "WITHDRAW"      // another entitlement still holds it
	Free         Action = "FREE"          // a row of access type F, not used
	Invalid      Action = "INVALID"       // a refused row
	Ambiguous    Action = "AMBIGUOUS"     // a title that might be one of several portfolios; it is added
	Review       Action = "REVIEW"        // a portfolio left as it is because its row could not be read
	Wait         Action = "WAIT"          // a portfolio that an ambiguous title might be: its entitlement is suspended
	WrongContent Action = "WRONG_CONTENT" // a row that states the other content type; not used
	Locked       Action = "LOCKED"        // a field that changed behind a local value
	// the profile's list has values that the portfolio does not show: another list is newer
	Diverges  Action = "DIVERGES"
	NotInZone Action = "NOT_IN_COMMUNITY_ZONE" // a title that the Community Zone does not have
	Left      Action = "LEFT"                  // something that an undo does not put back because it has changed since

	MovePOLine      Action = "MOVE_PO_LINE"     // a PO line is moved to the counterpart of its portfolio
	MoveLicense     Action = "MOVE_LICENSE"     // a license is moved to it
	LicenseConflict Action = "LICENSE_CONFLICT" // the counterpart has another license
	MoveStaff       Action = "MOVE_VALUE"       // what staff put on the portfolio is moved to it
	StaffStays      Action = "VALUE_STAYS"      // what staff put on the portfolio, and why it stays
	NoCounterpart   Action = "NO_COUNTERPART"   // something to move, but nowhere to move it
	NothingToMove   Action = "NOTHING_TO_MOVE"  // no PO line, no license

	Restore       Action = "RESTORE"        // back in the holdings
	MovePortfolio Action = "MOVE_PORTFOLIO" // to another collection
	Refused       Action = "REFUSED"        // a portfolio that a job over many leaves as it is, and why

	Open  Action = "OPEN"  // a portfolio that an inventory group reaches from now on
	Close Action = "CLOSE" // one that it reaches no more
)

// Counts counts titles, except for Rows, Free and Invalid, which count rows, and Statements.
type Counts struct {
	Rows                 int          `json:"rows"`
	Titles               int          `json:"titles"`
	Statements           int          `json:"statements"`
	Added                int          `json:"added"`
	Updated              int          `json:"updated"`
	Unchanged            int          `json:"unchanged"`
	Removed              int          `json:"removed"`
	Kept                 int          `json:"kept"`
	Retained             int          `json:"retained,omitempty"` // those of Kept that are retained
	Withdrawn            int          `json:"withdrawn"`
	Free                 int          `json:"free"`
	Invalid              int          `json:"invalid"`
	Ambiguous            int          `json:"ambiguous"`
	NotInCommunityZone   int          `json:"notInCommunityZone"`
	Locked               int          `json:"locked"`  // titles with a change behind a local value
	Review               int          `json:"review"`  // portfolios left as they are because their row could not be read
	Waiting              int          `json:"waiting"` // portfolios that begin to wait
	StillWaiting         int          `json:"stillWaiting,omitempty"`
	WrongContent         int          `json:"wrongContent,omitempty"` // rows
	UnlistedRows         int          `json:"unlistedRows,omitempty"` // rows counted but not listed, because too many are alike
	Left                 int          `json:"left"`
	ByHand               int          `json:"byHand,omitempty"` // decisions on pairs that the job itself carries out
	Skipped              int          `json:"skipped"`          // titles left as they are because the Community Zone does not have them
	WithoutEntitlement   int          `json:"withoutEntitlement"`
	Missing              int          `json:"missing,omitempty"` // portfolios that an import left although they are not on its list
	Fields               []FieldCount `json:"fields"`
	Findings             [4]int       `json:"findings"` // by severity, info first
	UnlistedFindings     int          `json:"unlistedFindings"`
	EntitlementsBefore   int          `json:"entitlementsBefore"`
	EntitlementsAffected int          `json:"entitlementsAffected"` // what the guard judged: removed, kept and withdrawn
	Move                 *MoveCounts  `json:"move,omitempty"`       // nil unless the job moves PO lines and licenses
	Bulk                 *BulkCounts  `json:"bulk,omitempty"`       // nil unless the job is over many portfolios
	Groups               *GroupCounts `json:"groups,omitempty"`     // nil unless the job changes inventory groups
}

// Everyone stands for all inventory groups and for those who are in none, in counts and reports.
const Everyone = "everyone"

// GroupCounts counts what a change of a profile's inventory groups comes to. Updated counts the portfolios.
type GroupCounts struct {
	Profiles int          `json:"profiles"` // those whose groups change
	Groups   []GroupCount `json:"groups"`   // in the order of their names
}

// GroupCount is the number of portfolios that open and close to a group.
type GroupCount struct {
	Name   string `json:"name"` // at the time, or Everyone
	Opened int    `json:"opened"`
	Closed int    `json:"closed"`
}

// Add adds portfolios that open or close to a group.
func (g *GroupCounts) Add(o GroupCount) {
	i, known := slices.BinarySearchFunc(g.Groups, o.Name, func(c GroupCount, name string) int { return strings.Compare(c.Name, name) })
	if !known {
		g.Groups = slices.Insert(g.Groups, i, GroupCount{Name: o.Name})
	}
	g.Groups[i].Opened += o.Opened
	g.Groups[i].Closed += o.Closed
}

// merged adds other counts to these, which may be nil.
func (g *GroupCounts) merged(o *GroupCounts) *GroupCounts {
	if g == nil {
		g = &GroupCounts{Groups: []GroupCount{}}
	}
	g.Profiles += o.Profiles
	for _, count := range o.Groups {
		g.Add(count)
	}
	return g
}

// Clone returns a copy; of nil, nil.
func (g *GroupCounts) Clone() *GroupCounts {
	if g == nil {
		return nil
	}
	return &GroupCounts{g.Profiles, slices.Clone(g.Groups)}
}

// BulkCounts counts the results of a job over many portfolios, as portfolios.
type BulkCounts struct {
	Restored int   `json:"restored"`
	Moved    int   `json:"moved"`
	Refused  int   `json:"refused"`
	NotTaken int   `json:"notTaken,omitempty"` // values of a file: something else is there already, or they cannot be used
	After    int64 `json:"after,omitempty"`    // of a part: where the next run goes on, the id of the last portfolio done
}

// MoveCounts counts the results of a move. All but PoLinesMoved, ValuesMoved and ValuesStay count portfolios.
type MoveCounts struct {
	Portfolios    int `json:"portfolios"`
	PoLinesMoved  int `json:"poLinesMoved"`
	LicensesMoved int `json:"licensesMoved"`
	NoCounterpart int `json:"noCounterpart"`
	Ambiguous     int `json:"ambiguous"`
	Conflicts     int `json:"conflicts"`
	NothingToMove int `json:"nothingToMove"`
	ValuesMoved   int `json:"valuesMoved,omitempty"` // fields of what staff decided
	ValuesStay    int `json:"valuesStay,omitempty"`
}

// FieldCount is the number of updated titles that differ in a field.
type FieldCount struct {
	Name   string `json:"name"`
	Titles int    `json:"titles"`
}

// Merge adds another plan's counts.
func (c *Counts) Merge(o Counts) {
	for _, pair := range []struct {
		to   *int
		from int
	}{
		{&c.Rows, o.Rows},
		{&c.Titles, o.Titles},
		{&c.Statements, o.Statements},
		{&c.Added, o.Added},
		{&c.Updated, o.Updated},
		{&c.Unchanged, o.Unchanged},
		{&c.Removed, o.Removed},
		{&c.Kept, o.Kept},
		{&c.Retained, o.Retained},
		{&c.Withdrawn, o.Withdrawn},
		{&c.Free, o.Free},
		{&c.Invalid, o.Invalid},
		{&c.Ambiguous, o.Ambiguous},
		{&c.NotInCommunityZone, o.NotInCommunityZone},
		{&c.Locked, o.Locked},
		{&c.Review, o.Review},
		{&c.Waiting, o.Waiting},
		{&c.StillWaiting, o.StillWaiting},
		{&c.WrongContent, o.WrongContent},
		{&c.UnlistedRows, o.UnlistedRows},
		{&c.Left, o.Left},
		{&c.Skipped, o.Skipped},
		{&c.ByHand, o.ByHand},
		{&c.WithoutEntitlement, o.WithoutEntitlement},
		{&c.Missing, o.Missing},
		{&c.UnlistedFindings, o.UnlistedFindings},
		{&c.EntitlementsBefore, o.EntitlementsBefore},
		{&c.EntitlementsAffected, o.EntitlementsAffected},
	} {
		*pair.to += pair.from
	}
	for i := range c.Findings {
		c.Findings[i] += o.Findings[i]
	}
	for _, f := range o.Fields {
		c.addField(f.Name, f.Titles)
	}
	if o.Move != nil {
		if c.Move == nil {
			c.Move = &MoveCounts{}
		}
		c.Move.merge(*o.Move)
	}
	if o.Bulk != nil {
		if c.Bulk == nil {
			c.Bulk = &BulkCounts{}
		}
		c.Bulk.Restored += o.Bulk.Restored
		c.Bulk.Moved += o.Bulk.Moved
		c.Bulk.Refused += o.Bulk.Refused
		c.Bulk.NotTaken += o.Bulk.NotTaken
	}
	if o.Groups != nil {
		c.Groups = c.Groups.merged(o.Groups)
	}
}

func (m *MoveCounts) merge(o MoveCounts) {
	m.Portfolios += o.Portfolios
	m.PoLinesMoved += o.PoLinesMoved
	m.LicensesMoved += o.LicensesMoved
	m.NoCounterpart += o.NoCounterpart
	m.Ambiguous += o.Ambiguous
	m.Conflicts += o.Conflicts
	m.NothingToMove += o.NothingToMove
	m.ValuesMoved += o.ValuesMoved
	m.ValuesStay += o.ValuesStay
}

// OnlyKinds returns the counts for the given kinds, which are still to be decided. Updates are counted while either of
// their two kinds is open, because it is no longer known which title belongs to which.
func (c Counts) OnlyKinds(kinds Kinds) Counts {
	if !kinds.Has(Additions) {
		c.Added = 0
	}
	if !kinds.Has(Updates) && !kinds.Has(AccessLost) {
		c.Updated, c.Fields = 0, nil
	}
	if !kinds.Has(Removals) {
		c.Removed, c.Kept, c.Retained, c.Withdrawn, c.Waiting, c.EntitlementsAffected = 0, 0, 0, 0, 0, 0
	}
	return c
}

// Unwritten returns the counts of a plan that is not written: what was read, without what would have been done.
func (c Counts) Unwritten() Counts {
	return Counts{
		Rows: c.Rows, Titles: c.Titles, Free: c.Free, Invalid: c.Invalid, WrongContent: c.WrongContent, UnlistedRows: c.UnlistedRows,
		Findings: c.Findings, UnlistedFindings: c.UnlistedFindings, EntitlementsBefore: c.EntitlementsBefore,
	}
}

// addField adds titles to a field's count. The fields are sorted by count, largest first, then by name.
func (c *Counts) addField(name string, titles int) {
	i := slices.IndexFunc(c.Fields, func(f FieldCount) bool { return f.Name == name })
	if i < 0 {
		c.Fields = append(c.Fields, FieldCount{Name: name, Titles: titles})
	} else {
		c.Fields[i].Titles += titles
	}
	slices.SortFunc(c.Fields, func(a, b FieldCount) int {
		if a.Titles != b.Titles {
			return b.Titles - a.Titles
		}
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
}

// Changed reports whether these counts include a change to the holdings.
func (c *Counts) Changed() bool {
	return c.Added+c.Updated+c.Removed+c.Kept+c.Withdrawn+c.Waiting > 0 ||
		c.Move != nil && c.Move.PoLinesMoved+c.Move.LicensesMoved+c.Move.ValuesMoved > 0 ||
		c.Bulk != nil && c.Bulk.Moved+c.Bulk.Restored > 0 || c.Groups != nil && c.Groups.Profiles > 0
}

// CountMove counts a line of a move.
func (c *Counts) CountMove(action Action) {
	switch action {
	case MovePOLine:
		c.Move.PoLinesMoved++
	case MoveLicense:
		c.Move.LicensesMoved++
	case MoveStaff:
		c.Move.ValuesMoved++
	case StaffStays:
		c.Move.ValuesStay++
	case LicenseConflict:
		c.Move.Conflicts++
	case NoCounterpart:
		c.Move.NoCounterpart++
	case Ambiguous:
		c.Move.Ambiguous++
	case NothingToMove:
		c.Move.NothingToMove++
	case Left:
		c.Left++
	}
}
