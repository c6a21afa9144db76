//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"portero/internal/livetest"
)

// phase is one way in which two programs meet. What they do is a word for each step: wN
// writes N octets, rN reads N, e reads to the end of the other's, f ends its own
// (shutdown), c closes, x closes with SO_LINGER 0, zN sleeps N ms, d vanishes without a
// word, ! cuts the cable. A program closes at its end.
type phase struct {
	name           string
	client, server string
	to             string   // an address that is not the server's
	deaf           bool     // nobody listens
	both           bool     // both call, nobody listens
	backlog, late  int      // of the listener, which accepts after so many ms
	dial, listen   [][3]int // socket options
	early          bool     // with TCP Fast Open
	patience       int      // ms that the client waits to be connected
	times          int      // the client comes again when it is done
	again          bool     // from the same port
	kind           string   // of handshake, that one record at least has where the path is unharmed
}

var (
	keepAlive   = [][3]int{{unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1}, {unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, 1}, {unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, 1}, {unix.IPPROTO_TCP, unix.TCP_KEEPCNT, 2}}
	userTimeout = [][3]int{{unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, 1500}}
	listens     = [][3]int{{unix.IPPROTO_TCP, unix.TCP_FASTOPEN, 64}}
)

var phases = []phase{
	{name: "a question and an answer", client: "w300 r1000 e c", server: "r300 w1000 c"},
	{name: "the client closes first", client: "w300 r1000 f e c", server: "r300 w1000 e c"},
	{name: "the server speaks first", client: "r50 w20 r50 c", server: "w50 r20 w50 e c"},
	{name: "nothing is said", client: "c", server: "e c"},
	{name: "both close at once", client: "w10 r10 c", server: "w10 r10 c"},
	{name: "an upload", client: "w400000 f e", server: "e w10 c"},
	{name: "a download", client: "w10 e", server: "r10 w400000 c"},
	{name: "both send much", client: "w200000 f e", server: "w200000 f e"},
	{name: "half closed, and octets after it", client: "w10 f e c", server: "e w50000 z100 w50000 c"},
	{name: "the server half closes", client: "e w30000 c", server: "w10 f e c"},
	{name: "many words", client: strings.Repeat("w40 r40 ", 12) + "f e c", server: strings.Repeat("r40 w40 ", 12) + "e c"},
	{name: "small segments", client: "w20000 f e c", server: "r20000 w20000 e c", dial: [][3]int{{unix.IPPROTO_TCP, unix.TCP_MAXSEG, 200}}},
	{name: "nobody listens", client: "w10", deaf: true},
	{name: "forbidden on the way", client: "w10", to: "66"},
	{name: "no answer", client: "w10", to: "67"},
	{name: "called off", client: "w10", to: "67", patience: 300},
	{name: "called off before the answer", client: "w10", server: "e c", patience: 5},
	{name: "a small backlog", client: "w100 r100 c", server: "r100 w100 e c", backlog: 1, late: 2500},
	{name: "nobody accepts", client: "w100 z300 c", late: 1e6},
	{name: "deferred accept", client: "z1200 w100 r100 c", server: "r100 w100 e c", listen: [][3]int{{unix.IPPROTO_TCP, unix.TCP_DEFER_ACCEPT, 5}}},
	{name: "both call", client: "w100 r200 f e c", server: "w200 r100 f e c", both: true, kind: "simultaneous"},
	{name: "reset at once", client: "x", server: "e c"},
	{name: "reset by the client when all is said", client: "w100 r100 x", server: "r100 w100 e c"},
	{name: "reset by the server when all is said", client: "w100 r100 e c", server: "r100 w100 z30 x"},
	{name: "reset by the client under way", client: "w300000 x", server: "e c"},
	{name: "reset by the server under way", client: "w300000 e", server: "r20000 x"},
	{name: "the client leaves octets unread", client: "w10 r1000 c", server: "r10 w200000 e c"},
	{name: "the server leaves octets unread", client: "w200000 e c", server: "r1000 c"},
	{name: "the server leaves at once", client: "w500 r1 e c", server: "c"},
	{name: "reset after the end of the other", client: "w100 f e c", server: "e w100 x"},
	{name: "the same port, the server closed", client: "w100 r100 e c", server: "r100 w100 c", times: 3, again: true},
	{name: "the same port after a reset", client: "w100 r100 x", server: "r100 w100 e c", times: 3, again: true},
	{name: "a full window", client: "w300000 f e c", server: "z700 e c", listen: [][3]int{{unix.SOL_SOCKET, unix.SO_RCVBUF, 8192}}},
	{name: "idle, with keep-alive", client: "w100 r100 z3300 w100 r100 c", server: "r100 w100 r100 w100 e c", dial: keepAlive},
	{name: "fast open", client: "w100 r100 f e c", server: "r100 w100 e c", times: 2, early: true, listen: listens, kind: "fast_open"},
	{name: "fast open that the server ignores", client: "w100 r100 f e c", server: "r100 w100 e c", times: 2, early: true},
	{name: "the server vanished, the client writes", client: "w100 r100 z200 w100 z200 w100 e", server: "r100 w100 d"},
	{name: "the server vanished, the client waits", client: "w100 r100 e", server: "r100 w100 d", dial: keepAlive},
	{name: "the client vanished, the server writes", client: "w100 r100 d", server: "r100 w100 z200 w100 z200 w100 e"},
	{name: "the cable is cut", client: "w100 r100 ! w100 e", server: "r100 w100 e", dial: userTimeout, listen: userTimeout},
	{name: "the cable is cut in silence", client: "w100 r100 ! e", server: "r100 w100 e", dial: keepAlive, listen: keepAlive},
}

