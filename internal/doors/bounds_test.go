package doors

import (
	"encoding/binary"
	"net/netip"
	"testing"

	"portero/capture"
	"portero/handshake"
)

// Clients of a door and peers of a host are told apart up to a bound, and the door says that there were more.
func TestClientsAndPeersAreBounded(t *testing.T) {
	var tally Tally
	call := func(i int) {
		r := seen(capture.ProtoTCP, "192.0.2.1:40000", "192.0.2.2:80", handshake.Completed)
		r.Orig.Addr = netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, 10<<24|uint32(i))))
		tally.Add(r)
	}
	d := func() *Door { return tally.Doors()[0] }
	host := func() *Host { return tally.hosts[netip.MustParseAddr("192.0.2.2")] }
	for i := range maxClients {
		call(i)
	}
	call(0) // one that is known is no further one
	if d().Clients() != maxClients || d().ClientsMore || host().Peers() != maxPeers {
		t.Errorf("%d clients, more: %v, %d peers", d().Clients(), d().ClientsMore, host().Peers())
	}
	call(maxClients)
	if d().Clients() != maxClients || !d().ClientsMore || host().Peers() != maxPeers {
		t.Errorf("one more: %d clients, more: %v, %d peers", d().Clients(), d().ClientsMore, host().Peers())
	}
}
