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
	Old  string `json:"old,omitempty"`  // in words, like New
	New  string `json:"new,omitempty"`
	Line int    `json:"line,omitempty"` // in the new file; 0: it is not there
}

// Diff tells what a sync of the list after would do to holdings that agree with the list before. It needs no database;
// before may be the zero Source, which stands for no holdings at all. Guards are left to the sync, but what never removes
// anything does not here either: a list without a title that could be used. Changes go to changed as they are found:
// first the free and refused rows, then the titles in the order of the file, then what leaves.
func Diff(ctx context.Context, before, after Source, report func(kbart.Finding), changed func(Change) error) (Counts, error) {
	d := differ{changed: changed}
	if err := d.readBefore(ctx, before); err != nil {
		return Counts{}, err
	}
	l, err := readList(ctx, after, report)
	if err != nil {
		return Counts{}, err
	}
	if d.plan, err = makePlan(ctx, l, d.portfolios(), Guards{}, false); err != nil {
		return Counts{}, err
	}
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
	changed func(Change) error
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
			matchable: t.matchable, id: int64(i), entitlement: int64(i) + 1,
			values: t.values, coverage: t.coverage, entitled: true, listed: true,
		})
	}
	return portfolios
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
	for _, l := range d.plan.leaving {
		d.counts.Removed++
		leaving := Leaving{FreeNow: l.free}
		if err := d.changed(Change{Action: Remove, Citation: citationOf(&d.stored[l.portfolio].values), New: leaving.String()}); err != nil {
			return err
		}
	}
	for _, r := range d.plan.reviews {
		d.counts.Review++
		if err := d.changed(Change{Action: Review, Citation: citationOf(&d.stored[r.portfolio].values), New: reasonWords(r.why)}); err != nil {
			return err
		}
	}
	d.counts.Unchanged = d.counts.Titles - d.counts.Added - d.counts.Updated
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
		return d.changed(Change{Action: Add, Citation: citationOf(&t.Values), Line: t.Line})
	}
	difference := compare(t, d.stored[pair], false)
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
	for _, r := range d.plan.reviews {
		wanted[r.portfolio] = true
	}
	if len(wanted) == 0 {
		return nil
	}
	return d.before.eachTitle(ctx, func(i int32) bool { return wanted[i] }, ignore, func(t *Title) error {
		d.stored[t.index] = &stored{values: t.Values, moreKeys: strings.Join(t.more, " "), coverage: t.Coverage}
		return nil
	})
}
