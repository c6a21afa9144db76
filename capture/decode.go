package capture

// Decoder turns frames into packets. It belongs to one goroutine; several
// decoders may share one Paths. After a call the exported fields hold what the
// outcome speaks of, valid until the next call.
type Decoder struct {
	Quote  Quote      // with the ICMPError bit
	Frag   IPFragment // after FragmentPart
	ARP    ARPInfo    // after ARP
	Reason Reason     // after NotIP, Short, Malformed and UnknownLink

	paths *Paths
	seed  uint64

	data  []byte // the frame's captured octets
	p     *Packet
	depth int
	links int    // headers of links, which may hold one another
	key   []byte // elements of the way so far
	net   []byte // those of them that are part of a connection's identity
	way   pathCache
	segs  pathCache
	again again

	quoted  Packet // of a tunnel in the packet that an ICMP error quotes
	quoting bool   // such a one is being decoded
}

// maxDepth bounds how many headers may wrap a packet.
const maxDepth = 16

// maxLinks bounds the headers of links that hold one another, each a call deeper.
const maxLinks = 64

// NewDecoder returns a decoder whose hashes use seed.
func NewDecoder(paths *Paths, seed uint64) *Decoder {
	return &Decoder{paths: paths, seed: seed, key: make([]byte, 0, 512), net: make([]byte, 0, 128)}
}

// ARPInfo is an ARP packet for IPv4 over Ethernet (RFC 826).
type ARPInfo struct {
	Op                 uint16 // 1 request, 2 reply
	SenderMAC          [6]byte
	SenderIP, TargetIP [4]byte
}

// Decode fills p with what f says. p is reset first. It never panics and never
// allocates, save for ways through tunnels not met before.
func (d *Decoder) Decode(f *Frame, p *Packet) Outcome {
	if f.Link == LinkEthernet && !f.HasVLAN && d.plain(f, p) {
		return OK
	}
	return d.long(f, p)
}

// long decodes any frame.
func (d *Decoder) long(f *Frame, p *Packet) Outcome {
	d.begin(f, p)
	if f.Link == LinkEthernet && !f.HasVLAN {
		return d.ethernet(0, int(f.WireLen))
	}
	if f.HasVLAN && f.VLAN&0xfff != 0 {
		d.pushVLAN(f.VLAN & 0xfff)
	}
	return d.link(f.Link, 0, int(f.WireLen))
}

func (d *Decoder) begin(f *Frame, p *Packet) {
	// Set one by one: a literal is made elsewhere first and copied.
	*p = Packet{}
	p.Time, p.Index, p.WireLen, p.Frames = f.Time, f.Index, f.WireLen, 1
	if f.Dir == DirOutbound {
		p.Bits = Outgoing
	}
	d.data, d.p, d.depth, d.links = f.Data, p, 0, 0
	d.key, d.net = d.key[:0], d.net[:0]
	d.again = again{}
}

// Pending reports whether the frame holds a further packet, to be had by Again, also where the outcome was FragmentPart or ARP.
func (d *Decoder) Pending() bool { return d.again.at > 0 }

// Again decodes the next packet of a frame whose outcome was More, or of which one is Pending.
func (d *Decoder) Again(f *Frame, p *Packet) Outcome {
	a := d.again
	d.begin(f, p)
	if a.at <= 0 || a.at >= len(d.data) {
		return Short
	}
	d.key, d.net = d.key[:a.key], d.net[:a.net]
	if a.transfer.at > 0 {
		out, _ := d.packed(a.transfer, a.end)
		return out
	}
	return d.aggregate(a.at, a.end-a.at)
}

// have reports whether n octets at off were captured.
func (d *Decoder) have(off, n int) bool { return off >= 0 && off+n <= len(d.data) }

func (d *Decoder) short() Outcome {
	d.Reason = Reason{kind: reasonShort}
	return Short
}

func (d *Decoder) bad() Outcome {
	d.Reason = Reason{kind: reasonMalformed}
	return Malformed
}

func (d *Decoder) notIP(k reasonKind, n uint16) Outcome {
	d.Reason = Reason{k, n}
	return NotIP
}

func (d *Decoder) pushVLAN(id uint16) {
	if id == 0 || len(d.key) > 400 {
		return
	}
	d.key = append(d.key, elemVLAN, byte(id>>8), byte(id))
	d.net = append(d.net, elemVLAN, byte(id>>8), byte(id))
}

func (d *Decoder) pushNet(kind byte, id uint32) {
	if len(d.key) > 400 || len(d.net) > 100 {
		return
	}
	d.key = append(d.key, elemNet, kind, byte(id>>16), byte(id>>8), byte(id))
	d.net = append(d.net, elemNet, kind, byte(id>>16), byte(id>>8), byte(id))
}

// pushTunnel notes a tunnel between the ends of the packet that is being
// decoded.
func (d *Decoder) pushTunnel(kind byte) {
	if len(d.key) > 400 {
		return
	}
	d.key = append(d.key, elemTunnel, kind, d.p.Ver)
	d.key = append(d.key, d.p.Src[:]...)
	d.key = append(d.key, d.p.Dst[:]...)
}

func (d *Decoder) pushPlain(kind byte) {
	// Labels of one stack are one tunnel.
	if n := len(d.key); n > 400 || n >= 2 && d.key[n-2] == elemPlain && d.key[n-1] == kind {
		return
	}
	d.key = append(d.key, elemPlain, kind)
}

// inner prepares the packet for what a tunnel carries.
func (d *Decoder) inner() bool {
	d.depth++
	if d.depth > maxDepth {
		return false
	}
	p := d.p
	*p = Packet{Time: p.Time, Index: p.Index, WireLen: p.WireLen, Frames: p.Frames, Bits: p.Bits & (Outgoing | Fragment)}
	return true
}

// finish gives p its way, segment and hash.
func (d *Decoder) finish() Outcome {
	p := d.p
	if len(d.key) > 0 {
		p.Path = d.way.intern(d.paths, d.key)
		if len(d.net) > 0 {
			// Marked, so that a segment never has a way's number.
			p.Seg = d.segs.intern(d.paths, d.net) + 1
		}
	}
	if p.Bits&ICMPError == 0 {
		p.Hash = tupleHash(d.seed, &p.Src, &p.Dst, p.SrcPort, p.DstPort, p.Proto, p.Ver)
	}
	if d.again.at > 0 {
		return More
	}
	return OK
}
