package store

import (
	"context"
	"database/sql"

	"autoholdings/internal/search"
)

func (*postgres) hasColumn(table, column string) string {
	return `SELECT count(*) > 0 FROM pg_attribute WHERE attrelid = '` + table + `'::regclass AND attname = '` + column +
		`' AND NOT attisdropped`
}

// indexWords makes a GIN index of the words as they are: no configuration of a language folds them again.
func (*postgres) indexWords(ctx context.Context, tx *sql.Tx, t search.Table) error {
	_, err := tx.ExecContext(ctx, `CREATE INDEX IF NOT EXISTS `+t.Index()+` ON `+t.Name+` USING gin ((`+t.Vector("")+`))`)
	return err
}

// settleWords has nothing to do: an index is as its table is.
func (*postgres) settleWords(context.Context, *sql.Tx) error { return nil }
