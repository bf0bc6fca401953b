package move_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"autoholdings/ent"
	"autoholdings/ent/additionallicense"
	"autoholdings/ent/jobchange"
	"autoholdings/ent/license"
	"autoholdings/ent/poline"
	"autoholdings/ent/portfolio"
	"autoholdings/holdings/move"
	"autoholdings/holdings/plan"
	"autoholdings/internal/holdingstest"
	"autoholdings/internal/store"
)

// TestMoveConserves runs random sequences of moves, previews, crashes in any transaction, cancels, undos, and staff who
// order, license and reattach meanwhile. After each step every PO line is at exactly one portfolio or collection, each with
// PO lines has one main one, no license is main and additional at once, and where a PO line or a license is elsewhere than before, the report says so, once.
func TestMoveConserves(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		b := setupMove(t)
		b.Holdings.BatchTitles = 2
		m := &moveModel{moveBundle: b}
		m.makeTitles(rt)
		m.at, m.licensed = m.lines(), m.licenses()
		rt.Repeat(map[string]func(*rapid.T){
			"move":     m.moveAll,
			"preview":  m.show,
			"undo":     m.undo,
			"order":    func(t *rapid.T) { m.order(t); m.touched() },
			"license":  func(t *rapid.T) { m.license(t); m.touched() },
			"beside":   func(t *rapid.T) { m.beside(t); m.touched() },
			"package":  func(t *rapid.T) { m.orderWhole(t); m.touched() },
			"reattach": func(t *rapid.T) { m.reattach(t); m.touched() },
			"":         m.check,
		})
	})
}

// moveModel is where everything should be: where staff put it, and where the reports say that it was moved since.
type moveModel struct {
	*moveBundle
	at       map[int64]int64 // portfolio of each PO line, or less than 0: the collection that it orders as a whole
	licensed map[int64]int64 // license of each portfolio that has one
	done     []*doneMove
}

// doneMove is a move that can be undone, and what was where before. Since then staff may have changed something.
type doneMove struct {
	jobID  int64
	before []string
	since  bool
}

func (m *moveModel) touched() {
	for _, d := range m.done {
		d.since = true
	}
}

// makeTitles makes portfolios of few identifiers, so that many have a counterpart, and some several.
func (m *moveModel) makeTitles(t *rapid.T) {
	number := 0
	for _, in := range []int64{oldA, oldB, target} {
		for range rapid.IntRange(1, 6).Draw(t, "portfolios") {
			number++
			i := item{in: in, name: fmt.Sprintf("p%d", number), lines: rapid.IntRange(0, 3).Draw(t, "PO lines")}
			if n := rapid.IntRange(0, 6).Draw(t, "print"); n > 0 {
				i.print = holdingstest.ISSN(n)
			}
			if n := rapid.IntRange(0, 9).Draw(t, "online"); n > 0 {
				i.online = holdingstest.ISSN(n)
			}
			if n := rapid.IntRange(0, 4).Draw(t, "title_id"); n > 0 {
				i.id = fmt.Sprintf("j%d", n)
			}
			if n := rapid.IntRange(0, 3).Draw(t, "license"); n > 0 {
				i.license = fmt.Sprintf("L%d", n)
			}
			if n := rapid.IntRange(0, 6).Draw(t, "additional license"); n > 0 && n < 4 && i.license != fmt.Sprintf("L%d", n) {
				i.beside = fmt.Sprintf("L%d", n)
			}
			m.make(i)
		}
	}
}

func perhaps(t *rapid.T, of int, label string) func() bool {
	return func() bool { return rapid.IntRange(1, of).Draw(t, label) == 1 }
}

func (m *moveModel) moveAll(t *rapid.T) {
	m.rules.POLines = rapid.Bool().Draw(t, "PO lines")
	m.rules.Licenses = !m.rules.POLines || rapid.Bool().Draw(t, "licenses")
	m.rules.Overwrite = rapid.Bool().Draw(t, "overwrite")
	move := &doneMove{jobID: m.moveJob(), before: m.attached()}
	r := &moveRun{jobID: move.jobID, crashes: perhaps(t, 4, "crash"), cancel: perhaps(t, 12, "cancel")}
	if rapid.IntRange(0, 3).Draw(t, "somebody meddles") == 0 {
		r.between = func() {
			r.between = nil
			m.order(t)
			m.license(t)
			m.touched()
			move.before = m.attached()
		}
	}
	if m.finish(t, r) {
		m.checkReport(t, move.jobID)
	}
	m.done = append(m.done, move)
}

