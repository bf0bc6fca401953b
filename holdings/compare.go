package holdings

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"autoholdings/kbart"
)

// difference is what a title changes on the portfolio it is paired with.
type difference struct {
	fields   []fieldChange
	locked   []fieldChange // kept as staff have it
	values   [len(titleColumns)]string
	own      ownValues   // what the list has otherwise than the portfolio will
	further  string      // the keys of further rows' identifiers, as they will be
	coverage []Statement // as it will be
	rewrite  bool        // the statements differ in anything that is stored of them
	filled   []string    // columns of coverage that took the stored value, since the list's cell is empty
}

// fieldChange is one field's old and new value.
type fieldChange struct {
	name   string
	values Values
}

// comparing is what holds for the comparison of one title, beside the values.
type comparing struct {
	plan         *Plan
	outranked    bool // a newer release of another profile stands: only empty fields are filled
	shared       bool // another list says of the portfolio what its identifiers are, too
	keepFields   bool // a person declined updates
	keepCoverage bool
}

func (p *Plan) comparing(title int32, h *held) comparing {
	c := comparing{plan: p, outranked: h.outranked, shared: h.elsewhere || h.awaited}
	if h.entitled {
		c.keepFields, c.keepCoverage = p.keepsFields(), p.keepsCoverage(title)
	}
	return c
}

// compare tells what the title changes. An empty cell never blanks a stored value, unless a person decided so of a lost
// column; a locked field stays, and so does one in which another profile's newer release stands.
func (c comparing) compare(t *Title, p *stored) difference {
	d := difference{values: p.values, own: maps.Clone(p.own), coverage: p.coverage, further: p.moreKeys}
	locked := strings.Fields(p.locked)
	if !c.keepFields {
		c.compareFields(&d, t, p, locked)
		d.further = c.furtherKeys(t, p)
	}
	if !c.keepCoverage {
		c.compareCoverage(&d, t, p, slices.Contains(locked, CoverageField))
	}
	return d
}

// furtherKeys are the keys of the identifiers that the title's further rows have: keys are what a list said last, and
// one that it no longer says leads no other title here. Where another list says some too, none is taken away.
func (c comparing) furtherKeys(t *Title, p *stored) string {
	said := slices.Clone(t.more)
	before := strings.Fields(p.moreKeys)
	if c.shared {
		said = append(said, before...)
	}
	slices.Sort(said)
	said = slices.Compact(said)
	slices.Sort(before)
	if slices.Equal(said, before) {
		return p.moreKeys
	}
	return strings.Join(said, " ")
}

func (c comparing) compareFields(d *difference, t *Title, p *stored, locked []string) {
	for i, column := range titleColumns {
		before, after := p.values[i], t.Values[i]
		if after == "" && !c.plan.empties(column) {
			continue
		}
		name := column.String()
		known := comparable(column, d.own[name]) == comparable(column, after)
		delete(d.own, name)
		if comparable(column, before) == comparable(column, after) {
			continue
		}
		change := fieldChange{name, textValues(before, after)}
		switch {
		case slices.Contains(locked, name):
			if !known { // else it was listed when the list said so first
				d.locked = append(d.locked, change)
			}
		case !c.outranked || before == "":
			d.fields = append(d.fields, change)
			d.values[i] = after
			continue
		}
		if d.own == nil {
			d.own = ownValues{}
		}
		d.own[name] = after
	}
}

