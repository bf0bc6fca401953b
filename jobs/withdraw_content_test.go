package jobs_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/holdings/profiles"
	"autoholdings/internal/problem"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

// answered has the provider answer the profile's request for journals in this way, once.
func (w *withdrawing) answered(fault string) {
	w.t.Helper()
	w.mock.ClearFaults()
	if fault != "" {
		must(w.t, w.mock.SetFault(mockoup.Fault{Kind: fault, Content: "journals", Customer: "demo"}))
	}
	w.syncOf(w.profile)
}

// alerts are the profile's alerts that the provider has no list, as "content: message".
func (w *withdrawing) alerts() (found []string) {
	w.t.Helper()
	all, err := w.profiles.AlertsOf(w.t.Context(), []int64{w.profile})
	must(w.t, err)
	for _, a := range all[w.profile] {
		if a.Code == profiles.NoListAnswer {
			if !strings.Contains(a.Hint, "withdrawProfile(input: {profileId: ") || !strings.Contains(a.Hint, "content: "+a.Content) {
				w.t.Errorf("the hint names no call: %s", a.Hint)
			}
			found = append(found, a.Content+": "+a.Message)
		}
	}
	return found
}

// TestWithdrawContent: of an active profile, a content type is withdrawn once the last three answers were no list; an
// alert offers it, and the other content type stays.
func TestWithdrawContent(t *testing.T) {
	t.Parallel()
	w := setupWithdrawal(t, oneQueue(t))
	refused := func(content string, want problem.Code, path, message string) {
		t.Helper()
		_, err := w.jobs.StartWithdrawal(t.Context(),
			jobs.WithdrawRequest{ProfileID: w.profile, Content: content, Mode: jobs.Apply, Trigger: jobs.Manual})
		if found, _ := problem.In(err); len(found) != 1 || found[0].Code != want || strings.Join(found[0].Path, ".") != path ||
			!strings.Contains(found[0].Message, message) {
			t.Errorf("%q is refused with %v", content, err)
		}
	}
	refused("JOURNALS", problem.WrongState, "input.profileId", "last three answers")
	w.answered("no-content")
	w.answered("header-only")
	w.answered("server-error")
	w.answered("unauthorized")
	w.answered("no-content")
	if got := w.alerts(); len(got) > 0 {
		t.Errorf("a fault of the server is among the last three: %v", got)
	}
	refused("JOURNALS", problem.WrongState, "input.profileId", "last three answers")
	w.answered("header-only")
	alerts := w.alerts()
	if len(alerts) != 1 || !strings.HasPrefix(alerts[0],
		"JOURNALS: The provider's last 3 answers for journals were no list: a list without titles, no file, credentials refused (the newest "+
			"first).") {
		t.Fatalf("%q", alerts)
	}
	refused("BOOKS", problem.WrongState, "input.profileId", "last three answers")
	refused("", problem.WrongState, "input.profileId", "is active")

	before, books := w.holdingsText(), w.inForceOf("BOOKS")
	held := w.withdraw(jobs.WithdrawRequest{Mode: jobs.Apply, Content: "JOURNALS"})
	if held.State != jobs.NeedsReview {
		t.Fatalf("%s: %s", held.State, held.Summary)
	}
	done := w.approve(held.ID)
	if done.State != jobs.Succeeded || done.Verdict != jobs.VerdictChanged || strings.Contains(done.Summary, "Books") {
		t.Errorf("%s %s: %s", done.State, done.Verdict, done.Summary)
	}
	if n := w.inForceOf("JOURNALS"); n != 0 || w.inForceOf("BOOKS") != books || books == 0 {
		t.Errorf("%d of journals and %d of %d books are in force", n, w.inForceOf("BOOKS"), books)
	}
	if got := w.alerts(); len(got) > 0 {
		t.Errorf("nothing is left to withdraw: %v", got)
	}
	refused("JOURNALS", problem.WrongState, "input.content", "nothing to withdraw")
	w.answered("") // a list comes again
	if diff := cmp.Diff(before, w.holdingsText()); diff != "" {
		t.Errorf("a list brings all back:\n%s", diff)
	}
}

// TestWithdrawContentMeanwhile: a list that comes while the withdrawal waits stops it.
func TestWithdrawContentMeanwhile(t *testing.T) {
	t.Parallel()
	w := setupWithdrawal(t, oneQueue(t))
	for range 3 {
		w.answered("no-content")
	}
	before := w.holdingsText()
	held := w.withdraw(jobs.WithdrawRequest{Mode: jobs.Apply, Content: "JOURNALS"})
	w.mock.ClearFaults()
	if job := w.syncOf(w.profile); job.State != jobs.Succeeded {
		t.Fatalf("%s: %s", job.State, job.Summary)
	}
	if row := w.store.Read.Job.GetX(t.Context(), held.ID); row.State == jobs.NeedsReview {
		stopped := w.approve(held.ID)
		if stopped.State != jobs.Failed || stopped.ErrorCode != "PROFILE_ACTIVE" {
			t.Errorf("%s %s %s", stopped.State, stopped.ErrorCode, stopped.Summary)
		}
	} else if row.State != jobs.Cancelled {
		t.Errorf("%s: %s", row.State, row.Summary)
	}
	if diff := cmp.Diff(before, w.holdingsText()); diff != "" {
		t.Errorf("something was withdrawn:\n%s", diff)
	}
}

// TestWithdrawContentOfInactive takes the one content type and leaves the other.
func TestWithdrawContentOfInactive(t *testing.T) {
	t.Parallel()
	w := setupWithdrawal(t, oneQueue(t))
	w.setActive(false)
	journals := w.inForceOf("JOURNALS")
	done := w.approve(w.withdraw(jobs.WithdrawRequest{Mode: jobs.Apply, Content: "BOOKS"}).ID)
	if done.Verdict != jobs.VerdictChanged || w.inForceOf("BOOKS") != 0 || w.inForceOf("JOURNALS") != journals || journals == 0 {
		t.Errorf("%s: %d books, %d of %d journals", done.Verdict, w.inForceOf("BOOKS"), w.inForceOf("JOURNALS"), journals)
	}
}
