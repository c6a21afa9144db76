package pcapfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"portero/capture"
)

// A capture with more interfaces than are kept apart is not called damaged goods that a new copy would mend.
func TestMostInterfaces(t *testing.T) {
	block := func(typ uint32, body ...byte) []byte {
		n := uint32(len(body) + 12)
		b := binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(nil, typ), n)
		return binary.LittleEndian.AppendUint32(append(b, body...), n)
	}
	section := block(0x0a0d0d0a, 0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255)
	one := block(1, 1, 0, 0, 0, 0, 0, 0, 0)
	frame := block(6, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 4, 0, 0, 0, 'f', 'r', 'a', 'm')
	for _, c := range []struct{ more, frames int }{{0, 2}, {1, 1}} {
		in := append(append([]byte(nil), section...), one...)
		in = append(append(in, frame...), bytes.Repeat(one, maxInterfaces-1+c.more)...)
		f, err := NewReader(bytes.NewReader(append(in, frame...)), "many", Options{})
		if err != nil {
			t.Fatal(err)
		}
		var b capture.Block
		n := 0
		for err = f.Next(&b); err == nil; err = f.Next(&b) {
			n += len(b.Frames)
		}
		var de *DamageError
		if n != c.frames || errors.As(err, &de) != (c.more > 0) || de != nil && (!strings.Contains(err.Error(), "more than the 65536 interfaces") || strings.Contains(err.Error(), "again")) {
			t.Errorf("%d interfaces too many: %d frames, %v", c.more, n, err)
		}
	}
}
