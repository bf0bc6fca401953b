package jobs_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hibiken/asynq"

	"autoholdings/ent"
	"autoholdings/ent/communityzonetitle"
	"autoholdings/ent/jobchange"
	"autoholdings/ent/jobpart"
	"autoholdings/ent/portfolio"
	"autoholdings/ent/providerfile"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
	"autoholdings/internal/storetest"
	"autoholdings/jobs"
	"autoholdings/mockoup"
)

const (
	booksZone    = "61707906870000041"
	journalsZone = "61563711870000041"
)

// zone runs an import of the global title list and waits for the end.
func (b *testBundle) zone(in jobs.ZoneRequest) *ent.Job {
	b.t.Helper()
	if in.Mode == "" {
		in.Mode = jobs.Apply
	}
	in.Trigger = jobs.Manual
	job, err := b.jobs.StartZoneUpdate(b.t.Context(), in)
	must(b.t, err)
	return b.wait(job.ID)
}

// zoneText is all titles of the Community Zone in one comparable text.
func (b *testBundle) zoneText() string {
	b.t.Helper()
	titles, err := b.store.Read.CommunityZoneTitle.Query().WithCommunityZoneCollection().
		Order(communityzonetitle.ByTitleKey(), communityzonetitle.ByPrintKey(), communityzonetitle.ByOnlineKey(), communityzonetitle.ByTitleID()).
		All(b.t.Context())
	must(b.t, err)
	var text strings.Builder
	for _, z := range titles {
		fmt.Fprintf(&text, "%s|%s|%s|%s|%s|%s|%s|%s|%s|removed %v\n", z.Edges.CommunityZoneCollection.CzID, z.PublicationTitle, z.TitleID,
			z.PrintIdentifier,
			z.OnlineIdentifier, z.TitleURL, z.PublisherName, z.PublicationType, z.Coverage, z.RemovedAt != nil)
	}
	return text.String()
}

// shown leaves out what was taken out.
func shown(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if !strings.HasSuffix(line, "removed true\n") {
			b.WriteString(line)
		}
	}
	return b.String()
}

// TestZoneUpdate: the first import brings the titles of both collections, the same list again nothing, a later one what
// is new, changed and gone. No portfolio is written.
func TestZoneUpdate(t *testing.T) {
	t.Parallel()
	onEachQueue(t, func(t *testing.T, queue asynq.RedisConnOpt) {
		b := setup(t, queue, mockoup.Options{Titles: 400})
		first := b.zone(jobs.ZoneRequest{})
		counts := countsOf(t, first)
		if first.State != jobs.Succeeded || first.Verdict != jobs.VerdictChanged || !first.Applied || counts.Added < 300 ||
			counts.Added != counts.Titles || counts.Free == 0 {
			t.Fatalf("%s %s: %s %s", first.State, first.Verdict, first.Summary, first.ErrorMessage)
		}
		titles := b.store.Read.CommunityZoneTitle.Query().Where(communityzonetitle.AddedByJobID(first.ID)).CountX(t.Context())
		if titles != counts.Added {
			t.Errorf("%d titles for %d added", titles, counts.Added)
		}
		b.checkZoneParts(first.ID)

		before := b.zoneText()
		again := b.zone(jobs.ZoneRequest{})
		if again.Verdict != jobs.VerdictNoChange || countsOf(t, again).Unchanged != counts.Titles || b.zoneText() != before {
			t.Errorf("again: %s %s: %s", again.State, again.Verdict, again.Summary)
		}
		for _, last := range slices.Backward(b.mock.Requests()) { // the two lists are fetched side by side
			if last.Path != "/titles/journals" {
				continue
			}
			if last.Status != 304 || last.Headers["X-Api-Key"] != "" {
				t.Errorf("asked %+v", last)
			}
			break
		}

		for range 6 {
			must(t, b.mock.Step(1))
		}
		next := b.zone(jobs.ZoneRequest{})
		counts = countsOf(t, next)
		if next.Verdict != jobs.VerdictChanged || counts.Added == 0 || counts.Updated == 0 || counts.Removed == 0 {
			t.Errorf("the next release: %s %s: %s", next.State, next.Verdict, next.Summary)
		}
		fresh := setup(t, queue, mockoup.Options{Titles: 400})
		for range 6 {
			must(t, fresh.mock.Step(1))
		}
		fresh.zone(jobs.ZoneRequest{})
		if diff := cmp.Diff(withoutMissing(shown(fresh.zoneText())), withoutMissing(shown(b.zoneText()))); diff != "" {
			t.Errorf("it is not as if the release were the first:\n%s", diff)
		}
		if n := b.store.Read.Portfolio.Query().CountX(t.Context()); n != 0 {
			t.Errorf("%d portfolios", n)
		}
		if n := b.store.Read.JobChange.Query().Where(jobchange.PortfolioIDNotNil()).CountX(t.Context()); n != 0 {
			t.Errorf("%d changes of portfolios", n)
		}
	})
}

