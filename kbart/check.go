package kbart

// Check judges the cells of a row and reports each thing wrong with it.
func Check(rec *Record, report func(Finding)) {}
