package provider

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
)

// Keeper holds the lists of a Store, packed with gzip, each under its name. Several processes may use one at the same
// time. A list is there completely or not at all, even if the process that writes it is killed.
//
// A Store uses a folder unless it is given another Keeper. Package keptfiles has one in the database. Where a Keeper
// itself fails, its error matches ErrKeeper; every other error says that the list is damaged or missing.
type Keeper interface {
	// Keep makes list available under its name. If other bytes are kept under that name, they are damaged and replaced.
	Keep(ctx context.Context, list Kept, packed *Spooled) error
	// Find returns what is known of a list. The error matches fs.ErrNotExist if the list is not kept.
	Find(ctx context.Context, name string) (Kept, error)
	// Open returns the packed bytes. ctx applies until the reader is closed. The error matches fs.ErrNotExist if the
	// list is not kept.
	Open(ctx context.Context, name string) (io.ReadCloser, error)
	// Remove deletes a list. It is no error if the list is not kept.
	Remove(ctx context.Context, name string) error
	// Sweep deletes what writers left behind when they were killed, but nothing that is being written.
	Sweep(ctx context.Context) error
}

// ErrKeeper is matched by the error of a Keeper that could not do what it was asked, such as a database that does not
// answer. It says nothing about the list, so trying again may help.
var ErrKeeper = errors.New("the place where provider files are kept does not answer")

// Kept is a list in a Keeper.
type Kept struct {
	Name       string // made from the SHA-256 of its bytes
	Size       int64  // bytes, unpacked
	StoredSize int64  // bytes, packed
}

// folder keeps each list as a file. While it is being written, the file is in the spool, which is on the same disk.
type folder struct{ root *os.Root }

func (f folder) Keep(_ context.Context, list Kept, packed *Spooled) error {
	return packed.part.publish(list.Name)
}

func (f folder) Find(_ context.Context, name string) (Kept, error) {
	file, err := f.root.Open(name)
	if err != nil {
		return Kept{}, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return Kept{}, err
	}
	// A gzip file ends in the size of its content modulo 2^32 (RFC 1952); lists are smaller, see Options.MaxSize.
	var trailer [4]byte
	if _, err := file.ReadAt(trailer[:], info.Size()-int64(len(trailer))); err != nil {
		return Kept{}, err
	}
	return Kept{Name: name, Size: int64(binary.LittleEndian.Uint32(trailer[:])), StoredSize: info.Size()}, nil
}

func (f folder) Open(_ context.Context, name string) (io.ReadCloser, error) {
	file, err := f.root.Open(name)
	if err != nil {
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{bufio.NewReaderSize(file, 1<<16), file}, nil
}

func (f folder) Remove(_ context.Context, name string) error {
	if err := f.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Sweep has nothing to do: what is not complete is in the spool.
func (folder) Sweep(context.Context) error { return nil }
