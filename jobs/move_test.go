package jobs_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hibiken/asynq"

	"autoholdings/ent"
	"autoholdings/ent/jobchange"
	"autoholdings/ent/jobpart"
	"autoholdings/ent/poline"
	"autoholdings/ent/portfolio"
	"autoholdings/holdings/plan"
	"autoholdings/internal/opaque"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
	"autoholdings/jobs"
	"autoholdings/kbart"
	"autoholdings/mockoup"
)

// moveBundle is an installation with two old collections in a set, and a new one.
type moveBundle struct {
	*testBundle
	set, oldA, oldB, target int64
}

// setUpMove makes the collections, each with titles 0 … n-1; those of the old ones have a PO line, each third a
// license.
func setUpMove(t *testing.T, queue asynq.RedisConnOpt, n int) *moveBundle {
	t.Helper()
	b := &moveBundle{testBundle: &testBundle{t: t, dir: t.TempDir(), redis: queue, mock: mockoup.NewServer(t, mockoup.Options{Titles: 20})}}
	b.open()
	b.makeHoldings()
	b.set, b.oldA, b.oldB, b.target = b.store.NextID(), b.store.NextID(), b.store.NextID(), b.store.NextID()
	b.write(func(ctx context.Context, tx *store.Tx) error {
		for id, name := range map[int64]string{b.oldA: "Old A", b.oldB: "Old B", b.target: "New"} {
			tx.Collection.Create().SetID(id).SetCreatedAt(1).SetUpdatedAt(1).SetName(name).SetNameKey(strings.ToLower(name)).
				SetActive(id == b.target).SaveX(ctx)
		}
		tx.CollectionSet.Create().SetID(b.set).SetCreatedAt(1).SetUpdatedAt(1).SetName("Old ones").AddCollectionIDs(b.oldA, b.oldB).SaveX(ctx)
		tx.License.Create().SetID(1).SetCreatedAt(1).SetUpdatedAt(1).SetCode("LIC").SaveX(ctx)
		return nil
	})
	for i := range n {
		b.write(func(ctx context.Context, tx *store.Tx) error {
			for _, c := range []int64{b.oldA, b.oldB, b.target} {
				p := b.title(ctx, tx, c, i)
				if c != b.target {
					b.order(ctx, tx, p)
				}
				if c != b.target && i%3 == 0 {
					tx.Portfolio.UpdateOne(p).SetLicenseID(1).ExecX(ctx)
				}
			}
			return nil
		})
	}
	return b
}

func embeddedMove(t *testing.T, n int) *moveBundle {
	t.Helper()
	queue, err := jobs.StartEmbedded()
	must(t, err)
	t.Cleanup(queue.Close)
	b := setUpMove(t, queue.Options(), n)
	b.work()
	return b
}

func (b *moveBundle) write(fn func(ctx context.Context, tx *store.Tx) error) {
	b.t.Helper()
	must(b.t, b.store.Write(b.t.Context(), fn))
}

// title makes a portfolio of the nth title.
func (b *moveBundle) title(ctx context.Context, tx *store.Tx, collectionID int64, n int) *ent.Portfolio {
	name, number := fmt.Sprintf("Title %04d", n), isbn(n)
	id, _ := kbart.ParseIdentifier(number)
	p := tx.Portfolio.Create().SetID(b.store.NextID()).SetCreatedAt(1).SetUpdatedAt(1).SetCollectionID(collectionID).SetAvailable(true).
		SetListed(true).
		SetPublicationTitle(name).SetTitleKey(strings.ToLower(name)).SetPrintIdentifier(number).SetPrintKey(id.Key).
		SetPublicationType("monograph").
		SetValuesHash(0).SaveX(ctx)
	tx.Entitlement.Create().SetID(b.store.NextID()).SetCreatedAt(1).SetUpdatedAt(1).SetPortfolioID(p.ID).SetActive(true).SetCoverageHash(0).
		SaveX(ctx)
	return p
}

// order attaches a PO line, the first as the main one.
func (b *moveBundle) order(ctx context.Context, tx *store.Tx, p *ent.Portfolio) {
	id := b.store.NextID()
	first := tx.POLine.Query().Where(poline.PortfolioID(p.ID)).CountX(ctx) == 0
	tx.POLine.Create().SetID(id).SetCreatedAt(1).SetUpdatedAt(1).SetNumber(fmt.Sprint("POL-", id)).SetPortfolioID(p.ID).SetMain(first).
		SaveX(ctx)
}

