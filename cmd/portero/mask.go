package main

import (
	"crypto/rand"
	"fmt"
	"os"

	"portero/capture"
	"portero/capture/pcapfile"
	"portero/internal/anonymize"
	"portero/internal/engine"
)

// mask is the replacement of addresses that the flags ask for, nil for none.
func (o *readFlags) mask() (*anonymize.Map, error) {
	if !o.anonymize {
		if o.key != "" {
			return nil, usage("--anonymize-key serves --anonymize, which was not given")
		}
		return nil, nil
	}
	key := make([]byte, 32)
	if o.key == "" {
		rand.Read(key)
		return anonymize.New(key), nil
	}
	key, err := os.ReadFile(o.key)
	if err != nil {
		return nil, err
	}
	if len(key) < 16 {
		return nil, usage(fmt.Sprintf("--anonymize-key: %s is shorter than 16 octets (%d), and such a key can be guessed (head -c 32 /dev/urandom > KEY makes one)", o.key, len(key)))
	}
	return anonymize.New(key), nil
}

// mostTaps is how many interfaces an anonymous capture tells apart: a capture may name as many as it has packets.
const mostTaps = 4096

// masked writes packets without what is private.
type masked struct {
	mask    *anonymize.Map
	to      *pcapfile.Writer
	eng     *engine.Engine
	buf     []byte
	taps    map[uint32]int32 // the interfaces by their order, which is all that is told of them
	written uint64
	err     error
}

func (m *masked) packet(p *capture.Packet, payload []byte) {
	if m.err != nil {
		return
	}
	info := m.eng.Paths().Info(p.Path)
	f, ok := m.mask.Packet(p, payload, info.VLAN, m.eng.Quoted(p), m.buf)
	if !ok {
		return
	}
	m.buf = f.Data
	m.written++
	tap := m.eng.Tap(p)
	id, ok := m.taps[tap]
	if !ok {
		if m.taps == nil {
			m.taps = map[uint32]int32{}
		}
		if id = int32(len(m.taps)); id < mostTaps {
			m.taps[tap] = id
		}
	}
	f.Iface = id
	m.err = m.to.Write(&f, "")
}

// maskedSay tells what an anonymous capture does not hold.
func (a *app) maskedSay(m *masked, o *readFlags) {
	if o.quiet || m.eng == nil {
		return
	}
	l := a.tongue()
	fmt.Fprintf(a.err, l.Pick("portero: %s of %s written; ARP and what is no IP and tunnel headers are left out, fragments are put together\n", "portero: %s, de %s; quedan fuera ARP, lo que no es IP y las cabeceras de túnel; los fragmentos van unidos\n"),
		some(l, m.written, "packet", "packets", "paquete escrito", "paquetes escritos"), some(l, m.eng.Stats().Frames, "frame", "frames", "trama", "tramas"))
}
