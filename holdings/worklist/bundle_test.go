package worklist_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/holdings"
	"autoholdings/holdings/plan"
	"autoholdings/holdings/worklist"
	"autoholdings/internal/holdingstest"
	"autoholdings/internal/keyset"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
)

// testBundle is holdingstest's, with what the tests of this package do again and again.
type testBundle struct{ *holdingstest.Bundle }

func setup(t *testing.T) *testBundle {
	t.Helper()
	return &testBundle{holdingstest.New(t)}
}

// others are titles that keep a list's guards and counts sane.
var others = holdingstest.Rows(100, 105, "Journal %d; id=j%d; print=@%d")

// Lists in which nothing tells which of two portfolios a title is.
const (
	before = "One; id=a; print=@1; first=1990\nTwo; id=b; online=@2; first=1991\n"
	after  = "Merged; id=c; print=@1; online=@2; first=1996\n"
)

// sync applies a list of a day for profile 1.
func (b *testBundle) sync(date, rows string) {
	b.T.Helper()
	b.Release = date
	b.Sync(1, holdingstest.KBART(others+rows))
}

// items are those that a filter asks for, read in pages of a size.
func (b *testBundle) items(f worklist.Filter, size int) (all []*worklist.Item) {
	b.T.Helper()
	read := func(w keyset.Window) (keyset.Page[*worklist.Item], error) {
		return b.Library.Worklist.Items(b.T.Context(), f, w)
	}
	for item, err := range keyset.All(size, read, worklist.ItemListing.At) {
		b.Must(err)
		all = append(all, item)
	}
	return all
}

// titles are the items that a filter asks for, as "type title".
func (b *testBundle) titles(f worklist.Filter) (lines []string) {
	b.T.Helper()
	for _, item := range b.items(f, 100) {
		lines = append(lines, string(item.Type)+" "+item.Title)
	}
	return lines
}

// lists checks what a filter asks for.
func (b *testBundle) lists(what string, f worklist.Filter, want ...string) {
	b.T.Helper()
	if diff := cmp.Diff(want, b.titles(f)); diff != "" {
		b.T.Errorf("%s: %s", what, diff)
	}
	n, err := b.Library.Worklist.CountItems(b.T.Context(), f)
	b.Must(err)
	if n != len(want) {
		b.T.Errorf("%s: %d are counted, %d listed", what, n, len(want))
	}
}

// refs names items as they were read.
func refs(items ...*worklist.Item) []worklist.Ref {
	named := make([]worklist.Ref, len(items))
	for i, item := range items {
		named[i] = worklist.Ref{ID: item.ID(), Version: &item.Version}
	}
	return named
}

// mark marks items. It ends the test if it is refused.
func (b *testBundle) mark(in worklist.Marking, items ...*worklist.Item) {
	b.T.Helper()
	_, err := b.Library.Worklist.Mark(b.T.Context(), refs(items...), in)
	b.Must(err)
}

// refused checks the codes and paths of the problems in an error.
func (b *testBundle) refused(err error, want ...string) {
	b.T.Helper()
	problems, ok := problem.In(err)
	if !ok {
		b.T.Fatalf("no problems: %v", err)
	}
	var got []string
	for _, p := range problems {
		got = append(got, fmt.Sprintf("%s %s", p.Code, strings.Join(p.Path, ".")))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		b.T.Error(diff)
	}
}

// exec runs a statement.
func (b *testBundle) exec(query string, args ...any) {
	b.T.Helper()
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.SQL.ExecContext(ctx, query, args...)
		return err
	})
}

// person adds somebody who signs in.
func (b *testBundle) person(name string) int64 {
	b.T.Helper()
	id := b.Store.NextID()
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		return tx.Person.Create().SetID(id).SetCreatedAt(1).SetUpdatedAt(1).SetName(name).SetNameKey(strings.ToLower(name)).Exec(ctx)
	})
	return id
}

// run makes a job that is over, with a part of profile 1 for journals.
func (b *testBundle) run(kind, state, verdict, partState string, at int64) (jobID int64) {
	b.T.Helper()
	jobID = b.NextJobID()
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		tx.Job.Create().SetID(jobID).SetCreatedAt(at).SetUpdatedAt(at).SetKind(kind).SetState(state).SetVerdict(verdict).SetMode("APPLY").
			SetTrigger("MANUAL").SetArgs([]byte("{}")).SetDueAt(at).SetFinishedAt(at).SetSummary("It went so.").SetUniqueKey(kind).SaveX(ctx)
		if partState == "" {
			return nil
		}
		return tx.JobPart.Create().SetID(jobID + 1).SetCreatedAt(at).SetUpdatedAt(at).SetJobID(jobID).SetProfileID(1).SetProfileName("Ours").
			SetCollectionID(holdingstest.CollectionID).SetCollectionName("journals").SetContent("JOURNALS").SetState(partState).
			SetMessage("the guard holds it").Exec(ctx)
	})
	return jobID
}

// undo reverses a sync of profile 1.
func (b *testBundle) undo(subject int64) {
	b.T.Helper()
	jobID := b.NewJob(1)
	_, err := b.Holdings.Undo(b.T.Context(), subject+1, &holdings.Part{
		ID: jobID + 1, JobID: jobID, ProfileID: 1, CollectionID: holdingstest.CollectionID, Content: "JOURNALS",
		Fence:  func(context.Context, *store.Tx, holdings.Progress) error { return nil },
		Begun:  func(context.Context, *store.Tx, plan.Counts) error { return nil },
		Finish: func(context.Context, *store.Tx, plan.Counts) error { return nil },
	}, nil, nil)
	b.Must(err)
}

// preview shows what a list would change for a profile.
func (b *testBundle) preview(profile int64, list string) {
	b.T.Helper()
	jobID := b.NewJob(profile)
	b.exec(`UPDATE jobs SET mode = 'PREVIEW' WHERE id = ?`, jobID)
	part := &holdings.Part{
		ID: jobID + 1, JobID: jobID, ProfileID: profile, CollectionID: holdingstest.CollectionID, Content: "JOURNALS",
		Findings: holdings.NewFindingLog(),
		Fence:    func(context.Context, *store.Tx, holdings.Progress) error { return nil },
		Begun:    func(context.Context, *store.Tx, plan.Counts) error { return nil },
		Finish:   func(context.Context, *store.Tx, plan.Counts) error { return nil },
	}
	source := plan.Source{Name: "list.txt", Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(list)), nil }}
	planned, err := b.Holdings.Plan(b.T.Context(), source, part, plan.StandardGuards(), part.Findings.Add)
	b.Must(err)
	_, err = b.Holdings.Show(b.T.Context(), planned, part)
	b.Must(err)
}
