package kbart

import (
	"cmp"
	"time"
)

// Date is a date with the precision in which it was written: year, month or day. If only the year is known, Month is 0.
// If only year and month are known, Day is 0. The zero value is no date. Compare dates with == if the precision counts,
// with [Date.Compare] if only the order does.
type Date struct{ Year, Month, Day int }

// ParseDate reads YYYY, YYYY-MM or YYYY-MM-DD (ISO 8601, as NISO RP-9 requires) with a year from 1000 to 9999. ok is
// false for anything else, and for dates that do not exist: "", "2006-", "01/02/2006", "2008.0", "2023-02-29".
func ParseDate(s string) (d Date, ok bool) {
	switch len(s) {
	case 4, 7, 10:
	default:
		return Date{}, false
	}
	year, ok := digits(s[:4])
	if !ok || year < 1000 {
		return Date{}, false
	}
	d.Year = year
	if len(s) == 4 {
		return d, true
	}
	if d.Month, ok = digits(s[5:7]); !ok || s[4] != '-' || d.Month < 1 || d.Month > 12 {
		return Date{}, false
	}
	if len(s) == 7 {
		return d, true
	}
	if d.Day, ok = digits(s[8:10]); !ok || s[7] != '-' || d.Day < 1 || d.Day > daysIn(d.Year, d.Month) {
		return Date{}, false
	}
	return d, true
}

// String returns the date as [ParseDate] reads it, with its own precision. The zero date is "".
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	b := appendPadded(make([]byte, 0, 10), d.Year, 4)
	if d.Month > 0 {
		b = appendPadded(append(b, '-'), d.Month, 2)
		if d.Day > 0 {
			b = appendPadded(append(b, '-'), d.Day, 2)
		}
	}
	return string(b)
}

// IsZero reports whether d is the zero value, which is no date.
func (d Date) IsZero() bool { return d == Date{} }

// Compare returns -1, 0 or +1 if the first day of d is before, on or after the first day of e. If two dates begin on
// the same day, the less precise one comes first. The zero date comes before every other.
func (d Date) Compare(e Date) int {
	return cmp.Or(cmp.Compare(d.Year, e.Year), cmp.Compare(d.Month, e.Month), cmp.Compare(d.Day, e.Day))
}

// First returns the first day that the date can mean, at midnight UTC. This is the day on which coverage starts. The
// zero date gives the zero time.
func (d Date) First() time.Time {
	if d.IsZero() {
		return time.Time{}
	}
	return time.Date(d.Year, time.Month(max(d.Month, 1)), max(d.Day, 1), 0, 0, 0, 0, time.UTC)
}

// Last returns the last day that the date can mean, at midnight UTC. This is the day on which coverage ends. The zero
// date gives the zero time. As the end of coverage, it means the present.
func (d Date) Last() time.Time {
	switch {
	case d.IsZero():
		return time.Time{}
	case d.Month == 0:
		return time.Date(d.Year, time.December, 31, 0, 0, 0, 0, time.UTC)
	case d.Day == 0:
		return time.Date(d.Year, time.Month(d.Month), daysIn(d.Year, d.Month), 0, 0, 0, 0, time.UTC)
	}
	return d.First()
}

// digits reads a string of decimal digits, at most nine of them.
func digits(s string) (n int, ok bool) {
	for i := range len(s) {
		c := s[i] - '0'
		if c > 9 {
			return 0, false
		}
		n = n*10 + int(c)
	}
	return n, len(s) > 0 && len(s) <= 9
}

var monthLengths = [13]int{0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

func daysIn(year, month int) int {
	if month == 2 && year%4 == 0 && (year%100 != 0 || year%400 == 0) {
		return 29
	}
	return monthLengths[month]
}

func appendPadded(b []byte, n, width int) []byte {
	for div := pow10(width - 1); div > 0; div /= 10 {
		b = append(b, byte('0'+n/div%10))
	}
	return b
}

func pow10(n int) int {
	p := 1
	for range n {
		p *= 10
	}
	return p
}
