package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"autoholdings/internal/spreadsheet"
	"autoholdings/internal/words"
	"autoholdings/kbart"
)

// judgedFile is the result of validating a file.
type judgedFile struct {
	Name    string // as given on the command line
	Summary kbart.Summary
	Err     error // why it could not be read to its end; nil if it could
}

// findingsOutput writes findings in one format.
type findingsOutput interface {
	finding(file string, f kbart.Finding) // called for each finding, while the file is read
	end(judged judgedFile)                // called at the file's end
}

// newFindingsOutput returns the output for a format. Write errors are left to whoever flushes w.
func newFindingsOutput(format string, summary bool, w *bufio.Writer, colours palette) (findingsOutput, error) {
	switch {
	case format == "text" && summary:
		return &textSummary{w: w, colours: colours}, nil
	case format == "text":
		return &textFindings{w: w, colours: colours, titles: ruleTitles()}, nil
	case format == "json" && summary:
		return &jsonSummary{enc: newEncoder(w)}, nil
	case format == "json":
		return &jsonFindings{enc: newEncoder(w)}, nil
	case format == "tsv" && summary:
		return &tsvSummary{w: w}, nil
	case format == "tsv":
		return &tsvFindings{w: w}, nil
	}
	return nil, fmt.Errorf("%q is no format; use text, json or tsv", format)
}

// textFindings writes for people: a file's findings grouped by rule, the worst first.
type textFindings struct {
	w       *bufio.Writer
	colours palette
	titles  map[string]string
	groups  map[string]*findingGroup
	files   int
}

// findingGroup is what is kept of one rule's findings.
type findingGroup struct {
	code     string
	severity kbart.Severity
	count    int
	first    []kbart.Finding
}

// placesShown is the number of findings shown for each rule.
const placesShown = 3

func (o *textFindings) finding(_ string, f kbart.Finding) {
	if o.groups == nil {
		o.groups = map[string]*findingGroup{}
	}
	g := o.groups[f.Code]
	if g == nil {
		g = &findingGroup{code: f.Code, severity: f.Severity}
		o.groups[f.Code] = g
	}
	g.count++
	if len(g.first) < placesShown {
		g.first = append(g.first, f)
	}
}

func (o *textFindings) end(judged judgedFile) {
	if o.files++; o.files > 1 {
		fmt.Fprintln(o.w)
	}
	fmt.Fprintf(o.w, "%s\n", o.colours.bold(printable(judged.Name)))
	if judged.Err != nil {
		fmt.Fprintf(o.w, "  could not be read to its end: %s\n", printable(judged.Err.Error()))
	}
	if judged.Err != nil && judged.Summary == (kbart.Summary{}) {
		return
	}
	fmt.Fprintf(o.w, "  %s\n", describe(judged.Summary))
	groups := make([]*findingGroup, 0, len(o.groups))
	for _, g := range o.groups {
		groups = append(groups, g)
	}
	slices.SortFunc(groups, func(a, b *findingGroup) int {
		return cmp.Or(cmp.Compare(b.severity, a.severity), cmp.Compare(b.count, a.count), strings.Compare(a.code, b.code))
	})
	for _, g := range groups {
		o.group(g)
	}
	if len(groups) > 0 {
		fmt.Fprintln(o.w)
	}
	fmt.Fprintf(o.w, "  %s\n", tally(judged.Summary.Findings, o.colours))
	o.groups = nil
}

func (o *textFindings) group(g *findingGroup) {
	title := o.titles[g.code]
	fmt.Fprintf(o.w, "\n  %s %s ×%d  %s\n", o.colours.severity(g.severity), o.colours.bold(g.code), g.count, title)
	for _, f := range g.first {
		fmt.Fprintf(o.w, "    %s\n", place(f, title))
	}
	if more := g.count - len(g.first); more > 0 {
		fmt.Fprintf(o.w, "    and %d more\n", more)
	}
	fmt.Fprintf(o.w, "    %s\n", o.colours.dim("→ "+printable(g.first[0].Hint)))
}

