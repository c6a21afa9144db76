package identify

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"flag"
	"math/big"
	"net"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
)

// turn is what one side sent before the other spoke.
type turn struct {
	side int
	data []byte
}

type tap struct {
	net.Conn
	side int
	log  *[]turn
	own  chan struct{} // guards log
}

func (t *tap) Write(b []byte) (int, error) {
	<-t.own
	*t.log = append(*t.log, turn{t.side, bytes.Clone(b)})
	t.own <- struct{}{}
	return t.Conn.Write(b)
}

func selfSigned(t testing.TB, name string, from, to time.Time) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: name, Organization: []string{"Doors"}},
		NotBefore: from, NotAfter: to, DNSNames: []string{name, "www." + name}, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// handshakeLog runs a real handshake and returns what was sent.
func handshakeLog(t testing.TB, version uint16, cert tls.Certificate) []turn {
	t.Helper()
	a, b := net.Pipe()
	var log []turn
	own := make(chan struct{}, 1)
	own <- struct{}{}
	server := tls.Server(&tap{b, theirs, &log, own}, &tls.Config{Certificates: []tls.Certificate{cert}, MaxVersion: version, NextProtos: []string{"h2"}})
	client := tls.Client(&tap{a, ours, &log, own}, &tls.Config{ServerName: "door.example", InsecureSkipVerify: true, NextProtos: []string{"h2", "http/1.1"}})
	done := make(chan error, 1)
	go func() { done <- server.Handshake() }()
	if err := client.Handshake(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	<-own
	return log
}

func TestTLS(t *testing.T) {
	from, to := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), time.Date(2027, 1, 2, 3, 4, 5, 0, time.UTC)
	cert := selfSigned(t, "door.example", from, to)
	for version, name := range map[uint16]string{tls.VersionTLS12: "TLS 1.2", tls.VersionTLS13: "TLS 1.3"} {
		d := tcpTalk(8443)
		for _, u := range handshakeLog(t, version, cert) {
			d.say(u.side, string(u.data))
		}
		f := d.end()
		if f == nil || f.Protocol != TLS || f.Confidence != Exact || f.TLS == nil {
			t.Fatalf("%s: %+v", name, f)
		}
		h := f.TLS
		if f.Name != "door.example" || f.NameBy != "tls" || VersionName(h.Version) != name || VersionName(h.MaxVersion) != "TLS 1.3" || !h.HasCipher ||
			!reflect.DeepEqual(h.Offered, []string{"h2", "http/1.1"}) || len(h.JA4) != 36 || h.JA4[:4] != "t13d" || h.JA4[8:11] != "h2_" {
			t.Errorf("%s: %+v, %s by %s", name, h, f.Name, f.NameBy)
		}
		if version == tls.VersionTLS13 {
			if h.Cert != nil {
				t.Error("a certificate of TLS 1.3 cannot be seen")
			}
			continue
		}
		c := h.Cert
		if h.ALPN != "h2" || c == nil || c.Subject != "door.example" || c.Issuer != "door.example" || !c.SelfSigned || c.NotBefore != from.Unix() || c.NotAfter != to.Unix() ||
			!reflect.DeepEqual(c.Names, []string{"door.example", "www.door.example"}) || c.CA {
			t.Errorf("%s: ALPN %q, certificate %+v", name, h.ALPN, c)
		}
	}
}

