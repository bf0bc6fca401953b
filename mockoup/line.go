package mockoup

import (
	"strconv"

	"autoholdings/kbart"
)

// line writes rows cell by cell into one buffer, without an allocation.
type line struct {
	buf   []byte
	at    kbart.Column
	extra bool // a 26th column
}

func (l *line) header() {
	for c := range kbart.Column(kbart.NumColumns) {
		l.text(c, c.String())
	}
	if l.extra {
		l.add("\t" + extraColumnName)
	}
	l.buf = append(l.buf, '\r', '\n')
	l.at = 0
}

// to goes on to the cell of column c, leaving those between empty. Columns come in order.
func (l *line) to(c kbart.Column) {
	for ; l.at < c; l.at++ {
		l.buf = append(l.buf, '\t')
	}
}

func (l *line) text(c kbart.Column, s string) {
	l.to(c)
	l.add(s)
}

func (l *line) end() {
	l.to(kbart.NumColumns - 1)
	if l.extra {
		l.add("\t" + extraColumnValue)
	}
	l.buf = append(l.buf, '\r', '\n')
	l.at = 0
}

func (l *line) add(s string) { l.buf = append(l.buf, s...) }

func (l *line) number(n int) { l.buf = strconv.AppendInt(l.buf, int64(n), 10) }

// digits writes n with leading zeros.
func (l *line) digits(n uint64, width int) {
	end := len(l.buf) + width
	for range width {
		l.buf = append(l.buf, '0')
	}
	for i := end - 1; n > 0; i-- {
		l.buf[i] = '0' + byte(n%10)
		n /= 10
	}
}

// date writes a date of a precision: 0 year, 1 month, 2 day.
func (l *line) date(year, month, day, precision int) {
	l.number(year)
	if precision > 0 {
		l.add("-")
		l.digits(uint64(month), 2)
	}
	if precision > 1 {
		l.add("-")
		l.digits(uint64(day), 2)
	}
}

var (
	issns = newPermutation(10_000_000, 0x15537)
	isbns = newPermutation(500_000, 0x15b4)
	slugs = newPermutation(1_000_000, 0x5106)
)

// issn writes the nth ISSN of the catalogue with its check character (ISO 3297).
func (l *line) issn(n int) {
	start := len(l.buf)
	number := issns.of(uint64(n))
	l.digits(number/1000, 4)
	l.add("-")
	l.digits(number%1000, 3)
	sum, weight := 0, 8
	for _, c := range l.buf[start:] {
		if c != '-' {
			sum += int(c-'0') * weight
			weight--
		}
	}
	l.buf = append(l.buf, "0123456789X"[(11-sum%11)%11])
}

const (
	isbnOnline = 0
	isbnPrint  = 500_000
)

// isbn writes the print or online ISBN-13 of a slot with its check digit (ISO 2108). The first half million books
// have the prefix 978-0-19, which is the press's own.
func (l *line) isbn(slot, half int) {
	start := len(l.buf)
	n := uint64(slot)
	l.digits(978_019_000_000+n/isbns.n*1_000_000+uint64(half)+isbns.of(n%isbns.n), 12)
	sum := 0
	for i, c := range l.buf[start:] {
		sum += int(c-'0') * (1 + i%2*2)
	}
	l.buf = append(l.buf, '0'+byte((10-sum%10)%10))
}
