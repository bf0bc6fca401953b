package holdings

// sameID finds a title among many of one title_id. Most title_ids have one title, or a few, which are looked through one
// by one; a list that gives all its rows the same title_id must not cost the square of its length.
type sameID struct {
	keys   map[uint64]int32 // identifier → first title that has it
	folded map[uint64]int32 // folded title → first title of it
	plain  map[uint64]int32 // folded title → the title of it that has no identifier
}

// crowdedFrom is how many titles of one title_id are looked through one by one.
const crowdedFrom = 16

func newSameID() *sameID {
	return &sameID{keys: map[uint64]int32{}, folded: map[uint64]int32{}, plain: map[uint64]int32{}}
}

// add makes a title findable, or findable by what it has been extended by.
func (c *sameID) add(index int32, title *matchable) {
	title.eachKey(func(key uint64) bool { addFirst(c.keys, key, index); return true })
	addFirst(c.folded, title.folded, index)
	if !title.identified() {
		addFirst(c.plain, title.folded, index)
	} else if c.plain[title.folded] == index {
		delete(c.plain, title.folded)
	}
}

func addFirst(to map[uint64]int32, key uint64, index int32) {
	if known, ok := to[key]; !ok || index < known {
		to[key] = index
	}
}

// find returns the first title that the row fits, as list.find would among a few.
func (c *sameID) find(row *matchable) (best int32, found bool) {
	take := func(index int32, ok bool) {
		if ok && (!found || index < best) {
			best, found = index, true
		}
	}
	if !row.identified() {
		index, ok := c.folded[row.folded]
		return index, ok
	}
	row.eachKey(func(key uint64) bool {
		index, ok := c.keys[key]
		take(index, ok)
		return true
	})
	index, ok := c.plain[row.folded]
	take(index, ok)
	return best, found
}
