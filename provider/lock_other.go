//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package provider

import (
	"os"
	"time"
)

// lock does nothing: not every system has a lock that ends with the process.
func lock(*os.File) bool { return true }

// leftover goes by the file's age instead.
func leftover(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && time.Since(info.ModTime()) > 24*time.Hour
}
