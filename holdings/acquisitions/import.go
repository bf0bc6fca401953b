package acquisitions

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"autoholdings/ent"
	"autoholdings/holdings"
	"autoholdings/internal/csvtable"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
	"autoholdings/internal/words"
)

// What happened to a line of an imported file.
const (
	LineCreated   = "CREATED"
	LineUpdated   = "UPDATED"
	LineUnchanged = "UNCHANGED"
	LineAttached  = "ATTACHED" // an existing PO line was attached to its portfolio
	LineMoved     = "MOVED"    // an existing PO line was moved from another portfolio
	LineRefused   = "REFUSED"  // nothing was changed
)

// ImportReport says what an import did, or would do.
type ImportReport struct {
	DryRun    bool         `json:"dryRun"`
	Created   int          `json:"created"`
	Updated   int          `json:"updated"`
	Unchanged int          `json:"unchanged"`
	Attached  int          `json:"attached"`
	Moved     int          `json:"moved"`
	Refused   int          `json:"refused"`
	Warnings  []string     `json:"warnings"` // about the file as a whole
	Lines     []ImportLine `json:"lines"`
}

// ImportLine says what happened to one line.
type ImportLine struct {
	Line    int    `json:"line"` // of the file, from 1
	Action  string `json:"action"`
	Number  string `json:"number"`  // the PO line's number, or the license's code
	Message string `json:"message"` // what is wrong and what to do, or other remarks; often empty
}

func (r *ImportReport) add(lines []*importLine) {
	for _, l := range lines {
		r.Lines = append(r.Lines, l.ImportLine)
		switch l.Action {
		case LineCreated:
			r.Created++
		case LineUpdated:
			r.Updated++
		case LineUnchanged:
			r.Unchanged++
		case LineAttached:
			r.Attached++
		case LineMoved:
			r.Moved++
		case LineRefused:
			r.Refused++
		}
	}
}

// importLine is a line being imported: what was read, and what happens to it.
type importLine struct {
	ImportLine
	cells    map[string]string
	messages []string
}

// refuse marks the line as refused, with the reason.
func (l *importLine) refuse(format string, args ...any) {
	l.Action = LineRefused
	l.tell(format, args...)
}

func (l *importLine) tell(format string, args ...any) {
	l.messages = append(l.messages, fmt.Sprintf(format, args...))
}

func (l *importLine) refused() bool { return l.Action == LineRefused }

// cell returns the content of a column; nil if the file has no such column.
func (l *importLine) cell(column string) *string {
	if value, ok := l.cells[column]; ok {
		return &value
	}
	return nil
}

// importBatch is how many lines one transaction handles: their references are looked up together.
const importBatch = 500

// importCSV reads a file and applies it in batches. apply decides what happens to the lines that are not refused.
func importCSV(
	ctx context.Context, in io.Reader, dryRun bool, columns []string, apply func(ctx context.Context, lines []*importLine) error,
) (ImportReport, error) {
	report := ImportReport{DryRun: dryRun, Warnings: []string{}, Lines: []ImportLine{}}
	key := columns[0]
	table, err := csvtable.Open(in, key, columns)
	if err != nil {
		return report, err
	}
	if len(table.Unknown) > 0 {
		report.Warnings = append(report.Warnings, fmt.Sprintf("not read, because they mean nothing here: the columns %s. Known are %s",
			words.Quoted(table.Unknown, func(name string) string { return name }), strings.Join(columns, ", ")))
	}
	seen := map[string]int{}
	for more := true; more; {
		var batch []*importLine
		if batch, more, err = readBatch(table, key, seen); err != nil {
			return report, err
		}
		if err := ctx.Err(); err != nil {
			return report, err
		}
		ready := slices.DeleteFunc(slices.Clone(batch), (*importLine).refused)
		if len(ready) > 0 {
			if err := apply(ctx, ready); err != nil {
				return report, fmt.Errorf("import: %w", err)
			}
		}
		for _, l := range batch {
			l.Message = strings.Join(l.messages, "; ")
		}
		report.add(batch)
	}
	return report, nil
}

