package provider

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"html"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
)

// judge looks at the beginning of what claims to be a list and returns an *Outcome if it is something else. Whether a
// text is a KBART list is decided by package kbart when it reads it. Content-Type is ignored: lists are served under
// every name.
func judge(list *bufio.Reader, m mask) error {
	head, err := list.Peek(headSize)
	whole := errors.Is(err, io.EOF)
	if err != nil && !whole {
		return err
	}
	text := strings.TrimLeft(decode(head), "\ufeff \t\r\n\f\v")
	switch {
	case text == "" && whole:
		return newOutcome(NotKBART, "an empty file", nil)
	case strings.HasPrefix(text, "<"):
		return judgePage(text, m)
	case strings.HasPrefix(text, "{"), strings.HasPrefix(text, "["):
		return newOutcome(NotKBART, "JSON, which says: "+quote(text, m), nil)
	case notText(head):
		return newOutcome(NotKBART, "binary data", nil)
	}
	return nil
}

// decode returns the text of bytes in UTF-8, or in UTF-16 with a byte order mark. Other bytes above ASCII do not matter
// here.
func decode(head []byte) string {
	text, err := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(head)
	if err != nil { // no byte order mark
		return string(head)
	}
	return string(text)
}

var (
	pageForm     = regexp.MustCompile(`(?i)<form\b`)
	passwordIn   = regexp.MustCompile(`(?i)\btype\s*=\s*["']?password\b`)
	loginWords   = regexp.MustCompile(`(?i)\b(sign|log)[\s_-]?(in|on)\b`)
	pageTitle    = regexp.MustCompile(`(?is)<title\b[^>]*>(.*?)</title>`)
	pageHeadline = regexp.MustCompile(`(?is)<h[12]\b[^>]*>(.*?)</h[12]>`)
	pageTags     = regexp.MustCompile(`(?s)<[^>]*>`)
)

// judgePage tells a login page from other HTML. A "Sign in" link is on every page of a publisher. A login page has a
// password form, a form and the words, or the words in its title.
func judgePage(page string, m mask) error {
	title := firstGroup(pageTitle, page)
	form := pageForm.MatchString(page)
	if passwordIn.MatchString(page) || form && loginWords.MatchString(page) || loginWords.MatchString(title) {
		return newOutcome(CredentialsRefused, "instead of the list it sent a login page"+titled(page, m), nil)
	}
	return newOutcome(NotKBART, "an HTML or XML page"+titled(page, m), nil)
}

func titled(page string, m mask) string {
	if title := pageSays(page, m); title != "" {
		return " (" + title + ")"
	}
	return ""
}

// pageSays returns a page's title, or its first headline.
func pageSays(page string, m mask) string {
	for _, pattern := range []*regexp.Regexp{pageTitle, pageHeadline} {
		if text := cut(m.text(html.UnescapeString(firstGroup(pattern, page)))); text != "" {
			return text
		}
	}
	return ""
}

func firstGroup(pattern *regexp.Regexp, text string) string {
	if found := pattern.FindStringSubmatch(text); found != nil {
		return pageTags.ReplaceAllString(found[1], " ")
	}
	return ""
}

// quote returns what an answer says, in a form fit for a message: a JSON object's message, a page's title, or else the
// beginning of the text. It is "" for an empty answer or one that is not text.
func quote(text string, m mask) string {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "<") {
		return pageSays(text, m)
	}
	var value any
	if json.Unmarshal([]byte(text), &value) == nil {
		if message := findMessage(value, 0); message != "" {
			return cut(m.text(message))
		}
	}
	if notText([]byte(text)) || !utf8.ValidString(text) {
		return ""
	}
	return cut(m.text(text))
}

// messageKeys are the names that services use for error messages, best first (RFC 9457, OAuth, SUSHI, and habit).
var messageKeys = []string{
	"message", "detail", "error_description", "description", "title", "reason", "error", "errors", "exceptions",
	"exception",
}

func findMessage(value any, depth int) string {
	const deepest = 4
	switch v := value.(type) {
	case string:
		return v
	case []any:
		if len(v) > 0 && depth < deepest {
			return findMessage(v[0], depth+1)
		}
	case map[string]any:
		if depth == deepest {
			return ""
		}
		for _, key := range messageKeys {
			for _, name := range slices.Sorted(maps.Keys(v)) {
				if !strings.EqualFold(name, key) {
					continue
				}
				if message := findMessage(v[name], depth+1); message != "" {
					return message
				}
			}
		}
	}
	return ""
}

var utf16Marks = [][]byte{{0xff, 0xfe}, {0xfe, 0xff}}

// notText reports whether the bytes at the start of a file are not text: zero bytes that UTF-16 does not explain.
func notText(head []byte) bool {
	if slices.ContainsFunc(utf16Marks, func(mark []byte) bool { return bytes.HasPrefix(head, mark) }) {
		return false
	}
	var zeros [2]int
	for i, b := range head {
		if b == 0 {
			zeros[i%2]++
		}
	}
	// UTF-16 without a mark has many zeros, all at even or all at odd places.
	return min(zeros[0], zeros[1]) > 0 || max(zeros[0], zeros[1]) > 0 && max(zeros[0], zeros[1]) < len(head)/4
}
