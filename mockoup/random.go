package mockoup

// random is a random number generator (SplitMix64: Steele and others, 2014). A number depends on how many were drawn
// before, so all traits are always drawn in the same order, even if they are not used.
type random uint64

// below draws a number below n.
func (d *random) below(n int) int {
	*d += 0x9e3779b97f4a7c15
	return int(mix(uint64(*d)) >> 32 * uint64(n) >> 32)
}

// oneIn returns true with a probability of one in n.
func (d *random) oneIn(n int) bool { return d.below(n) == 0 }

// permutation maps each number below n to another one below n, in a scattered order.
type permutation struct{ n, factor, offset uint64 }

func newPermutation(n, seed uint64) permutation {
	factor := max(1, n*618/1000)
	for gcd(factor, n) != 1 {
		factor++
	}
	return permutation{n: n, factor: factor, offset: hash(seed, n) % n}
}

func (p permutation) permute(i uint64) uint64 { return (i%p.n*p.factor + p.offset) % p.n }

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// hash combines two numbers into one that reveals nothing about them.
func hash(a, b uint64) uint64 {
	return mix(a*0x9e3779b97f4a7c15 + b*0xd1342543de82ef95 + 0x2545f4914f6cdd1d)
}

// mix is the finalizer of SplitMix64.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
