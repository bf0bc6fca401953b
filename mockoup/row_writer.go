package mockoup

import (
	"strconv"

	"autoholdings/kbart"
)

// rowWriter writes rows cell by cell into one buffer, without allocations.
type rowWriter struct {
	buf    []byte
	column kbart.Column // of the current cell
	extra  bool         // a 26th column
}

func (w *rowWriter) writeHeader() {
	for c := range kbart.Column(kbart.NumColumns) {
		w.writeCell(c, c.String())
	}
	if w.extra {
		w.write("\t" + extraColumnName)
	}
	w.buf = append(w.buf, '\r', '\n')
	w.column = 0
}

// startCell moves on to the cell of column c and leaves the cells between empty. Columns must come in order.
func (w *rowWriter) startCell(c kbart.Column) {
	for ; w.column < c; w.column++ {
		w.buf = append(w.buf, '\t')
	}
}

func (w *rowWriter) writeCell(c kbart.Column, s string) {
	w.startCell(c)
	w.write(s)
}

func (w *rowWriter) endRow() {
	w.startCell(kbart.NumColumns - 1)
	if w.extra {
		w.write("\t" + extraColumnValue)
	}
	w.buf = append(w.buf, '\r', '\n')
	w.column = 0
}

func (w *rowWriter) write(s string) { w.buf = append(w.buf, s...) }

func (w *rowWriter) writeNumber(n int) { w.buf = strconv.AppendInt(w.buf, int64(n), 10) }

// writeDigits writes n with leading zeros.
func (w *rowWriter) writeDigits(n uint64, width int) {
	end := len(w.buf) + width
	for range width {
		w.buf = append(w.buf, '0')
	}
	for i := end - 1; n > 0; i-- {
		w.buf[i] = '0' + byte(n%10)
		n /= 10
	}
}

// writeDate writes a date with a precision: 0 = year, 1 = month, 2 = day.
func (w *rowWriter) writeDate(year, month, day, precision int) {
	w.writeNumber(year)
	if precision > 0 {
		w.write("-")
		w.writeDigits(uint64(month), 2)
	}
	if precision > 1 {
		w.write("-")
		w.writeDigits(uint64(day), 2)
	}
}

var (
	issns = newPermutation(10_000_000, 0x15537)
	isbns = newPermutation(500_000, 0x15b4)
	slugs = newPermutation(1_000_000, 0x5106)
)

// writeISSN writes the nth ISSN of the catalog with its check character (ISO 3297).
func (w *rowWriter) writeISSN(n int) {
	start := len(w.buf)
	number := issns.permute(uint64(n))
	w.writeDigits(number/1000, 4)
	w.write("-")
	w.writeDigits(number%1000, 3)
	sum, weight := 0, 8
	for _, c := range w.buf[start:] {
		if c != '-' {
			sum += int(c-'0') * weight
			weight--
		}
	}
	w.buf = append(w.buf, "0123456789X"[(11-sum%11)%11])
}

const (
	isbnOnline = 0
	isbnPrint  = 500_000
)

// writeISBN writes the print or online ISBN-13 of a slot with its check digit (ISO 2108). The first half million books
// have OUP's own prefix, 978-0-19.
func (w *rowWriter) writeISBN(slot, half int) {
	start := len(w.buf)
	n := uint64(slot)
	w.writeDigits(978_019_000_000+n/isbns.n*1_000_000+uint64(half)+isbns.permute(n%isbns.n), 12)
	sum := 0
	for i, c := range w.buf[start:] {
		sum += int(c-'0') * (1 + i%2*2)
	}
	w.buf = append(w.buf, '0'+byte((10-sum%10)%10))
}
