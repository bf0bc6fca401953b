package keptfiles

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"

	"autoholdings/ent/keptfile"
	"autoholdings/internal/store"
	"autoholdings/provider"
)

// Copy is what [store.Copy] needs to take the files of a folder along: they are rows in the database that they come to.
// They are the same rows each time.
type Copy struct{ Folder *provider.KeptFolder }

var _ store.Addition = Copy{}

// The tables in which files are.
const (
	filesTable  = "kept_files"
	chunksTable = "kept_file_chunks"
)

// chunkIDs is where the ids of the chunks begin in the range of ids that is for the files, behind those of the files.
const chunkIDs = 1 << 35

// Rows yields the rows of one table, each by the names of its columns.
func (c Copy) Rows(ctx context.Context, table string, firstID int64) iter.Seq2[map[string]any, error] {
	switch table {
	case filesTable:
		return c.files(ctx, firstID)
	case chunksTable:
		return c.chunks(ctx, firstID)
	default:
		return func(func(map[string]any, error) bool) {}
	}
}

func (c Copy) files(ctx context.Context, firstID int64) iter.Seq2[map[string]any, error] {
	return func(yield func(map[string]any, error) bool) {
		id := firstID
		for file, err := range c.Folder.All(ctx) {
			if err != nil {
				yield(nil, err)
				return
			}
			at := file.KeptAt.UnixMilli()
			row := map[string]any{
				"id": id, "created_at": at, "updated_at": at, "name": file.Name, "size": file.Size, "stored_size": file.StoredSize,
			}
			if !yield(row, nil) {
				return
			}
			id++
		}
	}
}

func (c Copy) chunks(ctx context.Context, firstID int64) iter.Seq2[map[string]any, error] {
	return func(yield func(map[string]any, error) bool) {
		id, file := firstID+chunkIDs, firstID
		for list, err := range c.Folder.All(ctx) {
			if err == nil {
				err = c.check(ctx, list.Name)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			seq := int64(0)
			for data, err := range c.split(ctx, list.Name) {
				if !yield(map[string]any{"id": id, "kept_file_id": file, "seq": seq, "data": data}, err) || err != nil {
					return
				}
				id, seq = id+1, seq+1
			}
			file++
		}
	}
}

// check refuses a damaged file, which would be found out only when it is needed.
func (c Copy) check(ctx context.Context, name string) error {
	packed, err := c.Folder.Open(ctx, name)
	if err != nil {
		return err
	}
	defer packed.Close()
	if err := provider.CheckKept(name, packed); err != nil {
		return fmt.Errorf("%w; or move it out of the folder", err)
	}
	return nil
}

// split yields the packed bytes of a file in chunks. Each is valid until the next one.
func (c Copy) split(ctx context.Context, name string) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		packed, err := c.Folder.Open(ctx, name)
		if err != nil {
			yield(nil, err)
			return
		}
		defer packed.Close()
		chunk := make([]byte, chunkSize)
		for {
			n, err := io.ReadFull(packed, chunk)
			end := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
			if err != nil && !end {
				yield(nil, fmt.Errorf("provider file %s: %w", name, err))
				return
			}
			if n > 0 && !yield(chunk[:n], nil) || end {
				return
			}
		}
	}
}

// Verify checks that the database has all files of the folder, each with the bytes that its name was made from.
func (c Copy) Verify(ctx context.Context, copied *store.Tx) (files int, err error) {
	for list, err := range c.Folder.All(ctx) {
		if err != nil {
			return files, err
		}
		file, err := copied.KeptFile.Query().Where(keptfile.Name(list.Name)).Only(ctx)
		if err != nil {
			return files, fmt.Errorf("provider file %s in the copy: %w", list.Name, err)
		}
		if err := provider.CheckKept(list.Name, newReader(ctx, copied.KeptFileChunk, file)); err != nil {
			return files, fmt.Errorf("in the copy: %w", err)
		}
		files++
	}
	return files, nil
}