// request is a move of everything; change alters it.
func (b *moveBundle) request(change func(*jobs.MoveRequest)) jobs.MoveRequest {
	r := jobs.MoveRequest{SetID: b.set, TargetCollectionID: b.target, POLines: true, Licenses: true, Mode: jobs.Apply, Trigger: jobs.Manual}
	if change != nil {
		change(&r)
	}
	return r
}

// move runs a move and waits for its end.
func (b *moveBundle) move(change func(*jobs.MoveRequest)) *ent.Job {
	b.t.Helper()
	job, err := b.jobs.StartMove(b.t.Context(), b.request(change))
	must(b.t, err)
	return b.wait(job.ID)
}

func (b *moveBundle) undo(jobID int64, mode string) *ent.Job {
	b.t.Helper()
	job, err := b.jobs.Undo(b.t.Context(), jobID, mode, "")
	must(b.t, err)
	return b.wait(job.ID)
}

func onlyShown(r *jobs.MoveRequest) { r.Mode = jobs.Preview }

// applying applies a preview.
func applying(job *ent.Job) func(*jobs.MoveRequest) {
	return func(r *jobs.MoveRequest) { r.PreviewJobID = job.ID }
}

// attached says where each PO line and license is.
func (b *moveBundle) attached() map[string]string {
	b.t.Helper()
	found := map[string]string{}
	for _, l := range b.store.Read.POLine.Query().WithPortfolio().AllX(b.t.Context()) {
		found[l.Number] = fmt.Sprintf("%s in %d, main %v", l.Edges.Portfolio.PublicationTitle, l.Edges.Portfolio.CollectionID, l.Main)
	}
	for _, p := range b.store.Read.Portfolio.Query().Where(portfolio.LicenseIDNotNil()).AllX(b.t.Context()) {
		found[fmt.Sprintf("%s in %d", p.PublicationTitle, p.CollectionID)] = fmt.Sprint("license ", *p.LicenseID)
	}
	return found
}

// attachedTo counts a collection's PO lines.
func (b *moveBundle) attachedTo(collectionID int64) int {
	return b.store.Read.POLine.Query().Where(poline.HasPortfolioWith(portfolio.CollectionID(collectionID))).CountX(b.t.Context())
}

func (b *moveBundle) same(what string, want, got any) {
	b.t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		b.t.Errorf("%s:\n%s", what, diff)
	}
}

// stands checks how a job ended.
func stands(t *testing.T, job *ent.Job, state, verdict, summary string) {
	t.Helper()
	if job.State != state || job.Verdict != verdict || job.Summary != summary {
		t.Errorf("%s %s %s: %s\nwant %s %s: %s", job.State, job.Verdict, job.ErrorCode, job.Summary, state, verdict, summary)
	}
}

// TestMove: preview, apply what it shows, nothing left to do, undo, and apply the same preview again.
func TestMove(t *testing.T) {
	t.Parallel()
	onEachQueue(t, func(t *testing.T, queue asynq.RedisConnOpt) {
		b := setUpMove(t, queue, 9)
		b.write(func(ctx context.Context, tx *store.Tx) error {
			b.order(ctx, tx, b.title(ctx, tx, b.oldA, 100))
			b.title(ctx, tx, b.oldB, 101)
			return nil
		})
		b.work()
		before := b.attached()
		const what = "18 PO lines and 6 licenses"
		shown := b.move(onlyShown)
		stands(t, shown, jobs.Succeeded, jobs.VerdictPreviewed, "Nothing was written. A run would do this: "+what+" moved to New. "+
			"Besides: 1 portfolio has no counterpart, 1 portfolio has nothing to move.")
		b.same("the preview moved something", before, b.attached())

		done := b.move(applying(shown))
		stands(t, done, jobs.Succeeded, jobs.VerdictChanged, "18 PO lines and 6 licenses moved to New. "+
			"Besides: 1 portfolio has no counterpart, 1 portfolio has nothing to move.")
		b.same("counts", countsOf(t, shown), countsOf(t, done))
		if n := b.attachedTo(b.target); n != 18 {
			t.Errorf("%d PO lines at the target", n)
		}
		if done.SubjectJobID == nil || *done.SubjectJobID != shown.ID || !done.Applied {
			t.Errorf("subject %v applied %v", done.SubjectJobID, done.Applied)
		}
		again := b.move(nil)
		stands(t, again, jobs.Succeeded, jobs.VerdictNoChange, "Nothing moved to New. "+
			"Besides: 1 portfolio has no counterpart, 19 portfolios have nothing to move.")

		shownUndo := b.undo(done.ID, jobs.Preview)
		stands(t, shownUndo, jobs.Succeeded, jobs.VerdictPreviewed, "Nothing was written. A run would do this: "+what+" put back.")
		undone := b.undo(done.ID, jobs.Apply)
		stands(t, undone, jobs.Succeeded, jobs.VerdictChanged, what+" put back.")
		b.same("undone", before, b.attached())
		if states := b.store.Read.JobPart.Query().Where(jobpart.JobID(done.ID), jobpart.State(jobs.PartUndone)).CountX(t.Context()); states != 2 {
			t.Errorf("%d parts are undone", states)
		}
		if _, err := b.jobs.Undo(t.Context(), done.ID, jobs.Apply, ""); !is(err, problem.WrongState, "input.jobId", "was undone already") {
			t.Error(err)
		}
		b.move(applying(shown))
		if n := b.attachedTo(b.target); n != 18 {
			t.Errorf("the preview again: %d PO lines at the target", n)
		}
	})
}

