package certificate

import (
	"net/netip"

	"portero/handshake"
	"portero/internal/record"
)

// Answers remembers who answered on which port, for what certificates say of the
// rest of the capture. The zero value is ready; memory is bounded.
type Answers struct {
	ports map[door][2]answer
	hosts map[door][2]answer // port is 0: the last answer, and the last from another port than that
}

type door struct {
	host  netip.Addr
	port  uint16
	proto uint8
}

type answer struct {
	id, frame uint64
	port      uint16
}

const maxAnswers = 1 << 17

// Observe takes a record.
func (a *Answers) Observe(r *record.Record) {
	if !r.Handshake.Opened() && r.Handshake != handshake.HalfOpen && r.Exchange != handshake.Answered {
		return
	}
	if a.ports == nil {
		a.ports, a.hosts = map[door][2]answer{}, map[door][2]answer{}
	}
	x := answer{r.ID, r.SYNACKFrame, r.Resp.Port}
	k := door{r.Resp.Addr, r.Resp.Port, r.Proto}
	p, ok := a.ports[k]
	if !ok && len(a.ports) >= maxAnswers {
		return
	}
	switch {
	case p[0].id == 0:
		p[0] = x
	case p[1].id == 0:
		p[1] = x
	}
	a.ports[k] = p
	k.port = 0
	h := a.hosts[k]
	if h[0].id != 0 && h[0].port != x.port {
		h[1] = h[0]
	}
	h[0] = x
	a.hosts[k] = h
}

// Context says what the answers of others tell of connection r.
func (a *Answers) Context(r *record.Record) (ctx Context) {
	k := door{r.Resp.Addr, r.Resp.Port, r.Proto}
	for _, x := range a.ports[k] {
		if x.id != 0 && x.id != r.ID {
			ctx.PortAnswers, ctx.PortAnswersFrame = x.id, x.frame
			break
		}
	}
	k.port = 0
	for _, x := range a.hosts[k] {
		if x.id != 0 && x.port != r.Resp.Port {
			ctx.HostAnswers = x.id
			break
		}
	}
	return ctx
}
