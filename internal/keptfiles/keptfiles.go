// Package keptfiles keeps the providers' files in the database, where every machine that shares the database can read
// them. It is the Keeper of installations that share no folder.
//
// A file is written in chunks, each in a transaction of its own, so that it is never in memory as a whole and other
// writers wait only for one chunk. It gets its name in the last transaction, and without a name it does not count. Each
// chunk renews the time in the file's row. If that time is an hour old, the writer counts as dead, and Sweep deletes
// what it left. A writer that was only asleep finds its row gone and gives up.
//
// A chunk is read by a short query of its own, so a slow reader holds one chunk in memory and no connection.
package keptfiles

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"autoholdings/ent"
	"autoholdings/ent/keptfile"
	"autoholdings/ent/keptfilechunk"
	"autoholdings/internal/store"
	"autoholdings/provider"
)

const (
	chunkSize      = 1 << 20 // bytes
	abandonedAfter = time.Hour
)

// Keeper keeps files in a database. It is safe for concurrent use, also by several processes.
type Keeper struct{ store *store.Store }

var _ provider.Keeper = (*Keeper)(nil)

// Open returns the keeper of a database, and removes what dead writers left there. The caller closes the database after
// everything that uses the keeper.
func Open(ctx context.Context, s *store.Store) (*Keeper, error) {
	k := &Keeper{s}
	if err := k.Sweep(ctx); err != nil {
		return nil, err
	}
	return k, nil
}

// Keep copies a packed list from the spool to the database, unless the same bytes are there already.
func (k *Keeper) Keep(ctx context.Context, list provider.Kept, packed *provider.Spooled) error {
	damaged, err := k.compare(ctx, list, packed)
	if errors.Is(err, errSame) {
		return nil
	}
	if err != nil {
		return err
	}
	id := k.store.NextID()
	err = k.write(ctx, id, list, packed)
	if err == nil {
		err = k.publish(ctx, id, list.Name, damaged)
	}
	if err != nil {
		return errors.Join(failed("keep "+list.Name+" in the database", err), k.giveUp(ctx, id))
	}
	return nil
}

// errSame says that the very bytes are kept already.
var errSame = errors.New("the same bytes are kept")

// compare looks at what is kept under the list's name: nothing (0), errSame, or the id of a copy with other bytes.
func (k *Keeper) compare(ctx context.Context, list provider.Kept, packed *provider.Spooled) (damaged int64, err error) {
	kept, err := k.find(ctx, list.Name)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	given, err := packed.Open()
	if err != nil {
		return 0, err
	}
	defer given.Close()
	same, err := sameBytes(given, k.reader(ctx, kept))
	switch {
	case err != nil:
		return 0, err
	case same:
		return 0, errSame
	}
	return kept.ID, nil
}

// sameBytes compares what is given with what is kept. A copy that lacks a chunk is not the same.
func sameBytes(given, kept io.Reader) (bool, error) {
	one, other := make([]byte, 1<<16), make([]byte, 1<<16)
	for {
		n, err := io.ReadFull(given, one)
		end := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !end {
			return false, err
		}
		m, err := io.ReadFull(kept, other)
		keptEnd := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		switch {
		case errors.Is(err, errChunk):
			return false, nil
		case err != nil && !keptEnd:
			return false, err
		case string(one[:n]) != string(other[:m]) || end != keptEnd:
			return false, nil
		case end:
			return true, nil
		}
	}
}

// write makes the file's row and its chunks.
func (k *Keeper) write(ctx context.Context, id int64, list provider.Kept, packed *provider.Spooled) error {
	content, err := packed.Open()
	if err != nil {
		return err
	}
	defer content.Close()
	err = k.store.WriteBeside(ctx, func(ctx context.Context, tx *store.Tx) error { // nobody else knows the row
		_, err := tx.SQL.ExecContext(ctx, `INSERT INTO kept_files (id, created_at, updated_at, size, stored_size)
			VALUES (?, `+store.NowSQL+`, `+store.NowSQL+`, ?, ?)`, id, list.Size, list.StoredSize)
		return err
	})
	if err != nil {
		return err
	}
	chunk := make([]byte, min(chunkSize, list.StoredSize))
	for seq := 0; ; seq++ {
		n, err := io.ReadFull(content, chunk)
		if n > 0 {
			if err := k.writeChunk(ctx, id, seq, chunk[:n]); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// errAbandoned is the error of a writer that was taken for dead.
var errAbandoned = errors.New("writing it took so long that its beginning was removed as a leftover; try again")

func (k *Keeper) writeChunk(ctx context.Context, id int64, seq int, data []byte) error {
	return k.store.WriteBeside(ctx, func(ctx context.Context, tx *store.Tx) error {
		renewed, err := changed(ctx, tx, `UPDATE kept_files SET updated_at = `+store.NowSQL+` WHERE id = ? AND name IS NULL`, id)
		if err != nil {
			return err
		}
		if renewed == 0 {
			return errAbandoned
		}
		return tx.KeptFileChunk.Create().SetID(k.store.NextID()).SetKeptFileID(id).SetSeq(seq).SetData(data).Exec(ctx)
	})
}

// publish gives the file its name, in place of a damaged copy if there is one. If another process has kept the same
// list in the meantime, that copy stays and this one goes.
func (k *Keeper) publish(ctx context.Context, id int64, name string, damaged int64) error {
	return k.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.KeptFile.Delete().Where(keptfile.ID(damaged), keptfile.Name(name)).Exec(ctx); err != nil {
			return err
		}
		another, err := tx.KeptFile.Query().Where(keptfile.Name(name)).Exist(ctx)
		if err != nil {
			return err
		}
		if another {
			_, err := tx.KeptFile.Delete().Where(keptfile.ID(id)).Exec(ctx)
			return err
		}
		named, err := changed(ctx, tx, `UPDATE kept_files SET name = ?, updated_at = `+store.NowSQL+` WHERE id = ?`, name, id)
		if err == nil && named == 0 {
			err = errAbandoned
		}
		return err
	})
}

// changed runs a statement and returns how many rows it changed.
func changed(ctx context.Context, tx *store.Tx, query string, args ...any) (int64, error) {
	result, err := tx.SQL.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// giveUp deletes what was written of a file that did not get its name, even if the caller's context has ended.
func (k *Keeper) giveUp(ctx context.Context, id int64) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	return k.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.KeptFile.Delete().Where(keptfile.ID(id), keptfile.NameIsNil()).Exec(ctx)
		return err
	})
}

