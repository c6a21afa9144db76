package export_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"

	"portero/internal/corpus"
	"portero/internal/export"
	"portero/internal/findings"
	"portero/internal/record"
	"portero/internal/words"
)

func records(t *testing.T) []record.Record {
	t.Helper()
	rs, err := corpus.Records(corpus.Captures()...)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 400 {
		rs = append(rs, *corpus.Made(uint64(i)))
	}
	return rs
}

func sendAll(t *testing.T, to string, rs []record.Record) {
	t.Helper()
	e, err := export.Open(to, export.Options{Say: func(s string) { t.Log(s) }})
	if err != nil {
		t.Fatal(err)
	}
	for i := range rs {
		if err := e.Write(&rs[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
}

// messages splits a stream at the lengths in the headers.
func messages(t *testing.T, r io.Reader) (ms [][]byte) {
	t.Helper()
	b := bufio.NewReader(r)
	for {
		h, err := b.Peek(4)
		if err != nil {
			return ms
		}
		m := make([]byte, binary.BigEndian.Uint16(h[2:]))
		if _, err := io.ReadFull(b, m); err != nil {
			t.Fatal(err)
		}
		ms = append(ms, m)
	}
}

// overTCP sends rs to a listener of ours and returns the messages.
func overTCP(t *testing.T, rs []record.Record, query string) [][]byte {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	got := make(chan [][]byte)
	go func() {
		c, err := l.Accept()
		if err != nil {
			got <- nil
			return
		}
		got <- messages(t, c)
	}()
	sendAll(t, "ipfix+tcp://"+l.Addr().String()+query, rs)
	return <-got
}

// TestTsharkHasNoComplaint: every message, over UDP's and TCP's sizes.
func TestTsharkHasNoComplaint(t *testing.T) {
	tshark, err := exec.LookPath("tshark")
	if err != nil {
		t.Skip("tshark is not installed")
	}
	rs := records(t)
	for _, query := range []string{"?size=1400", ""} {
		ms := overTCP(t, rs, query)
		file := filepath.Join(t.TempDir(), "x.pcap")
		writeUDP(t, file, ms)
		out, err := exec.Command(tshark, "-n", "-r", file, "-d", "udp.port==4739,cflow", "-T", "fields", "-e", "cflow.version", "-e", "cflow.sequence", "-e", "_ws.malformed", "-e", "_ws.expert.severity", "-e", "_ws.expert.message").Output()
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimRight(string(out), "\n"), "\n")
		if len(lines) != len(ms) {
			t.Fatalf("%d lines for %d messages", len(lines), len(ms))
		}
		for i, l := range lines {
			f := strings.Split(l, "\t")
			if f[0] != "10" || f[2] != "" || f[3] != "" {
				t.Errorf("message %d: %q", i+1, l)
			}
		}
		t.Logf("%d messages of at most %d octets dissected", len(ms), longest(ms))
		out, err = exec.Command(tshark, "-n", "-r", file, "-d", "udp.port==4739,cflow", "-T", "fields", "-e", "cflow.srcaddr", "-e", "cflow.srcaddrv6").Output()
		if err != nil {
			t.Fatal(err)
		}
		if n := len(strings.FieldsFunc(string(out), func(r rune) bool { return r == '\t' || r == ',' || r == '\n' })); n != len(rs) {
			t.Errorf("tshark sees %d flows of %d", n, len(rs))
		}
	}
}

func longest(ms [][]byte) (n int) {
	for _, m := range ms {
		n = max(n, len(m))
	}
	return n
}

func writeUDP(t *testing.T, name string, ms [][]byte) {
	t.Helper()
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := pcapgo.NewWriter(f)
	w.WriteFileHeader(65535, layers.LinkTypeRaw)
	for i, m := range ms {
		ip := &layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolUDP, SrcIP: net.IPv4(127, 0, 0, 1), DstIP: net.IPv4(127, 0, 0, 1)}
		u := &layers.UDP{SrcPort: 40000, DstPort: 4739}
		u.SetNetworkLayerForChecksum(ip)
		b := gopacket.NewSerializeBuffer()
		if err := gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, ip, u, gopacket.Payload(m)); err != nil {
			t.Fatal(err)
		}
		w.WritePacket(gopacket.CaptureInfo{Timestamp: time.Unix(int64(i), 0), CaptureLength: len(b.Bytes()), Length: len(b.Bytes())}, b.Bytes())
	}
}

