// Package export sends records and findings to collectors over the network:
// IPFIX and syslog, over UDP or TCP. It is the only part of portero that writes to
// a network, and only where --to says so.
//
// From files sending waits for the collector. Live it never does: what does not
// fit in the queue is left out and counted.
package export

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"portero/internal/export/ipfix"
	"portero/internal/export/syslog"
	"portero/internal/findings"
	"portero/internal/record"
	"portero/internal/words"
)

// Options say how an exporter works.
type Options struct {
	Live      bool   // never wait
	Interface uint32 // index of the interface that is watched, 0 unknown
	Say       func(s string)
	Lang      words.Lang // of what is said, and of the sentence of a finding in syslog
	// Dial connects; nil is net.DialTimeout.
	Dial func(network, addr string) (net.Conn, error)
	// TLS makes a connection that is encrypted and whose other end is known; nil
	// where the command has no TLS.
	TLS func(addr string) (net.Conn, error)
}

// Exporter sends what it is given. One goroutine may use it.
type Exporter struct {
	to      string // as the user wrote it
	opt     Options
	line    *line
	enc     *ipfix.Encoder // nil for syslog
	log     *syslog.Formatter
	gen     uint32
	resend  time.Duration
	resent  time.Time
	filled  time.Time                    // when the open message was begun, zero when there is none
	sent    map[findings.Identity]string // the gravest that was sent
	failure error
	n, left uint64 // findings sent, and left out for want of memory of what was sent
	away    bool   // as was told
	told    time.Time
}

// schemes are what --to understands.
var schemes = map[string]struct{ network, port string }{
	"ipfix": {"udp", "4739"}, "ipfix+tcp": {"tcp", "4739"}, "ipfix+tls": {"tls", "4740"}, "syslog": {"udp", "514"}, "syslog+tcp": {"tcp", "601"},
}

// Address is where a URL leads: udp or tcp, and host and port.
func Address(to string) (network, addr string, err error) {
	_, network, addr, err = parse(to)
	if err == nil && network == "tls" {
		err = noTLS(to)
	}
	return network, addr, err
}

func noTLS(to string) error {
	return fmt.Errorf("%q: portero has no TLS; portero-fleet sensor --to has", to)
}

func parse(to string) (u *url.URL, network, addr string, err error) {
	if u, err = url.Parse(to); err != nil {
		return nil, "", "", fmt.Errorf("%q is no address (write ipfix://HOST:4739)", to)
	}
	s, ok := schemes[u.Scheme]
	if !ok || u.Hostname() == "" || u.Path != "" && u.Path != "/" || u.User != nil {
		return nil, "", "", fmt.Errorf("%q: write ipfix://HOST:PORT, ipfix+tcp://, syslog:// or syslog+tcp://", to)
	}
	port := u.Port()
	if port == "" {
		port = s.port
	}
	return u, s.network, net.JoinHostPort(u.Hostname(), port), nil
}

// Open prepares sending to a URL: ipfix://HOST[:PORT], ipfix+tcp://, syslog:// or
// syslog+tcp://. After ? may come domain, pen, size, rate and resend for ipfix,
// facility and host for syslog.
func Open(to string, opt Options) (*Exporter, error) {
	u, network, addr, err := parse(to)
	if err != nil {
		return nil, err
	}
	dial := opt.Dial
	if network == "tls" {
		if opt.TLS == nil {
			return nil, noTLS(to)
		}
		dial = func(_, addr string) (net.Conn, error) { return opt.TLS(addr) }
	}
	e := &Exporter{to: to, opt: opt, resend: time.Minute, sent: map[findings.Identity]string{}}
	q := numbers{query: u.Query()}
	l := &line{network: network, addr: addr, live: opt.Live, dialer: dial}
	if strings.HasPrefix(u.Scheme, "ipfix") {
		size := int64(1400)
		if network != "udp" {
			size = 8192
		} else {
			l.rate = int(q.take("rate", 4000, 1, 1e7))
		}
		io := ipfix.Options{Domain: uint32(q.take("domain", 1, 0, 1<<32-1)), PEN: uint32(q.take("pen", ipfix.DefaultPEN, 1, 1<<32-1)),
			Size: int(q.take("size", size, 512, 65535)), Interface: opt.Interface, Active: q.take("active", 60, 0, 86400) * 1e9}
		if io.Active == 0 {
			io.Active = -1
		}
		e.resend = time.Duration(q.take("resend", 60, 1, 86400)) * time.Second
		e.enc = ipfix.NewEncoder(io, e.carry)
	} else {
		host := q.query.Get("host")
		q.query.Del("host")
		if host == "" {
			host, _ = os.Hostname()
		}
		e.log = &syslog.Formatter{Facility: int(q.take("facility", 16, 0, 23)), Host: host, PID: os.Getpid(), Counted: network == "tcp", Lang: opt.Lang}
	}
	if err := q.left(); err != nil {
		return nil, fmt.Errorf("%s: %w", to, err)
	}
	e.line = l
	if err := l.start(); err != nil {
		return nil, fmt.Errorf("%s: %w", to, err)
	}
	return e, nil
}

