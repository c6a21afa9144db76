package screen

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"portero/catalog"
	"portero/handshake"
	"portero/internal/explain"
	"portero/internal/findings"
	"portero/internal/record"
	"portero/internal/teach"
	"portero/internal/trace"
	"portero/internal/view/events"
	"portero/internal/view/table"
	"portero/internal/words"
)

// help names the keys and what stands in the lists, by key and meaning.
var help = [][2][2]string{
	{{"1 2 3 4, tab", "connections, ports, hosts, findings"}, {"1 2 3 4, tab", "conexiones, puertos, equipos, hallazgos"}},
	{{"arrows, page", "move; the cursor stays with its line when others move"}, {"flechas, página", "moverse; el cursor sigue a su línea si otras se mueven"}},
	{{"enter", "a connection: follow it, arrow by arrow"}, {"intro", "una conexión: seguirla, flecha a flecha"}},
	{{"", "a port, host or finding: its connections"}, {"", "un puerto, equipo o hallazgo: sus conexiones"}},
	{{"e", "explain the line under the cursor"}, {"e", "explicar la línea del cursor"}},
	{{"/", "filter as you type: every word must be in the line, and !word must not; with = < or > it is an expression:"},
		{"/", "filtrar al escribir: cada palabra debe estar en la línea, y !palabra no; con = < o > es una expresión:"}},
	{{"", `resp_port == 443 and process == "curl"`}, {"", `resp_port == 443 and process == "curl"`}},
	{{"esc", "clear the filter"}, {"esc", "borrar el filtro"}},
	{{"s", "another order"}, {"s", "otro orden"}},
	{{"p", "pause the list; rates and losses go on"}, {"p", "parar la lista; tasas y pérdidas siguen"}},
	{{"w", "save the packets of the line under the cursor that are still kept (16 MB of the latest)"},
		{"w", "guardar los paquetes de la línea del cursor que aún se conservan (16 MB de los últimos)"}},
	{{"q, ctrl+c", "quit"}, {"q, ctrl+c", "salir"}},
	{},
	{{"opening", "how it began: e explains it, docs/VERDICTS.md all"}, {"apertura", "cómo empezó: e la explica, docs/VERDICTS.md todas"}},
	{{"program", "what runs behind it on this machine, and in brackets how sure that is: docs/PROGRAMS.md"},
		{"programa", "qué hay detrás en este equipo y, entre paréntesis, con qué seguridad: docs/PROGRAMS.md"}},
	{{"dropped", "frames the kernel had no room for: verdicts of that time may be wrong"},
		{"descartadas", "tramas para las que el núcleo no tuvo sitio: los veredictos de entonces pueden fallar"}},
}

// help is that in lines of the terminal's width, none longer than is read with ease.
func (m *Model) help() []string {
	const column = 19
	var out []string
	for _, e := range help {
		key, means := m.pick(e[0][0], e[1][0]), m.pick(e[0][1], e[1][1])
		at := column
		if m.width < 2*column+10 { // beside each other they would be too narrow
			at = 4
			if key != "" {
				out, key = append(out, "  "+key), ""
			}
		}
		for i, line := range wrap(means, min(m.width, 72)-at) {
			if line = strings.TrimLeft(line, " "); i > 0 { // what goes on begins where the meaning does
				key = ""
			}
			out = append(out, strings.TrimRight(fmt.Sprintf("%-*s%s", at, "  "+key, line), " "))
		}
	}
	return out
}

// told is the explanation in lines of the terminal's width.
func (m *Model) told() (out []string) {
	for _, s := range m.text {
		out = append(out, wrap(clean(s), m.width-2)...)
	}
	return out
}

// explain shows what the line under the cursor means.
func (m *Model) explain(i item) {
	var t []string
	switch x := i.(type) {
	case *connItem:
		t = m.connText(x.Record)
	case *portItem:
		t = m.portText(&x.Port)
	case *hostItem:
		t = m.hostText(&x.Host)
	case *findingItem:
		t = m.findingText(&x.Finding)
	}
	m.text = t
	if m.mode == following {
		m.desk.Follow(nil)
	}
	m.mode, m.scroll = explaining, 0
}

