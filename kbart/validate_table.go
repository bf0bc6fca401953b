package kbart

import "math/bits"

// table gives numbers to fingerprints. It holds neither strings nor pointers, so that a million entries are no work for
// the garbage collector, and it grows in small steps, one part at a time. Of a fingerprint's 64 bits it keeps 48.
type table struct {
	parts [1 << partBits]tablePart
	size  int
}

const (
	partBits   = 8 // the part is told by the fingerprint's highest bits
	numberBits = 24
	maxNumber  = 1<<numberBits - 1
)

// tablePart is a hash table with open addressing.
type tablePart struct {
	slots []slot
	used  int
}

// slot has 40 bits of a fingerprint, of which at least one is set, above the number. 0 is an empty slot.
type slot uint64

func (s slot) number() uint32 { return uint32(s & maxNumber) }

func (s *slot) setNumber(n uint32) { *s = *s&^maxNumber | slot(n&maxNumber) }

// at returns the slot of a fingerprint, with the number 0 at first. It is valid until the next call.
func (t *table) at(hash uint64) *slot {
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

// has says whether a fingerprint is there.
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

// find returns the slot of a key, or the empty one where it would go. There is always an empty one.
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

// ring keeps the values that came last, numbered from 1. Its memory grows with the values that come, up to its size.
type ring[T any] struct {
	pages [][]T
	size  uint32 // a multiple of ringPage
	last  uint32 // the last number given
}

const ringPage = 1 << 12

// add gives the next number to a value, in the place of the oldest where all places are taken.
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

// get returns the value with a number, or nil where it has made room for others. There is none with the number 0.
func (r *ring[T]) get(number uint32) *T {
	if number == 0 || r.last-number >= r.size {
		return nil
	}
	i := number % r.size
	return &r.pages[i/ringPage][i%ringPage]
}
