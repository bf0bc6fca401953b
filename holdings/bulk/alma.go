package bulk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"autoholdings/holdings"
	"autoholdings/holdings/acquisitions"
	"autoholdings/holdings/plan"
	"autoholdings/internal/csvtable"
	"autoholdings/internal/problem"
	"autoholdings/kbart"
)

// groupsField is the field of a report line about the groups of a portfolio.
const groupsField = "groups"

// ReadAlma reads a portfolio export of Alma (see csvtable) and finds the portfolio of each line by its ISSNs and ISBNs: in one
// collection, or with 0 in the collection that the line names by its number in the Community Zone or its name. A value that cannot
// be used does not keep the others of its line from being used. A file without the columns that are needed is a problem.
func (s *Service) ReadAlma(ctx context.Context, in io.Reader, collectionID int64) (*Lines, error) {
	table, err := csvtable.OpenForeign(in, almaKnown, almaSpellings)
	if err != nil {
		return nil, err
	}
	if err := checkAlmaColumns(table, collectionID); err != nil {
		return nil, err
	}
	parser, err := s.newAlmaParser(ctx, table, collectionID)
	if err != nil {
		return nil, err
	}
	lines := &Lines{ByCollection: map[int64][]LineChange{}, KeepPresent: true}
	if len(table.Unknown) > 0 {
		lines.Unused = append(lines.Unused, UnusedLine{
			Line: headerLine, Value: strings.Join(table.Unknown, ", "),
			Why: "these columns are not used: nothing here corresponds to them, or it comes from the provider",
		})
	}
	f := &finder{s: s}
	if err := lines.read(ctx, table, parser.line, f.findAlma); err != nil {
		return nil, err
	}
	if collectionID != 0 && len(parser.named) > 1 {
		return nil, problem.New(problem.BadInput, "", "the file is about %d collections (%s), and one is given: import a file of that one "+
			"alone, or give none, so that each line names its own", len(parser.named), namesInWords(slices.Sorted(maps.Keys(parser.named))))
	}
	if len(parser.missing) > 0 {
		lines.Unused = append(lines.Unused, UnusedLine{
			Line: headerLine, Column: holdings.FieldLicense, Value: strings.Join(slices.Sorted(maps.Keys(parser.missing)), ", "),
			Why: "there are no licenses with these codes: make them first (createLicense, or import licenses), and import the file again",
		})
		lines.sortUnused()
	}
	lines.partPOLines()
	return lines, nil
}

func namesInWords(names []string) string {
	text := strings.Join(names[:min(3, len(names))], "; ")
	if len(names) > 3 {
		text += "; …"
	}
	return text
}

func checkAlmaColumns(table *csvtable.Table, collectionID int64) error {
	has := func(columns ...string) bool { return slices.ContainsFunc(columns, table.Has) }
	switch {
	case !has(almaIdentifiers...):
		return problem.New(problem.BadInput, "", "no column says which title a line is about: export the portfolios from Alma with ISSN or "+
			"ISBN, as an extended export, and save it as \"CSV UTF-8\" with its header")
	case collectionID == 0 && !has(almaCollection, almaCollectionID, almaZoneID):
		return problem.New(problem.BadInput, "", "no column says in which electronic collection the portfolios are: give the collection, or add "+
			"a column Electronic Collection Name")
	case !has(append([]string{
		almaInUse, almaPublicNote, almaInternal, almaInternalNote, almaAuth, almaProxy, almaAvailability, almaPOLine,
		almaMorePOLines, almaLicenseCode, almaLicense, almaGroups, almaAccessType,
	}, almaBounds...)...):
		return problem.New(problem.BadInput, "", "no column says anything that can be taken over: export the portfolios from Alma with PO "+
			"lines, license, local coverage, notes or availability, as an extended export")
	}
	return nil
}

// partPOLines takes out the numbers that the file gives to several portfolios.
func (l *Lines) partPOLines() {
	wanted := map[string][2]int{} // the first two lines that want a number; 0: none
	for _, changes := range l.ByCollection {
		for _, c := range changes {
			for _, number := range c.POLines {
				switch by := wanted[number]; {
				case by[0] == 0 || c.Line < by[0]:
					wanted[number] = [2]int{c.Line, by[0]}
				case by[1] == 0 || c.Line < by[1]:
					wanted[number] = [2]int{by[0], c.Line}
				}
			}
		}
	}
	for _, changes := range l.ByCollection {
		for i := range changes {
			c := &changes[i]
			c.POLines = slices.DeleteFunc(c.POLines, func(number string) bool {
				other := wanted[number][0]
				if other == c.Line {
					other = wanted[number][1]
				}
				if other == 0 {
					return false
				}
				c.NotTaken = append(c.NotTaken, NotTaken{
					plan.POLineField, number,
					fmt.Sprintf("line %d gives it to another portfolio, and a PO line is of one: attach it by hand to the one that it pays for", other),
				})
				return true
			})
		}
	}
}

