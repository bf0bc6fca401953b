package plan

import (
	"cmp"
	"strings"
	"time"

	"autoholdings/kbart"
)

// Asked is the part of a title that somebody wants to read. If all of it is empty, the title as a whole is asked for.
type Asked struct {
	Date          kbart.Date // with its precision: a year, a month or a day
	Volume, Issue string
}

func (a Asked) numbered() bool { return a.Volume != "" || a.Issue != "" }

// span is the time that is asked for. Without a date it is all time.
func (a Asked) span() daySpan {
	if a.Date.IsZero() {
		return daySpan{everBefore, everAfter}
	}
	return daySpan{DayOf(a.Date.First()), DayOf(a.Date.Last())}
}

// OutOfCoverage is why coverage does not give what is asked for. The values are those of the API.
type OutOfCoverage string

// The reasons, by how close they are to access: of several, the first is told.
const (
	Undetermined     OutOfCoverage = "UNDETERMINED"       // it is asked for in a way that the coverage cannot be compared with
	Embargoed        OutOfCoverage = "EMBARGOED"          // a wall P holds it back
	BeforeMovingWall OutOfCoverage = "BEFORE_MOVING_WALL" // a wall R has left it behind
	InGap            OutOfCoverage = "IN_GAP"             // between two statements
	BeforeCoverage   OutOfCoverage = "BEFORE_COVERAGE"
	AfterCoverage    OutOfCoverage = "AFTER_COVERAGE"
)

// CoverageAnswer says whether coverage gives what is asked for.
type CoverageAnswer struct {
	Out       OutOfCoverage // why not; "": it does
	Wholly    bool          // all that is asked for is covered, and not only a part
	Statement int           // index of the statement that covers it; -1 if none does
	Opens     time.Time     // of Embargoed: when the first day of it becomes accessible; zero: not known, or never
}

// Answer says whether statements give what is asked for, with the embargoes as they are on the day of today. Of several
// statements that do, the first that covers all of it is named, else the first.
//
// Dates decide. Volume and issue decide only where dates do not: if no date is asked for, or if it meets the very date
// that the statement begins or ends with, as precise as it is written. Volumes and issues are compared as whole numbers;
// other texts are only the same or not comparable.
func Answer(statements []Statement, asked Asked, today time.Time) CoverageAnswer {
	answer := CoverageAnswer{Statement: -1, Out: AfterCoverage}
	var covered []daySpan
	var before, after bool
	best := len(outOrder)
	for i := range statements {
		f := statements[i].fit(asked, today)
		switch f.out {
		case "":
			covered = append(covered, f.covered)
			if answer.Statement < 0 || f.wholly && !answer.Wholly {
				answer.Statement, answer.Wholly = i, f.wholly
			}
		case BeforeCoverage:
			before = true
		case AfterCoverage:
			after = true
		default:
			best = min(best, outOrder[f.out])
			if !f.opens.IsZero() && (answer.Opens.IsZero() || f.opens.Before(answer.Opens)) {
				answer.Opens = f.opens
			}
		}
	}
	switch {
	case answer.Statement >= 0:
		wholly := answer.Wholly || !asked.Date.IsZero() && len(uncovered(asked.span(), union(covered))) == 0
		return CoverageAnswer{Statement: answer.Statement, Wholly: wholly}
	case best < len(outOrder):
		for out, rank := range outOrder {
			if rank == best {
				answer.Out = out
			}
		}
	case before && after:
		answer.Out = InGap
	case before:
		answer.Out = BeforeCoverage
	}
	if answer.Out != Embargoed {
		answer.Opens = time.Time{}
	}
	return answer
}

// outOrder ranks the reasons that do not follow from the ends of coverage.
var outOrder = map[OutOfCoverage]int{Undetermined: 0, Embargoed: 1, BeforeMovingWall: 2}

// fit is what one statement has of what is asked for.
type fit struct {
	out     OutOfCoverage
	wholly  bool
	covered daySpan // of the time that is asked for
	opens   time.Time
}

func (s *Statement) fit(asked Asked, today time.Time) fit {
	first, _ := kbart.ParseDate(s.DateFirst)
	last, _ := kbart.ParseDate(s.DateLast)
	begins := boundary(asked, first, s.VolFirst, s.IssueFirst, +1)
	ends := boundary(asked, last, s.VolLast, s.IssueLast, -1)
	switch {
	case !first.IsZero() && !last.IsZero() && first.First().After(last.Last()):
		return fit{out: AfterCoverage} // it covers nothing
	case begins == beyond:
		return fit{out: BeforeCoverage}
	case ends == beyond:
		return fit{out: AfterCoverage}
	case begins == notComparable || ends == notComparable:
		return fit{out: Undetermined}
	}
	span := asked.span()
	if begins == across && !first.IsZero() {
		span.from = max(span.from, DayOf(first.First()))
	}
	if ends == across && !last.IsZero() {
		span.to = min(span.to, DayOf(last.Last()))
	}
	f := fit{wholly: begins == within && ends == within, covered: span}
	return f.underEmbargo(s, asked, today)
}

