package kbart

import "math/bits"

// table maps fingerprints to numbers. It has no strings or pointers, so that a million entries cost the garbage
// collector nothing. It grows in small steps, one part at a time. It keeps 48 of a fingerprint's 64 bits.
type table struct {
	parts [1 << partBits]tablePart
	size  int
}

const (
	partBits   = 8 // the highest bits of the fingerprint select the part
	numberBits = 24
	maxNumber  = 1<<numberBits - 1
)

// tablePart is a hash table with open addressing.
type tablePart struct {
	slots []slot
	used  int
}

// slot has 40 bits of a fingerprint and, below them, the number. At least one bit of the fingerprint is set. 0 is an
// empty slot.
type slot uint64

func (s slot) number() uint32 { return uint32(s & maxNumber) }

func (s *slot) setNumber(n uint32) { *s = *s&^maxNumber | slot(n&maxNumber) }

// slotFor returns the slot of a fingerprint. A new slot has the number 0. It is valid until the next call.
func (t *table) slotFor(hash uint64) *slot {
	p := &t.parts[hash>>(64-partBits)]
	if p.used*5 >= len(p.slots)*4 {
		p.grow()
	}
	s := p.find(keyOf(hash))
	if *s == 0 {
		*s = keyOf(hash)
		p.used++
		t.size++
	}
	return s
}

// has reports whether the table has a fingerprint.
func (t *table) has(hash uint64) bool {
	p := &t.parts[hash>>(64-partBits)]
	return p.used > 0 && *p.find(keyOf(hash)) != 0
}

func keyOf(hash uint64) slot {
	key := slot(hash << numberBits)
	if key == 0 {
		key = 1 << numberBits
	}
	return key
}

// find returns the slot of a key, or the empty slot for it. There is always an empty slot.
func (p *tablePart) find(key slot) *slot {
	high, _ := bits.Mul64(uint64(key), uint64(len(p.slots)))
	for i := int(high); ; i++ {
		if i == len(p.slots) {
			i = 0
		}
		if s := &p.slots[i]; *s == 0 || (*s^key)>>numberBits == 0 {
			return s
		}
	}
}

func (p *tablePart) grow() {
	old := p.slots
	p.slots = make([]slot, max(8, len(old)*5/4, min(len(old)*2, 1024)))
	for _, s := range old {
		if s != 0 {
			*p.find(s &^ maxNumber) = s
		}
	}
}

// ring keeps the last values that were added, numbered from 1. Its memory grows with the values, up to its size.
type ring[T any] struct {
	pages [][]T
	size  uint32 // a multiple of ringPage
	last  uint32 // the last number given
}

const ringPage = 1 << 12

// add adds a value and returns its number. If the ring is full, the value replaces the oldest.
func (r *ring[T]) add(value T) (number uint32, kept *T) {
	r.last++
	i := r.last % r.size
	for int(i/ringPage) >= len(r.pages) {
		r.pages = append(r.pages, make([]T, ringPage))
	}
	kept = &r.pages[i/ringPage][i%ringPage]
	*kept = value
	return r.last, kept
}

// get returns the value with a number, or nil if it has been replaced. No value has the number 0.
func (r *ring[T]) get(number uint32) *T {
	if number == 0 || r.last-number >= r.size {
		return nil
	}
	i := number % r.size
	return &r.pages[i/ringPage][i%ringPage]
}
