//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package provider

import (
	"os"
	"syscall"
)

// lock locks the file for this process until it is closed; the system releases it if the process dies.
//
// gofrs/flock, which is used elsewhere, opens its file by path. This file was opened inside an os.Root, and exactly
// that file must be locked.
func lock(f *os.File) bool {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}

// leftover reports whether nobody holds the file.
func leftover(f *os.File) bool { return lock(f) }