// is says whether err is one problem of this code and path that has the words.
func is(err error, code problem.Code, path, words string) bool {
	found, ok := problem.In(err)
	return ok && len(found) == 1 && found[0].Code == code && strings.Join(found[0].Path, ".") == path &&
		strings.Contains(found[0].Message, words)
}

// TestMoveRefused: each wrong input has its message, and no job is queued.
func TestMoveRefused(t *testing.T) {
	t.Parallel()
	b := embeddedMove(t, 1)
	shown, sync := b.move(onlyShown), b.sync(jobs.Apply)
	wrong := b.makeWrongSubjects(shown)
	before := b.store.Read.Job.Query().CountX(t.Context())
	b.refuses(t, refusedSubjects(wrong))
	b.refuses(t, refusedPreviews(wrong, shown, sync))
	_, err := b.jobs.StartMove(t.Context(), jobs.MoveRequest{SetID: 98, TargetCollectionID: 99, Mode: jobs.Apply, Trigger: jobs.Manual})
	if found, ok := problem.In(err); !ok || len(found) != 3 {
		t.Errorf("three mistakes: %v", err)
	}
	b.write(func(ctx context.Context, tx *store.Tx) error {
		return tx.CollectionSet.UpdateOneID(b.set).RemoveCollectionIDs(b.oldB).Exec(ctx)
	})
	if _, err := b.jobs.StartMove(t.Context(), b.request(applying(shown))); !is(err, problem.Conflict, "input.previewJobId",
		"it had 2, now 1") {
		t.Error(err)
	}
	if n := b.store.Read.Job.Query().CountX(t.Context()); n != before {
		t.Errorf("%d jobs were queued", n-before)
	}
}

// wrongSubjects are the ids of what cannot be moved, moved to, or applied.
type wrongSubjects struct{ empty, holding, inactive, queued, failed int64 }

func (b *moveBundle) makeWrongSubjects(shown *ent.Job) (wrong wrongSubjects) {
	for _, id := range []*int64{&wrong.empty, &wrong.holding, &wrong.inactive, &wrong.queued, &wrong.failed} {
		*id = b.store.NextID()
	}
	b.write(func(ctx context.Context, tx *store.Tx) error {
		tx.CollectionSet.Create().SetID(wrong.empty).SetCreatedAt(1).SetUpdatedAt(1).SetName("Empty").SaveX(ctx)
		tx.CollectionSet.Create().SetID(wrong.holding).SetCreatedAt(1).SetUpdatedAt(1).SetName("All").
			AddCollectionIDs(b.oldA, b.target).SaveX(ctx)
		tx.Collection.Create().SetID(wrong.inactive).SetCreatedAt(1).SetUpdatedAt(1).SetName("Asleep").SetNameKey("asleep").
			SetActive(false).SaveX(ctx)
		for id, state := range map[int64]string{wrong.failed: jobs.Failed, wrong.queued: jobs.Queued} {
			tx.Job.Create().SetID(id).SetCreatedAt(1).SetUpdatedAt(1).SetKind(jobs.KindMove).SetState(state).SetMode(jobs.Preview).
				SetTrigger(jobs.Manual).
				SetArgs(shown.Args).SetDueAt(1 << 50).SaveX(ctx)
		}
		return nil
	})
	return wrong
}

