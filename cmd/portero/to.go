package main

import (
	"fmt"
	"net"

	"github.com/spf13/pflag"

	"portero/internal/export"
	"portero/internal/findings"
	"portero/internal/record"
	"portero/internal/view"
	"portero/internal/words"
)

// toFlags say which collectors are sent to.
type toFlags struct{ to []string }

func (t *toFlags) register(fs *pflag.FlagSet) {
	fs.StringSliceVar(&t.to, "to", nil, "send to a collector: ipfix://HOST:PORT, ipfix+tcp:// (records), syslog://, syslog+tcp:// (findings); docs/IPFIX.md")
}

// exports are the collectors of one run.
type exports []*export.Exporter

// open prepares them. ifaces are the interfaces that are watched live; dial, if not
// nil, makes the connections.
func (t *toFlags) open(a *app, live bool, ifaces []string, quiet bool, l words.Lang, dial func(network, addr string) (net.Conn, error)) (exports, error) {
	var es exports
	opt := export.Options{Live: live, Lang: l, Dial: dial}
	if len(ifaces) == 1 {
		if i, err := net.InterfaceByName(ifaces[0]); err == nil {
			opt.Interface = uint32(i.Index)
		}
	}
	if !quiet {
		opt.Say = func(s string) { fmt.Fprintln(a.err, "portero: "+printable(s)) }
	}
	for _, to := range t.to {
		e, err := export.Open(to, opt)
		if err != nil {
			es.close()
			return nil, usage("--to: " + err.Error())
		}
		es = append(es, e)
	}
	return es, nil
}

// findings reports whether some collector takes findings.
func (es exports) findings() bool {
	for _, e := range es {
		if !e.Records() {
			return true
		}
	}
	return false
}

// tell sends findings.
func (es exports) tell(fs []findings.Finding) error {
	for _, e := range es {
		if err := e.Findings(fs); err != nil {
			return err
		}
	}
	return nil
}

// look shows a connection that lasts, at clock (packet time, ns), to collectors of records.
func (es exports) look(r *record.Record, clock int64) error {
	for _, e := range es {
		if err := e.Look(r, clock); err != nil {
			return err
		}
	}
	return nil
}

func (es exports) tick() {
	for _, e := range es {
		e.Tick()
	}
}

// ending says that the capture is over.
func (es exports) ending() {
	for _, e := range es {
		e.Ending()
	}
}

func (es exports) close() (err error) {
	for _, e := range es {
		if x := e.Close(); err == nil {
			err = x
		}
	}
	return err
}

// tee is a writer whose records go to collectors as well; w may be nil.
func (es exports) tee(w view.Writer) view.Writer {
	if w != nil && len(es) == 0 {
		return w
	}
	return &tee{w, es}
}

type tee struct {
	w  view.Writer
	es exports
}

func (t *tee) Begin() error {
	if t.w == nil {
		return nil
	}
	return t.w.Begin()
}

func (t *tee) Write(r *record.Record) error {
	for _, e := range t.es {
		if err := e.Write(r); err != nil {
			return err
		}
	}
	if t.w == nil {
		return nil
	}
	return t.w.Write(r)
}

func (t *tee) End(s *view.Summary) error {
	if t.w == nil {
		return nil
	}
	return t.w.End(s)
}

// Flush hands on what the writer holds back.
func (t *tee) Flush() error {
	if f, ok := t.w.(interface{ Flush() error }); ok {
		return f.Flush()
	}
	return nil
}
