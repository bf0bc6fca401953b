package provider

import (
	"context"
	"net/netip"
	"syscall"

	"code.dny.dev/ssrf"
)

// guardian refuses the addresses of the IANA registries of special-purpose addresses (RFC 6890), and all of IPv6 that
// is not global unicast.
var guardian = ssrf.New()

// nat64 leads to the IPv4 address in its last four bytes (RFC 6052); on a network without IPv4 every provider has one.
var nat64 = ssrf.IPv6NAT64Prefix

// public says whether an address is one of the public Internet's. An IPv4 address inside of an IPv6 one is judged by
// itself.
func public(address netip.Addr) bool {
	address = address.Unmap().WithZone("")
	if nat64.Contains(address) {
		bytes := address.As16()
		address = netip.AddrFrom4([4]byte(bytes[12:]))
	}
	return guardian.SafeAddr(address) == nil
}

// control refuses a connection by the address it is about to be made to, when the name is already resolved: a name that
// stands for another address on a second look gains nothing.
func (o Options) control(_ context.Context, _, address string, _ syscall.RawConn) error {
	if o.AllowPrivate {
		return nil
	}
	parsed, err := netip.ParseAddrPort(address)
	if err != nil {
		return newOutcome(RefusedAddress, "it cannot be read as an address", err)
	}
	if !public(parsed.Addr()) {
		return refusedAddress(parsed.Addr())
	}
	return nil
}

func refusedAddress(address netip.Addr) *Outcome {
	return newOutcome(RefusedAddress, address.String(), nil)
}
