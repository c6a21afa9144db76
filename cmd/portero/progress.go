package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"golang.org/x/term"

	"portero/capture"
	"portero/internal/fold"
	"portero/internal/words"
)

// progress shows on a terminal how far work over a second has come: bytes,
// packets a second, time left.
type progress struct {
	w      io.Writer
	size   int64
	offset func() int64
	lang   words.Lang
	frames atomic.Uint64
	stop   chan struct{}
	done   chan struct{}
}

// isTerminal reports whether w is one.
func isTerminal(w any) bool {
	if x, ok := w.(io.Writer); ok {
		w = fold.Below(x)
	}
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

func startProgress(w io.Writer, size int64, offset func() int64, l words.Lang) *progress {
	p := &progress{w: w, size: size, offset: offset, lang: l, stop: make(chan struct{}), done: make(chan struct{})}
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
		fmt.Fprintf(p.w, "\r\x1b[K%s", p.line(p.offset(), p.frames.Load(), spent, fold.Columns(p.w)-1))
	}
}

// line says how far it is, in at most w columns: what is left over when a terminal breaks
// a line cannot be taken back.
func (p *progress) line(off int64, n uint64, spent time.Duration, w int) string {
	packets := p.lang.Pick("packets", "paquetes")
	line := fmt.Sprintf("%s, %s %s, %s %s/s", bytesWord(off), countWord(n), packets, countWord(uint64(float64(n)/spent.Seconds())), packets)
	if p.size > 0 && off > 0 {
		share := min(float64(off)/float64(p.size), 1)
		left := time.Duration(float64(spent) * (1 - share) / share)
		const width = 20
		full := int(share * width)
		bar := "[" + strings.Repeat("#", full) + strings.Repeat(".", width-full) + "] "
		percent, rest := fmt.Sprintf("%3.0f%%", share*100), fmt.Sprintf(p.lang.Pick("%s left", "faltan %s"), left.Round(time.Second))
		for _, s := range []string{bar + percent + " " + line + ", " + rest, percent + " " + line + ", " + rest, bar + percent + ", " + rest} {
			if utf8.RuneCountInString(s) <= w {
				return s
			}
		}
		line = percent + ", " + rest
	}
	return string([]rune(line)[:min(utf8.RuneCountInString(line), max(w, 0))])
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
