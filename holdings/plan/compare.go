package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"autoholdings/kbart"
)

// Difference is what a title changes on the portfolio it is paired with.
type Difference struct {
	Fields   []FieldChange
	Locked   []FieldChange // kept as staff have it
	Values   [len(TitleColumns)]string
	Own      DivergingValues // what the list has otherwise than the portfolio will
	Further  string          // the keys of further rows' identifiers, as they will be
	Coverage []Statement     // as it will be
	Rewrite  bool            // the statements differ in anything that is stored of them
	filled   []string        // columns of coverage that took the stored value, since the list's cell is empty
}

// FieldChange is one field's old and new value.
type FieldChange struct {
	Name   string
	Values Values
}

// Comparison is what holds for the comparison of one title, beside the values.
type Comparison struct {
	plan         *Plan
	outranked    bool // a newer release of another profile stands: only empty fields are filled
	shared       bool // another list says of the portfolio what its identifiers are, too
	keepFields   bool // a person declined updates
	keepCoverage bool
}

// Comparison is what holds for comparing a title with its portfolio.
func (p *Plan) Comparison(title int32, h *HeldPortfolio) Comparison {
	c := Comparison{plan: p, outranked: h.Outranked, shared: h.HeldByOthers || h.AwaitedByOtherProfile}
	if h.Entitled {
		c.keepFields, c.keepCoverage = p.keepsFields(), p.keepsCoverage(title)
	}
	return c
}

// Compare tells what the title changes. An empty cell never blanks a stored value, unless a person decided so of a lost
// column; a locked field stays, and so does one in which another profile's newer release stands.
func (c Comparison) Compare(t *Title, p *StoredPortfolio) Difference {
	d := Difference{Values: p.Values, Own: maps.Clone(p.Own), Coverage: p.Coverage, Further: p.MoreKeys}
	locked := strings.Fields(p.Locked)
	if !c.keepFields {
		c.compareFields(&d, t, p, locked)
		d.Further = c.furtherKeys(t, p)
	}
	if !c.keepCoverage {
		c.compareCoverage(&d, t, p, slices.Contains(locked, CoverageField))
	}
	return d
}

// furtherKeys are the keys of the identifiers that the title's further rows have: keys are what a list said last, and
// one that it no longer says leads no other title here. Where another list says some too, none is taken away.
func (c Comparison) furtherKeys(t *Title, p *StoredPortfolio) string {
	said := slices.Clone(t.MoreKeys)
	before := strings.Fields(p.MoreKeys)
	if c.shared {
		said = append(said, before...)
	}
	slices.Sort(said)
	said = slices.Compact(said)
	slices.Sort(before)
	if slices.Equal(said, before) {
		return p.MoreKeys
	}
	return strings.Join(said, " ")
}

func (c Comparison) compareFields(d *Difference, t *Title, p *StoredPortfolio, locked []string) {
	for i, column := range TitleColumns {
		before, after := p.Values[i], t.Values[i]
		if after == "" && !c.plan.empties(column) {
			continue
		}
		name := column.String()
		known := ComparableValue(column, d.Own[name]) == ComparableValue(column, after)
		delete(d.Own, name)
		if ComparableValue(column, before) == ComparableValue(column, after) {
			continue
		}
		change := FieldChange{name, ValuesOfText(before, after)}
		switch {
		case slices.Contains(locked, name):
			if !known { // else it was listed when the list said so first
				d.Locked = append(d.Locked, change)
			}
		case !c.outranked || before == "":
			d.Fields = append(d.Fields, change)
			d.Values[i] = after
			continue
		}
		if d.Own == nil {
			d.Own = DivergingValues{}
		}
		d.Own[name] = after
	}
}

// compareCoverage takes the statements as a set: the file's stand in place of those stored, whole and unmerged. A title
// without any (its rows are no serial's) blanks none.
func (c Comparison) compareCoverage(d *Difference, t *Title, p *StoredPortfolio, locked bool) {
	after := t.Coverage
	if len(after) == 0 || len(p.Coverage) > 0 && c.plan.LeavesCoverage() {
		return
	}
	after = FillMissingStarts(after, p.Coverage, func(column kbart.Column) {
		if name := column.String(); !c.plan.empties(column) && !slices.Contains(d.filled, name) {
			d.filled = append(d.filled, name)
		}
	})
	after = c.withStoredOwn(after, p.Coverage)
	if HashCoverage(after) == HashCoverage(p.Coverage) {
		return
	}
	values := ValuesOfCoverage(p.Coverage, after)
	if locked {
		if !sameCoverage(after, p.Coverage) {
			d.Locked = append(d.Locked, FieldChange{CoverageField, values})
		}
		return
	}
	for _, name := range coverageFields(p.Coverage, after) {
		d.Fields = append(d.Fields, FieldChange{name, values})
	}
	d.Coverage, d.Rewrite = after, true
}

// startColumns are those of which an empty cell is missing data: KBART wants a first date.
var startColumns = [...]kbart.Column{kbart.DateFirstIssueOnline, kbart.NumFirstVolOnline, kbart.NumFirstIssueOnline}

func (s *Statement) startCell(c kbart.Column) *string {
	switch c {
	case kbart.DateFirstIssueOnline:
		return &s.DateFirst
	case kbart.NumFirstVolOnline:
		return &s.VolFirst
	default:
		return &s.IssueFirst
	}
}

