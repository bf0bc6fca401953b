package kbart

import (
	"fmt"
	"html"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// maxLengths are the numbers of characters beyond which a value is hardly one of its column: wider by far than what
// publishers need, so that what is beyond is a mistake.
var maxLengths = [NumColumns]int{
	PublicationTitle:            1000,
	NumFirstVolOnline:           100,
	NumFirstIssueOnline:         100,
	NumLastVolOnline:            100,
	NumLastIssueOnline:          100,
	TitleURL:                    2000,
	FirstAuthor:                 300,
	TitleID:                     300,
	Notes:                       4000,
	PublisherName:               300,
	MonographVolume:             100,
	MonographEdition:            100,
	FirstEditor:                 300,
	ParentPublicationTitleID:    300,
	PrecedingPublicationTitleID: 300,
}

// textColumns are those that hold text, or an address. What is odd in the others breaks the form or the vocabulary that
// Check asks of them.
var textColumns = [...]Column{
	PublicationTitle, NumFirstVolOnline, NumFirstIssueOnline, NumLastVolOnline, NumLastIssueOnline, TitleURL, FirstAuthor, TitleID,
	Notes, PublisherName, MonographVolume, MonographEdition, FirstEditor, ParentPublicationTitleID, PrecedingPublicationTitleID,
}

// judgeCells judges the text of each cell, and title_url by its form.
func (v *validator) judgeCells(rec *Record) {
	for _, c := range textColumns {
		cell := rec.Get(c)
		if cell == "" {
			continue
		}
		found := suspectsIn(cell)
		unusual := found & unusualInText
		if c == TitleURL {
			unusual &^= hasLess | hasControl // its form forbids them
			if v.judgeURL(rec, cell, found) {
				unusual = 0 // it is no address, whatever else it is
			}
		}
		if unusual != 0 {
			v.judgeText(rec, c, cell, unusual)
		}
		if most := maxLengths[c]; len(cell) > most {
			if n := utf8.RuneCountInString(cell); n > most {
				v.reportCell(ruleTooLong, rec, c, fmt.Sprintf("the value has %d characters", n))
			}
		}
	}
}

// suspects say which bytes occur in a cell that are a reason to look closer.
type suspects uint8

const (
	hasControl suspects = 1 << iota
	hasLess
	hasAmpersand
	hasWide // beyond ASCII
	hasEquals
	foreignToURL // what cannot stand in an address as it is, and the percent sign

	unusualInText = hasControl | hasLess | hasAmpersand | hasWide
)

var suspectBytes = func() (table [256]suspects) {
	for c := range table {
		switch {
		case c < ' ' || c == 0x7f:
			table[c] = hasControl | foreignToURL
		case c >= utf8.RuneSelf:
			table[c] = hasWide
		case c == '<':
			table[c] = hasLess | foreignToURL
		case c == '&':
			table[c] = hasAmpersand
		case c == '=':
			table[c] = hasEquals
		case strings.ContainsRune(" %\">\\^`", rune(c)):
			table[c] = foreignToURL
		}
	}
	return table
}()

func suspectsIn(s string) suspects {
	var found suspects
	for i := range len(s) {
		found |= suspectBytes[s[i]]
	}
	return found
}

// judgeText looks closer at a text with suspect bytes. Each rule is reported once for a cell.
func (v *validator) judgeText(rec *Record, c Column, text string, found suspects) {
	if found&hasLess != 0 {
		if tag := findTag(text); tag != "" {
			v.reportCell(ruleTag, rec, c, "the value has the HTML tag "+tag)
		}
	}
	if found&hasAmpersand != 0 {
		if entity := findEntity(text); entity != "" {
			v.reportCell(ruleEntity, rec, c, fmt.Sprintf("the value has the HTML entity %s, which stands for %q", entity,
				html.UnescapeString(entity)))
		}
	}
	if found&(hasWide|hasControl) == 0 {
		return
	}
	if found&hasWide == 0 {
		v.judgeRunes(rec, c, text)
		return
	}
	// A garbled character may come to a soft hyphen or a no-break space: that is one fault, not two.
	garbled, meant, others := findMojibake(text)
	v.judgeRunes(rec, c, others)
	if garbled != "" {
		v.reportCell(ruleMojibake, rec, c, fmt.Sprintf("the value has %q, where %q was meant", garbled, meant))
	}
}

// judgeRunes looks for characters that no text should have.
func (v *validator) judgeRunes(rec *Record, c Column, text string) {
	var seen [len(runeRules)]bool
	last := rune(0)
	for i, r := range text {
		before := last
		last = r
		if r >= ' ' && r <= '~' || r >= '\u00c0' && r <= '\u024f' {
			continue // letters, mostly
		}
		for n := range runeRules {
			if !seen[n] && runeRules[n].is(r) && !isFrenchBlank(r, before, text[i+utf8.RuneLen(r):]) {
				seen[n] = true
				v.reportCell(*runeRules[n].rule, rec, c, fmt.Sprintf("the value has the character %U%s", r, runeName(r)))
			}
		}
	}
}

// isFrenchBlank tells a no-break space where French puts one: before a mark of punctuation, and within quotation marks.
func isFrenchBlank(r, before rune, after string) bool {
	if r != '\u00a0' && r != '\u202f' && r != '\u2009' {
		return false
	}
	next, _ := utf8.DecodeRuneInString(after)
	return before == '«' || before == '‹' || before == '“' || before == '°' || before == 'º' || before == '№' || before == '§' ||
		strings.ContainsRune(":;!?»›”%", next)
}

// runeRules are the rules on single characters.
var runeRules = [...]struct {
	rule **Rule
	is   func(rune) bool
}{
	{&ruleControl, func(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' }},
	{&ruleReplacement, func(r rune) bool { return r == utf8.RuneError }},
	{&ruleNoBreakSpace, func(r rune) bool { return r > '~' && unicode.Is(unicode.Zs, r) }},
	{&ruleInvisible, func(r rune) bool { return r > '~' && unicode.Is(unicode.Cf, r) && r != '\u200c' && r != '\u200d' }},
}

// runeName says in words what the characters are that are met most often.
func runeName(r rune) string {
	switch r {
	case '\u00a0':
		return ", a no-break space"
	case '\u00ad':
		return ", a soft hyphen"
	case '\u200b':
		return ", a zero-width space"
	case '\u200c', '\u200d', '\u2060':
		return ", a zero-width joiner"
	case '\u200e', '\u200f', '\u202a', '\u202b', '\u202c', '\u202d', '\u202e', '\u2066', '\u2067', '\u2068', '\u2069':
		return ", a mark of writing direction"
	case '\ufeff':
		return ", a byte order mark"
	}
	return ""
}

// tagNames are the tags that are met in titles and notes: those of HTML, and of the formats of journal articles.
var tagNames = map[string]bool{
	"a": true, "abbr": true, "b": true, "big": true, "blockquote": true, "body": true, "bold": true, "br": true, "center": true, "cite": true,
	"code": true, "dd": true, "del": true, "div": true, "dl": true, "dt": true, "em": true, "font": true, "h1": true, "h2": true, "h3": true,
	"h4": true, "h5": true, "h6": true, "head": true, "hr": true, "html": true, "i": true, "img": true, "inf": true, "ins": true,
	"italic": true,
	"li":     true, "link": true, "meta": true, "nobr": true, "ol": true, "p": true, "pre": true, "q": true, "s": true, "sc": true,
	"script": true,
	"small":  true, "span": true, "strike": true, "strong": true, "style": true, "sub": true, "sup": true, "table": true, "tbody": true,
	"td": true,
	"th": true, "title": true, "tr": true, "tt": true, "u": true, "ul": true, "wbr": true,
}

// longestTag is the number of bytes that a tag may have.
const longestTag = 200

// findTag returns the first HTML tag of a text, or "". A sign of comparison is none, and <<Le >> is a mark for sorting.
func findTag(s string) string {
	for {
		start := strings.IndexByte(s, '<')
		if start < 0 {
			return ""
		}
		s = s[start:]
		if strings.HasPrefix(s, "<<") {
			s = strings.TrimLeft(s, "<")
			continue
		}
		// No further than a tag may be long, so that many signs without an end cost no more than others.
		if end := strings.IndexByte(s[:min(len(s), longestTag)], '>'); end > 0 && isTag(s[1:end]) {
			return s[:end+1]
		}
		s = s[1:]
	}
}

// isTag says whether what stands between < and > makes a tag: a name that is known, or one that ends a tag or has attributes.
func isTag(s string) bool {
	name, closing := strings.CutPrefix(s, "/")
	n := 0
	for n < len(name) && (isLetter(name[n]) || n > 0 && (isDigit(name[n]) || name[n] == ':' || name[n] == '-')) {
		n++
	}
	rest := name[n:]
	switch {
	case n == 0 || rest != "" && rest[0] != ' ' && rest[0] != '/':
		return false
	case closing:
		return strings.TrimSpace(rest) == ""
	case strings.Contains(rest, "="):
		return true
	}
	rest = strings.TrimSpace(rest)
	return tagNames[strings.ToLower(name[:n])] && (rest == "" || rest == "/") || rest == "/" || strings.Contains(name[:n], ":") && rest == ""
}

// findEntity returns the first character reference of a text that stands for something, or "".
func findEntity(s string) string {
	const longest = 32
	if strings.IndexByte(s, ';') < 0 {
		return ""
	}
	for {
		start := strings.IndexByte(s, '&')
		if start < 0 {
			return ""
		}
		s = s[start:]
		if end := strings.IndexByte(s[:min(len(s), longest)], ';'); end > 1 {
			// What is left unchanged, in whole or after its first letters, is no entity that ends here.
			if meant := html.UnescapeString(s[:end+1]); !strings.HasSuffix(meant, ";") || s[:end+1] == "&semi;" {
				return s[:end+1]
			}
		}
		s = s[1:]
	}
}

// findMojibake returns the first stretch of a text that was UTF-8 before it was read as Windows-1252, and what it was, or "";
// and the text without all such stretches.
func findMojibake(s string) (garbled, meant, others string) {
	var kept strings.Builder
	start := 0
	for i := 0; i < len(s); {
		if s[i] < utf8.RuneSelf {
			i++
			continue
		}
		size, text := ungarble(s[i:])
		if size == 0 {
			_, size = utf8.DecodeRuneInString(s[i:])
			i += size
			continue
		}
		if garbled == "" {
			garbled, meant = s[i:i+size], text
		}
		kept.WriteString(s[start:i])
		i += size
		start = i
	}
	if garbled == "" {
		return "", "", s
	}
	kept.WriteString(s[start:])
	return garbled, meant, kept.String()
}

// ungarble reads the beginning of s as the Windows-1252 of one UTF-8 character, or of two where one alone may well be meant as
// it stands. It returns size 0 where that is not so.
func ungarble(s string) (size int, meant string) {
	var raw [4]byte
	n := 0
	var sizes [5]int
	for i, r := range s {
		sizes[n] = i
		if n == len(raw) {
			break
		}
		b, ok := westernByte(r)
		if !ok {
			break
		}
		raw[n] = b
		n++
		sizes[n] = i + utf8.RuneLen(r)
	}
	first, width := utf8.DecodeRune(raw[:n])
	if width < 2 || first == utf8.RuneError {
		return 0, ""
	}
	switch lead := raw[0]; {
	case width > 2, lead == 0xc3, lead == 0xc2 && raw[1] >= 0xa0:
		return sizes[width], string(first)
	}
	// Greek and Cyrillic letters, say: a single one may be a letter before a quotation mark.
	if second, more := utf8.DecodeRune(raw[width:n]); more == 2 && second != utf8.RuneError {
		return sizes[width+more], string([]rune{first, second})
	}
	return 0, ""
}

// westernByte returns the byte that Windows-1252 has for a character beyond ASCII.
func westernByte(r rune) (byte, bool) {
	if r < utf8.RuneSelf {
		return 0, false
	}
	if r < 0xa0 { // the bytes that Windows-1252 leaves open
		return byte(r), true
	}
	return charmap.Windows1252.EncodeRune(r)
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
