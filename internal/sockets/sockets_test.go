package sockets

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"portero/capture"
)

// pair opens a TCP connection of this process to itself.
func pair(t *testing.T, network, addr string) (client, server net.Conn, l net.Listener) {
	t.Helper()
	l, err := net.Listen(network, addr)
	if err != nil {
		t.Skipf("no %s here: %v", network, err)
	}
	t.Cleanup(func() { l.Close() })
	client, err = net.Dial(network, l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	if server, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	return client, server, l
}

func end(a net.Addr) netip.AddrPort {
	p := netip.MustParseAddrPort(a.String())
	return netip.AddrPortFrom(p.Addr().Unmap(), p.Port())
}

func TestServesWhatItIsBoundTo(t *testing.T) {
	to := netip.MustParseAddrPort
	for _, c := range []struct {
		local string
		dual  bool
		state State
		to    string
		want  bool
	}{
		{"0.0.0.0:80", false, Listen, "10.0.0.1:80", true},
		{"0.0.0.0:80", false, Listen, "[::1]:80", false},
		{"[::]:80", true, Listen, "10.0.0.1:80", true},
		{"[::]:80", false, Listen, "10.0.0.1:80", false},
		{"[::]:80", false, Listen, "[fe80::1]:80", true},
		{"127.0.0.1:80", false, Listen, "10.0.0.1:80", false},
		{"127.0.0.1:80", false, Listen, "127.0.0.1:80", true},
		{"0.0.0.0:80", false, Established, "10.0.0.1:80", false},
		{"0.0.0.0:80", false, Listen, "10.0.0.1:81", false},
	} {
		s := Socket{Proto: capture.ProtoTCP, Local: to(c.local), Dual: c.dual, State: c.state}
		if got := s.Serves(capture.ProtoTCP, to(c.to)); got != c.want {
			t.Errorf("%s (dual %v, %v) serves %s: %v", c.local, c.dual, c.state, c.to, got)
		}
	}
}

func waitFor(t *testing.T, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it did not happen within five seconds")
		}
	}
}

// asked is an Asker that answers from a list.
type asked struct {
	owner  Owner
	denied bool
	fail   error
}

func (a *asked) Find(qs []Query) ([]Owner, error) {
	out := make([]Owner, len(qs))
	for i, q := range qs {
		out[i] = a.owner
		out[i].Program.PID = int32(q.Local.Port())
	}
	return out, a.fail
}
func (a *asked) Local() ([]netip.Addr, error) {
	return []netip.Addr{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1")}, nil
}
func (a *asked) Denied() (bool, error) { return a.denied, a.fail }
func (a *asked) Lookup(context.Context) (*Snapshot, error) {
	return &Snapshot{Programs: []Program{{Name: "\x1b[31mred"}}}, nil
}

type duplex struct {
	io.Reader
	io.Writer
}

// What a Client asks comes back as if the other process were this one.
func TestClientAndServe(t *testing.T) {
	a, b := net.Pipe()
	back := &asked{owner: Owner{Match: Exact, Program: Program{Name: "x\x00\xffy", Path: "/bin/x"}}}
	end := make(chan error, 1)
	go func() { end <- Serve(context.Background(), b, back) }()
	c := NewClient(a)
	qs := make([]Query, maxQueries+7)
	for i := range qs {
		qs[i] = Query{capture.ProtoTCP, netip.AddrPortFrom(netip.MustParseAddr("192.0.2.1"), uint16(i)), netip.MustParseAddrPort("[2001:db8::2]:443")}
	}
	got, err := c.Find(qs)
	if err != nil || len(got) != len(qs) {
		t.Fatalf("%d answers, %v", len(got), err)
	}
	for i, o := range got {
		if o.Match != Exact || o.Program.PID != int32(i) || o.Program.Path != "/bin/x" {
			t.Fatalf("answer %d is %+v", i, o)
		}
	}
	if l, err := c.Local(); err != nil || len(l) != 2 {
		t.Errorf("local %v, %v", l, err)
	}
	if n, err := c.Lookup(context.Background()); err != nil || n.Programs[0].Name != "\x1b[31mred" {
		t.Errorf("picture %v, %v", n, err)
	}
	for _, denied := range []bool{true, false} {
		back.denied = denied
		if d, err := c.Denied(); err != nil || d != denied {
			t.Errorf("denied %v, %v", d, err)
		}
	}
	back.fail = errors.New("no such thing")
	if _, err := c.Find(qs[:1]); err == nil || err.Error() != "no such thing" {
		t.Errorf("the other process's error came as %v", err)
	}
	a.Close()
	if err := <-end; err != nil {
		t.Errorf("Serve ended with %v", err)
	}
}

// A questioner that was taken over gets nothing but the answers there are.
func TestServeRefusesOtherQuestions(t *testing.T) {
	for _, q := range []string{"", "x", "ff", "l1", "d1", "s" + strings.Repeat("a", 38), "f" + strings.Repeat("a", queryLen*maxQueries+queryLen)} {
		if b, err := Answer(context.Background(), []byte(q), &asked{}); !errors.Is(err, ErrQuestion) {
			t.Errorf("question %.20q was answered %q, %v", q, b, err)
		}
	}
	if err := Serve(context.Background(), duplex{strings.NewReader("\xff\xff\xff\xff"), io.Discard}, &asked{}); !errors.Is(err, ErrQuestion) {
		t.Errorf("a question of 4 GB ended with %v", err)
	}
}

func TestNamerKnowsBothEnds(t *testing.T) {
	n, err := NewNamer(&asked{owner: Owner{Match: Exact, Program: Program{Name: "p"}}})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	a, b, far := netip.MustParseAddrPort("192.0.2.1:1000"), netip.MustParseAddrPort("127.0.0.1:80"), netip.MustParseAddrPort("198.51.100.1:443")
	n.Opened(1, capture.ProtoTCP, a, b)
	n.Opened(2, capture.ProtoTCP, a, far)
	n.Opened(3, capture.ProtoTCP, far, far)
	waitFor(t, func() bool { p, ok := n.Pair(2); return ok && p.Of(a).Match == Exact })
	p, _ := n.Pair(1)
	if p.Of(a).Program.PID != 1000 || p.Of(b).Program.PID != 80 {
		t.Errorf("both ends here: %+v", p)
	}
	if p, _ = n.Pair(2); p.Of(far) != (Owner{}) {
		t.Errorf("a far end has an owner: %+v", p)
	}
	if _, ok := n.Pair(3); ok {
		t.Error("a connection of others is remembered")
	}
	n.Forget(1)
	if _, ok := n.Pair(1); ok {
		t.Error("a forgotten connection is remembered")
	}
}
