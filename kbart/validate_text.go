package kbart

import (
	"fmt"
	"html"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// maxLengths are the maximum numbers of characters of values. They are far more than publishers need, so that a longer
// value is a mistake.
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

// textColumns are the columns with text or an address. In the other columns, Check reports everything that is not in
// the required format.
var textColumns = [...]Column{
	PublicationTitle, NumFirstVolOnline, NumFirstIssueOnline, NumLastVolOnline, NumLastIssueOnline, TitleURL, FirstAuthor, TitleID,
	Notes, PublisherName, MonographVolume, MonographEdition, FirstEditor, ParentPublicationTitleID, PrecedingPublicationTitleID,
}

// checkCells checks the text of each cell, and the format of title_url.
func (v *validator) checkCells(rec *Record) {
	for _, c := range textColumns {
		cell := rec.Get(c)
		if cell == "" {
			continue
		}
		found := suspectsIn(cell)
		unusual := found & unusualInText
		if c == TitleURL {
			unusual &^= hasLess | hasControl // checkURL reports them
			if v.checkURL(rec, cell, found) {
				unusual = 0 // one finding is enough
			}
		}
		if unusual != 0 {
			v.checkText(rec, c, cell, unusual)
		}
		if most := maxLengths[c]; len(cell) > most {
			if n := utf8.RuneCountInString(cell); n > most {
				v.reportCell(ruleTooLong, rec, c, fmt.Sprintf("the value has %d characters", n))
			}
		}
	}
}

// suspects are the kinds of bytes in a cell that are a reason to look closer.
type suspects uint8

const (
	hasControl suspects = 1 << iota
	hasLess
	hasAmpersand
	hasWide // beyond ASCII
	hasEquals
	foreignToURL // must be escaped in an address, or is a percent sign

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

// checkText checks a text with suspect bytes. It reports each rule once for a cell.
func (v *validator) checkText(rec *Record, c Column, text string, found suspects) {
	if found&hasLess != 0 {
		if tag := findTag(text); tag != "" {
			v.reportCell(ruleTag, rec, c, "the value contains the HTML tag "+tag)
		}
	}
	if found&hasAmpersand != 0 {
		if entity := findEntity(text); entity != "" {
			v.reportCell(ruleEntity, rec, c, fmt.Sprintf("the value contains the HTML entity %s, which stands for %q", entity,
				html.UnescapeString(entity)))
		}
	}
	if found&(hasWide|hasControl) == 0 {
		return
	}
	if found&hasWide == 0 {
		v.checkRunes(rec, c, text)
		return
	}
	// A garbled character may contain a soft hyphen or a no-break space. That is one fault, not two.
	garbled, meant, others := findMojibake(text)
	v.checkRunes(rec, c, others)
	if garbled != "" {
		v.reportCell(ruleMojibake, rec, c, fmt.Sprintf("the value contains %q, which was meant to be %q", garbled, meant))
	}
}

// checkRunes reports characters that do not belong in text.
func (v *validator) checkRunes(rec *Record, c Column, text string) {
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
				v.reportCell(*runeRules[n].rule, rec, c, fmt.Sprintf("the value contains the character %U%s", r, runeName(r)))
			}
		}
	}
}

// isFrenchBlank recognizes a no-break space as it is used in French: before punctuation and inside quotation marks.
func isFrenchBlank(r, before rune, after string) bool {
	if r != '\u00a0' && r != '\u202f' && r != '\u2009' {
		return false
	}
	next, _ := utf8.DecodeRuneInString(after)
	return before == '«' || before == '‹' || before == '“' || before == '°' || before == 'º' || before == '№' || before == '§' ||
		strings.ContainsRune(":;!?»›”%", next)
}

// runeRules are the rules about single characters.
var runeRules = [...]struct {
	rule **Rule
	is   func(rune) bool
}{
	{&ruleControl, func(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' }},
	{&ruleReplacement, func(r rune) bool { return r == utf8.RuneError }},
	{&ruleNoBreakSpace, func(r rune) bool { return r > '~' && unicode.Is(unicode.Zs, r) }},
	{&ruleInvisible, func(r rune) bool { return r > '~' && unicode.Is(unicode.Cf, r) && r != '\u200c' && r != '\u200d' }},
}

// runeName describes the most frequent of these characters in words.
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
		return ", a directional mark"
	case '\ufeff':
		return ", a byte order mark"
	}
	return ""
}

// tagNames are the tags that occur in titles and notes: those of HTML, and of the formats of journal articles.
var tagNames = func() map[string]bool {
	names := map[string]bool{}
	for _, name := range strings.Fields(`
		a abbr b big blockquote body bold br center cite code dd del div dl dt em font h1 h2 h3 h4 h5 h6 head hr html i img inf ins italic
		li link meta nobr ol p pre q s sc script small span strike strong style sub sup table tbody td th title tr tt u ul wbr`) {
		names[name] = true
	}
	return names
}()

// longestTag is the maximum length of a tag in bytes.
const longestTag = 200

// findTag returns the first HTML tag in a text, or "". A less-than sign is not a tag, and <<Le >> marks words that
// sorting ignores.
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
		// The search is limited, so that a text with many < and no > takes no longer than others.
		if end := strings.IndexByte(s[:min(len(s), longestTag)], '>'); end > 0 && isTag(s[1:end]) {
			return s[:end+1]
		}
		s = s[1:]
	}
}

// isTag reports whether the text between < and > is a tag: it is a known name, or it closes a tag or has attributes.
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

// findEntity returns the first HTML entity in a text, or "".
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
			// If the semicolon is still there, this is not an entity, or it is a shorter one without a semicolon.
			if meant := html.UnescapeString(s[:end+1]); !strings.HasSuffix(meant, ";") || s[:end+1] == "&semi;" {
				return s[:end+1]
			}
		}
		s = s[1:]
	}
}

// findMojibake returns the first part of a text that was UTF-8 and was read as Windows-1252, what it was meant to be,
// and the text without all such parts. garbled is "" if there is none.
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

// ungarble restores the beginning of s if it is one UTF-8 character that was read as Windows-1252, or two of them if
// one alone may well be intended. Otherwise it returns size 0.
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
	// These are Greek or Cyrillic letters, for example. A single one may be an intended letter before a quotation mark.
	if second, more := utf8.DecodeRune(raw[width:n]); more == 2 && second != utf8.RuneError {
		return sizes[width+more], string([]rune{first, second})
	}
	return 0, ""
}

// westernByte returns the Windows-1252 byte of a character beyond ASCII.
func westernByte(r rune) (byte, bool) {
	if r < utf8.RuneSelf {
		return 0, false
	}
	if r < 0xa0 { // the bytes that Windows-1252 does not define
		return byte(r), true
	}
	return charmap.Windows1252.EncodeRune(r)
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
