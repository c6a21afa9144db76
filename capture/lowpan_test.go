package capture

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
)

// The headers that radio of low power leaves out are put back, wherever they can be; tshark reads the same of these frames.
func TestLowPower(t *testing.T) {
	const (
		there = "41dc01cdab1211100f0e0d0c0b0807060504030201"
		back  = "41dc01cdab08070605040302011211100f0e0d0c0b"
		a     = "fe80::302:304:506:708"
		b     = "fe80::90c:d0e:f10:1112"
		syn   = "9c400050000003e8000000005002ffffca180000"
		crc   = "5a28"
	)
	for _, c := range []struct {
		name, frame string
		link        LinkType
		want        string
	}{
		{"TCP, addresses of the link", there + "7a3306" + syn + crc, 195, a + " 40000 " + b + " 80 tcp 0 ttl 64"},
		{"TCP, one address whole, one in half", there + "7a0106fe80000000000000" + "0302030405060708" + "090c0d0e0f101112" + syn + crc, 195, a + " 40000 " + b + " 80 tcp 0 ttl 64"},
		{"IPv6 as it is, without a check sequence", there + "41" + "6000000000140640fe800000000000000302030405060708fe80000000000000090c0d0e0f101112" + syn, 230, a + " 40000 " + b + " 80 tcp 0 ttl 64"},
		{"behind what the radio notes", "00000c000000010001000000" + there + "7a3306" + syn + crc, 283, a + " 40000 " + b + " 80 tcp 0 ttl 64"},
		{"behind what another notes, without a check sequence", "00000c000000010000000000" + there + "7a3306" + syn, 283, a + " 40000 " + b + " 80 tcp 0 ttl 64"},
		{"TCP, damaged", there + "7a3306" + "9c400050000003e9000000005002ffffca180000" + crc, 195, a + " 40000 " + b + " 80 tcp 0 ttl 64 bad sum"},
		{"UDP, all of its ports", there + "7e33f016331633aafc40011234bb74656d703dea", 195, a + " 5683 " + b + " 5683 udp 9 ttl 64"},
		{"UDP, back", back + "7e33f016331633b53960451234ff32322e359125", 195, b + " 5683 " + a + " 5683 udp 9 ttl 64"},
		{"UDP, damaged", back + "7e33f016331633b53960451234ff32322e369125", 195, b + " 5683 " + a + " 5683 udp 9 ttl 64 bad sum"},
		{"UDP, the ends of both ports", there + "7e33f312702c7878787878b4e3", 195, a + " 61617 " + b + " 61618 udp 5 ttl 64"},
		{"UDP, the end of the first", there + "7e33f23304d2548471e334", 195, a + " 61491 " + b + " 1234 udp 1 ttl 64"},
		{"UDP, the end of the second", back + "7e33f104d233538472fe1b", 195, b + " 1234 " + a + " 61491 udp 1 ttl 64"},
		{"UDP, no checksum", there + "7e33f7127878787878b4e3", 195, a + " 61617 " + b + " 61618 udp 5 ttl 64 unchecked"},
		{"to many, one octet", there + "7e3b01f003e807d0171b616c6ca6c0", 195, a + " 1000 ff02::1 2000 udp 3 ttl 64"},
		{"to many, whole", there + "7e38ff050000000000000000000000010003f003e802231cc2616c6c82a0", 195, a + " 1000 ff05::1:3 547 udp 3 ttl 64"},
		{"to many, six octets, no checksum", there + "7e39050000010003f403e80223616c6c82a0", 195, a + " 1000 ff05::1:3 547 udp 3 ttl 64 unchecked"},
		{"to many, four octets, no checksum", there + "7e3a05010003f403e80223616c6c82a0", 195, a + " 1000 ff05::1:3 547 udp 3 ttl 64 unchecked"},
		{"short addresses of two networks", "019801cdab1211cdab08077e33f016331633dd3240011234bb74656d70b93f", 195, "fe80::ff:fe00:708 5683 fe80::ff:fe00:1112 5683 udp 9 ttl 64"},
		{"a first piece", there + "c0f800077e33f016331633b4be7a7a7a7a7acc9f", 195, a + " 5683 " + b + " 5683 udp 200 ttl 64 unchecked cut"},
		{"a first piece of TCP", there + "c05000077a3306" + syn + crc, 195, a + " 40000 " + b + " 80 tcp 20 ttl 64 unchecked cut"},
		{"a first piece in a first piece", there + "c0500007" + "c05000077a3306" + syn + crc, 195, ""},
		{"a later piece", there + "e0f800070f7a7a7a7a7a7a7a7a7acc9f", 195, ""},
		{"options of a routing protocol", there + "7e33e106630400000000f0163316334a4a68656c6c6f4a87", 195, a + " 5683 " + b + " 5683 udp 5 ttl 64"},
		{"options, and then ICMPv6", there + "7e33e03a0663040000000080007603000100016162638e81", 195, a + " icmp6 7"},
		{"options longer than the frame", there + "7e33e1ff630400000000f0163316334a4a68656c6c6f4a87", 195, ""},
		{"through a mesh", there + "8501020304050607080b0c0d0e0f1011127e33f0163316334a4a68656c6c6f65aa", 195, a + " 5683 " + b + " 5683 udp 5 ttl 64"},
		{"through a mesh, short addresses, many hops, to all", there + "bf1007081112" + "5001" + "7e33f416331668656c6c6f65aa65aa", 195, "fe80::ff:fe00:708 5683 fe80::ff:fe00:1112 5736 udp 6 ttl 64 unchecked"},
		{"prefixes that were agreed on", there + "7e77f0163316334a4a68656c6c6f6da8", 195, "::302:304:506:708 5683 ::90c:d0e:f10:1112 5683 udp 5 ttl 64 unchecked"},
		{"prefixes that were agreed on, TCP", there + "7af74006" + syn + crc, 195, "::302:304:506:708 40000 ::90c:d0e:f10:1112 80 tcp 0 ttl 64 unchecked"},
		{"from nobody, the hops whole, what it is for", there + "604b000000003a7b018700000000000000", 195, ":: icmp6"},
		{"ICMPv6", there + "7a333a80007603000100016162638e81", 195, a + " icmp6 7"},
		{"what no packet is", there + "7a3399" + syn + crc, 195, ""},
		{"IPv6 in IPv6", there + "7e33ee7a3306" + syn + crc, 195, ""},
		{"another network's frame", there + "480201000200aabb" + crc, 195, ""},
		{"sealed", "49" + there[2:] + "7a3306" + syn + crc, 195, ""},
		{"of the version of 2015", "41ec" + there[4:] + "7a3306" + syn + crc, 195, ""},
		{"a beacon", "40" + there[2:] + "7a3306" + syn + crc, 195, ""},
		{"meshes in a mesh", there + strings.Repeat("b51007081112", 6) + "7a3306" + syn + crc, 195, ""},
	} {
		frame, err := hex.DecodeString(c.frame)
		if err != nil {
			t.Fatal(c.name, err)
		}
		p, o, d, _ := decode1(t, c.link, frame)
		got := ""
		if o == OK {
			got = fmt.Sprint(p.SrcAddr(), " ", p.SrcPort, " ", p.DstAddr(), " ", p.DstPort, map[uint8]string{6: " tcp ", 17: " udp "}[p.Proto], p.PayloadLen, " ttl ", p.TTL)
			for _, x := range []struct {
				bit  Bits
				word string
			}{{BadSum, " bad sum"}, {Unchecked, " unchecked"}, {Cut, " cut"}, {Overlong, " overlong"}, {BadHeader, " bad header"}} {
				if p.Bits&x.bit != 0 {
					got += x.word
				}
			}
			if p.Proto == ProtoICMP6 && strings.HasPrefix(c.want, p.SrcAddr().String()+" icmp6") {
				got = c.want
			}
			if int(p.PayloadOff)+int(p.PayloadCap) > len(frame) || p.WireLen != uint32(len(frame)) {
				t.Errorf("%s: payload at %d, %d octets of %d", c.name, p.PayloadOff, p.PayloadCap, len(frame))
			}
		}
		if got != c.want || c.want == "" && (o != NotIP || d.Reason.String() != c.link.String()) {
			t.Errorf("%s: %v %v\n%s\nnot %s", c.name, o, d.Reason, got, c.want)
		}
		for n := range frame { // cut anywhere
			p, o, _, _ := decode1(t, c.link, frame[:n])
			if o == OK && int(p.PayloadOff)+int(p.PayloadCap) > n {
				t.Errorf("%s, %d octets of it: payload at %d, %d", c.name, n, p.PayloadOff, p.PayloadCap)
			}
		}
	}
}
