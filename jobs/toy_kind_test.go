package jobs

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"autoholdings/ent"
	"autoholdings/holdings/library"
	"autoholdings/internal/problem"
	"autoholdings/internal/secret"
	"autoholdings/internal/store"
	"autoholdings/internal/storetest"
	"autoholdings/provider"
	"autoholdings/provider/oup"
)

// The kind of this file gives a collection a license. It is all that a kind needs, and no other file names it: a row in
// the table, arguments that do the work, and how it is undone.

const kindLicense = "TOY_LICENSE"

var licenseKind = jobKind{
	name: kindLicense, task: "toy-license", arguments: argumentsAs[licenseArgs],
	inWords: "a licensing", sameInWords: "a licensing of this collection",
	title: "License a collection", description: "Gives one collection a license.", mutation: "licenseCollection",
	undo: undoLicense{},
}

func init() { kinds = append(kinds, &licenseKind) }

type licenseArgs struct {
	CollectionID int64  `json:"collectionId"`
	LicenseID    int64  `json:"licenseId"`
	Gate         string `json:"gate,omitempty"` // the job waits until this one is opened; "": it does not
}

// gates are what jobs of this file wait for, by name.
var gates sync.Map

func (a licenseArgs) involved() involved { return involved{writes: []int64{a.CollectionID}} }

func (licenseArgs) task() Task { return Task{} }

func (a licenseArgs) perform(ctx context.Context, r *run) error {
	prepare := func(ctx context.Context, tx *store.Tx) error {
		return r.makePartOf(ctx, tx, a.CollectionID, func(*ent.JobPartCreate) {})
	}
	return r.inParts(ctx, prepare, func(ctx context.Context, part *ent.JobPart, _ bool) error {
		if gate, ok := gates.Load(a.Gate); ok {
			select {
			case <-gate.(chan struct{}):
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return r.giveLicense(ctx, part, a.LicenseID)
	})
}

// giveLicense writes the collection's license, and keeps in the part which one it had.
func (r *run) giveLicense(ctx context.Context, part *ent.JobPart, licenseID int64) error {
	return r.s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := r.fence(ctx, tx, "license", 1, 1); err != nil {
			return err
		}
		c, err := tx.Collection.Get(ctx, *part.CollectionID)
		if err != nil {
			return err
		}
		state := PartPreviewed
		if r.job.Mode == Apply {
			state = PartApplied
			if err := setLicense(tx.Collection.UpdateOne(c), licenseID).Exec(ctx); err != nil {
				return err
			}
		}
		former := int64(0)
		if c.LicenseID != nil {
			former = *c.LicenseID
		}
		return tx.JobPart.UpdateOne(part).SetState(state).SetUpdatedAt(time.Now().UnixMilli()).
			SetMessage(fmt.Sprintf("the license was %d", former)).
			SetCounts([]byte(`{"titles": 1, "updated": 1}`)).Exec(ctx)
	})
}

func setLicense(u *ent.CollectionUpdateOne, id int64) *ent.CollectionUpdateOne {
	if id == 0 {
		return u.ClearLicenseID()
	}
	return u.SetLicenseID(id)
}

type undoLicense struct{}

func (undoLicense) check(ctx context.Context, tx *store.Tx, undone *ent.Job) error {
	parts, err := partsOf(ctx, tx.Client, undone.ID)
	if err == nil && !slices.ContainsFunc(parts, func(p *ent.JobPart) bool { return p.State == PartApplied }) {
		return wrongState(undone, "undone", "it gave no license, or was undone already")
	}
	return err
}

func (undoLicense) writes(_ context.Context, _ *store.Tx, undone *ent.Job) ([]int64, error) {
	args, err := argsOf[licenseArgs](undone)
	return []int64{args.CollectionID}, err
}

