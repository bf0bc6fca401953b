package store

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// walWriteLock is the byte of the shared memory file that SQLite locks while a transaction writes.
const walWriteLock = 120

// frozenWriter returns the process that has SQLite's lock and is stopped, if it is an autoholdings; 0: none. It only reads
// what the kernel shows: to open the file and close it again would release this process's own locks.
func frozenWriter(shared string) (pid int) {
	info, err := os.Stat(shared)
	if err != nil {
		return 0
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0
	}
	locks, err := os.ReadFile("/proc/locks")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(locks)) { // such as "1: POSIX  ADVISORY  WRITE 3189 fe:00:11772402 120 120"
		f := strings.Fields(line)
		if len(f) != 8 || f[1] != "POSIX" || f[3] != "WRITE" || !strings.HasSuffix(f[5], ":"+strconv.FormatUint(stat.Ino, 10)) {
			continue
		}
		from, _ := strconv.Atoi(f[6])
		to, err := strconv.Atoi(f[7])
		if err != nil || from > walWriteLock || to < walWriteLock {
			continue
		}
		if pid, err := strconv.Atoi(f[4]); err == nil && pid > 0 && pid != os.Getpid() && isStopped(pid) && isOurs(pid) {
			return pid
		}
	}
	return 0
}

// isStopped reports whether a process is stopped by a signal. One that a debugger has stopped is not.
func isStopped(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, rest, _ := bytes.Cut(stat[max(0, bytes.LastIndexByte(stat, ')')):], []byte(" "))
	return bytes.HasPrefix(rest, []byte("T"))
}

// isOurs reports whether a process runs the same program, of whatever version.
func isOurs(pid int) bool {
	name := func(process string) string {
		path, err := os.Readlink("/proc/" + process + "/exe")
		if err != nil {
			return ""
		}
		return filepath.Base(strings.TrimSuffix(path, " (deleted)"))
	}
	ours := name("self")
	return ours != "" && ours == name(strconv.Itoa(pid))
}

// endFrozen kills a process that is still stopped with the lock.
func endFrozen(pid int, shared string) error {
	process, err := os.FindProcess(pid) // holds on to the process, not to its number
	if err != nil {
		return err
	}
	defer func() { _ = process.Release() }()
	if frozenWriter(shared) != pid {
		return nil
	}
	return process.Kill()
}