// TestNfcapdReadsEveryFlow: a real collector, over loopback.
func TestNfcapdReadsEveryFlow(t *testing.T) {
	for _, tool := range []string{"nfcapd", "nfdump"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(tool + " is not installed")
		}
	}
	rs := records(t)
	dir := t.TempDir()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := c.LocalAddr().(*net.UDPAddr).Port
	c.Close()
	var said bytes.Buffer
	cmd := exec.Command("nfcapd", "-w", dir, "-b", "127.0.0.1", "-p", fmt.Sprint(port), "-t", "3600", "-y")
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(700 * time.Millisecond)
	sendAll(t, fmt.Sprintf("ipfix://127.0.0.1:%d?rate=2000", port), rs)
	time.Sleep(700 * time.Millisecond)
	cmd.Process.Signal(syscall.SIGTERM)
	cmd.Wait()
	files, _ := filepath.Glob(filepath.Join(dir, "nfcapd.2*"))
	if len(files) != 1 {
		t.Fatalf("nfcapd left %v: %s", files, said.String())
	}
	// -B is not given: bidirectional flows stay as they were sent.
	out, err := exec.Command("nfdump", "-r", files[0], "-q", "-6", "-N", "-o", "fmt:%pr|%sa|%sp|%da|%dp|%pkt|%byt|%opkt|%obyt|%svln").Output()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	n := 0
	for _, l := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		f := strings.Split(l, "|")
		for i := range f {
			f[i] = strings.TrimSpace(f[i])
		}
		got[strings.Join(append(f[1:2], f[3], f[5], f[6], f[7], f[8], f[9]), " ")]++
		n++
	}
	if n != len(rs) {
		t.Fatalf("nfdump reads %d flows of %d: %s", n, len(rs), said.String())
	}
	missing := 0
	for i := range rs {
		r := &rs[i]
		vlan := uint32(0)
		if len(r.VLAN) > 0 {
			vlan = r.VLAN[0]
		}
		k := fmt.Sprint(r.Orig.Addr, " ", r.Resp.Addr, " ", r.Orig.Pkts, " ", r.Orig.Wire, " ", r.Resp.Pkts, " ", r.Resp.Wire, " ", vlan)
		if got[k] == 0 {
			if missing++; missing < 5 {
				t.Errorf("not read back: %s", k)
			}
		}
		got[k]--
	}
	if missing > 0 {
		t.Errorf("%d of %d differ; nfdump says:\n%.600s", missing, len(rs), out)
	}
}

// Live, a collector that does not listen never holds the capture up, and is sent
// templates when it comes.
func TestLiveNeverWaits(t *testing.T) {
	// A port that systems lend to nobody, so that it is still free when the collector comes.
	var l net.Listener
	err := errors.New("not tried")
	for try := 0; err != nil && try < 100; try++ {
		l, err = net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 20_000+rand.IntN(10_000)))
	}
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	e, err := export.Open("ipfix+tcp://"+addr, export.Options{Live: true})
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	for i := range 50_000 {
		if err := e.Write(corpus.Made(uint64(i))); err != nil {
			t.Fatal(err)
		}
	}
	if d := time.Since(start); d > 3*time.Second {
		t.Errorf("50,000 records took %v without a collector", d)
	}
	if l, err = net.Listen("tcp", addr); err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	got := make(chan [][]byte, 1)
	go func() {
		c, err := l.Accept()
		if err == nil {
			got <- messages(t, c)
		}
	}()
	for i := range 30 {
		time.Sleep(100 * time.Millisecond)
		e.Write(corpus.Made(uint64(i)))
		e.Tick()
	}
	e.Close()
	select {
	case ms := <-got:
		if len(ms) < 2 || binary.BigEndian.Uint32(ms[0][8:]) != 0 || binary.BigEndian.Uint16(ms[0][16:]) != 2 {
			t.Errorf("%d messages, the first begins with %x", len(ms), ms[0][:20])
		}
	case <-time.After(5 * time.Second):
		t.Error("the collector that came was sent nothing")
	}
}