// readBatch reads the next lines and refuses those that cannot be read, or whose key is missing or repeated.
func readBatch(table *csvtable.Table, key string, seen map[string]int) (batch []*importLine, more bool, err error) {
	for len(batch) < importBatch {
		read, err := table.Next()
		if errors.Is(err, io.EOF) {
			return batch, false, nil
		}
		if err != nil {
			return nil, false, err
		}
		l := &importLine{ImportLine: ImportLine{Line: read.Number, Number: read.Cells[key]}, cells: read.Cells}
		batch = append(batch, l)
		switch {
		case read.Wrong != "":
			l.refuse("%s", read.Wrong)
		case l.Number == "":
			l.refuse("it has no %s: give each line one", key)
		case seen[l.Number] > 0:
			l.refuse("line %d has the %s %.80q too: delete one of them", seen[l.Number], key, l.Number)
		default:
			seen[l.Number] = read.Number
		}
	}
	return batch, true, nil
}

// messagesOf returns the problems as messages for a line.
func messagesOf(problems problem.List) (messages []string) {
	for _, p := range problems {
		messages = append(messages, p.Message)
	}
	return messages
}

var licenseCSV = []string{
	"code", "name", "vendor", "status", "type", "starts_on", "ends_on", "note", "perpetual_access", "perpetual_from",
	"perpetual_until",
}

// ImportLicenses creates and changes licenses from a CSV file (see csvtable.Open for its format). An existing code is changed
// in the columns that the file has. A wrong line is refused without affecting the others. It writes in batches: after a
// failure, run it again and it does the rest. With dryRun it writes nothing and reports the same.
func (s *Service) ImportLicenses(ctx context.Context, in io.Reader, dryRun bool) (ImportReport, error) {
	return importCSV(ctx, in, dryRun, licenseCSV, func(ctx context.Context, lines []*importLine) error {
		if dryRun {
			_, err := s.planLicenses(ctx, s.store.Read, 0, lines)
			return err
		}
		return s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
			changed, err := s.planLicenses(ctx, tx.Client, tx.Now, lines)
			if err != nil {
				return err
			}
			return writeLicenses(ctx, tx, changed)
		})
	})
}

// planLicenses decides what happens to the lines, and returns the licenses to store. now is the time of new ones.
func (s *Service) planLicenses(
	ctx context.Context, client *ent.Client, now int64, lines []*importLine,
) (changed []*ent.License, err error) {
	known, err := licensesByCode(ctx, client, lines)
	if err != nil {
		return nil, err
	}
	for _, l := range lines {
		row := known[l.Number]
		l.Action = LineUnchanged
		if row == nil {
			row = &ent.License{ID: s.store.NextID(), CreatedAt: now}
			l.Action = LineCreated
		}
		before := *row
		texts := LicenseTexts{
			Code: l.cell("code"), Name: l.cell("name"), Vendor: l.cell("vendor"), Status: l.cell("status"), Type: l.cell("type"),
			StartsOn: l.cell("starts_on"), EndsOn: l.cell("ends_on"), Note: l.cell("note"),
			Perpetual: holdings.PerpetualChange{From: l.cell("perpetual_from"), Until: l.cell("perpetual_until")},
		}
		var problems problem.List
		fillTexts(&problems, texts.of(row))
		checkTerm(&problems, row)
		access, wrong := yesOrNo("perpetual_access", l.cells["perpetual_access"])
		if texts.Perpetual.Access = access; wrong != "" {
			l.messages = append(l.messages, wrong)
		}
		texts.Perpetual.Fill(&problems, &row.PerpetualAccess, &row.PerpetualFrom, &row.PerpetualUntil)
		if l.messages = append(l.messages, messagesOf(problems)...); len(l.messages) > 0 {
			l.Action = LineRefused
			continue
		}
		if l.Action == LineUnchanged && !sameLicense(&before, row) {
			l.Action = LineUpdated
		}
		if l.Action != LineUnchanged {
			changed = append(changed, row)
		}
	}
	return changed, nil
}
