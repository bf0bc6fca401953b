//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package provider

import (
	"os"
	"time"
)

// lock does nothing: there is no lock that ends with the process on every system.
func lock(*os.File) bool { return true }

// leftover goes by age instead.
func leftover(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && time.Since(info.ModTime()) > 24*time.Hour
}
