package jobs_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/ent"
	"autoholdings/ent/jobchange"
	"autoholdings/ent/portfolio"
	"autoholdings/holdings"
	"autoholdings/holdings/profiles"
	"autoholdings/internal/access"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

// campuses is an installation with the groups North, South and Law, and a profile whose titles are all there.
type campuses struct {
	*testBundle
	north, south, law int64
}

func setUpCampuses(t *testing.T, titles int) *campuses {
	t.Helper()
	b := &campuses{testBundle: embedded(t, mockoup.Options{Titles: titles})}
	_, err := b.profiles.UpdateSettings(t.Context(), profiles.SettingsChange{MultiCampus: new(true)})
	must(t, err)
	for name, id := range map[string]*int64{"North": &b.north, "South": &b.south, "Law": &b.law} {
		group, err := b.profiles.CreateInventoryGroup(t.Context(), name, "")
		must(t, err)
		*id = group.ID
	}
	wantJob(t, b.sync(jobs.Apply), jobs.Succeeded, jobs.VerdictChanged)
	return b
}

// startGroups asks for other groups of the profile.
func (b *campuses) startGroups(change func(*jobs.GroupsRequest), groups ...int64) (*ent.Job, error) {
	in := jobs.GroupsRequest{ProfileID: b.profile, GroupIDs: groups, Mode: jobs.Apply}
	if change != nil {
		change(&in)
	}
	return b.jobs.StartGroups(b.t.Context(), in)
}

func (b *campuses) change(change func(*jobs.GroupsRequest), groups ...int64) *ent.Job {
	b.t.Helper()
	job, err := b.startGroups(change, groups...)
	must(b.t, err)
	return b.wait(job.ID)
}

func previewed(in *jobs.GroupsRequest) { in.Mode = jobs.Preview }

func as(preview *ent.Job) func(*jobs.GroupsRequest) {
	return func(in *jobs.GroupsRequest) { in.PreviewJobID = preview.ID }
}

// undoGroups undoes a change as somebody who may.
func (b *campuses) undoGroups(jobID int64, mode string) *ent.Job {
	b.t.Helper()
	queued, err := b.jobs.Undo(access.With(b.t.Context(), access.Anybody), jobID, mode, "")
	must(b.t, err)
	return b.wait(queued.ID)
}

func (b *campuses) refusedUndo(jobID int64) error {
	_, err := b.jobs.Undo(access.With(b.t.Context(), access.Anybody), jobID, jobs.Apply, "")
	return err
}

// everything is all that is in the holdings, which groups each profile has, and what each group is exported.
func (b *campuses) everything() string {
	b.t.Helper()
	var text bytes.Buffer
	text.WriteString(b.holdingsBytes())
	must(b.t, writeRows(b.t.Context(), &text, b.store, `SELECT * FROM profile_groups ORDER BY profile_id, inventory_group_id`))
	for _, c := range b.store.Read.Collection.Query().IDsX(b.t.Context()) {
		for _, group := range []int64{b.north, b.south, b.law} {
			_, err := b.holdings.Export(b.t.Context(), holdings.ExportOf{CollectionID: c, GroupID: group}, &text)
			must(b.t, err)
		}
	}
	return text.String()
}

// reported are the lines of a report about one portfolio.
func (b *campuses) reported(jobID, portfolioID int64) (lines []string) {
	b.t.Helper()
	for _, c := range b.store.Read.JobChange.Query().Where(jobchange.JobID(jobID), jobchange.PortfolioID(portfolioID)).AllX(b.t.Context()) {
		lines = append(lines, fmt.Sprintf("%s %s: %s → %s", c.Action, c.Field, c.OldValue, c.NewValue))
	}
	slices.Sort(lines)
	return lines
}

func (b *campuses) exported(groupID int64) (rows int) {
	b.t.Helper()
	for _, c := range b.store.Read.Collection.Query().IDsX(b.t.Context()) {
		n, err := b.holdings.Export(b.t.Context(), holdings.ExportOf{CollectionID: c, GroupID: groupID}, &bytes.Buffer{})
		must(b.t, err)
		rows += n
	}
	return rows
}

