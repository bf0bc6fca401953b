// Package backup packs a folder into one file, and unpacks it: a tar packed with gzip, which any tar can read too. The first
// entry is manifest.json, which says of when and what the backup is, and of each file its size and its SHA-256. The files
// follow in its order: the database, then what is in the folder files.
//
// A backup has its name only when it is complete, on disk, and was read again. A folder is only whole when Unpack has
// returned: what calls it must not show it to anybody before.
package backup

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"time"

	"autoholdings/internal/durable"
)

// Manifest says what a backup is of.
type Manifest struct {
	Format     int       `json:"format"`     // of the backup: see Format
	Program    string    `json:"program"`    // version of autoholdings that made it
	TakenAt    time.Time `json:"takenAt"`    // whatever was committed before is in it
	Database   string    `json:"database"`   // what it was taken from, without passwords
	Schema     int64     `json:"schema"`     // newest migration of the database in it
	SealingKey string    `json:"sealingKey"` // id of the key that opens the sealed credentials; "": nothing is sealed
	Files      []File    `json:"files"`      // in the order in which they follow
	Lost       []Lost    `json:"lost"`       // kept files that the database names, and that were missing or damaged already
}

// File is a file of a backup.
type File struct {
	Name   string `json:"name"` // with slashes: autoholdings.db, files/…
	Size   int64  `json:"size"` // bytes
	SHA256 string `json:"sha256"`
}

// Lost is a file that is not in a backup, though it should be.
type Lost struct {
	Name string `json:"name"`
	Why  string `json:"why"`
}

// Format is the version of the format that this program writes and reads. One that adds to the manifest only is the same.
const Format = 1

const (
	manifestName    = "manifest.json"
	longestManifest = 256 << 20 // bytes; a hundred thousand files take 15 MiB
)

// names are those that a file in a backup may have.
var names = regexp.MustCompile(`^(autoholdings\.db|files/[0-9a-f]{64}\.txt\.gz)$`)

// Progress is told how many bytes of how many a step has done.
type Progress func(step string, done, total int64)

// Steps of Write and Unpack.
const (
	Hashing   = "hash the files"
	Packing   = "pack them"
	Reading   = "read the backup again"
	Unpacking = "unpack the backup"
)

// Write packs the files of a folder, in the order of names, into a new file, and fills in their sizes and hashes in the
// manifest. The file is read again before it gets its name. It returns its size. Where there is a file of that name, the error
// matches fs.ErrExist.
func Write(ctx context.Context, file, dir string, files []string, m *Manifest, progress Progress) (size int64, err error) {
	w := &work{ctx: ctx, progress: progress}
	m.Format = Format
	if err := w.hash(dir, files, m); err != nil {
		return 0, err
	}
	out, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+".unfinished-*.gz") // its mode is 0600
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, ignoreMissing(os.Remove(out.Name()))) }() // the final name is another one
	w.begin(Packing)
	err = w.pack(out, dir, m)
	if err := errors.Join(err, out.Sync(), out.Close()); err != nil {
		return 0, err
	}
	w.begin(Reading)
	again, err := read(out.Name(), w, func(File, time.Time, io.Reader) error { return nil })
	if err == nil {
		err = same(m, again)
	}
	if err != nil {
		return 0, fmt.Errorf("what was written was read again, and is not what it should be (the disk may be failing): %w", err)
	}
	info, err := os.Stat(out.Name())
	if err != nil {
		return 0, err
	}
	return info.Size(), publish(out.Name(), file)
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// publish gives a file its name, if no other has it.
func publish(temporary, name string) error {
	err := os.Link(temporary, name)
	if err != nil && !errors.Is(err, fs.ErrExist) { // the file system has no links
		if _, err := os.Lstat(name); err == nil {
			return fmt.Errorf("%s: %w", name, fs.ErrExist)
		}
		err = os.Rename(temporary, name)
	}
	if err != nil {
		return err
	}
	return durable.SyncDir(filepath.Dir(name))
}

func same(m, again *Manifest) error {
	want, err := json.Marshal(m)
	if err != nil {
		return err
	}
	got, err := json.Marshal(again)
	if err == nil && string(got) != string(want) {
		err = errors.New("its manifest is another one")
	}
	return err
}

// work is one run, which can be stopped and followed.
type work struct {
	ctx         context.Context //nolint:containedctx // a reader has no other way to know
	progress    Progress
	step        string
	done, total int64
}

