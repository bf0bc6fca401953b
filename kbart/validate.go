package kbart

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// Profile is the standard by which a list is judged.
type Profile uint8

// The profiles. They have the same rules and differ in the severity of some.
const (
	Lenient Profile = iota // what a library can load: a harmless departure from the standard is a warning
	Strict                 // what NISO RP-9 requires of a publisher: every departure from the standard is an error
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
	return 0, fmt.Errorf("kbart: %q is not a profile; use %s", s, strings.Join(profileNames[:], " or "))
}

// ValidateOptions control how a list is validated. The zero value is ready to use.
type ValidateOptions struct {
	// Name is the file's name, which is checked too; "" = unknown.
	Name string
	// Findings is called with each finding, on the goroutine that called Validate; nil = findings are only counted.
	Findings func(Finding)
	// Profile decides the severity of findings. The default is Lenient.
	Profile Profile
	// MaxLine is the maximum length of a line in bytes, 1 MiB by default. A longer one is fatal.
	MaxLine int
	// MaxSize is the maximum size of the decompressed text in bytes, 4 GiB by default. A larger one is fatal.
	MaxSize int64
	// MaxRows is the number of rows that are remembered and compared with later ones, 4,000,000 by default and
	// 16,777,215 at most. They take about 22 bytes a row and another 9 MiB. Negative = rows are not compared.
	MaxRows int
	// Today is the current day for the plausibility of dates; zero = today.
	Today time.Time
}

const defaultMaxRows = 4_000_000

// Validate reads a whole list and checks the file, its rows and their cells, and compares rows with each other. [Rules]
// lists what it checks. The Summary counts all findings, including those of the reader and of [Check].
//
// Findings come in file order, except for two that are only known at the end: that the list is not sorted, and that it
// refers to titles that it does not have. The lists in a ZIP archive are validated separately.
//
// The error is that of [Reader.Records]: a [*FatalError] if the list is refused, which is also reported as a finding,
// or an error of r.
func Validate(r io.Reader, o ValidateOptions) (Summary, error) {
	v := newValidator(o)
	v.checkName()
	f := newFeed(r, Options{Name: o.Name, MaxLine: o.MaxLine, MaxSize: o.MaxSize})
	err := f.each(v.checkBatch)
	if err == nil {
		v.end()
	}
	summary := f.reader.Summary()
	summary.Findings = v.counts
	return summary, err
}

// validator checks an input, which may have several lists.
type validator struct {
	options ValidateOptions
	counts  Counts
	lastDay ordinal // later dates are implausible

	// State of the current list:
	begun   bool
	file    string
	host    string // of the last address, if it has no fault
	proxy   bool   // that host is a proxy
	titles  titleOrder
	history *rowHistory // nil = rows are not compared
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

// checkBatch checks some rows of a list. It reports findings about the header first. For each row, it reports those of
// reading before those of validating.
func (v *validator) checkBatch(b *batch) {
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
		v.checkRecord(&b.records[i])
	}
	pass(len(b.records))
}

// begin starts a list, unless it has begun already.
func (v *validator) begin(b *batch) {
	if v.begun {
		return
	}
	v.begun, v.file, v.host, v.titles = true, b.file, "", titleOrder{}
	v.checkColumnOrder(b.header)
	if v.options.MaxRows > 0 {
		v.history = newRowHistory(v.options.MaxRows)
	}
}

// end reports what is only known at the end of a list.
func (v *validator) end() {
	if !v.begun {
		return
	}
	v.checkSorting()
	if v.history != nil {
		v.checkReferences()
	}
	v.begun = false
}

// checkRecord checks a row by itself and compares it with the rows before it.
func (v *validator) checkRecord(rec *Record) {
	if rec.Reason == ReasonRepeatedHeader || rec.Reason == ReasonCells {
		return
	}
	v.checkCells(rec)
	row := v.checkRow(rec)
	v.titles.add(rec)
	if v.history != nil {
		v.compare(rec, &row)
	}
}

// report counts a finding and passes it on.
func (v *validator) report(rule *Rule, f Finding) { v.pass(rule.finding(f)) }

// reportCell reports a finding about a cell. If message is "", the rule's title is used.
func (v *validator) reportCell(rule *Rule, rec *Record, c Column, message string) {
	v.pass(rule.cellFinding(rec, c, message))
}

// pass gives a complete finding its severity under the profile, counts it, and passes it on.
func (v *validator) pass(f Finding) {
	f.Severity = severityIn(v.options.Profile, f.Code, f.Severity)
	v.counts.Add(f.Severity)
	if v.options.Findings != nil {
		v.options.Findings(f)
	}
}
