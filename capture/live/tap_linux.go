package live

import (
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"portero/capture"
)

const (
	defaultRing = 64 << 20 // of an interface
	allRings    = 1 << 30  // of all, where nobody says otherwise
	leastRing   = 1 << 20
	blockOctets = 1 << 19
	vlanOctets  = 4
)

// find asks for one interface by its name: a list of all, for each of hundreds, takes seconds.
func find(name string) (index int, link capture.LinkType, err error) {
	if name == "any" {
		return 0, capture.LinkEthernet, nil
	}
	index, h, err := asked(name)
	if err != nil {
		index, h, err = listed(name)
	}
	if err != nil {
		return 0, 0, err
	}
	l, ok := linkOf[h]
	if !ok {
		return 0, 0, fmt.Errorf("%s: frames of hardware type %d (ARPHRD) are not decoded", name, h)
	}
	return index, l, nil
}

// asked asks the kernel for the number of an interface and its ARPHRD.
func asked(name string) (index int, hardware uint16, err error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, 0, err
	}
	defer unix.Close(fd)
	index, err = indexOf(fd, name)
	if err != nil {
		return 0, 0, err
	}
	// The kernel answers to other names, too, which are not the one that frames are told under.
	if n, ok := nameOf(fd, index); !ok || n != name {
		return 0, 0, unix.ENODEV
	}
	r, err := unix.NewIfreq(name)
	if err == nil {
		err = unix.IoctlIfreq(fd, unix.SIOCGIFHWADDR, r)
	}
	if err != nil {
		return 0, 0, err
	}
	return index, r.Uint16(), nil // ifr_hwaddr.sa_family
}

// listed is for where no socket may be made to ask through.
func listed(name string) (index int, hardware uint16, err error) {
	i, err := net.InterfaceByName(name)
	if err != nil {
		return 0, 0, unknown(name)
	}
	b, err := os.ReadFile("/sys/class/net/" + name + "/type")
	if err != nil {
		return 0, 0, fmt.Errorf("%s: hardware type: %w", name, err)
	}
	n, err := strconv.ParseUint(strings.TrimSpace(string(b)), 10, 16)
	if err != nil {
		return 0, 0, fmt.Errorf("%s: hardware type: %w", name, err)
	}
	return i.Index, uint16(n), nil
}

// Listen begins to listen: from now on frames wait in the rings. It is the half
// that needs CAP_NET_RAW. The error is a *PermissionError or a *NoInterfaceError
// where that is why.
func Listen(o Options) ([]Tap, error) {
	if len(o.Interfaces) == 0 {
		return nil, errors.New("no interface to listen to")
	}
	taps, errs := make([]Tap, len(o.Interfaces)), make([]error, len(o.Interfaces))
	var failed atomic.Bool
	here := namespace()
	atOnce(len(taps), func() bool { return here != [2]uint64{} && namespace() == here }, func(i int) {
		if failed.Load() {
			return
		}
		if taps[i], errs[i] = listen(&o, o.Interfaces[i]); errs[i] != nil {
			failed.Store(true)
		}
	})
	for _, err := range errs {
		if err != nil {
			atOnce(len(taps), anywhere, func(i int) { taps[i].Close() })
			return nil, err
		}
	}
	return taps, nil
}

