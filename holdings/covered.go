package holdings

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"autoholdings/kbart"
)

// span is covered time, by day number, both ends included.
type span struct{ from, to int64 }

const (
	everBefore = math.MinInt32 // of a statement without a first date
	everAfter  = math.MaxInt32 // of one without a last date: to the present
)

func dayOf(t time.Time) int64 { return t.Unix() / (24 * 60 * 60) }

// covered is what a statement covers on a day, its embargo evaluated; ok is false where that is nothing.
func (s *Statement) covered(on time.Time) (c span, ok bool) {
	c = span{everBefore, everAfter}
	if first, valid := kbart.ParseDate(s.DateFirst); valid {
		c.from = dayOf(first.First())
	}
	if last, valid := kbart.ParseDate(s.DateLast); valid {
		c.to = dayOf(last.Last())
	}
	if embargo, err := kbart.ParseEmbargo(strings.ToUpper(s.Embargo)); err == nil {
		from, to := embargo.Accessible(on)
		if !from.IsZero() {
			c.from = max(c.from, dayOf(from))
		}
		if !to.IsZero() {
			c.to = min(c.to, dayOf(to))
		}
	}
	return c, c.from <= c.to
}

// lists are the days of the list that is planned and of the one before it.
type listDays struct {
	now    time.Time
	before time.Time // zero: not known
}

// losesTime says whether covered time is lost between two sets of statements (DOMAIN section 7). Volumes and issues do not
// count. moved says whether the title's start has moved before: then it may move on by as much as lies between the two lists.
func losesTime(before, after []Statement, days listDays, moved func() bool) bool {
	var now []span
	for i := range after {
		if c, ok := after[i].covered(days.now); ok {
			now = append(now, c)
		}
	}
	now = union(now)
	for i := range before {
		c, ok := before[i].covered(days.now)
		if !ok {
			continue
		}
		for _, gap := range uncovered(c, now) {
			if !forgiven(gap, c, &before[i], after, days, moved) {
				return true
			}
		}
	}
	return false
}

// union merges spans that touch or overlap, in order.
func union(spans []span) (merged []span) {
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	for _, s := range spans {
		if n := len(merged); n > 0 && s.from <= merged[n-1].to+1 {
			merged[n-1].to = max(merged[n-1].to, s.to)
		} else {
			merged = append(merged, s)
		}
	}
	return merged
}

// uncovered are the parts of c that none of the spans has.
func uncovered(c span, spans []span) (gaps []span) {
	from := c.from
	for _, s := range spans {
		if s.to < from {
			continue
		}
		if s.from > c.to {
			break
		}
		if s.from > from {
			gaps = append(gaps, span{from, s.from - 1})
		}
		from = s.to + 1
	}
	if from <= c.to {
		gaps = append(gaps, span{from, c.to})
	}
	return gaps
}

// mayEndEarlier is how many days before a list's date an end may lie that was open before: the provider names the last issue
// that it has.
const mayEndEarlier = 365

// forgiven says whether time that is not covered any more is no loss: the same date is spelt more precisely, an open end is
// named, or the start moves on as it has before.
func forgiven(gap, c span, old *Statement, after []Statement, days listDays, moved func() bool) bool {
	for i := range after {
		s := &after[i]
		first, hasFirst := kbart.ParseDate(s.DateFirst)
		last, hasLast := kbart.ParseDate(s.DateLast)
		if hasFirst && gap.from == c.from && dayOf(first.First()) == gap.to+1 {
			if morePrecise(old.DateFirst, s.DateFirst) {
				return true
			}
			if !days.before.IsZero() && gap.to-gap.from < dayOf(days.now)-dayOf(days.before) && moved() {
				return true
			}
		}
		if hasLast && gap.to == c.to && dayOf(last.Last()) == gap.from-1 {
			if morePrecise(old.DateLast, s.DateLast) {
				return true
			}
			if old.DateLast == "" && dayOf(days.now)-dayOf(last.Last()) < mayEndEarlier {
				return true
			}
		}
	}
	return false
}

// morePrecise says whether a date is another with month or day added.
func morePrecise(before, after string) bool {
	return before != "" && len(after) > len(before) && strings.HasPrefix(after, before)
}
