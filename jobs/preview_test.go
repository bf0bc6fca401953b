package jobs_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/ent"
	"autoholdings/ent/jobpart"
	"autoholdings/holdings/plan"
	"autoholdings/internal/problem"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

// told is what a part says of how it ends.
type told struct{ State, Code, Message, Hint string }

// previewedList is a list that is previewed and then run.
type previewedList struct {
	prepare    func(*testBundle) // what happens before; nil: nothing
	file, list string            // "": the list that was given before
	want       told              // of the run
}

func (c previewedList) previewAndRun(t *testing.T) {
	t.Helper()
	b := embedded(t, mockoup.Options{Titles: 5})
	wantJob(t, b.syncGiven("journals_2026-01-28.txt", wholeList(), nil), jobs.Succeeded, jobs.VerdictChanged)
	if c.prepare != nil {
		c.prepare(b)
	}
	run := func(mode string) *ent.Job {
		in := jobs.SyncRequest{Mode: mode}
		if c.file != "" {
			in.FileID = b.give(c.file, c.list)
		} else {
			in.FileID = b.store.Read.ProviderFile.Query().Order(ent.Desc("id")).FirstX(t.Context()).ID
		}
		return b.wait(b.start(in).ID)
	}
	before := b.holdingsBytes()
	shown := run(jobs.Preview)
	if b.holdingsBytes() != before {
		t.Error("the preview changed the holdings")
	}
	compareWithRun(t, b, shown, run(jobs.Apply), c.want)
}

// TestPreviewSaysWhatTheRunWouldBe: each situation is previewed, and then run. Both have the same code, reason and
// hint, and where both show a plan the same figures; the preview writes nothing.
func TestPreviewSaysWhatTheRunWouldBe(t *testing.T) {
	t.Parallel()
	free := strings.ReplaceAll(wholeList(), "\tP\n", "\tF\n")
	unusable := strings.ReplaceAll(wholeList(), "Journal ", "\t") // no row has its title in its place
	unusable = strings.Split(unusable, "\n")[0] + "\n\t\tj00001\t1996\tserial\tP\n"
	for name, c := range map[string]previewedList{
		"applied":           {nil, "journals_2026-02-28.txt", journalList(0, 101, 1990), told{State: jobs.PartApplied}},
		"nothing to change": {nil, "journals_2026-01-28.txt", wholeList(), told{State: jobs.PartNoChange}},
		"held":              {nil, "journals_2026-02-28.txt", halfList(), told{State: jobs.PartHeld, Code: "GUARD"}},
		"older":             {nil, "journals_2026-01-27.txt", journalList(0, 99, 1996), told{State: jobs.PartBlocked, Code: "OLDER_FILE"}},
		"older and held":    {nil, "journals_2026-01-27.txt", halfList(), told{State: jobs.PartBlocked, Code: "OLDER_FILE"}},
		"older and free":    {nil, "journals_2026-01-27.txt", free, told{State: jobs.PartBlocked, Code: "OLDER_FILE"}},
		"older and no use":  {nil, "journals_2026-01-27.txt", unusable, told{State: jobs.PartBlocked, Code: "OLDER_FILE"}},
		"older and no list": {nil, "journals_2026-01-27.txt", importHeader, told{State: jobs.PartBlocked, Code: "OLDER_FILE"}},
		"all free":          {nil, "journals_2026-02-28.txt", free, told{State: jobs.PartBlocked, Code: "ALL_FREE"}},
		"no use":            {nil, "journals_2026-02-28.txt", unusable, told{State: jobs.PartFailed, Code: "NO_USABLE_ROWS"}},
		"waiting": {func(b *testBundle) {
			b.syncGiven("journals_2026-02-28.txt", halfList(), nil)
		}, "journals_2026-02-28.txt", halfList(), told{State: jobs.PartBlocked, Code: "LIST_WAITS"}},
		"rejected": {func(b *testBundle) {
			held := b.syncGiven("journals_2026-02-28.txt", halfList(), nil)
			_, err := b.jobs.Reject(b.t.Context(), held.ID, jobs.Decision{})
			must(b.t, err)
		}, "journals_2026-02-28.txt", halfList(), told{State: jobs.PartBlocked, Code: "REJECTED_FILE"}},
		"undone": {func(b *testBundle) {
			b.undo(b.syncGiven("journals_2026-02-28.txt", journalList(0, 101, 1990), nil).ID, jobs.Apply)
		}, "journals_2026-02-28.txt", journalList(0, 101, 1990), told{State: jobs.PartBlocked, Code: "UNDONE_FILE"}},
		"removals declined": {func(b *testBundle) {
			held := b.syncGiven("journals_2026-02-28.txt", halfList(), nil)
			b.approve(held.ID, b.kinds(held.ID, plan.Updates))
		}, "journals_2026-02-28.txt", halfList(), told{State: jobs.PartNoChange}},
		"of a former customer": {func(b *testBundle) {
			b.give("journals_2026-02-28.txt", halfList())
			b.rename(b.t, "other")
		}, "", halfList(), told{State: jobs.PartBlocked, Code: "CUSTOMER_CHANGED"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.previewAndRun(t)
		})
	}
}

