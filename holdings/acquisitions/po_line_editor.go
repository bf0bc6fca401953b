package acquisitions

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"autoholdings/ent"
	"autoholdings/ent/poline"
	"autoholdings/ent/predicate"
	"autoholdings/internal/search"
	"autoholdings/internal/store"
)

// Holder is what a PO line is attached to: a portfolio, a collection that is ordered as a whole, or nothing.
type Holder struct{ Portfolio, Collection int64 }

// poLineEditor holds PO lines in memory while they are changed, with all others of their holders. It decides which
// are main, and writes all changes together. A holder with PO lines always has exactly one main one: the first that
// was attached, unless another was made main. If the main one leaves, the oldest of the others becomes main.
type poLineEditor struct {
	now    int64                    // by the database's clock
	before map[int64]*ent.POLine    // as stored, by id; nil for a new one
	rows   map[int64]*ent.POLine    // by id, with the changes
	of     map[Holder][]*ent.POLine // by holder
}

func newPOLineEditor(now int64) *poLineEditor {
	return &poLineEditor{now, map[int64]*ent.POLine{}, map[int64]*ent.POLine{}, map[Holder][]*ent.POLine{}}
}

// load reads the PO lines of holders that are not loaded yet.
func (e *poLineEditor) load(ctx context.Context, client *ent.Client, holders ...Holder) error {
	var portfolios, collections []int64
	for _, h := range holders {
		if _, known := e.of[h]; known || h == (Holder{}) {
			continue
		}
		e.of[h] = nil
		if h.Portfolio != 0 {
			portfolios = append(portfolios, h.Portfolio)
		} else {
			collections = append(collections, h.Collection)
		}
	}
	for _, of := range []struct {
		ids   []int64
		where func(...int64) predicate.POLine
	}{{portfolios, poline.PortfolioIDIn}, {collections, poline.CollectionIDIn}} {
		for chunk := range slices.Chunk(of.ids, store.IDsAtOnce) {
			rows, err := client.POLine.Query().Where(of.where(chunk...)).All(ctx)
			if err != nil {
				return fmt.Errorf("read the PO lines of portfolios and collections: %w", err)
			}
			for _, row := range rows {
				e.list(e.put(row))
			}
		}
	}
	return nil
}

// put adds a stored row and returns the row to work on: if it was added before, that one, which may have been changed
// since.
func (e *poLineEditor) put(row *ent.POLine) *ent.POLine {
	if known := e.rows[row.ID]; known != nil {
		return known
	}
	stored := *row
	e.before[row.ID], e.rows[row.ID] = &stored, row
	return row
}

// add adds a new row, unattached.
func (e *poLineEditor) add(row *ent.POLine) {
	row.PortfolioID, row.CollectionID, row.Main = nil, nil, false
	e.rows[row.ID] = row
}

// list adds a row to those of its holder, once.
func (e *poLineEditor) list(row *ent.POLine) {
	h := holderOf(row)
	if h == (Holder{}) {
		return
	}
	if others := e.of[h]; !slices.Contains(others, row) {
		e.of[h] = append(others, row)
	}
}

// attach attaches a row to a portfolio or collection; nothing detaches it. The rows of both the new and the former holder
// must be loaded.
func (e *poLineEditor) attach(row *ent.POLine, to Holder) {
	if from := holderOf(row); from != (Holder{}) {
		wasMain := row.Main
		row.PortfolioID, row.CollectionID, row.Main = nil, nil, false
		e.of[from] = slices.DeleteFunc(e.of[from], func(other *ent.POLine) bool { return other == row })
		if wasMain {
			e.promoteOldest(from, nil)
		}
	}
	if to == (Holder{}) {
		return
	}
	row.PortfolioID, row.CollectionID, row.Main = orNil(to.Portfolio), orNil(to.Collection), e.mainOf(to) == nil
	e.list(row)
}

// rank makes an attached row main or additional. A holder's only row stays main.
func (e *poLineEditor) rank(row *ent.POLine, main bool) {
	if row.Main == main {
		return
	}
	h := holderOf(row)
	if !main {
		if !e.promoteOldest(h, row) {
			return
		}
	} else if former := e.mainOf(h); former != nil {
		former.Main = false
	}
	row.Main = main
}

// promoteOldest makes the oldest of a holder's rows main, except the one in not.
func (e *poLineEditor) promoteOldest(h Holder, not *ent.POLine) bool {
	others := slices.DeleteFunc(slices.Clone(e.of[h]), func(row *ent.POLine) bool { return row == not })
	if len(others) == 0 {
		return false
	}
	slices.MinFunc(others, comparePrecedence).Main = true
	return true
}

