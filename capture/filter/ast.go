package filter

// nodeKind says what a node of the expression tree is.
type nodeKind uint8

const (
	nAnd       nodeKind = iota // l, r
	nOr                        // l, r
	nNot                       // l
	nAbbrev                    // q.proto: a protocol word by itself
	nName                      // q, text
	nNumber                    // q, num
	nV4                        // q, text
	nV4Len                     // q, text, num: prefix length
	nV4Mask                    // q, text, mask
	nV6                        // q, text, num: prefix length
	nMAC                       // q, text
	nARCnet                    // q, text
	nCompare                   // x, y, rel
	nBroadcast                 // q.proto
	nMulticast                 // q.proto
	nLess                      // num
	nGreater                   // num
	nByte                      // num: offset, rel, mask2: value
	nDirection                 // has: outbound
	nIfIndex                   // num
	nVLAN                      // has, num
	nMPLS                      // has, num
	nPPPoED                    //
	nPPPoES                    // has, num
	nGeneve                    // has, num
	nWLANType                  // num under mask2
	nWLANDir                   // num
	nLLC                       // text, "" for any
)

// addrType is the kind of an id ("type" in pcap-filter(7)).
type addrType uint8

const (
	aDefault addrType = iota
	aHost
	aNet
	aPort
	aPortRange
	aProto
	aUndef // no qualifier to inherit: an id here is an error
)

// dir is the direction of an id.
type dir uint8

const (
	dDefault dir = iota
	dSrc
	dDst
	dOr
	dAnd
	dAddr1
	dAddr2
	dAddr3
	dAddr4
	dRA
	dTA
)

// qual is what stands before an id, or what it inherits from the one before it.
type qual struct {
	proto proto
	dir   dir
	addr  addrType
}

var noQual = qual{addr: aUndef}

// node is one node of the expression tree; which fields count depends on kind.
type node struct {
	kind  nodeKind
	pos   int // byte offset of the word that stands for the node
	l, r  *node
	x, y  *arith
	q     qual
	text  string
	mask  string
	rel   string
	num   uint32
	mask2 uint32
	has   bool
}

// arith is an arithmetic expression of unsigned 32-bit numbers.
type arith struct {
	op    string // "" number, "len", "[" load, "neg", or a binary operator
	pos   int
	l, r  *arith // operands; l is the index of a load
	proto proto  // of a load
	num   uint32 // number, or size of a load in octets
}
