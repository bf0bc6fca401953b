// Package opaque encodes ids as the API shows them in answers, reports and messages.
package opaque

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
)

// ID returns the opaque id of a row: base64url of "Type:number".
func ID(typeName string, id int64) string {
	return base64.RawURLEncoding.EncodeToString([]byte(typeName + ":" + strconv.FormatInt(id, 10)))
}

// Parse decodes an opaque id. The error says what is wrong with it.
func Parse(id string) (typeName string, number int64, err error) {
	plain, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(id, "="))
	if err != nil {
		return "", 0, fmt.Errorf("%.80q is not an id of this API", id)
	}
	typeName, digits, _ := strings.Cut(string(plain), ":")
	number, err = strconv.ParseInt(digits, 10, 64)
	if err != nil || number < 1 {
		return "", 0, fmt.Errorf("%.80q is not an id of this API", id)
	}
	return typeName, number, nil
}