// life is what one program's socket went through.
type life struct {
	begun       time.Time
	up          maybe
	err         error // why it could not connect, read or write
	wrote, read int64
	eof         bool // it read the end of what the other had to say
	fin         bool // it ended its own
	followed    bool // when it had read the end of the other's
	rst, gone   bool // it was reset, or taken away without a word
}

// play does what a script says.
func (l *life) play(c *net.TCPConn, script string, cut func()) {
	c.SetDeadline(time.Now().Add(15 * time.Second))
	defer c.Close()
	for _, step := range strings.Fields(script) {
		n, _ := strconv.ParseInt(step[1:], 10, 64)
		switch step[0] {
		case 'w':
			var k int
			k, l.err = c.Write(make([]byte, n))
			l.wrote += int64(k)
		case 'r', 'e':
			if step[0] == 'e' {
				n = 1 << 40
			}
			n, l.err = io.CopyN(io.Discard, c, n)
			l.read += n
			if l.err == io.EOF {
				l.eof, l.err = true, nil
			}
		case 'f':
			l.end()
			c.CloseWrite()
		case 'z':
			time.Sleep(time.Duration(n) * time.Millisecond)
		case 'x':
			l.rst = true
			c.SetLinger(0)
			return
		case 'd':
			l.gone = true
			raw, _ := c.SyscallConn()
			setting([3]int{unix.IPPROTO_TCP, unix.TCP_REPAIR, 1})("", "", raw)
			return
		case '!':
			cut()
		}
		if errors.Is(l.err, os.ErrDeadlineExceeded) {
			l.rst = true
			c.SetLinger(0)
		}
		if l.err != nil {
			return
		}
	}
	l.end()
}

func (l *life) end() {
	if !l.fin {
		l.fin, l.followed = true, l.eof
	}
}

// world is where the phases are played.
type world struct {
	t     *testing.T
	net   *livetest.Net
	wire  *livetest.Wire
	clean bool // the wire harms nothing

	over    chan struct{}
	servers sync.WaitGroup
	mu      sync.Mutex
	tries   []*try
	taken   map[netip.AddrPort][]*life // by server sockets, by the client's address
}

// try is one call of a client.
type try struct {
	*phase
	ends  [2]netip.AddrPort // of the client, of the server
	lives [2]*life          // the server's is nil when nobody accepted
	// ghosts are server sockets of the same ends that no call of the client's asked for: with
	// SYN cookies and Fast Open the server accepts a copy that comes late once more.
	ghosts []*life
	next   *try // from the same port
	clean  bool
}

func (c *try) String() string {
	s := fmt.Sprintf("%s (%v > %v)", c.name, c.ends[0], c.ends[1])
	for i, l := range c.lives {
		if l != nil {
			s += fmt.Sprintf("\n    %s: connected %v, wrote %d, read %d, %v; read FIN %v, sent FIN %v (after the other's %v), RST %v, gone %v",
				[2]string{"client", "server"}[i], l.up, l.wrote, l.read, l.err, l.eof, l.fin, l.followed, l.rst, l.gone)
		}
	}
	return s
}

