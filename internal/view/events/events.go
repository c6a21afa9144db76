// Package events decides what is told of connections while they last, and says
// it in lines for people. Programs get the same records as ndjson, each with the
// key event.
package events

import (
	"time"

	"portero/handshake"
	"portero/internal/record"
)

// The values of the key event.
const (
	Opened      = "opened"      // its first packet was seen
	Established = "established" // the handshake completed, or a datagram was answered
	Active      = "active"      // it goes on: told once per interval
	Closed      = "closed"      // both FINs, a valid RST or a refusal came; late packets may still follow
	Ended       = "ended"       // final
	Finding     = "finding"     // no connection: something worth a look
	Dropped     = "dropped"     // no connection: frames were lost
)

type told uint8

const (
	toldOpened told = 1 << iota
	toldEstablished
	toldClosed
	toldBits = iota
)

// Teller remembers what was told of each connection that lasts. One goroutine
// owns it; New makes one.
type Teller struct {
	interim time.Duration
	rate    int
	told    map[uint64]told
	second  int64
	early   int
	untold  uint64
	buf     []string
}

// MaxEarly is how many records that are not final a Teller tells within a second. A flood of attempts would otherwise cost more to tell than to follow;
// the end of every connection is told whatever happens.
const MaxEarly = 5000

// New returns a Teller that tells of a long connection once per interim, never
// with 0.
func New(interim time.Duration) *Teller {
	return &Teller{interim: interim, rate: MaxEarly, told: map[uint64]told{}}
}

// Untold counts events, none of them final, that were left out: each once, however often
// its connection was looked at, and not those that were told later.
func (t *Teller) Untold() uint64 { return t.untold }

// Look returns the events that r, which lasts, is to be told with now (packet
// time, ns). Intervals count that ended after last and not after until, when the round of looks
// began that this is of; last is when the one before it began. What it returns is valid until
// the next call.
func (t *Teller) Look(r *record.Record, last, until, now int64) []string {
	t.buf = t.buf[:0]
	was, known := t.told[r.ID]
	t.begin(r, now)
	if len(t.buf) == 0 && known && t.interim > 0 && was&toldClosed == 0 && (IsEstablished(r) || r.Handshake == handshake.Midstream) {
		// A boundary between two intervals since its beginning was passed.
		step := int64(t.interim)
		if (until-r.First)/step > (last-r.First)/step {
			t.buf = append(t.buf, Active)
		}
	}
	return t.buf
}

// End returns the events that r, which ended, is to be told with, and forgets it.
func (t *Teller) End(r *record.Record) []string {
	t.buf = t.buf[:0]
	t.begin(r, r.Last)
	delete(t.told, r.ID)
	return append(t.buf, Ended)
}

func (t *Teller) begin(r *record.Record, now int64) {
	if s := now / int64(time.Second); s != t.second {
		t.second, t.early = s, 0
	}
	s := t.told[r.ID]
	one := func(bit told, event string) {
		if s&bit != 0 {
			return
		}
		owed := bit << toldBits
		if t.early >= t.rate {
			if s&owed == 0 {
				t.untold++
			}
			s |= owed
			return
		}
		t.early++
		if s&owed != 0 {
			t.untold--
			s &^= owed
		}
		s |= bit
		t.buf = append(t.buf, event)
	}
	one(toldOpened, Opened)
	if IsEstablished(r) {
		one(toldEstablished, Established)
	}
	if Over(r) {
		one(toldClosed, Closed)
	}
	t.told[r.ID] = s
}

// Over reports whether r is at its end as far as packets say, though its record
// waits for late ones.
func Over(r *record.Record) bool {
	switch r.Close {
	case handshake.Closed, handshake.Reset:
		return true
	}
	return r.Handshake == handshake.Refused || r.Exchange == handshake.ExchangeRefused
}

// IsEstablished reports whether r is a completed connection or an answered
// exchange.
func IsEstablished(r *record.Record) bool {
	return r.Handshake.Opened() || r.Exchange == handshake.Answered
}