// numbers takes options out of a query.
type numbers struct {
	query url.Values
	err   error
}

func (q *numbers) take(key string, def, lo, hi int64) int64 {
	s := q.query.Get(key)
	q.query.Del(key)
	if s == "" {
		return def
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < lo || n > hi {
		q.err = fmt.Errorf("%s: %q is no number from %d to %d", key, s, lo, hi)
	}
	return n
}

func (q *numbers) left() error {
	for k := range q.query {
		return fmt.Errorf("there is no option %q", k)
	}
	return q.err
}

// carry hands a message to the line.
func (e *Exporter) carry(m []byte) {
	gen := e.gen
	if e.log != nil {
		gen = anySession
	}
	if err := e.line.send(m, gen); err != nil && e.failure == nil {
		e.failure = fmt.Errorf("%s: %w", e.to, err)
	}
}

// Records reports whether records are sent, and not findings alone.
func (e *Exporter) Records() bool { return e.enc != nil }

// Write sends the record of a connection that ended; it is put in a message with others.
// One of a connection that lasts is Look's.
func (e *Exporter) Write(r *record.Record) error {
	if e.enc == nil || !r.Final {
		return nil
	}
	now := time.Now()
	e.templates(now)
	e.enc.Write(r, uint32(now.Unix()))
	e.began(now)
	return e.failure
}

// Look sends the record of a connection that lasts when it is time to. clock is the time as
// packets tell it, ns. It may be shown as often as one likes. Where the collector is behind it
// is told later, and then of all that came: those that were open at the start are due at once.
func (e *Exporter) Look(r *record.Record, clock int64) error {
	if e.enc == nil || !e.enc.Due(r, clock) || !e.line.roomy() {
		return nil
	}
	now := time.Now()
	e.templates(now)
	e.enc.Interim(r, clock, uint32(now.Unix()))
	e.began(now)
	return e.failure
}

// began notes when the message that is being filled was begun.
func (e *Exporter) began(now time.Time) {
	if e.filled.IsZero() {
		e.filled = now
	}
}

// templates are sent when a session begins, and over UDP again and again, because
// a collector may have begun after us or missed them (RFC 7011, section 8.4).
func (e *Exporter) templates(now time.Time) {
	gen := e.line.session()
	if gen != e.gen || e.resent.IsZero() {
		e.gen, e.resent = gen, now
		e.enc.Restart(uint32(now.Unix()))
		return
	}
	if e.line.network == "udp" && now.Sub(e.resent) >= e.resend {
		e.resent = now
		e.enc.Flush(uint32(now.Unix()))
		e.enc.Templates(uint32(now.Unix()))
	}
}

// Tick sends a message that is not full when it has waited for a second, and says whether the
// collector went away or is back.
func (e *Exporter) Tick() {
	now := time.Now()
	e.tell(now)
	if e.enc != nil && !e.filled.IsZero() && now.Sub(e.filled) >= time.Second {
		e.templates(now)
		e.enc.Flush(uint32(now.Unix()))
		e.filled = time.Time{}
	}
}

// sentMost bounds what is kept of findings that were sent.
const sentMost = 1 << 16

// Findings sends those that were not sent yet, or have become graver, and none that the
// user muted.
func (e *Exporter) Findings(fs []findings.Finding) error {
	if e.log == nil {
		return nil
	}
	left := uint64(0)
	for i := range fs {
		f := &fs[i]
		if f.Muted != "" {
			continue
		}
		key := f.Identity()
		before, known := e.sent[key]
		if known && findings.AtLeast(before, f.Severity) {
			continue
		}
		if !known && len(e.sent) >= sentMost {
			left++
			continue
		}
		e.sent[key] = f.Severity
		e.n++
		e.carry(e.log.Append(nil, f, time.Now()))
	}
	e.left = max(e.left, left) // the same are left out again and again, live
	return e.failure
}

// State is the collector as it was named, how many messages for it were lost, and whether it is away.
func (e *Exporter) State() (to string, lost uint64, away bool) {
	return e.to, e.line.lost.Load(), e.line.away.Load() != nil
}

// Ending says that the capture is over: all that was open ends at once, and what there is no room
// for waits now, ten seconds in all. Any goroutine may call it.
func (e *Exporter) Ending() {
	end := time.Now().Add(endTime)
	e.line.ending.CompareAndSwap(nil, &end)
}

// Close sends the rest and says what was sent and what was lost.
func (e *Exporter) Close() error {
	if e.enc != nil {
		if e.failure == nil {
			e.templates(time.Now())
		}
		e.enc.Flush(uint32(time.Now().Unix()))
	}
	err := e.line.close()
	if e.failure != nil {
		err = e.failure
	} else if err != nil {
		err = fmt.Errorf("%s: %w", e.to, err)
	}
	if e.opt.Say != nil {
		l := e.opt.Lang
		done := ""
		if e.enc != nil {
			done = fmt.Sprintf(l.Pick("%s in %s", "%s en %s"), words.Number(e.enc.Records, l.Pick("record", "registro"), l.Pick("records", "registros")), words.Number(e.enc.Messages, l.Pick("message", "mensaje"), l.Pick("messages", "mensajes")))
		} else {
			done = words.Number(e.n, l.Pick("finding", "hallazgo"), l.Pick("findings", "hallazgos"))
		}
		if n := e.line.lost.Load(); n > 0 {
			done += "; " + words.Number(n, l.Pick("message LOST", "mensaje PERDIDO"), l.Pick("messages LOST", "mensajes PERDIDOS"))
		}
		if e.left > 0 {
			done += fmt.Sprintf(l.Pick("; at least %s LEFT OUT: more than %d of them", "; al menos %s, por pasar de %d"), words.Number(e.left, l.Pick("finding", "hallazgo OMITIDO"), l.Pick("findings", "hallazgos OMITIDOS")), sentMost)
		}
		e.opt.Say(e.to + ": " + done)
	}
	return err
}

// calmTime is how long nothing more is said of whether a collector is there: one that comes and goes
// fills no log.
const calmTime = 5 * time.Second

// tell says that the collector is away when that happens, and once that it is back.
func (e *Exporter) tell(now time.Time) {
	why := e.line.away.Load()
	if (why != nil) == e.away || e.opt.Say == nil || !e.told.IsZero() && now.Sub(e.told) < calmTime {
		return
	}
	e.away, e.told = why != nil, now
	l := e.opt.Lang
	if e.away {
		e.opt.Say(e.to + ": " + fmt.Sprintf(l.Pick("the collector is away (%s): what is meant for it is left out and counted until it is back", "el colector no responde (%s): lo que es para él se omite y se cuenta hasta que vuelva"), strings.TrimPrefix(words.Message(l, ": "+(*why).Error()), ": ")))
		return
	}
	lost := words.Number(e.line.lost.Load(), l.Pick("message LOST", "mensaje PERDIDO"), l.Pick("messages LOST", "mensajes PERDIDOS"))
	e.opt.Say(e.to + ": " + fmt.Sprintf(l.Pick("the collector is back; %s so far", "el colector ha vuelto; %s hasta ahora"), lost))
}

var (
	errRefused = errors.New("nobody listens there")
	errStuck   = errors.New("it takes nothing")
	errHungUp  = errors.New("it hung up")
)