// almaParser reads lines of a portfolio export of Alma.
type almaParser struct {
	given     int64            // the collection; 0: that of the line
	byName    map[string]int64 // collections by folded name; 0: several have it
	byZone    map[string]int64 // by number in the Community Zone
	licenses  map[string]int64 // by code
	missing   map[string]bool  // codes that no license has
	named     map[string]bool  // the collections that the lines name, as written
	hasGroups bool
}

func (s *Service) newAlmaParser(ctx context.Context, table *csvtable.Table, collectionID int64) (p *almaParser, err error) {
	p = &almaParser{
		given: collectionID, byName: map[string]int64{}, byZone: map[string]int64{}, missing: map[string]bool{}, named: map[string]bool{},
		hasGroups: table.Has(almaGroups),
	}
	if p.licenses, _, err = s.namesInFiles(ctx); err != nil {
		return nil, err
	}
	all, err := s.store.Read.Collection.Query().WithCommunityZoneCollection().All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the collections: %w", err)
	}
	for _, c := range all {
		if _, known := p.byName[c.NameKey]; known {
			p.byName[c.NameKey] = 0
		} else {
			p.byName[c.NameKey] = c.ID
		}
		if zone := c.Edges.CommunityZoneCollection; zone != nil {
			p.byZone[zone.CzID] = c.ID
		}
	}
	return p, nil
}

// line reads a line.
func (p *almaParser) line(read csvtable.Line) *fileLine {
	l := &fileLine{number: read.Number, change: holdings.StaffChange{}}
	if read.Wrong != "" {
		l.wrong = &UnusedLine{Line: l.number, Why: read.Wrong}
		return l
	}
	cells := read.Cells
	l.ref = reference{id: cells[almaPortfolio], title: cells[almaTitle], url: cells[almaURL], identifiers: almaIdentifiersOf(cells)}
	in, why := p.collection(cells)
	if len(l.ref.identifiers) == 0 {
		why = "it gives no valid ISSN or ISBN: bring its values over by hand, since a title or an address alone does not tell which portfolio " +
			"it is"
	}
	if n := len(l.ref.identifiers); n > mostIdentifiers {
		why = fmt.Sprintf("it gives %d ISSNs and ISBNs, which are not those of one title: correct it", n)
	}
	if why != "" {
		l.wrong = &UnusedLine{Line: l.number, Title: l.ref.words(), Value: l.ref.id, Why: why}
		return l
	}
	l.ref.in = in
	p.values(l, cells)
	return l
}

// collection returns the collection of a line, or why there is none.
func (p *almaParser) collection(cells map[string]string) (id int64, why string) {
	name := cells[almaCollection]
	if as := cmp.Or(name, cells[almaCollectionID], cells[almaZoneID]); as != "" {
		p.named[as] = true
	}
	if p.given != 0 {
		return p.given, ""
	}
	for _, number := range []string{cells[almaZoneID], cells[almaCollectionID]} {
		if id := p.byZone[number]; id != 0 {
			return id, ""
		}
	}
	id, known := p.byName[kbart.FoldTitle(name)]
	switch {
	case id != 0:
		return id, ""
	case known:
		return 0, fmt.Sprintf("several collections are called %.80q: import the file for one of them", name)
	case name == "":
		return 0, "it does not say in which electronic collection it is: add the name, or import the file for a collection"
	default:
		return 0, fmt.Sprintf("there is no collection %.80q: activate it and run the first sync, or import the file for the collection that "+
			"takes its place", name)
	}
}

// mostIdentifiers is how many identifiers a line may give.
const mostIdentifiers = 100

// almaIdentifiersOf are the ISSNs and ISBNs of a line.
func almaIdentifiersOf(cells map[string]string) (identifiers []string) {
	for _, column := range almaIdentifiers {
		for _, value := range several(cells[column]) {
			for _, text := range append([]string{value}, strings.Fields(value)...) {
				if kbart.IdentifierKey(text) != "" {
					identifiers = append(identifiers, text)
				}
			}
		}
	}
	return distinct(identifiers)
}

