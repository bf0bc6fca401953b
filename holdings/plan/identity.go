package plan

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"autoholdings/kbart"
)

// Identity is what matching knows about a title or a portfolio: hashes, no text. 0 is an empty cell.
type Identity struct {
	TitleID uint64
	Folded  uint64    // of the folded title
	keys    [2]uint64 // of the print and the online identifier
	more    *further  // nil nearly always
	volume  uint32    // monograph_volume
	edition uint32    // monograph_edition
	Kind    kbart.PublicationType
	filled  bool // an identifier cell has content, readable or not
}

// further holds what only few titles have.
type further struct {
	keys      []uint64 // identifiers of further rows
	host      bool     // the title_id is a bare host name
	words     []uint64 // if host: the distinctive words of the title
	preceding []uint64 // keys in preceding_publication_title_id: a title_id, an identifier
}

// Identified reports whether there is a print or online identifier.
func (m *Identity) Identified() bool { return m.keys[0] != 0 || m.keys[1] != 0 }

// EachKey calls fn once with each identifier, until fn returns false.
func (m *Identity) EachKey(fn func(uint64) bool) {
	if m.keys[0] != 0 && !fn(m.keys[0]) {
		return
	}
	if m.keys[1] != 0 && m.keys[1] != m.keys[0] && !fn(m.keys[1]) {
		return
	}
	if m.more == nil {
		return
	}
	for _, key := range m.more.keys {
		if !fn(key) {
			return
		}
	}
}

func (m *Identity) hasKey(key uint64) bool {
	return key != 0 && (key == m.keys[0] || key == m.keys[1] || m.more != nil && slices.Contains(m.more.keys, key))
}

// extend adds the identifiers of another row of the title. They fill empty columns; the rest become further ones.
func (m *Identity) extend(o *Identity) {
	for column, key := range o.keys {
		if m.keys[column] == 0 && key != 0 {
			m.keys[column] = key
		}
	}
	o.EachKey(func(key uint64) bool {
		if !m.hasKey(key) {
			further := m.furtherOwn()
			further.keys = append(further.keys, key)
		}
		return true
	})
	if m.Kind == kbart.UnknownType {
		m.Kind = o.Kind
	}
	m.filled = m.filled || o.filled
}

func (m *Identity) furtherOwn() *further {
	if m.more == nil {
		m.more = &further{}
	}
	return m.more
}

// sharedKeys counts the identifiers that both have, even if one is print and the other online. Keys in crowds, shared
// by too many titles, do not count.
func (m *Identity) sharedKeys(o *Identity, crowds map[uint64]bool) (n int) {
	m.EachKey(func(key uint64) bool {
		if o.hasKey(key) && !crowds[key] {
			n++
		}
		return true
	})
	return n
}

// conflicts reports whether one column holds two different identifiers.
func (m *Identity) conflicts(o *Identity) bool {
	for column, key := range m.keys {
		other := o.keys[column]
		if key != 0 && other != 0 && key != other && !m.hasFurther(other) && !o.hasFurther(key) {
			return true
		}
	}
	return false
}

func (m *Identity) hasFurther(key uint64) bool {
	return m.more != nil && slices.Contains(m.more.keys, key)
}

// sameFurther reports whether both have the same identifiers from further rows.
func (m *Identity) sameFurther(o *Identity) bool {
	var mine, others []uint64
	if m.more != nil {
		mine = m.more.keys
	}
	if o.more != nil {
		others = o.more.keys
	}
	lacks := func(keys []uint64) func(uint64) bool {
		return func(key uint64) bool { return !slices.Contains(keys, key) }
	}
	return !slices.ContainsFunc(mine, lacks(others)) && !slices.ContainsFunc(others, lacks(mine))
}

func (m *Identity) onHost() bool { return m.more != nil && m.more.host }

// related reports whether two titles under one bare host name share a distinctive word.
func (m *Identity) related(o *Identity) bool {
	if m.Folded == o.Folded {
		return true
	}
	if m.more == nil || o.more == nil {
		return false
	}
	return slices.ContainsFunc(m.more.words, func(word uint64) bool { return slices.Contains(o.more.words, word) })
}