func (w *work) begin(step string) { w.step, w.done = step, 0 }

// watched reads r, counts it and stops when it is to be stopped.
func (w *work) watched(r io.Reader) io.Reader { return watched{w, r} }

type watched struct {
	*work
	r io.Reader
}

func (w watched) Read(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := w.r.Read(p)
	w.done += int64(n)
	if w.progress != nil {
		w.progress(w.step, w.done, w.total)
	}
	return n, err
}

// hash fills in the files of the manifest.
func (w *work) hash(dir string, files []string, m *Manifest) error {
	m.Files = make([]File, 0, len(files))
	for _, name := range files {
		info, err := os.Stat(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			return err
		}
		m.Files = append(m.Files, File{Name: name, Size: info.Size()})
		w.total += info.Size()
	}
	w.begin(Hashing)
	for i := range m.Files {
		file, err := os.Open(filepath.Join(dir, filepath.FromSlash(m.Files[i].Name)))
		if err != nil {
			return err
		}
		digest := sha256.New()
		_, err = io.Copy(digest, w.watched(file))
		if err := errors.Join(err, file.Close()); err != nil {
			return err
		}
		m.Files[i].SHA256 = hex.EncodeToString(digest.Sum(nil))
	}
	return nil
}

func (w *work) pack(out io.Writer, dir string, m *Manifest) error {
	buffered := bufio.NewWriterSize(out, 1<<20)
	packed, err := gzip.NewWriterLevel(buffered, gzip.BestSpeed)
	if err != nil {
		return err
	}
	packed.Name, packed.ModTime = "autoholdings.tar", m.TakenAt
	archive := tar.NewWriter(packed)
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	err = archive.WriteHeader(&tar.Header{Name: manifestName, Mode: 0o600, Size: int64(len(text)), ModTime: m.TakenAt})
	if err != nil {
		return err
	}
	if _, err := archive.Write(text); err != nil {
		return err
	}
	for _, f := range m.Files {
		if err := w.packFile(archive, dir, f); err != nil {
			return fmt.Errorf("pack %s: %w", f.Name, err)
		}
	}
	return errors.Join(archive.Close(), packed.Close(), buffered.Flush())
}

func (w *work) packFile(archive *tar.Writer, dir string, f File) error {
	file, err := os.Open(filepath.Join(dir, filepath.FromSlash(f.Name)))
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if err := archive.WriteHeader(&tar.Header{Name: f.Name, Mode: 0o600, Size: f.Size, ModTime: info.ModTime()}); err != nil {
		return err
	}
	_, err = io.Copy(archive, w.watched(file))
	return err
}

// ErrNewer says that a backup has a format that this program does not know.
var ErrNewer = errors.New("it was made by a newer version of autoholdings, in a format that this one does not know: restore it with " +
	"that version")

// errNone says that a file is no backup.
func errNone(why error) error {
	return fmt.Errorf("it is no backup that autoholdings has made (%w)", why)
}

// errDamaged says that a file is not the backup that was made.
func errDamaged(why error) error {
	return fmt.Errorf("it is damaged or incomplete (%w): take another copy of it, or another backup", why)
}

// ReadManifest reads what a backup is of, without looking at the rest.
func ReadManifest(file string) (*Manifest, error) {
	m, archive, err := open(file, &work{ctx: context.Background()})
	if err != nil {
		return nil, err
	}
	return m, archive.Close()
}

// Unpack unpacks a backup into a folder, which has no such files yet, and compares all of it with the manifest. With an error
// the folder has anything. What is in the folder is on disk when it returns.
func Unpack(ctx context.Context, file, dir string, progress Progress) (*Manifest, error) {
	w := &work{ctx: ctx, progress: progress, step: Unpacking}
	if err := os.MkdirAll(filepath.Join(dir, "files"), 0o700); err != nil {
		return nil, err
	}
	m, err := read(file, w, func(f File, modified time.Time, content io.Reader) error {
		return unpackFile(filepath.Join(dir, filepath.FromSlash(f.Name)), modified, content)
	})
	if err != nil {
		return nil, err
	}
	return m, errors.Join(durable.SyncDir(filepath.Join(dir, "files")), durable.SyncDir(dir))
}

// errWrite is the error of the disk that is unpacked to.
type errWrite struct{ error }

func (e errWrite) Unwrap() error { return e.error }

