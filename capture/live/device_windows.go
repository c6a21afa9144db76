package live

import (
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/windows"

	"portero/capture"
)

// npcap is an interface that Npcap opened; no cgo.
type npcap struct {
	lib    *wpcap
	handle uintptr
	header *pcapHeader // of the last frame, the library's memory
	data   *byte

	mu                sync.Mutex // Stats may be asked for at any time, and after Close
	received, dropped uint64
}

// errNpcap says what is missing.
func errNpcap(err error) error {
	return fmt.Errorf("listening on Windows needs Npcap, which is not installed (%w): https://npcap.com", err)
}

// known finds Npcap's name for an interface: by its own name, its description, or
// an address that both lists have.
func known(lib *wpcap, name string) (dev string, index int, err error) {
	devs, err := lib.devices()
	if err != nil {
		return "", 0, err
	}
	have := map[netip.Addr]bool{}
	i, e := net.InterfaceByName(name)
	if e == nil {
		index = i.Index
		if as, err := i.Addrs(); err == nil {
			for _, a := range as {
				if n, ok := a.(*net.IPNet); ok {
					if ip, ok := netip.AddrFromSlice(n.IP); ok {
						have[ip.Unmap()] = true
					}
				}
			}
		}
	}
	for n, d := range devs {
		if d.name == name || d.description == name {
			if index == 0 {
				index = 1<<16 + n
			}
			return d.name, index, nil
		}
		for _, a := range d.addrs {
			if have[a] {
				return d.name, index, nil
			}
		}
	}
	if e != nil {
		return "", 0, unknown(name)
	}
	return "", 0, fmt.Errorf("%s: Npcap does not know this interface", name)
}

func listen(o *Options, name string) (Tap, error) {
	lib, err := library()
	if err != nil {
		return Tap{}, errNpcap(err)
	}
	dev, index, err := known(lib, name)
	if err != nil {
		return Tap{}, err
	}
	source, err := windows.BytePtrFromString(dev)
	if err != nil {
		return Tap{}, unknown(name)
	}
	said := make([]byte, 1024)
	h, _, _ := syscall.SyscallN(lib.create, uintptr(unsafe.Pointer(source)), uintptr(unsafe.Pointer(&said[0])))
	if h == 0 {
		return Tap{}, fmt.Errorf("%s: %s", name, windows.ByteSliceToString(said))
	}
	n := &npcap{lib: lib, handle: h}
	if err := n.begin(o); err != nil {
		_, _, _ = syscall.SyscallN(lib.end, h)
		if strings.Contains(strings.ToLower(err.Error()), "permission") || strings.Contains(strings.ToLower(err.Error()), "denied") {
			return Tap{}, &PermissionError{name}
		}
		return Tap{}, fmt.Errorf("%s: %w", name, err)
	}
	r, _, _ := syscall.SyscallN(lib.datalink, h)
	link := capture.LinkType(r)
	raw, err := compile(o, link)
	if err == nil && raw != nil {
		err = n.filter(raw)
	}
	if err != nil {
		n.Close()
		return Tap{}, err
	}
	return Tap{Name: name, Index: index, Link: link, device: n}, nil
}

// begin asks for what o says and activates the handle.
func (n *npcap) begin(o *Options) error {
	size := o.RingBytes
	if size <= 0 {
		size = 32 << 20
	}
	promisc := 1
	if o.NoPromisc {
		promisc = 0
	}
	for _, x := range []struct {
		call  uintptr
		value int
	}{{n.lib.setSnaplen, o.snap()}, {n.lib.setPromisc, promisc}, {n.lib.setTimeout, int(wait / time.Millisecond)}, {n.lib.setBufferSize, size}} {
		if r, _, _ := syscall.SyscallN(x.call, n.handle, uintptr(x.value)); int32(r) < 0 {
			return n.lib.said(n.handle)
		}
	}
	r, _, _ := syscall.SyscallN(n.lib.activate, n.handle)
	if status := int32(r); status < 0 { // above 0: a warning
		const denied, promiscDenied = -8, -11
		if err := n.lib.said(n.handle); err.Error() != "" {
			return err
		}
		if status == denied || status == promiscDenied {
			return windows.ERROR_ACCESS_DENIED
		}
		return fmt.Errorf("Npcap could not open it (status %d)", status)
	}
	return nil
}

// filter has the driver keep only what raw lets through.
func (n *npcap) filter(raw []bpf.RawInstruction) error {
	p := pcapProgram{length: uint32(len(raw)), code: unsafe.Pointer(unsafe.SliceData(raw))} // the layout of bpf_insn
	if r, _, _ := syscall.SyscallN(n.lib.setFilter, n.handle, uintptr(unsafe.Pointer(&p))); int32(r) < 0 {
		return n.lib.said(n.handle)
	}
	return nil
}

func (n *npcap) next() ([]byte, time.Time, int, error) {
	r, _, _ := syscall.SyscallN(n.lib.nextEx, n.handle, uintptr(unsafe.Pointer(&n.header)), uintptr(unsafe.Pointer(&n.data)))
	switch status := int32(r); {
	case status == 0: // none for a while
		return nil, time.Time{}, 0, nil
	case status == -2:
		return nil, time.Time{}, 0, io.EOF
	case status < 0 || n.header == nil:
		return nil, time.Time{}, 0, n.lib.said(n.handle)
	}
	h := n.header
	// Seconds are unsigned here, as in files: the clock goes on after 2038.
	return unsafe.Slice(n.data, h.capLen), time.Unix(int64(h.sec), int64(h.usec)*1000), int(h.length), nil
}

func (n *npcap) stats() (received, dropped uint64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	var s pcapStats
	if n.handle != 0 {
		if r, _, _ := syscall.SyscallN(n.lib.stats, n.handle, uintptr(unsafe.Pointer(&s))); int32(r) >= 0 {
			n.received, n.dropped = uint64(s.received), uint64(s.dropped)+uint64(s.ifDropped)
		}
	}
	return n.received, n.dropped
}

func (n *npcap) Close() {
	n.stats() // what they were at the end
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.handle != 0 {
		_, _, _ = syscall.SyscallN(n.lib.end, n.handle)
		n.handle = 0
	}
}

func prober() func(name string) (capture.LinkType, error) { return probe }

func probe(name string) (capture.LinkType, error) {
	t, err := listen(&Options{NoPromisc: true}, name)
	if err != nil {
		return 0, err
	}
	t.Close()
	return t.Link, nil
}