// values reads what a line says of its portfolio.
func (p *almaParser) values(l *fileLine, cells map[string]string) {
	internal := slices.DeleteFunc([]string{cells[almaInternal], cells[almaInternalNote]}, func(s string) bool { return s == "" })
	l.set(plan.PublicNote, cells[almaPublicNote])
	l.set(plan.InternalNote, strings.Join(internal, "\n"))
	l.set(plan.AuthenticationNote, cells[almaAuth])
	if cell := cells[almaProxy]; cell != "" {
		if on, known := almaYesOrNo(cell); known {
			l.set(plan.Proxy, map[bool]string{true: "on", false: "off"}[on])
		} else {
			l.notTaken(plan.Proxy, cell, "it is neither yes nor no: set it by hand")
		}
	}
	if cell := cells[almaAvailability]; cell != "" {
		if available, known := almaAvailable(cell); known {
			l.set(holdings.FieldAvailable, strconv.FormatBool(available))
		} else {
			l.notTaken(holdings.FieldAvailable, cell, "it is neither Available nor Not available: set it by hand")
		}
	}
	p.license(l, cmp.Or(cells[almaLicenseCode], cells[almaLicense]))
	l.rights(cells)
	l.localCoverage(cells)
	for _, number := range distinct(append(several(cells[almaPOLine]), several(cells[almaMorePOLines])...)) {
		if err := acquisitions.CheckPOLineNumber(number); err != nil {
			l.notTaken(plan.POLineField, number, err.Error())
		} else {
			l.POLines = append(l.POLines, number)
		}
	}
	if p.hasGroups {
		l.Groups = slices.Sorted(slices.Values(several(cells[almaGroups])))
		if l.Groups == nil {
			l.Groups = []string{}
		}
	}
}

// set says a value of a field, if there is one; one that cannot be stored is not taken over.
func (l *fileLine) set(field, value string) {
	if value == "" {
		return
	}
	checked, err := holdings.CheckStaffValue(field, value)
	if err != nil {
		l.notTaken(field, value, err.Error())
		return
	}
	l.change[field] = &checked
}

func (l *fileLine) notTaken(field, value, why string) {
	l.NotTaken = append(l.NotTaken, NotTaken{field, value, why})
}

func (p *almaParser) license(l *fileLine, code string) {
	if code == "" {
		return
	}
	id, known := p.licenses[code]
	if !known {
		p.missing[code] = true
		l.notTaken(holdings.FieldLicense, code, "there is no license with this code")
		return
	}
	l.License, l.change[holdings.FieldLicense] = code, holdings.LicenseText(id)
}

// rights reads the access rights.
func (l *fileLine) rights(cells map[string]string) {
	cell := cells[almaAccessType]
	switch word := vocabulary(cell); {
	case word == "":
	case strings.Contains(word, "perpetual"):
		l.set(holdings.FieldAccessRights, holdings.Perpetual)
	case word == "current":
		l.set(holdings.FieldAccessRights, holdings.Current)
	default:
		l.notTaken(holdings.FieldAccessRights, cell, "it is neither Current nor Perpetual: set it by hand")
	}
	l.set(holdings.FieldPerpetualFrom, cells[almaPerpetual])
	l.set(holdings.FieldPerpetualUntil, cells[almaPerpetualEnd])
	rights := l.change[holdings.FieldAccessRights]
	if rights == nil || *rights != holdings.Perpetual {
		return
	}
	unread := cells[almaPerpetual] != "" && l.change[holdings.FieldPerpetualFrom] == nil ||
		cells[almaPerpetualEnd] != "" && l.change[holdings.FieldPerpetualUntil] == nil
	if unread { // perpetual access without the days that bound it would be more than there is
		for _, field := range []string{holdings.FieldAccessRights, holdings.FieldPerpetualFrom, holdings.FieldPerpetualUntil} {
			delete(l.change, field)
		}
		l.notTaken(holdings.FieldAccessRights, cell, "its days cannot be read: correct them, or set access_rights and the days by hand")
	}
}

