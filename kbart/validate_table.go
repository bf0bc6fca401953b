package kbart

import "math/bits"

// table gives numbers to fingerprints of 64 bits. It holds neither strings nor pointers, so that a million entries are no work
// for the garbage collector, and it grows in small steps: one part at a time.
type table struct {
	parts [tableParts]tablePart
	exact bool // keep all bits; else 40, where a rare mistake does no harm
	size  int
}

const tableParts = 256 // told apart by the fingerprint's highest byte

// tablePart is a hash table with open addressing, in one slice, so that to look up costs one access to memory. Of each slot the
// first word is the lower half of a fingerprint, 0 where the slot is empty; the second, where all bits are kept, the upper half;
// the last the number.
type tablePart struct {
	words []uint32
	slots int
	used  int
}

// at returns the number of a fingerprint, which is 0 at first, to be read and changed before the next call.
func (t *table) at(hash uint64) *uint32 {
	p := &t.parts[hash>>56]
	if p.used*4 >= p.slots*3 {
		p.grow(t.stride())
	}
	slot, found := t.find(p, hash)
	last := (slot+1)*t.stride() - 1
	if !found {
		p.words[last] = 0
		p.set(slot, t.stride(), hash)
		p.used++
		t.size++
	}
	return &p.words[last]
}

// get returns the number of a fingerprint, and whether the fingerprint is there.
func (t *table) get(hash uint64) (number uint32, found bool) {
	p := &t.parts[hash>>56]
	if p.slots == 0 {
		return 0, false
	}
	slot, found := t.find(p, hash)
	if !found {
		return 0, false
	}
	return p.words[(slot+1)*t.stride()-1], true
}

// stride is the number of words of a slot.
func (t *table) stride() int {
	if t.exact {
		return 3
	}
	return 2
}

// find returns the slot of a fingerprint, or the empty one where it would go.
func (t *table) find(p *tablePart, hash uint64) (slot int, found bool) {
	low, high, stride := lowWord(hash), uint32(hash>>32), t.stride()
	for slot = p.home(low); ; {
		switch i := slot * stride; p.words[i] {
		case 0:
			return slot, false
		case low:
			if !t.exact || p.words[i+1] == high {
				return slot, true
			}
		}
		if slot++; slot == p.slots {
			slot = 0
		}
	}
}

// lowWord is what tells slots apart first; never 0, which stands for an empty slot.
func lowWord(hash uint64) uint32 { return max(1, uint32(hash)) }

// home is the slot where the search for a fingerprint begins.
func (p *tablePart) home(low uint32) int {
	high, _ := bits.Mul64(uint64(low)*0x9e3779b97f4a7c15, uint64(p.slots))
	return int(high)
}

func (p *tablePart) set(slot, stride int, hash uint64) {
	p.words[slot*stride] = lowWord(hash)
	if stride == 3 {
		p.words[slot*stride+1] = uint32(hash >> 32)
	}
}

func (p *tablePart) grow(stride int) {
	old := p.words
	switch {
	case p.slots == 0:
		p.slots = 32
	case p.slots < 1024:
		p.slots *= 2
	default:
		p.slots += p.slots / 2
	}
	p.words = make([]uint32, p.slots*stride)
	for ; len(old) > 0; old = old[stride:] {
		if old[0] == 0 {
			continue
		}
		slot := p.home(old[0])
		for p.words[slot*stride] != 0 {
			if slot++; slot == p.slots {
				slot = 0
			}
		}
		copy(p.words[slot*stride:], old[:stride])
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
