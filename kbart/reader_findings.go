package kbart

import (
	"slices"
)

// report passes a finding on. A finding about a row waits until the whole row is read, because it names the title.
func (r *Reader) report(rule *Rule, f Finding) {
	if r.inRow {
		r.rowFindings = append(r.rowFindings, pendingFinding{rule, f})
		return
	}
	r.summary.Findings.Add(rule.Severity)
	if r.options.Findings == nil {
		return
	}
	f.File = r.file
	r.options.Findings(rule.finding(f))
}

// dropRowFindings drops the pending findings about the values of a row.
func (r *Reader) dropRowFindings() {
	r.rowFindings = slices.DeleteFunc(r.rowFindings, func(p pendingFinding) bool {
		return p.rule != ruleMixedEncoding && p.rule != ruleWestern && p.rule != ruleNUL
	})
	r.newMarks = r.newMarks[:0]
}

// reportRow passes on the pending findings about a row.
func (r *Reader) reportRow() {
	r.inRow = false
	if len(r.rowFindings) == 0 {
		return
	}
	for _, mark := range r.newMarks {
		r.marks[mark] = true
	}
	r.newMarks = r.newMarks[:0]
	title := ""
	if r.record.Reason != ReasonRepeatedHeader {
		title = r.rowTitle()
	}
	for _, e := range r.rowFindings {
		e.finding.Title = title
		r.report(e.rule, e.finding)
	}
	clear(r.rowFindings)
	r.rowFindings = r.rowFindings[:0]
}

// rowTitle returns the title of the current row or, if it has none, its first value.
func (r *Reader) rowTitle() string {
	if i := int(r.layout.byColumn[PublicationTitle]); i < len(r.cells) && r.cells[i] != "" {
		return r.cells[i]
	}
	for _, cell := range r.cells {
		if cell != "" {
			return cell
		}
	}
	return ""
}
