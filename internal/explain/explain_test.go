package explain

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"portero/capture"
	"portero/catalog"
	"portero/catalog/identify"
	"portero/flows"
	"portero/handshake"
	"portero/internal/record"
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
	// So is every word that a key of the record may hold; names of protocols are ports.
	for _, f := range record.Schema() {
		if f.Values == nil || f.Name == "server_name_by" {
			continue
		}
		for _, v := range f.Values() {
			found, _ := Explain(catalog.Default(), lang.English, v)
			if !slices.ContainsFunc(found, func(e Entry) bool { return e.Kind != "port" }) {
				t.Errorf("%q, which %s may be, is not explained", v, f.Name)
			}
		}
	}
}

// Several ports in one word, and ends of connections as tables show them, are ports.
func TestPortsInOneWord(t *testing.T) {
	for w, want := range map[string]string{"137-139": "137/tcp 137/udp 138/tcp 138/udp 139/tcp 139/udp", "22,443/tcp": "22/tcp 443/tcp", "tcp/137-138": "137/tcp 138/tcp", "puertos 137, 139": "137/tcp 137/udp 139/tcp 139/udp",
		"192.0.2.1:53/udp": "53/udp", "[2001:db8::1]:179": "179/tcp 179/udp", "door.example:102": "102/tcp 102/udp", "localhost:8080": "8080/tcp 8080/udp",
		"completeness:31": "31", "139-137": "", "1-200": "", "1-60,100-160": "", "22,": "", "1-65536": "", "192.0.2.1:99999": ""} {
		found, _ := Explain(catalog.Default(), lang.English, w)
		var got []string
		for _, e := range found {
			got = append(got, e.Word)
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%s is %q, want %q", w, s, want)
		}
	}
}

// So is every protocol that the payload may show: as a word, or by one of its own ports.
func TestProtocolsAreExplained(t *testing.T) {
	for _, p := range identify.Protocols() {
		own := map[string]bool{}
		for _, proto := range []uint8{capture.ProtoTCP, capture.ProtoUDP} {
			for _, n := range p.Ports(proto) {
				own[fmt.Sprint(n)] = true
			}
		}
		for _, l := range lang.Langs() {
			found, _ := Explain(catalog.Default(), l, p.String())
			if len(found) == 0 {
				t.Errorf("%v, which may be spoken, is not explained", p)
			} else if number, _, _ := strings.Cut(found[0].Word, "/"); found[0].Kind == "port" && !own[number] {
				t.Errorf("%v, which may be spoken, is explained as %s", p, found[0].Word)
			}
		}
	}
}

// Every head that a table or the live screen has is explained, in the words of both languages, and
// is not taken for flags, for a history or for the name of some port.
func TestHeadsAreExplained(t *testing.T) {
	heads := []string{"opening", "from", "to", "service", "rtt", "data", "start", "duration", "pkts>", "<pkts", "bytes>", "<bytes", "close", "state", "history", "tunnel",
		"host", "tried", "accepted", "clients", "outside", "in", "out", "first", "last", "frame", "opened", "failed", "received", "open doors", "peers", "name", "told by", "mac", "maker", "inside",
		"program", "age", "size", "seen", "severity"}
	for _, h := range heads {
		for _, l := range lang.Langs() {
			w := lang.Column(l, h)
			if w == "" {
				t.Errorf("the head %q has no word in %s", h, l)
			}
			found, _ := Explain(catalog.Default(), lang.English, w)
			if !slices.ContainsFunc(found, func(e Entry) bool { return e.Kind == "column" && e.Word == h }) || slices.ContainsFunc(found, func(e Entry) bool { return e.Kind == "flags" }) {
				t.Errorf("%q is explained as %+v", w, found)
			}
		}
	}
}

