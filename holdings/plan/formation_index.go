package plan

import "slices"

// formationIndex finds the titles that a row may fit, when a group has many. Certain matches are always found: an
// identifier and the title, or the title alone if one side has no identifier. Of the titles that share an identifier
// under different names, only the first few are tried.
type formationIndex struct {
	keys   map[uint64][]int // identifier → the first titles that have it
	named  map[uint64]int   // identifier and folded title → the first title that has both
	exact  map[uint64]int   // print and online identifier → the first title that has both
	folded map[uint64]int   // folded title → the first title that has it
	plain  map[uint64]int   // folded title → the first title that has it and no identifier
}

// lookedThrough is how many titles of one identifier are tried.
const lookedThrough = 20

func newFormationIndex() *formationIndex {
	return &formationIndex{
		keys: map[uint64][]int{}, named: map[uint64]int{}, exact: map[uint64]int{}, folded: map[uint64]int{}, plain: map[uint64]int{},
	}
}

// add indexes a title by its keys; it is called again when the title gets more of them.
func (x *formationIndex) add(index int, t *formed) {
	t.EachKey(func(key uint64) bool {
		if known := x.keys[key]; len(known) < lookedThrough && !slices.Contains(known, index) {
			x.keys[key] = append(known, index)
		}
		addFirst(x.named, SaltedHash(key, t.Folded), index)
		return true
	})
	addFirst(x.exact, SaltedHash(t.keys[0]+1, t.keys[1]), index)
	addFirst(x.folded, t.Folded, index)
	if !t.Identified() {
		addFirst(x.plain, t.Folded, index)
	} else if known, ok := x.plain[t.Folded]; ok && known == index {
		delete(x.plain, t.Folded)
	}
}

func addFirst(to map[uint64]int, key uint64, index int) {
	if known, ok := to[key]; !ok || index < known {
		to[key] = index
	}
}

func (x *formationIndex) candidates(row *groupRow) (found []int) {
	take := func(index int, ok bool) {
		if ok && !slices.Contains(found, index) {
			found = append(found, index)
		}
	}
	row.EachKey(func(key uint64) bool {
		for _, index := range x.keys[key] {
			take(index, true)
		}
		index, ok := x.named[SaltedHash(key, row.Folded)]
		take(index, ok)
		return true
	})
	index, ok := x.exact[SaltedHash(row.keys[0]+1, row.keys[1])]
	take(index, ok)
	index, ok = x.plain[row.Folded]
	take(index, ok)
	if !row.Identified() {
		index, ok = x.folded[row.Folded]
		take(index, ok)
	}
	slices.Sort(found)
	return found
}
