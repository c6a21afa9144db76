package capture

// Direction says which way a frame passed the capturing host, when the
// capture knows it.
type Direction uint8

// The directions a capture can tell.
const (
	DirUnknown  Direction = iota
	DirInbound            // received by the capturing host
	DirOutbound           // sent by the capturing host
)

// Frame is one captured frame: a view, valid as long as its Block.
type Frame struct {
	Data    []byte // captured bytes, at most WireLen
	Time    int64  // nanoseconds since 1970-01-01 UTC
	Index   uint64 // 1-based ordinal over all input of this run
	Num     uint64 // 1-based ordinal inside its own file or interface
	WireLen uint32 // length on the wire, before the snaplen cut it
	File    int32  // which input: index into the names of the source
	Iface   int32  // interface id inside that input, 0 when it has none
	Tap     uint32 // which interface of all inputs it is, by its name (see Taps); 0 where Iface says so, or nothing
	Link    LinkType
	VLAN    uint16 // tag the kernel stripped and reported beside the frame; valid when HasVLAN
	HasVLAN bool
	Dir     Direction
}

// Block is a batch of frames with the memory they point into. The zero value
// is ready to be filled. Only one goroutine at a time may own a Block.
type Block struct {
	Frames []Frame
	Buf    []byte // backing store, managed by the source that fills the block
	Inside bool   // all frames lie in Buf: the source says so
	Slow   bool   // the source waited for more than is in it: what is known by now is worth telling
	Taps   Taps   // how many interfaces the source knows by now
	// Mistimed are the Index of those frames whose time cannot be, in order: of it only the second is known.
	Mistimed []uint64
}

// Taps says by how many interfaces frames may have come: several see copies of one packet.
type Taps uint8

// What a source can tell of its interfaces.
const (
	NoTaps   Taps = iota // there is one, or none that it knows of, and it stays so
	OneTap               // there is one by now
	ManyTaps             // there are several, or there may be
	FileTaps             // several, and what each input has came by others than what the rest have, whatever their names
)

// Source yields frames in capture order.
//
// Next fills b, overwriting what it held, and returns nil when b holds at least
// one frame. At the end it returns io.EOF. An error that ends the input early
// (a damaged file) is returned after the frames before it have been delivered;
// sources made of several inputs report such errors through their own means
// and go on with the next input.
type Source interface {
	Next(b *Block) error
}

// Shared is a Source that several goroutines may read at the same time, where Share
// says so. Each claims the next piece of the input, loads it while others load theirs,
// and takes its frames; Claim and Take are for one goroutine at a time, Take in the
// order of the claims. Next is not called then.
//
// Take fills b as Next does, and returns what Next returns, but b may hold no frame
// where the piece ends inside one: it comes with the next piece.
type Shared interface {
	Source
	Share() bool
	Claim(b *Block) Piece
	Load(b *Block, p *Piece)
	Take(b *Block, p *Piece) error
}

// Piece is a part of an input that was claimed for a block.
type Piece struct {
	At  int64 // where it begins, octets
	N   int   // how long it is; once loaded, how much of it is there
	Err error // what it ended with

	// Frames that Load found, for Take: how many, and the part of the piece they lie in.
	Found, From, To int
}

// LinkType is a pcap link type (LINKTYPE_ value as registered at tcpdump.org).
type LinkType uint16
