package main

import (
	"encoding/binary"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/gopacket/layers"
)

// TestMistimed: a fraction of a second that cannot be is told, with the byte where it lies, and parts no connection.
func TestMistimed(t *testing.T) {
	name := acted(t, `
		c S 1000
		s SA 5000 1001
		c A 1001 5001
		c PA 1001 5001 100
		s A 5001 1101`)
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	at := 24 + 2*(16+60) // of the third frame
	binary.LittleEndian.PutUint32(b[at+4:], 1<<31)
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
	all := records(t, name)
	if r := all[1]; len(all) != 1 || r["handshake"] != "completed" || fmt.Sprint(r["orig_payload"]) != "100" {
		t.Error(all)
	}
	for _, x := range []struct {
		args []string
		want string
	}{
		{nil, "a frame has a fraction of a second that cannot be at byte 176 (first: frame 3): of these times only the second counts"},
		{[]string{"--lang", "es"}, "una trama tiene una fracción de segundo imposible en el octeto 176 (la primera: trama 3): de esas horas solo cuenta el segundo"},
		{[]string{"-c", "4"}, "frames have a fraction of a second that cannot be from byte 176 on (first: frame 3)"},
		{[]string{"-c", "2"}, ""},
	} {
		code, out, errs := portero(t, append([]string{"read", name}, x.args...)...)
		if got := strings.Join(strings.Fields(out), " "); code != 0 || errs != "" || !strings.Contains(got, x.want) || x.want == "" && strings.Contains(got, "fraction") {
			t.Errorf("%q: %d, %s\n%s\nwant %s", x.args, code, errs, got, x.want)
		}
	}
}

// TestMistimedMeasures: nothing is measured from a frame whose time cannot be, and all else as ever, in a file and merged from two.
func TestMistimedMeasures(t *testing.T) {
	const keys = "server_rtt_us,client_rtt_us,setup_us,rtt_min_us,ttfb_us,thinking_us,longest_wait_us"
	for _, x := range []struct {
		frame int
		want  string
	}{
		{0, "10000,10000,20000,10000,10000,0,10000"},
		{1, ",10000,,10000,10000,0,10000"},
		{2, ",,20000,10000,10000,0,10000"},
		{3, "10000,,,,,,"},
		{4, "10000,10000,20000,,,,"},
	} {
		name := acted(t, `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s PA 5001 1101 100`)
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for at, n := 24, 1; at < len(b); n++ {
			if n == x.frame {
				binary.LittleEndian.PutUint32(b[at+4:], 1<<31)
			}
			at += 16 + int(binary.LittleEndian.Uint32(b[at+8:]))
		}
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
		other := acted(t, `
			c S 9000 0 0 v7`)
		for _, names := range [][]string{{name}, {name, other}} {
			code, out, errs := portero(t, append([]string{"read", "--format", "csv", "--fields", keys, "--where", "handshake == completed"}, names...)...)
			if got := strings.TrimSpace(strings.TrimPrefix(out, keys)); code != 0 || got != x.want {
				t.Errorf("frame %d of %d files: %s\nwant %s\n%s", x.frame, len(names), got, x.want, errs)
			}
		}
	}
}

// TestMistimedOfWhom: what cannot be measured is of the connection that the frame was of, not of who had its ports, or its place in
// memory, after it.
func TestMistimedOfWhom(t *testing.T) {
	const one = `
		c S 1000
		s SA 5000 1001
		c A 1001 5001
		c RA 1001 5001`
	const two = ` c S 900007
		s SA 700007 900008
		c A 900008 700008`
	const keys = "id,server_rtt_us,client_rtt_us,reuse_after_us"
	for _, x := range []struct {
		what, packets string
		frame         int
		want          string
	}{
		{"at once", one + "\n" + two, 2, "1,,, 2,10000,10000,10000"},
		{"after it was forgotten", one + "\n+300000" + two, 2, "1,,, 2,10000,10000,300000000"},
		{"its place in memory taken again", one + "\n+300000" + two + "\n c RA 900008 700008\n+300000" + strings.ReplaceAll(two, "0000", "1000"), 2, "1,,, 2,10000,10000,300000000 3,10000,10000,300000000"},
		{"the first of the later one", one + "\n" + two, 5, "1,10000,10000, 2,,10000,"},
	} {
		name := acted(t, x.packets)
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for at, n := 24, 1; at < len(b); n++ {
			if n == x.frame {
				binary.LittleEndian.PutUint32(b[at+4:], 1<<31)
			}
			at += 16 + int(binary.LittleEndian.Uint32(b[at+8:]))
		}
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
		_, out, _ := portero(t, "read", "--format", "csv", "--fields", keys, name)
		if got := strings.Join(strings.Fields(strings.TrimPrefix(out, keys)), " "); got != x.want {
			t.Errorf("%s: %s\nwant %s", x.what, got, x.want)
		}
	}
}

