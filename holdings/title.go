package holdings

import (
	"context"
	"fmt"

	"autoholdings/kbart"
)

// Title is one title of a list with its values, as it becomes a portfolio.
type Title struct {
	index    int32
	Line     int // of its first row
	Values   [len(titleColumns)]string
	Coverage []Statement // in date order, without duplicates
	more     []string    // identifiers of further rows, comparable form

	values, coverage uint64
	rows             int32
}

// Get returns a title column's value; "" for a column of coverage.
func (t *Title) Get(c kbart.Column) string {
	if i := titleColumnIndex[c]; i >= 0 {
		return t.Values[i]
	}
	return ""
}

// titleColumnIndex is a column's place in Title.Values, or -1.
var titleColumnIndex = func() (index [kbart.NumColumns]int) {
	for c := range index {
		index[c] = -1
	}
	for i, c := range titleColumns {
		index[c] = i
	}
	return index
}()

// eachTitle reads the source again and calls fn with each wanted title once its last row is read. Of titles whose rows
// do not stand together it reports where they disagree; the first reading has done so for the others.
func (l *list) eachTitle(ctx context.Context, want func(i int32) bool, report func(kbart.Finding), fn func(*Title) error) error {
	pending := map[int32]*Title{}
	row := 0
	var failed error
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	err := eachRecord(ctx, l.source, nil, func(rec *kbart.Record) {
		if !l.source.uses(rec) || failed != nil {
			return
		}
		if row >= len(l.rowsOf) {
			failed = fmt.Errorf("%s changed while it was read: more rows than before", l.source.Name)
			return
		}
		index := l.rowsOf[row]
		row++
		known := l.titles.at(index)
		scattered := l.scattered[index]
		if !scattered && !want(index) {
			return
		}
		title := pending[index]
		if title == nil {
			title = &Title{index: index, Line: int(known.line), values: known.values, coverage: known.coverage}
		}
		if scattered {
			title.join(rec, report)
		} else {
			title.join(rec, ignore)
		}
		if title.rows < known.rows {
			pending[index] = title
			return
		}
		delete(pending, index)
		if want(index) {
			sortStatements(title.Coverage)
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

func ignore(kbart.Finding) {}

// join merges a row into the title: the first non-empty value wins.
func (t *Title) join(rec *kbart.Record, report func(kbart.Finding)) {
	first := t.rows == 0
	t.rows++
	serial := rec.Type() == kbart.Serial
	for i, c := range titleColumns {
		value := columnValue(rec, c)
		switch {
		case value == "":
		case t.Values[i] == "":
			t.Values[i] = value
		case comparable(c, t.Values[i]) == comparable(c, value):
		case c == kbart.PrintIdentifier || c == kbart.OnlineIdentifier:
			t.addKey(identifierKey(value))
			t.disagree(rec, c, value, report)
		case serial && (c == kbart.TitleURL || c == kbart.Notes):
			// kept on the statement
		default:
			t.disagree(rec, c, value, report)
		}
	}
	if !serial {
		return
	}
	statement := statementOf(rec)
	for _, c := range [...]kbart.Column{kbart.TitleURL, kbart.Notes} {
		text := rec.Get(c)
		if text != "" && !first && comparable(c, text) != comparable(c, t.Get(c)) {
			*statement.own(c) = &text
		}
	}
	for i := range t.Coverage {
		if t.Coverage[i].sameRange(&statement) {
			return
		}
	}
	t.Coverage = append(t.Coverage, statement)
}

func (t *Title) addKey(key string) {
	if key == "" || key == identifierKey(t.Get(kbart.PrintIdentifier)) || key == identifierKey(t.Get(kbart.OnlineIdentifier)) {
		return
	}
	for _, known := range t.more {
		if known == key {
			return
		}
	}
	t.more = append(t.more, key)
}

func (t *Title) disagree(rec *kbart.Record, c kbart.Column, value string, report func(kbart.Finding)) {
	report(kbart.Finding{
		Severity: kbart.Warning, Code: "rows-disagree", Line: rec.Line, Column: c.String(), Value: value,
		Message: fmt.Sprintf("another row of the same title (line %d) says %q; the first value is used", t.Line, t.Get(c)),
		Hint:    "ask the provider to give every row of a title the same value",
	})
}