// TestChangeGroups: a preview shows what is then applied, to the line; the report tells of each portfolio whom it opens and
// closes to; undo leaves everything as it was.
func TestChangeGroups(t *testing.T) {
	t.Parallel()
	b := setUpCampuses(t, 60)
	n := b.store.Read.Portfolio.Query().CountX(t.Context())
	one := b.store.Read.Portfolio.Query().FirstIDX(t.Context())
	for _, step := range []struct {
		to           []int64
		lines        []string
		summary      string
		north, south bool
		undone       []string
	}{
		{
			to: []int64{b.north}, lines: []string{"CLOSE available_for: everyone → North"}, north: true,
			summary: fmt.Sprintf("%d portfolios close to everyone; 0 unchanged.", n),
			undone:  []string{"OPEN available_for: North → everyone"},
		},
		{
			to:      []int64{b.law, b.south, b.law},
			lines:   []string{"CLOSE available_for: North → ", "OPEN available_for:  → Law", "OPEN available_for:  → South"},
			summary: fmt.Sprintf("%[1]d portfolios open to Law, %[1]d portfolios close to North, %[1]d portfolios open to South; 0 unchanged.", n),
			south:   true,
			undone:  []string{"CLOSE available_for: Law → ", "CLOSE available_for: South → ", "OPEN available_for:  → North"},
		},
		{
			to: nil, lines: []string{"OPEN available_for: Law, South → everyone"}, north: true, south: true,
			summary: fmt.Sprintf("%d portfolios open to everyone; 0 unchanged.", n),
			undone:  []string{"CLOSE available_for: everyone → Law, South"},
		},
	} {
		before := b.everything()
		shown := b.change(previewed, step.to...)
		stands(t, shown, jobs.Succeeded, jobs.VerdictPreviewed, "Nothing was written. A run would do this: "+step.summary)
		if diff := cmp.Diff(step.lines, b.reported(shown.ID, one)); diff != "" || b.everything() != before {
			t.Fatalf("the preview wrote something, or reports\n%s", diff)
		}
		done := b.change(as(shown), step.to...)
		stands(t, done, jobs.Succeeded, jobs.VerdictChanged, step.summary)
		if diff := cmp.Diff(step.lines, b.reported(done.ID, one)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(countsOf(t, shown), countsOf(t, done)); diff != "" {
			t.Error(diff)
		}
		if (b.exported(b.north) > 0) != step.north || (b.exported(b.south) > 0) != step.south {
			t.Errorf("North is exported %d rows, South %d", b.exported(b.north), b.exported(b.south))
		}
		after := b.everything()
		if undo := b.undoGroups(done.ID, jobs.Preview); undo.Verdict != jobs.VerdictPreviewed || b.everything() != after {
			t.Errorf("the undo's preview: %s %s", undo.Verdict, undo.Summary)
		}
		undo := b.undoGroups(done.ID, jobs.Apply)
		wantJob(t, undo, jobs.Succeeded, jobs.VerdictChanged)
		if diff := cmp.Diff(step.undone, b.reported(undo.ID, one)); diff != "" || b.everything() != before {
			t.Errorf("undone, it is not as before, or reports\n%s", diff)
		}
		wantJob(t, b.change(nil, step.to...), jobs.Succeeded, jobs.VerdictChanged)
	}
}

// TestChangeGroupsBesideOthers: a portfolio that another profile lists for the same group neither opens nor closes to it.
func TestChangeGroupsBesideOthers(t *testing.T) {
	t.Parallel()
	b := setUpCampuses(t, 60)
	b.change(nil, b.north)
	other := b.addProfile(profiles.ProfileInput{Description: new("South"), GroupIDs: &[]int64{b.south}}, true)
	wantJob(t, b.syncOf(other.ID), jobs.Succeeded, jobs.VerdictChanged)
	n := b.store.Read.Portfolio.Query().CountX(t.Context())
	done := b.change(nil, b.north, b.south)
	stands(t, done, jobs.Succeeded, jobs.VerdictChanged, fmt.Sprintf("No portfolio opens or closes to anyone; %d unchanged.", n))
	if countsOf(t, done).Groups.Profiles != 1 {
		t.Errorf("%+v", countsOf(t, done))
	}
	before := b.everything()
	wantJob(t, b.undoGroups(done.ID, jobs.Apply), jobs.Succeeded, jobs.VerdictChanged)
	if b.everything() == before {
		t.Error("undone, the profile has the groups that it was given")
	}
}

// TestChangeGroupsOfRetained: what is retained of a profile's titles opens and closes with its groups.
func TestChangeGroupsOfRetained(t *testing.T) {
	t.Parallel()
	b := setUpCampuses(t, 300)
	must(t, b.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		return tx.Collection.Update().SetPerpetualAccess(true).Exec(ctx)
	}))
	b.change(nil, b.north)
	must(t, b.mock.SetFault(mockoup.Fault{Kind: "half"}))
	held := b.sync(jobs.Apply)
	_, err := b.jobs.Approve(t.Context(), held.ID, jobs.Decision{})
	must(t, err)
	b.wait(held.ID)
	kept := b.store.Read.Portfolio.Query().Where(portfolio.Listed(false)).FirstX(t.Context())
	done := b.change(nil, b.law)
	want := []string{"CLOSE available_for: North → ", "OPEN available_for:  → Law"}
	if diff := cmp.Diff(want, b.reported(done.ID, kept.ID)); diff != "" {
		t.Error(diff)
	}
	found, err := b.holdings.CountPortfolios(t.Context(), holdings.PortfolioFilter{GroupID: b.law, Retained: new(true)})
	must(t, err)
	if all := b.store.Read.Portfolio.Query().Where(portfolio.Listed(false)).CountX(t.Context()); found != all {
		t.Errorf("%d of %d retained ones are Law's", found, all)
	}
}

