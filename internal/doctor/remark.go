package doctor

import (
	"fmt"
	"sort"
	"strings"

	"portero/capture"
	"portero/internal/words"
)

// Remark is one line of the doctor's report.
type Remark struct {
	ID       string
	Severity string // info or warning
	Text     string // what was found
	Effect   string // what that does to the verdicts, "" for nothing
	Count    uint64
	Frame    uint64 // the first frame that shows it, 0 none
	File     string // where several inputs number their frames, the one that it lies in

	spanish struct{ text, effect string }
}

// In returns what was found and its effect in a language.
func (r *Remark) In(l words.Lang) (text, effect string) {
	if l == words.Spanish {
		return r.spanish.text, r.spanish.effect
	}
	return r.Text, r.Effect
}

// Totals are what the run knows besides the frames.
type Totals struct {
	Frames, Packets                  uint64
	Backwards, JumpsAhead, JumpsBack uint64
	Duplicates                       uint64
	Flows, OneWay, Midstream, TCP    uint64
	// MidstreamReused are those of Midstream on ports that were used before: they opened during the capture, which missed it.
	MidstreamReused          uint64
	OneSidedVLAN, Reordered  uint64
	Evicted, EvictedHalfOpen uint64
	Links                    []string
	Problems                 []error    // of captures that broke off
	Unread                   []error    // of those of which nothing was read
	Changed                  error      // of captures that were others in a second reading
	Mistimed                 []Mistimed // captures with frames whose time cannot be
	ClocksApart              int64      // ns by which the clocks of captures differ, 0 where nothing tells so
	// Private: name no file and no address.
	Private bool
}

// Mistimed tells of the frames of one capture that name a time which cannot be.
type Mistimed struct {
	File   string // "" where it is the only one
	Frames uint64 // 0 where it is not known how many of them were looked at
	First  uint64 // frame, 0 where File numbers them otherwise than the run
	Offset int64  // where the first of them lies
}

// Remarks are what is worth telling before any statistic, worst first.
func (d *Doctor) Remarks(t Totals) []Remark {
	n := notes{}
	d.losses(&n, t)
	d.packets(&n, t)
	d.time(&n, t)
	d.rest(&n, t)
	d.silent(&n, t)
	sort.SliceStable(n.rs, func(i, j int) bool { return n.rs[i].Severity == "warning" && n.rs[j].Severity != "warning" })
	return n.rs
}

// notes collects remarks in both languages.
type notes struct{ rs []Remark }

type text struct{ en, es string }

func both(en, es string, args ...any) text {
	return text{fmt.Sprintf(en, args...), fmt.Sprintf(es, args...)}
}

func (n *notes) add(warn bool, id string, count, frame uint64, found, effect text) {
	r := Remark{ID: id, Severity: "info", Text: found.en, Effect: effect.en, Count: count, Frame: frame}
	if warn {
		r.Severity = "warning"
	}
	r.spanish.text, r.spanish.effect = found.es, effect.es
	n.rs = append(n.rs, r)
}

