//go:build linux

package live_test

import (
	"fmt"
	"net"
	"os"
	"sync"
	"testing"
	"time"

	"portero/capture/live"
	"portero/internal/livetest"
)

// counted is a sink that gives what waits until count datagrams of a size are there: what is sent waits until the kernel
// knows the other end's address, and is lost with the interface.
func counted(t *testing.T, n *livetest.Net, s livetest.Side, port int) (came func(count, size int)) {
	t.Helper()
	var mu sync.Mutex
	got := map[int]int{}
	n.Do(s, func() {
		c, err := net.ListenUDP("udp", &net.UDPAddr{Port: port})
		if err != nil {
			t.Error(err)
			return
		}
		t.Cleanup(func() { c.Close() })
		go func() {
			b := make([]byte, 1<<16)
			for {
				size, _, err := c.ReadFrom(b)
				if err != nil {
					return
				}
				mu.Lock()
				got[size]++
				mu.Unlock()
			}
		}()
	})
	return func(count, size int) {
		t.Helper()
		for end := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
			mu.Lock()
			now := got[size]
			mu.Unlock()
			if now >= count {
				return
			}
			if time.Now().After(end) {
				t.Fatalf("%d datagrams of %d octets came, not %d", now, size, count)
			}
		}
	}
}

// awaits gives what waits for a change. While an interface comes, a look at it may find it
// there and not yet up: that is told too, or not, as it happens.
func awaits(t *testing.T, events <-chan live.Event) func(want live.Event) {
	return func(want live.Event) {
		t.Helper()
		for {
			select {
			case e := <-events:
				if e == want {
					return
				}
				if e.Interface != want.Interface || e.Change != live.IsDown && e.Change != live.CameUp {
					t.Fatalf("%+v, want %+v", e, want)
				}
			case <-time.After(time.Minute):
				t.Fatalf("no word of %+v", want)
			}
		}
	}
}

// Frames that the kernel has not handed over yet belong to the capture, however late its
// timer is: when it is told to stop, and when the interface goes and comes back.
func TestFramesThatAreHandedOverLate(t *testing.T) {
	t.Parallel()
	for _, lanes := range []int{1, 3} {
		t.Run(fmt.Sprintf("%d lanes", lanes), func(t *testing.T) {
			t.Parallel()
			n := livetest.New(t)
			came := counted(t, n, livetest.B, 9000)
			o := live.Options{Interfaces: []string{"va"}, Lanes: lanes}
			o.Late(1200 * time.Millisecond)
			events := make(chan live.Event, 16)
			h, end := listen(t, n, o, func(e live.Event) { events <- e })
			await := awaits(t, events)
			udp(t, n, livetest.A, "10.77.0.2:9000", 10, 60)
			came(10, 60)
			n.Run(livetest.A, "ip", "link", "del", "va")
			n.Veth()
			await(live.Event{Interface: "va", Change: live.WentAway, Name: "va"})
			await(live.Event{Interface: "va", Change: live.CameBack})
			udp(t, n, livetest.A, "10.77.0.2:9000", 10, 61)
			came(10, 61)
			got := map[int]int{}
			for _, f := range end() {
				if isUDP(&f) {
					got[len(f.Data)-42]++
				}
			}
			if got[60] != 10 || got[61] != 10 {
				t.Errorf("datagrams by size %v, want 10 of 60 before it went and of 61 before the end", got)
			}
			h.Close()
		})
	}
}

