package holdings_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"autoholdings/holdings"
	"autoholdings/holdings/plan"
	"autoholdings/internal/holdingstest"
	"autoholdings/internal/keyset"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
	"autoholdings/kbart"
)

// snapshot is what was exported at a moment, by group.
type snapshot struct {
	step    string
	moment  int64
	exports map[int64]string
	lists   []listedThen
}

// listedThen is what a listing had at a moment.
type listedThen struct {
	name   string
	filter holdings.PortfolioFilter
	window keyset.Window
	ids    []int64
}

// formerWorld changes a library at random, and remembers what was exported after each step.
type formerWorld struct {
	accessWorld
	groups    []int64
	jobs      []ownDone
	snapshots []snapshot
}

// exportAsOf is the export of a moment; 0: of now.
func (b *testBundle) exportAsOf(group, moment int64) (string, error) {
	b.T.Helper()
	var list bytes.Buffer
	_, err := b.Holdings.Export(b.T.Context(), holdings.ExportOf{CollectionID: holdingstest.CollectionID, GroupID: group, AsOf: moment}, &list)
	return list.String(), err
}

func (w *formerWorld) snap(t *rapid.T, step string) {
	ids, err := w.b.Store.IDs(w.b.T.Context(), `SELECT COALESCE(m, 0) FROM (`+
		strings.Replace(holdings.LatestMomentSQL, "MAX(moment)", "MAX(moment) AS m", 1)+`) AS latest`)
	w.b.Must(err)
	if len(ids) == 0 || ids[0] == 0 {
		return
	}
	s := snapshot{step: step, moment: ids[0], exports: map[int64]string{}}
	for _, group := range w.groups {
		if s.exports[group], err = w.b.exportAsOf(group, 0); err != nil {
			t.Fatal(err)
		}
	}
	s.lists = w.listNow(t)
	if n := len(w.snapshots); n > 0 && w.snapshots[n-1].moment == s.moment {
		n-- // nothing was changed that is recorded
		if diff := cmp.Diff(w.snapshots[n].exports, s.exports); diff != "" {
			t.Fatalf("%s changes the export and records nothing:\n%s", step, diff)
		}
		return
	}
	w.snapshots = append(w.snapshots, s)
}

// formerFilters are filters that can be asked of a former day.
func (w *formerWorld) formerFilters() map[string]holdings.PortfolioFilter {
	return map[string]holdings.PortfolioFilter{
		"all": {}, "removed": {Removed: true}, "of the collection": {CollectionID: holdingstest.CollectionID}, "of another": {CollectionID: 4711},
		"removed there": {CollectionID: holdingstest.CollectionID, Removed: true}, "prefix": {TitlePrefix: "JOURNAL 00"},
		"renamed": {TitlePrefix: "Journal 002 Quarterly"}, "title_id": {TitleID: "j002"}, "issn": {Identifier: holdingstest.ISSN(4)},
		"no issn": {Identifier: "brain"}, "available": {Available: new(true)}, "unavailable": {Available: new(false)},
		"listed": {Listed: new(true)}, "unlisted": {Listed: new(false)}, "profile 1": {ProfileID: 1}, "profile 2": {ProfileID: 2},
		"group 1": {GroupID: w.groups[1]}, "group 2": {GroupID: w.groups[2], CollectionID: holdingstest.CollectionID},
		"serials": {PublicationType: "serial"}, "books": {PublicationType: "monograph"}, "local": {HasLocal: new(true)},
		"not local": {HasLocal: new(false)}, "local title_id": {LocalField: "title_id"}, "perpetual": {AccessRights: holdings.Perpetual},
		"covered": {CoverageOn: "2006-05-01"}, "covered once": {CoverageOn: "1995-12-31"}, "license": {LicenseID: 4711},
	}
}

// listNow lists portfolios by some filters and orders.
func (w *formerWorld) listNow(t *rapid.T) (lists []listedThen) {
	filters := w.formerFilters()
	names := slices.Sorted(maps.Keys(filters))
	for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom(names), 6, 6, rapid.ID).Draw(t, "filters") {
		l := listedThen{name: name, filter: filters[name], window: keyset.Window{
			First: 100, Turned: rapid.Bool().Draw(t, "turned"),
			Order: rapid.SampledFrom([]string{"TITLE", "TITLE_ID", "PRINT_IDENTIFIER", "ONLINE_IDENTIFIER", ""}).Draw(t, "order"),
		}}
		page, err := w.b.Holdings.Portfolios(w.b.T.Context(), l.filter, l.window)
		w.b.Must(err)
		for _, p := range page.Items {
			l.ids = append(l.ids, p.ID)
		}
		lists = append(lists, l)
	}
	return lists
}

// walkAsOf walks a listing of a moment from one end to the other.
func (w *formerWorld) walkAsOf(l listedThen, moment int64) (ids []int64) {
	window, former := l.window, w.b.Holdings.Former(moment, nil)
	for window.First = 2; ; {
		page, err := former.List(w.b.T.Context(), l.filter, window)
		w.b.Must(err)
		var on []int64
		for _, p := range page.Items {
			on = append(on, p.ID)
		}
		if window.Backwards {
			ids = append(on, ids...)
		} else {
			ids = append(ids, on...)
		}
		if !page.More {
			return ids
		}
		last := page.Items[len(page.Items)-1]
		if window.Backwards {
			last = page.Items[0]
		}
		window.After = new(holdings.FormerListing.Position(window, last))
	}
}