// place says where a finding is, and adds what the rule's title leaves open.
func place(f kbart.Finding, title string) string {
	var parts []string
	if f.File != "" {
		parts = append(parts, printable(f.File))
	}
	if f.Line > 0 {
		at := fmt.Sprintf("line %d", f.Line)
		if f.Title != "" {
			at += ", " + strconv.Quote(f.Title)
		}
		parts = append(parts, at)
	} else {
		parts = append(parts, "the file")
	}
	if f.Column != "" {
		parts = append(parts, printable(f.Column))
	}
	if f.Value != "" && f.Value != f.Title {
		parts = append(parts, strconv.Quote(f.Value))
	}
	if f.Message != title && f.Message != "" {
		parts = append(parts, printable(f.Message))
	}
	return strings.Join(parts, ": ")
}

// ruleTitles returns the titles of the rules, by code.
func ruleTitles() map[string]string {
	titles := map[string]string{}
	for _, r := range kbart.Rules() {
		titles[r.Code] = r.Title
	}
	return titles
}

// textSummary writes one line per file.
type textSummary struct {
	w       *bufio.Writer
	colours palette
}

func (o *textSummary) finding(string, kbart.Finding) {}

func (o *textSummary) end(judged judgedFile) {
	if judged.Err != nil {
		fmt.Fprintf(o.w, "%s: could not be read: %s\n", o.colours.bold(printable(judged.Name)), printable(judged.Err.Error()))
		return
	}
	fmt.Fprintf(o.w, "%s: %s; %s\n", o.colours.bold(printable(judged.Name)), describe(judged.Summary),
		tally(judged.Summary.Findings, o.colours))
}

var delimiterNames = map[string]string{"\t": "tabs", ";": "semicolons", ",": "commas"}

// describe says what a list is and what happened to its rows.
func describe(s kbart.Summary) string {
	rows := fmt.Sprintf("%s: %s used, %s set aside as free, %s refused", words.Count(s.Rows.Read, "row", "rows"),
		words.Figure(s.Rows.Used), words.Figure(s.Rows.SetAside), words.Figure(s.Rows.Refused))
	if s.Phase == "" {
		return rows
	}
	return fmt.Sprintf("%s, %s, phase %s; %s", s.Encoding, delimiterNames[s.Delimiter], s.Phase, rows)
}

// tally counts the findings of each severity, in words.
func tally(c kbart.Counts, colours palette) string {
	var parts []string
	for _, part := range []struct {
		severity kbart.Severity
		count    int
		name     string
	}{
		{kbart.Fatal, c.Fatal, "fatal"},
		{kbart.Error, c.Error, "error"},
		{kbart.Warning, c.Warning, "warning"},
		{kbart.Info, c.Info, "remark"},
	} {
		switch {
		case part.count == 0:
		case part.severity == kbart.Fatal:
			parts = append(parts, colours.paint(part.severity, "refused"))
		default:
			parts = append(parts, colours.paint(part.severity, words.Count(part.count, part.name, part.name+"s")))
		}
	}
	if len(parts) == 0 {
		return "nothing found"
	}
	return strings.Join(parts, ", ")
}

// jsonFindings writes one object per line, one for each finding.
type jsonFindings struct{ enc *json.Encoder }

// findingObject is a finding in JSON.
type findingObject struct {
	File     string         `json:"file"`
	Member   string         `json:"member,omitempty"` // the member of a ZIP archive
	Line     int            `json:"line,omitempty"`   // absent = the whole file
	Title    string         `json:"title,omitempty"`  // the row's title
	Severity kbart.Severity `json:"severity"`
	Code     string         `json:"code"`
	Column   string         `json:"column,omitempty"`
	Value    string         `json:"value,omitempty"`
	Message  string         `json:"message"`
	Hint     string         `json:"hint"`
}

func (o *jsonFindings) finding(file string, f kbart.Finding) {
	_ = o.enc.Encode(findingObject{file, f.File, f.Line, f.Title, f.Severity, f.Code, f.Column, f.Value, f.Message, f.Hint})
}

func (o *jsonFindings) end(judgedFile) {}

// jsonSummary writes one object per line, one for each file.
type jsonSummary struct{ enc *json.Encoder }