// compareCoverage takes the statements as a set: the file's stand in place of those stored, whole and unmerged. A title
// without any (its rows are no serial's) blanks none.
func (c comparing) compareCoverage(d *difference, t *Title, p *stored, locked bool) {
	after := t.Coverage
	if len(after) == 0 || len(p.coverage) > 0 && c.plan.leavesCoverage() {
		return
	}
	after = withStoredStarts(after, p.coverage, func(column kbart.Column) {
		if name := column.String(); !c.plan.empties(column) && !slices.Contains(d.filled, name) {
			d.filled = append(d.filled, name)
		}
	})
	after = c.withStoredOwn(after, p.coverage)
	if coverageHash(after) == coverageHash(p.coverage) {
		return
	}
	values := coverageValues(p.coverage, after)
	if locked {
		if !sameCoverage(after, p.coverage) {
			d.locked = append(d.locked, fieldChange{CoverageField, values})
		}
		return
	}
	for _, name := range coverageFields(p.coverage, after) {
		d.fields = append(d.fields, fieldChange{name, values})
	}
	d.coverage, d.rewrite = after, true
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

// withStoredStarts fills an empty first date, volume or issue from the stored statement that is otherwise its like:
// that has the same rest, or where each side has one alone. Each is told to note.
func withStoredStarts(after, before []Statement, note func(kbart.Column)) []Statement {
	if len(before) == 0 || !slices.ContainsFunc(after, lacksStart) {
		return after
	}
	filled, stored := slices.Clone(after), likes{before: before}
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

// likes finds, for statements that lack some cells of their start, the one stored statement that has the same rest.
type likes struct {
	before []Statement
	byRest [1 << len(startColumns)]map[uint64]*Statement // by the cells that are lacking; nil in place of several
}

func (l *likes) of(s *Statement) *Statement {
	lacking := 0
	for bit, c := range startColumns {
		if *s.startCell(c) == "" {
			lacking |= 1 << bit
		}
	}
	if l.byRest[lacking] == nil {
		l.byRest[lacking] = l.index(lacking)
	}
	return l.byRest[lacking][s.rangeHash()]
}

// index finds the stored statements by what is left of their range without some cells of the start.
func (l *likes) index(lacking int) map[uint64]*Statement {
	found := make(map[uint64]*Statement, len(l.before))
	for i := range l.before {
		rest := l.before[i]
		for bit, c := range startColumns {
			if lacking&(1<<bit) != 0 {
				*rest.startCell(c) = ""
			}
		}
		hash := rest.rangeHash()
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
func (c comparing) withStoredOwn(after, before []Statement) []Statement {
	for _, column := range ownColumns {
		if !c.plan.leaves(column) {
			continue
		}
		after = slices.Clone(after)
		stored := byRange(before)
		for i := range after {
			if b := stored[after[i].rangeHash()]; b != nil {
				*after[i].own(column) = *b.own(column)
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
	for _, c := range ownColumns {
		if !maps.Equal(ownHashes(before, c), ownHashes(after, c)) {
			names = append(names, ownField(c))
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
		if text := *statements[i].own(c); text != nil {
			own = textHash(comparable(c, *text)) + 1
		}
		found[mix(statements[i].rangeHash(), own)]++
	}
	return found
}

// countFields counts the title once for each field that differs: title_url may differ on the title and on a statement.
func (d *difference) countFields(counts *Counts) {
	for i, f := range d.fields {
		name := countedField(f.name)
		if !slices.ContainsFunc(d.fields[:i], func(earlier fieldChange) bool { return countedField(earlier.name) == name }) {
			counts.addField(name, 1)
		}
	}
}

// reportFilled tells that empty cells took the stored values.
func (d *difference) reportFilled(t *Title, report func(kbart.Finding)) {
	for _, name := range d.filled {
		report(kbart.Finding{
			Severity: kbart.Warning, Code: "coverage-start-missing", Line: t.Line, Title: t.Values[0], Column: name,
			Message: fmt.Sprintf("%s is empty, though lists before had it; the stored value stays", name),
			Hint:    "ask the provider for the missing value: KBART wants every serial's first date",
		})
	}
}

// ownHash is the hash of what the list says, where that is not what the portfolio has.
func (d *difference) ownHash(t *Title) *int64 {
	if len(d.own) == 0 && t.values == valuesHash(&d.values) {
		return nil
	}
	hash := int64(t.values)
	return &hash
}

func equalHash(a, b *int64) bool { return a == b || a != nil && b != nil && *a == *b }
