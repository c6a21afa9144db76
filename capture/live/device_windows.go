//go:build windows && amd64

package live

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/google/gopacket/pcap"

	"portero/capture"
)

// npcap is an interface that Npcap opened. Its library is loaded when the first
// one is; no cgo.
type npcap struct{ *pcap.Handle }

// errNpcap says what is missing.
func errNpcap(err error) error {
	return fmt.Errorf("listening on Windows needs Npcap, which is not installed (%w): https://npcap.com", err)
}

// known finds Npcap's name for an interface: by its own name, its description, or
// an address that both lists have.
func known(name string) (dev string, index int, err error) {
	if err := pcap.LoadWinPCAP(); err != nil {
		return "", 0, errNpcap(err)
	}
	devs, err := pcap.FindAllDevs()
	if err != nil {
		return "", 0, err
	}
	have := map[string]bool{}
	i, e := net.InterfaceByName(name)
	if e == nil {
		index = i.Index
		if as, err := i.Addrs(); err == nil {
			for _, a := range as {
				if n, ok := a.(*net.IPNet); ok {
					have[n.IP.String()] = true
				}
			}
		}
	}
	for n, d := range devs {
		if d.Name == name || d.Description == name {
			if index == 0 {
				index = 1<<16 + n
			}
			return d.Name, index, nil
		}
		for _, a := range d.Addresses {
			if have[a.IP.String()] {
				return d.Name, index, nil
			}
		}
	}
	if e != nil {
		return "", 0, unknown(name)
	}
	return "", 0, fmt.Errorf("%s: Npcap does not know this interface", name)
}

func listen(o *Options, name string) (Tap, error) {
	dev, index, err := known(name)
	if err != nil {
		return Tap{}, err
	}
	in, err := pcap.NewInactiveHandle(dev)
	if err != nil {
		return Tap{}, fmt.Errorf("%s: %w", name, err)
	}
	defer in.CleanUp()
	size := o.RingBytes
	if size <= 0 {
		size = 32 << 20
	}
	if err := errors.Join(in.SetSnapLen(o.snap()), in.SetPromisc(!o.NoPromisc), in.SetTimeout(wait), in.SetBufferSize(size)); err != nil {
		return Tap{}, fmt.Errorf("%s: %w", name, err)
	}
	h, err := in.Activate()
	if err != nil {
		if strings.Contains(strings.ToLower(err.Error()), "permission") || strings.Contains(strings.ToLower(err.Error()), "denied") {
			return Tap{}, &PermissionError{name}
		}
		return Tap{}, fmt.Errorf("%s: %w", name, err)
	}
	link := capture.LinkType(h.LinkType())
	raw, err := compile(o, link)
	if err == nil && raw != nil {
		code := make([]pcap.BPFInstruction, len(raw))
		for i, r := range raw {
			code[i] = pcap.BPFInstruction{Code: r.Op, Jt: r.Jt, Jf: r.Jf, K: r.K}
		}
		err = h.SetBPFInstructionFilter(code)
	}
	if err != nil {
		h.Close()
		return Tap{}, err
	}
	return Tap{Name: name, Index: index, Link: link, device: npcap{h}}, nil
}

func (n npcap) next() ([]byte, time.Time, int, error) {
	data, ci, err := n.ZeroCopyReadPacketData()
	if errors.Is(err, pcap.NextErrorTimeoutExpired) {
		return nil, time.Time{}, 0, nil
	}
	return data, ci.Timestamp, ci.Length, err
}

func (n npcap) stats() (received, dropped uint64) {
	s, err := n.Handle.Stats()
	if err != nil {
		return 0, 0
	}
	return uint64(s.PacketsReceived), uint64(s.PacketsDropped) + uint64(s.PacketsIfDropped)
}

func (n npcap) Close() { n.Handle.Close() }

func probe(name string) (capture.LinkType, error) {
	t, err := listen(&Options{NoPromisc: true}, name)
	if err != nil {
		return 0, err
	}
	t.Close()
	return t.Link, nil
}
