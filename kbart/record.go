package kbart

import "slices"

// Fate is what happens to a data row. It does not depend on the severity of the row's findings.
type Fate uint8

// The fates of a row.
const (
	Used    Fate = iota // belongs to a title
	Free                // access_type F: set aside, because libraries do not license free titles
	Refused             // no publication_title, nothing that identifies it, or cells that cannot be assigned to columns
)

// String returns "used", "free" or "refused".
func (f Fate) String() string { return [...]string{"used", "free", "refused"}[min(f, Refused)] }

// Record is one data row as read. A [Reader] reuses the Record and its slices, so it is valid until the next iteration.
// Its strings stay valid. [Record.Clone] returns a copy to keep.
type Record struct {
	Line   int    // physical line on which it starts; the file begins with line 1
	File   string // the member of a ZIP archive; "" if the file is not an archive
	Fate   Fate
	Reason string // the code of the rule that refused the row, one of the Reason constants; "" unless Fate is Refused

	cells  []string
	layout *layout
}

// Why a row is refused.
const (
	ReasonNoTitle        = "no-title"        // publication_title is empty
	ReasonNoIdentifier   = "no-identifier"   // no title_id, ISSN or ISBN
	ReasonCells          = "cells-uncertain" // its cells cannot be assigned to columns with certainty
	ReasonRepeatedHeader = "repeated-header" // not data but the header again, so no title is lost
)

// Get returns the value of a cell: without outer spaces, outer quotes and a literal \r or \n at its end. It is "" if
// the file has no such column or the row no such cell. The values of a refused row may belong to other columns.
func (r *Record) Get(c Column) string {
	if i := r.layout.byColumn[c]; int(i) < len(r.cells) {
		return r.cells[i]
	}
	return ""
}

// Extra returns the cell of an added column by its name in the header. Case and outer spaces do not count.
func (r *Record) Extra(name string) string {
	if i, ok := r.layout.byName[foldName(name)]; ok && i < len(r.cells) {
		return r.cells[i]
	}
	return ""
}

// Cells returns every cell in the order of the file, also for a refused row. The slice belongs to the Record.
func (r *Record) Cells() []string { return r.cells }

// Type returns the publication type of the cell or, if it is not serial or monograph, infers it from the identifiers:
// an ISBN means Monograph, else an ISSN means Serial, else it is UnknownType.
func (r *Record) Type() PublicationType {
	if t, ok := ParsePublicationType(r.Get(PublicationTypeColumn)); ok {
		return t
	}
	printKind, onlineKind := scanIdentifier(r.Get(PrintIdentifier)).kind, scanIdentifier(r.Get(OnlineIdentifier)).kind
	switch {
	case printKind == ISBN || onlineKind == ISBN:
		return Monograph
	case printKind == ISSN || onlineKind == ISSN:
		return Serial
	}
	return UnknownType
}

// coverageColumns are the seven columns of a coverage statement.
var coverageColumns = columnSetOf(DateFirstIssueOnline, NumFirstVolOnline, NumFirstIssueOnline,
	DateLastIssueOnline, NumLastVolOnline, NumLastIssueOnline, EmbargoInfo)

// FillsCoverage reports whether any of the seven coverage columns is filled.
func (r *Record) FillsCoverage() bool { return r.Filled()&coverageColumns != 0 }

// Filled returns the columns in which the row has a value.
func (r *Record) Filled() ColumnSet {
	var filled ColumnSet
	for c := range Column(NumColumns) {
		if r.Get(c) != "" {
			filled = filled.With(c)
		}
	}
	return filled
}

// Columns returns the columns of the header that applies to the row.
func (r *Record) Columns() ColumnSet { return r.layout.columns }

// Clone returns a copy that stays valid.
func (r *Record) Clone() *Record {
	c := *r
	c.cells = slices.Clone(r.cells)
	return &c
}