// TestChangeGroupsCancelled half way: nothing is changed, and asked again it does everything.
func TestChangeGroupsCancelled(t *testing.T) {
	t.Parallel()
	b := setUpCampuses(t, 300)
	b.holdings.BatchTitles = 1
	before := b.everything()
	job, err := b.startGroups(nil, b.north)
	must(t, err)
	b.waitUntil(job.ID, func(row *ent.Job) bool { return row.Phase == "compare" && row.Done > 5 })
	_, err = b.jobs.Cancel(t.Context(), job.ID)
	must(t, err)
	stands(t, b.wait(job.ID), jobs.Cancelled, jobs.VerdictNoChange, "The job was cancelled before anything was written.")
	if b.everything() != before {
		t.Error("something was written")
	}
	if err := b.refusedUndo(job.ID); !is(err, problem.WrongState, "input.jobId", "") {
		t.Errorf("undone: %v", err)
	}
	b.holdings.BatchTitles = 2000
	wantJob(t, b.change(nil, b.north), jobs.Succeeded, jobs.VerdictChanged)
}

// TestChangeGroupsOfTwo: what somebody else changes meanwhile is not overwritten, by hand or by another job.
func TestChangeGroupsOfTwo(t *testing.T) {
	t.Parallel()
	b := setUpCampuses(t, 300)
	shown := b.change(previewed, b.north)
	b.holdings.BatchTitles = 1
	job, err := b.startGroups(nil, b.north)
	must(t, err)
	b.waitUntil(job.ID, func(row *ent.Job) bool { return row.Phase == "compare" })
	if _, err := b.startGroups(nil, b.law); !is(err, problem.Conflict, "input.profileId", "") {
		t.Errorf("a second change: %v", err)
	}
	_, notices, err := b.profiles.UpdateProfile(t.Context(), b.profile, nil, profiles.ProfileInput{GroupIDs: &[]int64{b.south}}, nil)
	must(t, err)
	if len(notices) != 1 || !strings.Contains(notices[0], "changeProfileGroups") {
		t.Errorf("%q", notices)
	}
	failed := b.wait(job.ID)
	if failed.State != jobs.Failed || failed.Verdict != jobs.VerdictFailed || failed.ErrorCode != "GROUPS_CHANGED" {
		t.Errorf("%s %s %s", failed.State, failed.Verdict, failed.ErrorCode)
	}
	groups, err := b.profiles.GroupsOfProfiles(t.Context(), []int64{b.profile})
	must(t, err)
	if of := groups[b.profile]; len(of) != 1 || of[0].ID != b.south {
		t.Errorf("the groups that were put in by hand are gone: %v", of)
	}
	b.holdings.BatchTitles = 2000
	if _, err := b.startGroups(as(shown), b.north); !is(err, problem.BadInput, "input.previewJobId", "") {
		t.Errorf("a preview from other groups: %v", err)
	}
	done := b.change(nil, b.north)
	wantJob(t, done, jobs.Succeeded, jobs.VerdictChanged)
	b.change(nil, b.law)
	if err := b.refusedUndo(done.ID); !is(err, problem.WrongState, "input.jobId", "") {
		t.Errorf("undone after a later change: %v", err)
	}
}