// Over TLS only a collector that can prove who it is gets anything.
func TestTLS(t *testing.T) {
	srv := httptest.NewTLSServer(nil) // for its certificate
	defer srv.Close()
	l, err := tls.Listen("tcp", "127.0.0.1:0", srv.TLS)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	got := make(chan [][]byte, 2)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			got <- messages(t, c)
		}
	}()
	right := x509.NewCertPool()
	right.AddCert(srv.Certificate())
	for _, c := range []struct {
		pool *x509.CertPool
		good bool
	}{{x509.NewCertPool(), false}, {right, true}} {
		e, err := export.Open("ipfix+tls://"+l.Addr().String(), export.Options{TLS: func(addr string) (net.Conn, error) { return tls.Dial("tcp", addr, &tls.Config{RootCAs: c.pool}) }})
		if err == nil {
			e.Write(corpus.Made(1))
			err = e.Close()
		}
		if ms := <-got; (err == nil) != c.good || (len(ms) > 0) != c.good {
			t.Errorf("known %v: %d messages, %v", c.good, len(ms), err)
		}
	}
	if _, err := export.Open("ipfix+tls://127.0.0.1:1", export.Options{}); err == nil || !strings.Contains(err.Error(), "portero-fleet") {
		t.Error(err)
	}
	if _, _, err := export.Address("ipfix+tls://127.0.0.1:1"); err == nil {
		t.Error("portero live takes an address that it has no TLS for")
	}
}

func TestNobodyListens(t *testing.T) {
	for _, network := range []string{"udp", "tcp"} {
		addr := ""
		if network == "udp" {
			c, _ := net.ListenPacket("udp", "127.0.0.1:0")
			addr = c.LocalAddr().String()
			c.Close()
		} else {
			l, _ := net.Listen("tcp", "127.0.0.1:0")
			l.Close()
			addr = l.Addr().String()
		}
		scheme := map[string]string{"udp": "ipfix://", "tcp": "ipfix+tcp://"}[network]
		e, err := export.Open(scheme+addr, export.Options{})
		if err == nil {
			e.Write(corpus.Made(1))
			err = e.Close()
		}
		if err == nil || !strings.Contains(err.Error(), "nobody listens") {
			t.Errorf("%s: %v", network, err)
		}
	}
	for _, bad := range []string{"ipfix://", "http://x", "ipfix://h?rat=3", "ipfix://h?rate=x", "ipfix://u:p@h", "syslog://h/x", "ipfix://h:99999999"} {
		if _, err := export.Open(bad, export.Options{}); err == nil {
			t.Errorf("%s was taken", bad)
		}
	}
}

