package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"portero/capture"
	"portero/capture/pcapfile"
)

// wrapped is inner, an IP packet of which wire octets were sent, in an outer packet of IPv4: what proto says, with more in front.
func wrapped(proto byte, front, inner []byte, wire int) []byte {
	b := []byte{2, 0, 0, 0, 0, 0x11, 2, 0, 0, 0, 0, 0x12, 8, 0, 0x45, 0, 0, 0, 0, 7, 0, 0, 60, proto, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2}
	binary.BigEndian.PutUint16(b[16:], uint16(20+len(front)+wire))
	sum := uint32(0)
	for i := 14; i < 34; i += 2 {
		sum += uint32(binary.BigEndian.Uint16(b[i:]))
	}
	sum = sum&0xffff + sum>>16
	binary.BigEndian.PutUint16(b[24:], ^uint16(sum+sum>>16))
	return append(append(b, front...), inner...)
}

// datagram is the header of UDP for n octets.
func datagram(from, to uint16, n int) []byte {
	b := binary.BigEndian.AppendUint16(nil, from)
	b = binary.BigEndian.AppendUint16(b, to)
	return append(binary.BigEndian.AppendUint16(b, uint16(8+n)), 0, 0)
}

// retellings are ways in which the same may be captured.
var retellings = []struct {
	name  string
	plain bool // of Ethernet frames with IP alone
	// tell gives what stands for frame i.
	tell func(i int, f capture.Frame) []capture.Frame
	// but are keys, beside frames and what a link adds, that differ.
	but []string
}{
	{"twice", false, func(_ int, f capture.Frame) []capture.Frame {
		g := f
		g.Time += 5000
		return []capture.Frame{f, g}
	}, []string{"duplicates", "quality", "duration_us", "last", "ttfb_us", "completeness"}},
	{"a year later", false, func(_ int, f capture.Frame) []capture.Frame {
		f.Time += 365 * 86400e9
		return []capture.Frame{f}
	}, []string{"first", "last"}},
	{"with a tag", true, func(_ int, f capture.Frame) []capture.Frame {
		return []capture.Frame{with(f, slices.Concat(f.Data[:12], []byte{0x81, 0, 0, 5}, f.Data[12:]))}
	}, nil},
	{"in VXLAN", true, func(_ int, f capture.Frame) []capture.Frame {
		front := append(datagram(50000, 4789, 8+int(f.WireLen)), 8, 0, 0, 0, 0, 0, 42, 0)
		return []capture.Frame{with(f, wrapped(17, front, f.Data, int(f.WireLen)))}
	}, nil},
	{"in GTP", true, func(_ int, f capture.Frame) []capture.Frame {
		n := int(f.WireLen) - 14
		front := append(datagram(2152, 2152, 8+n), 0x30, 0xff, byte(n>>8), byte(n), 0, 0, 0, 9)
		return []capture.Frame{with(f, wrapped(17, front, f.Data[14:], n))}
	}, nil},
	{"among others", true, func(i int, f capture.Frame) []capture.Frame {
		talk := append(datagram(uint16(20000+i%30000), 9999, 8), byte(i>>16), byte(i>>8), byte(i), 0, 1, 2, 3, 4)
		g := with(f, wrapped(17, talk, nil, 0))
		g.WireLen, g.Time = uint32(len(g.Data)), f.Time+500
		return []capture.Frame{f, g}
	}, []string{"end_reason"}},
}

// with is f with other octets, of which as many were sent more than f.
func with(f capture.Frame, data []byte) capture.Frame {
	f.WireLen += uint32(len(data) - len(f.Data))
	f.Data = data
	return f
}

// retoldOf are the records of a capture, without what a link or the place in the capture adds. Who speaks beside is left out.
func retoldOf(t *testing.T, name string) []map[string]any {
	t.Helper()
	_, out, _ := portero(t, "read", "--format", "ndjson", "--threads", "1", "-q", name)
	var all []map[string]any
	for line := range strings.Lines(out) {
		r := map[string]any{}
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		if r["resp_port"] == 9999.0 || r["orig_port"] == 9999.0 {
			continue
		}
		maps.DeleteFunc(r, func(k string, _ any) bool {
			return strings.HasSuffix(k, "_frame") || strings.HasSuffix(k, "_frames") || slices.Contains(
				[]string{"id", "vlan", "tunnel", "tunnel_ends", "orig_mac", "resp_mac", "orig_wire_bytes", "resp_wire_bytes", "reuses", "risks"}, k)
		})
		all = append(all, r)
	}
	return all
}

// TestRetold: a connection is told as the same however it was captured: every frame twice, in a tunnel, beside others.
func TestRetold(t *testing.T) {
	t.Parallel()
	ran := map[string]int{}
	err := filepath.WalkDir(filepath.Join("..", "..", "testdata"), func(name string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.Contains(filepath.Ext(name), ".pcap") {
			return err
		}
		if info, err := os.Stat(name); err != nil || info.Size() > 50_000 {
			return err
		}
		set, err := pcapfile.OpenAll([]string{name}, pcapfile.Options{})
		if err != nil {
			return err
		}
		defer set.Close()
		var fs []capture.Frame
		plain, taps := true, false
		for {
			var b capture.Block
			if err := set.Next(&b); err != nil {
				break
			}
			for _, f := range b.Frames {
				fs = append(fs, f)
				ip := len(f.Data) >= 34 && f.Link == capture.LinkEthernet && (f.Data[12] == 8 && f.Data[13] == 0 || f.Data[12] == 0x86 && f.Data[13] == 0xdd)
				plain, taps = plain && ip, taps || f.Iface != 0 || f.Link == capture.LinkSLL2
			}
		}
		want := retoldOf(t, name)
		for _, way := range retellings {
			// Which of several interfaces saw a packet twice, one cannot tell.
			if way.plain && !plain || way.name == "twice" && taps {
				continue
			}
			var out bytes.Buffer
			w, err := pcapfile.NewWriter(&out, pcapfile.WriterOptions{})
			if err != nil {
				return err
			}
			for i, f := range fs {
				for _, g := range way.tell(i, f) {
					if err := w.Write(&g, ""); err != nil {
						return err
					}
				}
			}
			file := filepath.Join(t.TempDir(), "in.pcapng")
			if err := os.WriteFile(file, out.Bytes(), 0o600); err != nil {
				return err
			}
			got := retoldOf(t, file)
			if len(got) != len(want) {
				t.Errorf("%s, %s: %d records, want %d", name, way.name, len(got), len(want))
				continue
			}
			for i := range want {
				keys := maps.Clone(want[i])
				maps.Copy(keys, got[i])
				for k := range keys {
					if v, w := got[i][k], want[i][k]; !slices.Contains(way.but, k) && fmt.Sprint(v) != fmt.Sprint(w) {
						t.Errorf("%s, %s, record %d: %s is %v, want %v", name, way.name, i, k, v, w)
					}
				}
			}
			ran[way.name]++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, way := range retellings {
		if ran[way.name] < 30 {
			t.Errorf("%s: only %d captures", way.name, ran[way.name])
		}
	}
}