// checkReport checks that each portfolio of the old collections is accounted for once, and that the counts are those of
// the report, however often the job was interrupted.
func (m *moveModel) checkReport(t *rapid.T, jobID int64) {
	var counted plan.MoveCounts
	told := map[int64][]plan.Action{}
	left := 0
	for _, c := range m.Store.Read.JobChange.Query().Where(jobchange.JobID(jobID)).AllX(m.T.Context()) {
		action := plan.Action(c.Action)
		switch action {
		case plan.MovePOLine:
			counted.PoLinesMoved++
		case plan.MoveLicense:
			counted.LicensesMoved++
		case plan.LicenseConflict:
			counted.Conflicts++
		case plan.NoCounterpart:
			counted.NoCounterpart++
		case plan.Ambiguous:
			counted.Ambiguous++
		case plan.NothingToMove:
			counted.NothingToMove++
		case plan.Left:
			left++
		}
		if c.PortfolioID != nil { // else it is about what orders a collection as a whole
			told[*c.PortfolioID] = append(told[*c.PortfolioID], action)
		}
	}
	counted.Portfolios = m.Store.Read.Portfolio.Query().Where(portfolio.CollectionIDNEQ(target)).CountX(m.T.Context())
	counts := m.moveCounts(jobID)
	if diff := cmp.Diff(counted, *counts.Move); diff != "" || counts.Left != left {
		t.Fatalf("the counts are not those of the report, %d of %d left:\n%s", counts.Left, left, diff)
	}
	if len(told) != counted.Portfolios {
		t.Fatalf("the report tells of %d portfolios of %d", len(told), counted.Portfolios)
	}
	for id, actions := range told {
		moved := slices.ContainsFunc(actions, func(a plan.Action) bool {
			return a == plan.MovePOLine || a == plan.MoveLicense || a == plan.LicenseConflict
		})
		others := slices.ContainsFunc(actions, func(a plan.Action) bool {
			return a == plan.NoCounterpart || a == plan.Ambiguous || a == plan.NothingToMove || a == plan.Left
		})
		if moved == others || others && len(actions) > 1 {
			t.Fatalf("the report tells of portfolio %d: %v", id, actions)
		}
	}
}

// finish runs until the end, or until it is cancelled, and says whether it came to the end.
func (m *moveModel) finish(t *rapid.T, r *moveRun) bool {
	for {
		err := m.run(r)
		m.checkWhole(t)
		if err == nil || errors.Is(err, errStop) {
			m.believe(t, r.jobID)
			return err == nil
		}
		if !errors.Is(err, holdingstest.ErrCrash) {
			t.Fatal(err)
		}
	}
}

// checkWhole checks that what a portfolio had is moved in whole or not at all, wherever a run was interrupted. A PO
// line may stay behind in an undo, where somebody moved it on.
func (m *moveModel) checkWhole(t *rapid.T) {
	now, gone := m.lines(), map[int64]map[int64]bool{}
	for line, was := range m.at {
		if gone[was] == nil {
			gone[was] = map[int64]bool{}
		}
		gone[was][now[line]] = true
	}
	for was, places := range gone {
		collection := -was
		if was > 0 {
			collection = m.Store.Read.Portfolio.GetX(m.T.Context(), was).CollectionID
		}
		if collection != target && len(places) > 1 {
			t.Fatalf("the PO lines of %d are at %v", was, places)
		}
	}
}

// believe follows a job's report line by line: each must fit what was there before it.
func (m *moveModel) believe(t *rapid.T, jobID int64) {
	for _, c := range m.Store.Read.JobChange.Query().Where(jobchange.JobID(jobID)).Order(jobchange.ByID()).AllX(m.T.Context()) {
		to, line, license := move.Moved(c)
		var value struct {
			Replaces    int64
			Had, Beside bool
		}
		if c.PortfolioID == nil {
			m.believeWhole(t, c, line)
			continue
		}
		from := *c.PortfolioID
		undone := hasTarget(c.OldValue)
		switch plan.Action(c.Action) {
		case plan.MovePOLine:
			if undone {
				from, to = to, from
			}
			if m.at[line] != from {
				t.Fatalf("the report moves PO line %d from %d, it was at %d", line, from, m.at[line])
			}
			m.at[line] = to
		case plan.MoveLicense:
			stored := c.NewValue
			if undone {
				stored = c.OldValue
			}
			m.Must(json.Unmarshal([]byte(stored), &value))
			if value.Beside {
				continue // an undo puts it back, which attached tells
			}
			m.believeLicense(t, from, to, license, value.Replaces, value.Had, undone)
		}
	}
}

