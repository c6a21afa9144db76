package ndjson_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"
	"unicode/utf8"

	"portero/internal/record"
	"portero/internal/view/ndjson"
	"portero/internal/view/safe"
)

// texts are every character and every octet that is none, alone and among letters.
func texts(f func(s string)) {
	for r := rune(0); r <= utf8.MaxRune; r++ {
		if utf8.ValidRune(r) && (r < 0x3100 || r >= 0xd700 && r < 0x10100 || r%97 == 0) {
			f(string(r))
			f("a" + string(r) + "b")
		}
	}
	for c := 0x80; c < 0x100; c++ {
		f(string([]byte{byte(c)}))
		f(string([]byte{'a', byte(c), 'b'}))
	}
	for _, s := range []string{"", "plain", "\xe2\x82", "é\xc3", "\xed\xa0\x80", "a\ufffdb", "<b>&\"\\\r\n\t\x7f\u2028"} {
		f(s)
	}
}

// TestText: a text comes back from JSON as it was, but for octets that are no UTF-8, and sends a
// terminal nothing.
func TestText(t *testing.T) {
	all := record.Schema()
	i := slices.IndexFunc(all, func(f record.Field) bool { return f.Name == "server_name" })
	line := ndjson.New(nil, all[i:i+1], false)
	texts(func(s string) {
		out := [][]byte{ndjson.AppendText(nil, s)}
		if s != "" { // absent otherwise
			whole := line.Append(nil, &record.Record{ServerName: s})
			out = append(out, bytes.TrimSuffix(bytes.TrimPrefix(whole, []byte(`{"server_name":`)), []byte("}")))
		}
		for _, b := range out {
			var back string
			if err := json.Unmarshal(b, &back); err != nil || back != string([]rune(s)) {
				t.Errorf("%q became %s", s, b)
			}
			for _, c := range string(b) {
				if c < 32 || safe.Hidden(c) {
					t.Errorf("%q: %U is sent in %q", s, c, b)
				}
			}
		}
	})
}
