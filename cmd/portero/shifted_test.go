package main

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

// TestClockBefore1970: where the interface's clock is set before 1970 (if_tsoffset), or after 2038, nothing but the times
// themselves differs.
func TestClockBefore1970(t *testing.T) {
	in := filepath.Join("..", "..", "testdata", "first-look", "in.pcap")
	b, err := os.ReadFile(in)
	if err != nil {
		t.Fatal(err)
	}
	le := binary.LittleEndian
	fraction := uint64(1e3)
	if le.Uint32(b) == 0xa1b23c4d {
		fraction = 1
	}
	block := func(typ uint32, body []byte) []byte {
		for len(body)%4 != 0 {
			body = append(body, 0)
		}
		n := uint32(12 + len(body))
		return le.AppendUint32(append(le.AppendUint32(le.AppendUint32(nil, typ), n), body...), n)
	}
	want := records(t, in)
	// From 2026 to 1957, to the seconds around 1970, and to 2090.
	for _, offset := range []int64{-2_200_000_000, 0, 2_000_000_000} {
		file := block(0x0a0d0d0a, []byte{0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255})
		idb := le.AppendUint16(le.AppendUint16([]byte{byte(b[20]), 0, 0, 0, 0, 0, 4, 0, 9, 0, 1, 0, 9, 0, 0, 0}, 14), 8)
		o := offset
		if o == 0 { // the third frame comes in 1970, two before it
			o = -int64(le.Uint32(b[24:])) - 1
		}
		file = append(file, block(1, append(le.AppendUint64(idb, uint64(o)), 0, 0, 0, 0))...)
		for rest := b[24:]; len(rest) > 0; {
			ns := uint64(le.Uint32(rest))*1e9 + uint64(le.Uint32(rest[4:]))*fraction
			n := le.Uint32(rest[8:])
			body := le.AppendUint32(le.AppendUint32(le.AppendUint32(nil, 0), uint32(ns>>32)), uint32(ns))
			body = append(le.AppendUint32(le.AppendUint32(body, n), le.Uint32(rest[12:])), rest[16:16+n]...)
			file, rest = append(file, block(6, body)...), rest[16+n:]
		}
		name := filepath.Join(t.TempDir(), "in.pcapng")
		if err := os.WriteFile(name, file, 0o600); err != nil {
			t.Fatal(err)
		}
		got := records(t, name)
		if len(got) != len(want) {
			t.Fatalf("%d: %d records, want %d", offset, len(got), len(want))
		}
		for id, r := range got {
			for k, v := range want[id] {
				if k != "first" && k != "last" && !reflect.DeepEqual(r[k], v) {
					t.Errorf("%d: %v: %s is %v, want %v", offset, id, k, r[k], v)
				}
			}
		}
	}
}
