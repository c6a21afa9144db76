package main

import (
	"context"
	"errors"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"portero/internal/engine"
	"portero/internal/record"
	"portero/internal/screen"
)

// screen shows the live screen until the user ends it.
func (s *session) screen(ctx context.Context, eo engine.Options, colors bool) error {
	board := screen.NewBoard(s.lang, s.watch)
	m := screen.New(strings.Join(s.o.ifaces, ","), s.lang, colors)
	p := tea.NewProgram(m, tea.WithAltScreen(), tea.WithInput(s.a.in), tea.WithOutput(s.a.out), tea.WithContext(s.a.ctx))
	eo.Sink = func(r *record.Record) error { board.Ended(r); return nil }
	var last time.Time
	show := func(now time.Time) {
		v := board.View(func(each func(r *record.Record)) { s.eng.Snapshot(0, each) })
		st, k := s.eng.Stats(), s.src.Stats()
		v.Packets, v.Bytes, v.Received, v.Dropped, v.Now = st.Packets, st.Bytes, k.Received, k.Dropped, now.UnixNano()
		if s.rec != nil {
			v.Saving = s.lang.Pick("saving", "guardando")
			if s.rec.State().Err != nil {
				v.Saving = s.lang.Pick("SAVING STOPPED", "YA NO SE GUARDA")
			}
		}
		p.Send(v)
	}
	eo.Tick = func() {
		now := time.Now()
		s.flush(now)
		if now.Sub(last) >= 500*time.Millisecond {
			last = now
			show(now)
		}
	}
	done := make(chan error, 1)
	go func() { done <- s.run(eo) }()
	go func() {
		<-ctx.Done()
		p.Quit()
	}()
	_, err := p.Run()
	s.stop()
	if e := <-done; err == nil || errors.Is(err, tea.ErrProgramKilled) {
		err = e
	}
	return err
}
