// Package search finds rows by the words in them. It makes the words that are stored with a row, reads what people search
// for, and says in SQL which rows have it.
//
// Words are made in Go alone, so that both databases find the same. Stored words are a column of the row itself, written
// in the statement that writes what they are made of: whatever is committed is found.
package search

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"autoholdings/kbart"
)

// Text is what a row is found by.
type Text struct {
	Words       []string // by the words in them, such as titles and names
	Codes       []string // by their beginning, run together: title_ids
	Identifiers []string // ISSNs and ISBNs as keys (kbart.IdentifierKey)
	URLs        []string // by their beginning without the scheme, or that of the path
}

const (
	longestWord = 200  // bytes; PostgreSQL takes words of 2,046
	mostWords   = 1000 // of one text; PostgreSQL takes 1 MiB of them
)

// urlMark begins the words of URLs, so that "academic" does not find all titles of academic.oup.com. It is in no text:
// only letters, digits and marks are.
const urlMark = "\ue000"

// Stored is the form in which the words of a row are stored: each once, behind a blank. "" are no words.
func (t Text) Stored() string {
	c := collector{stored: make([]byte, 0, 256)}
	for _, text := range t.Words {
		eachWord(text, c.add)
		c.addJoined(text)
	}
	for _, code := range t.Codes {
		c.add(joined(code))
	}
	for _, key := range t.Identifiers {
		c.add(strings.ToLower(key))
	}
	for _, url := range t.URLs {
		whole, path := urlWords(url)
		c.add(whole)
		c.add(path)
	}
	return string(c.stored)
}

// collector gathers words, each once.
type collector struct {
	stored []byte
	n      int
}

func (c *collector) add(word string) {
	word = shortened(word)
	if word == "" || c.n == mostWords {
		return
	}
	before := len(c.stored)
	c.stored = append(append(c.stored, ' '), word...)
	if has(c.stored[:before], c.stored[before:]) {
		c.stored = c.stored[:before]
		return
	}
	c.n++
}

// has says whether a word, behind its blank, is in a text of words, by looking through it: it is short.
func has(words, word []byte) bool {
	for {
		i := bytes.Index(words, word)
		if i < 0 {
			return false
		}
		words = words[i+len(word):]
		if len(words) == 0 || words[0] == ' ' {
			return true
		}
	}
}

// addJoined adds what punctuation parts within a text without blanks: "e-journal" is found by "ejournal" too.
func (c *collector) addJoined(text string) {
	for piece := range strings.FieldsSeq(text) {
		if !isParted(piece) || strings.ContainsFunc(piece, isAlone) {
			continue
		}
		n := 0
		eachWord(piece, func(string) { n++ })
		if n > 1 && n <= mostJoined {
			c.add(joined(piece))
		}
	}
}

// isParted says whether anything but ASCII letters and digits may be inside a text.
func isParted(piece string) bool {
	for i := range len(piece) {
		if c := piece[i]; i > 0 && i < len(piece)-1 && !isWordASCII(c|0x20) {
			return true
		}
	}
	return false
}

// mostJoined is how many words are run together.
const mostJoined = 4

// joined are the words of a text without anything between them.
func joined(text string) string {
	var b strings.Builder
	eachWord(text, func(word string) {
		b.Grow(len(text))
		b.WriteString(word)
	})
	return b.String()
}

// eachWord yields the words of a text, folded: without case, accents, ligatures and punctuation.
func eachWord(text string, yield func(string)) {
	folded := kbart.FoldTitle(text)
	begin := 0
	for i := range len(folded) {
		c := folded[i]
		switch {
		case isWordASCII(c):
		case c >= utf8.RuneSelf:
			eachUnaccented(folded[begin:], yield)
			return
		default:
			if i > begin {
				yield(folded[begin:i])
			}
			begin = i + 1
		}
	}
	if begin < len(folded) {
		yield(folded[begin:])
	}
}

// eachUnaccented is eachWord for texts that are not ASCII alone.
func eachUnaccented(folded string, yield func(string)) {
	var word strings.Builder
	end := func() {
		if word.Len() > 0 {
			yield(word.String())
			word.Reset()
		}
	}
	for rest := norm.NFD.String(folded); rest != ""; {
		r, size := utf8.DecodeRuneInString(rest)
		accent := r >= utf8.RuneSelf && isAccent(rest)
		rest = rest[size:]
		switch plain, ok := unaccented[r]; {
		case accent:
		case ok:
			word.WriteString(plain)
		case r < utf8.RuneSelf && isWordASCII(byte(r)): //nolint:gosec // G115: it is ASCII
			word.WriteRune(r)
		case r < utf8.RuneSelf:
			end()
		case isAlone(r):
			end()
			word.WriteRune(r)
			end()
		case unicode.IsLetter(r), unicode.IsNumber(r), unicode.IsMark(r):
			word.WriteRune(r)
		default:
			end()
		}
	}
	end()
}

// alone are scripts that do not part words by blanks: each character is a word, so that any part of a text is found.
var alone = []*unicode.RangeTable{
	unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar,
}

func isAlone(r rune) bool { return r >= utf8.RuneSelf && unicode.In(r, alone...) }

// unaccented are the letters that Unicode does not take apart, though people write them without their strokes.
var unaccented = map[rune]string{
	'æ': "ae", 'œ': "oe", 'ø': "o", 'đ': "d", 'ð': "d", 'ħ': "h", 'ı': "i", 'ł': "l", 'ŧ': "t", 'þ': "th",
}

// isAccent says whether a text begins with an accent on the letter before it. The vowel signs of Indian scripts (class
// 0) and what joins their letters (class 9) are none.
func isAccent(text string) bool {
	class := norm.NFD.PropertiesString(text).CCC()
	return class != 0 && class != 9
}

func isWordASCII(c byte) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' }

// shortened cuts what no database needs to tell words apart.
func shortened(word string) string {
	if len(word) <= longestWord {
		return word
	}
	end := longestWord
	for !utf8.RuneStart(word[end]) {
		end--
	}
	return word[:end]
}

// urlWords are the words by which a URL is found: all of it without its scheme, and its path. They are empty where
// there is nothing.
func urlWords(url string) (whole, path string) {
	if _, rest, ok := strings.Cut(url, "://"); ok {
		url = rest
	}
	if len(url) > 4 && strings.EqualFold(url[:4], "www.") {
		url = url[4:]
	}
	if all := joined(url); all != "" {
		whole = urlMark + all
	}
	if _, rest, ok := strings.Cut(url, "/"); ok {
		if all := joined(rest); all != "" {
			path = urlMark + all
		}
	}
	return whole, path
}
