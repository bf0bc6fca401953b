package provider

import (
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"slices"
	"time"
)

// KeptFolder is the folder in which a Store keeps its lists, opened only to read them, as they are. No Store may use it
// meanwhile.
type KeptFolder struct{ root *os.Root }

// KeptFile is a list in a KeptFolder.
type KeptFile struct {
	Kept
	KeptAt time.Time
}

// OpenKeptFolder opens the folder of a Store. A folder that does not exist is an empty one.
func OpenKeptFolder(dir string) (*KeptFolder, error) {
	root, err := os.OpenRoot(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return &KeptFolder{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("provider files: %w", err)
	}
	return &KeptFolder{root}, nil
}

// Close releases the folder.
func (k *KeptFolder) Close() error {
	if k.root == nil {
		return nil
	}
	return k.root.Close()
}

// All yields the lists in the order of their names.
func (k *KeptFolder) All(ctx context.Context) iter.Seq2[KeptFile, error] {
	return func(yield func(KeptFile, error) bool) {
		names, err := k.Names()
		if err != nil {
			yield(KeptFile{}, fmt.Errorf("provider files: %w", err))
			return
		}
		for _, name := range names {
			file, err := k.find(ctx, name)
			if err != nil {
				err = keptError(name, err)
			}
			if !yield(file, err) || err != nil {
				return
			}
		}
	}
}

// Names are those of the lists, sorted. No list need be whole.
func (k *KeptFolder) Names() (names []string, err error) {
	if k.root == nil {
		return nil, nil
	}
	dir, err := k.root.Open(".")
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	entries, err := dir.ReadDir(-1)
	for _, entry := range entries {
		if keptName.MatchString(entry.Name()) {
			names = append(names, entry.Name())
		}
	}
	slices.Sort(names)
	return names, err
}

func (k *KeptFolder) find(ctx context.Context, name string) (KeptFile, error) {
	info, err := k.root.Stat(name)
	if err != nil {
		return KeptFile{}, err
	}
	kept, err := folder{k.root}.Find(ctx, name)
	return KeptFile{kept, info.ModTime()}, err
}

// Open returns the packed bytes of a list.
func (k *KeptFolder) Open(ctx context.Context, name string) (io.ReadCloser, error) {
	packed, err := folder{k.root}.Open(ctx, name)
	if err != nil {
		return nil, keptError(name, err)
	}
	return packed, nil
}

// IsKeptName says whether a list can have this name.
func IsKeptName(name string) bool { return keptName.MatchString(name) }

// CheckKept reads packed bytes to their end, and returns a *KeptError unless they are the list that has this name.
func CheckKept(name string, packed io.Reader) error {
	list, err := unpackKept(name, io.NopCloser(packed))
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, list)
	return err
}

// unpackKept reads a list from its packed bytes. Where they end without error, they are those that the name was made
// from. Closing it closes packed.
func unpackKept(name string, packed io.ReadCloser) (io.ReadCloser, error) {
	gz, err := gzip.NewReader(packed)
	if err != nil {
		return nil, keptError(name, err)
	}
	return &keptReader{path: name, packed: packed, gz: gz, hash: sha256.New()}, nil
}