// An interface that is removed and made anew is listened to again; one that goes down
// and up, too; the process keeps no descriptor of what is gone.
func TestInterfaceGoesAndComesBack(t *testing.T) {
	n := livetest.New(t)
	events := make(chan live.Event, 16)
	h, end := listen(t, n, live.Options{Interfaces: []string{"va", "lo"}, Lanes: 2}, func(e live.Event) { events <- e })
	defer h.Close()
	await := awaits(t, events)
	expect := func(c live.Change) {
		t.Helper()
		want := live.Event{Interface: "va", Change: c}
		if c == live.WentAway {
			want.Name = "va"
		}
		await(want)
	}
	came := counted(t, n, livetest.B, 9000)
	udp(t, n, livetest.A, "10.77.0.2:9000", 10, 60)
	came(10, 60)
	n.Run(livetest.A, "ip", "link", "set", "va", "down")
	expect(live.WentDown)
	n.Run(livetest.A, "ip", "link", "set", "va", "up")
	expect(live.CameUp)
	n.Carries(livetest.A, "va")
	n.Carries(livetest.B, "vb")
	udp(t, n, livetest.A, "10.77.0.2:9000", 10, 61)
	came(10, 61)
	before := descriptors(t)
	for round := range 3 {
		n.Run(livetest.A, "ip", "link", "del", "va")
		expect(live.WentAway)
		n.Veth()
		expect(live.CameBack)
		udp(t, n, livetest.A, "10.77.0.2:9000", 10, 62+round)
		came(10, 62+round)
	}
	// A ring that is given up is closed when nobody looks at its frames any more.
	after := descriptors(t)
	for end := time.Now().Add(time.Minute); after != before && time.Now().Before(end); after = descriptors(t) {
		time.Sleep(10 * time.Millisecond)
	}
	if after != before {
		t.Errorf("%d descriptors before, %d after", before, after)
	}
	got := map[int]int{}
	for _, f := range end() {
		if isUDP(&f) {
			got[len(f.Data)-42]++
		}
	}
	for size := 60; size < 65; size++ {
		if got[size] != 10 {
			t.Errorf("%d datagrams of size %d, want 10: %v", got[size], size, got)
		}
	}
	lanesAddUp(t, h.Stats())
}

// An interface that gets another name is followed under it; when it is gone, the name that
// was asked for is waited for. One that is down from the start is said to be down.
func TestInterfaceIsRenamed(t *testing.T) {
	t.Parallel()
	n := livetest.New(t)
	n.Run(livetest.A, "ip", "link", "add", "idle", "type", "veth", "peer", "name", "idle2")
	events := make(chan live.Event, 16)
	h, end := listen(t, n, live.Options{Interfaces: []string{"va", "idle"}}, func(e live.Event) { events <- e })
	defer h.Close()
	expect := awaits(t, events)
	expect(live.Event{Interface: "idle", Change: live.IsDown})
	n.Run(livetest.A, "ip", "link", "set", "idle", "up")
	expect(live.Event{Interface: "idle", Change: live.CameUp})
	came := counted(t, n, livetest.B, 9000)
	n.Run(livetest.A, "ip", "link", "set", "va", "name", "vnew")
	expect(live.Event{Interface: "va", Change: live.Renamed, Name: "vnew"})
	udp(t, n, livetest.A, "10.77.0.2:9000", 10, 60)
	came(10, 60)
	var index int
	n.Do(livetest.A, func() {
		if i, err := net.InterfaceByName("vnew"); err == nil {
			index = i.Index
		}
	})
	if got := h.Name(int32(index)); got != "vnew" {
		t.Errorf("its frames are said to be of %q", got)
	}
	n.Run(livetest.A, "ip", "link", "del", "vnew")
	expect(live.Event{Interface: "vnew", Change: live.WentAway, Name: "va"})
	n.Veth()
	expect(live.Event{Interface: "va", Change: live.CameBack})
	udp(t, n, livetest.A, "10.77.0.2:9000", 10, 61)
	came(10, 61)
	got := map[int]int{}
	for _, f := range end() {
		if isUDP(&f) {
			got[len(f.Data)-42]++
		}
	}
	if got[60] != 10 || got[61] != 10 {
		t.Errorf("datagrams by size %v, want 10 of 60 and of 61", got)
	}
}

func descriptors(t *testing.T) int {
	t.Helper()
	es, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(es)
}

// lanesAddUp: what the rings of an interface counted before it went stays with its lanes.
func lanesAddUp(t *testing.T, s live.Stats) {
	t.Helper()
	var received, read uint64
	for _, l := range s.Lanes {
		received += l.Received
		read += l.Read
	}
	if received != s.Received || read != s.Read || read < 50 {
		t.Errorf("%d lanes: %d received, %d read, in all %d and %d", len(s.Lanes), received, read, s.Received, s.Read)
	}
}
