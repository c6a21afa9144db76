//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package live

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/google/gopacket/bsdbpf"
	"golang.org/x/net/bpf"

	"portero/capture"
)

// linkNull is DLT_NULL: the address family in four octets, then the packet.
const linkNull capture.LinkType = 0

// sniffer is a BPF device. gopacket keeps its descriptor to itself, so the filter
// runs here and not in the kernel, and the length on the wire is what was captured.
type sniffer struct {
	*bsdbpf.BPFSniffer
	vm   *bpf.VM
	snap int
	seen atomic.Uint64
}

func listen(o *Options, name string) (t Tap, err error) {
	i, err := net.InterfaceByName(name)
	if err != nil {
		return Tap{}, unknown(name)
	}
	link := capture.LinkEthernet
	if i.Flags&net.FlagLoopback != 0 || len(i.HardwareAddr) == 0 {
		link = linkNull
	}
	raw, err := compile(o, link)
	if err != nil {
		return Tap{}, err
	}
	s := &sniffer{snap: o.snap()}
	if raw != nil {
		code, ok := bpf.Disassemble(raw)
		if !ok {
			return Tap{}, errors.New("the filter needs what only Linux has")
		}
		if s.vm, err = bpf.NewVM(code); err != nil {
			return Tap{}, fmt.Errorf("filter: %w", err)
		}
	}
	// gopacket panics where no BPF device may be opened.
	defer func() {
		if x := recover(); x != nil {
			t, err = Tap{}, &PermissionError{name}
		}
	}()
	s.BPFSniffer, err = bsdbpf.NewBPFSniffer(name, &bsdbpf.Options{ReadBufLen: 1 << 19, Timeout: &syscall.Timeval{Usec: 100000}, Promisc: !o.NoPromisc, Immediate: true, PreserveLinkAddr: true})
	if err != nil {
		if errors.Is(err, os.ErrPermission) {
			return Tap{}, &PermissionError{name}
		}
		return Tap{}, fmt.Errorf("%s: %w", name, err)
	}
	return Tap{Name: name, Index: i.Index, Link: link, device: s}, nil
}

func (s *sniffer) next() ([]byte, time.Time, int, error) {
	data, ci, err := s.ReadPacketData()
	if errors.Is(err, syscall.EINTR) || errors.Is(err, syscall.EAGAIN) || err != nil && strings.Contains(err.Error(), "corrupted") {
		return nil, time.Time{}, 0, nil
	}
	if err != nil || len(data) == 0 {
		return nil, time.Time{}, 0, err
	}
	n := s.snap
	if s.vm != nil {
		if n, err = s.vm.Run(data); err != nil || n == 0 {
			return nil, time.Time{}, 0, nil
		}
	}
	s.seen.Add(1)
	return data[:min(n, s.snap, len(data))], ci.Timestamp, ci.Length, nil
}

func (s *sniffer) stats() (received, dropped uint64) { return s.seen.Load(), 0 }

func (s *sniffer) Close() { s.BPFSniffer.Close() }

func prober() func(name string) (capture.LinkType, error) { return probe }

func probe(name string) (capture.LinkType, error) {
	t, err := listen(&Options{NoPromisc: true}, name)
	if err != nil {
		return 0, err
	}
	t.Close()
	return t.Link, nil
}