// localCoverage reads the local coverage, where Alma uses it.
func (l *fileLine) localCoverage(cells map[string]string) {
	word := cells[almaInUse]
	use := inUse(word)
	if word == "" { // the other column may hold the coverage as a text
		if use = inUse(cells[almaStatement]); use != unknownInUse {
			word = cells[almaStatement]
		}
	}
	statements, written, err := almaStatements(cells)
	switch {
	case use == onlyGlobal:
	case err != nil:
		l.notTaken(plan.CoverageField, written, err.Error())
	case use == unknownInUse && word != "":
		l.notTaken(plan.CoverageField, word, "it is none of Only local, Only global, Global or local, Global and local: set the coverage by hand")
	case len(statements) == 0 && use == onlyLocal:
		l.notTaken(plan.CoverageField, word, "only local coverage is in use, and there is none: the provider's stays")
	case len(statements) == 0:
	case use == unknownInUse:
		l.notTaken(plan.CoverageField, written, "it does not say whether the local coverage is in use: add a column Coverage in use with "+
			"Only local, Only global, Global or local, or Global and local")
	case use == bothInUse: // either both together or their overlap: showing too much is worse than asking
		l.notTaken(plan.CoverageField, written, "the local and the global coverage are both in use, and the file does not say what they come "+
			"to: set the coverage by hand, INSTEAD or ADDITION")
	default:
		l.set(plan.CoverageField, plan.ToJSON(plan.LocalCoverage{Mode: plan.Instead, Statements: statements}))
	}
}

// almaStatements reads the local coverage: one statement, or several whose cells are parted by semicolons. written is what stands
// in the cells.
func almaStatements(cells map[string]string) (statements []plan.Statement, written string, err error) {
	parts := map[string][]string{}
	n := 0
	for _, column := range append(slices.Clone(almaBounds), almaEmbargoOp, almaEmbargoYears, almaEmbargoMonth) {
		if cells[column] == "" {
			continue
		}
		parts[column] = strings.Split(cells[column], ";")
		written = strings.TrimSpace(written + " " + column + " " + cells[column])
		if column != almaEmbargoOp {
			n = max(n, len(parts[column]))
		}
	}
	for i := range n {
		cell := func(column string) string {
			if of := parts[column]; i < len(of) {
				return strings.TrimSpace(of[i])
			}
			return ""
		}
		var s plan.Statement
		if s.DateFirst, err = almaDate(cell, "from"); err != nil {
			return nil, written, err
		}
		if s.DateLast, err = almaDate(cell, "until"); err != nil {
			return nil, written, err
		}
		s.VolFirst, s.IssueFirst, s.VolLast, s.IssueLast = cell("from_volume"), cell("from_issue"), cell("until_volume"), cell("until_issue")
		if s.Embargo, err = almaEmbargo(cell(almaEmbargoOp), cell(almaEmbargoYears), cell(almaEmbargoMonth)); err != nil {
			return nil, written, err
		}
		if s != (plan.Statement{}) {
			statements = append(statements, s)
		}
	}
	return statements, written, nil
}

func almaDate(cell func(string) string, bound string) (string, error) {
	year, month, day := cell(bound+"_year"), cell(bound+"_month"), cell(bound+"_day")
	switch {
	case year == "" && month == "" && day == "":
		return "", nil
	case year == "" || month == "" && day != "":
		return "", fmt.Errorf("the date has a month or day (%s %s) but not what it is of: set the coverage by hand", month, day)
	}
	date := year
	for _, part := range []string{month, day} {
		if part == "" {
			break
		}
		n, err := strconv.Atoi(part)
		if err != nil {
			return "", fmt.Errorf("%.20q is no month or day as a number: set the coverage by hand", part)
		}
		date += fmt.Sprintf("-%02d", n)
	}
	if _, ok := kbart.ParseDate(date); !ok {
		return "", fmt.Errorf("%.20q is no date: set the coverage by hand", date)
	}
	return date, nil
}

// almaEmbargo reads an embargo: of the most recent years and months, which are not available, or alone are.
func almaEmbargo(operator, years, months string) (string, error) {
	total := 0
	for _, part := range []struct {
		text string
		of   int
	}{{years, 12}, {months, 1}} {
		if part.text == "" {
			continue
		}
		n, err := strconv.Atoi(part.text)
		if err != nil || n < 0 || n > 1200 {
			return "", fmt.Errorf("%.20q is no embargo in years or months: set the coverage by hand", part.text)
		}
		total += n * part.of
	}
	if total == 0 {
		return "", nil
	}
	var letter string
	switch word := vocabulary(operator); {
	case word == "", word == ">", word == ">=", strings.Contains(word, "not available"):
		letter = "P"
	case word == "<", word == "<=", strings.Contains(word, "available"):
		letter = "R"
	default:
		return "", errors.New("the operator of the embargo is not known: set the coverage by hand")
	}
	if total%12 == 0 {
		return fmt.Sprintf("%s%dY", letter, total/12), nil
	}
	return fmt.Sprintf("%s%dM", letter, total), nil
}
