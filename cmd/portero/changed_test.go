package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"portero/capture/pcapfile"
	"portero/internal/engine"
	"portero/internal/view/html"
	"portero/internal/words"
)

// TestChangedBetweenReadings: what reads a capture twice says when it was another one the second time, with exit
// status 3; a capture that goes on is none, and one that lost frames is, also where it ends between two of them.
func TestChangedBetweenReadings(t *testing.T) {
	whole, err := os.ReadFile(look)
	if err != nil {
		t.Fatal(err)
	}
	const head, first = 24, 24 + 16 + 72 // of the file; where its second frame begins
	second := append(bytes.Clone(whole[:head]), whole[first:]...)
	for name, x := range map[string]struct {
		before, after []byte
		says          string // "" for nothing
	}{
		"the same":           {whole, whole, ""},
		"goes on":            {whole[:first], whole, ""},
		"cut between frames": {whole, whole[:first], "26 frames the first time, 1 the next"},
		"cut within a frame": {whole, whole[:first+8], "26 frames the first time, 1 the next"},
		"goes on from none":  {whole[:head], whole, ""},
		"overwritten":        {second, whole, "25 frames the first time, 26 the next"},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "x.pcap")
			var said bytes.Buffer
			a := &app{in: strings.NewReader(""), out: io.Discard, err: &said, ctx: context.Background()}
			var j *job
			for _, b := range [][]byte{x.before, x.after} {
				if err := os.WriteFile(file, b, 0o600); err != nil {
					t.Fatal(err)
				}
				if j, err = a.open([]string{file}, &readFlags{memory: "64M", threads: 2}, engine.Options{}); err != nil {
					t.Fatal(err)
				}
				if err := a.whole(j); err != nil {
					t.Fatal(err)
				}
			}
			code := status(a.finish(j, false, nil))
			if told := strings.Contains(said.String(), file+": changed while it was read: "+x.says+";"); told != (x.says != "") || (code == exitDamaged) != told {
				t.Errorf("exit status %d, %s", code, &said)
			}
		})
	}
}

// TestPageOfAChangedCapture: the page of a capture that was another one when its packets were read says so itself, in
// both languages: what standard error says is gone when somebody opens the page.
func TestPageOfAChangedCapture(t *testing.T) {
	whole, err := os.ReadFile(look)
	if err != nil {
		t.Fatal(err)
	}
	for _, changes := range []bool{false, true} {
		file := filepath.Join(t.TempDir(), "<i>x.pcap")
		if err := os.WriteFile(file, whole, 0o600); err != nil {
			t.Fatal(err)
		}
		a := &app{in: strings.NewReader(""), out: io.Discard, err: io.Discard, ctx: context.Background()}
		o := &readFlags{memory: "64M", threads: 2}
		watch, err := a.detector(&o.watch, o.memory)
		if err != nil {
			t.Fatal(err)
		}
		c := &reporting{page: html.New(html.Limits{}), watch: watch, far: distances{}}
		j, id, err := a.openWatched([]string{file}, o, engine.Options{Sink: c.see}, watch)
		if err != nil {
			t.Fatal(err)
		}
		defer id.close()
		if _, err := a.run(j); err != nil {
			t.Fatal(err)
		}
		if changes {
			if err := os.Truncate(file, 24+16+72); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := a.stories([]string{file}, o, c, j, watch.Findings()); err != nil {
			t.Fatal(err)
		}
		var page bytes.Buffer
		if err := c.page.Write(&page, j.summary(false), nil, html.Options{}); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"x.pcap: changed while it was read: 26 frames the first time, 1 the next; what is told of it may be of both: read a copy of it",
			"x.pcap: cambió mientras se leía: 26 tramas la primera vez, 1 la siguiente; lo que se cuenta puede ser de ambas: léase una copia"} {
			if strings.Contains(page.String(), want) != changes {
				t.Errorf("changes: %v; the page says %q: %v", changes, want, !changes)
			}
		}
		if strings.Contains(page.String(), "<i>") {
			t.Error("the name of the file is markup")
		}
	}
}

// TestFramesThatWent: frames that were found, and are gone when they are to be copied, are told of.
func TestFramesThatWent(t *testing.T) {
	whole, err := os.ReadFile(look)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "x.pcap")
	if err := os.WriteFile(file, whole[:24+16+72], 0o600); err != nil {
		t.Fatal(err)
	}
	a := &app{in: strings.NewReader(""), out: io.Discard, err: io.Discard, ctx: context.Background()}
	for _, x := range []struct {
		frames map[uint64]bool
		says   string
	}{{map[uint64]bool{1: true}, ""}, {map[uint64]bool{1: true, 3: true}, "1 of 2 frames to be copied are still there"}} {
		w, err := pcapfile.NewWriter(io.Discard, pcapfile.WriterOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if n, err := a.copyThose([]string{file}, x.frames, w); n != 1 || err != nil {
			t.Error(n, err)
		}
		if got := a.past.changed; (got != nil) != (x.says != "") || got != nil && !strings.Contains(got.Error(), x.says) {
			t.Errorf("%v: %v", x.frames, got)
		}
	}
	if es := words.Message(words.Spanish, a.past.changed.Error()); !strings.Contains(es, "cambió mientras se leía") {
		t.Error(es)
	}
}
