package holdingstest

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/internal/problem"
)

// ProblemsOf is what an error is made of, as "CODE path" each.
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

func WantProblems(t *testing.T, err error, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, ProblemsOf(t, err)); diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
}

func WantMessage(t *testing.T, err error, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%v\ndoes not say %q", err, part)
		}
	}
}

func WantNotice(t *testing.T, notices []string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(strings.Join(notices, "\n"), part) {
			t.Errorf("%q\ndo not say %q", notices, part)
		}
	}
}
