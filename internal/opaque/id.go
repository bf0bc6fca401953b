// Package opaque encodes ids as the API shows them in answers, reports and messages.
package opaque

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
)

// ID returns the opaque id of a row: base64url of "Type:number".
func ID(typeName string, id int64) string { return Name(typeName, strconv.FormatInt(id, 10)) }

// Name returns the opaque id of what is known by a text instead of a number.
func Name(typeName, text string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(typeName + ":" + text))
}

// Parse decodes an opaque id. The error says what is wrong with it.
func Parse(id string) (typeName string, number int64, err error) {
	typeName, digits, err := ParseName(id)
	if err != nil {
		return "", 0, err
	}
	number, err = strconv.ParseInt(digits, 10, 64)
	if err != nil || number < 1 {
		return "", 0, fmt.Errorf("%.80q is not an id of this API", id)
	}
	return typeName, number, nil
}

// ParseName is Parse for what Name returned.
func ParseName(id string) (typeName, text string, err error) {
	plain, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(id, "="))
	typeName, text, named := strings.Cut(string(plain), ":")
	if err != nil || !named || text == "" {
		return "", "", fmt.Errorf("%.80q is not an id of this API", id)
	}
	return typeName, text, nil
}
