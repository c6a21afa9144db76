package sockets

import (
	"context"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"portero/capture"
)

// The tables of /proc/net and SOCK_DIAG say the same of sockets of this process.
func TestTablesAgree(t *testing.T) {
	var want []netip.AddrPort
	for _, a := range [...][2]string{{"tcp4", "127.0.0.1:0"}, {"tcp6", "[::1]:0"}} {
		c, s, l := pair(t, a[0], a[1])
		want = append(want, end(c.LocalAddr()), end(s.LocalAddr()), end(l.Addr()))
	}
	u, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer u.Close()
	want = append(want, end(u.LocalAddr()))
	d, err := openDiag()
	if err != nil {
		t.Skipf("no SOCK_DIAG: %v", err)
	}
	defer d.close()
	byDiag, err := d.all()
	if err != nil {
		t.Skipf("no SOCK_DIAG: %v", err)
	}
	byText, err := procNet("/proc/net", 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range want {
		pick := func(ss []Socket) (out []Socket) {
			for _, s := range ss {
				if s.Local == w {
					out = append(out, s)
				}
			}
			slices.SortFunc(out, func(a, b Socket) int { return int(a.State) - int(b.State) })
			return out
		}
		a, b := pick(byDiag), pick(byText)
		if len(a) == 0 || !slices.EqualFunc(a, b, func(x, y Socket) bool {
			return x.Remote == y.Remote && x.State == y.State && x.Inode == y.Inode && x.UID == y.UID && x.Proto == y.Proto
		}) {
			t.Errorf("%v: SOCK_DIAG says %+v, /proc/net %+v", w, a, b)
		}
	}
}

func TestFinderNamesThisProcess(t *testing.T) {
	f, err := NewFinder()
	if err != nil {
		t.Skipf("no SOCK_DIAG: %v", err)
	}
	defer f.Close()
	u, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer u.Close()
	for _, a := range [...][2]string{{"tcp4", "127.0.0.1:0"}, {"tcp6", "[::1]:0"}} {
		c, s, l := pair(t, a[0], a[1])
		waiting, err := net.Dial(a[0], l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		gone, _ := net.Dial(a[0], l.Addr().String())
		goneAt := gone.LocalAddr()
		acc, _ := l.Accept()
		acc2, _ := l.Accept()
		defer waiting.Close()
		gone.Close()
		acc.Close()
		acc2.Close()
		pending, err := net.Dial(a[0], l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer pending.Close()
		qs := []Query{
			{capture.ProtoTCP, end(c.LocalAddr()), end(c.RemoteAddr())},
			{capture.ProtoTCP, end(s.LocalAddr()), end(s.RemoteAddr())},
			{capture.ProtoTCP, end(l.Addr()), end(pending.LocalAddr())},
			{capture.ProtoTCP, end(goneAt), end(l.Addr())},
			{capture.ProtoUDP, end(u.LocalAddr()), netip.MustParseAddrPort("127.0.0.1:9")},
			{capture.ProtoTCP, netip.MustParseAddrPort("127.0.0.1:1"), netip.MustParseAddrPort("127.0.0.1:2")},
		}
		got, err := f.Find(qs)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []Match{Exact, Exact, ByPort, Ended, ByPort, Ended} {
			if got[i].Match != want || want.Named() && got[i].Program.PID != int32(os.Getpid()) {
				t.Errorf("%s query %d %v: %v %+v, want %v", a[0], i, qs[i], got[i].Match, got[i].Program, want)
			}
		}
	}
}

// Link-local addresses of IPv6 mean nothing without their interface.
func TestFinderNamesLinkLocalConnections(t *testing.T) {
	f, err := NewFinder()
	if err != nil {
		t.Skipf("no SOCK_DIAG: %v", err)
	}
	defer f.Close()
	is, _ := net.Interfaces()
	for _, i := range is {
		as, _ := i.Addrs()
		for _, a := range as {
			p, err := netip.ParsePrefix(a.String())
			if err != nil || !p.Addr().Is6() || !p.Addr().IsLinkLocalUnicast() {
				continue
			}
			l, err := net.Listen("tcp6", "["+p.Addr().WithZone(i.Name).String()+"]:0")
			if err != nil {
				continue // still being checked for duplicates
			}
			defer l.Close()
			c, err := net.Dial("tcp6", netip.AddrPortFrom(p.Addr().WithZone(i.Name), end(l.Addr()).Port()).String())
			if err != nil {
				continue
			}
			defer c.Close()
			bare := func(a net.Addr) netip.AddrPort {
				p := end(a)
				return netip.AddrPortFrom(p.Addr().WithZone(""), p.Port())
			}
			got, err := f.Find([]Query{{capture.ProtoTCP, bare(c.LocalAddr()), bare(c.RemoteAddr())}, {capture.ProtoTCP, bare(l.Addr()), bare(c.LocalAddr())}})
			if err != nil || got[0].Match != Exact || got[0].Program.PID != int32(os.Getpid()) || got[1].Match != ByPort {
				t.Errorf("%v: %+v, %v", c.LocalAddr(), got, err)
			}
			return
		}
	}
	t.Skip("no interface has a link-local address of IPv6")
}

var ssUser = regexp.MustCompile(`\("((?:[^"\\]|\\.)*)",pid=(\d+)`)

// What ss(8) lists, Lookup lists: every socket with its state and program.
func TestLookupAgreesWithSS(t *testing.T) {
	if _, err := exec.LookPath("ss"); err != nil {
		t.Skip("ss is not installed (Debian: iproute2)")
	}
	pair(t, "tcp4", "127.0.0.1:0")
	pair(t, "tcp6", "[::1]:0")
	both, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	defer both.Close()
	u, err := net.Dial("udp", "127.0.0.1:9")
	if err != nil {
		t.Fatal(err)
	}
	defer u.Close()
	states := map[string]State{"ESTAB": Established, "LISTEN": Listen, "TIME-WAIT": TimeWait, "SYN-SENT": SynSent, "SYN-RECV": SynReceived,
		"FIN-WAIT-1": FinWait1, "FIN-WAIT-2": FinWait2, "CLOSE-WAIT": CloseWait, "LAST-ACK": LastAck, "CLOSING": Closing, "UNCONN": Bound}
	compare := func() (missing []string, n int) {
		out, err := exec.Command("ss", "-Hanptu").Output()
		if err != nil {
			t.Skipf("ss does not work here: %v", err)
		}
		snap, err := Lookup(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
			f := strings.Fields(line)
			if len(f) < 6 {
				continue
			}
			proto, state := uint8(capture.ProtoTCP), states[f[1]]
			if f[0] == "udp" {
				proto = capture.ProtoUDP
				if state == Established {
					state = Connected
				}
			}
			users := ssUser.FindStringSubmatch(line)
			found := false
			for i := range snap.Sockets {
				s := &snap.Sockets[i]
				if s.NetNS != 0 || s.Proto != proto || s.State != state || ssName(s.Local, s.Dual) != plain(f[4]) || ssName(s.Remote, s.Dual) != plain(f[5]) {
					continue
				}
				o := snap.Owner(s)
				switch {
				case users == nil && o == nil:
					found = true
				case users != nil && o != nil:
					for _, i := range s.Owners {
						found = found || snap.Programs[i].Name == users[1] && strconv.Itoa(int(snap.Programs[i].PID)) == users[2]
					}
				}
			}
			n++
			if !found {
				missing = append(missing, line)
			}
		}
		return missing, n
	}
	// Sockets come and go between the two pictures; what is missing every time is wrong.
	var missing []string
	for range 5 {
		var n int
		if missing, n = compare(); len(missing) == 0 {
			if n < 5 {
				t.Fatalf("ss lists only %d sockets", n)
			}
			return
		}
	}
	t.Errorf("ss lists what Lookup does not:\n%s", strings.Join(missing, "\n"))
}

// plain drops the interface that ss writes behind an address.
func plain(s string) string { return zone.ReplaceAllString(s, "") }

var zone = regexp.MustCompile(`%[^:]*`)

// ssName writes an end as ss does.
func ssName(p netip.AddrPort, dual bool) string {
	host, port := p.Addr().String(), strconv.Itoa(int(p.Port()))
	if p.Addr().Is6() {
		host = "[" + host + "]"
	}
	if dual {
		host = "*"
	}
	if p.Port() == 0 {
		port = "*"
	}
	return host + ":" + port
}

func TestContainersByControlGroup(t *testing.T) {
	id := strings.Repeat("0123456789abcdef", 4)
	for text, want := range map[string][2]string{
		"0::/":                           {"", ""},
		"0::/system.slice/nginx.service": {"", "nginx"},
		"0::/system.slice/docker-" + id + ".scope": {"docker:0123456789ab", ""},
		"12:pids:/docker/" + id + "\n0::/":         {"docker:0123456789ab", ""},
		"0::/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod1.slice/cri-containerd-" + id + ".scope": {"containerd:0123456789ab", ""},
		"0::/kubepods/besteffort/pod7/" + id:          {"pod:0123456789ab", ""},
		"0::/machine.slice/libpod-" + id + ".scope":   {"podman:0123456789ab", ""},
		"0::/machine.slice/machine-web.scope":         {"machine:web", ""},
		"0::/lxc.payload.mail/system.slice/x.service": {"lxc:mail", "x"},
		"garbage\x1b[2J": {"", ""},
	} {
		c, u := cgroup(text)
		if c != want[0] || u != want[1] {
			t.Errorf("%q: container %q, unit %q", text, c, u)
		}
	}
}

func FuzzProcNet(f *testing.F) {
	f.Add("   0: 0100007F:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 12345 1 0000000000000000 100 0 0 10 0\n")
	f.Add("   0: 00000000000000000000000001000000:0016 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 12345 1\n")
	f.Fuzz(func(t *testing.T, s string) {
		for _, k := range parseProcNet(nil, strings.NewReader(s), capture.ProtoTCP, 0) {
			if !k.Local.IsValid() || !k.Remote.IsValid() || k.State.String() == "" && k.State != StateUnknown {
				t.Fatalf("%+v", k)
			}
		}
		if k, ok := parseDiag([]byte(s), capture.ProtoUDP); ok && !k.Local.IsValid() {
			t.Fatalf("%+v", k)
		}
	})
}

func BenchmarkLookup(b *testing.B) {
	for b.Loop() {
		n, err := Lookup(context.Background())
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(len(n.Sockets)), "sockets")
	}
}

// A picture names the program of a connection that waits to be accepted, as a server that hangs has many.
func TestPictureOfWhatWaits(t *testing.T) {
	_, _, l := pair(t, "tcp4", "127.0.0.1:0")
	c, err := net.Dial("tcp4", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	n, err := Lookup(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i := range n.Sockets {
		if s := &n.Sockets[i]; s.Remote == end(c.LocalAddr()) && s.Local == end(l.Addr()) {
			if p := n.Owner(s); s.Match != ByPort || p == nil || p.PID != int32(os.Getpid()) {
				t.Errorf("%+v: %v", s, p)
			}
			return
		}
	}
	t.Error("it is not in the picture")
}

// A program whose file is gone is told apart from one whose file is called like that.
func TestDeletedPrograms(t *testing.T) {
	sleep, err := exec.LookPath("sleep")
	if err != nil {
		t.Skip("sleep is not installed")
	}
	body, err := os.ReadFile(sleep)
	if err != nil {
		t.Fatal(err)
	}
	for name, gone := range map[string]bool{"here": false, "gone": true, "named so (deleted)": false, "both (deleted)": true} {
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, body, 0o700); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(file, "20")
		cmd.Args[0] = "sleep" // a box of many programs goes by it
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if gone {
			os.Remove(file)
		}
		g, ok := newProcfs().program(int32(cmd.Process.Pid))
		cmd.Process.Kill()
		cmd.Wait()
		if !ok || g.Path != file || g.Deleted != gone {
			t.Errorf("%q: %q, deleted %v, %v", name, g.Path, g.Deleted, ok)
		}
	}
}
