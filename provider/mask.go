package provider

import (
	"encoding/json"
	"errors"
	"html"
	"net/url"
	"strings"

	"autoholdings/internal/secret"
)

// mask removes keys from texts, in every spelling in which an address, a header or a page may repeat them. The zero
// mask removes nothing.
type mask struct{ replacer *strings.Replacer }

func newMask(keys ...secret.Key) mask {
	var pairs []string
	for _, key := range keys {
		for _, form := range spellings(key.Reveal()) {
			pairs = append(pairs, form, secret.Mask)
		}
	}
	if len(pairs) == 0 {
		return mask{}
	}
	return mask{strings.NewReplacer(pairs...)}
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
	if m.replacer == nil {
		return s
	}
	return m.replacer.Replace(s)
}

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
