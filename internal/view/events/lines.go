package events

import (
	"fmt"
	"io"
	"strings"
	"time"

	"portero/handshake"
	"portero/internal/record"
	"portero/internal/view/safe"
	"portero/internal/view/table"
	"portero/internal/words"
)

// Lines writes a line for people for every event worth one. Lines say things in
// words and in the same order, so that they can be listened to.
type Lines struct {
	w    io.Writer
	lang words.Lang
	zone *time.Location
}

// NewLines returns a writer of lines to w.
func NewLines(w io.Writer, l words.Lang, zone *time.Location) *Lines {
	return &Lines{w: w, lang: l, zone: zone}
}

// Write writes r's line, if it has one. That an attempt began is none yet: what became
// of it is.
func (l *Lines) Write(r *record.Record) error {
	var what string
	switch r.Event {
	case Established:
		what = Opening(r, l.lang)
	case Active:
		what = l.lang.Pick("still open", "sigue abierta")
		if !r.TCP() {
			what = l.lang.Pick("still active", "sigue activo")
		}
	case Closed:
		what = ending(r, l.lang)
	case Ended:
		if Over(r) {
			return nil // said when it closed
		}
		what = ending(r, l.lang)
	default:
		return nil
	}
	s := fmt.Sprintf("%s  #%d  %s  %s %s %s/%s", time.Unix(0, r.Last).In(l.zone).Format("15:04:05.000"), r.ID, what, Endpoint(&r.Orig, r.HasPorts), l.lang.Pick("to", "a"),
		Endpoint(&r.Resp, r.HasPorts), words.Transport(record.ProtoName(r.Proto)))
	if r.Service != "" {
		s += "  " + table.Service(r)
	}
	if r.ServerName != "" && r.Event != Active {
		s += "  " + r.ServerName
	}
	if r.Process != "" {
		s += l.lang.Pick("  by ", "  de ") + Program(r, l.lang)
	}
	if r.Event != Established {
		s += "  " + table.Amount(r.Orig.Wire+r.Resp.Wire)
		if r.DurationNS > 0 {
			s += l.lang.Pick(" in ", " en ") + table.Seconds(r.DurationNS)
		}
	}
	_, err := io.WriteString(l.w, safe.Terminal(s)+"\n")
	return err
}

// Say writes a line of its own, of no connection.
func (l *Lines) Say(at time.Time, text string) error {
	_, err := io.WriteString(l.w, at.In(l.zone).Format("15:04:05.000")+"  "+safe.Terminal(text)+"\n")
	return err
}

// ending says how a connection that ended went: its verdict where it never
// opened, else how it closed.
func ending(r *record.Record, l words.Lang) string {
	if !IsEstablished(r) && r.Close == handshake.CloseNone {
		return Opening(r, l)
	}
	end := words.Close(l, r.Close.String())
	if r.Close == handshake.CloseNone || r.Close == handshake.StillOpen {
		end = words.EndReason(l, r.EndReason.String())
	}
	return strings.TrimSpace(Opening(r, l) + ", " + end)
}

// Opening is the word for how r opened, in a language.
func Opening(r *record.Record, l words.Lang) string {
	switch {
	case r.TCP():
		return words.Verdict(l, r.Handshake.String())
	case r.HasPorts && r.Exchange != handshake.ExchangeNone:
		return words.Exchange(l, r.Exchange.String())
	}
	return words.Protocol(l, record.ProtoName(r.Proto))
}

// Program names the program of r with how sure that is, "" when nothing is known.
func Program(r *record.Record, l words.Lang) string {
	how := words.ProcessBy(l, r.ProcessBy)
	switch {
	case r.ProcessBy == "":
		return ""
	case r.Process == "":
		// Beside a state "ended" alone would be said of the connection.
		switch r.ProcessBy {
		case "ended":
			return l.Pick("(its program had ended)", "(su programa había terminado)")
		case "hidden":
			return l.Pick("(another user's program)", "(un programa de otro usuario)")
		case "kernel":
			return l.Pick("(no program)", "(ningún programa)")
		}
		return "(" + how + ")"
	case r.ProcessBy == "exact":
		return fmt.Sprintf("%s (%d)", r.Process, r.PID)
	}
	return fmt.Sprintf("%s (%d, %s)", r.Process, r.PID, how)
}

// Endpoint writes an end of r as it can be copied.
func Endpoint(s *record.Side, ports bool) string {
	a := s.Addr.Unmap().String()
	switch {
	case !ports:
		return a
	case strings.Contains(a, ":"):
		return fmt.Sprintf("[%s]:%d", a, s.Port)
	}
	return fmt.Sprintf("%s:%d", a, s.Port)
}
