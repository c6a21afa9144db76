package main

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What reads a capture twice speaks of one connection both times, however many had to make room: which
// those are, and with it the numbers of all, depends on the hash.
func TestSecondReadingWithLittleMemory(t *testing.T) {
	const n = 20_000
	in := segments(t, func(send func(i, step int)) {
		// The answers come sooner or later: some find what waits for them, others do not.
		due := make([][]int, 2*n)
		r := rand.New(rand.NewPCG(1, 2))
		for at := range due {
			if at < n {
				send(at, 0)
				later := at + 1 + r.IntN(n-1)
				due[later] = append(due[later], at)
			}
			for _, i := range due[at] {
				send(i, 1)
			}
		}
	})
	args := []string{"--memory", "8M", "--quiet"}
	code, out, errs := portero(t, append([]string{"read", in, "--format", "ndjson"}, args...)...)
	if code != 0 || !strings.Contains(out, `"end_reason":"resources"`) {
		t.Fatalf("%d, nothing had to make room: %s", code, errs)
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	for i := len(lines) / 7; i < len(lines); i += len(lines) / 4 {
		var r struct {
			OrigAddr string `json:"orig_addr"`
			OrigPort uint16 `json:"orig_port"`
			RespAddr string `json:"resp_addr"`
			RespPort uint16 `json:"resp_port"`
		}
		if err := json.Unmarshal([]byte(lines[i]), &r); err != nil {
			t.Fatal(err)
		}
		who := fmt.Sprintf("%s:%d>%s:%d", r.OrigAddr, r.OrigPort, r.RespAddr, r.RespPort)
		_, why, errs := portero(t, append([]string{"why", in, who}, args...)...)
		if first, _, _ := strings.Cut(why, "\n"); !strings.Contains(first, strings.ReplaceAll(who, ">", " > ")) {
			t.Errorf("why tells of another than %s: %s%s", who, first, errs)
		}
		if i == len(lines)/7 {
			if _, _, errs := portero(t, "why", in, "7", "--memory", "8M"); !strings.Contains(errs, "numbers differ from reading to reading") {
				t.Errorf("nothing says that a number may name another connection: %s", errs)
			}
		}
		saved := filepath.Join(t.TempDir(), "one.pcapng")
		if code, _, errs := portero(t, append([]string{"extract", in, who, "-w", saved}, args...)...); code != 0 {
			t.Fatal(errs)
		}
		_, one, _ := portero(t, "read", saved, "--format", "csv", "--fields", "orig_addr,orig_port,resp_addr,resp_port")
		want := fmt.Sprintf("%s,%d,%s,%d", r.OrigAddr, r.OrigPort, r.RespAddr, r.RespPort)
		if rows := strings.Fields(one); len(rows) != 2 || rows[1] != want {
			t.Errorf("extract took others than %s:\n%s", want, one)
		}
	}
}

// segments writes a capture of those that each sends: of connection i its SYN (step 0), SYN-ACK or third packet.
func segments(t *testing.T, each func(send func(i, step int))) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "open.pcap")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	w.Write([]byte{0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 96, 0, 0, 0, 1, 0, 0, 0})
	var c churn
	var frame, head []byte
	const syn, ack = 2, 16
	us := uint32(0)
	each(func(i, step int) {
		c.made = uint64(i)*10 + 1
		switch step {
		case 0:
			frame = c.frame(frame[:0], 6, true, syn, 100, 0, 0)
		case 1:
			frame = c.frame(frame[:0], 6, false, syn|ack, 500, 101, 0)
		case 2:
			frame = c.frame(frame[:0], 6, true, ack, 101, 501, 0)
		}
		head = binary.LittleEndian.AppendUint32(head[:0], 1_700_000_000+us/1_000_000)
		head = binary.LittleEndian.AppendUint32(head, us%1_000_000)
		head = binary.LittleEndian.AppendUint32(head, uint32(len(frame)))
		head = binary.LittleEndian.AppendUint32(head, uint32(len(frame)))
		w.Write(head)
		w.Write(frame)
		us++
	})
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}
