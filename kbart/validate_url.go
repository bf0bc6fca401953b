package kbart

import "strings"

// judgeURL judges title_url, in which these suspect bytes were found. It says whether that is no address.
func (v *validator) judgeURL(rec *Record, url string, found suspects) (isNone bool) {
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

// urlFault says why a value is no absolute web address, "" where it is one. It looks at what a link needs, not at all
// of RFC 3986: characters beyond ASCII are let through, for browsers know what to do with them.
func (v *validator) urlFault(s string, found suspects) string {
	rest, ok := cutScheme(s)
	if !ok {
		return "it does not begin with http:// or https://"
	}
	// Most rows have the host of the row before.
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
			return "it has a percent sign without two hexadecimal digits"
		case c != '%' && suspectBytes[c]&foreignToURL != 0:
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

// isProxy tells the host of a proxy by its name.
func isProxy(host string) bool {
	return strings.Contains(host, "proxy") || strings.HasSuffix(host, ".idm.oclc.org")
}

// hasSecondAddress says whether the address is a parameter of another, as with the login of a proxy.
func hasSecondAddress(url string) bool {
	const scheme = len("https://")
	if len(url) < scheme {
		return false
	}
	return strings.Contains(url[scheme:], "url=http")
}

// hasSession says whether the address carries a visit's mark.
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