// underEmbargo applies a statement's moving walls to what it covers.
func (f fit) underEmbargo(s *Statement, asked Asked, today time.Time) fit {
	embargo, err := kbart.ParseEmbargo(strings.ToUpper(s.Embargo))
	if err != nil || embargo.IsZero() {
		return f
	}
	open := daySpan{everBefore, everAfter}
	from, to := embargo.Accessible(today)
	if !from.IsZero() {
		open.from = DayOf(from)
	}
	if !to.IsZero() {
		open.to = DayOf(to)
	}
	span := f.covered
	if asked.Date.IsZero() { // the walls are held against the statement's own time
		all := *s
		all.Embargo = ""
		span, _ = all.covered(time.Time{})
	}
	part := daySpan{max(span.from, open.from), min(span.to, open.to)}
	switch {
	case span.from > open.to:
		return fit{out: Embargoed, opens: opening(embargo, span.from)}
	case part.from > part.to:
		return fit{out: BeforeMovingWall}
	case asked.Date.IsZero() && asked.numbered() && part != span:
		return fit{out: Undetermined} // nobody knows when the volume appeared
	}
	f.wholly = f.wholly && part == span
	if !asked.Date.IsZero() {
		f.covered = part
	}
	return f
}

// opening is when a day becomes accessible; zero if it never does, or if the day is not known.
func opening(embargo kbart.Embargo, day int64) time.Time {
	if day == everBefore {
		return time.Time{}
	}
	at := time.Unix(day*24*60*60, 0).UTC()
	opens := embargo.Opens(at)
	if from, _ := embargo.Accessible(opens); from.After(at) { // a wall R has left it behind by then
		return time.Time{}
	}
	return opens
}

// where says on which side of an end of coverage something lies.
type where uint8

const (
	within        where = iota // on the covered side, or at an open end
	across                     // partly
	beyond                     // on the other side
	notComparable              // the end is given in another way than what is asked for
)

// boundary says where that which is asked for lies at one end of coverage. inward is +1 at the beginning, where what is
// later is covered, and -1 at the end.
func boundary(asked Asked, date kbart.Date, volume, issue string, inward int) where {
	open := date.IsZero() && volume == "" && issue == ""
	if open {
		return within
	}
	if !asked.numbered() && asked.Date.IsZero() {
		return across // of the title as a whole there is a limit
	}
	byNumber, known := compareNumbers(asked, volume, issue, inward)
	if asked.Date.IsZero() || date.IsZero() {
		if !known {
			return notComparable
		}
		return byNumber
	}
	span, end := asked.span(), daySpan{DayOf(date.First()), DayOf(date.Last())}
	switch {
	case inward > 0 && span.to < end.from, inward < 0 && span.from > end.to:
		return beyond
	case inward > 0 && span.from > end.to, inward < 0 && span.to < end.from:
		return within
	case known:
		return byNumber
	case inward > 0 && span.from >= end.from, inward < 0 && span.to <= end.to:
		return within
	}
	return across
}

// compareNumbers says where a volume and issue lie at an end of coverage; ok is false if that cannot be told.
func compareNumbers(asked Asked, volume, issue string, inward int) (w where, ok bool) {
	order := 0
	switch {
	case asked.Volume != "" && volume != "":
		if order, ok = compareNumbering(asked.Volume, volume); !ok {
			return notComparable, false
		}
	case asked.Volume != "" || volume != "" || asked.Issue == "" || issue == "":
		return notComparable, false
	}
	if order == 0 && issue != "" {
		if asked.Issue == "" {
			return across, true
		}
		if order, ok = compareNumbering(asked.Issue, issue); !ok {
			return notComparable, false
		}
	}
	if order*inward < 0 {
		return beyond, true
	}
	return within, true
}

// compareNumbering compares two volumes or issues: whole numbers by size. Other texts are the same, or not comparable.
func compareNumbering(a, b string) (order int, ok bool) {
	a, b = strings.TrimSpace(a), strings.TrimSpace(b)
	if isNumber(a) && isNumber(b) {
		a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
		return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b)), true
	}
	return 0, strings.EqualFold(a, b)
}

func isNumber(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
