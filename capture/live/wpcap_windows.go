package live

import (
	"errors"
	"fmt"
	"net/netip"
	"path/filepath"
	"sync"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// wpcap is Npcap's library. It is looked for when an interface is listened to, never before: a
// saved capture needs nothing of it, whatever of that name lies on the machine.
type wpcap struct {
	findAllDevs, freeAllDevs, create, setSnaplen, setPromisc, setTimeout, setBufferSize uintptr
	activate, end, datalink, setFilter, nextEx, stats, getErr                           uintptr
}

// library loads Npcap's library, once.
var library = sync.OnceValues(func() (*wpcap, error) {
	system, err := windows.GetSystemDirectory()
	if err != nil {
		return nil, err
	}
	// Where Npcap puts it, and where WinPcap and Npcap for old programs do. What it
	// needs lies beside it. The folder one is in is not among them: anybody may
	// have put something there.
	var dll windows.Handle
	var name string
	for _, dir := range []string{filepath.Join(system, "Npcap"), system} {
		name = filepath.Join(dir, "wpcap.dll")
		if dll, err = windows.LoadLibraryEx(name, 0, windows.LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR|windows.LOAD_LIBRARY_SEARCH_SYSTEM32); err == nil {
			break
		}
	}
	if err != nil {
		return nil, err
	}
	w := &wpcap{}
	for _, f := range []struct {
		at   *uintptr
		name string
	}{
		{&w.findAllDevs, "pcap_findalldevs"}, {&w.freeAllDevs, "pcap_freealldevs"}, {&w.create, "pcap_create"}, {&w.setSnaplen, "pcap_set_snaplen"},
		{&w.setPromisc, "pcap_set_promisc"}, {&w.setTimeout, "pcap_set_timeout"}, {&w.setBufferSize, "pcap_set_buffer_size"}, {&w.activate, "pcap_activate"},
		{&w.end, "pcap_close"}, {&w.datalink, "pcap_datalink"}, {&w.setFilter, "pcap_setfilter"}, {&w.nextEx, "pcap_next_ex"}, {&w.stats, "pcap_stats"},
		{&w.getErr, "pcap_geterr"},
	} {
		if *f.at, err = windows.GetProcAddress(dll, f.name); err != nil {
			return nil, fmt.Errorf("%s is too old: it has no %s", name, f.name)
		}
	}
	return w, nil
})

// What the library's structures are in C. Go's garbage collector does not look after what they point at.
type (
	pcapDev struct {
		next              *pcapDev
		name, description *byte
		addresses         *pcapAddress
		flags             uint32
	}
	pcapAddress struct {
		next                *pcapAddress
		address             *sockaddr
		mask, broadcast, to unsafe.Pointer
	}
	sockaddr struct {
		family uint16
		port   uint16
		rest   [24]byte
	}
	pcapHeader struct {
		sec, usec, capLen, length uint32
	}
	pcapProgram struct {
		length uint32
		code   unsafe.Pointer
	}
	pcapStats struct {
		received, dropped, ifDropped uint32
		_                            [13]uint32 // more, which depends on the version
	}
)

// npcapDev is an interface as the library knows it.
type npcapDev struct {
	name, description string
	addrs             []netip.Addr
}

func (a *sockaddr) addr() (netip.Addr, bool) {
	switch {
	case a == nil:
	case a.family == windows.AF_INET:
		return netip.AddrFrom4([4]byte(a.rest[:4])), true
	case a.family == windows.AF_INET6:
		return netip.AddrFrom16([16]byte(a.rest[4:20])), true
	}
	return netip.Addr{}, false
}

// devices lists the interfaces.
func (w *wpcap) devices() ([]npcapDev, error) {
	var first *pcapDev
	said := make([]byte, 1024)
	if r, _, _ := syscall.SyscallN(w.findAllDevs, uintptr(unsafe.Pointer(&first)), uintptr(unsafe.Pointer(&said[0]))); int32(r) < 0 {
		return nil, errors.New(windows.ByteSliceToString(said))
	}
	defer func() { _, _, _ = syscall.SyscallN(w.freeAllDevs, uintptr(unsafe.Pointer(first))) }()
	var all []npcapDev
	for d := first; d != nil; d = d.next {
		x := npcapDev{name: windows.BytePtrToString(d.name), description: windows.BytePtrToString(d.description)}
		for a := d.addresses; a != nil; a = a.next {
			if ip, ok := a.address.addr(); ok {
				x.addrs = append(x.addrs, ip)
			}
		}
		all = append(all, x)
	}
	return all, nil
}

// said is the last error of handle h.
func (w *wpcap) said(h uintptr) error {
	r, _, _ := syscall.SyscallN(w.getErr, h)
	return errors.New(windows.BytePtrToString(*(**byte)(unsafe.Pointer(&r))))
}
