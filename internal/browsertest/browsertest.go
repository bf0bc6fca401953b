// Package browsertest opens pages in Chromium for tests.
package browsertest

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// longest is how long all that a test does in its browser may take.
const longest = 2 * time.Minute

// Open starts a browser of its own, with an empty profile, that knows no other hosts than this machine: each of the names
// leads to 127.0.0.1, whatever its port, as do all names below one that begins with "*.". Certificates of tests are
// trusted. The context, for chromedp's actions, ends with the test. Where no Chromium is installed the test is skipped; in
// CI it fails.
func Open(t testing.TB, names ...string) context.Context {
	t.Helper()
	path := find()
	if path == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("Chromium is not installed")
		}
		t.Skip("Chromium is not installed")
	}
	rules := []string{"MAP * ~NOTFOUND", "EXCLUDE localhost", "EXCLUDE 127.0.0.1"}
	for _, name := range names {
		rules = append([]string{"MAP " + name + " 127.0.0.1"}, rules...)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()), // root has no sandbox
		chromedp.Flag("host-resolver-rules", strings.Join(rules, ", ")), chromedp.IgnoreCertErrors,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
	)
	ctx, cancel := context.WithTimeout(t.Context(), longest)
	t.Cleanup(cancel)
	ctx, end := chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(end)
	ctx, closed := chromedp.NewContext(ctx)
	t.Cleanup(closed)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	return ctx
}

func find() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}
