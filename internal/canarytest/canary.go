// Package canarytest looks for keys where they must not show, whatever they are disguised as.
package canarytest

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strings"
	"testing"
)

// Keys are those that must show nowhere. Each begins with "canary-".
type Keys []string

// Hush fails the test where a text shows one of the keys.
func (k Keys) Hush(t testing.TB, where, text string) {
	t.Helper()
	if shown := k.In(text); shown != "" {
		t.Errorf("%s shows an API key: …%s…", where, shown)
	}
}

// In is the place where a text shows one of the keys, with what stands around it; "" where it shows none.
func (k Keys) In(text string) string {
	for _, key := range k {
		for _, writing := range writings(key) {
			if i := strings.Index(text, writing); i >= 0 {
				return text[max(0, i-80):min(len(text), i+80)]
			}
		}
	}
	return ""
}

// writings are a key as it is and as it may be disguised in an address, in JSON, in a header, in a log or in a
// database.
func writings(key string) []string {
	quoted, _ := json.Marshal(key) // of a string: cannot fail
	shown := []string{
		key, key[len("canary-"):], url.QueryEscape(key), url.PathEscape(key), url.QueryEscape(url.QueryEscape(key)),
		strings.Trim(string(quoted), `"`),
		hex.EncodeToString([]byte(key)), strings.ToUpper(hex.EncodeToString([]byte(key))),
	}
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		// In the base64 of a longer text, such as "customer:key", the key looks otherwise after each of three lengths. Its
		// first and last characters depend on what stands before and after it.
		for before := range 3 {
			text := encoding.EncodeToString([]byte(strings.Repeat("x", before) + key))
			shown = append(shown, text[4:len(text)-4])
		}
	}
	return shown
}