// Find returns what is known of a file.
func (k *Keeper) Find(ctx context.Context, name string) (provider.Kept, error) {
	file, err := k.find(ctx, name)
	if err != nil {
		return provider.Kept{}, err
	}
	return provider.Kept{Name: name, Size: file.Size, StoredSize: file.StoredSize}, nil
}

func (k *Keeper) find(ctx context.Context, name string) (*ent.KeptFile, error) {
	file, err := k.store.Read.KeptFile.Query().Where(keptfile.Name(name)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, fs.ErrNotExist
	}
	if err != nil {
		return nil, failed("look for "+name+" in the database", err)
	}
	return file, nil
}

// Open reads a file, chunk by chunk. A file that is removed in the meantime cannot be read to its end.
func (k *Keeper) Open(ctx context.Context, name string) (io.ReadCloser, error) {
	file, err := k.find(ctx, name)
	if err != nil {
		return nil, err
	}
	return io.NopCloser(k.reader(ctx, file)), nil
}

// reader reads the chunks of one file. Between two of them it holds nothing of the database.
type reader struct {
	ctx    context.Context // ends no later than the reader is used
	chunks *ent.KeptFileChunkClient
	file   int64
	left   int64 // bytes that no chunk has brought yet
	seq    int   // of the next chunk
	chunk  []byte
}

func newReader(ctx context.Context, chunks *ent.KeptFileChunkClient, file *ent.KeptFile) *reader {
	return &reader{ctx: ctx, chunks: chunks, file: file.ID, left: file.StoredSize}
}

func (k *Keeper) reader(ctx context.Context, file *ent.KeptFile) *reader {
	return newReader(ctx, k.store.Read.KeptFileChunk, file)
}

// errChunk says that a file is damaged, or was removed while it was read.
var errChunk = errors.New("a part of it is not in the database")

func (r *reader) Read(p []byte) (int, error) {
	if len(r.chunk) == 0 {
		if r.left == 0 {
			return 0, io.EOF
		}
		if err := r.next(); err != nil {
			return 0, err
		}
	}
	n := copy(p, r.chunk)
	r.chunk = r.chunk[n:]
	return n, nil
}

func (r *reader) next() error {
	chunk, err := r.chunks.Query().Where(keptfilechunk.KeptFileID(r.file), keptfilechunk.Seq(r.seq)).Only(r.ctx)
	switch {
	case ent.IsNotFound(err):
		return errChunk
	case err != nil:
		return failed(fmt.Sprintf("read part %d from the database", r.seq), err)
	case len(chunk.Data) == 0 || int64(len(chunk.Data)) > r.left:
		return errChunk
	}
	r.chunk, r.seq, r.left = chunk.Data, r.seq+1, r.left-int64(len(chunk.Data))
	return nil
}

// Remove deletes a file.
func (k *Keeper) Remove(ctx context.Context, name string) error {
	err := k.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.KeptFile.Delete().Where(keptfile.Name(name)).Exec(ctx)
		return err
	})
	if err != nil {
		return failed("remove "+name+" from the database", err)
	}
	return nil
}

// Sweep deletes what dead writers left, by the database's clock, which all machines share.
func (k *Keeper) Sweep(ctx context.Context) error {
	err := k.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.SQL.ExecContext(ctx, `DELETE FROM kept_files WHERE name IS NULL AND updated_at < `+store.NowSQL+` - ?`,
			abandonedAfter.Milliseconds())
		return err
	})
	if err != nil {
		return failed("remove half-written files from the database", err)
	}
	return nil
}

// failed is the error of a database that did not do its part.
func failed(what string, err error) error {
	return fmt.Errorf("%w: %s: %w", provider.ErrKeeper, what, err)
}
