package keptfiles

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"autoholdings/ent"
	"autoholdings/ent/keptfile"
	"autoholdings/internal/store"
	"autoholdings/provider"
)

// Tables are those that hold files.
func Tables() []string { return []string{filesTable, chunksTable} }

// Gather puts all files of a folder into another one too, while others work with it: as second names where both are on one
// disk, otherwise as copies. A file that is removed meanwhile is passed over, and one that is there already stays.
func Gather(ctx context.Context, from, into string) (err error) {
	folder, err := provider.OpenKeptFolder(from)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, folder.Close()) }()
	names, err := folder.Names()
	if err != nil {
		return fmt.Errorf("provider files in %s: %w", from, err)
	}
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := os.Link(filepath.Join(from, name), filepath.Join(into, name))
		if err != nil && !errors.Is(err, fs.ErrExist) && !errors.Is(err, fs.ErrNotExist) {
			err = copyFile(filepath.Join(from, name), filepath.Join(into, name))
		}
		if err != nil && !errors.Is(err, fs.ErrExist) && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("provider file %s: %w", name, err)
		}
	}
	return nil
}

func copyFile(from, to string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	info, err := source.Stat()
	if err != nil {
		return err
	}
	return writeFile(to, source, info.ModTime())
}

func writeFile(path string, content io.Reader, modified time.Time) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, content)
	return errors.Join(err, file.Close(), os.Chtimes(path, modified, modified))
}

// Extract writes all files of a database into a folder, as [Gather] puts them there. Of one that lacks a part it writes
// what there is.
func Extract(ctx context.Context, moment *store.Tx, into string) error {
	files, err := moment.KeptFile.Query().Where(keptfile.NameNotNil()).Order(ent.Asc(keptfile.FieldID)).All(ctx)
	if err != nil {
		return fmt.Errorf("read which provider files are kept: %w", err)
	}
	for _, file := range files {
		if !provider.IsKeptName(*file.Name) { // the program writes none such
			continue
		}
		content := newReader(ctx, moment.KeptFileChunk, file)
		err := writeFile(filepath.Join(into, *file.Name), content, store.Time(file.CreatedAt))
		if err != nil && !errors.Is(err, errChunk) {
			return fmt.Errorf("provider file %s: %w", *file.Name, err)
		}
	}
	return nil
}

// Check reads all files of a folder, and returns what is wrong with those that are damaged, by their names, and which are
// whole.
func Check(ctx context.Context, folder *provider.KeptFolder) (whole []string, damaged map[string]error, err error) {
	names, err := folder.Names()
	if err != nil {
		return nil, nil, fmt.Errorf("provider files: %w", err)
	}
	damaged = map[string]error{}
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		packed, err := folder.Open(ctx, name)
		if err == nil {
			err = errors.Join(provider.CheckKept(name, packed), packed.Close())
		}
		if err != nil {
			damaged[name] = err
			continue
		}
		whole = append(whole, name)
	}
	return whole, damaged, nil
}

// CheckTables reads all files of a database, as [Check] does with a folder.
func CheckTables(ctx context.Context, read *ent.Client) (whole []string, damaged map[string]error, err error) {
	files, err := read.KeptFile.Query().Where(keptfile.NameNotNil()).Order(ent.Asc(keptfile.FieldName)).All(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("read which provider files are kept: %w", err)
	}
	damaged = map[string]error{}
	for _, file := range files {
		if err := provider.CheckKept(*file.Name, newReader(ctx, read.KeptFileChunk, file)); err != nil {
			damaged[*file.Name] = err
			continue
		}
		whole = append(whole, *file.Name)
	}
	return whole, damaged, ctx.Err()
}
