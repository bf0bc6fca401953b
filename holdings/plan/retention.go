package plan

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"autoholdings/kbart"
)

// RetainedKind is the kind of a statement that a list took away and that is retained.
const RetainedKind = "RETAINED"

// RetainedField is the name under which a change of retained statements is reported.
const RetainedField = CoverageField + ".retained"

// The marks by which a portfolio is retained, the strongest first: what is said of the portfolio itself goes before what
// its license says, and that before what its collection says.
const (
	RetainedByPortfolio  = "PORTFOLIO"
	RetainedByLicense    = "LICENSE"
	RetainedByCollection = "COLLECTION"
)

// Retention says that a portfolio is retained: it has perpetual access to what a provider no longer lists.
type Retention struct {
	By          string // one of the marks; "": it is not retained
	From, Until string // YYYY-MM-DD, both included: of which days; "": no limit
	License     string // the code of the license that says so
}

// String says why the portfolio is retained: "the license L1 gives perpetual access".
func (r Retention) String() string {
	return Leaving{Retained: r.By, License: r.License}.retainedWords()
}

// Holds says whether the portfolio is retained.
func (r Retention) Holds() bool { return r.By != "" }

// span is the time that is retained.
func (r Retention) span() daySpan {
	s := daySpan{everBefore, everAfter}
	if from, err := time.Parse(time.DateOnly, r.From); err == nil {
		s.from = DayOf(from)
	}
	if until, err := time.Parse(time.DateOnly, r.Until); err == nil {
		s.to = DayOf(until)
	}
	return s
}

// Clip returns what of the statements of an ended entitlement is retained: what was accessible on the day it ended, within
// the retained days. A statement that reaches beyond is cut there. ended zero: nobody knows when.
func (r Retention) Clip(statements []Statement, ended time.Time) (kept []Statement) {
	within := r.span()
	if !ended.IsZero() {
		within.to = min(within.to, DayOf(ended))
	}
	for i := range statements {
		s := &statements[i]
		whole, ok := s.covered(ended)
		part := daySpan{max(whole.from, within.from), min(whole.to, within.to)}
		if ok && part.from <= part.to {
			kept = append(kept, s.cut(part))
		}
	}
	return kept
}

// Retain returns the retained statements after a list replaced statements: those there were, and what the list takes
// away within the retained days, without what the list covers now.
func (r Retention) Retain(retained, before, after []Statement, days ListDays) []Statement {
	never := func() bool { return false } // a start that moves on takes time away as well
	now, within := newCoverage(after, days.Now), r.span()
	today := DayOf(days.Now)
	var kept []Statement
	for i := range retained {
		s := &retained[i]
		if c, ok := s.covered(days.Now); ok {
			for _, gap := range uncovered(c, now.spans) {
				kept = append(kept, s.cut(gap))
			}
		}
	}
	known := newCoverage(kept, days.Now).spans
	for i := range before {
		s := &before[i]
		c, ok := s.covered(days.Now)
		if !ok {
			continue
		}
		for _, gap := range uncovered(c, now.spans) {
			if now.forgives(gap, c, s, days, never) {
				continue
			}
			part := daySpan{max(gap.from, within.from), min(gap.to, within.to, today)}
			if part.from > part.to {
				continue
			}
			for _, lost := range uncovered(part, known) {
				kept = append(kept, s.cut(lost))
			}
		}
		known = newCoverage(kept, days.Now).spans
	}
	slices.SortStableFunc(kept, func(a, b Statement) int {
		return cmp.Or(CompareStart(a, b), strings.Compare(a.DateFirst, b.DateFirst))
	})
	return kept
}

// cut returns the part of a statement that covers some days. Where it ends as the statement does, it keeps the
// statement's date, volume and issue as they are written.
func (s *Statement) cut(days daySpan) Statement {
	c := *s
	c.Kind, c.Embargo = RetainedKind, ""
	if first, ok := kbart.ParseDate(s.DateFirst); days.from != everBefore && (!ok || DayOf(first.First()) != days.from) {
		c.DateFirst, c.VolFirst, c.IssueFirst = dateOf(days.from), "", ""
	}
	if last, ok := kbart.ParseDate(s.DateLast); days.to != everAfter && (!ok || DayOf(last.Last()) != days.to) {
		c.DateLast, c.VolLast, c.IssueLast = dateOf(days.to), "", ""
	}
	return c
}

func dateOf(day int64) string { return time.Unix(day*24*60*60, 0).UTC().Format(time.DateOnly) }
