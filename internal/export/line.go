package export

import (
	"errors"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	dialTime  = 5 * time.Second
	writeTime = 5 * time.Second
	// waitTime is how long a collector may take nothing while files are read.
	waitTime = time.Minute
	// endTime is how long what there is no room for waits in all when the capture is over.
	endTime = 10 * time.Second
	// queueLen messages wait at most while the collector is slow, live.
	queueLen = 1024
)

// line carries messages over one UDP or TCP address.
type line struct {
	network, addr string // network is udp, tcp or tls
	live          bool
	rate          int // UDP messages a second at most, 0 for any
	dialer        func(network, addr string) (net.Conn, error)

	conn  net.Conn
	hung  chan struct{} // closed when the other end of conn hangs up, nil where nobody looks
	looks sync.WaitGroup
	gen   atomic.Uint32 // sessions so far
	lost  atomic.Uint64 // messages
	queue chan parcel
	free  chan []byte
	done  sync.WaitGroup
	next  time.Time // when the next message may leave

	ending atomic.Pointer[time.Time] // until when what has no room waits, nil never

	away   atomic.Pointer[error] // why the collector takes nothing, nil while it does
	failed time.Time             // when it last took none
	tried  time.Time             // when the connection was last made anew, or was to be
}

// quietTime is how long nothing must have come back that says that nobody listens, before a collector
// of datagrams counts as listening again: it never says so itself.
const quietTime = 10 * time.Second

// gone notes that the collector takes nothing, and why.
func (l *line) gone(err error) {
	l.failed = time.Now()
	if l.away.Load() == nil {
		l.away.Store(&err)
	}
}

// here notes that it took a message.
func (l *line) here() {
	if l.away.Load() != nil && (l.network != "udp" || time.Since(l.failed) >= quietTime) {
		l.away.Store(nil)
	}
}

type parcel struct {
	data []byte
	gen  uint32 // the session that it was made for
}

// anySession is that of a message that stands alone, as syslog's do.
const anySession = 1<<32 - 1

func (l *line) start() error {
	if err := l.dial(); err != nil {
		if !l.live {
			return err
		}
		l.gone(err)
	}
	if l.live {
		l.queue = make(chan parcel, queueLen)
		l.free = make(chan []byte, queueLen)
		l.done.Add(1)
		go l.run()
	}
	return nil
}

// Dial connects as an Exporter does that is not told otherwise. An error says what is wrong, and not
// where: another process may hand it on as text alone.
func Dial(network, addr string) (net.Conn, error) {
	c, err := net.DialTimeout(network, addr, dialTime)
	if err != nil {
		return nil, plain(err)
	}
	return c, nil
}

// session is a number that changes when a connection was made anew.
func (l *line) session() uint32 { return l.gen.Load() }

func (l *line) dial() error {
	dial := l.dialer
	if dial == nil {
		dial = Dial
	}
	c, err := dial(l.network, l.addr)
	if err != nil {
		return plain(err)
	}
	l.conn = c
	l.gen.Add(1)
	if l.live && l.network != "udp" {
		hung := make(chan struct{})
		l.hung = hung
		l.looks.Go(func() {
			hangsUp(c)
			close(hung)
		})
	}
	return nil
}

// hangsUp waits until the other end closes c, or this one does. What it may say is not for us.
// Nothing else tells that it went away while there is nothing to send, and the first message after
// that would be taken by the kernel and be nowhere.
func hangsUp(c net.Conn) {
	for b := make([]byte, 512); ; {
		if _, err := c.Read(b); err != nil {
			return
		}
	}
}

// drop closes a connection that is of no use any more.
func (l *line) drop() {
	l.conn.Close()
	l.conn, l.hung = nil, nil
}

// hangUp notes that the collector closed the connection.
func (l *line) hangUp() {
	l.gone(errHungUp)
	l.drop()
}

// connect makes the connection anew, once a second at most.
func (l *line) connect() bool {
	if time.Since(l.tried) < time.Second {
		return false
	}
	l.tried = time.Now()
	if err := l.dial(); err != nil {
		l.gone(err)
		return false
	}
	if why := l.away.Load(); why != nil && *why != errStuck {
		l.here()
	}
	return true
}