// compareLists compares what listings had with what they have as of then, from both sides.
func (w *formerWorld) compareLists(t *rapid.T, s snapshot) {
	for _, l := range s.lists {
		for _, backwards := range []bool{false, true} {
			l.window.Backwards = backwards
			if diff := cmp.Diff(l.ids, w.walkAsOf(l, s.moment)); diff != "" {
				t.Fatalf("%s, %+v, as of %s:\n%s", l.name, l.window, s.step, diff)
			}
		}
		n, err := w.b.Holdings.Former(s.moment, nil).Count(w.b.T.Context(), l.filter)
		if w.b.Must(err); n != len(l.ids) {
			t.Fatalf("%s as of %s: %d are counted, %d were there", l.name, s.step, n, len(l.ids))
		}
	}
}

func (w *formerWorld) list(t *rapid.T) string {
	var rows []holdingstest.Journal
	for _, n := range rapid.SliceOfNDistinct(rapid.IntRange(1, 5), 1, 5, rapid.ID).Draw(t, "titles") {
		title := holdingstest.Numbered(n, n+1)[0]
		title.URL += rapid.SampledFrom([]string{"", "", "/new"}).Draw(t, "moved")
		title.Notes = rapid.SampledFrom([]string{"", "", "a note"}).Draw(t, "notes")
		title.Title += rapid.SampledFrom([]string{"", "", " Quarterly"}).Draw(t, "renamed")
		title.Publisher = rapid.SampledFrom([]string{"Oxford University Press", "OUP"}).Draw(t, "publisher")
		for i := range rapid.IntRange(1, 2).Draw(t, "statements") {
			j := title
			j.First = fmt.Sprint(rapid.IntRange(1990, 1999).Draw(t, "first"))
			j.Last = rapid.SampledFrom([]string{"", "2005", "2020-06"}).Draw(t, "last")
			j.Embargo = rapid.SampledFrom(embargoes).Draw(t, "embargo")
			if i > 0 {
				j.URL += rapid.SampledFrom([]string{"", "/archive"}).Draw(t, "page")
			}
			rows = append(rows, j)
		}
	}
	return holdingstest.ListOf(rows...)
}

func (w *formerWorld) syncs(t *rapid.T) {
	profile := rapid.Int64Range(1, 2).Draw(t, "profile")
	_, job := w.b.Sync(profile, w.list(t))
	w.jobs = append(w.jobs, ownDone{jobID: job, profile: profile})
}

func (w *formerWorld) imports(t *rapid.T) {
	_, job := w.b.importList(w.list(t), rapid.Bool().Draw(t, "keep missing"))
	w.jobs = append(w.jobs, ownDone{jobID: job})
}

func (w *formerWorld) activates(t *rapid.T) {
	_, job := w.b.activateTitles(w.list(t))
	w.jobs = append(w.jobs, ownDone{jobID: job})
}

func (w *formerWorld) undoes(*rapid.T) {
	if n := len(w.jobs); n > 0 {
		subject := w.jobs[n-1].jobID
		w.b.undo(w.jobs[n-1].profile, subject)
		w.jobs = w.jobs[:n-1]
		w.b.Write(func(ctx context.Context, tx *store.Tx) error { // as the queue makes the job
			_, err := tx.SQL.ExecContext(ctx, `UPDATE jobs SET kind = 'UNDO', subject_job_id = ? WHERE id = (SELECT MAX(id) FROM jobs)`, subject)
			return err
		})
	}
}

func (w *formerWorld) byHand(t *rapid.T) {
	change := w.b.Holdings.RemovePortfolio
	if rapid.Bool().Draw(t, "restore") {
		change = w.b.Holdings.RestorePortfolio
	}
	if id := w.title(t); id != 0 {
		if _, err := change(w.b.T.Context(), id); err != nil {
			if _, refused := problem.In(err); !refused {
				t.Fatal(err)
			}
		}
	}
}

