package who

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"portero/capture"
)

func nth(i int) netip.Addr {
	return netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, 10<<24|uint32(i))))
}

// However many machines speak, so many are remembered, and those that were first stay.
func TestHostsAreBounded(t *testing.T) {
	w := &Watch{}
	claim := func(i int) { w.ARP(&capture.ARPInfo{Op: 2, SenderMAC: MAC{0, 0, 12, 1}, SenderIP: nth(i).As4()}, 0, 1) }
	for i := range maxHosts - 1 {
		claim(i)
	}
	claim(1 << 20)
	if len(w.hosts) != maxHosts || w.Of(nth(1<<20)).MAC == (MAC{}) {
		t.Errorf("%d hosts are remembered, and there is room for %d", len(w.hosts), maxHosts)
	}
	claim(1<<20 + 1)
	if len(w.hosts) != maxHosts || w.Of(nth(1<<20+1)).MAC != (MAC{}) || w.Of(nth(0)).MAC == (MAC{}) {
		t.Errorf("%d hosts are remembered", len(w.hosts))
	}
}

// Names that DHCP told and nobody got an address for are bounded, too; who comes after them is named as ever.
func TestPendingNamesAreBounded(t *testing.T) {
	w := &Watch{}
	p := packet(capture.ProtoUDP, "0.0.0.0", "255.255.255.255", 68, 67)
	ask := func(i int, name string) MAC {
		mac := MAC(binary.BigEndian.AppendUint32([]byte{2, 0}, uint32(i)))
		w.dhcp(p, dhcp(1, mac, "0.0.0.0", append([]byte{optName, byte(len(name))}, name...)...))
		return mac
	}
	for i := range maxPending {
		ask(i, fmt.Sprint("n", i))
	}
	first := ask(0, "again")
	if len(w.named) != maxPending {
		t.Fatalf("%d names wait, and there is room for %d", len(w.named), maxPending)
	}
	w.dhcp(p, dhcp(2, first, "10.9.9.8", optType, 1, dhcpAck))
	late := ask(1<<24, "late")
	w.dhcp(p, dhcp(2, late, "10.9.9.9", optType, 1, dhcpAck))
	if got := [2]string{w.Of(netip.MustParseAddr("10.9.9.8")).Name, w.Of(netip.MustParseAddr("10.9.9.9")).Name}; got != [2]string{"again", "late"} || len(w.named) > maxPending {
		t.Errorf("named %q, %d names wait", got, len(w.named))
	}
}

// Of one message so many answers are looked at, and no more.
func TestAnswersOfOneMessageAreBounded(t *testing.T) {
	m := dnsmessage.Message{Header: dnsmessage.Header{Response: true}}
	for i := range maxAnswers + 1 {
		h := dnsmessage.ResourceHeader{Name: dnsmessage.MustNewName("printer.local."), Class: dnsmessage.ClassINET}
		m.Answers = append(m.Answers, dnsmessage.Resource{Header: h, Body: &dnsmessage.AResource{A: nth(i).As4()}})
	}
	b, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	for i := range maxAnswers + 1 {
		w := &Watch{}
		p := packet(capture.ProtoUDP, nth(i).String(), "224.0.0.251", 5353, 5353)
		w.neighbours(p, b)
		if named := w.Of(nth(i)).Name != ""; named != (i < maxAnswers) {
			t.Errorf("answer %d of %d names its machine: %v", i+1, maxAnswers+1, named)
		}
	}
}