// setting sets socket options.
func setting(options ...[3]int) func(string, string, syscall.RawConn) error {
	return func(_, _ string, raw syscall.RawConn) (err error) {
		e := raw.Control(func(fd uintptr) {
			for _, o := range options {
				err = errors.Join(err, unix.SetsockoptInt(int(fd), o[0], o[1], o[2]))
			}
		})
		return errors.Join(e, err)
	}
}

// serve is the server of a phase.
func (w *world) serve(p *phase, port uint16) {
	var l net.Listener
	var err error
	w.net.Do(livetest.B, func() {
		c := net.ListenConfig{KeepAlive: -1, Control: setting(p.listen...)}
		c.SetMultipathTCP(false)
		l, err = c.Listen(context.Background(), "tcp", fmt.Sprint(":", port))
	})
	if err != nil {
		w.t.Fatal(p.name, err)
	}
	if p.backlog > 0 {
		raw, _ := l.(*net.TCPListener).SyscallConn()
		raw.Control(func(fd uintptr) { unix.Listen(int(fd), p.backlog) })
	}
	go func() {
		<-w.over
		l.Close()
	}()
	w.servers.Go(func() {
		select {
		case <-time.After(time.Duration(p.late) * time.Millisecond):
		case <-w.over:
		}
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			from := c.RemoteAddr().(*net.TCPAddr).AddrPort()
			from = netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
			a := &life{begun: time.Now(), up: yes}
			w.mu.Lock()
			w.taken[from] = append(w.taken[from], a)
			w.mu.Unlock()
			w.servers.Go(func() {
				a.play(c.(*net.TCPConn), p.server, nil)
				if p.early && !a.eof {
					a.up = perhaps // it was accepted with the SYN
				}
			})
		}
	})
}

// call connects from one end to the other, and plays a script when it could. It returns nil
// where the port is still taken by a connection that does not end.
func (w *world) call(p *phase, s livetest.Side, from, to netip.AddrPort, script string) *life {
	options := append([][3]int{{unix.SOL_SOCKET, unix.SO_REUSEADDR, 1}}, p.dial...)
	if p.early {
		options = append(options, [3]int{unix.IPPROTO_TCP, unix.TCP_FASTOPEN_CONNECT, 1})
	}
	d := net.Dialer{LocalAddr: net.TCPAddrFromAddrPort(from), KeepAlive: -1, Timeout: time.Duration(p.patience) * time.Millisecond, Control: setting(options...)}
	d.SetMultipathTCP(false)
	for range 1000 {
		l := &life{begun: time.Now(), up: yes}
		var c net.Conn
		w.net.Do(s, func() { c, l.err = d.Dial("tcp", to.String()) })
		switch {
		case errors.Is(l.err, unix.EADDRINUSE), errors.Is(l.err, unix.EADDRNOTAVAIL):
			time.Sleep(5 * time.Millisecond) // the last connection from this port has not quite ended
			continue
		case l.err != nil && p.patience > 0 && p.to == "":
			l.up, l.fin = perhaps, true // it may have been connected before its program saw that
		case l.err != nil:
			l.up = no
		default:
			l.play(c.(*net.TCPConn), script, func() { w.wire.Cut(from.Port()) })
			if p.early && l.read == 0 && !l.eof {
				l.up = perhaps // connect did not wait
			}
		}
		return l
	}
	return nil
}

// meet plays a phase from a port of the client's.
func (w *world) meet(p *phase, own, port uint16, six bool) {
	addr := livetest.Addr4
	if six {
		addr = livetest.Addr6
	}
	if p.to != "" {
		addr[1] = addr[1][:len(addr[1])-1] + p.to
	}
	var last *try
	for i := range max(p.times, 1) {
		if i > 0 && !p.again {
			own++
		}
		from, to := netip.AddrPortFrom(netip.MustParseAddr(addr[0]), own), netip.AddrPortFrom(netip.MustParseAddr(addr[1]), port)
		c := &try{phase: p, ends: [2]netip.AddrPort{from, to}, clean: w.clean}
		var other sync.WaitGroup
		if p.both {
			c.ends[1] = netip.AddrPortFrom(to.Addr(), own)
			w.wire.Cross(own)
			other.Go(func() { c.lives[1] = w.call(p, livetest.B, c.ends[1], from, p.server) })
		}
		if c.lives[0] = w.call(p, livetest.A, from, c.ends[1], p.client); c.lives[0] == nil {
			return
		}
		other.Wait()
		if last != nil && p.again {
			last.next = c
		}
		last = c
		w.mu.Lock()
		w.tries = append(w.tries, c)
		w.mu.Unlock()
	}
}

