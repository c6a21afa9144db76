package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"portero/capture"
	"portero/capture/pcapfile"
	"portero/internal/fold"
	"portero/internal/lab"
	"portero/internal/manual"
	"portero/internal/teach"
	"portero/internal/trace"
	"portero/internal/view/safe"
	"portero/internal/words"
)

// labHost is the hidden command under which portero starts itself inside the
// lab's namespaces.
const labHost = "lab-host"

type labFlags struct {
	tell      tellFlags
	userspace bool
	at, save  string
	points    bool
	quiet     bool
}

func (a *app) labCmd() *cobra.Command {
	var o labFlags
	cmd := &cobra.Command{
		Use: "lab [SCENARIO]", Short: "Make real traffic between two hosts of its own, and tell it",
		Long: `Plays a scenario with real TCP and UDP between two hosts that exist for it alone, in
network namespaces of their own, captures it and tells it as teach does. It needs no
administrator's rights where the kernel allows user namespaces; elsewhere, or with
--userspace, two TCP stacks inside the process talk to each other. Nothing leaves it.
Without a scenario it lists them.`,
		Example: "  portero lab\n  portero lab handshake\n  portero lab lost-third-ack --at server\n  portero lab http -w http.pcapng --lang es",
		Args:    cobra.MaximumNArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			var names []string
			for _, sc := range lab.Scenarios() {
				names = append(names, sc.Name)
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			l, err := teachLang(o.tell.lang)
			if err != nil {
				return err
			}
			if err := o.tell.check(); err != nil {
				return err
			}
			if len(args) == 0 {
				return a.labList(o.tell.terminal(a.out), l)
			}
			return a.lab(args[0], &o, l)
		},
	}
	fs := cmd.Flags()
	fs.SetNormalizeFunc(normalize)
	fs.BoolVar(&o.userspace, "userspace", false, "two TCP stacks inside the process, not the kernel's")
	fs.StringVar(&o.at, "at", "middle", "where to listen: client, middle, server")
	fs.StringVarP(&o.save, "write", "w", "", "save what was heard there as pcapng (mode 0600)")
	fs.BoolVar(&o.points, "points", false, "show the three places side by side, also where nothing is lost or late")
	fs.StringVarP(&o.tell.out, "output", "o", "", "write to this file (mode 0600) instead of standard output")
	fs.BoolVar(&o.tell.force, "force", false, "replace files that exist")
	fs.StringVar(&o.tell.color, "color", "auto", "auto, always or never")
	fs.BoolVarP(&o.quiet, "quiet", "q", false, "the ladder alone")
	o.tell.register(fs)
	return cmd
}

// labHostCmd is the copy of portero inside the namespaces.
func (a *app) labHostCmd() *cobra.Command {
	return &cobra.Command{Use: labHost + " SCENARIO", Hidden: true, Args: cobra.ExactArgs(1), DisableFlagParsing: true,
		RunE: func(_ *cobra.Command, args []string) error { return lab.Main(args[0]) }}
}

// pick chooses one of two languages.
func pick(l teach.Lang, two [2]string) string { return two[int(l)] }

func (a *app) labList(out io.Writer, l teach.Lang) error {
	wide := 0
	for _, sc := range lab.Scenarios() {
		wide = max(wide, len(sc.Name))
	}
	w := a.width()
	var b strings.Builder
	for _, sc := range lab.Scenarios() {
		var lines strings.Builder
		_ = fill(&lines, w-wide-2, pick(l, sc.Title)) // a Builder takes everything
		for i, line := range strings.Split(strings.TrimSpace(lines.String()), "\n") {
			name := sc.Name
			if i > 0 {
				name = ""
			}
			fmt.Fprintf(&b, "%-*s  %s\n", wide, name, line)
		}
	}
	b.WriteString(pick(l, [2]string{"next: portero lab handshake\n", "después: portero lab handshake\n"}))
	_, err := io.WriteString(out, b.String())
	return err
}

var points = map[string]lab.Point{"client": lab.AtClient, "middle": lab.AtMiddle, "server": lab.AtServer}

