package kbart

import (
	"fmt"
	"hash/maphash"
	"slices"
	"strings"
)

// rowHistory remembers the rows of a list, to compare later rows with them. It keeps fingerprints instead of values, so
// that a row takes about twenty bytes. For rows that are known to be of one title, 32 bits are enough.
type rowHistory struct {
	seed    maphash.Seed
	maxRows int
	ended   bool // the list has more rows than are remembered

	rows       table // the line of each row
	titleIDs   table // the number of the newest title with each title_id
	titles     ring[titlePrint]
	statements ring[statementPrint]
	open       map[uint64]reference // references to title_ids that have not occurred yet
	dropped    bool                 // there were more open references than are kept

	// State of the current row:
	row    uint64
	hashes []uint64 // of its cells, 0 for an empty one
	folded []byte
}

// maxOpenReferences is the maximum number of references to titles that have not occurred yet.
const maxOpenReferences = 50_000

// reference is a title_id that rows refer to.
type reference struct {
	line   int // of the first such row
	rows   int
	column Column
	value  string
	title  string // of the first such row
	hash   uint64
}

func newRowHistory(maxRows int) *rowHistory {
	return &rowHistory{
		seed: maphash.MakeSeed(), maxRows: maxRows,
		titles:     ring[titlePrint]{size: ringTitles},
		statements: ring[statementPrint]{size: ringStatements},
		open:       map[uint64]reference{},
	}
}

// compare compares a row with the rows before it, and remembers it.
func (v *validator) compare(rec *Record, row *checkedRow) {
	a := v.history
	if a.ended {
		return
	}
	if a.rows.size >= a.maxRows || rec.Line > maxNumber {
		a.ended = true
		v.report(ruleComparisonEnded, Finding{
			File: rec.File, Line: rec.Line, Message: fmt.Sprintf("the limit of %d rows is reached; rows from here on are not compared", a.rows.size),
		})
		return
	}
	a.hash(rec)
	id := uint64(0)
	if isTitleID(rec.Get(TitleID)) {
		id = a.hashOf(rec, TitleID)
	}
	same := a.rows.slotFor(a.row)
	// Two of a million rows may have the same fingerprint by chance. But a row with a new title_id is no duplicate.
	if line := same.number(); line != 0 && (id == 0 || a.titleIDs.has(id)) {
		v.report(ruleDuplicateRow, Finding{
			File: rec.File, Line: rec.Line, Title: rec.Get(PublicationTitle),
			Message: fmt.Sprintf("the row is the same as line %d", line),
		})
		return
	}
	same.setNumber(uint32(rec.Line))
	if id != 0 {
		newest := a.titleIDs.slotFor(id)
		if rec.Fate != Refused {
			v.compareTitle(rec, row, id, newest)
		}
	}
	a.noteReferences(rec)
}

// hash computes the fingerprints of a row and its cells, once for all comparisons.
func (a *rowHistory) hash(rec *Record) {
	a.row, a.hashes = 0, a.hashes[:0]
	for i, cell := range rec.cells {
		hash := uint64(0)
		if cell != "" {
			hash = max(1, maphash.String(a.seed, cell))
			a.row += hash * uint64(2*i+1) // so that the cell's position counts
		}
		a.hashes = append(a.hashes, hash)
	}
}

// hashOf returns the fingerprint of a cell, or 0 if it is empty.
func (a *rowHistory) hashOf(rec *Record, c Column) uint64 {
	if i := int(rec.layout.byColumn[c]); i < len(a.hashes) {
		return a.hashes[i]
	}
	return 0
}

// mix combines two fingerprints. Their order counts.
func mix(a, b uint64) uint64 {
	a = (a ^ b) * 0x9e3779b97f4a7c15
	return a ^ a>>29
}

// noteReferences remembers the row's parent and predecessor if they have not occurred yet.
func (a *rowHistory) noteReferences(rec *Record) {
	for _, c := range references {
		hash := a.hashOf(rec, c)
		if hash == 0 || a.titleIDs.has(hash) || isPlaceholder(rec.Get(c)) {
			continue
		}
		key := hash + uint64(c)
		ref, known := a.open[key]
		switch {
		case known:
			ref.rows++
		case len(a.open) >= maxOpenReferences:
			a.dropped = true
			continue
		default:
			ref = reference{
				line: rec.Line, rows: 1, column: c, value: strings.Clone(excerpt(rec.Get(c))),
				title: strings.Clone(excerpt(rec.Get(PublicationTitle))), hash: hash,
			}
		}
		a.open[key] = ref
	}
}

// checkReferences reports, at the end of a list, the titles that it refers to but does not have.
func (v *validator) checkReferences() {
	a := v.history
	if a.ended {
		return
	}
	missing := make([]reference, 0, len(a.open))
	for _, ref := range a.open {
		if !a.titleIDs.has(ref.hash) {
			missing = append(missing, ref)
		}
	}
	slices.SortFunc(missing, func(a, b reference) int {
		if a.line != b.line {
			return a.line - b.line
		}
		return int(a.column) - int(b.column)
	})
	for _, ref := range missing {
		rule := ruleNoParent
		if ref.column == PrecedingPublicationTitleID {
			rule = ruleNoPredecessor
		}
		f := Finding{File: v.file, Line: ref.line, Title: ref.title, Column: ref.column.String(), Value: ref.value}
		if ref.rows > 1 {
			f.Message = fmt.Sprintf("no row has this title_id, but %d rows refer to it", ref.rows)
		}
		v.report(rule, f)
	}
	if a.dropped {
		v.report(ruleComparisonEnded, Finding{
			File: v.file, Message: fmt.Sprintf("there are more than %d references to titles that the list does not have; not all are reported",
				maxOpenReferences),
		})
	}
}
