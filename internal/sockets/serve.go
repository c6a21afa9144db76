package sockets

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"sync"
)

// The questions that may be asked of another process: a length of four octets
// (big endian), one octet that says which, and for askFind queries of queryLen
// octets. Answers are a length of four octets and JSON. A questioner that was
// taken over can ask nothing else.
const (
	askFind   = 'f'
	askLocal  = 'l'
	askDenied = 'd'
	askLookup = 's'

	queryLen   = 38 // proto, 0, local port, remote port, local address, remote address
	maxQueries = 1024
	maxAnswer  = 64 << 20
)

// ErrQuestion is returned by Serve for a question that is none of those it answers.
var ErrQuestion = errors.New("sockets: a question that is not answered")

type answer struct {
	Error    string       `json:"e,omitempty"`
	Owners   []Owner      `json:"o,omitempty"`
	Local    []netip.Addr `json:"l,omitempty"`
	Denied   bool         `json:"d,omitempty"`
	Snapshot *Snapshot    `json:"s,omitempty"`
}

// Serve answers questions from rw until it ends (nil) or asks something else.
func Serve(ctx context.Context, rw io.ReadWriter, a Asker) error {
	for ctx.Err() == nil {
		var head [4]byte
		if _, err := io.ReadFull(rw, head[:]); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		n := binary.BigEndian.Uint32(head[:])
		if n < 1 || n > 1+maxQueries*queryLen {
			return ErrQuestion
		}
		q := make([]byte, n)
		if _, err := io.ReadFull(rw, q); err != nil {
			return err
		}
		b, err := Answer(ctx, q, a)
		if err != nil {
			return err
		}
		if _, err := rw.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(b))), b...)); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// Answer answers one question without its length, for those who have a channel
// of their own.
func Answer(ctx context.Context, q []byte, a Asker) ([]byte, error) {
	if len(q) == 0 {
		return nil, ErrQuestion
	}
	var out answer
	var err error
	switch {
	case q[0] == askFind && (len(q)-1)%queryLen == 0 && len(q) <= 1+maxQueries*queryLen:
		qs := make([]Query, 0, (len(q)-1)/queryLen)
		for b := q[1:]; len(b) > 0; b = b[queryLen:] {
			qs = append(qs, Query{b[0], addrPort(b[6:22], b[2:4]), addrPort(b[22:38], b[4:6])})
		}
		out.Owners, err = a.Find(qs)
	case q[0] == askLocal && len(q) == 1:
		out.Local, err = a.Local()
	case q[0] == askDenied && len(q) == 1:
		out.Denied, err = a.Denied()
	case q[0] == askLookup && len(q) == 1:
		out.Snapshot, err = a.Lookup(ctx)
	default:
		return nil, ErrQuestion
	}
	if err != nil {
		out = answer{Error: err.Error()}
	}
	b, err := json.Marshal(out)
	if err == nil && len(b) > maxAnswer {
		b, err = json.Marshal(answer{Error: fmt.Sprintf("%d octets of answer are too many", len(b))})
	}
	return b, err
}

func addrPort(addr, port []byte) netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom16([16]byte(addr)).Unmap(), binary.BigEndian.Uint16(port))
}

// Client asks a process that runs Serve. Its methods may be called from several
// goroutines; one question is under way at a time.
type Client struct {
	mu sync.Mutex
	rw io.ReadWriter
}

// NewClient asks over rw, one end of a pair of sockets.
func NewClient(rw io.ReadWriter) *Client { return &Client{rw: rw} }

func (c *Client) ask(q []byte) (*answer, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, err := c.rw.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(q))), q...)); err != nil {
		return nil, fmt.Errorf("asking for programs: %w", err)
	}
	var head [4]byte
	if _, err := io.ReadFull(c.rw, head[:]); err != nil {
		return nil, fmt.Errorf("asking for programs: %w", err)
	}
	n := binary.BigEndian.Uint32(head[:])
	if n > maxAnswer {
		return nil, fmt.Errorf("asking for programs: an answer of %d octets", n)
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(c.rw, b); err != nil {
		return nil, fmt.Errorf("asking for programs: %w", err)
	}
	var a answer
	if err := json.Unmarshal(b, &a); err != nil {
		return nil, fmt.Errorf("asking for programs: %w", err)
	}
	if a.Error != "" {
		return nil, errors.New(a.Error)
	}
	return &a, nil
}

// Find implements Asker.
func (c *Client) Find(qs []Query) ([]Owner, error) {
	out := make([]Owner, 0, len(qs))
	for len(qs) > 0 {
		part := qs[:min(len(qs), maxQueries)]
		qs = qs[len(part):]
		b := []byte{askFind}
		for _, q := range part {
			b = append(b, q.Proto, 0)
			b = binary.BigEndian.AppendUint16(b, q.Local.Port())
			b = binary.BigEndian.AppendUint16(b, q.Remote.Port())
			l, r := q.Local.Addr().As16(), q.Remote.Addr().As16()
			b = append(append(b, l[:]...), r[:]...)
		}
		a, err := c.ask(b)
		if err != nil {
			return nil, err
		}
		if len(a.Owners) != len(part) {
			return nil, fmt.Errorf("asking for programs: %d answers to %d questions", len(a.Owners), len(part))
		}
		out = append(out, a.Owners...)
	}
	return out, nil
}

// Local implements Asker.
func (c *Client) Local() ([]netip.Addr, error) {
	a, err := c.ask([]byte{askLocal})
	if err != nil {
		return nil, err
	}
	return a.Local, nil
}

// Denied implements Asker.
func (c *Client) Denied() (bool, error) {
	a, err := c.ask([]byte{askDenied})
	if err != nil {
		return false, err
	}
	return a.Denied, nil
}

// Lookup implements Asker.
func (c *Client) Lookup(context.Context) (*Snapshot, error) {
	a, err := c.ask([]byte{askLookup})
	if err != nil {
		return nil, err
	}
	if a.Snapshot == nil {
		return nil, errors.New("asking for programs: no picture in the answer")
	}
	return a.Snapshot, nil
}
