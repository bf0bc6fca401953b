package bulk

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"autoholdings/holdings"
	"autoholdings/holdings/plan"
	"autoholdings/internal/csvtable"
	"autoholdings/internal/problem"
)

// The columns of a file of what staff decide. A line names a portfolio and says some of the fields; an empty cell says nothing.
// Title columns have the name of the field, with "local_" before it: without, three of them name the portfolio.
const (
	none   = "(none)"  // takes back what was said
	empty  = "(empty)" // shows the field empty
	local  = "local_"
	escape = `\` // a JSON string follows: for what would be read otherwise
)

// identifying are the columns that say which portfolio a line is about.
var identifying = []string{"portfolio_id", "collection", "title", "title_id", "print_identifier", "online_identifier", "identifier"}

// coverageMode and statementColumns are the columns of local coverage. Several lines of one portfolio are several statements.
const coverageMode = "coverage_mode"

var statementColumns = []string{
	"date_first_issue_online", "num_first_vol_online", "num_first_issue_online", "date_last_issue_online", "num_last_vol_online",
	"num_last_issue_online", "embargo_info", "statement_title_url", "statement_notes", "statement_coverage_depth",
}

// fieldOf is the field of each column that has one.
var fieldOf = func() map[string]string {
	columns := map[string]string{}
	for _, field := range holdings.StaffFields {
		switch {
		case field == plan.CoverageField:
		case !holdings.IsProviderField(field):
			columns[field] = field
		default:
			columns[local+field] = field
			if !slices.Contains(identifying, field) {
				columns[field] = field
			}
		}
	}
	return columns
}()

// fieldColumns are the columns that have a field, sorted.
var fieldColumns = sortedKeys(fieldOf)

// knownColumns are all columns of a file.
var knownColumns = slices.Concat(identifying, []string{coverageMode}, statementColumns, fieldColumns)

func sortedKeys(m map[string]string) (keys []string) {
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// Lines are a file as changes of portfolios.
type Lines struct {
	ByCollection map[int64][]LineChange // sorted by portfolio
	Unused       []UnusedLine           // in the order of the file
	KeepPresent  bool                   // what a portfolio has already is kept and listed: the file is of another system
}

// LineChange is what the lines of a file say of one portfolio.
type LineChange struct {
	Portfolio int64
	Line      int // the first one
	Change    holdings.StaffChange
	alongside
}

// alongside is what a line of another system's file says besides a change of staff's values.
type alongside struct {
	POLines  []string   // numbers, the main one first
	Groups   []string   // names; nil: it says nothing of groups; empty: everyone
	License  string     // the code of the license of the change; "": none
	NotTaken []NotTaken // what it says that cannot be used
}

// NotTaken is a value of a line that is not taken over while the rest of the line is.
type NotTaken struct {
	Field, Value, Why string
}

// UnusedLine is a line that cannot be used.
type UnusedLine struct {
	Line                 int
	Title, Column, Value string
	Why                  string // and what to do
}

// of returns the change of a portfolio; nil if there is none.
func (l *Lines) of(collectionID, portfolioID int64) *LineChange {
	all := l.ByCollection[collectionID]
	i, found := slices.BinarySearchFunc(all, portfolioID, func(c LineChange, id int64) int { return cmp.Compare(c.Portfolio, id) })
	if !found {
		return nil
	}
	return &all[i]
}

// Collections are the collections of the portfolios, sorted by id.
func (l *Lines) Collections() (ids []int64) {
	for id := range l.ByCollection {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// linesAtOnce is how many lines are looked up together.
const linesAtOnce = 2000

// fileLine is a line that is being read.
type fileLine struct {
	number int
	ref    reference
	change holdings.StaffChange
	mode   *string         // of coverage; nil: the line says none
	says   *plan.Statement // its statement; nil: none
	wrong  *UnusedLine
	alongside

	portfolio, collection int64
}

// ReadLines reads a file (see csvtable) and finds the portfolios that its lines name. Lines that cannot be used do not keep the
// others from being used; of a portfolio with several lines all can be used, or none. A file without the columns that are needed
// is a problem.
func (s *Service) ReadLines(ctx context.Context, in io.Reader) (*Lines, error) {
	table, err := csvtable.Open(in, "", knownColumns)
	if err != nil {
		return nil, err
	}
	if err := checkColumns(table); err != nil {
		return nil, err
	}
	codes, groups, err := s.namesInFiles(ctx)
	if err != nil {
		return nil, err
	}
	parser := &lineParser{licenses: codes, groups: groups}
	for _, column := range fieldColumns {
		if table.Has(column) {
			parser.columns = append(parser.columns, column)
		}
	}
	lines := &Lines{ByCollection: map[int64][]LineChange{}}
	for _, column := range table.Unknown {
		lines.Unused = append(lines.Unused, UnusedLine{
			Line: 1, Column: column,
			Why: "there is no such column: it was not read. Known are " + strings.Join(knownColumns, ", "),
		})
	}
	finder, err := s.newFinder(ctx)
	if err != nil {
		return nil, err
	}
	return lines, lines.read(ctx, table, parser.line, finder.find)
}

// read reads the lines of a file; find finds the portfolios of some of them, or says in each why there is none.
func (l *Lines) read(ctx context.Context, table *csvtable.Table, parse func(csvtable.Line) *fileLine,
	find func(context.Context, []*fileLine) error,
) error {
	all := map[int64][]*fileLine{}
	for more := true; more; {
		batch, further, err := nextLines(table, parse)
		if err != nil {
			return err
		}
		if err := find(ctx, batch); err != nil {
			return err
		}
		more = further
		for _, line := range batch {
			if line.portfolio != 0 {
				all[line.portfolio] = append(all[line.portfolio], line)
			} else {
				l.Unused = append(l.Unused, *line.wrong)
			}
		}
	}
	for id, of := range all {
		l.add(id, of)
	}
	for _, changes := range l.ByCollection {
		slices.SortFunc(changes, func(a, b LineChange) int { return cmp.Compare(a.Portfolio, b.Portfolio) })
	}
	l.sortUnused()
	return nil
}

func (l *Lines) sortUnused() {
	slices.SortStableFunc(l.Unused, func(a, b UnusedLine) int { return cmp.Compare(a.Line, b.Line) })
}

func checkColumns(table *csvtable.Table) error {
	has := func(columns []string) bool { return slices.ContainsFunc(columns, table.Has) }
	switch {
	case !has([]string{"portfolio_id", "title_id", "print_identifier", "online_identifier", "identifier"}) &&
		(!table.Has("title") || !table.Has("collection")):
		return problem.New(problem.BadInput, "", "no column says which portfolio a line is about: give portfolio_id, or collection and one or "+
			"more of title_id, print_identifier, online_identifier, identifier, title")
	case !has(fieldColumns) && !table.Has(coverageMode):
		return problem.New(problem.BadInput, "", "no column says anything about the portfolios: give one or more of %s, %s", coverageMode,
			strings.Join(fieldColumns, ", "))
	}
	for column, field := range fieldOf {
		if column != field && table.Has(column) && fieldOf[field] != "" && table.Has(field) {
			return problem.New(problem.BadInput, "", "the columns %s and %s are the same field: delete one of them", field, column)
		}
	}
	return nil
}

// add joins the lines of one portfolio. If one of them is wrong, none is used.
func (l *Lines) add(id int64, of []*fileLine) {
	joined := LineChange{Portfolio: id, Line: of[0].number, Change: holdings.StaffChange{}}
	wrong := joined.join(of)
	if wrong == nil {
		l.ByCollection[of[0].collection] = append(l.ByCollection[of[0].collection], joined)
		return
	}
	for _, line := range of {
		switch {
		case line.wrong != nil:
			l.Unused = append(l.Unused, *line.wrong)
		case line.number == wrong.Line:
			l.Unused = append(l.Unused, *wrong)
		default:
			l.Unused = append(l.Unused, UnusedLine{
				Line: line.number, Title: line.ref.words(),
				Why: fmt.Sprintf("it is about the same portfolio as line %d, which cannot be used: correct that one and import both", wrong.Line),
			})
		}
	}
}

func (c *LineChange) join(of []*fileLine) *UnusedLine {
	at := map[string]int{}
	var mode *string
	modeLine := 0
	var statements []plan.Statement
	for _, line := range of {
		if line.wrong != nil {
			return line.wrong
		}
		for field, value := range line.change {
			if before, said := c.Change[field]; said && !plan.Same(before, value) {
				return &UnusedLine{
					Line: line.number, Title: line.ref.words(), Column: field,
					Why: fmt.Sprintf("line %d says something else about the same portfolio: delete one of them", at[field]),
				}
			}
			c.Change[field], at[field] = value, line.number
		}
		if line.mode != nil && mode != nil && *mode != *line.mode {
			return &UnusedLine{
				Line: line.number, Title: line.ref.words(), Column: coverageMode, Value: *line.mode,
				Why: fmt.Sprintf("line %d says %s about the same portfolio: say the same in all its lines", modeLine, *mode),
			}
		}
		if line.mode != nil {
			mode, modeLine = line.mode, line.number
		}
		if line.says != nil {
			statements = append(statements, *line.says)
		}
		if column := c.joinAlongside(&line.alongside); column != "" {
			return &UnusedLine{
				Line: line.number, Title: line.ref.words(), Column: column,
				Why: fmt.Sprintf("line %d says something else about the same portfolio: delete one of them", of[0].number),
			}
		}
	}
	return c.setCoverage(of[0], mode, statements)
}

// joinAlongside adds what another line says, and returns the field in which they differ; "": in none.
func (a *alongside) joinAlongside(other *alongside) (differ string) {
	switch {
	case a.POLines != nil && other.POLines != nil && !slices.Equal(a.POLines, other.POLines):
		return plan.POLineField
	case a.Groups != nil && other.Groups != nil && !slices.Equal(a.Groups, other.Groups):
		return groupsField
	}
	if a.POLines == nil {
		a.POLines = other.POLines
	}
	if a.Groups == nil {
		a.Groups = other.Groups
	}
	a.License = cmp.Or(a.License, other.License)
	a.NotTaken = append(a.NotTaken, other.NotTaken...)
	return ""
}

// setCoverage makes the library's coverage of a portfolio from its lines.
func (c *LineChange) setCoverage(first *fileLine, mode *string, statements []plan.Statement) *UnusedLine {
	refuse := func(why string) *UnusedLine {
		return &UnusedLine{Line: first.number, Title: first.ref.words(), Column: coverageMode, Why: why}
	}
	switch {
	case mode == nil && statements == nil:
		return nil
	case mode == nil:
		return refuse("there is a statement of coverage, but no word on how it goes together with the provider's: write INSTEAD or ADDITION")
	case *mode == none && statements != nil:
		return refuse("the coverage is taken back and given at once: leave the statement out, or write INSTEAD or ADDITION")
	case *mode == none:
		c.Change[plan.CoverageField] = nil
		return nil
	}
	if statements == nil {
		statements = []plan.Statement{}
	}
	text, err := holdings.CheckStaffValue(plan.CoverageField,
		plan.ToJSON(plan.LocalCoverage{Mode: plan.CoverageMode(strings.ToUpper(*mode)), Statements: statements}))
	if err != nil {
		return refuse(err.Error())
	}
	c.Change[plan.CoverageField] = &text
	return nil
}

// lineParser reads cells.
type lineParser struct {
	licenses map[string]int64 // by code
	groups   map[string]int64 // by name
	columns  []string         // of the file, those that have a field
}

// nextLines reads some lines.
func nextLines(table *csvtable.Table, parse func(csvtable.Line) *fileLine) (batch []*fileLine, more bool, err error) {
	for len(batch) < linesAtOnce {
		read, err := table.Next()
		if errors.Is(err, io.EOF) {
			return batch, false, nil
		}
		if err != nil {
			return nil, false, err
		}
		batch = append(batch, parse(read))
	}
	return batch, true, nil
}

func (p *lineParser) line(read csvtable.Line) *fileLine {
	l := &fileLine{number: read.Number, ref: referenceOf(read.Cells), change: holdings.StaffChange{}}
	refuse := func(column, why string) {
		if l.wrong == nil {
			l.wrong = &UnusedLine{Line: l.number, Title: l.ref.words(), Column: column, Value: read.Cells[column], Why: why}
		}
	}
	if read.Wrong != "" {
		refuse("", read.Wrong)
		l.ref = reference{}
		return l
	}
	for _, column := range p.columns {
		cell := read.Cells[column]
		if cell == "" {
			continue
		}
		value, err := p.value(fieldOf[column], cell)
		if err != nil {
			refuse(column, err.Error())
			continue
		}
		l.change[fieldOf[column]] = value
	}
	if mode := read.Cells[coverageMode]; mode != "" {
		l.mode = &mode
	}
	if err := l.readStatement(read.Cells); err != nil {
		refuse("date_first_issue_online", err.Error())
	}
	return l
}

func (l *fileLine) readStatement(cells map[string]string) (err error) {
	var texts [10]*string
	for i, column := range statementColumns {
		if cells[column] == "" {
			continue
		}
		if texts[i], err = cellText(cells[column]); err != nil {
			return fmt.Errorf("%s: %w", column, err)
		}
		if l.says == nil {
			l.says = &plan.Statement{}
		}
	}
	if l.says == nil {
		return nil
	}
	for i, to := range []*string{
		&l.says.DateFirst, &l.says.VolFirst, &l.says.IssueFirst, &l.says.DateLast, &l.says.VolLast, &l.says.IssueLast, &l.says.Embargo,
	} {
		if texts[i] != nil {
			*to = *texts[i]
		}
	}
	l.says.URL, l.says.Notes, l.says.Depth = texts[7], texts[8], texts[9]
	return nil
}

// value reads a cell as the value of a field; nil takes it back.
func (p *lineParser) value(field, cell string) (*string, error) {
	text, err := cellText(cell)
	switch {
	case err != nil:
		return nil, err
	case text == nil && field == holdings.FieldAvailable:
		return nil, errors.New("it is either true or false")
	case text == nil:
		return nil, nil
	}
	switch field {
	case holdings.FieldAvailable:
		switch strings.ToLower(*text) {
		case "yes", "y", "1":
			*text = "true"
		case "no", "n", "0":
			*text = "false"
		}
	case holdings.FieldLicense:
		id, known := p.licenses[*text]
		if !known {
			return nil, fmt.Errorf("there is no license with the code %.80q: make it first (createLicense), or correct the code", *text)
		}
		return holdings.LicenseText(id), nil
	case holdings.FieldAdditional:
		return p.additional(*text)
	case plan.Proxy:
		if *text, err = p.proxy(*text); err != nil {
			return nil, err
		}
	}
	checked, err := holdings.CheckStaffValue(field, *text)
	return &checked, err
}

// cellText is what a cell says; nil for (none).
func cellText(cell string) (*string, error) {
	switch {
	case cell == none:
		return nil, nil
	case cell == empty:
		return new(""), nil
	case strings.HasPrefix(cell, escape):
		var text string
		if err := json.Unmarshal([]byte(cell[len(escape):]), &text); err != nil {
			return nil, errors.New(`after a backslash a text in quotation marks must follow, as in JSON: \"(none)"`)
		}
		return &text, nil
	default:
		return &cell, nil
	}
}

// additional reads codes of licenses, with semicolons between them or as a JSON list.
func (p *lineParser) additional(cell string) (*string, error) {
	codes := strings.Split(cell, ";")
	if strings.HasPrefix(cell, "[") {
		if err := json.Unmarshal([]byte(cell), &codes); err != nil {
			return nil, errors.New(`it is no list: write the codes with semicolons between them, or as in JSON: ["A", "B; C"]`)
		}
	}
	var ids []int64
	for _, code := range codes {
		if code = strings.TrimSpace(code); code == "" {
			continue
		}
		id, known := p.licenses[code]
		if !known {
			return nil, fmt.Errorf("there is no license with the code %.80q: make it first (createLicense), or correct the code", code)
		}
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return holdings.LicensesText(slices.Compact(ids)), nil
}

// proxy reads "on", "off", or with groups "on; Law: off".
func (p *lineParser) proxy(cell string) (string, error) {
	wrong := errors.New(`it is neither on nor off: write on or off and, for groups where it differs, "on; Law: off"`)
	state := func(word string) (on, ok bool) {
		word = strings.ToLower(strings.TrimSpace(word))
		return word == "on", word == "on" || word == "off"
	}
	parts := strings.Split(cell, ";")
	on, ok := state(parts[0])
	if !ok {
		return "", wrong
	}
	said := plan.LocalProxy{On: on}
	for _, part := range parts[1:] {
		at := strings.LastIndex(part, ":")
		if at < 0 {
			return "", wrong
		}
		on, ok := state(part[at+1:])
		name := strings.TrimSpace(part[:at])
		id, known := p.groups[name]
		switch {
		case !ok:
			return "", wrong
		case !known:
			return "", fmt.Errorf("there is no inventory group %.80q: make it first (createInventoryGroup), or correct the name", name)
		case said.Groups == nil:
			said.Groups = map[int64]bool{}
		}
		said.Groups[id] = on
	}
	return plan.ToJSON(said), nil
}

// namesInFiles are the licenses by code and the inventory groups by name.
func (s *Service) namesInFiles(ctx context.Context) (licenses, groups map[string]int64, err error) {
	licenses, groups = map[string]int64{}, map[string]int64{}
	ls, err := s.store.Read.License.Query().All(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("read the licenses: %w", err)
	}
	for _, l := range ls {
		licenses[l.Code] = l.ID
	}
	gs, err := s.store.Read.InventoryGroup.Query().All(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("read the inventory groups: %w", err)
	}
	for _, g := range gs {
		groups[g.Name] = g.ID
	}
	return licenses, groups, nil
}
