package storable_test

import (
	"testing"

	"autoholdings/internal/storable"
)

func TestTexts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct{ wrong, repaired, orNone string }{
		"":               {"", "", ""},
		"Ännalen\t":      {"", "Ännalen\t", "Ännalen\t"},
		"Br\x00ain":      {"it holds a NUL character", "Brain", ""},
		"Universit\xe4t": {"it is not valid UTF-8", "Universit\ufffdt", ""},
		"\xff\x00":       {"it holds a NUL character", "\ufffd", ""},
	} {
		wrong := ""
		if err := storable.Check(text); err != nil {
			wrong = err.Error()
		}
		if repaired, orNone := storable.Repaired(text), storable.OrNone(text); wrong != want.wrong || repaired != want.repaired ||
			orNone != want.orNone || storable.Check(repaired) != nil {
			t.Errorf("%q: %q, repaired %q, or none %q; want %q", text, wrong, repaired, orNone, want)
		}
	}
}
