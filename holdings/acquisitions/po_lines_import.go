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
	"number", "vendor", "status", "type", "ordered_on", "renews_on", "note", "process_type", "fund", "price", "currency", "interval_from",
	"interval_until", "main", "ordered_collection", "portfolio_id", "collection", "title_id", "print_identifier", "online_identifier",
	"identifier",
}

// ImportPOLines creates, changes, attaches and moves PO lines from a CSV file (see csvtable.Open for its format). An existing
// number is changed in the columns that the file has; it stays where it is if the line names no portfolio
// and no collection. A wrong line
// is refused without affecting the others. It writes in batches: after a failure, run it again and it does the rest.
// With dryRun it writes nothing and reports the same.
func (s *Service) ImportPOLines(ctx context.Context, in io.Reader, dryRun bool) (ImportReport, error) {
	run := &poLineImport{s: s, mains: map[Holder]int{}}
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
	mains  map[Holder]int // the line that asks for a main PO line
}

// plan applies the lines to the PO lines in the editor.
func (run *poLineImport) plan(ctx context.Context, client *ent.Client, lines []*importLine) error {
	known, err := run.known(ctx, client, lines)
	if err != nil {
		return err
	}
	refs, holders, attached := make([]portfolioRef, len(lines)), make([]Holder, 0, len(lines)), []int64{}
	for i, l := range lines {
		refs[i] = refOf(l)
		if row := known[l.Number]; row != nil {
			holders = append(holders, holderOf(row))
			if row.PortfolioID != nil {
				attached = append(attached, *row.PortfolioID)
			}
		}
	}
	finder, err := findPortfolios(ctx, client, refs, attached)
	if err != nil {
		return err
	}
	targets := make([]Holder, len(lines))
	for i, l := range lines {
		var wrong string
		if targets[i], wrong = finder.holder(refs[i], l.cells["ordered_collection"]); wrong != "" {
			l.refuse("%s", wrong)
			continue
		}
		holders = append(holders, targets[i])
	}
	if err := run.editor.load(ctx, client, holders...); err != nil {
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

// line handles one line. row is the PO line that it names, nil for a new one; target is what it is to be attached to,
// nothing if the line does not say.
func (run *poLineImport) line(l *importLine, row *ent.POLine, target Holder, finder *portfolioFinder) {
	isNew := row == nil
	if isNew {
		row = &ent.POLine{ID: run.s.store.NextID(), CreatedAt: run.editor.now}
	}
	texts := POLineTexts{
		Number: l.cell("number"), Vendor: l.cell("vendor"), Status: l.cell("status"), Type: l.cell("type"),
		OrderedOn: l.cell("ordered_on"), RenewsOn: l.cell("renews_on"), Note: l.cell("note"), ProcessType: l.cell("process_type"),
		Fund: l.cell("fund"), Price: l.cell("price"), Currency: l.cell("currency"), IntervalFrom: l.cell("interval_from"),
		IntervalUntil: l.cell("interval_until"),
	}
	var problems problem.List
	after := *row
	fillTexts(&problems, texts.of(&after))
	checkOrder(&problems, &after)
	l.messages = append(l.messages, messagesOf(problems)...)
	main, wrong := yesOrNo("main", l.cells["main"])
	if wrong != "" {
		l.messages = append(l.messages, wrong)
	}
	at := holderOf(row)
	if target != (Holder{}) {
		at = target
	}
	if main != nil && *main && at != (Holder{}) && run.mains[at] > 0 {
		l.tell("line %d makes another PO line the main one of this %s: say main once", run.mains[at], at.word())
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
	if at != holderOf(row) {
		run.editor.attach(row, at)
	}
	run.rank(l, row, main)
	l.Action = actionOf(isNew, &before, row)
	switch from := holderOf(&before); {
	case at == (Holder{}) || at == from && !isNew:
	case from == (Holder{}):
		l.tell("attached to %s", finder.title(at))
	default:
		l.tell("moved from %s to %s", finder.title(from), finder.title(at))
	}
}

// rank makes the PO line main if the line says so. It becomes additional only when another one is made main.
func (run *poLineImport) rank(l *importLine, row *ent.POLine, main *bool) {
	switch at := holderOf(row); {
	case main == nil:
	case at == (Holder{}) && *main:
		l.tell("it is not attached to a portfolio, so it cannot be a main PO line: name the portfolio")
	case at == (Holder{}):
	case *main:
		if former := run.editor.mainOf(at); former != row {
			l.tell("%q, until now the main PO line of the %s, becomes additional", former.Number, at.word())
			run.editor.rank(row, true)
		}
		run.mains[at] = l.Line
	case row.Main:
		l.tell("it is the main PO line of its %s until another one is made so", at.word())
	}
}

func actionOf(isNew bool, before, now *ent.POLine) string {
	switch {
	case isNew:
		return LineCreated
	case samePOLine(before, now):
		return LineUnchanged
	case holderOf(before) == holderOf(now):
		return LineUpdated
	case holderOf(before) == (Holder{}):
		return LineAttached
	default:
		return LineMoved
	}
}

// yesOrNo reads a yes/no cell; nil if it is empty.
func yesOrNo(column, cell string) (yes *bool, wrong string) {
	switch strings.ToLower(cell) {
	case "":
		return nil, ""
	case "yes", "y", "true", "1":
		return new(true), ""
	case "no", "n", "false", "0":
		return new(false), ""
	}
	return nil, fmt.Sprintf("%s is %.20q: write yes or no, or leave the cell empty", column, cell)
}
