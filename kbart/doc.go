// Package kbart reads, checks and writes KBART title lists (NISO RP-9). Publishers use these tab-separated files to
// tell libraries what they may read.
//
// A [Reader] takes the bytes as a provider sends them: plain, gzip or ZIP; UTF-8, UTF-16 or Windows-1252; lines that
// end in LF, CRLF or CR. It yields one [Record] for each data row, in constant memory. It never loses a row: every
// non-blank line after the header is used, set aside as free, or refused with a [Finding] that gives the line, the
// column, the value and what to do.
//
// The types [Date], [Identifier], [Embargo] and [PublicationType] parse the values of cells. [Check] checks the cells
// of one row, [Validate] a whole list. A [Writer] writes Phase II lists that any reader of the format understands.
//
// The format has no quoting as in CSV, but some files use quotes anyway. [Reader.Records] describes how they are read.
package kbart