// However the octets are cut, repeated and shuffled, the same is told.
func TestSegmentationDoesNotMatter(t *testing.T) {
	cert := selfSigned(t, "door.example", time.Unix(1, 0), time.Unix(2, 0))
	for name, talk := range map[string][]turn{
		"tls":  handshakeLog(t, tls.VersionTLS12, cert),
		"http": {{ours, []byte("GET / HTTP/1.1\r\nHost: door.example\r\nUser-Agent: test\r\n\r\n")}, {theirs, []byte("HTTP/1.1 302 Found\r\nServer: door\r\nLocation: http://door.example:8080/x\r\n\r\n")}},
		"smtp": {{theirs, []byte("220 door ESMTP\r\n")}, {ours, []byte("EHLO me\r\n")}, {theirs, []byte("250 door\r\n")}, {ours, []byte("AUTH PLAIN AGFubmEAc2VjcmV0\r\n")}},
	} {
		whole := tcpTalk(40123)
		for _, u := range talk {
			whole.say(u.side, string(u.data))
		}
		want := plain(whole.end())
		for seed := range 40 {
			r := newRand(seed)
			d := tcpTalk(40123)
			for _, u := range talk {
				type piece struct {
					off int
					b   []byte
				}
				var ps []piece
				for at := 0; at < len(u.data); {
					n := min(1+r.IntN(700), len(u.data)-at)
					if seed%4 == 0 {
						n = min(1+r.IntN(9), len(u.data)-at)
						if at > 24 {
							n = len(u.data) - at
						}
					}
					ps = append(ps, piece{d.next[u.side] + at, u.data[at : at+n]})
					if r.IntN(3) == 0 { // sent again
						ps = append(ps, ps[len(ps)-1])
					}
					at += n
				}
				if seed%2 == 1 && len(ps) < 8 {
					r.Shuffle(len(ps), func(i, j int) { ps[i], ps[j] = ps[j], ps[i] })
				}
				for _, p := range ps {
					d.at(u.side, p.off, p.b)
				}
				d.next[u.side] += len(u.data)
			}
			if got := plain(d.end()); got != want {
				t.Fatalf("%s, seed %d:\n%s\nwhole:\n%s", name, seed, got, want)
			}
		}
	}
}

// A second copy of the octets with other content does not change what was told.
func TestFirstCopyCounts(t *testing.T) {
	d := tcpTalk(40123)
	d.at(ours, 20, []byte("door.example\r\n\r\n"))
	d.at(ours, 20, []byte("evil.example\r\n\r\n"))
	d.at(ours, 0, []byte("GET / HTTP/1.1\r\nHost"))
	d.at(ours, 16, []byte("Host"))
	d.at(ours, 0, []byte("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n"))
	d = tcpTalk(40123)
	d.at(ours, 22, []byte("door.example\r\n\r\n"))
	d.at(ours, 22, []byte("evil.example\r\n\r\n"))
	d.at(ours, 0, []byte("GET / HTTP/1.1\r\nHost: "))
	if f := d.end(); f == nil || f.Name != "door.example" {
		t.Errorf("%+v", f)
	}
}

// The example of the JA4 specification (FoxIO, "JA4: TLS Client Fingerprinting").
func TestJA4(t *testing.T) {
	var j ja4
	for _, c := range []int{0x1a1a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014, 0x009c, 0x009d, 0x002f, 0x0035} {
		j.cipher(c)
	}
	for _, e := range []int{0x2a2a, 0x001b, 0x0000, 0x0033, 0x0010, 0x4469, 0x0017, 0x002d, 0x000d, 0x0005, 0x0023, 0x0012, 0x002b, 0xff01, 0x000b, 0x000a, 0x0015} {
		j.extension(e)
	}
	for _, s := range []int{0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601} {
		j.signature(s)
	}
	if got, want := j.String('t', 0x0304, true, []string{"h2", "http/1.1"}), "t13d1516h2_8daaf6152771_e5627efa2ab1"; got != want {
		t.Errorf("JA4 %s, want %s", got, want)
	}
}

// RFC 9001, appendix A.1, and RFC 9369, appendix A.1.
func TestInitialKeys(t *testing.T) {
	dcid, _ := hex.DecodeString("8394c8f03e515708")
	for _, c := range []struct {
		version        uint32
		client, server string // iv
	}{{1, "fa044b2f42a3fd3b46fb255c", "0ac1493ca1905853b0bba03e"}, {version2, "91f73e2351d8fa91660e909f", "684dd5cbb4ba6a9f0a4dbf1a"}} {
		k := newInitialKeys(c.version, dcid)
		if got := hex.EncodeToString(k.iv[0][:]); got != c.client {
			t.Errorf("version %x: client iv %s, want %s", c.version, got, c.client)
		}
		if got := hex.EncodeToString(k.iv[1][:]); c.version == 1 && got != c.server {
			t.Errorf("version %x: server iv %s, want %s", c.version, got, c.server)
		}
	}
}

// sealInitial protects frames as an Initial of side who.
func sealInitial(k *initialKeys, version uint32, who int, dcid, scid, frames []byte, pn byte, fill int) []byte {
	first := byte(0xc0)
	if version == version2 {
		first = 0xd0
	}
	return sealWith(first, k, version, who, dcid, scid, frames, pn, fill)
}