// play plays every phase so many times over IPv4 and over IPv6, all at once, and gives
// each call the server's socket that belongs to it.
func (w *world) play(times int) []*try {
	var clients sync.WaitGroup
	for i := range phases {
		p, port := &phases[i], uint16(7000+i)
		if !p.deaf && !p.both {
			w.serve(p, port)
		}
		for k := range 2 * times {
			clients.Go(func() { w.meet(p, uint16(10000+i*400+k*4), port, k%2 == 1) })
		}
	}
	clients.Wait()
	w.wire.Settle(time.Second, 15*time.Second)
	close(w.over)
	w.servers.Wait()
	w.wire.Settle(time.Second, 5*time.Second)
	w.wire.Close()
	for from, all := range w.taken {
		for _, a := range all {
			if c := tryAt(w.tries, from, a.begun); c.lives[1] == nil && c.lives[0].up != no {
				c.lives[1] = a
			} else {
				c.ghosts = append(c.ghosts, a)
			}
		}
	}
	return w.tries
}

// TestKernels holds what is read of captures to what the sockets went through: see rules.
func TestKernels(t *testing.T) {
	scale, _ := strconv.Atoi(os.Getenv("PORTERO_TIME"))
	seed := uint64(time.Now().UnixNano())
	if s, err := strconv.ParseUint(os.Getenv("PORTERO_SEED"), 10, 64); err == nil {
		seed = s
	}
	worlds := []bool{false}
	if os.Getenv("PORTERO_HARM") != "" { // where now and then a record does not agree yet
		worlds = append(worlds, true)
	}
	for range max(scale/4, 1) {
		for _, harmed := range worlds {
			seed++
			seed := seed
			t.Run(fmt.Sprintf("harmed=%v", harmed), func(t *testing.T) {
				t.Parallel()
				n := livetest.New(t)
				w := &world{t: t, net: n, clean: !harmed, over: make(chan struct{}), taken: map[netip.AddrPort][]*life{}}
				// Half of the harmed worlds have large segments and SYN cookies.
				var harm livetest.Harm
				big, cookies := false, 1
				if harmed {
					harm = livetest.Harm{Lose: 0.03, Copy: 0.02, Break: 0.02, Late: 0.05, Hold: 30 * time.Millisecond}
					if big = seed%4 < 2; big {
						cookies = 2
					}
				}
				w.wire = n.Wire(5*time.Millisecond, harm, seed, big)
				for name, v := range map[string]int{
					"tcp_syn_retries": 1, "tcp_syn_linear_timeouts": 0, "tcp_synack_retries": 2, "tcp_retries2": 5, "tcp_fastopen": 3, "tcp_fastopen_blackhole_timeout_sec": 0,
					"tcp_tw_reuse": 1, "tcp_syncookies": cookies, "icmp_ratelimit": 0, "ip_forward": 1,
				} {
					n.Set(livetest.A, "ipv4/"+name, v)
					n.Set(livetest.B, "ipv4/"+name, v)
				}
				n.Set(livetest.B, "ipv6/conf/all/forwarding", 1)
				n.Set(livetest.B, "ipv6/icmp/ratelimit", 0)
				for i, kind := range []string{"prohibit", "blackhole"} {
					for _, a := range []string{livetest.Addr4[1], livetest.Addr6[1]} {
						n.Run(livetest.B, "ip", "route", "add", kind, a[:len(a)-1]+fmt.Sprint(66+i))
					}
				}
				tries := w.play(1 + min(scale/4, 8))
				dir := os.Getenv("PORTERO_KEEP")
				if dir == "" {
					dir = t.TempDir()
				}
				for p := range livetest.Places {
					name := filepath.Join(dir, fmt.Sprintf("%d-%v.pcap", seed, p))
					if err := livetest.WriteCapture(name, w.wire.Seen[p]); err != nil {
						t.Fatal(err)
					}
					judge(t, name, p, tries)
				}
				// The same with a part of it missed.
				dice := rand.New(rand.NewPCG(seed, 2))
				var part []livetest.Packet
				for _, p := range w.wire.Seen[livetest.AtMiddle] {
					if dice.IntN(6) > 0 {
						part = append(part, p)
					}
				}
				name := filepath.Join(dir, fmt.Sprintf("%d-part.pcap", seed))
				if err := livetest.WriteCapture(name, part); err != nil {
					t.Fatal(err)
				}
				judge(t, name, inPart, tries)
			})
		}
	}
}
