package filter

import (
	"testing"

	"golang.org/x/net/bpf"

	"portero/capture"
)

// Match must cost at most 25 ns and nothing on the heap for "tcp port 80" on a
// frame of 100 octets; the time is a benchmark's matter, the heap a test's.
func BenchmarkMatch(b *testing.B) {
	f := tcp4(40000, 80, 100)
	for _, expr := range []string{"tcp port 80", "port 53", "host 10.0.0.2", "tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn"} {
		p, err := mustParse(expr).Compile(ltEthernet, Options{})
		if err != nil {
			b.Fatal(err)
		}
		b.Run(expr, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p.Match(f, len(f))
			}
		})
		b.Run(expr+"/xnet", func(b *testing.B) {
			vm, err := bpf.NewVM(p.Instructions())
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				vm.Run(f)
			}
		})
	}
	m, err := New("tcp port 80", Options{})
	if err != nil {
		b.Fatal(err)
	}
	fr := capture.Frame{Data: f, WireLen: uint32(len(f)), Link: ltEthernet}
	b.Run("Matcher", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			m.Match(&fr)
		}
	})
}

func TestMatchAllocatesNothing(t *testing.T) {
	m, err := New("tcp port 80 or ip[ip[0]&15] = 3 or vlan 5", Options{})
	if err != nil {
		t.Fatal(err)
	}
	data := tcp4(40000, 80, 100)
	fr := capture.Frame{Data: data, WireLen: 100, Link: ltEthernet}
	tagged := fr
	tagged.HasVLAN, tagged.VLAN = true, 5
	raw := capture.Frame{Data: data[14:], WireLen: 86, Link: 101}
	if n := testing.AllocsPerRun(100, func() { m.Match(&fr); m.Match(&tagged); m.Match(&raw) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