// sealWith is sealInitial with a first octet of one's own: the bit that is always set may be left out (RFC 9287).
func sealWith(first byte, k *initialKeys, version uint32, who int, dcid, scid, frames []byte, pn byte, fill int) []byte {
	h := append([]byte{first, byte(version >> 24), byte(version >> 16), byte(version >> 8), byte(version), byte(len(dcid))}, dcid...)
	h = append(append(h, byte(len(scid))), scid...)
	if n := fill - (len(h) + 3 + 1 + len(frames) + 16); n > 0 {
		frames = append(bytes.Clone(frames), make([]byte, n)...)
	}
	size := 1 + len(frames) + 16
	h = append(h, 0, byte(0x40|size>>8), byte(size), pn) // no token, length, packet number
	pnAt := len(h) - 1
	nonce := k.iv[who]
	nonce[11] ^= pn
	out := k.aead[who].Seal(bytes.Clone(h), nonce[:], frames, h)
	var mask [16]byte
	k.hp[who].Encrypt(mask[:], out[pnAt+4:pnAt+20])
	out[0] ^= mask[0] & 0x0f
	out[pnAt] ^= mask[1]
	return out
}

func cryptoFrame(off int, data []byte) []byte {
	return append([]byte{6, byte(0x40 | off>>8), byte(off), byte(0x40 | len(data)>>8), byte(len(data))}, data...)
}

// quicHellos are a ClientHello and a ServerHello without their records.
func quicHellos(t testing.TB) (client, server []byte) {
	cert := selfSigned(t, "door.example", time.Unix(1, 0), time.Unix(2, 0))
	for _, u := range handshakeLog(t, tls.VersionTLS13, cert) {
		msgs, _ := handshakes(u.data, make([]byte, 0, maxHello), false)
		switch {
		case u.side == ours && client == nil:
			client = bytes.Clone(msgs)
		case u.side == theirs && server == nil:
			server = bytes.Clone(msgs[:4+be24(msgs[1:])])
		}
	}
	return client, server
}

var quicOut = flag.String("quic", "", "write the QUIC dialogues to this capture")