// withoutMissing keeps of each title what an empty cell of a later list cannot have left behind.
func withoutMissing(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		cells := strings.Split(line, "|")
		b.WriteString(strings.Join([]string{cells[0], cells[1], cells[2], cells[5], cells[6], cells[8]}, "|") + "\n")
	}
	return b.String()
}

// checkZoneParts looks at the parts of a first import.
func (b *testBundle) checkZoneParts(jobID int64) {
	b.t.Helper()
	for _, p := range b.store.Read.JobPart.Query().Where(jobpart.JobID(jobID)).WithProviderFile().WithCollection().AllX(b.t.Context()) {
		file := p.Edges.ProviderFile
		if p.State != jobs.PartApplied || p.ProfileID != nil || p.Edges.Collection == nil || p.Edges.Collection.Name != p.CollectionName ||
			file == nil || file.ProfileID != nil || file.Source != jobs.SourceGlobal || file.Outcome != jobs.FileApplied ||
			file.Content != p.Content {
			b.t.Errorf("part %+v, file %+v", p, file)
		}
	}
	for _, zone := range b.store.Read.CommunityZoneCollection.Query().AllX(b.t.Context()) {
		if zone.TitlesUpdatedAt == nil {
			b.t.Errorf("%s does not say when its titles were imported", zone.Name)
		}
	}
}

// TestZonePreview writes nothing and says what a run then does; it does not wait for one.
func TestZonePreview(t *testing.T) {
	t.Parallel()
	b := embedded(t, mockoup.Options{Titles: 200})
	b.zone(jobs.ZoneRequest{})
	must(t, b.mock.Step(1))
	before := b.zoneText()
	preview := b.zone(jobs.ZoneRequest{Mode: jobs.Preview})
	if preview.Verdict != jobs.VerdictPreviewed || preview.Applied || b.zoneText() != before {
		t.Errorf("%s %s: %s", preview.State, preview.Verdict, preview.Summary)
	}
	applied := b.zone(jobs.ZoneRequest{})
	if diff := cmp.Diff(countsOf(t, preview), countsOf(t, applied)); diff != "" {
		t.Errorf("the preview said otherwise:\n%s", diff)
	}
}

// TestZoneFaults: each way in which a fetch can fail is told apart, the titles stay as they are, and the next good run
// recovers.
func TestZoneFaults(t *testing.T) {
	t.Parallel()
	b := embedded(t, mockoup.Options{Titles: 120})
	b.zone(jobs.ZoneRequest{})
	must(t, b.mock.Step(1))
	before := b.zoneText()
	for kind, code := range map[string]string{
		"unauthorized": "CREDENTIALS_REFUSED", "forbidden": "CREDENTIALS_REFUSED", "not-found": "NO_FILE", "no-content": "NO_FILE",
		"too-many-requests": "THROTTLED", "server-error": "SERVER_ERROR", "unavailable": "SERVER_ERROR", "truncated": "TRUNCATED",
		"bad-gzip": "TRUNCATED", "reset": "NETWORK", "json-error": "NOT_KBART", "empty": "NOT_KBART", "header-only": "NO_ROWS",
		"timeout": "TIMEOUT", "html": "CREDENTIALS_REFUSED",
	} {
		must(t, b.mock.SetFault(mockoup.Fault{Kind: kind}))
		job := b.zone(jobs.ZoneRequest{})
		if job.State != jobs.Failed || job.Verdict != jobs.VerdictFailed || job.Applied || job.ErrorCode != code || job.ErrorMessage == "" ||
			job.ErrorHint == "" {
			t.Errorf("%s: %s %s %s: %s", kind, job.State, job.Verdict, job.ErrorCode, job.ErrorMessage)
		}
		if diff := cmp.Diff(before, b.zoneText()); diff != "" {
			t.Fatalf("%s changed the titles:\n%s", kind, diff)
		}
	}
	b.mock.ClearFaults()
	must(t, b.mock.SetFault(mockoup.Fault{Kind: "server-error", Content: "books"}))
	if job := b.zone(jobs.ZoneRequest{}); job.State != jobs.Succeeded || job.Verdict != jobs.VerdictPartial {
		t.Errorf("one content type fails: %s %s: %s", job.State, job.Verdict, job.Summary)
	}
	b.mock.ClearFaults()
	if job := b.zone(jobs.ZoneRequest{}); job.Verdict != jobs.VerdictChanged {
		t.Errorf("the next good run: %s %s: %s", job.State, job.Verdict, job.Summary)
	}
}

