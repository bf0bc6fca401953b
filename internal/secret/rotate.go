package secret

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"autoholdings/internal/durable"
)

// A key file is replaced in steps, and the program may be killed between any two of them. StageKey writes the new key
// beside the key file. Then the stored values are sealed with it in one transaction. Then SwapStaged replaces the key
// file. If a staged key is found later, OpenStaged returns its Box. If that Box opens the stored values, call
// SwapStaged, otherwise DropStaged.

// StagedFileName is the name of the file with a key that is to replace the key file.
const StagedFileName = KeyFileName + ".new"

// StageKey writes a key beside the key file in dataDir. A crash leaves either a complete file or none. StageKey fails
// if a key is staged already.
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

// OpenStaged returns a Box with the staged key, or nil if none is staged.
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

// SwapStaged replaces the key file by the staged key. It keeps the former file beside it and returns its path, "" if
// there was none. If it was interrupted by a crash, or two processes call it at once, calling it again does the rest.
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
	return former, durable.SyncDir(dataDir)
}

// keepFormer gives the key file a second name. If a file has that name already, it must contain all keys of the key
// file, so that no key is lost.
func keepFormer(before *Box, former string) error {
	err := os.Link(before.file, former)
	if err == nil {
		return durable.SyncDir(filepath.Dir(former))
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
			return errors.New("a file with this name has other keys: move it to your backups")
		}
	}
	return nil
}

// DropStaged removes a staged key with which nothing was sealed.
func DropStaged(dataDir string) error {
	if err := os.Remove(filepath.Join(dataDir, StagedFileName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove a sealing key that was not used: %w", err)
	}
	return durable.SyncDir(dataDir)
}

// KeyID returns the id of the newest key, which seals: 8 hex digits that reveal nothing about the key.
func (b *Box) KeyID() string { return b.keys[0].id }

// OpenPresent is [Open] that makes no key: it returns nil if there is none.
func OpenPresent(dataDir string, configured ...string) (*Box, error) {
	given := slices.ContainsFunc(configured, func(key string) bool { return strings.TrimSpace(key) != "" })
	if dataDir == "" && !given {
		return nil, nil
	}
	if !given {
		if _, err := os.Stat(filepath.Join(dataDir, KeyFileName)); errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
	}
	return Open(dataDir, configured...)
}

// Without returns a Box with a key that is nowhere else, for a process that lacks the one with which things are sealed: it opens
// nothing, and whatever it sealed nobody could open.
func Without() *Box {
	key, err := parseKey(GenerateKey())
	if err != nil {
		panic(err) // it made the key itself
	}
	return &Box{keys: []sealingKey{key}}
}

// KeyOf returns the id of the key with which a value was sealed, "" for a value that is no sealed one.
func KeyOf(sealed string) string {
	parts := strings.Split(sealed, ":")
	if len(parts) != 3 || parts[0] != version {
		return ""
	}
	return parts[1]
}

// Has says whether the Box has the key with this id.
func (b *Box) Has(id string) bool {
	return slices.ContainsFunc(b.keys, func(k sealingKey) bool { return k.id == id })
}
