package plan

// keyIndex finds the titles that have a key. It is a map of slices in a third of the memory. A slot stores only half of
// the key, so the caller must compare what it finds.
type keyIndex struct {
	slots   []keySlot
	entries []keyEntry
}

type keySlot struct {
	half uint32
	head int32 // index of the newest entry, from 1; 0: the slot is free
}

type keyEntry struct {
	title int32
	next  int32 // index of the next entry, from 1; 0: none
}

// newKeyIndex makes an index for at most n keys.
func newKeyIndex(n int) *keyIndex {
	size := 16
	for size*3 < n*4 {
		size *= 2
	}
	return &keyIndex{slots: make([]keySlot, size), entries: make([]keyEntry, 0, n)}
}

func (x *keyIndex) add(key uint64, title int32) {
	slot := x.slot(key)
	slot.half = uint32(key >> 32)
	x.entries = append(x.entries, keyEntry{title, slot.head})
	slot.head = int32(len(x.entries))
}

// slot returns the key's slot, or the free slot where it would go.
func (x *keyIndex) slot(key uint64) *keySlot {
	half, mask := uint32(key>>32), uint32(len(x.slots)-1)
	for i := (uint32(key) ^ half) & mask; ; i = (i + 1) & mask {
		if s := &x.slots[i]; s.head == 0 || s.half == half {
			return s
		}
	}
}

// each calls fn with each title that may have the key, newest first, until fn returns false.
func (x *keyIndex) each(key uint64, fn func(title int32) bool) {
	for e := x.slot(key).head; e != 0; e = x.entries[e-1].next {
		if !fn(x.entries[e-1].title) {
			return
		}
	}
}
