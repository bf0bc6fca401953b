package secret_test

import (
	"strings"
	"testing"

	"autoholdings/internal/secret"
)

func TestCredentialForms(t *testing.T) {
	t.Parallel()
	for s, ok := range map[string]bool{
		"1": true, "demo": true, "ÖNB-12/3": true, strings.Repeat("é", 200): true, "...": true,
		"": false, " 1": false, "1\u00a02": false, "1\t": false, "\x00": false, "1\u200b": false, strings.Repeat("x", 201): false, "\xff": false,
		".": false, "..": false,
	} {
		if err := secret.Shown("customer number", "customer id").Check(secret.NewKey(s)); (err == nil) != ok {
			t.Errorf("customer number %q: %v", s, err)
		}
	}
	for s, ok := range map[string]bool{
		"k": true, `k3y/with+"odd"&<parts>%41`: true, strings.Repeat("x", 500): true,
		"": false, "a%x b%y": false, "%xx\n": false, "é-key": false, strings.Repeat("x", 501): false, "..": false,
	} {
		err := secret.Hidden("API key", "KBART API key").Check(secret.NewKey(s))
		if (err == nil) != ok {
			t.Errorf("API key %q: %v", s, err)
		}
		if err != nil && len(s) > 2 && strings.Contains(err.Error(), s) {
			t.Errorf("the error shows the key: %v", err)
		}
	}
}
