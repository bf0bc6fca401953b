package kbart

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Wall is one moving wall of an embargo: so many days, months or years before today.
type Wall struct {
	Length int  // at least 1
	Unit   byte // 'D', 'M' or 'Y'; it is also the step in which the wall moves
}

// Embargo is the content of embargo_info: where access begins, where it ends, or both, expressed by moving walls (NISO
// RP-9-2014, 6.6.13). A wall of length 0 is none; the zero value is no embargo.
type Embargo struct {
	Begins Wall // R: access begins at this wall
	Ends   Wall // P: access ends at this wall
}

// maxWallDigits keeps a wall within what a calendar can hold.
const maxWallDigits = 6

// ParseEmbargo reads R10Y, P6M, R10Y;P30D: [RP][1-9]\d*[DMY], or an R and a P in this order. "" is no embargo and no
// error. The error says what is wrong with the value, and names the parts of the form.
func ParseEmbargo(s string) (Embargo, error) {
	e, err := parseEmbargo(s)
	if err != nil {
		return Embargo{}, fmt.Errorf("embargo %q: %w", cut(s), err)
	}
	return e, nil
}

// String writes the embargo as [ParseEmbargo] reads it; no embargo is "".
func (e Embargo) String() string {
	switch {
	case e.IsZero():
		return ""
	case e.Ends.Length == 0:
		return e.Begins.text('R')
	case e.Begins.Length == 0:
		return e.Ends.text('P')
	}
	return e.Begins.text('R') + ";" + e.Ends.text('P')
}

// IsZero says whether there is no embargo.
func (e Embargo) IsZero() bool { return e.Begins.Length == 0 && e.Ends.Length == 0 }

// Accessible returns the first and the last day, at midnight UTC, of what the embargo leaves open on the day of on. A
// zero from means from the beginning, a zero to means to the present; where from is after to, nothing is open.
//
// The unit is the granularity in which a wall moves, and the present day, month or year is the first unit of its
// length, as the examples of NISO RP-9 have it: R1Y is the current calendar year, P1Y everything but it, R365D exactly
// one year, P6M everything but the past six calendar months.
func (e Embargo) Accessible(on time.Time) (from, to time.Time) {
	if e.Begins.Length > 0 {
		from = e.Begins.first(on)
	}
	if e.Ends.Length > 0 {
		to = e.Ends.first(on).AddDate(0, 0, -1)
	}
	return from, to
}

// first returns the first day of the window of Length units that ends with the unit in which on lies.
func (w Wall) first(on time.Time) time.Time {
	year, month, day := on.Date()
	switch w.Unit {
	case 'Y':
		return time.Date(year-w.Length+1, time.January, 1, 0, 0, 0, 0, time.UTC)
	case 'M':
		return time.Date(year, month-time.Month(w.Length-1), 1, 0, 0, 0, 0, time.UTC)
	}
	return time.Date(year, month, day-w.Length+1, 0, 0, 0, 0, time.UTC)
}

func (w Wall) text(kind byte) string { return fmt.Sprintf("%c%d%c", kind, w.Length, w.Unit) }

func parseEmbargo(s string) (Embargo, error) {
	if s == "" {
		return Embargo{}, nil
	}
	first, second, two := strings.Cut(s, ";")
	kind, wall, err := parseWall(first)
	switch {
	case err != nil:
		return Embargo{}, err
	case !two && kind == 'P':
		return Embargo{Ends: wall}, nil
	case !two:
		return Embargo{Begins: wall}, nil
	}
	kind2, wall2, err := parseWall(second)
	switch {
	case err != nil:
		return Embargo{}, err
	case kind != 'R' || kind2 != 'P':
		return Embargo{}, errors.New("of two parts the first must be R and the second P")
	}
	return Embargo{Begins: wall, Ends: wall2}, nil
}

func parseWall(s string) (kind byte, w Wall, err error) {
	if len(s) < 3 || s[0] != 'R' && s[0] != 'P' {
		return 0, Wall{}, errors.New("it must begin with R (access begins at the wall) or P (access ends there)")
	}
	unit := s[len(s)-1]
	if unit != 'D' && unit != 'M' && unit != 'Y' {
		return 0, Wall{}, errors.New("it must end with D, M or Y for days, months or years")
	}
	number := s[1 : len(s)-1]
	if len(number) > maxWallDigits {
		return 0, Wall{}, fmt.Errorf("its length must be a number of at most %d digits", maxWallDigits)
	}
	n, ok := digits(number)
	if !ok || number[0] == '0' {
		return 0, Wall{}, errors.New("its length must be a whole number above zero, without leading zeros")
	}
	return s[0], Wall{Length: n, Unit: unit}, nil
}
