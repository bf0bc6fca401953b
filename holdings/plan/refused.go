package plan

import (
	"strings"

	"autoholdings/kbart"
)

// refusedKept is how many refused rows are looked at one by one, and refusedKeys how many keys their cells may be in
// all. In a list with more of them no row says for certain that a title is gone, so nothing is removed because of it.
const (
	refusedKept = 100_000
	refusedKeys = 1_000_000
)

// refusedRows are what the rows say that could not be used: no portfolio is removed because its row could not be read.
type refusedRows struct {
	n      int
	cells  int            // how many keys they may be in all
	many   bool           // too many to be looked at
	keys   keySet         // title_ids, identifiers, addresses and folded titles that stand in any of them
	opaque []opaqueRow    // those whose cells cannot be told apart
	judged map[int64]bool // portfolios that a person said a row is
}

// opaqueRow is a refused row that may hide any title.
type opaqueRow struct {
	line  int
	cells []uint64 // keys that its cells might be
}

// refuse remembers what a refused row may name. Where it is uncertain which cell is which, any cell may be any key.
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

// giveUp forgets the keys: there are too many.
func (r *refusedRows) giveUp() { r.many, r.keys, r.opaque = true, keySet{}, nil }

// appendCellKeys appends all that a cell may be a key as.
func appendCellKeys(keys []uint64, cell string) []uint64 {
	for _, key := range [...]uint64{titleIDHash(cell), textHash(kbart.IdentifierKey(cell)), URLHash(cell), foldedHash(cell)} {
		if key != 0 {
			keys = append(keys, key)
		}
	}
	return keys
}

// URLHash and foldedHash are keys apart from all others: an address, a folded title.
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

// names says whether a refused row names the portfolio: by its title_id, an identifier, its folded title or its
// address.
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