// refusedMove is a change that makes a request wrong, and the problem that it is refused with.
type refusedMove struct {
	change      func(*jobs.MoveRequest)
	code        problem.Code
	path, words string
}

func (b *moveBundle) refuses(t *testing.T, moves map[string]refusedMove) {
	t.Helper()
	for name, c := range moves {
		t.Run(name, func(t *testing.T) {
			if _, err := b.jobs.StartMove(t.Context(), b.request(c.change)); !is(err, c.code, c.path, c.words) {
				t.Errorf("%#v", err)
			}
		})
	}
}

// refusedSubjects are wrong sets, targets and choices.
func refusedSubjects(wrong wrongSubjects) map[string]refusedMove {
	return map[string]refusedMove{
		"no such set": {func(r *jobs.MoveRequest) { r.SetID = 99 }, problem.NotFound, "input.setId", "choose one of collectionSets"},
		"empty set": {
			func(r *jobs.MoveRequest) { r.SetID = wrong.empty }, problem.BadInput, "input.setId",
			`"Empty" is empty: add the old collections`,
		},
		"target in set": {
			func(r *jobs.MoveRequest) { r.SetID = wrong.holding }, problem.BadInput, "input.targetCollectionId",
			"take it out of the set",
		},
		"no such target": {
			func(r *jobs.MoveRequest) { r.TargetCollectionID = 99 }, problem.NotFound, "input.targetCollectionId",
			"choose an active one",
		},
		"inactive": {
			func(r *jobs.MoveRequest) { r.TargetCollectionID = wrong.inactive }, problem.CollectionInactive, "input.targetCollectionId",
			`"Asleep" is not active: activate it`,
		},
		"no option": {
			func(r *jobs.MoveRequest) { r.POLines, r.Licenses = false, false }, problem.BadInput, "input.movePoLines",
			"set movePoLines, moveLicenses, or both",
		},
		"conflict": {
			func(r *jobs.MoveRequest) { r.LicenseConflict = "X" }, problem.BadInput, "input.licenseConflict",
			"KEEP_TARGET or OVERWRITE",
		},
		"mode": {func(r *jobs.MoveRequest) { r.Mode = "X" }, problem.BadInput, "input.mode", "APPLY or PREVIEW"},
	}
}

// refusedPreviews are previews that cannot be applied.
func refusedPreviews(wrong wrongSubjects, shown, sync *ent.Job) map[string]refusedMove {
	return map[string]refusedMove{
		"preview of preview": {
			func(r *jobs.MoveRequest) { r.Mode, r.PreviewJobID = jobs.Preview, shown.ID }, problem.BadInput,
			"input.previewJobId", "leave previewJobId out",
		},
		"no such preview": {
			func(r *jobs.MoveRequest) { r.PreviewJobID = 99 }, problem.NotFound, "input.previewJobId",
			"name a preview of a move",
		},
		"no preview": {
			func(r *jobs.MoveRequest) { r.PreviewJobID = sync.ID }, problem.BadInput, "input.previewJobId",
			"is no preview of a move",
		},
		"unfinished preview": {
			func(r *jobs.MoveRequest) { r.PreviewJobID = wrong.queued }, problem.WrongState, "input.previewJobId",
			"the preview is queued: wait",
		},
		"failed preview": {
			func(r *jobs.MoveRequest) { r.PreviewJobID = wrong.failed }, problem.WrongState, "input.previewJobId",
			"(failed), so there is nothing to apply",
		},
		"preview of another": {
			func(r *jobs.MoveRequest) { r.PreviewJobID, r.Licenses = shown.ID, false }, problem.BadInput,
			"input.previewJobId", "another moveLicenses:",
		},
		"preview of otherwise": {
			func(r *jobs.MoveRequest) { r.PreviewJobID, r.LicenseConflict = shown.ID, jobs.Overwrite }, problem.BadInput,
			"input.previewJobId", "another licenseConflict:",
		},
	}
}

