package plan

import (
	"slices"
	"strings"

	"github.com/cespare/xxhash/v2"

	"autoholdings/kbart"
)

// Statement is one coverage statement, in the provider's words. Empty cells are open ends or unknown.
type Statement struct {
	DateFirst  string `json:"dateFirst,omitempty"`
	VolFirst   string `json:"volFirst,omitempty"`
	IssueFirst string `json:"issueFirst,omitempty"`
	DateLast   string `json:"dateLast,omitempty"`
	VolLast    string `json:"volLast,omitempty"`
	IssueLast  string `json:"issueLast,omitempty"`
	Embargo    string `json:"embargo,omitempty"`
	Kind       string `json:"kind,omitempty"` // ARCHIVE, FRONTFILE or empty

	// What the statement's own row says, where it is not what the title says; nil: as the title.
	URL   *string `json:"url,omitempty"`
	Notes *string `json:"notes,omitempty"`
	Depth *string `json:"depth,omitempty"`
}

// KindFunc says whether a range is a provider's archive or frontfile; "" for neither.
type KindFunc func(first, last kbart.Date) string

func statementOf(rec *kbart.Record) Statement {
	return Statement{
		DateFirst: rec.Get(kbart.DateFirstIssueOnline), VolFirst: rec.Get(kbart.NumFirstVolOnline),
		IssueFirst: rec.Get(kbart.NumFirstIssueOnline), DateLast: rec.Get(kbart.DateLastIssueOnline),
		VolLast: rec.Get(kbart.NumLastVolOnline), IssueLast: rec.Get(kbart.NumLastIssueOnline),
		Embargo: rec.Get(kbart.EmbargoInfo),
	}
}

// RangeHash identifies the statement among those of a title: its seven columns in comparable form.
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

// FullHash is of all that is stored of the statement: the XOR of a title's is its coverage hash.
func (s *Statement) FullHash() uint64 {
	own := uint64(0)
	for i, c := range OwnColumns {
		if text := *s.Own(c); text != nil {
			own ^= ownShare(i, ownHash(c, *text))
		}
	}
	return fullHash(s.RangeHash(), own)
}

// fullHash is of a statement's range and of what it has of its own.
func fullHash(ranges, own uint64) uint64 { return SaltedHash(ranges, own) }

// ownHash is of a value of one of ownColumns; 0: it is empty.
func ownHash(c kbart.Column, value string) uint32 { return uint32(textHash(ComparableValue(c, value))) }

func ownShare(column int, hash uint32) uint64 { return SaltedHash(uint64(hash)+1, uint64(column)+9) }

// ownDifference is what a row has of its own beside its title, as hashes of both tell.
func ownDifference(title, row [len(OwnColumns)]uint32) (own uint64) {
	for i := range row {
		if row[i] != title[i] {
			own ^= ownShare(i, row[i])
		}
	}
	return own
}

// OwnColumns are the title columns that a statement may have a value of its own for.
var OwnColumns = [...]kbart.Column{kbart.TitleURL, kbart.Notes, kbart.CoverageDepth}

// Own is where the statement keeps its own value of one of ownColumns.
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

// OwnText is the statement's own value of one of ownColumns; "" where it has none.
func (s *Statement) OwnText(c kbart.Column) string {
	if text := *s.Own(c); text != nil {
		return *text
	}
	return ""
}

// sameRange says whether two statements cover the same, whatever their URL and notes.
func (s *Statement) sameRange(o *Statement) bool {
	return s.DateFirst == o.DateFirst && s.VolFirst == o.VolFirst && s.IssueFirst == o.IssueFirst &&
		s.DateLast == o.DateLast && s.VolLast == o.VolLast && s.IssueLast == o.IssueLast &&
		ComparableValue(kbart.EmbargoInfo, s.Embargo) == ComparableValue(kbart.EmbargoInfo, o.Embargo)
}

// String is the statement in one line, as reports show it: "1996 (v. 1, no. 1) – 2005-12 (v. 10), embargo R1Y".
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

// coverageText is a set of statements as reports show it.
func coverageText(statements []Statement) string {
	parts := make([]string, len(statements))
	for i := range statements {
		parts[i] = statements[i].String()
	}
	return strings.Join(parts, "; ")
}

// SortStatements puts them in date order; those of one date keep the order of the file.
func SortStatements(statements []Statement) {
	slices.SortStableFunc(statements, CompareStart)
}

// CompareStart orders statements by where they begin.
func CompareStart(a, b Statement) int {
	first, _ := kbart.ParseDate(a.DateFirst)
	second, _ := kbart.ParseDate(b.DateFirst)
	return first.Compare(second)
}

// sameCoverage compares two sets of statements by range.
func sameCoverage(a, b []Statement) bool {
	if len(a) != len(b) {
		return false
	}
	ranges := ByRange(b)
	return !slices.ContainsFunc(a, func(s Statement) bool { _, found := ranges[s.RangeHash()]; return !found })
}

// ByRange finds statements by their range; of several the first.
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
