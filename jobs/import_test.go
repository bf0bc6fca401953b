package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"autoholdings/ent"
	"autoholdings/ent/collection"
	"autoholdings/ent/entitlement"
	"autoholdings/ent/jobchange"
	"autoholdings/ent/jobpart"
	"autoholdings/ent/portfolio"
	"autoholdings/ent/providerfile"
	"autoholdings/holdings/collections"
	"autoholdings/internal/access"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
	"autoholdings/jobs"
	"autoholdings/kbart"
	"autoholdings/mockoup"
)

const importHeader = "publication_title\tprint_identifier\ttitle_id\tdate_first_issue_online\tpublication_type\taccess_type\n"

// journalList is a list of numbered journals, with coverage from the year given.
func journalList(from, to, year int) string {
	var b strings.Builder
	b.WriteString(importHeader)
	for n := from; n < to; n++ {
		fmt.Fprintf(&b, "Journal %05d\t\tj%05d\t%d\tserial\tP\n", n, n, year)
	}
	return b.String()
}

// local makes a local collection.
func (b *testBundle) local(name string) *ent.Collection {
	b.t.Helper()
	c, err := b.collections.CreateCollection(b.t.Context(), collections.NewCollection{Name: name, Active: true, Available: true})
	must(b.t, err)
	return c
}

func (b *testBundle) upload(list string) int64 {
	b.t.Helper()
	file, err := b.jobs.KeepUpload(b.t.Context(), "list.txt", "", strings.NewReader(list))
	must(b.t, err)
	return file.ID
}

// startImport queues an import of the list.
func (b *testBundle) startImport(c *ent.Collection, list string, change func(*jobs.ImportRequest)) (*ent.Job, error) {
	b.t.Helper()
	in := jobs.ImportRequest{CollectionID: c.ID, FileID: b.upload(list), Mode: jobs.Apply, Trigger: jobs.Manual}
	if change != nil {
		change(&in)
	}
	return b.jobs.StartImport(b.t.Context(), in)
}

// importList imports a list and waits for the end.
func (b *testBundle) importList(c *ent.Collection, list string, change func(*jobs.ImportRequest)) *ent.Job {
	b.t.Helper()
	job, err := b.startImport(c, list, change)
	must(b.t, err)
	return b.wait(job.ID)
}

// idle is an installation with nothing in it that does not work yet, so that jobs stay queued.
func idle(t *testing.T) *testBundle {
	t.Helper()
	queue, err := jobs.StartEmbedded()
	must(t, err)
	t.Cleanup(queue.Close)
	b := &testBundle{t: t, dir: t.TempDir(), redis: queue.Options(), mock: mockoup.NewServer(t, mockoup.Options{Titles: 20})}
	b.open()
	return b
}

func removeMissing(in *jobs.ImportRequest) { in.RemoveMissing = true }

func preview(in *jobs.ImportRequest) { in.Mode = jobs.Preview }

func (b *testBundle) undo(jobID int64, mode string) *ent.Job {
	b.t.Helper()
	queued, err := b.jobs.Undo(b.t.Context(), jobID, mode, "")
	must(b.t, err)
	return b.wait(queued.ID)
}

func wantJob(t *testing.T, job *ent.Job, state, verdict string) {
	t.Helper()
	if job.State != state || job.Verdict != verdict {
		t.Fatalf("%s %s (%s %s): %s", job.State, job.Verdict, job.ErrorCode, job.ErrorMessage, job.Summary)
	}
}

