package kbart

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Wall is one moving wall of an embargo: a number of days, months or years before today.
type Wall struct {
	Length int  // at least 1
	Unit   byte // 'D', 'M' or 'Y'; it is also the step in which the wall moves
}

// Embargo is the content of embargo_info (NISO RP-9-2014, 6.6.13): moving walls at which access begins, ends, or both.
// A wall of length 0 is no wall. The zero value is no embargo.
type Embargo struct {
	Begins Wall // R: access begins at this wall
	Ends   Wall // P: access ends at this wall
}

// maxWallDigits keeps the dates of a wall within the range of the calendar.
const maxWallDigits = 6

// ParseEmbargo reads values such as R10Y, P6M and R10Y;P30D: [RP][1-9]\d*[DMY], or an R part and a P part in this
// order. "" is no embargo and no error. An error says which part of the value is wrong.
func ParseEmbargo(s string) (Embargo, error) {
	e, err := parseEmbargo(s)
	if err != nil {
		return Embargo{}, fmt.Errorf("embargo %q: %w", excerpt(s), err)
	}
	return e, nil
}

// String returns the embargo as [ParseEmbargo] reads it. No embargo is "".
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

// IsZero reports whether there is no embargo.
func (e Embargo) IsZero() bool { return e.Begins.Length == 0 && e.Ends.Length == 0 }

// Accessible returns the first and the last day, at midnight UTC, that are accessible under the embargo on the day of
// on. If from is zero, access has no beginning. If to is zero, it extends to the present. If from is after to, nothing
// is accessible.
//
// A wall moves in steps of its unit, and the current day, month or year counts as the first unit, as in the examples of
// NISO RP-9: R1Y is the current calendar year, P1Y everything before it, R365D exactly one year, and P6M everything but
// the past six calendar months.
func (e Embargo) Accessible(on time.Time) (from, to time.Time) {
	if e.Begins.Length > 0 {
		from = e.Begins.first(on)
	}
	if e.Ends.Length > 0 {
		to = e.Ends.first(on).AddDate(0, 0, -1)
	}
	return from, to
}

// Opens returns the day, at midnight UTC, from which on a day is not held back by the wall P any more. Without that wall
// it is the zero time.
func (e Embargo) Opens(day time.Time) time.Time {
	year, month, d := day.Date()
	switch n := e.Ends.Length; {
	case n == 0:
		return time.Time{}
	case e.Ends.Unit == 'Y':
		return time.Date(year+n, time.January, 1, 0, 0, 0, 0, time.UTC)
	case e.Ends.Unit == 'M':
		return time.Date(year, month+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	default:
		return time.Date(year, month, d+n, 0, 0, 0, 0, time.UTC)
	}
}

// first returns the first day of the last Length units, up to and including the current unit on the day of on.
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
		return Embargo{}, errors.New("if it has two parts, the first must be R and the second P")
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