func (a *app) lab(name string, o *labFlags, l teach.Lang) error {
	sc, ok := lab.Find(name)
	if !ok {
		var names []string
		for _, s := range lab.Scenarios() {
			names = append(names, s.Name)
		}
		return usage(fmt.Sprintf("%q is no scenario (`portero lab` lists them)", name) + manual.OrMeant(written.Nearest(name, names)))
	}
	at, ok := points[o.at]
	if !ok {
		return usage(fmt.Sprintf("--at: %q is none of client, middle, server", o.at))
	}
	if o.save == "-" && (o.tell.out == "" || o.tell.out == "-") {
		return usage("-w -: standard output cannot carry the ladder and packets; add -o FILE for the ladder")
	}
	if err := a.noTerminal(o.save); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	waiting := !o.quiet && isTerminal(a.err)
	if waiting {
		fmt.Fprintf(a.err, pick(l, [2]string{"playing %s ...", "representando %s ..."}), name)
	}
	res, err := lab.Run(a.ctx, sc, lab.Options{Userspace: o.userspace, Self: []string{self, labHost}})
	if waiting {
		fmt.Fprint(a.err, "\r\x1b[K")
	}
	var no *lab.Missing
	switch {
	case errors.As(err, &no):
		return &exitError{exitDenied, fmt.Errorf(pick(l, [2]string{"lab %s needs %s, which is missing here: %v", "lab %s necesita %s, que aquí falta: %v"}), name, lacking(no, l), no.Cause)}
	case a.ctx.Err() != nil:
		return &exitError{exitInterrupted, nil}
	case err != nil:
		return fmt.Errorf("lab %s: %w", name, err)
	}
	if o.save != "" {
		out, err := a.openOutput(o.save, o.tell.force)
		if err != nil {
			return err
		}
		if err := writeFrames(out, res.Frames(at), "portero lab "+name+", "+at.String()); err != nil {
			return err
		}
		if err := out.close(); err != nil {
			return err
		}
	}
	v, err := a.vantage(res, at)
	if err != nil {
		return err
	}
	c := v.focus(&sc)
	if c == nil {
		return fmt.Errorf("lab %s: nothing of it was heard at the %s", name, at)
	}
	if o.tell.format != "text" && !o.quiet {
		_ = worldLine(a.err, 1<<20, res, l, "portero: ") // standard error is for information only
	}
	var before, after func(io.Writer) error
	if !o.quiet {
		before = func(w io.Writer) error { return a.labBefore(w, o, &sc, res, v, c, l) }
		after = func(w io.Writer) error { return a.labAfter(w, o, &sc, res, v, c, l) }
	}
	o.tell.quiet = o.quiet
	return a.tell(c, &o.tell, l, before, after)
}

// lacking names what a system has not.
func lacking(no *lab.Missing, l teach.Lang) string {
	es := map[string]string{"user and network namespaces": "espacios de nombres (namespaces) de usuario y de red", "a second network namespace": "un segundo espacio de nombres de red",
		"a TUN device": "un dispositivo TUN", "network namespaces": "espacios de nombres (namespaces) de red"}
	if s, ok := es[no.Name]; ok && l == teach.Spanish {
		return s
	}
	return no.Name
}

// writeFrames writes a capture.
func writeFrames(w io.Writer, fs []capture.Frame, comment string) error {
	p, err := pcapfile.NewWriter(w, pcapfile.WriterOptions{Comment: comment})
	if err != nil {
		return err
	}
	for i := range fs {
		if err := p.Write(&fs[i], ""); err != nil {
			return err
		}
	}
	return nil
}