// TestZoneNeverHadAFile is FAILED with NO_FILE.
func TestZoneNeverHadAFile(t *testing.T) {
	t.Parallel()
	b := embedded(t, mockoup.Options{Titles: 60})
	must(t, b.mock.SetFault(mockoup.Fault{Kind: "no-content"}))
	if job := b.zone(jobs.ZoneRequest{}); job.State != jobs.Failed || job.ErrorCode != "NO_FILE" ||
		!strings.Contains(job.ErrorHint, "global title list") {
		t.Errorf("%s %s: %s", job.State, job.ErrorCode, job.ErrorHint)
	}
	b.mock.ClearFaults()
	must(t, b.mock.SetFault(mockoup.Fault{Kind: "no-content", Content: "books"}))
	if job := b.zone(jobs.ZoneRequest{}); job.Verdict != jobs.VerdictChanged {
		t.Errorf("the other content type: %s %s: %s", job.State, job.Verdict, job.Summary)
	}
}

// TestZoneOlderFile is not applied unless a person forces it, whether it was fetched or given.
func TestZoneOlderFile(t *testing.T) {
	t.Parallel()
	b := embedded(t, mockoup.Options{Titles: 300})
	b.zone(jobs.ZoneRequest{})
	first := b.zoneText()
	must(t, b.mock.Step(1))
	b.zone(jobs.ZoneRequest{})
	before := b.zoneText()
	must(t, b.mock.Step(-1))
	job := b.zone(jobs.ZoneRequest{})
	if job.State != jobs.Succeeded || job.Verdict != jobs.VerdictBlocked || job.ErrorCode != "OLDER_FILE" || job.Applied ||
		b.zoneText() != before {
		t.Errorf("%s %s %s applied %v", job.State, job.Verdict, job.ErrorCode, job.Applied)
	}
	if job := b.zone(jobs.ZoneRequest{Force: true}); job.Verdict != jobs.VerdictChanged {
		t.Errorf("forced: %s %s: %s", job.State, job.Verdict, job.Summary)
	}
	if diff := cmp.Diff(shown(first), shown(b.zoneText())); diff != "" {
		t.Error(diff)
	}

	newer := b.uploadTitles("Titles_2025-06-24.txt", "JOURNALS", globalList(t, b, mockoup.Journals))
	if job := b.zone(jobs.ZoneRequest{CommunityZoneID: journalsZone, FileID: newer, Force: true}); job.Verdict != jobs.VerdictNoChange {
		t.Errorf("a newer list of the same titles: %s %s: %s", job.State, job.Verdict, job.Summary)
	}
	if job := b.zone(jobs.ZoneRequest{CommunityZoneID: journalsZone}); job.ErrorCode != "OLDER_FILE" {
		t.Errorf("fetched after it: %s %s: %s", job.State, job.ErrorCode, job.Summary)
	}
}

// globalList is the global title list as the mock has it now.
func globalList(t *testing.T, b *testBundle, content string) string {
	t.Helper()
	var list strings.Builder
	must(t, b.mock.WriteRelease(&list, mockoup.DemoCustomer, content, ""))
	return list.String()
}

func (b *testBundle) uploadTitles(name, content, list string) int64 {
	b.t.Helper()
	file, err := b.jobs.KeepUpload(b.t.Context(), name, content, strings.NewReader(list))
	must(b.t, err)
	return file.ID
}

