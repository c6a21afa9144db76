package main

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"portero/capture"
	"portero/capture/pcapfile"
)

// ngBlock is a pcapng block of the given type.
func ngBlock(kind uint32, body []byte) []byte {
	for len(body)%4 != 0 {
		body = append(body, 0)
	}
	b := binary.LittleEndian.AppendUint32(nil, kind)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(body)+12))
	b = append(b, body...)
	return binary.LittleEndian.AppendUint32(b, uint32(len(body)+12))
}

// What a pcapng file says of names and keys is nobody's proof: the records are
// the same without it.
func TestNamesInFilesAreIgnored(t *testing.T) {
	in, err := pcapfile.Open("../../testdata/first-look/in.pcap", pcapfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var plain bytes.Buffer
	w, err := pcapfile.NewWriter(&plain, pcapfile.WriterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var block capture.Block
	for in.Next(&block) == nil {
		for i := range block.Frames {
			if err := w.Write(&block.Frames[i], ""); err != nil {
				t.Fatal(err)
			}
		}
	}
	// A name resolution block (type 4: record 1 is IPv4 and a name) and a decryption
	// secrets block (type 10, TLS key log) behind the section header.
	name := append([]byte{1, 0, 4 + 13, 0, 192, 0, 2, 1}, []byte("bank.example\x00\x00\x00\x00")...)
	names := ngBlock(4, append(name, 0, 0, 0, 0))
	secrets := append(binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(nil, 0x544c534b), 24), []byte("CLIENT_RANDOM 00 00 00 00")...)
	head := binary.LittleEndian.Uint32(plain.Bytes()[4:])
	told := append([]byte(nil), plain.Bytes()[:head]...)
	told = append(append(told, names...), ngBlock(10, secrets)...)
	told = append(told, plain.Bytes()[head:]...)

	records := func(b []byte) string {
		file := filepath.Join(t.TempDir(), "in.pcapng")
		if err := os.WriteFile(file, b, 0o600); err != nil {
			t.Fatal(err)
		}
		code, out, errs := portero(t, "--format", "ndjson", file)
		if code != exitOK || out == "" {
			t.Fatalf("exit status %d: %s", code, errs)
		}
		return out
	}
	if a, b := records(plain.Bytes()), records(told); a != b || strings.Contains(b, "bank.example") {
		t.Errorf("without names and keys\n%swith them\n%s", a, b)
	}
}

// The metrics port is this machine's own unless somebody names another address.
func TestMetricsStayAtHome(t *testing.T) {
	for in, want := range map[string]string{":9899": "127.0.0.1:9899", "192.0.2.1:80": "192.0.2.1:80", "[::1]:1": "[::1]:1", "": ""} {
		if got, err := metricsAddr(in); err != nil || got != want {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
	for _, bad := range []string{"9899", "127.0.0.1", "127.0.0.1:http"} {
		if _, err := metricsAddr(bad); err == nil {
			t.Errorf("%q is taken for an address", bad)
		}
	}
}
