package move_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"autoholdings/ent"
	"autoholdings/ent/jobchange"
	"autoholdings/ent/poline"
	"autoholdings/ent/portfolio"
	"autoholdings/holdings"
	"autoholdings/holdings/move"
	"autoholdings/holdings/plan"
	"autoholdings/internal/holdingstest"
	"autoholdings/internal/store"
	"autoholdings/kbart"
)

// Collections of a move: two old ones and the target.
const (
	oldA   = 11
	oldB   = 12
	target = 20
)

var collectionNames = map[int64]string{oldA: "Old A", oldB: "Old B", target: "New"}

// moveBundle is a database with portfolios, PO lines and licenses to move.
type moveBundle struct {
	*testBundle
	rules  move.Rules
	titles map[string]int64 // portfolios by name
}

func setupMove(t *testing.T) *moveBundle {
	t.Helper()
	b := &moveBundle{
		openBundle(t),
		move.Rules{SourceIDs: []int64{oldA, oldB}, TargetID: target, POLines: true, Licenses: true},
		map[string]int64{},
	}
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		for id, name := range collectionNames {
			tx.Collection.Create().SetID(id).SetCreatedAt(1).SetUpdatedAt(1).SetName(name).SetNameKey(strings.ToLower(name)).SaveX(ctx)
		}
		return nil
	})
	return b
}

// item is a portfolio to make. Its PO lines are named for it; the first is the main one.
type item struct {
	in                       int64
	name                     string // how the test calls it
	title, id, print, online string
	kind                     string // default serial; "none" for none
	lines                    int
	license                  string
	beside                   string // codes of additional licenses, with blanks
	removed                  bool
	unlisted                 bool // nothing entitles to it
	off                      bool // staff have it not available
	noMain                   bool
	moreKeys                 string
}

func (b *moveBundle) make(items ...item) {
	b.T.Helper()
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		for _, i := range items {
			b.makeOne(ctx, tx, i)
		}
		return nil
	})
}

func (b *moveBundle) makeOne(ctx context.Context, tx *store.Tx, i item) {
	id := b.Store.NextID()
	b.titles[i.name] = id
	if i.title == "" {
		i.title = i.name
	}
	switch i.kind {
	case "":
		i.kind = "serial"
	case "none":
		i.kind = ""
	}
	create := tx.Portfolio.Create().SetID(id).SetCreatedAt(1).SetUpdatedAt(1).SetCollectionID(i.in).SetAvailable(!i.off).SetListed(true).
		SetPublicationTitle(i.title).SetTitleKey(kbart.FoldTitle(i.title)).SetTitleID(i.id).SetPrintIdentifier(i.print).
		SetOnlineIdentifier(i.online).
		SetPrintKey(keyOf(i.print)).SetOnlineKey(keyOf(i.online)).SetMoreKeys(i.moreKeys).SetPublicationType(i.kind).SetValuesHash(0)
	if i.removed {
		create.SetRemovedAt(1)
	}
	if i.license != "" {
		create.SetLicenseID(b.licenseID(ctx, tx, i.license))
	}
	create.SaveX(ctx)
	for _, code := range strings.Fields(i.beside) {
		tx.AdditionalLicense.Create().SetPortfolioID(id).SetLicenseID(b.licenseID(ctx, tx, code)).ExecX(ctx)
	}
	if !i.unlisted {
		tx.Entitlement.Create().SetID(b.Store.NextID()).SetCreatedAt(1).SetUpdatedAt(1).SetPortfolioID(id).SetActive(true).SetCoverageHash(0).
			SaveX(ctx)
	}
	for n := range i.lines {
		tx.POLine.Create().SetID(b.Store.NextID()).SetCreatedAt(1).SetUpdatedAt(1).SetNumber(fmt.Sprintf("%s-%d", i.name, n+1)).
			SetPortfolioID(id).SetMain(n == 0 && !i.noMain).SaveX(ctx)
	}
}

func keyOf(identifier string) string {
	id, _ := kbart.ParseIdentifier(identifier)
	return id.Key
}

