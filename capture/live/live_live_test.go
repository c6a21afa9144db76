//go:build linux

package live_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"

	"portero/capture"
	"portero/capture/filter"
	"portero/capture/live"
	"portero/internal/livetest"
)

// seen is a frame that outlives its block.
type seen struct {
	capture.Frame
	from string
}

// listen begins to listen on side A and returns what ends it and gives the frames.
func listen(t *testing.T, n *livetest.Net, o live.Options, events func(live.Event)) (h *live.Handle, end func() []seen) {
	t.Helper()
	var err error
	n.Do(livetest.A, func() {
		var taps []live.Tap
		if taps, err = live.Listen(o); err != nil {
			return
		}
		h, err = live.Open(taps, func(name string) (t live.Tap, err error) {
			one := o
			one.Interfaces = []string{name}
			n.Do(livetest.A, func() {
				var ts []live.Tap
				if ts, err = live.Listen(one); err == nil {
					t = ts[0]
				}
			})
			return t, err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	h.Changed = events
	out := make(chan []seen)
	go func() {
		var b capture.Block
		var all []seen
		for {
			err := h.Next(&b)
			if err != nil {
				if !errors.Is(err, io.EOF) {
					t.Error(err)
				}
				break
			}
			for _, f := range b.Frames {
				f.Data = append([]byte(nil), f.Data...)
				all = append(all, seen{f, h.Name(f.Iface)})
			}
		}
		out <- all
	}()
	return h, func() []seen {
		h.Stop()
		select {
		case all := <-out:
			return all
		case <-time.After(time.Minute):
			t.Fatal("a reader was not woken")
			return nil
		}
	}
}

func udp(t *testing.T, n *livetest.Net, s livetest.Side, to string, count, size int) {
	t.Helper()
	n.Do(s, func() {
		c, err := net.Dial("udp", to)
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		for i := range count {
			b := make([]byte, size)
			binary.BigEndian.PutUint32(b, uint32(i))
			c.Write(b)
		}
	})
}

// sink takes UDP on a side, so that nothing is refused.
func sink(t *testing.T, n *livetest.Net, s livetest.Side, port int) {
	t.Helper()
	n.Do(s, func() {
		c, err := net.ListenUDP("udp", &net.UDPAddr{Port: port})
		if err != nil {
			t.Error(err)
			return
		}
		t.Cleanup(func() { c.Close() })
	})
}

func isUDP(f *seen) bool {
	return len(f.Data) > 42 && binary.BigEndian.Uint16(f.Data[12:]) == 0x800 && f.Data[23] == 17
}

// Frames of several rings come in order of time, each once, with its direction.
func TestLanesMergeInOrder(t *testing.T) {
	n := livetest.New(t)
	for p := 9000; p < 9008; p++ {
		sink(t, n, livetest.B, p)
	}
	sink(t, n, livetest.A, 9100)
	for _, lanes := range []int{1, 4} {
		h, end := listen(t, n, live.Options{Interfaces: []string{"va"}, Lanes: lanes}, nil)
		const each = 500
		for p := 9000; p < 9008; p++ {
			udp(t, n, livetest.A, fmt.Sprintf("10.77.0.2:%d", p), each, 100)
		}
		udp(t, n, livetest.B, "10.77.0.1:9100", each, 100)
		all := end()
		out, in, last := 0, 0, int64(0)
		for i := range all {
			f := &all[i]
			if f.Time < last || f.Index != uint64(i+1) {
				t.Fatalf("%d lanes: frame %d has time %d and index %d after %d", lanes, i, f.Time, f.Index, last)
			}
			last = f.Time
			switch {
			case !isUDP(f):
			case f.Dir == capture.DirOutbound:
				out++
			case f.Dir == capture.DirInbound:
				in++
			}
		}
		if out != 8*each || in != each {
			t.Errorf("%d lanes: %d out and %d in, of %d and %d", lanes, out, in, 8*each, each)
		}
		if d := time.Since(time.Unix(0, last)); d < 0 || d > time.Minute {
			t.Errorf("the last frame is %v old", d)
		}
		s := h.Stats()
		if s.Read != uint64(len(all)) || s.Received < s.Read || s.Received > s.Read+20 || s.Dropped != 0 || len(s.Lanes) != lanes {
			t.Errorf("%d lanes: %d frames, but %+v", lanes, len(all), s)
		}
		busy := 0
		for _, l := range s.Lanes {
			if l.Read > 0 {
				busy++
			}
		}
		if lanes > 1 && busy < 2 {
			t.Errorf("only %d of %d lanes had frames: %+v", busy, lanes, s.Lanes)
		}
		h.Close()
		if after := h.Stats(); after.Read != s.Read {
			t.Errorf("after Close %d frames read, before %d", after.Read, s.Read)
		}
	}
}

// TestCloseWhileReading closes under a reader that was not told to stop.
func TestCloseWhileReading(t *testing.T) {
	t.Parallel()
	n := livetest.New(t)
	for range 20 {
		h, end := listen(t, n, live.Options{Interfaces: []string{"va"}}, nil)
		time.Sleep(5 * time.Millisecond)
		if err := h.Close(); err != nil {
			t.Fatal(err)
		}
		end()
	}
}

// A frame on loopback is there once, in one interface and in any.
func TestLoopbackOnce(t *testing.T) {
	n := livetest.New(t)
	sink(t, n, livetest.A, 9000)
	for _, iface := range []string{"lo", "any"} {
		h, end := listen(t, n, live.Options{Interfaces: []string{iface}}, nil)
		udp(t, n, livetest.A, "127.0.0.1:9000", 100, 50)
		got := 0
		for _, f := range end() {
			if isUDP(&f) && f.from == "lo" {
				got++
			}
		}
		if got != 100 {
			t.Errorf("%s: %d frames of 100", iface, got)
		}
		h.Close()
	}
}

// The kernel's filter lets no other frame through, not one from before it was there.
func TestFilterFromTheFirstFrame(t *testing.T) {
	n := livetest.New(t)
	sink(t, n, livetest.B, 9000)
	sink(t, n, livetest.B, 9001)
	expr, err := filter.Parse("udp port 9000")
	if err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				return
			default:
				udp(t, n, livetest.A, "10.77.0.2:9001", 200, 50)
			}
		}
	}()
	for _, lanes := range []int{1, 3} {
		for range 5 {
			h, end := listen(t, n, live.Options{Interfaces: []string{"va"}, Lanes: lanes, Filter: func(l capture.LinkType) ([]bpf.RawInstruction, error) {
				p, err := expr.Compile(l, filter.Options{Live: true})
				if err != nil {
					return nil, err
				}
				return p.Raw(), nil
			}}, nil)
			udp(t, n, livetest.A, "10.77.0.2:9000", 20, 50)
			all := end()
			if len(all) != 20 {
				t.Errorf("%d lanes: %d frames of 20", lanes, len(all))
			}
			for _, f := range all {
				if p := binary.BigEndian.Uint16(f.Data[36:]); p != 9000 {
					t.Fatalf("a frame to port %d slipped past", p)
				}
			}
			h.Close()
		}
	}
	close(stop)
	<-done
}

// Whoever gets a socket, as the process that parses does, can neither take its filter off nor put another in its place, be he root.
func TestTheFilterIsLocked(t *testing.T) {
	n := livetest.New(t)
	for _, lanes := range []int{1, 2} {
		n.Do(livetest.A, func() {
			taps, err := live.Listen(live.Options{Interfaces: []string{"va"}, Lanes: lanes, RingBytes: 1 << 20})
			if err != nil {
				t.Error(err)
				return
			}
			defer taps[0].Close()
			all := []unix.SockFilter{{Code: unix.BPF_RET | unix.BPF_K, K: 1 << 18}}
			for _, f := range taps[0].Files {
				fd := int(f.Fd())
				for what, err := range map[string]error{
					"taken off":  unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_DETACH_FILTER, 0),
					"replaced":   unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{Len: 1, Filter: &all[0]}),
					"unlocked":   unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_LOCK_FILTER, 0),
					"overridden": unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ATTACH_BPF, 0),
				} {
					if !errors.Is(err, unix.EPERM) {
						t.Errorf("%d lanes: the filter can be %s: %v", lanes, what, err)
					}
				}
			}
		})
	}
}

