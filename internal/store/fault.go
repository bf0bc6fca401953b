package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/mattn/go-sqlite3"
)

// Fault is what is wrong with a database itself, as opposed to what was asked of it. A person has to mend it.
type Fault string

// The faults.
const (
	Gone     Fault = "gone"      // its file is no longer there, or is another one
	Damaged  Fault = "damaged"   // what it has written cannot be read
	ReadOnly Fault = "read-only" // it cannot be written
	Full     Fault = "full"      // there is no space left on its disk, or on that of the data directory
	Failing  Fault = "failing"   // its disk fails
)

// errGone is the error of writing to a database whose file was taken away from under this process.
var errGone = errors.New("its file was removed or replaced while it was in use")

// FaultOf returns the fault that an error is of; "": none.
func FaultOf(err error) Fault {
	var ofSQLite sqlite3.Error
	var ofPostgres *pgconn.PgError
	switch {
	case err == nil:
		return ""
	case errors.Is(err, errGone):
		return Gone
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return Full
	case errors.Is(err, syscall.EROFS):
		return ReadOnly
	case errors.As(err, &ofSQLite):
		return faultOfSQLite(ofSQLite)
	case errors.As(err, &ofPostgres):
		return faultsOfPostgres[ofPostgres.Code]
	}
	return ""
}

func faultOfSQLite(err sqlite3.Error) Fault {
	switch {
	case err.Code == sqlite3.ErrFull, err.ExtendedCode == sqlite3.ErrIoErrSHMSize:
		return Full
	case err.Code == sqlite3.ErrReadonly:
		return ReadOnly
	case err.Code == sqlite3.ErrCorrupt, err.Code == sqlite3.ErrNotADB:
		return Damaged
	case err.Code == sqlite3.ErrIoErr:
		return Failing
	}
	return ""
}

// faultsOfPostgres are those that have an SQLSTATE.
var faultsOfPostgres = map[string]Fault{"53100": Full, "25006": ReadOnly, "XX001": Damaged, "XX002": Damaged, "58030": Failing}

// adviceOn says what to do about a database that cannot be used. It returns "" if the database is not at fault.
func adviceOn(err error) string {
	switch FaultOf(err) {
	case Gone:
		return "stop all processes that use it, restore the backup, and start again"
	case Damaged:
		var failure sqlite3.Error
		if errors.As(err, &failure) && failure.Code == sqlite3.ErrNotADB {
			return "it is not an SQLite database: use another data directory, or restore the backup"
		}
		return "it is damaged: keep a copy of it, and restore the backup"
	case ReadOnly:
		return "it cannot be written: check that this user owns it and its folder, and that the disk is not mounted read-only"
	case Full:
		return "the disk is full: free some space. What runs goes on by itself then, what could not start has to be started again"
	case Failing:
		return "the disk failed: check the disk and its file system, then start again"
	}
	var failure sqlite3.Error
	switch errors.As(err, &failure); failure.Code {
	case sqlite3.ErrPerm, sqlite3.ErrCantOpen, sqlite3.ErrAuth:
		return "it cannot be opened: check that it is a file, that this user owns it and its folder, and that the disk is not mounted read-only"
	case sqlite3.ErrBusy, sqlite3.ErrLocked:
		return "another process is using it: wait for that process or end it, then start again"
	}
	if errors.Is(err, fs.ErrPermission) {
		return "it cannot be opened: check that this user owns it and its folder"
	}
	return ""
}

// explained is an error that says which database it is of, and what to do.
type explained struct{ error }

func (e explained) Unwrap() error { return e.error }

// Explain adds to an error that comes from a fault of the database which one it is and what to do, and notes the fault.
// Other errors are returned as they are.
func (s *Store) Explain(err error) error {
	fault := FaultOf(err)
	if fault == "" {
		return err
	}
	var already explained
	var of syscall.Errno
	switch {
	case errors.As(err, &already):
		return err
	case errors.As(err, &of): // of a file beside the database
		return explained{fmt.Errorf("%w: %s", err, adviceOn(err))}
	}
	s.note(fault)
	return explained{s.engine.explain(err)}
}

func (s *Store) note(fault Fault) {
	if s.Fault() != Damaged { // which no later write mends
		s.fault.Store(&fault)
	}
}

// Fault is the fault that the database has, as far as it has shown itself; "": none. All but damage are over with the
// next transaction that is committed.
func (s *Store) Fault() Fault {
	if err := s.engine.there(); err != nil {
		return Gone
	}
	if fault := s.fault.Load(); fault != nil {
		return *fault
	}
	return ""
}

// TryAgain finds out whether a fault is over, by a write that changes nothing.
func (s *Store) TryAgain(ctx context.Context) error {
	return s.Write(ctx, func(ctx context.Context, tx *Tx) error {
		_, err := tx.SQL.ExecContext(ctx, `UPDATE settings SET id_epoch = id_epoch`)
		return err
	})
}

// ended notes how a transaction ended.
func (s *Store) ended(err error) error {
	if err == nil {
		if s.fault.Load() != nil && s.Fault() != Damaged {
			s.fault.Store(nil)
		}
		return nil
	}
	return s.Explain(err)
}
