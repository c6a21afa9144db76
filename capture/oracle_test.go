package capture_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"portero/capture"
	"portero/capture/pcapfile"
)

// judge lets gopacket decode a frame; its panics on hostile input are its own.
func judge(b []byte, l layers.LinkType) (p gopacket.Packet) {
	defer func() {
		if recover() != nil {
			p = nil
		}
	}()
	p = gopacket.NewPacket(b, l, gopacket.DecodeOptions{NoCopy: true})
	p.Layers()
	return p
}

// TestAgainstGopacket compares the decoder with gopacket's on every capture at
// hand: addresses, ports, numbers, flags and payload of TCP and UDP. Left out by
// name are what gopacket gets wrong: fragments, frames cut by the snaplen, IP
// length 0, tunnels (it names another layer the last), and headers that
// contradict themselves.
func TestAgainstGopacket(t *testing.T) {
	const root = "../../shared/captures/files"
	if _, err := os.Stat(root); err != nil {
		t.Skip("../shared/captures is not there")
	}
	links := map[capture.LinkType]layers.LinkType{1: layers.LinkTypeEthernet, 101: layers.LinkTypeRaw, 113: layers.LinkTypeLinuxSLL, 108: layers.LinkTypeLoop}
	compared, differ := 0, 0
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || differ > 20 {
			return err
		}
		f, err := pcapfile.Open(path, pcapfile.Options{})
		if err != nil {
			return nil
		}
		defer f.Close()
		d := capture.NewDecoder(capture.NewPaths(), 1)
		var b capture.Block
		for n := 0; n < 2000 && f.Next(&b) == nil; {
			for i := range b.Frames {
				fr := &b.Frames[i]
				l, ok := links[fr.Link]
				var p capture.Packet
				n++
				if !ok || len(fr.Data) != int(fr.WireLen) || d.Decode(fr, &p) != capture.OK || p.Path != 0 ||
					p.Bits&(capture.Cut|capture.Overlong|capture.NoFlags|capture.NoPorts|capture.NoLen|capture.BadHeader|capture.BadOpts) != 0 || p.Proto != 6 && p.Proto != 17 {
					continue
				}
				g := judge(fr.Data, l)
				if g == nil || g.ErrorLayer() != nil || g.NetworkLayer() == nil || g.TransportLayer() == nil {
					continue
				}
				if g.Layer(layers.LayerTypeIPv6Routing) != nil || g.Layer(layers.LayerTypeIPv6Destination) != nil {
					continue // the ends may be others than the header's, as TestFinalEnds has it
				}
				src, dst := g.NetworkLayer().NetworkFlow().Endpoints()
				if s := p.SrcAddr().AsSlice(); string(s) != string(src.Raw()) || string(p.DstAddr().AsSlice()) != string(dst.Raw()) {
					differ++
					t.Errorf("%s frame %d: addresses %v > %v, gopacket %v > %v", path, fr.Num, p.SrcAddr(), p.DstAddr(), src, dst)
					continue
				}
				switch x := g.TransportLayer().(type) {
				case *layers.TCP:
					if p.Proto != 6 || uint16(x.SrcPort) != p.SrcPort || uint16(x.DstPort) != p.DstPort || capture.Seq(x.Seq) != p.Seq || capture.Seq(x.Ack) != p.Ack ||
						x.SYN != p.Flags.Any(capture.SYN) || x.RST != p.Flags.Any(capture.RST) || x.FIN != p.Flags.Any(capture.FIN) || x.ACK != p.Flags.Any(capture.ACK) ||
						x.Window != p.Window || len(x.Payload) != int(p.PayloadLen) {
						differ++
						t.Errorf("%s frame %d: %+v, gopacket %+v with %d octets", path, fr.Num, p, x.BaseLayer, len(x.Payload))
					}
					compared++
				case *layers.UDP:
					if p.Proto != 17 || uint16(x.SrcPort) != p.SrcPort || uint16(x.DstPort) != p.DstPort || len(x.Payload) != int(p.PayloadLen) {
						differ++
						t.Errorf("%s frame %d: %+v, gopacket %v > %v with %d octets", path, fr.Num, p, x.SrcPort, x.DstPort, len(x.Payload))
					}
					compared++
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d packets compared, %d differ", compared, differ)
	if compared < 100_000 {
		t.Errorf("only %d packets compared", compared)
	}
}
