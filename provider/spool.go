package provider

import (
	"bufio"
	"io"
)

// Spooled is a list that was made here and is on disk while it is in use. If a crash leaves it behind, the next start
// removes it.
type Spooled struct{ part *part }

// Spool calls write to put a list on disk, where it can be read any number of times. Close it when done.
func (s *Store) Spool(write func(w io.Writer) error) (*Spooled, error) {
	p, err := s.create()
	if err != nil {
		return nil, err
	}
	buffered := bufio.NewWriterSize(p, 1<<16)
	err = write(buffered)
	if err == nil {
		err = buffered.Flush()
	}
	if err != nil {
		p.discard()
		return nil, err
	}
	return &Spooled{part: p}, nil
}

// Open reads the list from its beginning. Several readers may do so at once, until Close.
func (s *Spooled) Open() (io.ReadCloser, error) {
	return io.NopCloser(io.NewSectionReader(s.part, 0, s.part.size)), nil
}

// Close removes the list.
func (s *Spooled) Close() { s.part.discard() }