// FillMissingStarts fills an empty first date, volume or issue from the stored statement that is otherwise its like:
// that has the same rest, or where each side has one alone. Each is told to note.
func FillMissingStarts(after, before []Statement, note func(kbart.Column)) []Statement {
	if len(before) == 0 || !slices.ContainsFunc(after, lacksStart) {
		return after
	}
	filled, stored := slices.Clone(after), storedByRest{before: before}
	for i := range filled {
		if !lacksStart(filled[i]) {
			continue
		}
		like := stored.of(&filled[i])
		if like == nil && len(after) == 1 && len(before) == 1 {
			like = &before[0]
		}
		if like == nil {
			continue
		}
		for _, c := range startColumns {
			if date := filled[i].DateFirst; date != "" && date != like.DateFirst {
				break // another start, of which the stored volume is not the first
			}
			if cell := filled[i].startCell(c); *cell == "" && *like.startCell(c) != "" {
				*cell = *like.startCell(c)
				if note != nil {
					note(c)
				}
			}
		}
	}
	return filled
}

func lacksStart(s Statement) bool { return s.DateFirst == "" || s.VolFirst == "" || s.IssueFirst == "" }

// storedByRest finds, for statements that lack some cells of their start, the one stored statement that has the same rest.
type storedByRest struct {
	before []Statement
	byRest [1 << len(startColumns)]map[uint64]*Statement // by the cells that are lacking; nil in place of several
}

func (l *storedByRest) of(s *Statement) *Statement {
	lacking := 0
	for bit, c := range startColumns {
		if *s.startCell(c) == "" {
			lacking |= 1 << bit
		}
	}
	if l.byRest[lacking] == nil {
		l.byRest[lacking] = l.index(lacking)
	}
	return l.byRest[lacking][s.RangeHash()]
}

// index finds the stored statements by what is left of their range without some cells of the start.
func (l *storedByRest) index(lacking int) map[uint64]*Statement {
	found := make(map[uint64]*Statement, len(l.before))
	for i := range l.before {
		rest := l.before[i]
		for bit, c := range startColumns {
			if lacking&(1<<bit) != 0 {
				*rest.startCell(c) = ""
			}
		}
		hash := rest.RangeHash()
		switch known, seen := found[hash]; {
		case !seen:
			found[hash] = &l.before[i]
		case known != nil && !known.sameRange(&l.before[i]):
			found[hash] = nil
		}
	}
	return found
}

// withStoredOwn keeps what stored statements have of their own in a column that the list lost.
func (c Comparison) withStoredOwn(after, before []Statement) []Statement {
	for _, column := range OwnColumns {
		if !c.plan.leaves(column) {
			continue
		}
		after = slices.Clone(after)
		stored := ByRange(before)
		for i := range after {
			if b := stored[after[i].RangeHash()]; b != nil {
				*after[i].Own(column) = *b.Own(column)
			}
		}
	}
	return after
}

// coverageFields name what differs between two sets of statements: the coverage or, where that is the same, the columns
// of which statements of the same range have other values of their own.
func coverageFields(before, after []Statement) (names []string) {
	if !sameCoverage(before, after) {
		return []string{CoverageField}
	}
	for _, c := range OwnColumns {
		if !maps.Equal(ownHashes(before, c), ownHashes(after, c)) {
			names = append(names, OwnField(c))
		}
	}
	if names == nil {
		return []string{CoverageField}
	}
	return names
}

// ownHashes counts the statements by their range with their own value of a column.
func ownHashes(statements []Statement, c kbart.Column) map[uint64]int {
	found := make(map[uint64]int, len(statements))
	for i := range statements {
		own := uint64(0)
		if text := *statements[i].Own(c); text != nil {
			own = textHash(ComparableValue(c, *text)) + 1
		}
		found[SaltedHash(statements[i].RangeHash(), own)]++
	}
	return found
}

// CountFields counts the title once for each field that differs: title_url may differ on the title and on a statement.
func (d *Difference) CountFields(counts *Counts) {
	for i, f := range d.Fields {
		name := countedField(f.Name)
		if !slices.ContainsFunc(d.Fields[:i], func(earlier FieldChange) bool { return countedField(earlier.Name) == name }) {
			counts.addField(name, 1)
		}
	}
}

// ReportFilled tells that empty cells took the stored values.
func (d *Difference) ReportFilled(t *Title, report func(kbart.Finding)) {
	for _, name := range d.filled {
		report(kbart.Finding{
			Severity: kbart.Warning, Code: "coverage-start-missing", Line: t.Line, Title: t.Values[0], Column: name,
			Message: fmt.Sprintf("%s is empty, though lists before had it; the stored value stays", name),
			Hint:    "ask the provider for the missing value: KBART wants every serial's first date",
		})
	}
}

// OwnHash is the hash of what the list says, where that is not what the portfolio has.
func (d *Difference) OwnHash(t *Title) *int64 {
	if len(d.Own) == 0 && t.ValuesHash == HashValues(&d.Values) {
		return nil
	}
	hash := int64(t.ValuesHash)
	return &hash
}

// EqualHash says whether two hashes are equal; nil stands for none.
func EqualHash(a, b *int64) bool { return a == b || a != nil && b != nil && *a == *b }