// identityCells are the cells that make up an identity, from a list or the database.
type identityCells struct {
	title, folded            string // folded: if already known
	print, online            string
	titleID, volume, edition string
	preceding                string
	kind                     kbart.PublicationType
}

func (c *identityCells) identity() Identity {
	if c.folded == "" {
		c.folded = kbart.FoldTitle(c.title)
	}
	m := Identity{
		TitleID: titleIDHash(c.titleID),
		Folded:  textHash(c.folded),
		keys:    [2]uint64{textHash(kbart.IdentifierKey(c.print)), textHash(kbart.IdentifierKey(c.online))},
		volume:  volumeHash(c.volume),
		edition: volumeHash(c.edition),
		Kind:    c.kind,
	}
	m.filled = m.Identified() || saysIdentifier(c.print) || saysIdentifier(c.online)
	if isHost(c.titleID) {
		further := m.furtherOwn()
		further.host, further.words = true, tellingWords(c.folded)
	}
	if c.preceding != "" {
		further := m.furtherOwn()
		if key := titleIDHash(c.preceding); key != 0 {
			further.preceding = append(further.preceding, key)
		}
		if key := textHash(kbart.IdentifierKey(c.preceding)); key != 0 {
			further.preceding = append(further.preceding, key)
		}
	}
	return m
}

// volumeHash is the hash of a volume or an edition, ignoring case.
func volumeHash(cell string) uint32 { return uint32(textHash(strings.ToLower(cell))) }

// identityOf reads the keys of a row.
func identityOf(rec *kbart.Record) Identity {
	cells := identityCells{
		title: rec.Get(kbart.PublicationTitle), print: rec.Get(kbart.PrintIdentifier), online: rec.Get(kbart.OnlineIdentifier),
		titleID: rec.Get(kbart.TitleID), volume: rec.Get(kbart.MonographVolume), edition: rec.Get(kbart.MonographEdition),
		preceding: rec.Get(kbart.PrecedingPublicationTitleID), kind: rec.Type(),
	}
	return cells.identity()
}

// titleIDSalt keeps title_ids apart from identifiers: a title_id may look like an ISSN.
const titleIDSalt = 0x7469746c65

// titleIDHash is the hash of a title_id used as a key. It ignores case; a placeholder gives 0.
func titleIDHash(cell string) uint64 {
	key := kbart.TitleIDKey(cell)
	if key == "" {
		return 0
	}
	return SaltedHash(textHash(key), titleIDSalt) | 1
}

// saysIdentifier reports whether an identifier cell has content, readable or not: it is neither empty nor a
// placeholder.
func saysIdentifier(cell string) bool {
	return kbart.StateOfIdentifier(cell) >= kbart.IdentifierUnreadable
}

// isHost reports whether a title_id is a bare host name.
func isHost(titleID string) bool {
	return strings.IndexByte(titleID, '.') > 0 && kbart.IsHostName(titleID)
}

// commonWords are words too common to tell titles apart.
var commonWords = map[string]bool{
	"journal": true, "review": true, "international": true, "proceedings": true, "letters": true, "studies": true, "research": true,
	"annals": true, "bulletin": true, "quarterly": true, "magazine": true, "online": true,
}

// tellingWords returns the words of a folded title that can tell titles apart.
func tellingWords(folded string) (words []uint64) {
	for word := range strings.FieldsSeq(folded) {
		if len([]rune(word)) >= 5 && !commonWords[word] {
			words = append(words, textHash(word))
		}
	}
	return words
}

// IdentitySQL gives the keys of a portfolio, or of a Community Zone title, as one text, because reading a cell costs
// more than reading its bytes. Only the last part may contain tabs; it takes the rest. If an identifier column has no
// key, its content is given instead, after a question mark.
const IdentitySQL = "title_key || '\t' || " +
	"CASE print_key WHEN '' THEN '?' || REPLACE(print_identifier, '\t', ' ') ELSE print_key END || '\t' || " +
	"CASE online_key WHEN '' THEN '?' || REPLACE(online_identifier, '\t', ' ') ELSE online_key END || '\t' || " +
	"more_keys || '\t' || publication_type || '\t' || " +
	"CASE WHEN monograph_volume = '' AND monograph_edition = '' THEN '\t' " +
	"ELSE REPLACE(monograph_volume, '\t', ' ') || '\t' || REPLACE(monograph_edition, '\t', ' ') END || '\t' || title_id"