// TestZoneAllFree: a list of free titles only takes nothing out, even when forced.
func TestZoneAllFree(t *testing.T) {
	t.Parallel()
	b := embedded(t, mockoup.Options{Dir: lists(t, map[string]string{
		"2026-01-01": "Brain\t0006-8950\tbrain\tserial\tP\n",
		"2026-02-01": "Brain\t0006-8950\tbrain\tserial\tF\n",
		"2026-03-01": "\t0006-8950\tbrain\tserial\tP\n",
	})})
	b.zone(jobs.ZoneRequest{})
	before := b.zoneText()
	must(t, b.mock.Step(1))
	for _, force := range []bool{false, true} {
		if job := b.zone(jobs.ZoneRequest{Force: force}); job.Verdict != jobs.VerdictBlocked || job.ErrorCode != "ALL_FREE" ||
			b.zoneText() != before {
			t.Errorf("%s %s %s: %s", job.State, job.Verdict, job.ErrorCode, job.Summary)
		}
	}
	must(t, b.mock.Step(1))
	if job := b.zone(jobs.ZoneRequest{}); job.State != jobs.Failed || job.ErrorCode != "NO_USABLE_ROWS" || b.zoneText() != before {
		t.Errorf("%s %s: %s", job.State, job.ErrorCode, job.Summary)
	}
}

// TestZoneGuard: a list that lacks half of the titles is held; a person approves or rejects it, or a later list goes
// before it.
func TestZoneGuard(t *testing.T) {
	t.Parallel()
	b := embedded(t, mockoup.Options{Titles: 300})
	b.zone(jobs.ZoneRequest{})
	before := b.zoneText()
	must(t, b.mock.SetFault(mockoup.Fault{Kind: "half"}))
	held := b.zone(jobs.ZoneRequest{})
	if held.State != jobs.NeedsReview || held.Verdict != jobs.VerdictBlocked || held.Applied || b.zoneText() != before {
		t.Fatalf("%s %s: %s", held.State, held.Verdict, held.Summary)
	}
	if strings.Contains(held.Summary, "profile") {
		t.Errorf("no profile has a share in it: %s", held.Summary)
	}
	_, err := b.jobs.Reject(t.Context(), held.ID, jobs.Decision{})
	must(t, err)
	if again := b.zone(jobs.ZoneRequest{}); again.Verdict != jobs.VerdictBlocked || again.ErrorCode != "REJECTED_FILE" {
		t.Errorf("the rejected list again: %s %s: %s", again.State, again.ErrorCode, again.Summary)
	}
	forced := b.zone(jobs.ZoneRequest{Force: true})
	_, err = b.jobs.Approve(t.Context(), forced.ID, jobs.Decision{})
	must(t, err)
	done := b.wait(forced.ID)
	counts := countsOf(t, done)
	if done.State != jobs.Succeeded || done.Verdict != jobs.VerdictChanged || counts.Removed < 100 {
		t.Fatalf("%s %s: %s", done.State, done.Verdict, done.Summary)
	}
	if n := b.store.Read.CommunityZoneTitle.Query().Where(communityzonetitle.RemovedAtNotNil()).CountX(t.Context()); n != counts.Removed {
		t.Errorf("%d gone for %d removed", n, counts.Removed)
	}
	b.mock.ClearFaults()
	back := b.zone(jobs.ZoneRequest{})
	if countsOf(t, back).Added != counts.Removed || b.zoneText() != before {
		t.Errorf("what comes back: %s", back.Summary)
	}

	must(t, b.mock.SetFault(mockoup.Fault{Kind: "half"}))
	held = b.zone(jobs.ZoneRequest{Force: true})
	if held.State != jobs.NeedsReview {
		t.Fatalf("%s: %s", held.State, held.Summary)
	}
	b.mock.ClearFaults()
	if job := b.sync(jobs.Apply); job.Verdict != jobs.VerdictChanged {
		t.Fatalf("%s: %s", job.State, job.Summary)
	}
	if after := b.store.Read.Job.GetX(t.Context(), held.ID); after.State != jobs.NeedsReview {
		t.Errorf("a sync superseded it: %s", after.State)
	}
	must(t, b.mock.Step(1))
	b.zone(jobs.ZoneRequest{})
	if after := b.store.Read.Job.GetX(t.Context(), held.ID); after.State != jobs.Cancelled || after.ErrorCode != "SUPERSEDED" {
		t.Errorf("%s %s", after.State, after.ErrorCode)
	}
}

