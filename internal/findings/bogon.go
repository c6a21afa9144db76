package findings

import "net/netip"

// bogons are blocks that no caller of the Internet has (RFC 6890 and the
// registries of special-purpose addresses).
var bogons = []struct {
	net  netip.Prefix
	what string
}{
	{netip.MustParsePrefix("0.0.0.0/8"), "RFC 791"}, {netip.MustParsePrefix("100.64.0.0/10"), "RFC 6598"},
	{netip.MustParsePrefix("192.0.0.0/24"), "RFC 6890"}, {netip.MustParsePrefix("192.0.2.0/24"), "RFC 5737"},
	{netip.MustParsePrefix("198.18.0.0/15"), "RFC 2544"}, {netip.MustParsePrefix("198.51.100.0/24"), "RFC 5737"},
	{netip.MustParsePrefix("203.0.113.0/24"), "RFC 5737"}, {netip.MustParsePrefix("240.0.0.0/4"), "RFC 1112"},
	{netip.MustParsePrefix("100::/64"), "RFC 6666"}, {netip.MustParsePrefix("2001:2::/48"), "RFC 5180"},
	{netip.MustParsePrefix("2001:db8::/32"), "RFC 3849"}, {netip.MustParsePrefix("3fff::/20"), "RFC 9637"},
}

// bogon is the text that sets the block of a apart, "" for an ordinary address.
func bogon(a netip.Addr) string {
	for _, b := range bogons {
		if b.net.Contains(a) {
			return b.what
		}
	}
	return ""
}

// never says why no caller can have address a when it calls b, "" for one that can
// (RFC 1122, section 3.2.1.3; RFC 4291, section 2.5).
func never(a, b netip.Addr) string {
	switch {
	case a.IsLoopback() && !b.IsLoopback():
		return "loopback"
	case a.IsMulticast():
		return "multicast"
	case a.Is4() && a.As4()[0] >= 240:
		return "240.0.0.0/4"
	case a.Is4() && a.As4()[0] == 0 && !a.IsUnspecified():
		return "0.0.0.0/8"
	}
	return ""
}
