package filter

import "golang.org/x/net/bpf"

// opcode is one instruction of classic BPF. Scratch words, loads and jumps are
// as in the kernel; sizes and modes are spelled out to keep Match's switch flat.
type opcode uint8

const (
	opRet  opcode = iota // return k
	opAbsB               // A = octet at k
	opAbsH               // A = 16 bits at k
	opAbsW               // A = 32 bits at k
	opIndB               // A = octet at X+k
	opIndH               // A = 16 bits at X+k
	opIndW               // A = 32 bits at X+k
	opLen                // A = length on the wire
	opExt                // A = ancillary datum k (SKF_AD_*)
	opImm                // A = k
	opMem                // A = M[k]
	opXImm               // X = k
	opXMem               // X = M[k]
	opXMsh               // X = 4 * (octet at k & 15)
	opSt                 // M[k] = A
	opStX                // M[k] = X
	opTAX                // X = A
	opTXA                // A = X
	opAddK               // A += k, and so on
	opSubK
	opMulK
	opDivK
	opModK
	opAndK
	opOrK
	opXorK
	opLshK
	opRshK
	opAddX // A += X, and so on
	opSubX
	opMulX
	opDivX
	opModX
	opAndX
	opOrX
	opXorX
	opLshX
	opRshX
	opJa   // go to jt
	opJeqK // A == k ? jt : jf, and so on
	opJgtK
	opJgeK
	opJsetK
	opJeqX
	opJgtX
	opJgeX
	opJsetX
)

// Ancillary data of Linux (linux/filter.h SKF_AD_*), as bpf.Extension numbers.
const (
	extPktType        = uint32(bpf.ExtType)
	extIfIndex        = uint32(bpf.ExtInterfaceIndex)
	extVLANTag        = uint32(bpf.ExtVLANTag)
	extVLANTagPresent = uint32(bpf.ExtVLANTagPresent)
)

// ins is one instruction. Inside a test's body jt and jf count the instructions
// to skip; in a Program they are absolute.
type ins struct {
	op     opcode
	jt, jf uint16
	k      uint32
}

// aluOf maps an operator of the language to its ALU instruction with a constant;
// that with X lies a fixed distance behind it.
var aluOf = map[string]opcode{
	"+": opAddK, "-": opSubK, "*": opMulK, "/": opDivK, "%": opModK, "&": opAndK, "|": opOrK, "^": opXorK,
	"<<": opLshK, ">>": opRshK,
}

const (
	aluX = opAddX - opAddK // from an ALU instruction with k to the one with X
	jmpX = opJeqX - opJeqK // the same for jumps
)

// bpf turns the instruction at index i of a program into x/net's form.
func (n ins) bpf(i int) bpf.Instruction {
	skip := func(to uint16) uint8 { return uint8(int(to) - i - 1) }
	switch {
	case n.op == opRet:
		return bpf.RetConstant{Val: n.k}
	case n.op >= opAbsB && n.op <= opAbsW:
		return bpf.LoadAbsolute{Off: n.k, Size: 1 << (n.op - opAbsB)}
	case n.op >= opIndB && n.op <= opIndW:
		return bpf.LoadIndirect{Off: n.k, Size: 1 << (n.op - opIndB)}
	case n.op >= opAddK && n.op <= opRshK:
		return bpf.ALUOpConstant{Op: aluOps[n.op-opAddK], Val: n.k}
	case n.op >= opAddX && n.op <= opRshX:
		return bpf.ALUOpX{Op: aluOps[n.op-opAddX]}
	case n.op >= opJeqK && n.op <= opJsetK:
		return bpf.JumpIf{Cond: jumps[n.op-opJeqK], Val: n.k, SkipTrue: skip(n.jt), SkipFalse: skip(n.jf)}
	case n.op >= opJeqX && n.op <= opJsetX:
		return bpf.JumpIfX{Cond: jumps[n.op-opJeqX], SkipTrue: skip(n.jt), SkipFalse: skip(n.jf)}
	}
	switch n.op {
	case opLen:
		return bpf.LoadExtension{Num: bpf.ExtLen}
	case opExt:
		return bpf.LoadExtension{Num: bpf.Extension(n.k)}
	case opImm:
		return bpf.LoadConstant{Dst: bpf.RegA, Val: n.k}
	case opMem:
		return bpf.LoadScratch{Dst: bpf.RegA, N: int(n.k)}
	case opXImm:
		return bpf.LoadConstant{Dst: bpf.RegX, Val: n.k}
	case opXMem:
		return bpf.LoadScratch{Dst: bpf.RegX, N: int(n.k)}
	case opXMsh:
		return bpf.LoadMemShift{Off: n.k}
	case opSt:
		return bpf.StoreScratch{Src: bpf.RegA, N: int(n.k)}
	case opStX:
		return bpf.StoreScratch{Src: bpf.RegX, N: int(n.k)}
	case opTAX:
		return bpf.TAX{}
	case opTXA:
		return bpf.TXA{}
	}
	return bpf.Jump{Skip: uint32(int(n.jt) - i - 1)} // opJa
}

var aluOps = [...]bpf.ALUOp{bpf.ALUOpAdd, bpf.ALUOpSub, bpf.ALUOpMul, bpf.ALUOpDiv, bpf.ALUOpMod,
	bpf.ALUOpAnd, bpf.ALUOpOr, bpf.ALUOpXor, bpf.ALUOpShiftLeft, bpf.ALUOpShiftRight}

var jumps = [...]bpf.JumpTest{bpf.JumpEqual, bpf.JumpGreaterThan, bpf.JumpGreaterOrEqual, bpf.JumpBitsSet}
