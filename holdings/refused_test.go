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
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
	"autoholdings/kbart"
)

// TestRefusedRowsProtect: a portfolio whose title_id, identifier, URL or folded title stands in a refused row is left
// as it is.
func TestRefusedRowsProtect(t *testing.T) {
	t.Parallel()
	const before = `Brain; id=brain; print=@1; url=https://example.org/brain
		Mind; id=mind; print=@2; url=https://example.org/mind`
	for _, test := range []struct{ name, row, want string }{
		{"its title_id", "; id=BRAIN", "REVIEW Brain ROW_UNREADABLE"},
		{"its identifier", "; print=@1", "REVIEW Brain ROW_UNREADABLE"},
		{"its identifier in the other column", "; online=@1", "REVIEW Brain ROW_UNREADABLE"},
		{"its title", "BRAIN.; pub=Press", "REVIEW Brain ROW_UNREADABLE"},
		{"its address", "Nothing known; url=HTTPS://Example.org/brain", "REVIEW Brain ROW_UNREADABLE"},
		{"another address", "Nothing known; url=https://example.org/other", "REMOVE Brain"},
		{"nothing of it", "; id=other", "REMOVE Brain"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			lines, counts, _ := changesOf(t, sourceOf(kbartOf(before)),
				sourceOf(kbartOf("Mind; id=mind; print=@2; url=https://example.org/mind\n"+test.row)))
			if counts.Invalid != 1 || counts.Updated != 0 || lines[len(lines)-1] != test.want {
				t.Errorf("%+v\n%s", counts, strings.Join(lines, "\n"))
			}
		})
	}
	lines, _, _ := changesOf(t, sourceOf(kbartOf(before)),
		sourceOf(kbartOf("Mind; id=mind; print=@2; url=https://example.org/mind\n; id=mind\nBrain, renamed; id=brain; print=@1")))
	if report := strings.Join(lines, "\n"); strings.Contains(report, "REVIEW") {
		t.Errorf("what a readable row pairs is not left:\n%s", report)
	}
}

// tornRow is a row of which nobody can say which cell is which.
const tornRow = "!A title|that nobody|knows here|with more cells|than the " +
	"header|1996|x|1996|x|1996|x|1996|x|1996|x|1996|x|1996|x|1996|x|1996|x|1996|x|1996|x"

// TestOpaqueRows hold all removals of the collection, and the plan says which line it is.
func TestOpaqueRows(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.sync(1, kbartOf(others+"Brain; id=brain; print=@1"))
	list := kbartOf(others + tornRow)
	planned, findings := b.planAndFindings(1, "2026-02-01", list, plan.StandardGuards())
	if planned.HiddenInLine() != 42 || !slices.Contains(findings, "removals-left") {
		t.Errorf("line %d, %v", planned.HiddenInLine(), findings)
	}
	counts, jobID := b.sync(1, list)
	p := b.portfolio("brain")
	if counts.Removed != 0 || counts.Review != 1 || !p.Listed || p.Review != plan.ReviewUnreadable || !b.entitlementOf(1, "brain").Active {
		t.Errorf("%+v\n%s", counts, b.reportText(jobID))
	}

	known := strings.Replace(tornRow, "that nobody", "j100", 1) // a title_id that is known here
	planned = b.planOf(1, "2026-02-01", kbartOf(others+known), plan.StandardGuards())
	if planned.HiddenInLine() != 0 || planned.Counts.EntitlementsAffected != 1 {
		t.Errorf("a row that names a title hides no other: line %d, %+v", planned.HiddenInLine(), planned.Counts)
	}
	counts, _ = b.sync(1, kbartOf(others))
	if counts.Removed != 1 || counts.Review != 0 {
		t.Errorf("the next run decides anew: %+v", counts)
	}
}

