package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"autoholdings/internal/secret"
	"autoholdings/internal/store"
)

// Free space below which somebody should act, in bytes. Migrating and backing up take as much as the database besides.
const (
	littleSpace = 1 << 30
	noSpace     = 100 << 20
)

func (d *doctor) lookAtDisk() {
	const check = "disk"
	dir := d.config.DataDir
	free, known := freeSpace(dir)
	if !known {
		return
	}
	need := d.size
	if d.config.DatabaseURL != "" { // here are only lists while they are fetched
		need = 0
	}
	what := fmt.Sprintf("%s are free, and the database has %s", bytesText(free), bytesText(d.size))
	switch {
	case free < noSpace:
		d.say(check, wrong, what, dir, "free some space: where the disk is full, nothing can be written")
	case free < max(need, littleSpace):
		d.say(check, warning, what, dir, "free some space: fetching lists, migrating and backing up need room, up to the size of the database")
	default:
		d.say(check, fine, what, dir, "")
	}
}

// lookAtPermissions looks who can read what is in the data directory, and whose it is.
func (d *doctor) lookAtPermissions() {
	const check = "permissions"
	dir := d.config.DataDir
	info, err := os.Stat(dir)
	if err != nil || runtime.GOOS == "windows" {
		return // that it is missing is said of the database
	}
	before := len(d.findings)
	owner, known := ownerOf(info)
	if known && os.Getuid() != 0 && os.Getuid() != owner {
		d.say(check, warning, fmt.Sprintf("it belongs to the user %d, and this command runs as %d", owner, os.Getuid()), dir,
			"run it as the user that runs the server")
	}
	closed := info.Mode().Perm()&0o077 == 0
	if !closed {
		d.say(check, warning, fmt.Sprintf("others may look into it (mode %04o)", info.Mode().Perm()), dir, "chmod 700 "+dir)
	}
	seen := 0
	err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			d.say(check, wrong, err.Error(), path, "see to it that the user that runs the server owns it")
			return fs.SkipDir
		}
		if info, err := entry.Info(); err == nil && path != dir { // else it has gone meanwhile
			seen++
			d.lookAtOne(path, info, closed, owner, known)
		}
		return nil
	})
	if err != nil {
		d.say(check, wrong, err.Error(), dir, "")
	}
	if len(d.findings) == before {
		d.say(check, fine, fmt.Sprintf("nobody else can read what is in it (%d files and folders), and all belongs to its owner", seen), dir, "")
	}
}

func (d *doctor) lookAtOne(path string, info fs.FileInfo, closed bool, owner int, known bool) {
	const check = "permissions"
	if of, ok := ownerOf(info); known && ok && of != owner {
		d.say(check, wrong, fmt.Sprintf("it belongs to the user %d, and the data directory to %d", of, owner), path,
			fmt.Sprintf("chown %d %s", owner, path))
	}
	open := info.Mode().Perm()&0o077 != 0
	isKey := strings.HasPrefix(info.Name(), secret.KeyFileName)
	switch {
	case open && isKey:
		d.say(check, wrong, fmt.Sprintf("others may read the sealing key (mode %04o)", info.Mode().Perm()), path, "chmod 600 "+path)
	case open && !closed && (strings.HasPrefix(info.Name(), store.FileName) || filepath.Base(filepath.Dir(path)) == keptFolder):
		d.say(check, warning, fmt.Sprintf("others may read it (mode %04o)", info.Mode().Perm()), path, "chmod 600 "+path)
	}
}
