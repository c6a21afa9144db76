package main

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Of slices the same is told as of the whole, packet after packet, though each counts its frames from
// one; only the numbers differ, where a connection lies in one slice.
func TestTellingSlices(t *testing.T) {
	t.Parallel()
	names := sliced(t, look)
	told := func(verb string, args ...string) string {
		code, out, errs := portero(t, append([]string{verb}, args...)...)
		if code != exitOK {
			t.Fatal(verb, args, errs)
		}
		return out
	}
	note := regexp.MustCompile(`(?m)^  (file|frames)     .*\n(             .*\n)*`)
	number := regexp.MustCompile(`\s+of\s+\S+\.pcap|[0-9]+|\s+`)
	within, across := 0, 0
	for _, id := range []string{"1", "2", "3", "4", "5", "6"} {
		whole := told("why", look, id)
		apart := told("why", append(slices.Clone(names), id)...)
		if merged := told("why", append(slices.Clone(names), id, "--frames", "merged")...); merged != whole {
			t.Errorf("#%s: with --frames merged\n%s", id, merged)
		}
		said := note.FindString(apart)
		rest := note.ReplaceAllString(apart, "")
		switch {
		case strings.HasPrefix(said, "  frames"):
			across++
			if rest != whole {
				t.Errorf("#%s, in several slices\n%s\nis not as in the whole\n%s", id, rest, whole)
			}
		case strings.HasPrefix(said, "  file"):
			within++
			if number.ReplaceAllString(rest, "") != number.ReplaceAllString(whole, "") {
				t.Errorf("#%s, in one slice\n%s\nis not as in the whole\n%s", id, rest, whole)
			}
		default:
			t.Errorf("#%s: nothing says where its frames are\n%s", id, apart)
		}
	}
	if within == 0 || across == 0 {
		t.Errorf("%d connections in one slice, %d in several", within, across)
	}
	if whole, apart := told("exercise", look), told("exercise", names...); number.ReplaceAllString(apart, "") != number.ReplaceAllString(whole, "") {
		t.Errorf("another worksheet\n%s", apart)
	}
	if whole, apart := stories(t, told("report", "-o", "-", look)), stories(t, told("report", append(slices.Clone(names), "-o", "-")...)); whole != apart {
		t.Errorf("the page tells\n%s\nand of the whole\n%s", apart, whole)
	}
}

// Where each of the frames of a proof is found.
func TestPlacesOfProof(t *testing.T) {
	names := sliced(t, look)
	_, out, _ := portero(t, append([]string{"why", "--format", "json"}, append(slices.Clone(names), "2")...)...)
	var c struct {
		Evidence struct {
			SYN   uint64   `json:"syn_frame"`
			Close []uint64 `json:"close_frames"`
		}
		Places []struct {
			Frame, Number uint64
			File          string
		}
	}
	if err := json.Unmarshal([]byte(out), &c); err != nil {
		t.Fatal(err)
	}
	if c.Evidence.SYN != 3 || !slices.Equal(c.Evidence.Close, []uint64{10, 11}) {
		t.Errorf("%+v", c.Evidence)
	}
	for _, p := range c.Places {
		if n := p.Frame - 1; p.File != names[n/3] || p.Number != n%3+1 {
			t.Errorf("%+v", p)
		}
	}
	if len(c.Places) < 5 {
		t.Errorf("%d places", len(c.Places))
	}
}

// A frame's number names no connection where several inputs have one of that number.
func TestFrameOfSeveralInputs(t *testing.T) {
	names := sliced(t, look)
	if code, _, errs := portero(t, append([]string{"why"}, append(slices.Clone(names), "@1")...)...); code != exitUsage || !strings.Contains(errs, "@1: there is such a frame in "+names[0]+" and in "+names[1]) {
		t.Error(code, errs)
	}
	for at, want := range map[string]string{"@13": "#3 ", "@26": "#6 "} {
		if _, out, errs := portero(t, append([]string{"why", "--frames", "merged"}, append(slices.Clone(names), at)...)...); !strings.HasPrefix(out, want) {
			t.Errorf("%s: %s%s", at, out, errs)
		}
	}
	// One of two connections in frames of that number, both in one input.
	if _, out, errs := portero(t, "why", look, names[0], "@26"); !strings.HasPrefix(out, "#6 ") {
		t.Error(out, errs)
	}
}

// stories are the times of the packets that a page tells, by connection.
func stories(t *testing.T, page string) string {
	t.Helper()
	m := dataElement.FindStringSubmatch(page)
	if m == nil {
		t.Fatal("the page has no data")
	}
	packed, err := base64.StdEncoding.DecodeString(m[1])
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	var d struct {
		Stories map[string]struct {
			G []struct {
				T int64
				E int
				A []int
			}
		}
	}
	if err := json.Unmarshal(b, &d); err != nil {
		t.Fatal(err)
	}
	out, _ := json.Marshal(d.Stories)
	return string(out)
}

