package move_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"autoholdings/ent/additionallicense"
	"autoholdings/ent/poline"
	"autoholdings/internal/holdingstest"
	"autoholdings/internal/store"
)

// order orders a collection as a whole; the first of several is the main one.
func (b *moveBundle) order(collectionID int64, numbers ...string) {
	b.T.Helper()
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		for i, number := range numbers {
			tx.POLine.Create().SetID(b.Store.NextID()).SetCreatedAt(1).SetUpdatedAt(1).SetNumber(number).SetCollectionID(collectionID).
				SetMain(i == 0).ExecX(ctx)
		}
		return nil
	})
}

func setupPackages(t *testing.T, overwrite bool) *moveBundle {
	t.Helper()
	b := setupMove(t)
	b.rules.Overwrite = overwrite
	b.Holdings.BatchTitles = 1
	issn := holdingstest.ISSN
	b.make(
		item{in: oldA, name: "a1", print: issn(1), license: "L1", beside: "L2 L3"},
		item{in: oldA, name: "a2", print: issn(2), license: "L1", beside: "L9"},
		item{in: oldA, name: "a3", print: issn(3), beside: "L2"},
		item{in: oldA, name: "a4", print: issn(4), license: "L1", beside: "L2"}, // no counterpart
		item{in: oldB, name: "b1", print: issn(1), license: "L2", beside: "L4"}, // shares t1 with a1
		item{in: target, name: "t1", print: issn(1), beside: "L3"},
		item{in: target, name: "t2", print: issn(2), license: "L9"},
		item{in: target, name: "t3", print: issn(3), license: "L2"},
	)
	b.order(oldA, "PKG-1", "PKG-2")
	b.order(oldB, "PKG-3")
	return b
}

// TestMoveOfPackages: additional licenses follow the main one, none is there twice, and what orders a collection as a whole
// goes to the target. The preview says what is then done, and an undo puts everything back.
func TestMoveOfPackages(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"keep": `+L2 on a4
+L2 on t1
+L3 on t1
+L4 on t1
L1 on a2
L1 on a4
L1 on t1
L2 on t3
L9 on t2
PKG-1* at New
PKG-2 at New
PKG-3 at New`,
		"overwrite": `+L2 on a4
+L2 on t1
+L3 on t1
+L4 on t1
+L9 on t2
L1 on a4
L1 on t1
L1 on t2
L2 on t3
PKG-1* at New
PKG-2 at New
PKG-3 at New`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setupPackages(t, name == "overwrite")
			before := b.attached()
			shown := b.preview()
			b.same("after the preview", before, b.attached())
			job := b.move()
			b.same("the report of the preview", b.said(shown), b.said(job))
			b.same("the counts of the preview", *b.moveCounts(shown).Move, *b.moveCounts(job).Move)
			b.same("after the move", want, strings.Join(b.attached(), "\n"))
			undo := &moveRun{jobID: b.moveJob(), undo: job}
			b.Must(b.run(undo))
			b.same("after the undo", before, b.attached())
			if n := b.moveCounts(undo.jobID).Left; n != 0 {
				t.Errorf("%d left", n)
			}
		})
	}
}

// TestInterruptedMoveOfPackages: whichever transaction fails, each PO line and license is in one place, a run that goes on does
// the rest, and nothing is reported twice.
func TestInterruptedMoveOfPackages(t *testing.T) {
	t.Parallel()
	whole := setupPackages(t, false)
	job := whole.move()
	want, said := whole.attached(), whole.said(job)
	for failing := 1; ; failing++ {
		b := setupPackages(t, false)
		before := b.attached()
		n, crashed := 0, false
		r := &moveRun{jobID: b.moveJob(), crashes: func() bool { n++; return n == failing }}
		if b.run(r) != nil {
			crashed = true
			b.same("PO lines in between", len(ordersOf(before)), len(ordersOf(b.attached())))
			b.Must(b.run(r))
		}
		b.same("after the move", want, b.attached())
		b.same("the report", said, b.said(r.jobID))
		n = 0
		undo := &moveRun{jobID: b.moveJob(), undo: r.jobID, crashes: func() bool { n++; return n == failing }}
		if b.run(undo) != nil {
			b.Must(b.run(undo))
		}
		b.same("after the undo", before, b.attached())
		if !crashed {
			return
		}
	}
}

