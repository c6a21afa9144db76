package lab

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"time"

	"portero/capture"
)

// Scenario is something that two hosts do while the wire is listened to.
type Scenario struct {
	Name string
	// Title says in a line what happens, in English and in Spanish; Look what to
	// look for in the ladder.
	Title, Look [2]string
	// Port is the server's port of the connection to tell, From the client's; with
	// equal ports the last connection is the one.
	Port, From uint16
	// Points: a packet is lost or late, so that the places to listen differ.
	Points bool
	// Readable: the talk carries text that everybody on the way can read.
	Readable bool

	half  time.Duration // of the wire; 0 is 5 ms
	needs []need
	rule  func() func(Seen) Fate
	run   func(*stage) error
}

// Scenarios lists them all, in the order in which a course would take them.
func Scenarios() []Scenario {
	return append(append([]Scenario{}, tcpScenarios...), udpScenarios...)
}

// Find returns the scenario of a name.
func Find(name string) (Scenario, bool) {
	for _, s := range Scenarios() {
		if s.Name == name {
			return s, true
		}
	}
	return Scenario{}, false
}

// The client's port, from the range of Linux's own choice.
const callerPort = 40000

// stage is what a scenario plays on.
type stage struct {
	context.Context
	hosts [2]host
	wire  *wire
}

func (s *stage) at(port uint16) netip.AddrPort { return netip.AddrPortFrom(ServerAddr, port) }

func (s *stage) pause(d time.Duration) {
	select {
	case <-time.After(d):
	case <-s.Done():
	}
}

// dial connects the client to a port of the server within d.
func (s *stage) dial(from, port uint16, o dialOptions, d time.Duration) (net.Conn, error) {
	ctx, stop := context.WithTimeout(s, d)
	defer stop()
	c, err := s.hosts[Client].dial(ctx, from, s.at(port), o)
	if err != nil {
		return nil, err
	}
	return c, c.SetDeadline(time.Now().Add(patience))
}

// patience is how long anything in a scenario may take.
const patience = 8 * time.Second

// serve lets the server answer n connections on port, one after the other; the
// returned function waits for their end and says what went wrong.
func (s *stage) serve(port uint16, o listenOptions, n int, talk func(net.Conn) error) (func() error, error) {
	l, err := s.hosts[Server].listen(port, o)
	if err != nil {
		return nil, err
	}
	done := make(chan error, n)
	go func() {
		for range n {
			c, err := l.Accept()
			if err == nil {
				_ = c.SetDeadline(time.Now().Add(patience))
				err = talk(c)
				c.Close() // closed already where the talk ended otherwise
			}
			done <- err
		}
	}()
	return func() error {
		defer l.Close()
		for range n {
			select {
			case err := <-done:
				if err != nil {
					return fmt.Errorf("server: %w", err)
				}
			case <-time.After(patience):
				return errors.New("server: nobody came")
			case <-s.Done():
				return s.Err()
			}
		}
		return nil
	}, nil
}

// talk is a client's and a server's part of one connection.
func (s *stage) talk(port uint16, client, server func(net.Conn) error) error {
	end, err := s.serve(port, listenOptions{}, 1, server)
	if err != nil {
		return err
	}
	return errors.Join(s.call(callerPort, port, dialOptions{}, client), end())
}

// call is a client's part of a connection.
func (s *stage) call(from, port uint16, o dialOptions, client func(net.Conn) error) error {
	c, err := s.dial(from, port, o, 5*time.Second)
	if err != nil {
		return fmt.Errorf("client: %w", err)
	}
	defer c.Close()
	if err := client(c); err != nil {
		return fmt.Errorf("client: %w", err)
	}
	return nil
}

// hear reads exactly as many octets as want has, and compares.
func hear(c net.Conn, want string) error {
	b := make([]byte, len(want))
	if _, err := io.ReadFull(c, b); err != nil {
		return err
	}
	if string(b) != want {
		return fmt.Errorf("heard %q instead of %q", b, want)
	}
	return nil
}

// hearEnd waits for the other's farewell.
func hearEnd(c net.Conn) error {
	if n, err := c.Read(make([]byte, 1)); err != io.EOF || n != 0 {
		return fmt.Errorf("expected the end and got %d octets, %w", n, err)
	}
	return nil
}

func say(c net.Conn, text string) error {
	_, err := io.WriteString(c, text)
	return err
}

// dialogue says and hears lines in turn: a line that starts with > is the
// client's, one with < the server's. The client closes.
func dialogue(lines ...string) (client, server func(net.Conn) error) {
	play := func(me byte) func(net.Conn) error {
		return func(c net.Conn) error {
			for _, l := range lines {
				do := hear
				if l[0] == me {
					do = say
				}
				if err := do(c, l[1:]); err != nil {
					return err
				}
			}
			if me == '<' {
				return hearEnd(c)
			}
			return nil
		}
	}
	return play('>'), play('<')
}

// only returns a rule that gives fate to the nth packet that match accepts.
func only(n int, match func(Seen) bool, fate Fate) func() func(Seen) Fate {
	return func() func(Seen) Fate {
		k := 0
		return func(p Seen) Fate {
			if match(p) {
				if k++; k == n {
					return fate
				}
			}
			return Fate{}
		}
	}
}

// every returns a rule that gives fate to all packets that match accepts.
func every(match func(Seen) bool, fate Fate) func() func(Seen) Fate {
	return func() func(Seen) Fate {
		return func(p Seen) Fate {
			if match(p) {
				return fate
			}
			return Fate{}
		}
	}
}

func toPort(port uint16) func(Seen) bool {
	return func(p Seen) bool { return p.From == Client && p.Proto == capture.ProtoTCP && p.DstPort == port }
}

func fromClient(p Seen) bool { return p.From == Client }

// bareACK: the client's segments with nothing but an acknowledgement.
func bareACK(p Seen) bool {
	return p.From == Client && p.Flags&(capture.SYN|capture.ACK|capture.FIN|capture.RST) == capture.ACK && p.PayloadLen == 0
}

// clientData: the client's segments with payload.
func clientData(p Seen) bool {
	return p.From == Client && p.Proto == capture.ProtoTCP && p.PayloadLen > 0
}