// TestExportAsOf: what was exported after each step of a random walk is exported as of that moment at the end, byte for byte, and
// listings have then what they had, walked from either side; also where jobs were undone since.
func TestExportAsOf(t *testing.T) {
	t.Parallel()
	b := setup(t)
	groups := b.groupOfEach(1, 2)
	rapid.Check(t, func(rt *rapid.T) {
		w := &formerWorld{accessWorld: accessWorld{b}, groups: []int64{0, groups[1], groups[2]}}
		w.order(nil)
		b.empty()
		b.Write(func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.SQL.ExecContext(ctx, `DELETE FROM edits`)
			return err
		})
		for i := range rapid.IntRange(1, 12).Draw(rt, "steps") {
			steps := map[string]func(*rapid.T){
				"sync": w.syncs, "sync again": w.syncs, "import": w.imports, "activate": w.activates, "staff": w.staff, "staff again": w.staff,
				"undo": w.undoes, "by hand": w.byHand, "order": w.order,
			}
			name := rapid.SampledFrom([]string{
				"sync", "sync again", "import", "activate", "staff", "staff again", "undo", "by hand", "order",
			}).Draw(rt, "step")
			steps[name](rt)
			w.snap(rt, fmt.Sprintf("step %d, %s", i, name))
		}
		for _, s := range w.snapshots {
			for _, group := range w.groups {
				got, err := b.exportAsOf(group, s.moment)
				b.Must(err)
				if diff := cmp.Diff(strings.Split(s.exports[group], "\n"), strings.Split(got, "\n")); diff != "" {
					rt.Fatalf("as of %s, group %d:\n%s", s.step, group, diff)
				}
			}
			if diff := cmp.Diff(sortedRows(s.exports[0]), w.oneByOne(s.moment)); diff != "" {
				rt.Fatalf("as of %s, one by one:\n%s", s.step, diff)
			}
			w.compareLists(rt, s)
		}
	})
}

// sortedRows are the rows of a list without its header.
func sortedRows(list string) []string {
	rows := strings.Split(strings.TrimSuffix(list, "\n"), "\n")[1:]
	slices.Sort(rows)
	return rows
}

// oneByOne makes the rows of a list of what single portfolios were at a moment.
func (w *formerWorld) oneByOne(moment int64) []string {
	ctx := w.b.T.Context()
	former, err := w.b.Holdings.PortfoliosAsOf(ctx, w.b.Store.Read.Portfolio.Query().IDsX(ctx), moment)
	w.b.Must(err)
	rows := []string{}
	for _, p := range former {
		if !p.Accessible || p.CollectionID != holdingstest.CollectionID {
			continue
		}
		statements := p.Coverage
		if len(statements) == 0 {
			statements = []plan.Statement{{}}
		}
		for _, st := range statements {
			rows = append(rows, strings.Join(rowOfList(&p.Values, &st), "\t"))
		}
	}
	slices.Sort(rows)
	return rows
}

func rowOfList(values *[len(plan.TitleColumns)]string, st *plan.Statement) []string {
	row := make([]string, kbart.NumColumns)
	for i, c := range plan.TitleColumns {
		row[c] = values[i]
	}
	for c, cell := range map[kbart.Column]string{
		kbart.DateFirstIssueOnline: st.DateFirst, kbart.NumFirstVolOnline: st.VolFirst, kbart.NumFirstIssueOnline: st.IssueFirst,
		kbart.DateLastIssueOnline: st.DateLast, kbart.NumLastVolOnline: st.VolLast, kbart.NumLastIssueOnline: st.IssueLast,
		kbart.EmbargoInfo: st.Embargo,
	} {
		row[c] = cell
	}
	for c, own := range map[kbart.Column]*string{kbart.TitleURL: st.URL, kbart.Notes: st.Notes, kbart.CoverageDepth: st.Depth} {
		if own != nil {
			row[c] = *own
		}
	}
	return row
}

// TestAsOfBeforeAnUndo: an undo that deletes an entitlement keeps what it was, so that the moment before can be told, in the order of
// the rows of then. An undo by an earlier version did not: the moment is refused.
func TestAsOfBeforeAnUndo(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.groupOfEach(1, 2)
	b.Sync(1, listOf("Brain; id=brain; print=@1; first=1996; notes=one"))
	_, job := b.Sync(2, listOf("Brain; id=brain; print=@1; first=1878; last=1995; notes=two"))
	then := b.export()
	ids, err := b.Store.IDs(t.Context(), `SELECT MAX(settled_at) FROM job_parts`)
	b.Must(err)
	b.undo(2, job)
	b.Write(func(ctx context.Context, tx *store.Tx) error { // as the queue makes the job
		_, err := tx.SQL.ExecContext(ctx, `UPDATE jobs SET kind = 'UNDO', subject_job_id = ? WHERE id = (SELECT MAX(id) FROM jobs)`, job)
		return err
	})
	got, err := b.exportAsOf(0, ids[0])
	if b.Must(err); got != then || got == b.export() {
		t.Errorf("%s\nwant\n%s", got, then)
	}
	b.Write(func(ctx context.Context, tx *store.Tx) error { // as an earlier version wrote it
		_, err := tx.SQL.ExecContext(ctx, `UPDATE job_changes SET old_value = '{"available":true,"listed":true,"entitlement":"ended"}'
			WHERE old_value LIKE '%"deleted":%'`)
		return err
	})
	_, err = b.exportAsOf(0, ids[0])
	if problems, ok := problem.In(err); !ok || problems[0].Code != problem.WrongState || !strings.Contains(err.Error(), "kept nothing") {
		t.Errorf("what an earlier version undid: %v", err)
	}
	_, err = b.Holdings.Former(ids[0], nil).Count(t.Context(), holdings.PortfolioFilter{})
	if _, ok := problem.In(err); !ok {
		t.Errorf("a listing of what an earlier version undid: %v", err)
	}
}
