package move_test

import (
	"context"
	"strconv"
	"strings"
	"testing"

	"autoholdings/holdings"
	"autoholdings/internal/holdingstest"
	"autoholdings/internal/store"
)

// TestMoveToAccessibleOnly: a portfolio that no provider lists, or that patrons do not get to, is no counterpart; the
// report names it, and it stands in nobody's way. Told so, the move takes it.
func TestMoveToAccessibleOnly(t *testing.T) {
	t.Parallel()
	b := setupMove(t)
	b.make(
		item{in: oldA, name: "a", print: holdingstest.ISSN(1), lines: 1}, item{in: oldA, name: "b", print: holdingstest.ISSN(2), license: "L1"},
		item{in: oldA, name: "c", print: holdingstest.ISSN(3), lines: 1},
		item{in: oldA, name: "d", print: holdingstest.ISSN(4)}, item{in: oldA, name: "e", print: holdingstest.ISSN(5), lines: 1},
		item{in: target, name: "kept", print: holdingstest.ISSN(1), unlisted: true}, item{in: target, name: "off", print: holdingstest.ISSN(2), off: true},
		item{in: target, name: "kept too", print: holdingstest.ISSN(3), unlisted: true}, item{in: target, name: "open", print: holdingstest.ISSN(3)},
		item{in: target, name: "kept for nobody", print: holdingstest.ISSN(4), unlisted: true},
	)
	before := b.attached()
	shown := b.preview()
	want := []string{
		`MOVE_PO_LINE c c-1: main PO line → main PO line of "open" in New`,
		"NOTHING_TO_MOVE d :  → ",
		`NO_COUNTERPART a : a PO line → stays: "kept" in New would be its counterpart, but no provider lists it`,
		`NO_COUNTERPART b : a license → stays: "off" in New would be its counterpart, but it is not available`,
		"NO_COUNTERPART e : a PO line → stays: no portfolio of New is its counterpart",
	}
	b.same("preview", want, b.said(shown))
	jobID := b.move()
	b.same("report", want, b.said(jobID))
	b.same("attached", []string{"L1 on b", "a-1* at a", "c-1* at open", "e-1* at e"}, b.attached())
	b.Must(b.run(&moveRun{jobID: b.moveJob(), undo: jobID}))
	b.same("undone", before, b.attached())

	b.rules.IncludeInaccessible = true
	b.move()
	b.same("told to take those too", []string{"L1 on off", "a-1* at kept", "c-1* at c", "e-1* at e"}, b.attached())
}

// TestMoveTargetNotServed: where the service of the target is not available, patrons get to nothing there.
func TestMoveTargetNotServed(t *testing.T) {
	t.Parallel()
	b := setupMove(t)
	b.make(item{in: oldA, name: "a", print: holdingstest.ISSN(1), lines: 1}, item{in: target, name: "x", print: holdingstest.ISSN(1)})
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		return tx.Collection.UpdateOneID(target).SetAvailable(false).Exec(ctx)
	})
	if said := b.said(b.move()); len(said) != 1 || !strings.Contains(said[0], "the service of its collection is not available") {
		t.Errorf("%q", said)
	}
}

// TestMoveTargetCloses: a counterpart that patrons no longer get to when its turn comes is left, and listed.
func TestMoveTargetCloses(t *testing.T) {
	t.Parallel()
	b := setupMove(t)
	b.make(item{in: oldA, name: "a", print: holdingstest.ISSN(1), lines: 1}, item{in: target, name: "x", print: holdingstest.ISSN(1)})
	before, jobID := b.attached(), b.moveJob()
	b.Must(b.run(&moveRun{jobID: jobID, between: func() {
		off := false
		_, err := b.Holdings.UpdatePortfolio(t.Context(), holdings.PortfolioChange{ID: b.titles["x"], Staff: holdings.StaffChange{holdings.FieldAvailable: new(strconv.FormatBool(off))}})
		b.Must(err)
	}}))
	b.same("attached", before, b.attached())
	if said := b.said(jobID); len(said) != 1 || !strings.HasPrefix(said[0], "LEFT a") {
		t.Errorf("%q", said)
	}
}
