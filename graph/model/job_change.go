package model

import (
	"autoholdings/ent"
	"autoholdings/holdings"
	"autoholdings/holdings/plan"
)

// JobChange is one line of a job's report: a type for each kind of changes.
type JobChange interface {
	Node
	IsJobChange()
	Base() *ChangeLine
}

// ChangeLine is one line of a job's report, as far as all are alike.
type ChangeLine struct {
	*ent.JobChange
	Page *JobChangePage
}

// JobChangePage is what was read together.
type JobChangePage struct {
	Rows       []*ent.JobChange
	Parts      Related[*JobPart]
	Portfolios Related[*Portfolio] // and candidates of ambiguous titles, and targets of moves
	POLines    Related[*POLine]
	Licenses   Related[*License]
}

// JobChanges makes a page of rows.
func JobChanges(rows []*ent.JobChange) []JobChange {
	page := &JobChangePage{Rows: rows}
	return wrap(rows, func(row *ent.JobChange) JobChange { return typed(&ChangeLine{row, page}) })
}

func (*ChangeLine) IsNode() {}

// ID is the opaque id.
func (c *ChangeLine) ID() string { return ID(JobChangeType, c.JobChange.ID) }

// Field is null for the portfolio or row as a whole.
func (c *ChangeLine) Field() *string { return orNull(c.JobChange.Field) }

// TitleID is KBART title_id as it was at the time.
func (c *ChangeLine) TitleID() *string { return orNull(c.JobChange.TitleID) }

// PrintIdentifier is KBART print_identifier as it was at the time.
func (c *ChangeLine) PrintIdentifier() *string { return orNull(c.JobChange.PrintIdentifier) }

// OnlineIdentifier is KBART online_identifier as it was at the time.
func (c *ChangeLine) OnlineIdentifier() *string { return orNull(c.JobChange.OnlineIdentifier) }

// OldValue is the former value in words.
func (c *ChangeLine) OldValue() *string {
	return orNull(holdings.ValuesOf(c.JobChange).OldWords(plan.Action(c.Action), c.JobChange.Field))
}

// NewValue is the new value or the reason in words.
func (c *ChangeLine) NewValue() *string {
	return orNull(holdings.ValuesOf(c.JobChange).NewWords(plan.Action(c.Action), c.JobChange.Field))
}

// ChangeReason is why a portfolio came, left, waits or stays.
type ChangeReason struct{ plan.Leaving }

// RelatedTitle is a line of another title that a change names.
type RelatedTitle struct{ plan.Related }

// Why is null where there is nothing to say beside the action.
func (c *ChangeLine) Why() *ChangeReason {
	why := holdings.ValuesOf(c.JobChange).Leaving()
	if why.Empty() {
		return nil
	}
	return &ChangeReason{why}
}

// Reason is why a portfolio is kept; null where it is not.
func (r *ChangeReason) Reason() *string { return orNull(r.Leaving.Reason) }

// PoLines are the numbers of the PO lines for which it is kept.
func (r *ChangeReason) PoLines() []string { return append([]string{}, r.Leaving.POLines...) }

// Waits is why it waits; null where it does not.
func (r *ChangeReason) Waits() *string { return orNull(r.Leaving.Waits) }

// Successor is the title that goes on from it.
func (r *ChangeReason) Successor() *RelatedTitle { return related(r.Leaving.Successor) }

// Predecessor is the title from which it goes on.
func (r *ChangeReason) Predecessor() *RelatedTitle { return related(r.Leaving.Predecessor) }

func related(r *plan.Related) *RelatedTitle {
	if r == nil {
		return nil
	}
	return &RelatedTitle{*r}
}

// TitleID is KBART title_id.
func (r *RelatedTitle) TitleID() *string { return orNull(r.Related.TitleID) }

// PortfolioID is null for what is only planned to be made.
func (r *RelatedTitle) PortfolioID() *string {
	if r.Related.PortfolioID == 0 {
		return nil
	}
	id := ID(PortfolioType, r.Related.PortfolioID)
	return &id
}

func coverageOf(statements []plan.Statement, ok bool) []*Coverage {
	if !ok {
		return nil
	}
	page := &CoveragePage{}
	return append([]*Coverage{}, wrap(statements, func(st plan.Statement) *Coverage {
		return &Coverage{Statement: st, Page: page}
	})...)
}

// Line is null where there is none.
func (c *ChangeLine) Line() *int { return orNone(c.JobChange.Line) }

