package acquisitions

import (
	"context"
	"fmt"
	"io"
	"strings"

	"autoholdings/ent"
	"autoholdings/ent/poline"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
)

var poLineCSV = []string{
	"number", "vendor", "status", "type", "ordered_on", "renews_on", "note", "main",
	"portfolio_id", "collection", "title_id", "print_identifier", "online_identifier", "identifier",
}

// ImportPOLines creates, changes, attaches and moves PO lines from a CSV file (see csvtable.Open for its format). An existing
// number is changed in the columns that the file has; it stays where it is if the line names no portfolio. A wrong line
// is refused without affecting the others. It writes in batches: after a failure, run it again and it does the rest.
// With dryRun it writes nothing and reports the same.
func (s *Service) ImportPOLines(ctx context.Context, in io.Reader, dryRun bool) (ImportReport, error) {
	run := &poLineImport{s: s, mains: map[int64]int{}}
	if dryRun { // its new lines are as new as those of an import
		now, err := s.store.DatabaseNow(ctx)
		if err != nil {
			return ImportReport{}, err
		}
		run.editor = newPOLineEditor(now)
	}
	return importCSV(ctx, in, dryRun, poLineCSV, func(ctx context.Context, lines []*importLine) error {
		if dryRun { // the editor keeps what the earlier batches would have written
			if err := run.plan(ctx, s.store.Read, lines); err != nil {
				return err
			}
			run.editor.settle()
			return nil
		}
		return s.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
			run.editor = newPOLineEditor(tx.Now)
			if err := run.plan(ctx, tx.Client, lines); err != nil {
				return err
			}
			return run.editor.write(ctx, tx)
		})
	})
}

// poLineImport is an import of PO lines in progress.
type poLineImport struct {
	s      *Service
	editor *poLineEditor
	mains  map[int64]int // by portfolio: the line that asks for a main PO line
}

// plan applies the lines to the PO lines in the editor.
func (run *poLineImport) plan(ctx context.Context, client *ent.Client, lines []*importLine) error {
	known, err := run.known(ctx, client, lines)
	if err != nil {
		return err
	}
	refs, attached := make([]portfolioRef, len(lines)), make([]int64, 0, len(lines))
	for i, l := range lines {
		refs[i] = refOf(l)
		if row := known[l.Number]; row != nil && row.PortfolioID != nil {
			attached = append(attached, *row.PortfolioID)
		}
	}
	finder, err := findPortfolios(ctx, client, refs, attached)
	if err != nil {
		return err
	}
	targets := make([]*ent.Portfolio, len(lines))
	for i, l := range lines {
		if refs[i].empty() {
			continue
		}
		var wrong string
		if targets[i], wrong = finder.find(refs[i]); wrong != "" {
			l.refuse("%s", wrong)
			continue
		}
		attached = append(attached, targets[i].ID)
	}
	if err := run.editor.load(ctx, client, attached); err != nil {
		return err
	}
	for i, l := range lines {
		run.line(l, known[l.Number], targets[i], finder)
	}
	return nil
}

// known returns the stored PO lines that the lines name, by number.
func (run *poLineImport) known(ctx context.Context, client *ent.Client, lines []*importLine) (map[string]*ent.POLine, error) {
	numbers := make([]string, len(lines))
	for i, l := range lines {
		numbers[i] = l.Number
	}
	rows, err := client.POLine.Query().Where(poline.NumberIn(numbers...)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("look up PO lines: %w", err)
	}
	known := make(map[string]*ent.POLine, len(rows))
	for _, row := range rows {
		known[row.Number] = run.editor.put(row)
	}
	return known, nil
}

func refOf(l *importLine) portfolioRef {
	ref := portfolioRef{id: l.cells["portfolio_id"], collection: l.cells["collection"], titleID: l.cells["title_id"]}
	for _, column := range []string{"print_identifier", "online_identifier", "identifier"} {
		if identifier := l.cells[column]; identifier != "" {
			ref.identifiers = append(ref.identifiers, identifier)
		}
	}
	return ref
}

// line handles one line. row is the PO line that it names, nil for a new one; target is the portfolio, nil if it names
// none.
func (run *poLineImport) line(l *importLine, row *ent.POLine, target *ent.Portfolio, finder *portfolioFinder) {
	isNew := row == nil
	if isNew {
		row = &ent.POLine{ID: run.s.store.NextID(), CreatedAt: run.editor.now}
	}
	texts := POLineTexts{
		Number: l.cell("number"), Vendor: l.cell("vendor"), Status: l.cell("status"), Type: l.cell("type"),
		OrderedOn: l.cell("ordered_on"), RenewsOn: l.cell("renews_on"), Note: l.cell("note"),
	}
	var problems problem.List
	after := *row
	fillTexts(&problems, texts.of(&after))
	l.messages = append(l.messages, messagesOf(problems)...)
	main, wrong := yesOrNo(l.cells["main"])
	if wrong != "" {
		l.messages = append(l.messages, wrong)
	}
	at := portfolioOf(row)
	if target != nil {
		at = target.ID
	}
	if main != nil && *main && at != 0 && run.mains[at] > 0 {
		l.tell("line %d makes another PO line the main one of this portfolio: say main once", run.mains[at])
	}
	if len(l.messages) > 0 {
		l.Action = LineRefused
		return
	}
	before := *row
	*row = after
	if isNew {
		run.editor.add(row)
	}
	if at != portfolioOf(row) {
		run.editor.attach(row, at)
	}
	run.rank(l, row, main)
	l.Action = actionOf(isNew, &before, row)
	switch from := portfolioOf(&before); {
	case at == 0 || at == from && !isNew:
	case from == 0:
		l.tell("attached to %s", finder.title(at))
	default:
		l.tell("moved from %s to %s", finder.title(from), finder.title(at))
	}
}

// rank makes the PO line main if the line says so. It becomes additional only when another one is made main.
func (run *poLineImport) rank(l *importLine, row *ent.POLine, main *bool) {
	switch at := portfolioOf(row); {
	case main == nil:
	case at == 0 && *main:
		l.tell("it is not attached to a portfolio, so it cannot be a main PO line: name the portfolio")
	case at == 0:
	case *main:
		if former := run.editor.mainOf(at); former != row {
			l.tell("%q, until now the main PO line of the portfolio, becomes additional", former.Number)
			run.editor.rank(row, true)
		}
		run.mains[at] = l.Line
	case row.Main:
		l.tell("it is the main PO line of its portfolio until another one is made so")
	}
}

func actionOf(isNew bool, before, now *ent.POLine) string {
	switch {
	case isNew:
		return LineCreated
	case samePOLine(before, now):
		return LineUnchanged
	case portfolioOf(before) == portfolioOf(now):
		return LineUpdated
	case portfolioOf(before) == 0:
		return LineAttached
	default:
		return LineMoved
	}
}

// yesOrNo reads a yes/no cell; nil if it is empty.
func yesOrNo(cell string) (yes *bool, wrong string) {
	switch strings.ToLower(cell) {
	case "":
		return nil, ""
	case "yes", "y", "true", "1":
		return new(true), ""
	case "no", "n", "false", "0":
		return new(false), ""
	}
	return nil, fmt.Sprintf("main is %.20q: write yes or no, or leave the cell empty", cell)
}
