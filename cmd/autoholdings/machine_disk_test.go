//go:build linux

package main

import (
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/mockoup"
)

// smallDisk mounts a disk of its own with 96 MiB. It takes root to do so: without, the test is skipped; in CI it fails.
func smallDisk(t testing.TB) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=96m,mode=700"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("mount a small disk: %v", err)
		}
		t.Skipf("mount a small disk: %v", err)
	}
	t.Cleanup(func() { must(t, syscall.Unmount(dir, syscall.MNT_DETACH)) })
	return dir
}

// fillDisk takes all that is left of a disk, but for some bytes, and returns what gives it back.
func fillDisk(t testing.TB, dir string, but int64) (free func()) {
	t.Helper()
	file, err := os.Create(filepath.Join(dir, "something-else"))
	must(t, err)
	defer file.Close()
	block := make([]byte, 64<<10)
	for {
		if _, err = file.Write(block); err != nil {
			break
		}
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	if but > 0 {
		info, err := file.Stat()
		must(t, err)
		must(t, file.Truncate(info.Size()-but))
	}
	return func() { must(t, os.Remove(file.Name())) }
}

// TestFullDisk: the disk fills while a job works. It says so at once, in the log, in /readyz and to who wants something saved;
// the job waits, as does one that is queued meanwhile, and both go on when there is space, as if nothing had been.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	mock := mockoup.NewServer(t, mockoup.Options{Titles: 20_000})
	quiet := serve(t, "--data-dir", t.TempDir(), "--oup-url", mock.URL, "--oup-allow-insecure")
	want := quiet.wait(quiet.start(quiet.administer(mockoup.DemoKey)))
	for name, but := range map[string]int64{"not a byte left": 0, "some left": 2 << 20} {
		t.Run(name, func(t *testing.T) {
			dir, log := smallDisk(t), &safeBuffer{}
			s, _ := programLogging(t, log, "--log-level", "info", "--data-dir", dir, "--oup-url", mock.URL, "--oup-allow-insecure")
			profile := s.administer(mockoup.DemoKey)
			jobID := s.start(profile)
			for job := s.job(jobID); job.Progress.Done == 0; job = s.job(jobID) {
				if job.State == "SUCCEEDED" {
					t.Fatal("the job was over before it could be disturbed")
				}
			}
			free := fillDisk(t, dir, but)

			log.await(t, "the disk is full: jobs wait until there is space", dir)
			state := s.ready()
			if state.Ready || !slices.Contains(state.NotUsable, "disk") || state.Disk.State != "full" || state.Disk.Since == nil ||
				*state.Disk.FreeBytes > 3<<20 {
				t.Errorf("while the disk is full: %+v", state)
			}
			log.await(t, "job waits, since the machine failed it", "code=DISK_FULL", "disk is full")
			if status, text := s.upload(strings.Repeat("Some Title\tsome-title\n", 200_000)); status != http.StatusInsufficientStorage ||
				!strings.Contains(text, "disk is full") {
				t.Errorf("an upload is answered %d: %s", status, text)
			}
			if job := s.job(jobID); job.State != "QUEUED" && job.State != "RUNNING" {
				t.Errorf("while the disk is full: %s: %s", job.State, job.Summary)
			}
			if but > 0 { // there is room for this
				for s.obstacle(jobID) != "DISK_FULL" {
				}
			}

			free()
			job := s.wait(jobID)
			if job.State != "SUCCEEDED" || job.Error != nil {
				t.Errorf("%s %+v: %s", job.State, job.Error, job.Summary)
			}
			log.await(t, "there is space on the disk again")
			if state := s.ready(); !state.Ready || state.Disk.State != "ok" || state.Disk.Since != nil {
				t.Errorf("when there is space: %+v", state)
			}
			if diff := cmp.Diff(want.Counts, job.Counts); diff != "" {
				t.Errorf("counts:\n%s", diff)
			}
			if diff := cmp.Diff(quiet.holdingsText(), s.holdingsText()); diff != "" {
				t.Errorf("the holdings are not those of an undisturbed run:\n%s", diff)
			}
			if diff := cmp.Diff(quiet.reportText(want.ID), s.reportText(jobID)); diff != "" {
				t.Errorf("the report is not that of an undisturbed run:\n%s", diff)
			}
		})
	}
}

// upload sends a list.
func (s *server) upload(list string) (status int, answer string) {
	s.t.Helper()
	response, err := http.Post(s.api.url+"/files?name=list.txt", "text/plain", strings.NewReader(list))
	must(s.t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	must(s.t, err)
	return response.StatusCode, string(text)
}
