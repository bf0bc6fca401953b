package plan

import (
	"context"
	"fmt"
	"slices"

	"autoholdings/kbart"
)

// Title is one title of a list with its values, as it becomes a portfolio.
type Title struct {
	Index    int32
	Line     int // of its first row
	Values   [len(TitleColumns)]string
	Coverage []Statement // in date order, without duplicates
	MoreKeys []string    // identifiers of further rows, in comparable form

	ValuesHash, CoverageHash uint64
}

// Get returns a title column's value; "" for a column of coverage.
func (t *Title) Get(c kbart.Column) string {
	if i := TitleColumnIndex[c]; i >= 0 {
		return t.Values[i]
	}
	return ""
}

// TitleColumnIndex is a column's place in Title.Values, or -1.
var TitleColumnIndex = func() (index [kbart.NumColumns]int) {
	for c := range index {
		index[c] = -1
	}
	for i, c := range TitleColumns {
		index[c] = i
	}
	return index
}()

// EachTitle reads the source again and calls fn with each wanted title once its last row is read. If a title's rows may
// disagree, it reports where they do.
func (l *List) EachTitle(ctx context.Context, want func(i int32) bool, report func(kbart.Finding), fn func(*Title) error) error {
	pending := map[int32][]titleRow{}
	row := 0
	var failed error
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	_, err := EachRecord(ctx, l.source, nil, func(rec *kbart.Record) {
		if failed != nil || !l.source.uses(rec) {
			return
		}
		if row >= len(l.rowsOf) {
			failed = fmt.Errorf("%s changed while it was read: more rows than before", l.source.Name)
			return
		}
		index := l.rowsOf[row]
		row++
		if index == setAside {
			return
		}
		known := l.Titles.At(index)
		mixed := l.Mixed[index]
		if !mixed && !want(index) {
			return
		}
		rows := pending[index]
		if len(rows)+1 < int(known.rows) {
			pending[index] = append(rows, titleRow{rec.Clone(), startOf(rec), textOf(rec)})
			return
		}
		delete(pending, index)
		if len(rows) > 0 {
			rows = append(rows, titleRow{rec, startOf(rec), textOf(rec)})
		} else {
			rows = []titleRow{{rec: rec}}
		}
		title := joined(index, known, rows, mixed, report)
		if want(index) {
			if failed = fn(title); failed != nil {
				cancel()
			}
		}
	})
	if failed != nil {
		return failed
	}
	return err
}

// IgnoreFindings is for a second reading, when the findings are known.
func IgnoreFindings(kbart.Finding) {}

// titleRow is one of a title's rows, with what the rows are sorted by.
type titleRow struct {
	rec   *kbart.Record
	start uint32
	text  *rowText
}

// joined makes a title from its rows: the first non-empty value wins.
func joined(index int32, known *ListTitle, rows []titleRow, mixed bool, report func(kbart.Finding)) *Title {
	slices.SortFunc(rows, func(a, b titleRow) int { return compareOrder(a.start, b.start, a.text, b.text) })
	t := &Title{Index: index, Line: int(known.line), ValuesHash: known.ValuesHash, CoverageHash: known.CoverageHash}
	if !mixed {
		report = IgnoreFindings
	}
	from := [len(TitleColumns)]int{}
	for i := range rows {
		t.join(rows[i].rec, &from, report)
	}
	if known.unsettled {
		t.ValuesHash = HashValues(&t.Values)
	}
	seen := make(map[uint64]bool, len(rows))
	for i := range rows {
		t.cover(rows[i].rec, seen)
	}
	SortStatements(t.Coverage)
	return t
}

// join adds a row's values to the title. from holds the lines that the values came from.
func (t *Title) join(rec *kbart.Record, from *[len(TitleColumns)]int, report func(kbart.Finding)) {
	kind := rec.Type()
	for i, c := range TitleColumns {
		value := columnValue(rec, c, kind)
		switch {
		case value == "":
		case t.Values[i] == "":
			t.Values[i], from[i] = value, rec.Line
		case ComparableValue(c, t.Values[i]) == ComparableValue(c, value):
		case c == kbart.PrintIdentifier || c == kbart.OnlineIdentifier:
			t.addKey(kbart.IdentifierKey(value))
			t.disagree(rec, c, value, from[i], report)
		case kind != kbart.Monograph && ownIndex[i] >= 0:
			// kept on the statement
		default:
			t.disagree(rec, c, value, from[i], report)
		}
	}
}

// cover adds the row's coverage statement unless the title has it already. seen holds the hashes of those it has.
func (t *Title) cover(rec *kbart.Record, seen map[uint64]bool) {
	if !hasStatement(rec, rec.Type()) {
		return
	}
	statement := statementOf(rec)
	for _, c := range OwnColumns {
		if text := rec.Get(c); ComparableValue(c, text) != ComparableValue(c, t.Get(c)) {
			*statement.Own(c) = &text
		}
	}
	if full := statement.FullHash(); !seen[full] {
		seen[full] = true
		t.Coverage = append(t.Coverage, statement)
	}
}

func (t *Title) addKey(key string) {
	if key == "" || key == kbart.IdentifierKey(t.Get(kbart.PrintIdentifier)) || key == kbart.IdentifierKey(t.Get(kbart.OnlineIdentifier)) {
		return
	}
	if !slices.Contains(t.MoreKeys, key) {
		t.MoreKeys = append(t.MoreKeys, key)
	}
}

func (t *Title) disagree(rec *kbart.Record, c kbart.Column, value string, line int, report func(kbart.Finding)) {
	report(kbart.Finding{
		Severity: kbart.Warning, Code: "rows-disagree", Line: rec.Line, Column: c.String(), Value: value, Title: t.Values[0],
		Message: fmt.Sprintf("another row of the same title (line %d) says %q; that value is used", line, t.Get(c)),
		Hint:    "ask the provider to give every row of a title the same value",
	})
}
