package provider

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"regexp"
)

// Store keeps lists in a folder, each compressed with gzip under a name made from the SHA-256 of its bytes, so the same
// list is kept once. A file gets its final name only when it is complete and on disk; until then it is in the subfolder
// "spool". Several processes may use one folder. A Store is safe for concurrent use.
type Store struct {
	root *os.Root
}

const (
	spoolDir   = "spool"
	partSuffix = ".part"
	keptSuffix = ".txt.gz"
)

var keptName = regexp.MustCompile(`^[0-9a-f]{64}\.txt\.gz$`)

// OpenStore opens the folder dir, creates it with mode 0700 if it is missing, and removes what a crash left in the
// spool.
func OpenStore(dir string) (*Store, error) {
	if dir == "" {
		return nil, errors.New("provider files: no folder is given to keep them in")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("provider files: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("provider files: %w", err)
	}
	s := &Store{root: root}
	if err := s.sweep(); err != nil {
		return nil, errors.Join(fmt.Errorf("provider files: leftovers of an earlier run: %w", err), root.Close())
	}
	return s, nil
}

// Close releases the folder. Readers that are open stay usable.
func (s *Store) Close() error { return s.root.Close() }

// Keep stores a list that did not come from the provider's service, such as one given on the command line. It is
// unpacked by the same rules: plain text, gzip or ZIP, up to maxSize bytes (0 = the default of Options.MaxSize). name
// is the list's name. Errors are *Outcome with the codes NotKBART, Truncated, TooLarge, Storage, Cancelled.
func (s *Store) Keep(ctx context.Context, r io.Reader, name string, maxSize int64) (*File, error) {
	if maxSize <= 0 {
		maxSize = defaultMaxSize
	}
	raw, err := s.spool(ctx, r, maxSize)
	if err != nil {
		return nil, notKept(ctx, err)
	}
	defer raw.discard()
	file, err := s.keep(ctx, raw, false, maxSize, mask{})
	if err != nil {
		return nil, notKept(ctx, err)
	}
	file.setNameAndDate(nameSources{given: name, made: "list.txt"})
	return file, nil
}

// notKept turns what stopped Keep into an outcome. An error from the reader itself is the input's fault.
func notKept(ctx context.Context, err error) *Outcome {
	o, known := errors.AsType[*Outcome](err)
	switch {
	case ctx.Err() != nil:
		o = newOutcome(Cancelled, "", context.Cause(ctx))
	case !known:
		o = newOutcome(InvalidRequest, "the file given cannot be read: "+err.Error(), err).hint("Check the file, then give it again.")
	}
	o.Hint = nameProvider(o.Hint, "the provider")
	return o
}

// Open returns the bytes of a kept list, unpacked as they are read; path is File.Path. After the last byte they are
// checked against the hash in the name: if the copy is damaged, the error is a *KeptError instead of io.EOF. The error
// for a path that is not kept matches fs.ErrNotExist.
func (s *Store) Open(path string) (io.ReadCloser, error) {
	if !keptName.MatchString(path) {
		return nil, &KeptError{Path: path, Err: fs.ErrNotExist}
	}
	f, err := s.root.Open(path)
	if err != nil {
		return nil, &KeptError{Path: path, Err: err}
	}
	gz, err := gzip.NewReader(bufio.NewReaderSize(f, 1<<16))
	if err != nil {
		return nil, errors.Join(&KeptError{Path: path, Err: err}, f.Close())
	}
	return &keptReader{path: path, file: f, gz: gz, hash: sha256.New()}, nil
}

// Has reports whether the list with this hash is kept.
func (s *Store) Has(sha256 string) bool {
	_, err := s.find(sha256)
	return err == nil
}

// Remove deletes a kept list, for retention. Removing a list that is not there is no error.
func (s *Store) Remove(path string) error {
	if !keptName.MatchString(path) {
		return nil
	}
	if err := s.root.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return &KeptError{Path: path, Err: err}
	}
	return nil
}

// KeptError says what is wrong with a kept list.
type KeptError struct {
	Path string
	Err  error
}

// Error says what is wrong and what to do.
func (e *KeptError) Error() string {
	if errors.Is(e.Err, fs.ErrNotExist) {
		return fmt.Sprintf("provider file %q is not kept any more; run the profile to fetch the present one", e.Path)
	}
	return fmt.Sprintf("provider file %s cannot be read: %v; restore it from a backup, or run the profile to fetch the present one", e.Path,
		e.Err)
}

// Unwrap returns the cause.
func (e *KeptError) Unwrap() error { return e.Err }

var errHash = errors.New("its bytes do not have the hash in its name")

// keptReader checks the hash before it returns io.EOF.
type keptReader struct {
	path string
	file io.Closer
	gz   *gzip.Reader
	hash hash.Hash
}

func (k *keptReader) Read(p []byte) (int, error) {
	n, err := k.gz.Read(p)
	k.hash.Write(p[:n])
	switch {
	case err == nil:
		return n, nil
	case !errors.Is(err, io.EOF):
		return n, &KeptError{Path: k.path, Err: err}
	case keptPath(k.hash) != k.path:
		return n, &KeptError{Path: k.path, Err: errHash}
	}
	return n, io.EOF
}

func (k *keptReader) Close() error { return k.file.Close() }

func keptPath(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) + keptSuffix }

// find returns what is known about a kept list from its hash alone.
func (s *Store) find(sha256 string) (*File, error) {
	name := sha256 + keptSuffix
	if !keptName.MatchString(name) {
		return nil, fs.ErrNotExist
	}
	f, err := s.root.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	// A gzip file ends in the size of its content modulo 2^32 (RFC 1952); lists are smaller, see Options.MaxSize.
	var trailer [4]byte
	if _, err := f.ReadAt(trailer[:], info.Size()-int64(len(trailer))); err != nil {
		return nil, err
	}
	return &File{
		Path: name, SHA256: sha256, StoredSize: info.Size(), Size: int64(binary.LittleEndian.Uint32(trailer[:])),
	}, nil
}

// keep unpacks what was spooled, refuses what cannot be a list, and moves the list to its place.
func (s *Store) keep(ctx context.Context, raw *part, encoded bool, maxSize int64, m mask) (*File, error) {
	packed := &unpacker{ctx: ctx, store: s, maxSize: maxSize, m: m}
	defer packed.close()
	list, err := packed.open(io.NewSectionReader(raw, 0, raw.size), raw, encoded)
	if err != nil {
		return nil, err
	}
	if err := judge(list, m); err != nil {
		return nil, err
	}
	out, err := s.create()
	if err != nil {
		return nil, err
	}
	defer out.discard()
	digest := sha256.New()
	// No name and no time in the header: the same list is the same file.
	buffered := bufio.NewWriterSize(out, 1<<16) // gzip makes small writes
	gz, err := gzip.NewWriterLevel(buffered, storedLevel)
	if err != nil {
		return nil, storageFailed(err)
	}
	size, err := io.Copy(io.MultiWriter(gz, digest), list)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(gz.Close(), buffered.Flush()); err != nil {
		return nil, err
	}
	stored, err := out.publish(keptPath(digest))
	if err != nil {
		return nil, err
	}
	return &File{
		Path: keptPath(digest), SHA256: hex.EncodeToString(digest.Sum(nil)), Size: size, StoredSize: stored,
		Packaging: packed.packaging(), Name: packed.member,
	}, nil
}

// storedLevel is gzip's fastest: it shrinks real lists to between a third and a sixth. The default level would save
// less than a fifth of that, at half the speed or less.
const storedLevel = gzip.BestSpeed
