package export_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"portero/handshake"
	"portero/internal/corpus"
	"portero/internal/export"
	"portero/internal/findings"
)

// collector is one that takes everything at once, unless it is told otherwise. The tests with
// it run on a clock of their own, so that minutes pass at once.
type collector struct {
	mu     sync.Mutex
	got    []message
	dials  int
	absent error               // what comes of dialling
	refuse func(nth int) error // what comes of sending the nth message, from 1 on
	open   []*conn
	last   error  // what is read when the line is closed
	slow   func() // waits before a message is taken
	tried  int
}

type message struct {
	at   time.Time
	data []byte
}

func (c *collector) dial(network, _ string) (net.Conn, error) {
	c.dials++
	if c.absent != nil {
		return nil, &net.OpError{Op: "dial", Net: "udp", Addr: &net.UDPAddr{Port: 4739}, Err: c.absent}
	}
	n := &conn{collector: c, over: make(chan struct{}), datagrams: network == "udp"}
	c.open = append(c.open, n)
	return n, nil
}

// conn says nothing until it is closed, by either end; over datagrams a Read is answered at once.
type conn struct {
	net.Conn
	*collector
	datagrams bool
	over      chan struct{}
	once      sync.Once
}

// hangUp closes all connections at the collector's end.
func (c *collector) hangUp() {
	for _, n := range c.open {
		n.Close()
	}
}

func (c *conn) Write(b []byte) (int, error) {
	if c.slow != nil {
		c.slow()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tried++
	if c.refuse != nil {
		if err := c.refuse(c.tried); err != nil {
			return 0, &net.OpError{Op: "write", Net: "udp", Err: err}
		}
	}
	c.got = append(c.got, message{time.Now(), slices.Clone(b)})
	return len(b), nil
}

func (c *conn) Read([]byte) (int, error) {
	if !c.datagrams {
		<-c.over
		return 0, io.EOF
	}
	return 0, &net.OpError{Op: "read", Err: c.last}
}
func (c *conn) Close() error                     { c.once.Do(func() { close(c.over) }); return nil }
func (c *conn) SetReadDeadline(time.Time) error  { return nil }
func (c *conn) SetWriteDeadline(time.Time) error { return nil }

// sets are the numbers of the sets of an IPFIX message.
func sets(m []byte) (ids []uint16) {
	for b := m[16:]; len(b) > 0; b = b[binary.BigEndian.Uint16(b[2:]):] {
		ids = append(ids, binary.BigEndian.Uint16(b))
	}
	return ids
}

// A collector over UDP that was started after us, or missed them, gets templates again; over
// TCP once is enough. Each message says when it left.
func TestTemplatesGoOutAgainOverUDP(t *testing.T) {
	for scheme, want := range map[string][]int{"ipfix": {0, 5, 10}, "ipfix+tcp": {0}} {
		synctest.Test(t, func(t *testing.T) {
			var c collector
			e, err := export.Open(scheme+"://h?resend=5", export.Options{Dial: c.dial})
			if err != nil {
				t.Fatal(err)
			}
			begun := time.Now()
			for i := range 13 {
				if err := e.Write(corpus.Made(uint64(i))); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Second)
			}
			if err := e.Close(); err != nil {
				t.Fatal(err)
			}
			var told []int
			records := uint32(0)
			for _, m := range c.got {
				if sent := binary.BigEndian.Uint32(m.data[4:]); int64(sent) != m.at.Unix() {
					t.Errorf("%s: a message of %d says that it left at %d", scheme, m.at.Unix(), sent)
				}
				if slices.Contains(sets(m.data), 2) {
					told = append(told, int(m.at.Sub(begun).Seconds()))
				}
				records = binary.BigEndian.Uint32(m.data[8:])
			}
			if told = slices.Compact(told); !slices.Equal(told, want) || records == 0 {
				t.Errorf("%s: templates after %v seconds, want %v", scheme, told, want)
			}
		})
	}
}

// Live, a record waits for a second at most, however few come and however long they go on.
func TestARecordWaitsForASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c collector
		e, err := export.Open("ipfix://h", export.Options{Dial: c.dial})
		if err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		for i := range 40 {
			e.Write(corpus.Made(uint64(i % 4)))
			time.Sleep(250 * time.Millisecond)
			e.Tick()
		}
		last := begun
		for _, m := range c.got {
			if d := m.at.Sub(last); d > time.Second {
				t.Errorf("nothing left for %v", d)
			}
			last = m.at
		}
		if d := time.Since(last); d > time.Second {
			t.Errorf("nothing left for %v", d)
		}
		n := len(c.got)
		for range 30 {
			time.Sleep(100 * time.Millisecond)
			e.Tick()
		}
		if n > 12 || len(c.got) > n+1 {
			t.Errorf("%d messages in ten seconds, and %d of nothing", n, len(c.got)-n)
		}
		e.Close()
	})
}

