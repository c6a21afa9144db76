package pcapfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"

	"portero/capture"
)

// snoopFile writes frames as RFC 1761 says, a second apart, padded to four octets.
func snoopFile(datalink uint32, frames ...[]byte) []byte {
	b := append([]byte(snoopMagic), 0, 0, 0, 2)
	b = binary.BigEndian.AppendUint32(b, datalink)
	for i, f := range frames {
		pad := (4 - len(f)%4) % 4
		for _, v := range []int{len(f) + 10, len(f), 24 + len(f) + pad, 0, 1000 + i, 7} {
			b = binary.BigEndian.AppendUint32(b, uint32(v))
		}
		b = append(append(b, f...), make([]byte, pad)...)
	}
	return b
}

func readAll(t *testing.T, file []byte) ([]capture.Frame, error) {
	t.Helper()
	f, err := NewReader(bytes.NewReader(file), "x", Options{})
	if err != nil {
		return nil, err
	}
	var all []capture.Frame
	for {
		var b capture.Block
		if err := f.Next(&b); err != nil {
			return all, err
		}
		all = append(all, b.Frames...)
	}
}

func TestSnoop(t *testing.T) {
	whole := snoopFile(4, []byte("one"), []byte("twelve bytes"))
	fs, err := readAll(t, whole)
	if !errors.Is(err, io.EOF) || len(fs) != 2 || string(fs[0].Data) != "one" || fs[0].WireLen != 13 || fs[1].Time != 1001*1e9+7000 || fs[1].Link != capture.LinkEthernet {
		t.Fatalf("%v %+v", err, fs)
	}
	var damage *DamageError
	if fs, err = readAll(t, whole[:len(whole)-5]); len(fs) != 1 || !errors.As(err, &damage) {
		t.Errorf("cut: %d frames, %v", len(fs), err)
	}
	lying := append([]byte(nil), whole...)
	binary.BigEndian.PutUint32(lying[20:], 1<<31)
	if fs, err = readAll(t, lying); len(fs) != 0 || err == nil || errors.Is(err, io.EOF) && !errors.As(err, &damage) {
		t.Errorf("captured length beyond its record: %d frames, %v", len(fs), err)
	}
	if _, err = readAll(t, snoopFile(99)); err == nil || !strings.Contains(err.Error(), "datalink type 99") {
		t.Error(err)
	}
}