// worldLine says whose TCP it was.
func worldLine(w io.Writer, width int, res *lab.Result, l teach.Lang, mark string) error {
	s := pick(l, [2]string{"Real packets: this computer's own kernel spoke to itself, in a network made for it; nothing left it.",
		"Paquetes reales: el núcleo de este equipo habló consigo mismo, en una red hecha para ello; nada salió de allí."})
	if res.World == lab.Userspace {
		s = pick(l, [2]string{"Real packets between two TCP stacks inside this program (gVisor's), not the kernel's.",
			"Paquetes reales entre dos pilas TCP dentro de este programa (las de gVisor), no las del núcleo."})
	}
	if no := res.Lacking; no != nil {
		s += fmt.Sprintf(pick(l, [2]string{" The kernel's were not to be had: %s: %v.", " Las del núcleo no estaban disponibles: %s: %v."}), lacking(no, l), no.Cause)
		switch {
		case runtime.GOOS != "linux":
		case no.Absent:
			s += pick(l, [2]string{" An administrator can load the module: modprobe tun.", " Quien administra puede cargar el módulo: modprobe tun."})
		default:
			s += pick(l, [2]string{" An administrator can allow them (sysctl user.max_user_namespaces above 0; on Ubuntu kernel.apparmor_restrict_unprivileged_userns=0), or run this once with sudo.",
				" Quien administra puede permitirlas (sysctl user.max_user_namespaces mayor que 0; en Ubuntu kernel.apparmor_restrict_unprivileged_userns=0), o ejecutar esto con sudo."})
		}
	}
	return fill(w, width, mark+printable(s))
}

func (a *app) labBefore(w io.Writer, o *labFlags, sc *lab.Scenario, res *lab.Result, v *vantage, c *told, l teach.Lang) error {
	width := a.width()
	if err := worldLine(w, width, res, l, ""); err != nil {
		return err
	}
	if err := fill(w, width, pick(l, sc.Title)+" "+pick(l, sc.Look)); err != nil {
		return err
	}
	if len(v.conns) > 1 {
		fmt.Fprintln(w)
		for _, x := range v.conns {
			mark := " "
			if x == c {
				mark = "*"
			}
			fmt.Fprintf(w, "%s %d  %-21s > %-21s %s\n", mark, x.rec.ID, endpoint(x, trace.Orig), endpoint(x, trace.Resp), verdictWord(x, l))
		}
		if err := fill(w, width, pick(l, [2]string{"The ladder tells the one with the star.", "La escalera cuenta la del asterisco."})); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(w)
	return err
}

func endpoint(c *told, e trace.End) string {
	x := c.trace.Ends[e]
	return fmt.Sprintf("%s:%d", x.Addr, x.Port)
}

// verdictWord is the verdict of a connection or exchange.
func verdictWord(c *told, l teach.Lang) string {
	lang := words.Langs()[int(l)]
	if !c.rec.TCP() {
		return words.Exchange(lang, c.rec.Exchange.String())
	}
	s := words.Verdict(lang, c.rec.Handshake.String())
	if c.rec.Handshake.Opened() {
		s += ", " + words.Close(lang, c.rec.Close.String())
	}
	return s
}

func (a *app) labAfter(w io.Writer, o *labFlags, sc *lab.Scenario, res *lab.Result, v *vantage, c *told, l teach.Lang) error {
	width := a.width()
	if sc.Points || o.points {
		ps, err := a.sideBySide(res, sc, l)
		if err != nil {
			return err
		}
		fmt.Fprintln(w)
		if err := ps.WriteText(w, teach.TextOptions{Width: min(width, 100)}); err != nil {
			return err
		}
	}
	if sc.Readable {
		fmt.Fprintln(w)
		if err := fill(w, width, pick(l, [2]string{"What anybody on the way could read (C is the client, S the server):", "Lo que cualquiera por el camino podía leer (C es el cliente, S el servidor):"})); err != nil {
			return err
		}
		for _, line := range readable(v, c, l) {
			if _, err := fmt.Fprintln(w, fold.Lines("  "+line, width)); err != nil {
				return err
			}
		}
	}
	if o.save != "" {
		_, err := fmt.Fprintf(w, pick(l, [2]string{"\nsaved: %s\n%s\n", "\nguardado: %s\n%s\n"}), printable(o.save),
			safe.Command(fold.Terminal(a.out), pick(l, [2]string{"next:", "después:"}), "portero", "why", safe.Shell(o.save), "1"))
		return err
	}
	return nil
}

// readable is what the payload says, a line of text a line, cut where a page is
// long.
func readable(v *vantage, c *told, l teach.Lang) []string {
	const most, wide = 12, 70
	var out []string
	for i := range c.trace.Steps {
		s := &c.trace.Steps[i]
		if s.Len == 0 || s.From == trace.Neither || s.Has(trace.Retransmission) {
			continue
		}
		f := &v.frames[s.Frame-1]
		text := string(f.Data[len(f.Data)-int(s.Len):])
		if strings.ContainsFunc(text, func(r rune) bool { return r == utf8.RuneError }) {
			text = "(" + words.Number(uint64(s.Len), pick(l, [2]string{"byte that is no text: what the programs agree on", "byte que no es texto: lo que acuerdan los programas"}), pick(l, [2]string{"bytes that are no text: what the programs agree on", "bytes que no son texto: lo que acuerdan los programas"})) + ")"
		}
		for _, line := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
			if strings.TrimSpace(line) == "" {
				continue
			}
			if len(out) == most {
				return append(out, "...")
			}
			if len(line) > wide {
				line = line[:wide-3] + "..."
			}
			out = append(out, [...]string{"C: ", "S: "}[s.From]+safe.Terminal(line))
		}
	}
	return out
}