// compareWithRun compares what a preview said with what the run then was.
func compareWithRun(t *testing.T, b *testBundle, shown, done *ent.Job, want told) {
	t.Helper()
	foreseen, run := b.onlyPart(shown.ID), b.onlyPart(done.ID)
	if run.State != want.State || run.Code != want.Code {
		t.Fatalf("the run: %s %s: %s", run.State, run.Code, done.Summary)
	}
	said := told{foreseen.WouldBe, foreseen.Code, foreseen.Message, foreseen.Hint}
	wantSaid := told{"", run.Code, run.Message, run.Hint}
	wantState, verdict := jobs.PartPreviewed, jobs.VerdictPreviewed
	switch run.State {
	case jobs.PartHeld, jobs.PartBlocked:
		wantSaid.State = run.State
	case jobs.PartFailed:
		wantState, verdict = jobs.PartFailed, jobs.VerdictFailed
	}
	if diff := cmp.Diff(wantSaid, said); diff != "" || foreseen.State != wantState || shown.Verdict != verdict || shown.Applied {
		t.Errorf("the preview is %s %s: %s", foreseen.State, shown.Verdict, diff)
	}
	if diff := cmp.Diff(done.ErrorCode, shown.ErrorCode); diff != "" {
		t.Error(diff)
	}
	if run.State != jobs.PartBlocked || run.Code == "ALL_FREE" {
		if diff := cmp.Diff(string(run.Counts), string(foreseen.Counts)); diff != "" {
			t.Errorf("figures: %s", diff)
		}
		reasons, err := jobs.GuardsOf(run)
		must(t, err)
		foreseenReasons, err := jobs.GuardsOf(foreseen)
		must(t, err)
		if diff := cmp.Diff(reasons, foreseenReasons); diff != "" && run.State == jobs.PartHeld {
			t.Errorf("guards: %s", diff)
		}
	}
	if run.Code == "LIST_WAITS" || run.Code == "CUSTOMER_CHANGED" || run.Code == "REJECTED_FILE" {
		var counts plan.Counts
		must(t, decode(foreseen.Counts, &counts))
		if !counts.Changed() {
			t.Error("the plan is not shown beside the reason")
		}
	}
	would := map[string]string{jobs.PartHeld: "A run would be held: ", jobs.PartBlocked: "A run would be blocked: "}[run.State]
	switch does := strings.Contains(shown.Summary, "A run would do this"); {
	case run.State != jobs.PartFailed && does != (would == ""), !strings.Contains(shown.Summary, would):
		t.Error(shown.Summary)
	}
}