func listen(o *Options, name string) (Tap, error) {
	index, link, err := find(name)
	if err != nil {
		return Tap{}, err
	}
	lanes := o.Lanes
	if lanes <= 0 {
		lanes = min(max(runtime.NumCPU()/2, 1), 4)
	}
	size := o.RingBytes
	if size <= 0 {
		size = max(min(defaultRing, allRings/max(len(o.Interfaces), 1)), leastRing)
	}
	t := Tap{Name: name, Index: index, Link: link, BlockSize: blockOctets, Blocks: max(size/lanes/blockOctets, 2)}
	code, err := program(o, link, index == 0)
	if err != nil {
		return Tap{}, err
	}
	group := 0
	for lane := range lanes {
		fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
		if err != nil {
			t.Close()
			if errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES) {
				return Tap{}, &PermissionError{name}
			}
			return Tap{}, fmt.Errorf("%s: packet socket: %w", name, err)
		}
		t.Files = append(t.Files, os.NewFile(uintptr(fd), "packet:"+name))
		if err := prepare(fd, o, &t); err != nil {
			t.Close()
			return Tap{}, fmt.Errorf("%s: %w", name, err)
		}
		if lanes > 1 {
			if group, err = join(fd, lane, group); err != nil {
				t.Close()
				return Tap{}, fmt.Errorf("%s: sharing frames among %d lanes: %w", name, lanes, err)
			}
		}
	}
	// Until it shares, a socket of a group would get copies: so all begin with a
	// filter that takes nothing, and get the real one when all are there.
	for _, f := range t.Files {
		if err := attach(int(f.Fd()), code); err != nil {
			t.Close()
			return Tap{}, fmt.Errorf("%s: kernel filter: %w", name, err)
		}
		// Whoever gets the socket cannot take the filter off again.
		if err := unix.SetsockoptInt(int(f.Fd()), unix.SOL_SOCKET, unix.SO_LOCK_FILTER, 1); err != nil {
			t.Close()
			return Tap{}, fmt.Errorf("%s: locking the filter: %w", name, err)
		}
	}
	return t, nil
}

func prepare(fd int, o *Options, t *Tap) error {
	if err := unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_VERSION, unix.TPACKET_V3); err != nil {
		return fmt.Errorf("TPACKET_V3: %w", err)
	}
	// Room before the frame, where a VLAN tag is put back.
	if err := unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_RESERVE, vlanOctets); err != nil {
		return fmt.Errorf("PACKET_RESERVE: %w", err)
	}
	const frame = 1 << 11
	req := unix.TpacketReq3{Block_size: uint32(t.BlockSize), Block_nr: uint32(t.Blocks), Frame_size: frame, Frame_nr: uint32(t.Blocks * t.BlockSize / frame), Retire_blk_tov: uint32((retire + o.late).Milliseconds())}
	if err := unix.SetsockoptTpacketReq3(fd, unix.SOL_PACKET, unix.PACKET_RX_RING, &req); err != nil {
		return fmt.Errorf("a ring of %d octets: %w", t.Blocks*t.BlockSize, err)
	}
	if err := attach(fd, refuse); err != nil {
		return fmt.Errorf("kernel filter: %w", err)
	}
	all := uint16(unix.ETH_P_ALL)
	if err := unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: all<<8 | all>>8, Ifindex: t.Index}); err != nil {
		return fmt.Errorf("bind: %w", err)
	}
	if !o.NoPromisc && t.Index != 0 {
		m := unix.PacketMreq{Ifindex: int32(t.Index), Type: unix.PACKET_MR_PROMISC}
		if err := unix.SetsockoptPacketMreq(fd, unix.SOL_PACKET, unix.PACKET_ADD_MEMBERSHIP, &m); err != nil {
			return fmt.Errorf("promiscuous mode (-p does without): %w", err)
		}
	}
	return nil
}

// join makes fd one of a group among which the kernel shares frames by the hash of
// their connection, the same for both directions; what one has no room for goes to
// the next. The first of a group is given its number by the kernel.
func join(fd, lane, group int) (int, error) {
	const rollover, unique = unix.PACKET_FANOUT_FLAG_ROLLOVER, unix.PACKET_FANOUT_FLAG_UNIQUEID
	kind := unix.PACKET_FANOUT_HASH | rollover
	if lane == 0 {
		kind |= unique
	}
	if err := unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_FANOUT, group|kind<<16); err != nil {
		return 0, err
	}
	if lane > 0 {
		return group, nil
	}
	v, err := unix.GetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_FANOUT)
	return v & 0xffff, err
}

// prober says of an interface what its link is, and whether it can be listened to. Whether a packet socket may be made
// does not depend on the interface, and closing one takes the kernel some milliseconds.
func prober() func(name string) (capture.LinkType, error) {
	fd, denied := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
	if denied == nil {
		unix.Close(fd)
	}
	return func(name string) (capture.LinkType, error) {
		_, l, err := find(name)
		if err == nil && denied != nil {
			err = &PermissionError{name}
		}
		return l, err
	}
}
