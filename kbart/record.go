package kbart

import "slices"

// Fate is what becomes of a data row. It is apart from the severity of what was found in it.
type Fate uint8

// The fates of a row.
const (
	Used    Fate = iota // belongs to a title
	Free                // access_type F: set aside, for free titles are no part of what a library licenses
	Refused             // no publication_title, nothing that identifies it, or cells that cannot be assigned to columns
)

// String returns "used", "free" or "refused".
func (f Fate) String() string { return [...]string{"used", "free", "refused"}[min(f, Refused)] }

// Record is one data row as read. A [Reader] reuses the Record and its slices: it is valid until the next iteration.
// The strings in it stay valid; [Record.Clone] keeps the whole.
type Record struct {
	Line   int    // physical line on which it starts, from 1, the header's line counted
	File   string // the member of a ZIP archive; "" for a file that is not one
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
	ReasonRepeatedHeader = "repeated-header" // not data: the header once more. It hides no title
)

// Get returns a cell, cleaned: outer blanks and a literal \r or \n at its end taken off, quotes resolved. It is ""
// where the file has no such column or the row no such cell. For a refused row it says only what stands under that
// column.
func (r *Record) Get(c Column) string {
	if i := r.layout.byColumn[c]; int(i) < len(r.cells) {
		return r.cells[i]
	}
	return ""
}

// Extra returns the cell of a column outside the 25, by its name in the header; case and outer blanks do not count.
func (r *Record) Extra(name string) string {
	if i, ok := r.layout.byName[foldName(name)]; ok && i < len(r.cells) {
		return r.cells[i]
	}
	return ""
}

// Cells returns every cell in the order of the file: what a refused row still shows. The slice is the Record's.
func (r *Record) Cells() []string { return r.cells }

// Type returns the publication type: the cell where it says serial or monograph, else monograph where one of the two
// identifiers is an ISBN, else serial where one is an ISSN, else UnknownType.
func (r *Record) Type() PublicationType {
	if t, ok := ParsePublicationType(r.Get(PublicationTypeColumn)); ok {
		return t
	}
	print, online := scanIdentifier(r.Get(PrintIdentifier)).kind, scanIdentifier(r.Get(OnlineIdentifier)).kind
	switch {
	case print == ISBN || online == ISBN:
		return Monograph
	case print == ISSN || online == ISSN:
		return Serial
	}
	return UnknownType
}

// coverageColumns are the seven that make a coverage statement.
var coverageColumns = columnSetOf(DateFirstIssueOnline, NumFirstVolOnline, NumFirstIssueOnline,
	DateLastIssueOnline, NumLastVolOnline, NumLastIssueOnline, EmbargoInfo)

// FillsCoverage says whether any of the seven coverage columns is filled.
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

// Columns returns the columns that the header under which the row stands has.
func (r *Record) Columns() ColumnSet { return r.layout.columns }

// Clone returns a copy that stays valid.
func (r *Record) Clone() *Record {
	c := *r
	c.cells = slices.Clone(r.cells)
	return &c
}
