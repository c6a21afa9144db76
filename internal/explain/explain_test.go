package explain

import (
	"strings"
	"testing"

	"portero/catalog"
	"portero/flows"
	"portero/handshake"
)

func known(w string) bool {
	found, _ := Explain(catalog.Default(), w)
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
		found, _ := Explain(catalog.Default(), w)
		s := ""
		for _, e := range found {
			s += e.Word + " " + e.Kind + " " + e.Text + "\n"
		}
		if !strings.Contains(s, want) {
			t.Errorf("%q: %q is not in %q", w, want, s)
		}
	}
	if found, suggest := Explain(catalog.Default(), "half_opne"); len(found) > 0 || len(suggest) == 0 || suggest[0] != "half_open" {
		t.Errorf("half_opne: %v %v", found, suggest)
	}
}
