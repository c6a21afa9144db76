package catalog

import (
	"testing"

	"portero/capture"
)

func TestNames(t *testing.T) {
	c := Default()
	for _, x := range []struct {
		proto             uint8
		port              uint16
		registered, shown string
	}{
		{6, 80, "http", "http"}, {6, 443, "https", "https"}, {17, 443, "https", "quic"}, {17, 53, "domain", "dns"},
		{6, 109, "pop2", "pop2"}, {6, 110, "pop3", "pop3"}, {6, 111, "sunrpc", "sunrpc"}, {6, 465, "submissions", "smtps"},
		{6, 9200, "wap-wsp", "elasticsearch"}, {6, 12345, "italk", "italk"}, {6, 6010, "x11", "x11"}, {6, 60001, "", ""},
		{capture.ProtoSCTP, 2905, "m3ua", "m3ua"},
	} {
		if got := c.Registered(x.proto, x.port); got != x.registered {
			t.Errorf("%d/%d is registered as %q, want %q", x.port, x.proto, got, x.registered)
		}
		if got := c.Service(x.proto, x.port); got != x.shown {
			t.Errorf("%d/%d is shown as %q, want %q", x.port, x.proto, got, x.shown)
		}
	}
}

func TestHintIsLow(t *testing.T) {
	c := Default()
	for _, p := range []uint16{12345, 31337} {
		if id, sev, text, ok := c.PortHint(6, p); !ok || id != "port-backdoor" || sev != "low" || text == "" {
			t.Errorf("port %d: %q %q %q %v", p, id, sev, text, ok)
		}
	}
	for _, p := range []uint16{80, 443, 22, 8080, 53} {
		if _, _, text, ok := c.PortHint(6, p); ok {
			t.Errorf("port %d has a backdoor hint: %s", p, text)
		}
	}
}

func TestDataIsSound(t *testing.T) {
	for _, r := range records("risks.csv") {
		if protoOf(r[1]) == 0 || r[2] == "" || r[3] == "" || r[6] == "" {
			t.Errorf("risks.csv: %q", r)
		}
		switch r[4] {
		case "low", "medium", "high":
		default:
			t.Errorf("risks.csv: severity %q of %q", r[4], r[3])
		}
		switch r[5] {
		case "listener", "outbound", "internet", "lan", "any":
		default:
			t.Errorf("risks.csv: when %q of %q", r[5], r[3])
		}
	}
}

func BenchmarkService(b *testing.B) {
	c := Default()
	b.ReportAllocs()
	n := 0
	for i := 0; b.Loop(); i++ {
		n += len(c.Registered(6, uint16(i)))
	}
	_ = n
}

// TestNotes: every kind, note and practice has its text in both languages, and
// belongs to a fact.
func TestNotes(t *testing.T) {
	facts := map[[2]string]bool{}
	for _, r := range records("risks.csv") {
		facts[[2]string{r[2], r[3]}] = true
		if _, ok := allKinds()[r[2]]; !ok && r[2] != "benign-note" {
			t.Errorf("risks.csv: kind %q of %q is in no row of kinds.csv", r[2], r[3])
		}
	}
	for id, k := range allKinds() {
		for _, s := range []string{k.TitleEN, k.TitleES, k.ExplainEN, k.ExplainES, k.DoEN, k.DoES, k.Cap} {
			if s == "" {
				t.Errorf("kinds.csv: %s: %+v", id, k)
			}
		}
	}
	for id, n := range allNotes() {
		if !facts[id] && id[1] != "*" {
			t.Errorf("notes.csv: %v is about no fact", id)
		}
		if (n.EN == "") != (n.ES == "") {
			t.Errorf("notes.csv: %v has one language only", id)
		}
	}
	for k, n := range practiceNotes() {
		if (n[0] == "") != (n[1] == "") {
			t.Errorf("practice.csv: port %d: %q", k&0xffff, n)
		}
	}
	for _, r := range ephemeral() {
		if r.First >= r.Last || r.EN == "" || r.ES == "" || r.Source == "" {
			t.Errorf("ranges.csv: %+v", r)
		}
	}
}
