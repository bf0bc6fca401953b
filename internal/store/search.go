package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"autoholdings/internal/search"
)

// prepareSearch makes what searching for words needs and the migrations cannot make: the words of rows that have none
// yet, and the indexes of them. It runs in the transaction of the migrations, behind them: a migration that rebuilds a
// table of SQLite drops its triggers.
//
// An index is no data. It can be dropped at any time, and is made again with the next migration.
func prepareSearch(ctx context.Context, tx *sql.Tx, e engine) error {
	prepared := 0
	for _, t := range search.Tables {
		there, err := column[bool](ctx, tx, e.hasColumn(t.Name, t.Words[0].Column))
		if err != nil {
			return fmt.Errorf("prepare the search in %s: %w", t.Name, err)
		}
		if !there[0] { // a test stops at an earlier version
			continue
		}
		for _, words := range t.Words {
			if err := fillWords(ctx, tx, e, t.Name, words); err != nil {
				return fmt.Errorf("prepare the search in %s: %w", t.Name, err)
			}
		}
		if err := e.indexWords(ctx, tx, t); err != nil {
			return fmt.Errorf("index the words of %s: %w", t.Name, err)
		}
		prepared++
	}
	if prepared == 0 {
		return nil
	}
	return e.settleWords(ctx, tx)
}

// filledAtOnce is for how many rows words are made at once.
const filledAtOnce = 500

// fillWords makes the words of rows that have none.
func fillWords(ctx context.Context, tx *sql.Tx, e engine, table string, w search.Words) error {
	read := e.rebind(`SELECT id, ` + strings.Join(w.From, ", ") +
		` FROM ` + table + ` WHERE id > ? AND ` + w.Column + ` = '' ORDER BY id LIMIT ` +
		fmt.Sprint(filledAtOnce))
	for last := int64(-1 << 63); ; {
		args, n, err := wordsOf(ctx, tx, read, last, w)
		if err != nil || n == 0 {
			return err
		}
		last = args[len(args)-2].(int64)
		update := `WITH v (of_id, made) AS (VALUES ` + repeated("(CAST(? AS BIGINT), CAST(? AS TEXT))", n) + `) UPDATE ` + table + ` SET ` +
			w.Column + ` = v.made FROM v WHERE ` + table + `.id = v.of_id`
		if _, err := tx.ExecContext(ctx, e.rebind(update), args...); err != nil {
			return err
		}
	}
}

// wordsOf makes the words of the next rows: their ids and words.
func wordsOf(ctx context.Context, tx *sql.Tx, query string, after int64, w search.Words) (idsAndWords []any, rowCount int, err error) {
	rows, err := tx.QueryContext(ctx, query, after)
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close()
	values := make([]string, len(w.From))
	var id int64
	targets := []any{&id}
	for i := range values {
		targets = append(targets, &values[i])
	}
	for rows.Next() {
		if err := rows.Scan(targets...); err != nil {
			return nil, 0, err
		}
		idsAndWords = append(idsAndWords, id, w.Make(values).Stored())
	}
	return idsAndWords, len(idsAndWords) / 2, rows.Err()
}
