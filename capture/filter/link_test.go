package filter

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"portero/capture"
)

// writePcap writes frames as a classic pcap of link type link.
func writePcap(t *testing.T, file string, link capture.LinkType, frames [][]byte) []record {
	t.Helper()
	e := binary.NativeEndian
	b := e.AppendUint16(e.AppendUint16(e.AppendUint32(nil, 0xa1b2c3d4), 2), 4)
	for _, v := range []uint32{0, 0, 262144, uint32(link)} {
		b = e.AppendUint32(b, v)
	}
	var recs []record
	for i, f := range frames {
		for _, v := range []uint32{uint32(i), 0, uint32(len(f)), uint32(len(f))} {
			b = e.AppendUint32(b, v)
		}
		b = append(b, f...)
		recs = append(recs, record{uint32(i), 0, uint32(len(f)), f})
	}
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return recs
}

// TestTcpdumpOnEveryLinkType compares with tcpdump on every number a link type
// can have, on frames in which the link header is right half of the time.
func TestTcpdumpOnEveryLinkType(t *testing.T) {
	tcpdump := needTcpdump(t)
	exprs := []string{
		"ip", "ip6", "arp", "tcp port 80", "host 10.0.0.1", "icmp6", "tcp[2:2] = 80", "ip[9] = 6", "link[1] = 3", "ether host 2:0:0:0:0:1", "broadcast",
		"multicast", "llc", "vlan", "mpls", "pppoes", "inbound", "outbound", "iso", "isis", "atalk", "ipx", "stp", "len > 40", "type mgt", "ip6 and not tcp", "link[len-1] = 0",
	}
	r := rand.New(rand.NewPCG(7, 7))
	dir := t.TempDir()
	var work []func()
	for link := capture.LinkType(0); link <= 300; link++ {
		li, known := linkOf(link)
		if _, named := links[link]; !named && link%8 != 0 {
			continue // one of eight suffices for those without a meaning of their own
		}
		if link == 117 {
			continue // PF log: docs/FILTERS.md
		}
		var frames [][]byte
		for i := range 24 {
			head := make([]byte, 0, 64)
			if known && li.payload != unset {
				head = head[:li.payload+li.net]
			}
			for j := range head {
				head[j] = []byte{0, 0, 1, 2, 3, 4, 6, 8, 0xaa, 0xfe, 0xff, 0x21, 0x57, 0x45, 0x60, 0xd4, 0xc4}[r.IntN(17)]
			}
			typ := int(li.typ)
			if i%2 == 0 && known && li.typ != unset && typ+2 <= len(head) {
				v := []uint16{etherIP, etherIP6, etherARP, pppIP, 0x57, 0x0200, 0x1a00, 0xd400, etherVLAN, etherMPLS, etherPPPoES, 40}[i/2]
				binary.BigEndian.PutUint16(head[typ:], v)
			}
			if i%3 == 0 && li.fam == famMagic {
				head = pad(head, 4)
				binary.BigEndian.PutUint32(head, li.magic|1)
			}
			if i%3 == 0 && li.fam == famWLAN {
				head = []byte{0, 0, 8, 0, 105, 0, 0, 0}
				if link == ltWLAN {
					head = nil
				}
				head = append(head, wlanData(i%2 == 0, etherIP, nil)...)
			}
			body := [][]byte{ip4(6, 0, l4(80, 80, 2)), ip6(6, l4(80, 80, 2)), arp(), ip6(58, []byte{135, 0, 0, 0})}[i%4]
			f := append(head, body...)
			if i == 23 {
				f = f[:len(f)-len(body)+min(3, len(body))]
			}
			frames = append(frames, f)
		}
		file := filepath.Join(dir, fmt.Sprintf("%d.pcap", uint32(link)))
		recs := writePcap(t, file, link, frames)
		work = append(work, func() {
			for _, expr := range exprs {
				if diff, _ := agree(tcpdump, file, expr, link, recs); diff != "" {
					t.Errorf("link type %d, %q: %s", link, expr, diff)
				}
			}
		})
	}
	sideBySide(work)
}
