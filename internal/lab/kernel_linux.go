package lab

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// inKernel plays a scenario in a copy of this process inside new namespaces.
func inKernel(ctx context.Context, name string, argv []string) (*Result, error) {
	flags := []uintptr{syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET}
	if os.Geteuid() == 0 {
		// Some systems allow root a network namespace and nobody a user namespace.
		flags = append(flags, syscall.CLONE_NEWNET)
	}
	var first error
	for _, f := range flags {
		res, err := child(ctx, name, argv, f)
		var no *Missing
		if err == nil || !errors.As(err, &no) || !no.world {
			return res, err
		}
		if first == nil {
			first = err
		}
	}
	return nil, first
}

// child starts the copy and reads what it captured from a pipe.
func child(ctx context.Context, name string, argv []string, clone uintptr) (*Result, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	cmd := exec.CommandContext(ctx, argv[0], append(argv[1:len(argv):len(argv)], name)...)
	var said strings.Builder
	cmd.Stderr = &said
	cmd.ExtraFiles = []*os.File{w}
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: clone}
	if clone&syscall.CLONE_NEWUSER != 0 {
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}}
	}
	// The copy ends when this end of its standard input closes.
	in, err := cmd.StdinPipe()
	if err != nil {
		w.Close()
		return nil, err
	}
	defer in.Close()
	err = cmd.Start()
	w.Close()
	if err != nil {
		var pe *os.PathError
		if errors.As(err, &pe) {
			err = pe.Err
		}
		return nil, &Missing{Name: "user and network namespaces", Cause: err, world: true}
	}
	var rep report
	read := json.NewDecoder(io.LimitReader(r, 64<<20)).Decode(&rep)
	in.Close()
	werr := cmd.Wait()
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case read != nil:
		return nil, fmt.Errorf("the lab's own process failed: %w: %s", errors.Join(read, werr), strings.TrimSpace(said.String()))
	case rep.Missing != "":
		return nil, &Missing{Name: rep.Missing, Cause: errors.New(rep.Err), Absent: rep.Absent, world: rep.World}
	case rep.Err != "":
		return nil, errors.New(rep.Err)
	}
	return &Result{World: Kernel, Packets: rep.Packets}, nil
}

// report is what the copy tells.
type report struct {
	Packets []Packet
	Err     string
	Missing string
	World   bool // what is missing is the world itself
	Absent  bool // and it is not there, rather than not allowed
}

// Main is the copy: it builds the world inside the namespaces in which it finds
// itself, plays the scenario of that name, and reports on file descriptor 3.
func Main(name string) error {
	out := os.NewFile(3, "report")
	if out == nil {
		return errors.New("this command is for portero lab alone")
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(1)
	}()
	var rep report
	ps, err := playKernel(name)
	var no *Missing
	switch {
	case errors.As(err, &no):
		rep.Missing, rep.World, rep.Absent = no.Name, no.world, errors.Is(err, fs.ErrNotExist)
		if no.Cause != nil {
			rep.Err = no.Cause.Error()
		}
	case err != nil:
		rep.Err = err.Error()
	}
	for _, p := range ps {
		rep.Packets = append(rep.Packets, *p)
	}
	return json.NewEncoder(out).Encode(&rep)
}

func playKernel(name string) ([]*Packet, error) {
	sc, ok := Find(name)
	if !ok {
		return nil, fmt.Errorf("%q is no scenario", name)
	}
	lone, err := alone()
	if err != nil {
		return nil, err
	}
	if !lone {
		return nil, errors.New("this command is for portero lab alone: it must be in a network namespace of its own")
	}
	var hosts [2]host
	var ports [2]port
	for s, own := range []netip.Addr{ClientAddr, ServerAddr} {
		k := &kernel{own: own}
		if s == int(Server) {
			if k.ns, err = newNamespace(); err != nil {
				return nil, &Missing{Name: "a second network namespace", Cause: err, world: true}
			}
		}
		if err := k.plug(); err != nil {
			return nil, &Missing{Name: "a TUN device", Cause: err, world: true}
		}
		hosts[s], ports[s] = k, k
	}
	return sc.play(context.Background(), hosts, ports)
}

// alone reports whether this process is in a network namespace without any way
// out: nothing but a loopback that is down.
func alone() (bool, error) {
	links, err := net.Interfaces()
	if err != nil {
		return false, err
	}
	for _, l := range links {
		if l.Flags&net.FlagLoopback == 0 || l.Flags&net.FlagUp != 0 {
			return false, nil
		}
	}
	return true, nil
}

// kernel is a host whose stack is the kernel's, in a network namespace.
type kernel struct {
	own netip.Addr
	ns  int // file descriptor of its namespace; 0: that of the process
	tun *os.File
}

// newNamespace makes a network namespace and returns its file descriptor.
func newNamespace() (int, error) {
	type made struct {
		fd  int
		err error
	}
	c := make(chan made)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with its namespace
		err := unix.Unshare(unix.CLONE_NEWNET)
		fd := -1
		if err == nil {
			fd, err = unix.Open("/proc/thread-self/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0)
		}
		c <- made{fd, err}
	}()
	m := <-c
	return m.fd, m.err
}

