package main

import (
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"time"

	"golang.org/x/term"

	"portero/capture"
)

// progress shows on a terminal how far work over a second has come: bytes,
// packets a second, time left.
type progress struct {
	w      io.Writer
	size   int64
	offset func() int64
	frames atomic.Uint64
	stop   chan struct{}
	done   chan struct{}
}

// isTerminal reports whether w is one.
func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

func startProgress(w io.Writer, size int64, offset func() int64) *progress {
	p := &progress{w: w, size: size, offset: offset, stop: make(chan struct{}), done: make(chan struct{})}
	go p.run()
	return p
}

func (p *progress) run() {
	defer close(p.done)
	begin := time.Now()
	t := time.NewTicker(200 * time.Millisecond)
	defer t.Stop()
	shown := false
	for {
		select {
		case <-p.stop:
			if shown {
				fmt.Fprint(p.w, "\r\x1b[K")
			}
			return
		case <-t.C:
		}
		spent := time.Since(begin)
		if spent < time.Second {
			continue
		}
		shown = true
		off, n := p.offset(), p.frames.Load()
		line := fmt.Sprintf("%s, %s packets, %s packets/s", bytesWord(off), countWord(n), countWord(uint64(float64(n)/spent.Seconds())))
		if p.size > 0 && off > 0 {
			share := min(float64(off)/float64(p.size), 1)
			left := time.Duration(float64(spent) * (1 - share) / share)
			const width = 20
			full := int(share * width)
			bar := make([]byte, width)
			for i := range bar {
				bar[i] = '.'
				if i < full {
					bar[i] = '#'
				}
			}
			line = fmt.Sprintf("[%s] %3.0f%% %s, %s left", bar, share*100, line, left.Round(time.Second))
		}
		fmt.Fprintf(p.w, "\r\x1b[K%s", line)
	}
}

func (p *progress) end() {
	close(p.stop)
	<-p.done
}

// watched counts the frames of a source for the progress line.
type watched struct {
	capture.Source
	p *progress
}

func (w watched) Next(b *capture.Block) error {
	err := w.Source.Next(b)
	if err == nil {
		w.p.frames.Add(uint64(len(b.Frames)))
	}
	return err
}

func bytesWord(n int64) string {
	switch {
	case n >= 1e9:
		return fmt.Sprintf("%.1f GB", float64(n)/1e9)
	case n >= 1e6:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	case n >= 1e3:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%d B", n)
}

func countWord(n uint64) string {
	switch {
	case n >= 1e6:
		return fmt.Sprintf("%.1f M", float64(n)/1e6)
	case n >= 1e4:
		return fmt.Sprintf("%.0f k", float64(n)/1e3)
	}
	return fmt.Sprint(n)
}
