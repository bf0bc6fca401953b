package kbart

import "strings"

// judgeURL judges title_url.
func (v *validator) judgeURL(rec *Record, url string) {
	found, host, fault := scanURL(url)
	switch {
	case fault != "":
		v.reportCell(ruleURL, rec, TitleURL, "not a web address: "+fault)
	case isProxy(host), found&hasEquals != 0 && hasSecondAddress(url):
		v.reportCell(ruleProxy, rec, TitleURL, "")
	case found&hasEquals != 0 && hasSession(url):
		v.reportCell(ruleSession, rec, TitleURL, "")
	}
}

// urlBytes say which bytes occur in an address that are a reason to look closer.
type urlBytes uint8

const (
	hasForeign urlBytes = 1 << iota // what cannot stand in an address as it is, or a percent sign
	hasEquals
)

var urlByteTable = func() (table [256]urlBytes) {
	for c := range table {
		switch {
		case c <= ' ' || c == 0x7f || c < 0x80 && strings.ContainsRune("%\"<>\\^`", rune(c)):
			table[c] = hasForeign
		case c == '=':
			table[c] = hasEquals
		}
	}
	return table
}()

// scanURL says why a value is no absolute web address, "" where it is one, and what else is in it. It looks at what a link
// needs, not at all of RFC 3986: characters beyond ASCII are let through, for browsers know what to do with them.
func scanURL(s string) (found urlBytes, host, fault string) {
	rest, ok := cutScheme(s)
	if !ok {
		return 0, "", "it does not begin with http:// or https://"
	}
	end := 0
	for end < len(rest) && rest[end] != '/' && rest[end] != '?' && rest[end] != '#' {
		end++
	}
	host, rest = rest[:end], rest[end:]
	if fault := hostFault(host); fault != "" {
		return 0, host, fault
	}
	for i := range len(rest) {
		found |= urlByteTable[rest[i]]
	}
	if found&hasForeign != 0 {
		return found, host, pathFault(rest)
	}
	return found, host, ""
}

func pathFault(s string) string {
	for i := range len(s) {
		switch c := s[i]; {
		case c == '%' && !isEscape(s[i:]):
			return "it has a percent sign without two hexadecimal digits"
		case c != '%' && urlByteTable[c] == hasForeign:
			return "it has " + nameByte(c) + " in it"
		}
	}
	return ""
}

func cutScheme(s string) (rest string, ok bool) {
	for _, scheme := range [...]string{"https://", "http://"} {
		if len(s) >= len(scheme) && (s[:len(scheme)] == scheme || strings.EqualFold(s[:len(scheme)], scheme)) {
			return s[len(scheme):], true
		}
	}
	return "", false
}

// hostFault wants a host with a dot, and a port that is a number.
func hostFault(authority string) string {
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		authority = authority[i+1:]
	}
	host, port, hasPort := authority, "", false
	if i := strings.IndexByte(authority, ':'); i >= 0 {
		host, port, hasPort = authority[:i], authority[i+1:], true
	}
	dots, last := 0, byte('.')
	for i := range len(host) {
		c := host[i]
		switch {
		case isLetter(c) || isDigit(c) || c == '-' || c == '_' || c >= 0x80:
		case c != '.':
			return "its host has " + nameByte(c) + " in it"
		case last == '.':
			return "its host is not complete"
		default:
			dots++
		}
		last = c
	}
	switch {
	case host == "":
		return "it has no host"
	case dots == 0 || last == '.':
		return "its host is not complete"
	case hasPort && (port == "" || len(port) > 5 || !allDigits(port)):
		return "its port is no number"
	}
	return ""
}

func isEscape(s string) bool { return len(s) >= 3 && isHex(s[1]) && isHex(s[2]) }

func isHex(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }

func nameByte(c byte) string {
	if c == ' ' {
		return "a blank"
	}
	return "the character " + string(rune(c))
}

// isProxy tells the host of a proxy by what those in common use have in their names.
func isProxy(host string) bool {
	return strings.IndexByte(host, 'x') >= 0 && containsAnyFold(host, proxyHosts) || strings.HasSuffix(host, ".idm.oclc.org")
}

var proxyHosts = []string{"ezproxy", "libproxy", "proxy.lib", "proxy-"}

// hasSecondAddress says whether the address is a parameter of another, as with the login of a proxy.
func hasSecondAddress(url string) bool {
	const scheme = len("https://")
	if len(url) < scheme {
		return false
	}
	return strings.Contains(url[scheme:], "url=http")
}

// sessionMarks are names of parameters that hold a visit's mark, all with sess.
var sessionMarks = []string{"sessionid", "session_id=", "phpsessid="}

func hasSession(url string) bool {
	return containsFold(url, "sess") && containsAnyFold(url, sessionMarks)
}

// containsAnyFold says whether s has one of the given words, which are lower case ASCII, in any case.
func containsAnyFold(s string, words []string) bool {
	for _, word := range words {
		if containsFold(s, word) {
			return true
		}
	}
	return false
}