// entry adds what is known of a word, headed by what say calls it; nil: by itself.
func (m *Model) entry(t []string, word string, say func(words.Lang, string) string) []string {
	if word == "" {
		return t
	}
	found, _ := explain.Explain(catalog.Default(), m.Lang, word)
	if len(found) == 0 {
		return t
	}
	e := found[0]
	title := words.Spaced(e.Word)
	if say != nil {
		title = say(m.Lang, e.Word)
	}
	t = append(t, "", fmt.Sprintf(" %s (%s)", title, e.Kind))
	for _, l := range strings.Split(e.Text, "\n") {
		t = append(t, "   "+l)
	}
	return t
}

func (m *Model) connText(r *record.Record) []string {
	c := (&connItem{r}).cells(m.setting())
	t := []string{fmt.Sprintf(" #%d  %s > %s", r.ID, c[1], c[2]), fmt.Sprintf("   %s, %s", c[0], c[5])}
	add := func(en, es, v string) {
		if v != "" {
			t = append(t, "   "+m.pick(en, es)+": "+v)
		}
	}
	if r.ServerName != "" {
		add("name", "nombre", r.ServerName)
	}
	if r.Service != "" {
		add("service", "servicio", r.Service+" ("+words.ServiceBy(m.Lang, r.ServiceBy)+")")
	}
	add("program", "programa", events.Program(r, m.Lang))
	add("file", "fichero", r.ProcessPath)
	add("user", "usuario", r.User)
	add("container", "contenedor", r.Container)
	if r.PeerPID != 0 {
		add("program at the other end", "programa al otro lado", fmt.Sprintf("%s (%d)", r.PeerProcess, r.PeerPID))
	}
	add("packets", "paquetes", fmt.Sprintf(m.pick("%d and %d, payload %s and %s", "%d y %d, datos %s y %s"), r.Orig.Pkts, r.Resp.Pkts, table.Amount(r.Orig.Payload), table.Amount(r.Resp.Payload)))
	if r.ServerRTT >= 0 {
		add("round trip to the responder", "ida y vuelta al respondedor", table.Millis(r.ServerRTT))
	}
	add("frames of the proof", "tramas de la prueba", proof(r))
	for _, n := range table.NotesIn(m.Lang, r) {
		t = append(t, "   "+n)
	}
	if r.TCP() {
		t = m.entry(t, r.Handshake.String(), words.Verdict)
		if r.Close != handshake.CloseNone && r.Close != handshake.StillOpen {
			t = m.entry(t, "close:"+r.Close.String(), words.Close)
		}
	} else if r.HasPorts {
		t = m.entry(t, "exchange:"+r.Exchange.String(), words.Exchange)
	}
	if r.HasPorts {
		t = m.entry(t, fmt.Sprintf("%s/%d", record.ProtoName(r.Proto), r.Resp.Port), nil)
	}
	for _, o := range r.Oddities {
		t = m.entry(t, o, words.Oddity)
	}
	for _, k := range r.Risks {
		t = append(t, "", " "+k.ID+"   "+words.Severity(m.Lang, k.Severity)+", "+words.Basis(m.Lang, k.Basis), "   "+k.Text)
		if k.Muted != "" {
			t = append(t, "   "+m.pick("muted: ", "callado: ")+k.Muted)
		}
	}
	return t
}

// proof are the frames on which the verdict stands: where nothing opened, those that ended it are among them.
func proof(r *record.Record) string {
	var s []string
	for _, f := range []uint64{r.SYNFrame, r.SYNACKFrame, r.ACKFrame, r.ICMPFrame, r.RSTFrame} {
		if f != 0 {
			s = append(s, fmt.Sprint(f))
		}
	}
	if len(s) == 0 {
		s = append(s, fmt.Sprint(r.FirstFrame))
	}
	return strings.Join(s, ", ")
}

// instead says who listens on the port of p at another address, where nobody listens at this one.
func (m *Model) instead(p *Port) string {
	if !p.Instead.IsValid() {
		return ""
	}
	by := p.InsteadBy
	if by == "" {
		by = m.pick("somebody", "alguien")
	}
	return fmt.Sprintf(m.pick(", but %s does at %s", ", pero %s sí, en %s"), by, p.Instead)
}

