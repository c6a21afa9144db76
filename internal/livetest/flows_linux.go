package livetest

import (
	"encoding/binary"
	"net"
	"net/netip"
	"sync"
	"testing"
)

// Flow is what one IPFIX data record said of a flow over IPv4 with ports.
type Flow struct {
	Dst                            netip.AddrPort
	Reason                         uint8 // flowEndReason
	In                             uint32
	Pkts, Octets, RevPkts, RevOcts uint64
}

// Collector takes IPFIX over UDP, as portero writes it.
type Collector struct {
	Port int
	mu   sync.Mutex
	got  []Flow
}

// Collect listens on loopback of a side until the test ends.
func (n *Net) Collect(s Side) *Collector {
	n.t.Helper()
	var p net.PacketConn
	var err error
	n.Do(s, func() { p, err = net.ListenPacket("udp", "127.0.0.1:0") })
	if err != nil {
		n.t.Fatal(err)
	}
	n.t.Cleanup(func() { p.Close() })
	c := &Collector{Port: p.LocalAddr().(*net.UDPAddr).Port}
	go func() {
		b := make([]byte, 65536)
		for {
			k, _, err := p.ReadFrom(b)
			if err != nil {
				return
			}
			c.mu.Lock()
			c.got = append(c.got, flowsOf(n.t, b[:k])...)
			c.mu.Unlock()
		}
	}()
	return c
}

// Of are the reports so far of flows to an address.
func (c *Collector) Of(dst string) (fs []Flow) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, f := range c.got {
		if f.Dst.String() == dst {
			fs = append(fs, f)
		}
	}
	return fs
}

// flowsOf reads the records of portero's first template, number 256: 12 octets of addresses and
// ports, fixed fields, then four strings.
func flowsOf(t testing.TB, m []byte) (fs []Flow) {
	const fixed = 12 + 5 + 4 + 8 + 32 + 7*8 + 6 + 8 + 4 + 8
	for m = m[min(16, len(m)):]; len(m) >= 4; {
		id, size := binary.BigEndian.Uint16(m), int(binary.BigEndian.Uint16(m[2:]))
		if size < 4 || size > len(m) {
			t.Errorf("a set of %d octets where %d are left", size, len(m))
			return fs
		}
		set := m[4:size]
		m = m[size:]
		for id == 256 && len(set) >= fixed {
			at := func(i int) uint64 { return binary.BigEndian.Uint64(set[61+8*i:]) }
			fs = append(fs, Flow{Dst: netip.AddrPortFrom(netip.AddrFrom4([4]byte(set[4:8])), binary.BigEndian.Uint16(set[10:])),
				Reason: set[13], In: binary.BigEndian.Uint32(set[21:]), Pkts: at(0), Octets: at(1), RevPkts: at(2), RevOcts: at(3)})
			set = set[fixed:]
			for range 4 {
				if len(set) == 0 || len(set) < 1+int(set[0]) {
					t.Error("a string is cut")
					return fs
				}
				set = set[1+int(set[0]):]
			}
		}
	}
	return fs
}
