package provider

import (
	"mime"
	"net/http"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"autoholdings/kbart"
)

// nameSources are the possible sources of a list's name.
type nameSources struct {
	given       string // by the caller
	disposition string // header Content-Disposition
	urlPath     string // path of the address
	made        string // made up if there is no other name
	m           mask   // a name must not show the key
}

const maxName = 200 // bytes

// listEndings are file name endings. The last part of an address without one is not a name.
var listEndings = []string{".txt", ".tsv", ".csv", ".kbart", ".gz", ".zip"}

// setNameAndDate sets the list's name and date. A ZIP member's name wins over the ZIP's, because it is the list's own.
// The date is the first one found in a name.
func (f *File) setNameAndDate(n nameSources) {
	candidates := []string{f.Name, n.given, dispositionName(n.disposition)}
	if slices.Contains(listEndings, strings.ToLower(path.Ext(n.urlPath))) {
		candidates = append(candidates, path.Base(n.urlPath))
	}
	f.Name = n.made
	for _, candidate := range slices.Backward(candidates) {
		candidate = cleanName(candidate)
		if candidate == "" || n.m.shows(candidate) {
			continue
		}
		f.Name = candidate
		if date, ok := kbart.ParseFileDate(candidate); ok {
			f.Date = date.UTC()
		}
	}
	if !f.Date.IsZero() {
		return
	}
	if date, err := http.ParseTime(f.LastModified); err == nil {
		f.Date = date.UTC()
	}
}

// dispositionName returns the file name from a Content-Disposition header (RFC 6266), in either form.
func dispositionName(header string) string {
	_, parameters, err := mime.ParseMediaType(header)
	if err != nil {
		return ""
	}
	return parameters["filename"]
}

// cleanName returns the last element of a name given by others. It removes what could cause trouble in a file system, a
// header or a terminal, and the ending of gzip, since the list is unpacked too.
func cleanName(s string) string {
	s = strings.ToValidUTF8(s, "")
	s = s[strings.LastIndexAny(s, `/\`)+1:]
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || strings.ContainsRune(`<>:"|?*`, r) || r != ' ' && blankOrControl(r) {
			return -1
		}
		return r
	}, s)
	s = strings.Trim(s, " .")
	if strings.EqualFold(path.Ext(s), ".gz") {
		s = s[:len(s)-len(".gz")]
	}
	for len(s) > maxName {
		_, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
	}
	return s
}