// TestOneMoveOfASet: a second one is refused while the first is not over; a preview is not, and the same key is the
// same job.
func TestOneMoveOfASet(t *testing.T) {
	t.Parallel()
	queue, err := jobs.StartEmbedded()
	must(t, err)
	t.Cleanup(queue.Close)
	b := setUpMove(t, queue.Options(), 2)
	key := func(r *jobs.MoveRequest) { r.IdempotencyKey = "once" }
	first, err := b.jobs.StartMove(t.Context(), b.request(key))
	must(t, err)
	same, err := b.jobs.StartMove(t.Context(), b.request(key))
	must(t, err)
	if same.ID != first.ID {
		t.Error("the same key made two jobs")
	}
	_, err = b.jobs.StartMove(t.Context(), b.request(nil))
	if !is(err, problem.Conflict, "input.setId", named(first)+", a move of this set, is queued: wait for it or cancel it") {
		t.Error(err)
	}
	shown, err := b.jobs.StartMove(t.Context(), b.request(onlyShown))
	must(t, err)
	cancelled, err := b.jobs.Cancel(t.Context(), first.ID)
	must(t, err)
	if cancelled.State != jobs.Cancelled || cancelled.Verdict != jobs.VerdictNoChange {
		t.Errorf("%s %s", cancelled.State, cancelled.Verdict)
	}
	b.work()
	b.wait(shown.ID)
	if done := b.move(nil); done.Verdict != jobs.VerdictChanged {
		t.Errorf("%s: %s", done.Verdict, done.Summary)
	}
}

// TestPlanChanged: what somebody did since the preview stops the move before anything is written, and the message says
// what it is.
func TestPlanChanged(t *testing.T) {
	t.Parallel()
	b := embeddedMove(t, 5)
	shown := b.move(onlyShown)
	b.write(func(ctx context.Context, tx *store.Tx) error {
		b.order(ctx, tx, tx.Portfolio.Query().Where(portfolio.CollectionID(b.oldA), portfolio.PublicationTitle("Title 0001")).OnlyX(ctx))
		return nil
	})
	before := b.attached()
	job := b.move(applying(shown))
	if job.State != jobs.Failed || job.Verdict != jobs.VerdictFailed || job.ErrorCode != "PLAN_CHANGED" || job.Applied || job.ErrorHint == "" {
		t.Errorf("%s %s %s applied %v", job.State, job.Verdict, job.ErrorCode, job.Applied)
	}
	const want = `the move is no longer what the preview showed: 1 portfolio differs ("Title 0001"). ` +
		`The preview had 10 PO lines and 4 licenses to move, now there are 11 PO lines and 4 licenses`
	b.same("message", want, job.ErrorMessage)
	b.same("something was written", before, b.attached())
	if done := b.move(applying(b.move(onlyShown))); done.Verdict != jobs.VerdictChanged || b.attachedTo(b.target) != 11 {
		t.Errorf("with a new preview: %s: %s", done.Verdict, done.Summary)
	}
}

// TestMoveInterrupted: a worker that stops in the middle hands the job back, and the next one does the rest; nothing is
// moved or reported twice. With a preview, what was changed meanwhile stays and is listed.
func TestMoveInterrupted(t *testing.T) {
	t.Parallel()
	for name, previewed := range map[string]bool{"with a preview": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const titles = 300
			b := embeddedMove(t, titles)
			b.holdings.BatchTitles = 1
			request := b.request(nil)
			if previewed {
				request.PreviewJobID = b.move(onlyShown).ID
			}
			job, err := b.jobs.StartMove(t.Context(), request)
			must(t, err)
			b.waitForSome(job.ID)
			b.stop()

			b.open()
			row := b.store.Read.Job.GetX(t.Context(), job.ID)
			some := b.attachedTo(b.target)
			if row.State != jobs.Queued || some == 0 || some == 2*titles {
				t.Fatalf("%s, %d moved: not interrupted in the middle", row.State, some)
			}
			late := b.store.Read.Portfolio.Query().Where(portfolio.CollectionID(b.oldB)).Order(ent.Desc(portfolio.FieldID)).FirstX(t.Context())
			b.write(func(ctx context.Context, tx *store.Tx) error { b.order(ctx, tx, late); return nil })
			b.work()
			done := b.wait(job.ID)
			counts := countsOf(t, done)
			want := plan.MoveCounts{Portfolios: 2 * titles, PoLinesMoved: 2*titles + 1, LicensesMoved: 200}
			verdict, left := jobs.VerdictChanged, 0
			if previewed {
				want.PoLinesMoved, verdict, left = 2*titles-1, jobs.VerdictPartial, 1
			}
			b.same("counts", want, *counts.Move)
			if done.State != jobs.Succeeded || done.Verdict != verdict || counts.Left != left {
				t.Errorf("%s %s, %d left: %s", done.State, done.Verdict, counts.Left, done.Summary)
			}
			if n := b.attachedTo(b.target); n != want.PoLinesMoved {
				t.Errorf("%d PO lines at the target", n)
			}
			lines := b.store.Read.JobChange.Query().Where(jobchange.JobID(job.ID), jobchange.Action("MOVE_PO_LINE")).Select(jobchange.FieldField).
				StringsX(t.Context())
			slices.Sort(lines)
			if n := len(slices.Compact(lines)); n != want.PoLinesMoved || len(lines) != n {
				t.Errorf("the report has %d lines of %d PO lines", len(lines), n)
			}
		})
	}
}

