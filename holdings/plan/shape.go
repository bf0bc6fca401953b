package plan

import (
	"slices"

	"autoholdings/kbart"
)

// A list may lose a column that earlier lists filled: the header lacks it or spells it differently, or it is empty
// throughout. That says nothing about the titles, so the stored values stay until somebody decides otherwise (DOMAIN
// section 7, Shape).

// ColumnChoice is what somebody decided to do about a lost column.
type ColumnChoice string

// The choices.
const (
	LeaveValues ColumnChoice = "LEAVE"    // keep the stored values
	TakeAsEmpty ColumnChoice = "EMPTY"    // an empty column means that there are no values
	AllPaid     ColumnChoice = "ALL_PAID" // access_type only: no title of the list is free
)

// ColumnKind is the prefix of a decision on a lost column among a list's decisions.
const ColumnKind = "COLUMN:"

// LostColumn is a column that the list lost.
type LostColumn struct {
	Column kbart.Column
	Lately bool // the list applied before this one still had it
	Choice ColumnChoice
}

// ListShape is what is stored about a list's columns.
type ListShape struct {
	Rows   int            `json:"rows"`
	Filled map[string]int `json:"filled"`
	Header []string       `json:"header"`
}

// Shape returns what is stored about the list's columns, with its file.
func (c *ColumnCounts) Shape() ListShape {
	s := ListShape{Rows: c.Rows, Filled: map[string]int{}}
	for column := range kbart.Column(kbart.NumColumns) {
		if c.Filled[column] > 0 {
			s.Filled[column.String()] = c.Filled[column]
		}
		if c.Header.Has(column) {
			s.Header = append(s.Header, column.String())
		}
	}
	return s
}

// FormerList is a list applied before, and what was decided about its columns.
type FormerList struct {
	Shape   ListShape
	Choices map[string]ColumnChoice
}

// ShapeRemembered is how many earlier lists are checked for columns.
const ShapeRemembered = 60

// LostColumns compares a list's columns with those of earlier lists, which come newest first.
func LostColumns(now *ColumnCounts, former []FormerList, own map[string]ColumnChoice) (lost []LostColumn) {
	for column := range kbart.Column(kbart.NumColumns) {
		name := column.String()
		if now.Filled[column] > 0 {
			continue
		}
		last := slices.IndexFunc(former, func(l FormerList) bool { return l.Shape.Filled[name] > 0 })
		if last < 0 {
			continue
		}
		filled, rows := former[last].Shape.Filled[name], former[last].Shape.Rows
		gone := !now.Header.Has(column) || filled >= 20 && filled*10 >= rows
		for _, l := range former[:last] {
			gone = gone || !slices.Contains(l.Shape.Header, name)
		}
		if !gone {
			continue
		}
		choice, chosen := own[name]
		for _, l := range former[:last] {
			if !chosen {
				choice, chosen = l.Choices[name]
			}
		}
		lost = append(lost, LostColumn{column, last == 0, choice})
	}
	return lost
}

// Words says what happens to the values.
func (c ColumnChoice) Words() string {
	switch c {
	case TakeAsEmpty:
		return "as was decided, the stored values are emptied"
	case AllPaid:
		return "as was decided, all titles count as paid"
	default:
		return "the stored values stay"
	}
}

// HoldShape holds the plan because the list lost a column.
func (p *Plan) HoldShape(column, message string) {
	p.Guards = append(p.Guards, GuardReason{
		Guard: GuardShape, Before: p.Counts.EntitlementsBefore, Affected: p.Counts.EntitlementsBefore, Column: column, Message: message,
	})
}

// takesEmpty reports whether somebody decided that an empty lost column means that there are no values.
func (p *Plan) takesEmpty() bool {
	return slices.ContainsFunc(p.LostColumns, func(l LostColumn) bool { return l.Choice == TakeAsEmpty })
}

// empties reports whether a column's empty cells blank the stored values.
func (p *Plan) empties(column kbart.Column) bool {
	return slices.ContainsFunc(p.LostColumns, func(l LostColumn) bool { return l.Column == column && l.Choice == TakeAsEmpty })
}

// leaves reports whether a column is lost and its stored values stay.
func (p *Plan) leaves(column kbart.Column) bool {
	return slices.ContainsFunc(p.LostColumns, func(l LostColumn) bool { return l.Column == column && l.Choice != TakeAsEmpty })
}

// LeavesCoverage reports whether a coverage column is lost, so no statement is changed.
func (p *Plan) LeavesCoverage() bool {
	return slices.ContainsFunc(p.LostColumns, func(l LostColumn) bool {
		return TitleColumnIndex[l.Column] < 0 && l.Choice != TakeAsEmpty
	})
}
