package provider

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"regexp"
)

// Store keeps lists: each compressed with gzip under a name made from the SHA-256 of its bytes, so the same list is kept
// once. Until a list is complete it is in the subfolder "spool" of the Store's folder; then the Keeper takes it. Several
// processes may use one folder and one Keeper. A Store is safe for concurrent use.
type Store struct {
	root   *os.Root
	keeper Keeper
}

const (
	spoolDir   = "spool"
	partSuffix = ".part"
	keptSuffix = ".txt.gz"
)

var keptName = regexp.MustCompile(`^[0-9a-f]{64}\.txt\.gz$`)

// OpenStore opens the folder dir, creates it with mode 0700 if it is missing, and removes what a crash left in the
// spool. Lists are kept by k, which the caller closes after the Store; nil: in the folder itself.
func OpenStore(dir string, k Keeper) (*Store, error) {
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
	if k == nil {
		k = folder{root}
	}
	s := &Store{root: root, keeper: k}
	if err := s.sweepSpool(); err != nil {
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

// Open returns the bytes of a kept list, unpacked as they are read; path is File.Path. ctx applies until the reader is
// closed. After the last byte they are checked against the hash in the name: if the copy is damaged, the error is a
// *KeptError instead of io.EOF. The error for a path that is not kept matches fs.ErrNotExist.
func (s *Store) Open(ctx context.Context, path string) (io.ReadCloser, error) {
	if !keptName.MatchString(path) {
		return nil, &KeptError{Path: path, Err: fs.ErrNotExist}
	}
	packed, err := s.keeper.Open(ctx, path)
	if err != nil {
		return nil, keptError(path, err)
	}
	list, err := unpackKept(path, packed)
	if err != nil {
		return nil, errors.Join(err, packed.Close())
	}
	return list, nil
}

// Has reports whether the list with this hash is kept.
func (s *Store) Has(ctx context.Context, sha256 string) bool {
	_, err := s.find(ctx, sha256)
	return err == nil
}

// Remove deletes a kept list, for retention. Removing a list that is not there is no error.
func (s *Store) Remove(ctx context.Context, path string) error {
	if !keptName.MatchString(path) {
		return nil
	}
	if err := s.keeper.Remove(ctx, path); err != nil {
		return keptError(path, err)
	}
	return nil
}

// Sweep deletes what processes left behind when they were killed while they kept a list. It may be called at any time.
func (s *Store) Sweep(ctx context.Context) error {
	if err := errors.Join(s.sweepSpool(), s.keeper.Sweep(ctx)); err != nil {
		return fmt.Errorf("provider files: leftovers of a crash: %w", err)
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

// keptError says what is wrong with a kept list, unless it is the Keeper that failed.
func keptError(path string, err error) error {
	if errors.Is(err, ErrKeeper) {
		return fmt.Errorf("provider file %s: %w", path, err)
	}
	return &KeptError{Path: path, Err: err}
}

var errHash = errors.New("its bytes do not have the hash in its name")

// keptReader checks the hash before it returns io.EOF.
type keptReader struct {
	path   string
	packed io.Closer
	gz     *gzip.Reader
	hash   hash.Hash
}

func (k *keptReader) Read(p []byte) (int, error) {
	n, err := k.gz.Read(p)
	k.hash.Write(p[:n])
	switch {
	case err == nil:
		return n, nil
	case !errors.Is(err, io.EOF):
		return n, keptError(k.path, err)
	case keptPath(k.hash) != k.path:
		return n, &KeptError{Path: k.path, Err: errHash}
	}
	return n, io.EOF
}

func (k *keptReader) Close() error { return k.packed.Close() }

func keptPath(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) + keptSuffix }

// find returns what is known about a kept list from its hash alone.
func (s *Store) find(ctx context.Context, sha256 string) (*File, error) {
	name := sha256 + keptSuffix
	if !keptName.MatchString(name) {
		return nil, fs.ErrNotExist
	}
	kept, err := s.keeper.Find(ctx, name)
	if err != nil {
		return nil, err
	}
	return &File{Path: name, SHA256: sha256, Size: kept.Size, StoredSize: kept.StoredSize}, nil
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
	kept := Kept{Name: keptPath(digest), Size: size, StoredSize: out.size}
	if err := s.keeper.Keep(ctx, kept, &Spooled{out}); err != nil {
		return nil, storageFailed(err)
	}
	return &File{
		Path: kept.Name, SHA256: hex.EncodeToString(digest.Sum(nil)), Size: size, StoredSize: kept.StoredSize,
		Packaging: packed.packaging(), Name: packed.member,
	}, nil
}

// storedLevel is gzip's fastest: it shrinks real lists to between a third and a sixth. The default level would save
// less than a fifth of that, at half the speed or less.
const storedLevel = gzip.BestSpeed
