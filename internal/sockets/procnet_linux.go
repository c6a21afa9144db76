package sockets

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"portero/capture"
)

// procNet reads the sockets of the network namespace of a process from
// /proc/PID/net, which needs no right to enter that namespace.
func procNet(dir string, ns uint64) ([]Socket, error) {
	var out []Socket
	found := false
	var first error
	for _, t := range [...]struct {
		name  string
		proto uint8
	}{{"tcp", capture.ProtoTCP}, {"tcp6", capture.ProtoTCP}, {"udp", capture.ProtoUDP}, {"udp6", capture.ProtoUDP}} {
		f, err := os.Open(filepath.Join(dir, t.name))
		if err != nil {
			if first == nil {
				first = err
			}
			continue
		}
		found = true
		out = parseProcNet(out, f, t.proto, ns)
		f.Close()
	}
	if !found {
		return nil, first
	}
	return out, nil
}

// parseProcNet appends what a table of /proc/net/tcp's kind lists.
func parseProcNet(to []Socket, r io.Reader, proto uint8, ns uint64) []Socket {
	sc := bufio.NewScanner(r)
	for sc.Scan() {
		f := strings.Fields(sc.Text())
		if len(f) < 10 || len(to) >= maxSockets {
			continue
		}
		local, err1 := procAddr(f[1])
		remote, err2 := procAddr(f[2])
		state, err3 := strconv.ParseUint(f[3], 16, 8)
		uid, err4 := strconv.ParseUint(f[7], 10, 32)
		inode, err5 := strconv.ParseUint(f[9], 10, 64)
		if err1 != nil || err2 != nil || err3 != nil || err4 != nil || err5 != nil {
			continue
		}
		s := Socket{Proto: proto, Local: local, Remote: remote, UID: uint32(uid), Inode: inode, NetNS: ns, State: kernelState(uint8(state), proto, remote.Port() != 0)}
		// The table does not say whether a socket of [::] keeps to IPv6; few do.
		s.Dual = local.Addr().Is6() && local.Addr().IsUnspecified() && s.State.Waiting()
		to = append(to, s)
	}
	return to
}

// procAddr reads "0100007F:0035": 32-bit words in host order, port in hexadecimal.
func procAddr(s string) (netip.AddrPort, error) {
	host, port, ok := strings.Cut(s, ":")
	b, err := hex.DecodeString(host)
	p, err2 := strconv.ParseUint(port, 16, 16)
	if !ok || err != nil || err2 != nil || len(b) != 4 && len(b) != 16 {
		return netip.AddrPort{}, fmt.Errorf("%q is no address of /proc/net", s)
	}
	for i := 0; i < len(b); i += 4 {
		w := b[i : i+4]
		native.PutUint32(w, uint32(w[0])<<24|uint32(w[1])<<16|uint32(w[2])<<8|uint32(w[3]))
	}
	a, _ := netip.AddrFromSlice(b)
	return netip.AddrPortFrom(a.Unmap(), uint16(p)), nil
}
