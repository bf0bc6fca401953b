package store

import (
	"context"
	"fmt"
	"time"
)

// Time converts a stored time to a time.Time in UTC.
func Time(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// NowSQL is an SQL expression for the database's clock in Unix milliseconds. Whatever is decided between processes is
// decided by this clock, because the clocks of several machines may differ.
const NowSQL = "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"

// DatabaseNow returns the current time by the database's clock, in Unix milliseconds.
func (s *Store) DatabaseNow(ctx context.Context) (now int64, err error) {
	if err := s.readDB.QueryRowContext(ctx, s.engine.rebind(`SELECT `+NowSQL)).Scan(&now); err != nil {
		return 0, fmt.Errorf("read the database's clock: %w", err)
	}
	return now, nil
}
