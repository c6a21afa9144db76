package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"portero/catalog"
	"portero/internal/doors"
	"portero/internal/sockets"
	"portero/internal/view/safe"
	"portero/internal/words"
)

// machineFlags are those of portero ports without a capture.
type machineFlags struct {
	seen      []string
	listening bool
	state     string
}

// machinePorts lists the doors of this machine, with the programs behind them.
func (a *app) machinePorts(o *readFlags, m *machineFlags, l words.Lang) error {
	want := strings.ToUpper(strings.ReplaceAll(m.state, "_", "-"))
	if want != "" && sockets.ParseState(want) == sockets.StateUnknown {
		return usage(fmt.Sprintf("--state: %q is no state of a socket; there are %s", m.state, strings.ToLower(strings.Join(sockets.States(), ", "))))
	}
	n, err := sockets.Lookup(a.ctx)
	if err != nil {
		return err
	}
	var t *doors.Tally
	var j *job
	stopped := false
	if len(m.seen) > 0 {
		if t, j, stopped, err = a.seenOf(m.seen, o); err != nil {
			return err
		}
	}
	places := doors.Join(n, t)
	if t != nil {
		doors.InSight(places, n, t)
	}
	places = slices.DeleteFunc(places, func(p doors.Place) bool {
		return want != "" && p.State() != want || m.listening && p.Socket != nil && !p.Socket.State.Waiting()
	})
	var out list
	if o.format == "table" {
		out = placeTable(places, t != nil, l, a.width())
	} else {
		out = placeList(places, o)
	}
	if !o.quiet {
		a.sayHidden(n.Hidden, l)
	}
	w, err := a.openAs(o.out, o.force, o.quiet, o.format, listForms...)
	if err != nil {
		return err
	}
	err = out.write(w, o.format)
	if e := w.close(); err == nil {
		err = e
	}
	if j != nil {
		return a.finish(j, stopped, err)
	}
	return err
}

// sayHidden tells of n sockets whose programs we may not see.
func (a *app) sayHidden(n int, l words.Lang) {
	if n == 0 {
		return
	}
	sockets := l.Pick("the programs behind %d sockets belong to others and are not shown; with more rights they are", "los programas de %d sockets son de otros y no se muestran; con más permisos, sí")
	if n == 1 {
		sockets = l.Pick("the program behind %d socket belongs to another and is not shown; with more rights it is", "el programa de %d socket es de otro y no se muestra; con más permisos, sí")
	}
	fmt.Fprintf(a.err, "portero: "+sockets+": sudo %s ports\n", n, forSudo())
}

// forSudo is portero as sudo finds it. That looks into the system's folders alone, where what `go install` made is not.
// The package's program stands behind a script of its name.
func forSudo() string {
	path, err := os.Executable()
	if err != nil || slices.Contains([]string{"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/libexec/portero"}, filepath.Dir(path)) {
		return "portero"
	}
	return safe.Shell(path)
}

// placeTable is for people; seen says that a capture lies beside the sockets.
func placeTable(places []doors.Place, seen bool, l words.Lang, width int) list {
	out := list{label: []string{"proto", "local", "remote", "state", "program", "pid", "user", "path", "container"}, right: map[int]bool{5: true}}
	if seen {
		out.label = append(out.label, "seen", "clients")
		out.right[10] = true
	}
	out.heads = out.label
	for i := range places {
		out.rows = append(out.rows, placeRow(&places[i], seen, l))
	}
	drop := []string{"container", "path", "user", "clients", "remote"}
	if slices.ContainsFunc(places, func(p doors.Place) bool { return p.Socket != nil && p.Socket.NetNS != 0 }) {
		// The same port is another door in another network, and cannot be reached from here: which one it is tells more
		// than the number of the process.
		drop = append(drop[1:], "pid", "container")
	}
	out = out.narrow(width, drop...)
	for i, h := range out.label {
		out.label[i] = words.Column(l, h)
	}
	return out
}

// placeList is for machines.
func placeList(places []doors.Place, o *readFlags) list {
	out := list{heads: []string{"proto", "local_addr", "local_port", "remote_addr", "remote_port", "state", "process", "pid", "user", "path", "process_by", "container", "unit", "netns",
		"port_name", "seen", "attempts", "accepted", "refused", "clients", "last", "deleted"}}
	for i := range places {
		p := &places[i]
		row := make([]any, len(out.heads))
		row[0], row[1], row[2], row[5] = p.ProtoName(), p.Local.Addr().String(), p.Local.Port(), p.State()
		row[14] = catalog.Default().Registered(p.Proto, p.Local.Port())
		if s := p.Socket; s != nil {
			if s.Remote.Port() != 0 {
				row[3], row[4] = s.Remote.Addr().String(), s.Remote.Port()
			}
			row[10] = s.Match.String()
			if s.NetNS != 0 {
				row[13] = s.NetNS
			}
		}
		if g := p.Owner; g != nil {
			row[6], row[7], row[8], row[9], row[11], row[12] = g.Name, g.PID, g.User, g.Path, g.Container, g.Unit
			if g.Deleted {
				row[21] = true
			}
		}
		if p.Seen != "" {
			row[15], row[16], row[17], row[18], row[19] = string(p.Seen), p.Attempts, p.Accepted, p.Refused, p.Clients
			if p.Last != 0 {
				row[20] = when(p.Last, o.format, o.utc)
			}
		}
		out.rows = append(out.rows, row)
	}
	return out
}

// placeRow is one line for people.
func placeRow(p *doors.Place, seen bool, l words.Lang) []any {
	remote, state, program, pid, user, path, container := "", p.State(), "", "", "", "", ""
	if s := p.Socket; s != nil {
		if s.Remote.Port() != 0 {
			remote = s.Remote.String()
		}
		program = words.ProcessBy(l, s.Match.String())
		if s.Match == sockets.Exact {
			program = ""
		} else {
			program = "(" + program + ")"
		}
		if s.NetNS != 0 && container == "" {
			container = fmt.Sprintf("netns %d", s.NetNS)
		}
	} else {
		program = "-"
		if s := p.Instead; s != nil {
			program = fmt.Sprintf(l.Pick("(at %s)", "(en %s)"), s.Local)
		}
	}
	if g := p.Owner; g != nil {
		program = strings.TrimSpace(g.Name + " " + program)
		pid, user, path = fmt.Sprint(g.PID), g.User, g.Path
		if g.Deleted {
			path += l.Pick(" (deleted)", " (borrado)")
		}
		switch {
		case g.Container != "":
			container = g.Container
		case container == "" && g.Unit != "":
			container = g.Unit
		}
	}
	row := []any{p.ProtoName(), p.Local.String(), remote, state, program, pid, user, path, container}
	if seen {
		clients := ""
		if p.Clients > 0 {
			clients = fmt.Sprint(p.Clients)
		}
		row = append(row, words.Seen(l, string(p.Seen)), clients)
	}
	return row
}
