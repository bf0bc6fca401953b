package provider

import (
	"context"
	"net/netip"
	"syscall"

	"code.dny.dev/ssrf"
)

// guardian refuses the addresses in the IANA registries of special-purpose addresses (RFC 6890), and all IPv6 addresses
// that are not global unicast.
var guardian = ssrf.New()

// nat64 addresses lead to the IPv4 address in their last four bytes (RFC 6052); on a network without IPv4 every
// provider has one.
var nat64 = ssrf.IPv6NAT64Prefix

// public reports whether an address is on the public Internet. An IPv4 address inside an IPv6 one is checked by itself.
func public(address netip.Addr) bool {
	address = address.Unmap().WithZone("")
	if nat64.Contains(address) {
		bytes := address.As16()
		address = netip.AddrFrom4([4]byte(bytes[12:]))
	}
	return guardian.SafeAddr(address) == nil
}

// control checks the address that a connection is about to be made to, after the name is resolved: a name that resolves
// differently the second time gains nothing.
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
