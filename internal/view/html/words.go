package html

import (
	"fmt"
	"html/template"
	"strings"

	"portero/catalog"
	"portero/internal/explain"
	"portero/internal/record"
	"portero/internal/view/certificate"
	"portero/internal/words"
)

// said is what scripts say, by key: English, Spanish. %1 and %2 are filled in.
var said = map[string][2]string{
	"all-one":      {"1 connection", "1 conexión"},
	"all":          {"%1 connections", "%1 conexiones"},
	"some":         {"%1 of %2 connections", "%1 de %2 conexiones"},
	"nothing":      {"no connection matches", "ninguna conexión coincide"},
	"nokey":        {"the record has no key “%1”", "el registro no tiene la clave «%1»"},
	"more-one":     {"1 more is in the page; filter it to print it", "1 más está en la página; se puede filtrar para imprimirla"},
	"more":         {"%1 more are in the page; filter it to print them", "%1 más están en la página; se pueden filtrar para imprimirlas"},
	"byport":       {"%1" + record.PortMark, "%1" + record.PortMark},
	"open":         {"Connection", "Conexión"},
	"untold-one":   {"This connection is in the table and is not told packet by packet: the page holds that for 1 connection, the most unusual one. Tell it with", "Esta conexión está en la tabla y no se cuenta paquete a paquete: la página lo guarda para 1 conexión, la menos común. Se cuenta con"},
	"untold":       {"This connection is in the table and is not told packet by packet: the page holds that for %1 connections, the unusual ones first. Tell it with", "Esta conexión está en la tabla y no se cuenta paquete a paquete: la página lo guarda para %1 conexiones, primero las poco comunes. Se cuenta con"},
	"unknownid":    {"The page holds no connection %1.", "La página no contiene la conexión %1."},
	"ladder":       {"Packet by packet", "Paquete a paquete"},
	"states":       {"Where both ends stand", "En qué está cada extremo"},
	"proof":        {"The proof", "La prueba"},
	"fields":       {"All that the record says", "Todo lo que dice el registro"},
	"first":        {"First packet", "Primer paquete"},
	"back":         {"Back", "Atrás"},
	"next":         {"Next", "Siguiente"},
	"last":         {"Last packet", "Último paquete"},
	"step":         {"Step %1 of %2", "Paso %1 de %2"},
	"start":        {"Before the first packet", "Antes del primer paquete"},
	"guess":        {"Guess what comes next", "Adivinar lo que viene"},
	"unguess":      {"Show all again", "Mostrar todo otra vez"},
	"cannot":       {"Nobody could foretell the next packet. Look at it with “Next”.", "El paquete siguiente no podía preverlo nadie. «Siguiente» lo muestra."},
	"over":         {"That was the last packet.", "Ese era el último paquete."},
	"check":        {"Check", "Comprobar"},
	"showme":       {"Show me", "Mostrar"},
	"flags":        {"Flags", "Indicadores (flags)"},
	"right":        {"right", "bien"},
	"itwas":        {"it was %1", "era %1"},
	"none":         {"none", "ninguno"},
	"score":        {"Score: %1 of %2", "Puntuación: %1 de %2"},
	"client":       {"client", "cliente"},
	"server":       {"server", "servidor"},
	"way":          {"on the way", "en el camino"},
	"unknown":      {"unknown", "no se sabe"},
	"inferred":     {"inferred", "inferido"},
	"notin":        {"not in this capture", "no está en esta captura"},
	"ignored":      {"its receiver does not accept it", "su receptor no lo acepta"},
	"frame":        {"frame", "trama"},
	"time":         {"time", "tiempo"},
	"sender":       {"sender", "emisor"},
	"says":         {"says", "dice"},
	"originator":   {"originator", "iniciador"},
	"responder":    {"responder", "respondedor"},
	"leftout-one":  {"1 more is left out", "se omite 1 más"},
	"leftout":      {"%1 more are left out", "se omiten %1 más"},
	"yes":          {"yes", "sí"},
	"no":           {"no", "no"},
	"absent":       {"absent", "ausente"},
	"differs":      {"Where it differs from the textbook", "En qué se aparta del libro"},
	"wireshark":    {"In Wireshark", "En Wireshark"},
	"machine":      {"The states of RFC 9293. C is the client, S the server.", "Los estados de la RFC 9293. C es el cliente, S el servidor."},
	"nostates":     {"The states that are shown here are those of TCP.", "Los estados que aquí se muestran son los de TCP."},
	"previous":     {"Previous in the table", "Anterior en la tabla"},
	"following":    {"Next in the table", "Siguiente en la tabla"},
	"totable":      {"Back to the table", "Volver a la tabla"},
	"tone-opened":  {"opened or answered", "abiertas o contestadas"},
	"tone-failed":  {"not opened or not answered", "no abiertas o no contestadas"},
	"tone-wrong":   {"irregular", "irregulares"},
	"tone-beside":  {"other", "otras"},
	"col-id":       {"#", "#"},
	"col-opening":  {"opening", "apertura"},
	"col-ends":     {"from, to", "desde, hacia"},
	"col-service":  {"service", "servicio"},
	"col-start":    {"start", "comienzo"},
	"col-duration": {"duration", "duración"},
	"col-rtt":      {"rtt", "rtt"},
	"col-data":     {"data", "datos"},
}

