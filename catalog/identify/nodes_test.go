package identify

import (
	"encoding/hex"
	"math/rand/v2"
	"strings"
	"testing"
)

// generator is the point of secp256k1 from which keys are made (SEC 2, section 2.4.1).
var generator = unhex("79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798" + "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8")

func unhex(s string) string {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// discovered is a packet of Ethereum's discovery: its sum, a signature, a kind and a list.
func discovered(body string) string {
	b := strings.Repeat("s", 64) + "\x01" + body
	sum := keccak256([]byte(b))
	return string(sum[:]) + b
}

// The sums that everybody knows: of nothing and of three letters. SHA-3 has others.
func TestKeccak(t *testing.T) {
	for in, want := range map[string]string{
		"":    "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470",
		"abc": "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45",
	} {
		if got := keccak256([]byte(in)); hex.EncodeToString(got[:]) != want {
			t.Errorf("%q: %x", in, got)
		}
	}
}

// TestNodesLookalikes: what is nearly one of these is none.
func TestNodesLookalikes(t *testing.T) {
	zeros := func(n int) string { return strings.Repeat("\x00", n) }
	off := []byte(generator)
	off[63] ^= 1
	ping := []byte(discovered("\x01\xc3\x04\x80\x80"))
	ping[70] ^= 1
	for what, d := range map[string]*dialogue{
		"a point beside the curve":             tcpTalk(30303).say(ours, "\x01\x90\x04"+string(off)+zeros(335)),
		"the point, and a length that is none": tcpTalk(30303).say(ours, "\x00\x90\x04"+generator+zeros(335)),
		"a sum that is not that of the packet": udpTalk(30303).say(ours, string(ping)),
		"a kind that there is not":             udpTalk(30303).say(ours, discovered("\x07\xc0")),
		"a string where the list is":           udpTalk(30303).say(ours, discovered("\x01\x83abc")),
		"an instrument's answer of the caller": tcpTalk(4880).say(ours, "HS\x01\x00\x01\x00\x00\x01"+zeros(8)),
		"a large message of an instrument":     tcpTalk(4880).say(ours, "HS\x00\x00\x01\x00RS\x00\x00\x01"+zeros(5)),
		"a search of another length":           udpTalk(854).say(ours, "DLEP\x00\x01\x00\x04"),
		"items that do not end":                tcpTalk(854).say(ours, "\x00\x01\x00\x08\x00\x05\x00\x08\x00\x00\xea\x60"),
		"other values of ASN.1":                tcpTalk(210).say(ours, "\xb4\x10\x83\x02\x00\xe0\x30\x03\x00\xc1\xa2\x85\x04\x04\x00\x00\x00"),
		"a name that is none":                  tcpTalk(9090).say(ours, "\x80\x01\x00\x01\x00\x00\x00\x04pi ng\x00\x00\x00\x01\x00"),
		"a kind of field that there is not":    tcpTalk(9090).say(ours, "\x80\x01\x00\x01\x00\x00\x00\x04ping\x00\x00\x00\x01\x20"),
		"JSON of another kind":                 tcpTalk(8080).say(ours, `{"version":"2.0","method":"echo"}`+"\n"),
		"its word without a version":           tcpTalk(8080).say(ours, `{"about":"jsonrpc","method":"echo"}`+"\n"),
		"an object, and its word behind it":    tcpTalk(8080).say(ours, `{"a":1}"jsonrpc":"2.0"`+"\n"),
		"version 1":                            tcpTalk(8080).say(ours, `{"jsonrpc":"1.0","method":"echo"}`+"\n"),
		"a greeting of t3 without a size":      tcpTalk(7001).say(ours, "t3 12.2.1\nhello\n"),
		"a size of MQ that is none":            tcpTalk(1414).say(ours, "TSH \x00\x00\x00\x04\x01\x01\x31\x00"+zeros(20)),
		"data of EGD from many":                udpTalk(18246).say(ours, "\x0d\x01\xd4\xf0\xe0\x00\x02\x01"+zeros(40)),
		"EGD on another port":                  udpTalk(18247).say(ours, "\x0d\x01\xd4\xf0\xc0\x00\x02\x01"+zeros(40)),
	} {
		if f := d.end(); f != nil && f.Protocol != None {
			t.Errorf("%s: told as %v", what, f.Protocol)
		}
	}
	if f := tcpTalk(3333).say(ours, `{"id":1,"jsonrpc":"2.0","method":"mining.subscribe"}`+"\n").end(); f == nil || f.Protocol != Stratum {
		t.Errorf("a miner's words in JSON-RPC: %+v", f)
	}
}

// Random octets behind a length that fits have no key on the curve.
func TestRandomKeysAreNone(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, 400)
	for range 2000 {
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		b[0], b[1], b[2] = 1, 0x8e, 4
		if onCurve(b[3:35], b[35:67]) {
			t.Fatalf("%x", b[3:67])
		}
	}
}