// A filter on any means what it says on every kind of interface.
func TestFilterOnAny(t *testing.T) {
	n := livetest.New(t)
	tun := n.Tun(livetest.A, "tun0")
	sink(t, n, livetest.A, 9000)
	sink(t, n, livetest.A, 9001)
	sink(t, n, livetest.B, 9000)
	sink(t, n, livetest.B, 9001)
	expr, err := filter.Parse("udp port 9000")
	if err != nil {
		t.Fatal(err)
	}
	h, end := listen(t, n, live.Options{Interfaces: []string{"any"}, Lanes: 2, Filter: func(l capture.LinkType) ([]bpf.RawInstruction, error) {
		p, err := expr.Compile(l, filter.Options{Live: true})
		if err != nil {
			return nil, err
		}
		return p.Raw(), nil
	}}, nil)
	for _, port := range []int{9000, 9001} {
		udp(t, n, livetest.A, fmt.Sprintf("10.77.0.2:%d", port), 7, 50)
		udp(t, n, livetest.A, fmt.Sprintf("127.0.0.1:%d", port), 5, 50)
		p := []byte{0x45, 0, 0, 36, 0, 1, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2, 3, 232, byte(port >> 8), byte(port), 0, 16, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8}
		for range 3 {
			if _, err := tun.Write(p); err != nil {
				t.Fatal(err)
			}
		}
	}
	got := map[string]int{}
	for _, f := range end() {
		at := 36
		if f.from == "tun0" {
			at = 22
			if f.Link != 101 {
				t.Errorf("link type %v of a TUN device", f.Link)
			}
		}
		if p := binary.BigEndian.Uint16(f.Data[at:]); p != 9000 {
			t.Errorf("%s: port %d", f.from, p)
		}
		got[f.from]++
	}
	if got["va"] != 7 || got["lo"] != 5 || got["tun0"] != 3 {
		t.Errorf("%v", got)
	}
	h.Close()
}

