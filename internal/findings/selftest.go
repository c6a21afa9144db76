package findings

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"portero/capture"
	"portero/catalog"
	"portero/catalog/identify"
	"portero/handshake"
	"portero/internal/record"
)

// Tale is a small invented story with what it must raise.
type Tale struct {
	Title [2]string // English, Spanish
	Want  string    // "kind severity, ..." worst first; "" nothing
	Why   [2]string
	tell  func(*teller)
}

// teller makes records one after the other.
type teller struct{ rs []record.Record }

// scene is one record in the making, with what is usual filled in: an opened TCP
// connection from inside to inside.
func (s *teller) scene(from, to string, port uint16, v handshake.Verdict, edit ...func(*record.Record)) {
	r := record.Record{ID: uint64(len(s.rs) + 1), Proto: capture.ProtoTCP, Final: true, HasPorts: true, Handshake: v, RolesBy: handshake.RolesSYN,
		First: 1_700_000_000*int64(time.Second) + int64(len(s.rs))*int64(time.Second)}
	r.Orig.Addr, r.Resp.Addr, r.Orig.Port, r.Resp.Port = netip.MustParseAddr(from), netip.MustParseAddr(to), 40000, port
	r.FirstFrame = r.ID * 3
	r.SYNFrame = r.FirstFrame
	r.Orig.Payload, r.Resp.Payload = 100, 200
	for _, e := range edit {
		e(&r)
	}
	r.Last = r.First
	s.rs = append(s.rs, r)
}

func overUDP(x handshake.Exchange) func(*record.Record) {
	return func(r *record.Record) {
		r.Proto, r.Exchange, r.RolesBy, r.SYNFrame = capture.ProtoUDP, x, handshake.RolesFirst, 0
	}
}

func spoke(service string) func(*record.Record) {
	return func(r *record.Record) {
		r.Service, r.Spoken, r.ServiceBy, r.Confidence = service, service, "payload", "exact"
		for _, p := range identify.Protocols() {
			if p.String() == service {
				r.App = &identify.Facts{Protocol: p, Confidence: identify.Exact, Frames: [2]uint64{r.FirstFrame + 1, r.FirstFrame + 2}}
			}
		}
	}
}

func said(edit func(a *identify.Facts)) func(*record.Record) {
	return func(r *record.Record) { edit(r.App) }
}

func rolesBy(by handshake.RolesBy) func(*record.Record) {
	return func(r *record.Record) { r.RolesBy = by }
}

const (
	caller, server, stranger = "10.0.0.9", "10.0.0.1", "8.8.4.4"
)

// Tales are the stories of portero catalog selftest.
func Tales() []Tale {
	return tales
}

