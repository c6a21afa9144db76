//go:build linux

package filter

import (
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// attach gives a pair of datagram sockets, the second of which receives only
// what the filter accepts. The kernel checks and runs the program there as it
// does on a packet socket, and no right is needed.
func attach(t *testing.T, raw []bpf.RawInstruction) (send, recv int, err error) {
	t.Helper()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		t.Skip("no socket pairs: ", err)
	}
	prog := make([]unix.SockFilter, len(raw))
	for i, r := range raw {
		prog[i] = unix.SockFilter{Code: r.Op, Jt: r.Jt, Jf: r.Jf, K: r.K}
	}
	err = unix.SetsockoptSockFprog(fds[1], unix.SOL_SOCKET, unix.SO_ATTACH_FILTER,
		&unix.SockFprog{Len: uint16(len(prog)), Filter: (*unix.SockFilter)(unsafe.Pointer(&prog[0]))})
	return fds[0], fds[1], err
}

// TestKernelRunsTheSame lets the Linux kernel check every program of the table
// and run it on built frames.
func TestKernelRunsTheSame(t *testing.T) {
	frames := [][]byte{
		tcp4(40000, 80, 100), pad(eth(etherARP, arp()), 60), pad(eth(etherIP6, ip6(6, l4(80, 5, 2))), 90),
		eth(etherVLAN, tag(100, etherIP, ip4(6, 0, l4(80, 81, 18)))), eth(etherIP, ip4(17, 0x2000, l4(53, 53, 0))),
		geneve(10, etherTEB, tcp4(80, 53, 60)), geneve(10, etherIP, ip4(1, 0, []byte{8, 0, 0, 0})), tcp4(1, 2, 30)[:30],
		eth(etherPPPoES, append([]byte{0x11, 0, 0, 1, 0, 42, 0, 0x21}, ip4(6, 0, l4(80, 80, 2))...)),
	}
	for _, expr := range table {
		if strings.Contains(expr, "ifindex") {
			continue // a UNIX socket has no interface, which ends the program
		}
		expr = fill(expr, ltEthernet, nil)
		p, err := mustParse(expr).Compile(ltEthernet, Options{Live: true})
		if err != nil {
			continue
		}
		send, recv, err := attach(t, p.Raw())
		if err != nil {
			t.Errorf("%q: the kernel refuses it: %v", expr, err)
		}
		buf := make([]byte, 2048)
		for i, f := range frames {
			if err != nil {
				break
			}
			// A rejected datagram is dropped without a word to the sender.
			if _, werr := unix.Write(send, f); werr != nil && werr != unix.EPERM {
				t.Fatal(werr)
			}
			_, rerr := unix.Read(recv, buf)
			if got := rerr == nil; got != p.Match(f, len(f)) {
				t.Errorf("%q, frame %d: kernel %v, portero %v", expr, i, got, !got)
			}
		}
		unix.Close(send)
		unix.Close(recv)
	}
}
