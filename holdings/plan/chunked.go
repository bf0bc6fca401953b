package plan

// ChunkedList is a slice that grows without copying: with a million titles, copying would set the peak of memory use.
type ChunkedList[T any] struct {
	chunks [][]T
	n      int
}

const chunkBits = 14

// Len is the number of values.
func (c *ChunkedList[T]) Len() int { return c.n }

// At returns a pointer to the value at index i. The pointer stays valid as the list grows.
func (c *ChunkedList[T]) At(i int32) *T { return &c.chunks[i>>chunkBits][i&(1<<chunkBits-1)] }

// Add appends a value and returns its index.
func (c *ChunkedList[T]) Add(value T) int32 {
	if c.n == len(c.chunks)<<chunkBits {
		size := 1 << chunkBits
		if c.n == 0 {
			size = 64 // most lists are short
		}
		c.chunks = append(c.chunks, make([]T, 0, size))
	}
	last := len(c.chunks) - 1
	c.chunks[last] = append(c.chunks[last], value)
	c.n++
	return int32(c.n - 1)
}
