package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// TestNoTimes: simple packet blocks have no times, and no record claims any. Among blocks that have
// them they part nothing.
func TestNoTimes(t *testing.T) {
	name := acted(t, `
		c S 1000
		s SA 5000 1001
		c A 1001 5001
		c PA 1001 5001 100
		s PA 5001 1101 100
		c FA 1101 5101
		s FA 5101 1102
		c A 1102 5102`)
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	le := binary.LittleEndian
	block := func(typ uint32, body ...[]byte) []byte {
		all := bytes.Join(body, nil)
		for len(all)%4 != 0 {
			all = append(all, 0)
		}
		n := uint32(12 + len(all))
		return le.AppendUint32(append(le.AppendUint32(le.AppendUint32(nil, typ), n), all...), n)
	}
	head := append(block(0x0a0d0d0a, []byte{0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255}), block(1, []byte{1, 0, 0, 0, 0, 0, 0, 0})...)
	untimed, mixed := bytes.Clone(head), bytes.Clone(head)
	for i, rest := 0, b[24:]; len(rest) > 0; i++ {
		n := le.Uint32(rest[8:])
		frame := rest[16 : 16+n]
		rest = rest[16+n:]
		simple := block(3, le.AppendUint32(nil, n), frame)
		untimed = append(untimed, simple...)
		if us := 1_764_000_000_000_000 + uint64(i)*1000; i%3 == 1 {
			simple = block(6, le.AppendUint32(nil, 0), le.AppendUint32(nil, uint32(us>>32)), le.AppendUint32(nil, uint32(us)), le.AppendUint32(nil, n), le.AppendUint32(nil, n), frame)
		}
		mixed = append(mixed, simple...)
	}
	for _, x := range []struct {
		what string
		file []byte
		want string
	}{
		{"untimed", untimed, "completed closed 5 3 100 100 [no_times] duration_us=<nil> first=<nil> last=<nil> server_rtt_us=<nil> client_rtt_us=<nil> setup_us=<nil> rtt_min_us=<nil> ttfb_us=<nil> thinking_us=<nil> longest_wait_us=<nil>"},
		{"mixed", mixed, "completed closed 5 3 100 100 <nil> duration_us=6000 first=2025-11-24T16:00:00.001000000Z last=2025-11-24T16:00:00.007000000Z server_rtt_us=0 client_rtt_us=0 setup_us=0 rtt_min_us=3000 ttfb_us=3000 thinking_us=3000 longest_wait_us=3000"},
	} {
		to := filepath.Join(t.TempDir(), "x.pcapng")
		if err := os.WriteFile(to, x.file, 0o600); err != nil {
			t.Fatal(err)
		}
		all := records(t, to)
		r := all[1]
		got := fmt.Sprint(r["handshake"], " ", r["close"], " ", r["orig_pkts"], " ", r["resp_pkts"], " ", r["orig_payload"], " ", r["resp_payload"], " ", r["quality"])
		for _, k := range []string{"duration_us", "first", "last", "server_rtt_us", "client_rtt_us", "setup_us", "rtt_min_us", "ttfb_us", "thinking_us", "longest_wait_us"} {
			got += fmt.Sprint(" ", k, "=", r[k])
		}
		if len(all) != 1 || got != x.want {
			t.Errorf("%s: %d records\n%s\nwant\n%s", x.what, len(all), got, x.want)
		}
		_, out, _ := portero(t, "read", "--format", "csv", "--fields", "first,last,duration_us,quality", to)
		if x.what == "untimed" && out != "first,last,duration_us,quality\r\n,,,no_times\r\n" {
			t.Error(out)
		}
	}
}
