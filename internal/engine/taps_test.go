package engine

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"portero/capture"
	"portero/capture/pcapfile"
	"portero/catalog"
	"portero/internal/record"
	"portero/internal/view/ndjson"
)

// TestSighted: one that was met is a cache line.
func TestSighted(t *testing.T) {
	if n := unsafe.Sizeof(sighted{}); n != 64 {
		t.Errorf("%d octets", n)
	}
}

// sight is a datagram of IPv6 that came by an interface.
type sight struct {
	tap  uint32
	ms   float64
	from int    // 0 and 1 speak with each other, port 500 both
	says string // octets
	to   string // "": to the other; "all": a multicast group; "self": to one of its own programs
	hw   byte   // of who sent it
	hop  byte   // taken off its hop limit
	bare bool   // no hardware address came with it
}

func (s *sight) frame() capture.Frame {
	b := []byte{2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, s.hw, 0x86, 0xdd, 0x60, 0, 0, 0, 0, byte(8 + len(s.says)), 17, 64 - s.hop}
	hosts := [2][]byte{{0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, {0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2}}
	src, dst := hosts[s.from], hosts[1-s.from]
	if s.to == "all" {
		dst = []byte{0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}
	}
	port := byte(244)
	if s.to == "self" {
		src, dst, port = hosts[0], hosts[0], port+byte(s.from)
	}
	b = append(append(b, src...), dst...)
	b = append(b, 1, port, 1, 244, 0, byte(8+len(s.says)), 0, 0)
	b = append(b, s.says...)
	binary.BigEndian.PutUint16(b[60:], folded(ones(b[54:], ones(b[22:54], uint32(17+8+len(s.says))))))
	return capture.Frame{Data: b, WireLen: uint32(len(b)), Time: 1e18 + int64(s.ms*1e6), Tap: s.tap, Link: capture.LinkEthernet}
}

// cooked is the same as a capture on all interfaces has it (LINKTYPE_LINUX_SLL2).
func cooked(f capture.Frame) capture.Frame {
	b := []byte{0x86, 0xdd, 0, 0, 0, 0, 0, byte(f.Tap), 0, 1, 0, 6}
	b = append(append(b, f.Data[6:12]...), 0, 0)
	f.Data, f.Tap, f.Link = append(b, f.Data[14:]...), 0, capture.LinkSLL2
	f.WireLen = uint32(len(f.Data))
	return f
}

// What came by another interface a moment before is a copy, and nothing else is.
func TestCopiesByOtherInterfaces(t *testing.T) {
	for _, c := range []struct {
		name string
		pkts []sight
		want string // copies are 1
	}{
		{"both ends of a pair", []sight{{tap: 1}, {tap: 2, ms: 0.1}}, "01"},
		{"a bridge and two ports", []sight{{tap: 1}, {tap: 2}, {tap: 3}}, "011"},
		{"a router", []sight{{tap: 1, hw: 1}, {tap: 2, hw: 2, hop: 1}}, "01"},
		{"one interface, sent again", []sight{{tap: 1}, {tap: 1, ms: 1}}, "00"},
		{"a pair, sent again", []sight{{tap: 1}, {tap: 2}, {tap: 1, ms: 3}, {tap: 2, ms: 3}}, "0101"},
		{"a pair, sent again before the first is through", []sight{{tap: 1}, {tap: 1}, {tap: 2}, {tap: 2}}, "0011"},
		{"sent again by another way", []sight{{tap: 1}, {tap: 2}, {tap: 2, ms: 1}, {tap: 1, ms: 1}}, "0101"},
		{"one of three missed it", []sight{{tap: 1}, {tap: 2}, {tap: 3}, {tap: 1}, {tap: 3}, {tap: 1}, {tap: 2}, {tap: 3}}, "01101011"},
		{"the clock of the other is behind", []sight{{tap: 1, ms: 5}, {tap: 2, ms: 1}}, "01"},
		{"too late for a copy", []sight{{tap: 1}, {tap: 2, ms: 11}}, "00"},
		{"asked and answered with the same octets", []sight{{tap: 1}, {tap: 2}, {tap: 2, from: 1}, {tap: 1, from: 1}}, "0101"},
		{"other octets", []sight{{tap: 1, says: "a"}, {tap: 2, says: "b"}, {tap: 2, says: "a"}, {tap: 1, says: "b"}}, "0011"},
		{"to all, through a bridge", []sight{{tap: 1, to: "all", hw: 1}, {tap: 2, to: "all", hw: 1}}, "01"},
		{"to all, from two hosts with one address", []sight{{tap: 1, to: "all", hw: 1}, {tap: 2, to: "all", hw: 2}}, "00"},
		{"to all, and nothing says from whom", []sight{{tap: 1, to: "all", bare: true}, {tap: 2, to: "all", bare: true}}, "00"},
		{"to one, and nothing says from whom", []sight{{tap: 1, bare: true}, {tap: 2, bare: true}}, "01"},
		{"more interfaces than are counted", []sight{{tap: 1}, {tap: 2}, {tap: 3}, {tap: 4}, {tap: 5}, {tap: 6}, {tap: 7}, {tap: 8}, {tap: 1, ms: 1}}, "011111110"},
	} {
		for _, how := range []string{"ethernet", "cooked"} {
			var x taps
			d := decoded{}
			dec := capture.NewDecoder(capture.NewPaths(), 1)
			for i := range c.pkts {
				f := c.pkts[i].frame()
				if how == "cooked" || c.pkts[i].bare {
					f = cooked(f)
				}
				if c.pkts[i].bare {
					f.Data[11] = 0
				}
				d.block.Frames = append(d.block.Frames, f)
			}
			d.block.Taps = capture.ManyTaps
			decode(dec, &d)
			x.mark(&d)
			got := ""
			for i := range d.batch.Packets {
				got += fmt.Sprint(bit(&d, i))
			}
			if got != c.want {
				t.Errorf("%s, %s: %s, want %s", c.name, how, got, c.want)
			}
		}
	}
}

// Of files that were captured at the same time in one place and another, what one has for the first time and the other had is a copy.
// Where they have next to nothing in common each may have everything twice itself.
func TestCopiesInOtherFiles(t *testing.T) {
	const n = 100
	for _, c := range []struct {
		name   string
		says   func(file, i int) string
		twice  bool // each has everything twice
		copies int
	}{
		{"two places of one way", func(_, i int) string { return fmt.Sprint(i) }, false, n},
		{"two ways", func(file, i int) string { return fmt.Sprint(file, " ", i) }, false, 0},
		{"two ways, and both mirror everything twice", func(file, i int) string { return fmt.Sprint(file, " ", i) }, true, 2 * n},
	} {
		var x taps
		var m mirror
		copies, times := 0, 1
		if c.twice {
			times = 2
		}
		dec := capture.NewDecoder(capture.NewPaths(), 1)
		for i := range n {
			d := decoded{}
			for file := range 2 {
				s := sight{ms: float64(20*i) + 5*float64(file), from: i % 2, says: c.says(file, i)}
				for range times {
					f := s.frame()
					f.File = int32(file)
					d.block.Frames = append(d.block.Frames, f)
					s.ms += 0.1
				}
			}
			d.block.Taps = capture.FileTaps
			decode(dec, &d)
			x.mark(&d)
			if !x.many || x.strangers() {
				m.mark(&d)
			}
			for i := range d.batch.Packets {
				copies += bit(&d, i)
			}
		}
		if least := c.copies - mirrorLast; copies > c.copies || copies < least {
			t.Errorf("%s: %d copies, want %d, or as many less as show that all is doubled", c.name, copies, c.copies)
		}
	}
}

// As many packets are under way in one place as it has ways, and then the one that was met longest ago is forgotten.
func TestTapsForgetTheOldest(t *testing.T) {
	x := taps{sets: make([]tapSet, tapSets)}
	at := int64(0)
	met := func(n uint64, tap uint32) bool {
		at++
		return x.again(&passing{mark: 7<<32 | n, time: at, tap: tap})
	}
	for n := range uint64(tapWays) {
		if met(n, 1) {
			t.Errorf("packet %d is a copy of another", n)
		}
	}
	for n := range uint64(tapWays) {
		if !met(n, 2) {
			t.Errorf("packet %d was forgotten while there was room", n)
		}
	}
	met(0, 3)       // the last to be met, so that 1 is the one met longest ago
	met(tapWays, 1) // one more than there are ways
	for n, want := range []bool{true, false} {
		if got := met(uint64(n), 4); got != want {
			t.Errorf("packet %d is known: %v", n, got)
		}
	}
}

// bit is 1 where packet i of d is known to be a copy.
func bit(d *decoded, i int) int {
	if d.batch.Noted(i) == capture.Copy {
		return 1
	}
	return 0
}

// crossings are the frames of tr as three interfaces see them, each connection on a way of its own, and the frames that
// one sees who sees all of them once.
func crossings(t *testing.T, tr *traffic) (all []capture.Frame, once int) {
	ways := [][]int32{{0}, {0, 1}, {1, 0, 2}, {2, 1}}
	src := open(t, tr.pcap)
	for {
		var b capture.Block
		if src.Next(&b) != nil {
			break
		}
		for _, f := range b.Frames {
			once++
			l4 := 34
			if f.Data[12] == 0x86 {
				l4 = 54
			}
			sp, dp := binary.BigEndian.Uint16(f.Data[l4:]), binary.BigEndian.Uint16(f.Data[l4+2:])
			way := slices.Clone(ways[(sp+dp)%4])
			if sp < dp {
				slices.Reverse(way)
			}
			for i, tap := range way {
				g := f
				g.Iface, g.Time = tap, f.Time+int64(i)*70_001
				all = append(all, g)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b capture.Frame) int { return cmp.Compare(a.Time, b.Time) })
	return all, once
}

// inFile is a capture of frames, which names each interface before its first frame.
func inFile(t *testing.T, fs []capture.Frame) []byte {
	var b bytes.Buffer
	w, err := pcapfile.NewWriter(&b, pcapfile.WriterOptions{Name: func(i int32) string { return fmt.Sprint("eth", i) }})
	if err != nil {
		t.Fatal(err)
	}
	for i := range fs {
		if err := w.Write(&fs[i], ""); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

// A capture of several interfaces has the same connections as one that has every packet once, however it is cut and read.
func TestSeveralInterfacesSeeTheSame(t *testing.T) {
	t.Parallel()
	tr := newTraffic(5)
	tr.fill(700, 100, 8, 30_000_000)
	all, once := crossings(t, tr)
	if len(all) < once*3/2 {
		t.Fatalf("%d frames of %d", len(all), once)
	}
	seenTheSame(t, tr.pcap, all, []int{1, 3, 700})
}

// So has one in which a mirror has every packet twice, behind others now and then.
func TestMirrorSeesTheSame(t *testing.T) {
	t.Parallel()
	tr := newTraffic(6)
	tr.fill(700, 100, 8, 30_000_000)
	var all []capture.Frame
	src := open(t, tr.pcap)
	for {
		var b capture.Block
		if src.Next(&b) != nil {
			break
		}
		for i, f := range b.Frames {
			g := f
			g.Time += int64(i%5) * 30_000
			all = append(all, f, g)
		}
	}
	slices.SortStableFunc(all, func(a, b capture.Frame) int { return cmp.Compare(a.Time, b.Time) })
	seenTheSame(t, tr.pcap, all, []int{mirrorAhead, 700})
}

// seenTheSame holds the records of all, in one file and in ten, in blocks of some sizes and with any number of threads,
// to one another, and what they say to the records of the capture once.
func seenTheSame(t *testing.T, once []byte, all []capture.Frame, sizes []int) {
	t.Helper()
	const told = "first,proto,orig_addr,orig_port,resp_addr,resp_port,handshake,close,orig_pkts,resp_pkts,orig_payload,resp_payload,syn_retries"
	tell := func(src capture.Source, opt Options, names string) string {
		fields, err := record.Select(names)
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		w := ndjson.New(&out, fields, false)
		opt.Catalog, opt.Sink, opt.Seed, opt.Merged = catalog.Default(), w.Write, 9, true
		if err := New(opt).Run(context.Background(), src); err != nil {
			t.Fatal(err)
		}
		w.Flush()
		return out.String()
	}
	file := inFile(t, all)
	// What comes again within 10 ms counts once where it is alone (HANDSHAKE.md, section 6), and as often as it was sent where all
	// comes twice: of ports with such packets nothing is said.
	said := strings.Split(tell(open(t, file), Options{Threads: 1}, told), "\n")
	slices.Sort(said)
	ports := func(line string) string {
		return line[strings.Index(line, `"proto"`):strings.Index(line, `"handshake"`)]
	}
	lines := strings.Split(strings.TrimSpace(tell(open(t, once), Options{Threads: 1}, told+",duplicates")), "\n")
	again := map[string]bool{}
	for _, line := range lines {
		if !strings.HasSuffix(line, `,"duplicates":0}`) {
			again[ports(line)] = true
		}
	}
	held := 0
	for _, line := range lines {
		if again[ports(line)] {
			continue
		}
		if _, ok := slices.BinarySearch(said, strings.TrimSuffix(line, `,"duplicates":0}`)+"}"); !ok {
			t.Errorf("not told as when it is seen once: %s", line)
		}
		held++
	}
	if held < len(said)/2 {
		t.Errorf("only %d of %d records are held to those seen once", held, len(said))
	}
	want := tell(open(t, file), Options{Threads: 1}, "")
	for _, threads := range []int{1, 8} {
		for _, n := range sizes {
			differ(t, fmt.Sprint(threads, " threads, blocks of ", n), want, tell(&pieces{from: open(t, file), n: n}, Options{Threads: threads}, ""))
		}
	}
	dir := t.TempDir()
	var names []string
	for i := range 10 {
		n := filepath.Join(dir, fmt.Sprint(i, ".pcapng"))
		if err := os.WriteFile(n, inFile(t, all[len(all)*i/10:len(all)*(i+1)/10]), 0o600); err != nil {
			t.Fatal(err)
		}
		names = append(names, n)
	}
	set, err := pcapfile.OpenAll(names, pcapfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	differ(t, "ten slices", want, tell(set, Options{Threads: 2, Files: names}, ""))
}

// The second interface of a capture may be named late, behind many packets and at any place of a block.
func TestSecondInterfaceComesLate(t *testing.T) {
	for _, early := range []int{0, 1, 63, 64, 200} {
		var fs []capture.Frame
		for i := range early {
			s := sight{tap: 1, says: fmt.Sprint(i)}
			fs = append(fs, s.frame())
		}
		a, b := sight{tap: 1, ms: 1, says: "a"}, sight{tap: 1, ms: 1, says: "b"}
		fs = append(fs, a.frame(), b.frame())
		a.tap, b.tap = 2, 2
		fs = append(fs, b.frame(), a.frame())
		for cut := 1; cut < len(fs); cut += 1 + cut/4 {
			var x taps
			got := 0
			for rest := fs; len(rest) > 0; {
				d := decoded{}
				d.block.Frames = rest[:min(cut, len(rest))]
				rest = rest[len(d.block.Frames):]
				if d.block.Taps = capture.OneTap; len(rest) < 2 {
					d.block.Taps = capture.ManyTaps
				}
				decode(capture.NewDecoder(capture.NewPaths(), 1), &d)
				x.mark(&d)
				for i := range d.batch.Packets {
					got = got<<1 | bit(&d, i)
				}
			}
			if got != 3 {
				t.Errorf("%d before, blocks of %d: copies %b, want the last two", early, cut, got)
			}
		}
	}
}

// list is a source of some frames.
type list []capture.Frame

func (l *list) Next(b *capture.Block) error {
	if len(*l) == 0 {
		return io.EOF
	}
	b.Frames, *l = *l, nil
	return nil
}

// An echo between two ports of the same number is no copy of what it answers, though it has the same octets and nothing
// numbers them.
func TestAnEchoIsNoCopy(t *testing.T) {
	for _, how := range []string{"ethernet", "cooked", "cut"} {
		var fs list
		for i := range 8 {
			for from := range 2 {
				s := sight{tap: 0, ms: float64(i), from: from, says: fmt.Sprint("number ", i)}
				f := s.frame()
				switch how {
				case "cooked":
					f.Tap = 1
					f = cooked(f)
				case "cut":
					f.Data = f.Data[:len(f.Data)-1]
				}
				f.Index, f.Num = uint64(len(fs)+1), uint64(len(fs)+1)
				fs = append(fs, f)
			}
		}
		n := 0
		e := New(Options{Threads: 1, Seed: 1, Catalog: catalog.Default(), Sink: func(r *record.Record) error {
			n++
			if r.Orig.Pkts != 8 || r.Resp.Pkts != 8 || r.Duplicates != 0 {
				t.Errorf("%s: %d and %d packets, %d copies", how, r.Orig.Pkts, r.Resp.Pkts, r.Duplicates)
			}
			return nil
		}})
		if err := e.Run(context.Background(), &fs); err != nil || n != 1 {
			t.Errorf("%s: %d records: %v", how, n, err)
		}
	}
}
