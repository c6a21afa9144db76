//go:build !linux

package live

import (
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/net/bpf"

	"portero/capture"
)

// device is one interface as gopacket opened it.
type device interface {
	// next returns a frame, valid until it is called again; data is nil when none
	// came for a while.
	next() (data []byte, at time.Time, wireLen int, err error)
	stats() (received, dropped uint64)
	Close()
}

// Handle reads what Taps bring. One goroutine calls Next and, at the end, Close;
// Stop, Stats and Name may be called from others.
type Handle struct {
	// Changed is told when an interface goes away, in a goroutine of its own. Set it
	// before the first Next.
	Changed func(Event)

	taps    []Tap
	frames  chan capture.Block
	wake    chan struct{}
	once    sync.Once
	start   sync.Once
	readers sync.WaitGroup
	index   uint64
	lost    atomic.Uint64 // no room in frames
	read    atomic.Uint64
}

// Open reads taps. reopen is not used on this system: an interface that goes away
// stays away.
func Open(taps []Tap, _ func(name string) (Tap, error)) (*Handle, error) {
	return &Handle{taps: taps, frames: make(chan capture.Block, 256), wake: make(chan struct{})}, nil
}

// reader copies what a device brings.
func (h *Handle) reader(t *Tap) {
	defer h.readers.Done()
	d := t.device.(device)
	var b capture.Block
	sent := time.Now()
	for {
		data, at, wire, err := d.next()
		if data != nil {
			n := len(b.Buf)
			b.Buf = append(b.Buf, data...)
			b.Frames = append(b.Frames, capture.Frame{Data: b.Buf[n:len(b.Buf):len(b.Buf)], Time: at.UnixNano(), WireLen: uint32(max(wire, len(data))), Iface: int32(t.Index), Link: t.Link})
		}
		if len(b.Frames) > 0 && (data == nil || len(b.Frames) >= 512 || err != nil || time.Since(sent) > retire) {
			sent = time.Now()
			select {
			case h.frames <- b:
			default:
				h.lost.Add(uint64(len(b.Frames)))
			}
			b = capture.Block{}
		}
		select {
		case <-h.wake:
			return
		default:
		}
		if err != nil {
			if h.Changed != nil {
				h.Changed(Event{Interface: t.Name, Change: WentAway, Err: err})
			}
			return
		}
	}
}

// Next fills b with frames. After a tenth of a second without any it returns an
// empty block. After Stop it returns io.EOF.
func (h *Handle) Next(b *capture.Block) error {
	h.start.Do(func() {
		for i := range h.taps {
			h.readers.Add(1)
			go h.reader(&h.taps[i])
		}
	})
	b.Frames = b.Frames[:0]
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case *b = <-h.frames:
	case <-t.C:
		return nil
	case <-h.wake:
		h.readers.Wait()
		select {
		case *b = <-h.frames:
		default:
			return io.EOF
		}
	}
	for i := range b.Frames {
		h.index++
		b.Frames[i].Index, b.Frames[i].Num = h.index, h.index
	}
	if len(h.taps) > 1 {
		b.Taps = capture.ManyTaps
	}
	h.read.Add(uint64(len(b.Frames)))
	return nil
}

// Stop ends the capture and wakes a reader.
func (h *Handle) Stop() { h.once.Do(func() { close(h.wake) }) }

// Close gives everything back.
func (h *Handle) Close() error {
	h.Stop()
	h.readers.Wait()
	for i := range h.taps {
		h.taps[i].Close()
	}
	return nil
}

// Stats returns the counters.
func (h *Handle) Stats() Stats {
	s := Stats{Read: h.read.Load()}
	for i := range h.taps {
		r, d := h.taps[i].device.(device).stats()
		s.Lanes = append(s.Lanes, LaneStats{Interface: h.taps[i].Name, Received: r, Dropped: d})
		s.Received += r
		s.Dropped += d
	}
	s.Dropped += h.lost.Load()
	return s
}

// Name is the name of the interface that a frame came by.
func (h *Handle) Name(iface int32) string {
	for i := range h.taps {
		if h.taps[i].Index == int(iface) {
			return h.taps[i].Name
		}
	}
	return ""
}

// Listen begins to listen. The error is a *PermissionError or a *NoInterfaceError
// where that is why.
func Listen(o Options) ([]Tap, error) {
	var names []string
	for _, n := range o.Interfaces {
		if n != "any" {
			names = append(names, n)
			continue
		}
		all, err := net.Interfaces()
		if err != nil {
			return nil, err
		}
		for _, i := range all {
			if i.Flags&net.FlagUp != 0 {
				names = append(names, i.Name)
			}
		}
	}
	var taps []Tap
	var errs []error
	for _, n := range names {
		t, err := listen(&o, n)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		taps = append(taps, t)
	}
	if len(taps) == 0 || len(errs) > 0 && len(names) == len(o.Interfaces) {
		for i := range taps {
			taps[i].Close()
		}
		if len(errs) == 0 {
			errs = append(errs, errors.New("no interface to listen to"))
		}
		return nil, errors.Join(errs...)
	}
	return taps, nil
}

// compile makes the filter of o for link; nil takes all.
func compile(o *Options, link capture.LinkType) ([]bpf.RawInstruction, error) {
	if o.Filter == nil {
		return nil, nil
	}
	return o.Filter(link)
}
