package plan

import (
	"context"
	"strings"

	"autoholdings/kbart"
)

// Change is one line of a report.
type Change struct {
	Action Action `json:"action"`
	Field  string `json:"field,omitempty"` // KBART name, coverage, or for example coverage.title_url; "": the whole title
	Citation
	Old  string `json:"old,omitempty"` // in words, like New
	New  string `json:"new,omitempty"`
	Line int    `json:"line,omitempty"` // in the new file; 0: not there
}

// Diff computes what a sync of the list after would do to holdings that match the list before. It needs no database.
// before may be the zero Source, which means no holdings at all. Guards apply to syncs only, but a list without a
// usable title removes nothing here either. Changes are passed to changed as they are found: first the free and refused
// rows, then the titles in file order, then what leaves.
func Diff(ctx context.Context, before, after Source, report func(kbart.Finding), changed func(Change) error) (Counts, error) {
	d := differ{report: report, changed: changed, successors: map[int32]Related{}}
	if err := d.readBefore(ctx, before); err != nil {
		return Counts{}, err
	}
	l, err := ReadList(ctx, after, report)
	if err != nil {
		return Counts{}, err
	}
	if err := l.WrongContent(); err != nil {
		return Counts{}, err
	}
	in := Input{Portfolios: d.portfolios(), Texts: &listTexts{ctx, d.before}}
	if d.plan, err = Make(ctx, l, in); err != nil {
		return Counts{}, err
	}
	if err := d.plan.ReportTwins(ctx, report); err != nil {
		return Counts{}, err
	}
	d.plan.ReportHidden(report)
	d.plan.LostColumns = LostColumns(&l.Columns, d.formerLists(), nil)
	if l.Titles.Len() == 0 { // only free titles, or no usable row: never a reason to remove anything
		d.plan.RemoveNothing()
	}
	d.counts = d.plan.Counts
	err = d.write(ctx, report)
	return d.counts, err
}

// differ compares two lists. The old list's titles act as the portfolios.
type differ struct {
	before  *List
	plan    *Plan
	stored  map[int32]*StoredPortfolio // values of the old titles that the plan touches
	counts  Counts
	report  func(kbart.Finding)
	changed func(Change) error

	successors map[int32]Related // by old title: the new title that follows it
}

func (d *differ) readBefore(ctx context.Context, before Source) (err error) {
	if before.Open == nil {
		d.before = &List{}
		return nil
	}
	d.before, err = ReadList(ctx, before, IgnoreFindings)
	return err
}

func (d *differ) portfolios() ChunkedList[HeldPortfolio] {
	var portfolios ChunkedList[HeldPortfolio]
	for i := range int32(d.before.Titles.Len()) {
		t := d.before.Titles.At(i)
		portfolios.Add(HeldPortfolio{
			Identity: t.Identity, ID: int64(i), Entitlement: int64(i) + 1,
			ValuesHash: t.ValuesHash, CoverageHash: t.CoverageHash, Entitled: true, Listed: true,
		})
	}
	return portfolios
}

// formerLists returns the columns of the old list.
func (d *differ) formerLists() []FormerList {
	if d.before.Columns.Rows == 0 {
		return nil
	}
	return []FormerList{{Shape: d.before.Columns.Shape()}}
}

func (d *differ) write(ctx context.Context, report func(kbart.Finding)) error {
	if err := d.readStored(ctx); err != nil {
		return err
	}
	for _, row := range d.plan.List.Listed {
		if err := d.changed(Change{Action: row.Action, Citation: row.Citation, New: row.Why, Line: row.Line}); err != nil {
			return err
		}
	}
	err := d.plan.List.EachTitle(ctx, d.plan.Pending, report, d.title)
	if err != nil {
		return err
	}
	if err := d.writeGone(); err != nil {
		return err
	}
	d.counts.Unchanged = d.counts.Titles - d.counts.Added - d.counts.Updated
	return nil
}

// writeGone reports the titles that the list no longer has, and those that an unreadable row may hide.
func (d *differ) writeGone() error {
	gone := func(action Action, portfolio int32, why Leaving) error {
		if successor, ok := d.successors[portfolio]; ok {
			why.Successor = &successor
		}
		return d.changed(Change{Action: action, Citation: CitationOf(&d.stored[portfolio].Values), New: why.String()})
	}
	for _, w := range d.plan.Waiting {
		d.counts.Waiting++
		if err := gone(Wait, w.Portfolio, Leaving{Waits: w.Why}); err != nil {
			return err
		}
	}
	for _, l := range d.plan.Leaving {
		d.counts.Removed++
		if err := gone(Remove, l.Portfolio, Leaving{FreeNow: l.Free}); err != nil {
			return err
		}
	}
	for _, portfolio := range d.plan.Reviews {
		d.counts.Review++
		if err := d.changed(Change{
			Action: Review, Citation: CitationOf(&d.stored[portfolio].Values),
			New: reasonWords(ReviewUnreadable),
		}); err != nil {
			return err
		}
	}
	return nil
}

func (d *differ) title(t *Title) error {
	pair := d.plan.Pairs[t.Index]
	if pair == Unpaired {
		d.counts.Added++
		if _, ambiguous := d.plan.Ambiguous[t.Index]; ambiguous {
			d.counts.Ambiguous++
			if err := d.changed(Change{Action: Ambiguous, Citation: CitationOf(&t.Values), Line: t.Line}); err != nil {
				return err
			}
		}
		var follows Leaving
		if portfolio, ok := d.plan.Follows.Predecessor[t.Index]; ok {
			d.successors[portfolio] = Related{Title: t.Values[0], TitleID: t.Get(kbart.TitleID)}
			was := &d.stored[portfolio].Values
			follows.Predecessor = &Related{Title: was[0], TitleID: was[TitleColumnIndex[kbart.TitleID]]}
		}
		return d.changed(Change{Action: Add, Citation: CitationOf(&t.Values), New: follows.String(), Line: t.Line})
	}
	difference := d.plan.Comparison(t.Index, d.plan.Portfolios.At(pair)).Compare(t, d.stored[pair])
	difference.ReportFilled(t, d.report)
	if len(difference.Fields) > 0 {
		d.counts.Updated++
	}
	difference.CountFields(&d.counts)
	for _, f := range difference.Fields {
		err := d.changed(Change{
			Action: Update, Field: f.Name, Citation: CitationOf(&difference.Values),
			Old: f.Values.OldWords(Update, f.Name), New: f.Values.NewWords(Update, f.Name), Line: t.Line,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// readStored reads the values of the old titles that the plan compares or takes out.
func (d *differ) readStored(ctx context.Context) error {
	d.stored = map[int32]*StoredPortfolio{}
	wanted := map[int32]bool{}
	for title, portfolio := range d.plan.Pairs {
		if portfolio != Unpaired && d.plan.Pending(int32(title)) {
			wanted[portfolio] = true
		}
	}
	for _, l := range d.plan.Leaving {
		wanted[l.Portfolio] = true
	}
	for _, w := range d.plan.Waiting {
		wanted[w.Portfolio] = true
	}
	for _, portfolio := range d.plan.Reviews {
		wanted[portfolio] = true
	}
	if len(wanted) == 0 {
		return nil
	}
	return d.before.EachTitle(ctx, func(i int32) bool { return wanted[i] }, IgnoreFindings, func(t *Title) error {
		d.stored[t.Index] = &StoredPortfolio{Values: t.Values, MoreKeys: strings.Join(t.MoreKeys, " "), Coverage: t.Coverage}
		return nil
	})
}
