// Package canarytest looks for API keys where they must not appear, in any encoding.
package canarytest

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strings"
	"testing"
)

// Keys are API keys that must not appear anywhere. Each begins with "canary-".
type Keys []string

// Hush fails the test if a text contains one of the keys.
func (k Keys) Hush(t testing.TB, where, text string) {
	t.Helper()
	if shown := k.In(text); shown != "" {
		t.Errorf("%s shows an API key: …%s…", where, shown)
	}
}

// In returns the first place in a text that contains one of the keys, with the text around it. It is "" if there is
// none.
func (k Keys) In(text string) string {
	for _, key := range k {
		for _, encoded := range encodings(key) {
			if i := strings.Index(text, encoded); i >= 0 {
				return text[max(0, i-80):min(len(text), i+80)]
			}
		}
	}
	return ""
}

// encodings returns a key as it is and as it may be encoded in an address, in JSON, in a header, in a log or in a
// database.
func encodings(key string) []string {
	quoted, _ := json.Marshal(key) // of a string: cannot fail
	shown := []string{
		key, key[len("canary-"):], url.QueryEscape(key), url.PathEscape(key), url.QueryEscape(url.QueryEscape(key)),
		strings.Trim(string(quoted), `"`),
		hex.EncodeToString([]byte(key)), strings.ToUpper(hex.EncodeToString([]byte(key))),
	}
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		// In the base64 of a longer text, such as "customer:key", the key has three forms, depending on the length of the
		// text before it. Its first and last characters depend on the text around it.
		for before := range 3 {
			text := encoding.EncodeToString([]byte(strings.Repeat("x", before) + key))
			shown = append(shown, text[4:len(text)-4])
		}
	}
	return shown
}
