package livetest

import (
	"fmt"
	"io"
	"net"
	"time"
)

// LongFlows makes a stream of datagrams and a TCP connection that says "hello" and then nothing, from
// A to B, and checks that the collector is told of both while they last, with an active timeout of
// a second. It returns a check for when the flows have ended: all reports together count each packet
// once.
func (n *Net) LongFlows(c *Collector) (ended func()) {
	t := n.t
	t.Helper()
	const octets = 14 + 20 + 8 + 100 // of a datagram on the wire
	var in uint32
	var l net.Listener
	var sink net.PacketConn
	var conn, udp net.Conn
	var err error
	must := func(e error) {
		if e != nil && err == nil {
			err = e
		}
	}
	n.Do(B, func() {
		var e error
		l, e = net.Listen("tcp4", Addr4[B]+":0")
		must(e)
		sink, e = net.ListenPacket("udp4", Addr4[B]+":0")
		must(e)
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close(); sink.Close() })
	go func() {
		if c, err := l.Accept(); err == nil {
			io.Copy(io.Discard, c)
			c.Close()
		}
	}()
	n.Do(A, func() {
		var e error
		conn, e = net.Dial("tcp4", l.Addr().String())
		must(e)
		udp, e = net.Dial("udp4", sink.LocalAddr().String())
		must(e)
		i, e := net.InterfaceByName(Iface[A])
		if must(e); e == nil {
			in = uint32(i.Index)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(); udp.Close() })
	fmt.Fprint(conn, "hello")
	datagrams := uint64(0)
	stream, quiet := sink.LocalAddr().String(), l.Addr().String()
	for end := time.Now().Add(4 * time.Minute); len(c.Of(stream)) < 2 || len(c.Of(quiet)) < 1; time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("while they last, %v are told of the stream and %v of the connection", c.Of(stream), c.Of(quiet))
		}
		udp.Write(make([]byte, 100))
		datagrams++
	}
	if q := c.Of(quiet); q[0].Pkts != 3 || q[0].RevPkts != 2 {
		t.Errorf("of a connection that is silent: %v", q) // SYN, ACK, hello; SYN-ACK, ACK
	}
	for _, f := range append(c.Of(stream), c.Of(quiet)...) {
		if f.Reason != 2 || f.In != in || f.Pkts == 0 {
			t.Errorf("while it lasts: %+v, want an active timeout on interface %d", f, in)
		}
	}
	before := len(c.Of(stream))
	return func() {
		t.Helper()
		var pkts, wire uint64
		for end := time.Now().Add(time.Minute); len(c.Of(stream)) == before && time.Now().Before(end); {
			time.Sleep(50 * time.Millisecond)
		}
		fs := c.Of(stream)
		for _, f := range fs {
			pkts, wire = pkts+f.Pkts, wire+f.Octets
		}
		if pkts != datagrams || wire != datagrams*octets || len(fs) == before || fs[len(fs)-1].Reason == 2 {
			t.Errorf("%d packets, %d octets in all, want %d and %d: %+v", pkts, wire, datagrams, datagrams*octets, fs)
		}
	}
}
