package kbart

import (
	"slices"
	"strings"
)

// decideFate decides a row's fate and counts it.
func (r *Reader) decideFate(rec *Record) {
	rows := &r.summary.Rows
	rows.Read++
	title := rec.Get(PublicationTitle)
	switch {
	case r.isRepeatedHeader(title):
		r.repeatHeader(rec)
	case rec.Fate == Refused:
	case title == "":
		r.refuseRow(rec, ruleNoTitle, PublicationTitle)
	case !identified(rec):
		r.refuseRow(rec, ruleNoIdentifier, TitleID)
	case isFree(rec.Get(AccessType)):
		rec.Fate = Free
	}
	if rec.Reason != ReasonRepeatedHeader {
		r.dataRows++
	}
	switch rec.Fate {
	case Used:
		rows.Used++
	case Free:
		rows.SetAside++
	case Refused:
		rows.Refused++
	}
}

func (r *Reader) refuseRow(rec *Record, rule *Rule, c Column) {
	rec.Fate, rec.Reason = Refused, rule.Code
	f := Finding{Line: rec.Line, Column: c.String()}
	if rule == ruleNoIdentifier {
		f.Column = ""
	}
	r.report(rule, f)
}

// identified reports whether something identifies the title of a row.
func identified(rec *Record) bool {
	if isTitleID(rec.Get(TitleID)) {
		return true
	}
	return scanIdentifier(rec.Get(PrintIdentifier)).kind != NoIdentifier ||
		scanIdentifier(rec.Get(OnlineIdentifier)).kind != NoIdentifier
}

func isFree(access string) bool { return access == "F" || access == "f" }

// isRepeatedHeader reports whether the row is the header again. To be quick, it first looks at two cells only.
func (r *Reader) isRepeatedHeader(title string) bool {
	if r.record.Reason == ReasonRepeatedHeader {
		return true
	}
	first := r.cells[0]
	return (isColumnName(first) || isColumnName(title) || strings.IndexByte(first, '_') >= 0) && looksLikeHeader(r.cells)
}

// repeatHeader refuses a repeated header. If its columns differ and a list can be read by them, they apply from the
// next row on.
func (r *Reader) repeatHeader(rec *Record) {
	rec.Fate, rec.Reason = Refused, ReasonRepeatedHeader
	r.dropRowFindings() // an invisible character or a quote in a header is not a fault of a value
	f := Finding{Line: rec.Line}
	l := newLayout(slices.Clone(r.cells))
	if l.isHeader() && (l.byColumn != r.layout.byColumn || len(l.names) != len(r.layout.names)) {
		f.Message = "the header is repeated with other columns; they apply from the next row on"
		r.layout, rec.layout = l, l
		r.columns |= l.columns
		r.usualWidth = len(l.names)
	}
	r.report(ruleRepeatedHeader, f)
}