// waitForSome waits until a job has done something.
func (b *moveBundle) waitForSome(jobID int64) {
	b.t.Helper()
	ctx, cancel := context.WithCancel(b.t.Context())
	defer cancel()
	hints := b.jobs.Watch(ctx, jobID)
	for b.store.Read.Job.GetX(ctx, jobID).Done < 5 {
		<-hints
	}
}

// TestMoveCancelled in the middle: what was moved stays, the verdict says so, and it can be undone.
func TestMoveCancelled(t *testing.T) {
	t.Parallel()
	const titles = 300
	b := embeddedMove(t, titles)
	b.holdings.BatchTitles = 1
	before := b.attached()
	job, err := b.jobs.StartMove(t.Context(), b.request(nil))
	must(t, err)
	b.waitForSome(job.ID)
	_, err = b.jobs.Cancel(t.Context(), job.ID)
	must(t, err)
	done := b.wait(job.ID)
	moved := countsOf(t, done).Move.PoLinesMoved
	if done.State != jobs.Cancelled || done.Verdict != jobs.VerdictPartial || moved == 0 || moved == 2*titles ||
		moved != b.attachedTo(b.target) {
		t.Fatalf("%s %s: %d moved, %d are there", done.State, done.Verdict, moved, b.attachedTo(b.target))
	}
	if want := fmt.Sprintf("The job was cancelled after part of it was written: %d PO lines and ", moved); !strings.HasPrefix(done.Summary,
		want) {
		t.Errorf("%s\nwant %s", done.Summary, want)
	}
	b.holdings.BatchTitles = 100
	if undone := b.undo(job.ID, jobs.Apply); undone.Verdict != jobs.VerdictChanged {
		t.Errorf("%s: %s", undone.Verdict, undone.Summary)
	}
	b.same("undone", before, b.attached())
}

// TestUndoMoveCancelled in the middle: undone again, all is back, and nothing that was back already is taken for
// changed.
func TestUndoMoveCancelled(t *testing.T) {
	t.Parallel()
	b := embeddedMove(t, 300)
	before := b.attached()
	moved := b.move(nil)
	b.holdings.BatchTitles = 1
	undo, err := b.jobs.Undo(t.Context(), moved.ID, jobs.Apply, "")
	must(t, err)
	b.waitForSome(undo.ID)
	_, err = b.jobs.Cancel(t.Context(), undo.ID)
	must(t, err)
	if done := b.wait(undo.ID); done.State != jobs.Cancelled || done.Verdict != jobs.VerdictPartial || b.attachedTo(b.target) == 0 {
		t.Fatalf("%s %s: %s", done.State, done.Verdict, done.Summary)
	}
	b.holdings.BatchTitles = 100
	if again := b.undo(moved.ID, jobs.Apply); again.Verdict != jobs.VerdictChanged || countsOf(t, again).Left != 0 {
		t.Errorf("%s: %s", again.Verdict, again.Summary)
	}
	b.same("undone", before, b.attached())
}

// named is a job as messages name it: by the id that the API shows.
func named(job *ent.Job) string { return "job " + opaque.ID("Job", job.ID) }