// TestZoneRestart: a run that dies on the way is taken up and does the rest, no title twice.
func TestZoneRestart(t *testing.T) {
	t.Parallel()
	undisturbed := embedded(t, mockoup.Options{Titles: 300})
	want := undisturbed.zone(jobs.ZoneRequest{})
	b := embedded(t, mockoup.Options{Titles: 300})
	b.holdings.BatchTitles = 20
	storetest.Trigger{
		On:   "BEFORE INSERT ON community_zone_titles",
		When: "(SELECT attempt FROM jobs WHERE kind = 'COMMUNITY_ZONE') = 1 AND (SELECT COUNT(*) FROM community_zone_titles) > 50",
		Fail: "dies",
	}.Install(t, b.store)
	job := b.zone(jobs.ZoneRequest{})
	if job.Attempt != 2 || job.Verdict != jobs.VerdictChanged {
		t.Fatalf("%s after %d runs: %s", job.State, job.Attempt, job.Summary)
	}
	if diff := cmp.Diff(countsOf(t, want), countsOf(t, job)); diff != "" {
		t.Errorf("counts:\n%s", diff)
	}
	if diff := cmp.Diff(undisturbed.zoneText(), b.zoneText()); diff != "" {
		t.Errorf("titles:\n%s", diff)
	}
	if n := b.store.Read.JobChange.Query().Where(jobchange.Action("ADD")).CountX(t.Context()); n != countsOf(t, job).Added {
		t.Errorf("%d lines for %d titles added", n, countsOf(t, job).Added)
	}
}

func problemsOf(err error) problem.List {
	found, _ := problem.In(err)
	return found
}

// TestZoneFromFile imports a list that a person gives, into the collection that is named and no other.
func TestZoneFromFile(t *testing.T) {
	t.Parallel()
	b := embedded(t, mockoup.Options{Titles: 300})
	file := b.uploadTitles("mine.txt", "", globalList(t, b, mockoup.Books))
	job := b.zone(jobs.ZoneRequest{CommunityZoneID: booksZone, FileID: file})
	if job.Verdict != jobs.VerdictChanged || len(b.mock.Requests()) != 0 {
		t.Fatalf("%s %s: %s", job.State, job.Verdict, job.Summary)
	}
	titles := b.store.Read.CommunityZoneTitle.Query().WithCommunityZoneCollection().AllX(t.Context())
	if len(titles) != countsOf(t, job).Added {
		t.Errorf("%d titles for %d added", len(titles), countsOf(t, job).Added)
	}
	for _, z := range titles {
		if z.Edges.CommunityZoneCollection.CzID != booksZone {
			t.Fatalf("%s is in %s", z.PublicationTitle, z.Edges.CommunityZoneCollection.Name)
		}
	}
	if job := b.zone(jobs.ZoneRequest{CommunityZoneID: booksZone}); job.Verdict != jobs.VerdictNoChange || len(b.mock.Requests()) != 1 {
		t.Errorf("the fetched list after it: %s %s: %s", job.State, job.Verdict, job.Summary)
	}
	global := b.store.Read.ProviderFile.Query().Where(providerfile.Source(jobs.SourceGlobal)).OnlyX(t.Context())
	if job := b.zone(jobs.ZoneRequest{CommunityZoneID: booksZone, FileID: global.ID}); job.Verdict != jobs.VerdictNoChange {
		t.Errorf("a list that was fetched before: %s %s: %s", job.State, job.Verdict, job.Summary)
	}
}