// plain takes the addresses out of an error that names them again.
func plain(err error) error {
	if errors.Is(err, syscall.ECONNREFUSED) {
		return errRefused
	}
	if no := syscall.Errno(0); errors.As(err, &no) {
		return no
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Err != nil {
		return op.Err
	}
	return err
}

// send takes a message; live it never waits.
func (l *line) send(m []byte, gen uint32) error {
	if !l.live {
		return l.write(m)
	}
	var b []byte
	select {
	case b = <-l.free:
	default:
	}
	p := parcel{append(b[:0], m...), gen}
	select {
	case l.queue <- p:
	default:
		if !l.await(p) {
			l.lost.Add(1)
		}
	}
	return nil
}

// await waits for room where the capture is over and nothing is behind it.
func (l *line) await(p parcel) bool {
	end := l.ending.Load()
	if end == nil {
		return false
	}
	t := time.NewTimer(time.Until(*end))
	defer t.Stop()
	select {
	case l.queue <- p:
		return true
	case <-t.C:
		return false
	}
}

// roomy reports whether there is room for more than what has to be sent now.
func (l *line) roomy() bool { return !l.live || len(l.queue) < queueLen/2 }

func (l *line) write(m []byte) error {
	if l.rate > 0 {
		now := time.Now()
		if l.next.Before(now.Add(-10 * time.Millisecond)) {
			l.next = now.Add(-10 * time.Millisecond) // a burst of a hundredth of a second
		}
		if d := l.next.Sub(now); d > time.Millisecond {
			time.Sleep(d)
		}
		l.next = l.next.Add(time.Second / time.Duration(l.rate))
	}
	most := writeTime
	if !l.live {
		most = waitTime
	}
	l.conn.SetWriteDeadline(time.Now().Add(most))
	_, err := l.conn.Write(m)
	if err != nil && l.network == "udp" && errors.Is(err, syscall.ECONNREFUSED) {
		// The error is about an earlier datagram; this one was not sent.
		l.lost.Add(1)
		l.gone(errRefused)
		_, err = l.conn.Write(m)
	}
	if err != nil {
		return plain(err)
	}
	return nil
}

// run sends what is queued. A connection that breaks is made anew, also while there is nothing to
// send: what comes then is made for the new one.
func (l *line) run() {
	defer l.done.Done()
	for {
		var again <-chan time.Time
		if l.conn == nil {
			again = time.After(time.Until(l.tried.Add(time.Second)))
		}
		select {
		case p, more := <-l.queue:
			if !more {
				return
			}
			if !l.carry(&p) {
				l.lost.Add(1)
			}
			select {
			case l.free <- p.data:
			default:
			}
		case <-l.hung:
			l.hangUp()
		case <-again:
			l.connect()
		}
	}
}

// carry sends one message. What was made for a connection that broke is of no use to the next.
func (l *line) carry(p *parcel) bool {
	select {
	case <-l.hung:
		l.hangUp()
	default:
	}
	for range 2 {
		if l.conn == nil && !l.connect() {
			return false
		}
		if l.network != "udp" && p.gen != anySession && p.gen != l.gen.Load() {
			return false
		}
		err := l.write(p.data)
		if err == nil {
			l.here()
			return true
		}
		if l.network == "udp" {
			l.gone(err)
			return false
		}
		if errors.Is(err, os.ErrDeadlineExceeded) {
			l.gone(errStuck) // to connect again proves nothing: its kernel does that
		}
		l.drop()
	}
	return false
}

func (l *line) close() error {
	if l.live {
		close(l.queue)
		l.done.Wait()
		defer l.looks.Wait()
	}
	if l.conn == nil {
		return nil
	}
	if l.network == "udp" {
		// Word that nobody listens comes back after the datagram.
		l.conn.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
		if _, err := l.conn.Read(make([]byte, 1)); errors.Is(err, syscall.ECONNREFUSED) {
			l.lost.Add(1)
		}
		if l.lost.Load() > 0 && !l.live {
			l.conn.Close()
			return errRefused
		}
	}
	return l.conn.Close()
}
