package store

import "time"

// Now returns the current time in Unix milliseconds, as it is stored in tables.
func Now() int64 { return time.Now().UnixMilli() }

// Time converts a stored time to a time.Time in UTC.
func Time(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// NowSQL is an SQL expression for the database's clock in Unix milliseconds. Leases and heartbeats use this clock
// because the clocks of several machines may differ.
const NowSQL = "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"
