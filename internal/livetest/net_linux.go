package livetest

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Side is an end of the network.
type Side int

// The ends. The interface of A is va, that of B vb.
const (
	A Side = iota
	B
)

// Addresses of both ends.
var (
	Addr4 = [2]string{"10.77.0.1", "10.77.0.2"}
	Addr6 = [2]string{"fd77::1", "fd77::2"}
	Iface = [2]string{"va", "vb"}
)

// Net is two namespaces joined by a veth pair.
type Net struct {
	t     testing.TB
	Names [2]string
	files [2]*os.File
}

var made atomic.Int32

// New makes a network that lasts as long as the test, which is skipped where that is
// not permitted or ip(8) is missing.
func New(t testing.TB) *Net {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root: network namespaces")
	}
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip("needs ip (iproute2)")
	}
	n := &Net{t: t}
	id := made.Add(1)
	for i := range n.Names {
		n.Names[i] = fmt.Sprintf("portero-%d-%d-%c", os.Getpid(), id, 'a'+i)
		if out, err := exec.Command("ip", "netns", "add", n.Names[i]).CombinedOutput(); err != nil {
			t.Skipf("ip netns add: %v: %s", err, out)
		}
		name := n.Names[i]
		t.Cleanup(func() { exec.Command("ip", "netns", "del", name).Run() })
		f, err := os.Open("/run/netns/" + name)
		if err != nil {
			t.Fatal(err)
		}
		n.files[i] = f
		t.Cleanup(func() { f.Close() })
	}
	n.Veth()
	for i := range n.Names {
		n.Run(Side(i), "ip", "link", "set", "lo", "up")
	}
	return n
}

// Veth makes the pair of interfaces; it is there after New.
func (n *Net) Veth() {
	n.t.Helper()
	n.Run(A, "ip", "link", "add", Iface[A], "type", "veth", "peer", "name", Iface[B], "netns", n.Names[B])
	for i := range n.Names {
		n.address(Side(i))
	}
	for i := range n.Names {
		n.Carries(Side(i), Iface[i])
	}
}

// Carries waits until an interface that is up carries packets. The kernel sees to that a moment later, on a busy machine
// much later, and drops without a word what is sent before.
func (n *Net) Carries(s Side, name string) {
	n.t.Helper()
	said := ""
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if said = n.Run(s, "ip", "-o", "link", "show", "dev", name); strings.Contains(said, " state UP ") {
			return
		}
	}
	n.t.Fatalf("%s carries nothing: %s", name, said)
}

// address gives the interface of a side its addresses, and brings it up.
func (n *Net) address(s Side) {
	n.t.Helper()
	// Without it the first seconds have router solicitations and duplicate address
	// detection in them.
	for _, k := range []string{"accept_dad", "router_solicitations"} {
		n.Set(s, "ipv6/conf/"+Iface[s]+"/"+k, 0)
	}
	n.Run(s, "ip", "addr", "add", Addr4[s]+"/24", "dev", Iface[s])
	n.Run(s, "ip", "addr", "add", Addr6[s]+"/64", "dev", Iface[s], "nodad")
	n.Run(s, "ip", "link", "set", Iface[s], "up")
}

// Set sets what is under /proc/sys/net of a side, where the kernel has it.
func (n *Net) Set(s Side, name string, value int) {
	n.Do(s, func() { os.WriteFile("/proc/sys/net/"+name, []byte(fmt.Sprint(value)), 0) })
}

// Command is a command of one side.
func (n *Net) Command(s Side, args ...string) *exec.Cmd {
	return exec.Command("ip", append([]string{"netns", "exec", n.Names[s]}, args...)...)
}

// Run runs a command that must succeed, and returns its output.
func (n *Net) Run(s Side, args ...string) string {
	n.t.Helper()
	out, err := n.Command(s, args...).CombinedOutput()
	if err != nil {
		n.t.Fatalf("%s: %v: %s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// Do calls f in a namespace: sockets that it makes, in its own goroutine, belong there.
func (n *Net) Do(s Side, f func()) {
	done := make(chan error)
	go func() {
		// The thread is not given back: it ends with the goroutine.
		runtime.LockOSThread()
		err := unix.Setns(int(n.files[s].Fd()), unix.CLONE_NEWNET)
		if err == nil {
			f()
		}
		done <- err
	}()
	if err := <-done; err != nil {
		n.t.Errorf("setns: %v", err)
	}
}

// Tap makes a TAP device on a side, up, and returns the file whose octets are its
// frames.
func (n *Net) Tap(s Side, name string) *os.File {
	n.t.Helper()
	return n.quiet(s, name, unix.IFF_TAP)
}

// Tun is Tap for a device that carries IP packets.
func (n *Net) Tun(s Side, name string) *os.File {
	n.t.Helper()
	return n.quiet(s, name, unix.IFF_TUN)
}

// quiet is a device that is up and without IPv6.
func (n *Net) quiet(s Side, name string, kind uint16) *os.File {
	n.t.Helper()
	f := n.tunnel(s, name, kind)
	n.Set(s, "ipv6/conf/"+name+"/disable_ipv6", 1)
	n.Run(s, "ip", "link", "set", name, "up")
	return f
}

func (n *Net) tunnel(s Side, name string, kind uint16) *os.File {
	n.t.Helper()
	var f *os.File
	n.Do(s, func() {
		fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
		if err != nil {
			n.t.Error(err)
			return
		}
		q, _ := unix.NewIfreq(name)
		q.SetUint16(kind | unix.IFF_NO_PI)
		if err := unix.IoctlIfreq(fd, unix.TUNSETIFF, q); err != nil {
			n.t.Error(err)
		}
		f = os.NewFile(uintptr(fd), name)
	})
	if f == nil {
		n.t.Skip("no TUN device here (/dev/net/tun)")
	}
	n.t.Cleanup(func() { f.Close() })
	return f
}