// believeWhole follows a line about what orders a collection as a whole.
func (m *moveModel) believeWhole(t *rapid.T, c *ent.JobChange, line int64) {
	if plan.Action(c.Action) != plan.MovePOLine {
		return
	}
	var from, to struct{ Whole int64 }
	m.Must(json.Unmarshal([]byte(c.OldValue), &from))
	m.Must(json.Unmarshal([]byte(c.NewValue), &to))
	if m.at[line] != -from.Whole {
		t.Fatalf("the report moves PO line %d from collection %d, it was at %d", line, from.Whole, m.at[line])
	}
	m.at[line] = -to.Whole
}

func hasTarget(stored string) bool {
	var v struct{ Target int64 }
	return json.Unmarshal([]byte(stored), &v) == nil && v.Target != 0
}

func (m *moveModel) believeLicense(t *rapid.T, source, target, license, replaced int64, had, undone bool) {
	atSource, before, after := license, replaced, license
	if had {
		before = license
	}
	if undone {
		atSource, before, after = 0, after, before
	}
	if m.licensed[source] != atSource || !had && m.licensed[target] != before {
		t.Fatalf("the report moves license %d: source %d has %d, target %d has %d", license, source, m.licensed[source], target,
			m.licensed[target])
	}
	m.set(source, license-atSource)
	if !had {
		m.set(target, after)
	}
}

// set licenses a portfolio in the model; 0 takes its license away.
func (m *moveModel) set(portfolioID, license int64) {
	if license == 0 {
		delete(m.licensed, portfolioID)
		return
	}
	m.licensed[portfolioID] = license
}

// show makes a preview: it changes nothing, and a plan made anew does not differ from it.
func (m *moveModel) show(t *rapid.T) {
	jobID := m.preview()
	plan, err := m.Moves.PlanMove(m.T.Context(), m.rules)
	m.Must(err)
	found, err := m.Moves.CompareMove(m.T.Context(), plan, m.partsByCollection(jobID))
	m.Must(err)
	if found.Portfolios != 0 {
		t.Fatalf("the same plan differs: %+v", found)
	}
	counts := m.moveCounts(jobID)
	if diff := cmp.Diff(*counts.Move, found.Now); diff != "" {
		t.Fatal(diff)
	}
}

// undo reverses the newest move. Without changes of staff since all is as it was.
func (m *moveModel) undo(t *rapid.T) {
	if len(m.done) == 0 {
		t.Skip("nothing to undo")
	}
	last := m.done[len(m.done)-1]
	r := &moveRun{jobID: m.moveJob(), undo: last.jobID, crashes: perhaps(t, 4, "crash"), cancel: perhaps(t, 12, "cancel")}
	if !m.finish(t, r) {
		return // it can be undone again
	}
	m.done = m.done[:len(m.done)-1]
	if last.since {
		return
	}
	if diff := cmp.Diff(last.before, m.attached()); diff != "" {
		t.Fatalf("not as before the move:\n%s", diff)
	}
	if counts := m.moveCounts(r.jobID); counts.Left != 0 {
		t.Fatalf("%d left, though nobody changed anything", counts.Left)
	}
}

func (m *moveModel) anyPortfolio(t *rapid.T) *ent.Portfolio {
	portfolios := m.Store.Read.Portfolio.Query().Order(portfolio.ByID()).AllX(m.T.Context())
	return portfolios[rapid.IntRange(0, len(portfolios)-1).Draw(t, "portfolio")]
}

// order attaches a new PO line.
func (m *moveModel) order(t *rapid.T) {
	p, id := m.anyPortfolio(t), m.Store.NextID()
	m.Write(func(ctx context.Context, tx *store.Tx) error {
		first := tx.POLine.Query().Where(poline.PortfolioID(p.ID)).CountX(ctx) == 0
		return tx.POLine.Create().SetID(id).SetCreatedAt(1).SetUpdatedAt(1).SetNumber(fmt.Sprint("POL-", id)).SetPortfolioID(p.ID).SetMain(first).
			Exec(ctx)
	})
	m.at[id] = p.ID
}

// reattach moves an additional PO line by hand, or a portfolio's only one.
func (m *moveModel) reattach(t *rapid.T) {
	to := m.anyPortfolio(t)
	var free []*ent.POLine
	for _, l := range m.Store.Read.POLine.Query().Order(poline.ByID()).AllX(m.T.Context()) {
		if l.PortfolioID == nil {
			continue
		}
		if !l.Main || m.Store.Read.POLine.Query().Where(poline.PortfolioID(*l.PortfolioID)).CountX(m.T.Context()) == 1 {
			free = append(free, l)
		}
	}
	if len(free) == 0 {
		t.Skip("no PO line to reattach")
	}
	line := free[rapid.IntRange(0, len(free)-1).Draw(t, "PO line")]
	m.Write(func(ctx context.Context, tx *store.Tx) error {
		main := tx.POLine.Query().Where(poline.PortfolioID(to.ID), poline.IDNEQ(line.ID)).CountX(ctx) == 0
		return tx.POLine.UpdateOneID(line.ID).SetPortfolioID(to.ID).SetMain(main).Exec(ctx)
	})
	m.at[line.ID] = to.ID
}

