package kbart

import "strings"

// checkURL checks title_url. found are its suspect bytes. It returns true if the value is not an address.
func (v *validator) checkURL(rec *Record, url string, found suspects) (isNone bool) {
	fault := v.urlFault(url, found)
	switch {
	case fault != "":
		v.reportCell(ruleURL, rec, TitleURL, "not a web address: "+fault)
	case v.proxy, found&hasEquals != 0 && hasSecondAddress(url):
		v.reportCell(ruleProxy, rec, TitleURL, "")
	case found&hasEquals != 0 && hasSession(url):
		v.reportCell(ruleSession, rec, TitleURL, "")
	}
	return fault != ""
}

// urlFault says why a value is not an absolute web address, or returns "". It checks what a link needs, not all of RFC
// 3986. Characters beyond ASCII are accepted because browsers handle them.
func (v *validator) urlFault(s string, found suspects) string {
	rest, ok := cutScheme(s)
	if !ok {
		return "it does not begin with http:// or https://"
	}
	// Most rows have the same host as the row before.
	end := len(v.host)
	if end == 0 || len(rest) <= end || rest[end] != '/' || rest[:end] != v.host {
		end = 0
		for end < len(rest) && rest[end] != '/' && rest[end] != '?' && rest[end] != '#' {
			end++
		}
		if fault := hostFault(rest[:end]); fault != "" {
			return fault
		}
		v.host, v.proxy = rest[:end], isProxy(rest[:end])
	}
	if found&foreignToURL != 0 {
		return pathFault(rest[end:])
	}
	return ""
}

func pathFault(s string) string {
	for i := range len(s) {
		switch c := s[i]; {
		case c == '%' && !isEscape(s[i:]):
			return "it has a percent sign without two hexadecimal digits after it"
		case c != '%' && suspectBytes[c]&foreignToURL != 0:
			return "it contains " + nameByte(c)
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

// hostFault says why an authority is not a host with a dot and, if it has a port, a number, or returns "".
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
			return "its host contains " + nameByte(c)
		case last == '.':
			return "its host is incomplete"
		default:
			dots++
		}
		last = c
	}
	switch {
	case host == "":
		return "it has no host"
	case dots == 0 || last == '.':
		return "its host is incomplete"
	case hasPort && (port == "" || len(port) > 5 || !allDigits(port)):
		return "its port is not a number"
	}
	return ""
}

func isEscape(s string) bool { return len(s) >= 3 && isHex(s[1]) && isHex(s[2]) }

func isHex(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }

func nameByte(c byte) string {
	if c == ' ' {
		return "a space"
	}
	return "the character " + string(rune(c))
}

// isProxy recognizes a proxy by the name of its host.
func isProxy(host string) bool {
	return strings.Contains(host, "proxy") || strings.HasSuffix(host, ".idm.oclc.org")
}

// hasSecondAddress reports whether the address has another one as a parameter, as the login of a proxy has.
func hasSecondAddress(url string) bool {
	const scheme = len("https://")
	if len(url) < scheme {
		return false
	}
	return strings.Contains(url[scheme:], "url=http")
}

// hasSession reports whether the address contains a session identifier.
func hasSession(url string) bool {
	if !strings.Contains(url, "sess") && !strings.Contains(url, "SESS") {
		return false
	}
	for _, mark := range []string{"sessionid", "session_id=", "phpsessid="} {
		if containsFold(url, mark) {
			return true
		}
	}
	return false
}