// TestPreviewOfOtherJobsThatWait: a withdrawal, an import that takes away and a list of the Community Zone say so too.
func TestPreviewOfOtherJobsThatWait(t *testing.T) {
	t.Parallel()
	b := embedded(t, mockoup.Options{Titles: 5})
	b.syncGiven("journals_2026-01-28.txt", wholeList(), nil)
	c := b.local("Given to us")
	b.importList(c, wholeList(), nil)
	compareWithRun(t, b,
		b.importList(c, halfList(), func(in *jobs.ImportRequest) { removeMissing(in); preview(in) }), b.importList(c, halfList(), removeMissing),
		told{State: jobs.PartHeld, Code: "GUARD"})

	b.setActive(t, b.profile, false)
	withdraw := func(mode string) *ent.Job {
		queued, err := b.jobs.StartWithdrawal(t.Context(), jobs.WithdrawRequest{ProfileID: b.profile, Mode: mode, Trigger: jobs.Manual})
		must(t, err)
		return b.wait(queued.ID)
	}
	compareWithRun(t, b, withdraw(jobs.Preview), withdraw(jobs.Apply), told{State: jobs.PartHeld, Code: "GUARD"})

	zone := func(mode, list string) *ent.Job {
		file, err := b.jobs.KeepUpload(t.Context(), "list.txt", "JOURNALS", strings.NewReader(list))
		must(t, err)
		return b.zone(jobs.ZoneRequest{CommunityZoneID: "61563711870000041", FileID: file.ID, Mode: mode})
	}
	zone(jobs.Apply, wholeList())
	compareWithRun(t, b, zone(jobs.Preview, halfList()), zone(jobs.Apply, halfList()), told{State: jobs.PartHeld, Code: "GUARD"})
}

// TestPreviewOfAnInactiveProfile: a run of it is refused, whatever its list holds, and the preview says so beside the
// plan.
func TestPreviewOfAnInactiveProfile(t *testing.T) {
	t.Parallel()
	b := embedded(t, mockoup.Options{Titles: 5})
	b.syncGiven("journals_2026-01-28.txt", wholeList(), nil)
	b.setActive(t, b.profile, false)
	for list, want := range map[string]told{
		journalList(0, 101, 1996): {State: jobs.PartBlocked, Code: "PROFILE_INACTIVE"},
		halfList():                {State: jobs.PartBlocked, Code: "PROFILE_INACTIVE"},
	} {
		shown := b.syncGiven("journals_2026-02-28.txt", list, asPreview)
		part := b.onlyPart(shown.ID)
		if part.State != jobs.PartPreviewed || part.WouldBe != want.State || part.Code != want.Code {
			t.Errorf("%s %s %s", part.State, part.WouldBe, part.Code)
		}
		in := jobs.SyncRequest{ProfileIDs: []int64{b.profile}, Mode: jobs.Apply, Trigger: jobs.Manual}
		if _, err := b.jobs.StartSync(t.Context(), in); !isProblem(err, problem.Code(want.Code)) {
			t.Errorf("the run: %v", err)
		}
	}
}

// TestPreviewOfSeveralParts says of each what a run would make of it.
func TestPreviewOfSeveralParts(t *testing.T) {
	t.Parallel()
	b := embedded(t, mockoup.Options{Titles: 300})
	b.sync(jobs.Apply)
	must(t, b.mock.Step(1))
	must(t, b.mock.SetFault(mockoup.Fault{Kind: "half", Content: mockoup.Journals}))
	shown := b.sync(jobs.Preview)
	wantJob(t, shown, jobs.Succeeded, jobs.VerdictPreviewed)
	if shown.ErrorCode != "GUARD" || !strings.Contains(shown.Summary, "A run would do this: ") ||
		!strings.Contains(shown.Summary, "A run would be held: Oxford University Press Journals") {
		t.Errorf("%s: %s", shown.ErrorCode, shown.Summary)
	}
	would := map[string]string{}
	for _, p := range b.store.Read.JobPart.Query().Where(jobpart.JobID(shown.ID)).AllX(t.Context()) {
		would[p.Content] = p.WouldBe
	}
	if diff := cmp.Diff(map[string]string{"BOOKS": "", "JOURNALS": jobs.PartHeld}, would); diff != "" {
		t.Error(diff)
	}
}

func decode(text []byte, counts *plan.Counts) error { return json.Unmarshal(text, counts) }
