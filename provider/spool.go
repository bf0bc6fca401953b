package provider

import (
	"bufio"
	"io"
)

// Spooled is a list that was made here, on disk for as long as it is worked on. What a crash leaves of it, the next
// start removes.
type Spooled struct{ part *part }

// Spool writes a list to disk by write, to be read as often as need be. Close it when it is done with.
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

// Open reads the list from its beginning. Several may read at once, until Close.
func (s *Spooled) Open() (io.ReadCloser, error) {
	return io.NopCloser(io.NewSectionReader(s.part, 0, s.part.size)), nil
}

// Close removes the list.
func (s *Spooled) Close() { s.part.discard() }
