package kbart

// kind is what the form of a value shows about it.
type kind uint8

const (
	textKind kind = iota // any text
	identifierKind
	dateKind
	urlKind
	typeKind   // serial, monograph
	depthKind  // fulltext, abstracts
	accessKind // F, P
	embargoKind
)

// kindOf returns the kind of a value if its form leaves no doubt, else textKind. Eight digits may be an ISSN or a date.
// They count as text, and both kinds of column accept them.
func kindOf(s string) kind {
	switch n := len(s); {
	case n == 1:
		if s == "F" || s == "P" {
			return accessKind
		}
		return textKind
	case n < 4:
		return textKind
	}
	switch c := s[0] | 0x20; {
	case isDigit(s[0]):
		return kindOfNumber(s)
	case c == 'h' && isURL(s):
		return urlKind
	case c == 's' || c == 'm' || c == 'f' || c == 'a':
		if _, ok := ParsePublicationType(s); ok {
			return typeKind
		}
		if d, ok := ParseDepth(s); ok && d <= Abstracts {
			return depthKind
		}
	}
	return textKind
}

func kindOfNumber(s string) kind {
	if len(s) == 8 && allDigits(s) {
		return textKind
	}
	if _, ok := ParseDate(s); ok && len(s) > 4 {
		return dateKind
	}
	if isYearRange(s) {
		return textKind
	}
	if id := scanIdentifier(s); id.valid {
		return identifierKind
	}
	return textKind
}

// columnKind is the kind of value that a column is for.
var columnKind = [NumColumns]kind{
	PrintIdentifier: identifierKind, OnlineIdentifier: identifierKind,
	DateFirstIssueOnline: dateKind, DateLastIssueOnline: dateKind,
	DateMonographPublishedPrint: dateKind, DateMonographPublishedOnline: dateKind,
	TitleURL: urlKind, EmbargoInfo: embargoKind, CoverageDepth: depthKind, PublicationTypeColumn: typeKind, AccessType: accessKind,
}

// anyKindColumns are the text columns that may have a value of any kind: a title_id may be an ISSN or an address, and a
// note may be anything.
var anyKindColumns = columnSetOf(PublicationTitle, TitleID, Notes, ParentPublicationTitleID, PrecedingPublicationTitleID)

// fitsColumn reports whether a value is of the kind that the column is for.
func fitsColumn(c Column, s string) bool {
	switch columnKind[c] {
	case identifierKind:
		return scanIdentifier(s).kind != NoIdentifier || isPlaceholderIdentifier(s)
	case dateKind:
		_, isDate := ParseDate(s)
		return isDate || hasDateForm(s) || len(s) == 8 && allDigits(s) || isYearRange(s)
	case urlKind:
		return isURL(s)
	case typeKind:
		_, ok := ParsePublicationType(s)
		return ok
	case depthKind:
		_, ok := ParseDepth(s)
		return ok
	case accessKind:
		_, ok := ParseAccess(s)
		return ok
	case embargoKind:
		_, err := parseEmbargo(s)
		return err == nil
	}
	return false
}

// weight says how plausible it is that cells are in the right columns.
type weight struct {
	sum    int // more is better
	strays int // number of values in columns where they cannot belong
}

// What a cell adds to the weight of its row.
const (
	weightFit    = 2  // the value is of the kind that the column is for
	weightMisfit = -1 // the value is not of that kind, but may simply be wrong
	weightStray  = -3 // the value belongs to another column
)

func (w *weight) stray() {
	w.strays++
	w.sum += weightStray
}

// weigh returns the weight of a reading of a row: whether its identifiers, dates, address, type, depth and access type
// are in their columns. width is the number of cells that a row of this file may have.
func (l *layout) weigh(cells []string, width int) weight {
	var w weight
	title, identified := false, false
	for c := range Column(NumColumns) {
		i := int(l.byColumn[c])
		if i >= len(cells) || cells[i] == "" {
			continue
		}
		value := bareValue(cells[i])
		if value == "" {
			continue
		}
		title = title || c == PublicationTitle
		identified = identified || c == TitleID && isTitleID(value) ||
			(c == PrintIdentifier || c == OnlineIdentifier) && scanIdentifier(value).kind != NoIdentifier
		w.add(l, cells, c, value)
	}
	for _, cell := range cells[min(width, len(cells)):] {
		if cell != "" {
			w.stray()
		}
	}
	if !title {
		w.sum += weightFit * weightMisfit
	}
	if !identified {
		w.sum += weightFit * weightMisfit
	}
	return w
}

// add adds the weight of one cell.
func (w *weight) add(l *layout, cells []string, c Column, value string) {
	if own := columnKind[c]; own != textKind && fitsColumn(c, value) {
		w.sum += weightFit
		return
	}
	is := kindOf(value)
	switch {
	case is == textKind || is == accessKind && columnKind[c] == textKind:
	case is == dateKind && columnKind[c] == textKind:
	case !anyKindColumns.Has(c), (is == typeKind || is == depthKind) && c != PublicationTitle && !l.hasOwn(cells, is):
		w.stray()
		return
	}
	if columnKind[c] != textKind {
		w.sum += weightMisfit
	}
}

// hasOwn reports whether the column of a vocabulary has one of its own words. If so, such a word elsewhere is a
// coincidence. It is also true if the file lacks the column.
func (l *layout) hasOwn(cells []string, is kind) bool {
	c := PublicationTypeColumn
	if is == depthKind {
		c = CoverageDepth
	}
	i := int(l.byColumn[c])
	return !l.has(c) || i < len(cells) && fitsColumn(c, bareValue(cells[i]))
}

// bareValue returns a cell without spaces and quotes around it.
func bareValue(cell string) string {
	if cell == "" || plainEnd(cell[0]) && plainEnd(cell[len(cell)-1]) && cell[0] != '"' {
		return cell
	}
	value, _ := clean(cell)
	return value
}