func TestMeanings(t *testing.T) {
	for w, want := range map[string]string{"ShADadFf": "S originator: SYN", "SA": "SYN: Synchronize", "SYN-ACK": "ACK: Acknowledge", "12345": "NetBus", "tcp/22": "ssh", "31": "completeness",
		"IP protocol 89": "OSPF", "protocolo IP 50": "IPsec", "IP protocol 253": "to experiment", "IP protocol 200": "no name here", "igmp": "IGMP: who wants", "OSPF": "routers tell", "IP protocol 6": "tcp", "icmp": "ping", "rtt": "from the question to its answer", "invalid": "may call it complete", "unsolicited": "It blames nobody", "9200": "elasticsearch", "110": "pop3", "109": "pop2", "111": "sunrpc", "netbus": "12345/tcp", "orig_retrans": "repeat octets", "completeness:31": "16 FIN"} {
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
// A number is told of in transports that few speak where it has another name there, and where that is asked for.
func TestSeldomTransports(t *testing.T) {
	for word, want := range map[string][]string{
		"3863": {"3863/tcp", "3863/udp", "3863/sctp"}, // asap-tcp, asap-udp, asap-sctp
		"5004": {"5004/tcp", "5004/udp"}, "9": {"9/tcp", "9/udp"}, "4556/dccp": {"4556/dccp"}, "dccp 4556": {"4556/dccp"}, "puerto dccp 4556": {"4556/dccp"},
		"53/udp-lite": {"53/udp-lite"}, "udplite/53": {"53/udp-lite"}, "22/sctp": {"22/sctp"}, "5090": {"5090/tcp", "5090/sctp"}, "2/dccp": {"2/dccp"},
	} {
		es, _ := Explain(catalog.Default(), lang.English, word)
		var got []string
		for _, e := range es {
			if e.Kind == "port" {
				got = append(got, e.Word)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", word, got, want)
		}
	}
	if es, _ := Explain(catalog.Default(), lang.English, "4556/dccp"); len(es) != 1 || !strings.Contains(es[0].Text, "registry: dtn-bundle") {
		t.Errorf("%v", es)
	}
}

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
	for k := range aliases {
		if !seen[k] {
			t.Errorf("%s is another word for nothing", k)
		}
	}
	same := 0 // a list of values is the same in both languages
	keys := map[string]bool{}
	for _, f := range record.Schema() {
		keys[f.Name] = true
		if es := Field(lang.Spanish, &f); es == "" {
			t.Errorf("the key %s has no Spanish", f.Name)
		} else if es == f.Doc {
			same++
		}
	}
	if same > 2 {
		t.Errorf("%d keys are explained in English", same)
	}
	for k := range fieldsES {
		if !keys[k] {
			t.Errorf("there is no key %s", k)
		}
	}
}

// TestFoundingText: every port, trojan and word that the text portero was founded
// on names is found, with its errors mended, in both languages.
func TestFoundingText(t *testing.T) {
	for w, want := range map[string][2]string{
		"Doly": {"21/tcp", "Doly Trojan"}, "Fore": {"21/tcp", "Fore"}, "Invisible FTP": {"21/tcp", "Invisible FTP"}, "WebEx": {"21/tcp", "WebEx"}, "WinCrash": {"21/tcp", "WinCrash"},
		"Blade Runner": {"21/tcp", "Blade Runner"}, "pcAnywhere": {"22/udp", "5632"}, "RSAREF": {"22/tcp", "CVE-1999-0834"}, "Tiny Telnet Server": {"23/tcp", "Tiny Telnet"},
		"Antigen": {"25/tcp", "Antigen"}, "Email Password Sender": {"25/tcp", "Email Password Sender"}, "Haebu Coceda": {"25/tcp", "Haebu"}, "Shtrilitz Stealth": {"25/tcp", "Shtirlitz"},
		"WinPC": {"25/tcp", "WinPC"}, "WinSpy": {"25/tcp", "WinSpy"}, "Executor": {"80/tcp", "Executor"}, "X.400": {"102/tcp", "RFC 1006"}, "109": {"109/tcp", "110"}, "110": {"110/tcp", "pop3"},
		"rpc.mountd": {"111/tcp", "NFS"}, "NFS": {"2049/tcp", "nfs"}, "rpc.statd": {"111/tcp", ""}, "rpc.csmd": {"111/tcp", "cmsd"}, "rpc.ttybd": {"111/tcp", "ToolTalk"}, "amd": {"111/tcp", "NFS"},
		"USENET": {"119/tcp", "563"}, "DCOM": {"135/tcp", "Exchange"}, "NetBIOS": {"139/tcp", "137/udp"}, "WINS": {"42/tcp", "139"}, "Samba": {"445/tcp", "139"}, "SNMP community": {"161/udp", "public"},
		"Brown Orifice": {"8080/tcp", "2000"}, "RemoConChubo": {"8080/tcp", "81"}, "RingZero": {"8080/tcp", "3128"}, "Fport": {"", "ss -lntup"}, "netstat": {"", "ss -lntup"},
		"dynamic ports": {"", "49152"}, "reserved ports": {"", "1992"}, "well-known ports": {"", "1023"}, "connectionless": {"", "UDP"}, "troyano": {"", "1997"},
		"NetBus": {"12345/tcp", "1998"}, "malware-default": {"", "T1571"}, "port-backdoor": {"", "T1571"},
	} {
		for _, l := range lang.Langs() {
			found, _ := Explain(catalog.Default(), l, w)
			s := ""
			for _, e := range found {
				s += e.Word + " " + e.Kind + " " + e.Text + "\n"
			}
			if !strings.Contains(s, want[0]) || !strings.Contains(s, want[1]) {
				t.Errorf("%s %q: %q and %q are not both in %q", l, w, want[0], want[1], s)
			}
		}
	}
}

// The first meaning of a word is the one that the reader has before the eyes.
func TestFirstMeaning(t *testing.T) {
	first := func(l lang.Lang, w string) string {
		if found, _ := Explain(catalog.Default(), l, w); len(found) > 0 {
			return found[0].Kind + ": " + found[0].Word
		}
		return ""
	}
	for w, want := range map[string]string{
		"TIME-WAIT": "TCP state: TIME-WAIT", "fin-wait-1": "TCP state: FIN-WAIT-1", "ESTABLISHED": "TCP state: ESTABLISHED", "LISTEN": "TCP state: LISTEN", "CLOSED": "TCP state: CLOSED",
		"checksum": "concept: checksum", "offload": "concept: checksum", "ttl": "concept: TTL", "snaplen": "concept: snapshot length", "keepalive": "concept: keep-alive", "SYN cookies": "concept: SYN cookie", "fragments": "quality: fragments", "octeto": "concept: octet",
		"closed": "close: closed", "rtt": "column: rtt", "window": "concept: window", "data": "column: data", "Data": "column: data", "pkts>": "column: pkts>",
		"ShR": "Zeek history: ShR", "Sh": "Zeek history: Sh", "Sr": "Zeek history: Sr", "SH": "Zeek conn_state: SH", "SHR": "Zeek conn_state: SHR", "rst": "flag: RST", "SA": "flags: SA", "PFCP": "flags: PFCP", "[S.]": "flags: [S.]", "SYN_RECV": "TCP state: SYN-RECEIVED", "FIN_WAIT1": "TCP state: FIN-WAIT-1", "port 80": "port: 80/tcp", "puerto 53": "port: 53/tcp", "udp port 53": "port: 53/udp",
		"fin": "flag: FIN", "xmas": "probe_kind: xmas", "loss": "slow: loss", "doors": "concept: house", "letter": "concept: connectionless", "ping": "concept: ping", "echo": "port: 7/tcp", "arp": "concept: neighbour", "tracert": "concept: traceroute", "port classes": "port class: system", "telephone": "concept: connection-oriented", "logical port": "concept: hardware_port", "ephemeral": "port class: dynamic", "pfcp": "port: 8805/udp", "scp": "port: 3820/tcp",
		"semiabierta": "verdict: half_open", "completada": "verdict: completed", "completada, no vista entera": "verdict: completed_unseen", "rechazada": "verdict: refused", "rechazado": "verdict: refused",
		"filtrada": "verdict: filtered", "sin respuesta": "verdict: no_answer", "abandonada": "verdict: aborted", "no válida": "verdict: invalid", "no valida": "verdict: invalid", "ya en curso": "verdict: midstream",
		"indeterminada": "verdict: unknown", "no solicitada": "verdict: unsolicited", "sondeo": "verdict: probe", "deducida": "verdict: implied", "cerrada": "close: closed", "semicerrada": "close: half_closed",
		"contestado": "exchange: answered", "puerto": "concept: port", "socket": "concept: socket", "escaneo": "concept: scan", "sin conexión": "concept: connectionless", "apertura": "column: opening",
		"three-way handshake": "concept: handshake", "apretón de manos de tres vías": "concept: handshake", "redireccionar": "concept: redirect", "Trojan Executor": "port: 80/tcp", "Doly Trojan": "port: 21/tcp", "trojan nosuch": "",
		"well known ports": "port class: system", "registered ports": "port class: user", "puertos registrados": "port class: user", "puerto dinámico": "port class: dynamic",
		"cortada (RST)": "close: reset", "apertura simultánea": "handshake kind: simultaneous", "historia": "column: history", "iniciador": "concept: originator",
	} {
		if got := first(lang.English, w); got != want {
			t.Errorf("%q is first explained as %q, want %q", w, got, want)
		}
	}
	for _, w := range []string{"silent", "mudo", "abierto", "cerrado", "open", "closed", "filtered", "filtrado"} {
		found, _ := Explain(catalog.Default(), lang.English, w)
		if !slices.ContainsFunc(found, func(e Entry) bool { return e.Kind == "door" }) {
			t.Errorf("%q is a state of a door, and is explained as %v", w, found)
		}
		for _, e := range found {
			if e.Kind != "door" && strings.Contains(e.Text, "door") || e.Kind == "port" {
				t.Errorf("%q, a %s: %s", w, e.Kind, e.Text)
			}
		}
	}
	if found, _ := Explain(catalog.Default(), lang.English, "ShR"); len(found) != 1 {
		t.Errorf("ShR has other meanings: %v", found)
	}
	if got := first(lang.Spanish, "TIME-WAIT"); got != "estado de TCP: TIME-WAIT" {
		t.Error(got)
	}
}
