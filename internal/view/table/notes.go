package table

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"portero/catalog/identify"
	"portero/handshake"
	"portero/internal/record"
	"portero/internal/view/told"
	"portero/internal/words"
)

// NotesIn is what is to be said of a connection beyond its row: nothing when
// everything is ordinary.
func NotesIn(l words.Lang, r *record.Record) []string {
	n := notes{l: l, r: r}
	n.opening()
	n.exchange()
	n.protocol()
	n.kind()
	n.close()
	n.ports()
	n.way()
	n.payload()
	n.web()
	n.inputs()
	return n.said
}

// notes are those of one connection, as far as they are written.
type notes struct {
	l    words.Lang
	r    *record.Record
	said []string
}

func (n *notes) add(format string, args ...any) {
	n.said = append(n.said, fmt.Sprintf(format, args...))
}

// frames are those of fs that are known, in brackets; "" where none is.
func (n *notes) frames(fs ...uint64) string {
	label := n.l.Pick("frame", "trama")
	var out []string
	for _, f := range fs {
		if f != 0 {
			out = append(out, fmt.Sprint(f))
		}
	}
	switch len(out) {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf(" (%s %s)", label, out[0])
	}
	return fmt.Sprintf(" (%ss %s)", label, strings.Join(out, ", "))
}

// opening says what the verdict rests on.
func (n *notes) opening() {
	switch n.r.Handshake {
	case handshake.Refused:
		if n.r.SYNACKFrame != 0 {
			n.add(n.l.Pick("a RST to the SYN, and then an answer%s: one of them is of somebody on the way", "un RST al SYN y después una respuesta%s: uno de los dos es de alguien en el camino"), n.frames(n.r.SYNFrame, n.r.RSTFrame, n.r.SYNACKFrame))
			break
		}
		n.add(n.l.Pick("RST to the SYN%s: usually nothing listens there", "RST al SYN%s: normalmente nadie escucha ahí"), n.frames(n.r.SYNFrame, n.r.RSTFrame))
	case handshake.Filtered:
		n.add(n.l.Pick("%s from %s%s: it says that it may not or cannot pass", "%s de %s%s: dice que no se puede pasar"), n.icmp(), n.r.FilteredBy, n.frames(n.r.ICMPFrame))
	case handshake.NoAnswer:
		n.noAnswer()
	case handshake.HalfOpen:
		n.add(n.l.Pick("answered%s, not acknowledged: a scan, a flood or a lost ACK", "contestada%s, sin confirmar: un escaneo, una inundación o un ACK perdido"), n.frames(n.r.SYNACKFrame))
	case handshake.Aborted:
		if n.r.SYNACKFrame != 0 {
			n.add(n.l.Pick("the port is open%s, the originator took it back with a RST", "el puerto está abierto%s, el iniciador se retiró con un RST"), n.frames(n.r.SYNACKFrame))
		} else {
			n.add(n.l.Pick("the originator took its SYN back with a RST%s", "el iniciador retiró su SYN con un RST%s"), n.frames(n.r.RSTFrame))
		}
	case handshake.Invalid:
		n.add("%s", n.l.Pick("an answer or third packet came, and its numbers are wrong", "llegó una respuesta o tercer segmento, y sus números no cuadran"))
	case handshake.Midstream:
		if n.r.Reuses > 0 {
			n.add("%s", n.l.Pick("its opening was not captured", "no se capturó su apertura"))
			break
		}
		n.add("%s", n.l.Pick("open before the capture began", "abierta antes de que empezara la captura"))
	case handshake.Implied: // the other half was not seen, so nothing proves it
		if n.r.Orig.Pkts > 0 && n.r.Resp.Pkts > 0 { // what came of it is damaged, or a stranger's
			n.lacking("%s not in the capture; one direction only counts, and it is that of a completed handshake", "falta %s en la captura; cuenta un solo sentido, y es el de un acuerdo completado")
			break
		}
		n.lacking("%s not in the capture; one direction only, and it is that of a completed handshake", "falta %s en la captura; se ve un solo sentido, y es el de un acuerdo completado")
	case handshake.CompletedUnseen:
		n.lacking("%s not in the capture; other packets prove it", "falta %s en la captura; otros paquetes lo prueban")
	case handshake.Unsolicited:
		if n.r.SYNACKFrame != 0 {
			n.add("%s", n.l.Pick("an answer without a question: backscatter, or the SYN went another way", "una respuesta sin pregunta: retrodispersión, o el SYN fue por otro camino"))
		} else {
			n.add("%s", n.l.Pick("a RST without a connection", "un RST sin conexión"))
		}
	case handshake.Probe:
		if n.r.ProbeKind == handshake.ProbeOther {
			n.add("%s", n.l.Pick("odd flags: belongs to no connection", "indicadores raros: no pertenece a ninguna conexión"))
			break
		}
		n.add(n.l.Pick("%s probe: belongs to no connection", "sondeo %s: no pertenece a ninguna conexión"), probe(n.l, n.r))
	case handshake.Unknown:
		if !slices.Contains(n.r.Quality, "truncated_packets") {
			n.add("%s", n.l.Pick("headers that no receiver reads: only the ports are known", "cabeceras que ningún receptor lee: solo se conocen los puertos"))
			break
		}
		n.add("%s", n.l.Pick("cut before the flags: only the ports are known", "truncado antes de los indicadores: solo se conocen los puertos"))
	}
}

