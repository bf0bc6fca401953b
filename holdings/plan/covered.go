package plan

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"autoholdings/kbart"
)

// daySpan is a span of days; both ends are included.
type daySpan struct{ from, to int64 }

const (
	everBefore = math.MinInt32 // for a statement without a first date
	everAfter  = math.MaxInt32 // for one without a last date: to the present
)

// DayOf is the number of days since 1970.
func DayOf(t time.Time) int64 { return t.Unix() / (24 * 60 * 60) }

// covered returns the span that a statement covers on a day, with its embargo applied; on the zero day without it. ok is
// false if it is empty.
func (s *Statement) covered(on time.Time) (c daySpan, ok bool) {
	c = daySpan{everBefore, everAfter}
	if first, valid := kbart.ParseDate(s.DateFirst); valid {
		c.from = DayOf(first.First())
	}
	if last, valid := kbart.ParseDate(s.DateLast); valid {
		c.to = DayOf(last.Last())
	}
	if embargo, err := kbart.ParseEmbargo(strings.ToUpper(s.Embargo)); err == nil && !on.IsZero() {
		from, to := embargo.Accessible(on)
		if !from.IsZero() {
			c.from = max(c.from, DayOf(from))
		}
		if !to.IsZero() {
			c.to = min(c.to, DayOf(to))
		}
	}
	return c, c.from <= c.to
}

// ListDays are the dates of the list being planned and of the one before it.
type ListDays struct {
	Now    time.Time
	Before time.Time // zero: not known
}

// LosesTime reports whether covered time is lost between two sets of statements (DOMAIN section 7). Volumes and issues
// do not count. moved reports whether the title's start has moved before: if so, it may move again, by as much time as
// lies between the two lists.
func LosesTime(before, after []Statement, days ListDays, moved func() bool) bool {
	now := newCoverage(after, days.Now)
	for i := range before {
		c, ok := before[i].covered(days.Now)
		if !ok {
			continue
		}
		for _, gap := range uncovered(c, now.spans) {
			if !now.forgives(gap, c, &before[i], days, moved) {
				return true
			}
		}
	}
	return false
}

// CoversAll reports whether statements cover all the time on a day that others cover.
func CoversAll(statements, others []Statement, on time.Time) bool {
	there := newCoverage(statements, on).spans
	for i := range others {
		if c, ok := others[i].covered(on); ok && len(uncovered(c, there)) > 0 {
			return false
		}
	}
	return true
}

// coverage is the time that a set of statements covers, and the dates they start and end with.
type coverage struct {
	spans        []daySpan
	starts, ends map[int64][]string // by day: the spellings of first and last dates for it
}

func newCoverage(statements []Statement, on time.Time) *coverage {
	c := &coverage{starts: map[int64][]string{}, ends: map[int64][]string{}}
	for i := range statements {
		s := &statements[i]
		if covered, ok := s.covered(on); ok {
			c.spans = append(c.spans, covered)
		}
		if first, ok := kbart.ParseDate(s.DateFirst); ok {
			noteDate(c.starts, DayOf(first.First()), s.DateFirst)
		}
		if last, ok := kbart.ParseDate(s.DateLast); ok {
			noteDate(c.ends, DayOf(last.Last()), s.DateLast)
		}
	}
	c.spans = union(c.spans)
	return c
}

func noteDate(dates map[int64][]string, day int64, date string) {
	if !slices.Contains(dates[day], date) { // a date can be spelt in three ways
		dates[day] = append(dates[day], date)
	}
}

// union merges spans that touch or overlap, in order.
func union(spans []daySpan) (merged []daySpan) {
	slices.SortFunc(spans, func(a, b daySpan) int { return cmp.Compare(a.from, b.from) })
	for _, s := range spans {
		if n := len(merged); n > 0 && s.from <= merged[n-1].to+1 {
			merged[n-1].to = max(merged[n-1].to, s.to)
		} else {
			merged = append(merged, s)
		}
	}
	return merged
}

// uncovered returns the parts of c that no span covers. The spans are sorted and do not touch.
func uncovered(c daySpan, spans []daySpan) (gaps []daySpan) {
	from := c.from
	first, _ := slices.BinarySearchFunc(spans, from, func(s daySpan, day int64) int { return cmp.Compare(s.to, day) })
	for _, s := range spans[first:] {
		if s.from > c.to {
			break
		}
		if s.from > from {
			gaps = append(gaps, daySpan{from, s.from - 1})
		}
		from = s.to + 1
	}
	if from <= c.to {
		gaps = append(gaps, daySpan{from, c.to})
	}
	return gaps
}

// mayEndEarlier is how many days before the list's date an end that was open may be set: the provider names the latest
// issue that it has.
const mayEndEarlier = 365

// forgives reports whether a gap in coverage is no loss: the same date is given more precisely, an open end gets a
// date, or the start moves on as it has before.
func (c *coverage) forgives(gap, was daySpan, old *Statement, days ListDays, moved func() bool) bool {
	if gap.from == was.from {
		starts := c.starts[gap.to+1]
		if slices.ContainsFunc(starts, func(date string) bool { return morePrecise(old.DateFirst, date) }) {
			return true
		}
		if len(starts) > 0 && !days.Before.IsZero() && gap.to-gap.from < DayOf(days.Now)-DayOf(days.Before) && moved() {
			return true
		}
	}
	if gap.to != was.to {
		return false
	}
	return slices.ContainsFunc(c.ends[gap.from-1], func(date string) bool {
		return morePrecise(old.DateLast, date) || old.DateLast == "" && DayOf(days.Now)-(gap.from-1) < mayEndEarlier
	})
}

// morePrecise reports whether a date is the earlier one with a month or day added.
func morePrecise(before, after string) bool {
	return before != "" && len(after) > len(before) && strings.HasPrefix(after, before)
}