// IsJobChange marks it as a line of a job's report.
func (*ChangeLine) IsJobChange() {}

// Base is what all types have.
func (c *ChangeLine) Base() *ChangeLine { return c }

type (
	// AddedChange is a line of what is new.
	AddedChange struct{ *ChangeLine }
	// LeavingChange is a line of what a list no longer has.
	LeavingChange struct{ *ChangeLine }
	// UnclearChange is a line of what waits for a person.
	UnclearChange struct{ *ChangeLine }
	// CoverageChange is a line of other coverage.
	CoverageChange struct{ *ChangeLine }
	// ValueChange is a line of another value of any other field.
	ValueChange struct{ *ChangeLine }
	// MovedChange is a line of what goes to a counterpart, or stays.
	MovedChange struct{ *ChangeLine }
	// GroupChange is a line of whom it opens or closes to.
	GroupChange struct{ *ChangeLine }
	// RowChange is a line of a row that was set aside.
	RowChange struct{ *ChangeLine }
	// PortfolioChange is a line of anything else that happens to a portfolio as a whole.
	PortfolioChange struct{ *ChangeLine }
)

// typed says of which type a line is. What says more than its action does goes first.
func typed(c *ChangeLine) JobChange {
	values := holdings.ValuesOf(c.JobChange)
	if _, _, moved := values.Moved(); moved {
		return &MovedChange{c}
	}
	if _, _, covered, _ := values.Coverage(); covered {
		return &CoverageChange{c}
	}
	switch plan.Action(c.Action) {
	case plan.MovePOLine, plan.MoveLicense, plan.LicenseConflict, plan.MoveStaff, plan.StaffStays, plan.NoCounterpart, plan.NothingToMove:
		return &MovedChange{c}
	case plan.Add, plan.NotInZone:
		return &AddedChange{c}
	case plan.Remove, plan.Keep, plan.Withdraw:
		return &LeavingChange{c}
	case plan.Wait, plan.Ambiguous, plan.Review:
		return &UnclearChange{c}
	case plan.Free, plan.Invalid, plan.WrongContent:
		return &RowChange{c}
	case plan.Open, plan.Close:
		return &GroupChange{c}
	}
	if c.JobChange.Field != "" {
		return &ValueChange{c}
	}
	return &PortfolioChange{c}
}

func (c *ChangeLine) leaving() ChangeReason {
	return ChangeReason{holdings.ValuesOf(c.JobChange).Leaving()}
}

// Predecessor is the title that it goes on from.
func (c *AddedChange) Predecessor() *RelatedTitle { why := c.leaving(); return why.Predecessor() }

// KeptFor is why it is kept; null where it is not.
func (c *LeavingChange) KeptFor() *string { why := c.leaving(); return why.Reason() }

// PoLines are the numbers of the PO lines for which it is kept.
func (c *LeavingChange) PoLines() []string { why := c.leaving(); return why.PoLines() }

// RetainedBy is the mark by which it is retained.
func (c *LeavingChange) RetainedBy() *string { return orNull(c.leaving().Retained) }

// LicenseCode is that of the license by which it is retained.
func (c *LeavingChange) LicenseCode() *string { return orNull(c.leaving().License) }

// FreeNow says that the list has it as free to read.
func (c *LeavingChange) FreeNow() bool { return c.leaving().FreeNow }

// Successor is the title that goes on from it.
func (c *LeavingChange) Successor() *RelatedTitle { why := c.leaving(); return why.Successor() }

// Waits is why it waits; null where it does not.
func (c *UnclearChange) Waits() *string { why := c.leaving(); return why.Waits() }

// Successor is the title that goes on from it.
func (c *UnclearChange) Successor() *RelatedTitle { why := c.leaving(); return why.Successor() }

// OldCoverage is what was covered.
func (c *CoverageChange) OldCoverage() ([]*Coverage, error) {
	before, _, ok, err := holdings.ValuesOf(c.JobChange).Coverage()
	return coverageOf(before, ok), err
}

// NewCoverage is what is covered now.
func (c *CoverageChange) NewCoverage() ([]*Coverage, error) {
	_, after, ok, err := holdings.ValuesOf(c.JobChange).Coverage()
	return coverageOf(after, ok), err
}

// Opens says whether it opens; otherwise it closes.
func (c *GroupChange) Opens() bool { return plan.Action(c.Action) == plan.Open }