// licenseID is the id of a license by code, made where there is none.
func (b *moveBundle) licenseID(ctx context.Context, tx *store.Tx, code string) int64 {
	rows := tx.License.Query().AllX(ctx)
	if i := slices.IndexFunc(rows, func(l *ent.License) bool { return l.Code == code }); i >= 0 {
		return rows[i].ID
	}
	return tx.License.Create().SetID(b.Store.NextID()).SetCreatedAt(1).SetUpdatedAt(1).SetCode(code).SaveX(ctx).ID
}

// moveJob makes the rows of a job with one part for each old collection: the parts are jobID+1, jobID+2.
func (b *moveBundle) moveJob() int64 {
	b.T.Helper()
	id := b.NextJobID()
	b.Write(func(ctx context.Context, tx *store.Tx) error {
		tx.Job.Create().SetID(id).SetCreatedAt(1).SetUpdatedAt(1).SetKind("MOVE").SetState("RUNNING").SetMode("APPLY").
			SetTrigger("MANUAL").SetArgs([]byte("{}")).SetDueAt(1).SaveX(ctx)
		for i, source := range b.rules.SourceIDs {
			tx.JobPart.Create().SetID(id + 1 + int64(i)).SetCreatedAt(1).SetUpdatedAt(1).SetJobID(id).
				SetCollectionID(source).SetContent("").SetState("FETCHED").SaveX(ctx)
		}
		return nil
	})
	return id
}

// moveRun is one try of a move, or of its undo.
type moveRun struct {
	jobID   int64
	crashes func() bool // asked at each transaction: fail it
	cancel  func() bool // likewise: stop for good
	show    bool
	shown   *move.ShownUndo
	undo    int64          // the job to undo; 0: none
	begun   map[int64]bool // parts
	over    map[int64]bool // likewise
	between func()         // after the plan
	preview int64          // the job whose plan it must be; 0: none
	pairs   []move.Pair    // carried over, instead of a move by the rules
}

var errStop = errors.New("cancelled")

func (b *moveBundle) run(r *moveRun) error {
	if r.begun == nil {
		r.begun, r.over = map[int64]bool{}, map[int64]bool{}
	}
	if r.show {
		r.shown = move.NewShownUndo(nil)
	}
	var plan *move.Plan
	if r.undo == 0 {
		var err error
		if r.pairs != nil {
			plan, err = b.Moves.PlanPairs(b.T.Context(), r.pairs, false)
		} else {
			plan, err = b.Moves.PlanMove(b.T.Context(), b.rules)
		}
		b.Must(err)
		if r.preview != 0 {
			_, err := b.Moves.CompareMove(b.T.Context(), plan, b.partsByCollection(r.preview))
			b.Must(err)
		}
	}
	if r.between != nil {
		r.between()
	}
	for i := range b.rules.SourceIDs {
		if r.undo != 0 { // the last first
			i = len(b.rules.SourceIDs) - 1 - i
		}
		if err := b.runPart(r, plan, i); err != nil {
			return err
		}
	}
	return nil
}

func (b *moveBundle) partsByCollection(jobID int64) map[int64]int64 {
	found := map[int64]int64{}
	for i, source := range b.rules.SourceIDs {
		found[source] = jobID + 1 + int64(i)
	}
	return found
}

func (b *moveBundle) runPart(r *moveRun, planned *move.Plan, i int) error {
	id := r.jobID + 1 + int64(i)
	if r.over[id] {
		return nil
	}
	part := &holdings.Part{
		ID: id, JobID: r.jobID, CollectionID: b.rules.SourceIDs[i],
		Fence: func(context.Context, *store.Tx, holdings.Progress) error {
			switch {
			case r.cancel != nil && r.cancel():
				return errStop
			case r.crashes != nil && r.crashes():
				return holdingstest.ErrCrash
			}
			return nil
		},
		Begun:  func(context.Context, *store.Tx, plan.Counts) error { r.begun[id] = true; return nil },
		Finish: func(context.Context, *store.Tx, plan.Counts) error { return nil },
	}
	var resumed *plan.Counts
	if r.begun[id] && !r.show {
		resumed = b.partCounts(id)
	}
	var err error
	switch {
	case r.undo != 0:
		_, err = b.Moves.UndoMove(b.T.Context(), r.undo+1+int64(i), part, resumed, r.shown)
	case r.show:
		_, err = b.Moves.ShowMove(b.T.Context(), planned, part)
	default:
		_, err = b.Moves.ApplyMove(b.T.Context(), planned, part, resumed)
	}
	r.over[id] = err == nil
	return err
}