// losses are what is in no record, or in one that ended early.
func (d *Doctor) losses(n *notes, t Totals) {
	for _, err := range t.Problems {
		// That what came before is all here, the error says itself.
		found, rest := text{err.Error(), words.Message(words.Spanish, err.Error())}, text{"connections open at that point may have gone on", "las conexiones abiertas en ese punto pudieron seguir"}
		if t.Private {
			found = text{"a capture is damaged", "una captura está dañada"}
			rest = text{"what came before it is all here; " + rest.en, "lo anterior está todo aquí; " + rest.es}
		}
		n.add(true, "damaged", 1, 0, found, rest)
	}
	for _, err := range t.Unread {
		found := text{err.Error(), words.Message(words.Spanish, err.Error())}
		if t.Private {
			found = text{"a capture could not be read", "una captura no se pudo leer"}
		}
		n.add(true, "unread", 1, 0, found, text{"nothing of it is here", "de ella no hay nada aquí"})
	}
	if t.Changed != nil {
		// What that does to the rest, the error says itself.
		found := text{t.Changed.Error(), words.Message(words.Spanish, t.Changed.Error())}
		if t.Private {
			found = text{"a capture changed while it was read; what is told of it may be of both: read a copy of it", "una captura cambió mientras se leía; lo que se cuenta puede ser de ambas: léase una copia"}
		}
		n.add(true, "changed", 1, 0, found, text{})
	}
	for _, l := range sortedLinks(d.unknown) {
		c := d.unknown[l]
		f := frames(c.n)
		n.add(true, "unknown_link", c.n, c.first, text{fmt.Sprintf("%s of %s, which portero does not decode", f.en, l),
			fmt.Sprintf("%s de enlace (%s), que portero no descodifica", f.es, l)}, plural(c.n, text{"it is in no record", "no está en ningún registro"}, text{"they are in no record", "no están en ningún registro"}))
	}
	if t.Evicted > 0 {
		n.add(true, "evicted", t.Evicted, 0, some(t.Evicted, "%d connection (%d half-open) ended early for lack of memory", "%d conexión (semiabiertas: %d) se dio por terminada por falta de memoria",
			"%d connections (%d of them half-open) ended early for lack of memory", "%d conexiones (%d de ellas semiabiertas) se dieron por terminadas por falta de memoria", t.Evicted, t.EvictedHalfOpen), plural(t.Evicted, text{"its record says end_reason resources; give --memory more", "su registro dice end_reason resources; conviene dar más a --memory"},
			text{"their records say end_reason resources; give --memory more", "sus registros dicen end_reason resources; conviene dar más a --memory"}))
	}
	if t.TCP > 0 && t.OneWay*10 >= t.TCP*9 {
		n.add(true, "one_direction", t.OneWay, 0, ofTCP(t.OneWay, t.TCP, text{"shows one direction only", "muestra un solo sentido"}, text{"show one direction only", "muestran un solo sentido"}),
			text{"the capture point may see only one side of the wire: such handshakes can be implied, not completed", "quizá el punto de captura solo ve un lado del cable: " + plural(t.OneWay, text{es: "su acuerdo puede deducirse, no verse completo"}, text{es: "esos acuerdos pueden deducirse, no verse completos"}).es})
	}
	if d.NoFlags > 0 {
		f := frames(d.NoFlags)
		n.add(true, "flags_cut", d.NoFlags, d.first.cut, text{f.en + " cut before the TCP flags", f.es + plural(d.NoFlags, text{es: " truncada"}, text{es: " truncadas"}).es + " antes de los indicadores (flags) de TCP"},
			text{plural(d.NoFlags, text{en: "its"}, text{en: "their"}).en + " handshake is unknown: capture at least 54 bytes a frame (68 with IPv6)", "su apertura queda indeterminada: hay que capturar al menos 54 bytes por trama (68 con IPv6)"})
	} else if d.Cut > 0 {
		f := frames(d.Cut)
		n.add(false, "truncated_packets", d.Cut, d.first.cut, text{f.en + " cut by the snapshot length", f.es + plural(d.Cut, text{es: " truncada"}, text{es: " truncadas"}).es + " por el límite de captura (snaplen)"},
			plural(d.Cut, text{"verdicts hold; its checksum and names in its payload cannot be seen", "los veredictos valen; su suma de comprobación y los nombres de su contenido no se ven"},
				text{"verdicts hold; checksums of these and names in their payload cannot be seen", "los veredictos valen; sus sumas de comprobación y los nombres de su contenido no se ven"}))
	}
}