// No more messages leave in a second than the collector can take.
func TestRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c collector
		e, err := export.Open("ipfix://h?size=512&rate=100&resend=86400", export.Options{Dial: c.dial})
		if err != nil {
			t.Fatal(err)
		}
		for i := range 2000 {
			e.Write(corpus.Made(uint64(i)))
		}
		e.Close()
		for i := range c.got {
			if i >= 110 && c.got[i].at.Sub(c.got[i-110].at) < time.Second {
				t.Fatalf("110 messages within %v", c.got[i].at.Sub(c.got[i-110].at))
			}
			if len(c.got[i].data) > 512 {
				t.Errorf("a message of %d octets", len(c.got[i].data))
			}
		}
		if n := len(c.got); n < 500 || c.got[n-1].at.Sub(c.got[0].at) > time.Duration(n)*10*time.Millisecond+time.Second {
			t.Errorf("%d messages took %v", n, c.got[n-1].at.Sub(c.got[0].at))
		}
	})
}

// What may stand in an address is taken up to its borders, and what may not is an error that
// says so, before anything is sent.
func TestAddresses(t *testing.T) {
	for to, want := range map[string]string{"ipfix://h": "udp h:4739", "ipfix+tcp://h/": "tcp h:4739", "syslog://[::1]": "udp [::1]:514", "syslog+tcp://h": "tcp h:601", "syslog://h:9": "udp h:9"} {
		if network, addr, err := export.Address(to); err != nil || network+" "+addr != want {
			t.Errorf("%s leads to %s %s, %v", to, network, addr, err)
		}
	}
	longest := map[string]int{}
	for to, domain := range map[string]uint32{"ipfix://h": 1, "ipfix://h/": 1, "ipfix+tcp://h": 1, "ipfix://h?domain=0&size=512": 0, "ipfix://h?domain=4294967295&pen=4294967295&size=65535&rate=10000000&resend=86400": 1<<32 - 1} {
		var c collector
		e, err := export.Open(to, export.Options{Dial: c.dial})
		if err != nil {
			t.Fatal(err)
		}
		for i := range 100 {
			e.Write(corpus.Made(uint64(i)))
		}
		e.Close()
		for _, m := range c.got {
			longest[to] = max(longest[to], len(m.data))
			if got := binary.BigEndian.Uint32(m.data[12:]); got != domain {
				t.Errorf("%s: domain %d", to, got)
			}
		}
	}
	if n := longest["ipfix://h"]; n > 1400 || n < 1200 {
		t.Errorf("a message over UDP has up to %d octets", n)
	}
	if n := longest["ipfix+tcp://h"]; n > 8192 || n < 7000 {
		t.Errorf("a message over TCP has up to %d octets", n)
	}
	for to, want := range map[string]string{
		"ipfix://h?domain=4294967296": `domain: "4294967296" is no number from 0 to 4294967295`, "ipfix://h?domain=-1": "domain", "ipfix://h?pen=0": "pen", "ipfix://h?pen=4294967296": "from 1 to 4294967295",
		"ipfix://h?size=511": "from 512 to 65535", "ipfix://h?size=65536": "size", "ipfix://h?resend=0": "from 1 to 86400", "ipfix://h?rate=0": "rate", "ipfix+tcp://h?rate=5": `no option "rate"`,
		"ipfix://h?domain=one": `domain: "one" is no number`, "syslog://h?facility=local0": `facility: "local0" is no number`, "ipfix+tcp://h?pen=5x": "pen",
		"syslog://h?facility=24": "from 0 to 23", "syslog://h?facility=-1": "facility", "syslog://h?domain=1": `no option "domain"`, "ipfix://h/path": "write ipfix://", "syslog://h/x": "write ipfix://",
		"ipfix://u@h": "write ipfix://", "http://h": "write ipfix://", "ipfix://:4739": "write ipfix://", "ipfix://[::1": "is no address",
	} {
		var c collector
		if _, err := export.Open(to, export.Options{Dial: c.dial}); err == nil || !strings.Contains(err.Error(), want) || c.dials > 0 {
			t.Errorf("%s: %v, want %q", to, err, want)
		}
	}
	// What the system says of an address is not told with the address once more.
	c := collector{absent: syscall.EHOSTUNREACH}
	if _, err := export.Open("syslog+tcp://h", export.Options{Dial: c.dial}); err == nil || err.Error() != "syslog+tcp://h: "+syscall.EHOSTUNREACH.Error() {
		t.Error(err)
	}
}