func (n *notes) noAnswer() {
	came := n.l.Pick("nothing came back", "no volvió nada")
	if n.r.ICMPFrame != 0 {
		came = fmt.Sprintf(n.l.Pick("all that came back is an ICMP message that refuses nothing%s", "solo volvió un aviso ICMP que no rechaza nada%s"), n.frames(n.r.ICMPFrame))
	}
	if n.r.SYNRetries > 0 {
		n.add(n.l.Pick("%d SYNs in %s, and %s", "%d SYN en %s, y %s"), n.r.SYNRetries+1, seconds(n.r.DurationNS), came)
	} else {
		n.add(n.l.Pick("one SYN, and %s", "un SYN, y %s"), came)
	}
}

// lacking says which packets of the opening are missing; es says it of one.
func (n *notes) lacking(en, es string) {
	lost := missing(n.l, n.r)
	if len(lost) > 1 {
		es = "faltan" + strings.TrimPrefix(es, "falta")
	}
	n.add(n.l.Pick(en, es), strings.Join(lost, n.l.Pick(" and ", " y ")))
}

// exchange says why datagrams were not answered.
func (n *notes) exchange() {
	switch n.r.Exchange {
	case handshake.ExchangeRefused:
		if n.r.FilteredBy.IsValid() && n.r.FilteredBy != n.r.Resp.Addr {
			n.add(n.l.Pick("ICMP port unreachable from %s%s: who was asked did not say so; mostly a firewall did", "ICMP puerto inalcanzable de %s%s: no lo dice el preguntado, sino casi siempre un cortafuegos"),
				n.r.FilteredBy, n.frames(n.r.ICMPFrame))
			break
		}
		n.add(n.l.Pick("ICMP port unreachable%s: usually nothing listens there", "ICMP puerto inalcanzable%s: normalmente nadie escucha ahí"), n.frames(n.r.ICMPFrame))
	case handshake.ExchangeFiltered:
		n.add(n.l.Pick("%s from %s%s", "%s de %s%s"), n.icmp(), n.r.FilteredBy, n.frames(n.r.ICMPFrame))
	}
}

// icmp names the ICMP error.
func (n *notes) icmp() string {
	if n.r.FilteredAs == [2]uint8{} {
		return n.l.Pick("ICMP error", "error ICMP")
	}
	return "ICMP " + words.ICMPError(n.l, n.r.FilteredBy.Is6(), n.r.FilteredAs[0], n.r.FilteredAs[1])
}

func (n *notes) protocol() {
	if name := words.IPProtocol(n.l, n.r.Proto); name != "" {
		n.add(n.l.Pick("IP protocol %d, %s", "protocolo IP %d, %s"), n.r.Proto, name)
	}
}

func (n *notes) kind() {
	k := n.r.Kind
	if k == handshake.Normal || k == handshake.KindNone {
		return
	}
	kind := words.Kind(n.l, k.String())
	if n.l == words.English && (k == handshake.Simultaneous || k == handshake.Split) {
		kind += " opening" // the others say of themselves that they are one
	}
	n.add("%s", kind)
}

func (n *notes) close() {
	switch n.r.Close {
	case handshake.Reset:
		n.add(n.l.Pick("reset by %s after %s%s", "cortada (RST) por %s tras %s%s"), closer(n.l, n.r), seconds(n.r.DurationNS), n.frames(n.r.CloseFrames...))
	case handshake.HalfClosed:
		n.add(n.l.Pick("half closed by %s%s", "semicerrada por %s%s"), closer(n.l, n.r), n.frames(n.r.CloseFrames...))
	}
	if n.r.SuspectedRSTs > 0 {
		n.add(n.l.Pick("%d RST that no receiver would accept", "%d RST que ningún receptor aceptaría"), n.r.SuspectedRSTs)
	}
}

