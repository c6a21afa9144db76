package identify

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	xhpack "golang.org/x/net/http2/hpack"
)

func h2Frame(typ, flags byte, body []byte) string {
	b := []byte{byte(len(body) >> 16), byte(len(body) >> 8), byte(len(body)), typ, flags}
	return string(append(binary.BigEndian.AppendUint32(b, 1), body...))
}

func h2Block(fields ...string) []byte {
	var b bytes.Buffer
	e := xhpack.NewEncoder(&b)
	for i := 0; i < len(fields); i += 2 {
		_ = e.WriteField(xhpack.HeaderField{Name: fields[i], Value: fields[i+1]})
	}
	return b.Bytes()
}

// The first request and answer of HTTP/2 are told as those of HTTP/1, however their
// frames are cut.
func TestHTTP2(t *testing.T) {
	settings := h2Frame(4, 0, []byte{0, 3, 0, 0, 0, 100})
	ask := h2Block(":method", "POST", ":scheme", "http", ":path", "/door.Keeper/Open?secret=1", ":authority", "door.example:8080", "content-type", "application/grpc",
		"user-agent", "grpc-go/1.60", "authorization", "Basic YW5uYTpzZWNyZXQ=", "x-odd", "\\ü")
	answer := h2Frame(1, 4, h2Block(":status", "103", "link", "</a>")) + h2Frame(1, 4, h2Block(":status", "301", "server", "envoy", "location", "http://new.example/x", "content-type", "text/html"))
	padded := append(append([]byte{3, 0, 0, 0, 0, 16}, ask...), 0, 0, 0)
	for name, request := range map[string]string{
		"one frame": h2Frame(1, 5, ask),
		"continued": h2Frame(1, 1, ask[:20]) + h2Frame(9, 0, ask[20:41]) + h2Frame(9, 4, ask[41:]),
		"padded":    h2Frame(1, 5|8|32, padded),
	} {
		for _, step := range []int{1, 7, 5000} {
			d := tcpTalk(40123)
			for _, x := range []struct {
				side int
				s    string
			}{{ours, preface + settings + request}, {theirs, settings + answer}} {
				for at := 0; at < len(x.s); at += max(step, len(x.s)/15) {
					d.say(x.side, x.s[at:min(at+max(step, len(x.s)/15), len(x.s))])
				}
			}
			f := d.end()
			if f == nil || f.Protocol != HTTP || f.Version != "2" || f.HTTP == nil {
				t.Fatalf("%s: %+v", name, f)
			}
			w := f.HTTP
			if w.Method != "POST" || w.Host != "door.example:8080" || f.Name != "door.example" || f.NameBy != "http" || f.Software != [2]string{"grpc-go/1.60", "envoy"} {
				t.Errorf("%s by %d: %+v %q %q", name, step, w, f.Name, f.Software)
			}
			if w.Status != 301 || w.Location != "http://new.example" || w.ContentType != "text/html" || w.StatusFrame == 0 {
				t.Errorf("%s by %d: %+v", name, step, w)
			}
			if told := fmt.Sprintf("%+v %+v %+v", *f, *w, f.Login); strings.Contains(told, "secret") || strings.Contains(told, "Keeper") {
				t.Errorf("%s by %d: %s", name, step, told)
			}
			if l := f.Login; l == nil || l.User != "anna" || l.Method != "http basic" || !l.Clear || l.Secret != 6 {
				t.Errorf("%s by %d: %+v", name, step, f.Login)
			}
		}
	}
}

// Huffman's code is the whole of what it must be, beside another's.
func TestHuffman(t *testing.T) {
	var all strings.Builder
	for c := byte(' '); c < 0x7f; c++ {
		if c != '\\' {
			all.WriteByte(c)
		}
	}
	for _, s := range []string{"", "a", "www.example.com", all.String(), "~~~~", "\x00"} {
		if got := huffman(xhpack.AppendHuffmanString(nil, s), make([]byte, 0, 200)); string(got) != s {
			t.Errorf("%q: %q", s, got)
		}
	}
	for _, s := range []string{"\\", "ü", "a\xff"} {
		if got := huffman(xhpack.AppendHuffmanString(nil, s), make([]byte, 0, 200)); got != nil {
			t.Errorf("%q: %q", s, got)
		}
	}
	if got := huffman(xhpack.AppendHuffmanString(nil, "door"), make([]byte, 0, 3)); got != nil {
		t.Errorf("in no room: %q", got)
	}
	if got := huffman([]byte{0x1b}, make([]byte, 0, 9)); got != nil {
		t.Errorf("filled with zeros: %q", got)
	}
}

func FuzzHTTP2(f *testing.F) {
	f.Add([]byte(h2Frame(4, 0, []byte{0, 3, 0, 0, 0, 100}) + h2Frame(1, 4, h2Block(":status", "200", "server", "envoy"))))
	f.Add([]byte(h2Frame(1, 8|32, []byte{3, 0}) + h2Frame(9, 4, []byte{0x82, 0xff, 0xff, 0xff, 0x7f})))
	f.Fuzz(func(_ *testing.T, b []byte) {
		h2Fields(b[:min(len(b), MaxKept)], func(string, []byte) {}, func() bool { return false })
	})
}