// TestManyRefusedRows: where there are too many to look at, nothing is removed because of such a list, and a finding
// says so.
func TestManyRefusedRows(t *testing.T) {
	t.Parallel()
	for name, rows := range map[string]string{
		"rows": strings.Repeat("\t1\n", 100_001),
		"keys": crowdOf(0, 21_000, strings.Repeat("\tcell %d of a row", 24)),
	} {
		var before, after strings.Builder
		before.WriteString(kbartOf("Brain; id=brain; print=@1\nMind; id=mind; print=@2"))
		after.WriteString(kbartOf("Mind; id=mind; print=@2") + rows)
		var said []string
		counts, err := plan.Diff(t.Context(), sourceOf(before.String()), sourceOf(after.String()), func(f kbart.Finding) {
			if f.Code == "removals-left" {
				said = append(said, f.Message)
			}
		}, func(plan.Change) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		if counts.Removed != 0 || counts.Review != 1 || len(said) != 1 || !strings.Contains(said[0], "too many rows could not be read") {
			t.Errorf("%s: %+v, %v", name, counts, said)
		}
	}
}

// TestJudgedRows: what a person says of a refused row holds wherever its cells come again.
func TestJudgedRows(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.sync(1, kbartOf(others+"Brain; id=brain; print=@1\nMind; id=mind; print=@2"))
	list := kbartOf(others + tornRow)
	row, err := b.service.RefusedRowAt(t.Context(), sourceOf(list), 42)
	b.must(err)
	if row.Line != 42 || row.Reason != "cells-uncertain" || !strings.HasPrefix(row.Text, "A title\tthat nobody\t") {
		t.Errorf("%+v", row)
	}
	brain := b.portfolio("brain").ID
	b.must(b.service.JudgeRefusedRow(t.Context(), collectionID, row, &brain))
	counts, _ := b.sync(1, list)
	if counts.Review != 1 || counts.Removed != 1 || b.portfolio("brain").Review != plan.ReviewUnreadable || b.portfolio("mind").
		RemovedAt == nil {
		t.Errorf("it is Brain's, so it hides Mind no more: %+v", counts)
	}
	b.must(b.service.JudgeRefusedRow(t.Context(), collectionID, row, nil)) // and now it hides nothing
	if n := b.store.Read.RefusedRow.Query().Where(refusedrow.RowHash(int64(row.Hash))).CountX(t.Context()); n != 1 {
		t.Errorf("%d judgements of one row", n)
	}
	moved := kbartOf("New; id=new; print=@3\n" + others + tornRow) // on another line
	if counts, _ := b.sync(1, moved); counts.Removed != 1 || counts.Review != 0 || counts.Invalid != 1 {
		t.Errorf("it hides nothing: %+v", counts)
	}
	changed := kbartOf(others + "New; id=new; print=@3\n" + strings.Replace(tornRow, "A title", "Another title", 1))
	if plan := b.planOf(1, "2026-03-01", changed, plan.StandardGuards()); plan.HiddenInLine() == 0 {
		t.Error("another row was not judged")
	}
}

// TestJudgementsThatAreRefused.
func TestJudgementsThatAreRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.sync(1, kbartOf(others+"Brain; id=brain; print=@1\nGone; id=gone; print=@2"))
	b.sync(1, kbartOf(others+"Brain; id=brain; print=@1"))
	other := b.local("Other")[0]
	brain, gone, none := b.portfolio("brain").ID, b.portfolio("gone").ID, int64(1)
	row := holdings.RefusedRow{Hash: 7, Line: 3, Text: "x"}
	for name, test := range map[string]struct {
		collection int64
		portfolio  *int64
		code       problem.Code
		says       string
	}{
		"no such collection":    {999, nil, problem.NotFound, "no such collection"},
		"no such portfolio":     {collectionID, &none, problem.NotFound, "no such portfolio"},
		"of another collection": {other, &brain, problem.BadInput, "another collection"},
		"one that has left":     {collectionID, &gone, problem.WrongState, "out of the holdings"},
	} {
		err := b.service.JudgeRefusedRow(t.Context(), test.collection, row, test.portfolio)
		if found, ok := problem.In(err); !ok || len(found) != 1 || found[0].Code != test.code || !strings.Contains(found[0].Message, test.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	busy := errors.New("busy")
	err := b.whileBusy(busy).Holdings.JudgeRefusedRow(t.Context(), collectionID, row, &brain)
	if !errors.Is(err, busy) || b.store.Read.RefusedRow.Query().CountX(t.Context()) != 0 {
		t.Errorf("what stands in the way: %v", err)
	}
	b.write(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.SQL.ExecContext(ctx, `DROP TABLE refused_rows`)
		return err
	})
	if err := b.service.JudgeRefusedRow(t.Context(), collectionID, row, &brain); err == nil || !strings.Contains(err.Error(), "line 3") {
		t.Errorf("a fault: %v", err)
	}
	if err := b.planOnly(kbartOf(others)); err == nil {
		t.Error("a plan that cannot ask for judgements")
	}
	for _, line := range []int{1, 2, 99} {
		_, err := b.service.RefusedRowAt(t.Context(), sourceOf(kbartOf(others)), line)
		if found, ok := problem.In(err); !ok || found[0].Code != problem.NotFound ||
			!strings.Contains(found[0].Message, fmt.Sprintf("line %d of list.txt", line)) {
			t.Errorf("line %d: %v", line, err)
		}
	}
	if _, err := b.service.RefusedRowAt(t.Context(), sourceOf("<html>"), 1); err == nil {
		t.Error("no list at all")
	}
}

// TestMarksOfReviewGo once the row can be read.
func TestMarksOfReviewGo(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.sync(1, kbartOf(others+"Brain; id=brain; print=@1"))
	b.sync(1, kbartOf(others+"; id=brain"))
	if n := b.store.Read.Portfolio.Query().Where(portfolio.Review(plan.ReviewUnreadable)).CountX(t.Context()); n != 1 {
		t.Fatalf("%d are marked", n)
	}
	counts, _ := b.sync(1, kbartOf(others+"Brain; id=brain; print=@1"))
	if p := b.portfolio("brain"); p.Review != "" || counts.Changed() {
		t.Errorf("%+v, %+v", counts, p)
	}
}