// TestWildTime: one frame that is hours too early is no time that passed, and parts no handshake; where the clock was set back for good, silence parts as ever.
func TestWildTime(t *testing.T) {
	shift := func(s string, from, frames int, by int32) string {
		name := acted(t, s)
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		at := 24
		for n := 1; at < len(b); n++ {
			if n >= from && n < from+frames {
				binary.LittleEndian.PutUint32(b[at:], binary.LittleEndian.Uint32(b[at:])+uint32(by))
			}
			at += 16 + int(binary.LittleEndian.Uint32(b[at+8:]))
		}
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	tcp := `
		c S 1000
		s SA 5000 1001
		c A 1001 5001
		c PA 1001 5001 100
		s A 5001 1101`
	for _, at := range []int{2, 3} {
		for _, by := range []int32{-65536, -200} {
			if all := records(t, shift(tcp, at, 1, by)); len(all) != 1 || all[1]["handshake"] != "completed" {
				t.Errorf("frame %d by %d s: %v", at, by, all)
			}
		}
	}
	// Nothing is measured from one that is hours too late either, and it ends nothing.
	for at, want := range map[int]string{
		2: "completed,,,20000,10000", 3: "completed,10000,,,", 4: "completed,10000,10000,20000,", // and of the last, 5, nothing tells whether time passed
	} {
		for _, by := range []int32{200, 7200, 65536} {
			name := shift(tcp, at, 1, by)
			const keys = "handshake,server_rtt_us,client_rtt_us,setup_us,rtt_min_us"
			_, out, _ := portero(t, "read", "--format", "csv", "--fields", keys, name)
			if got := strings.TrimSpace(strings.TrimPrefix(out, keys)); got != want {
				t.Errorf("frame %d by %d s: %q, want %q", at, by, got, want)
			}
		}
	}
	for _, by := range []int32{200, 7200} {
		if all := records(t, shift(tcp+"\n+10 c A 1101 5001", 2, 1, by)); len(all) != 1 || fmt.Sprint(all[1]["resp_pkts"]) != "2" {
			t.Errorf("the answer, by %d s: %v", by, all)
		}
	}
	late := `
		c S 1000
		+200000 c S 1000
		+10 c S 1000`
	if all := records(t, shift(late, 9, 0, 0)); len(all) != 2 {
		t.Errorf("time passed: %v", all)
	}
	silent := `
		c S 1000
		+1000 c S 1000
		+1000 c S 1000
		+200000 c S 1000`
	if all := records(t, shift(silent, 2, 3, -3600)); len(all) != 2 {
		t.Errorf("set back for good: %v", all)
	}
}

// TestWildError: an ICMP error that is stamped hours too late is of the attempt that it quotes, which had not ended by then.
func TestWildError(t *testing.T) {
	name := filepath.Join(t.TempDir(), "in.pcap")
	w := newWire(t, name)
	c, s := end{net.IPv4(192, 0, 2, 1).To4(), 40000}, end{net.IPv4(192, 0, 2, 2).To4(), 80}
	w.tcp(c, s, "S", 1000, 0, nil)
	quote := []byte{0x45, 0, 0, 40, 0, 1, 0, 0, 64, 6, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2, 0x9c, 0x40, 0, 80, 0, 0, 3, 0xe8}
	at := w.at
	w.at = at.Add(2 * time.Hour)
	w.send(end{net.IPv4(192, 0, 2, 254).To4(), 0}, c, layers.IPProtocolICMPv4, &layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(layers.ICMPv4TypeDestinationUnreachable, layers.ICMPv4CodeCommAdminProhibited)}, quote)
	w.at = at.Add(10 * time.Millisecond)
	w.tcp(c, s, "S", 1000, 0, nil)
	w.close()
	if all := records(t, name); len(all) != 1 || all[1]["handshake"] != "filtered" || fmt.Sprint(all[1]["orig_pkts"]) != "2" {
		t.Errorf("%v", all)
	}
}