// vantage is what was heard at one place.
type vantage struct {
	frames []capture.Frame
	conns  []*told
}

// vantage analyses what was heard at a place, as a saved capture is.
func (a *app) vantage(res *lab.Result, at lab.Point) (*vantage, error) {
	v := &vantage{frames: res.Frames(at)}
	if len(v.frames) == 0 {
		return v, nil
	}
	f, err := os.CreateTemp("", "portero-lab-*.pcapng")
	if err != nil {
		return nil, err
	}
	defer os.Remove(f.Name())
	err = writeFrames(f, v.frames, "")
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return nil, err
	}
	var o readFlags
	o.memory, o.frames, o.threads, o.quiet = "64M", "file", 1, true
	for id := uint64(1); ; id++ {
		c, _, err := a.gather([]string{f.Name()}, &o, target{text: fmt.Sprint(id), id: id})
		var none *exitError
		if errors.As(err, &none) && len(v.conns) > 0 {
			return v, nil
		}
		if err != nil {
			return nil, err
		}
		v.conns = append(v.conns, c)
	}
}

// focus is the connection that the scenario is about, nil when it was not heard.
func (v *vantage) focus(sc *lab.Scenario) *told {
	var best *told
	for _, c := range v.conns {
		from, to := c.trace.Ends[trace.Orig].Port, c.trace.Ends[trace.Resp].Port
		// Where both call, who counts as the caller depends on where one listens.
		if to == sc.Port && (sc.From == 0 || from == sc.From) || from == sc.Port && to == sc.From {
			best = c
		}
	}
	return best
}

// sideBySide is the connection of the scenario at the three places.
func (a *app) sideBySide(res *lab.Result, sc *lab.Scenario, l teach.Lang) (*teach.Points, error) {
	ps := &teach.Points{Lang: l}
	type row struct {
		teach.Passage
		sent int64
	}
	rows := map[*byte]*row{}
	var order []*row
	first := int64(0)
	for at := lab.AtClient; at < lab.Points; at++ {
		v, err := a.vantage(res, at)
		if err != nil {
			return nil, err
		}
		c := v.focus(sc)
		if c == nil {
			ps.Verdicts[at] = pick(l, [2]string{"nothing was heard", "no se oyó nada"})
			continue
		}
		ps.Verdicts[at] = verdictWord(c, l)
		for i := range c.trace.Steps {
			s := &c.trace.Steps[i]
			f := &v.frames[s.Frame-1]
			r := rows[&f.Data[0]]
			if r == nil {
				r = &row{Passage: teach.Passage{From: s.From, Label: teach.Label(s, l)}, sent: s.Time}
				rows[&f.Data[0]] = r
				order = append(order, r)
			}
			r.At[at], r.Seen[at] = s.Time, true
			r.sent = min(r.sent, s.Time)
			if first == 0 || s.Time < first {
				first = s.Time
			}
		}
	}
	for i := range res.Packets {
		if r := rows[&res.Packets[i].Data[0]]; r != nil {
			r.Lost = res.Packets[i].Lost
			if r.From = trace.End(res.Packets[i].From); res.Packets[i].Made {
				r.From = trace.Neither
			}
		}
	}
	sort.SliceStable(order, func(i, k int) bool { return order[i].sent < order[k].sent })
	for _, r := range order {
		for at := range r.At {
			r.At[at] -= first
		}
		ps.Passages = append(ps.Passages, r.Passage)
	}
	return ps, nil
}
