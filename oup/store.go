package oup

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path"
	"regexp"
	"runtime"
)

// Store keeps lists in a folder: each compressed with gzip under a name made from the SHA-256 of its bytes, so that the
// same list is kept once. A file has its final name only when it is complete and on disk; until then it lies in the
// subfolder "spool". Several processes may use one folder. A Store is safe for concurrent use.
type Store struct {
	root *os.Root
}

const (
	spoolDir   = "spool"
	partSuffix = ".part"
	keptSuffix = ".txt.gz"
)

var keptName = regexp.MustCompile(`^[0-9a-f]{64}\.txt\.gz$`)

// OpenStore opens the folder dir, makes it with mode 0700 if it is missing, and removes what a crash left in the spool.
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

// Keep stores a list that did not come from the provider's service, such as one given on the command line, unpacked by
// the same rules: plain text, gzip or ZIP, up to maxSize bytes (0 = the default of Options.MaxSize). name is what it is
// called. Errors are *Outcome with the codes NotKBART, Truncated, TooLarge, Storage, Cancelled.
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

	file.entitle(names{given: name, made: "list.txt"})

	return file, nil
}

// notKept makes an outcome of what stopped Keep; what the reader itself complained of is a fault of the input.
func notKept(ctx context.Context, err error) *Outcome {
	if o, ok := errors.AsType[*Outcome](err); ok && ctx.Err() == nil {
		return o
	}

	if ctx.Err() != nil {
		return fail(Cancelled, "", context.Cause(ctx))
	}

	return fail(InvalidRequest, "the file given cannot be read: "+err.Error(), err).hint("Check the file, then give it again.")
}

// Open returns the bytes of a kept list, unpacked as they are read; path is File.Path. When the last byte has been read
// they are compared with the hash in the name: instead of io.EOF a *KeptError says that the copy is damaged. The error
// of a path that is not kept matches fs.ErrNotExist.
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

// Has says whether the list with this hash is kept.
func (s *Store) Has(sha256 string) bool {
	_, err := s.find(sha256)

	return err == nil
}

// Remove deletes a kept list, for retention. Removing what is not there is no error.
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

// keptReader checks the hash where it would say io.EOF.
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

// find returns what is known of a kept list by its hash alone.
func (s *Store) find(sha256 string) (*File, error) {
	name := sha256 + keptSuffix
	if !keptName.MatchString(name) {
		return nil, fs.ErrNotExist
	}

	f, err := s.root.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // only read

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

// keep unpacks what was spooled, refuses what cannot be a list, and puts the list in its place.
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
	buffered := bufio.NewWriterSize(out, 1<<16) // gzip writes in small pieces

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

// storedLevel is gzip's fastest: real lists shrink to between a third and a sixth with it, and the default level takes
// off less than a fifth of that, at half the speed or less.
const storedLevel = gzip.BestSpeed

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

// part is a file in the making. Its writes fail with an *Outcome.
type part struct {
	store *Store
	name  string
	file  *os.File
	size  int64
}

// create makes a new file in the spool and locks it, so that another process that starts meanwhile does not take it for
// a leftover.
func (s *Store) create() (*part, error) {
	for {
		name := path.Join(spoolDir, rand.Text()+partSuffix)

		f, err := s.root.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return nil, storageFailed(err)
		}

		// A sweeper may have come between the two calls.
		if lock(f) && s.holds(name, f) {
			return &part{store: s, name: name, file: f}, nil
		}

		if err := f.Close(); err != nil {
			return nil, storageFailed(err)
		}
	}
}

// holds says whether the name still stands for the open file.
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

// publish makes the file durable and gives it its final name, replacing a copy of the same bytes.
func (p *part) publish(name string) (size int64, err error) {
	if err := p.file.Sync(); err != nil {
		return 0, storageFailed(err)
	}

	if err := p.store.root.Rename(p.name, name); err != nil {
		return 0, storageFailed(err)
	}

	p.name = ""

	if err := p.store.sync(); err != nil {
		return 0, storageFailed(err)
	}

	return p.size, nil
}

// discard closes the file and removes it unless it was published. An error is no harm: the next start sweeps.
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

// sweep removes the files of the spool that nobody writes any more.
func (s *Store) sweep() error {
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
	defer f.Close() //nolint:errcheck // nothing was written

	if !leftover(f) {
		return nil
	}

	return s.root.Remove(name)
}

func storageFailed(err error) *Outcome { return fail(Storage, err.Error(), err) }

// capped ends in TooLarge where more than limit bytes come.
type capped struct {
	r           io.Reader
	left, limit int64
}

func (c *capped) Read(p []byte) (int, error) {
	if int64(len(p)) > c.left+1 {
		p = p[:c.left+1] // one more than allowed, to see it
	}

	n, err := c.r.Read(p)
	if int64(n) > c.left {
		return 0, tooLarge(c.limit)
	}

	c.left -= int64(n)

	return n, err
}

func tooLarge(limit int64) *Outcome {
	return fail(TooLarge, fmt.Sprintf("more than %d bytes", limit), nil)
}

// cancellable ends with the context.
type cancellable struct {
	ctx context.Context //nolint:containedctx // a reader has no other way to learn of it
	r   io.Reader
}

func (c *cancellable) Read(p []byte) (int, error) {
	if c.ctx.Err() != nil {
		return 0, context.Cause(c.ctx)
	}

	return c.r.Read(p)
}