func TestImport(t *testing.T) {
	t.Parallel()
	b := embedded(t, mockoup.Options{Titles: 20})
	c := b.local("Given to us")
	shown := b.importList(c, journalList(0, 50, 1996), preview)
	wantJob(t, shown, jobs.Succeeded, jobs.VerdictPreviewed)
	if n := b.store.Read.Portfolio.Query().CountX(t.Context()); n != 0 {
		t.Errorf("the preview made %d portfolios", n)
	}
	first := b.importList(c, journalList(0, 50, 1996), nil)
	wantJob(t, first, jobs.Succeeded, jobs.VerdictChanged)
	if diff := cmp.Diff(countsOf(t, shown), countsOf(t, first)); diff != "" {
		t.Errorf("the preview said otherwise:\n%s", diff)
	}
	if n := b.store.Read.Entitlement.Query().Where(entitlement.ProfileIDIsNil(), entitlement.Active(true)).CountX(t.Context()); n != 50 {
		t.Errorf("%d entitlements of no profile", n)
	}
	wantJob(t, b.importList(c, journalList(0, 50, 1996), nil), jobs.Succeeded, jobs.VerdictNoChange)

	before := b.holdingsText()
	second := b.importList(c, journalList(10, 60, 2000), nil)
	wantJob(t, second, jobs.Succeeded, jobs.VerdictChanged)
	counts := countsOf(t, second)
	if counts.Added != 10 || counts.Updated != 40 || counts.Removed != 0 || counts.Missing != 10 {
		t.Errorf("%+v", counts)
	}
	if !strings.Contains(second.Summary, "10 portfolios that the list does not have left as they are") {
		t.Error(second.Summary)
	}
	if _, err := b.jobs.Undo(t.Context(), first.ID, jobs.Apply, ""); !isProblem(err, problem.Conflict) {
		t.Errorf("an import that is not the newest was undone: %v", err)
	}
	wantJob(t, b.undo(second.ID, jobs.Preview), jobs.Succeeded, jobs.VerdictPreviewed)
	wantJob(t, b.undo(second.ID, jobs.Apply), jobs.Succeeded, jobs.VerdictChanged)
	b.hideTheNew(t, before)
	wantJob(t, b.importList(c, journalList(10, 60, 2000), nil), jobs.Succeeded, jobs.VerdictChanged) // a person asks for it again
}

// TestImportGuard: an import that takes away much waits for a person.
func TestImportGuard(t *testing.T) {
	t.Parallel()
	b := embedded(t, mockoup.Options{Titles: 20})
	c := b.local("Given to us")
	b.importList(c, journalList(0, 100, 1996), nil)
	before := b.holdingsText()
	held := b.importList(c, journalList(30, 100, 1996), removeMissing)
	wantJob(t, held, jobs.NeedsReview, jobs.VerdictBlocked)
	if diff := cmp.Diff(before, b.holdingsText()); diff != "" {
		t.Fatalf("a held import changed the holdings:\n%s", diff)
	}
	rejected, err := b.jobs.Reject(t.Context(), held.ID, jobs.Decision{})
	must(t, err)
	wantJob(t, rejected, jobs.Cancelled, jobs.VerdictBlocked)

	again := b.importList(c, journalList(30, 100, 1996), removeMissing)
	wantJob(t, again, jobs.NeedsReview, jobs.VerdictBlocked)
	_, err = b.jobs.Approve(t.Context(), again.ID, jobs.Decision{})
	must(t, err)
	done := b.wait(again.ID)
	wantJob(t, done, jobs.Succeeded, jobs.VerdictChanged)
	if counts := countsOf(t, done); counts.Removed != 30 || counts.Missing != 0 {
		t.Errorf("%+v", counts)
	}
	wantJob(t, b.undo(done.ID, jobs.Apply), jobs.Succeeded, jobs.VerdictChanged)
	if diff := cmp.Diff(before, b.holdingsText()); diff != "" {
		t.Error(diff)
	}

	held = b.importList(c, journalList(30, 100, 1996), removeMissing)
	wantJob(t, held, jobs.NeedsReview, jobs.VerdictBlocked)
	wantJob(t, b.importList(c, journalList(0, 101, 1996), nil), jobs.Succeeded, jobs.VerdictChanged)
	if superseded := b.wait(held.ID); superseded.State != jobs.Cancelled || superseded.ErrorCode != "SUPERSEDED" {
		t.Errorf("what an import that was applied since makes of it: %s %s", superseded.State, superseded.ErrorCode)
	}
}

// TestImportOfWhatIsNoList changes nothing, and says why.
func TestImportOfWhatIsNoList(t *testing.T) {
	t.Parallel()
	b := embedded(t, mockoup.Options{Titles: 20})
	c := b.local("Given to us")
	b.importList(c, journalList(0, 5, 1996), nil)
	before := b.holdingsText()
	for name, test := range map[string]struct{ list, state, verdict, code string }{
		"another table": {"a\tb\n1\t2\n", jobs.Failed, jobs.VerdictFailed, "NO_HEADER"},
		"header only":   {importHeader, jobs.Failed, jobs.VerdictFailed, "NO_ROWS"},
		"nameless only": {importHeader + "\t\tj\t\tserial\tP\n", jobs.Failed, jobs.VerdictFailed, "NO_USABLE_ROWS"},
	} {
		job := b.importList(c, test.list, removeMissing)
		if job.State != test.state || job.Verdict != test.verdict || job.ErrorCode != test.code || strings.Contains(job.ErrorHint, "OUP") {
			t.Errorf("%s: %s %s %s: %s %s", name, job.State, job.Verdict, job.ErrorCode, job.ErrorMessage, job.ErrorHint)
		}
	}
	if diff := cmp.Diff(before, b.holdingsText()); diff != "" {
		t.Error(diff)
	}
}

