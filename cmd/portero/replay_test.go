package main

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"portero/capture"
)

// Nobody waits for the years between two captures that were put together: a silence takes a second, whatever it was, and
// time has gone by behind it. A short one is waited for.
func TestReplayCutsSilence(t *testing.T) {
	file, err := os.ReadFile(look)
	if err != nil {
		t.Fatal(err)
	}
	const years = 10 * 365 * 24 * 3600
	for at, n := 24, 1; at < len(file); n++ {
		if n > 24 { // the last two come ten years later
			binary.LittleEndian.PutUint32(file[at:], binary.LittleEndian.Uint32(file[at:])+years)
		}
		at += 16 + int(binary.LittleEndian.Uint32(file[at+8:]))
	}
	name := filepath.Join(t.TempDir(), "long.pcap")
	if err := os.WriteFile(name, file, 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := openReplay([]string{name}, 10, true)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var b capture.Block
	var came []time.Duration
	var first time.Time
	for began := time.Now(); len(came) < 26; {
		if err := r.Next(&b); err != nil || time.Since(began) > 20*time.Second {
			t.Fatalf("%d frames, then %v", len(came), err)
		}
		for range b.Frames {
			came = append(came, time.Since(began))
		}
		if first.IsZero() {
			first = r.Now()
		}
	}
	if took := came[24] - came[23]; took < breath/2 || took > breath*5 {
		t.Errorf("ten years took %v", took)
	}
	if took := came[20] - came[0]; took > breath {
		t.Errorf("50 ms, ten times as fast, took %v", took)
	}
	if gone := r.Now().Sub(first); gone < years*time.Second {
		t.Errorf("behind them %v had gone by", gone)
	}
}

// However fast a capture is shown, time does not pass a frame that was not shown yet: its connection would
// end by a silence that there was not.
func TestReplayWaits(t *testing.T) {
	r, err := openReplay([]string{look}, 1e6, true)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var b capture.Block
	var times []int64 // when it was after each block
	var frames []int64
	var shown []int
	for deadline := time.Now().Add(10 * time.Second); len(frames) < 26; {
		if err := r.Next(&b); err != nil || time.Now().After(deadline) {
			t.Fatalf("%d frames, then %v", len(frames), err)
		}
		for _, f := range b.Frames {
			frames = append(frames, f.Time)
		}
		time.Sleep(time.Millisecond) // a quarter of an hour
		times, shown = append(times, r.Now().UnixNano()), append(shown, len(frames))
	}
	for i, at := range times {
		if n := shown[i]; n < len(frames) && at > frames[n] {
			t.Errorf("after %d frames it is %v later than the next", n, time.Duration(at-frames[n]))
		}
	}
	for range 2 { // the end is found, and what is open ends with it
		if err := r.Next(&b); !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
	}
	began := time.Now()
	before := r.Now()
	time.Sleep(20 * time.Millisecond)
	on := r.Now().Sub(before)
	real := time.Since(began) // from before the one look to after the other
	if last := frames[len(frames)-1]; before.UnixNano() < last {
		t.Errorf("after the last frame it is %v before it", time.Duration(last-before.UnixNano()))
	}
	if on < 20*time.Millisecond || on > real {
		t.Errorf("after the last frame time goes on as on any clock: %v in %v", on, real)
	}
}

// However fast a capture is told in a pipe, the last word on each connection is what read says: a jump of the
// clock that no second packet confirms ends nothing, and the end of the file is no silence.
func TestReplaySaysWhatReadSays(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x.pcap")
	w := newWire(t, name)
	a, b, c := end{net.IP{192, 0, 2, 1}, 40001}, end{net.IP{192, 0, 2, 2}, 7001}, end{net.IP{192, 0, 2, 3}, 40002}
	w.udp(a, b, []byte("one"))
	w.tcp(c, b, "S", 100, 0, nil)
	w.at = w.at.Add(10 * time.Minute)
	w.udp(c, b, []byte("two"))
	w.close()
	ends := func(args ...string) (list []string) {
		_, out, errs := portero(t, args...)
		for line := range strings.Lines(out) {
			var r map[string]any
			if err := json.Unmarshal([]byte(line), &r); err != nil {
				t.Fatal(err, errs)
			}
			if r["final"] == true {
				list = append(list, fmt.Sprint(r["id"], r["handshake"], r["exchange"], r["end_reason"], r["last"]))
			}
		}
		return list
	}
	want := ends("read", "--format", "ndjson", name)
	if len(want) != 3 {
		t.Fatal(want)
	}
	for _, speed := range []string{"1e6", "20000"} {
		if got := ends("live", "--replay", name, "--speed", speed, "--format", "ndjson"); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("at %s times its speed\n%s\nread says\n%s", speed, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

// No kernel drops frames of a saved capture, and none is spoken of.
func TestReplayNamesNoKernel(t *testing.T) {
	for lang, want := range map[string]string{"en": "portero: 26 frames, 6 connections and exchanges\n", "es": "portero: 26 tramas, 6 conexiones e intercambios\n"} {
		if code, _, errs := portero(t, "live", "--replay", look, "--speed", "1e6", "--lang", lang); code != exitOK || errs != want {
			t.Errorf("%d: %q, want %q", code, errs, want)
		}
	}
}
