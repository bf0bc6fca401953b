package model

import "autoholdings/ent"

// CollectionSet is a saved selection of electronic collections.
type CollectionSet struct {
	*ent.CollectionSet
	Page *CollectionSetPage
}

// CollectionSetPage is what was read together.
type CollectionSetPage struct {
	IDs          []int64
	MemberCounts Related[int]
}

// CollectionSets makes a page of rows.
func CollectionSets(rows []*ent.CollectionSet) []*CollectionSet {
	page := &CollectionSetPage{IDs: ids(rows, func(row *ent.CollectionSet) int64 { return row.ID })}
	return wrap(rows, func(row *ent.CollectionSet) *CollectionSet { return &CollectionSet{row, page} })
}

func (*CollectionSet) IsNode() {}

// ID is the opaque id.
func (s *CollectionSet) ID() string { return ID(CollectionSetType, s.CollectionSet.ID) }

// Description is null where nothing was written.
func (s *CollectionSet) Description() *string { return orNull(s.CollectionSet.Description) }
