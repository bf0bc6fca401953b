package jobs_test

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"autoholdings/internal/store"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

// faultOutcome is how a run ends that meets a fault when an earlier release was applied.
type faultOutcome struct {
	state, verdict, code string
	stay                 bool // meet it at the release that was applied, not at the next one
}

// faultOutcomes has each kind of fault. Those without a code are none: what is odd about the answer can be read.
var faultOutcomes = map[string]faultOutcome{
	"no-content":        {jobs.Failed, jobs.VerdictFailed, "NO_FILE", false},
	"unauthorized":      {jobs.Failed, jobs.VerdictFailed, "CREDENTIALS_REFUSED", false},
	"forbidden":         {jobs.Failed, jobs.VerdictFailed, "CREDENTIALS_REFUSED", false},
	"not-found":         {jobs.Failed, jobs.VerdictFailed, "NO_FILE", false},
	"too-many-requests": {jobs.Failed, jobs.VerdictFailed, "THROTTLED", false},
	"server-error":      {jobs.Failed, jobs.VerdictFailed, "SERVER_ERROR", false},
	"unavailable":       {jobs.Failed, jobs.VerdictFailed, "SERVER_ERROR", false},
	"timeout":           {jobs.Failed, jobs.VerdictFailed, "TIMEOUT", false},
	"slow":              {jobs.Succeeded, jobs.VerdictChanged, "", false},
	"reset":             {jobs.Failed, jobs.VerdictFailed, "NETWORK", false},
	"truncated":         {jobs.Failed, jobs.VerdictFailed, "TRUNCATED", false},
	"bad-gzip":          {jobs.Failed, jobs.VerdictFailed, "TRUNCATED", false},
	"html":              {jobs.Failed, jobs.VerdictFailed, "CREDENTIALS_REFUSED", false},
	"json-error":        {jobs.Failed, jobs.VerdictFailed, "NOT_KBART", false},
	"empty":             {jobs.Failed, jobs.VerdictFailed, "NOT_KBART", false},
	"header-only":       {jobs.Failed, jobs.VerdictFailed, "NO_ROWS", false},
	"half":              {jobs.NeedsReview, jobs.VerdictBlocked, "GUARD", false},
	"older":             {jobs.Succeeded, jobs.VerdictBlocked, "OLDER_FILE", true},
	"wrong-encoding":    {jobs.Succeeded, jobs.VerdictChanged, "", false},
	"moved-ids":         {jobs.NeedsReview, jobs.VerdictBlocked, "GUARD", false},
	"extra-column":      {jobs.Succeeded, jobs.VerdictChanged, "", false},
}

// TestEveryFault lets a run meet each kind of fault that the mock provider has. How it ends is told apart; what cannot
// be applied leaves the holdings as they are, byte for byte; and the next run without the fault makes of them what it
// would have made had there been none.
func TestEveryFault(t *testing.T) {
	t.Parallel()
	plain := faultBundle(t, mockoup.Fault{})
	if job := plain.sync(jobs.Apply); job.Verdict != jobs.VerdictChanged {
		t.Fatalf("%s %s: %s", job.State, job.Verdict, job.Summary)
	}
	good := plain.holdingsText()

	for _, kind := range mockoup.FaultKinds() {
		want, known := faultOutcomes[kind]
		if !known {
			t.Errorf("nobody has said how a run ends that meets the fault %q", kind)
			continue
		}
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			b := faultBundle(t, mockoup.Fault{Kind: kind, DelayMillis: map[string]int{"slow": 1}[kind]})
			if want.stay {
				must(t, b.mock.Step(-1))
			}
			before := b.holdingsBytes()
			job := b.sync(jobs.Apply)
			if job.State != want.state || job.Verdict != want.verdict || job.ErrorCode != want.code || job.Applied != (want.code == "") {
				t.Errorf("%s %s %q applied %v: %s", job.State, job.Verdict, job.ErrorCode, job.Applied, job.ErrorMessage)
			}
			if told := job.ErrorMessage != "" && job.ErrorHint != ""; told != (want.code != "") {
				t.Errorf("message %q, advice %q", job.ErrorMessage, job.ErrorHint)
			}
			if diff := cmp.Diff(strings.Split(before, "\n"), strings.Split(b.holdingsBytes(), "\n")); diff != "" && want.code != "" {
				t.Errorf("the holdings were changed:\n%s", diff)
			}

			b.mock.ClearFaults()
			if want.stay {
				must(t, b.mock.Step(1))
			}
			recovered := jobs.VerdictChanged
			if want.code == "" {
				recovered = jobs.VerdictNoChange
			}
			if job := b.sync(jobs.Apply); job.Verdict != recovered {
				t.Errorf("the next good run: %s %s: %s", job.State, job.Verdict, job.Summary)
			}
			if diff := cmp.Diff(strings.Split(good, "\n"), strings.Split(b.holdingsText(), "\n")); diff != "" {
				t.Errorf("after the next good run the holdings are not those of a run without the fault:\n%s", diff)
			}
		})
	}
	for kind := range faultOutcomes {
		if !slices.Contains(mockoup.FaultKinds(), kind) {
			t.Errorf("the mock provider has no fault %q", kind)
		}
	}
}

// faultBundle is a bundle whose second release was applied, whose third is out, and whose provider has a fault.
func faultBundle(t *testing.T, fault mockoup.Fault) *testBundle {
	t.Helper()
	queue, err := jobs.StartEmbedded()
	must(t, err)
	t.Cleanup(queue.Close)
	b := &testBundle{t: t, dir: t.TempDir(), redis: queue.Options(), mock: mockoup.NewServer(t, mockoup.Options{Titles: 300})}
	if fault.Kind == "timeout" {
		b.headerTimeout = time.Second
	}
	b.open()
	b.makeHoldings()
	b.work()
	must(t, b.mock.Step(1))
	if job := b.sync(jobs.Apply); job.Verdict != jobs.VerdictChanged {
		t.Fatalf("%s %s %s: %s", job.State, job.Verdict, job.ErrorCode, job.Summary)
	}
	must(t, b.mock.Step(1))
	if fault.Kind != "" {
		must(t, b.mock.SetFault(fault))
	}
	return b
}

// holdingsTables are what only a run that applies something may write, and what none may.
var holdingsTables = []string{"portfolios", "entitlements", "coverage_statements", "po_lines", "licenses"}

// holdingsBytes is every value of every row of holdingsTables.
func (b *testBundle) holdingsBytes() string {
	b.t.Helper()
	var text strings.Builder
	for _, table := range holdingsTables {
		text.WriteString(table + "\n")
		must(b.t, writeRows(b.t.Context(), &text, b.store, "SELECT * FROM "+table+" ORDER BY id"))
	}
	return text.String()
}

// writeRows writes the rows that a query finds, one a line.
func writeRows(ctx context.Context, w io.Writer, s *store.Store, query string, args ...any) error {
	rows, err := s.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	values := make([]any, len(columns))
	for i := range values {
		values[i] = new(any)
	}
	for rows.Next() {
		if err := rows.Scan(values...); err != nil {
			return err
		}
		for _, value := range values {
			fmt.Fprintf(w, "%v|", *value.(*any))
		}
		fmt.Fprintln(w)
	}
	return rows.Err()
}
