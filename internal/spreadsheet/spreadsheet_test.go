package spreadsheet_test

import (
	"testing"

	"autoholdings/internal/spreadsheet"
)

// TestCell: no value runs as a formula, ends its cell, or changes the direction of text. Other values are unchanged.
func TestCell(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		"":                      "",
		"Brain":                 "Brain",
		"1996–2005 (v. 1)":      "1996–2005 (v. 1)",
		"Lübeck · 漢字 · שלום":    "Lübeck · 漢字 · שלום",
		"=cmd|' /C calc'!A0":    "'=cmd|' /C calc'!A0",
		"+1+1":                  "'+1+1",
		"-":                     "'-",
		"@SUM(A1)":              "'@SUM(A1)",
		" \u00a0=1":             "' \u00a0=1",
		"＝1":                    "'＝1",
		`"half open`:            `'"half open`,
		"a\tb\nc\rd":            "a b c d",
		"\t=1":                  "' =1",
		"\x1b[2Jx\a\x7f\u009b1": " [2Jx   1",
		"a\u202eb\u2066c\u200e": "a b c\u200e",
		"a\u2028b\u0085c":       "a b c",
		"soft\u00adhyphen":      "soft\u00adhyphen",
		"zero\u200dwidth":       "zero\u200dwidth",
	} {
		if got := spreadsheet.Cell(value); got != want {
			t.Errorf("%q became %q, not %q", value, got, want)
		}
	}
	if got := string(spreadsheet.AppendCells([]byte("x\n"), []string{"a", "=b", ""})); got != "x\na\t'=b\t\n" {
		t.Errorf("%q", got)
	}
}
