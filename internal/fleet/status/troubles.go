package status

import (
	"fmt"
	"slices"
	"strings"

	"portero/internal/view/safe"
	"portero/internal/words"
)

// Troubles are what is not as it should be, worst first, in plain words.
func (f *Fleet) Troubles(l words.Lang) []string {
	t := &troubles{f: f, l: l}
	t.store()
	t.broker()
	t.hubs()
	t.sensors()
	return t.said
}

// troubles are those that were found so far.
type troubles struct {
	f    *Fleet
	l    words.Lang
	said []string
}

func (t *troubles) add(en, es string, v ...any) {
	t.said = append(t.said, fmt.Sprintf(t.l.Pick(en, es), v...))
}

// of counts n of something.
func (t *troubles) of(n uint64, en1, en, es1, es string) string {
	return words.Number(n, t.l.Pick(en1, es1), t.l.Pick(en, es))
}

func (t *troubles) records(n uint64) string {
	return t.of(n, "record", "records", "registro", "registros")
}

func (t *troubles) store() {
	if t.f.Store != nil && !t.f.Store.Up {
		t.add("the store does not answer: %s", "el almacén no responde: %s", safe.Terminal(words.FleetMessage(t.l, t.f.Store.Trouble)))
	}
}

func (t *troubles) broker() {
	for _, b := range t.f.Broker.Behind {
		t.add("broker %s is away or behind", "el intermediario %s falta o va atrasado", safe.Terminal(b))
	}
	if t.f.Broker.Limit > 0 && t.f.Broker.Bytes > uint64(t.f.Broker.Limit)/10*9 {
		t.add("the broker is nearly full: sensors will keep what comes", "el intermediario está casi lleno: los sensores guardarán lo que venga")
	}
	for i := range t.f.Broker.Brokers {
		b := &t.f.Broker.Brokers[i]
		if b.Spoiled > 0 {
			t.add("the disk of broker %s spoiled what it kept: what no hub had stored of it is LOST", "el disco del intermediario %s estropeó lo que guardaba: lo que ningún hub había guardado se PERDIÓ", safe.Terminal(b.Name))
		}
		if due := t.f.Broker.Limit - int64(t.f.Broker.Bytes); b.Free >= 0 && b.Free < due {
			t.add("the disk of broker %s has %d MB free, and %d MB may still come", "el disco del intermediario %s tiene %d MB libres, y aún pueden llegar %d MB", safe.Terminal(b.Name), b.Free>>20, due>>20)
		}
	}
	if t.f.Broker.LagSeconds > 120 {
		t.add("the oldest batch has waited %.0f s for a hub", "el lote más antiguo espera desde hace %.0f s", t.f.Broker.LagSeconds)
	}
}

func (t *troubles) hubs() {
	alive := false
	var twins []string
	for i := range t.f.Hubs {
		h := &t.f.Hubs[i]
		alive = alive || t.f.Time.Sub(h.Time) < Stale
		if h.Trouble != "" && t.f.Time.Sub(h.Time) < Stale {
			t.add("hub %s stores nothing: %s", "el hub %s no guarda nada: %s", h.Name, safe.Terminal(words.FleetMessage(t.l, h.Trouble)))
		}
		for _, n := range h.Twins {
			if t.f.Time.Sub(h.Time) < Stale && !slices.Contains(twins, n) {
				twins = append(twins, n)
			}
		}
		if h.Shared && t.f.Time.Sub(h.Time) < Stale {
			t.add("two hubs call themselves %s, and only one of them is shown: give each its own --name", "dos hubs se llaman %s y solo se muestra uno: dele a cada uno su propio --name", h.Name)
		}
		if h.Bad > 0 {
			t.add("hub %s put %s aside that it could not read", "el hub %s apartó %s que no supo leer", h.Name, t.of(h.Bad, "batch", "batches", "lote", "lotes"))
		}
	}
	for _, n := range twins {
		t.add("two sensors call themselves %s: give each its own --name", "dos sensores se llaman %s: dele a cada uno su propio --name", safe.Terminal(n))
	}
	if !alive {
		t.add("no hub is at work", "no hay ningún hub en marcha")
	}
}

func (t *troubles) sensors() {
	for i := range t.f.Sensors {
		s := &t.f.Sensors[i]
		n := s.Site + "/" + s.Name
		if t.f.Time.Sub(s.Time) >= Stale && !s.Ended {
			t.add("sensor %s has been silent for %.0f s", "el sensor %s calla desde hace %.0f s", n, t.f.Time.Sub(s.Time).Seconds())
		}
		if s.Spool.DroppedRecords > 0 {
			t.add("sensor %s dropped %s: its spool was full or could not be read", "el sensor %s descartó %s: su cola estaba llena o no se pudo leer", n, t.records(s.Spool.DroppedRecords))
		}
		if s.Spool.Spoiled > 0 {
			t.add("sensor %s: %s lost", "sensor %s: %s", n, t.of(s.Spool.Spoiled, "batch on its spool was damaged and is", "batches on its spool were damaged and are", "lote de su cola estaba dañado y se ha perdido", "lotes de su cola estaban dañados y se han perdido"))
		}
		if s.Trouble != "" && t.f.Time.Sub(s.Time) < Stale {
			t.add("sensor %s keeps nothing: %s", "el sensor %s no guarda nada: %s", n, safe.Terminal(words.FleetMessage(t.l, s.Trouble)))
		}
		if len(s.Still) > 0 && t.f.Time.Sub(s.Time) < Stale {
			t.add("sensor %s hears nothing from %s: down or gone", "el sensor %s no oye nada de %s: sin servicio o desaparecida", n, some(t.l, s.Still))
		}
		if s.Lost > 0 {
			t.add("sensor %s lost %s: its disk is too slow or could not be written", "el sensor %s perdió %s: su disco es demasiado lento o no se pudo escribir", n, t.records(s.Lost))
		}
		if s.Refused > 0 {
			t.add("sensor %s left %s out: the broker takes no batch so long", "el sensor %s omitió %s: el intermediario no acepta un lote tan largo", n, t.records(s.Refused))
		}
		if s.Drops > 0 {
			t.add("sensor %s: the kernel dropped %s", "sensor %s: el núcleo descartó %s", n, t.of(s.Drops, "frame", "frames", "trama", "tramas"))
		}
	}
}

// some names interfaces, the first of them where they are many.
func some(l words.Lang, names []string) string {
	const most = 3
	more := ""
	if n := len(names) - most; n > 0 {
		more = fmt.Sprintf(l.Pick(" and %d more", " y %d más"), n)
		names = names[:most]
	}
	shown := make([]string, len(names))
	for i, name := range names {
		shown[i] = safe.Terminal(name)
	}
	return strings.Join(shown, ", ") + more
}
