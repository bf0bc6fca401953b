package kbart

import "strings"

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

// columnAliases are names that stand for a column in files in use: Phase I's name for the notes, and a misspelling that
// the standard's own first printing made common.
var columnAliases = map[string]Column{
	"coverage_notes":                  Notes,
	"preceeding_publication_title_id": PrecedingPublicationTitleID,
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

// String returns the column's name in a header, such as "publication_title", or "" for a number beyond the 25.
func (c Column) String() string {
	if c >= NumColumns {
		return ""
	}
	return columnNames[c]
}

// ParseColumn returns the column that a header name stands for. Case does not count, nor do blanks, hyphens or a byte
// order mark around the name or between its words; aliases such as coverage_notes are known. ok is false for any other name.
func ParseColumn(name string) (c Column, ok bool) {
	c, ok = columnsByName[foldName(name)]
	return c, ok
}

// foldName brings a header name to the form in which names are compared.
func foldName(name string) string {
	name = strings.Trim(name, "\ufeff\u200b \t\r\n\u00a0\"")
	return strings.Map(func(r rune) rune {
		switch r {
		case ' ', '-', '\u00a0':
			return '_'
		}
		return r
	}, strings.ToLower(name))
}
