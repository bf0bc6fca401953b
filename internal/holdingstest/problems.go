package holdingstest

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/internal/problem"
)

// ProblemsOf returns the problems in an error, each as "CODE path". The test fails if the error is no problem.
func ProblemsOf(t *testing.T, err error) (found []string) {
	t.Helper()
	list, ok := problem.In(err)
	if err != nil && !ok {
		t.Errorf("a fault instead of a problem: %v", err)
	}
	for _, p := range list {
		if p.Message == "" {
			t.Errorf("%s without a message", p.Code)
		}
		found = append(found, strings.TrimSpace(string(p.Code)+" "+strings.Join(p.Path, ".")))
	}
	return found
}

// WantProblems fails the test unless the error has exactly these problems, each as "CODE path".
func WantProblems(t *testing.T, err error, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, ProblemsOf(t, err)); diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
}

// WantMessage fails the test unless the error's message contains all parts.
func WantMessage(t *testing.T, err error, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%v\ndoes not say %q", err, part)
		}
	}
}

// WantNotice fails the test unless the notices together contain all parts.
func WantNotice(t *testing.T, notices []string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(strings.Join(notices, "\n"), part) {
			t.Errorf("%q\ndo not say %q", notices, part)
		}
	}
}