// summaryObject is a file's summary in JSON.
type summaryObject struct {
	File      string `json:"file"`
	Encoding  string `json:"encoding"`
	Delimiter string `json:"delimiter"`
	Phase     string `json:"phase"`
	Rows      struct {
		Read     int `json:"read"`
		Used     int `json:"used"`
		SetAside int `json:"setAside"`
		Refused  int `json:"refused"`
	} `json:"rows"`
	Findings struct {
		Fatal   int `json:"fatal"`
		Error   int `json:"error"`
		Warning int `json:"warning"`
		Info    int `json:"info"`
	} `json:"findings"`
	Unreadable string `json:"error,omitempty"` // why the file could not be read
}

func (o *jsonSummary) finding(string, kbart.Finding) {}

func (o *jsonSummary) end(judged judgedFile) {
	s := judged.Summary
	object := summaryObject{File: judged.Name, Encoding: s.Encoding, Delimiter: s.Delimiter, Phase: s.Phase}
	object.Rows.Read, object.Rows.Used, object.Rows.SetAside, object.Rows.Refused = s.Rows.Read, s.Rows.Used, s.Rows.SetAside, s.Rows.Refused
	object.Findings.Fatal, object.Findings.Error = s.Findings.Fatal, s.Findings.Error
	object.Findings.Warning, object.Findings.Info = s.Findings.Warning, s.Findings.Info
	if judged.Err != nil {
		object.Unreadable = judged.Err.Error()
	}
	_ = o.enc.Encode(object)
}

func newEncoder(w io.Writer) *json.Encoder {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc
}

// tsvFindings writes one line per finding, under a header.
type tsvFindings struct {
	w     *bufio.Writer
	begun bool
}

func (o *tsvFindings) finding(file string, f kbart.Finding) {
	o.begin()
	line := ""
	if f.Line > 0 {
		line = strconv.Itoa(f.Line)
	}
	writeTSV(o.w, file, f.File, line, f.Title, f.Severity.String(), f.Code, f.Column, f.Value, f.Message, f.Hint)
}

func (o *tsvFindings) end(judgedFile) { o.begin() }

func (o *tsvFindings) begin() {
	if !o.begun {
		o.begun = true
		writeTSV(o.w, "file", "member", "line", "title", "severity", "code", "column", "value", "message", "hint")
	}
}

// tsvSummary writes one line per file, under a header.
type tsvSummary struct {
	w     *bufio.Writer
	begun bool
}

func (o *tsvSummary) finding(string, kbart.Finding) {}

func (o *tsvSummary) end(judged judgedFile) {
	if !o.begun {
		o.begun = true
		writeTSV(o.w, "file", "encoding", "delimiter", "phase", "read", "used", "setAside", "refused", "fatal", "error", "warning", "info",
			"unreadable")
	}
	s := judged.Summary
	cells := []string{judged.Name, s.Encoding, strings.ReplaceAll(s.Delimiter, "\t", `\t`), s.Phase}
	for _, n := range []int{
		s.Rows.Read, s.Rows.Used, s.Rows.SetAside, s.Rows.Refused,
		s.Findings.Fatal, s.Findings.Error, s.Findings.Warning, s.Findings.Info,
	} {
		cells = append(cells, strconv.Itoa(n))
	}
	unreadable := ""
	if judged.Err != nil {
		unreadable = judged.Err.Error()
	}
	writeTSV(o.w, append(cells, unreadable)...)
}

// writeTSV writes a line of cells.
func writeTSV(w *bufio.Writer, cells ...string) { _, _ = w.Write(spreadsheet.AppendCells(nil, cells)) }

// palette colours the output, or leaves it plain.
type palette struct{ on bool }

// paletteFor uses colours on a terminal that has them, unless NO_COLOR (see no-color.org) is set.
func paletteFor(terminal bool, getenv func(string) string) palette {
	return palette{on: terminal && getenv("NO_COLOR") == "" && getenv("TERM") != "dumb"}
}

// severityColours are the terminal's codes (ECMA-48) by severity.
var severityColours = map[kbart.Severity]string{
	kbart.Fatal: "1;31", kbart.Error: "31", kbart.Warning: "33", kbart.Info: "36",
}

func (p palette) severity(s kbart.Severity) string {
	return p.paint(s, fmt.Sprintf("%-7s", s))
}

func (p palette) paint(s kbart.Severity, text string) string { return p.code(severityColours[s], text) }

func (p palette) bold(text string) string { return p.code("1", text) }

func (p palette) dim(text string) string { return p.code("2", text) }

func (p palette) code(code, text string) string {
	if !p.on {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}
