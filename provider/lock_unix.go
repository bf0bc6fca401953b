//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package provider

import (
	"os"
	"syscall"
)

// lock takes the file for this process until it is closed; the system lets go of it when the process dies.
//
// gofrs/flock, which serves elsewhere, opens its file by a path. What is locked here was opened inside of an os.Root,
// and it must be that very file.
func lock(f *os.File) bool {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}

// leftover says whether nobody holds the file.
func leftover(f *os.File) bool { return lock(f) }
