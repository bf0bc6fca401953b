// Package durable makes what is written survive a power failure.
package durable

import (
	"errors"
	"os"
	"runtime"
)

// SyncDir makes sure that new names in a folder survive a power failure.
func SyncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir) //nolint:gosec // G304: the folder is the caller's
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
