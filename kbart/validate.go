package kbart

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// Profile says by which yardstick a list is judged.
type Profile uint8

// The profiles. Both look for the same things; they differ in the severity that some have.
const (
	Lenient Profile = iota // what a library can load: form that does no harm is a warning
	Strict                 // what NISO RP-9 asks of a publisher: what breaks the standard is an error
)

var profileNames = [...]string{"lenient", "strict"}

// String returns "lenient" or "strict".
func (p Profile) String() string { return profileNames[min(int(p), len(profileNames)-1)] }

// ParseProfile reads "lenient" or "strict" in any case.
func ParseProfile(s string) (Profile, error) {
	for i, name := range profileNames {
		if strings.EqualFold(s, name) {
			return Profile(i), nil
		}
	}
	return 0, fmt.Errorf("kbart: %q is no profile; use %s", s, strings.Join(profileNames[:], " or "))
}

// ValidateOptions say how a list is judged. The zero value is good.
type ValidateOptions struct {
	// Name is the file's name, for the rule on names; "" = unknown, and not judged.
	Name string
	// Findings is called with each finding, on the goroutine that called Validate; nil = findings are only counted.
	Findings func(Finding)
	// Profile is the yardstick, Lenient by default.
	Profile Profile
	// MaxLine is the size in bytes of the longest record, 1 MiB by default. A longer one is fatal.
	MaxLine int
	// MaxSize is the size in bytes of the largest text after decompression, 4 GiB by default. A larger one is fatal.
	MaxSize int64
	// MaxRows is the number of rows that are remembered to be compared with later ones, 4,000,000 by default and
	// 16,777,215 at most; that takes about 22 bytes a row, and 9 MiB besides. Negative = rows are not compared.
	MaxRows int
	// Today is the day by which dates are judged, today by default.
	Today time.Time
}

const defaultMaxRows = 4_000_000

// Validate reads a list to its end and judges all of it: the file, its cells, its rows, and rows beside each other. The
// Summary counts every finding, those of the reader and of [Check] among them; [Rules] says what is looked for.
//
// Findings come in file order, except that what can be known only at the end comes last: whether the list is sorted,
// and references to titles that it does not have. The lists of a ZIP archive are judged each by itself.
//
// The error is that of [Reader.Records]: a [*FatalError] where the list is refused, which was also reported as a
// finding, or an error of r.
func Validate(r io.Reader, o ValidateOptions) (Summary, error) {
	v := newValidator(o)
	v.judgeName()
	f := newFeed(r, Options{Name: o.Name, MaxLine: o.MaxLine, MaxSize: o.MaxSize})
	err := f.each(v.judgeBatch)
	if err == nil {
		v.end()
	}
	summary := f.reader.Summary()
	summary.Findings = v.counts
	return summary, err
}

// validator judges an input, which may have several lists.
type validator struct {
	options ValidateOptions
	counts  Counts
	lastDay ordinal // dates after it are implausible

	// Of the list that is being read:
	begun  bool
	file   string
	host   string // of the address before, where it is without fault
	proxy  bool   // that host is a proxy's
	titles sorting
	across *across // nil = rows are not compared
}

func newValidator(o ValidateOptions) *validator {
	if o.MaxRows == 0 {
		o.MaxRows = defaultMaxRows
	}
	if o.Today.IsZero() {
		o.Today = time.Now()
	}
	v := &validator{options: o}
	v.lastDay = lastOrdinal(Date{Year: o.Today.Year() + 1, Month: int(o.Today.Month()), Day: o.Today.Day()})
	return v
}

// judgeBatch judges a stretch of a list. What was found in reading a row comes before what is found in judging it, and
// what there is to say of the header before both.
func (v *validator) judgeBatch(b *batch) {
	if v.begun && v.file != b.file {
		v.end()
	}
	findings := b.findings
	pass := func(upTo int) {
		for len(findings) > 0 && findings[0].before <= upTo {
			if f := findings[0].Finding; b.header.Line > 0 && f.Line > b.header.Line {
				v.begin(b)
			}
			v.pass(findings[0].Finding)
			findings = findings[1:]
		}
	}
	for i := range b.records {
		pass(i)
		v.begin(b)
		v.judge(&b.records[i])
	}
	pass(len(b.records))
}

// begin starts a list, unless it is the one that is being judged.
func (v *validator) begin(b *batch) {
	if v.begun {
		return
	}
	v.begun, v.file, v.host, v.titles = true, b.file, "", sorting{}
	v.judgeColumnOrder(b.header)
	if v.options.MaxRows > 0 {
		v.across = newAcross(v.options.MaxRows)
	}
}

// end reports what is known only at a list's end.
func (v *validator) end() {
	if !v.begun {
		return
	}
	v.judgeSorting()
	if v.across != nil {
		v.judgeReferences()
	}
	v.begun = false
}

// judge judges a row by itself and beside those before it.
func (v *validator) judge(rec *Record) {
	if rec.Reason == ReasonRepeatedHeader || rec.Reason == ReasonCells {
		return
	}
	v.judgeCells(rec)
	row := v.judgeRow(rec)
	v.titles.see(rec)
	if v.across != nil {
		v.compare(rec, &row)
	}
}

// report counts a finding and passes it on.
func (v *validator) report(rule *Rule, f Finding) { v.pass(rule.finding(f)) }

// reportCell is report for a cell. message "" stands for the rule's title.
func (v *validator) reportCell(rule *Rule, rec *Record, c Column, message string) {
	v.pass(rule.of(rec, c, message))
}

// pass counts a finding that is complete and passes it on with the severity that the profile gives it.
func (v *validator) pass(f Finding) {
	f.Severity = severityIn(v.options.Profile, f.Code, f.Severity)
	v.counts.Add(f.Severity)
	if v.options.Findings != nil {
		v.options.Findings(f)
	}
}
