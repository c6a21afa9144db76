package main

import (
	"bytes"
	"encoding/binary"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"portero/handshake"
	"portero/internal/doctor"
	"portero/internal/findings"
	"portero/internal/record"
	"portero/internal/trace"
	"portero/internal/view"
	"portero/internal/view/certificate"
	"portero/internal/view/html"
	"portero/internal/words"
)

// evil is what an attacker would like to see in a name. Its parts end every
// context a page has: element, attribute, script, style, comment, template.
const evil = `</script></style>--></title><script>pwned=1</script><img src=x onerror=pwned=1><svg onload=pwned=1>"'` + "`" + `{{.}}${pwned=1}` + "\u202e\u2066\x00\x1b]8;;http://x\x07"

// dnsLabel is evil as far as a DNS label takes it.
func dnsLabel(s string) []byte { s = s[:min(len(s), 63)]; return append([]byte{byte(len(s))}, s...) }

func dnsName(s string) []byte {
	var b []byte
	for len(s) > 0 && len(b) < 180 {
		n := min(len(s), 60)
		b = append(b, dnsLabel(s[:n])...)
		s = s[n:]
	}
	return append(b, 0)
}

// evilCapture has evil in every field of every protocol that carries a name.
func evilCapture(t *testing.T, file string) {
	w := newWire(t, file)
	defer w.close()
	c := end{net.IPv4(192, 0, 2, 2).To4(), 40000}
	next := func(port uint16) (end, end) {
		c.port++
		return c, end{net.IPv4(192, 0, 2, 1).To4(), port}
	}
	line := strings.NewReplacer("\x00", "", "\x1b", "").Replace(evil)
	for port, said := range map[uint16][2]string{
		80: {"GET /" + line + " HTTP/1.1\r\nHost: " + line + "\r\nUser-Agent: " + line + "\r\nReferer: " + line + "\r\nAuthorization: Basic PHNjcmlwdD46eA==\r\n\r\n",
			"HTTP/1.1 301 Moved\r\nServer: " + line + "\r\nLocation: http://" + line + ":8080/\r\nSet-Cookie: " + line + "\r\n\r\n"},
		22:   {"SSH-2.0-" + line + "\r\n", "SSH-2.0-" + line + "\r\n"},
		21:   {"USER " + line + "\r\nPASS x\r\n", "220 " + line + "\r\n331 " + line + "\r\n"},
		25:   {"EHLO " + line + "\r\nMAIL FROM:<" + line + ">\r\n", "220 " + line + " ESMTP\r\n250 " + line + "\r\n"},
		110:  {"USER " + line + "\r\n", "+OK " + line + "\r\n"},
		143:  {"a1 LOGIN " + line + " x\r\n", "* OK " + line + "\r\n"},
		5060: {"REGISTER sip:" + line + " SIP/2.0\r\nFrom: " + line + "\r\nUser-Agent: " + line + "\r\n\r\n", "SIP/2.0 200 OK\r\nServer: " + line + "\r\n\r\n"},
		6667: {"NICK " + line + "\r\nUSER " + line + "\r\n", ":" + line + " 001 " + line + "\r\n"},
	} {
		o, r := next(port)
		w.talk(o, r, []byte(said[0]), []byte(said[1]))
	}
	// TLS with evil as server name and as protocol.
	ext := func(kind uint16, body []byte) []byte {
		return append(binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(nil, kind), uint16(len(body))), body...)
	}
	name := append([]byte{0}, append(binary.BigEndian.AppendUint16(nil, uint16(len(evil))), evil...)...)
	sni := ext(0, append(binary.BigEndian.AppendUint16(nil, uint16(len(name))), name...))
	proto := append([]byte{byte(len(evil))}, evil...)
	alpn := ext(16, append(binary.BigEndian.AppendUint16(nil, uint16(len(proto))), proto...))
	exts := append(sni, alpn...)
	hello := append(append(append([]byte{3, 3}, make([]byte, 32)...), 0, 0, 2, 0x13, 1, 1, 0), append(binary.BigEndian.AppendUint16(nil, uint16(len(exts))), exts...)...)
	hello = append([]byte{1, 0, byte(len(hello) >> 8), byte(len(hello))}, hello...)
	o, r := next(443)
	w.talk(o, r, append([]byte{22, 3, 1, byte(len(hello) >> 8), byte(len(hello))}, hello...), append([]byte{22, 3, 3, 0, 42, 2, 0, 0, 38, 3, 3}, make([]byte, 36)...))
	// DNS, mDNS and NetBIOS names, asked for and answered; a DHCP client's name.
	for _, port := range []uint16{53, 5353, 137} {
		o, r := next(port)
		q := append([]byte{0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0}, append(dnsName(evil), 0, 1, 0, 1)...)
		a := append([]byte{0, 1, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0}, append(dnsName(evil), 0, 1, 0, 1, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1)...)
		w.udp(o, r, q)
		w.udp(r, o, a)
	}
	dhcp := make([]byte, 240)
	dhcp[0], dhcp[1], dhcp[2] = 1, 1, 6
	copy(dhcp[236:], []byte{99, 130, 83, 99})
	for _, code := range []byte{12, 60, 81} {
		dhcp = append(append(dhcp, code, byte(len(evil))), evil...)
	}
	w.udp(end{net.IPv4(192, 0, 2, 2).To4(), 68}, end{net.IPv4(192, 0, 2, 1).To4(), 67}, append(dhcp, 53, 1, 1, 255))
}