// ordersOf are the PO lines among what attached says; none may be nowhere.
func ordersOf(attached []string) []string {
	return slices.DeleteFunc(slices.Clone(attached), func(line string) bool {
		return !strings.Contains(line, " at ") || strings.HasSuffix(line, "nowhere")
	})
}

// TestPackagesChangedSince: what was changed since the plan is left and listed, and an undo leaves what was moved on.
func TestPackagesChangedSince(t *testing.T) {
	t.Parallel()
	b := setupPackages(t, false)
	r := &moveRun{jobID: b.moveJob()}
	r.between = func() {
		b.Write(func(ctx context.Context, tx *store.Tx) error {
			tx.POLine.Update().Where(poline.Number("PKG-2")).ClearCollectionID().SetMain(false).ExecX(ctx)
			return tx.AdditionalLicense.Create().SetPortfolioID(b.titles["t3"]).SetLicenseID(b.licenseID(ctx, tx, "L9")).Exec(ctx)
		})
	}
	b.Must(b.run(r))
	said := strings.Join(b.said(r.jobID), "\n")
	for _, want := range []string{"LEFT Old A PKG-1", "LEFT Old A PKG-2", "LEFT Old B PKG-3", "LEFT a3"} {
		if !strings.Contains(said, want) {
			t.Errorf("no %q in\n%s", want, said)
		}
	}
	if n := b.moveCounts(r.jobID).Left; n != 4 {
		t.Errorf("%d left", n)
	}
	job := b.move() // does the rest
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		tx.POLine.Update().Where(poline.Number("PKG-3")).SetCollectionID(oldA).SetMain(true).ExecX(ctx)
		tx.AdditionalLicense.Delete().Where(additionallicense.PortfolioID(b.titles["t1"])).ExecX(ctx)
		return nil
	})
	undo := &moveRun{jobID: b.moveJob(), undo: job}
	b.Must(b.run(undo))
	said = strings.Join(b.said(undo.jobID), "\n")
	for _, want := range []string{"LEFT Old B PKG-3", "MOVE_PO_LINE Old A PKG-1"} {
		if !strings.Contains(said, want) {
			t.Errorf("no %q in\n%s", want, said)
		}
	}
	first := &moveRun{jobID: b.moveJob(), undo: r.jobID}
	b.Must(b.run(first))
	if said = strings.Join(b.said(first.jobID), "\n"); !strings.Contains(said, "LEFT a1 L2") || !strings.Contains(said, "MOVE_LICENSE a1 L3") {
		t.Errorf("%s", said)
	}
}

// TestComparePackages: a move that differs from its preview in what orders a collection, or in additional licenses, says so.
func TestComparePackages(t *testing.T) {
	t.Parallel()
	b := setupPackages(t, false)
	shown := b.preview()
	compare := func() []string {
		planned, err := b.Moves.PlanMove(t.Context(), b.rules)
		b.Must(err)
		found, err := b.Moves.CompareMove(t.Context(), planned, b.partsByCollection(shown))
		b.Must(err)
		slices.Sort(found.Titles)
		return found.Titles
	}
	if differ := compare(); len(differ) != 0 {
		t.Errorf("the same move differs: %q", differ)
	}
	b.order(target, "PKG-0")
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		tx.AdditionalLicense.Delete().Where(additionallicense.PortfolioID(b.titles["a3"])).ExecX(ctx)
		return nil
	})
	b.same("what differs", []string{"Old A", "a3"}, compare())
}