// bilingual writes a text in both languages; the page's switch hides one.
func bilingual(en, es string) template.HTML {
	if en == es {
		return template.HTML(template.HTMLEscapeString(en))
	}
	return template.HTML(`<span class="en" lang="en">` + rich(en) + `</span><span class="es" lang="es">` + rich(es) + `</span>`)
}

// number writes a sentence about n of something: each language has one for one.
func number(n any, one, many, uno, varios string) template.HTML {
	s := fmt.Sprint(n)
	if s == "1" {
		return bilingual(one, uno)
	}
	return bilingual(strings.Replace(many, "%d", s, 1), strings.Replace(varios, "%d", s, 1))
}

// rich escapes a sentence; what stands between backticks is code.
func rich(s string) string {
	parts := strings.Split(template.HTMLEscapeString(s), "`")
	if len(parts)%2 == 0 {
		return strings.Join(parts, "`")
	}
	for i := 1; i < len(parts); i += 2 {
		parts[i] = "<code>" + parts[i] + "</code>"
	}
	return strings.Join(parts, "")
}

// word is the opening in a language, as every view shows it.
func (o opening) word(l words.Lang) string {
	switch {
	case o.verdict != 0:
		return words.Verdict(l, o.verdict.String())
	case o.exchange != 0:
		return words.Exchange(l, o.exchange.String())
	}
	return words.Protocol(l, record.ProtoName(o.proto))
}

// filter is what finds these connections in the page's table.
func (o opening) filter() string {
	switch {
	case o.verdict != 0:
		return "handshake=" + o.verdict.String()
	case o.exchange != 0:
		return "exchange=" + o.exchange.String()
	}
	return "proto=" + record.ProtoName(o.proto)
}

// means is the opening in one sentence.
func (o opening) means() certificate.Text {
	if o.verdict != 0 {
		return certificate.Text{EN: gloss(words.English, "verdict", o.verdict.String()), ES: gloss(words.Spanish, "verdict", o.verdict.String())}
	}
	return certificate.Meaning(&record.Record{Proto: 17, Exchange: o.exchange})
}

// gloss is what `portero explain` says of a word of one kind, "" for nothing.
func gloss(l words.Lang, kind, word string) string {
	found, _ := explain.Explain(catalog.Default(), l, kind+":"+word)
	for _, e := range found {
		if e.Word == word {
			return e.Text
		}
	}
	return ""
}

// vocabulary says how a key's values are shown to people, and what kind of word
// they are to `portero explain`.
type vocabulary struct {
	kind string
	word func(l words.Lang, v string) string
}

var vocabularies = map[string]vocabulary{
	"handshake": {"verdict", words.Verdict}, "handshake_kind": {"handshake kind", words.Kind}, "exchange": {"exchange", words.Exchange},
	"close": {"close", words.Close}, "closed_by": {"", words.Side}, "end_reason": {"end reason", words.EndReason}, "roles_by": {"roles_by", words.RolesBy},
	"probe_kind": {"", words.Probe}, "quality": {"quality", words.Quality}, "oddities": {"oddity", words.Oddity}, "port_class": {"port class", words.Class},
	"confidence": {"", words.Confidence}, "service_by": {"", words.ServiceBy}, "process_by": {"", words.ProcessBy}, "missing": {"", words.Missing},
	"proto": {"", words.Protocol}, "conn_state": {"Zeek conn_state", func(_ words.Lang, v string) string { return v }},
}

// meaning is a value as people read it: the word in both languages, then a
// sentence in both or nothing.
type meaning [4]string

// glossary explains every value that the columns hold of keys with a vocabulary,
// by key and value. Lists are taken apart.
func glossary(cs []*column) map[string]map[string]meaning {
	g := map[string]map[string]meaning{}
	for _, c := range cs {
		v, ok := vocabularies[c.Key]
		if !ok || c.As != asWord {
			continue
		}
		g[c.Key] = map[string]meaning{}
		for _, raw := range c.Words {
			for _, w := range strings.Split(strings.Trim(string(raw), `"`), "; ") {
				if w == "" {
					continue
				}
				m := meaning{v.word(words.English, w), v.word(words.Spanish, w)}
				if v.kind != "" {
					m[2], m[3] = gloss(words.English, v.kind, w), gloss(words.Spanish, v.kind, w)
				}
				g[c.Key][w] = m
			}
		}
	}
	return g
}