// TestZoneRefused: wrong input queues nothing and says what is wrong.
func TestZoneRefused(t *testing.T) {
	t.Parallel()
	b := embedded(t, mockoup.Options{Titles: 60})
	b.sync(jobs.Apply)
	book := b.uploadTitles("books.txt", "BOOKS", "publication_title\ttitle_id\nA\ta\n")
	lost := b.uploadTitles("lost.txt", "", "publication_title\ttitle_id\nB\tb\n")
	own := b.store.Read.ProviderFile.Query().Where(providerfile.ProfileIDNotNil()).FirstX(t.Context())
	must(t, b.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		tx.ProviderFile.UpdateOneID(lost).SetPath("").ExecX(ctx)
		return tx.CommunityZoneCollection.Create().SetID(b.store.NextID()).SetCreatedAt(1).SetUpdatedAt(1).SetCzID("7").SetName("Another").
			SetNameKey("another").SetProvider("Another Press").SetContent("BOOKS").Exec(ctx)
	}))
	before := b.store.Read.Job.Query().CountX(t.Context())
	for _, test := range []struct {
		in   jobs.ZoneRequest
		code problem.Code
		path string
	}{
		{jobs.ZoneRequest{CommunityZoneID: "nowhere"}, problem.NotFound, "input.communityZoneId"},
		{jobs.ZoneRequest{CommunityZoneID: "7"}, problem.BadInput, "input.fileId"},
		{jobs.ZoneRequest{FileID: book}, problem.BadInput, "input.communityZoneId"},
		{jobs.ZoneRequest{CommunityZoneID: booksZone, FileID: 999}, problem.NotFound, "input.fileId"},
		{jobs.ZoneRequest{CommunityZoneID: journalsZone, FileID: book}, problem.BadInput, "input.fileId"},
		{jobs.ZoneRequest{CommunityZoneID: booksZone, FileID: lost}, problem.BadInput, "input.fileId"},
		{jobs.ZoneRequest{CommunityZoneID: booksZone, FileID: own.ID}, problem.BadInput, "input.fileId"},
	} {
		test.in.Mode = jobs.Apply
		_, err := b.jobs.StartZoneUpdate(t.Context(), test.in)
		found := problemsOf(err)
		if len(found) != 1 || found[0].Code != test.code || strings.Join(found[0].Path, ".") != test.path {
			t.Errorf("%+v: %v", test.in, err)
		}
	}
	if n := b.store.Read.Job.Query().CountX(t.Context()); n != before {
		t.Errorf("%d jobs were queued", n-before)
	}
	if job := b.zone(jobs.ZoneRequest{CommunityZoneID: "7", FileID: book}); job.Verdict != jobs.VerdictChanged {
		t.Errorf("another provider's collection, from a file: %s %s", job.State, job.Summary)
	}
}

// TestZoneOneAtATime: a second import is refused while one is not over; a preview is not, and the same key is the same
// job.
func TestZoneOneAtATime(t *testing.T) {
	t.Parallel()
	queue, err := jobs.StartEmbedded()
	must(t, err)
	t.Cleanup(queue.Close)
	b := &testBundle{t: t, dir: t.TempDir(), redis: queue.Options(), mock: mockoup.NewServer(t, mockoup.Options{Titles: 60})}
	b.open()
	b.makeHoldings()
	first, err := b.jobs.StartZoneUpdate(t.Context(), jobs.ZoneRequest{Mode: jobs.Apply, Trigger: jobs.Manual, IdempotencyKey: "k"})
	must(t, err)
	same, err := b.jobs.StartZoneUpdate(t.Context(), jobs.ZoneRequest{Mode: jobs.Apply, Trigger: jobs.Manual, IdempotencyKey: "k"})
	if must(t, err); same.ID != first.ID {
		t.Error("the same key made two jobs")
	}
	_, err = b.jobs.StartZoneUpdate(t.Context(), jobs.ZoneRequest{Mode: jobs.Apply, Trigger: jobs.Manual, CommunityZoneID: booksZone})
	if found := problemsOf(err); len(found) != 1 || found[0].Code != problem.Conflict {
		t.Errorf("%v", err)
	}
	preview, err := b.jobs.StartZoneUpdate(t.Context(), jobs.ZoneRequest{Mode: jobs.Preview, Trigger: jobs.Manual})
	must(t, err)
	b.work()
	b.wait(preview.ID)
	if job := b.wait(first.ID); job.Verdict != jobs.VerdictChanged {
		t.Errorf("%s: %s", job.State, job.Summary)
	}
}

// TestZoneUndo is refused, and says what to do instead: the former list is imported again.
func TestZoneUndo(t *testing.T) {
	t.Parallel()
	b := embedded(t, mockoup.Options{Titles: 100})
	b.zone(jobs.ZoneRequest{})
	before := shown(b.zoneText())
	former := b.store.Read.ProviderFile.Query().Where(providerfile.Content("JOURNALS")).OnlyX(t.Context())
	for range 4 {
		must(t, b.mock.Step(1))
	}
	job := b.zone(jobs.ZoneRequest{CommunityZoneID: journalsZone})
	if job.Verdict != jobs.VerdictChanged || shown(b.zoneText()) == before {
		t.Fatalf("%s: %s", job.State, job.Summary)
	}
	_, err := b.jobs.Undo(t.Context(), job.ID, jobs.Apply, "")
	if found := problemsOf(err); len(found) != 1 || found[0].Code != problem.WrongState ||
		!strings.Contains(found[0].Message, "Import the former list instead") {
		t.Errorf("%v", err)
	}
	b.zone(jobs.ZoneRequest{CommunityZoneID: journalsZone, FileID: former.ID, Force: true})
	if diff := cmp.Diff(withoutMissing(before), withoutMissing(shown(b.zoneText()))); diff != "" {
		t.Errorf("the former list does not bring the former titles:\n%s", diff)
	}
}

