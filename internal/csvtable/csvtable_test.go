package csvtable_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"

	"autoholdings/internal/csvtable"
)

// read is a file in short: each line with its number, and what is wrong with it.
func read(in io.Reader) string {
	table, err := csvtable.Open(in, "", []string{"id", "note"})
	if err != nil {
		return err.Error()
	}
	var lines []string
	for {
		line, err := table.Next()
		if errors.Is(err, io.EOF) {
			return strings.Join(lines, "\n")
		}
		if err != nil {
			return err.Error()
		}
		lines = append(lines, fmt.Sprintf("%d %s|%s|%s", line.Number, line.Cells["id"], line.Cells["note"], line.Wrong))
	}
}

// TestAsSpreadsheetsSave: however a spreadsheet saves a table, it is read as the same.
func TestAsSpreadsheetsSave(t *testing.T) {
	t.Parallel()
	table := "id;note\n1;Grüße, 😀\n\n2;\"two\nlines; \"\"quoted\"\"\"\n"
	want := "2 1|Grüße, 😀|\n4 2|two\nlines; \"quoted\"|"
	tabs := strings.ReplaceAll(strings.ReplaceAll(table, ";", "\t"), "lines\t", "lines;")
	for name, test := range map[string]struct{ text, want string }{
		"semicolons": {table, want}, "tabs": {tabs, want},
		"bars":        {strings.ReplaceAll(strings.ReplaceAll(table, ";", "|"), "lines|", "lines;"), want},
		"CRLF":        {strings.ReplaceAll(table, "\n", "\r\n"), want},
		"blank first": {"\n" + "id,note\n1,x\n", "3 1|x|"},
		"sep":         {"sep=;\n" + "id;note\n1;a,b,c\n", "3 1|a,b,c|"},
		"sep of one column with commas": {
			"SEP=;\r\n" + "id\r\n1\r\n", "3 1||",
		},
		"sep in quotes, filled up": {"\"sep=,\",,,\n" + "id,note\n1,x\n", "3 1|x|"},
		"sep tab":                  {"sep=\t\rid\tnote\r1\tx\r", "3 1|x|"},
		"sep bar, quotes that do not match": {
			"sep=|\nid|note\n1|x,y\n2|\"x\n3|y\n",
			"3 1|x,y|\n4 ||its quotation marks do not match: put a cell that holds one in quotation marks, and write each one in it twice." +
				" Lines 4 to 5 were taken for one cell and not read.",
		},
		"sep alone": {"sep=;\n", "the file is empty: its first line must name the columns"},
	} {
		for form, as := range map[string]encoding.Encoding{
			"UTF-8": encoding.Nop, "UTF-8 with a mark": unicode.UTF8BOM,
			"UTF-16, little end first": unicode.UTF16(unicode.LittleEndian, unicode.UseBOM),
			"UTF-16, big end first":    unicode.UTF16(unicode.BigEndian, unicode.UseBOM),
		} {
			bytes, err := as.NewEncoder().String(test.text)
			if err != nil {
				t.Fatal(err)
			}
			for _, in := range []io.Reader{strings.NewReader(bytes), iotest.OneByteReader(strings.NewReader(bytes))} {
				if got := read(in); got != test.want {
					t.Errorf("%s, %s: %q, want %q", name, form, got, test.want)
				}
			}
		}
	}
}

// TestNoText: what is no text, or is in another encoding, is refused or reported with its line.
func TestNoText(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                              "the file is empty",
		"\xff\xfe":                      "the file is empty",
		"PK\x03\x04\x00\x00workbook":    "the file is not UTF-8 text",
		"i\x00d\x00,\x00n\x00":          "the file is not UTF-8 text", // UTF-16 without a mark
		"id,Universit\xe4t\n":           "the file is not UTF-8 text",
		"\xef\xbb\xbfid,note\n1,\xe4\n": "2 1||cell 2 cannot be stored",
	} {
		if got := read(strings.NewReader(in)); !strings.HasPrefix(got, want) {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if got := read(iotest.ErrReader(io.ErrUnexpectedEOF)); got != "read the file: unexpected EOF" {
		t.Error(got)
	}
}
