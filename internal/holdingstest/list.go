package holdingstest

import (
	"fmt"
	"strings"
)

// Header is the header row of a KBART list.
const Header = "publication_title\tprint_identifier\tonline_identifier\tdate_first_issue_online\tnum_first_vol_online\tnum_first_issue_online\t" +
	"date_last_issue_online\tnum_last_vol_online\tnum_last_issue_online\ttitle_url\tfirst_author\ttitle_id\tembargo_info\tcoverage_depth\tnotes\t" +
	"publisher_name\tpublication_type\tdate_monograph_published_print\tdate_monograph_published_online\tmonograph_volume\tmonograph_edition\t" +
	"first_editor\tparent_publication_title_id\tpreceding_publication_title_id\taccess_type\n"

// Journal is one row of a list.
type Journal struct {
	Title, Print, Online, First, Last, URL, ID, Publisher, Access, Embargo, Notes string
}

// Row is the row as it stands in a list.
func (j Journal) Row() string {
	if j.Access == "" {
		j.Access = "P"
	}
	return strings.Join([]string{
		j.Title, j.Print, j.Online, j.First, "", "", j.Last, "", "", j.URL, "", j.ID, j.Embargo, "fulltext", j.Notes,
		j.Publisher, "serial", "", "", "", "", "", "", "", j.Access,
	}, "\t") + "\n"
}

// ListOf is a KBART list of these journals.
func ListOf(journals ...Journal) string {
	var b strings.Builder
	b.WriteString(Header)
	for _, j := range journals {
		b.WriteString(j.Row())
	}
	return b.String()
}

// ISSN makes the nth valid ISSN.
func ISSN(n int) string {
	digits := fmt.Sprintf("%07d", n)
	sum := 0
	for i, d := range digits {
		sum += int(d-'0') * (8 - i)
	}
	check := (11 - sum%11) % 11
	if check == 10 {
		return digits[:4] + "-" + digits[4:] + "X"
	}
	return fmt.Sprintf("%s-%s%d", digits[:4], digits[4:], check)
}

// Numbered makes the journals with the numbers from up to, but not including, to.
func Numbered(from, to int) (journals []Journal) {
	for n := from; n < to; n++ {
		journals = append(journals, Journal{
			Title: fmt.Sprintf("Journal %03d", n), Print: ISSN(n * 2), Online: ISSN(n*2 + 1), First: "1996", Last: "",
			URL: fmt.Sprintf("https://academic.oup.com/j%03d", n), ID: fmt.Sprintf("j%03d", n), Publisher: "Oxford University Press",
		})
	}
	return journals
}
