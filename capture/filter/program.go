package filter

import (
	"encoding/binary"

	"golang.org/x/net/bpf"

	"portero/capture"
)

// maxProgram bounds the instructions of a program that runs in portero;
// maxKernel (BPF_MAXINSNS) that of one for the kernel.
const (
	maxProgram = 1<<16 - 1
	maxKernel  = 4096
)

// DefaultSnapLen is what a program for the kernel accepts of a frame, in octets,
// when Options.SnapLen is 0. It is tcpdump's default too.
const DefaultSnapLen = 262144

// Options says what an expression is compiled for.
type Options struct {
	// Live makes a program for a Linux packet socket: VLAN tags that the kernel
	// took out of the frame, its direction and its interface count, and the
	// program fits the kernel's limits.
	Live bool
	// SnapLen is what Raw's program accepts of a frame, in octets; 0 is
	// DefaultSnapLen.
	SnapLen uint32
	// Netmask is the IPv4 netmask of the captured network for "ip broadcast". As
	// in tcpdump -r, 0 makes only 0.0.0.0 and 255.255.255.255 broadcasts.
	Netmask uint32
	// Port gives the number of a service name and the transport it belongs to (6,
	// 17 or 132; 0 for any). Names are refused where it is nil or ok is false.
	Port func(name string) (port uint16, proto uint8, ok bool)
}

// Program is an expression compiled for one link type. It is immutable.
type Program struct {
	code []ins
}

// tagMode says where the outermost VLAN tag is.
type tagMode uint8

const (
	tagInFrame tagMode = iota
	tagBeside          // reported beside the frame (capture.Frame.HasVLAN)
	tagEither          // known only when the program runs
)

// Compile compiles e for frames of link. The error, if any, is an *Error, with
// OnLink set when other link types might do. Expressions that can match no frame
// of this link type at all are refused, as tcpdump does.
func (e *Expr) Compile(link capture.LinkType, opt Options) (*Program, error) {
	mode := tagInFrame
	if opt.Live && e.vlan && links[link].fam == famEther {
		mode = tagEither
	}
	return e.compile(link, opt, mode)
}

func (e *Expr) compile(link capture.LinkType, opt Options, mode tagMode) (*Program, error) {
	g := newGen(e, link, opt, mode == tagBeside)
	pre, c := g.program()
	if g.err != nil {
		return nil, g.err
	}
	fl := newFlow()
	fl.root = fl.add(c, acceptNode, rejectNode)
	rigid := g.rigid
	if mode == tagEither {
		g := newGen(e, link, opt, true)
		pre2, c2 := g.program()
		if g.err != nil {
			return nil, g.err
		}
		if len(pre2) > len(pre) {
			pre = pre2
		}
		rigid = rigid || g.rigid
		tagged := fl.add(c2, acceptNode, rejectNode)
		fl.root = fl.node(&test{body: []ins{{op: opExt, k: extVLANTagPresent}}, jop: opJeqK, k: 1}, tagged, fl.root)
	}
	tooLong := &Error{Expr: e.text, Col: 1, Msg: "the expression makes too long a program"}
	if fl.full {
		return nil, tooLong
	}
	v := &values{seen: map[valueKey]int32{}}
	if !rigid {
		fl.simplify(v)
		if fl.root == rejectNode {
			return nil, &Error{Expr: e.text, Col: 1, Msg: "the expression matches no frame at all", OnLink: true, Link: link}
		}
	}
	accept := opt.SnapLen
	if accept == 0 {
		accept = DefaultSnapLen
	}
	code, full := fl.layout(pre, v, rigid, accept)
	if full || opt.Live && len(code) > maxKernel {
		return nil, tooLong
	}
	return &Program{code: code}, nil
}

// Instructions returns the program for golang.org/x/net/bpf.
func (p *Program) Instructions() []bpf.Instruction {
	out := make([]bpf.Instruction, len(p.code))
	for i, n := range p.code {
		out[i] = n.bpf(i)
	}
	return out
}

// Raw returns the program as the kernel takes it (SO_ATTACH_FILTER). It accepts
// Options.SnapLen octets of a frame or none.
func (p *Program) Raw() []bpf.RawInstruction {
	raw, err := bpf.Assemble(p.Instructions())
	if err != nil {
		return nil // no program has instructions that do not assemble; a test holds it
	}
	return raw
}

