package secret

import (
	"crypto/subtle"
	"fmt"
	"log/slog"
)

// Mask is shown instead of a Key wherever it is printed, logged or encoded.
const Mask = "[secret]"

// Key is a credential that must not be shown. It masks itself for every verb of fmt, in log/slog, in JSON and text
// encodings, and in dumps by reflection. Only Reveal returns the value. The zero Key is empty.
//
// The value is in a closure instead of a string field because fmt, and the dump functions of test libraries, read the
// unexported fields of an enclosing struct without calling the methods of this type.
type Key struct{ reveal func() string }

// NewKey hides value.
func NewKey(value string) Key {
	if value == "" {
		return Key{}
	}
	return Key{reveal: func() string { return value }}
}

// Reveal returns the value itself. It must not reach a log, an error or an answer.
func (k Key) Reveal() string {
	if k.reveal == nil {
		return ""
	}
	return k.reveal()
}

// IsZero reports whether the key is empty.
func (k Key) IsZero() bool { return k.reveal == nil }

// Equal compares two keys. The time it takes does not depend on where they differ.
func (k Key) Equal(other Key) bool {
	return subtle.ConstantTimeCompare([]byte(k.Reveal()), []byte(other.Reveal())) == 1
}

// String returns the mask, or "" for an empty key, so that a log shows whether there is a key.
func (k Key) String() string {
	if k.IsZero() {
		return ""
	}
	return Mask
}

// Format implements [fmt.Formatter], for the verbs that would bypass String.
func (k Key) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(k.String())) }

// LogValue implements [slog.LogValuer].
func (k Key) LogValue() slog.Value { return slog.StringValue(k.String()) }

// MarshalText implements [encoding.TextMarshaler]. encoding/json uses it too.
func (k Key) MarshalText() ([]byte, error) { return []byte(k.String()), nil }
