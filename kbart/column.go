package kbart

import (
	"iter"
	"math/bits"
	"strings"
)

// Column is one of the 25 columns of KBART Phase II, numbered from 0 in the order of NISO RP-9-2014, section 6.6.
type Column uint8

// The columns of Phase II. Phase I has the first 16 of them, with coverage_notes for notes.
const (
	PublicationTitle Column = iota
	PrintIdentifier
	OnlineIdentifier
	DateFirstIssueOnline
	NumFirstVolOnline
	NumFirstIssueOnline
	DateLastIssueOnline
	NumLastVolOnline
	NumLastIssueOnline
	TitleURL
	FirstAuthor
	TitleID
	EmbargoInfo
	CoverageDepth
	Notes
	PublisherName
	PublicationTypeColumn
	DateMonographPublishedPrint
	DateMonographPublishedOnline
	MonographVolume
	MonographEdition
	FirstEditor
	ParentPublicationTitleID
	PrecedingPublicationTitleID
	AccessType

	// NumColumns is the number of columns of Phase II.
	NumColumns = 25
)

var columnNames = [NumColumns]string{
	"publication_title",
	"print_identifier",
	"online_identifier",
	"date_first_issue_online",
	"num_first_vol_online",
	"num_first_issue_online",
	"date_last_issue_online",
	"num_last_vol_online",
	"num_last_issue_online",
	"title_url",
	"first_author",
	"title_id",
	"embargo_info",
	"coverage_depth",
	"notes",
	"publisher_name",
	"publication_type",
	"date_monograph_published_print",
	"date_monograph_published_online",
	"monograph_volume",
	"monograph_edition",
	"first_editor",
	"parent_publication_title_id",
	"preceding_publication_title_id",
	"access_type",
}

// columnAliases are other names for columns in published files: the Phase I name of notes, misspellings that the
// standard's first printing made common, and shortened forms.
var columnAliases = map[string]Column{
	"coverage_notes":                  Notes,
	"coverage_note":                   Notes,
	"parent_publication_id":           ParentPublicationTitleID,
	"parent_title_id":                 ParentPublicationTitleID,
	"preceding_publication_id":        PrecedingPublicationTitleID,
	"preceding_title_id":              PrecedingPublicationTitleID,
	"preceeding_publication_id":       PrecedingPublicationTitleID,
	"preceeding_publication_title_id": PrecedingPublicationTitleID,
	"preceeding_title_id":             PrecedingPublicationTitleID,
}

var columnsByName = func() map[string]Column {
	byName := make(map[string]Column, NumColumns+len(columnAliases))
	for i, name := range columnNames {
		byName[name] = Column(i)
	}
	for name, c := range columnAliases {
		byName[name] = c
	}
	return byName
}()

// ColumnSet is a set of the 25 columns. The zero value is empty.
type ColumnSet uint32

func columnSetOf(columns ...Column) (s ColumnSet) {
	for _, c := range columns {
		s = s.With(c)
	}
	return s
}

// Has reports whether the column is in the set.
func (s ColumnSet) Has(c Column) bool { return s&(1<<c) != 0 }

// With returns the set with the column in it.
func (s ColumnSet) With(c Column) ColumnSet { return s | 1<<c }

// Len returns the number of columns in the set.
func (s ColumnSet) Len() int { return bits.OnesCount32(uint32(s)) }

// All yields the columns in the set, in the standard's order.
func (s ColumnSet) All() iter.Seq[Column] {
	return func(yield func(Column) bool) {
		for c := range Column(NumColumns) {
			if s.Has(c) && !yield(c) {
				return
			}
		}
	}
}

// String returns the column's name in a header, such as "publication_title", or "" for a number beyond the 25.
func (c Column) String() string {
	if c >= NumColumns {
		return ""
	}
	return columnNames[c]
}

// ParseColumn returns the column with the given name or alias, such as coverage_notes. It ignores case, invisible
// characters, byte order marks and quotes. Spaces and hyphens between words count as underscores. ok is false for any
// other name.
func ParseColumn(name string) (c Column, ok bool) {
	var folded [longestName]byte
	short, ok := appendName(folded[:0], name)
	if !ok {
		return 0, false
	}
	c, ok = columnsByName[string(short)]
	return c, ok
}

// longestName is longer than any name of a column or alias, in bytes.
const longestName = 48

// appendName appends a header name in the form in which names are compared: lower case letters, with one underscore
// between words. ok is false for a value that cannot be a column's name. Most values are rejected by their first
// characters, without an allocation.
func appendName(dst []byte, name string) (folded []byte, ok bool) {
	gap := false
	for _, r := range name {
		switch {
		case r >= 'A' && r <= 'Z':
			r += 'a' - 'A'
		case r >= 'a' && r <= 'z':
		case r == '_', r == '-', isBlank(r):
			gap = len(dst) > 0
			continue
		case r == '"', isInvisible(r):
			continue
		default:
			return nil, false
		}
		if gap {
			dst, gap = append(dst, '_'), false
		}
		if dst = append(dst, byte(r)); len(dst) >= longestName-1 {
			return nil, false
		}
	}
	return dst, true
}

// foldName returns a header name in the form in which names are compared.
func foldName(name string) string {
	var folded [longestName]byte
	if short, ok := appendName(folded[:0], name); ok {
		return string(short)
	}
	name = strings.ToLower(strings.ReplaceAll(withoutInvisible(name), `"`, ""))
	return strings.Join(strings.FieldsFunc(name, func(r rune) bool { return r == '_' || r == '-' || isBlank(r) }), "_")
}

// isColumnName reports whether a cell is the name of one of the 25 columns.
func isColumnName(cell string) bool {
	_, ok := ParseColumn(cell)
	return ok
}