// An interface is promiscuous while it is listened to, unless that is not wanted.
func TestPromiscuous(t *testing.T) {
	n := livetest.New(t)
	for _, no := range []bool{false, true} {
		h, end := listen(t, n, live.Options{Interfaces: []string{"va"}, NoPromisc: no}, nil)
		out := n.Run(livetest.A, "ip", "-d", "link", "show", "va")
		if got := strings.Contains(out, "promiscuity 1"); got == no {
			t.Errorf("-p %v: %s", no, out)
		}
		end()
		h.Close()
		if out := n.Run(livetest.A, "ip", "-d", "link", "show", "va"); !strings.Contains(out, "promiscuity 0") {
			t.Errorf("afterwards: %s", out)
		}
	}
}

// Tags that the kernel took off are where they were, with priority and kind; a filter
// for them works.
func TestVLANTagsAreBack(t *testing.T) {
	n := livetest.New(t)
	tap := n.Tap(livetest.A, "tap0")
	frame := func(tpid, tci uint16, port uint16) []byte {
		b := make([]byte, 0, 100)
		b = append(b, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2)
		if tpid != 0 {
			b = binary.BigEndian.AppendUint16(b, tpid)
			b = binary.BigEndian.AppendUint16(b, tci)
		}
		b = append(b, 8, 0, 0x45, 0, 0, 36, 0, 1, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2)
		b = binary.BigEndian.AppendUint16(b, 1000)
		b = binary.BigEndian.AppendUint16(b, port)
		return append(b, 0, 16, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8)
	}
	sent := [][]byte{frame(0, 0, 1), frame(0x8100, 3<<13|42, 2), frame(0x88a8, 7<<13|1<<12|100, 3), frame(0x8100, 5<<13, 4)}
	for expr, want := range map[string][]int{"": {0, 1, 2, 3}, "vlan 42": {1}, "vlan": {1, 2, 3}, "udp port 1": {0}} {
		o := live.Options{Interfaces: []string{"tap0"}}
		if expr != "" {
			e, err := filter.Parse(expr)
			if err != nil {
				t.Fatal(err)
			}
			o.Filter = func(l capture.LinkType) ([]bpf.RawInstruction, error) {
				p, err := e.Compile(l, filter.Options{Live: true})
				if err != nil {
					return nil, err
				}
				return p.Raw(), nil
			}
		}
		h, end := listen(t, n, o, nil)
		for _, f := range sent {
			if _, err := tap.Write(f); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(50 * time.Millisecond)
		all := end()
		if len(all) != len(want) {
			t.Errorf("%q: %d frames, want %d", expr, len(all), len(want))
		}
		for i := range min(len(all), len(want)) {
			f, w := all[i], sent[want[i]]
			if string(f.Data) != string(w) || int(f.WireLen) != len(w) || f.HasVLAN {
				t.Errorf("%q: frame %d (wire %d)\n%x, sent\n%x", expr, i, f.WireLen, f.Data, w)
			}
		}
		h.Close()
	}
}

// opened is va, listened to with a ring of so many octets, until the test is over.
func opened(t *testing.T, n *livetest.Net, ring int) (h *live.Handle) {
	t.Helper()
	var err error
	n.Do(livetest.A, func() {
		var taps []live.Tap
		if taps, err = live.Listen(live.Options{Interfaces: []string{"va"}, RingBytes: ring}); err == nil {
			h, err = live.Open(taps, nil)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Close() })
	return h
}

// A ring that is too small loses frames, and every one of them is counted.
func TestEveryFrameIsCounted(t *testing.T) {
	n := livetest.New(t)
	sink(t, n, livetest.B, 9000)
	h := opened(t, n, 1<<20)
	const count = 20000
	udp(t, n, livetest.A, "10.77.0.2:9000", count, 64) // nobody reads meanwhile
	time.Sleep(50 * time.Millisecond)
	h.Stop()
	var b capture.Block
	read := 0
	for h.Next(&b) == nil {
		for i := range b.Frames {
			if f := (seen{Frame: b.Frames[i]}); isUDP(&f) {
				read++
			}
		}
	}
	s := h.Stats()
	if s.Dropped == 0 || s.Freezes == 0 {
		t.Errorf("nothing was dropped: %+v", s)
	}
	// A few frames are the kernel's own, and what comes after Stop is not read.
	if other := s.Received - uint64(read); s.Received+s.Dropped < count || s.Received < s.Read || other > 20 {
		t.Errorf("%d sent, %d read, %+v", count, read, s)
	}
}

// What comes after the word to stop is not part of the capture, and in none of its counts.
func TestWhatComesAfterStopIsNotCounted(t *testing.T) {
	n := livetest.New(t)
	sink(t, n, livetest.B, 9000)
	h := opened(t, n, 32<<20)
	udp(t, n, livetest.A, "10.77.0.2:9000", 2000, 64)
	time.Sleep(50 * time.Millisecond)
	h.Stop()
	udp(t, n, livetest.A, "10.77.0.2:9000", 3000, 64)
	var b capture.Block
	for h.Next(&b) == nil {
	}
	udp(t, n, livetest.A, "10.77.0.2:9000", 100, 64)
	if s := h.Stats(); s.Received != s.Read || s.Read < 2000 || s.Read > 2100 || s.Dropped != 0 {
		t.Errorf("2000 sent until then: %+v", s)
	}
}
