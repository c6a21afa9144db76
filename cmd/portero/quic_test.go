package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestQUICOnWorksheets: the datagrams of a worksheet have the kinds of packet in them.
func TestQUICOnWorksheets(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x.md")
	if code, _, errs := portero(t, "exercise", "../../testdata/quic/in.pcap", "-o", name); code != exitOK {
		t.Fatal(errs)
	}
	b, err := os.ReadFile(name)
	if err != nil || !strings.Contains(string(b), "| Initial, Handshake: ") || !strings.Contains(string(b), "| 1-RTT: ") {
		t.Errorf("%v\n%s", err, b)
	}
}

// TestQUICIsToldAsAConnection: why and teach name the packets of QUIC's handshake and say what became of it; its datagrams are
// no question and answer of which nothing more can be proved.
func TestQUICIsToldAsAConnection(t *testing.T) {
	const file = "../../testdata/quic/in.pcap"
	for _, c := range []struct {
		id, verb, lang string
		want           []string
	}{
		{"1", "why", "en", []string{"Initial +1200", "A connection of QUIC was asked for, and no answer"}},
		{"2", "why", "en", []string{"Initial, Handshake +", "Handshake, 1-RTT +", "1-RTT +", "and it completed: both ends"}},
		{"3", "why", "en", []string{"nothing here shows that it completed"}},
		{"4", "why", "en", []string{"broken off in an Initial"}},
		{"5", "why", "en", []string{"Retry +", "asked the originator to prove its address"}},
		{"7", "why", "en", []string{"Version Negotiation +", "does not speak the version"}},
		{"1", "teach", "en", []string{"Initial: 1200 bytes", "It asks for a connection", "So: a connection was asked for"}},
		{"2", "teach", "en", []string{"that is QUIC", "Initial, Handshake: ", "Its own hello is in it", "server's whole part", "both ends are done", "QUIC's handshake completed"}},
		{"3", "teach", "en", []string{"nothing here shows that it completed"}},
		{"4", "teach", "en", []string{"broken off (CONNECTION_CLOSE)", "Nobody connected"}},
		{"5", "teach", "en", []string{"(Retry)", "So: the server asked for proof"}},
		{"7", "teach", "en", []string{"Version Negotiation: ", "So: the server speaks other versions"}},
		{"2", "why", "es", []string{"y se completó: los dos"}},
		{"2", "teach", "es", []string{"eso es QUIC", "Pide una conexión", "El acuerdo de QUIC se completó"}},
	} {
		code, out, errs := portero(t, c.verb, file, c.id, "--lang", c.lang)
		if code != exitOK {
			t.Fatal(errs)
		}
		out = strings.Join(strings.Fields(strings.NewReplacer("|", " ", "│", " ").Replace(out)), " ")
		for _, want := range c.want {
			if !strings.Contains(out, want) {
				t.Errorf("%s %s in %s lacks %q:\n%s", c.verb, c.id, c.lang, want, out)
			}
		}
		if strings.Contains(out, "Datagrams themselves have no handshake") || strings.Contains(out, "Nobody opened or closed") || strings.Contains(out, "proves nothing yet") {
			t.Errorf("%s %s: told as any datagram:\n%s", c.verb, c.id, out)
		}
	}
}
