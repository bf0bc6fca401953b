package store

import (
	"context"
	"database/sql"
	"strings"

	"autoholdings/internal/search"
)

func (*sqlite) hasColumn(table, column string) string {
	return `SELECT count(*) FROM pragma_table_info('` + table + `') WHERE name = '` + column + `'`
}

// indexWords makes a table of FTS4, which the driver compiles in, and the triggers that note which rows are to be indexed anew
// before the transaction ends. They do not index by themselves: FTS4 writes a segment of the index for each statement that
// changes it, and has to merge them later. At the end of a transaction one statement writes one. The words are folded already, so
// the simplest tokenizer takes them as they are.
func (*sqlite) indexWords(ctx context.Context, tx *sql.Tx, t search.Table) error {
	index, list := t.Index(), columnsOf(t)
	there, err := column[int](ctx, tx, `SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE '`+index+`\_%' ESCAPE '\'`)
	if err != nil || there[0] == 3 {
		return err
	}
	var differs []string
	for _, words := range t.Words {
		differs = append(differs, "old."+words.Column+" <> new."+words.Column)
	}
	note := func(row string) string {
		return ` BEGIN INSERT OR IGNORE INTO ` + index + `_due (id) VALUES (` + row + `.id); END;`
	}
	_, err = tx.ExecContext(ctx, `
		DROP TABLE IF EXISTS `+index+`;
		CREATE TABLE IF NOT EXISTS `+index+`_due (id integer NOT NULL PRIMARY KEY);
		CREATE VIRTUAL TABLE `+index+` USING fts4(`+list+`, tokenize=simple, matchinfo=fts3);
		INSERT INTO `+index+` (docid, `+list+`) SELECT id, `+list+` FROM `+t.Name+`;
		CREATE TRIGGER IF NOT EXISTS `+index+`_inserted AFTER INSERT ON `+t.Name+note("new")+`
		CREATE TRIGGER IF NOT EXISTS `+index+`_changed AFTER UPDATE OF `+list+` ON `+t.Name+` WHEN `+strings.Join(differs, " OR ")+note("new")+`
		CREATE TRIGGER IF NOT EXISTS `+index+`_deleted AFTER DELETE ON `+t.Name+note("old"))
	return err
}

func columnsOf(t search.Table) string {
	columns := make([]string, len(t.Words))
	for i, words := range t.Words {
		columns[i] = words.Column
	}
	return strings.Join(columns, ", ")
}

// settleWords indexes the rows that a transaction has changed, at its end.
func (*sqlite) settleWords(ctx context.Context, tx *sql.Tx) error {
	due, err := column[string](ctx, tx, anyDue)
	if err != nil {
		return err
	}
	for _, t := range search.Tables {
		if !strings.Contains(due[0], t.Name+" ") {
			continue
		}
		of := ` (SELECT id FROM ` + t.Index() + `_due)`
		for _, query := range []string{
			`DELETE FROM ` + t.Index() + ` WHERE docid IN` + of,
			`INSERT INTO ` + t.Index() + ` (docid, ` + columnsOf(t) + `) SELECT id, ` + columnsOf(t) + ` FROM ` + t.Name + ` WHERE id IN` + of,
			`DELETE FROM ` + t.Index() + `_due`,
		} {
			if _, err := tx.ExecContext(ctx, query); err != nil {
				return err
			}
		}
	}
	return nil
}

// anyDue is a query of the names of the tables of which rows are due, each before a blank.
var anyDue = func() string {
	names := make([]string, len(search.Tables))
	for i, t := range search.Tables {
		names[i] = `CASE WHEN EXISTS (SELECT 1 FROM ` + t.Index() + `_due) THEN '` + t.Name + ` ' ELSE '' END`
	}
	return `SELECT ` + strings.Join(names, ` || `)
}()
