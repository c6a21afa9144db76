package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"portero/capture"
	"portero/capture/live"
	"portero/capture/pcapfile"
	"portero/internal/engine"
	"portero/internal/record"
	"portero/internal/screen"
)

// screen shows the live screen until the user ends it. The engine's goroutine
// hands records to a board and never waits for the terminal.
func (s *session) screen(ctx context.Context, eo engine.Options, colors bool) error {
	board := screen.NewBoard(s.ask)
	board.Sees = s.sees
	m := screen.New(board, screen.Options{Lang: s.lang, Color: colors, Title: title(s.o.ifaces), Save: s.keepFrames})
	profile := colorprofile.ANSI
	if !colors {
		profile = colorprofile.Ascii
	}
	// A terminal that does not take what is drawn holds up neither keys nor the end.
	pane := s.a.out
	var p *tea.Program
	if f, ok := s.a.out.(*os.File); ok {
		o := newOutlet(f, 256<<10)
		o.whole = true
		o.caught = func() { go p.Send(tea.ClearScreen()) }
		defer o.start().close()
		pane = glass{f, o}
	}
	p = tea.NewProgram(m, tea.WithInput(s.a.in), tea.WithOutput(pane), tea.WithContext(s.a.ctx), tea.WithColorProfile(profile))
	s.programs.watch(&eo)
	eo.Select = s.selects
	save := eo.Frame
	eo.Frame = func(f *capture.Frame, selected bool) error {
		board.Frame(f)
		return save(f, selected)
	}
	eo.Packet = func(id uint64, p *capture.Packet, _ []byte, _ int, dup bool) {
		if !dup {
			board.Packet(id, p)
		}
	}
	eo.Sink = func(r *record.Record) error {
		s.watch.Observe(r)
		s.programs.name(r)
		board.Ended(r)
		return nil
	}
	var round engine.Round
	ask := screen.Sources{Count: s.counters, Findings: s.found, Look: func(since int64, each func(r *record.Record) bool) bool {
		return s.eng.SnapshotSome(&round, since, func(r *record.Record) bool {
			s.programs.name(r)
			return each(r)
		})
	}}
	eo.Tick = func() {
		now := time.Now()
		s.flush(now)
		board.Tick(now, s.clock(), ask)
	}
	desk, stopDesk := context.WithCancel(context.Background())
	drawn := make(chan struct{})
	go func() { board.Run(desk); close(drawn) }()
	done := make(chan error, 1)
	go func() {
		err := s.run(eo)
		// The capture is over and the screen stays: what its end brought is shown, and its keys
		// go on working, as nobody but this goroutine asks the board any more.
		for ctx.Err() == nil {
			board.Tick(time.Now(), s.clock(), ask)
			select {
			case <-ctx.Done():
			case <-time.After(pause):
			}
		}
		done <- err
	}()
	go func() {
		<-ctx.Done()
		p.Quit()
	}()
	_, err := p.Run()
	s.stop()
	e := <-done
	stopDesk()
	<-drawn
	if err == nil || errors.Is(err, tea.ErrProgramKilled) || errors.Is(err, tea.ErrInterrupted) {
		err = e
	}
	return err
}

// counters are what the screen always shows.
func (s *session) counters() screen.Counters {
	st, k := s.eng.Stats(), s.src.Stats()
	c := screen.Counters{Packets: st.Packets, Bytes: st.Bytes, Received: k.Received, Dropped: k.Dropped, Live: st.Flows.Live, Total: st.Flows.Flows, Evicted: st.Flows.Evicted}
	c.Still = s.still.text(s.lang)
	if s.rec != nil {
		c.Saving = s.lang.Pick("saving", "guardando")
		if c.SavingFailed = s.rec.State().Ended; c.SavingFailed {
			c.Saving = s.lang.Pick("SAVING STOPPED", "YA NO SE GUARDA")
		}
	}
	return c
}

// keepFrames writes frames that were chosen in the screen to a new file.
func (s *session) keepFrames(name string, frames []capture.Frame) error {
	f, err := s.keep.chosen(name)
	if err != nil {
		return err
	}
	if err := s.writeFrames(f, frames); err != nil {
		return fmt.Errorf("%s: %s", name, reason(err)) // the file came without a name
	}
	return nil
}

func (s *session) writeFrames(f *os.File, frames []capture.Frame) error {
	b := bufio.NewWriterSize(f, 256<<10)
	out := &output{Writer: b, buf: b, file: f}
	w, err := pcapfile.NewWriter(out, pcapfile.WriterOptions{Comment: "portero live", Name: s.src.Name, SnapLen: uint32(max(s.o.snaplen, 0))})
	if err != nil {
		return errors.Join(err, out.close())
	}
	for i := range frames {
		if err := w.Write(&frames[i], ""); err != nil {
			return errors.Join(err, out.close())
		}
	}
	return out.close()
}

// title is what the screen calls its source.
func title(ifaces []string) string {
	names := make([]string, len(ifaces))
	for i, n := range ifaces {
		names[i] = filepath.Base(n)
	}
	return strings.Join(names, ", ")
}

// seeing reports of which addresses of this machine what comes to them can be seen: with
// a filter of none, and else of those of the interfaces that are listened to, where a door
// that is open at any address is one of theirs.
func (o *liveFlags) seeing() func(a netip.Addr) bool {
	if o.filter != "" {
		return func(netip.Addr) bool { return false }
	}
	if slices.Contains(o.ifaces, "any") {
		return nil
	}
	here := map[netip.Addr]bool{}
	loopback := false
	all, _ := net.Interfaces() // an address that is not known is not theirs
	all = slices.DeleteFunc(all, func(i net.Interface) bool { return !slices.Contains(o.ifaces, i.Name) })
	addrs := live.Addresses(all)
	for _, i := range all {
		loopback = loopback || i.Flags&net.FlagLoopback != 0
		for _, p := range addrs[i.Index] {
			here[p.Addr()] = true
		}
	}
	return func(a netip.Addr) bool {
		a = a.Unmap().WithZone("")
		return a.IsUnspecified() || here[a] || loopback && a.IsLoopback()
	}
}