func unpackFile(path string, modified time.Time, content io.Reader) error {
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return errWrite{err}
	}
	_, err = io.Copy(writing{out}, content)
	if err := errors.Join(err, wrote(out.Sync()), wrote(out.Close())); err != nil {
		return err
	}
	return wrote(os.Chtimes(path, modified, modified))
}

// writing tells the errors of the disk that is written to from those of what is read.
type writing struct{ w io.Writer }

func (w writing) Write(p []byte) (int, error) {
	n, err := w.w.Write(p)
	return n, wrote(err)
}

func wrote(err error) error {
	if err == nil {
		return nil
	}
	return errWrite{err}
}

// archive is an opened backup behind its manifest.
type archive struct {
	*tar.Reader
	unpacked *gzip.Reader
	file     *os.File
}

func (a *archive) Close() error { return a.file.Close() }

// open opens a backup and reads its manifest.
func open(file string, w *work) (*Manifest, *archive, error) {
	in, err := os.Open(file)
	if err != nil {
		return nil, nil, err
	}
	m, a, err := begin(in, w)
	if err != nil {
		return nil, nil, errors.Join(err, in.Close())
	}
	return m, a, nil
}

func begin(in *os.File, w *work) (*Manifest, *archive, error) {
	unpacked, err := gzip.NewReader(bufio.NewReaderSize(in, 1<<20))
	if err != nil {
		return nil, nil, errNone(err)
	}
	a := &archive{tar.NewReader(unpacked), unpacked, in}
	header, err := a.Next()
	if err != nil {
		return nil, nil, errNone(err)
	}
	if header.Name != manifestName || header.Size > longestManifest {
		return nil, nil, errNone(fmt.Errorf("it does not begin with %s", manifestName))
	}
	text, err := io.ReadAll(a)
	if err != nil {
		return nil, nil, errDamaged(err)
	}
	var m Manifest
	if err := json.Unmarshal(text, &m); err != nil || m.Format < 1 {
		return nil, nil, errNone(errors.Join(fmt.Errorf("its %s is none", manifestName), err))
	}
	if m.Format > Format {
		return nil, nil, ErrNewer
	}
	w.total = 0
	for _, f := range m.Files {
		if !names.MatchString(f.Name) || f.Size < 0 {
			return nil, nil, errNone(fmt.Errorf("a file in it is called %q", path.Base(f.Name)))
		}
		w.total += f.Size
	}
	if len(m.Files) == 0 || m.Files[0].Name != "autoholdings.db" {
		return nil, nil, errNone(errors.New("it has no database"))
	}
	return &m, a, nil
}

// read reads all of a backup, compares it with the manifest, and calls each with the content of each file.
func read(file string, w *work, each func(f File, modified time.Time, content io.Reader) error) (*Manifest, error) {
	m, a, err := open(file, w)
	if err != nil {
		return nil, err
	}
	defer a.Close()
	for _, f := range m.Files {
		if err := a.readFile(f, w, each); err != nil {
			return nil, err
		}
	}
	if _, err := a.Next(); !errors.Is(err, io.EOF) {
		return nil, errDamaged(errors.Join(errors.New("there is more in it than its manifest says"), err))
	}
	if _, err := io.Copy(io.Discard, a.unpacked); err != nil { // its own checksum is behind everything
		return nil, errDamaged(err)
	}
	return m, nil
}

func (a *archive) readFile(f File, w *work, each func(f File, modified time.Time, content io.Reader) error) error {
	header, err := a.Next()
	if err != nil {
		return errDamaged(fmt.Errorf("where %s should be: %w", f.Name, err))
	}
	if header.Name != f.Name || header.Size != f.Size || header.Typeflag != tar.TypeReg {
		return errDamaged(fmt.Errorf("where %s should be is %q", f.Name, header.Name))
	}
	digest := sha256.New()
	content := io.TeeReader(w.watched(a), digest)
	err = each(f, header.ModTime, content)
	if err == nil {
		_, err = io.Copy(io.Discard, content)
	}
	var disk errWrite
	switch {
	case errors.As(err, &disk) || err != nil && w.ctx.Err() != nil:
		return err
	case err != nil:
		return errDamaged(fmt.Errorf("%s: %w", f.Name, err))
	case hex.EncodeToString(digest.Sum(nil)) != f.SHA256:
		return errDamaged(fmt.Errorf("%s does not have the SHA-256 that the manifest says", f.Name))
	}
	return nil
}
