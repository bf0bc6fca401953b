package model

import (
	"encoding/json"
	"fmt"

	"autoholdings/internal/store"
	"autoholdings/jobs"
)

// Change is a change that was applied.
type Change struct {
	*jobs.AppliedChange

	Page *ChangePage
}

// ChangePage is what was read together.
type ChangePage struct {
	Rows        []*jobs.AppliedChange
	Jobs        Related[*Job]
	Portfolios  Related[*Portfolio]
	Collections Related[*Collection]
	Profiles    Related[*Profile]
	Groups      Related[[]*JobGroup]
}

// HistoryPage says which page of each portfolio's history is meant.
type HistoryPage struct {
	First     int
	Cursor    string
	Backwards bool
}

// Changes makes a page of rows.
func Changes(rows []*jobs.AppliedChange) []*Change {
	page := &ChangePage{Rows: rows}
	return wrap(rows, func(row *jobs.AppliedChange) *Change { return &Change{row, page} })
}

func (*Change) IsNode() {}

// ID stays the same.
func (c *Change) ID() string {
	if c.IsEdit() {
		return ID(EditType, c.JobChange.ID)
	}
	return ID(ChangeType, c.JobChange.ID)
}

// At is its moment.
func (c *Change) At() int64 { return c.Moment }

// Actor is who made it; nil where that was not recorded.
func (c *Change) Actor() *Actor { return ActorOf(string(c.ActorKind), c.ActorName) }

func (c *Change) line() *ChangeLine { return &ChangeLine{JobChange: c.JobChange} }

// Field is null for the portfolio as a whole.
func (c *Change) Field() *string { return c.line().Field() }

// TitleID is KBART title_id as it was at the time.
func (c *Change) TitleID() *string { return c.line().TitleID() }

// PrintIdentifier is KBART print_identifier as it was at the time.
func (c *Change) PrintIdentifier() *string { return c.line().PrintIdentifier() }

// OnlineIdentifier is KBART online_identifier as it was at the time.
func (c *Change) OnlineIdentifier() *string { return c.line().OnlineIdentifier() }

// OldValue is the former value in words.
func (c *Change) OldValue() *string { return c.line().OldValue() }

// NewValue is the new value, or the reason, in words.
func (c *Change) NewValue() *string { return c.line().NewValue() }

// GroupNames are those of the profile's groups at the time.
func (c *Change) GroupNames() (names []string, err error) {
	if len(c.AppliedChange.Groups) == 0 {
		return nil, nil
	}
	if err := json.Unmarshal(c.AppliedChange.Groups, &names); err != nil {
		return nil, fmt.Errorf("read the groups of a change: %w", err)
	}
	return names, nil
}

// Moment writes a moment to the millisecond.
func Moment(ms int64) string { return store.Time(ms).Format("2006-01-02T15:04:05.000Z07:00") }
