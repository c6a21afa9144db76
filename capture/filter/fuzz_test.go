package filter

import (
	"errors"
	"testing"

	"golang.org/x/net/bpf"

	"portero/capture"
)

// checkCode holds what run and the kernel rely on: jumps lead forward and stay
// inside, and the last instruction returns.
func checkCode(t testing.TB, expr string, code []ins) {
	t.Helper()
	if len(code) == 0 || len(code) > maxProgram || code[len(code)-1].op != opRet {
		t.Fatalf("%q: bad length or end of %d instructions", expr, len(code))
	}
	for i, n := range code {
		if n.op < opJa {
			continue
		}
		if int(n.jt) <= i || int(n.jt) >= len(code) || n.op != opJa && (int(n.jf) <= i || int(n.jf) >= len(code)) {
			t.Fatalf("%q: instruction %d jumps to %d or %d of %d", expr, i, n.jt, n.jf, len(code))
		}
		if n.op != opJa && (int(n.jt)-i > 256 || int(n.jf)-i > 256) {
			t.Fatalf("%q: instruction %d jumps too far", expr, i)
		}
	}
}

func FuzzFilter(f *testing.F) {
	frames := [][]byte{tcp4(40000, 80, 100), eth(etherVLAN, tag(5, etherIP6, ip6(17, l4(53, 53, 0)))), geneve(7, etherTEB, tcp4(1, 2, 60)), wlanData(true, etherIP, ip4(1, 0, []byte{8, 0})), nil}
	links := []uint16{1, 1, 1, 105, 276}
	for i, expr := range append(append([]string(nil), table...), refusedTable...) {
		f.Add(expr, links[i%len(links)], frames[i%len(frames)])
	}
	f.Fuzz(func(t *testing.T, expr string, link uint16, data []byte) {
		var fe *Error
		e, err := Parse(expr)
		if err != nil {
			if !errors.As(err, &fe) || fe.Col < 1 || fe.Col > len(expr)+1 {
				t.Fatalf("%q: %v", expr, err)
			}
			return
		}
		p, err := e.Compile(capture.LinkType(link), Options{})
		if err != nil {
			if !errors.As(err, &fe) || fe.Col < 1 || fe.Col > len(expr)+1 {
				t.Fatalf("%q: %v", expr, err)
			}
		} else {
			checkCode(t, expr, p.code)
			vm, err := bpf.NewVM(p.Instructions())
			if err != nil {
				t.Fatalf("%q: %v", expr, err)
			}
			n, err := vm.Run(data)
			if err != nil {
				t.Fatalf("%q: %v", expr, err)
			}
			if got := p.Match(data, len(data)); got != (n != 0) {
				t.Fatalf("%q on %x: %v, x/net's machine %d", expr, data, got, n)
			}
		}
		live, err := e.Compile(capture.LinkType(link), Options{Live: true})
		if err != nil {
			return
		}
		checkCode(t, expr, live.code)
		if raw := live.Raw(); len(raw) != len(live.code) || len(raw) > maxKernel {
			t.Fatalf("%q: %d instructions, %d assembled", expr, len(live.code), len(raw))
		}
		live.MatchFrame(&capture.Frame{Data: data, WireLen: uint32(len(data)), HasVLAN: true, VLAN: 5})
	})
}
