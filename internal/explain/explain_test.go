package explain

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"portero/catalog"
	"portero/flows"
	"portero/handshake"
	lang "portero/internal/words"
)

func known(w string) bool {
	found, _ := Explain(catalog.Default(), lang.English, w)
	return len(found) > 0
}

// Every word of the vocabulary is explained.
func TestVocabulary(t *testing.T) {
	var all []string
	for _, v := range handshake.Verdicts() {
		all = append(all, v.String())
	}
	all = append(all, handshake.OddityNames()...)
	all = append(all, flows.QualityNames()...)
	all = append(all, "S0", "S1", "SF", "REJ", "S2", "S3", "RSTO", "RSTR", "RSTOS0", "RSTRH", "SH", "SHR", "OTH", "half open", "half_closed",
		"answered", "stream", "simultaneous", "split", "fast_open", "idle", "resources", "system", "user", "dynamic", "connection-oriented", "connectionless", "port", "socket", "scan", "redirect")
	for _, w := range all {
		if !known(w) {
			t.Errorf("%q is not explained", w)
		}
	}
}

func TestMeanings(t *testing.T) {
	for w, want := range map[string]string{"ShADadFf": "S originator: SYN", "SA": "SYN: Synchronize", "SYN-ACK": "ACK: Acknowledge", "12345": "NetBus", "tcp/22": "ssh", "31": "completeness",
		"9200": "elasticsearch", "110": "pop3", "109": "pop2", "111": "sunrpc", "netbus": "12345/tcp", "orig_retrans": "repeat octets", "completeness:31": "16 FIN"} {
		found, _ := Explain(catalog.Default(), lang.English, w)
		s := ""
		for _, e := range found {
			s += e.Word + " " + e.Kind + " " + e.Text + "\n"
		}
		if !strings.Contains(s, want) {
			t.Errorf("%q: %q is not in %q", w, want, s)
		}
	}
	if found, suggest := Explain(catalog.Default(), lang.English, "half_opne"); len(found) > 0 || len(suggest) == 0 || suggest[0] != "half_open" {
		t.Errorf("half_opne: %v %v", found, suggest)
	}
}

var update = flag.Bool("update", false, "write the golden files")

// TestGolden holds what a newcomer reads of some numbers, in both languages.
func TestGolden(t *testing.T) {
	for _, l := range lang.Langs() {
		for _, w := range []string{"21", "22", "102", "109", "110", "135", "139", "161", "8080", "12345", "31337", "9200", "49152", "scan-ports", "SYN-ACK", "ShADadFf", "31"} {
			found, _ := Explain(catalog.Default(), l, w)
			var b strings.Builder
			for _, e := range found {
				b.WriteString(e.Word + "   " + e.Kind + "\n  " + strings.ReplaceAll(e.Text, "\n", "\n  ") + "\n")
			}
			name := filepath.Join("testdata", w+"."+l.String()+".txt")
			if *update {
				if err := os.WriteFile(name, []byte(b.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(name)
			if err != nil || string(want) != b.String() {
				t.Errorf("%s (%v): got\n%s", name, err, b.String())
			}
		}
	}
}

// TestSpanish: no word is without its Spanish text, and none is left over.
func TestSpanish(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range words {
		k := e.kind + " " + e.word
		seen[k] = true
		if spanish[k] == "" || spanish[k] == e.text {
			t.Errorf("%s has no Spanish text", k)
		}
		if kindsES[e.kind] == "" {
			t.Errorf("kind %q has no Spanish name", e.kind)
		}
	}
	for k := range spanish {
		if !seen[k] {
			t.Errorf("%s is the Spanish of nothing", k)
		}
	}
}