func (b *moveBundle) partCounts(id int64) *plan.Counts {
	b.T.Helper()
	part, err := b.Store.Read.JobPart.Get(b.T.Context(), id)
	b.Must(err)
	counts := &plan.Counts{}
	if len(part.Counts) > 0 {
		b.Must(json.Unmarshal(part.Counts, counts))
	}
	return counts
}

// moveCounts are those of all the job's parts.
func (b *moveBundle) moveCounts(jobID int64) (sum plan.Counts) {
	for i := range b.rules.SourceIDs {
		sum.Merge(*b.partCounts(jobID + 1 + int64(i)))
	}
	if sum.Move == nil {
		sum.Move = &plan.MoveCounts{}
	}
	return sum
}

// move moves without trouble.
func (b *moveBundle) move() int64 {
	b.T.Helper()
	r := &moveRun{jobID: b.moveJob()}
	b.Must(b.run(r))
	return r.jobID
}

func (b *moveBundle) preview() int64 {
	b.T.Helper()
	r := &moveRun{jobID: b.moveJob(), show: true}
	b.Must(b.run(r))
	return r.jobID
}

// attached says where all PO lines and licenses are, by the test's names, one a line; "*" marks a main PO line.
func (b *moveBundle) attached() []string {
	b.T.Helper()
	names := map[int64]string{}
	for name, id := range b.titles {
		names[id] = name
	}
	var found []string
	for _, l := range b.Store.Read.POLine.Query().Order(poline.ByNumber()).AllX(b.T.Context()) {
		at, mark := "nowhere", ""
		if l.PortfolioID != nil {
			at = names[*l.PortfolioID]
		}
		if l.CollectionID != nil {
			at = collectionNames[*l.CollectionID]
		}
		if l.Main {
			mark = "*"
		}
		found = append(found, l.Number+mark+" at "+at)
	}
	for _, p := range b.Store.Read.Portfolio.Query().Where(portfolio.LicenseIDNotNil()).WithLicense().AllX(b.T.Context()) {
		found = append(found, p.Edges.License.Code+" on "+names[p.ID])
	}
	for _, a := range b.Store.Read.AdditionalLicense.Query().WithLicense().AllX(b.T.Context()) {
		found = append(found, "+"+a.Edges.License.Code+" on "+names[a.PortfolioID])
	}
	slices.Sort(found)
	return found
}

// said is a job's report in words: action, portfolio, field, old and new value.
func (b *moveBundle) said(jobID int64) []string {
	b.T.Helper()
	var lines []string
	for _, c := range b.Store.Read.JobChange.Query().Where(jobchange.JobID(jobID)).Order(jobchange.ByID()).AllX(b.T.Context()) {
		lines = append(lines, fmt.Sprintf("%s %s %s: %s → %s", c.Action, c.Title, c.Field,
			holdings.ValuesOf(c).OldWords(plan.Action(c.Action), c.Field), holdings.ValuesOf(c).NewWords(plan.Action(c.Action), c.Field)))
	}
	slices.Sort(lines)
	return lines
}

func (b *moveBundle) same(what string, want, got any) {
	b.T.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		b.T.Errorf("%s:\n%s", what, diff)
	}
}

