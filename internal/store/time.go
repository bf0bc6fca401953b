package store

import "time"

// Now is the present in Unix milliseconds, as the tables hold times.
func Now() int64 { return time.Now().UnixMilli() }

// Time turns a stored time to time.Time in UTC.
func Time(ms int64) time.Time { return time.UnixMilli(ms).UTC() }
