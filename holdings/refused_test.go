package holdings_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"autoholdings/ent/portfolio"
	"autoholdings/ent/refusedrow"
	"autoholdings/holdings"
	"autoholdings/holdings/plan"
	"autoholdings/internal/holdingstest"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
)

// tornRow is a row of which nobody can say which cell is which.
const tornRow = "!A title|that nobody|knows here|with more cells|than the " +
	"header|1996|x|1996|x|1996|x|1996|x|1996|x|1996|x|1996|x|1996|x|1996|x|1996|x|1996|x"

// TestOpaqueRows hold all removals of the collection, and the plan says which line it is.
func TestOpaqueRows(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Sync(1, holdingstest.KBART(others+"Brain; id=brain; print=@1"))
	list := holdingstest.KBART(others + tornRow)
	planned, findings := b.planAndFindings(1, "2026-02-01", list, plan.StandardGuards())
	if planned.HiddenInLine() != 42 || !slices.Contains(findings, "removals-left") {
		t.Errorf("line %d, %v", planned.HiddenInLine(), findings)
	}
	counts, jobID := b.Sync(1, list)
	p := b.portfolio("brain")
	if counts.Removed != 0 || counts.Review != 1 || !p.Listed || p.Review != plan.ReviewUnreadable || !b.entitlementOf(1, "brain").Active {
		t.Errorf("%+v\n%s", counts, b.ReportText(jobID))
	}

	known := strings.Replace(tornRow, "that nobody", "j100", 1) // a title_id that is known here
	planned = b.planOf(1, "2026-02-01", holdingstest.KBART(others+known), plan.StandardGuards())
	if planned.HiddenInLine() != 0 || planned.Counts.EntitlementsAffected != 1 {
		t.Errorf("a row that names a title hides no other: line %d, %+v", planned.HiddenInLine(), planned.Counts)
	}
	counts, _ = b.Sync(1, holdingstest.KBART(others))
	if counts.Removed != 1 || counts.Review != 0 {
		t.Errorf("the next run decides anew: %+v", counts)
	}
}

// TestJudgedRows: what a person says of a refused row holds wherever its cells come again.
func TestJudgedRows(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Sync(1, holdingstest.KBART(others+"Brain; id=brain; print=@1\nMind; id=mind; print=@2"))
	list := holdingstest.KBART(others + tornRow)
	row, err := b.Holdings.RefusedRowAt(t.Context(), holdingstest.SourceOf(list), 42)
	b.Must(err)
	if row.Line != 42 || row.Reason != "cells-uncertain" || !strings.HasPrefix(row.Text, "A title\tthat nobody\t") {
		t.Errorf("%+v", row)
	}
	brain := b.portfolio("brain").ID
	b.Must(b.Holdings.JudgeRefusedRow(t.Context(), holdingstest.CollectionID, row, &brain))
	counts, _ := b.Sync(1, list)
	if counts.Review != 1 || counts.Removed != 1 || b.portfolio("brain").Review != plan.ReviewUnreadable || b.portfolio("mind").
		RemovedAt == nil {
		t.Errorf("it is Brain's, so it hides Mind no more: %+v", counts)
	}
	b.Must(b.Holdings.JudgeRefusedRow(t.Context(), holdingstest.CollectionID, row, nil)) // and now it hides nothing
	if n := b.Store.Read.RefusedRow.Query().Where(refusedrow.RowHash(int64(row.Hash))).CountX(t.Context()); n != 1 {
		t.Errorf("%d judgements of one row", n)
	}
	moved := holdingstest.KBART("New; id=new; print=@3\n" + others + tornRow) // on another line
	if counts, _ := b.Sync(1, moved); counts.Removed != 1 || counts.Review != 0 || counts.Invalid != 1 {
		t.Errorf("it hides nothing: %+v", counts)
	}
	changed := holdingstest.KBART(others + "New; id=new; print=@3\n" + strings.Replace(tornRow, "A title", "Another title", 1))
	if plan := b.planOf(1, "2026-03-01", changed, plan.StandardGuards()); plan.HiddenInLine() == 0 {
		t.Error("another row was not judged")
	}
}

// TestJudgementsThatAreRefused.
func TestJudgementsThatAreRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Sync(1, holdingstest.KBART(others+"Brain; id=brain; print=@1\nGone; id=gone; print=@2"))
	b.Sync(1, holdingstest.KBART(others+"Brain; id=brain; print=@1"))
	other := b.CreateLocal("Other")[0]
	brain, gone, none := b.portfolio("brain").ID, b.portfolio("gone").ID, int64(1)
	row := holdings.RefusedRow{Hash: 7, Line: 3, Text: "x"}
	for name, test := range map[string]struct {
		collection int64
		portfolio  *int64
		code       problem.Code
		says       string
	}{
		"no such collection":    {999, nil, problem.NotFound, "no such collection"},
		"no such portfolio":     {holdingstest.CollectionID, &none, problem.NotFound, "no such portfolio"},
		"of another collection": {other, &brain, problem.BadInput, "another collection"},
		"one that has left":     {holdingstest.CollectionID, &gone, problem.WrongState, "out of the holdings"},
	} {
		err := b.Holdings.JudgeRefusedRow(t.Context(), test.collection, row, test.portfolio)
		if found, ok := problem.In(err); !ok || len(found) != 1 || found[0].Code != test.code || !strings.Contains(found[0].Message, test.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	busy := errors.New("busy")
	err := b.WhileBusy(busy).Holdings.JudgeRefusedRow(t.Context(), holdingstest.CollectionID, row, &brain)
	if !errors.Is(err, busy) || b.Store.Read.RefusedRow.Query().CountX(t.Context()) != 0 {
		t.Errorf("what stands in the way: %v", err)
	}
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.SQL.ExecContext(ctx, `DROP TABLE refused_rows`)
		return err
	})
	if err := b.Holdings.JudgeRefusedRow(t.Context(), holdingstest.CollectionID, row, &brain); err == nil || !strings.Contains(err.Error(), "line 3") {
		t.Errorf("a fault: %v", err)
	}
	if err := b.planOnly(holdingstest.KBART(others)); err == nil {
		t.Error("a plan that cannot ask for judgements")
	}
	for _, line := range []int{1, 2, 99} {
		_, err := b.Holdings.RefusedRowAt(t.Context(), holdingstest.SourceOf(holdingstest.KBART(others)), line)
		if found, ok := problem.In(err); !ok || found[0].Code != problem.NotFound ||
			!strings.Contains(found[0].Message, fmt.Sprintf("line %d of list.txt", line)) {
			t.Errorf("line %d: %v", line, err)
		}
	}
	if _, err := b.Holdings.RefusedRowAt(t.Context(), holdingstest.SourceOf("<html>"), 1); err == nil {
		t.Error("no list at all")
	}
}

// TestMarksOfReviewGo once the row can be read.
func TestMarksOfReviewGo(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Sync(1, holdingstest.KBART(others+"Brain; id=brain; print=@1"))
	b.Sync(1, holdingstest.KBART(others+"; id=brain"))
	if n := b.Store.Read.Portfolio.Query().Where(portfolio.Review(plan.ReviewUnreadable)).CountX(t.Context()); n != 1 {
		t.Fatalf("%d are marked", n)
	}
	counts, _ := b.Sync(1, holdingstest.KBART(others+"Brain; id=brain; print=@1"))
	if p := b.portfolio("brain"); p.Review != "" || counts.Changed() {
		t.Errorf("%+v, %+v", counts, p)
	}
}