func (undoLicense) perform(ctx context.Context, r *run, undone *ent.Job) error {
	args, err := argsOf[licenseArgs](undone)
	if err != nil {
		return err
	}
	given, err := partsOf(ctx, r.s.store.Read, undone.ID)
	if err != nil {
		return err
	}
	prepare := func(ctx context.Context, tx *store.Tx) error {
		if err := stillUndoable(ctx, tx, undone.ID); err != nil {
			return err
		}
		return r.makePartOf(ctx, tx, args.CollectionID, func(*ent.JobPartCreate) {})
	}
	return r.inParts(ctx, prepare, func(ctx context.Context, part *ent.JobPart, _ bool) error {
		var former int64
		if _, err := fmt.Sscanf(given[0].Message, "the license was %d", &former); err != nil {
			return err
		}
		if err := r.giveLicense(ctx, part, former); err != nil || r.job.Mode == Preview {
			return err
		}
		return r.s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error { return setPart(ctx, tx, given[0].ID, PartUndone) })
	})
}

// licensing is a database with a collection and a license.
type licensing struct {
	t                   *testing.T
	service             *Service
	store               *store.Store
	collection, license int64
}

// setUpLicensing opens one with a running worker.
func setUpLicensing(t *testing.T) *licensing {
	t.Helper()
	l := openLicensing(t)
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := l.service.Run(ctx, true); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() { stop(); running.Wait() })
	return l
}

// openLicensing opens one whose jobs nobody runs.
func openLicensing(t *testing.T) *licensing {
	t.Helper()
	dir := t.TempDir()
	queue, err := StartEmbedded()
	check(t, err)
	t.Cleanup(queue.Close)
	db, err := store.Open(t.Context(), storetest.Options(t, dir))
	check(t, err)
	t.Cleanup(func() { check(t, db.Close()) })
	box, err := secret.Open(dir)
	check(t, err)
	fetcher, err := provider.NewFetcher(oup.Provider(), provider.Options{
		Template: provider.Template{BaseURL: "https://provider.invalid"}, Dir: filepath.Join(dir, "files"),
	})
	check(t, err)
	t.Cleanup(func() { check(t, fetcher.Close()) })
	service, err := New(Options{
		Providers: []*provider.Fetcher{fetcher}, Store: db, Library: library.Open(db, box, Busy{}), Redis: queue.Options(), Exclusive: true,
		Concurrency: 2,
		TakeEvery:   10 * time.Millisecond, Reconcile: 50 * time.Millisecond, Heartbeat: 20 * time.Millisecond,
	})
	check(t, err)
	t.Cleanup(func() { check(t, service.Close()) })
	l := &licensing{t: t, service: service, store: db, collection: db.NextID(), license: db.NextID()}
	check(t, db.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		err := tx.License.Create().SetID(l.license).SetCreatedAt(1).SetUpdatedAt(1).SetName("Ours").SetCode("L1").Exec(ctx)
		if err != nil {
			return err
		}
		return tx.Collection.Create().SetID(l.collection).SetCreatedAt(1).SetUpdatedAt(1).SetName("Books").SetNameKey("books").Exec(ctx)
	}))
	return l
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (l *licensing) start(mode, gate string) (*ent.Job, error) {
	return l.service.start(l.t.Context(), kindLicense, Request{}, func(ctx context.Context, tx *store.Tx) (*ent.Job, error) {
		return l.service.queue(ctx, tx, newJob{
			kind: kindLicense, mode: mode, trigger: Manual, args: licenseArgs{l.collection, l.license, gate},
			uniqueKey: fmt.Sprint("license:", l.collection, gate), path: "input.collectionId",
		})
	})
}

func (l *licensing) queue(mode, gate string) *ent.Job {
	l.t.Helper()
	row, err := l.start(mode, gate)
	check(l.t, err)
	return row
}

// until waits for the job to be as it should.
func (l *licensing) until(id int64, is func(*ent.Job) bool) *ent.Job {
	l.t.Helper()
	ctx, stop := context.WithCancel(l.t.Context())
	defer stop()
	for hints := l.service.Watch(ctx, id); ; <-hints {
		row, err := l.store.Read.Job.Get(ctx, id)
		check(l.t, err)
		if is(row) {
			return row
		}
	}
}

func over(row *ent.Job) bool { return row.FinishedAt != nil }