// TestChangeGroupsOtherwiseThanShown: what opens or closes otherwise than the preview showed is not written.
func TestChangeGroupsOtherwiseThanShown(t *testing.T) {
	t.Parallel()
	b := setUpCampuses(t, 60)
	shown := b.change(previewed, b.north)
	must(t, b.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.SQL.ExecContext(ctx, `DELETE FROM entitlements WHERE id = (SELECT MIN(id) FROM entitlements)`)
		return err
	}))
	before := b.everything()
	failed := b.change(as(shown), b.north)
	if failed.State != jobs.Failed || failed.ErrorCode != "PLAN_CHANGED" || b.everything() != before {
		t.Errorf("%s %s: %s", failed.State, failed.ErrorCode, failed.Summary)
	}
}

// TestChangeGroupsRefusedAtItsEnd: the rules are asked again when the groups are written.
func TestChangeGroupsRefusedAtItsEnd(t *testing.T) {
	t.Parallel()
	b := setUpCampuses(t, 60)
	done := b.change(nil, b.north)
	b.addProfile(profiles.ProfileInput{Description: new("South"), GroupIDs: &[]int64{b.south}}, true)
	before := b.everything()
	for _, mode := range []string{jobs.Preview, jobs.Apply} {
		undo := b.undoGroups(done.ID, mode)
		if undo.State == jobs.Succeeded || undo.ErrorCode != "REFUSED" || !strings.Contains(undo.ErrorMessage, "inventory group") {
			t.Errorf("%s: %s %s: %s", mode, undo.State, undo.ErrorCode, undo.ErrorMessage)
		}
	}
	if b.everything() != before {
		t.Error("something was written")
	}
}

// TestChangeGroupsRefused: each mistake says where it is, and nothing is queued.
func TestChangeGroupsRefused(t *testing.T) {
	t.Parallel()
	b := setUpCampuses(t, 60)
	first := b.change(nil, b.north)
	shown := b.change(previewed, b.law)
	count := b.store.Read.Job.Query().CountX(t.Context())
	for name, test := range map[string]struct {
		change func(*jobs.GroupsRequest)
		groups []int64
		code   problem.Code
		path   string
	}{
		"unknown group":        {nil, []int64{4711}, problem.NotFound, "input.groupIds"},
		"unknown profile":      {func(in *jobs.GroupsRequest) { in.ProfileID = 4711 }, []int64{b.law}, problem.NotFound, "input.profileId"},
		"older version":        {func(in *jobs.GroupsRequest) { in.Version = new(0) }, []int64{b.law}, problem.Conflict, "input.version"},
		"the same groups":      {nil, []int64{b.north, b.north}, problem.BadInput, "input.groupIds"},
		"unknown mode":         {func(in *jobs.GroupsRequest) { in.Mode = "X" }, []int64{b.law}, problem.BadInput, "input.mode"},
		"a preview of a job":   {as(first), []int64{b.law}, problem.BadInput, "input.previewJobId"},
		"a preview of another": {as(shown), []int64{b.south}, problem.BadInput, "input.previewJobId"},
		"no preview":           {as(&ent.Job{ID: 4711}), []int64{b.law}, problem.NotFound, "input.previewJobId"},
		"a preview previewed": {
			func(in *jobs.GroupsRequest) { in.PreviewJobID, in.Mode = shown.ID, jobs.Preview },
			[]int64{b.law},
			problem.BadInput,
			"input.previewJobId",
		},
	} {
		if _, err := b.startGroups(test.change, test.groups...); !is(err, test.code, test.path, "") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := b.store.Read.Job.Query().CountX(t.Context()); n != count {
		t.Errorf("%d jobs were queued", n-count)
	}
	for name, ctx := range map[string]context.Context{
		"nobody": t.Context(),
		"one who runs jobs": access.With(t.Context(), access.Principal{
			Kind: access.ByToken, ID: 1, Name: "a program",
			Scopes: access.Scopes{access.Operate, access.Curate},
		}),
	} {
		if _, err := b.jobs.Undo(ctx, first.ID, jobs.Apply, ""); err == nil {
			t.Errorf("%s may undo it", name)
		}
	}
}

// TestChangeGroupsGone: a group that is deleted while the job waits is said to be gone.
func TestChangeGroupsGone(t *testing.T) {
	t.Parallel()
	b := setUpCampuses(t, 60)
	b.stop()
	b.open()
	job, err := b.startGroups(nil, b.law)
	must(t, err)
	must(t, b.profiles.DeleteInventoryGroup(t.Context(), b.law))
	b.work()
	if done := b.wait(job.ID); done.State != jobs.Failed || done.ErrorCode != "REFUSED" {
		t.Errorf("%s %s: %s", done.State, done.ErrorCode, done.Summary)
	}
}
