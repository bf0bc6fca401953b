package plan

import (
	"slices"
	"strings"

	"github.com/cespare/xxhash/v2"

	"autoholdings/kbart"
)

// TitleColumns are the eighteen columns that describe the title; the other seven make up a coverage statement. They are
// in the order of the portfolios table.
var TitleColumns = [...]kbart.Column{
	kbart.PublicationTitle, kbart.PrintIdentifier, kbart.OnlineIdentifier, kbart.TitleURL, kbart.FirstAuthor,
	kbart.TitleID, kbart.CoverageDepth, kbart.Notes, kbart.PublisherName, kbart.PublicationTypeColumn,
	kbart.DateMonographPublishedPrint, kbart.DateMonographPublishedOnline, kbart.MonographVolume,
	kbart.MonographEdition, kbart.FirstEditor, kbart.ParentPublicationTitleID, kbart.PrecedingPublicationTitleID,
	kbart.AccessType,
}

// TitleColumnNames are the names of TitleColumns, as a list in SQL.
var TitleColumnNames = func() string {
	names := make([]string, len(TitleColumns))
	for i, c := range TitleColumns {
		names[i] = c.String()
	}
	return strings.Join(names, ", ")
}()

// TitleColumnNamed is the index of a title column in TitleColumns by its KBART name, or -1.
func TitleColumnNamed(name string) int {
	return slices.IndexFunc(TitleColumns[:], func(c kbart.Column) bool { return c.String() == name })
}

// StatementColumnNames are the columns of a coverage statement, as a list in SQL, in the order of Statement's fields.
const StatementColumnNames = "date_first_issue_online, num_first_vol_online, num_first_issue_online, " +
	"date_last_issue_online, num_last_vol_online, num_last_issue_online, embargo_info, title_url, notes, coverage_depth, kind"

// CoverageField is the name under which a change of coverage statements is reported.
const CoverageField = "coverage"

// ComparableValue returns the form in which values of the column are compared. It drops what carries no meaning: the
// case of a URL's scheme and host and of fixed vocabularies, hyphens in ISSNs and ISBNs, and the difference between
// ISBN-10 and ISBN-13. Two values are the same exactly when their comparable forms are equal. The value must be
// trimmed.
func ComparableValue(c kbart.Column, value string) string {
	if value == "" {
		return ""
	}
	if !isASCII(value) { // stored before values were normalized on reading
		value = kbart.Normalize(value)
	}
	switch c {
	case kbart.PrintIdentifier, kbart.OnlineIdentifier:
		if id, ok := kbart.ParseIdentifier(value); ok {
			return id.Key
		}
		return value
	case kbart.TitleURL:
		return lowerHost(value)
	case kbart.CoverageDepth, kbart.PublicationTypeColumn:
		return strings.ToLower(value)
	case kbart.EmbargoInfo:
		return strings.ToUpper(value)
	case kbart.AccessType:
		if strings.EqualFold(value, "F") {
			return "F"
		}
		return "" // anything but F counts as paid, an empty cell too
	default:
		return value
	}
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// lowerHost lower-cases a URL's scheme and host.
func lowerHost(u string) string {
	scheme := strings.Index(u, "://")
	if scheme < 0 {
		return u
	}
	end := len(u)
	if slash := strings.IndexAny(u[scheme+3:], "/?#"); slash >= 0 {
		end = scheme + 3 + slash
	}
	for i := range end {
		if 'A' <= u[i] && u[i] <= 'Z' {
			return strings.ToLower(u[:end]) + u[end:]
		}
	}
	return u
}

// FieldHash is one column's part of a title's hash; 0 for an empty value. A title's hash is the XOR of its fields'
// hashes, so it can be built row by row. It is stored: if you change it, the next run of every profile compares every
// title once.
func FieldHash(c kbart.Column, value string) uint64 {
	form := ComparableValue(c, value)
	if form == "" {
		return 0
	}
	return fieldShare(c, xxhash.Sum64String(form))
}

// fieldShare is FieldHash for a comparable form whose hash is known.
func fieldShare(c kbart.Column, hash uint64) uint64 { return SaltedHash(hash, uint64(c)+1) }

// textHash is the hash of a text used as a key; 0 for the empty text.
func textHash(s string) uint64 {
	if s == "" {
		return 0
	}
	return xxhash.Sum64String(s) | 1
}

// bytesHash is textHash for a text in a database buffer.
func bytesHash(b []byte) uint64 {
	if len(b) == 0 {
		return 0
	}
	return xxhash.Sum64(b) | 1
}

// SaltedHash spreads salt over h (the finalizer of MurmurHash3).
func SaltedHash(h, salt uint64) uint64 {
	h ^= salt * 0x9e3779b97f4a7c15
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

// HashValues is the hash of all title columns: the XOR of their hashes, so one column can change without hashing the
// rest.
func HashValues(values *[len(TitleColumns)]string) (hash uint64) {
	for i, c := range TitleColumns {
		hash ^= FieldHash(c, values[i])
	}
	return hash
}