// TestUndoMoveRefused: the newest move of a collection goes first, and one that moved nothing is not undone.
func TestUndoMoveRefused(t *testing.T) {
	t.Parallel()
	b := embeddedMove(t, 3)
	first := b.move(func(r *jobs.MoveRequest) { r.Licenses = false })
	second := b.move(nil)
	third := b.move(nil)
	for name, c := range map[string]struct {
		job   *ent.Job
		code  problem.Code
		words string
	}{
		"older":           {first, problem.Conflict, named(second) + " has moved from or to the same collections since: undo that one first"},
		"nothing to undo": {third, problem.WrongState, "it moved nothing"},
	} {
		if _, err := b.jobs.Undo(t.Context(), c.job.ID, jobs.Apply, ""); !is(err, c.code, "input.jobId", c.words) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, job := range []*ent.Job{second, first} {
		if undone := b.undo(job.ID, jobs.Apply); undone.Verdict != jobs.VerdictChanged {
			t.Errorf("%s: %s", undone.Verdict, undone.Summary)
		}
	}
}

// TestUndoMoveOfTwoProcesses: which move is the newest does not depend on the process that did it, though the ids of a
// process that was started later are higher.
func TestUndoMoveOfTwoProcesses(t *testing.T) {
	t.Parallel()
	queue, err := jobs.StartEmbedded()
	must(t, err)
	t.Cleanup(queue.Close)
	b := setUpMove(t, queue.Options(), 3)
	another, err := jobs.StartEmbedded()
	must(t, err)
	t.Cleanup(another.Close)
	startedLater := *b.testBundle
	startedLater.redis = another.Options()
	startedLater.open()
	startedLater.work()
	of := &moveBundle{&startedLater, b.set, b.oldA, b.oldB, b.target}
	first := of.move(func(r *jobs.MoveRequest) { r.Licenses = false })
	startedLater.stop()
	b.work()
	second := b.move(nil)
	if first.ID < second.ID {
		t.Fatalf("ids %d and %d show nothing", first.ID, second.ID)
	}
	if _, err := b.jobs.Undo(t.Context(), first.ID, jobs.Apply, ""); !is(err, problem.Conflict, "input.jobId", named(second)+" has moved") {
		t.Errorf("the older one: %v", err)
	}
	for _, job := range []*ent.Job{second, first} {
		if undone := b.undo(job.ID, jobs.Apply); undone.Verdict != jobs.VerdictChanged {
			t.Errorf("%s: %s", undone.Verdict, undone.Summary)
		}
	}
}

// TestUndoOfChanged: what somebody has changed since the move is left, and the verdict is PARTIAL.
func TestUndoOfChanged(t *testing.T) {
	t.Parallel()
	b := embeddedMove(t, 3)
	moved := b.move(nil)
	b.write(func(ctx context.Context, tx *store.Tx) error {
		line := tx.POLine.Query().Where(poline.HasPortfolioWith(portfolio.CollectionID(b.target)), poline.Main(false)).FirstX(ctx)
		return tx.POLine.UpdateOne(line).ClearPortfolioID().Exec(ctx)
	})
	undone := b.undo(moved.ID, jobs.Apply)
	stands(t, undone, jobs.Succeeded, jobs.VerdictPartial, "5 PO lines and 2 licenses put back. Besides: 1 thing left where it is.")
	if undone.ErrorCode != "LEFT" || !strings.Contains(undone.ErrorMessage, "1 thing was left where it is") {
		t.Errorf("%s: %s", undone.ErrorCode, undone.ErrorMessage)
	}
}

// dropCollection deletes a collection with its portfolios, as if it had been emptied before.
func (b *moveBundle) dropCollection(id int64) {
	b.t.Helper()
	b.write(func(ctx context.Context, tx *store.Tx) error {
		tx.POLine.Delete().Where(poline.HasPortfolioWith(portfolio.CollectionID(id))).ExecX(ctx)
		tx.Portfolio.Delete().Where(portfolio.CollectionID(id)).ExecX(ctx)
		return tx.Collection.DeleteOneID(id).Exec(ctx)
	})
}

// TestOldCollectionDeleted since the move: what came from it stays, what came from the other goes back. With all of
// them gone there is nothing to undo.
func TestOldCollectionDeleted(t *testing.T) {
	t.Parallel()
	b := embeddedMove(t, 3)
	moved := b.move(nil)
	b.dropCollection(b.oldA)
	undone := b.undo(moved.ID, jobs.Apply)
	if undone.State != jobs.Succeeded || undone.Verdict != jobs.VerdictPartial || undone.ErrorCode != "COLLECTION_GONE" ||
		b.attachedTo(b.oldB) != 3 || b.attachedTo(b.target) != 3 {
		t.Errorf("%s %s %s: %s", undone.State, undone.Verdict, undone.ErrorCode, undone.Summary)
	}
	again := b.move(nil)
	b.dropCollection(b.oldB)
	if _, err := b.jobs.Undo(t.Context(), again.ID, jobs.Apply, ""); !is(err, problem.WrongState, "input.jobId", "were deleted since") {
		t.Error(err)
	}
}

// TestChangedBeforeItBegan: what the job needs is looked at again when it begins.
func TestChangedBeforeItBegan(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change         func(b *moveBundle)
		state, verdict string
		code           string
	}{
		"target deactivated": {func(b *moveBundle) {
			b.write(func(ctx context.Context, tx *store.Tx) error {
				return tx.Collection.UpdateOneID(b.target).SetActive(false).Exec(ctx)
			})
		}, jobs.Failed, jobs.VerdictFailed, "COLLECTION_INACTIVE"},
		"target deleted":     {func(b *moveBundle) { b.dropCollection(b.target) }, jobs.Failed, jobs.VerdictFailed, "COLLECTION_GONE"},
		"an old one deleted": {func(b *moveBundle) { b.dropCollection(b.oldA) }, jobs.Succeeded, jobs.VerdictChanged, ""},
		"all old ones deleted": {
			func(b *moveBundle) { b.dropCollection(b.oldA); b.dropCollection(b.oldB) }, jobs.Failed, jobs.VerdictFailed,
			"COLLECTION_GONE",
		},
		"the set has others now": {func(b *moveBundle) {
			b.write(func(ctx context.Context, tx *store.Tx) error {
				return tx.CollectionSet.UpdateOneID(b.set).ClearCollections().Exec(ctx)
			})
		}, jobs.Succeeded, jobs.VerdictChanged, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			queue, err := jobs.StartEmbedded()
			must(t, err)
			t.Cleanup(queue.Close)
			b := setUpMove(t, queue.Options(), 2)
			job, err := b.jobs.StartMove(t.Context(), b.request(nil))
			must(t, err)
			c.change(b)
			b.work()
			done := b.wait(job.ID)
			if done.State != c.state || done.Verdict != c.verdict || done.ErrorCode != c.code {
				t.Errorf("%s %s %s: %s", done.State, done.Verdict, done.ErrorCode, done.Summary)
			}
		})
	}
}

