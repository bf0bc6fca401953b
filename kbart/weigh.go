package kbart

// kind tells what a cell's value is by its form.
type kind uint8

const (
	textKind kind = iota // what any column may hold
	identifierKind
	dateKind
	urlKind
	typeKind   // serial, monograph
	depthKind  // fulltext, abstracts
	accessKind // F, P
	embargoKind
)

// kindOf tells the kind of a value in so far as its form leaves no doubt. A number of eight digits may be an ISSN or a
// day: it is text here, and the columns of both take it for theirs.
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

// ownKind is the kind of values that a column is made for.
var ownKind = [NumColumns]kind{
	PrintIdentifier: identifierKind, OnlineIdentifier: identifierKind,
	DateFirstIssueOnline: dateKind, DateLastIssueOnline: dateKind,
	DateMonographPublishedPrint: dateKind, DateMonographPublishedOnline: dateKind,
	TitleURL: urlKind, EmbargoInfo: embargoKind, CoverageDepth: depthKind, PublicationTypeColumn: typeKind, AccessType: accessKind,
}

// takesAny are the columns of text in which a value of any kind may stand: a title_id may be an ISSN or an address, a
// note anything.
var takesAny = columnSetOf(PublicationTitle, TitleID, Notes, ParentPublicationTitleID, PrecedingPublicationTitleID)

// belongs says whether a value is one that the column is made for.
func belongs(c Column, s string) bool {
	switch ownKind[c] {
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

// weight says how plausible it is that cells stand under the right columns.
type weight struct {
	sum    int // more is better
	strays int // values that stand where they cannot belong; with any the cells are not where they should be
}

// What a cell adds to the weight of its row.
const (
	weightFit    = 2  // a value of the kind that the column is made for
	weightMisfit = -1 // a value that the column is not made for, but which may be a mistake of its own
	weightStray  = -3
)

func (w *weight) stray() {
	w.strays++
	w.sum += weightStray
}

// weigh judges a reading of a row as a whole: whether its identifiers, dates, address, type, depth and access type
// stand in their columns. width is the number of cells that a row of this file may have.
func (l *layout) weigh(cells []string, width int) weight {
	var w weight
	title, identified := false, false
	for c := range Column(NumColumns) {
		i := int(l.byColumn[c])
		if i >= len(cells) || cells[i] == "" {
			continue
		}
		value := bare(cells[i])
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

// add judges one cell.
func (w *weight) add(l *layout, cells []string, c Column, value string) {
	if own := ownKind[c]; own != textKind && belongs(c, value) {
		w.sum += weightFit
		return
	}
	is := kindOf(value)
	switch {
	case is == textKind || is == accessKind && ownKind[c] == textKind:
	case is == dateKind && ownKind[c] == textKind:
	case !takesAny.Has(c), (is == typeKind || is == depthKind) && c != PublicationTitle && !l.hasOwn(cells, is):
		w.stray()
		return
	}
	if ownKind[c] != textKind {
		w.sum += weightMisfit
	}
}

// hasOwn says whether the column of a vocabulary has a word of its own, so that one elsewhere is a coincidence. A
// column that the file lacks has none to miss.
func (l *layout) hasOwn(cells []string, is kind) bool {
	c := PublicationTypeColumn
	if is == depthKind {
		c = CoverageDepth
	}
	i := int(l.byColumn[c])
	return !l.has(c) || i < len(cells) && belongs(c, bare(cells[i]))
}

// bare is a cell without blanks and quotes around it.
func bare(cell string) string {
	if cell == "" || plainEnd(cell[0]) && plainEnd(cell[len(cell)-1]) && cell[0] != '"' {
		return cell
	}
	value, _ := clean(cell)
	return value
}
