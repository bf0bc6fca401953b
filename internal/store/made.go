package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// MarkFileName is a file beside the SQLite database that says that one was made there. Without the database it keeps a new,
// empty one from being made in the place of one that was lost.
const MarkFileName = "database-was-made.txt"

const mark = `autoholdings made its database, %s, in this folder on %s.
If the database is missing, autoholdings refuses to start: restore the backup. To begin with an empty database, use another folder.
`

// checkLost refuses to make a database where one has been: the mark is there, a log with what was written last, or files
// that were kept beside it.
func (e *sqlite) checkLost() error {
	info, err := os.Stat(e.path)
	if err == nil && info.Size() > 0 {
		return nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("look for the database: %w", err)
	}
	what := "is missing"
	if err == nil {
		what = "is empty (0 bytes)"
	}
	left, err := e.remains()
	if err != nil || left == "" {
		return err
	}
	return fmt.Errorf("it %s, and one was there, as %s shows. Nothing was changed: restore the backup. To begin with an empty database, use "+
		"another data directory, or move all that is in this one away", what, left)
}

// remains is something that is left of a database; "": nothing.
func (e *sqlite) remains() (string, error) {
	dir := filepath.Dir(e.path)
	for _, pattern := range []string{MarkFileName, FileName + "-wal", filepath.Join("files", "*.txt.gz")} {
		found, err := filepath.Glob(filepath.Join(escaped(dir), pattern))
		if err != nil {
			return "", fmt.Errorf("look for what is left of a database: %w", err)
		}
		for _, path := range found {
			if info, err := os.Stat(path); err == nil && info.Size() > 0 {
				return path, nil
			}
		}
	}
	return "", nil
}

// escaped is a path in a pattern of filepath.Glob.
func escaped(path string) string {
	var text []rune
	for _, c := range path {
		switch c {
		case '*', '?', '[', '\\':
			if filepath.Separator != '\\' {
				text = append(text, '\\')
			}
		}
		text = append(text, c)
	}
	return string(text)
}

// markMade writes the mark where it is missing.
func (e *sqlite) markMade() error {
	path := filepath.Join(filepath.Dir(e.path), MarkFileName)
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // G304: beside the database
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("mark that a database was made: %w", err)
	}
	_, err = fmt.Fprintf(file, mark, FileName, time.Now().UTC().Format("2 January 2006"))
	return errors.Join(err, file.Close())
}

// there returns an error if the file that was opened is no longer the one in the data directory.
func (e *sqlite) there() error {
	if e.file == nil {
		return nil
	}
	now, err := os.Stat(e.path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !os.SameFile(e.file, now) {
		return errGone
	}
	return nil
}
