package oup

import "autoholdings/kbart"

// Collection is one of the two electronic collections of OUP's in the Community Zone.
type Collection struct {
	CommunityZoneID string
	Name            string
	Content         Content // the content type whose file makes its holdings
}

// Collections returns both, in the order in which they are synced.
func Collections() []Collection {
	return []Collection{
		{"61707906870000041", "Oxford University Press Books Autoholdings Collection", Books},
		{"61563711870000041", "Oxford University Press Journals Autoholdings Collection", Journals},
	}
}

// CollectionOf returns the collection of a content type.
func CollectionOf(c Content) (Collection, bool) {
	return findCollection(func(x Collection) bool { return x.Content == c })
}

// CollectionByID returns the collection with a Community Zone id.
func CollectionByID(communityZoneID string) (Collection, bool) {
	return findCollection(func(x Collection) bool { return x.CommunityZoneID == communityZoneID })
}

func findCollection(is func(Collection) bool) (Collection, bool) {
	for _, c := range Collections() {
		if is(c) {
			return c, true
		}
	}

	return Collection{}, false
}

// ContentOf returns the content type to which a row of this publication type belongs; false for a row of unknown type.
// A row of the other type than the one asked for is used all the same, with a warning: the request decides.
func ContentOf(t kbart.PublicationType) (Content, bool) {
	switch t {
	case kbart.Monograph:
		return Books, true
	case kbart.Serial:
		return Journals, true
	default:
		return "", false
	}
}

// Kind is what OUP sells a journal's coverage as: the digitised archive or the current volumes.
type Kind string

// The kinds; NoKind for coverage that is neither.
const (
	NoKind    Kind = ""
	Archive   Kind = "ARCHIVE"
	Frontfile Kind = "FRONTFILE"
)

// firstFrontfileYear is the year with which OUP's frontfile begins.
const firstFrontfileYear = 1996

// CoverageKind tells what a coverage statement is: archive if it ends in 1995 or before, frontfile if it begins in 1996
// or later. One that spans both, one of unknown beginning that ends later, and one whose dates contradict each other
// are neither.
func CoverageKind(first, last kbart.Date) Kind {
	archive := !last.IsZero() && last.Year < firstFrontfileYear
	frontfile := !first.IsZero() && first.Year >= firstFrontfileYear

	switch {
	case archive == frontfile:
		return NoKind
	case archive:
		return Archive
	default:
		return Frontfile
	}
}
