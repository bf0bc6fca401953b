// Package kbart reads, judges and writes KBART title lists (NISO RP-9), the tab-separated files by which publishers
// tell libraries what they may read.
//
// A [Reader] takes the bytes as a provider sends them (plain, gzip or ZIP; UTF-8, UTF-16 or Windows-1252; lines that
// end in LF, CRLF or CR) and yields one [Record] for each data row, in constant memory. It never loses a row: every
// non-blank line after the header is used, set aside as free, or refused with a [Finding] that says line, column, value
// and cure.
//
// The typed values [Date], [Identifier], [Embargo] and [PublicationType] parse what the cells hold. [Check] judges the
// cells of a row. A [Writer] writes lists of Phase II that any reader of the format understands.
//
// The package has no quoting in the sense of CSV, because the format has none: see [Reader] for the one rule it follows
// where files are quoted all the same.
package kbart
