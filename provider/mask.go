package provider

import (
	"encoding/json"
	"errors"
	"html"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"autoholdings/internal/secret"
)

// mask removes keys from texts, in every spelling in which an address, a header or a page may repeat them. The zero
// mask removes nothing.
type mask struct {
	anywhere *strings.Replacer // nil: nothing
	words    []string          // keys so short that they are in other words too
}

// shortKey is the length of a key, in bytes, below which it is removed only where it stands as a word of its own: a key of
// one letter would be cut out of every word, which shows what it is.
const shortKey = 6

func newMask(keys ...secret.Key) (m mask) {
	var pairs []string
	for _, key := range keys {
		for _, form := range spellings(key.Reveal()) {
			if len(key.Reveal()) < shortKey {
				m.words = append(m.words, form)
			} else {
				pairs = append(pairs, form, secret.Mask)
			}
		}
	}
	if len(pairs) > 0 {
		m.anywhere = strings.NewReplacer(pairs...)
	}
	return m
}

func spellings(key string) []string {
	if key == "" {
		return nil
	}
	inJSON, _ := json.Marshal(key) // a string always marshals
	return []string{
		key, url.QueryEscape(key), url.PathEscape(key), lowerEscapes(url.QueryEscape(key)), lowerEscapes(url.PathEscape(key)),
		strings.Trim(string(inJSON), `"`), html.EscapeString(key),
	}
}

// lowerEscapes writes %2F as %2f.
func lowerEscapes(s string) string {
	b := []byte(s)
	for i := range b {
		if b[i] == '%' && i+2 < len(b) {
			copy(b[i+1:], strings.ToLower(s[i+1:i+3]))
		}
	}
	return string(b)
}

func (m mask) text(s string) string {
	if m.anywhere != nil {
		s = m.anywhere.Replace(s)
	}
	for _, word := range m.words {
		s = withoutWord(s, word)
	}
	return s
}

// withoutWord masks a word where neither a letter nor a digit stands beside it.
func withoutWord(s, word string) string {
	var clean strings.Builder
	for from := 0; ; {
		at := strings.Index(s[from:], word)
		if at < 0 {
			clean.WriteString(s[from:])
			return clean.String()
		}
		at += from
		before, _ := utf8.DecodeLastRuneInString(s[:at])
		after, _ := utf8.DecodeRuneInString(s[at+len(word):])
		switch {
		case isWordly(before) || isWordly(after):
			_, first := utf8.DecodeRuneInString(s[at:])
			clean.WriteString(s[from : at+first])
			from = at + first
		default:
			clean.WriteString(s[from:at] + secret.Mask)
			from = at + len(word)
		}
	}
}

func isWordly(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// shows reports whether a text contains a key.
func (m mask) shows(s string) bool { return m.text(s) != s }

// err returns an error whose text, and that of every error it wraps, is free of keys; err itself if it is already.
func (m mask) err(err error) error {
	for e := err; e != nil; e = errors.Unwrap(e) {
		if m.shows(e.Error()) {
			return errors.New(m.text(err.Error()))
		}
	}
	return err
}

const maxQuote = 200 // characters of others' text in a message

// cut makes others' text fit for a message: one line, no control characters, at most maxQuote characters.
func cut(s string) string {
	s = strings.Join(strings.FieldsFunc(s, blankOrControl), " ")
	runes := []rune(strings.ToValidUTF8(s, "\uFFFD"))
	if len(runes) <= maxQuote {
		return string(runes)
	}
	return string(runes[:maxQuote]) + "…"
}
