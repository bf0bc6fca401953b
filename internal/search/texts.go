package search

import (
	"encoding/json"
	"strings"

	"autoholdings/kbart"
)

// The tables that are searched: which of their columns the words are made of, and how. A table's words are in its column
// words, or in several columns that are searched as one.
var (
	Portfolios = Table{"portfolios", []Words{
		{"words", titleColumns, titleWords},
		{"local_words", []string{"local_values"}, func(values []string) Text { return LocalText(values[0]) }},
	}}
	CommunityZoneTitles = Table{"community_zone_titles", []Words{{"words", titleColumns, titleWords}}}
	POLines             = Table{"po_lines", []Words{{
		"words", []string{"number", "vendor", "type", "note", "process_type", "fund"}, namesAndNotes,
	}}}
	Licenses = Table{"licenses", []Words{{"words", []string{"code", "name", "vendor", "type", "note"}, namesAndNotes}}}
)

// Tables are all of them.
var Tables = []Table{Portfolios, CommunityZoneTitles, POLines, Licenses}

// Table is a table whose rows are found by words.
type Table struct {
	Name  string
	Words []Words
}

// Words is a column of words.
type Words struct {
	Column string
	From   []string // the columns that it is made of
	Make   func(values []string) Text
}

// Index is the name of the table's index of words: a table on SQLite, an index on PostgreSQL.
func (t Table) Index() string { return t.Name + "_search" }

var titleColumns = []string{
	"publication_title", "first_author", "first_editor", "title_id", "title_url", "print_identifier", "online_identifier", "more_keys",
}

func titleWords(v []string) Text { return TitleText(v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7]) }

// TitleText is what a title of a list is found by; furtherKeys are separated by blanks.
func TitleText(title, author, editor, titleID, url, printIdentifier, onlineIdentifier, furtherKeys string) Text {
	t := Text{Words: []string{title, author, editor}, Codes: []string{titleID}, URLs: []string{url}}
	t.identify(printIdentifier)
	t.identify(onlineIdentifier)
	t.Identifiers = append(t.Identifiers, strings.Fields(furtherKeys)...)
	return t
}

func (t *Text) identify(cell string) {
	if key := kbart.IdentifierKey(cell); key != "" {
		t.Identifiers = append(t.Identifiers, key)
		return
	}
	t.Codes = append(t.Codes, cell)
}

// LocalText is what a portfolio is found by in its local values, as they are stored: what a title is found by, and the
// notes. Values that cannot be read have no words.
func LocalText(localValues string) (t Text) {
	var v map[string]string
	if localValues == "" || json.Unmarshal([]byte(localValues), &v) != nil {
		return t
	}
	t = TitleText(v["publication_title"], v["first_author"], v["first_editor"], v["title_id"], v["title_url"], v["print_identifier"],
		v["online_identifier"], "")
	t.Words = append(t.Words, v["public_note"], v["internal_note"])
	return t
}

func namesAndNotes(values []string) Text { return Text{Words: values} }

// POLineWords are the stored words of a PO line.
func POLineWords(number, vendor, kind, note, processType, fund string) string {
	return namesAndNotes([]string{number, vendor, kind, note, processType, fund}).Stored()
}

// LicenseWords are the stored words of a license.
func LicenseWords(code, name, vendor, kind, note string) string {
	return namesAndNotes([]string{code, name, vendor, kind, note}).Stored()
}

// Vector is the table's words as PostgreSQL's tsvector; of is the table's name or alias with a dot, or "".
func (t Table) Vector(of string) string {
	columns := make([]string, len(t.Words))
	for i, words := range t.Words {
		columns[i] = of + words.Column
	}
	return `array_to_tsvector(array_remove(string_to_array(` + strings.Join(columns, " || ") + `, ' '), ''))`
}