func TestSyslog(t *testing.T) {
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	e, err := export.Open("syslog://"+c.LocalAddr().String()+"?host=sensor-1&facility=4", export.Options{})
	if err != nil {
		t.Fatal(err)
	}
	f := findings.Finding{Kind: "port_scan", Severity: "medium", Basis: "observed", Actor: netip.MustParseAddr("192.0.2.7"), Target: netip.MustParseAddr("192.0.2.1"), Proto: 6, Count: 40, Of: 40,
		Window: time.Minute, First: 1e18, Last: 1e18 + 1, Records: []uint64{1, 2}, Name: `x"]\`}
	for range 2 { // the same twice is sent once
		if err := e.Findings([]findings.Finding{f}); err != nil {
			t.Fatal(err)
		}
	}
	f.Severity = "high"
	e.Findings([]findings.Finding{f})
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 4096)
	for _, pri := range []string{"<36>1 ", "<35>1 "} { // 4*8 + warning, error
		c.SetReadDeadline(time.Now().Add(2 * time.Second))
		n, _, err := c.ReadFrom(b)
		if err != nil {
			t.Fatal(err)
		}
		m := string(b[:n])
		h := strings.SplitN(m, " ", 7)
		if !strings.HasPrefix(m, pri) || len(h) != 7 || h[2] != "sensor-1" || h[3] != "portero" || h[5] != "port_scan" {
			t.Fatalf("%q", m)
		}
		if _, err := time.Parse(time.RFC3339Nano, h[1]); err != nil {
			t.Error(err)
		}
		if !strings.HasPrefix(h[6], `[finding@32473 kind="port_scan"`) || !strings.Contains(h[6], "] \xef\xbb\xbf") || !strings.Contains(h[6], `records="1 2"`) {
			t.Errorf("%q", h[6])
		}
	}
	c.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	if n, _, err := c.ReadFrom(b); err == nil {
		t.Errorf("a third message: %q", b[:n])
	}
}

// counted reads messages of syslog with octet counting (RFC 6587).
func counted(t *testing.T, r io.Reader, got chan<- string) {
	b := bufio.NewReader(r)
	for {
		n := 0
		if _, err := fmt.Fscanf(b, "%d ", &n); err != nil {
			return
		}
		m := make([]byte, n)
		if _, err := io.ReadFull(b, m); err != nil {
			return
		}
		got <- string(m)
	}
}

func finding(port uint16) findings.Finding {
	return findings.Finding{Kind: "scan-ports", Severity: "medium", Basis: "observed", Actor: netip.MustParseAddr("192.0.2.7"), Target: netip.MustParseAddr("192.0.2.1"), Proto: 6, Port: port,
		Count: 40, Of: 40, Window: time.Minute, First: 1e18, Last: 1e18 + 1, Records: []uint64{1, 2}}
}

// Live, findings reach a collector over TCP, and one that was started again too.
func TestLiveSyslogOverTCP(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	got, conns := make(chan string, 16), make(chan net.Conn, 16)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			conns <- c
			go counted(t, c, got)
		}
	}()
	var said []string
	e, err := export.Open("syslog+tcp://"+l.Addr().String()+"?host=sensor-1", export.Options{Live: true, Lang: words.Spanish, Say: func(s string) { said = append(said, s) }})
	if err != nil {
		t.Fatal(err)
	}
	arrived := func(port uint16, within time.Duration) bool {
		select {
		case m := <-got:
			if !strings.Contains(m, fmt.Sprintf(` port="%d"`, port)) || !strings.Contains(m, "puerto") {
				t.Errorf("%q, and port %d was sent, in Spanish", m, port)
			}
			return true
		case <-time.After(within):
			return false
		}
	}
	e.Findings([]findings.Finding{finding(80)})
	if !arrived(80, 5*time.Second) {
		t.Fatal("a finding did not arrive")
	}
	time.Sleep(1100 * time.Millisecond) // a connection is made anew once a second at most
	c := <-conns
	c.(*net.TCPConn).SetLinger(0)
	c.Close()
	time.Sleep(50 * time.Millisecond)
	e.Findings([]findings.Finding{finding(81)})
	if !arrived(81, 5*time.Second) {
		t.Error("a finding after the collector had cut the connection did not arrive")
	}
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	if len(said) != 1 || !strings.HasSuffix(said[0], "2 hallazgos") {
		t.Errorf("said %q", said)
	}
}

// What waits in a message when the collector cuts the connection goes out in the next
// session, and nothing is lost: that it hung up was noticed while there was nothing to send.
func TestRecordsThatWaitOutliveTheConnection(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	sessions := make(chan [][]byte, 4)
	conns := make(chan net.Conn, 4)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			conns <- c
			go func() { sessions <- messages(t, c) }()
		}
	}()
	var said string
	e, err := export.Open("ipfix+tcp://"+l.Addr().String(), export.Options{Live: true, Say: func(s string) { said = s }})
	if err != nil {
		t.Fatal(err)
	}
	first := <-conns
	e.Write(corpus.Made(1)) // the templates of the first session are on their way
	time.Sleep(1100 * time.Millisecond)
	first.(*net.TCPConn).SetLinger(0)
	first.Close()
	<-sessions
	<-conns
	time.Sleep(100 * time.Millisecond) // the session counts as begun
	e.Tick()
	for i := range 3 {
		e.Write(corpus.Made(uint64(2 + i)))
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, m := range <-sessions {
		for b := m[16:]; len(b) > 0; b = b[binary.BigEndian.Uint16(b[2:]):] {
			if binary.BigEndian.Uint16(b) >= 256 {
				n += bytes.Count(b[:binary.BigEndian.Uint16(b[2:])], []byte("1:"))
			}
		}
	}
	if n != 4 || !strings.Contains(said, "4 records") || strings.Contains(said, "LOST") {
		t.Errorf("%d records came in the new session, want 4; said %q", n, said)
	}
}