// TestMoveWaits for the job that writes its target or one of its old collections; a preview does not.
func TestMoveWaits(t *testing.T) {
	t.Parallel()
	queue, err := jobs.StartEmbedded()
	must(t, err)
	t.Cleanup(queue.Close)
	b := setUpMove(t, queue.Options(), 2)
	b.work()
	b.move(onlyShown) // an exclusive worker takes up what is running when it starts: it has started now
	writer := b.store.NextID()
	b.write(func(ctx context.Context, tx *store.Tx) error {
		tx.Job.Create().SetID(writer).SetCreatedAt(1).SetUpdatedAt(1).SetKind(jobs.KindSync).SetState(jobs.Running).SetMode(jobs.Apply).
			SetTrigger(jobs.Manual).
			SetArgs([]byte(`{}`)).SetDueAt(1).SetHeartbeatAt(1 << 50).SetRunToken("x").SaveX(ctx)
		return tx.Collection.UpdateOneID(b.target).SetWriterJobID(writer).Exec(ctx)
	})
	job, err := b.jobs.StartMove(t.Context(), b.request(nil))
	must(t, err)
	row := b.store.Read.Job.GetX(t.Context(), job.ID)
	for row.State == jobs.Queued && row.WaitsForJobID == nil {
		if shown := b.move(onlyShown); shown.Verdict != jobs.VerdictPreviewed { // it does not wait, and takes its time
			t.Fatalf("the preview: %s %s", shown.State, shown.Verdict)
		}
		row = b.store.Read.Job.GetX(t.Context(), job.ID)
	}
	if row.WaitsForJobID == nil || *row.WaitsForJobID != writer {
		t.Errorf("%s, waits for %v", row.State, row.WaitsForJobID)
	}
	_, err = b.jobs.Cancel(t.Context(), job.ID)
	must(t, err)
}
