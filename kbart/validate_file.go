package kbart

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// judgeName judges the file's name by NISO RP-9-2014, section 6.4: Provider_Region_Package_YYYY-MM-DD.txt.
func (v *validator) judgeName() {
	name := path.Base(strings.ReplaceAll(v.options.Name, `\`, "/"))
	if v.options.Name == "" || isConventional(name) {
		return
	}
	v.report(ruleFileName, Finding{Value: name})
}

// isConventional says whether a file's name has provider, package and date, a region between them perhaps, and the
// ending of a text file, an archive, or both.
func isConventional(name string) bool {
	unpacked := withoutSuffix(name, ".gz", ".zip")
	stem := withoutSuffix(unpacked, ".txt", ".tsv")
	if stem == name {
		return false
	}
	parts := strings.Split(stem, "_")
	if len(parts) != 3 && len(parts) != 4 {
		return false
	}
	for _, part := range parts {
		if part == "" || strings.ContainsAny(part, " \t") {
			return false
		}
	}
	date, ok := ParseDate(parts[len(parts)-1])
	return ok && date.Day > 0
}

func withoutSuffix(name string, suffixes ...string) string {
	for _, suffix := range suffixes {
		if n := len(name) - len(suffix); n > 0 && strings.EqualFold(name[n:], suffix) {
			return name[:n]
		}
	}
	return name
}

// judgeColumnOrder wants the columns of the standard in its order, and others after them.
func (v *validator) judgeColumnOrder(h Header) {
	last, other := -1, ""
	var seen ColumnSet
	for _, name := range h.Names {
		c, ok := ParseColumn(name)
		f := Finding{File: v.file, Line: h.Line, Column: c.String()}
		switch {
		case !ok:
			if other == "" {
				other = name
			}
			continue
		case seen.Has(c):
			continue // the reader said so
		case int(c) < last:
			f.Message = fmt.Sprintf("%s stands after %s", c, Column(last))
		case other != "":
			f.Message = fmt.Sprintf("%s stands after %s, which the standard does not have", c, other)
		default:
			last, seen = int(c), seen.With(c)
			continue
		}
		v.report(ruleColumnOrder, f)
		return
	}
}

// sorting follows the order of titles. Lists are sorted by machines that differ in what they make of case, punctuation,
// blanks and articles: two titles are out of order only where they are so by every usual way.
type sorting struct {
	title    string // the last one
	disorder int    // titles that stand after one that they should precede
	line     int    // of the first such title
	first    string // that title
	after    string // the one before it
	a, b     []byte // for comparing
}

// see takes the next row.
func (s *sorting) see(rec *Record) {
	title := rec.Get(PublicationTitle)
	if title == "" {
		return
	}
	if title < s.title && !s.inOrder(s.title, title) {
		if s.disorder == 0 {
			s.line, s.first, s.after = rec.Line, title, s.title
		}
		s.disorder++
	}
	s.title = title
}

// inOrder says whether one title may precede another: in words, in words without a leading article, or in letters.
func (s *sorting) inOrder(one, other string) bool {
	s.a, s.b = appendFolded(s.a[:0], one), appendFolded(s.b[:0], other)
	if bytes.Compare(s.a, s.b) <= 0 || bytes.Compare(withoutArticle(s.a), withoutArticle(s.b)) <= 0 {
		return true
	}
	s.a, s.b = withoutBlanks(s.a), withoutBlanks(s.b)
	return bytes.Compare(s.a, s.b) <= 0
}

// judgeSorting reports once for a list that is not sorted.
func (v *validator) judgeSorting() {
	s := &v.titles
	if s.disorder == 0 {
		return
	}
	message := fmt.Sprintf("the title should precede %q, which stands before it", cut(s.after))
	if more := s.disorder - 1; more > 0 {
		message += fmt.Sprintf("; so it is with %s", quantity(more, "further title"))
	}
	v.report(ruleUnsorted, Finding{
		File: v.file, Line: s.line, Title: s.first, Column: PublicationTitle.String(), Message: message,
	})
}

func quantity(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// appendFolded appends a title in the form in which titles are sorted and compared: lower case, without accents, each
// run of anything but letters and digits one blank.
func appendFolded(dst []byte, s string) []byte {
	n := len(dst)
	buf := slices.Grow(dst, len(s))[:n+len(s)]
	last := byte(' ')
	for i := range len(s) {
		c := foldedBytes[s[i]]
		if c == 0 {
			return appendFoldedUnicode(dst, s)
		}
		buf[n] = c
		next := n + 1
		if (c^' ')|(last^' ') == 0 { // a blank after a blank, said without a branch
			next = n
		}
		n, last = next, c
	}
	return buf[:n]
}

// foldedBytes has what becomes of ASCII, and 0 for all else.
var foldedBytes = func() (table [256]byte) {
	for c := range byte(utf8.RuneSelf) {
		table[c] = ' '
		if isLetter(c) || isDigit(c) {
			table[c] = c
		}
		if c >= 'A' && c <= 'Z' {
			table[c] = c + 'a' - 'A'
		}
	}
	return table
}()

func appendFoldedUnicode(dst []byte, s string) []byte {
	start := len(dst)
	for _, r := range s {
		folded := foldRuneQuickly(r)
		if folded != " " || len(dst) > start && dst[len(dst)-1] != ' ' {
			dst = append(dst, folded...)
		}
	}
	return dst
}

func foldRuneQuickly(r rune) string {
	if r < rune(len(foldedLatin)) {
		return foldedLatin[r]
	}
	return foldRune(r)
}

// foldedLatin has what becomes of the characters that European languages are written in.
var foldedLatin = func() (table [0x250]string) {
	for r := range table {
		table[r] = foldRune(rune(r))
	}
	return table
}()

// foldRune takes a character apart (NFKD) and returns its letters and digits in lower case, a blank where there are
// none; of an accent by itself, nothing.
func foldRune(r rune) string {
	if unicode.Is(unicode.Mn, r) {
		return ""
	}
	folded := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, norm.NFKD.String(string(r)))
	if folded == "" {
		return " "
	}
	return folded
}

func withoutBlanks(words []byte) []byte {
	letters := words[:0]
	for _, c := range words {
		if c != ' ' {
			letters = append(letters, c)
		}
	}
	return letters
}

// articles are those that lists are most often sorted without.
var articles = []string{"the ", "a ", "an ", "der ", "die ", "das ", "le ", "la ", "les ", "l ", "el ", "los ", "il "}

func withoutArticle(words []byte) []byte {
	for _, article := range articles {
		if len(words) > len(article) && string(words[:len(article)]) == article {
			return words[len(article):]
		}
	}
	return words
}