// Match reports whether the program selects a frame of which data was captured
// and which was wireLen octets long. Nothing is known beside the frame: no VLAN
// tag and no direction.
func (p *Program) Match(data []byte, wireLen int) bool {
	return run(p.code, data, uint32(wireLen), nil)
}

// MatchFrame is Match with what f says beside its octets.
func (p *Program) MatchFrame(f *capture.Frame) bool {
	return run(p.code, f.Data, f.WireLen, f)
}

// run is classic BPF as bpf_filter of libpcap has it: a load behind the data or
// a division by zero ends the program and rejects the frame. Programs are made
// by layout only: jumps lead forward and stay inside, and the last instruction
// returns. f may be nil.
func run(code []ins, data []byte, wireLen uint32, f *capture.Frame) bool {
	var a, x uint32
	var mem [scratchWords]uint32
	size := uint64(len(data))
	for pc := 0; pc < len(code); {
		n := &code[pc]
		k := n.k
		pc++
		switch n.op {
		case opRet:
			return k != 0
		case opAbsB:
			if uint64(k) >= size {
				return false
			}
			a = uint32(data[k])
		case opAbsH:
			if uint64(k)+2 > size {
				return false
			}
			a = uint32(binary.BigEndian.Uint16(data[k:]))
		case opAbsW:
			if uint64(k)+4 > size {
				return false
			}
			a = binary.BigEndian.Uint32(data[k:])
		case opIndB:
			i := uint64(k) + uint64(x)
			if i >= size {
				return false
			}
			a = uint32(data[i])
		case opIndH:
			i := uint64(k) + uint64(x)
			if i+2 > size {
				return false
			}
			a = uint32(binary.BigEndian.Uint16(data[i:]))
		case opIndW:
			i := uint64(k) + uint64(x)
			if i+4 > size {
				return false
			}
			a = binary.BigEndian.Uint32(data[i:])
		case opXMsh:
			if uint64(k) >= size {
				return false
			}
			x = uint32(data[k]&0xf) << 2
		case opJeqK:
			if a == k {
				pc = int(n.jt)
			} else {
				pc = int(n.jf)
			}
		case opJgtK:
			if a > k {
				pc = int(n.jt)
			} else {
				pc = int(n.jf)
			}
		case opJgeK:
			if a >= k {
				pc = int(n.jt)
			} else {
				pc = int(n.jf)
			}
		case opJsetK:
			if a&k != 0 {
				pc = int(n.jt)
			} else {
				pc = int(n.jf)
			}
		case opJeqX, opJgtX, opJgeX, opJsetX:
			if decide(n.op-jmpX, a, x) {
				pc = int(n.jt)
			} else {
				pc = int(n.jf)
			}
		case opJa:
			pc = int(n.jt)
		case opLen:
			a = wireLen
		case opExt:
			a = beside(k, f)
		case opImm:
			a = k
		case opMem:
			a = mem[k%scratchWords]
		case opXImm:
			x = k
		case opXMem:
			x = mem[k%scratchWords]
		case opSt:
			mem[k%scratchWords] = a
		case opStX:
			mem[k%scratchWords] = x
		case opTAX:
			x = a
		case opTXA:
			a = x
		case opAndK:
			a &= k
		case opDivX, opModX:
			if x == 0 {
				return false
			}
			a = alu(n.op-aluX, a, x)
		case opAddX, opSubX, opMulX, opAndX, opOrX, opXorX, opLshX, opRshX:
			a = alu(n.op-aluX, a, x)
		default:
			a = alu(n.op, a, k)
		}
	}
	return false
}

// beside gives the ancillary datum k of f, as the Linux kernel would.
func beside(k uint32, f *capture.Frame) uint32 {
	if f == nil {
		return 0
	}
	switch k {
	case extVLANTag:
		if f.HasVLAN {
			return uint32(f.VLAN)
		}
	case extVLANTagPresent:
		if f.HasVLAN {
			return 1
		}
	case extPktType:
		if f.Dir == capture.DirOutbound {
			return sllOutgoing
		}
	case extIfIndex:
		return uint32(f.Iface)
	}
	return 0
}
