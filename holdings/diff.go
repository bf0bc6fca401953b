package holdings

import (
	"context"
	"strings"

	"autoholdings/kbart"
)

// Change is one line of a report.
type Change struct {
	Action Action `json:"action"`
	Field  string `json:"field,omitempty"` // KBART name, coverage, or coverage.title_url and the like; "": the title as a whole
	Citation
	Old  string `json:"old,omitempty"` // in words, like New
	New  string `json:"new,omitempty"`
	Line int    `json:"line,omitempty"` // in the new file; 0: it is not there
}

// Diff tells what a sync of the list after would do to holdings that agree with the list before. It needs no database;
// before may be the zero Source, which stands for no holdings at all. Guards are left to the sync, but what never
// removes anything does not here either: a list without a title that could be used. Changes go to changed as they are
// found: first the free and refused rows, then the titles in the order of the file, then what leaves.
func Diff(ctx context.Context, before, after Source, report func(kbart.Finding), changed func(Change) error) (Counts, error) {
	d := differ{report: report, changed: changed, successors: map[int32]Related{}}
	if err := d.readBefore(ctx, before); err != nil {
		return Counts{}, err
	}
	l, err := readList(ctx, after, report)
	if err != nil {
		return Counts{}, err
	}
	if err := l.wrongContent(); err != nil {
		return Counts{}, err
	}
	in := planned{portfolios: d.portfolios(), texts: &listTexts{ctx, d.before}}
	if d.plan, err = makePlan(ctx, l, in); err != nil {
		return Counts{}, err
	}
	if err := d.plan.reportTwins(ctx, report); err != nil {
		return Counts{}, err
	}
	d.plan.reportHidden(report)
	d.plan.lost = lostColumns(&l.columns, d.formerLists(), nil)
	if l.titles.len() == 0 { // free titles only, or no usable row: never a reason to remove anything
		d.plan.RemoveNothing()
	}
	d.counts = d.plan.Counts
	err = d.write(ctx, report)
	return d.counts, err
}

// differ compares two lists. The old one's titles play the part of portfolios.
type differ struct {
	before  *list
	plan    *Plan
	stored  map[int32]*stored // values of the old titles that the plan touches
	counts  Counts
	report  func(kbart.Finding)
	changed func(Change) error

	successors map[int32]Related // of old titles: the new ones that go on from them
}

func (d *differ) readBefore(ctx context.Context, before Source) (err error) {
	if before.Open == nil {
		d.before = &list{}
		return nil
	}
	d.before, err = readList(ctx, before, ignore)
	return err
}

func (d *differ) portfolios() chunked[held] {
	var portfolios chunked[held]
	for i := range int32(d.before.titles.len()) {
		t := d.before.titles.at(i)
		portfolios.add(held{
			identity: t.identity, id: int64(i), entitlement: int64(i) + 1,
			values: t.values, coverage: t.coverage, entitled: true, listed: true,
		})
	}
	return portfolios
}

// formerLists is the old list, as far as its columns count.
func (d *differ) formerLists() []formerList {
	if d.before.columns.Rows == 0 {
		return nil
	}
	return []formerList{{shape: d.before.columns.shape()}}
}

func (d *differ) write(ctx context.Context, report func(kbart.Finding)) error {
	if err := d.readStored(ctx); err != nil {
		return err
	}
	for _, row := range d.plan.list.listed {
		if err := d.changed(Change{Action: row.Action, Citation: row.Citation, New: row.Why, Line: row.Line}); err != nil {
			return err
		}
	}
	err := d.plan.list.eachTitle(ctx, d.plan.pending, report, d.title)
	if err != nil {
		return err
	}
	if err := d.writeGone(); err != nil {
		return err
	}
	d.counts.Unchanged = d.counts.Titles - d.counts.Added - d.counts.Updated
	return nil
}

// writeGone tells what the list no longer has, and what may be hidden in it.
func (d *differ) writeGone() error {
	gone := func(action Action, portfolio int32, why Leaving) error {
		if successor, ok := d.successors[portfolio]; ok {
			why.Successor = &successor
		}
		return d.changed(Change{Action: action, Citation: citationOf(&d.stored[portfolio].values), New: why.String()})
	}
	for _, w := range d.plan.waiting {
		d.counts.Waiting++
		if err := gone(Wait, w.portfolio, Leaving{Waits: w.why}); err != nil {
			return err
		}
	}
	for _, l := range d.plan.leaving {
		d.counts.Removed++
		if err := gone(Remove, l.portfolio, Leaving{FreeNow: l.free}); err != nil {
			return err
		}
	}
	for _, portfolio := range d.plan.reviews {
		d.counts.Review++
		if err := d.changed(Change{
			Action: Review, Citation: citationOf(&d.stored[portfolio].values),
			New: reasonWords(ReviewUnreadable),
		}); err != nil {
			return err
		}
	}
	return nil
}

func (d *differ) title(t *Title) error {
	pair := d.plan.pair[t.index]
	if pair == unpaired {
		d.counts.Added++
		if _, ambiguous := d.plan.ambiguous[t.index]; ambiguous {
			d.counts.Ambiguous++
			if err := d.changed(Change{Action: Ambiguous, Citation: citationOf(&t.Values), Line: t.Line}); err != nil {
				return err
			}
		}
		var follows Leaving
		if portfolio, ok := d.plan.follows.predecessor[t.index]; ok {
			d.successors[portfolio] = Related{Title: t.Values[0], TitleID: t.Get(kbart.TitleID)}
			was := &d.stored[portfolio].values
			follows.Predecessor = &Related{Title: was[0], TitleID: was[titleColumnIndex[kbart.TitleID]]}
		}
		return d.changed(Change{Action: Add, Citation: citationOf(&t.Values), New: follows.String(), Line: t.Line})
	}
	difference := d.plan.comparing(t.index, d.plan.held.at(pair)).compare(t, d.stored[pair])
	difference.reportFilled(t, d.report)
	if len(difference.fields) > 0 {
		d.counts.Updated++
	}
	difference.countFields(&d.counts)
	for _, f := range difference.fields {
		err := d.changed(Change{
			Action: Update, Field: f.name, Citation: citationOf(&difference.values),
			Old: f.values.OldWords(Update, f.name), New: f.values.NewWords(Update, f.name), Line: t.Line,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// readStored reads the values of the old titles that the plan compares or takes out.
func (d *differ) readStored(ctx context.Context) error {
	d.stored = map[int32]*stored{}
	wanted := map[int32]bool{}
	for title, portfolio := range d.plan.pair {
		if portfolio != unpaired && d.plan.pending(int32(title)) {
			wanted[portfolio] = true
		}
	}
	for _, l := range d.plan.leaving {
		wanted[l.portfolio] = true
	}
	for _, w := range d.plan.waiting {
		wanted[w.portfolio] = true
	}
	for _, portfolio := range d.plan.reviews {
		wanted[portfolio] = true
	}
	if len(wanted) == 0 {
		return nil
	}
	return d.before.eachTitle(ctx, func(i int32) bool { return wanted[i] }, ignore, func(t *Title) error {
		d.stored[t.index] = &stored{values: t.Values, moreKeys: strings.Join(t.more, " "), coverage: t.Coverage}
		return nil
	})
}