// packets are remarks on lengths, copies and checksums.
func (d *Doctor) packets(n *notes, t Totals) {
	if d.Overlong > 0 {
		f := frames(d.Overlong)
		n.add(false, "overlong", d.Overlong, d.first.overlong, text{f.en + " with an IP length beyond the end of the frame", f.es + " con una longitud IP que pasa del final de la trama"},
			plural(d.Overlong, text{"no receiver takes it, or a tool cut it: what it lacks is not counted", "ningún receptor la acepta, o una herramienta la cortó: lo que le falta no se cuenta"},
				text{"no receiver takes them, or a tool cut them: what they lack is not counted", "ningún receptor las acepta, o una herramienta las cortó: lo que les falta no se cuenta"}))
	}
	if t.Duplicates > 0 {
		f := frames(t.Duplicates)
		n.add(false, "duplicates", t.Duplicates, 0, plural(t.Duplicates, text{f.en + " is an exact copy", f.es + " es una copia exacta"}, text{f.en + " are exact copies", f.es + " son copias exactas"}),
			plural(t.Duplicates, text{"counted once, and left out of every number below", "se cuenta una sola vez y queda fuera de los números de abajo"},
				text{"counted once, and left out of every number below", "se cuentan una sola vez y quedan fuera de los números de abajo"}))
	}
	if d.PartialSums > 0 {
		f, by := frames(d.PartialSums), d.unfinished(t.Private)
		one := text{fmt.Sprintf("%s carries an unfinished checksum: sent by %s, before the network card filled it in", f.en, by.en),
			fmt.Sprintf("%s con la suma de comprobación sin terminar: enviada por %s, antes de que la tarjeta de red la completara", f.es, by.es)}
		many := text{fmt.Sprintf("%s carry unfinished checksums: sent by %s, before the network card filled them in", f.en, by.en),
			fmt.Sprintf("%s con la suma de comprobación sin terminar: enviadas por %s, antes de que la tarjeta de red la completara", f.es, by.es)}
		n.add(false, "offload_checksums", d.PartialSums, 0, plural(d.PartialSums, one, many),
			plural(d.PartialSums, text{"it counts as good", "cuenta como buena"}, text{"they count as good", "cuentan como buenas"}))
	}
	if d.Merged > 0 {
		f := frames(d.Merged)
		n.add(false, "merged_segments", d.Merged, d.first.merged,
			plural(d.Merged, text{f.en + " was put together by a network card from several segments, and has the checksum of one", f.es + " que una tarjeta de red juntó de varios segmentos y lleva la suma de comprobación de uno"},
				text{f.en + " were put together by a network card from several segments, and have the checksum of one", f.es + " que una tarjeta de red juntó de varios segmentos y llevan la suma de comprobación de uno"}),
			plural(d.Merged, text{"it counts as good", "cuenta como buena"}, text{"they count as good", "cuentan como buenas"}))
	}
	if d.BadSums > 0 {
		f := frames(d.BadSums)
		n.add(false, "bad_checksums", d.BadSums, d.first.badSum, text{f.en + plural(d.BadSums, text{en: " carries"}, text{en: " carry"}).en + " a wrong checksum", f.es + " con una suma de comprobación errónea"},
			text{"left out of a verdict where the same sender's other packets verify", plural(d.BadSums, text{es: "no cuenta"}, text{es: "no cuentan"}).es + " para un veredicto si los demás paquetes del mismo emisor cuadran"})
	}
}

// unfinished names the senders of unfinished checksums.
func (d *Doctor) unfinished(private bool) text {
	if private {
		return text{"the capturing host", "el equipo que captura"}
	}
	who := make([]string, 0, 4)
	for a := range d.partialBy {
		v := uint8(6)
		if a[10] == 0xff && a[11] == 0xff && a[0] == 0 {
			v = 4
		}
		who = append(who, capture.Addr(a, v).Unmap().String())
	}
	sort.Strings(who)
	more := text{}
	if len(who) > 3 {
		more = both(" and %d more", " y %d más", len(who)-3)
		who = who[:3]
	}
	list := strings.Join(who, ", ")
	return text{list + more.en, list + more.es}
}