var tales = []Tale{
	{both("a server answers on 12345 (NetBus, 1998)", "un servidor contesta en 12345 (NetBus, 1998)"), "port-backdoor low",
		both("it answered, and nothing ordinary was recognised: a hint, never more than low", "contestó, y no se reconoció nada corriente: un indicio, nunca más que de gravedad baja"),
		func(s *teller) { s.scene(caller, server, 12345, handshake.Completed) }},
	{both("a web server answers on 12345", "un servidor web contesta en 12345"), "port-mismatch info",
		both("an ordinary payload removes the hint; what is left is the unusual door", "un contenido corriente quita el indicio; queda la puerta poco habitual"),
		func(s *teller) { s.scene(caller, server, 12345, handshake.Completed, spoke("http")) }},
	{both("SSH on 443", "SSH en 443"), "port-mismatch medium", both("a known language in another's door", "un idioma conocido en la puerta de otro"),
		func(s *teller) { s.scene(caller, server, 443, handshake.Completed, spoke("ssh")) }},
	{both("a client calls from its own port 31337", "un cliente llama desde su puerto 31337"), "",
		both("a caller's number is lent by its system and says nothing", "el número de quien llama se lo presta su sistema y no dice nada"),
		func(s *teller) {
			s.scene(caller, server, 443, handshake.Completed, func(r *record.Record) { r.Orig.Port = 31337 })
		}},
	{both("12345 refuses", "12345 rechaza"), "", both("nobody was let in: there is no server to speak of", "nadie entró: no hay servidor del que hablar"),
		func(s *teller) { s.scene(caller, server, 12345, handshake.Refused) }},
	{both("12345 is half open", "12345 queda semiabierto"), "", both("the handshake did not complete", "el acuerdo no se completó"),
		func(s *teller) { s.scene(caller, server, 12345, handshake.HalfOpen) }},
	{both("31337 was open before the capture began", "31337 estaba en curso antes de la captura"), "", both("who called whom is guessed from the numbers", "quién llamó a quién se supone por los números"),
		func(s *teller) { s.scene(caller, server, 31337, handshake.Midstream, rolesBy(handshake.RolesPort)) }},
	{both("one direction only, to 12345, SYN seen", "un solo sentido, hacia 12345, con el SYN"), "port-backdoor low", both("the half that was seen is that of a completed handshake", "la mitad que se vio es la de un acuerdo completado"),
		func(s *teller) { s.scene(caller, server, 12345, handshake.Implied) }},
	{both("31337/udp answers (Back Orifice, 1998)", "31337/udp contesta (Back Orifice, 1998)"), "port-backdoor low", both("a question and its answer", "una pregunta y su respuesta"),
		func(s *teller) { s.scene(caller, server, 31337, handshake.None, overUDP(handshake.Answered)) }},
	{both("31337/udp is asked and silent", "se pregunta a 31337/udp y calla"), "", both("nothing answered", "nada contestó"),
		func(s *teller) { s.scene(caller, server, 31337, handshake.None, overUDP(handshake.Unanswered)) }},
	{both("SNMP answers the Internet", "SNMP contesta a Internet"), "exposure medium", both("the question came first, and the number agrees: it is known who called", "la pregunta llegó primero, y el número coincide: se sabe quién llamó"),
		func(s *teller) {
			s.scene(stranger, server, 161, handshake.None, overUDP(handshake.Answered), rolesBy(handshake.RolesPort), spoke("snmp"), func(r *record.Record) { r.Began = true })
		}},
	{both("SNMP and the Internet, the answer seen first", "SNMP e Internet, la respuesta vista primero"), "", both("only the number says who called", "solo el número dice quién llamó"),
		func(s *teller) {
			s.scene(stranger, server, 161, handshake.None, overUDP(handshake.Answered), rolesBy(handshake.RolesPort), spoke("snmp"))
		}},
	{both("HTTP on 8080", "HTTP en 8080"), "", both("the usual second door of the web, whatever trojans used it", "la segunda puerta habitual de la web, la usara el troyano que la usara"),
		func(s *teller) { s.scene(caller, server, 8080, handshake.Completed, spoke("http")) }},
	{both("a single FIN", "un solo FIN"), "", both("one odd segment is no scan: three ports are", "un segmento raro no es un escaneo: tres puertos sí"),
		func(s *teller) { s.scene(caller, server, 80, handshake.Probe) }},
	{both("FINs to three ports", "FIN a tres puertos"), "scan-stealth medium", both("three ports within five minutes", "tres puertos en cinco minutos"),
		func(s *teller) {
			for p := range uint16(3) {
				s.scene(caller, server, 80+p, handshake.Probe)
			}
		}},
	{both("fourteen ports refuse", "catorce puertos rechazan"), "", both("fifteen are the threshold (Zeek's)", "el umbral son quince (el de Zeek)"),
		func(s *teller) {
			for p := range uint16(14) {
				s.scene(caller, server, 20+p, handshake.Refused)
			}
		}},
	{both("fifteen ports refuse", "quince puertos rechazan"), "scan-ports medium", both("fifteen ports of one machine failed within five minutes", "quince puertos de un equipo fallaron en cinco minutos"),
		func(s *teller) {
			for p := range uint16(15) {
				s.scene(caller, server, 20+p, handshake.Refused)
			}
		}},
	{both("twenty ports answer one caller", "veinte puertos contestan a quien llama"), "", both("doors that open are no failed attempts", "las puertas que se abren no son intentos fallidos"),
		func(s *teller) {
			for p := range uint16(20) {
				s.scene(caller, server, 17010+p, handshake.Completed)
			}
		}},
	{both("thirty machines of the Internet open their shares to one caller", "treinta equipos de Internet abren sus recursos compartidos a uno que llama"), "scan-answered high",
		both("nobody goes to so many strangers by such a door: a worm does", "nadie va a tantos extraños por una puerta así: un gusano sí"),
		func(s *teller) {
			for p := range byte(30) {
				s.scene(caller, netip.AddrFrom4([4]byte{9, 9, p, 1}).String(), 445, handshake.Completed)
			}
		}},
	{both("thirty machines inside open their shares to one caller", "treinta equipos interiores abren sus recursos compartidos a uno que llama"), "lateral-admin low",
		both("whoever administers a house, or makes its backups, does that", "lo hace quien administra una casa o le saca las copias de seguridad"),
		func(s *teller) {
			for p := range byte(30) {
				s.scene(caller, netip.AddrFrom4([4]byte{10, 9, p, 1}).String(), 445, handshake.Completed)
			}
		}},
	{both("thirty answers nobody asked for", "treinta respuestas que nadie pidió"), "backscatter info", both("forged names elsewhere: the one who answers is the victim, and nobody here is blamed", "nombres falsos en otra parte: quien contesta es la víctima, y aquí no se culpa a nadie"),
		func(s *teller) {
			for p := range uint16(30) {
				s.scene(caller, "203.0.113.5", 1000+p, handshake.Unsolicited, rolesBy(handshake.RolesSYNACK))
			}
		}},
	{both("a stranger reaches Redis", "un extraño llega a Redis"), "exposure high", both("an address of the Internet was served, and the payload is that of the service", "se atendió a una dirección de Internet, y el contenido es el del servicio"),
		func(s *teller) { s.scene(stranger, server, 6379, handshake.Completed, spoke("redis")) }},
	{both("a stranger reaches 6379", "un extraño llega a 6379"), "exposure medium", both("only the number says which service it is", "solo el número dice qué servicio es"),
		func(s *teller) { s.scene(stranger, server, 6379, handshake.Completed) }},
	{both("a stranger is refused at 6379", "un extraño es rechazado en 6379"), "", both("nothing was served", "no se atendió nada"),
		func(s *teller) { s.scene(stranger, server, 6379, handshake.Refused) }},
	{both("a login by FTP", "una identificación por FTP"), "cleartext-credentials high", both("user and password were readable; the user is told, the secret is not kept", "el usuario y la contraseña eran legibles; se dice el usuario, el secreto no se guarda"),
		func(s *teller) {
			s.scene(caller, server, 21, handshake.Completed, spoke("ftp"), said(func(a *identify.Facts) {
				a.Login = &identify.Login{User: "maria", Method: "ftp PASS", Clear: true, Secret: 9, Frame: 9}
			}))
		}},
	{both("a login by FTP after AUTH TLS", "una identificación por FTP tras AUTH TLS"), "", both("it went on encrypted", "siguió cifrada"),
		func(s *teller) {
			s.scene(caller, server, 21, handshake.Completed, spoke("ftp"), said(func(a *identify.Facts) { a.StartTLS = true }))
		}},
	{both("a session by telnet", "una sesión por telnet"), "cleartext-protocol low", both("it does not encrypt, and no password was seen in what was looked at", "no cifra, y en lo que se miró no se vio contraseña"),
		func(s *teller) { s.scene(caller, server, 23, handshake.Completed, spoke("telnet")) }},
	{both("TLS 1.0 is agreed on", "se acuerda TLS 1.0"), "tls-weak medium", both("the version that both agreed on counts, not the one on the record", "cuenta la versión acordada, no la que pone el registro"),
		func(s *teller) {
			s.scene(caller, server, 443, handshake.Completed, spoke("tls"), said(func(a *identify.Facts) { a.TLS = &identify.Hello{Version: 0x0301, MaxVersion: 0x0303} }))
		}},
	{both("TLS 1.3 is agreed on", "se acuerda TLS 1.3"), "", both("an ordinary lock", "una cerradura corriente"),
		func(s *teller) {
			s.scene(caller, server, 443, handshake.Completed, spoke("tls"), said(func(a *identify.Facts) { a.TLS = &identify.Hello{Version: 0x0304, MaxVersion: 0x0304} }))
		}},
	{both("a colleague reaches Redis", "un compañero llega a Redis"), "", both("both are inside", "los dos están dentro"),
		func(s *teller) { s.scene(caller, server, 6379, handshake.Completed, spoke("redis")) }},
}

// Tell runs the story and returns what it raises, as Want is written, and the
// findings.
func (t *Tale) Tell(cat *catalog.Catalog) (got string, fs []Finding) {
	var s teller
	t.tell(&s)
	d := New(cat, nil, 0)
	for i := range s.rs {
		d.Observe(&s.rs[i])
	}
	fs = d.Findings()
	var parts []string
	for i := range fs {
		parts = append(parts, fmt.Sprintf("%s %s", fs[i].Kind, fs[i].Severity))
	}
	return strings.Join(parts, ", "), fs
}