// Precedence is a PO line's place within its portfolio or collection: the main one first, then by creation. If the main one leaves,
// the next takes its place.
type Precedence struct {
	Main          bool
	CreatedAt, ID int64
}

// Compare sorts the line with precedence first.
func (a Precedence) Compare(b Precedence) int {
	switch {
	case a.Main != b.Main && a.Main:
		return -1
	case a.Main != b.Main:
		return 1
	default: // ids from two processes are not in time order
		return cmp.Or(cmp.Compare(a.CreatedAt, b.CreatedAt), cmp.Compare(a.ID, b.ID))
	}
}

func comparePrecedence(a, b *ent.POLine) int {
	return Precedence{a.Main, a.CreatedAt, a.ID}.Compare(Precedence{b.Main, b.CreatedAt, b.ID})
}

// mainOf returns the holder's main PO line, or nil.
func (e *poLineEditor) mainOf(h Holder) *ent.POLine {
	for _, row := range e.of[h] {
		if row.Main {
			return row
		}
	}
	return nil
}

func holderOf(row *ent.POLine) (h Holder) {
	if row.PortfolioID != nil {
		h.Portfolio = *row.PortfolioID
	}
	if row.CollectionID != nil {
		h.Collection = *row.CollectionID
	}
	return h
}

func orNil(id int64) *int64 {
	if id == 0 {
		return nil
	}
	return &id
}

// changed returns the rows that differ from what is stored, sorted by id.
func (e *poLineEditor) changed() (rows []*ent.POLine) {
	for id, row := range e.rows {
		if before := e.before[id]; before == nil || !samePOLine(before, row) {
			rows = append(rows, row)
		}
	}
	slices.SortFunc(rows, func(a, b *ent.POLine) int { return cmp.Compare(a.ID, b.ID) })
	return rows
}

func samePOLine(a, b *ent.POLine) bool {
	return a.Number == b.Number && a.Vendor == b.Vendor && a.Status == b.Status && a.Type == b.Type &&
		a.OrderedOn == b.OrderedOn && a.RenewsOn == b.RenewsOn && a.Note == b.Note && a.ProcessType == b.ProcessType && a.Fund == b.Fund &&
		a.Price == b.Price && a.Currency == b.Currency && a.IntervalFrom == b.IntervalFrom && a.IntervalUntil == b.IntervalUntil &&
		holderOf(a) == holderOf(b) && a.Main == b.Main
}

// settle increments the versions of the changed rows and treats them as stored.
func (e *poLineEditor) settle() (changed []*ent.POLine) {
	changed = e.changed()
	for _, row := range changed {
		row.UpdatedAt = e.now
		row.Version++ // 0 for a new one
		row.Words = search.POLineWords(row.Number, row.Vendor, row.Type, row.Note, row.ProcessType, row.Fund)
		stored := *row
		e.before[row.ID] = &stored
	}
	return changed
}

// write stores the changes. Rows that stop being main are written first: the database never allows a portfolio or
// collection two main PO lines.
func (e *poLineEditor) write(ctx context.Context, tx *store.Tx) error {
	var givesWay []int64
	for _, row := range e.changed() {
		before := e.before[row.ID]
		if before != nil && before.Main && holderOf(before) != (Holder{}) && (!row.Main || holderOf(row) != holderOf(before)) {
			givesWay = append(givesWay, row.ID)
		}
	}
	for chunk := range slices.Chunk(givesWay, store.IDsAtOnce) {
		in, args := store.InList(chunk)
		if _, err := tx.SQL.ExecContext(ctx, "UPDATE po_lines SET main = FALSE WHERE id IN "+in, args...); err != nil {
			return fmt.Errorf("make PO lines additional: %w", err)
		}
	}
	var rows [][]any
	for _, row := range e.settle() {
		rows = append(rows, []any{
			row.ID, row.CreatedAt, row.UpdatedAt, row.Number, row.Vendor, row.Status, row.Type, row.OrderedOn, row.RenewsOn, row.Note,
			row.ProcessType, row.Fund, row.Price, row.Currency, row.IntervalFrom, row.IntervalUntil, row.PortfolioID, row.CollectionID,
			row.Main, row.Version, row.Words,
		})
	}
	return store.Upsert(ctx, tx, poline.Table, poLineColumns, rows)
}

var poLineColumns = []string{
	"id", "created_at", "updated_at", "number", "vendor", "status", "type", "ordered_on", "renews_on", "note",
	"process_type", "fund", "price", "currency", "interval_from", "interval_until", "portfolio_id", "collection_id", "main", "version",
	"words",
}
