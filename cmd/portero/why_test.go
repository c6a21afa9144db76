package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"portero/capture"
)

// TestDistances: the TTL of a RST is compared with what else the host sent, in whatever
// connection, and never with another RST.
func TestDistances(t *testing.T) {
	far := distances{capture.Addr([16]byte{10: 255, 11: 255, 12: 10, 15: 1}, 4): nil}
	send := func(last, ttl byte, proto uint8, f capture.Flags) {
		far.see(&capture.Packet{Src: [16]byte{10: 255, 11: 255, 12: 10, 15: last}, Ver: 4, TTL: ttl, Proto: proto, Flags: f})
	}
	send(1, 60, capture.ProtoTCP, capture.RST|capture.ACK)
	send(1, 64, capture.ProtoTCP, capture.SYN|capture.ACK)
	send(1, 64, capture.ProtoUDP, 0)
	send(2, 50, capture.ProtoTCP, capture.SYN)
	for a, ttls := range far {
		if !slices.Equal(ttls, []uint8{64}) || len(far) != 1 {
			t.Error(a, ttls)
		}
	}
	if _, out, _ := portero(t, "why", "--lang", "en", "../../testdata/first-look/in.pcap", "3"); !strings.Contains(strings.Join(strings.Fields(out), " "), "TTL 64 like the host's other packets") {
		t.Error(out)
	}
	if _, out, _ := portero(t, "why", "--lang", "en", "../../testdata/refused/in.pcap", "1"); !strings.Contains(strings.Join(strings.Fields(out), " "), "no other packet of the host") {
		t.Error(out)
	}
}

// TestFieldsFit: the keys of the record are explained within the width of a terminal.
func TestFieldsFit(t *testing.T) {
	for _, l := range []string{"en", "es"} {
		_, out, _ := portero(t, "explain", "--lang", l, "fields")
		for _, line := range strings.Split(out, "\n") {
			if utf8.RuneCountInString(line) > 80 {
				t.Error(line)
			}
		}
	}
}

// TestCertificatesFit: the certificates of the scenarios fit a terminal of 80 columns, and
// their columns stand apart, in both languages.
func TestCertificatesFit(t *testing.T) {
	dirs, _ := filepath.Glob("../../testdata/*/in.pcap")
	for _, in := range dirs {
		for _, l := range []string{"en", "es"} {
			_, out, _ := portero(t, "why", "--lang", l, in, "1")
			for _, line := range strings.Split(out, "\n") {
				if utf8.RuneCountInString(line) > 80 && strings.Contains(strings.TrimSpace(line), " ") {
					t.Errorf("%s, %s: %d columns: %s", in, l, utf8.RuneCountInString(line), line)
				}
				if strings.Contains(line, "caminoICMP") || l == "es" && strings.Contains(line, "unreachable") {
					t.Errorf("%s: %s", in, line)
				}
			}
		}
	}
}
