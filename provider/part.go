package provider

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"runtime"
)

// spool writes all of r to disk.
func (s *Store) spool(ctx context.Context, r io.Reader, maxSize int64) (*part, error) {
	p, err := s.create()
	if err != nil {
		return nil, err
	}
	if _, err := io.Copy(p, &capped{r: &cancellable{ctx, r}, left: maxSize, limit: maxSize}); err != nil {
		p.discard()
		return nil, err
	}
	return p, nil
}

// part is a file being written. Its writes fail with an *Outcome.
type part struct {
	store *Store
	name  string
	file  *os.File
	size  int64
}

// create makes a new file in the spool and locks it, so that another process that starts now does not take it for a
// leftover.
func (s *Store) create() (*part, error) {
	for {
		name := path.Join(spoolDir, rand.Text()+partSuffix)
		f, err := s.root.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return nil, storageFailed(err)
		}
		// A sweep may have happened between the two calls.
		if lock(f) && s.holds(name, f) {
			return &part{store: s, name: name, file: f}, nil
		}
		if err := f.Close(); err != nil {
			return nil, storageFailed(err)
		}
	}
}

// holds reports whether the name still belongs to the open file.
func (s *Store) holds(name string, f *os.File) bool {
	named, err := s.root.Stat(name)
	if err != nil {
		return false
	}
	opened, err := f.Stat()
	return err == nil && os.SameFile(named, opened)
}

func (p *part) Write(b []byte) (int, error) {
	n, err := p.file.Write(b)
	p.size += int64(n)
	if err != nil {
		return n, storageFailed(err)
	}
	return n, nil
}

// ReadAt reads back what was written.
func (p *part) ReadAt(b []byte, off int64) (int, error) {
	n, err := p.file.ReadAt(b, off)
	if err != nil && !errors.Is(err, io.EOF) {
		return n, storageFailed(err)
	}
	return n, err
}

// publish makes the file durable and gives it its final name in the folder, replacing a copy of the same bytes.
func (p *part) publish(name string) error {
	if err := p.file.Sync(); err != nil {
		return err
	}
	if err := p.store.root.Rename(p.name, name); err != nil {
		return err
	}
	p.name = ""
	return p.store.sync()
}

// discard closes the file and removes it unless it was published. An error does no harm: the next start sweeps.
func (p *part) discard() {
	if p.name != "" {
		_ = p.store.root.Remove(p.name)
	}
	_ = p.file.Close()
}

// sync makes the names in the folder survive a power cut.
func (s *Store) sync() error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := s.root.Open(".")
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// sweepSpool removes the spool files that nobody is writing.
func (s *Store) sweepSpool() error {
	if err := s.root.MkdirAll(spoolDir, 0o700); err != nil {
		return err
	}
	entries, err := fs.ReadDir(s.root.FS(), spoolDir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if path.Ext(e.Name()) != partSuffix {
			continue
		}
		if err := s.sweepPart(path.Join(spoolDir, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

func (s *Store) sweepPart(name string) error {
	f, err := s.root.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	if !leftover(f) {
		return nil
	}
	return s.root.Remove(name)
}

func storageFailed(err error) *Outcome { return newOutcome(Storage, err.Error(), err) }