func (l *licensing) want(row *ent.Job, state, verdict string, license int64) {
	l.t.Helper()
	if row.State != state || row.Verdict != verdict {
		l.t.Errorf("%s %s: %s", row.State, row.Verdict, row.Summary)
	}
	c, err := l.store.Read.Collection.Get(l.t.Context(), l.collection)
	check(l.t, err)
	if got := c.LicenseID; got == nil && license != 0 || got != nil && *got != license {
		l.t.Errorf("the collection's license is %v, want %d", got, license)
	}
	if c.WriterJobID != nil && *c.WriterJobID == row.ID {
		l.t.Error("the job is over and still the collection's writer")
	}
}

// gate makes a gate at which jobs wait, and returns what opens it.
func (l *licensing) gate(name string) (key string, open func()) {
	key, shut := l.t.Name()+name, make(chan struct{})
	gates.Store(key, shut)
	return key, sync.OnceFunc(func() { close(shut) })
}

// TestNewKind: a kind that this file alone knows is previewed, applied, listed and undone like any other.
func TestNewKind(t *testing.T) {
	t.Parallel()
	l := setUpLicensing(t)
	l.want(l.until(l.queue(Preview, "").ID, over), Succeeded, VerdictPreviewed, 0)
	applied := l.until(l.queue(Apply, "").ID, over)
	l.want(applied, Succeeded, VerdictChanged, l.license)
	if want := "1 title changed, 0 unchanged. Books: the license was 0."; applied.Summary != want {
		t.Errorf("%q, want %q", applied.Summary, want)
	}

	if found := Types("collection LICENSE gives"); len(found) != 1 || found[0] != (Type{
		kindLicense, "License a collection", "Gives one collection a license.", "licenseCollection",
	}) {
		t.Errorf("job types: %+v", found)
	}

	undo := func(mode string) *ent.Job {
		row, err := l.service.Undo(t.Context(), applied.ID, mode, "")
		check(t, err)
		return l.until(row.ID, over)
	}
	l.want(undo(Preview), Succeeded, VerdictPreviewed, l.license)
	l.want(undo(Apply), Succeeded, VerdictChanged, 0)
	if _, err := l.service.Undo(t.Context(), applied.ID, Apply, ""); !refusedAs(err, problem.WrongState) {
		t.Errorf("undone twice: %v", err)
	}
}

// TestNewKindWaits for the job that writes its collection, and neither is deleted meanwhile.
func TestNewKindWaits(t *testing.T) {
	t.Parallel()
	l := setUpLicensing(t)
	name, open := l.gate("first")
	first := l.queue(Apply, name)
	l.until(first.ID, func(row *ent.Job) bool { return row.State == Running })
	if _, err := l.start(Apply, name); !refusedAs(err, problem.Conflict) {
		t.Errorf("a second one that would do the same: %v", err)
	}
	second := l.queue(Apply, "")
	waiting := l.until(second.ID, func(row *ent.Job) bool { return row.WaitsForJobID != nil })
	if *waiting.WaitsForJobID != first.ID || waiting.State != Queued {
		t.Errorf("%s, waits for %d", waiting.State, *waiting.WaitsForJobID)
	}
	check(t, l.store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		if err := CheckCollectionIdle(ctx, tx, l.collection); !refusedAs(err, problem.Conflict) {
			t.Errorf("the collection that jobs write counts as idle: %v", err)
		}
		return nil
	}))
	open()
	l.want(l.until(first.ID, over), Succeeded, VerdictChanged, l.license)
	l.want(l.until(second.ID, over), Succeeded, VerdictChanged, l.license)
}

// TestNewKindCancelled, before it is begun and while it runs: nothing is written, and the collection is free again.
func TestNewKindCancelled(t *testing.T) {
	t.Parallel()
	l := setUpLicensing(t)
	name, open := l.gate("never")
	defer open()
	running := l.queue(Apply, name)
	l.until(running.ID, func(row *ent.Job) bool { return row.State == Running })
	queued := l.queue(Apply, "")
	l.until(queued.ID, func(row *ent.Job) bool { return row.WaitsForJobID != nil })
	for _, id := range []int64{queued.ID, running.ID} {
		_, err := l.service.Cancel(t.Context(), id)
		check(t, err)
		l.want(l.until(id, over), Cancelled, VerdictNoChange, 0)
	}
}

func refusedAs(err error, code problem.Code) bool {
	found, ok := problem.In(err)
	return ok && found[0].Code == code
}