// ParseIdentitySQL reads the keys from the text that IdentitySQL gives.
func (m *Identity) ParseIdentitySQL(text []byte) {
	next := func() (part []byte) {
		part, text, _ = bytes.Cut(text, []byte("\t"))
		return part
	}
	folded := next()
	m.Folded = bytesHash(folded)
	for column := range m.keys {
		m.setKey(column, next())
	}
	for more := range bytes.FieldsSeq(next()) {
		if key := bytesHash(more); !m.hasKey(key) {
			further := m.furtherOwn()
			further.keys = append(further.keys, key)
		}
	}
	switch string(next()) {
	case "serial":
		m.Kind = kbart.Serial
	case "monograph":
		m.Kind = kbart.Monograph
	}
	m.volume, m.edition = uint32(bytesHash(bytes.ToLower(next()))), uint32(bytesHash(bytes.ToLower(next())))
	if len(text) == 0 {
		return
	}
	titleID := string(text)
	m.TitleID = titleIDHash(titleID)
	if isHost(titleID) {
		further := m.furtherOwn()
		further.host, further.words = true, tellingWords(string(folded))
	}
}

// setKey sets an identifier column from its key or, after a question mark, the content that is no key.
func (m *Identity) setKey(column int, cell []byte) {
	switch {
	case len(cell) == 0:
	case cell[0] == '?':
		m.filled = m.filled || saysIdentifier(string(cell[1:]))
	// stored before placeholders were recognized
	case len(cell) > 1 && (cell[0] == cell[1] || cell[0]+1 == cell[1]) && kbart.StateOfIdentifier(string(cell)) == kbart.IdentifierPlaceholder:
	default:
		m.keys[column], m.filled = bytesHash(cell), true
	}
}

// ApplyDivergingJSON replaces the keys where a profile's list differs from the portfolio: own_values, as JSON.
func (m *Identity) ApplyDivergingJSON(own []byte) error {
	var values DivergingValues
	if err := json.Unmarshal(own, &values); err != nil {
		return fmt.Errorf("read what a list has otherwise: %w", err)
	}
	m.ApplyDiverging(values)
	return nil
}

// ApplyDiverging replaces the keys with those of the diverging values.
func (m *Identity) ApplyDiverging(values DivergingValues) {
	if m.more != nil { // it may be shared with another view
		more := *m.more
		m.more = &more
	}
	for c, value := range values.columns() {
		switch c {
		case kbart.PublicationTitle:
			m.Folded = textHash(kbart.FoldTitle(value))
		case kbart.TitleID:
			m.TitleID = titleIDHash(value)
			m.setHost(value, values[kbart.PublicationTitle.String()])
		case kbart.PrintIdentifier:
			m.keys[0] = textHash(kbart.IdentifierKey(value))
			m.filled = m.filled || saysIdentifier(value)
		case kbart.OnlineIdentifier:
			m.keys[1] = textHash(kbart.IdentifierKey(value))
			m.filled = m.filled || saysIdentifier(value)
		case kbart.MonographVolume:
			m.volume = volumeHash(value)
		case kbart.MonographEdition:
			m.edition = volumeHash(value)
		case kbart.PublicationTypeColumn:
			m.Kind, _ = kbart.ParsePublicationType(value)
		}
	}
}

// setHost updates the host state for a new title_id. If the title is not known, it has no distinctive words, so the
// title_id alone pairs nothing.
func (m *Identity) setHost(titleID, title string) {
	host := isHost(titleID)
	if !host && !m.onHost() {
		return
	}
	further := m.furtherOwn()
	further.host, further.words = host, nil
	if host {
		further.words = tellingWords(kbart.FoldTitle(title))
	}
}
