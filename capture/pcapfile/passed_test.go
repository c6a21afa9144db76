package pcapfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"portero/capture"
)

// ngBlock is a pcapng block.
func ngBlock(typ uint32, body []byte) []byte {
	n := uint32(12 + len(body))
	b := binary.LittleEndian.AppendUint32(nil, typ)
	b = binary.LittleEndian.AppendUint32(b, n)
	return binary.LittleEndian.AppendUint32(append(b, body...), n)
}

// ngPacketOf is a packet block whose only octet is v.
func ngPacketOf(v byte) []byte {
	body := make([]byte, 24)
	body[12], body[16], body[20] = 1, 1, v
	return ngBlock(ngEnhanced, body)
}

var ngHead = slices.Concat(
	ngBlock(ngSection, []byte{0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255}),
	ngBlock(ngInterface, []byte{1, 0, 0, 0, 0, 0, 4, 0}))

const ngSecrets = 10

// A large block that nobody looks into takes no memory, wherever it lies in the pieces of the file,
// and what comes behind it is read.
func TestLargeBlocksArePassedOver(t *testing.T) {
	const large = 20 << 20
	name := filepath.Join(t.TempDir(), "large.pcapng")
	out, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	end := int64(len(ngHead))
	write := func(b []byte) {
		if _, err := out.WriteAt(b, end); err != nil {
			t.Fatal(err)
		}
		end += int64(len(b))
	}
	out.Write(ngHead)
	for v := range byte(5) {
		write(ngPacketOf(v))
		size := uint32(large) + 4*uint32(v)
		head := binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(nil, ngSecrets), size)
		write(head)
		end += int64(size) - 12 // a hole, where the file system knows holes
		write(head[4:])
	}
	write(ngPacketOf(5))
	for _, piped := range []bool{false, true} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f, err := Open(name, Options{})
		if piped {
			f.Close()
			f, err = NewReader(io.NewSectionReader(out, 0, end), name, Options{})
		}
		if err != nil {
			t.Fatal(err)
		}
		var got []byte
		var b capture.Block
		for {
			if err = f.Next(&b); err != nil {
				break
			}
			for _, fr := range b.Frames {
				got = append(got, fr.Data...)
			}
		}
		f.Close()
		runtime.ReadMemStats(&after)
		if !errors.Is(err, io.EOF) || !bytes.Equal(got, []byte{0, 1, 2, 3, 4, 5}) {
			t.Errorf("piped %v: frames %v, then %v", piped, got, err)
		}
		if n := after.TotalAlloc - before.TotalAlloc; n > 16<<20 {
			t.Errorf("piped %v: %d MB allocated", piped, n>>20)
		}
	}
}

// What is wrong with a block that is passed over is told as of any other, with the place where it begins.
func TestBlocksThatArePassedOverAreChecked(t *testing.T) {
	const size = readSize * 3
	whole := slices.Concat(ngHead, ngPacketOf(1), ngBlock(ngSecrets, make([]byte, size-12)), ngPacketOf(2))
	at := len(ngHead) + len(ngPacketOf(1))
	other := slices.Clone(whole)
	other[at+size-4]++
	for name, x := range map[string]struct {
		file   []byte
		frames int
		want   string
		offset int64
	}{
		"whole":   {whole, 2, "", 0},
		"lengths": {other, 1, "two different lengths, 3145728 and 3145729", int64(at)},
		"cut":     {whole[:at+size/2], 1, "ends inside a block, 1572864 bytes of it are there", int64(at + size/2)},
		"nearly":  {whole[:at+size-2], 1, "ends inside a block, 3145726 bytes of it are there", int64(at + size - 2)},
	} {
		frames, err := readAll(t, x.file)
		var damage *DamageError
		switch {
		case len(frames) != x.frames:
			t.Errorf("%s: %d frames, want %d", name, len(frames), x.frames)
		case x.want == "" && !errors.Is(err, io.EOF):
			t.Errorf("%s: %v", name, err)
		case x.want != "" && (!errors.As(err, &damage) || !strings.Contains(damage.Reason, x.want) || damage.Offset != x.offset):
			t.Errorf("%s: %v", name, err)
		}
	}
}

// How large a frame may be, and a block that nobody looks into: what claims more is damage, with its byte.
func TestFramesAndBlocksAreBounded(t *testing.T) {
	le := binary.LittleEndian
	head := []byte{0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0}
	for n, whole := range map[uint32]bool{16 << 20: true, 16<<20 + 1: false} {
		frame := append(le.AppendUint32(le.AppendUint32(make([]byte, 8), n), n), make([]byte, n)...)
		frames, err := readAll(t, slices.Concat(head, frame))
		if got := len(frames) == 1 && errors.Is(err, io.EOF) && uint32(len(frames[0].Data)) == n; got != whole {
			t.Errorf("a frame of %d octets: %d frames, %v", n, len(frames), err)
		}
	}
	for n, reason := range map[uint32]string{64 << 20: "ends inside a block", 64<<20 + 4: "claims"} {
		begin := le.AppendUint32(le.AppendUint32(nil, ngSecrets), n)
		if _, err := readAll(t, slices.Concat(ngHead, begin, make([]byte, 100))); err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("a block of %d octets: %v", n, err)
		}
	}
}

// A block that has to lie in memory as a whole is no larger than a frame with much said of it.
func TestPacketBlocksAreNoLargerThanFrames(t *testing.T) {
	head := binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(nil, ngEnhanced), maxRead+4)
	_, err := readAll(t, slices.Concat(ngHead, head, make([]byte, 100)))
	if err == nil || !strings.Contains(err.Error(), "claims 17825796 bytes") {
		t.Error(err)
	}
}
