package kbart

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

// findHeader reads lines up to and including the header.
func (r *Reader) findHeader() error {
	sample := string(r.lines.sample())
	var before preamble
	for before.lines < maxPreamble {
		text, err := r.headerLine()
		switch {
		case err == io.EOF:
			return r.noHeader(sample, before, nil)
		case errors.Is(err, errLineTooLong):
			return r.noHeader(sample, before, err)
		case err != nil:
			return err
		case strings.TrimSpace(text) == "":
			continue
		case strings.Count(text, "\t") > maxColumns:
			return &FatalError{Finding: ruleTooManyColumns.finding(Finding{File: r.file, Line: r.line})}
		}
		if l, delim := parseHeader(text); l != nil {
			r.setHeader(l, delim, before)
			return nil
		}
		before.add(text)
	}
	return r.noHeader(sample, before, nil)
}

// preamble is the text before the header.
type preamble struct {
	lines int      // non-blank lines
	first string   // the first of them
	names []string // cells of the line that is most like a header
}

func (p *preamble) add(text string) {
	names := splitNames(text, '\t')
	if p.lines == 0 {
		p.first = strings.TrimSpace(text)
	}
	if p.lines == 0 || newLayout(names).has(PublicationTitle) {
		p.names = names
	}
	p.lines++
}

// headerLine reads one line as text.
func (r *Reader) headerLine() (string, error) {
	r.allowMixedFirstLine()
	end, next, err := r.lines.find(0, r.options.MaxLine)
	if err != nil {
		return "", err
	}
	decoded, _ := r.decode(r.lines.bytes(end), r.line+1)
	text := string(decoded)
	r.lines.discard(next)
	r.line++
	return text, nil
}

// allowMixedFirstLine lets both CR and LF end a line, up to the end of the next line. A header may have another line
// end than the rows.
func (r *Reader) allowMixedFirstLine() {
	if r.lines.mixed > 0 {
		return
	}
	if end, _, err := r.lines.find(0, r.options.MaxLine); err == nil {
		if line := r.trimOtherEOL(r.lines.bytes(end)); bytes.IndexByte(line, r.lines.otherEOL()) >= 0 {
			r.lines.mixed = end - 1
		}
	}
}

// noHeader returns the error for a text without a header. It returns the cause, if there is one, unless the text is
// recognized as another format.
func (r *Reader) noHeader(sample string, before preamble, cause error) error {
	f := explainNoHeader([]byte(sample), before.names)
	if cause != nil && (f.Code == ruleNoHeader.Code || f.Code == ruleNoRows.Code) {
		return cause
	}
	f.File = r.file
	return &FatalError{Finding: f}
}

func (r *Reader) setHeader(l *layout, delim byte, before preamble) {
	r.layout, r.delim = l, delim
	r.columns |= l.columns
	r.header.Names, r.header.Line = l.names, r.line
	r.header.Phase, r.header.Delimiter = l.phase(), string(delim)
	r.summary.Phase, r.summary.Delimiter = r.header.Phase, r.header.Delimiter
	r.record.layout, r.record.File = l, r.file
	for _, e := range r.headerFindings {
		r.report(e.rule, e.finding)
	}
	if before.lines > 0 {
		r.report(rulePreamble, Finding{Line: 1, Value: before.first, Message: quantity(before.lines, "line") + " before the header"})
	}
	if delim != '\t' {
		r.report(ruleDelimiter, Finding{
			Line: r.line, Value: string(delim),
			Message: fmt.Sprintf("cells are delimited by %q, not by tabs", delim),
		})
	}
	checkHeader(l, r.line, r.report)
	r.countWidth()
}