// inside runs f on a thread inside the host's namespace. Sockets that f makes
// stay there.
func (k *kernel) inside(f func() error) error {
	if k.ns == 0 {
		return f()
	}
	c := make(chan error)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends
		err := unix.Setns(k.ns, unix.CLONE_NEWNET)
		if err == nil {
			err = f()
		}
		c <- err
	}()
	return <-c
}

// plug gives the host its end of the wire: a TUN device with its address, and a
// route to everywhere through it.
func (k *kernel) plug() error {
	return k.inside(func() error {
		for name, v := range map[string]string{"ipv6/conf/default/disable_ipv6": "1", "ipv4/tcp_fastopen": "3"} {
			_ = os.WriteFile("/proc/sys/net/"+name, []byte(v), 0) // can says when it failed
		}
		fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
		if err != nil {
			return &os.PathError{Op: "open", Path: "/dev/net/tun", Err: err}
		}
		const name = "lab0"
		ifr, err := unix.NewIfreq(name)
		if err != nil {
			return err
		}
		ifr.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
		if err := unix.IoctlIfreq(fd, unix.TUNSETIFF, ifr); err != nil {
			unix.Close(fd)
			return fmt.Errorf("TUNSETIFF: %w", err)
		}
		k.tun = os.NewFile(uintptr(fd), "/dev/net/tun")
		link, err := netlink.LinkByName(name)
		if err != nil {
			return err
		}
		host := &net.IPNet{IP: k.own.AsSlice(), Mask: net.CIDRMask(32, 32)}
		if err := netlink.AddrAdd(link, &netlink.Addr{IPNet: host}); err != nil {
			return err
		}
		if err := netlink.LinkSetUp(link); err != nil {
			return err
		}
		return netlink.RouteAdd(&netlink.Route{LinkIndex: link.Attrs().Index, Scope: netlink.SCOPE_LINK,
			Dst: &net.IPNet{IP: net.IPv4zero.To4(), Mask: net.CIDRMask(0, 32)}})
	})
}

func (k *kernel) read(b []byte) (int, error) { return k.tun.Read(b) }

func (k *kernel) write(b []byte) error {
	_, err := k.tun.Write(b)
	return err
}

func (k *kernel) close() { k.tun.Close() }

// options sets socket options before a socket is bound.
func options(list ...[3]int) func(string, string, syscall.RawConn) error {
	return func(_, _ string, c syscall.RawConn) error {
		var err error
		if e := c.Control(func(fd uintptr) {
			for _, o := range list {
				if err == nil {
					err = unix.SetsockoptInt(int(fd), o[0], o[1], o[2])
				}
			}
		}); e != nil {
			return e
		}
		return err
	}
}

func (k *kernel) listen(port uint16, o listenOptions) (l net.Listener, err error) {
	var opts [][3]int
	if o.deferAccept > 0 {
		opts = append(opts, [3]int{unix.IPPROTO_TCP, unix.TCP_DEFER_ACCEPT, int(o.deferAccept / time.Second)})
	}
	if o.fastOpen {
		opts = append(opts, [3]int{unix.IPPROTO_TCP, unix.TCP_FASTOPEN, 16})
	}
	c := net.ListenConfig{Control: options(opts...)}
	c.SetMultipathTCP(false)
	err = k.inside(func() error {
		l, err = c.Listen(context.Background(), "tcp4", netip.AddrPortFrom(k.own, port).String())
		return err
	})
	return l, err
}

func (k *kernel) dial(ctx context.Context, from uint16, to netip.AddrPort, o dialOptions) (c net.Conn, err error) {
	opts := [][3]int{{unix.SOL_SOCKET, unix.SO_REUSEADDR, 1}}
	if o.fastOpen {
		opts = append(opts, [3]int{unix.IPPROTO_TCP, unix.TCP_FASTOPEN_CONNECT, 1})
	}
	d := net.Dialer{LocalAddr: net.TCPAddrFromAddrPort(netip.AddrPortFrom(k.own, from)), Control: options(opts...)}
	d.SetMultipathTCP(false)
	err = k.inside(func() error {
		c, err = d.DialContext(ctx, "tcp4", to.String())
		return err
	})
	return c, err
}

func (k *kernel) listenUDP(port uint16) (c net.PacketConn, err error) {
	err = k.inside(func() error {
		c, err = net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(k.own, port)))
		return err
	})
	return c, err
}

func (k *kernel) dialUDP(from uint16, to netip.AddrPort) (c net.Conn, err error) {
	err = k.inside(func() error {
		c, err = net.DialUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(k.own, from)), net.UDPAddrFromAddrPort(to))
		return err
	})
	return c, err
}

func (k *kernel) abort(c net.Conn) error {
	if err := c.(*net.TCPConn).SetLinger(0); err != nil {
		return err
	}
	return c.Close()
}

func (k *kernel) can(n need) error {
	if n != needFastOpen {
		return nil
	}
	return k.inside(func() error {
		b, err := os.ReadFile("/proc/sys/net/ipv4/tcp_fastopen")
		if v := strings.TrimSpace(string(b)); err == nil && v != "3" {
			err = fmt.Errorf("net.ipv4.tcp_fastopen is %s and cannot be set to 3 here", v)
		}
		if err != nil {
			return &Missing{Name: "TCP Fast Open", Cause: err}
		}
		return nil
	})
}