// harmless opens everything there is to open in a page and fails when any of it
// ran, loaded, or became markup.
func harmless(t *testing.T, file string) *browser {
	t.Helper()
	b := browse(t, file, "", 1280, 900, false)
	b.ready()
	for _, lang := range []string{"es", "en"} {
		eval[bool](b, `(document.getElementById("lang-`+lang+`").click(), true)`)
		n := eval[int](b, `(async () => {
			let n = 0;
			for (const r of [...document.querySelectorAll("#rows .row")]) {
				location.hash = "#c" + r.id.slice(1);
				await new Promise(f => setTimeout(f, 20));
				const g = document.getElementById("guess");
				if (g) { g.click(); const q = document.querySelector("#question [type=submit]"); if (q) q.click(); document.getElementById("to-next").click(); }
				n++;
			}
			dispatchEvent(new Event("beforeprint"));
			return n;
		})()`)
		if n == 0 {
			t.Error("no connection was opened")
		}
	}
	if ran := eval[bool](b, `"pwned" in window`); ran {
		t.Error("a name from the wire ran as a script")
	}
	if got := eval[string](b, `[...document.querySelectorAll("img,iframe,object,embed,link,base,form[action],script,style,[onload],[onerror],[onclick],a[href]:not([href^='#'])")].map(e => e.tagName).join(" ")`); got != "STYLE SCRIPT" {
		t.Error("in the page are ", got)
	}
	if got := eval[string](b, `document.documentElement.innerText.match(/.{0,60}[\u202a-\u202e\u2066-\u2069\u0000-\u0008\u001b]/)?.[0] || ""`); got != "" {
		t.Errorf("text from the wire changes direction or holds control characters: %q", got)
	}
	b.silent()
	return b
}

func TestReportOfHostileCapture(t *testing.T) {
	dir := t.TempDir()
	// A file name can be hostile too.
	name := filepath.Join(dir, `<script>pwned=1<`, `script><img src=x onerror=pwned=1>"'.pcap`)
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	evilCapture(t, name)
	b := harmless(t, report(t, name))
	if title := eval[string](b, `document.getElementById("title").innerText`); !strings.HasPrefix(title, "script><img src=x") {
		t.Error("the name of the file is shown as ", title)
	}
}

// poison puts evil into every string that a value holds, however deep.
func poison(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		if v.CanSet() {
			v.SetString(evil)
		}
	case reflect.Slice:
		if v.CanSet() && (v.Type().Elem().Kind() == reflect.String || v.Type().Elem().Kind() == reflect.Struct) {
			v.Set(reflect.MakeSlice(v.Type(), 2, 2))
			for i := range v.Len() {
				poison(v.Index(i))
			}
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[netip.Addr]() {
			return
		}
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				poison(v.Field(i))
			}
		}
	case reflect.Pointer:
		if v.CanSet() && v.IsNil() && v.Type().Elem().Kind() == reflect.Struct {
			v.Set(reflect.New(v.Type().Elem()))
			poison(v.Elem())
		}
	}
}

// TestReportOfHostileRecords puts evil into every text field that a record, a
// finding or a remark has or will have.
func TestReportOfHostileRecords(t *testing.T) {
	c := html.New(html.Limits{})
	var answers certificate.Answers
	for id := range uint64(3) {
		r := &record.Record{}
		poison(reflect.ValueOf(r).Elem())
		r.ID, r.Proto, r.Final, r.HasPorts = id+1, 6, true, true
		r.Handshake, r.First, r.Last = handshake.Refused, 1e18, 1e18+int64(id)
		r.Orig.Addr, r.Resp.Addr = netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("192.0.2.1")
		r.Orig.Port, r.Resp.Port = 40000, 80
		c.Observe(r)
		answers.Observe(r)
		if id == 0 {
			c.Choose(nil)
			c.Tell(r, &trace.Trace{TCP: true, Ports: true, Ends: [2]trace.Endpoint{{Addr: r.Orig.Addr, Port: 1}, {Addr: r.Resp.Addr, Port: 2}}}, answers.Context(r))
		}
	}
	f := findings.Finding{}
	poison(reflect.ValueOf(&f).Elem())
	f.Records = []uint64{1, 9}
	s := &view.Summary{Inputs: []string{evil, evil}, Frames: 3, First: 1e18, Last: 2e18, Remarks: make([]doctor.Remark, 1)}
	poison(reflect.ValueOf(&s.Remarks[0]).Elem())
	var page bytes.Buffer
	if err := c.Write(&page, s, []findings.Finding{f}, html.Options{Lang: words.English, Version: evil}); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "r.html")
	if err := os.WriteFile(file, page.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	b := harmless(t, file)
	if shown := eval[string](b, `document.getElementById("detail").innerText`); strings.Count(shown, "<script>pwned=1</script>") < 8 {
		t.Error("the names are not shown as what they are: ", shown)
	}
	if unknown := eval[string](b, `(location.hash = "#c77", new Promise(f => setTimeout(() => f(document.getElementById("connection").innerText), 50)))`); !strings.Contains(unknown, "77") {
		t.Error(unknown)
	}
}
