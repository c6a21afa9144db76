package main

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
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
	t.Parallel()
	dirs, _ := filepath.Glob("../../testdata/*/in.pcap")
	for _, in := range dirs {
		for _, l := range []string{"en", "es"} {
			_, out, _ := asked(t, "why", "--lang", l, in, "1")
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

// TestTablesGiveWay: where the ends of a connection miss the terminal's width by little,
// the columns beside them give way, and no sign stands for ends that are elsewhere.
func TestTablesGiveWay(t *testing.T) {
	if _, out, _ := portero(t, "--lang", "es", "../../testdata/backscatter/in.pcap"); !strings.Contains(out, "no solicitada  192.0.2.10:40000 > 198.51.100.20:80") {
		t.Error(out)
	}
	orphan := regexp.MustCompile(`(?m)^ *\d+  .* {4}> {3}`)
	dirs, _ := filepath.Glob("../../testdata/*/in.pcap")
	for _, in := range dirs {
		if _, out, _ := portero(t, "--lang", "es", in); orphan.MatchString(out) {
			t.Errorf("%s: %s", in, orphan.FindString(out))
		}
	}
}

// TestOneIsOne: a single frame or flow is told in the singular.
func TestOneIsOne(t *testing.T) {
	_, out, errs := portero(t, "findings", "--lang", "es", "../../testdata/old-trojan-port/in.pcap")
	if !strings.Contains(strings.Join(strings.Fields(out), " "), "(conexión 1; trama ") {
		t.Error(out, errs)
	}
	if _, _, errs := portero(t, "--stats", "--lang", "es", "../../testdata/refused/in.pcap"); !strings.Contains(errs, "1 flujo,") || strings.Contains(errs, "1 flujos") {
		t.Error(errs)
	}
	// Whatever there is one of: "1 frames" is said nowhere.
	many := regexp.MustCompile(`\b1 (frames|packets|flows|records|subjects|lines|connections|exchanges|fragments|exact copies|bytes|octets|times|clients|tramas|paquetes|flujos|registros|sujetos|líneas|conexiones|intercambios|fragmentos|copias|bytes|octetos|veces|ocultos|[a-z]+ (are|were|no salen|no se escribieron))\b`)
	key, cut := filepath.Join(t.TempDir(), "key"), filepath.Join(t.TempDir(), "cut.pcap")
	b, err := os.ReadFile(look)
	if err == nil {
		err = errors.Join(os.WriteFile(key, []byte("k"), 0o600), os.WriteFile(cut, b[:25], 0o600))
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range []string{"read -c 1 --stats " + look, "read -c 1 --anonymize --stats -w - -o /dev/null " + look, "read --anonymize --anonymize-key " + key + " " + look, "read " + cut,
		"findings -c 1 --stats " + look, "ports -c 1 --stats " + look, "hosts -c 1 --stats " + look, "why -c 1 " + look + " 1", "teach -c 1 " + look,
		"live --replay " + look + " --speed 1e6 -c 1 --stats", "live --replay " + look + " --speed 1e6 -c 1 --stats --plain", "catalog selftest"} {
		for _, l := range []string{"en", "es"} {
			_, out, errs := portero(t, append(strings.Fields(args), "--lang", l)...)
			if w := many.FindString(out + errs); w != "" || out+errs == "" {
				t.Errorf("%s --lang %s says %q\n%s%s", args, l, w, out, errs)
			}
		}
	}
}

// TestVerdictsFold: a verdict of two parts takes two lines where its ends then fit beside it.
func TestVerdictsFold(t *testing.T) {
	_, out, _ := portero(t, "--lang", "es", "../../testdata/third-missing/in.pcap")
	if !regexp.MustCompile(`(?m)^ 1  completada,      192\.0\.2\.10:40000 > 198\.51\.100\.20:80 http\? .*\n    no vista entera  falta ACK`).MatchString(out) {
		t.Error(out)
	}
}

// --ascii writes nothing else in Spanish either, whatever tells: the proof, the ladder,
// the game, and the list of the lab.
func TestASCIIOfEveryTeller(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"why", look, "2"}, {"why", look, "4"}, {"teach", look, "1"}, {"teach", look, "2", "--large"}, {"lab"},
	} {
		code, out, errs := portero(t, append(args, "--lang", "es", "--ascii")...)
		if code != exitOK {
			t.Fatal(args, errs)
		}
		for _, line := range strings.Split(out, "\n") {
			if strings.IndexFunc(line, func(r rune) bool { return r > '~' }) >= 0 {
				t.Errorf("%v: %s", args, line)
			}
		}
		if _, plain, _ := portero(t, append(args, "--lang", "es")...); plain == out {
			t.Errorf("%v: --ascii changes nothing", args)
		}
	}
}

// An end has one name in all that is said for people who know the matter, and one in class:
// originator and responder, client and server (HANDSHAKE.md and SPANISH.md have the words).
func TestAnEndHasOneName(t *testing.T) {
	t.Parallel()
	told := regexp.MustCompile(`(?i)\b(initiator|caller|who called|client|server|quien llam|cliente|servidor)`)
	class := regexp.MustCompile(`(?i)\b(initiator|originator|responder|iniciador|respondedor)`)
	heads := regexp.MustCompile(`(?i)\b(initiator|caller|iniciante|originador)`)
	said := regexp.MustCompile(`(?m)^  (said|dicho)  .*(\n {13}.*)*`) // what the ends said themselves
	dirs, _ := filepath.Glob("../../testdata/*/in.pcap")
	for _, in := range dirs {
		for _, l := range []string{"en", "es"} {
			for _, id := range []string{"1", "2", "5"} {
				_, why, _ := asked(t, "why", "--lang", l, in, id)
				if w := told.FindString(said.ReplaceAllString(why, "")); w != "" {
					t.Errorf("why %s %s, %s: says %q\n%s", in, id, l, w, why)
				}
			}
			_, teach, _ := portero(t, "teach", "--lang", l, in, "1")
			if w := class.FindString(teach); w != "" {
				t.Errorf("teach %s, %s: says %q\n%s", in, l, w, teach)
			}
			_, table, errw := portero(t, "read", "--stats", "--lang", l, in)
			if w := heads.FindString(table + errw); w != "" {
				t.Errorf("read %s, %s: says %q\n%s", in, l, w, table+errw)
			}
		}
	}
}
