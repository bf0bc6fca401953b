package secret

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// A key file is replaced in steps, between any two of which the program may die: StageKey writes the new key beside the
// file, what is stored is sealed with it in one transaction, and SwapStaged puts it in the file's place. Whoever finds
// a staged key asks OpenStaged's Box whether it opens what is stored: if so the rest is SwapStaged, if not DropStaged.

// StagedFileName is the name of a key on its way to become the one of the key file.
const StagedFileName = KeyFileName + ".new"

// StageKey writes a key beside the key file in dataDir, complete or not at all. It fails where one is staged already.
func StageKey(dataDir, key string) error {
	if _, err := parseKey(key); err != nil {
		return fmt.Errorf("new sealing key: %w", err)
	}
	path := filepath.Join(dataDir, StagedFileName)
	if err := writeNewFile(path, keyFileText(key)); err != nil {
		return fmt.Errorf("stage the new sealing key in %s: %w", path, err)
	}
	return nil
}

// OpenStaged returns a Box of the staged key, or nil where none is staged.
func OpenStaged(dataDir string) (*Box, error) {
	box := &Box{file: filepath.Join(dataDir, StagedFileName)}
	if err := box.addFile(false); err != nil {
		return nil, err
	}
	if len(box.keys) == 0 {
		return nil, nil
	}
	return box, nil
}

// SwapStaged makes the staged key the one of the key file. The former file is kept beside it, and its path returned; ""
// where there was none. Called again after a crash in its midst, or by two processes at once, it does what is left.
func SwapStaged(dataDir string) (former string, err error) {
	file, staged := filepath.Join(dataDir, KeyFileName), filepath.Join(dataDir, StagedFileName)
	before := &Box{file: file}
	if err := before.addFile(false); err != nil {
		return "", err
	}
	if len(before.keys) > 0 {
		former = file + ".old-" + before.KeyID()
		if err := keepFormer(before, former); err != nil {
			return "", fmt.Errorf("keep the former sealing key as %s: %w", former, err)
		}
	}
	if err := os.Rename(staged, file); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("put the new sealing key in its place: %w", err)
	}
	return former, syncDir(dataDir)
}

// keepFormer gives the key file a second name. A file that has the name must hold all its keys: then nothing is lost.
func keepFormer(before *Box, former string) error {
	err := os.Link(before.file, former)
	if err == nil {
		return syncDir(filepath.Dir(former))
	}
	if !errors.Is(err, fs.ErrExist) {
		return err
	}
	kept := &Box{file: former}
	if err := kept.addFile(false); err != nil {
		return err
	}
	for _, key := range before.keys {
		if !slices.ContainsFunc(kept.keys, func(k sealingKey) bool { return k.id == key.id }) {
			return errors.New("there is such a file with other keys: move it to where backups are kept")
		}
	}
	return nil
}

// DropStaged takes a staged key away with which nothing was sealed.
func DropStaged(dataDir string) error {
	if err := os.Remove(filepath.Join(dataDir, StagedFileName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("take away a sealing key that was not used: %w", err)
	}
	return syncDir(dataDir)
}

// KeyID names the newest key, the one that seals: 8 hex digits that say nothing of it.
func (b *Box) KeyID() string { return b.keys[0].id }
