package plan

import (
	"slices"
	"strings"

	"github.com/cespare/xxhash/v2"

	"autoholdings/kbart"
)

// Statement is one coverage statement, as the provider wrote it. An empty cell is an open end or unknown.
type Statement struct {
	DateFirst  string `json:"dateFirst,omitempty"`
	VolFirst   string `json:"volFirst,omitempty"`
	IssueFirst string `json:"issueFirst,omitempty"`
	DateLast   string `json:"dateLast,omitempty"`
	VolLast    string `json:"volLast,omitempty"`
	IssueLast  string `json:"issueLast,omitempty"`
	Embargo    string `json:"embargo,omitempty"`
	Kind       string `json:"kind,omitempty"` // ARCHIVE, FRONTFILE or empty

	// The row's own values where they differ from the title's; nil: same as the title's.
	URL   *string `json:"url,omitempty"`
	Notes *string `json:"notes,omitempty"`
	Depth *string `json:"depth,omitempty"`
}

// KindFunc tells whether a range is a provider's archive or frontfile; "" for neither.
type KindFunc func(first, last kbart.Date) string

func statementOf(rec *kbart.Record) Statement {
	return Statement{
		DateFirst: rec.Get(kbart.DateFirstIssueOnline), VolFirst: rec.Get(kbart.NumFirstVolOnline),
		IssueFirst: rec.Get(kbart.NumFirstIssueOnline), DateLast: rec.Get(kbart.DateLastIssueOnline),
		VolLast: rec.Get(kbart.NumLastVolOnline), IssueLast: rec.Get(kbart.NumLastIssueOnline),
		Embargo: rec.Get(kbart.EmbargoInfo),
	}
}

// RangeHash identifies the statement within a title, by its seven columns in comparable form.
func (s *Statement) RangeHash() uint64 {
	h := SaltedHash(xxhash.Sum64String(s.DateFirst), 1)
	for i, value := range [...]string{
		s.VolFirst, s.IssueFirst, s.DateLast, s.VolLast, s.IssueLast,
		ComparableValue(kbart.EmbargoInfo, s.Embargo),
	} {
		if value != "" {
			h ^= SaltedHash(xxhash.Sum64String(value), uint64(i)+2)
		}
	}
	return SaltedHash(h, 8)
}

// FullHash is the hash of all that is stored of the statement. A title's coverage hash is their XOR.
func (s *Statement) FullHash() uint64 {
	own := uint64(0)
	for i, c := range OwnColumns {
		if text := *s.Own(c); text != nil {
			own ^= ownShare(i, ownHash(c, *text))
		}
	}
	return fullHash(s.RangeHash(), own)
}

// fullHash combines the hashes of a statement's range and of its own values.
func fullHash(ranges, own uint64) uint64 { return SaltedHash(ranges, own) }

// ownHash is the hash of a value in one of OwnColumns; 0 if empty.
func ownHash(c kbart.Column, value string) uint32 { return uint32(textHash(ComparableValue(c, value))) }

func ownShare(column int, hash uint32) uint64 { return SaltedHash(uint64(hash)+1, uint64(column)+9) }

// ownDifference is the hash of a row's own values that differ from its title's.
func ownDifference(title, row [len(OwnColumns)]uint32) (own uint64) {
	for i := range row {
		if row[i] != title[i] {
			own ^= ownShare(i, row[i])
		}
	}
	return own
}

// OwnColumns are the title columns in which a statement may have its own value.
var OwnColumns = [...]kbart.Column{kbart.TitleURL, kbart.Notes, kbart.CoverageDepth}

// Own points to the statement's own value in one of OwnColumns.
func (s *Statement) Own(c kbart.Column) **string {
	switch c {
	case kbart.TitleURL:
		return &s.URL
	case kbart.Notes:
		return &s.Notes
	default:
		return &s.Depth
	}
}

// OwnText returns the statement's own value in one of OwnColumns; "" if it has none.
func (s *Statement) OwnText(c kbart.Column) string {
	if text := *s.Own(c); text != nil {
		return *text
	}
	return ""
}

// sameRange reports whether two statements cover the same, whatever their URL and notes.
func (s *Statement) sameRange(o *Statement) bool {
	return s.DateFirst == o.DateFirst && s.VolFirst == o.VolFirst && s.IssueFirst == o.IssueFirst &&
		s.DateLast == o.DateLast && s.VolLast == o.VolLast && s.IssueLast == o.IssueLast &&
		ComparableValue(kbart.EmbargoInfo, s.Embargo) == ComparableValue(kbart.EmbargoInfo, o.Embargo)
}

// String returns the statement in one line, as reports show it: "1996 (v. 1, no. 1) – 2005-12 (v. 10), embargo R1Y".
func (s *Statement) String() string {
	var b strings.Builder
	writeEnd(&b, s.DateFirst, s.VolFirst, s.IssueFirst)
	b.WriteString(" – ")
	if s.DateLast == "" && s.VolLast == "" && s.IssueLast == "" {
		b.WriteString("present")
	} else {
		writeEnd(&b, s.DateLast, s.VolLast, s.IssueLast)
	}
	if s.Embargo != "" {
		b.WriteString(", embargo " + s.Embargo)
	}
	return b.String()
}

func writeEnd(b *strings.Builder, date, volume, issue string) {
	if date == "" {
		date = "?"
	}
	b.WriteString(date)
	switch {
	case volume != "" && issue != "":
		b.WriteString(" (v. " + volume + ", no. " + issue + ")")
	case volume != "":
		b.WriteString(" (v. " + volume + ")")
	case issue != "":
		b.WriteString(" (no. " + issue + ")")
	}
}

// CoverageText returns a set of statements as reports show it.
func CoverageText(statements []Statement) string {
	parts := make([]string, len(statements))
	for i := range statements {
		parts[i] = statements[i].String()
	}
	return strings.Join(parts, "; ")
}

// SortStatements sorts statements by start date; equal ones keep the order of the file.
func SortStatements(statements []Statement) {
	slices.SortStableFunc(statements, CompareStart)
}

// CompareStart compares statements by start date.
func CompareStart(a, b Statement) int {
	first, _ := kbart.ParseDate(a.DateFirst)
	second, _ := kbart.ParseDate(b.DateFirst)
	return first.Compare(second)
}

// SameCoverage reports whether two sets of statements have the same ranges.
func SameCoverage(a, b []Statement) bool {
	if len(a) != len(b) {
		return false
	}
	ranges := ByRange(b)
	return !slices.ContainsFunc(a, func(s Statement) bool { _, found := ranges[s.RangeHash()]; return !found })
}

// ByRange maps statements by range hash; the first of several wins.
func ByRange(statements []Statement) map[uint64]*Statement {
	found := make(map[uint64]*Statement, len(statements))
	for i := range statements {
		if hash := statements[i].RangeHash(); found[hash] == nil {
			found[hash] = &statements[i]
		}
	}
	return found
}

// HashCoverage is the hash of statements as a set.
func HashCoverage(statements []Statement) (h uint64) {
	for i := range statements {
		h ^= statements[i].FullHash()
	}
	return h
}