// TestImportsThatAreRefused: problems say what is wrong with the request, all at once.
func TestImportsThatAreRefused(t *testing.T) {
	t.Parallel()
	b := idle(t)
	b.makeHoldings()
	c := b.local("Given to us")
	_, err := b.jobs.StartImport(t.Context(), jobs.ImportRequest{CollectionID: 1, FileID: 2, Mode: jobs.Apply})
	if found, _ := problem.In(err); len(found) != 2 || found[0].Code != problem.NotFound || found[1].Code != problem.NotFound {
		t.Errorf("neither is there: %v", err)
	}
	books := b.store.Read.Collection.Query().Where(collection.Content("BOOKS")).OnlyX(t.Context())
	if _, err := b.startImport(books, journalList(0, 5, 1996), nil); !isProblem(err, problem.BadInput) ||
		!strings.Contains(err.Error(), "the sync keeps in step") {
		t.Errorf("into a collection of the Community Zone: %v", err)
	}
	gone := b.upload(journalList(0, 7, 1996))
	must(t, b.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		return tx.ProviderFile.UpdateOneID(gone).SetPath("").Exec(ctx)
	}))
	if _, err := b.startImport(c, importHeader, func(in *jobs.ImportRequest) { in.FileID = gone }); !isProblem(err, problem.BadInput) ||
		!strings.Contains(err.Error(), "not kept any more") {
		t.Errorf("of a file that is not kept any more: %v", err)
	}
}

// TestImportsOfOneCollection: the same key is the same job, and a second import meanwhile is a conflict; a preview is
// not.
func TestImportsOfOneCollection(t *testing.T) {
	t.Parallel()
	b := idle(t)
	c := b.local("Given to us")
	keyed := func(in *jobs.ImportRequest) { in.IdempotencyKey = "once" }
	one, err := b.startImport(c, journalList(0, 5, 1996), keyed)
	must(t, err)
	same, err := b.startImport(c, journalList(0, 5, 1996), keyed)
	must(t, err)
	if one.ID != same.ID {
		t.Error("the same key made two jobs")
	}
	if _, err := b.startImport(c, journalList(0, 6, 1996), nil); !isProblem(err, problem.Conflict) {
		t.Errorf("a second import: %v", err)
	}
	if _, err := b.startImport(c, journalList(0, 6, 1996), preview); err != nil {
		t.Errorf("a preview: %v", err)
	}
	if _, err := b.startImport(b.local("Another"), journalList(0, 6, 1996), nil); err != nil {
		t.Errorf("into another collection: %v", err)
	}
}

// TestImportGoesOnAfterACrash: a process that died in the middle leaves nothing undone and does nothing twice.
func TestImportGoesOnAfterACrash(t *testing.T) {
	t.Parallel()
	const titles = 4000
	b := embedded(t, mockoup.Options{Titles: 20})
	b.holdings.BatchTitles = 20
	c := b.local("Given to us")
	queued, err := b.startImport(c, journalList(0, titles, 1996), nil)
	must(t, err)
	for hints := b.jobs.Watch(t.Context(), queued.ID); b.store.Read.Portfolio.Query().CountX(t.Context()) == 0; {
		<-hints
	}
	b.stop()
	b.open()
	must(t, b.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error { // as a process leaves it that could hand nothing back
		if row := tx.Job.GetX(ctx, queued.ID); row.State != jobs.Queued {
			t.Fatalf("it was %s before it could be stopped", row.State)
		}
		return tx.Job.UpdateOneID(queued.ID).SetState(jobs.Running).SetRunToken("of a dead process").SetHeartbeatAt(1).Exec(ctx)
	}))
	b.work()
	done := b.wait(queued.ID)
	wantJob(t, done, jobs.Succeeded, jobs.VerdictChanged)
	made := b.store.Read.Portfolio.Query().CountX(t.Context())
	held := b.store.Read.Entitlement.Query().CountX(t.Context())
	told := b.store.Read.JobChange.Query().Where(jobchange.JobID(queued.ID)).CountX(t.Context())
	if counts := countsOf(t, done); counts.Added != titles || made != titles || held != titles || told != titles {
		t.Errorf("%d portfolios, %d entitlements, %d changes told, %d counted", made, held, told, counts.Added)
	}
}

