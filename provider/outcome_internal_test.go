package provider

import (
	"strings"
	"testing"
)

func TestRulesAreComplete(t *testing.T) {
	t.Parallel()
	codes := []Code{
		SameFile, NoFile, CredentialsRefused, Throttled, ServerError, Network, TLS, Timeout, NotKBART, Truncated, TooLarge, RefusedRedirect,
		RefusedAddress, UnexpectedStatus, InvalidRequest, Storage, Cancelled,
	}
	for _, code := range codes {
		if r := rules[code]; r.message == "" || strings.HasSuffix(r.message, ".") || !strings.HasSuffix(r.hint, ".") {
			t.Errorf("rule of %s: %+v", code, r)
		}
	}
	if len(rules) != len(codes) {
		t.Errorf("%d rules of %d codes", len(rules), len(codes))
	}
	for code := range globalHints {
		if _, known := rules[code]; !known {
			t.Errorf("advice on %s, which is no code", code)
		}
	}
}
