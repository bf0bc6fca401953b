package acquisitions

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"autoholdings/ent"
	"autoholdings/ent/poline"
	"autoholdings/holdings/plan"
	"autoholdings/internal/problem"
	"autoholdings/internal/store"
)

// POLineBatch makes, attaches, detaches and deletes PO lines of some portfolios in one transaction, for a job over many. Each
// portfolio with PO lines has exactly one main one: the first that was attached, as long as nobody makes another one main.
type POLineBatch struct {
	editor *poLineEditor
	nextID func() int64
	byNo   map[string]*ent.POLine
	gone   []int64 // stored ones that are deleted
}

// ReadPOLines reads the PO lines of some portfolios and those with some numbers, in a fixed number of statements for each
// store.IDsAtOnce of them. now is the database's time in Unix milliseconds.
func ReadPOLines(
	ctx context.Context, client *ent.Client, nextID func() int64, now int64, portfolioIDs []int64, numbers []string,
) (*POLineBatch, error) {
	b := &POLineBatch{editor: newPOLineEditor(now), nextID: nextID, byNo: map[string]*ent.POLine{}}
	holders := make([]Holder, len(portfolioIDs))
	for i, id := range portfolioIDs {
		holders[i] = Holder{Portfolio: id}
	}
	for chunk := range slices.Chunk(slices.Compact(slices.Sorted(slices.Values(numbers))), store.IDsAtOnce) {
		rows, err := client.POLine.Query().Where(poline.NumberIn(chunk...)).All(ctx)
		if err != nil {
			return nil, fmt.Errorf("look up PO lines: %w", err)
		}
		for _, row := range rows {
			b.byNo[row.Number] = b.editor.put(row)
			holders = append(holders, holderOf(row))
		}
	}
	return b, b.editor.load(ctx, client, holders...)
}

// State is how a PO line stands to a portfolio; elsewhere is what else it is attached to, if anything.
func (b *POLineBatch) State(number string, portfolioID int64) (s plan.POLineState, elsewhere Holder) {
	row := b.byNo[number]
	if row == nil {
		return s, elsewhere
	}
	s.Number = number
	switch at := holderOf(row); at {
	case Holder{}:
	case Holder{Portfolio: portfolioID}:
		s.Attached, s.Main = true, row.Main
	default:
		elsewhere = at
	}
	return s, elsewhere
}

// Untouched says whether a PO line is as the job made it that made it: nobody has changed it since.
func (b *POLineBatch) Untouched(number string) bool {
	row := b.byNo[number]
	return row != nil && b.editor.before[row.ID] != nil && b.editor.before[row.ID].Version == 1
}

// Attach attaches a PO line to a portfolio, and makes it where there is none with the number.
func (b *POLineBatch) Attach(number string, portfolioID int64) {
	row := b.byNo[number]
	if row == nil {
		row = &ent.POLine{ID: b.nextID(), CreatedAt: b.editor.now, Number: number}
		b.editor.add(row)
		b.byNo[number] = row
	}
	b.editor.attach(row, Holder{Portfolio: portfolioID})
}

// Detach detaches a PO line from its portfolio.
func (b *POLineBatch) Detach(number string) {
	if row := b.byNo[number]; row != nil {
		b.editor.attach(row, Holder{})
	}
}

// Delete deletes a PO line.
func (b *POLineBatch) Delete(number string) {
	row := b.byNo[number]
	if row == nil {
		return
	}
	b.editor.attach(row, Holder{})
	if b.editor.before[row.ID] != nil {
		b.gone = append(b.gone, row.ID)
	}
	delete(b.editor.rows, row.ID)
	delete(b.byNo, number)
}

// Write stores the changes. No other transaction may write PO lines beside it, since a number is given once.
func (b *POLineBatch) Write(ctx context.Context, tx *store.Tx) error {
	for chunk := range slices.Chunk(b.gone, store.IDsAtOnce) {
		if _, err := tx.POLine.Delete().Where(poline.IDIn(chunk...)).Exec(ctx); err != nil {
			return fmt.Errorf("delete PO lines: %w", err)
		}
	}
	b.gone = nil
	return b.editor.write(ctx, tx)
}

// CheckPOLineNumber says what is wrong with the number of a PO line, and what to do.
func CheckPOLineNumber(number string) error {
	var problems problem.List
	checkText(&problems, recordText{field: "number", what: "the number", kind: keyText}, strings.TrimSpace(number))
	if len(problems) > 0 {
		return errors.New(problems[0].Message)
	}
	return nil
}
