package provider

import (
	"context"
	"fmt"
	"io"
)

// capped ends in TooLarge if more than limit bytes come.
type capped struct {
	r           io.Reader
	left, limit int64
}

func (c *capped) Read(p []byte) (int, error) {
	if int64(len(p)) > c.left+1 {
		p = p[:c.left+1] // one more than allowed, to notice it
	}
	n, err := c.r.Read(p)
	if int64(n) > c.left {
		return 0, tooLarge(c.limit)
	}
	c.left -= int64(n)
	return n, err
}

func tooLarge(limit int64) *Outcome {
	return newOutcome(TooLarge, fmt.Sprintf("more than %d bytes", limit), nil)
}

// cancellable ends when the context does.
type cancellable struct {
	ctx context.Context // a reader has no other way to know
	r   io.Reader
}

func (c *cancellable) Read(p []byte) (int, error) {
	if c.ctx.Err() != nil {
		return 0, context.Cause(c.ctx)
	}
	return c.r.Read(p)
}