// TestMove is the whole of a small move: every kind of line that its report has.
func TestMove(t *testing.T) {
	t.Parallel()
	b := setupMove(t)
	b.Holdings.BatchTitles = 2
	b.make(
		item{in: oldA, name: "brain", id: "x-brain", print: holdingstest.ISSN(1), online: holdingstest.ISSN(2), lines: 3, license: "L1"},
		item{in: oldA, name: "mind", print: holdingstest.ISSN(3), lines: 1, license: "L1"},
		item{in: oldA, name: "gone", print: holdingstest.ISSN(5), lines: 2, license: "L2"},
		item{in: oldA, name: "twins", print: holdingstest.ISSN(7), lines: 1},
		item{in: oldA, name: "idle", print: holdingstest.ISSN(9)},
		item{in: oldA, name: "hidden", print: holdingstest.ISSN(1), license: "L3", removed: true},
		item{in: oldB, name: "brain too", title: "Brain", online: holdingstest.ISSN(1), lines: 2, license: "L4"},
		item{in: oldB, name: "equal", print: holdingstest.ISSN(11), license: "L5"},
		item{in: target, name: "new brain", title: "Brain (new)", id: "brain", online: holdingstest.ISSN(1)},
		item{in: target, name: "new mind", title: "Mind", print: holdingstest.ISSN(3), lines: 1, license: "L9"},
		item{in: target, name: "twin 1", print: holdingstest.ISSN(7)},
		item{in: target, name: "twin 2", online: holdingstest.ISSN(7)},
		item{in: target, name: "new idle", print: holdingstest.ISSN(9)},
		item{in: target, name: "new gone", print: holdingstest.ISSN(5), removed: true},
		item{in: target, name: "new equal", print: holdingstest.ISSN(11), license: "L5"},
	)
	before := b.attached()
	shown := b.preview()
	b.same("a preview changed something", before, b.attached())
	done := b.move()
	b.same("the preview said otherwise", b.said(shown), b.said(done))
	b.same("the preview counted otherwise", b.moveCounts(shown), b.moveCounts(done))
	b.same("attached", []string{
		"L1 on mind", "L1 on new brain", "L2 on gone", "L3 on hidden", "L4 on brain too", "L5 on new equal", "L9 on new mind",
		"brain too-1 at new brain", "brain too-2 at new brain",
		"brain-1* at new brain", "brain-2 at new brain", "brain-3 at new brain",
		"gone-1* at gone", "gone-2 at gone",
		"mind-1 at new mind", "new mind-1* at new mind",
		"twins-1* at twins",
	}, b.attached())
	b.same("report", []string{
		`AMBIGUOUS twins : a PO line → has the keys of 2 portfolios`,
		`LICENSE_CONFLICT Brain L4: license → stays, since "Brain (new)" in New keeps L1`,
		`LICENSE_CONFLICT mind L1: license → stays, since "Mind" in New keeps L9`,
		`MOVE_LICENSE brain L1: license → license of "Brain (new)" in New`,
		`MOVE_LICENSE equal L5: license → license of "new equal" in New, which had it already`,
		`MOVE_PO_LINE Brain brain too-1: main PO line → additional PO line of "Brain (new)" in New`,
		`MOVE_PO_LINE Brain brain too-2: additional PO line → additional PO line of "Brain (new)" in New`,
		`MOVE_PO_LINE brain brain-1: main PO line → main PO line of "Brain (new)" in New`,
		`MOVE_PO_LINE brain brain-2: additional PO line → additional PO line of "Brain (new)" in New`,
		`MOVE_PO_LINE brain brain-3: additional PO line → additional PO line of "Brain (new)" in New`,
		`MOVE_PO_LINE mind mind-1: main PO line → additional PO line of "Mind" in New`,
		`NOTHING_TO_MOVE idle : → `,
		`NO_COUNTERPART gone : 2 PO lines and a license → stays: no portfolio of New is its counterpart`,
	}, trimmed(b.said(done)))
	b.same("counts", plan.MoveCounts{
		Portfolios: 7, PoLinesMoved: 6, LicensesMoved: 2, NoCounterpart: 1, Ambiguous: 1, Conflicts: 2, NothingToMove: 1,
	}, *b.moveCounts(done).Move)

	undone := &moveRun{jobID: b.moveJob(), undo: done}
	shownUndo := &moveRun{jobID: b.moveJob(), undo: done, show: true}
	b.Must(b.run(shownUndo))
	b.Must(b.run(undone))
	b.same("undone", before, b.attached())
	b.same("undo's report", b.said(shownUndo.jobID), b.said(undone.jobID))
	if c := b.moveCounts(undone.jobID); c.Move.PoLinesMoved != 6 || c.Move.LicensesMoved != 2 || c.Left != 0 {
		t.Errorf("undo: %+v, left %d", c.Move, c.Left)
	}
}

func trimmed(lines []string) []string {
	for i, line := range lines {
		lines[i] = strings.Replace(line, ":  →", ": →", 1)
	}
	return lines
}
