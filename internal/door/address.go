package door

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"autoholdings/internal/access"
)

// withAddress finds out which client asks.
func (d *Door) withAddress(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		client, ok := d.clientOf(r)
		if !ok {
			next.ServeHTTP(w, r)
			return
		}
		r = r.WithContext(access.WithAddress(r.Context(), client.Addr().String()))
		r.RemoteAddr = client.String()
		next.ServeHTTP(w, r)
	})
}

// clientOf returns the client's address. Only a trusted proxy is believed whom it asks for, and only as far as the chain
// of proxies is trusted, from the last to the first. Where the two headers that say so differ, one of them is the client's
// own invention, and the proxy stands for the client. The port is 0 where a proxy did not tell it.
func (d *Door) clientOf(r *http.Request) (netip.AddrPort, bool) {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return peer, false
	}
	peer = netip.AddrPortFrom(peer.Addr().Unmap().WithZone(""), peer.Port())
	if !d.trusts(peer.Addr()) {
		return peer, true
	}
	old, standard := splitList(r.Header.Values("X-Forwarded-For")), forwardedFor(r.Header.Values("Forwarded"))
	one, ok1 := d.firstUntrusted(old)
	two, ok2 := d.firstUntrusted(standard)
	switch {
	case len(old) > 0 && len(standard) > 0 && (ok1 != ok2 || one != two):
		return peer, true
	case ok1:
		return netip.AddrPortFrom(one, 0), true
	case ok2:
		return netip.AddrPortFrom(two, 0), true
	default:
		return peer, true
	}
}

func (d *Door) trusts(a netip.Addr) bool {
	return slices.ContainsFunc(d.proxies, func(p netip.Prefix) bool { return p.Contains(a) })
}

// firstUntrusted goes from the last address of a chain to the first and returns the first that is no trusted proxy. Where
// all are trusted, it is the outermost. ok is false where there is none that can be read: what stands left of a text
// that is no address may be anybody's.
func (d *Door) firstUntrusted(chain []string) (found netip.Addr, ok bool) {
	for _, text := range slices.Backward(chain) {
		address, err := parseNode(text)
		if err != nil {
			return found, ok
		}
		found, ok = address, true
		if !d.trusts(address) {
			return found, true
		}
	}
	return found, ok
}

// parseNode reads an address with or without a port, in brackets or not.
func parseNode(text string) (netip.Addr, error) {
	if both, err := netip.ParseAddrPort(text); err == nil {
		return both.Addr().Unmap().WithZone(""), nil
	}
	address, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(text, "["), "]"))
	return address.Unmap().WithZone(""), err
}

func splitList(lines []string) (words []string) {
	for _, line := range lines {
		for word := range strings.SplitSeq(line, ",") {
			words = append(words, strings.TrimSpace(word))
		}
	}
	return words
}

// forwardedFor returns the values of for= in Forwarded (RFC 7239), of each proxy in turn; "" where one said nothing. No
// address has a comma or a semicolon in quotes.
func forwardedFor(lines []string) (nodes []string) {
	for _, element := range splitList(lines) {
		node := ""
		for pair := range strings.SplitSeq(element, ";") {
			name, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
			if strings.EqualFold(name, "for") {
				node = strings.Trim(value, `"`)
			}
		}
		nodes = append(nodes, node)
	}
	return nodes
}