// A SYN that is sent again after it was refused is not the RST that refused it: the table, the proof and
// the door name that.
func TestRSTThatRefused(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x.pcap")
	w := newWire(t, name)
	c, s := end{net.IPv4(192, 0, 2, 1).To4(), 40000}, end{net.IPv4(192, 0, 2, 2).To4(), 80}
	w.tcp(c, s, "S", 100, 0, nil)
	w.tcp(s, c, "RA", 0, 101, nil)
	w.tcp(c, s, "S", 100, 0, nil)
	w.close()
	for want, args := range map[string][]string{
		"RST to the SYN (frames 1, 2)": {name}, `"rst_frame":2`: {"--format", "ndjson", name}, `"rst_frame": 2`: {"why", "--format", "json", name, "1"}, `"proof_frame":2`: {"ports", "--format", "ndjson", name},
	} {
		if _, out, errs := portero(t, args...); !strings.Contains(out, want) {
			t.Errorf("%v: no %s in\n%s%s", args, want, out, errs)
		}
	}
}

// A datagram is answered, and its door open, by a frame of who answered.
func TestFrameThatAnswered(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x.pcap")
	w := newWire(t, name)
	c, s := end{net.IPv4(192, 0, 2, 1).To4(), 40000}, end{net.IPv4(192, 0, 2, 2).To4(), 53}
	w.udp(c, s, []byte("one"))
	w.udp(c, s, []byte("two"))
	w.udp(s, c, []byte("and"))
	w.udp(c, s, []byte("three"))
	// Here the answer is captured first.
	c.port = 40001
	w.udp(s, c, []byte("and"))
	w.udp(c, s, []byte("one"))
	// And here nothing answers.
	c.port = 40002
	w.udp(c, s, []byte("one"))
	w.close()
	if _, out, errs := portero(t, "read", "--format", "tsv", "--fields", "exchange,reply_frame", name); out != "exchange\treply_frame\nanswered\t3\nanswered\t5\nunanswered\t\n" {
		t.Error(out, errs)
	}
	if _, out, errs := portero(t, "ports", "--format", "ndjson", name); !strings.Contains(out, `"proof_id":1,"proof_frame":3}`) {
		t.Error(out, errs)
	}
}

// sliced writes the frames of a classic capture to several files, three in each.
func sliced(t *testing.T, in string) (names []string) {
	t.Helper()
	b, err := os.ReadFile(in)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	head, rest := b[:24], b[24:]
	for i := 0; len(rest) > 0; i++ {
		n := 0
		for range 3 {
			if len(rest) > n {
				n += 16 + int(uint32(rest[n+8])|uint32(rest[n+9])<<8)
			}
		}
		p := filepath.Join(dir, string(rune('a'+i))+".pcap")
		if err := os.WriteFile(p, append(append([]byte(nil), head...), rest[:n]...), 0o600); err != nil {
			t.Fatal(err)
		}
		names = append(names, p)
		rest = rest[n:]
	}
	return names
}

// TestSlices cuts a capture into ten: merged numbering gives the bytes of the
// whole, and without it only file and frames differ.
func TestSlices(t *testing.T) {
	names := sliced(t, look)
	_, whole, _ := portero(t, "read", "--format", "ndjson", look)
	_, merged, _ := portero(t, append([]string{"read", "--format", "ndjson", "--frames", "merged"}, names...)...)
	if whole != merged {
		t.Errorf("merged slices differ from the whole:\n%s\n%s", whole, merged)
	}
	_, apart, _ := portero(t, append([]string{"read", "--format", "ndjson"}, names...)...)
	strip := func(s string) (out []map[string]any) {
		for _, l := range strings.Split(strings.TrimSpace(s), "\n") {
			var m map[string]any
			if err := json.Unmarshal([]byte(l), &m); err != nil {
				t.Fatal(err)
			}
			for k := range m {
				if strings.Contains(k, "frame") || k == "file" {
					delete(m, k)
				}
			}
			out = append(out, m)
		}
		return out
	}
	x, _ := json.Marshal(strip(whole))
	y, _ := json.Marshal(strip(apart))
	if string(x) != string(y) {
		t.Errorf("slices differ in more than frames:\n%s\n%s", x, y)
	}
}

// The input that is named beside the frame that proves a door is the one that has that frame.
func TestInputOfProof(t *testing.T) {
	names := sliced(t, look)
	_, out, _ := portero(t, append([]string{"ports", "--format", "tsv"}, names...)...)
	for _, want := range []string{"\t1\t2\t" + names[0], "\t2\t1\t" + names[1], "\t4\t1\t" + names[5]} { // id, frame, input
		if !strings.Contains(out, want+"\n") {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	// Of a connection that was open before, and of which the last frame is the caller's, no frame is said to
	// be the door's.
	name := filepath.Join(t.TempDir(), "x.pcap")
	w := newWire(t, name)
	c, s := end{net.IPv4(192, 0, 2, 1).To4(), 40000}, end{net.IPv4(192, 0, 2, 2).To4(), 9999}
	w.tcp(s, c, "PA", 100, 200, []byte("x"))
	w.tcp(c, s, "A", 200, 101, nil)
	w.close()
	if _, out, errs := portero(t, "ports", "--format", "ndjson", name); !strings.Contains(out, `"state":"open"`) || !strings.Contains(out, `"proof_id":1}`) {
		t.Error(out, errs)
	}
}
