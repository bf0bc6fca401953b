package plan

import (
	"strings"

	"autoholdings/kbart"
)

// refusedKept is how many refused rows are examined, and refusedKeys how many keys their cells may stand for. If a list
// has more, no missing title is known for certain to be gone, so nothing is removed.
const (
	refusedKept = 100_000
	refusedKeys = 1_000_000
)

// refusedRows holds what the refused rows may name: no portfolio is removed because its row could not be read.
type refusedRows struct {
	n      int
	cells  int            // how many keys the cells may stand for
	many   bool           // too many to examine
	keys   keySet         // title_ids, identifiers, addresses and folded titles found in them
	opaque []opaqueRow    // those whose cells cannot be assigned to columns
	judged map[int64]bool // portfolios that somebody said a row is
}

// opaqueRow is a refused row that may hide any title.
type opaqueRow struct {
	line  int
	cells []uint64 // keys that its cells may stand for
}

// refuse remembers what a refused row may name. Since it is uncertain which cell is which, any cell may be any key.
func (l *List) refuse(rec *kbart.Record) {
	l.rows.Refused++
	if rec.Reason == kbart.ReasonRepeatedHeader {
		return
	}
	l.list(rec, Invalid, rec.Reason)
	r, hash := &l.refused, RowHash(rec)
	if portfolioID, judged := l.source.Judged[hash]; judged {
		r.judged[portfolioID] = portfolioID != 0
		return
	}
	if r.n++; r.n > refusedKept {
		r.giveUp()
	}
	if r.many {
		return
	}
	var keys []uint64
	filled := 0
	for _, cell := range rec.Cells() {
		if cell != "" {
			filled++
			keys = appendCellKeys(keys, cell)
		}
	}
	if r.cells += len(keys); r.cells > refusedKeys {
		r.giveUp()
		return
	}
	for _, key := range keys {
		r.keys[key] = struct{}{}
	}
	if rec.Reason == kbart.ReasonCells && filled >= 3 {
		r.opaque = append(r.opaque, opaqueRow{rec.Line, keys})
	}
}

// giveUp forgets the keys because there are too many.
func (r *refusedRows) giveUp() { r.many, r.keys, r.opaque = true, keySet{}, nil }

// appendCellKeys appends every key that a cell may stand for.
func appendCellKeys(keys []uint64, cell string) []uint64 {
	for _, key := range [...]uint64{titleIDHash(cell), textHash(kbart.IdentifierKey(cell)), URLHash(cell), foldedHash(cell)} {
		if key != 0 {
			keys = append(keys, key)
		}
	}
	return keys
}

// URLHash and foldedHash are keys of their own kind, for an address and for a folded title.
func URLHash(cell string) uint64 {
	if !strings.Contains(cell, "://") {
		return 0
	}
	return SaltedHash(textHash(ComparableValue(kbart.TitleURL, cell)), 0x75726c) | 1
}

func foldedHash(cell string) uint64 { return foldedKey(textHash(kbart.FoldTitle(cell))) }

func foldedKey(folded uint64) uint64 {
	if folded == 0 {
		return 0
	}
	return SaltedHash(folded, 0x666f6c64) | 1
}

// names reports whether a refused row names the portfolio by title_id, identifier, folded title or address.
func (r *refusedRows) names(m *Identity, url uint64) bool {
	if len(r.keys) == 0 {
		return false
	}
	if r.keys.has(m) {
		return true
	}
	if _, found := r.keys[foldedKey(m.Folded)]; found {
		return true
	}
	_, found := r.keys[url]
	return found && url != 0
}
