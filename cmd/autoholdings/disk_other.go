//go:build !linux && !darwin && !freebsd

package main

import "io/fs"

func freeSpace(string) (bytes int64, known bool) { return 0, false }

func ownerOf(fs.FileInfo) (user int, known bool) { return 0, false }
