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

// checkName checks the file's name by NISO RP-9-2014, section 6.4: Provider_Region_Package_YYYY-MM-DD.txt.
func (v *validator) checkName() {
	name := path.Base(strings.ReplaceAll(v.options.Name, `\`, "/"))
	if v.options.Name == "" || isConventional(name) {
		return
	}
	v.report(ruleFileName, Finding{Value: name})
}

// isConventional reports whether a file's name consists of provider, optional region, package and date, and of the
// extension of a text file, an archive, or both.
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

// checkColumnOrder reports a header that does not have the standard columns in the standard's order, and added columns
// after them.
func (v *validator) checkColumnOrder(h Header) {
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
			continue // the reader reported it
		case int(c) < last:
			f.Message = fmt.Sprintf("%s comes after %s", c, Column(last))
		case other != "":
			f.Message = fmt.Sprintf("%s comes after %s, which is not a column of the standard", c, other)
		default:
			last, seen = int(c), seen.With(c)
			continue
		}
		v.report(ruleColumnOrder, f)
		return
	}
}

// titleOrder checks the order of titles. Programs that sort lists treat case, punctuation, spaces and articles
// differently, so two titles are out of order only if they are so by every usual method.
type titleOrder struct {
	title    string // the last title
	disorder int    // number of titles that should come before the title in front of them
	line     int    // of the first such title
	first    string // the first such title
	after    string // the title in front of it
	a, b     []byte // buffers for comparing
}

// add checks the next row.
func (s *titleOrder) add(rec *Record) {
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

// inOrder reports whether one title may come before another. It compares words, words without a leading article, and
// letters.
func (s *titleOrder) inOrder(one, other string) bool {
	s.a, s.b = appendFolded(s.a[:0], one), appendFolded(s.b[:0], other)
	if bytes.Compare(s.a, s.b) <= 0 || bytes.Compare(withoutArticle(s.a), withoutArticle(s.b)) <= 0 {
		return true
	}
	s.a, s.b = withoutBlanks(s.a), withoutBlanks(s.b)
	return bytes.Compare(s.a, s.b) <= 0
}

// checkSorting reports, once for a list, that it is not sorted.
func (v *validator) checkSorting() {
	s := &v.titles
	if s.disorder == 0 {
		return
	}
	message := fmt.Sprintf("the title comes after %q but should come before it", excerpt(s.after))
	if more := s.disorder - 1; more > 0 {
		message += fmt.Sprintf("; %s out of order", quantity(more, "more title"))
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

// appendFolded appends a title in the form in which titles are sorted and compared: in lower case, without accents, and
// with one space for each run of characters that are not letters or digits.
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
		if (c^' ')|(last^' ') == 0 { // a space after a space, tested without a branch
			next = n
		}
		n, last = next, c
	}
	return buf[:n]
}

// foldedBytes maps ASCII characters to their folded form, and all other bytes to 0.
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

// foldedLatin maps the characters of European languages to their folded form.
var foldedLatin = func() (table [0x250]string) {
	for r := range table {
		table[r] = foldRune(rune(r))
	}
	return table
}()

// foldRune decomposes a character (NFKD) and returns its letters and digits in lower case, or a space if it has none.
// It returns "" for an accent by itself.
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

// articles are those that are most often ignored in sorting.
var articles = []string{"the ", "a ", "an ", "der ", "die ", "das ", "le ", "la ", "les ", "l ", "el ", "los ", "il "}

func withoutArticle(words []byte) []byte {
	for _, article := range articles {
		if len(words) > len(article) && string(words[:len(article)]) == article {
			return words[len(article):]
		}
	}
	return words
}
