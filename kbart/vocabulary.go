package kbart

import "strings"

// PublicationType says whether a title is a serial or a monograph.
type PublicationType uint8

// The publication types of Phase II.
const (
	UnknownType PublicationType = iota
	Serial
	Monograph
)

// String returns "serial", "monograph" or "".
func (t PublicationType) String() string {
	switch t {
	case Serial:
		return "serial"
	case Monograph:
		return "monograph"
	}
	return ""
}

// ParsePublicationType reads "serial" or "monograph" in any case. Anything else is UnknownType and not ok.
func ParsePublicationType(s string) (t PublicationType, ok bool) {
	switch {
	case strings.EqualFold(s, "serial"):
		return Serial, true
	case strings.EqualFold(s, "monograph"):
		return Monograph, true
	}
	return UnknownType, false
}

// Access says whether a title is free to read.
type Access uint8

// The access types: F and P are from Phase II, M is from the draft of Phase III. All but AccessFree count as paid.
const (
	UnknownAccess Access = iota
	AccessFree
	AccessPaid
	AccessMixed
)

// String returns "F", "P", "M" or "".
func (a Access) String() string {
	return [...]string{"", "F", "P", "M"}[min(a, AccessMixed)]
}

// ParseAccess reads "F", "P" or "M" in either case. Anything else is UnknownAccess and not ok.
func ParseAccess(s string) (a Access, ok bool) {
	switch s {
	case "F", "f":
		return AccessFree, true
	case "P", "p":
		return AccessPaid, true
	case "M", "m":
		return AccessMixed, true
	}
	return UnknownAccess, false
}

// Depth is the part of a title that can be read, as given in coverage_depth.
type Depth uint8

// The depths. The first three are from Phase II; ebook and print are used in practice.
const (
	UnknownDepth Depth = iota
	Fulltext
	SelectedArticles
	Abstracts
	Ebook
	Print
)

var depthNames = [...]string{"", "fulltext", "selected articles", "abstracts", "ebook", "print"}

// String returns the word of the vocabulary, such as "fulltext", or "".
func (d Depth) String() string {
	return depthNames[min(int(d), len(depthNames)-1)]
}

// ParseDepth reads a word of the vocabulary in any case. Anything else, such as "full text", is UnknownDepth and not
// ok.
func ParseDepth(s string) (d Depth, ok bool) {
	for i, name := range depthNames[1:] {
		if strings.EqualFold(s, name) {
			return Depth(i + 1), true
		}
	}
	return UnknownDepth, false
}