// TestImportOfAFetchedFile leaves alone what became of the file for its own profile.
func TestImportOfAFetchedFile(t *testing.T) {
	t.Parallel()
	b := embedded(t, mockoup.Options{Titles: 60})
	b.sync(jobs.Apply)
	fetched := func() *ent.ProviderFile {
		return b.store.Read.ProviderFile.Query().Where(providerfile.ProfileID(b.profile), providerfile.Content("JOURNALS")).OnlyX(t.Context())
	}
	before := fetched()
	c := b.local("A copy")
	request := jobs.ImportRequest{CollectionID: c.ID, FileID: before.ID, Mode: jobs.Apply, Trigger: jobs.Manual}
	_, err := b.jobs.StartImport(t.Context(), request)
	if problems, ok := problem.In(err); !ok || len(problems) != 1 || !strings.Contains(problems[0].Message, "only administrators may read") {
		t.Errorf("who may not read the file imports it: %v", err)
	}
	queued, err := b.jobs.StartImport(access.With(t.Context(), access.Anybody), request)
	must(t, err)
	job := b.wait(queued.ID)
	wantJob(t, job, jobs.Succeeded, jobs.VerdictChanged)
	wantJob(t, b.undo(job.ID, jobs.Apply), jobs.Succeeded, jobs.VerdictChanged)
	if after := fetched(); after.Outcome != before.Outcome || *after.AppliedAt != *before.AppliedAt {
		t.Errorf("%s %v, and before %s %v", after.Outcome, after.AppliedAt, before.Outcome, before.AppliedAt)
	}
	wantJob(t, b.sync(jobs.Apply), jobs.Succeeded, jobs.VerdictNoChange)
}

