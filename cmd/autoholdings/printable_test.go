package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

// TestLogSteersNoTerminal: what others say reaches the log as text that does nothing, in both formats, one record a line.
func TestLogSteersNoTerminal(t *testing.T) {
	t.Parallel()
	const evil = "Evil\x1b[2J\a\u009b31m \u202etxt\u2066.exe\x7f\r\nlevel=ERROR msg=forged"
	for _, format := range []string{"text", "json"} {
		var out bytes.Buffer
		log, err := newLogger(&out, "info", format)
		must(t, err)
		log.Info(evil, evil, evil, "error", errors.New(evil))
		line := out.String()
		if strings.ContainsAny(line, "\x1b\a\u009b\u202e\u2066\x7f\r") || strings.Count(line, "\n") != 1 || !strings.HasSuffix(line, "\n") {
			t.Errorf("%s: %q", format, line)
		}
		if format == "json" {
			var record map[string]string
			must(t, json.Unmarshal(out.Bytes(), &record))
			if record["msg"] != evil || record["error"] != evil {
				t.Errorf("%q", record)
			}
		}
	}
	if _, err := (shown{brokenWriter{}}).Write([]byte("\x1b\n")); !errors.Is(err, errBroken) {
		t.Error(err)
	}
}

var errBroken = errors.New("broken")

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }
