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
	Behind   []FieldChange // those of Fields that happen behind a local value
	Values   [len(TitleColumns)]string
	Own      DivergingValues // the list's values that differ from what the portfolio will have
	Further  string          // the identifier keys of further rows, after the change
	Coverage []Statement     // after the change
	Rewrite  bool            // the statements differ in something that is stored
	Retained []Statement     // what is retained of time that lists took away, after the change
	filled   []string        // coverage columns that keep the stored value because the list's cell is empty
}

// FieldChange is one field's old and new value.
type FieldChange struct {
	Name   string
	Values Values
}

// Comparison holds the conditions under which one title is compared with its portfolio.
type Comparison struct {
	plan         *Plan
	outranked    bool // another profile's list is newer: only empty fields are filled
	shared       bool // another list gives identifiers for this portfolio too
	keepFields   bool // somebody declined updates
	keepCoverage bool
}

// Comparison returns the conditions for comparing a title with its portfolio.
func (p *Plan) Comparison(title int32, h *HeldPortfolio) Comparison {
	c := Comparison{plan: p, outranked: h.Outranked, shared: h.HeldByOthers || h.AwaitedByOtherProfile}
	if h.Entitled {
		c.keepFields, c.keepCoverage = p.keepsFields(), p.keepsCoverage(title)
	}
	return c
}

// Compare returns what the title changes. An empty cell never blanks a stored value, unless somebody decided that for a
// lost column. A field filled from another profile's newer list keeps its value. What staff put beside the values changes
// nothing here.
func (c Comparison) Compare(t *Title, p *StoredPortfolio) Difference {
	d := Difference{Values: p.Values, Own: maps.Clone(p.Own), Coverage: p.Coverage, Further: p.MoreKeys, Retained: p.Retained}
	if !c.keepFields {
		c.compareFields(&d, t, p)
		d.Further = c.furtherKeys(t, p)
	}
	if !c.keepCoverage {
		c.compareCoverage(&d, t, p)
	}
	d.Behind = p.Local.Behind(d.Fields)
	return d
}

// furtherKeys returns the identifier keys of the title's further rows. They replace the stored ones: a key that the
// list dropped must not match another title. If another list gives keys for this portfolio too, none is removed.
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

func (c Comparison) compareFields(d *Difference, t *Title, p *StoredPortfolio) {
	for i, column := range TitleColumns {
		before, after := p.Values[i], t.Values[i]
		if after == "" && !c.plan.empties(column) {
			continue
		}
		name := column.String()
		delete(d.Own, name)
		if ComparableValue(column, before) == ComparableValue(column, after) {
			continue
		}
		if !c.outranked || before == "" {
			d.Fields = append(d.Fields, FieldChange{name, ValuesOfText(before, after)})
			d.Values[i] = after
			continue
		}
		if d.Own == nil {
			d.Own = DivergingValues{}
		}
		d.Own[name] = after
	}
}

// compareCoverage compares the statements as a set: the file's replace the stored ones, unmerged. A title without
// statements (none of its rows is a serial's) blanks nothing.
func (c Comparison) compareCoverage(d *Difference, t *Title, p *StoredPortfolio) {
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
	for _, name := range coverageFields(p.Coverage, after) {
		d.Fields = append(d.Fields, FieldChange{name, values})
	}
	d.Coverage, d.Rewrite = after, true
	if !p.Retention.Holds() {
		return
	}
	if d.Retained = p.Retention.Retain(p.Retained, p.Coverage, after, c.plan.Days); HashCoverage(d.Retained) != HashCoverage(p.Retained) {
		d.Fields = append(d.Fields, FieldChange{RetainedField, ValuesOfCoverage(p.Retained, d.Retained)})
	}
}

// startColumns are the columns where an empty cell means missing data: KBART requires a first date.
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

// FillMissingStarts fills an empty first date, volume or issue from the matching stored statement: the one that is
// equal in everything else, or the only one if each side has just one. It calls note for each column it fills.
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
				break // a different start, which the stored volume does not belong to
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

// storedByRest finds the stored statement that equals a given one in everything but its empty start cells, if there is
// only one.
type storedByRest struct {
	before []Statement
	byRest [1 << len(startColumns)]map[uint64]*Statement // by which start cells are empty; the value is nil if several match
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

// index maps the range hash of each stored statement, without some start cells, to the statement.
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

// withStoredOwn keeps the stored statements' own values in columns that the list lost.
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

// coverageFields names what differs between two sets of statements: the coverage or, if that is the same, the columns
// in which statements of the same range have different values of their own.
func coverageFields(before, after []Statement) (names []string) {
	if !SameCoverage(before, after) {
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

// ownHashes counts the statements by range and by their own value in a column.
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

// CountFields counts the title once for each field that differs: title_url may differ on both the title and a
// statement.
func (d *Difference) CountFields(counts *Counts) {
	for i, f := range d.Fields {
		name := countedField(f.Name)
		if !slices.ContainsFunc(d.Fields[:i], func(earlier FieldChange) bool { return countedField(earlier.Name) == name }) {
			counts.addField(name, 1)
		}
	}
}

// ReportFilled reports the empty cells that kept their stored values.
func (d *Difference) ReportFilled(t *Title, report func(kbart.Finding)) {
	for _, name := range d.filled {
		report(kbart.Finding{
			Severity: kbart.Warning, Code: "coverage-start-missing", Line: t.Line, Title: t.Values[0], Column: name,
			Message: fmt.Sprintf("%s is empty, though lists before had it; the stored value stays", name),
			Hint:    "ask the provider for the missing value: KBART wants every serial's first date",
		})
	}
}

// OwnHash is the hash of the list's values if they differ from the portfolio's, else nil.
func (d *Difference) OwnHash(t *Title) *int64 {
	if len(d.Own) == 0 && t.ValuesHash == HashValues(&d.Values) {
		return nil
	}
	hash := int64(t.ValuesHash)
	return &hash
}

// Same reports whether two values are equal; nil means there is none.
func Same[T comparable](a, b *T) bool { return a == b || a != nil && b != nil && *a == *b }