func TestUploads(t *testing.T) {
	t.Parallel()
	b := idle(t)
	one := b.upload(journalList(0, 5, 1996))
	if again := b.upload(journalList(0, 5, 1996)); again != one {
		t.Error("the same bytes are two records")
	}
	if other := b.upload(journalList(0, 6, 1996)); other == one {
		t.Error("other bytes are the same record")
	}
	kept := b.store.Read.ProviderFile.GetX(t.Context(), one)
	if kept.ProfileID != nil || kept.Source != jobs.SourceUpload || kept.Content != "" || kept.Name != "list.txt" {
		t.Errorf("%+v", kept)
	}
	for name, test := range map[string]struct {
		content string
		list    io.Reader
		words   string
	}{
		"content":   {"MAPS", strings.NewReader(importHeader), "choose BOOKS or JOURNALS"},
		"a page":    {"", strings.NewReader("<html><body>Sign in</body></html>"), "not a KBART list"},
		"nothing":   {"BOOKS", strings.NewReader(""), "not a KBART list"},
		"torn gzip": {"", strings.NewReader("\x1f\x8b\x08\x00\x00"), "incomplete or damaged"},
		"torn":      {"", iotest.ErrReader(errors.New("the client has gone")), "could not be read"},
	} {
		_, err := b.jobs.KeepUpload(t.Context(), "list.txt", test.content, test.list)
		if !isProblem(err, problem.BadInput) || !strings.Contains(err.Error(), test.words) || strings.Contains(err.Error(), "OUP") {
			t.Errorf("%s: %v", name, err)
		}
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.jobs.KeepUpload(cancelled, "list.txt", "", strings.NewReader(importHeader)); err == nil ||
		isProblem(err, problem.BadInput) {
		t.Errorf("cancelled: %v", err)
	}
}

// fillZone gives the Community Zone n journals, the job that added them, and makes the collection ready to be
// activated.
func (b *testBundle) fillZone(from, to int, addedBy int64) {
	b.t.Helper()
	must(b.t, b.store.Write(b.t.Context(), func(ctx context.Context, tx *store.Tx) error {
		zone := b.journals()
		for n := from; n < to; n++ {
			title := fmt.Sprintf("Journal %05d", n)
			create := tx.CommunityZoneTitle.Create().SetID(b.store.NextID()).SetCreatedAt(1).SetUpdatedAt(1).
				SetCommunityZoneCollectionID(*zone.CommunityZoneCollectionID).
				SetPublicationTitle(title).SetTitleKey(kbart.FoldTitle(title)).SetTitleID(fmt.Sprintf("j%05d", n)).SetPublicationType("serial").
				SetCoverage(`[{"dateFirst":"1960","dateLast":"1995","kind":"ARCHIVE"},{"dateFirst":"1996"}]`).SetValuesHash(0)
			if addedBy != 0 {
				create.SetAddedByJobID(addedBy)
			}
			create.SaveX(ctx)
		}
		return nil
	}))
}

func (b *testBundle) journals() *ent.Collection {
	b.t.Helper()
	return b.store.Read.Collection.Query().Where(collection.Content("JOURNALS"), collection.CommunityZoneCollectionIDNotNil()).
		OnlyX(b.t.Context())
}

// queueActivation queues by one of the two functions, and waits; nil where there was nothing to do.
func (b *testBundle) queueActivation(queue func(ctx context.Context, tx *store.Tx) (*ent.Job, error)) *ent.Job {
	b.t.Helper()
	var queued *ent.Job
	must(b.t, b.store.Write(b.t.Context(), func(ctx context.Context, tx *store.Tx) (err error) {
		queued, err = queue(ctx, tx)
		return err
	}))
	b.jobs.Nudge()
	if queued == nil {
		return nil
	}
	return b.wait(queued.ID)
}

func TestActivation(t *testing.T) {
	t.Parallel()
	b := embedded(t, mockoup.Options{Titles: 40})
	all := func(ctx context.Context, tx *store.Tx) (*ent.Job, error) {
		return b.jobs.QueueActivation(ctx, tx, b.journals().ID, jobs.Request{})
	}
	if job := b.queueActivation(all); job != nil {
		t.Errorf("without titles: %+v", job)
	}
	sync := b.sync(jobs.Apply)
	before := b.holdingsText()
	b.fillZone(0, 2100, 0) // more than are read at once
	job := b.queueActivation(all)
	wantJob(t, job, jobs.Succeeded, jobs.VerdictChanged)
	if counts := countsOf(t, job); counts.Added != 2100 || counts.Statements != 4200 || counts.Updated != 0 || counts.Missing != 0 {
		t.Errorf("%+v", counts)
	}
	p := b.store.Read.Portfolio.Query().Where(portfolio.TitleID("j02099")).OnlyX(t.Context())
	coverage := b.store.Read.CoverageStatement.Query().AllX(t.Context())
	if !p.Available || p.Listed || p.CollectionID != b.journals().ID || coverage[len(coverage)-1].Kind != "FRONTFILE" {
		t.Errorf("%+v %+v", p, coverage[len(coverage)-1])
	}
	wantJob(t, b.queueActivation(all), jobs.Succeeded, jobs.VerdictNoChange)

	b.fillZone(3000, 3010, 77)
	fresh := b.queueActivation(func(ctx context.Context, tx *store.Tx) (*ent.Job, error) {
		return b.jobs.QueueActivationOfNew(ctx, tx, b.journals().ID, 77)
	})
	wantJob(t, fresh, jobs.Succeeded, jobs.VerdictChanged)
	if counts := countsOf(t, fresh); counts.Titles != 10 || counts.Added != 10 {
		t.Errorf("those that a job added: %+v", counts)
	}
	if job := b.queueActivation(func(ctx context.Context, tx *store.Tx) (*ent.Job, error) {
		return b.jobs.QueueActivationOfNew(ctx, tx, b.journals().ID, 78)
	}); job != nil {
		t.Errorf("of a job that added nothing: %+v", job)
	}

	if _, err := b.jobs.Undo(t.Context(), sync.ID, jobs.Apply, ""); !isProblem(err, problem.Conflict) {
		t.Errorf("the sync is not the newest of its collection: %v", err)
	}
	wantJob(t, b.sync(jobs.Apply), jobs.Succeeded, jobs.VerdictNoChange)
	wantJob(t, b.undo(fresh.ID, jobs.Apply), jobs.Succeeded, jobs.VerdictChanged)
	wantJob(t, b.undo(job.ID, jobs.Apply), jobs.Succeeded, jobs.VerdictChanged)
	b.hideTheNew(t, before)
}

// TestActivationOfNothing: titles that went before the job began are no failure.
func TestActivationOfNothing(t *testing.T) {
	t.Parallel()
	b := idle(t)
	b.makeHoldings()
	b.fillZone(0, 3, 0)
	var queued *ent.Job
	must(t, b.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) (err error) {
		if queued, err = b.jobs.QueueActivation(ctx, tx, b.journals().ID, jobs.Request{}); err != nil {
			return err
		}
		if _, err := b.jobs.QueueActivation(ctx, tx, b.journals().ID, jobs.Request{}); !isProblem(err, problem.Conflict) {
			t.Errorf("a second one: %v", err)
		}
		return tx.CommunityZoneTitle.Update().SetRemovedAt(5).Exec(ctx)
	}))
	b.work()
	job := b.wait(queued.ID)
	wantJob(t, job, jobs.Succeeded, jobs.VerdictNoChange)
	part := b.store.Read.JobPart.Query().Where(jobpart.JobID(job.ID)).OnlyX(t.Context())
	if part.Code != "NO_TITLES" || !strings.Contains(job.Summary, "no such titles") {
		t.Errorf("%s: %s", part.Code, job.Summary)
	}
}