// TestSyncAfterZoneUpdate: a sync then says what the Community Zone lacks, and skips it where the profile asks for
// that.
func TestSyncAfterZoneUpdate(t *testing.T) {
	t.Parallel()
	b := embedded(t, mockoup.Options{Dir: lists(t, map[string]string{
		"2026-01-01": "Brain\t0006-8950\tbrain\tserial\tP\n",
		"2026-02-01": "Brain\t0006-8950\tbrain\tserial\tP\nMind\t0026-4423\tmind\tserial\tP\nBlood\t0006-4971\tblood\tserial\tP\n",
	})})
	b.zone(jobs.ZoneRequest{})
	must(t, b.mock.Step(1))
	if job := b.sync(jobs.Apply); countsOf(t, job).NotInCommunityZone != 2 || countsOf(t, job).Added != 3 {
		t.Errorf("%s", job.Summary)
	}
	must(t, b.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		tx.Profile.UpdateOneID(b.profile).SetCommunityZoneOnly(true).ExecX(ctx)
		_, err := tx.Portfolio.Update().Where(portfolio.TitleIDNEQ("brain")).SetPublisherName("X").Save(ctx)
		return err
	}))
	if counts := countsOf(t, b.sync(jobs.Apply)); counts.Skipped != 2 || counts.NotInCommunityZone != 2 || counts.Changed() {
		t.Errorf("%+v", counts)
	}
	b.zone(jobs.ZoneRequest{})
	if counts := countsOf(t, b.sync(jobs.Apply)); counts.Skipped != 0 || counts.NotInCommunityZone != 0 {
		t.Errorf("once it has them: %+v", counts)
	}
}

// TestPruneKeepsTheGlobalList that was applied last.
func TestPruneKeepsTheGlobalList(t *testing.T) {
	t.Parallel()
	queue, err := jobs.StartEmbedded()
	must(t, err)
	t.Cleanup(queue.Close)
	b := &testBundle{
		t: t, dir: t.TempDir(), redis: queue.Options(), mock: mockoup.NewServer(t, mockoup.Options{Titles: 100}),
		keepFiles: time.Nanosecond,
	}
	b.open()
	b.makeHoldings()
	b.work()
	b.zone(jobs.ZoneRequest{})
	must(t, b.mock.Step(1))
	b.zone(jobs.ZoneRequest{})
	removed, err := b.jobs.PruneFiles(t.Context())
	if must(t, err); removed != 2 || b.keptCopies(t) != 2 {
		t.Errorf("%d removed, %d left", removed, b.keptCopies(t))
	}
	if job := b.zone(jobs.ZoneRequest{}); job.Verdict != jobs.VerdictNoChange {
		t.Errorf("the next run: %s %s", job.State, job.Summary)
	}
}

// TestZoneDatabaseFaults are told, and end nothing half done.
func TestZoneDatabaseFaults(t *testing.T) {
	t.Parallel()
	b := embedded(t, mockoup.Options{Titles: 60})
	mend := storetest.Trigger{On: "BEFORE INSERT ON job_parts", Fail: "broken"}.Install(t, b.store)
	if job := b.zone(jobs.ZoneRequest{}); job.State != jobs.Failed || job.ErrorCode != "INTERNAL" {
		t.Errorf("%s %s", job.State, job.ErrorCode)
	}
	mend()
	storetest.Trigger{On: "BEFORE INSERT ON jobs", Fail: "broken"}.Install(t, b.store)
	if _, err := b.jobs.StartZoneUpdate(t.Context(), jobs.ZoneRequest{Mode: jobs.Apply}); err == nil ||
		!strings.Contains(err.Error(), "broken") {
		t.Errorf("%v", err)
	}
	if n := b.store.Read.CommunityZoneTitle.Query().CountX(t.Context()); n != 0 {
		t.Errorf("%d titles", n)
	}
}
