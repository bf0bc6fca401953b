package kbart

import (
	"path"
	"strings"
	"time"
)

// FileName returns the file name that NISO RP-9 asks for: Provider_Region_Package_YYYY-MM-DD.txt. Spaces, underscores
// and characters that file systems refuse become hyphens. An empty region or package is left out.
func FileName(provider, region, pkg string, date time.Time) string {
	var parts []string
	for _, part := range []string{provider, region, pkg} {
		if part = fileNamePart(part); part != "" {
			parts = append(parts, part)
		}
	}
	parts = append(parts, date.Format(time.DateOnly))
	return strings.Join(parts, "_") + ".txt"
}

// ParseFileDate finds a date in a file's name, YYYY-MM-DD or YYYYMMDD, and returns it at midnight UTC. If there are
// several, the last one counts. ok is false if there is none.
func ParseFileDate(name string) (date time.Time, ok bool) {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	for end := len(name); end >= 8; end-- {
		for _, layout := range []string{time.DateOnly, "20060102"} {
			start := end - len(layout)
			if start < 0 || start > 0 && isDigit(name[start-1]) || end < len(name) && isDigit(name[end]) {
				continue
			}
			date, err := time.Parse(layout, name[start:end])
			if err == nil && date.Year() >= 1900 && date.Year() < 2200 {
				return date, true
			}
		}
	}
	return time.Time{}, false
}

func fileNamePart(s string) string {
	s = strings.Map(func(r rune) rune {
		if r <= ' ' || r == 0x7f || r == '\u00a0' || strings.ContainsRune(`_/\:*?"<>|`, r) {
			return '-'
		}
		return r
	}, strings.TrimSpace(s))
	return strings.Trim(s, "-.")
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