func (m *Model) portText(p *Port) []string {
	t := []string{fmt.Sprintf(" %s/%s  %s", netip.AddrPortFrom(p.Host, p.Port), record.ProtoName(p.Proto), words.Door(m.Lang, p.State))}
	if p.Program != "" {
		t = append(t, fmt.Sprintf("   %s: %s (%d, %s)", m.pick("program", "programa"), p.Program, p.PID, words.ProcessBy(m.Lang, p.By)), "   "+m.pick("file: ", "fichero: ")+p.Path, "   "+m.pick("user: ", "usuario: ")+p.User)
	} else if p.By != "" {
		t = append(t, "   "+m.pick("program: ", "programa: ")+words.ProcessBy(m.Lang, p.By))
		if p.By == "hidden" {
			t = append(t, "   "+m.pick("this user may not look into programs of others; with sudo they are named", "este usuario no puede mirar programas de otros; con sudo se nombran"))
		}
	}
	if p.Container != "" {
		t = append(t, "   "+m.pick("container: ", "contenedor: ")+p.Container)
	}
	if p.Seen != "" {
		t = append(t, "   "+words.Seen(m.Lang, p.Seen)+m.instead(p))
	}
	t = append(t, fmt.Sprintf(m.pick("   %s by %s, accepted %d, refused %d", "   %s de %s; aceptados: %d; rechazados: %d"),
		m.count(int(p.Attempts), "attempt", "attempts", "intento", "intentos"), m.count(int(p.Clients), "client", "clients", "cliente", "clientes"), p.Accepted, p.Refused))
	return m.entry(t, fmt.Sprintf("%s/%d", record.ProtoName(p.Proto), p.Port), nil)
}

func (m *Model) hostText(h *Host) []string {
	t := []string{" " + h.Addr.String() + "  " + h.Name}
	add := func(en, es string, n uint64) { t = append(t, fmt.Sprintf("   %s: %d", m.pick(en, es), n)) }
	add("connections and exchanges it opened", "conexiones e intercambios que abrió", h.Opened)
	add("of these nobody accepted", "de ellos, nadie aceptó", h.Failed)
	add("it received", "recibió", h.Received)
	add("doors that answered", "puertas que contestaron", uint64(h.OpenDoors))
	add("other addresses it talked with", "otras direcciones con las que habló", uint64(h.Peers))
	return append(t, fmt.Sprintf(m.pick("   payload sent %s, received %s", "   datos enviados %s, recibidos %s"), table.Amount(h.BytesOut), table.Amount(h.BytesIn)))
}

func (m *Model) findingText(f *findings.Finding) []string {
	k, _ := findings.KindOf(f.Kind)
	say := func(t [2]string) string { return m.pick(t[0], t[1]) }
	return []string{" " + f.Kind + "   " + words.Severity(m.Lang, f.Severity) + ", " + words.Basis(m.Lang, f.Basis), "   " + say(k.Title), "",
		m.pick("   seen: ", "   visto: ") + f.Text(m.Lang), "", m.pick("   means: ", "   indica: ") + say(k.Means), "",
		m.pick("   innocent: ", "   inocente: ") + say(k.Innocent), "", m.pick("   next: ", "   después: ") + say(k.Next)}
}

// ladder tells the connection that is followed, as far as its packets are kept.
func (m *Model) ladder() []string {
	f := m.desk.Following()
	r := m.follow
	if f != nil && f.Record != nil && f.Record.ID == r.ID {
		r = f.Record
		m.follow = r
	}
	c := (&connItem{r}).cells(m.setting())
	head := clean(fmt.Sprintf(" #%d  %s > %s  %s, %s  %s", r.ID, c[1], c[2], c[0], c[5], events.Program(r, m.Lang)))
	if ansi.StringWidth(head) > m.width { // what changes stays in sight; the ladder has the addresses, too
		head = clean(fmt.Sprintf(" #%d  %s, %s  %s > %s  %s", r.ID, c[0], c[5], c[1], c[2], events.Program(r, m.Lang)))
	}
	out := []string{head}
	if f == nil || len(f.Packets) == 0 {
		return append(out, "", "   "+m.pick("its packets are no longer kept", "sus paquetes ya no están"))
	}
	if n := int(r.Orig.Pkts+r.Resp.Pkts) - len(f.Packets); n > 0 {
		out = append(out, "   "+m.count(n, "packet between the first and the latest is no longer kept", "packets between the first and the latest are no longer kept", "paquete entre los primeros y los últimos ya no está", "paquetes entre los primeros y los últimos ya no están"))
	}
	lang, _ := teach.ParseLang(m.Lang.String())
	l := teach.New(r, trace.Build(f.Packets, r), teach.Options{Lang: lang})
	var b strings.Builder
	if err := l.WriteText(&b, teach.TextOptions{Width: m.width, Color: m.Color}); err != nil {
		return append(out, "", "   "+clean(err.Error()))
	}
	return append(out, strings.Split(strings.TrimRight(b.String(), "\n"), "\n")...)
}