// ports says who had them before.
func (n *notes) ports() {
	if n.r.Reuses > 0 && n.r.ReuseAfterNS == record.Unset {
		n.add(n.l.Pick("reuses the ports of #%d", "reutiliza los puertos de #%d"), n.r.Reuses)
	} else if n.r.Reuses > 0 {
		n.add(n.l.Pick("reuses the ports of #%d after %s", "reutiliza los puertos de #%d tras %s"), n.r.Reuses, seconds(n.r.ReuseAfterNS))
	}
}

// way says in what the packets came: VLANs and tunnels.
func (n *notes) way() {
	if len(n.r.VLAN) > 0 {
		var v []string
		for _, id := range n.r.VLAN {
			v = append(v, fmt.Sprint(id))
		}
		n.add("vlan %s", strings.Join(v, ","))
	}
	if len(n.r.Tunnel) > 0 {
		n.add(n.l.Pick("in %s", "dentro de %s"), strings.Join(n.r.Tunnel, ", "))
	}
}

// payload says what was spoken, and how long an answer took.
func (n *notes) payload() {
	for _, t := range told.Said(n.r) {
		n.said = append(n.said, n.l.Pick(t.EN, t.ES))
	}
	if t := told.Slow(n.r); t.EN != "" {
		n.said = append(n.said, n.l.Pick(t.EN, t.ES))
	}
}

// web says where HTTP lives beside its port, and where its answer sends who called.
func (n *notes) web() {
	r := n.r
	if r.App == nil || r.App.HTTP == nil || !ofTheWeb(r.App.Protocol) || !answeredHTTP(r) {
		return
	}
	if r.Resp.Port != 80 {
		n.add(n.l.Pick("HTTP on port %d rather than 80", "HTTP en el puerto %d en vez del 80"), r.Resp.Port)
	}
	if to, ok := Redirect(r); ok {
		n.add(n.l.Pick("answer %d%s sends the originator to %s", "la respuesta %d%s manda al iniciador a %s"), r.App.HTTP.Status, n.frames(r.App.HTTP.StatusFrame), to)
	}
}

// inputs says of several captures in which of them the frames lie.
func (n *notes) inputs() {
	if n.r.File != "" && slices.ContainsFunc(n.said, frameNumber.MatchString) {
		n.add(n.l.Pick("frames of %s", "tramas de %s"), inputs(n.l, n.r))
	}
}

// frameNumber is a frame in a note: of several inputs each counts its own.
var frameNumber = regexp.MustCompile(`(?:frame|trama)s? [0-9]`)

// inputs are those in which the frames of r lie.
func inputs(l words.Lang, r *record.Record) string {
	in := []string{r.File}
	for _, f := range r.FrameFiles {
		if _, name, _ := strings.Cut(f, "="); !slices.Contains(in, name) {
			in = append(in, name)
		}
	}
	if most := 3; len(in) > most {
		return strings.Join(in[:most], ", ") + fmt.Sprintf(l.Pick(" and %d more", " y %d más"), len(in)-most)
	}
	return strings.Join(in, ", ")
}

// ofTheWeb reports whether p is HTTP, and not another protocol of its build, as SIP and RTSP are.
func ofTheWeb(p identify.Protocol) bool {
	return p == identify.HTTP || p == identify.HTTPProxy || p == identify.WebSocket
}

func answeredHTTP(r *record.Record) bool { return r.Answered() && r.App.HTTP.Status != 0 }

// Redirect is where an HTTP answer sends its caller when that is another port than
// the one it called (RFC 9110, section 15.4).
func Redirect(r *record.Record) (to string, ok bool) {
	w := r.App.HTTP
	if w.Status < 300 || w.Status > 399 || w.Location == "" {
		return "", false
	}
	u, err := url.Parse(w.Location)
	if err != nil || u.Host == "" {
		return "", false
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return w.Location, port != "" && port != fmt.Sprint(r.Resp.Port)
}

func missing(l words.Lang, r *record.Record) []string {
	var out []string
	for _, m := range r.Missing.List() {
		if l == words.Spanish {
			m = words.Missing(l, m)
		}
		out = append(out, m)
	}
	return out
}

func probe(l words.Lang, r *record.Record) string {
	if l == words.Spanish {
		return words.Probe(l, r.ProbeKind.String())
	}
	return strings.ReplaceAll(r.ProbeKind.String(), "_", "+")
}

// closer names the end that closed, with its port where the address is that of both.
func closer(l words.Lang, r *record.Record) string {
	name := func(s *record.Side) string {
		if r.Orig.Addr == r.Resp.Addr {
			return end(s, r)
		}
		return s.Addr.String()
	}
	switch r.ClosedBy {
	case handshake.ByOrig:
		return name(&r.Orig)
	case handshake.ByResp:
		return name(&r.Resp)
	}
	return l.Pick("both", "ambos")
}