// A message of syslog is this machine's, where it is not told to be another's.
func TestWhoseAMessageOfSyslogIs(t *testing.T) {
	here, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	for to, want := range map[string]string{"syslog://h": here, "syslog://h?host=": here, "syslog://h?host=sensor-1": "sensor-1"} {
		var c collector
		e, err := export.Open(to, export.Options{Dial: c.dial})
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(e.Findings([]findings.Finding{finding(80)}), e.Close()); err != nil && len(c.got) == 0 {
			t.Fatal(err)
		}
		if h := strings.SplitN(string(c.got[0].data), " ", 4); len(h) != 4 || h[2] != want {
			t.Errorf("%s: %q, want that of %s", to, c.got[0].data, want)
		}
	}
}

// A collector that is too slow costs messages, never memory or time; each that is not sent is
// counted.
func TestALossIsCounted(t *testing.T) {
	const all = 3000
	release := make(chan struct{})
	c := collector{slow: func() { <-release }}
	var said string
	e, err := export.Open("syslog://h", export.Options{Live: true, Dial: c.dial, Say: func(s string) { said = s }})
	if err != nil {
		t.Fatal(err)
	}
	for i := range all {
		if err := e.Findings([]findings.Finding{finding(uint16(i + 1))}); err != nil {
			t.Fatal(err)
		}
	}
	close(release)
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	if n := len(c.got); n > 1026 || n < 1024 || said != fmt.Sprintf("syslog://h: %d findings; %d messages LOST", all, all-n) {
		t.Errorf("%d of %d came; said %q", n, all, said)
	}
}

// A host that does not have the port open says so after the fact: what was not sent is counted
// once, and what comes later is sent.
func TestRefusedDatagrams(t *testing.T) {
	for _, k := range []struct {
		live        bool
		refuse, got int
		last        error
		lost        string
	}{
		{true, 2, 4, errors.New("timeout"), "; 1 message LOST"},
		{true, 2, 4, syscall.ECONNREFUSED, "; 2 messages LOST"},
		{false, 0, 4, syscall.ECONNREFUSED, "; 1 message LOST"},
		{false, 0, 4, errors.New("timeout"), ""},
	} {
		c := collector{last: k.last, refuse: func(nth int) error {
			if nth == k.refuse {
				return syscall.ECONNREFUSED
			}
			return nil
		}}
		var said string
		e, err := export.Open("syslog://h", export.Options{Live: k.live, Dial: c.dial, Say: func(s string) { said = s }})
		if err != nil {
			t.Fatal(err)
		}
		for i := range 4 {
			e.Findings([]findings.Finding{finding(uint16(i + 1))})
		}
		err = e.Close()
		if said != "syslog://h: 4 findings"+k.lost || len(c.got) != k.got {
			t.Errorf("%+v: said %q, %d came", k, said, len(c.got))
		}
		if failed := !k.live && k.lost != ""; (err != nil) != failed || failed && !strings.Contains(err.Error(), "nobody listens there") {
			t.Errorf("%+v: %v", k, err)
		}
	}
}

// A collector that is away is called once a second at most.
func TestDialsOnceASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := collector{absent: syscall.EHOSTUNREACH}
		e, err := export.Open("syslog+tcp://h", export.Options{Live: true, Dial: c.dial})
		if err != nil {
			t.Fatal(err)
		}
		for i := range 1000 {
			e.Findings([]findings.Finding{finding(uint16(i + 1))})
			time.Sleep(10 * time.Millisecond)
		}
		e.Close()
		if c.dials < 10 || c.dials > 12 {
			t.Errorf("%d times in ten seconds", c.dials)
		}
	})
}

// A collector that takes nothing for a minute is an error where it is waited for.
func TestWaitsForAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		defer theirs.Close()
		e, err := export.Open("syslog+tcp://h", export.Options{Dial: func(string, string) (net.Conn, error) { return ours, nil }})
		if err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		err = e.Findings([]findings.Finding{finding(1)})
		if d := time.Since(begun); err == nil || d != time.Minute {
			t.Errorf("after %v: %v", d, err)
		}
		if e.Close() == nil {
			t.Error("in the end all is well")
		}
	})
}