// time is what the clock did, and what the capture's end cut off.
func (d *Doctor) time(n *notes, t Totals) {
	if t.JumpsBack > 0 || t.Backwards > t.Frames/100 {
		k := times(t.Backwards)
		n.add(true, "clock_backwards", t.Backwards, 0, text{"the clock runs backwards " + k.en, "el reloj va hacia atrás " + k.es},
			text{"verdicts go by numbers and order of capture; durations may be wrong", "los veredictos se basan en los números y en el orden de captura; las duraciones pueden estar mal"})
	}
	for _, m := range t.Mistimed {
		n.mistimed(m, t.Private)
	}
	if ms := t.ClocksApart / 1e6; ms > 0 {
		n.add(true, "clocks_apart", uint64(ms), 0, both("the clocks of captures with the same packets differ by some %d ms", "los relojes de capturas con los mismos paquetes difieren en unos %d ms", ms),
			text{"copies count as sent again, and times between captures are wrong: set one right first, as editcap -t does", "las copias cuentan como reenviadas y los tiempos entre capturas están mal: corrija antes uno, como hace editcap -t"})
	}
	if t.JumpsAhead > 0 {
		k := times(t.JumpsAhead)
		n.add(false, "clock_jump", t.JumpsAhead, 0, text{"the clock jumps ahead by more than 10 s " + k.en, "el reloj salta más de 10 s hacia delante " + k.es},
			text{"silence, or a changed clock: connections may have ended by time", "silencio, o un reloj cambiado: puede haber conexiones dadas por terminadas por el tiempo"})
	}
	if t.Reordered > 0 {
		n.add(false, "reordered", t.Reordered, 0, some(t.Reordered, "%d connection was captured out of order", "%d conexión se capturó en desorden",
			"%d connections were captured out of order", "%d conexiones se capturaron en desorden", t.Reordered),
			plural(t.Reordered, text{"verdicts hold; its round-trip times are left empty", "los veredictos valen; sus tiempos de ida y vuelta quedan en blanco"},
				text{"verdicts hold; round-trip times of these are left empty", "los veredictos valen; sus tiempos de ida y vuelta quedan en blanco"}))
	}
	if t.OneSidedVLAN > 0 {
		n.add(false, "vlan_one_sided", t.OneSidedVLAN, 0, some(t.OneSidedVLAN, "%d connection is VLAN-tagged in one direction only, or differently in each", "%d conexión lleva etiqueta VLAN en un solo sentido, o distinta en cada uno",
			"%d connections are VLAN-tagged in one direction only, or differently in each", "%d conexiones llevan etiqueta VLAN en un solo sentido, o distinta en cada uno", t.OneSidedVLAN),
			text{"both directions are joined into one connection", "los dos sentidos se unieron en una conexión"})
	}
	if t.TCP >= 4 && t.Midstream*2 >= t.TCP {
		one, many := text{"was open before the capture began", "ya estaba abierta antes de la captura"}, text{"were open before the capture began", "ya estaban abiertas antes de la captura"}
		if t.MidstreamReused > 0 {
			one, many = text{"was open when first seen", "ya estaba abierta cuando se vio por primera vez"}, text{"were open when first seen", "ya estaban abiertas cuando se vieron por primera vez"}
		}
		n.add(false, "midstream", t.Midstream, 0, ofTCP(t.Midstream, t.TCP, one, many), text{"their handshake is unknown, not failed", "se desconoce su apertura; no es que fallara"})
	}
}

// mistimed tells of frames whose fraction of a second is none, and at which byte to look.
func (n *notes) mistimed(m Mistimed, private bool) {
	f := plural(m.Frames, text{"a frame has", "una trama tiene"}, text{"frames have", "hay tramas que tienen"})
	if m.Frames > 1 {
		f = both("%d frames have", "%d tramas tienen", m.Frames)
	}
	at := plural(m.Frames, both(" at byte %d", " en el octeto %d", m.Offset), both(" from byte %d on", " desde el octeto %d", m.Offset))
	if !private && m.File != "" {
		at = text{at.en + " of " + m.File, at.es + " de " + m.File}
	}
	n.add(true, "mistimed", m.Frames, m.First, text{f.en + " a fraction of a second that cannot be" + at.en, f.es + " una fracción de segundo imposible" + at.es},
		text{"of these times only the second counts: nothing is measured from them, and durations may be off by one", "de esas horas solo cuenta el segundo: de ellas no se mide nada, y las duraciones pueden errar en uno"})
}

