package plan

// keyIndex finds the titles that have a key: what a map of slices would, in a third of its memory. A slot keeps half of
// the key, so that what it finds is a guess, which the caller checks by comparing.
type keyIndex struct {
	slots   []keySlot
	entries []keyEntry
}

type keySlot struct {
	half uint32
	head int32 // place of the newest entry, from 1; 0: the slot is free
}

type keyEntry struct {
	title int32
	next  int32 // likewise; 0: none
}

// newKeyIndex makes an index for n keys at most.
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

// slot is the key's slot, or the free one in which it would be.
func (x *keyIndex) slot(key uint64) *keySlot {
	half, mask := uint32(key>>32), uint32(len(x.slots)-1)
	for i := (uint32(key) ^ half) & mask; ; i = (i + 1) & mask {
		if s := &x.slots[i]; s.head == 0 || s.half == half {
			return s
		}
	}
}

// each calls fn with each title that seems to have the key, newest first, until it returns false.
func (x *keyIndex) each(key uint64, fn func(title int32) bool) {
	for e := x.slot(key).head; e != 0; e = x.entries[e-1].next {
		if !fn(x.entries[e-1].title) {
			return
		}
	}
}
