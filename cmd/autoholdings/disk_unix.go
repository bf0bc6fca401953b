//go:build linux || darwin || freebsd

package main

import (
	"io/fs"
	"syscall"
)

// freeSpace is how many bytes this user can still write where a folder is.
func freeSpace(dir string) (bytes int64, known bool) {
	var disk syscall.Statfs_t
	if err := syscall.Statfs(dir, &disk); err != nil {
		return 0, false
	}
	return int64(disk.Bavail) * int64(disk.Bsize), true //nolint:gosec,unconvert // the types differ between systems; no disk is that large
}

// ownerOf is the user to whom a file belongs.
func ownerOf(info fs.FileInfo) (user int, known bool) {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return int(stat.Uid), true
}