// Each finding is sent once, and again when it becomes graver: two faults of one door are two,
// one that the user muted is none, and what does not fit in memory is left out and said.
func TestFindingsAreSentOnce(t *testing.T) {
	var c collector
	var said string
	e, err := export.Open("syslog://h?host=a", export.Options{Dial: c.dial, Say: func(s string) { said = s }})
	if err != nil {
		t.Fatal(err)
	}
	sent := func(want int, what string, fs ...findings.Finding) {
		t.Helper()
		before := len(c.got)
		if err := e.Findings(fs); err != nil {
			t.Fatal(err)
		}
		if n := len(c.got) - before; n != want {
			t.Errorf("%s: %d messages, want %d", what, n, want)
		}
	}
	ssh, http := finding(8888), finding(8888)
	ssh.Kind, ssh.Name, http.Kind, http.Name, http.Severity = "port-mismatch", "ssh", "port-mismatch", "http", "info"
	muted := finding(81)
	muted.Muted = "our own scanner"
	sent(2, "two faults of one door", ssh, http, muted)
	sent(0, "the same", ssh, http, muted)
	ssh.Severity = "low"
	sent(0, "milder", ssh)
	ssh.Severity = "medium"
	sent(0, "as it was", ssh)
	ssh.Severity = "high"
	sent(1, "graver", ssh)

	var many []findings.Finding
	for i := range 1<<16 + 3 {
		f := finding(80)
		f.Actor = netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})
		many = append(many, f)
	}
	sent(1<<16-2, "more than there is room for", many...)
	sent(0, "the same", many...)
	http.Severity = "high"
	sent(1, "graver, when there is no more room", http)
	e.Close()
	if want := fmt.Sprintf("syslog://h?host=a: %d findings; at least 5 findings LEFT OUT: more than 65536 of them", 1<<16+2); said != want {
		t.Errorf("said %q, want %q", said, want)
	}
	if !strings.HasPrefix(string(c.got[0].data), "<132>1 ") { // local0 and warning
		t.Errorf("%q", c.got[0].data)
	}
}

// A connection that lasts is reported once per active timeout, which the address may set, and the
// rest of it when it ends. What is not final is no record of Write's.
func TestActiveTimeout(t *testing.T) {
	for to, want := range map[string]uint32{"ipfix://h": 4, "ipfix://h?active=30": 7, "ipfix://h?active=0": 1} {
		synctest.Test(t, func(t *testing.T) {
			var c collector
			e, err := export.Open(to, export.Options{Dial: c.dial})
			if err != nil {
				t.Fatal(err)
			}
			r := corpus.Made(0)
			r.Final, r.Close = false, handshake.StillOpen
			first := r.First
			for s := range int64(200) {
				r.Last = first + s*1e9
				r.Orig.Pkts++
				if err := errors.Join(e.Look(r, r.Last), e.Write(r)); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Second)
				e.Tick()
			}
			r.Final = true
			e.Write(r)
			e.Close()
			records := uint32(0)
			for _, m := range c.got {
				if !slices.Contains(sets(m.data), 2) && !slices.Contains(sets(m.data), 262) {
					records++
				}
			}
			if records != want {
				t.Errorf("%s: %d reports, want %d", to, records, want)
			}
		})
	}
}

// When many connections are due at once, as those that were open at the start, none of their reports
// is lost for want of room: some come later.
func TestManyAreDueAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const flows = 20_000
		c := collector{slow: func() { time.Sleep(time.Millisecond) }}
		var said string
		e, err := export.Open("ipfix://h?rate=1000000", export.Options{Dial: c.dial, Live: true, Say: func(s string) { said = s }})
		if err != nil {
			t.Fatal(err)
		}
		r := corpus.Made(0)
		r.Final, r.Close = false, handshake.StillOpen
		for s := range int64(30) {
			for i := range uint64(flows) {
				r.ID = i + 1
				r.Last = r.First + 60e9
				e.Look(r, r.First+(60+s)*1e9)
			}
			time.Sleep(time.Second)
			e.Tick()
		}
		e.Close()
		if want := fmt.Sprintf(": %d records in ", flows); !strings.Contains(said, want) || strings.Contains(said, "LOST") {
			t.Errorf("%q, want %q and nothing lost", said, want)
		}
	})
}

// What was open when the capture ended is told, however much: nothing is behind it that could not
// wait. For a collector that takes nothing it is not waited longer than ten seconds.
func TestTheEndWaits(t *testing.T) {
	for _, c := range []struct {
		takes time.Duration
		lost  bool
		most  time.Duration
	}{{time.Millisecond, false, 10 * time.Second}, {5 * time.Second, true, 2 * time.Hour}} {
		synctest.Test(t, func(t *testing.T) {
			x := collector{slow: func() { time.Sleep(c.takes) }}
			said := ""
			e, err := export.Open("ipfix://h", export.Options{Dial: x.dial, Live: true, Say: func(s string) { said = s }})
			if err != nil {
				t.Fatal(err)
			}
			e.Ending()
			begun := time.Now()
			for i := range uint64(30_000) {
				r := corpus.Made(i)
				r.Final = true
				e.Write(r)
			}
			if d := time.Since(begun); d > 11*time.Second {
				t.Errorf("it is waited for %v", d)
			}
			if e.Close(); strings.Contains(said, "LOST") != c.lost || time.Since(begun) > c.most {
				t.Errorf("%v a message: %s after %v", c.takes, said, time.Since(begun))
			}
		})
	}
}
