package store

import "time"

// Now is the present in Unix milliseconds, as the tables hold times.
func Now() int64 { return time.Now().UnixMilli() }

// Time turns a stored time to time.Time in UTC.
func Time(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// NowSQL is the database's own clock in Unix milliseconds, as an expression: leases and heartbeats of several machines
// are judged by it and not by theirs.
const NowSQL = "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"
