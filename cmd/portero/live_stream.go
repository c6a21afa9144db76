package main

import (
	"fmt"
	"strings"
	"time"

	"portero/handshake"
	"portero/internal/engine"
	"portero/internal/record"
	"portero/internal/screen"
	"portero/internal/view"
	"portero/internal/view/ecs"
	"portero/internal/view/eve"
	"portero/internal/view/ndjson"
	"portero/internal/view/safe"
	"portero/internal/view/table"
	"portero/internal/words"
)

// known is what was last told of a connection.
type known struct {
	opening string
	at      int64
}

// stream writes records or lines as they happen.
func (s *session) stream(eo engine.Options, out *output, mode string) error {
	var w view.Writer
	if mode == "ndjson" {
		fields, err := record.Select("")
		if err != nil {
			return err
		}
		w = ndjson.New(out, fields, false)
	}
	switch mode {
	case "ecs":
		w = ecs.New(out)
	case "eve":
		w = eve.New(out)
	case "plain":
		w = &lines{w: out, s: s}
	}
	w = s.to.tee(w)
	if err := w.Begin(); err != nil {
		return err
	}
	told := map[uint64]known{}
	eo.Sink = func(r *record.Record) error {
		delete(told, r.ID)
		s.watch.Observe(r)
		return w.Write(r)
	}
	last, looked := time.Now(), time.Now()
	since := int64(0)
	eo.Tick = func() {
		now := time.Now()
		s.flush(now)
		if now.Sub(last) < 200*time.Millisecond || s.err != nil {
			return
		}
		last = now
		newest := since
		s.eng.Snapshot(since, func(r *record.Record) {
			newest = max(newest, r.Last)
			k, ok := told[r.ID]
			o := table.Opening(r)
			// An attempt that may still be answered is not worth a line yet.
			if ok && k.opening == o && r.Last-k.at < int64(s.o.interim) || !ok && o == "no answer" && now.UnixNano()-r.First < int64(time.Second) {
				return
			}
			told[r.ID] = known{o, r.Last}
			if s.err == nil {
				s.err = w.Write(r)
			}
		})
		// What had no packet for a while is looked at once more, for its silence.
		since = newest - int64(2*time.Second)
		if f, ok := w.(interface{ Flush() error }); ok && s.err == nil {
			s.err = f.Flush()
		}
		if s.err == nil {
			s.err = out.buf.Flush()
		}
		s.to.tick()
		if s.to.findings() && now.Sub(looked) >= 5*time.Second && s.err == nil {
			looked = now
			s.err = s.to.tell(s.watch.Findings())
		}
		if s.err != nil {
			s.stop()
		}
	}
	err := s.run(eo)
	if s.err != nil && err == nil {
		err = s.err
	}
	if e := w.End(&view.Summary{}); err == nil {
		err = e
	}
	return err
}

// lines writes a line for people for every change.
type lines struct {
	w *output
	s *session
}

func (l *lines) Begin() error              { return nil }
func (l *lines) End(_ *view.Summary) error { return nil }

func (l *lines) Write(r *record.Record) error {
	t := time.Unix(0, r.Last)
	if l.s.o.utc {
		t = t.UTC()
	}
	opening := table.Opening(r)
	end := ""
	if r.Final {
		if r.Close != handshake.CloseNone {
			end = ", " + words.Close(l.s.lang, r.Close.String())
		}
		if !r.TCP() {
			end = ", " + words.EndReason(l.s.lang, r.EndReason.String())
		}
	}
	if l.s.lang == words.Spanish {
		if r.TCP() {
			opening = words.Verdict(l.s.lang, r.Handshake.String())
		} else if r.HasPorts {
			opening = words.Exchange(l.s.lang, r.Exchange.String())
		}
	}
	service := ""
	if r.Service != "" {
		service = "  " + r.Service
	}
	_, err := fmt.Fprintf(l.w, "%s  #%d  %s%s  %s > %s/%s%s  %s\n", t.Format("15:04:05.000"), r.ID, opening, end, ends(&r.Orig, r.HasPorts), ends(&r.Resp, r.HasPorts),
		record.ProtoName(r.Proto), safe.Terminal(service), screen.Amount(r.Orig.Wire+r.Resp.Wire))
	return err
}

func ends(s *record.Side, ports bool) string {
	a := s.Addr.Unmap().String()
	switch {
	case !ports:
		return a
	case strings.Contains(a, ":"):
		return fmt.Sprintf("[%s]:%d", a, s.Port)
	}
	return fmt.Sprintf("%s:%d", a, s.Port)
}