// rest are the frames that are no whole packet.
func (d *Doctor) rest(n *notes, t Totals) {
	if d.Orphans > 0 {
		n.add(false, "fragments_without_first", d.Orphans, d.first.orphan, some(d.Orphans, "%d fragment came without its first part", "%d fragmento llegó sin su primera parte", "%d fragments came without their first part", "%d fragmentos llegaron sin su primera parte", d.Orphans),
			text{"booked for the pair of hosts, without ports", plural(d.Orphans, text{es: "se anota"}, text{es: "se anotan"}).es + " a la pareja de equipos, sin puertos"})
	}
	if k := d.Malformed + d.Short; k > 0 {
		f := frames(k)
		n.add(false, "malformed", k, d.first.malformed, plural(k, text{f.en + " too short or contradicting itself before the addresses", f.es + " demasiado corta o contradictoria antes de las direcciones"},
			text{f.en + " too short or contradicting themselves before the addresses", f.es + " demasiado cortas o contradictorias antes de las direcciones"}),
			plural(k, text{"it is in no record", "no está en ningún registro"}, text{"they are in no record", "no están en ningún registro"}))
	}
	if len(d.notIP) > 0 {
		names := make([]string, 0, len(d.notIP))
		total, first := uint64(0), uint64(0)
		for s, c := range d.notIP {
			names = append(names, fmt.Sprintf("%s %d", s, c.n))
			total += c.n
			if first == 0 || c.first < first {
				first = c.first
			}
		}
		sort.Strings(names)
		if len(names) > 5 {
			names = append(names[:5], "...")
		}
		f, list := frames(total), strings.Join(names, ", ")
		n.add(false, "not_ip", total, first, plural(total, text{f.en + " is not IP: " + list, f.es + " no es IP: " + list}, text{f.en + " are not IP: " + list, f.es + " no son IP: " + list}), text{})
	}
	if len(t.Links) > 1 {
		list := strings.Join(t.Links, ", ")
		n.add(false, "mixed_links", uint64(len(t.Links)), 0, text{"several link types in one capture: " + list, "varios tipos de enlace en una captura: " + list}, text{})
	}
}

func frames(n uint64) text {
	if n == 1 {
		return text{"1 frame", "1 trama"}
	}
	return both("%d frames", "%d tramas", n)
}

// some counts connections: the first two forms are for one.
func some(n uint64, en1, es1, en, es string, args ...any) text {
	if n == 1 {
		return both(en1, es1, args...)
	}
	return both(en, es, args...)
}

// ofTCP says of how many of all TCP connections something is true.
func ofTCP(n, all uint64, one, many text) text {
	does := plural(n, one, many)
	if all == 1 {
		return text{"the one TCP connection " + one.en, "la única conexión TCP " + one.es}
	}
	return text{fmt.Sprintf("%d of %d TCP connections %s", n, all, does.en), fmt.Sprintf("de %d conexiones TCP, %d %s", all, n, does.es)}
}

// plural chooses by number.
func plural(n uint64, one, many text) text {
	if n == 1 {
		return one
	}
	return many
}

func times(n uint64) text {
	if n == 1 {
		return text{"once", "una vez"}
	}
	return both("%d times", "%d veces", n)
}

func sortedLinks(m map[capture.LinkType]*count) []capture.LinkType {
	ls := make([]capture.LinkType, 0, len(m))
	for l := range m {
		ls = append(ls, l)
	}
	sort.Slice(ls, func(i, j int) bool { return ls[i] < ls[j] })
	return ls
}