// TestImportOfWhatIsGone: a collection or a file that goes between the request and the job is a failure that says so.
func TestImportOfWhatIsGone(t *testing.T) {
	t.Parallel()
	part := func(ctx context.Context, tx *store.Tx, job *ent.Job, set func(*ent.JobPartCreate)) error {
		create := tx.JobPart.Create().SetID(job.ID + 1000).SetCreatedAt(1).SetUpdatedAt(1).SetJobID(job.ID).SetContent("").
			SetState(jobs.PartFetched)
		set(create)
		return create.Exec(ctx)
	}
	for name, test := range map[string]struct {
		code   string
		change func(ctx context.Context, tx *store.Tx, job *ent.Job, c *ent.Collection) error
	}{
		"the collection, before it began": {"COLLECTION_GONE", func(ctx context.Context, tx *store.Tx, _ *ent.Job, c *ent.Collection) error {
			return tx.Collection.DeleteOne(c).Exec(ctx)
		}},
		"the collection, after it began": {"COLLECTION_GONE", func(ctx context.Context, tx *store.Tx, job *ent.Job, c *ent.Collection) error {
			return errors.Join(tx.Collection.DeleteOne(c).Exec(ctx), part(ctx, tx, job, func(*ent.JobPartCreate) {}))
		}},
		"the record of the file": {"FILE_LOST", func(ctx context.Context, tx *store.Tx, job *ent.Job, c *ent.Collection) error {
			return part(ctx, tx, job, func(p *ent.JobPartCreate) { p.SetCollectionID(c.ID) })
		}},
		"the kept copy": {"FILE_LOST", func(ctx context.Context, tx *store.Tx, _ *ent.Job, _ *ent.Collection) error {
			return tx.ProviderFile.Update().SetPath(strings.Repeat("0", 64) + ".txt.gz").Exec(ctx)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := idle(t)
			c := b.local("Given to us")
			queued, err := b.startImport(c, journalList(0, 5, 1996), nil)
			must(t, err)
			must(t, b.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error { return test.change(ctx, tx, queued, c) }))
			b.work()
			job := b.wait(queued.ID)
			if job.State != jobs.Failed || job.ErrorCode != test.code || job.ErrorHint == "" {
				t.Errorf("%s %s: %s %s", job.State, job.ErrorCode, job.ErrorMessage, job.ErrorHint)
			}
		})
	}
}

// TestActivationOfACollectionThatIsGone fails, and says so.
func TestActivationOfACollectionThatIsGone(t *testing.T) {
	t.Parallel()
	for name, begun := range map[string]bool{"before it began": false, "after it began": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := idle(t)
			b.makeHoldings()
			b.fillZone(0, 3, 0)
			var queued *ent.Job
			must(t, b.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) (err error) {
				if queued, err = b.jobs.QueueActivation(ctx, tx, b.journals().ID, jobs.Request{}); err != nil {
					return err
				}
				if begun {
					tx.JobPart.Create().SetID(queued.ID + 1000).SetCreatedAt(1).SetUpdatedAt(1).SetJobID(queued.ID).SetContent("JOURNALS").
						SetState(jobs.PartPending).SaveX(ctx)
				}
				return tx.Collection.DeleteOneID(b.journals().ID).Exec(ctx)
			}))
			b.work()
			if job := b.wait(queued.ID); job.State != jobs.Failed || job.ErrorCode != "COLLECTION_GONE" {
				t.Errorf("%s %s: %s", job.State, job.ErrorCode, job.ErrorMessage)
			}
		})
	}
}