// license gives a portfolio a license, or takes it away.
func (m *moveModel) license(t *rapid.T) {
	p, code := m.anyPortfolio(t), rapid.IntRange(0, 3).Draw(t, "license")
	m.Write(func(ctx context.Context, tx *store.Tx) error {
		tx.AdditionalLicense.Delete().Where(additionallicense.PortfolioID(p.ID),
			additionallicense.HasLicenseWith(license.Code(fmt.Sprintf("L%d", code)))).ExecX(ctx)
		if code == 0 {
			m.set(p.ID, 0)
			return tx.Portfolio.UpdateOneID(p.ID).ClearLicenseID().Exec(ctx)
		}
		id := m.licenseID(ctx, tx, fmt.Sprintf("L%d", code))
		m.set(p.ID, id)
		return tx.Portfolio.UpdateOneID(p.ID).SetLicenseID(id).Exec(ctx)
	})
}

// beside gives a portfolio another additional license, unless it has it.
func (m *moveModel) beside(t *rapid.T) {
	p, code := m.anyPortfolio(t), rapid.IntRange(1, 3).Draw(t, "additional license")
	m.Write(func(ctx context.Context, tx *store.Tx) error {
		id := m.licenseID(ctx, tx, fmt.Sprintf("L%d", code))
		if p.LicenseID != nil && *p.LicenseID == id ||
			tx.AdditionalLicense.Query().Where(additionallicense.PortfolioID(p.ID), additionallicense.LicenseID(id)).CountX(ctx) > 0 {
			return nil
		}
		return tx.AdditionalLicense.Create().SetPortfolioID(p.ID).SetLicenseID(id).Exec(ctx)
	})
}

// orderWhole orders a collection as a whole.
func (m *moveModel) orderWhole(t *rapid.T) {
	in, id := rapid.SampledFrom([]int64{oldA, oldB, target}).Draw(t, "collection"), m.Store.NextID()
	m.Write(func(ctx context.Context, tx *store.Tx) error {
		first := tx.POLine.Query().Where(poline.CollectionID(in)).CountX(ctx) == 0
		return tx.POLine.Create().SetID(id).SetCreatedAt(1).SetUpdatedAt(1).SetNumber(fmt.Sprint("POL-", id)).SetCollectionID(in).SetMain(first).
			Exec(ctx)
	})
	m.at[id] = -in
}

func (m *moveModel) lines() map[int64]int64 {
	found := map[int64]int64{}
	for _, l := range m.Store.Read.POLine.Query().AllX(m.T.Context()) {
		if l.CollectionID != nil {
			found[l.ID] = -*l.CollectionID
			continue
		}
		found[l.ID] = *l.PortfolioID // nowhere is a panic: none may be
	}
	return found
}

func (m *moveModel) licenses() map[int64]int64 {
	found := map[int64]int64{}
	for _, p := range m.Store.Read.Portfolio.Query().Where(portfolio.LicenseIDNotNil()).AllX(m.T.Context()) {
		found[p.ID] = *p.LicenseID
	}
	return found
}

// check compares the holdings with the model.
func (m *moveModel) check(t *rapid.T) {
	if now := m.lines(); !maps.Equal(m.at, now) {
		t.Fatalf("PO lines are not where the reports say:\n%s", cmp.Diff(m.at, now))
	}
	if now := m.licenses(); !maps.Equal(m.licensed, now) {
		t.Fatalf("licenses are not where the reports say:\n%s", cmp.Diff(m.licensed, now))
	}
	mains := map[int64]int{}
	for _, l := range m.Store.Read.POLine.Query().Where(poline.Main(true)).AllX(m.T.Context()) {
		if l.CollectionID != nil {
			mains[-*l.CollectionID]++
			continue
		}
		mains[*l.PortfolioID]++
	}
	for _, a := range m.Store.Read.AdditionalLicense.Query().AllX(m.T.Context()) {
		if m.licensed[a.PortfolioID] == a.LicenseID {
			t.Fatalf("portfolio %d has license %d as its main one and beside it", a.PortfolioID, a.LicenseID)
		}
	}
	for line, at := range m.at {
		if mains[at] != 1 {
			t.Fatalf("portfolio %d has PO line %d, and %d main ones", at, line, mains[at])
		}
	}
}