// writeQUIC writes the dialogues as a capture, one connection each.
func writeQUIC(t *testing.T, talks [][]turn) {
	f, err := os.Create(*quicOut)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := pcapgo.NewWriterNanos(f)
	if err := w.WriteFileHeader(65535, layers.LinkTypeEthernet); err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 24, 13, 0, 0, 0, time.UTC)
	for i, talk := range talks {
		for j, u := range talk {
			eth := &layers.Ethernet{SrcMAC: net.HardwareAddr{2, 0, 0, 0, 0, 1}, DstMAC: net.HardwareAddr{2, 0, 0, 0, 0, 2}, EthernetType: layers.EthernetTypeIPv4}
			ip := &layers.IPv4{Version: 4, TTL: 64, Id: uint16(100*i + j + 1), Protocol: layers.IPProtocolUDP, SrcIP: net.IP{192, 0, 2, 10}, DstIP: net.IP{198, 51, 100, 20}}
			udp := &layers.UDP{SrcPort: layers.UDPPort(50000 + i), DstPort: 443}
			if u.side == theirs {
				ip.SrcIP, ip.DstIP, udp.SrcPort, udp.DstPort = ip.DstIP, ip.SrcIP, udp.DstPort, udp.SrcPort
			}
			_ = udp.SetNetworkLayerForChecksum(ip)
			b := gopacket.NewSerializeBuffer()
			if err := gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, eth, ip, udp, gopacket.Payload(u.data)); err != nil {
				t.Fatal(err)
			}
			at = at.Add(5 * time.Millisecond)
			if err := w.WritePacket(gopacket.CaptureInfo{Timestamp: at, CaptureLength: len(b.Bytes()), Length: len(b.Bytes())}, b.Bytes()); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestQUIC(t *testing.T) {
	var talks [][]turn
	defer func() {
		if *quicOut != "" {
			writeQUIC(t, talks)
		}
	}()
	client, server := quicHellos(t)
	dcid, scid := []byte("firstdst"), []byte("clientid")
	long := func(typ byte, version uint32) string {
		b := []byte{0xc0 | typ<<4, byte(version >> 24), byte(version >> 16), byte(version >> 8), byte(version), 8}
		b = append(append(append(b, scid...), 8), "serverid"...)
		return string(append(b, 0x40, 40)) + string(make([]byte, 40))
	}
	for _, version := range []uint32{1, version2} {
		k := newInitialKeys(version, dcid)
		half := len(client) / 2
		hello1 := string(sealInitial(k, version, 0, dcid, scid, cryptoFrame(half, client[half:]), 0, 1200))
		hello2 := string(sealInitial(k, version, 0, dcid, scid, cryptoFrame(0, client[:half]), 1, 1200))
		reply := string(sealInitial(k, version, 1, scid, []byte("serverid"), append([]byte{2, 0, 0, 0, 0}, cryptoFrame(0, server)...), 0, 1200))
		refuse := string(sealInitial(k, version, 1, scid, []byte("serverid"), []byte{0x1c, 0x41, 0x78, 0, 0}, 0, 0))
		hs := byte(2)
		if version == version2 {
			hs = 3
		}
		handshake := long(hs, version)
		short := "\x45" + string(make([]byte, 40))
		retryType := byte(3)
		if version == version2 {
			retryType = 0
		}
		retried := string(append([]byte{0xc0 | retryType<<4, byte(version >> 24), byte(version >> 16), byte(version >> 8), byte(version), 8}, scid...)) + "\x08newdst.." + string(make([]byte, 40))
		again := newInitialKeys(version, []byte("newdst.."))
		hello3 := string(sealInitial(again, version, 0, []byte("newdst.."), scid, cryptoFrame(0, client[:1000]), 0, 1200))
		hello4 := string(sealInitial(again, version, 0, []byte("newdst.."), scid, cryptoFrame(1000, client[1000:]), 1, 1200))
		negotiate := "\x80\x00\x00\x00\x00\x08clientid\x08firstdst\x00\x00\x00\x01\x6b\x33\x43\xcf"
		for _, c := range []struct {
			name   string
			turns  []turn
			want   QUICVerdict
			frames []uint64
			sni    bool
		}{
			{"lonely", []turn{{ours, []byte(hello1)}, {ours, []byte(hello2)}}, QUICInitialOnly, []uint64{1}, true},
			{"completed", []turn{{ours, []byte(hello1)}, {ours, []byte(hello2)}, {theirs, []byte(reply + handshake)}, {ours, []byte(handshake + short)}, {theirs, []byte(short)}}, QUICCompleted, []uint64{1, 3, 4, 5}, true},
			{"the server's early data", []turn{{ours, []byte(hello1)}, {ours, []byte(hello2)}, {theirs, []byte(reply + handshake + short)}, {theirs, []byte(short)}, {ours, []byte(handshake + short)}, {ours, []byte(short)}}, QUICUnfinished, []uint64{1, 3, 5}, true},
			{"early data, and then done", []turn{{ours, []byte(hello1)}, {ours, []byte(hello2)}, {theirs, []byte(reply + handshake + short)}, {ours, []byte(handshake + short)}, {theirs, []byte(short)}}, QUICCompleted, []uint64{1, 3, 4, 5}, true},
			{"turned away behind the client's handshake", []turn{{ours, []byte(hello1)}, {ours, []byte(hello2)}, {theirs, []byte(reply + handshake)}, {ours, []byte(handshake + short)}, {theirs, []byte(handshake + short)}}, QUICUnfinished, []uint64{1, 3, 4, 5}, true},
			{"done before the client sends anything", []turn{{ours, []byte(hello1)}, {ours, []byte(hello2)}, {theirs, []byte(reply + handshake)}, {ours, []byte(handshake)}, {theirs, []byte(short)}, {ours, []byte(short)}}, QUICCompleted, []uint64{1, 3, 4, 5, 6}, true},
			{"the server's handshake missed", []turn{{ours, []byte(hello1)}, {ours, []byte(hello2)}, {ours, []byte(short)}, {theirs, []byte(short)}}, QUICCompleted, []uint64{1, 3, 4}, true},
			{"answered only", []turn{{ours, []byte(hello1)}, {ours, []byte(hello2)}, {theirs, []byte(reply + handshake)}}, QUICUnfinished, []uint64{1, 3}, true},
			{"refused", []turn{{ours, []byte(hello1)}, {ours, []byte(hello2)}, {theirs, []byte(refuse)}}, QUICClosed, []uint64{1, 3}, true},
			{"retry and no more", []turn{{ours, []byte(hello1)}, {theirs, []byte(retried)}}, QUICRetried, []uint64{1, 2}, false},
			{"retry", []turn{{ours, []byte(hello1)}, {theirs, []byte(retried)}, {ours, []byte(hello3)}, {ours, []byte(hello4)}}, QUICRetried, []uint64{1, 2}, true},
			{"retry, captured before what it answers", []turn{{theirs, []byte(retried)}, {ours, []byte(hello1)}, {ours, []byte(hello3)}, {ours, []byte(hello4)}}, QUICRetried, []uint64{1, 2}, true},
			{"retry to the end", []turn{{ours, []byte(hello1)}, {theirs, []byte(retried)}, {ours, []byte(hello3)}, {ours, []byte(hello4)}, {theirs, []byte(handshake)}, {ours, []byte(handshake + short)}, {theirs, []byte(short)}}, QUICCompleted, []uint64{1, 2, 5, 6, 7}, true},
			{"other ids on the way", []turn{{ours, []byte(hello1)}, {ours, []byte(hello2)}, {theirs, []byte(reply + handshake)}, {ours, []byte(handshake + short)}, {theirs, []byte("\x52otherid!" + short)}, {ours, []byte("\x61another!" + short)}}, QUICCompleted, []uint64{1, 3, 4, 5}, true},
			{"other versions", []turn{{ours, []byte(hello1)}, {theirs, []byte(negotiate)}}, QUICNegotiated, []uint64{1, 2}, false},
		} {
			talks = append(talks, c.turns)
			d := udpTalk(443)
			for _, u := range c.turns {
				d.say(u.side, string(u.data))
			}
			f := d.end()
			if f == nil || f.Protocol != QUIC || f.QUIC == nil {
				t.Errorf("v%x %s: %+v", version, c.name, f)
				continue
			}
			if f.QUIC.Verdict != c.want || !reflect.DeepEqual(f.QUIC.Frames, c.frames) || f.QUIC.Version != version {
				t.Errorf("v%x %s: %s, frames %v, version %x; want %s, %v", version, c.name, f.QUIC.Verdict, f.QUIC.Frames, f.QUIC.Version, c.want, c.frames)
			}
			if c.sni && (f.Name != "door.example" || f.NameBy != "quic" || f.Confidence != Exact || f.TLS.JA4[0] != 'q') {
				t.Errorf("v%x %s: name %q, %+v", version, c.name, f.Name, f.TLS)
			}
		}
	}
}

// A server may go on in another version that the client's hello fits (RFC 9368, section 2.3;
// RFC 9369, section 4.1). The keys of its packets follow from that version and from the id
// that the client chose first.
func TestQUICGoesOnInAnotherVersion(t *testing.T) {
	client, server := quicHellos(t)
	dcid, scid, sid := []byte("firstdst"), []byte("clientid"), []byte("serverid")
	short := "\x45" + string(make([]byte, 40))
	for _, c := range []struct{ from, to uint32 }{{1, version2}, {version2, 1}, {0xff00001d, 1}} {
		first, then := newInitialKeys(c.from, dcid), newInitialKeys(c.to, dcid)
		half := len(client) / 2
		turns := []turn{
			{ours, sealInitial(first, c.from, 0, dcid, scid, cryptoFrame(0, client[:half]), 0, 1200)},
			{ours, sealInitial(first, c.from, 0, dcid, scid, cryptoFrame(half, client[half:]), 1, 1200)},
			{theirs, sealInitial(first, c.from, 1, scid, sid, []byte{2, 0, 0, 0, 0}, 0, 1200)}, // it may acknowledge first
			{theirs, sealInitial(then, c.to, 1, scid, sid, append([]byte{2, 0, 0, 0, 0}, cryptoFrame(0, server)...), 1, 1200)},
		}
		late := []turn{turns[0], turns[3], turns[1]} // captured in another order
		d := udpTalk(443)
		for _, u := range late {
			d.say(u.side, string(u.data))
		}
		if f := d.end(); f == nil || f.Name != "door.example" || f.TLS == nil || f.TLS.ReplyFrame != 2 {
			t.Errorf("%x to %x, out of order: %+v", c.from, c.to, f)
		}
		for name, more := range map[string][]turn{
			"completed": {{ours, append(sealInitial(then, c.to, 0, sid, scid, []byte{2, 1, 0, 0, 0}, 2, 0), short...)}, {theirs, []byte(short)}},
			"closed":    {{ours, sealInitial(then, c.to, 0, sid, scid, []byte{0x1c, 0x41, 0x78, 0, 0}, 2, 0)}},
		} {
			d := udpTalk(443)
			for _, u := range append(turns[:len(turns):len(turns)], more...) {
				d.say(u.side, string(u.data))
			}
			f := d.end()
			if f == nil || f.QUIC == nil || f.QUIC.Verdict.String() != name || f.Name != "door.example" || f.TLS == nil || f.TLS.ReplyFrame != 4 || !f.TLS.HasCipher || f.QUIC.Version != c.to {
				t.Errorf("%x to %x, %s: %+v %+v", c.from, c.to, name, f.QUIC, f.TLS)
			}
		}
	}
}

// TestQUICSecondFirst: a server's answer that was captured before the hello makes no client of it, and who asks is told.
func TestQUICSecondFirst(t *testing.T) {
	client, server := quicHellos(t)
	dcid, scid, sid := []byte("firstdst"), []byte("clientid"), []byte("serverid")
	keys := newInitialKeys(1, dcid)
	hello := turn{ours, sealInitial(keys, 1, 0, dcid, scid, cryptoFrame(0, client), 0, 1200)}
	reply := turn{theirs, sealInitial(keys, 1, 1, scid, sid, append([]byte{2, 0, 0, 0, 0}, cryptoFrame(0, server)...), 0, 1200)}
	then := newInitialKeys(version2, dcid)
	other := turn{theirs, sealInitial(then, version2, 1, scid, sid, append([]byte{2, 0, 0, 0, 0}, cryptoFrame(0, server)...), 0, 1200)}
	greased := turn{theirs, sealWith(0x80, keys, 1, 1, scid, sid, append([]byte{2, 0, 0, 0, 0}, cryptoFrame(0, server)...), 0, 1200)}
	for name, turns := range map[string][]turn{"as sent": {hello, reply}, "the answer first": {reply, hello}, "the answer first, in another version": {other, hello}, "without the bit": {hello, greased}} {
		for _, port := range []uint16{4433, 443} { // one that says nothing of who serves, and one that does
			d := udpTalk(port)
			for _, u := range turns {
				d.say(u.side, string(u.data))
			}
			note := d.note
			side, frame, ok := d.x.Asked(note)
			f := d.end()
			if f.TLS == nil || f.TLS.Version != 0x0304 || !f.TLS.HasCipher || f.TLS.HelloFrame == f.TLS.ReplyFrame {
				t.Errorf("%d, %s: %+v", port, name, f.TLS)
			}
			if !ok || side != ours || f.Client != ours || f.Name != "door.example" || f.QUIC.Verdict != QUICUnfinished || f.Frames[ours] != frame {
				t.Errorf("%d, %s: %v %d %v, %+v %+v", port, name, side, frame, ok, f, f.QUIC)
			}
		}
	}
	// What both sent under the last keys is theirs also where the hello comes last.
	long := "\xe0\x00\x00\x00\x01\x08clientid\x08serverid\x40\x28" + string(make([]byte, 40))
	short := "\x45" + string(make([]byte, 40))
	d := udpTalk(4433).say(theirs, string(reply.data)).say(ours, long+short).say(theirs, short).say(ours, string(hello.data))
	if f := d.end(); f.Client != ours || f.QUIC.Verdict != QUICCompleted || !reflect.DeepEqual(f.QUIC.Frames, []uint64{1, 2, 3, 4}) {
		t.Errorf("the hello last: %+v %+v", f, f.QUIC)
	}
}

// TestQUICOfTheServerAlone: where nothing of the client was captured, the port says that an Initial is no client's; on a port of
// nobody's it may be.
func TestQUICOfTheServerAlone(t *testing.T) {
	_, server := quicHellos(t)
	reply := sealInitial(newInitialKeys(1, []byte("firstdst")), 1, 1, []byte("clientid"), []byte("serverid"), append([]byte{2, 0, 0, 0, 0}, cryptoFrame(0, server)...), 0, 1200)
	for port, want := range map[uint16]QUICVerdict{443: QUICUnfinished, 4433: QUICInitialOnly} {
		d := udpTalk(port)
		d.say(theirs, string(reply))
		if f := d.end(); f == nil || f.QUIC == nil || f.QUIC.Verdict != want {
			t.Errorf("from port %d: %+v, want %s", port, f, want)
		}
	}
}

// TestQUICOfNoVersion: who offers a version that is none, to make the server name its own, takes the keys of one that it speaks.
func TestQUICOfNoVersion(t *testing.T) {
	client, _ := quicHellos(t)
	dcid, scid := []byte("firstdst"), []byte("clientid")
	for _, like := range []uint32{1, 0xff00001d, version2} {
		const none = 0x1a2a3a4a
		f := udpTalk(elsewhere).say(ours, string(sealInitial(newInitialKeys(like, dcid), none, 0, dcid, scid, cryptoFrame(0, client), 0, 1200))).end()
		want := "door.example"
		if like == version2 { // whose labels are others, too
			want = ""
		}
		if f == nil || f.Name != want || f.QUIC.Version != none {
			t.Errorf("like %x: %+v", like, f)
		}
	}
}

// TestServerHelloAlone: a connection whose client was not captured, and hellos of the drafts of TLS 1.3 (RFC 8446 is draft 28;
// until draft 21 the version stood where that of TLS 1.2 does, and there was no session).
func TestServerHelloAlone(t *testing.T) {
	random := strings.Repeat("r", 32)
	for _, c := range []struct {
		what, body, version string
		cipher              uint16
	}{
		{"TLS 1.2", "\x03\x03" + random + "\x00\xc0\x2f\x00", "TLS 1.2", 0xc02f},
		{"TLS 1.3", "\x03\x03" + random + "\x00\x13\x01\x00\x00\x06\x00\x2b\x00\x02\x03\x04", "TLS 1.3", 0x1301},
		{"draft 14", "\x03\x04" + random + "\xc0\x2b\x00\x04\x00\x28\x00\x00", "TLS 1.3", 0xc02b},
		{"draft 18", "\x7f\x12" + random + "\x13\x01\x00\x04\x00\x28\x00\x00", "TLS 1.3", 0x1301},
		{"draft 23", "\x03\x03" + random + "\x00\x13\x02\x00\x00\x06\x00\x2b\x00\x02\x7f\x17", "TLS 1.3", 0x1302},
		{"Facebook's draft 26", "\x03\x03" + random + "\x00\x13\x02\x00\x00\x06\x00\x2b\x00\x02\xfb\x1a", "TLS 1.3", 0x1302},
	} {
		hello := tlsRecord(recordHandshake, tlsMessage(serverHello, c.body))
		for _, blind := range []bool{true, false} {
			d := tcpTalk(elsewhere)
			if d.blind = blind; !blind {
				d.say(ours, tlsRecord(recordHandshake, tlsMessage(clientHello, "\x03\x03"+random+"\x00\x00\x02\xc0\x2f\x01\x00")))
			} else if c.body[0] != 3 {
				continue // nothing says whose it is
			}
			f := d.say(theirs, hello).end()
			if f == nil || f.TLS == nil || VersionName(f.TLS.Version) != c.version || f.TLS.Cipher != c.cipher || f.Client != ours {
				t.Errorf("%s, blind %v: %+v", c.what, blind, f)
			}
		}
	}
}

// TestQUICHelloSentAgain: where a version was refused, what counts is the hello in the one that the server named.
func TestQUICHelloSentAgain(t *testing.T) {
	client, server := quicHellos(t)
	refused := bytes.Replace(client, []byte("door.example"), []byte("gate.example"), 1)
	dcid, scid, sid, none := []byte("firstdst"), []byte("clientid"), []byte("serverid"), uint32(0x1a2a3a4a)
	like, then := newInitialKeys(1, dcid), newInitialKeys(1, []byte("otherdst"))
	d := udpTalk(443).say(ours, string(sealInitial(like, none, 0, dcid, scid, cryptoFrame(0, refused), 0, 1200)))
	d.say(theirs, "\x80\x00\x00\x00\x00\x08clientid\x08firstdst\x00\x00\x00\x01\x6b\x33\x43\xcf")
	d.say(ours, string(sealInitial(then, 1, 0, []byte("otherdst"), scid, cryptoFrame(0, client), 0, 1200)))
	d.say(theirs, string(sealInitial(then, 1, 1, scid, sid, append([]byte{2, 0, 0, 0, 0}, cryptoFrame(0, server)...), 0, 1200)))
	f := d.end()
	if f == nil || f.Name != "door.example" || f.TLS == nil || f.TLS.HelloFrame != 3 || f.TLS.ReplyFrame != 4 || f.TLS.Version != 0x0304 || f.QUIC.Version != 1 || !f.QUIC.Versions {
		t.Errorf("%+v %+v", f, f.TLS)
	}
}
